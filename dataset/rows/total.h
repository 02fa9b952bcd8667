/*
 * total: computes a sum of numbers without rounding. Private to dataset/rows.
 */
#ifndef VV_DATASET_ROWS_TOTAL_H
#define VV_DATASET_ROWS_TOTAL_H

#include "dataset/rows/condition_code.h"

typedef __int128_t vv_long_sum; /* an integer with room for sums of 64-bit numbers */

/* A sum of numbers. All members zero: the sum of no numbers, 0. */
typedef struct vv_total {
	vv_long_sum mantissa; /* the sum is mantissa / 10^scale, unless large is not NULL */
	unsigned scale;       /* see mantissa */
	vv_ratio *large; /* the sum, if it does not fit into mantissa and scale; else NULL; owned */
	bool unknown; /* a value was infinite or not known, or the sum has too many digits: the other members then have no meaning */
} vv_total;

void vv_total_clear(vv_total *t);
/* Adds the number v to the sum. large: the number, if v->state is VV_VALUE_LARGE. Returns false if
 * out of memory. */
bool vv_total_add(vv_total *t, const vv_operand *v, const vv_ratio *large);
/* Adds mantissa / 10^scale to the sum. Returns false if out of memory. */
bool vv_total_add_whole(vv_total *t, vv_long_sum mantissa, unsigned scale);
/* Adds the square of the number v to the sum. large and the result are as for vv_total_add. */
bool vv_total_add_square(vv_total *t, const vv_operand *v, const vv_ratio *large);
/* Sets *out to the sum as a fraction. t->unknown must be false. Returns false if the fraction would have too many digits. */
bool vv_total_ratio(vv_ratio *out, const vv_total *t);
/* Sets *out to the fraction mantissa / 10^scale. Returns false if it would have too many digits. */
bool vv_total_whole(vv_ratio *out, vv_long_sum mantissa, unsigned scale);

/* Appends the sum as bytes, for vv_total_read. */
void vv_total_put(vv_buf *out, const vv_total *t);
/* Reads a sum from *p, moves *p to its end, and adds the sum to *t. Returns 1 on success, 0 if the
 * bytes are damaged, or VV_ENOMEM. */
int vv_total_read(vv_total *t, const uint8_t **p, const uint8_t *end);
/* Appends the number x as bytes, for vv_exact_get. */
void vv_exact_put(vv_buf *out, const vv_exact *x);
/* Reads a number from *p into *out, and moves *p to its end. Returns false if the bytes are
 * damaged. */
bool vv_exact_get(vv_exact *out, const uint8_t **p, const uint8_t *end);

#endif
