/*
 * drift: how far two distributions of one column are apart. docs/use/rules.md has the
 * formulas with an example worked by hand.
 */
#ifndef VV_CHECK_PAST_DRIFT_H
#define VV_CHECK_PAST_DRIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "check/past/distribution.h"

#define VV_DRIFT_BINS 10u /* of numbers: tenths of the base */
#define VV_DRIFT_CATEGORIES                                                                        \
	100u /* of texts: the most frequent ones of the base; the rest is one bin */

/* The same bins on both sides. */
typedef struct vv_drift_bins {
	uint64_t base[VV_DRIFT_CATEGORIES + 1], now[VV_DRIFT_CATEGORIES + 1];
	size_t count;
	uint64_t base_total, now_total; /* 0: nothing to compare */
} vv_drift_bins;

/* Both finished, of one kind, and not over. Missing values and those of another type are
 * in no bin. */
vv_status vv_drift_bin(vv_drift_bins *out, const vv_distribution *base, const vv_distribution *now,
		       vv_error *err);

/* Population stability index: sum of (now - base) * ln(now / base) over the shares of the
 * bins, none of which is taken for less than 0.0001. In billionths, rounded. */
uint64_t vv_drift_psi(const vv_drift_bins *b);

#endif
