/*
 * patch: a difference that can be applied: schema, cells, order, form.
 *
 * NDJSON, streamed; docs/formats/differences.md. A patch of a and b names both roots and has enough
 * data that apply(a, patch) is b byte for byte, and apply(b, reverse(patch)) is a. With another
 * version of a table with a key, it is merged; without a key rows are found by content and place:
 * misfits are reported row by row.
 *
 * A correct writer: vv_patch_begin; vv_patch_write for each path; vv_patch_end.
 */
#ifndef VV_DIFF_MERGE_PATCH_H
#define VV_DIFF_MERGE_PATCH_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/thread.h"
#include "dataset/table/import.h"
#include "dataset/table/table.h"
#include "diff/write/writer.h"

vv_status vv_patch_begin(vv_write_fn write, void *payload, vv_error *err);

/* Writes the section that makes table b from a. Either side NULL: the path is added or removed. Tables with the
 * same root and name have no section: *written is false. */
typedef struct vv_patch_write_options {
	vv_write_fn write;
	void *payload;
	const char *path, *old_path; /* old_path: NULL when it is the same */
	const char *const *key;      /* as in vv_rowdiff_options */
	const vv_columns *columns;   /* how columns correspond; NULL: found here */
	const vv_diff_table *told;   /* more for the table's line; or NULL */
	const char *temp_dir;
	vv_pool *pool;
} vv_patch_write_options;
vv_status vv_patch_write(vv_table *a, vv_table *b, const vv_patch_write_options *opts,
			 bool *written, vv_error *err);

/* sections: how many were written. Without this last line a patch counts as truncated. */
vv_status vv_patch_end(vv_write_fn write, void *payload, uint64_t sections, vv_error *err);

/* Where a patch's bytes come from; parts of it are read twice. */
typedef struct vv_patch_source {
	ssize_t (*read)(void *payload, void *buf, size_t len,
			vv_error *err); /* count, 0 at the end, <0 */
	vv_status (*seek)(void *payload, uint64_t offset, vv_error *err); /* from its beginning */
	void *payload;
	const char *name; /* for messages */
} vv_patch_source;

typedef enum vv_patch_mode {
	/* the target must be the patch's old version: the result has exactly the new bytes */
	VV_PATCH_EXACT,
	/* tries EXACT first, but accepts another version of the same table if the change of each row fits */
	VV_PATCH_FIT,
	/* as FIT, but changes that do not fit are handed to reject, and the rest is applied */
	VV_PATCH_REJECT
} vv_patch_mode;

typedef struct vv_patch_misfit {
	const char *path;
	const char *row;              /* "row 17", "row id=5", NULL: the whole */
	const char *column;           /* NULL: the whole row */
	const char *expected, *found; /* found NULL: no such row, column or file */
} vv_patch_misfit;

/* The result for one path. */
typedef struct vv_patch_done {
	const char *path, *old_path; /* old_path: where the old bytes are; NULL: there were none */
	bool removed;                /* no new file takes their place */
	bool exact;                  /* the target was the patch's old version, byte for byte */
	uint64_t rows_added, rows_removed, rows_changed, rows_moved;
	uint64_t rejected;          /* changes of rows that did not fit */
	bool order_left, form_left; /* not exact: moves, and changes of form, that were not made */
	bool already;               /* not exact: the target already had all changes */
	bool schema; /* the patch changes types or key too, which a file of rows does not show */
	bool stored_order; /* likewise: in which order the version keeps its rows */
	/* root: the root of the new version; as: its schema and form, for an import of its bytes. Both are NULL if the
	 * new version is not a table. old_root: the root of the old version; may be NULL. */
	const vv_cid *old_root, *root;
	const vv_root *as;
} vv_patch_done;

typedef struct vv_patch_apply_options {
	bool reverse, check; /* check: nothing is put; only whether it fits is reported */
	vv_patch_mode mode;
	/* Opens the current table at path; *exists false: no such file. out NULL: only sets *exists. apply closes
	 * the table. */
	vv_status (*open)(void *payload, const char *path, vv_table *out, bool *exists,
			  vv_error *err);
	/* Not NULL: the patch is not applied to the table of open, but to the version that it was
	 * made from; open is not called, and mode counts as EXACT. root: that version; NULL: none,
	 * and *out is unchanged. *exists false: this path is left out. */
	vv_status (*version)(void *payload, const char *path, const vv_cid *root, vv_table *out,
			     bool *exists, vv_error *err);
	/* With version, not NULL: results are stored there, and not passed to put; done has the root. */
	const vv_sink *keep;
	/* May be NULL. The version with this root, wherever it is stored; *exists false: it is missing here. A patch is merged into
	 * another version through it. */
	vv_status (*base)(void *payload, const vv_cid *root, vv_table *out, bool *exists,
			  vv_error *err);
	/* May be NULL. The scan cache of the version that open just returned, so that groups not
	 * changed by the patch need not be read and encoded again; NULL: none. *secret seeds its
	 * hashes. Borrowed until the next open. */
	const vv_scan_cache *(*cache)(void *payload, const vv_cid *root, uint64_t *secret);
	/* The new bytes of a path, piece by piece; then done. Not called with check, except for done. Nothing
	 * may take effect before vv_patch_apply has returned VV_OK. */
	vv_status (*put)(void *payload, const char *path, const void *bytes, size_t len,
			 vv_error *err);
	vv_status (*done)(void *payload, const vv_patch_done *d, vv_error *err);
	vv_status (*misfit)(void *payload, const vv_patch_misfit *m, vv_error *err);
	/* With VV_PATCH_REJECT: a patch of what did not fit, piece by piece, before done. */
	vv_status (*reject)(void *payload, const char *path, const void *bytes, size_t len,
			    vv_error *err);
	void *payload;
	const char *temp_dir;
	vv_pool *pool;
} vv_patch_apply_options;

/* VV_ECONFLICT: parts did not fit (all were reported; with VV_PATCH_REJECT only whole paths that do
 * not fit are a conflict). VV_EINPUT: not a patch, or a truncated or hostile one (with the line and
 * the expected text; a Git patch is recognised). Drop results put before a failure. */
vv_status vv_patch_apply(const vv_patch_source *patch, const vv_patch_apply_options *opts,
			 vv_error *err);

#endif
