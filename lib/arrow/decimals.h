/*
 * decimals: converts numbers of at most 38 digits to Arrow decimals, which have a fixed number of
 * digits after the point.
 *
 * Format: Apache Arrow, "The Arrow columnar format", decimal128: an integer of 128 bits that counts
 * units of 10^-scale.
 */
#ifndef VV_LIB_ARROW_DECIMALS_H
#define VV_LIB_ARROW_DECIMALS_H

#include <stdint.h>

#include "base/error.h"

typedef struct vv_cell vv_cell;
typedef struct vv_table vv_table;

#define VV_ARROW_DIGITS 38u        /* maximum number of digits of a number */
#define VV_ARROW_DOUBLE_DIGITS 15u /* maximum number of digits that every double keeps */

/* An integer that counts units of 10^-scale. */
__extension__ typedef __int128 vv_arrow_units;

/* The extent of a column: the largest number of digits before the point in any of its numbers
 * (whole), and the largest number of digits after the point (fraction). */
typedef struct vv_arrow_extent {
	unsigned whole, fraction;
	bool beyond; /* a number has more than 38 digits on one side of the point */
} vv_arrow_extent;

/* Sets *out to the extent of the column with index `place`; reads all its cells. few: if all
 * numbers of a group have the same number of digits after the point, examine only the least and the
 * greatest (vv_field_all_by_few). Ignores cells that are not numbers, or that have more than 38
 * digits on one side of the point. */
vv_status vv_arrow_decimals_extent(vv_arrow_extent *out, vv_table *t, size_t place, bool few,
				   vv_error *err);

/* Sets *out to true if a cell of the column with index `place`, of integers, has a leading zero, or
 * more than 15 digits, which a double may round. Reads cells until one is found. */
vv_status vv_arrow_decimals_are_text(bool *out, vv_table *t, size_t place, vv_error *err);

/* Returns the scale for a column with the numbers of both extents: the larger `fraction`, but at
 * most 38 minus the larger `whole`. */
unsigned vv_arrow_decimals_scale(const vv_arrow_extent *a, const vv_arrow_extent *b);

/* Sets *out to the number in a cell of the column with index `place`, in units of 10^-scale.
 * Returns 1 on success, 0 if the cell is missing, is not a number, or does not fit into 38 digits
 * with this scale, or a negative vv_status. */
int vv_arrow_decimals_read(vv_arrow_units *out, const vv_table *t, size_t place,
			   const vv_cell *cell, unsigned scale, vv_error *err);

/* Returns true if all numbers from `least` to `most`, which count units of 10^-from, still are
 * integers of at most 38 digits if they count units of 10^-scale. */
bool vv_arrow_decimals_fit(int64_t least, int64_t most, unsigned from, unsigned scale);

vv_arrow_units vv_arrow_decimals_power(unsigned n); /* returns 10^n; n is at most 38 */

#endif
