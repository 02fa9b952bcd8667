/*
 * drift: measures the distance between two distributions of a column. docs/use/rules.md has the
 * formulas with an example worked by hand.
 */
#ifndef VV_CHECK_PAST_DRIFT_H
#define VV_CHECK_PAST_DRIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hash_index.h"
#include "dataset/schema/schema.h"

/* distribution: counts how often each value occurs in a column. Counts can be subtracted. Therefore the
 * distribution of a new version can be computed from that of the base: subtract the cells of the
 * groups that only the base has, and add the cells of the groups that only the new version has.
 *
 * A correct caller calls vv_distribution_init, vv_distribution_add for cells (times 1, or -1 to
 * subtract), and vv_distribution_finish. It may then call the other functions. Last, it calls
 * vv_distribution_clear.
 *
 * Dates are counted by day, times and datetimes by minute, and texts unchanged. Numbers are counted
 * as doubles. If a column has more than VV_DIST_STEPS_MAX distinct numbers, the lowest binary digits of
 * all numbers are dropped, as few digits as possible. Numbers that are then equal are counted together.
 * The number of dropped digits depends only on the values, not on their order. The step of a number or
 * time is its position in the order of all possible values. See docs/use/rules.md. */

/* How the values of a column are counted. */
typedef enum vv_dist_kind {
	VV_DIST_NUMBERS, /* ordered values, as exact as the limits allow */
	VV_DIST_TIMES,   /* ordered values: dates, times */
	VV_DIST_TEXTS,   /* unordered values */
	VV_DIST_COUNTS   /* only rows and missing values are counted */
} vv_dist_kind;

/* The maximum number of distinct texts, days or minutes of a distribution. Beyond this limit,
 * values are not counted separately (vv_distribution.over). */
#define VV_DIST_VALUES_MAX ((size_t)1 << 20)
/* The maximum number of bytes of the distinct texts of a distribution. Beyond this limit, too, values
 * are not counted separately. */
#define VV_DIST_BYTES_MAX ((size_t)16 << 20)
/* The maximum number of distinct numbers without dropped digits. */
#define VV_DIST_STEPS_MAX ((size_t)1 << 17)

/* A value and its count. */
typedef struct vv_dist_value {
	int64_t step;     /* the position of a number or time in the order of all possible values */
	const char *text; /* for texts: len bytes, borrowed from the distribution */
	size_t len;       /* number of bytes in text */
	uint64_t count;   /* number of cells with the value */
} vv_dist_value;

/* A distribution. */
typedef struct vv_distribution {
	vv_dist_kind kind; /* how the values are counted */
	uint64_t rows,     /* number of rows */
		missing;   /* number of rows without a value */
	uint64_t other;    /* number of rows with a value that is not of the type */
	bool over; /* there are too many distinct values, and `values` is empty; not for numbers */
	unsigned dropped; /* for numbers: how many binary digits were dropped */
	/* if dropped is not 0: a lower bound for the number of distinct values that dropping one
	 * digit less would leave */
	uint64_t finer;
	/* after vv_distribution_finish: ordered by step or bytes; counts above 0 */
	vv_dist_value *values;
	size_t count; /* number of elements of values */
	/* Used only by drift.c. While values are added: a hash table, in which counts may be below
	 * 0 */
	struct vv_dist_slot *slots;
	size_t slot_count, slot_cap;
	vv_hash_index slot_index; /* finds a slot by the hash of its value */
	vv_buf texts,             /* the bytes of all distinct texts */
		scratch;          /* temporary data of one call */
} vv_distribution;

/* Returns how values of the field's type are counted: VV_DIST_NUMBERS, VV_DIST_TIMES or
 * VV_DIST_TEXTS. */
vv_dist_kind vv_distribution_kind(const vv_field *f);
/* Returns true if the values of both fields are counted in the same way: as the same kind, and times in
 * the same unit, days or minutes. */
bool vv_distribution_same_steps(const vv_field *a, const vv_field *b);

/* Makes *d an empty distribution of this kind. */
void vv_distribution_init(vv_distribution *d, vv_dist_kind kind);
void vv_distribution_clear(vv_distribution *d);
VV_AUTO_CLEAR(vv_distribution, vv_distribution_clear)
/* Adds `count` cells: cells[0], cells[stride] and so on. times is 1, or -1 to subtract the
 * cells. */
vv_status vv_distribution_add(vv_distribution *d, const vv_field *f, const vv_cell *cells,
			      size_t count, size_t stride, int times, vv_error *err);
/* Adds the counts of `from`, a finished distribution of the same kind, to d. */
vv_status vv_distribution_add_all(vv_distribution *d, const vv_distribution *from, vv_error *err);
/* Sorts the values. VV_ECORRUPT: a value was subtracted that was not in the distribution. */
vv_status vv_distribution_finish(vv_distribution *d, vv_error *err);
/* For a finished distribution d that was made from the distribution `from` (vv_distribution_add_all) by
 * subtracting `gone` rows and adding others. Returns true if d has dropped no more digits than
 * necessary for its values. Returns false if d may have dropped more: the caller then counts the cells
 * in a new distribution. */
bool vv_distribution_settle(vv_distribution *d, const vv_distribution *from, uint64_t gone);
/* Makes two finished distributions of numbers comparable: drops further digits in one of them, so that
 * both have the same number of dropped digits. */
void vv_distribution_level(vv_distribution *a, vv_distribution *b);

/* Appends a finished distribution as bytes. */
void vv_distribution_put(vv_buf *out, const vv_distribution *d);
/* Reads bytes of vv_distribution_put into *out, an initialised distribution of the same kind.
 * Returns false if the bytes are invalid or memory runs out; the caller then clears *out. */
bool vv_distribution_get(vv_distribution *out, const void *bytes, size_t len, vv_error *err);

/* Returns the count of a text or step in a finished distribution; 0 if the distribution lacks it. */
uint64_t vv_distribution_count(const vv_distribution *d, const vv_dist_value *v);

/* for numbers and times: the maximum number of bins; each bin has about a tenth of the base's values */
#define VV_DRIFT_BINS 10u
#define VV_DRIFT_CATEGORIES                                                                        \
	100u /* for texts: the most frequent texts of the base; all other texts share one bin */

/* The counts of the values of two distributions in the same bins. */
typedef struct vv_drift_bins {
	uint64_t base[VV_DRIFT_CATEGORIES + 1], /* counts of the base, one for each bin */
		now[VV_DRIFT_CATEGORIES + 1];   /* counts of the new version, one for each bin */
	size_t count;                           /* number of bins */
	/* the number of values of each distribution; if one is 0, there are no bins */
	uint64_t base_total, now_total;
} vv_drift_bins;

/* Sets *out to the bins of two distributions, which must be finished, of the same kind, and not
 * `over`. Missing values and values of another type are in no bin. */
vv_status vv_drift_bin(vv_drift_bins *out, const vv_distribution *base, const vv_distribution *now,
		       vv_error *err);

/* Returns the population stability index in billionths, rounded: the sum of (now - base) * ln(now /
 * base) over the shares of the bins. Each share counts as at least 0.0001. Returns 0 if there are no
 * bins. */
uint64_t vv_drift_psi(const vv_drift_bins *b);

#endif
