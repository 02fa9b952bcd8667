/*
 * decimals: numbers of up to 38 digits, a fixed number of which is after the point.
 *
 * Format: Apache Arrow, "The Arrow columnar format", decimal128: a whole number of 128 bits, in units of 10^-scale.
 */
#ifndef VV_LIB_ARROW_DECIMALS_H
#define VV_LIB_ARROW_DECIMALS_H

#include "base/error.h"
#include "dataset/table/table.h"

#define VV_ARROW_DIGITS 38u /* of a number */

__extension__ typedef __int128 vv_arrow_units;

/* The most digits that a column's numbers have before and after the point. */
typedef struct vv_arrow_extent {
	unsigned whole, fraction;
} vv_arrow_extent;

/* For all rows; reads this column. few: equal spellings of numbers are judged once. Cells that are not numbers, or have more
 * than 38 digits on one side of the point, do not count. */
vv_status vv_arrow_decimals_extent(vv_arrow_extent *out, vv_table *t, size_t place, bool few,
				   vv_error *err);

/* The scale of a column of numbers of either extent: that of the longest fraction, as far as there is room beside the digits
 * before the point. */
unsigned vv_arrow_decimals_scale(const vv_arrow_extent *a, const vv_arrow_extent *b);

/* The value of a cell that is not missing: 1; 0: no number of 38 digits with that scale; <0. */
int vv_arrow_decimals_read(vv_arrow_units *out, const vv_table *t, size_t place,
			   const vv_cell *cell, unsigned scale, vv_error *err);

/* Can numbers of units of 10^-from, from least to most, be had in units of 10^-scale? */
bool vv_arrow_decimals_fit(int64_t least, int64_t most, unsigned from, unsigned scale);

vv_arrow_units vv_arrow_decimals_power(unsigned n); /* 10^n */

#endif
