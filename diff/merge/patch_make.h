/*
 * patch_make: functions that all ways to apply a section share: they make a version of the new
 * bytes, and report misfits.
 */
#ifndef VV_DIFF_MERGE_PATCH_MAKE_H
#define VV_DIFF_MERGE_PATCH_MAKE_H

#include "dataset/format/row_write.h"
#include "diff/merge/patch_read.h"

/* Makes the new bytes of one path, piece by piece. */
typedef struct patch_maker {
	/* Appends further bytes to out. Sets *end at the end. */
	vv_status (*more)(struct patch_maker *m, vv_buf *out, bool *end, vv_error *err);
} patch_maker;

/* The state of applying one section. */
typedef struct patch_job {
	const vv_patch_apply_options *opts;
	patch_lines *lines;
	patch_section *section;
	vv_table *target; /* may be NULL */
	/* not NULL: stores the results as versions here, instead of passing them to the caller */
	const vv_sink *keep;
	vv_patch_done done; /* the result */
} patch_job;

/* Report a misfit. Return VV_ECONFLICT, or the result of the caller's function. */
vv_status patch_misfit_text(patch_job *j, const char *row, const char *column, const char *expected,
			    const char *found, vv_error *err);
vv_status patch_misfit_cell(patch_job *j, const char *row, const char *column,
			    const vv_cell *expected, const vv_cell *found, vv_error *err);

/* Passes bytes to the caller, who writes the file. payload: the patch_job. */
vv_status patch_give(void *payload, const void *bytes, size_t len, vv_error *err);

/* Runs the maker to its end, reads its bytes in the form of the root `as` (with the target's
 * blocks), and passes them to the caller. *cid: the resulting root; *rows: its number of rows. as
 * NULL (no version): drops the bytes. */
vv_status patch_make(patch_job *j, patch_maker *m, const vv_root *as, vv_cid *cid, uint64_t *rows,
		     vv_error *err);

#endif
