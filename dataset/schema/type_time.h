/*
 * type_time: tests and reads texts that are dates and times, in the forms of XML Schema or by
 * strptime patterns.
 */
#ifndef VV_DATASET_SCHEMA_TYPE_TIME_H
#define VV_DATASET_SCHEMA_TYPE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "dataset/schema/field.h"

/* The functions up to vv_type_is_duration return true if the text is a value of this type of XML
 * Schema. */
bool vv_type_is_date(const char *s, size_t len);      /* YYYY-MM-DD, years 0001 to 9999 */
bool vv_type_is_time(const char *s, size_t len);      /* HH:MM:SS */
bool vv_type_is_datetime(const char *s, size_t len);  /* dateTime */
bool vv_type_is_year(const char *s, size_t len);      /* gYear */
bool vv_type_is_yearmonth(const char *s, size_t len); /* gYearMonth */
bool vv_type_is_duration(const char *s, size_t len);  /* duration */
/* Returns true if the calendar has this day. */
bool vv_type_is_day(unsigned year, unsigned month, unsigned day);

/* The parts of a date and time. A part that the text does not have is 0, except year (1900), month
 * and day (1). day can be beyond the end of the month, if the text has the day of the year (%j). */
typedef struct vv_moment {
	int64_t year;
	unsigned month, day, hour, minute, second; /* month and day: from 1 */
	int offset;                                /* seconds east of UTC */
	const char *fraction; /* digits of the second's fraction; borrowed from the text */
	size_t fraction_len;
} vv_moment;

/* Sets *out to the parts of a text that is a value of the type, which must be date, time, datetime,
 * year or yearmonth. The text must be one that the vv_type_is_... function of the type accepts:
 * this function returns false for some other texts, but does not check them. A year beyond +-10^15
 * is set to this limit. */
bool vv_type_read_moment(vv_moment *out, vv_type type, const char *s, size_t len);

/* A field's format, a strptime pattern, in compiled form. */
typedef struct vv_time_plan vv_time_plan;
/* Compiles a format for this type, and sets *out to the result, which is in arena, or to NULL for
 * the default format. VV_EINPUT: the pattern cannot be used, for the reason in err. */
vv_status vv_time_plan_new(const vv_time_plan **out, vv_arena *arena, vv_type type,
			   const char *format, vv_error *err);
/* Returns true if the text has the format. */
bool vv_time_plan_accepts(const vv_time_plan *p, const char *s, size_t len);
/* Sets *out to the parts of a text. Returns false if the text does not have the format. In an
 * ambiguous date (format "any"), the month is before the day. out may be NULL. */
bool vv_time_plan_read(const vv_time_plan *p, const char *s, size_t len, vv_moment *out);

#endif
