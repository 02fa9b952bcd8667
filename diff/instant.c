/*
 * Knows the calendar: days counted from 1970, without tables and without the C library's
 * time zones.
 */
#include "diff/instant.h"

#include "dataset/type_internal.h"

#define DAY 86400
#define YEAR_MAX 1000000 /* beyond that a year is no date that data has */

/* Days from 1970-01-01 to the day of the proleptic Gregorian calendar. Years begin in March
 * here, so that the leap day is a year's last. */
static int64_t days_of(int64_t year, unsigned month, unsigned day)
{
	int64_t y = year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + (int64_t)day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_of(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t of_era = z - era * 146097;
	int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * of_year + 2) / 153;

	*day = (unsigned)(of_year - (153 * m + 2) / 5 + 1);
	*month = (unsigned)(m < 10 ? m + 3 : m - 9);
	*year = y + era * 400 + (*month <= 2);
}

static bool is_time_type(vv_type t)
{
	return t == VV_TYPE_DATE || t == VV_TYPE_TIME || t == VV_TYPE_DATETIME || t == VV_TYPE_YEAR ||
	       t == VV_TYPE_YEARMONTH;
}

bool vv_instant_read(vv_instant *out, const vv_field *f, const vv_cell *cell)
{
	vv_moment m;
	int64_t seconds;

	/* What vv_type_read_moment reads must have been accepted before. JSON has years as numbers. */
	if (!is_time_type(f->type) || cell->len == 0 || (cell->state != VV_CELL_TEXT && cell->state != VV_CELL_LITERAL))
		return false;
	if (f->plan ? !vv_time_plan_read(f->plan, cell->text, cell->len, &m)
		    : !vv_type_accepts_text(f, cell->text, cell->len) ||
			      !vv_type_read_moment(&m, f->type, cell->text, cell->len))
		return false;
	if (m.year > YEAR_MAX || m.year < -YEAR_MAX || m.month < 1 || m.month > 12)
		return false;
	seconds = (int64_t)m.hour * 3600 + m.minute * 60 + m.second - m.offset;
	out->days = f->type == VV_TYPE_TIME ? 0 : days_of(m.year, m.month, 1) + (int64_t)m.day - 1;
	if (f->type == VV_TYPE_DATE || f->type == VV_TYPE_YEAR || f->type == VV_TYPE_YEARMONTH)
		seconds = 0;
	out->days += seconds / DAY - (seconds % DAY < 0);
	out->seconds = (seconds % DAY + DAY) % DAY;
	return true;
}

int vv_instant_compare(const vv_instant *a, const vv_instant *b)
{
	if (a->days != b->days)
		return a->days < b->days ? -1 : 1;
	return a->seconds < b->seconds ? -1 : a->seconds > b->seconds;
}

int64_t vv_instant_seconds(const vv_instant *i)
{
	return i->days * DAY + i->seconds;
}

vv_instant vv_instant_of(int64_t seconds)
{
	vv_instant i = {seconds / DAY - (seconds % DAY < 0), (seconds % DAY + DAY) % DAY};
	return i;
}

void vv_instant_put(vv_buf *out, const vv_instant *i, bool clock)
{
	int64_t year;
	unsigned month, day;

	date_of(i->days, &year, &month, &day);
	vv_buf_printf(out, "%04lld-%02u-%02u", (long long)year, month, day);
	if (clock)
		vv_buf_printf(out, "T%02d:%02d:%02dZ", (int)(i->seconds / 3600), (int)(i->seconds / 60 % 60),
			      (int)(i->seconds % 60));
}
