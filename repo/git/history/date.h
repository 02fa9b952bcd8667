/*
 * date: reads dates as people and Git write them.
 *
 *   2026-10-05, 2026/10/05, 5.10.2026, 20261005, 5 Oct 2026, Mon Oct 5 2026
 *   2026-10, oct 2026, october, 2026
 *   today, yesterday, monday, last monday, last week, this month, last year
 *   any day followed by a time: 18:00, 18:00:30, T18:00+02:00; also RFC 2822 and Git's own format
 *   now, midnight, 2 weeks ago, 3.days.ago; seconds: 1700000000, @1700000000 +0100
 *
 * A date without a zone is in local time. git's own parser (git rev-parse --since) is not used, since it accepts any
 * text, reads 2026-10 as the tenth of this month, and reads a day as a time on that day.
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
	int offset_min; /* of begin's zone, in minutes east of UTC */
	bool is_days;   /* a day, week, month or year, without a time */
	bool has_year;  /* the text has a year; otherwise, the year follows from today's date */
	/* ambiguous, like 01-10-2026: the first number may be the day or the month */
	bool either;
	bool wrong; /* the form is right, but the day does not exist: 2026-02-30 */
} vv_date;

/* How to read a date like 01-10-2026. */
typedef enum vv_date_order {
	/* If the numbers are separated by points, the day is first; else a number over 12 is the day; else the day is
	 * first, and vv_date.either is set. */
	VV_DATE_EITHER,
	VV_DATE_DAY_FIRST,
	VV_DATE_MONTH_FIRST
} vv_date_order;

/* Reads a date at the beginning of the text. Returns its length in bytes; 0: the text does not begin with a date. */
size_t vv_date_read(vv_date *out, const char *text, vv_date_order order);

/* Reads the whole text as a date. VV_EUSAGE: it is not a date, is ambiguous, or the day does not exist. */
vv_status vv_date_span(vv_date *out, const char *text, vv_error *err);

/* Reads the whole text as a date, and returns its beginning, for GIT_AUTHOR_DATE and similar variables. VV_EUSAGE: as
 * for vv_date_span, or the time is before 1970. */
vv_status vv_date_parse(const char *text, int64_t *time, int *offset_min, vv_error *err);

/* Returns the time for a version with this date. For a day, this is noon in UTC, which is on the same day in all
 * zones from -12:00 to +11:59; for a week, month or year, noon of its first day. */
void vv_date_moment(const vv_date *d, int64_t *time, int *offset_min);

/* Returns a text like "@1700000000 +0100", which vv_date_parse and Git can read; the caller frees it. NULL: out of
 * memory. */
char *vv_date_text(int64_t time, int offset_min);

/* Returns the local zone's offset at that time, in minutes east of UTC. */
int vv_local_offset_min(int64_t time);

#endif
