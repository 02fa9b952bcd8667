/*
 * value: compares two cells by the types of their columns.
 *
 * A comparison has three results: the cells have the same text and state; they have the same value,
 * spelled differently (1.0 and 1.00, 5 and "5" across CSV and JSON, true and 1 if declared in
 * trueValues, a date in two declared formats); or their values are different. Numbers are compared
 * by exact decimal arithmetic. All missing values of the schema (missingValues) and JSON's null are
 * the same value, spelled differently. It is not equal to an absent cell, nor to any other text. In
 * a column of strings or without a type, the empty text is not a missing value.
 */
#ifndef VV_DIFF_ROWS_VALUE_H
#define VV_DIFF_ROWS_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/hash.h"
#include "dataset/format/cell.h"
#include "dataset/schema/schema.h"

/* The result of a comparison. */
typedef enum vv_same {
	VV_SAME,       /* equal state and text */
	VV_SAME_VALUE, /* equal value, spelled differently */
	VV_OTHER       /* different values */
} vv_same;

/* Compares the old cell a of the field fa with the new cell b of the field fb. Each cell is read by
 * its own field; if the types of the fields are different, both cells are read by fb. scratch is
 * overwritten. If memory runs out, scratch->failed becomes true and remains true; the result is
 * then not valid. */
vv_same vv_value_compare(vv_buf *scratch, const vv_field *fa, const vv_cell *a, const vv_field *fb,
			 const vv_cell *b);

/* Returns true if both cells are numbers that differ by at most the tolerance. tolerance is a
 * decimal number as text, such as "0.01", or a percentage of the larger absolute value, such as
 * "5%". Returns false if it is not valid. The other parameters are those of vv_value_compare. */
bool vv_value_within(vv_buf *scratch, const vv_field *fa, const vv_cell *a, const vv_field *fb,
		     const vv_cell *b, const char *tolerance);
/* Returns true if the text is a valid tolerance: a number that is not negative. */
bool vv_tolerance_check(const char *tolerance);

/* Returns the field by which vv_value_compare reads an old cell of the field fa: fa if both fields
 * have the same type, else fb. Also used for hashing and joining rows of two versions. */
const vv_field *vv_value_field(const vv_field *fa, const vv_field *fb);

/* Appends the canonical form of the value of c, a cell of the field f. Cells for which
 * vv_value_compare returns VV_SAME or VV_SAME_VALUE have equal forms; other cells have different
 * forms. No form is a prefix of another form, since each begins with its length. Used for hashing
 * values. */
void vv_value_put_canonical(vv_buf *out, const vv_field *f, const vv_cell *c);

/* Compares two cells of the field f in a total order, for deterministic output and merging: by
 * state, then numbers of a numeric column by value, then by their bytes. Returns a number below 0,
 * 0, or a number above 0. */
int vv_value_order(const vv_field *f, const vv_cell *a, const vv_cell *b);

#endif
