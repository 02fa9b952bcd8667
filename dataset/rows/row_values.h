/*
 * row_values: the values of an expression for the rows of a block. Private to dataset/rows.
 */
#ifndef VV_DATASET_ROWS_ROW_VALUES_H
#define VV_DATASET_ROWS_ROW_VALUES_H

#include "dataset/rows/condition_code.h"
#include "dataset/rows/condition_run.h"

typedef struct vv_row_block vv_row_block; /* row_block.h */

typedef enum vv_values_form {
	VV_VALUES_LATER,   /* not computed yet: steps to be run row by row */
	VV_VALUES_SHARED,  /* few values, and for each row one of them */
	VV_VALUES_NUMBERS, /* numbers of one scale; for kind TIME, days */
	VV_VALUES_TRUTHS
} vv_values_form;

typedef struct vv_row_values {
	vv_values_form form;
	vv_operand_kind kind;
	size_t begin, end; /* LATER: steps */
	const vv_operand *values;
	size_t count;
	const uint8_t *index; /* SHARED; NULL: all have the first */
	const int64_t *numbers;
	unsigned scale;
	uint64_t most;         /* no number is further from zero */
	const uint8_t *states; /* vv_value_state; NULL: all are known */
	const uint8_t *truths; /* vv_truth, or VV_TRUTH_UNDECIDED */
} vv_row_values;

vv_status vv_row_values_of(vv_row_values *out, vv_row_block *b, const vv_condition *c,
			   vv_condition_scratch *s, vv_error *err);
/* The value of a row at the bottom of the scratch's stack. VV_OK; VV_ENOMEM. LATER: after vv_row_values_need. */
vv_status vv_row_values_need(vv_row_block *b, const vv_condition *c, const vv_row_values *v,
			     vv_error *err);
void vv_row_values_get(vv_row_block *b, const vv_condition *c, vv_condition_scratch *s,
		       const vv_row_values *v, size_t row);
/* Makes numbers of it. False: it has others. */
bool vv_row_values_spread(vv_row_values *v, vv_row_block *b);
size_t vv_row_block_rows(const vv_row_block *b);
bool vv_row_block_skips(const vv_row_block *b, size_t row);
/* Memory until the next vv_row_block_open. */
vv_arena *vv_row_block_arena(vv_row_block *b);

#endif
