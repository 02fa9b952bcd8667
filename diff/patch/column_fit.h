/*
 * column_fit: how a patch's columns and form lie over those of the table that it is fitted
 * onto, and which cells tell which row is which.
 */
#ifndef VV_DIFF_PATCH_COLUMN_FIT_H
#define VV_DIFF_PATCH_COLUMN_FIT_H

#include <stdbool.h>
#include <stddef.h>

#include "diff/patch/make.h"

typedef struct patch_columns {
	long *target_of; /* pair: column of the target; -1 */
	long *result_of; /* pair: column of the result; -1 */
	long *kept;      /* column of the result: of the target; -1 */
	size_t columns;  /* of the result */
	vv_root as;      /* how the result is read; borrows */
	const vv_schema *schema;
	bool new_form;    /* it is written as the patch's new version */
	bool over_new;    /* the target has the new columns already: the patch is a rest */
	size_t *known_by; /* pairs whose cells tell which row is which */
	size_t known_count;
} patch_columns;

/* Of j's section and target; out is all zero before. VV_ECONFLICT, reported, when they do not
 * lie over each other. Clear in any case. */
vv_status patch_columns_fit(patch_columns *out, patch_job *j, vv_error *err);
void patch_columns_clear(patch_columns *c);

#endif
