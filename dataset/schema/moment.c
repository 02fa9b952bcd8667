/*
 * moment: finds formats that determine the whole value, and writes the default form.
 */
#include "dataset/schema/moment.h"

#include <string.h>

#include "dataset/schema/type_time.h"
#include "dataset/schema/value.h"

#define DAY 86400

/* Directives that determine parts of the value and nothing else. */
static const char certain[] = "YymbBhdejHIpMSfzntTRDFr%";

static bool is_certain(const char *format, bool *zoned)
{
	*zoned = false;
	if (!strchr(format, '%')) return false;
	for (const char *p = strchr(format, '%'); p; p = strchr(p + 1, '%')) {
		p++;
		if (*p == '\0' || !strchr(certain, *p)) return false;
		*zoned = *zoned || *p == 'z';
	}
	return true;
}

/* YYYY-MM-DDTHH:MM:SS, perhaps with a Z: most datetimes. */
static bool is_usual(const char *s, size_t len)
{
	return (len == 19 || (len == 20 && s[19] == 'Z')) && s[10] == 'T' &&
	       (s[11] != '2' || s[12] != '4');
}

static void put_clock(vv_buf *out, const vv_moment *m, int64_t seconds, bool zoned)
{
	size_t digits = m->fraction_len;

	vv_buf_printf(out, "%02d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60),
		      (int)(seconds % 60));
	while (digits > 0 && m->fraction[digits - 1] == '0') {
		digits--;
	}
	if (digits > 0) {
		vv_buf_putc(out, '.');
		vv_buf_put(out, m->fraction, digits);
	}
	if (zoned) {
		vv_buf_putc(out, 'Z');
	}
}

static bool is_zoned(const char *s, size_t len)
{
	return len > 6 && (s[len - 1] == 'Z' || s[len - 6] == '+' || s[len - 6] == '-') &&
	       memchr(s, 'T', len) != NULL;
}

vv_moment_form vv_moment_put(vv_buf *out, const vv_field *f, const char *s, size_t len)
{
	vv_moment m;
	bool zoned = false;

	if (f->type != VV_TYPE_DATE && f->type != VV_TYPE_TIME && f->type != VV_TYPE_DATETIME) {
		return VV_MOMENT_AS_IT_IS;
	}
	if (f->plan) {
		if (!is_certain(f->format, &zoned)) return VV_MOMENT_AS_IT_IS;
		if (!vv_time_plan_read(f->plan, s, len, &m)) return VV_MOMENT_NONE;
	} else {
		if (f->type != VV_TYPE_DATETIME || is_usual(s, len) ||
		    !vv_type_is_datetime(s, len) || !vv_type_read_moment(&m, f->type, s, len)) {
			return VV_MOMENT_AS_IT_IS;
		}
		zoned = is_zoned(s, len);
	}
	if (m.year < 2 ||
	    m.year > 9998) { /* the carry must not make a year of fewer or more than four digits */
		return f->plan ? VV_MOMENT_NONE : VV_MOMENT_AS_IT_IS;
	}
	int64_t seconds = (int64_t)m.hour * 3600 + m.minute * 60 + m.second - m.offset;
	if (f->type == VV_TYPE_DATE) {
		seconds = 0;
	}
	/* Seconds and days that go beyond their day or month are carried on. */
	const int64_t more = seconds < 0 ? -1 : seconds / DAY;
	const vv_day day = vv_value_day(vv_value_days(m.year, m.month, m.day) + more);
	seconds -= more * DAY;
	if (f->type != VV_TYPE_TIME) {
		vv_buf_printf(out, "%04d-%02u-%02u", (int)day.year, day.month, day.day);
	}
	if (f->type == VV_TYPE_DATETIME) {
		vv_buf_putc(out, 'T');
	}
	if (f->type != VV_TYPE_DATE) {
		put_clock(out, &m, seconds, zoned);
	}
	return VV_MOMENT_PUT;
}
