/*
 * value: compares two cells under the types of their columns.
 *
 * Three answers: the same text and state; the same value written otherwise (1.0 and
 * 1.00, 5 and "5" across CSV and JSON, true and 1 under declared trueValues, a date in two
 * declared formats); another value. Exact decimal arithmetic, no floating point. Missing values
 * of the schema (missingValues), JSON null and absent are three different things that
 * are never equal to each other or to a text, except for a CSV's missing value against a
 * JSON null, which are the same value written otherwise.
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
	VV_SAME,       /* state and text */
	VV_SAME_VALUE, /* the value, written otherwise */
	VV_OTHER
} vv_same;

/* Where the two columns have different types, the new one's (fb) decides. scratch is a buffer
 * of the caller's, whose content is overwritten. When memory runs out scratch->failed is set,
 * and stays: then the answer means nothing. */
vv_same vv_value_compare(vv_buf *scratch, const vv_field *fa, const vv_cell *a, const vv_field *fb,
			 const vv_cell *b);

/* Are two numbers within tolerance (a decimal text such as "0.01", absolute; with a
 * percent sign, relative to the larger)? False when one is not a number. scratch: as above. */
bool vv_value_within(vv_buf *scratch, const vv_field *fa, const vv_cell *a, const vv_field *fb,
		     const vv_cell *b, const char *tolerance);
bool vv_tolerance_check(const char *tolerance); /* is it well-formed? */

/* The field under which an old cell is read beside the new version's column: its own, or
 * the new one if the types differ. Hashing and joining of two versions use it too. */
const vv_field *vv_value_field(const vv_field *fa, const vv_field *fb);

/* Appends the value's canonical form under its type: equal for cells that compare as
 * VV_SAME or VV_SAME_VALUE, different otherwise, and never the start of another (length
 * first). The basis of normalised row hashes and of ordering. */
void vv_value_put_canonical(vv_buf *out, const vv_field *f, const vv_cell *c);

/* Total order for deterministic output and merging: by state, then numbers by value, else bytes. */
int vv_value_order(const vv_field *f, const vv_cell *a, const vv_cell *b);

#endif
