/*
 * histogram: how bins are made wider, and which widths look good.
 */
#include "cmd/web/model/histogram.h"

#include <math.h>
#include <string.h>

static double width(int exponent)
{
	return pow(10, exponent);
}

/* The number of the bin that a value is in, in bins of that width. */
static int64_t bin_of(double value, int exponent)
{
	/* Dividing by a power of ten that is whole is exact where multiplying by its inverse is not. */
	double at = exponent < 0 ? value * pow(10, -exponent) : value / width(exponent);

	return (int64_t)floor(at);
}

static int64_t floor_div(int64_t a, int64_t b)
{
	int64_t q = a / b;

	return q - (a % b != 0 && (a < 0) != (b < 0));
}

static void widen(vv_web_histogram *h, uint64_t *scratch)
{
	int64_t first = floor_div(h->first, 10);

	memset(scratch, 0, VV_WEB_BINS * sizeof(*scratch));
	for (size_t i = 0; i < VV_WEB_BINS; i++) {
		scratch[floor_div(h->first + (int64_t)i, 10) - first] += h->bins[i];
	}
	memcpy(h->bins, scratch, VV_WEB_BINS * sizeof(*scratch));
	h->first = first;
	h->exponent++;
}

/* The bins that hold anything. */
static void used(const vv_web_histogram *h, size_t *low, size_t *high)
{
	*low = 0;
	*high = VV_WEB_BINS;
	while (*low < *high && h->bins[*low] == 0) {
		(*low)++;
	}
	while (*high > *low && h->bins[*high - 1] == 0) {
		(*high)--;
	}
}

/* Moves the bins, without losing any, so that bin `at` is among them. */
static bool shift_to(vv_web_histogram *h, int64_t at, uint64_t *scratch)
{
	size_t low, high;

	used(h, &low, &high);
	int64_t least = h->first + (int64_t)low;
	int64_t most = h->first + (int64_t)high - 1;
	least = at < least ? at : least;
	most = at > most ? at : most;
	if (most - least >= (int64_t)VV_WEB_BINS) return false;
	least -= ((int64_t)VV_WEB_BINS - (most - least + 1)) / 2;
	memset(scratch, 0, VV_WEB_BINS * sizeof(*scratch));
	for (size_t i = low; i < high; i++) {
		scratch[h->first + (int64_t)i - least] = h->bins[i];
	}
	memcpy(h->bins, scratch, VV_WEB_BINS * sizeof(*scratch));
	h->first = least;
	return true;
}

void vv_web_histogram_add(vv_web_histogram *h, double value)
{
	uint64_t scratch[VV_WEB_BINS];

	if (!isfinite(value) || fabs(value) > 1e300) return;
	if (!h->any) {
		double size = fabs(value);

		h->exponent = size > 1e-290 ? (int)floor(log10(size)) - 6 : -6;
		h->first = bin_of(value, h->exponent) - (int64_t)VV_WEB_BINS / 2;
		h->any = true;
	}
	while (fabs(value) / width(h->exponent) > 1e15) {
		widen(h, scratch);
	}
	int64_t at = bin_of(value, h->exponent);
	while (at < h->first || at >= h->first + (int64_t)VV_WEB_BINS) {
		if (shift_to(h, at, scratch)) {
			break;
		}
		widen(h, scratch);
		at = bin_of(value, h->exponent);
	}
	h->bins[at - h->first]++;
}

static double edge(int64_t bin, int exponent)
{
	return exponent < 0 ? (double)bin / pow(10, -exponent) : (double)bin * width(exponent);
}

size_t vv_web_histogram_bars(const vv_web_histogram *h, vv_web_bin *out, size_t most)
{
	static const int64_t groups[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000};
	size_t low, high, count = 0;
	int64_t group = groups[0], from, to;

	used(h, &low, &high);
	if (!h->any || low == high) return 0;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		group = groups[i];
		from = floor_div(h->first + (int64_t)low, group);
		to = floor_div(h->first + (int64_t)high - 1, group);
		if ((uint64_t)(to - from) < most) {
			break;
		}
	}
	from = floor_div(h->first + (int64_t)low, group);
	to = floor_div(h->first + (int64_t)high - 1, group);
	for (int64_t b = from; b <= to && count < most; b++, count++) {
		out[count] = (vv_web_bin){edge(b * group, h->exponent),
					  edge((b + 1) * group, h->exponent), 0};
	}
	for (size_t i = low; i < high; i++) {
		int64_t b = floor_div(h->first + (int64_t)i, group) - from;

		if (b < (int64_t)count) {
			out[b].count += h->bins[i];
		}
	}
	return count;
}
