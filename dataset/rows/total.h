/*
 * total: a sum of numbers without rounding. Private to dataset/rows.
 */
#ifndef VV_DATASET_ROWS_TOTAL_H
#define VV_DATASET_ROWS_TOTAL_H

#include "dataset/rows/condition_code.h"

typedef __int128_t vv_long_sum;

/* A sum: mantissa / 10^scale, or, once that has no room, a fraction. */
typedef struct vv_total {
	vv_long_sum mantissa;
	unsigned scale;
	vv_ratio *large; /* owned */
	bool unknown;    /* an infinite value, or more digits than are computed with */
} vv_total;              /* all zero: nothing yet */

void vv_total_clear(vv_total *t);
/* A value, its square; large: of a LARGE one. False: out of memory. */
bool vv_total_add(vv_total *t, const vv_operand *v, const vv_ratio *large);
bool vv_total_add_whole(vv_total *t, vv_long_sum mantissa,
			unsigned scale); /* mantissa / 10^scale */
bool vv_total_add_square(vv_total *t, const vv_operand *v, const vv_ratio *large);
/* False: more digits than are computed with. */
bool vv_total_ratio(vv_ratio *out, const vv_total *t);
/* mantissa / 10^scale */
bool vv_total_whole(vv_ratio *out, vv_long_sum mantissa, unsigned scale);

/* As bytes, and back, added. 1; 0: damaged; VV_ENOMEM. */
void vv_total_put(vv_buf *out, const vv_total *t);
int vv_total_read(vv_total *t, const uint8_t **p, const uint8_t *end);
void vv_exact_put(vv_buf *out, const vv_exact *x);
bool vv_exact_get(vv_exact *out, const uint8_t **p, const uint8_t *end);

#endif
