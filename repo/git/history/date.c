/*
 * date: words and numbers become the fields of a struct tm, which the C library's calendar completes.
 */
#define _DEFAULT_SOURCE /* timegm() */
#include "repo/git/history/date.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/ascii.h"
#include "base/sys.h"
#include "base/text.h"

typedef enum unit { SECOND, MINUTE, DAY, WEEK, MONTH, YEAR } unit;

typedef struct reader {
	const char *p; /* the unread part */
	vv_date_order order;
	time_t now, fixed; /* fixed, if not 0: a moment counted from now */
	struct tm tm, at;  /* local: the parsed time, initially the beginning of today; now */
	unit span;         /* of "last" and "this", if not 0 */
	bool day, month, year, clock, seconds, zone;
	bool compact; /* 20261005, before 1800 */
	bool written; /* with numbers that may be of no calendar */
	bool either;
	int weekday; /* from Monday on; -1: none */
	int last;    /* 1: "last", 0: "this", -1: neither */
	int offset_min;
} reader;

static const char *const months[] = {"january",  "february", "march",  "april",     "may",
				     "june",     "july",     "august", "september", "october",
				     "november", "december", NULL};
static const char *const weekdays[] = {"monday", "tuesday",  "wednesday", "thursday",
				       "friday", "saturday", "sunday",    NULL};
static const char *const relative[] = {"today", "yesterday", "midnight", "now", NULL};
static const char *const units[] = {"second", "minute", "hour", "day",
				    "week",   "month",  "year", NULL};
static const char *const which[] = {"this", "last", NULL};

/* The place of a word among names, in any case; a prefix of `enough` letters suffices. -1: none. */
static int place_of(const char *word, size_t len, const char *const *names, size_t enough)
{
	for (int i = 0; names[i]; i++) {
		if (vv_ascii_compare(word, names[i], len) == 0 &&
		    (len >= enough || !names[i][len])) {
			return i;
		}
	}
	return -1;
}

static size_t word_len(const char *p)
{
	size_t len = 0;

	while (vv_is_alpha(p[len])) {
		len++;
	}
	return len;
}

/* The number at p: how many digits, 0 where they are more than most. */
static size_t parse_digits(const char *p, size_t most, int *out)
{
	size_t len = strspn(p, "0123456789");

	*out = len <= most ? atoi(p) : 0;
	return len <= most ? len : 0;
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

	tzset(); /* localtime_r need not */
	return localtime_r(&t, &tm) ? (int)((timegm(&tm) - t) / 60) : 0;
}

/* Two or four digits as hours and minutes, or h:mm. */
static size_t zone_len(const char *p, int *offset_min)
{
	int hours, minutes = 0;
	size_t len;

	if ((*p == 'Z' || *p == 'z') && !vv_is_alnum(p[1])) {
		*offset_min = 0;
		return 1;
	}
	if ((*p != '+' && *p != '-') || (len = parse_digits(p + 1, 4, &hours)) % 2 == 1 ||
	    len == 0) {
		return 0;
	}
	if (len == 4) {
		minutes = hours % 100;
		hours /= 100;
	} else if (p[3] == ':') {
		if (parse_digits(p + 4, 2, &minutes) != 2) return 0;
		len = 5;
	}
	*offset_min = (*p == '-' ? -1 : 1) * (hours * 60 + minutes);
	return hours <= 14 && minutes < 60 ? len + 1 : 0;
}

/* 18:00, 18:00:30.5; in a name, behind a day, also T1800, 180030, 18-00. */
static bool read_clock(reader *r)
{
	const char *p = r->p;
	int hour, minute, second = 0;
	const size_t len = parse_digits(p, 6, &hour);
	const char sep = p[len];

	if (r->clock || len == 0) return false;
	r->seconds = len == 6;
	if (len == 6 || (len == 4 && (r->compact || (r->day && p[-1] == 'T')))) {
		second = len == 6 ? hour % 100 : 0;
		hour /= len == 6 ? 100 : 1;
		minute = hour % 100;
		hour /= 100;
		p += len;
	} else if (len <= 2 && (sep == ':' || (sep == '-' && r->day && r->month && len == 2)) &&
		   parse_digits(p + len + 1, 2, &minute) == 2) {
		p += len + 3;
		r->seconds = *p == sep && parse_digits(p + 1, 2, &second) == 2;
		p += r->seconds ? 3 : 0;
		p += r->seconds && *p == '.' ? 1 + strspn(p + 1, "0123456789") : 0;
	} else {
		return false;
	}
	if (hour > 23 || minute > 59 || second > 60) return false;
	r->tm.tm_hour = hour;
	r->tm.tm_min = minute;
	r->tm.tm_sec = second;
	r->clock = true;
	r->p = p;
	return true;
}

static void set_day(reader *r, int year, int month, int day)
{
	r->tm.tm_year = year - 1900;
	r->tm.tm_mon = month - 1;
	r->tm.tm_mday = day;
	r->year = r->month = r->day = r->written = true;
}

static bool is_year(int year)
{
	return year >= 1900 && year <= 9999;
}

/* 2026-10-05, 2026-10, 20261005, 5.10.2026 */
static bool read_numbers(reader *r)
{
	const char *p = r->p;
	int a, b, c;
	const size_t len = parse_digits(p, 8, &a);
	const char sep = p[len];

	if (r->day || r->month || r->year || len == 0) return false;
	if (len == 8 && is_year(a / 10000)) {
		set_day(r, a / 10000, a / 100 % 100, a % 100);
		r->compact = true;
		r->p += len;
		return true;
	}
	const size_t more = sep && strchr("-/._", sep) ? parse_digits(p + len + 1, 2, &b) : 0;
	if (more == 0) return false;
	p += len + 1 + more;
	const size_t third = *p == sep ? parse_digits(p + 1, 4, &c) : 0;
	if (len == 4 && is_year(a) && (third == 1 || third == 2)) {
		set_day(r, a, b, c);
		p += 1 + third;
	} else if (len == 4 && is_year(a) && more == 2 && b >= 1 && b <= 12 && sep != '.') {
		set_day(r, a, b, 1);
		r->day = false;
	} else if (len <= 2 && third == 4 && is_year(c)) {
		const bool open = a <= 12 && b <= 12 && a != b && sep != '.';
		const bool month_first = b > 12 || (open && r->order == VV_DATE_MONTH_FIRST);

		r->either = open && r->order == VV_DATE_EITHER;
		set_day(r, c, month_first ? a : b, month_first ? b : a);
		p += 1 + third;
	} else {
		return false;
	}
	r->p = p;
	return true;
}

/* "2 weeks ago", also without "ago". */
static bool read_ago(reader *r)
{
	static const int seconds[] = {1, 60, 3600, 86400, 7 * 86400, 0, 0};
	struct tm tm = r->at;
	int n;
	const size_t len = parse_digits(r->p, 5, &n);
	const char *word = r->p + len + strspn(r->p + len, " ._");
	const size_t letters = word_len(word);
	const char *rest = word + letters + strspn(word + letters, " ._");
	const int i = len == 0 || letters == 0
			      ? -1
			      : place_of(word, letters - (word[letters - 1] == 's'), units,
					 SIZE_MAX);

	if (i < 0 || r->day || r->month || r->year || r->last >= 0) return false;
	tm.tm_mon -= i == 5 ? n : 0;
	tm.tm_year -= i == 6 ? n : 0;
	r->fixed = mktime(&tm) - (time_t)n * seconds[i];
	r->p = vv_ascii_compare(rest, "ago", 3) == 0 ? rest + 3 : word + letters;
	return true;
}

/* The day of a month that has a name, or a year. */
static bool read_number(reader *r)
{
	int v;
	const size_t len = parse_digits(r->p, 4, &v);

	if (len == 4 && !r->year && is_year(v)) {
		r->tm.tm_year = v - 1900;
		r->year = r->written = true;
	} else if ((len == 1 || len == 2) && !r->day) {
		r->tm.tm_mday = v;
		r->day = r->written = true;
	} else {
		return false;
	}
	r->p += len;
	return true;
}

static bool read_word(reader *r)
{
	const size_t len = word_len(r->p);
	const bool fresh = !r->day && !r->month && !r->year && r->weekday < 0;
	int i;

	if (len == 0) return false;
	if (!r->month && (i = place_of(r->p, len, months, 3)) >= 0) {
		r->tm.tm_mon = i;
		r->month = true;
	} else if (r->weekday < 0 && (i = place_of(r->p, len, weekdays, 3)) >= 0) {
		r->weekday = i;
	} else if (fresh && r->last < 0 && (i = place_of(r->p, len, which, SIZE_MAX)) >= 0) {
		r->last = i;
	} else if (fresh && r->last >= 0 && (i = place_of(r->p, len, units, SIZE_MAX)) >= 4) {
		r->span = (unit[]){WEEK, MONTH, YEAR}[i - 4];
	} else if (fresh && r->last < 0 && (i = place_of(r->p, len, relative, SIZE_MAX)) >= 0) {
		r->fixed = i == 3 ? r->now : 0;
		r->tm.tm_mday -= i == 1;
		r->day = r->month = r->year = true;
		r->clock = r->seconds = i == 2; /* midnight */
	} else {
		return false;
	}
	r->p += len;
	return true;
}

/* Reads the part of a date that begins here. */
static bool read_part(reader *r)
{
	const char *before = r->p;

	if (r->clock && !r->zone) {
		r->p += strspn(r->p, " ");
		const size_t len = zone_len(r->p, &r->offset_min);
		r->p += len;
		r->zone = len > 0;
		if (r->zone) return true;
	}
	r->p = before + strspn(before, " ,._");
	r->p += r->day && (*r->p == '-' || (*r->p == 'T' && vv_is_digit(r->p[1])));
	if (!r->fixed && !r->span &&
	    (read_clock(r) || read_ago(r) || read_numbers(r) || read_number(r) || read_word(r))) {
		return true;
	}
	r->p = before;
	return false;
}

/* The day of "monday" and the first one of "last week", in r->tm. */
static void count_back(reader *r)
{
	const int since_monday = (r->tm.tm_wday + 6) % 7;
	int back = since_monday - r->weekday;

	if (r->span) {
		r->tm.tm_mday = r->span == WEEK ? r->tm.tm_mday - since_monday - 7 * r->last : 1;
		r->tm.tm_mon = r->span == YEAR ? 0 : r->tm.tm_mon - (r->span == MONTH) * r->last;
		r->tm.tm_year -= r->span == YEAR ? r->last : 0;
	} else if (r->weekday >= 0 && !r->day && !r->month) {
		back += back < 0 || (back == 0 && r->last == 1) ? 7 : 0;
		r->tm.tm_mday -= back;
		r->day = r->month = r->year = true;
	}
}

static int64_t moment_of(const reader *r, struct tm tm)
{
	return r->zone ? timegm(&tm) - (int64_t)r->offset_min * 60 : mktime(&tm);
}

/* Completes the read parts, if they are a date. */
static bool complete_date(reader *r, vv_date *out)
{
	count_back(r);
	const bool lacks = (r->day && !r->month) || (r->clock && !r->day) ||
			   (r->last >= 0 && !r->span && r->weekday < 0) ||
			   !(r->day || r->month || r->year || r->span);
	unit least = YEAR;

	if (r->clock) {
		least = r->seconds ? SECOND : MINUTE;
	} else if (r->span) {
		least = r->span;
	} else if (r->day) {
		least = DAY;
	} else if (r->month) {
		least = MONTH;
	}
	struct tm end, check;

	*out = (vv_date){.begin = r->fixed, .end = r->fixed + 1, .either = r->either};
	if (r->fixed) {
		out->offset_min = vv_local_offset_min(r->fixed);
		return true;
	}
	if (lacks) return false;
	r->tm.tm_mon = r->month || r->span ? r->tm.tm_mon : 0;
	r->tm.tm_mday = r->day || r->span ? r->tm.tm_mday : 1;
	if (!r->year && !r->span && moment_of(r, r->tm) > r->now) {
		r->tm.tm_year--;
	}
	end = check = r->tm;
	check.tm_sec = 0; /* 23:59:60 */
	(void)timegm(&check);
	out->wrong = r->written && (r->tm.tm_mon < 0 || r->tm.tm_mon > 11 || r->tm.tm_mday < 1 ||
				    (r->tm.tm_mday > 28 && check.tm_mon != r->tm.tm_mon));
	end.tm_sec += least == SECOND;
	end.tm_min += least == MINUTE;
	end.tm_mday += least == DAY ? 1 : least == WEEK ? 7 : 0;
	end.tm_mon += least == MONTH;
	end.tm_year += least == YEAR;
	out->begin = moment_of(r, r->tm);
	out->end = moment_of(r, end);
	out->offset_min = r->zone ? r->offset_min : vv_local_offset_min(out->begin);
	out->is_days = least >= DAY;
	out->has_year = r->written && r->year;
	return true;
}

size_t vv_date_read(vv_date *out, const char *text, vv_date_order order)
{
	reader r = {.p = text, .order = order, .weekday = -1, .last = -1};

	r.now = (time_t)vv_now_sec();
	tzset();
	if (!localtime_r(&r.now, &r.at)) return 0;
	r.at.tm_isdst = -1;
	r.tm = r.at;
	r.tm.tm_hour = r.tm.tm_min = r.tm.tm_sec = 0;
	while (read_part(&r)) {
	}
	return complete_date(&r, out) ? (size_t)(r.p - text) : 0;
}

/* 1700000000, @1700000000 +0100 */
static bool in_seconds(vv_date *out, const char *text)
{
	const char *p = text + (*text == '@');
	const size_t len = strspn(p, "0123456789");
	uint64_t v;

	if (!vv_parse_u64(&v, p, len) || v > INT64_MAX / 2 || (p == text && len < 9)) return false;
	*out = (vv_date){.begin = (int64_t)v, .end = (int64_t)v + 1};
	p += len;
	if (*p == '\0') {
		out->offset_min = vv_local_offset_min(out->begin);
		return true;
	}
	return *p == ' ' && zone_len(p + 1, &out->offset_min) == strlen(p + 1);
}

vv_status vv_date_span(vv_date *out, const char *text, vv_error *err)
{
	const char *p = text + strspn(text, " ");
	const size_t len = in_seconds(out, p) ? strlen(p) : vv_date_read(out, p, VV_DATE_EITHER);

	if (len == 0 || p[len + strspn(p + len, " ")] || out->either) {
		return vv_fail(err, VV_EUSAGE,
			       "cannot read the date '%s'\n"
			       "write it as " VV_DATE_FORMS,
			       vv_text_shows(text));
	}
	return !out->wrong ? VV_OK
			   : vv_fail(err, VV_EUSAGE,
				     "no such day '%s'\n"
				     "a day is written YYYY-MM-DD, such as 2024-12-31",
				     vv_text_shows(text));
}

vv_status vv_date_parse(const char *text, int64_t *when, int *offset_min, vv_error *err)
{
	vv_date d;
	vv_status rc = vv_date_span(&d, text, err);

	if (rc < 0) return rc;
	*when = d.begin;
	*offset_min = d.offset_min;
	return d.begin >= 0 ? VV_OK
			    : vv_fail(err, VV_EUSAGE,
				      "'%s' is before 1970, the earliest year of a "
				      "commit",
				      vv_text_shows(text));
}

void vv_date_moment(const vv_date *d, int64_t *when, int *offset_min)
{
	const int64_t day = d->begin + (int64_t)d->offset_min * 60;

	*when = d->is_days ? day - day % 86400 + 43200 : d->begin;
	*offset_min = d->is_days ? 0 : d->offset_min;
}
