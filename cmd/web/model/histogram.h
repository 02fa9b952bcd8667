/*
 * histogram: the scale of numbers, and their histogram, in one pass and in little memory.
 *
 * Numbers are kept as they are while few are different, and else rounded down to a power of ten. An outlier takes
 * the place of one number, and makes the others no coarser. Counts are exact.
 */
#ifndef VV_CMD_WEB_MODEL_HISTOGRAM_H
#define VV_CMD_WEB_MODEL_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A number, and its count. */
typedef struct vv_web_number {
	double at;
	uint64_t count;
} vv_web_number;

/* Sorts the numbers (count > 0). Returns how many lie outside of a scale from *least to *greatest, which leaves out
 * a few (2 % at each end) that are far from all others and would flatten them. */
uint64_t vv_web_numbers_scale(vv_web_number *numbers, size_t count, double *least,
			      double *greatest);

#define VV_WEB_NUMBERS 16384u

typedef struct vv_web_histogram {
	vv_web_number *numbers; /* VV_WEB_NUMBERS of them; the caller's */
	size_t count;
	bool whole;   /* whole numbers, and so are the ends of bars */
	bool rounded; /* numbers are in units of 10^exponent */
	int exponent;
} vv_web_histogram;

void vv_web_histogram_add(vv_web_histogram *h, double value);

typedef struct vv_web_bar {
	double from, to; /* from <= value < to */
	uint64_t rows;
} vv_web_bar;

/* Writes at most `most` bars (>= 20) of one width that is 1, 2 or 5 times a power of ten, with their ends times
 * `unit`. Returns how many numbers are outside of their scale. */
uint64_t vv_web_histogram_bars(vv_web_histogram *h, double unit, vv_web_bar *out, size_t most,
			       size_t *count);

#endif
