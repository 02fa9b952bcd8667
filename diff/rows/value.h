/*
 * value: compares two cells under the types of their columns.
 *
 * Three results: the same text and state; the same value spelled differently (1.0 and 1.00, 5 and
 * "5" across CSV and JSON, true and 1 under declared trueValues, a date in two declared formats);
 * different values. Numbers are compared by exact decimal arithmetic. Missing values of the schema
 * (missingValues), JSON null and absent are never equal to each other or to a text, with one
 * exception: a CSV's missing value and a JSON null are the same value spelled differently.
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

typedef enum vv_same {
	VV_SAME,       /* equal state and text */
	VV_SAME_VALUE, /* equal value, spelled differently */
	VV_OTHER
} vv_same;

/* Compares an old cell with a new one. If the columns' types differ, the new one (fb) decides.
 * Overwrites scratch. If memory runs out, sets scratch->failed, which stays set; the result is then
 * not valid. */
vv_same vv_value_compare(vv_buf *scratch, const vv_field *fa, const vv_cell *a, const vv_field *fb,
			 const vv_cell *b);

/* Do two numbers differ by at most the tolerance? tolerance: a decimal text such as "0.01",
 * absolute; with a percent sign, relative to the larger number. False: one cell is not a number,
 * too. scratch: as for vv_value_compare. */
bool vv_value_within(vv_buf *scratch, const vv_field *fa, const vv_cell *a, const vv_field *fb,
		     const vv_cell *b, const char *tolerance);
bool vv_tolerance_check(const char *tolerance); /* is the text a valid tolerance? */

/* Returns the field by which an old cell is read when it is compared with the new version's column:
 * fa, or fb if the types differ. Hashing and joining rows of two versions use the same field. */
const vv_field *vv_value_field(const vv_field *fa, const vv_field *fb);

/* Appends the canonical form of the value under its type. Cells that compare as VV_SAME or
 * VV_SAME_VALUE have equal forms, other cells have different forms, and no form is a prefix of
 * another (the length is first). Hashing and ordering of values use this form. */
void vv_value_put_canonical(vv_buf *out, const vv_field *f, const vv_cell *c);

/* Compares two cells in a total order, for deterministic output and merging: by state, then numbers
 * by value, other cells by bytes. Returns a number less than, equal to or greater than 0. */
int vv_value_order(const vv_field *f, const vv_cell *a, const vv_cell *b);

#endif
