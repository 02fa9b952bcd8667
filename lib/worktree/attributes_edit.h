/*
 * attributes_edit: changing the top .gitattributes, and undoing that when the rest fails.
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

typedef struct vv_attr_edit {
	vv_repository *r;
	char *file;    /* its path; NULL while nothing was begun */
	vv_buf before; /* its content before */
	bool existed, changed;
	bool beaten; /* git changes line ends or encoding of a table that was tracked (vv_attr_changes_text) */
} vv_attr_edit;

/* Stores the current file. VV_EREFUSED when it is not a regular file. The caller has the index's lock (vv_index_open_locked),
 * or `git checkout` may change the file meanwhile. */
vv_status vv_attr_edit_begin(vv_attr_edit *e, vv_repository *r, vv_error *err);

/* Writes the line for a path or pattern, and ".gitattributes merge=varve-lines" unless a line sets how that
 * is merged, so that two branches that each track something do not conflict; then verifies for a path
 * (literal) that the attributes now assign it to varve. VV_EREFUSED names the line that overrides it. */
vv_status vv_attr_edit_track(vv_attr_edit *e, const char *pattern, bool literal, vv_error *err);

/* The line that keeps the files in Git as text, with differences and merges by varve
 * (vv_attr_track_text). */
vv_status vv_attr_edit_track_text(vv_attr_edit *e, const char *pattern, bool literal,
				  vv_error *err);

/* As vv_attr_edit_track for many paths, in one step. */
vv_status vv_attr_edit_track_all(vv_attr_edit *e, const char *const *paths, size_t count,
				 vv_error *err);

/* vv_attr_rename_all, and verifies the new names that got lines. */
vv_status vv_attr_edit_rename(vv_attr_edit *e, const vv_attr_rename *renames, size_t count,
			      vv_error *err);

/* Stages the file if it was changed (in memory; the caller writes the index). */
vv_status vv_attr_edit_stage(vv_attr_edit *e, vv_index *x, vv_error *err);

void vv_attr_edit_undo(vv_attr_edit *e); /* restores the file */
void vv_attr_edit_clear(vv_attr_edit *e);
VV_AUTO_CLEAR(vv_attr_edit, vv_attr_edit_clear)

#endif
