/*
 * total: computes a sum of numbers without rounding. Private to dataset/rows.
 */
#ifndef VV_DATASET_ROWS_TOTAL_H
#define VV_DATASET_ROWS_TOTAL_H

#include "dataset/rows/condition_code.h"

typedef __int128_t vv_long_sum;

/* A sum: mantissa / 10^scale; or *large, if the sum does not fit into mantissa and scale. If all
 * members are zero, the sum is 0. */
typedef struct vv_total {
	vv_long_sum mantissa;
	unsigned scale;
	vv_ratio *large; /* owned; NULL: not used */
	bool unknown;    /* a value was infinite, or the sum has too many digits */
} vv_total;

void vv_total_clear(vv_total *t);
/* Adds a value. large: the value as a fraction, if v->state is VV_VALUE_LARGE. Returns false if out
 * of memory. */
bool vv_total_add(vv_total *t, const vv_operand *v, const vv_ratio *large);
/* Adds mantissa / 10^scale. Returns false if out of memory. */
bool vv_total_add_whole(vv_total *t, vv_long_sum mantissa, unsigned scale);
/* Adds the square of a value. Parameters and result are those of vv_total_add. */
bool vv_total_add_square(vv_total *t, const vv_operand *v, const vv_ratio *large);
/* Sets *out to the sum as a fraction. Returns false if the fraction would have too many digits. */
bool vv_total_ratio(vv_ratio *out, const vv_total *t);
/* Sets *out to mantissa / 10^scale. Returns false if the fraction would have too many digits. */
bool vv_total_whole(vv_ratio *out, vv_long_sum mantissa, unsigned scale);

/* Appends the sum as bytes, for vv_total_read. */
void vv_total_put(vv_buf *out, const vv_total *t);
/* Reads a sum from *p, moves *p to its end, and adds the sum to *t. Returns 1 on success, 0 if the
 * bytes are damaged, or VV_ENOMEM. */
int vv_total_read(vv_total *t, const uint8_t **p, const uint8_t *end);
/* vv_exact_put appends a number as bytes. vv_exact_get reads such a number from *p, and moves *p to
 * its end; it returns false if the bytes are damaged. */
void vv_exact_put(vv_buf *out, const vv_exact *x);
bool vv_exact_get(vv_exact *out, const uint8_t **p, const uint8_t *end);

#endif
