/*
 * plain_text: the default formats of Table Schema, and the calendar.
 */
#include "lib/arrow/in/plain_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arrow/in/shortest.h"

#define DAY 86400
#define BILLION 1000000000

/* Two digits. */
static char *spell_pair(char *to, unsigned n)
{
	static const char pairs[] = "0001020304050607080910111213141516171819"
				    "2021222324252627282930313233343536373839"
				    "4041424344454647484950515253545556575859"
				    "6061626364656667686970717273747576777879"
				    "8081828384858687888990919293949596979899";

	memcpy(to, pairs + (size_t)2 * n, 2);
	return to + 2;
}

/* Writes a whole number before end, padded with zeros to a number of digits; returns its start. */
static char *spell_whole(char *end, uint64_t n, unsigned least)
{
	char *at = end;

	for (; n >= 10; n /= 100) {
		at -= 2;
		(void)spell_pair(at, (unsigned)(n % 100));
	}
	if (n > 0) {
		*--at = (char)('0' + n);
	}
	while ((size_t)(end - at) < least) {
		*--at = '0';
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
	char text[48], *const end = text + sizeof(text), *at = spell_whole(end, s.digits, 1);
	const size_t n = (size_t)(end - at);
	const int exponent = s.exponent + (int)n - 1; /* of the first digit */

	if (exponent < -7 || exponent > 20) {
		vv_buf_putc(out, *at);
		vv_buf_putc(out, '.');
		vv_buf_put(out, n > 1 ? at + 1 : "0", n > 1 ? n - 1 : 1);
		vv_buf_puts(out, exponent < 0 ? "e-" : "e+");
		put_whole(out, (uint64_t)abs(exponent), 1);
		return;
	}
	if (s.exponent < 0) {
		while (end - at <= -s.exponent) {
			*--at = '0';
		}
		const size_t whole = (size_t)(end - at + s.exponent);

		memmove(at - 1, at, whole);
		at--;
		at[whole] = '.';
	}
	vv_buf_put(out, at, (size_t)(end - at));
	vv_buf_put(out, "00000000000000000000", s.exponent > 0 ? (size_t)s.exponent : 0);
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

plain_moment plain_moment_of(const incoming_column *c, int64_t units)
{
	const int64_t per = c->per_second;
	int64_t seconds = units / per, fraction = units % per, days, of_day;

	if (fraction < 0) {
		fraction += per;
		seconds--;
	}
	days = seconds / DAY;
	of_day = seconds % DAY;
	if (of_day < 0) {
		of_day += DAY;
		days--;
	}
	return (plain_moment){days, (uint32_t)of_day, (uint32_t)(fraction * (BILLION / per))};
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
	char text[] = "00:00:00";

	(void)spell_pair(text, seconds / 3600);
	(void)spell_pair(text + 3, seconds / 60 % 60);
	(void)spell_pair(text + 6, seconds % 60);
	vv_buf_put(out, text, sizeof(text) - 1);
}

static void put_day(vv_buf *out, int64_t days)
{
	const vv_day d = vv_value_day(days);
	char text[] = "0000-00-00";
	const bool usual = d.year >= 0 && d.year <= 9999;

	if (usual) {
		(void)spell_pair(spell_pair(text, (unsigned)d.year / 100), (unsigned)d.year % 100);
	} else {
		vv_buf_puts(out, d.year < 0 ? "-" : "");
		put_whole(out, (uint64_t)(d.year < 0 ? -d.year : d.year), 4);
	}
	(void)spell_pair(text + 5, d.month);
	(void)spell_pair(text + 8, d.day);
	vv_buf_put(out, usual ? text : text + 4, usual ? 10 : 6);
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
