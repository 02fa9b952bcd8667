/*
 * date: the ways of writing a date, as people and Git do.
 *
 *   2026-10-05, 2026/10/05, 5.10.2026, 20261005, 5 Oct 2026, Mon Oct 5 2026
 *   2026-10, oct 2026, october, 2026
 *   today, yesterday, monday, last monday, last week, this month, last year
 *   any day, then a time: 18:00, 18:00:30, T18:00+02:00; also RFC 2822 and Git's own form
 *   now, midnight, 2 weeks ago, 3.days.ago; seconds: 1700000000, @1700000000 +0100
 *
  * A date without a zone is local. git's reader (git rev-parse --since) is not used: it accepts any text, reads 2026-10 as
 * the tenth of this month, and a day as a time of that day.
 */
#ifndef VV_REPO_GIT_HISTORY_DATE_H
#define VV_REPO_GIT_HISTORY_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* For hints. */
#define VV_DATE_FORMS                                                                              \
	"2026-10-05, '5 Oct 2026 18:00', 2026-10, monday, 'last month' or '2 weeks ago'"

/* A named period: from begin until before end. */
typedef struct vv_date {
	int64_t begin, end;
	int offset_min; /* of begin's zone, east of Greenwich */
	bool is_days;   /* a day, week, month or year, without a time */
	bool has_year;  /* written, not found from the day that it is now */
	bool either;    /* 01-10-2026: the first number may be the day or the month */
	bool wrong;     /* a date by its form, but of no calendar: 2026-02-30 */
} vv_date;

/* Which of 01-10-2026 is the day. */
typedef enum vv_date_order {
	VV_DATE_EITHER, /* decided by a point (day first) or by a number over 12, else vv_date.either and day first */
	VV_DATE_DAY_FIRST,
	VV_DATE_MONTH_FIRST
} vv_date_order;

/* Reads the date at the beginning of a text; returns its length in bytes, 0: none. Any text may follow. */
size_t vv_date_read(vv_date *out, const char *text, vv_date_order order);

/* The text as a date, all of it. VV_EUSAGE. */
vv_status vv_date_span(vv_date *out, const char *text, vv_error *err);

/* The beginning of the date: Git's reading of GIT_AUTHOR_DATE. VV_EUSAGE. */
vv_status vv_date_parse(const char *text, int64_t *time, int *offset_min, vv_error *err);

/* The moment that a version of this date has: of a day noon in UTC, which is that day in the zones from -12:00 to +11:59;
 * of a longer span its first day. */
void vv_date_moment(const vv_date *d, int64_t *time, int *offset_min);

/* "@1700000000 +0100", as vv_date_parse and Git take it; owned by the caller. NULL: no memory. */
char *vv_date_text(int64_t time, int offset_min);

/* Minutes east of Greenwich at that time. */
int vv_local_offset_min(int64_t time);

#endif
