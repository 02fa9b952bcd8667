/*
 * row_values: computes the values of an expression for all rows of a block (row_block.h). Private
 * to dataset/rows.
 */
#ifndef VV_DATASET_ROWS_ROW_VALUES_H
#define VV_DATASET_ROWS_ROW_VALUES_H

#include "dataset/rows/condition_code.h"
#include "dataset/rows/condition_run.h"

typedef struct vv_row_block vv_row_block; /* row_block.h */

/* How the values are represented. */
typedef enum vv_values_form {
	/* not computed yet: vv_row_values_get runs the steps of the condition for each row */
	VV_VALUES_LATER,
	VV_VALUES_SHARED, /* an array of few values, and for each row an index into the array */
	/* a number for each row, all of the same scale; if kind is TIME, days since 1970-01-01 */
	VV_VALUES_NUMBERS,
	VV_VALUES_TRUTHS /* a truth for each row */
} vv_values_form;

/* The values of an expression. Pointers are borrowed until the next vv_row_block_open. */
typedef struct vv_row_values {
	vv_values_form form;
	vv_operand_kind kind;     /* the kind of the values */
	size_t begin,             /* LATER: index of the first step to run */
		end;              /* LATER: index after the last step to run */
	const vv_operand *values; /* SHARED: the distinct values */
	size_t count;             /* SHARED: number of distinct values */
	/* SHARED: for each row the index of its value; NULL: all rows have the first value */
	const uint8_t *index;
	const int64_t *numbers; /* NUMBERS: for each row the number, in units of 10^-scale */
	unsigned scale;         /* NUMBERS: number of digits after the point */
	uint64_t most;          /* NUMBERS: an upper bound of the absolute values of numbers */
	const uint8_t *states;  /* a vv_value_state for each row; NULL: all values are known */
	const uint8_t *truths;  /* TRUTHS: for each row a vv_truth, or VV_TRUTH_UNDECIDED */
} vv_row_values;

/* Sets *out to the values of the expression c for the rows of b. */
vv_status vv_row_values_of(vv_row_values *out, vv_row_block *b, const vv_condition *c,
			   vv_condition_scratch *s, vv_error *err);
/* Decodes the columns that vv_row_values_get needs if v->form is VV_VALUES_LATER. Does nothing for
 * other forms. */
vv_status vv_row_values_need(vv_row_block *b, const vv_condition *c, const vv_row_values *v,
			     vv_error *err);
/* Sets s->stack[0] to the value of a row. If v->form is VV_VALUES_LATER, call vv_row_values_need
 * first. */
void vv_row_values_get(vv_row_block *b, const vv_condition *c, vv_condition_scratch *s,
		       const vv_row_values *v, size_t row);
/* Converts the values to the form VV_VALUES_NUMBERS. Returns false if this is not possible. */
bool vv_row_values_spread(vv_row_values *v, vv_row_block *b);
/* Returns the number of rows of the block. */
size_t vv_row_block_rows(const vv_row_block *b);
/* Returns true if the block skips the row (vv_row_source.skip). */
bool vv_row_block_skips(const vv_row_block *b, size_t row);
/* Returns the arena of the block, whose memory is valid until the next vv_row_block_open. */
vv_arena *vv_row_block_arena(vv_row_block *b);

#endif
