/*
 * display_moment: dates and times of day: their calendar, and their spelling in ISO 8601.
 */
#include "base/ascii.h"
#include "diff/spreadsheet/display_internal.h"

/* --- the calendar ------------------------------------------------------------------------------ */

/* Days since 1970-01-01 in the Gregorian calendar: Howard Hinnant's days_from_civil,
 * http://howardhinnant.github.io/date_algorithms.html */
static long days_from(int year, int month, int day)
{
	const long y = year - (month <= 2);
	const long era = (y >= 0 ? y : y - 399) / 400;
	const long of_era = y - era * 400;
	const long of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

#define EPOCH 25569L /* days from 1899-12-30 to 1970-01-01 */

static long days_of(const display_moment *m)
{
	return days_from(m->year, m->month, m->day) + EPOCH;
}

void display_moment_set_days(display_moment *m, long days)
{
	const long z = days - EPOCH + 719468;
	const long era = (z >= 0 ? z : z - 146096) / 146097;
	const long of_era = z - era * 146097;
	const long y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	const long of_year = of_era - (365 * y + y / 4 - y / 100);
	const long p = (5 * of_year + 2) / 153;

	m->day = (int)(of_year - (153 * p + 2) / 5 + 1);
	m->month = (int)(p < 10 ? p + 3 : p - 9);
	m->year = (int)(y + era * 400 + (m->month <= 2));
}

/* 0: Sunday. */
static int weekday_of(const display_moment *m)
{
	const long days = days_from(m->year, m->month, m->day) + 4;

	return (int)((days % 7 + 7) % 7);
}

static int day_of_year(const display_moment *m)
{
	return (int)(days_from(m->year, m->month, m->day) - days_from(m->year, 1, 1));
}

/* The week of ISO 8601 has the week's Thursday. */
static int iso_week(const display_moment *m)
{
	display_moment thursday = {.day = 1};
	const int weekday = (weekday_of(m) + 6) % 7;

	display_moment_set_days(&thursday, days_of(m) - weekday + 3);
	return day_of_year(&thursday) / 7 + 1;
}

/* first: the weekday on which weeks begin. */
static int plain_week(const display_moment *m, int first)
{
	const display_moment january = {.year = m->year, .month = 1, .day = 1};
	const int in_week = (weekday_of(m) + 7 - first) % 7;

	if (m->month == 12 && m->day + 6 - in_week > 31) return 1; /* with 1 January */
	return (day_of_year(m) + (weekday_of(&january) + 7 - first) % 7) / 7 + 1;
}

static bool is_reiwa(const display_moment *m)
{
	return m->year > 2019 || (m->year == 2019 && m->month >= 5);
}

int display_moment_field(const display_moment *m, display_field f)
{
	switch (f) {
	case FIELD_DAY:
		return m->day;
	case FIELD_MONTH:
		return m->month;
	case FIELD_YEAR:
		return m->year;
	case FIELD_SHORT_YEAR:
		return m->year % 100;
	case FIELD_HOUR:
		return m->hour;
	case FIELD_HALF_HOUR:
		return (m->hour + 11) % 12 + 1;
	case FIELD_MINUTE:
		return m->minute;
	case FIELD_SECOND:
		return m->second;
	case FIELD_WEEK:
		return iso_week(m);
	case FIELD_SUNDAY_WEEK:
		return plain_week(m, 0);
	case FIELD_MONDAY_WEEK:
		return plain_week(m, 1);
	case FIELD_QUARTER:
		return (m->month + 2) / 3;
	case FIELD_ERA_YEAR:
		return m->year - (is_reiwa(m) ? 2018 : 1988);
	case FIELD_ZERO:
	case FIELDS:
		break;
	}
	return 0;
}

size_t display_moment_key(const display_moment *m, display_key k)
{
	switch (k) {
	case KEY_HALF:
		return m->hour >= 12;
	case KEY_ERA:
		return is_reiwa(m);
	case KEY_QUARTER:
		return (size_t)((m->month + 2) / 3 - 1);
	case KEY_WEEKDAY:
		return (size_t)weekday_of(m);
	case KEY_MONTH:
		return (size_t)(m->month - 1);
	case KEY_NONE:
	case KEYS:
		break;
	}
	return 0;
}

/* --- values ------------------------------------------------------------------------------------ */

static bool read_two(int *out, const char **s, const char *end, int most)
{
	if (end - *s < 2 || !vv_is_digit((*s)[0]) || !vv_is_digit((*s)[1])) return false;
	*out = ((*s)[0] - '0') * 10 + (*s)[1] - '0';
	*s += 2;
	return *out <= most;
}

static bool read_date(display_moment *m, const char **s, const char *end)
{
	const char *p = *s;
	int century = 0, year = 0;

	if (end - p < 10 || p[4] != '-' || p[7] != '-' || !read_two(&century, &p, end, 99) ||
	    !read_two(&year, &p, end, 99)) {
		return false;
	}
	p++;
	if (!read_two(&m->month, &p, end, 12)) return false;
	p++;
	if (!read_two(&m->day, &p, end, 31) || m->month < 1 || m->day < 1) return false;
	m->year = century * 100 + year;
	m->has_date = true;
	*s = p;
	return true;
}

static bool read_time(display_moment *m, const char **s, const char *end)
{
	if (!read_two(&m->hour, s, end, 23) || *s == end || *(*s)++ != ':' ||
	    !read_two(&m->minute, s, end, 59)) {
		return false;
	}
	m->has_time = true;
	if (*s == end || **s != ':') return true;
	++*s;
	m->has_second = true;
	return read_two(&m->second, s, end, 59);
}

bool display_moment_read(display_moment *m, const char *s, size_t len)
{
	const char *end = s + len;

	*m = (display_moment){.year = 1899, .month = 12, .day = 30};
	if (len < 5 || len > 24) return false;
	if (!read_date(m, &s, end)) return read_time(m, &s, end) && s == end;
	if (s == end) return true;
	m->between = *s++;
	if ((m->between != 'T' && m->between != ' ') || !read_time(m, &s, end)) return false;
	return s == end || (end - s == 1 && *s == 'Z');
}

void display_moment_number(vv_number_text *out, const display_moment *m)
{
	const uint64_t scale = 1000000000000000000u;
	const uint64_t seconds = (uint64_t)(m->hour * 3600 + m->minute * 60 + m->second);
	const uint64_t part = (uint64_t)((__uint128_t)seconds * scale / 86400);
	vv_auto(vv_buf) text = VV_BUF_INIT;

	vv_buf_printf(&text, "%ld.%018llu", days_of(m), (unsigned long long)part);
	if (!vv_number_text_read(out, vv_buf_cstr(&text), text.len)) {
		*out = (vv_number_text){0};
	}
}

void display_moment_put(vv_buf *out, const display_moment *m, const display_moment *form)
{
	if (form->has_date) {
		vv_buf_printf(out, "%04d-%02d-%02d", m->year, m->month, m->day);
	}
	if (form->has_date && form->has_time) {
		vv_buf_putc(out, form->between);
	}
	if (form->has_time) {
		vv_buf_printf(out, "%02d:%02d", m->hour, m->minute);
	}
	if (form->has_time && form->has_second) {
		vv_buf_printf(out, ":%02d", m->second);
	}
}
