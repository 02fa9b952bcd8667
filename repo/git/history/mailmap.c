/*
 * mailmap: one `git check-mailmap --stdin` continues while the repository is open. libgit2 compares mail addresses by case.
 */
#include "repo/git/history/mailmap.h"

#include <string.h>

#include "base/file.h"
#include "base/sys.h"
#include "repo/git/config.h"
#include "repo/git/history/refs.h"
#include "repo/git/repository_internal.h"
#include "repo/git/run_git.h"
#include "repo/git/tree.h"

#define KNOWN_MAX 64u

/* "Name <mail>" of a commit, and the mapped one; both end in a line's end. */
typedef struct known {
	vv_buf from, to;
} known;

struct vv_mailmap {
	bool none; /* none in the repository, or git does not answer */
	vv_child git;
	known all[KNOWN_MAX];
	size_t count; /* with those whose place others took */
};

static void close_mailmap(vv_repository *r)
{
	struct vv_mailmap *m = r->mailmap;

	vv_child_stop(&m->git);
	for (size_t i = 0; i < KNOWN_MAX; i++) {
		vv_buf_clear_all(&m->all[i].from, &m->all[i].to);
	}
	vv_free(m);
	r->mailmap = NULL;
}

void vv_mailmap_forget(vv_repository *r)
{
	if (r->mailmap) {
		close_mailmap(r);
	}
}

/* In a bare repository HEAD's counts. */
static bool has_mailmap(vv_repository *r)
{
	vv_auto(char) *file = vv_repository_file(r, ".mailmap"), *set = NULL, *blob = NULL;
	vv_auto(vv_head) head = {0};
	vv_auto(vv_tree_entry) e = {0};
	bool wanted = true;

	(void)vv_config_bool(r, "log.mailmap", true, &wanted, VV_IGNORED);
	return wanted &&
	       (vv_exists(file) || vv_config_string(r, "mailmap.file", &set, VV_IGNORED) == VV_OK ||
		vv_config_string(r, "mailmap.blob", &blob, VV_IGNORED) == VV_OK ||
		(r->bare && vv_head_read(r, &head, VV_IGNORED) == VV_OK &&
		 !vv_oid_is_null(&head.commit) &&
		 vv_tree_entry_at(r, &head.commit, ".mailmap", &e, VV_IGNORED) == VV_OK));
}

static const vv_buf *map_person(struct vv_mailmap *m, const vv_buf *from)
{
	for (size_t i = 0; i < m->count && i < KNOWN_MAX; i++) {
		if (strcmp(m->all[i].from.data, from->data) == 0) return &m->all[i].to;
	}
	known *k = &m->all[m->count++ % KNOWN_MAX];
	vv_buf_set(&k->from, from->data, from->len);
	vv_buf_reset(&k->to);
	m->none = vv_git_ask(&m->git, from, '\n', 1, &k->to, VV_IGNORED) < 0 || k->from.failed;
	return m->none ? NULL : &k->to;
}

/* A name that git cannot read from a line stays unchanged. */
static vv_status map_by_git(struct vv_mailmap *m, vv_person *p, vv_error *err)
{
	vv_auto(vv_buf) from = VV_BUF_INIT;
	const vv_buf *to;
	vv_status rc;

	if (m->none || !p->name || !p->email || !*p->email || strpbrk(p->name, "<>\n") ||
	    strpbrk(p->email, "<>\n")) {
		return VV_OK;
	}
	vv_buf_printf(&from, "%s%s<%s>\n", p->name, *p->name ? " " : "", p->email);
	if ((rc = vv_buf_ok(&from, err)) < 0 || !(to = map_person(m, &from))) return rc;
	const char *mail = strrchr(to->data, '<');
	if (!mail || to->len < 2) return VV_OK;
	const size_t len = (size_t)(mail - to->data);
	vv_auto(char) *name = vv_strndup(to->data, len > 0 ? len - 1 : 0),
		      *address = vv_strndup(mail + 1, to->len - len - 3);
	if (!name || !address) return vv_fail_nomem(err);
	vv_free_all(p->name, p->email);
	p->name = vv_take(&name);
	p->email = vv_take(&address);
	return VV_OK;
}

vv_status vv_mailmap_commit_read(vv_repository *r, const vv_oid *id, vv_commit *out, vv_error *err)
{
	static const char *const args[] = {"check-mailmap", "--stdin", NULL};
	const vv_git_call call = {.args = args, .repo = r, .in_worktree = r->workdir != NULL};
	vv_status rc = vv_commit_read(r, id, out, err);

	if (rc < 0) return rc;
	if (!r->mailmap) {
		if (!(r->mailmap = vv_calloc(1, sizeof(*r->mailmap)))) return vv_fail_nomem(err);
		r->close_mailmap = close_mailmap;
		r->mailmap->none = !has_mailmap(r) ||
				   vv_git_talk(&r->mailmap->git, &call, VV_IGNORED) < 0;
	}
	rc = map_by_git(r->mailmap, &out->author, err);
	return rc < 0 ? rc : map_by_git(r->mailmap, &out->committer, err);
}
