/*
 * patch_make: shared by all ways to apply a section: makes a version from the new bytes, and
 * reports places at which the patch does not fit.
 */
#ifndef VV_DIFF_MERGE_PATCH_MAKE_H
#define VV_DIFF_MERGE_PATCH_MAKE_H

#include "dataset/format/row_write.h"
#include "diff/merge/patch_read.h"

/* Makes the new bytes of one path, piece by piece. */
typedef struct patch_maker {
	/* Appends further bytes to out. Sets *end to true after the last bytes. */
	vv_status (*more)(struct patch_maker *m, vv_buf *out, bool *end, vv_error *err);
} patch_maker;

/* The state of applying one section. */
typedef struct patch_job {
	const vv_patch_apply_options *opts;
	patch_lines *lines;
	patch_section *section;
	vv_table *target; /* may be NULL */
	/* if not NULL, results are stored as versions in this sink, instead of being passed to the
	 * caller */
	const vv_sink *keep;
	vv_patch_done done; /* the result */
} patch_job;

/* Report that a row or cell does not fit the patch. Return VV_ECONFLICT, or a negative result of
 * the caller's function. */
vv_status patch_misfit_text(patch_job *j, const char *row, const char *column, const char *expected,
			    const char *found, vv_error *err);
vv_status patch_misfit_cell(patch_job *j, const char *row, const char *column,
			    const vv_cell *expected, const vv_cell *found, vv_error *err);

/* Passes bytes to the caller, which writes the file. payload: the patch_job. */
vv_status patch_give(void *payload, const void *bytes, size_t len, vv_error *err);

/* Calls m->more until the end, parses the bytes in the form of the root `as` (with the target's
 * blocks), and passes them to the caller. *cid: CID of the resulting root; *rows: its number of
 * rows. as NULL: the path has no new version, and the bytes are dropped. */
vv_status patch_make(patch_job *j, patch_maker *m, const vv_root *as, vv_cid *cid, uint64_t *rows,
		     vv_error *err);

#endif
