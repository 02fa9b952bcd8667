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

#define FAR INT64_MAX /* no such number: bins are too narrow */

/* The number of the bin that a value is in, in bins of that width. */
static int64_t bin_of(double value, int exponent)
{
	if (fabs(value) / width(exponent) > 1e15) return FAR;
	/* Dividing by a power of ten that is whole is exact where multiplying by its inverse is not. */
	double at = exponent < 0 ? value * pow(10, -exponent) : value / width(exponent);

	return (int64_t)floor(at);
}

static int64_t floor_div(int64_t a, int64_t b)
{
	int64_t q = a / b;

	return q - (a % b != 0 && (a < 0) != (b < 0));
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

/* Moves the bins, and makes them wider if need be, so that the value's is among them and none is lost. */
static void make_room(vv_web_histogram *h, double value)
{
	const vv_web_histogram old = *h;
	uint64_t bins[VV_WEB_BINS];
	size_t low, high;
	int64_t least, most, scale = 1;

	used(h, &low, &high);
	for (;; h->exponent++) {
		const int64_t at = bin_of(value, h->exponent);

		least = floor_div(old.first + (int64_t)low, scale);
		most = floor_div(old.first + (int64_t)high - 1, scale);
		least = at < least || low == high ? at : least;
		most = at > most || low == high ? at : most;
		if (at != FAR && most - least < (int64_t)VV_WEB_BINS) {
			break;
		}
		scale *= scale < INT64_MAX / 100 ? 10 : 1; /* beyond all bins' numbers */
	}
	h->first = least - ((int64_t)VV_WEB_BINS - (most - least + 1)) / 2;
	memcpy(bins, old.bins, sizeof(bins));
	memset(h->bins, 0, sizeof(bins));
	for (size_t i = low; i < high; i++) {
		h->bins[floor_div(old.first + (int64_t)i, scale) - h->first] += bins[i];
	}
}

void vv_web_histogram_add(vv_web_histogram *h, double value)
{
	if (!isfinite(value) || fabs(value) > 1e300) return;
	if (!h->any) {
		double size = fabs(value);

		h->exponent = size > 1e-290 ? (int)floor(log10(size)) - 6 : -6;
		h->any = true;
		make_room(h, value);
	}
	int64_t at = bin_of(value, h->exponent);
	if (at < h->first || at >= h->first + (int64_t)VV_WEB_BINS) {
		make_room(h, value);
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
