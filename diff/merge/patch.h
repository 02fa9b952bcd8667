/*
 * patch: writes and applies patches. A patch is a difference that can be applied: schema, cells,
 * order and form.
 *
 * Patches are NDJSON, and are streamed; docs/formats/differences.md. A patch from a to b names both
 * roots, and has enough data that apply(a, patch) is b byte for byte, and apply(b, reverse(patch))
 * is a. If the patch is applied to another version of the table, it is merged with that version;
 * without a key, rows are found by content and place. Changes that do not fit are reported row by
 * row.
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

/* Writes the first line of a patch. */
vv_status vv_patch_begin(vv_write_fn write, void *payload, vv_error *err);

typedef struct vv_patch_write_options {
	vv_write_fn write;
	void *payload;
	const char *path, *old_path; /* old_path: path before a rename; NULL: the same path */
	const char *const *key;      /* as in vv_rowdiff_options */
	const vv_columns *columns;   /* how columns correspond; NULL: determined by this function */
	const vv_diff_table *told;   /* further data for the table's line; may be NULL */
	const char *temp_dir;
	vv_pool *pool;
} vv_patch_write_options;
/* Writes the section that changes table a to table b. a is NULL if the path is added, and b if the
 * path is removed. If both tables have the same root and name, writes no section, and sets *written
 * to false. */
vv_status vv_patch_write(vv_table *a, vv_table *b, const vv_patch_write_options *opts,
			 bool *written, vv_error *err);

/* Writes the last line of a patch, without which the patch counts as truncated. sections is the
 * number of sections that were written. */
vv_status vv_patch_end(vv_write_fn write, void *payload, uint64_t sections, vv_error *err);

/* A source of a patch's bytes. Parts of the patch are read twice. */
typedef struct vv_patch_source {
	/* Returns the number of bytes read, 0 at the end, or a negative vv_status. */
	ssize_t (*read)(void *payload, void *buf, size_t len, vv_error *err);
	/* Moves to an offset from the beginning. */
	vv_status (*seek)(void *payload, uint64_t offset, vv_error *err);
	void *payload;
	const char *name; /* for messages */
} vv_patch_source;

typedef enum vv_patch_mode {
	/* the target must be the patch's old version: the result has exactly the new bytes */
	VV_PATCH_EXACT,
	/* tries EXACT first, but accepts another version of the same table if the change of each row fits */
	VV_PATCH_FIT,
	/* like FIT, but changes that do not fit are passed to reject, and the other changes are
	 * applied */
	VV_PATCH_REJECT
} vv_patch_mode;

typedef struct vv_patch_misfit {
	const char *path;
	const char *row;              /* "row 17", "row id=5"; NULL: the whole file */
	const char *column;           /* NULL: the whole row */
	const char *expected, *found; /* `found` is NULL if no such row, column or file exists */
} vv_patch_misfit;

/* The result for one path. */
typedef struct vv_patch_done {
	/* old_path: path of the old file; NULL: the patch adds the file */
	const char *path, *old_path;
	bool removed; /* the patch removes the file */
	bool exact;   /* the target was the patch's old version, byte for byte */
	uint64_t rows_added, rows_removed, rows_changed, rows_moved;
	uint64_t rejected; /* changes of rows that did not fit */
	/* if not exact: moves, or changes of form, could not be applied */
	bool order_left, form_left;
	bool already; /* if not exact: the target already had all changes */
	/* the patch also changes types or the key, which are not visible in a file of rows */
	bool schema;
	/* the patch also changes the order in which the version stores its rows, which is not
	 * visible either */
	bool stored_order;
	/* root is the root of the new version, and `as` its schema and form, for an import of its
	 * bytes; both are NULL if the new version is not a table. old_root is the root of the old
	 * version; may be NULL. */
	const vv_cid *old_root, *root;
	const vv_root *as;
} vv_patch_done;

typedef struct vv_patch_apply_options {
	bool reverse, check; /* check: write nothing; only report whether the patch fits */
	vv_patch_mode mode;
	/* Opens the current table at path, and sets *exists to whether there is such a file. If out
	 * is NULL, only sets *exists. vv_patch_apply closes the table. `before` is the version from
	 * which the patch was made; if the bytes of a text allow several forms, the form of
	 * `before` is used. */
	vv_status (*open)(void *payload, const char *path, const vv_root *before, vv_table *out,
			  bool *exists, vv_error *err);
	/* If not NULL, the patch is not applied to the table that open returns, but to the version
	 * from which the patch was made; `open` is not called, and mode counts as EXACT. Opens the
	 * version with this root. root is NULL if the patch adds the file; *out is then unchanged.
	 * If *exists is set to false, the path is skipped. */
	vv_status (*version)(void *payload, const char *path, const vv_cid *root, vv_table *out,
			     bool *exists, vv_error *err);
	/* Used with version; if not NULL, results are stored in this sink instead of being passed
	 * to put, and done gets the root. */
	const vv_sink *keep;
	/* Opens the version with this root from which the patch was made, to merge the patch with
	 * another version; sets *exists to false if the version is not available. May be NULL. */
	vv_status (*base)(void *payload, const vv_cid *root, vv_table *out, bool *exists,
			  vv_error *err);
	/* Returns the scan cache of the version that open has just returned, so that groups that
	 * the patch does not change need not be read and encoded again. *secret seeds the hashes of
	 * the cache. The result may be NULL, and is borrowed until the next open. cache may be
	 * NULL. */
	const vv_scan_cache *(*cache)(void *payload, const vv_cid *root, uint64_t *secret);
	/* Receives the new bytes of a path, piece by piece; then `done` is called. With `check`,
	 * `put` is not called. The results must not take effect before vv_patch_apply has returned
	 * VV_OK. */
	vv_status (*put)(void *payload, const char *path, const void *bytes, size_t len,
			 vv_error *err);
	vv_status (*done)(void *payload, const vv_patch_done *d, vv_error *err);
	vv_status (*misfit)(void *payload, const vv_patch_misfit *m, vv_error *err);
	/* With VV_PATCH_REJECT: receives a patch with the changes that did not fit, piece by piece,
	 * before done is called. */
	vv_status (*reject)(void *payload, const char *path, const void *bytes, size_t len,
			    vv_error *err);
	void *payload;
	const char *temp_dir;
	vv_pool *pool;
} vv_patch_apply_options;

/* Applies a patch. On failure, the caller must drop the results that put has received.
 * VV_ECONFLICT: some changes did not fit, all of which were reported; with VV_PATCH_REJECT, only a
 * path that does not fit as a whole is a conflict. VV_EINPUT: not a patch, or a truncated or
 * invalid patch; the message has the line and the expected text, and recognises a Git patch. */
vv_status vv_patch_apply(const vv_patch_source *patch, const vv_patch_apply_options *opts,
			 vv_error *err);

#endif
