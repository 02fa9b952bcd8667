/*
 * type_time: texts that are dates and times, by the forms of XML Schema or by strptime patterns.
 */
#ifndef VV_DATASET_SCHEMA_TYPE_TIME_H
#define VV_DATASET_SCHEMA_TYPE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "dataset/schema/field.h"

/* The forms of XML Schema. */
bool vv_type_is_date(const char *s, size_t len);      /* YYYY-MM-DD, years 0001 to 9999 */
bool vv_type_is_time(const char *s, size_t len);      /* HH:MM:SS */
bool vv_type_is_datetime(const char *s, size_t len);  /* dateTime */
bool vv_type_is_year(const char *s, size_t len);      /* gYear */
bool vv_type_is_yearmonth(const char *s, size_t len); /* gYearMonth */
bool vv_type_is_duration(const char *s, size_t len);  /* duration */
bool vv_type_is_day(unsigned year, unsigned month, unsigned day);

/* A point in time with its written parts; missing parts are 0 (year 1900, month and day 1). The day
 * may be beyond its month's end (%j). fraction is borrowed from the text. */
typedef struct vv_moment {
	int64_t year;
	unsigned month, day, hour, minute, second;
	int offset; /* seconds east of UTC; 0 when none is written */
	const char *fraction;
	size_t fraction_len;
} vv_moment;

/* Reads what vv_type_is_... accepts: date, time, datetime, year, yearmonth. Years that do
 * not fit are cut to +-10^15. */
bool vv_type_read_moment(vv_moment *out, vv_type type, const char *s, size_t len);

/* Strptime patterns. A plan is a compiled format of a field. */
typedef struct vv_time_plan vv_time_plan;
/* *out is NULL for the default format. VV_EINPUT: why the pattern cannot be used. */
vv_status vv_time_plan_new(const vv_time_plan **out, vv_arena *arena, vv_type type,
			   const char *format, vv_error *err);
bool vv_time_plan_accepts(const vv_time_plan *p, const char *s, size_t len);
/* The same, with the parsed moment; ambiguous dates ("any") are read with the month before the day.
 * out may be NULL. */
bool vv_time_plan_read(const vv_time_plan *p, const char *s, size_t len, vv_moment *out);

#endif
