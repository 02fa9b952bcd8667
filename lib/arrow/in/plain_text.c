/*
 * plain_text: the default formats of Table Schema, and the calendar.
 */
#include "lib/arrow/in/plain_text.h"

#include <math.h>
#include <stdlib.h>

#include "lib/arrow/in/shortest.h"

#define DAY 86400
#define BILLION 1000000000

/* Writes a whole number before end, with zeros before it up to so many digits; where it begins. */
static char *spell_whole(char *end, uint64_t n, unsigned least)
{
	char *at = end;

	for (; n > 0 || (size_t)(end - at) < least; n /= 10) {
		*--at = (char)('0' + n % 10);
	}
	return at;
}

static void put_whole(vv_buf *out, uint64_t n, unsigned least)
{
	char text[24], *const end = text + sizeof(text), *const at = spell_whole(end, n, least);

	vv_buf_put(out, at, (size_t)(end - at));
}

/* From 0 on. */
static void put_finite(vv_buf *out, double d, uint8_t width)
{
	const shortest s = d > 0 ? shortest_of(d, width) : (shortest){0, 0};
	char text[24], *const end = text + sizeof(text),
			      *const first = spell_whole(end, s.digits, 1);
	const size_t n = (size_t)(end - first);
	const int exponent = s.exponent + (int)n - 1; /* of the first digit */
	const bool far = exponent < -7 || exponent > 20;

	if (!far && exponent < 0) {
		vv_buf_put(out, "0.000000", (size_t)(1 - exponent));
		vv_buf_put(out, first, n);
		return;
	}
	const size_t whole = far ? 1 : (size_t)exponent + 1, given = whole < n ? whole : n;

	vv_buf_put(out, first, given);
	vv_buf_put(out, "00000000000000000000", whole - given);
	if (far || whole < n) {
		vv_buf_putc(out, '.');
		vv_buf_put(out, whole < n ? first + whole : "0", whole < n ? n - whole : 1);
	}
	if (far) {
		vv_buf_puts(out, exponent < 0 ? "e-" : "e+");
		put_whole(out, (uint64_t)abs(exponent), 1);
	}
}

void plain_put_float(vv_buf *out, double d, uint8_t width)
{
	if (isnan(d) || isinf(d)) {
		vv_buf_puts(out, isnan(d) ? "NaN" : d < 0 ? "-INF" : "INF");
		return;
	}
	vv_buf_puts(out, signbit(d) ? "-" : "");
	put_finite(out, fabs(d), width);
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
	unsigned n = 9;

	while (n > least && n > 0 && nanos % 10 == 0) {
		nanos /= 10;
		n--;
	}
	if (n > 0) {
		vv_buf_putc(out, '.');
		put_whole(out, nanos, n);
	}
}

void plain_put_clock(vv_buf *out, uint32_t seconds)
{
	put_whole(out, seconds / 3600, 2);
	vv_buf_putc(out, ':');
	put_whole(out, seconds / 60 % 60, 2);
	vv_buf_putc(out, ':');
	put_whole(out, seconds % 60, 2);
}

static void put_day(vv_buf *out, int64_t days)
{
	const plain_day d = plain_day_of(days);

	vv_buf_puts(out, d.year < 0 ? "-" : "");
	put_whole(out, (uint64_t)(d.year < 0 ? -d.year : d.year), 4);
	vv_buf_putc(out, '-');
	put_whole(out, d.month, 2);
	vv_buf_putc(out, '-');
	put_whole(out, d.day, 2);
}

static void put_clock(vv_buf *out, const plain_moment *m)
{
	plain_put_clock(out, m->seconds);
	plain_put_fraction(out, m->nanos, 0);
}

static void put_duration(vv_buf *out, const incoming_column *c, int64_t units)
{
	int64_t per = c->per_second;
	uint64_t all = units < 0 ? 0 - (uint64_t)units : (uint64_t)units;

	vv_buf_puts(out, units < 0 ? "-PT" : "PT");
	put_whole(out, all / (uint64_t)per, 1);
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
		vv_buf_puts(out, v->i < 0 ? "-" : "");
		put_whole(out, v->i < 0 ? 0 - (uint64_t)v->i : (uint64_t)v->i, 1);
		break;
	case INCOMING_UINT:
		put_whole(out, v->u, 1);
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
