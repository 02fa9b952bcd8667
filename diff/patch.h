/*
 * patch: a difference that can be applied: schema, cells, order, form.
 *
 * Text, line by line JSON (NDJSON), streamed; docs/patch-format.md. A patch of a and b
 * names both roots and carries what is needed so that apply(a, patch) is b byte for byte,
 * and apply(b, reverse(patch)) is a. Rows are found by key or, without one, by place, and
 * the old cells are compared: what does not fit is told row by row.
 */
#ifndef VV_DIFF_PATCH_H
#define VV_DIFF_PATCH_H

#include <stdbool.h>

#include "base/error.h"
#include "base/thread.h"
#include "dataset/import.h"
#include "dataset/table.h"
#include "diff/writer.h"

/* Writes the patch that makes b of a. path, old_path: for its header. Either side NULL:
 * the table is added or removed. Also for kind "file" (by chunks). */
typedef struct vv_patch_write_options {
	vv_write_fn write;
	void *payload;
	const char *path, *old_path;
	const char *temp_dir;
	vv_pool *pool;
} vv_patch_write_options;
vv_status vv_patch_write(vv_table *a, vv_table *b, const vv_patch_write_options *opts, vv_error *err);

/* A pull source of the patch's bytes. */
typedef struct vv_patch_source {
	ssize_t (*read)(void *payload, void *buf, size_t len, vv_error *err);
	void *payload;
	const char *name;
} vv_patch_source;

typedef enum vv_patch_mode {
	VV_PATCH_EXACT,  /* the target must be the patch's old version: gives the new bytes exactly */
	VV_PATCH_FIT,    /* another version of the same table: each row change must fit where it stands */
	VV_PATCH_REJECT  /* as FIT, but changes that do not fit are handed to reject and the rest applied */
} vv_patch_mode;

typedef struct vv_patch_misfit {
	const char *path;
	const char *row;       /* the row's key or "row 17" */
	const char *column;    /* NULL: the whole row */
	const char *expected, *found; /* found NULL: no such row */
} vv_patch_misfit;

typedef struct vv_patch_apply_options {
	bool reverse, check;    /* check: nothing is made, only told whether it fits */
	vv_patch_mode mode;
	/* Gives the table now at path (*exists false: none). The opened table is closed by
	 * apply. */
	vv_status (*open)(void *payload, const char *path, vv_table *out, bool *exists, vv_error *err);
	/* Takes the new bytes of path (pieces; then done), or its removal. */
	vv_status (*put)(void *payload, const char *path, const void *bytes, size_t len, vv_error *err);
	vv_status (*done)(void *payload, const char *path, bool removed, vv_error *err);
	/* Told of each misfit; with VV_PATCH_REJECT also given the change's own line. */
	vv_status (*misfit)(void *payload, const vv_patch_misfit *m, const char *line, size_t len, vv_error *err);
	void *payload;
	const char *temp_dir;
	vv_pool *pool;
} vv_patch_apply_options;

/* VV_ECONFLICT when something did not fit (all misfits were told); VV_EINPUT: no patch, a
 * truncated or hostile one (line and what was expected; a Git patch is recognised and
 * said). */
vv_status vv_patch_apply(const vv_patch_source *patch, const vv_patch_apply_options *opts, vv_error *err);

#endif
