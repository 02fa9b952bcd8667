/*
 * patch: writes and applies patches. A patch contains all differences between two versions of each
 * of its paths: of schema, cells, order of rows, and form.
 *
 * A patch is NDJSON (docs/formats/differences.md), and is read and written as a stream. It has a
 * section for each path. A section from version a to version b contains the roots of both versions,
 * and enough data that applying it to a results in exactly the bytes of b, and applying its reverse
 * to b results in a. A section can also be applied to another version of the table (patch_fit.h).
 * Changes that do not fit that version are reported row by row.
 *
 * To write a patch, call vv_patch_begin, then vv_patch_write for each path, then vv_patch_end.
 */
#ifndef VV_DIFF_MERGE_PATCH_H
#define VV_DIFF_MERGE_PATCH_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/thread.h"
#include "diff/write/writer.h"

typedef struct vv_cid vv_cid;
typedef struct vv_columns vv_columns;
typedef struct vv_root vv_root;
typedef struct vv_scan_cache vv_scan_cache;
typedef struct vv_sink vv_sink;
typedef struct vv_table vv_table;

/* Passes the first line of a patch to write. */
vv_status vv_patch_begin(vv_write_fn write, void *payload, vv_error *err);

/* The options of vv_patch_write; pointers are borrowed. */
typedef struct vv_patch_write_options {
	vv_write_fn write;      /* receives the text, piece by piece */
	void *payload;          /* for write */
	const char *path,       /* the path of the section */
		*old_path;      /* path before a rename; NULL: the same path */
	const char *const *key; /* has the same meaning as in vv_rowdiff_options */
	/* the pairs of columns; NULL: vv_patch_write matches the columns */
	const vv_columns *columns;
	const vv_diff_table *told; /* further data for the section's first line; may be NULL */
	const char *temp_dir;      /* folder for temporary files */
	vv_pool *pool;             /* may be NULL */
} vv_patch_write_options;
/* Writes the section that changes table a to table b. a is NULL if the path is added, and b is NULL
 * if the path is removed. Sets *written to false, and writes nothing, if both tables have the same
 * root and path; else sets *written to true. VV_EREFUSED: a row is too long for a patch. */
vv_status vv_patch_write(vv_table *a, vv_table *b, const vv_patch_write_options *opts,
			 bool *written, vv_error *err);

/* Writes the last line of a patch. A patch that lacks this line counts as truncated. sections is
 * the number of sections that were written. */
vv_status vv_patch_end(vv_write_fn write, void *payload, uint64_t sections, vv_error *err);

/* A source of a patch's bytes, or of several patches in sequence. Parts are read twice. payload is
 * the first argument of both functions. */
typedef struct vv_patch_source {
	/* Reads up to len bytes into buf. Returns the number of bytes read, 0 at the end, or a
	 * negative vv_status. */
	ssize_t (*read)(void *payload, void *buf, size_t len, vv_error *err);
	/* Moves to an offset from the beginning. */
	vv_status (*seek)(void *payload, uint64_t offset, vv_error *err);
	void *payload;
	const char *name; /* for messages */
} vv_patch_source;

/* Returns true if a patch that begins with these len bytes is one of Git's. */
bool vv_patch_is_git(const char *text, size_t len);

/* To which versions of a table, the targets, a patch can be applied. */
typedef enum vv_patch_mode {
	/* only to the patch's old version: the result has exactly the new bytes */
	VV_PATCH_EXACT,
	/* to the old version, like EXACT; else to another version of the table, if all changes fit
	 * and the section does not remove the file */
	VV_PATCH_FIT,
	/* like FIT, but changes that do not fit are passed to `reject`, and the other changes are
	 * applied */
	VV_PATCH_REJECT
} vv_patch_mode;

/* A change that does not fit the target; borrowed. */
typedef struct vv_patch_misfit {
	const char *path; /* the path to which the change belongs */
	/* the row, such as "row 17" or "row id=5"; NULL: the change is not about one row */
	const char *row;
	const char *column;   /* NULL: the change is not about one column */
	const char *expected, /* the old value in the patch, or a description */
		/* the value in the target, or a description; NULL: it lacks the row, column or
		 * file */
		*found;
} vv_patch_misfit;

/* The result for one path whose section was applied; borrowed. */
typedef struct vv_patch_done {
	const char *path,  /* path of the new file, or of the removed one */
		*old_path; /* path of the old file; NULL: the patch adds the file */
	bool removed;      /* the patch removes the file */
	bool exact;        /* the result is exactly the patch's new version */
	uint64_t rows_added, rows_removed, rows_changed, rows_moved; /* numbers of rows */
	uint64_t rejected; /* number of changes of rows that did not fit */
	bool order_left,   /* only if not exact: moves of rows could not be applied */
		form_left; /* only if not exact: changes of form could not be applied */
	bool already;      /* only if not exact: the target already had all changes */
	/* the patch also changes types or the key, which are not visible in a file of rows */
	bool schema;
	/* the patch also changes whether rows are stored in key order, or declares the order of the
	 * file, which is not visible in a file, either */
	bool stored_order;
	const vv_cid *old_root, /* CID of the patch's old version; NULL: the patch adds the file */
		*root;          /* CID of its new version; NULL: the patch removes the file */
	/* a root with the schema and form of the patch's new version, for importing the result's
	 * bytes; NULL: the patch removes the file */
	const vv_root *as;
} vv_patch_done;

/* The options of vv_patch_apply. payload is the first argument of all functions. */
typedef struct vv_patch_apply_options {
	bool reverse,       /* apply the patch from new to old */
		check;      /* write nothing, only report whether the patch fits */
	vv_patch_mode mode; /* to which versions the patch can be applied */
	/* Sets *exists to true if a file exists at path, and opens its current version, the target,
	 * in *out; vv_patch_apply closes it. If no file exists, sets *exists to false, and leaves
	 * *out unchanged. `before` is the root of the patch's old version; if the file's bytes can
	 * be read in several forms, the form of `before` is used. If out and `before` are NULL,
	 * only *exists is set. */
	vv_status (*open)(void *payload, const char *path, const vv_root *before, vv_table *out,
			  bool *exists, vv_error *err);
	/* Opens the patch's old version, whose root has this CID, in *out; vv_patch_apply closes
	 * it. root is NULL if the patch adds the file; *out must then remain unchanged. path is the
	 * new path. Sets *exists to true, or to false to skip the path. May be NULL. If it is not
	 * NULL, the patch is applied to the versions that it opens, in the mode EXACT; `open` is
	 * not called, and `mode` is ignored. */
	vv_status (*version)(void *payload, const char *path, const vv_cid *root, vv_table *out,
			     bool *exists, vv_error *err);
	/* only with `version`: stores the results, which are then not passed to `put`; may be
	 * NULL */
	const vv_sink *keep;
	/* Opens the patch's old version, whose root has this CID, in *out, for merging the patch
	 * with another version; vv_patch_apply closes it. Sets *exists to false if the version is
	 * not available. May be NULL. */
	vv_status (*base)(void *payload, const vv_cid *root, vv_table *out, bool *exists,
			  vv_error *err);
	/* Returns the scan cache of the version that `open` opened last, whose root has this CID.
	 * With it, groups that the patch does not change need not be read and encoded again. Sets
	 * *secret to the seed of the hashes in the cache. The result may be NULL, and is borrowed
	 * until the next call of `open`. `cache` may be NULL. */
	const vv_scan_cache *(*cache)(void *payload, const vv_cid *root, uint64_t *secret);
	/* Receives the new bytes of a path, piece by piece; then `done` is called. Not called with
	 * `check` or `keep`. The results must not take effect before vv_patch_apply has returned
	 * VV_OK: a path may fail after its last piece. */
	vv_status (*put)(void *payload, const char *path, const void *bytes, size_t len,
			 vv_error *err);
	/* Receives the result for each path whose section was applied. May be NULL. */
	vv_status (*done)(void *payload, const vv_patch_done *d, vv_error *err);
	/* Receives the new path of each section that was not applied, because it does not fit as a
	 * whole; `misfit` may have received its changes. May be NULL. */
	vv_status (*left)(void *payload, const char *path, vv_error *err);
	/* Receives each change that does not fit. May be NULL. */
	vv_status (*misfit)(void *payload, const vv_patch_misfit *m, vv_error *err);
	/* With VV_PATCH_REJECT: receives a patch with the changes of a path that did not fit, piece
	 * by piece, before `done` is called. May be NULL. */
	vv_status (*reject)(void *payload, const char *path, const void *bytes, size_t len,
			    vv_error *err);
	void *payload;
	const char *temp_dir; /* folder for temporary files */
	vv_pool *pool;        /* may be NULL */
} vv_patch_apply_options;

/* Applies all sections of a patch. If it fails, the caller must drop the bytes that `put` has
 * received. VV_ECONFLICT: some sections did not fit, and `misfit` has received their changes that
 * did not; all other sections were still applied. A section that changes columns has no single
 * changes that fit: only `left` receives it, if the version that it was made from is missing. With
 * VV_PATCH_REJECT, a section causes VV_ECONFLICT only if it does not fit as a whole. VV_EINPUT: the
 * text is not a patch, or the patch is truncated or invalid; the message has the line and the
 * expected text, and recognises a Git patch. VV_ENOSUPPORT: a newer version of varve wrote the
 * patch. VV_EREFUSED: the patch has a path that is not allowed. */
vv_status vv_patch_apply(const vv_patch_source *patch, const vv_patch_apply_options *opts,
			 vv_error *err);

#endif
