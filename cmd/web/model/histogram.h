/*
 * histogram: computes a histogram of numbers, and a scale for them, in one pass and in little
 * memory.
 *
 * If the numbers have many distinct values, they are rounded down to multiples of a power of ten.
 * An outlier uses the memory of one number, and does not make the rounding of the other numbers
 * coarser. All counts are exact.
 *
 * A correct caller zeroes a vv_web_histogram, sets its members numbers and whole, calls
 * vv_web_histogram_add for each number, and then vv_web_histogram_bars.
 */
#ifndef VV_CMD_WEB_MODEL_HISTOGRAM_H
#define VV_CMD_WEB_MODEL_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A number and its count. */
typedef struct vv_web_number {
	double at;      /* the number */
	uint64_t count; /* how often it occurs */
} vv_web_number;

/* Sorts count (at least 1) numbers, and sets *least and *greatest to the ends of a scale for a
 * drawing of these numbers. The scale leaves out outliers. At each end, at most 2 % of the numbers
 * plus one can be outliers, and only if their distance from the others is more than 4 times the
 * span of the others. Fewer than 8 numbers have no outliers. Returns the number of outliers. */
uint64_t vv_web_numbers_scale(vv_web_number *numbers, size_t count, double *least,
			      double *greatest);

#define VV_WEB_NUMBERS 16384u /* maximum number of distinct numbers that are stored */

/* The numbers that were added. */
typedef struct vv_web_histogram {
	vv_web_number *numbers; /* an array of VV_WEB_NUMBERS elements, owned by the caller */
	size_t count;           /* the number of elements in use */
	/* set by the caller: all numbers are integers, so the ends of bars must be integers */
	bool whole;
	/* the numbers were rounded: numbers[i].at is in units of 10^exponent */
	bool rounded;
	int exponent;
} vv_web_histogram;

/* Adds a number. Ignores NaN, infinite numbers, and numbers beyond 1e300. */
void vv_web_histogram_add(vv_web_histogram *h, double value);

/* A bar of a histogram. */
typedef struct vv_web_bar {
	double from, to; /* the bar counts numbers with from <= number < to */
	uint64_t rows;   /* the count */
} vv_web_bar;

/* Writes at most `most` (at least 20) bars to out, and sets *count to their number; 0 without
 * numbers. All bars have the same width, which is 1, 2 or 5 times a power of ten. from and to of a
 * bar are multiplied by `unit`. Rounds the numbers in h. Returns the number of numbers that are in
 * no bar, because they are outliers (vv_web_numbers_scale). */
uint64_t vv_web_histogram_bars(vv_web_histogram *h, double unit, vv_web_bar *out, size_t most,
			       size_t *count);

#endif
