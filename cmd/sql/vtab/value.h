/*
 * value: a cell as a value of SQLite: one class of values for each column, and NULL.
 *
 * An integer is INTEGER, a number REAL, a boolean 0 or 1, a year INTEGER; all others are TEXT, of dates and datetimes in
 * the form of ISO 8601 (2026-11-17, 2026-11-17T14:00:00Z, without Z if the cell has no zone), which the collation
 * varve_time orders. A missing value is NULL, and so is a cell that is not a value of its column's type, with a warning.
 */
#ifndef VV_CMD_SQL_VTAB_VALUE_H
#define VV_CMD_SQL_VTAB_VALUE_H

#include "cmd/sql/vtab/opened.h"

struct sqlite3_context;

/* "INTEGER", "REAL" or "TEXT". */
const char *vv_sql_value_type(const vv_sql_opened *o, size_t column);

/* The same, of datetimes with the collation that compares them as `cat --where` does: as moments, to the last digit. */
const char *vv_sql_value_declaration(const vv_sql_opened *o, size_t column);

#define VV_SQL_TIME "varve_time"
#define VV_SQL_HEAD 19

/* The sort key of a text. A datetime, or the beginning of one: in UTC 2026-11-17T14:00:00, then the digits of a second's
 * fraction with their point and no trailing zeros; any other text: its own bytes. */
typedef struct vv_sql_time {
	char head[VV_SQL_HEAD + 1];
	size_t head_len;
	const char *tail; /* borrowed from the text */
	size_t tail_len;
	bool zoned; /* it has a zone */
} vv_sql_time;

/* False: it is another text. */
bool vv_sql_time_read(vv_sql_time *out, const char *s, size_t len);
/* For sqlite3_create_collation, under the name VV_SQL_TIME. */
int vv_sql_time_compare(void *unused, int a_len, const void *a, int b_len, const void *b);

#define VV_VALUE_OWN 64

/* The fewest digits, of 15 and more, that are read as this number; their count. SQLite's own printf is not exact beyond 15. */
size_t vv_sql_value_digits(char out[VV_VALUE_OWN], double d);

/* A value of a column's class, or NULL. */
typedef struct vv_sql_value {
	bool null;
	uint8_t class; /* enum vv_sql_class */
	int64_t i;     /* VV_CLASS_INTEGER */
	double d;      /* VV_CLASS_REAL */
	/* VV_CLASS_TEXT: of the cell, or written in own */
	const char *text;
	size_t len;
	char own[VV_VALUE_OWN];
} vv_sql_value;

/* The cell of a row, which a version of the table has (it need not be `as` itself), read as a value of a column of
 * `as`. Counts what became NULL. */
int vv_sql_value_read(vv_sql_value *out, vv_sql_opened *as, size_t column, const varve_cell *cell,
		      uint64_t row, varve_error *err);
void vv_sql_value_put(struct sqlite3_context *context, const vv_sql_value *value);
void vv_sql_value_put_cell(struct sqlite3_context *context, vv_sql_opened *as, size_t column,
			   const varve_cell *cell, uint64_t row);

/* NULL, a text, a date or a datetime. */
void vv_sql_value_put_fitting(struct sqlite3_context *context, const varve_value *v);

/* The cell's text: TEXT, or a BLOB if it is not UTF-8; NULL without a cell. */
void vv_sql_value_put_text(struct sqlite3_context *context, const varve_cell *cell);

/* A commit's message without the line's end behind it. */
void vv_sql_value_put_message(struct sqlite3_context *context, const char *message);

/* A number as JSON writes it: an integer, else a real, else, if a double would lose digits, a text. */
void vv_sql_value_put_number(struct sqlite3_context *context, const char *text);

/* A moment in seconds since 1970 as "2026-11-17T14:00:00Z"; NULL where that is beyond a calendar's years. */
void vv_sql_value_put_time(struct sqlite3_context *context, int64_t seconds);

#endif
