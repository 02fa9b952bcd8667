/*
 * drift: how values become bins, and the two measures.
 */
#include "check/past/drift.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"

#define LEAST_SHARE 0.0001
#define BILLION 1e9

/* Numbers: a bin of the base ends with the value that fills another tenth, and so holds
 * whole values (one value may fill several tenths); the first and the last have no ends. */
static void bin_numbers(vv_drift_bins *out, const vv_distribution *base, const vv_distribution *now)
{
	uint64_t seen = 0, tenth = 1;
	size_t k = 0, n = 0;

	for (size_t i = 0; i < base->count; i++) {
		bool last = i + 1 == base->count;

		out->base[n] += base->values[i].count;
		seen += base->values[i].count;
		for (; k < now->count && (last || now->values[k].step <= base->values[i].step);
		     k++) {
			out->now[n] += now->values[k].count;
		}
		if (!last && n + 1 < VV_DRIFT_BINS &&
		    seen * VV_DRIFT_BINS >= tenth * out->base_total) {
			tenth = seen * VV_DRIFT_BINS / out->base_total + 1;
			n++;
		}
	}
	out->count = n + 1;
}

static int most_first(const void *a, const void *b)
{
	const vv_dist_value *x = *(const vv_dist_value *const *)a,
			    *y = *(const vv_dist_value *const *)b;
	if (x->count != y->count) return x->count > y->count ? -1 : 1;
	return x < y ? -1 : x > y; /* they lie in the order of their bytes */
}

static vv_status bin_texts(vv_drift_bins *out, const vv_distribution *base,
			   const vv_distribution *now, vv_error *err)
{
	const vv_dist_value **order = vv_calloc(base->count + 1, sizeof(*order));
	uint64_t base_rest = out->base_total, now_rest = out->now_total;
	size_t n;

	if (!order) return vv_fail_nomem(err);
	for (size_t i = 0; i < base->count; i++) {
		order[i] = &base->values[i];
	}
	qsort(order, base->count, sizeof(*order), most_first);
	for (n = 0; n < base->count && n < VV_DRIFT_CATEGORIES; n++) {
		out->base[n] = order[n]->count;
		out->now[n] = vv_distribution_count(now, order[n]);
		base_rest -= out->base[n];
		now_rest -= out->now[n];
	}
	if (base_rest > 0 || now_rest > 0) {
		out->base[n] = base_rest;
		out->now[n] = now_rest;
		n++;
	}
	out->count = n;
	vv_free(order);
	return VV_OK;
}

static uint64_t total(const vv_distribution *d)
{
	uint64_t n = 0;

	for (size_t i = 0; i < d->count; i++) {
		n += d->values[i].count;
	}
	return n;
}

vv_status vv_drift_bin(vv_drift_bins *out, const vv_distribution *base, const vv_distribution *now,
		       vv_error *err)
{
	*out = (vv_drift_bins){.base_total = total(base)};
	out->now_total = total(now);
	if (out->base_total == 0 || out->now_total == 0) return VV_OK;
	if (base->kind == VV_DIST_TEXTS) return bin_texts(out, base, now, err);
	bin_numbers(out, base, now);
	return VV_OK;
}

static uint64_t billionths(double v)
{
	return v > 0 ? (uint64_t)(v * BILLION + 0.5) : 0;
}

/* The natural logarithm of x > 0: with x = m * 2^e, m near 1, it is e ln 2 + 2 artanh((m - 1) / (m + 1)). The C library's
 * differs in the last digit between systems, and is the only thing that varve would need its libm for. */
static double logarithm(double x)
{
	const double ln2 = 0.693147180559945309;
	double power, sum = 0;
	int e;

	x = frexp(x, &e); /* 0.5 to 1 */
	if (x < 0.7071) {
		x *= 2;
		e--;
	}
	double z = power = (x - 1) / (x + 1); /* at most 0.172: 12 terms are exact to 1e-19 */
	for (int n = 1; n < 24; n += 2, power *= z * z) {
		sum += power / n;
	}
	return e * ln2 + 2 * sum;
}

static double share(uint64_t n, uint64_t of)
{
	return (double)n / (double)of;
}

static double larger(double a, double b)
{
	return a > b ? a : b;
}

uint64_t vv_drift_psi(const vv_drift_bins *b)
{
	double sum = 0;

	if (b->base_total == 0 || b->now_total == 0) return 0;
	for (size_t i = 0; i < b->count; i++) {
		double was = larger(share(b->base[i], b->base_total), LEAST_SHARE);
		double is = larger(share(b->now[i], b->now_total), LEAST_SHARE);

		sum += (is - was) * logarithm(is / was);
	}
	return billionths(sum);
}
