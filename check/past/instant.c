/*
 * instant: how seconds become days and dates, without tables and without the C library's time
 * zones.
 */
#include "check/past/instant.h"

#include "dataset/schema/value.h"

#define DAY 86400
#define YEAR 31556952
#define YEAR_MAX 1000000 /* beyond that a year is not a date that data has */

static bool is_time_type(vv_type t)
{
	return t == VV_TYPE_DATE || t == VV_TYPE_TIME || t == VV_TYPE_DATETIME ||
	       t == VV_TYPE_YEAR || t == VV_TYPE_YEARMONTH;
}

bool vv_instant_read(vv_instant *out, const vv_field *f, const vv_cell *cell)
{
	vv_buf unused = VV_BUF_INIT; /* instants need no digits */
	vv_value v;

	if (!is_time_type(f->type) || !vv_field_accepts(f, cell) || vv_field_missing(f, cell) ||
	    !vv_value_read(&v, &unused, f, cell) || v.kind != VV_VALUE_INSTANT ||
	    v.seconds > (int64_t)YEAR * YEAR_MAX || v.seconds < -(int64_t)YEAR * YEAR_MAX) {
		return false;
	}
	*out = vv_instant_of(v.seconds);
	if (f->type == VV_TYPE_TIME) {
		out->days = 0;
	}
	return true;
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
	const vv_day d = vv_value_day(i->days);

	vv_buf_printf(out, "%04lld-%02u-%02u", (long long)d.year, d.month, d.day);
	if (clock) {
		vv_buf_printf(out, "T%02d:%02d:%02dZ", (int)(i->seconds / 3600),
			      (int)(i->seconds / 60 % 60), (int)(i->seconds % 60));
	}
}
