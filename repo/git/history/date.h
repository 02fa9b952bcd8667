/*
 * date: the ways of writing a date that Git's variables and options take.
 */
#ifndef VV_REPO_GIT_HISTORY_DATE_H
#define VV_REPO_GIT_HISTORY_DATE_H

#include <stdint.h>

#include "base/error.h"

/* A date as Git takes it on the command line and in GIT_AUTHOR_DATE: seconds
 * ("1700000000 +0100", "@1700000000"), ISO 8601, RFC 2822. Without a zone it is
 * local time. VV_EUSAGE. */
vv_status vv_date_parse(const char *text, int64_t *time, int *offset_min, vv_error *err);

/* The same, and points in time as seen from now: "now", "today", "yesterday", "2 weeks ago",
 * "3.days.ago". A day without a time is its beginning. */
vv_status vv_date_before(const char *text, int64_t *time, vv_error *err);

/* The time that a text names, from *begin until before *end: a day (2026-03-01, yesterday), a minute (2026-03-01 12:00), else
 * a second. Days, and times without a zone, are in UTC. VV_EUSAGE. */
vv_status vv_date_span(const char *text, int64_t *begin, int64_t *end, vv_error *err);

/* "@1700000000 +0100", as vv_date_parse and Git take it; owned by the caller. NULL: no memory. */
char *vv_date_text(int64_t time, int offset_min);

/* Minutes east of Greenwich at that time. */
int vv_local_offset_min(int64_t time);

#endif
