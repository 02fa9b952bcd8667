/*
 * drift: the distance of two distributions of one column. docs/use/rules.md has the formulas with
 * an example worked by hand.
 */
#ifndef VV_CHECK_PAST_DRIFT_H
#define VV_CHECK_PAST_DRIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/schema/schema.h"

/* distribution: the count of each value in a column, as sums that can be subtracted.
 *
 * Since a distribution is a sum over rows, that of a new version is the base's, less the
 * groups that only the base has, plus those that only the new one has.
 *
 * A correct caller: init; add cells (times 1, or -1 to subtract); finish; read; clear.
 *
 * Numbers are counted as doubles, exactly, while there are at most VV_DIST_STEPS_MAX different ones;
 * above that the last binary digits are dropped, as few as needed. Their number depends only on the
 * values, not on their order. Dates are counted by day, times and datetimes by minute, texts unchanged.
 * docs/use/rules.md.
 */

typedef enum vv_dist_kind {
	VV_DIST_NUMBERS, /* values in order, as exact as there is room for */
	VV_DIST_TIMES,   /* values in order: dates, times */
	VV_DIST_TEXTS,   /* values by name */
	VV_DIST_COUNTS   /* no values: only how many are missing */
} vv_dist_kind;

/* Limits of different values, and of their bytes; beyond these values are not distinguished. */
#define VV_DIST_VALUES_MAX ((size_t)1 << 20)
#define VV_DIST_BYTES_MAX ((size_t)16 << 20)
/* More different numbers than that lose digits. */
#define VV_DIST_STEPS_MAX ((size_t)1 << 17)

typedef struct vv_dist_value {
	int64_t step;     /* numbers: the place in their order */
	const char *text; /* texts; borrowed from the distribution */
	size_t len;
	uint64_t count;
} vv_dist_value;

typedef struct vv_distribution {
	vv_dist_kind kind;
	uint64_t rows, missing; /* missing: of the rows */
	uint64_t other;         /* of the rows: values that are none of the type */
	bool over;              /* too many different values: values is empty; never of numbers */
	unsigned dropped;       /* numbers: binary digits that were dropped */
	uint64_t finer; /* a lower bound of the different values before the last was dropped */
	vv_dist_value *values; /* once finished: by step, or by bytes; counts above 0 */
	size_t count;
	/* while values are added: a table by hash; counts may be below 0 */
	struct vv_dist_slot *slots;
	size_t slot_cap, slot_used;
	vv_buf texts, scratch;
} vv_distribution;

/* How values of the type are counted, to be measured: NUMBERS, TIMES or TEXTS. */
vv_dist_kind vv_distribution_kind(const vv_field *f);
/* Are steps of the one type those of the other: days, or minutes? */
bool vv_distribution_same_steps(const vv_field *a, const vv_field *b);

void vv_distribution_init(vv_distribution *d, vv_dist_kind kind);
void vv_distribution_clear(vv_distribution *d);
VV_AUTO_CLEAR(vv_distribution, vv_distribution_clear)
/* count cells, the first at cells[0], the next at cells[stride]. */
vv_status vv_distribution_add(vv_distribution *d, const vv_field *f, const vv_cell *cells,
			      size_t count, size_t stride, int times, vv_error *err);
/* Adds another, finished one of the same kind. */
vv_status vv_distribution_add_all(vv_distribution *d, const vv_distribution *from, vv_error *err);
/* VV_ECORRUPT: something was taken away that was not there. */
vv_status vv_distribution_finish(vv_distribution *d, vv_error *err);
/* For one that was made from another (add_all) and finished, minus `gone` rows: are as few digits dropped
 * as if it had been counted by itself? False: unknown. */
bool vv_distribution_settle(vv_distribution *d, const vv_distribution *from, uint64_t gone);
/* Two finished ones of numbers get the same steps: the coarser ones. */
void vv_distribution_level(vv_distribution *a, vv_distribution *b);

/* A finished one as bytes, and back (into an initialised one): false when they are none. */
void vv_distribution_put(vv_buf *out, const vv_distribution *d);
bool vv_distribution_get(vv_distribution *out, const void *bytes, size_t len, vv_error *err);

/* How often a text, or a step, is in a finished one. */
uint64_t vv_distribution_count(const vv_distribution *d, const vv_dist_value *v);

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
 * bins, none of which is treated as less than 0.0001. In billionths, rounded. */
uint64_t vv_drift_psi(const vv_drift_bins *b);

#endif
