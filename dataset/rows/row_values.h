/*
 * row_values: computes the values of an expression for the rows of a block. Private to
 * dataset/rows.
 */
#ifndef VV_DATASET_ROWS_ROW_VALUES_H
#define VV_DATASET_ROWS_ROW_VALUES_H

#include "dataset/rows/condition_code.h"
#include "dataset/rows/condition_run.h"

typedef struct vv_row_block vv_row_block; /* row_block.h */

typedef enum vv_values_form {
	/* not computed: the steps begin to end are run for each row on request */
	VV_VALUES_LATER,
	VV_VALUES_SHARED,  /* an array of few values, and for each row an index into the array */
	VV_VALUES_NUMBERS, /* numbers of the same scale; if kind is TIME, days */
	VV_VALUES_TRUTHS
} vv_values_form;

typedef struct vv_row_values {
	vv_values_form form;
	vv_operand_kind kind;
	size_t begin, end; /* LATER: the steps of the condition to run */
	const vv_operand *values;
	size_t count;
	const uint8_t *index; /* SHARED: index of each row; NULL: all rows have the first value */
	const int64_t *numbers;
	unsigned scale;
	uint64_t most;         /* an upper bound of the numbers' absolute values */
	const uint8_t *states; /* a vv_value_state for each row; NULL: all values are known */
	const uint8_t *truths; /* TRUTHS: for each row a vv_truth, or VV_TRUTH_UNDECIDED */
} vv_row_values;

/* Computes the values of the condition c for the rows of b. */
vv_status vv_row_values_of(vv_row_values *out, vv_row_block *b, const vv_condition *c,
			   vv_condition_scratch *s, vv_error *err);
/* Reads the columns that vv_row_values_get needs if v->form is VV_VALUES_LATER. */
vv_status vv_row_values_need(vv_row_block *b, const vv_condition *c, const vv_row_values *v,
			     vv_error *err);
/* Puts the value of a row at the bottom of the scratch's stack. If v->form is VV_VALUES_LATER, call
 * vv_row_values_need first. */
void vv_row_values_get(vv_row_block *b, const vv_condition *c, vv_condition_scratch *s,
		       const vv_row_values *v, size_t row);
/* Converts the values to the form VV_VALUES_NUMBERS. Returns false if this is not possible. */
bool vv_row_values_spread(vv_row_values *v, vv_row_block *b);
size_t vv_row_block_rows(const vv_row_block *b);
/* Returns true if the row need not be evaluated. */
bool vv_row_block_skips(const vv_row_block *b, size_t row);
/* Returns the arena of the block, whose memory is valid until the next vv_row_block_open. */
vv_arena *vv_row_block_arena(vv_row_block *b);

#endif
