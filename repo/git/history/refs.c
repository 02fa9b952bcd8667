/*
 * refs: reads refs and HEAD by libgit2, which supports loose and packed ones.
 */
#include "repo/git/history/refs.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/refs_internal.h"
#include "repo/git/history/tips.h"

void vv_ref_clear(vv_ref *ref)
{
	vv_free_all(ref->name, ref->symbolic);
	memset(ref, 0, sizeof(*ref));
}

vv_status vv_ref_peel(vv_repository *r, const vv_oid *at, vv_oid *out, bool *annotated,
		      vv_error *err)
{
	const git_oid *id = vv_to_git(at);
	vv_auto(git_object) *object = NULL, *commit = NULL;
	git_object_t type;
	uint64_t size;
	vv_status rc = vv_object_header(r, id, &type, &size, err);
	int code;

	memset(out, 0, sizeof(*out));
	if (rc < 0) return rc;
	*annotated = type == GIT_OBJECT_TAG;
	if (type == GIT_OBJECT_COMMIT) {
		*out = *vv_from_git(id);
	}
	if (type != GIT_OBJECT_TAG) return VV_OK;
	if ((code = git_object_lookup(&object, r->git, id, GIT_OBJECT_TAG)) < 0) {
		return vv_git_fail(err, code, "cannot read a tag");
	}
	if (git_object_peel(&commit, object, GIT_OBJECT_COMMIT) == 0) {
		*out = *vv_from_git(git_object_id(commit));
	}
	git_error_clear();
	return VV_OK;
}

static vv_status fill_ref(vv_repository *r, const git_reference *from, vv_ref *out, vv_error *err)
{
	vv_auto(git_reference) *direct = NULL;
	const git_oid *id = git_reference_target(from);
	vv_status rc;
	int code;

	memset(out, 0, sizeof(*out));
	if (!(out->name = vv_strdup(git_reference_name(from)))) return vv_fail_nomem(err);
	if (git_reference_type(from) == GIT_REFERENCE_SYMBOLIC) {
		if (!(out->symbolic = vv_strdup(git_reference_symbolic_target(from)))) {
			return vv_fail_nomem(err);
		}
		/* An unreadable ref differs from a branch without a commit. */
		code = git_reference_resolve(&direct, from);
		if (code < 0 && code != GIT_ENOTFOUND) {
			return vv_git_fail(err, code, "cannot read the ref '%s'",
					   vv_text_shows(out->symbolic));
		}
		id = code == 0 ? git_reference_target(direct) : NULL;
		git_error_clear();
	}
	if (!id) return VV_OK;
	out->id = *vv_from_git(id);
	if ((rc = vv_ref_peel(r, &out->id, &out->commit, &out->annotated, err)) < 0) {
		(void)vv_prefix(err, "%s", vv_text_shows(out->name));
	}
	return rc;
}

static int compare_refs(const void *x, const void *y)
{
	const git_reference *a = *(git_reference *const *)x, *b = *(git_reference *const *)y;

	return strcmp(git_reference_name(a), git_reference_name(b));
}

typedef struct ref_list {
	git_reference **items;
	size_t count, cap;
	size_t sorted; /* number of names sorted at the beginning */
} ref_list;

static void sort_refs(ref_list *l)
{
	if (l->count > 0) {
		qsort(l->items, l->count, sizeof(*l->items), compare_refs);
	}
	l->sorted = l->count;
}

static vv_status add_ref(ref_list *l, git_reference *take_ref, vv_error *err)
{
	if (vv_array_add(l->items, l->count, l->cap, take_ref)) return VV_OK;
	git_reference_free(take_ref);
	return vv_fail_nomem(err);
}

static int compare_name(const void *name, const void *item)
{
	return strcmp(name, git_reference_name(*(git_reference *const *)item));
}

static bool has_ref(const ref_list *l, const char *name)
{
	return l->sorted > 0 && bsearch(name, l->items, l->sorted, sizeof(*l->items), compare_name);
}

/* Did the disk or the memory keep a ref from being read? One whose content is not a ref is passed over,
 * as libgit2 does; fsck reports it. */
static bool cannot_be_read(int code)
{
	const git_error *e = git_error_last();

	return code != GIT_ENOTFOUND && e &&
	       (e->klass == GIT_ERROR_OS || e->klass == GIT_ERROR_NOMEMORY);
}

/* Handles an entry below refs/: a folder is listed later, a file is a ref. */
static vv_status look_at(ref_list *l, vv_repository *r, const char *prefix, char *take_name,
			 vv_string_list *todo, vv_error *err)
{
	vv_auto(char) *name = take_name, *path = vv_path_join(r->commondir, name, NULL);
	size_t len = name ? strlen(name) : 0, prefix_len = strlen(prefix);
	git_reference *ref = NULL;
	vv_stat st;

	if (!name || !path) return vv_fail_nomem(err);
	if (strncmp(name, prefix, len < prefix_len ? len : prefix_len) != 0 ||
	    vv_lstat(&st, path, NULL) < 0) {
		return VV_OK;
	}
	if (S_ISDIR(st.mode)) return vv_string_list_add(todo, vv_take(&name), err);
	if (len < prefix_len || !S_ISREG(st.mode) || vv_path_ends(name, ".lock") ||
	    has_ref(l, name)) {
		return VV_OK;
	}
	int code = git_reference_lookup(&ref, r->git, name);
	vv_status rc = VV_OK;

	if (code == 0) {
		rc = add_ref(l, ref, err);
	} else if (cannot_be_read(code)) {
		rc = vv_git_fail(err, code, "cannot read the ref '%s'", vv_text_shows(name));
	}
	git_error_clear();
	return rc;
}

/* libgit2 stops listing refs at a dangling symbolic link, such as a lock of varve. */
static vv_status add_loose(ref_list *l, vv_repository *r, const char *prefix, vv_error *err)
{
	vv_auto(vv_string_list) todo = {0};
	vv_status rc = vv_string_list_add(&todo, vv_strdup("refs"), err);

	while (rc == VV_OK && todo.count > 0) {
		vv_auto(char) *dir = todo.items[--todo.count];
		vv_auto(char) *path = vv_path_join(r->commondir, dir, NULL);
		vv_auto(vv_folder) f = {0};

		rc = vv_folder_read(&f, path, true, err);
		while (rc == VV_OK && vv_folder_next(&f)) {
			rc = look_at(l, r, prefix, vv_path_join(dir, f.name, NULL), &todo, err);
		}
	}
	return rc;
}

static void ref_list_clear(ref_list *l)
{
	vv_array_clear(l->items, l->count, it, git_reference_free(*it));
}

/* The caller frees the items and their array, also on failure. */
VV_AUTO_CLEAR(ref_list, ref_list_clear)

static vv_status list_refs(ref_list *l, vv_repository *r, const char *prefix, vv_error *err)
{
	vv_auto(git_reference_iterator) *it = NULL;
	git_reference *ref;
	size_t len = strlen(prefix);
	vv_status rc = VV_OK;
	int code = git_reference_iterator_new(&it, r->git);

	while (code == 0 && rc == VV_OK && (code = git_reference_next(&ref, it)) == 0) {
		if (strncmp(git_reference_name(ref), prefix, len) != 0) {
			git_reference_free(ref);
			continue;
		}
		rc = add_ref(l, ref, err);
	}
	if (rc == VV_OK && code < 0 && code != GIT_ITEROVER) {
		rc = vv_git_fail(err, code, "cannot list the refs");
	}
	git_error_clear();
	sort_refs(l);
	if (rc < 0 || (rc = add_loose(l, r, prefix, err)) < 0) return rc;
	if (l->count > l->sorted) {
		sort_refs(l);
	}
	return VV_OK;
}

vv_status vv_refs_each(vv_repository *r, const char *prefix, vv_ref_fn fn, void *payload,
		       vv_error *err)
{
	vv_auto(ref_list) l = {0};
	vv_status rc = list_refs(&l, r, prefix, err);

	for (size_t i = 0; rc == VV_OK && i < l.count; i++) {
		vv_auto(vv_ref) ref = {0};

		if ((rc = fill_ref(r, l.items[i], &ref, err)) == VV_OK) {
			rc = fn(payload, &ref, err);
		}
	}
	return rc;
}

static vv_status stop_at_ref(void *payload, const vv_ref *ref VV_UNUSED, vv_error *err)
{
	*(bool *)payload = true;
	return vv_fail(err, VV_EEXISTS, "one is enough");
}

bool vv_refs_any(vv_repository *r, const char *prefix)
{
	bool any = false;

	(void)vv_refs_each(r, prefix, stop_at_ref, &any, VV_IGNORED);
	return any;
}

static vv_status add_tip(void *payload, const vv_ref *ref, vv_error *err)
{
	return vv_oids_add(payload, &ref->commit, err);
}

vv_status vv_ref_tips_list(vv_oids *t, vv_repository *r, const char *prefix, vv_error *err)
{
	return vv_refs_each(r, prefix, add_tip, t, err);
}

vv_status vv_ref_get(vv_repository *r, const char *name, vv_ref *out, vv_error *err)
{
	vv_auto(git_reference) *ref = NULL;
	vv_status rc;
	int code = git_reference_lookup(&ref, r->git, name);

	memset(out, 0, sizeof(*out));
	if (code == GIT_ENOTFOUND) {
		git_error_clear();
		return vv_fail(err, VV_ENOTFOUND, "no ref named '%s'", vv_text_shows(name));
	}
	if (code < 0) {
		return vv_git_fail(err, code, "cannot read the ref '%s'", vv_text_shows(name));
	}
	if ((rc = fill_ref(r, ref, out, err)) < 0) {
		vv_ref_clear(out);
	}
	return rc;
}

/* --- HEAD ----------------------------------------------------------------- */

void vv_head_clear(vv_head *h)
{
	vv_free(h->branch);
	memset(h, 0, sizeof(*h));
}

bool vv_head_is(vv_repository *r, const char *branch_or_null, const vv_oid *commit)
{
	vv_auto(vv_head) head = {0};

	if (vv_oid_is_null(commit)) return false;
	if (vv_head_read(r, &head, NULL) < 0) { /* the disk that failed the move fails this too */
		return vv_oid_equal(&r->moved_to, commit);
	}
	return vv_oid_equal(&head.commit, commit) &&
	       (!branch_or_null || (head.branch && strcmp(head.branch, branch_or_null) == 0));
}

vv_status vv_head_read(vv_repository *r, vv_head *out, vv_error *err)
{
	vv_auto(vv_ref) ref = {0};
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = vv_ref_get(r, "HEAD", &ref, err)) < 0) return rc;
	*out = (vv_head){.branch = ref.symbolic,
			 .commit = ref.commit,
			 .detached = !ref.symbolic,
			 .unborn = vv_oid_is_null(&ref.id)};
	ref.symbolic = NULL;
	return VV_OK;
}

/* --- branches ---------------------------------------------------------------- */

/* Does a file of a worktree's Git folder name the branch? */
static bool file_names(const char *gitdir, const char *file, const char *start, const char *branch)
{
	vv_auto(char) *path = vv_path_join(gitdir, file, NULL);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	size_t len = strlen(start);

	if (vv_read_regular(&text, path, 4096, NULL) < 0) return false;
	const char *p = vv_buf_cstr(&text);
	while (text.len > 0 && vv_is_c_space(text.data[text.len - 1])) {
		text.data[--text.len] = '\0';
	}
	return strncmp(p, start, len) == 0 && strcmp(p + len + strspn(p + len, " "), branch) == 0;
}

static bool worktree_has(const char *gitdir, const char *branch)
{
	return file_names(gitdir, "HEAD", "ref:", branch) ||
	       file_names(gitdir, "rebase-merge/head-name", "", branch) ||
	       file_names(gitdir, "rebase-apply/head-name", "", branch);
}

/* The work tree of a linked worktree's Git folder; its own path when unknown. */
static char *linked_path(const char *gitdir)
{
	vv_auto(char) *file = vv_path_join(gitdir, "gitdir", NULL);
	vv_auto(vv_buf) text = VV_BUF_INIT;

	if (vv_read_regular(&text, file, 8192, NULL) == VV_OK) {
		while (text.len > 0 && text.data[text.len - 1] == '\n') {
			text.len--;
		}
		if (text.len > 5 && memcmp(text.data + text.len - 5, "/.git", 5) == 0) {
			text.len -= 5;
		}
	}
	return text.len > 0 ? vv_strndup(text.data, text.len) : vv_strdup(gitdir);
}

/* The main work tree. That of a submodule is not beside its Git folder. */
static char *main_path(const vv_repository *r)
{
	return r->workdir && strcmp(r->gitdir, r->commondir) == 0 ? vv_strdup(r->workdir)
								  : vv_path_dir(r->commondir);
}

vv_status vv_branch_checked_out(vv_repository *r, const char *branch_ref, char **out, vv_error *err)
{
	vv_auto(vv_string_list) gitdirs = {0};
	vv_status rc;

	*out = NULL;
	if ((rc = vv_worktree_gitdirs(r, &gitdirs, err)) < 0) return rc;
	for (size_t i = 0; i < gitdirs.count; i++) {
		if ((i > 0 || !git_repository_is_bare(r->git)) &&
		    worktree_has(gitdirs.items[i], branch_ref)) {
			*out = i > 0 ? linked_path(gitdirs.items[i]) : main_path(r);
			return *out ? VV_OK : vv_fail_nomem(err);
		}
	}
	return VV_OK;
}
