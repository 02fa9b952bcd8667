/*
 * type_time: dates and times in the forms of XML Schema (xmlschema-2, 3.2.6 to
 * 3.2.14), by which Table Schema defines its default formats.
 */
#include "dataset/schema/type.h"

#include <string.h>

#include "dataset/format/spelling.h"

/* A place in a text that is being read. */
typedef struct cursor {
	const char *at, *end;
} cursor;

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool take(cursor *c, char want)
{
	if (c->at == c->end || *c->at != want) {
		return false;
	}
	c->at++;
	return true;
}

/* Exactly count digits, as a number. */
static bool take_digits(cursor *c, unsigned count, unsigned *out)
{
	if ((size_t)(c->end - c->at) < count) {
		return false;
	}
	*out = 0;
	for (unsigned i = 0; i < count; i++) {
		if (!is_digit(c->at[i])) {
			return false;
		}
		*out = *out * 10 + (unsigned)(c->at[i] - '0');
	}
	c->at += count;
	return true;
}

/* Any number of digits, at least one. */
static bool skip_digits(cursor *c)
{
	const char *from = c->at;

	while (c->at < c->end && is_digit(*c->at)) {
		c->at++;
	}
	return c->at > from;
}

bool vv_type_is_day(unsigned year, unsigned month, unsigned day)
{
	static const unsigned char days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month >= 1 && month <= 12 && day >= 1 &&
	       day <= days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

/* -?CCYY, more digits where the first is not 0; there is no year 0. *out is the
 * year modulo 400, which is all that leap years need. */
static bool take_year(cursor *c, unsigned *out)
{
	const char *from;
	bool zero = true;

	take(c, '-');
	from = c->at;
	*out = 0;
	while (c->at < c->end && is_digit(*c->at)) {
		zero = zero && *c->at == '0';
		*out = (*out * 10 + (unsigned)(*c->at++ - '0')) % 400;
	}
	return !zero && (c->at - from == 4 || (c->at - from > 4 && *from != '0'));
}

/* HH:MM:SS, not 24:00:00. */
static bool take_time(cursor *c)
{
	unsigned hour, minute, second;

	return take_digits(c, 2, &hour) && hour < 24 && take(c, ':') &&
	       take_digits(c, 2, &minute) && minute < 60 && take(c, ':') &&
	       take_digits(c, 2, &second) && second < 60;
}

/* Nothing, Z, or +HH:MM up to 14 hours; then the end. */
static bool take_zone(cursor *c)
{
	unsigned hour, minute;

	if (c->at == c->end) {
		return true;
	}
	if (take(c, 'Z')) {
		return c->at == c->end;
	}
	return (take(c, '+') || take(c, '-')) && take_digits(c, 2, &hour) && take(c, ':') &&
	       take_digits(c, 2, &minute) && minute < 60 &&
	       (hour < 14 || (hour == 14 && minute == 0)) && c->at == c->end;
}

bool vv_type_is_date(const char *s, size_t len)
{
	int64_t days;

	return len == 10 && spell_read_date(&days, s, len, spell_key(s, len));
}

bool vv_type_is_time(const char *s, size_t len)
{
	cursor c = {s, s + len};

	return len == 8 && take_time(&c);
}

/* The end of a day may be written as 24:00:00, with zeros behind the point. */
static bool take_midnight(cursor *c)
{
	if ((size_t)(c->end - c->at) < 8 || memcmp(c->at, "24:00:00", 8) != 0) {
		return false;
	}
	c->at += 8;
	if (take(c, '.')) {
		const char *from = c->at;

		while (c->at < c->end && *c->at == '0') {
			c->at++;
		}
		return c->at > from;
	}
	return true;
}

bool vv_type_is_datetime(const char *s, size_t len)
{
	cursor c = {s, s + len};
	unsigned year, month, day;

	if (!take_year(&c, &year) || !take(&c, '-') || !take_digits(&c, 2, &month) ||
	    !take(&c, '-') || !take_digits(&c, 2, &day) || !vv_type_is_day(year, month, day) ||
	    !take(&c, 'T')) {
		return false;
	}
	if (c.end - c.at > 1 && c.at[0] == '2' && c.at[1] == '4') {
		if (!take_midnight(&c)) {
			return false;
		}
	} else if (!take_time(&c) || (take(&c, '.') && !skip_digits(&c))) {
		return false;
	}
	return take_zone(&c);
}

bool vv_type_is_year(const char *s, size_t len)
{
	cursor c = {s, s + len};
	unsigned year;

	return take_year(&c, &year) && take_zone(&c);
}

bool vv_type_is_yearmonth(const char *s, size_t len)
{
	cursor c = {s, s + len};
	unsigned year, month;

	return take_year(&c, &year) && take(&c, '-') && take_digits(&c, 2, &month) && month >= 1 &&
	       month <= 12 && take_zone(&c);
}

/* Parts in the order of their designators, each at most once; *any is set when
 * there was one. Only seconds may have a fraction. */
static bool take_parts(cursor *c, const char *designators, bool *any)
{
	while (c->at < c->end && *c->at != 'T') {
		const char *place;
		bool fraction;

		if (!skip_digits(c)) {
			return false;
		}
		fraction = take(c, '.');
		if ((fraction && !skip_digits(c)) || c->at == c->end) {
			return false;
		}
		place = strchr(designators, *c->at);
		if (*c->at == '\0' || !place || (fraction && *place != 'S')) {
			return false;
		}
		designators = place + 1;
		c->at++;
		*any = true;
	}
	return true;
}

bool vv_type_is_duration(const char *s, size_t len)
{
	cursor c = {s, s + len};
	bool any = false;

	take(&c, '-');
	if (!take(&c, 'P') || !take_parts(&c, "YMD", &any)) {
		return false;
	}
	if (take(&c, 'T')) {
		any = false;
		if (!take_parts(&c, "HMS", &any)) {
			return false;
		}
	}
	return any && c.at == c.end;
}

/* The number at the cursor, cut to 10^15. */
static int64_t number_here(cursor *c)
{
	int64_t v = 0;

	for (; c->at < c->end && is_digit(*c->at); c->at++) {
		v = v < (int64_t)100000000000000 ? v * 10 + (*c->at - '0')
						 : (int64_t)1000000000000000;
	}
	return v;
}

static void read_clock(vv_moment *out, cursor *c)
{
	take_digits(c, 2, &out->hour);
	take(c, ':');
	take_digits(c, 2, &out->minute);
	take(c, ':');
	take_digits(c, 2, &out->second);
	if (take(c, '.')) {
		out->fraction = c->at;
		skip_digits(c);
		out->fraction_len = (size_t)(c->at - out->fraction);
	}
}

static void read_zone(vv_moment *out, cursor *c)
{
	unsigned hour = 0, minute = 0;
	bool west = c->at < c->end && *c->at == '-';

	if (!take(c, '+') && !take(c, '-')) {
		return;
	}
	take_digits(c, 2, &hour);
	take(c, ':');
	take_digits(c, 2, &minute);
	out->offset = (int)(hour * 3600 + minute * 60) * (west ? -1 : 1);
}

bool vv_type_read_moment(vv_moment *out, vv_type type, const char *s, size_t len)
{
	cursor c = {s, s + len};
	bool before;

	*out = (vv_moment){.year = 1900, .month = 1, .day = 1};
	if (type == VV_TYPE_TIME) {
		read_clock(out, &c);
		return c.at == c.end;
	}
	before = take(&c, '-');
	out->year = number_here(&c) * (before ? -1 : 1);
	if (type != VV_TYPE_YEAR && (!take(&c, '-') || !take_digits(&c, 2, &out->month))) {
		return false;
	}
	if ((type == VV_TYPE_DATE || type == VV_TYPE_DATETIME) &&
	    (!take(&c, '-') || !take_digits(&c, 2, &out->day))) {
		return false;
	}
	if (type == VV_TYPE_DATETIME) {
		if (!take(&c, 'T')) {
			return false;
		}
		read_clock(out, &c);
	}
	if (type != VV_TYPE_DATE) {
		read_zone(out, &c);
	}
	return true;
}
