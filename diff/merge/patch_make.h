/*
 * patch_make: functions for all modes of applying a section: make a version from the new bytes, and
 * report changes that do not fit.
 */
#ifndef VV_DIFF_MERGE_PATCH_MAKE_H
#define VV_DIFF_MERGE_PATCH_MAKE_H

#include "diff/merge/patch_read.h"

typedef struct vv_cell vv_cell;
typedef struct vv_cid vv_cid;
typedef struct vv_root vv_root;
typedef struct vv_sink vv_sink;
typedef struct vv_table vv_table;

/* Makes the new bytes of one path, piece by piece. */
typedef struct patch_maker {
	/* Appends further bytes, in UTF-8, to out. Sets *end to true with the last bytes; is then
	 * not called again. */
	vv_status (*more)(struct patch_maker *m, vv_buf *out, bool *end, vv_error *err);
} patch_maker;

/* The state of applying one section. */
typedef struct patch_job {
	const vv_patch_apply_options *opts;
	patch_lines *lines;     /* the reader of the patch */
	patch_section *section; /* the head of the section */
	/* the version to which the section is applied; NULL: the section adds the file */
	vv_table *target;
	/* if not NULL, results are stored as versions in this sink, instead of being passed to the
	 * caller */
	const vv_sink *keep;
	vv_patch_done done; /* the result */
} patch_job;

/* Passes a vv_patch_misfit with these members to opts->misfit, if that is not NULL. Returns
 * VV_ECONFLICT, or the status with which opts->misfit failed. */
vv_status patch_misfit_text(patch_job *j, const char *row, const char *column, const char *expected,
			    const char *found, vv_error *err);
/* Does what patch_misfit_text does, with the cells `expected` and `found`: a text in quotes,
 * null or "no cell"; long texts are cut so that the difference is shown. expected NULL: "no
 * cell"; found NULL: NULL. */
vv_status patch_misfit_cell(patch_job *j, const char *row, const char *column,
			    const vv_cell *expected, const vv_cell *found, vv_error *err);

/* Passes bytes of the new file to opts->put; a vv_bytes_fn. payload: the patch_job. */
vv_status patch_give(void *payload, const void *bytes, size_t len, vv_error *err);

/* Calls m->more until the end, imports the bytes with the schema and form of the root `as`, and
 * also passes them, in the encoding of `as`, to opts->put, unless opts->check is set or j->keep
 * stores the result. Sets *cid to the CID of the resulting root, and *rows to its number of
 * rows. as NULL: the section removes the file; the bytes are dropped, and *cid and *rows are not
 * set. VV_EINPUT: the bytes cannot be read with the schema and form of `as`. */
vv_status patch_make(patch_job *j, patch_maker *m, const vv_root *as, vv_cid *cid, uint64_t *rows,
		     vv_error *err);

#endif
