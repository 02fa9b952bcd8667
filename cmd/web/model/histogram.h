/*
 * histogram: a histogram of numbers, in one pass and in little memory.
 *
 * Bins are as wide as a power of ten, whose multiples they begin at; where they get too many they become ten
 * times as wide. Counts are exact.
 */
#ifndef VV_CMD_WEB_MODEL_HISTOGRAM_H
#define VV_CMD_WEB_MODEL_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VV_WEB_BINS 4000u

typedef struct vv_web_histogram {
	int exponent;  /* bins are 10^exponent wide */
	int64_t first; /* bins[0] begins at first x width */
	bool any;
	uint64_t *bins; /* VV_WEB_BINS of them; the caller's, zeroed */
} vv_web_histogram;

void vv_web_histogram_add(vv_web_histogram *h, double value);

/* A bar: from <= value < to. */
typedef struct vv_web_bin {
	double from, to;
	uint64_t count;
} vv_web_bin;
/* Writes at most most (>= 20) bars of one width that is 1, 2 or 5 times a power of ten, and answers how
 * many. */
size_t vv_web_histogram_bars(const vv_web_histogram *h, vv_web_bin *out, size_t most);

#endif
