/*
 * branch: knows what belongs to a branch's name: reflog, settings, HEADs.
 */
#include "repo/git/history/branch.h"

#include <assert.h>
#include <stdio.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/config.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/refs_internal.h"
#include "repo/git/history/revision.h"
#include "repo/git/history/tips.h"
#include "repo/git/ref_name.h"
#include "repo/git/repository_internal.h"

#define SETTINGS_MAX 64

/* Settings are collected first: they change under us. */
typedef struct settings {
	const char *prefix; /* "branch.<name>." */
	char *names[SETTINGS_MAX], *values[SETTINGS_MAX];
	size_t count;
} settings;

static vv_status collect(void *payload, const char *name, const char *value, const char *level,
			 vv_error *err)
{
	settings *s = payload;
	size_t n = strlen(s->prefix);

	if (strcmp(level, "local") != 0 || strncmp(name, s->prefix, n) != 0 ||
	    strchr(name + n, '.') || s->count == SETTINGS_MAX) {
		return VV_OK;
	}
	s->names[s->count] = vv_strdup(name + n);
	s->values[s->count] = vv_strdup(value ? value : "true");
	s->count++;
	return s->names[s->count - 1] && s->values[s->count - 1] ? VV_OK : vv_fail_nomem(err);
}

/* A setting's name; NULL: out of memory. */
static char *setting_key(const char *section, const char *name, const char *what)
{
	vv_buf key = VV_BUF_INIT;

	vv_buf_printf(&key, "%s.%s.%s", section, name, what);
	return vv_buf_detach(&key);
}

static vv_status set(vv_repository *r, const char *branch, const char *name, const char *value,
		     vv_error *err)
{
	vv_auto(char) *key = setting_key("branch", branch, name);
	vv_status rc = key ? vv_config_set(r, key, value, err) : vv_fail_nomem(err);

	return rc == VV_ENOTFOUND && !value ? VV_OK : rc;
}

/* What to do with each setting that `from` has. */
typedef enum carrying { COPY, DROP_OLD, DROP_NEW } carrying;

static void settings_clear(settings *s)
{
	for (size_t i = 0; i < s->count; i++) {
		vv_free(s->names[i]);
		vv_free(s->values[i]);
	}
}

/* Not by git_branch_move: its renaming of the section leaks (libgit2 1.5.1). */
VV_AUTO_CLEAR(settings, settings_clear)

/* Not by git_branch_move: its renaming of the section leaks (libgit2 1.5.1). */
static vv_status carry_settings(vv_repository *r, const char *from, const char *to, carrying what,
				vv_error *err)
{
	vv_auto(char) *prefix = setting_key("branch", from, "");
	vv_auto(settings) s = {.prefix = prefix};
	vv_status rc = prefix ? vv_config_each(r, prefix, collect, &s, err) : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < s.count; i++) {
		rc = set(r, what == DROP_OLD ? from : to, s.names[i],
			 what == COPY ? s.values[i] : NULL, err);
	}
	return rc;
}

/* "refs/heads/<name>", or the reflog's line; the caller's (vv_free). */
static char *join(const char *a, const char *b, const char *c, const char *d)
{
	vv_buf out = VV_BUF_INIT;

	vv_buf_puts(&out, a);
	vv_buf_puts(&out, b);
	vv_buf_puts(&out, c);
	vv_buf_puts(&out, d);
	return vv_buf_detach(&out);
}

#define REFLOG_MAX ((size_t)1 << 30)

static char *log_path(const vv_repository *r, const char *name)
{
	return vv_path_join(r->commondir, "logs", name, (char *)NULL);
}

static vv_status read_reflog(vv_repository *r, const char *name, vv_buf *out, vv_error *err)
{
	vv_auto(char) *file = log_path(r, name);
	vv_status rc = vv_read_file(out, file, REFLOG_MAX, err);

	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

static vv_status write_reflog(vv_repository *r, const char *name, const vv_buf *log, vv_error *err)
{
	vv_auto(char) *file = log_path(r, name);
	vv_status rc = vv_mkdirs_above(file, err);

	return rc < 0 ? rc : vv_write_file(file, log->data, log->len, true, err);
}

/* One renaming. */
typedef struct renaming {
	vv_repository *repo;
	const char *from, *to;               /* as people say them */
	char *old_name, *new_name, *message; /* whole names; the reflog's words */
	vv_buf log;                          /* of the old name */
	vv_oid id, replaced;                 /* replaced: null unless the new name is taken over */
	bool nested;                         /* one name is a folder of the other */
} renaming;

static vv_status say_renaming(renaming *n, vv_error *err)
{
	vv_free(n->old_name);
	vv_free(n->new_name);
	vv_free(n->message);
	n->old_name = join("refs/heads/", n->from, "", "");
	n->new_name = join("refs/heads/", n->to, "", "");
	n->message = join("Branch: renamed refs/heads/", n->from, " to refs/heads/", n->to);
	return n->old_name && n->new_name && n->message ? VV_OK : vv_fail_nomem(err);
}

static bool is_folder_of(const char *folder, const char *name)
{
	size_t len = strlen(folder);

	return strncmp(folder, name, len) == 0 && name[len] == '/';
}

/* The log's last line when it tells of this renaming, else NULL. */
static const char *renaming_line(const vv_buf *log, const char *message)
{
	const char *text = vv_buf_cstr(log), *line;
	size_t len = strlen(message);

	if (log->len < len + 2 || text[log->len - 1] != '\n') return NULL;
	for (line = text + log->len - 1; line > text && line[-1] != '\n'; line--) {
	}
	const char *tab = strchr(line, '\t');
	return tab && strlen(tab + 1) == len + 1 && strncmp(tab + 1, message, len) == 0 ? line
											: NULL;
}

static void renaming_clear(renaming *n)
{
	vv_free(n->old_name);
	vv_free(n->new_name);
	vv_free(n->message);
	vv_buf_clear(&n->log);
}

/* Both names are there: has a renaming of the one to the other been broken off? Then both are at
 * the same commit, and the new one's log is the old one's and the line of the renaming, or that
 * line alone; after a branch that was made anew it is not. Names one of which is a folder of the
 * other exist together only so. */
VV_AUTO_CLEAR(renaming, renaming_clear)

static vv_status is_unfinished(renaming *n, const vv_oid *new_id, bool *out, vv_error *err)
{
	vv_auto(vv_buf) log = VV_BUF_INIT;
	const char *line;
	vv_status rc;

	*out = false;
	if (!vv_oid_equal(new_id, &n->id)) return VV_OK;
	if (is_folder_of(n->from, n->to) || is_folder_of(n->to, n->from)) {
		*out = true;
		return VV_OK;
	}
	if ((rc = read_reflog(n->repo, n->new_name, &log, err)) == VV_OK &&
	    (line = renaming_line(&log, n->message))) {
		size_t before = (size_t)(line - log.data);

		*out = (before == n->log.len &&
			(before == 0 || memcmp(log.data, n->log.data, before) == 0)) ||
		       (before == 0 && strspn(line, "0") == VV_OID_TEXT);
	}
	return rc;
}

/* The id of a branch; null: none. */
static vv_status branch_id(vv_repository *r, const char *ref_name, vv_oid *out, vv_error *err)
{
	vv_auto(vv_ref) ref = {0};
	vv_status rc = vv_ref_get(r, ref_name, &ref, err);

	memset(out, 0, sizeof(*out));
	if (rc < 0) return rc == VV_ENOTFOUND ? VV_OK : rc;
	*out = ref.id;
	return ref.symbolic
		       ? vv_fail(err, VV_EREFUSED, "'%s' is a symbolic ref, which names another",
				 vv_text_shows(ref_name))
		       : VV_OK;
}

/* `branch -m NEW` on NEW: where that is what a renaming that was broken off left, goes on with it. */
static vv_status find_broken_off(renaming *n, char **from, bool *out, vv_error *err)
{
	static const char words[] = "\tBranch: renamed refs/heads/";
	vv_auto(vv_buf) log = VV_BUF_INIT;
	const char *at = NULL;
	vv_oid new_id;
	vv_status rc;

	*out = false;
	if ((rc = read_reflog(n->repo, n->new_name, &log, err)) < 0) return rc;
	for (const char *next = vv_buf_cstr(&log); (next = strstr(next, words)); next++) {
		at = next + sizeof(words) - 1;
	}
	const char *end = at ? strstr(at, " to refs/heads/") : NULL;
	if (!end) return VV_OK;
	if (!(n->from = *from = vv_strndup(at, (size_t)(end - at)))) return vv_fail_nomem(err);
	if ((rc = say_renaming(n, err)) < 0 || !renaming_line(&log, n->message) ||
	    (rc = branch_id(n->repo, n->old_name, &n->id, err)) < 0 ||
	    (rc = branch_id(n->repo, n->new_name, &new_id, err)) < 0 || vv_oid_is_null(&n->id) ||
	    (rc = read_reflog(n->repo, n->old_name, &n->log, err)) < 0) {
		return rc;
	}
	return is_unfinished(n, &new_id, out, err);
}

/* May it be done? *made: the new branch is there already, from a renaming that was broken off. */
static vv_status judge(renaming *n, bool force, bool *made, vv_error *err)
{
	vv_auto(char) *where = NULL;
	vv_oid now;
	vv_status rc;

	if ((rc = branch_id(n->repo, n->old_name, &n->id, err)) < 0) return rc;
	if (vv_oid_is_null(&n->id)) {
		return vv_fail(err, VV_ENOTFOUND, "there is no branch '%s'",
			       vv_text_shows(n->from));
	}
	if ((rc = read_reflog(n->repo, n->old_name, &n->log, err)) < 0 ||
	    (rc = branch_id(n->repo, n->new_name, &now, err)) < 0 ||
	    (!vv_oid_is_null(&now) && ((rc = is_unfinished(n, &now, made, err)) < 0 || *made)) ||
	    (rc = vv_branch_checked_out(n->repo, n->new_name, &where, err)) < 0) {
		return rc;
	}
	n->replaced = now;
	if (where) {
		return vv_fail(err, VV_EREFUSED, "branch '%s' is checked out in '%s'",
			       vv_text_shows(n->to), vv_text_shows(where));
	}
	if (!vv_oid_is_null(&now) && !force) {
		vv_fail(err, VV_EEXISTS, "there is a branch '%s' already", vv_text_shows(n->to));
		return vv_hint(err, "-M takes its place");
	}
	return VV_OK;
}

/* The new ref, durable. */
static vv_status make_new(renaming *n, vv_error *err)
{
	bool taken = !vv_oid_is_null(&n->replaced);

	if (n->nested) return vv_ref_make_packed(n->repo, n->new_name, &n->id, n->old_name, err);
	return vv_ref_update(n->repo, n->new_name, &n->id, taken ? &n->replaced : NULL, taken,
			     n->message, err);
}

/* The old one's log and a line more; where the names are nested there is room for it only when
 * the old ref is gone. */
static vv_status carry_log(renaming *n, vv_error *err)
{
	vv_auto(vv_buf) log = VV_BUF_INIT;

	if (n->log.len == 0) return VV_OK;
	vv_buf_put(&log, n->log.data, n->log.len);
	vv_reflog_put(&log, n->repo, &n->id, &n->id, n->message);
	vv_status rc = vv_buf_ok(&log, err);
	return rc < 0 ? rc : write_reflog(n->repo, n->new_name, &log, err);
}

/* HEAD of every worktree that is on the old branch. */
static vv_status move_heads(renaming *n, vv_error *err)
{
	vv_auto(vv_string_list) gitdirs = {0};
	vv_status rc = vv_worktree_gitdirs(n->repo, &gitdirs, err);

	for (size_t i = 0; rc == VV_OK && i < gitdirs.count; i++) {
		rc = vv_head_follow(n->repo, gitdirs.items[i], n->old_name, n->new_name, err);
	}
	return rc;
}

/* After a failure: where no HEAD is on the new branch yet, it goes again, and a branch that it
 * replaced comes back. *left: it is there still. */
static void take_back(renaming *n, bool *was_there, bool *left)
{
	vv_auto(char) *where = NULL;
	vv_oid now;

	*was_there = branch_id(n->repo, n->new_name, &now, NULL) == VV_OK &&
		     vv_oid_equal(&now, &n->id);
	*left = *was_there;
	if (!*was_there || vv_branch_checked_out(n->repo, n->new_name, &where, NULL) < 0 || where) {
		return;
	}
	if (n->nested) {
		*left = vv_ref_drop_packed(n->repo, n->new_name, NULL) < 0;
	} else if (!vv_oid_is_null(&n->replaced)) {
		*left = vv_ref_update(n->repo, n->new_name, &n->replaced, NULL, true,
				      "Branch: renaming taken back", NULL) < 0;
	} else {
		(void)vv_ref_delete(n->repo, n->new_name, &n->id, NULL);
		*left = branch_id(n->repo, n->new_name, &now, NULL) < 0 || !vv_oid_is_null(&now);
	}
	if (!*left) {
		(void)carry_settings(n->repo, n->from, n->to, DROP_NEW, NULL);
	}
}

/* The old name goes: its settings first, as the same command again finds out by the ref that there is
 * something to finish. */
static vv_status finish(renaming *n, vv_error *err)
{
	vv_oid now;
	vv_status rc;

	if ((rc = carry_settings(n->repo, n->from, n->to, DROP_OLD, err)) == VV_OK) {
		rc = vv_ref_delete(n->repo, n->old_name, &n->id, err);
	}
	if (rc < 0 &&
	    (branch_id(n->repo, n->old_name, &now, VV_IGNORED) < 0 || !vv_oid_is_null(&now))) {
		(void)vv_prefix(err, "'%s' is there now, but then", vv_text_shows(n->to));
		return vv_hint(err, "the same command again finishes it");
	}
	if (rc < 0) return rc;
	if (n->nested && (rc = carry_log(n, err)) < 0) {
		return vv_prefix(err, "'%s' is renamed to '%s' now, but then",
				 vv_text_shows(n->from), vv_text_shows(n->to));
	}
	return VV_OK;
}

/* At every moment some branch is at the commit, and each HEAD on one that is there: first the new
 * ref, then the HEADs, the old ref last. */
static vv_status do_rename(renaming *n, bool made, vv_error *err)
{
	bool was_there, left;
	vv_status rc;

	n->nested = is_folder_of(n->from, n->to) || is_folder_of(n->to, n->from);
	if ((made || (rc = make_new(n, err)) == VV_OK) &&
	    (rc = carry_settings(n->repo, n->from, n->to, COPY, err)) == VV_OK &&
	    (rc = move_heads(n, err)) == VV_OK &&
	    (n->nested || (rc = carry_log(n, err)) == VV_OK)) {
		return finish(n, err);
	}
	take_back(n, &was_there, &left);
	if (left) {
		(void)vv_prefix(err, "'%s' is there now, but then", vv_text_shows(n->to));
		vv_hint(err, "the same command again finishes it");
	} else if (was_there) {
		(void)vv_prefix(err, "the renaming was undone");
	}
	return rc;
}

vv_status vv_branch_rename(vv_repository *r, const char *from, const char *to, bool force,
			   vv_error *err)
{
	vv_auto(char) *other = NULL;
	vv_auto(renaming) n = {.repo = r, .from = from, .to = to};
	bool made = false, same = strcmp(from, to) == 0;
	vv_status rc;

	if ((rc = say_renaming(&n, err)) < 0 || (rc = vv_ref_name_check(to, err)) < 0 ||
	    (rc = same ? find_broken_off(&n, &other, &made, err) : judge(&n, force, &made, err)) <
		    0) {
		return rc;
	}
	return same && !made ? VV_OK : do_rename(&n, made, err);
}

typedef struct mapping {
	const char *key;   /* "remote.<name>.fetch" */
	const char *merge; /* the ref over there */
	char *tracking;    /* the ref here; the first refspec that fits decides */
} mapping;

/* One side of a refspec against a name: *star is what its '*' stands for. */
static bool fits(const char *side, size_t len, const char *name, const char **star,
		 size_t *star_len)
{
	const char *at = memchr(side, '*', len);
	size_t head = at ? (size_t)(at - side) : len, tail = at ? len - head - 1 : 0;
	size_t name_len = strlen(name);

	if (name_len < head + tail || (!at && name_len != len) || memcmp(side, name, head) != 0 ||
	    memcmp(side + len - tail, name + name_len - tail, tail) != 0) {
		return false;
	}
	*star = name + head;
	*star_len = name_len - head - tail;
	return true;
}

static vv_status map_refspec(void *payload, const char *name, const char *value,
			     const char *level VV_UNUSED, vv_error *err)
{
	mapping *m = payload;
	const char *star = "";
	size_t star_len = 0;
	vv_buf b = VV_BUF_INIT;

	if (m->tracking || strcmp(name, m->key) != 0 || value[0] == '^') return VV_OK;
	value += value[0] == '+';
	const char *colon = strchr(value, ':');
	if (!colon || !colon[1] ||
	    !fits(value, (size_t)(colon - value), m->merge, &star, &star_len)) {
		return VV_OK;
	}
	for (const char *p = colon + 1; *p; p++) {
		if (*p == '*') {
			vv_buf_put(&b, star, star_len);
		} else {
			vv_buf_putc(&b, *p);
		}
	}
	m->tracking = vv_buf_detach(&b);
	return m->tracking ? VV_OK : vv_fail_nomem(err);
}

static vv_status branch_setting(vv_repository *r, const char *branch, const char *what, char **out,
				vv_error *err)
{
	vv_auto(char) *key = setting_key("branch", branch, what);

	*out = NULL;
	return key ? vv_config_string(r, key, out, err) : vv_fail_nomem(err);
}

/* The upstream's name; VV_ENOTFOUND when there is none. */
static vv_status find_upstream(vv_repository *r, const char *branch, char **out, vv_error *err)
{
	vv_auto(char) *remote = NULL, *merge = NULL, *key = NULL;
	mapping m = {NULL, NULL, NULL};
	vv_status rc;

	if ((rc = branch_setting(r, branch, "remote", &remote, err)) < 0 ||
	    (rc = branch_setting(r, branch, "merge", &merge, err)) < 0) {
		return rc;
	}
	if (strcmp(remote, ".") == 0) { /* a branch of this repository */
		*out = vv_take(&merge);
		return VV_OK;
	}
	if (!(key = setting_key("remote", remote, "fetch"))) return vv_fail_nomem(err);
	m.key = key;
	m.merge = merge;
	if ((rc = vv_config_each(r, key, map_refspec, &m, err)) < 0) {
		vv_free(m.tracking);
		return rc;
	}
	*out = m.tracking;
	return *out ? VV_OK : VV_ENOTFOUND;
}

vv_status vv_branch_follow(vv_repository *r, const char *branch_ref, const char *remote,
			   const char *merge_ref, vv_error *err)
{
	const char *name = branch_ref + strlen("refs/heads/");

	assert(strncmp(branch_ref, "refs/heads/", strlen("refs/heads/")) == 0);
	vv_status rc = set(r, name, "remote", remote, err);
	return rc < 0 ? rc : set(r, name, "merge", merge_ref, err);
}

vv_status vv_branch_upstream(vv_repository *r, const char *branch_ref, char **upstream,
			     uint64_t *ahead, uint64_t *behind, vv_error *err)
{
	vv_auto(vv_ref) ours = {0}, theirs = {0};
	vv_auto(char) *name = NULL;
	vv_status rc;

	*ahead = *behind = 0;
	*upstream = NULL;
	if (strncmp(branch_ref, "refs/heads/", 11) != 0) {
		return vv_fail(err, VV_ENOTFOUND, "'%s' is not a branch",
			       vv_text_shows(branch_ref));
	}
	if ((rc = find_upstream(r, branch_ref + 11, &name, err)) == VV_ENOTFOUND) {
		return vv_fail(err, VV_ENOTFOUND, "'%s' has no upstream branch",
			       vv_text_shows(branch_ref + 11));
	}
	if (rc < 0 || (rc = vv_ref_get(r, branch_ref, &ours, err)) < 0) return rc;
	rc = vv_ref_get(r, name, &theirs, err);
	if (rc == VV_ENOTFOUND) {
		rc = vv_fail(err, VV_EMISSING, "the upstream '%s' is gone", vv_text_shows(name));
	} else if (rc == VV_OK) {
		rc = vv_ahead_behind(r, &ours.commit, &theirs.commit, ahead, behind, err);
	}
	if (rc == VV_OK || rc == VV_EMISSING) {
		*upstream = vv_take(&name);
	}
	return rc;
}
