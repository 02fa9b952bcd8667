/*
 * histogram: which numbers a scale leaves out, how numbers are rounded, and which widths look good.
 */
#include "cmd/web/model/histogram.h"
#include "base/array.h"

#include <math.h>
#include <stdlib.h>

#define FAR 4 /* times the span of all others lies what a scale leaves out */
#define SCALED_MIN 8u
#define DIGITS 8 /* of a scale's span, before numbers are too many */

static int compare_numbers(const void *a, const void *b)
{
	const double x = ((const vv_web_number *)a)->at, y = ((const vv_web_number *)b)->at;

	return (x > y) - (x < y);
}

/* The number that has so many before it. */
static double ranked_number(const vv_web_number *n, uint64_t before)
{
	while (before >= n->count) {
		before -= n++->count;
	}
	return n->at;
}

uint64_t vv_web_numbers_scale(vv_web_number *numbers, size_t count, double *least, double *greatest)
{
	uint64_t all = 0, outside = 0;
	size_t from = 0, to = count;

	qsort(numbers, count, sizeof(*numbers), compare_numbers);
	vv_array_each(numbers, count, number) {
		all += number->count;
	}
	const uint64_t apart = all >= SCALED_MIN ? 1 + all / 50 : 0;
	const double low = ranked_number(numbers, apart),
		     high = ranked_number(numbers, all - 1 - apart), room = FAR * (high - low);
	for (; room > 0 && numbers[from].at < low - room; from++) {
		outside += numbers[from].count;
	}
	for (; room > 0 && numbers[to - 1].at > high + room; to--) {
		outside += numbers[to - 1].count;
	}
	*least = numbers[from].at;
	*greatest = numbers[to - 1].at;
	return outside;
}

static void merge_equal(vv_web_histogram *h)
{
	vv_web_number *n = h->numbers;
	size_t kept = 0;

	qsort(n, h->count, sizeof(*n), compare_numbers);
	vv_array_each(n, h->count, it) {
		if (kept > 0 && !(n[kept - 1].at < it->at)) {
			n[kept - 1].count += it->count;
		} else {
			n[kept++] = *it;
		}
	}
	h->count = kept;
}

/* Dividing by a power of ten that is whole is exact where multiplying by its inverse is not; 0.29 x 100 is a little
 * less than 29. */
static double in_units(double value, int exponent)
{
	const double at = exponent < 0 ? value * pow(10, -exponent) : value / pow(10, exponent);

	return floor(fabs(at) < 1e14 ? at + fabs(at) * 4e-16 : at);
}

static double from_units(double at, int exponent)
{
	return exponent < 0 ? at / pow(10, -exponent) : at * pow(10, exponent);
}

static void round_to(vv_web_histogram *h, int exponent)
{
	vv_array_each(h->numbers, h->count, number) {
		double *at = &number->at;

		*at = h->rounded ? floor(*at / pow(10, exponent - h->exponent))
				 : in_units(*at, exponent);
	}
	h->rounded = true;
	h->exponent = exponent;
	merge_equal(h);
}

/* As fine as the scale of the numbers so far requires. */
static void round_first(vv_web_histogram *h)
{
	double least, greatest;

	if (h->rounded) return;
	(void)vv_web_numbers_scale(h->numbers, h->count, &least, &greatest);
	const double span = greatest - least;
	const int exponent = span > 1e-280 ? (int)floor(log10(span)) - DIGITS : -DIGITS;
	round_to(h, h->whole && exponent < 0 ? 0 : exponent);
}

static void make_room(vv_web_histogram *h)
{
	merge_equal(h);
	if (h->count > VV_WEB_NUMBERS / 2) {
		round_first(h);
	}
	while (h->count > VV_WEB_NUMBERS / 2) {
		round_to(h, h->exponent + 1);
	}
}

void vv_web_histogram_add(vv_web_histogram *h, double value)
{
	if (!isfinite(value) || fabs(value) > 1e300) return;
	if (h->count == VV_WEB_NUMBERS) {
		make_room(h);
	}
	h->numbers[h->count++] = (vv_web_number){h->rounded ? in_units(value, h->exponent) : value,
						 1};
}

uint64_t vv_web_histogram_bars(vv_web_histogram *h, double unit, vv_web_bar *out, size_t most,
			       size_t *count)
{
	double least, greatest, width = 1;

	*count = 0;
	if (h->count == 0) return 0;
	round_first(h);
	const uint64_t outside = vv_web_numbers_scale(h->numbers, h->count, &least, &greatest);
	for (size_t i = 0; floor(greatest / width) - floor(least / width) >= (double)most; i++) {
		width *= i % 3 == 1 ? 2.5 : 2; /* 1, 2, 5, 10 ... */
	}
	const double from = floor(least / width);
	for (double b = from; b <= floor(greatest / width); b++, (*count)++) {
		out[*count] = (vv_web_bar){unit * from_units(b * width, h->exponent),
					   unit * from_units((b + 1) * width, h->exponent), 0};
	}
	vv_array_each(h->numbers, h->count, n) {
		if (n->at >= least && n->at <= greatest) {
			out[(size_t)(floor(n->at / width) - from)].rows += n->count;
		}
	}
	return outside;
}
