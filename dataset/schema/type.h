/*
 * type: which spellings are values of a type; shared by type*.c, infer.c
 * and the schema reader.
 */
#ifndef VV_DATASET_SCHEMA_TYPE_H
#define VV_DATASET_SCHEMA_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"
#include "dataset/schema/schema.h"

/* type.c: the texts alone, without a look at missing values. */
bool vv_type_accepts_text(const vv_field *f, const char *s, size_t len);
/* A decimal number as Table Schema spells it by default, NaN and INF included. */
bool vv_type_is_number(const char *s, size_t len);

/* Where a number in the field's spelling stands in the text, currency and unit apart:
 * false when there is none. NaN and INF are not looked for. */
bool vv_type_find_number(const vv_field *f, const char *s, size_t len, size_t *at,
			 size_t *number_len);

/* A finite number from -180 to 180 (lon), or from -90 to 90. */
bool vv_type_is_degrees(const char *s, size_t len, bool lon);

/* type_json.c: texts that hold JSON. */
bool vv_type_is_json(const char *s, size_t len, vv_json_type type);
bool vv_type_is_geojson(const char *s, size_t len, bool topology);
bool vv_type_is_geopoint(const char *s, size_t len, bool object); /* else array */
/* Is it an array, all of whose items are values of the list's item type? */
bool vv_type_is_json_list(const vv_field *f, const char *s, size_t len);

/* type_time.c: the forms of XML Schema. */
bool vv_type_is_date(const char *s, size_t len);      /* YYYY-MM-DD, years 0001 to 9999 */
bool vv_type_is_time(const char *s, size_t len);      /* HH:MM:SS */
bool vv_type_is_datetime(const char *s, size_t len);  /* dateTime */
bool vv_type_is_year(const char *s, size_t len);      /* gYear */
bool vv_type_is_yearmonth(const char *s, size_t len); /* gYearMonth */
bool vv_type_is_duration(const char *s, size_t len);  /* duration */
bool vv_type_is_day(unsigned year, unsigned month, unsigned day);

/* A point in time as it was written; what was not is 0 (year 1900, month and day 1). The
 * day may be beyond its month's end (%j). fraction is borrowed from the text. */
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

/* type_time.c: strptime patterns. A plan holds what a field's format compiles to. */
typedef struct vv_time_plan vv_time_plan;
/* *out is NULL for the default format. VV_EINPUT: why the pattern cannot be used. */
vv_status vv_time_plan_new(const vv_time_plan **out, vv_arena *arena, vv_type type,
			   const char *format, vv_error *err);
bool vv_time_plan_accepts(const vv_time_plan *p, const char *s, size_t len);
/* The same, and what the text says; of dates that can be read in several ways ("any") as
 * the month before the day. out may be NULL. */
bool vv_time_plan_read(const vv_time_plan *p, const char *s, size_t len, vv_moment *out);

#endif
