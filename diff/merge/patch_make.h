/*
 * patch_make: declarations that all ways to apply a section share: its new bytes become a version,
 * and what does not fit is reported.
 */
#ifndef VV_DIFF_MERGE_PATCH_MAKE_H
#define VV_DIFF_MERGE_PATCH_MAKE_H

#include "dataset/format/row_write.h"
#include "diff/merge/patch_read.h"

/* Makes the new bytes of one path, piece by piece. */
typedef struct patch_maker {
	/* Appends some more bytes to out; *end when there are no more. */
	vv_status (*more)(struct patch_maker *m, vv_buf *out, bool *end, vv_error *err);
} patch_maker;

/* What applying one section has at hand. */
typedef struct patch_job {
	const vv_patch_apply_options *opts;
	patch_lines *lines;
	patch_section *section;
	vv_table *target; /* NULL: there is none */
	const vv_sink
		*keep; /* not NULL: what is made is a version here, and not given to the caller */
	vv_patch_done done; /* what comes of it */
} patch_job;

/* Report a misfit: VV_ECONFLICT, or what the caller's function answered. */
vv_status patch_misfit_text(patch_job *j, const char *row, const char *column, const char *expected,
			    const char *found, vv_error *err);
vv_status patch_misfit_cell(patch_job *j, const char *row, const char *column,
			    const vv_cell *expected, const vv_cell *found, vv_error *err);

/* To the caller, who writes the file; payload: the job. */
vv_status patch_give(void *payload, const void *bytes, size_t len, vv_error *err);

/* Runs the maker to its end; its bytes are read as `as` says (a root; the target's blocks
 * are at hand), and go to the caller. The root made is *cid, its number of rows *rows. With
 * no version to be made (as NULL) they are thrown away. */
vv_status patch_make(patch_job *j, patch_maker *m, const vv_root *as, vv_cid *cid, uint64_t *rows,
		     vv_error *err);

#endif
