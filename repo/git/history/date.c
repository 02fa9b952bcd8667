/*
 * date: the calendar, and the forms of a date.
 */
#include "repo/git/history/date.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/sys.h"
#include "base/text.h"

#define DAY_SEC 86400

/* Days since 1970-01-01 of a proleptic Gregorian date. */
static int64_t days_of(int64_t y, int m, int d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int yoe = (int)(y - era * 400);
	int doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	int64_t doe = (int64_t)yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

static bool two_digits(const char **p, int *out)
{
	if (!isdigit((unsigned char)(*p)[0]) || !isdigit((unsigned char)(*p)[1])) return false;
	*out = ((*p)[0] - '0') * 10 + ((*p)[1] - '0');
	*p += 2;
	return true;
}

/* Reads "Z", "+hh:mm", "+hhmm", "+hh" after spaces; *p then stands behind it. */
static bool parse_offset(const char **p, int *offset_min)
{
	int hours, minutes = 0;

	*p += strspn(*p, " ");
	if (**p == 'Z' || **p == 'z') {
		(*p)++;
		*offset_min = 0;
		return true;
	}
	if (**p != '+' && **p != '-') return false;
	int sign = *(*p)++ == '-' ? -1 : 1;
	if (!two_digits(p, &hours)) return false;
	if (**p == ':' || isdigit((unsigned char)**p)) {
		*p += **p == ':';
		if (!two_digits(p, &minutes)) return false;
	}
	*offset_min = sign * (hours * 60 + minutes);
	return hours <= 14 && minutes < 60;
}

typedef struct civil {
	int year, month, day, hour, minute, second;
	int span; /* seconds that it names: a day, a minute or a second */
} civil;

static int64_t seconds_of(const civil *c)
{
	return days_of(c->year, c->month, c->day) * 86400 + c->hour * 3600 + c->minute * 60 +
	       c->second;
}

char *vv_date_text(int64_t time, int offset_min)
{
	const int minutes = offset_min < 0 ? -offset_min : offset_min;

	return vv_asprintf("@%lld %c%02d%02d", (long long)time, offset_min < 0 ? '-' : '+',
			   minutes / 60, minutes % 60);
}

int vv_local_offset_min(int64_t when)
{
	time_t t = (time_t)when;
	struct tm tm;
	civil c;

	tzset(); /* localtime_r need not */
	if (!localtime_r(&t, &tm)) return 0;
	c.year = tm.tm_year + 1900;
	c.month = tm.tm_mon + 1;
	c.day = tm.tm_mday;
	c.hour = tm.tm_hour;
	c.minute = tm.tm_min;
	c.second = tm.tm_sec;
	return (int)((seconds_of(&c) - when) / 60);
}

static bool digits(const char **p, int count, int *out)
{
	int v = 0;

	for (int i = 0; i < count; i++) {
		if (!isdigit((unsigned char)(*p)[i])) return false;
		v = v * 10 + ((*p)[i] - '0');
	}
	*p += count;
	*out = v;
	return true;
}

/* Of a local time. */
static int local_offset_min(int64_t local)
{
	return vv_local_offset_min(local - (int64_t)vv_local_offset_min(local) * 60);
}

static bool literal(const char **p, char c)
{
	if (**p != c) return false;
	(*p)++;
	return true;
}

static bool clock_time(const char **p, civil *c)
{
	if (!digits(p, 2, &c->hour) || !literal(p, ':') || !digits(p, 2, &c->minute)) return false;
	c->span = 60;
	if (literal(p, ':')) {
		c->span = 1;
		if (!digits(p, 2, &c->second)) return false;
		if (literal(p, '.')) {
			while (isdigit((unsigned char)**p)) {
				(*p)++;
			}
		}
	}
	return c->hour < 24 && c->minute < 60 && c->second <= 60;
}

/* 2024-03-01, 2024-03-01T12:00:00, 2024/03/01 12:00 */
static bool iso(const char **p, civil *c)
{
	if (!digits(p, 4, &c->year)) return false;
	char sep = **p;
	if ((sep != '-' && sep != '/' && sep != '.') || !literal(p, sep) ||
	    !digits(p, 2, &c->month) || !literal(p, sep) || !digits(p, 2, &c->day)) {
		return false;
	}
	c->span = DAY_SEC;
	if (**p == '\0') return true;
	if (**p != 'T' && **p != ' ') return false;
	(*p)++;
	return clock_time(p, c);
}

/* Thu, 07 Apr 2005 22:13:13 and git's own Thu Apr 7 22:13:13 2005 */
static bool by_name(const char **p, civil *c)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	bool have_day = false, have_month = false, have_year = false, have_time = false;

	while (**p && !(have_day && have_month && have_year && have_time)) {
		const char *s = *p + strspn(*p, " ,");
		size_t len = strcspn(s, " ,");
		int number = 0;

		for (size_t i = 0; i < 12 && len == 3 && !have_month; i++) {
			if (strncmp(s, months + 3 * i, 3) == 0) {
				c->month = (int)i + 1;
				have_month = true;
			}
		}
		if (len == 8 && s[2] == ':') {
			const char *t = s;

			have_time = clock_time(&t, c);
		} else if (len == 4 && digits(&s, 4, &number)) {
			c->year = number;
			have_year = true;
			s -= 4;
		} else if ((len == 1 || len == 2) && isdigit((unsigned char)*s)) {
			c->day = atoi(s);
			have_day = true;
		} else if (!isalpha((unsigned char)*s)) {
			return false;
		}
		*p = s + len;
	}
	return have_day && have_month && have_year && have_time;
}

static bool in_seconds(const char *text, int64_t *when, int *offset_min)
{
	const char *p = text + (*text == '@');
	size_t len = strspn(p, "0123456789");
	uint64_t v;

	if (!vv_parse_u64(&v, p, len) || v > INT64_MAX / 2 ||
	    (*text != '@' && len < 9 && p[len] == '\0')) {
		return false;
	}
	p += len;
	*when = (int64_t)v;
	*offset_min = 0;
	if (*p == '\0') {
		*offset_min = vv_local_offset_min(*when);
		return true;
	}
	return *p == ' ' && parse_offset(&p, offset_min) && *p == '\0';
}

/* *rest: what follows it, a zone or nothing. */
static bool read_civil(civil *c, const char *text, const char **rest)
{
	const char *p = text;

	*c = (civil){0};
	bool good = isdigit((unsigned char)*p) && iso(&p, c);
	if (!good) {
		p = text;
		*c = (civil){0};
		good = by_name(&p, c);
	}
	*rest = p + strspn(p, " ");
	return good;
}

static bool is_in_calendar(const civil *c)
{
	return c->year >= 1 && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
	       c->day <= days_of(c->year + c->month / 12, c->month % 12 + 1, 1) -
				 days_of(c->year, c->month, 1);
}

vv_status vv_date_parse(const char *text, int64_t *when, int *offset_min, vv_error *err)
{
	const char *p = text + strspn(text, " ");
	civil c;

	if (in_seconds(p, when, offset_min)) return VV_OK;
	bool good = read_civil(&c, p, &p) && c.month >= 1 && c.month <= 12 && c.day >= 1 &&
		    c.day <= 31 && c.year >= 1970;
	if (good) {
		*when = seconds_of(&c);
		*offset_min = 0;
		if (*p) {
			good = parse_offset(&p, offset_min) && *p == '\0';
		} else { /* local time: the offset that holds there and then */
			*offset_min = local_offset_min(*when);
		}
		*when -= (int64_t)*offset_min * 60;
	}
	if (good && *when >= 0) return VV_OK;
	return vv_fail(err, VV_EUSAGE,
		       "cannot read the date '%s'\n"
		       "write it as 2024-03-01T12:00:00+01:00 or as seconds, 1709290800 +0100",
		       vv_text_shows(text));
}

/* --- as seen from now ---------------------------------------------------------------------- */

/* "2 weeks ago", also with dots for spaces. */
static bool some_ago(const char *text, int64_t now, int64_t *when)
{
	static const struct {
		const char *name;
		int64_t seconds;
	} units[] = {{"second", 1},        {"minute", 60},      {"hour", 3600},
		     {"day", 86400},       {"week", 7 * 86400}, {"month", 30 * 86400},
		     {"year", 365 * 86400}};
	size_t digits_len = strspn(text, "0123456789");
	uint64_t n;

	if (!vv_parse_u64(&n, text, digits_len) || n > 100000) return false;
	text += digits_len;
	text += strspn(text, " .");
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz");
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t name_len = strlen(units[i].name);
		const char *rest = text + len;

		rest += strspn(rest, " .");
		if (strncmp(text, units[i].name, name_len) == 0 &&
		    (len == name_len || (len == name_len + 1 && text[name_len] == 's')) &&
		    (*rest == '\0' || strcmp(rest, "ago") == 0)) {
			*when = now - (int64_t)n * units[i].seconds;
			return true;
		}
	}
	return false;
}

/* Points in time that are words; *is_local: in local time, of which it is now this. */
static bool from_now(const char *text, int64_t now, int64_t local, int64_t *when, int *span,
		     bool *is_local)
{
	*span = strcmp(text, "today") == 0 || strcmp(text, "yesterday") == 0 ? DAY_SEC : 1;
	*is_local = *span == DAY_SEC || strcmp(text, "midnight") == 0;
	*when = *is_local ? local - local % DAY_SEC : now;
	if (strcmp(text, "yesterday") == 0) {
		*when -= DAY_SEC;
	}
	return *is_local || strcmp(text, "now") == 0 || some_ago(text, now, when);
}

vv_status vv_date_before(const char *text, int64_t *when, vv_error *err)
{
	int64_t now;
	uint32_t nsec;
	int offset, span;
	bool is_local;
	vv_status rc;

	vv_now(&now, &nsec);
	if (from_now(text, now, now + (int64_t)vv_local_offset_min(now) * 60, when, &span,
		     &is_local)) {
		*when -= is_local ? (int64_t)local_offset_min(*when) * 60 : 0;
		return VV_OK;
	}
	if ((rc = vv_date_parse(text, when, &offset, err)) < 0) {
		vv_hint_clear(err);
		return vv_hint(err,
			       "write it as 2026-03-01, 2026-03-01T12:00:00+01:00, yesterday or "
			       "'2 weeks ago'");
	}
	return VV_OK;
}

vv_status vv_date_span(const char *text, int64_t *begin, int64_t *end, vv_error *err)
{
	const char *p = text + strspn(text, " ");
	int span = 1, offset;
	int64_t now;
	uint32_t nsec;
	bool good = true, in_utc;
	civil c;

	vv_now(&now, &nsec);
	if (!from_now(p, now, now, begin, &span, &in_utc) && !in_seconds(p, begin, &offset)) {
		good = read_civil(&c, p, &p);
		if (good && !is_in_calendar(&c)) {
			return vv_fail(err, VV_EUSAGE,
				       "no such day '%s'\n"
				       "a day is written YYYY-MM-DD, such as 2024-12-31",
				       vv_text_shows(text));
		}
		offset = 0;
		good = good && (!*p || (parse_offset(&p, &offset) && *p == '\0'));
		if (good) {
			*begin = seconds_of(&c) - (int64_t)offset * 60;
			span = c.span;
		}
	}
	if (!good) {
		return vv_fail(
			err, VV_EUSAGE,
			"cannot read the date '%s'\n"
			"write it as 2026-03-01, '2026-03-01 12:00', yesterday or '2 weeks ago'",
			vv_text_shows(text));
	}
	*end = *begin + span;
	return VV_OK;
}
