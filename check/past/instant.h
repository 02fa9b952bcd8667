/*
 * instant: converts a date, a time of day, or both, to numbers that can be compared.
 */
#ifndef VV_CHECK_PAST_INSTANT_H
#define VV_CHECK_PAST_INSTANT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "dataset/schema/schema.h"

/* A date, a time of day, or both. */
typedef struct vv_instant {
	/* days since 1970-01-01; the first day of a year or month; 0 for a time of day */
	int64_t days;
	/* seconds since the start of that day, 0 to 86,399; in UTC if the value has a zone */
	int64_t seconds;
} vv_instant;

/* Reads the value of a cell whose field is a date, time, datetime, year or yearmonth, in the field's
 * format. Returns false if the value is missing, is not of this type, or is a million years or more
 * away from 1970. */
bool vv_instant_read(vv_instant *out, const vv_field *f, const vv_cell *cell);

int64_t vv_instant_seconds(const vv_instant *i); /* returns the seconds since 1970-01-01 */
vv_instant vv_instant_of(int64_t seconds); /* returns the instant for seconds since 1970-01-01 */

/* Appends the date of an instant, such as "2024-01-31". If clock is true, appends date and time, such
 * as "2024-01-31T12:30:00Z". */
void vv_instant_put(vv_buf *out, const vv_instant *i, bool clock);

#endif
