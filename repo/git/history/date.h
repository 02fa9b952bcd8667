/*
 * date: parses dates as people and Git write them:
 *
 *   2026-10-05, 2026/10/05, 5.10.2026, 20261005, 5 Oct 2026, Mon Oct 5 2026
 *   2026-10, oct 2026, october, 2026
 *   today, yesterday, monday, last monday, last week, this month, last year
 *   any day followed by a time: 18:00, 18:00:30, T18:00+02:00; also RFC 2822 and Git's own format
 *   now, midnight, 2 weeks ago, 3.days.ago; seconds: 1700000000, @1700000000 +0100
 *
 * A date without a zone is in local time. git's own parser (git rev-parse --since) is not used,
 * since it accepts any text, reads 2026-10 as the tenth of this month, and reads a day as a time on
 * that day.
 */
#ifndef VV_REPO_GIT_HISTORY_DATE_H
#define VV_REPO_GIT_HISTORY_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Examples, for hints. */
#define VV_DATE_FORMS                                                                              \
	"2026-10-05, '5 Oct 2026 18:00', 2026-10, monday, 'last month' or '2 weeks ago'"

/* A period: the seconds since 1970 from begin to before end. */
typedef struct vv_date {
	int64_t begin, end;
	int offset_min; /* time zone of begin, in minutes east of UTC */
	bool is_days;   /* a day, week, month or year, without a time */
	bool has_year;  /* the text has a year; otherwise, the year follows from today's date */
	/* the text is ambiguous, like 01-10-2026: the first number may be the day or the month */
	bool either;
	bool wrong; /* the text has the form of a date, but the day does not exist: 2026-02-30 */
} vv_date;

/* How to read a date like 01-10-2026. */
typedef enum vv_date_order {
	/* A number over 12 is the day. Else the day is first, and vv_date.either is set, unless the
	 * numbers are separated by points or equal. */
	VV_DATE_EITHER,
	VV_DATE_DAY_FIRST, /* as VV_DATE_EITHER, but vv_date.either is not set */
	/* a number over 12 is the day; else the month is first, unless points separate the numbers */
	VV_DATE_MONTH_FIRST
} vv_date_order;

/* Parses a date at the beginning of text, and sets *out. Returns the length of the date in bytes;
 * 0: text does not begin with a date. A date that does not exist has a length, too, and sets
 * out->wrong. */
size_t vv_date_read(vv_date *out, const char *text, vv_date_order order);

/* Parses the whole text as a date, and sets *out. VV_EUSAGE: the text is not a date or is
 * ambiguous, or the day does not exist. */
vv_status vv_date_span(vv_date *out, const char *text, vv_error *err);

/* Parses the whole text as a date, and sets *time and *offset_min to its beginning, for
 * GIT_AUTHOR_DATE and similar variables. VV_EUSAGE: as for vv_date_span, or the time is before
 * 1970. */
vv_status vv_date_parse(const char *text, int64_t *time, int *offset_min, vv_error *err);

/* Sets *time and *offset_min to one moment of the date d, for the commit of a version with this
 * date. If d is a day, the moment is noon in UTC, which is on the same day in all zones from -12:00
 * to +11:59. If d is a week, month or year, it is noon of the first day. Else it is the beginning
 * of d. */
void vv_date_moment(const vv_date *d, int64_t *time, int *offset_min);

/* Returns a text like "@1700000000 +0100", which vv_date_parse and Git can read; the caller frees
 * the text with vv_free. NULL: out of memory. */
char *vv_date_text(int64_t time, int offset_min);

/* Returns the offset of the local time zone at `time`, in minutes east of UTC. */
int vv_local_offset_min(int64_t time);

#endif
