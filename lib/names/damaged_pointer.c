/*
 * damaged_pointer: finds the commits that changed the path by git, the newest first.
 */
#include "lib/names/damaged_pointer.h"

#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/hint_text.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/blob.h"
#include "repo/git/history/history.h"
#include "repo/git/program.h"
#include "repo/git/run_git.h"
#include "repo/git/tree.h"

bool vv_work_has_data(vv_repository *r, const char *path)
{
	vv_auto(char) *file = vv_repository_file(r, path);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_stat st;
	return file && vv_lstat(&st, file, NULL) == VV_OK && S_ISREG(st.mode) &&
	       (st.size > VV_POINTER_MAX ||
		(vv_read_regular(&text, file, VV_POINTER_MAX, NULL) == VV_OK &&
		 !vv_pointer_looks_like(text.data, text.len) &&
		 !vv_pointer_is_torn(vv_buf_cstr(&text), text.len)));
}

bool vv_work_is_torn(vv_repository *r, const char *path, vv_buf *text)
{
	vv_auto(char) *file = vv_repository_file(r, path);
	vv_auto(vv_buf) own = VV_BUF_INIT;
	vv_buf *b = text ? text : &own;
	vv_stat st;
	return file && vv_lstat(&st, file, NULL) == VV_OK && S_ISREG(st.mode) &&
	       st.size <= VV_POINTER_MAX &&
	       vv_read_regular(b, file, VV_POINTER_MAX, NULL) == VV_OK &&
	       vv_pointer_is_torn(vv_buf_cstr(b), b->len);
}

static bool is_whole_at(vv_repository *r, const char *rev, const char *path)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_pointer_blob) b = {0};
	vv_auto(vv_tree_entry) t = {0};
	vv_oid commit;

	return vv_rev_commit(r, rev, &commit, VV_IGNORED) == VV_OK &&
	       vv_tree_entry_at(r, &commit, path, &t, VV_IGNORED) == VV_OK &&
	       vv_pointer_blob_read(&b, &arena, r, &t.id, VV_IGNORED) == VV_OK && b.found == VV_OK;
}

static bool is_torn(vv_repository *r, const vv_oid *blob)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_cid roots[3];
	bool has[3];

	return vv_blob_read(r, blob, VV_POINTER_MAX, &text, NULL) == VV_OK &&
	       vv_pointer_is_torn(vv_buf_cstr(&text), text.len) &&
	       vv_pointer_torn_roots(roots, has, vv_buf_cstr(&text), text.len);
}

vv_status vv_damaged_pointer_mend(vv_buf *b, vv_repository *r, const char *path, const vv_oid *blob,
				  vv_error *err)
{
	vv_auto(vv_buf) out = VV_BUF_INIT;
	vv_auto(vv_buf) errors = VV_BUF_INIT;
	const char *argv[] = {"git", "log", "-100", "--format=%h", "--", path, NULL};
	vv_run run = {.argv = argv,
		      .env = vv_repository_env(r),
		      .dir = vv_repository_workdir(r),
		      .more = vv_git_literal,
		      .output = &out,
		      .errors = &errors};
	const char *found = NULL;
	int code = 1;

	if ((blob && is_torn(r, blob)) || vv_work_has_data(r, path)) {
		(void)vv_hint_put(b, "", vv_repository_words(r), VV_HINT_FIX, path);
		return vv_buf_ok(b, err);
	}
	if (vv_run_program(&run, &code, VV_IGNORED) == VV_OK && code == 0 && out.len > 0) {
		for (char *p = out.data, *end; !found && (end = strchr(p, '\n')); p = end + 1) {
			*end = '\0';
			found = is_whole_at(r, p, path) ? p : NULL;
		}
	}
	if (found) {
		(void)vv_hint_put(b, "", vv_repository_words(r), VV_HINT_RESTORE_WHOLE, found,
				  path);
	} else {
		(void)vv_hint_put(b, "", vv_repository_words(r), VV_HINT_RESTORE_WHOLE_REV, path);
	}
	return vv_buf_ok(b, err);
}

vv_status vv_damaged_pointer_warn(vv_repository *r, const vv_oid *blob, const char *path,
				  vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_pointer_blob) b = {0};
	vv_auto(vv_buf) mend = VV_BUF_INIT;
	vv_status rc = vv_pointer_blob_read(&b, &arena, r, blob, err);

	if (rc == VV_OK && b.found == VV_EINPUT &&
	    (rc = vv_damaged_pointer_mend(&mend, r, path, blob, err)) == VV_OK) {
		vv_notes_warn(vv_repository_notes(r), "%s: a damaged pointer, written as text: %s",
			      vv_text_shows(path), b.why.message);
		if (mend.len > 0) {
			vv_notes_put(vv_repository_notes(r), "hint: %s", mend.data);
		}
	}
	return rc;
}
