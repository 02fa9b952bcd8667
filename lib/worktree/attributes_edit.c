/*
 * attributes_edit: the life of one change to .gitattributes.
 */
#include "lib/worktree/attributes_edit.h"

#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/index/attribute_lines.h"
#include "repo/git/index/attributes.h"
#include "repo/git/index/worktree.h"

enum { MAX_BYTES = 64 << 20 };

vv_status vv_attr_edit_begin(vv_attr_edit *e, vv_repository *r, vv_error *err)
{
	vv_stat st;

	*e = (vv_attr_edit){.r = r};
	if (!(e->file = vv_repository_file(r, ".gitattributes"))) return vv_fail_nomem(err);
	vv_status rc = vv_lstat(&st, e->file, err);
	if (rc == VV_ENOTFOUND) return VV_OK;
	if (rc < 0) return rc;
	if (!S_ISREG(st.mode)) {
		return vv_fail(err, VV_EREFUSED,
			       ".gitattributes is not a regular file, so it was not "
			       "changed\nreplace it by a regular file, or add the lines by hand");
	}
	e->existed = true;
	return vv_read_regular(&e->before, e->file, MAX_BYTES, err);
}

static vv_status verify_path(vv_attr_edit *e, const char *path, bool as_text, vv_error *err)
{
	bool holds = false;
	vv_status rc = as_text ? vv_attr_compared(e->r, path, &holds, err)
			       : vv_attr_tracked(e->r, path, &holds, err);

	if (rc == VV_OK && holds && !as_text && !e->beaten) {
		rc = vv_attr_changes_text(e->r, path, &e->beaten, err);
	}
	if (rc < 0 || holds) return rc;
	return vv_fail(err, VV_EREFUSED,
		       "%s: another line of a .gitattributes file %s\n'git check-attr %s -- %s' "
		       "shows the result; the last matching line of the deepest file applies",
		       vv_text_shows(path),
		       as_text ? "sets its diff or merge driver, or its filter"
			       : "unsets filter=varve",
		       as_text ? "filter diff merge" : "filter", vv_text_word(path));
}

static vv_status track_patterns(vv_attr_edit *e, const char *const *patterns, size_t count,
				bool literal, bool as_text, vv_error *err)
{
	vv_auto(vv_attr_held) held VV_UNUSED = vv_attr_hold(e->r);
	bool changed = false;
	vv_status rc = as_text ? vv_attr_track_text(e->r, patterns, count, literal, &changed, err)
			       : vv_attr_track(e->r, patterns, count, literal, &changed, err);

	if (rc < 0) return rc;
	e->changed = e->changed || changed;
	vv_attr_flush(e->r);
	for (size_t i = 0; literal && i < count; i++) {
		if ((rc = verify_path(e, patterns[i], as_text, err)) < 0) return rc;
	}
	return VV_OK;
}

vv_status vv_attr_edit_track(vv_attr_edit *e, const char *pattern, bool literal, vv_error *err)
{
	return track_patterns(e, &pattern, 1, literal, false, err);
}

vv_status vv_attr_edit_track_text(vv_attr_edit *e, const char *pattern, bool literal, vv_error *err)
{
	return track_patterns(e, &pattern, 1, literal, true, err);
}

vv_status vv_attr_edit_track_all(vv_attr_edit *e, const char *const *paths, size_t count,
				 vv_error *err)
{
	return track_patterns(e, paths, count, true, false, err);
}

vv_status vv_attr_edit_rename(vv_attr_edit *e, const vv_attr_rename *renames, size_t count,
			      vv_error *err)
{
	bool changed = false;
	vv_status rc = vv_attr_rename_all(e->r, renames, count, &changed, err);

	e->changed = e->changed || changed;
	vv_attr_flush(e->r);
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		if (renames[i].line != VV_ATTR_NO_LINE) {
			rc = verify_path(e, renames[i].to, renames[i].line == VV_ATTR_TEXT_LINE,
					 err);
		}
	}
	return rc;
}

vv_status vv_attr_edit_stage(vv_attr_edit *e, vv_index *x, vv_error *err)
{
	return e->changed ? vv_index_add_file(x, ".gitattributes", err) : VV_OK;
}

void vv_attr_edit_undo(vv_attr_edit *e)
{
	if (!e->file || !e->changed) return;
	/* Reports only the original failure. */
	if (e->existed) {
		vv_worktree_write_bytes(e->r, ".gitattributes", vv_buf_cstr(&e->before),
					e->before.len, false, NULL);
	} else {
		vv_unlink(e->file, true, NULL);
	}
	vv_attr_flush(e->r);
	e->changed = false;
}

void vv_attr_edit_clear(vv_attr_edit *e)
{
	vv_free(e->file);
	vv_buf_clear(&e->before);
	e->file = NULL;
	e->changed = false;
}
