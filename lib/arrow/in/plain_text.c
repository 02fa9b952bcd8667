/*
 * plain_text: the default formats of Table Schema, and the calendar.
 */
#include "lib/arrow/in/plain_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "dataset/schema/decimal.h"

#define DAY 86400
#define BILLION 1000000000

/* The first `count` digits of a positive number, without zeros at their end; *exponent: of the first one. Any locale's point
 * is passed over. */
static void take_digits(vv_buf *digits, long *exponent, double d, int count)
{
	char text[48];
	const char *p = text;

	snprintf(text, sizeof(text), "%.*e", count - 1, d);
	vv_buf_reset(digits);
	for (; *p != 'e'; p++) {
		if (*p >= '0' && *p <= '9') {
			vv_buf_putc(digits, *p);
		}
	}
	*exponent = strtol(p + 1, NULL, 10);
	while (digits->len > 1 && digits->data[digits->len - 1] == '0') {
		digits->len--;
	}
}

/* The same of a number with at most nine decimals and 15 digits, as most are. Both whole numbers below are exact, so that their
 * quotient is the double nearest to that decimal; no other decimal of 15 digits has the same one. False: it is none. */
static bool take_few_decimals(vv_buf *digits, long *exponent, double d)
{
	static const double tens[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

	for (unsigned k = 0; k < sizeof(tens) / sizeof(tens[0]) && d * tens[k] < 1e15; k++) {
		const uint64_t n = (uint64_t)(d * tens[k] + 0.5);

		if (n == 0 || (double)n / tens[k] != d) {
			continue;
		}
		vv_buf_reset(digits);
		vv_buf_printf(digits, "%llu", (unsigned long long)n);
		*exponent = (long)digits->len - 1 - (long)k;
		while (digits->len > 1 && digits->data[digits->len - 1] == '0') {
			digits->len--;
		}
		return true;
	}
	return false;
}

/* As few digits as will do. */
static void shortest(vv_buf *digits, long *exponent, double d, uint8_t width)
{
	const int most = width == 2 ? 5 : width == 4 ? 9 : 17;

	if (width == 8 && take_few_decimals(digits, exponent, d)) return;
	for (int count = 1; count <= most; count++) {
		double x;

		take_digits(digits, exponent, d, count);
		vv_decimal read = {.count = d > 0 ? digits->len : 0, .exponent = *exponent + 1};
		if ((vv_decimal_double(&x, &read, digits) &&
		     (width == 8 ? x == d : (float)x == (float)d)) ||
		    digits->failed) {
			return;
		}
	}
}

void plain_put_float(vv_buf *out, double d, uint8_t width)
{
	vv_auto(vv_buf) buf = VV_BUF_INIT;
	long exponent = 0;

	if (isnan(d) || isinf(d)) {
		vv_buf_puts(out, isnan(d) ? "NaN" : d < 0 ? "-INF" : "INF");
		return;
	}
	shortest(&buf, &exponent, fabs(d), width);
	const char *digits = vv_buf_cstr(&buf);
	size_t n = buf.len;
	vv_buf_puts(out, signbit(d) ? "-" : "");
	if (exponent < -7 || exponent > 20) {
		vv_buf_printf(out, "%c.%.*se%+ld", digits[0], n > 1 ? (int)n - 1 : 1,
			      n > 1 ? digits + 1 : "0", exponent);
	} else if (exponent < 0) {
		vv_buf_printf(out, "0.%.*s%.*s", (int)(-exponent - 1), "00000000", (int)n, digits);
	} else {
		for (size_t i = 0; i <= (size_t)exponent || i < n; i++) {
			if (i == (size_t)exponent + 1) {
				vv_buf_putc(out, '.');
			}
			vv_buf_putc(out, i < n ? digits[i] : '0');
		}
	}
	out->failed = out->failed || buf.failed;
}

/* Of the proleptic Gregorian calendar. */
plain_day plain_day_of(int64_t days)
{
	/* Years begin in March, so that leap days end one; eras of 400 years are all alike. */
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t of_era = z - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153;

	return (plain_day){year + era * 400 + (month >= 10),
			   (unsigned)(month + (month < 10 ? 3 : -9)),
			   (unsigned)(of_year - (153 * month + 2) / 5 + 1)};
}

plain_moment plain_moment_of(const incoming_column *c, int64_t units)
{
	int64_t per = c->per_second, fraction = (units % per + per) % per;
	int64_t seconds = (units - fraction) / per, of_day = (seconds % DAY + DAY) % DAY;

	return (plain_moment){(seconds - of_day) / DAY, (uint32_t)of_day,
			      (uint32_t)(fraction * (BILLION / per))};
}

void plain_put_fraction(vv_buf *out, uint32_t nanos, unsigned least)
{
	char digits[16];
	size_t n = 9;

	snprintf(digits, sizeof(digits), "%09u", (unsigned)nanos);
	while (n > least && n > 0 && digits[n - 1] == '0') {
		n--;
	}
	if (n > 0) {
		vv_buf_printf(out, ".%.*s", (int)n, digits);
	}
}

static void put_day(vv_buf *out, int64_t days)
{
	plain_day d = plain_day_of(days);

	vv_buf_printf(out, "%s%04lld-%02u-%02u", d.year < 0 ? "-" : "",
		      (long long)(d.year < 0 ? -d.year : d.year), d.month, d.day);
}

static void put_clock(vv_buf *out, const plain_moment *m)
{
	vv_buf_printf(out, "%02u:%02u:%02u", (unsigned)(m->seconds / 3600),
		      (unsigned)(m->seconds / 60 % 60), (unsigned)(m->seconds % 60));
	plain_put_fraction(out, m->nanos, 0);
}

static void put_duration(vv_buf *out, const incoming_column *c, int64_t units)
{
	int64_t per = c->per_second;
	uint64_t all = units < 0 ? 0 - (uint64_t)units : (uint64_t)units;

	vv_buf_printf(out, "%sPT%llu", units < 0 ? "-" : "",
		      (unsigned long long)(all / (uint64_t)per));
	plain_put_fraction(out, (uint32_t)(all % (uint64_t)per) * (uint32_t)(BILLION / per), 0);
	vv_buf_putc(out, 'S');
}

void plain_put(vv_buf *out, const incoming_value *v, const incoming_column *c)
{
	plain_moment m;

	switch (v->kind) {
	case INCOMING_BOOL:
		vv_buf_puts(out, v->i ? "true" : "false");
		break;
	case INCOMING_INT:
		vv_buf_printf(out, "%lld", (long long)v->i);
		break;
	case INCOMING_UINT:
		vv_buf_printf(out, "%llu", (unsigned long long)v->u);
		break;
	case INCOMING_FLOAT:
		plain_put_float(out, v->d, c->width);
		break;
	case INCOMING_DATE:
		put_day(out, v->i);
		break;
	case INCOMING_TIME:
		m = plain_moment_of(c, v->i);
		put_clock(out, &m);
		break;
	case INCOMING_MOMENT:
		m = plain_moment_of(c, v->i);
		put_day(out, m.days);
		vv_buf_putc(out, 'T');
		put_clock(out, &m);
		vv_buf_puts(out, c->zoned ? "Z" : "");
		break;
	case INCOMING_DURATION:
		put_duration(out, c, v->i);
		break;
	default:
		vv_buf_put(out, v->text, v->len);
		break;
	}
}
