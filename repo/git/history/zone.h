/*
 * zone: a time zone: UTC, a fixed offset, or a name such as Europe/Berlin, with its summer time.
 *
 * Names are looked up in /usr/share/zoneinfo (RFC 8536). Nothing depends on TZ or changes it.
 *
 * A correct caller: vv_zone_open; vv_zone_offset_sec, vv_zone_first; vv_zone_close.
 */
#ifndef VV_REPO_GIT_HISTORY_ZONE_H
#define VV_REPO_GIT_HISTORY_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"

typedef struct vv_zone vv_zone;

/* "UTC", "+01:00", "Europe/Berlin". VV_EUSAGE: there is no such zone. */
vv_status vv_zone_open(vv_zone **out, const char *text, vv_error *err);
void vv_zone_close(vv_zone *z); /* accepts NULL */
VV_AUTO_FREE(vv_zone, vv_zone_close)

/* Seconds east of Greenwich at that time. */
int64_t vv_zone_offset_sec(const vv_zone *z, int64_t time);

/* The first second whose local time, in seconds as if in UTC, is at or after this one: of a time that a change of the
 * clocks skips the change, of one that comes twice the first. */
int64_t vv_zone_first(const vv_zone *z, int64_t local);

/* Reads "Z", "+hh:mm", "+hhmm", "+hh" after spaces; *p then stands behind it. */
bool vv_zone_parse_offset(const char **p, int *offset_min);

/* Days since 1970-01-01 of a proleptic Gregorian date. */
int64_t vv_days_of(int64_t year, int month, int day);

#endif
