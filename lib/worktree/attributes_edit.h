/*
 * attributes_edit: changes .gitattributes at the top of the work tree, and restores it if a later
 * step fails.
 */
#ifndef VV_LIB_WORKTREE_ATTRIBUTES_EDIT_H
#define VV_LIB_WORKTREE_ATTRIBUTES_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/git/index/attribute_lines.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

/* A change of the file. */
typedef struct vv_attr_edit {
	vv_repository *r; /* borrowed */
	char *file;       /* path of the file; NULL: vv_attr_edit_begin was not called */
	vv_buf before;    /* content of the file before the changes */
	bool existed,     /* the file existed before */
		changed;  /* the file was changed */
	/* git changes line ends or the encoding of a path that was tracked
	 * (vv_attr_changes_text) */
	bool beaten;
} vv_attr_edit;

/* Reads the file of r into *e. The caller must hold the lock of the index (vv_index_open_locked),
 * as otherwise `git checkout` could change the file meanwhile. VV_EREFUSED: the file is not a
 * regular file. */
vv_status vv_attr_edit_begin(vv_attr_edit *e, vv_repository *r, vv_error *err);

/* Adds the line that tracks `pattern`, a path (if `literal` is set) or a pattern. Also adds
 * ".gitattributes merge=varve-lines", unless a line sets how that file is merged, so that two
 * branches that track different paths do not conflict. If pattern is a path, verifies that the
 * attributes assign the path to varve. VV_EREFUSED: another line overrides this one; the message
 * describes the fault. The file may be changed even if the function fails; the caller then calls
 * vv_attr_edit_undo. */
vv_status vv_attr_edit_track(vv_attr_edit *e, const char *pattern, bool literal, vv_error *err);

/* Adds a line for `pattern` by which Git stores files as text, but varve compares and merges them
 * (vv_attr_track_text). */
vv_status vv_attr_edit_track_text(vv_attr_edit *e, const char *pattern, bool literal,
				  vv_error *err);

/* Adds the lines that track the `count` paths in `paths`, as vv_attr_edit_track does for each. */
vv_status vv_attr_edit_track_all(vv_attr_edit *e, const char *const *paths, size_t count,
				 vv_error *err);

/* Changes the paths in lines by `renames` (vv_attr_rename_all), and, for renames that are known to
 * have a line, verifies the attributes of the new path. */
vv_status vv_attr_edit_rename(vv_attr_edit *e, const vv_attr_rename *renames, size_t count,
			      vv_error *err);

/* Stages the file in the index x, in memory, if it was changed; the caller writes the index. */
vv_status vv_attr_edit_stage(vv_attr_edit *e, vv_index *x, vv_error *err);

void vv_attr_edit_undo(vv_attr_edit *e); /* restores the file if it was changed; ignores failures */
void vv_attr_edit_clear(vv_attr_edit *e);
VV_AUTO_CLEAR(vv_attr_edit, vv_attr_edit_clear)

#endif
