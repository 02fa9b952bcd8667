/*
 * tips: where Git keeps names of objects (gitrepository-layout(5)), taken broadly: any 40 hex
 * digits in a state file or reflog count. One too many costs a look; one too few would cost data.
 */
#include "repo/git/history/tips.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/ascii.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"

#define BYTES_MAX ((size_t)1 << 30)
#define LOOSE_REF_MAX 65536u

typedef struct tips {
	vv_tip_fn fn;
	void *payload;
} tips;

typedef vv_status (*file_fn)(const tips *t, const char *path, vv_error *err);

static vv_status give_tip(const tips *t, const char *hex, vv_tip_kind kind, const char *where,
			  vv_error *err)
{
	vv_oid id;

	if (!vv_oid_parse(&id, hex, VV_OID_TEXT) || vv_oid_is_null(&id)) return VV_OK;
	return t->fn(t->payload, vv_to_git(&id), kind, where, err);
}

/* All runs of just 40 hex digits. */
static vv_status scan_text(const tips *t, const vv_buf *text, vv_tip_kind kind, const char *where,
			   vv_error *err)
{
	const char *p = vv_buf_cstr(text), *end = p + text->len;
	vv_status rc = VV_OK;

	while (rc == VV_OK && p < end) {
		const char *start = p;

		while (p < end && vv_is_hex(*p)) {
			p++;
		}
		if (p - start == (ptrdiff_t)VV_OID_TEXT) {
			rc = give_tip(t, start, kind, where, err);
		}
		while (p < end && !vv_is_hex(*p)) {
			p++;
		}
	}
	return rc;
}

static vv_status scan_file(const tips *t, const char *path, vv_tip_kind kind, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = vv_missing_ok(vv_read_regular(&text, path, BYTES_MAX, err), err);

	/* It may be gone since the folder was listed. */
	return rc < 0 ? rc : scan_text(t, &text, kind, path, err);
}

static vv_status scan_state(const tips *t, const char *path, vv_error *err)
{
	return scan_file(t, path, VV_TIP_STATE, err);
}

static vv_status scan_log(const tips *t, const char *path, vv_error *err)
{
	return scan_file(t, path, VV_TIP_LOG, err);
}

/* A loose ref is an id or "ref: <name>"; anything else could hide its target. */
static vv_status scan_ref(const tips *t, const char *path, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_oid id;
	vv_status rc;

	if (vv_path_ends(path, ".lock")) return scan_state(t, path, err);
	rc = vv_read_regular(&text, path, LOOSE_REF_MAX, err);
	if (rc < 0) return vv_missing_ok(rc, err);
	if (strncmp(vv_buf_cstr(&text), "ref:", 4) == 0) return VV_OK;
	if (text.len < VV_OID_TEXT || !vv_oid_parse(&id, text.data, VV_OID_TEXT) ||
	    (text.len > VV_OID_TEXT && !vv_is_c_space(text.data[VV_OID_TEXT]))) {
		return vv_fail(err, VV_ECORRUPT, "the ref '%s' is damaged, expected a commit id",
			       vv_text_shows(path));
	}
	return give_tip(t, text.data, VV_TIP_REF, path, err);
}

/* Is there a loose ref with the name in a line of packed-refs? It is the newer one, and git removes objects that only the packed
 * one names. */
static bool is_replaced(const char *commondir, const char *name, const char *end)
{
	vv_auto(char) *copy = vv_strndup(name, (size_t)(end - name));
	vv_auto(char) *path = copy ? vv_path_join(commondir, copy, NULL) : NULL;

	return path && vv_exists(path);
}

static vv_status scan_packed(const tips *t, const char *commondir, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(commondir, "packed-refs", NULL);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = vv_missing_ok(vv_read_regular(&text, path, BYTES_MAX, err), err);

	for (const char *p = vv_buf_cstr(&text), *end = p + text.len; rc == VV_OK && p < end;) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));

		if (*p != '#' && *p != '^' && end - p > (ptrdiff_t)VV_OID_TEXT) {
			const bool old = is_replaced(commondir, p + VV_OID_TEXT + 1,
						     eol ? eol : end);

			rc = give_tip(t, p, old ? VV_TIP_STATE : VV_TIP_REF, path, err);
		}
		p = eol ? eol + 1 : end;
	}
	return rc;
}

/* --- folders ------------------------------------------------------------------------ */

static vv_status scan_folder(const tips *t, vv_string_list *todo, const char *dir, file_fn fn,
			     vv_error *err)
{
	vv_auto(vv_folder) f = {0};
	vv_status rc = vv_folder_read(&f, dir, true, err);

	while (rc == VV_OK && vv_folder_next(&f)) {
		vv_stat st;

		if (vv_lstat(&st, f.path, NULL) < 0) {
			continue;
		}
		if (S_ISDIR(st.mode)) {
			rc = vv_string_list_add(todo, vv_strdup(f.path), err);
		} else if (S_ISREG(st.mode)) {
			rc = fn(t, f.path, err);
		}
	}
	return rc;
}

/* Every file below gitdir/name. */
static vv_status scan_below(const tips *t, const char *gitdir, const char *name, file_fn fn,
			    vv_error *err)
{
	vv_auto(vv_string_list) todo = {0};
	vv_status rc = vv_string_list_add(&todo, vv_path_join(gitdir, name, NULL), err);

	while (rc == VV_OK && todo.count > 0) {
		vv_auto(char) *dir = todo.items[--todo.count];

		rc = scan_folder(t, &todo, dir, fn, err);
	}
	return rc;
}

/* HEAD, MERGE_HEAD, FETCH_HEAD, AUTO_MERGE ... */
static bool is_state_name(const char *name)
{
	size_t len = strlen(name);

	return len >= 4 && strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == len;
}

static vv_status scan_state_files(const tips *t, const char *gitdir, vv_error *err)
{
	vv_auto(vv_folder) f = {0};
	vv_status rc = vv_folder_read(&f, gitdir, false, err);

	while (rc == VV_OK && vv_folder_next(&f)) {
		vv_stat st;

		if (is_state_name(f.name) && vv_lstat(&st, f.path, NULL) == VV_OK &&
		    S_ISREG(st.mode)) {
			rc = strcmp(f.name, "HEAD") == 0 ? scan_ref(t, f.path, err)
							 : scan_state(t, f.path, err);
		}
	}
	return rc;
}

static vv_status scan_gitdir(const tips *t, const char *gitdir, vv_error *err)
{
	static const char *const state_folders[] = {"rebase-merge", "rebase-apply", "sequencer",
						    "varve/conflicts"};
	vv_status rc = scan_below(t, gitdir, "refs", scan_ref, err);

	if (rc < 0 || (rc = scan_state_files(t, gitdir, err)) < 0) return rc;
	for (size_t i = 0; i < sizeof(state_folders) / sizeof(state_folders[0]); i++) {
		if ((rc = scan_below(t, gitdir, state_folders[i], scan_state, err)) < 0) return rc;
	}
	return scan_below(t, gitdir, "logs", scan_log, err);
}

vv_status vv_worktree_gitdirs(vv_repository *r, vv_string_list *out, vv_error *err)
{
	vv_auto(char) *dir = vv_path_join(r->commondir, "worktrees", NULL);
	vv_auto(vv_folder) f = {0};
	vv_status rc;

	if ((rc = vv_string_list_add(out, vv_strdup(r->commondir), err)) < 0 ||
	    (rc = vv_folder_read(&f, dir, true, err)) < 0) {
		return rc;
	}
	while (rc == VV_OK && vv_folder_next(&f)) {
		vv_stat st;

		if (vv_lstat(&st, f.path, NULL) == VV_OK && S_ISDIR(st.mode)) {
			rc = vv_string_list_add(out, vv_strdup(f.path), err);
		}
	}
	return rc;
}

vv_status vv_tips_each(vv_repository *r, vv_tip_fn fn, void *payload, vv_error *err)
{
	tips t = {fn, payload};
	vv_auto(vv_string_list) gitdirs = {0};
	vv_status rc = vv_worktree_gitdirs(r, &gitdirs, err);

	for (size_t i = 0; rc == VV_OK && i < gitdirs.count; i++) {
		rc = scan_gitdir(&t, gitdirs.items[i], err);
	}
	/* Last: a ref that git packs meanwhile is then seen here. */
	return rc < 0 ? rc : scan_packed(&t, r->commondir, err);
}
