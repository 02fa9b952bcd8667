/*
 * value: converts a cell to an SQLite value: NULL, or a value of the storage class of its column.
 *
 * Integers and years are INTEGER, numbers are REAL (TEXT if catalog->exact is set), booleans are 0
 * or 1, and other types are TEXT. Dates and datetimes are written in ISO 8601 (2026-11-17,
 * 2026-11-17T14:00:00Z, without Z if the cell has no zone). The collation varve_time orders
 * datetimes. A missing value is NULL. A cell that does not match its column's type is also NULL, and
 * is counted in a warning.
 */
#ifndef VV_CMD_SQL_VTAB_VALUE_H
#define VV_CMD_SQL_VTAB_VALUE_H

#include "cmd/sql/vtab/opened.h"

struct sqlite3_context;

/* Returns the storage class of a column: "INTEGER", "REAL" or "TEXT". */
const char *vv_sql_value_type(const vv_sql_opened *o, size_t column);

/* Returns the declaration of a column: its storage class, followed for datetimes by the collation.
 * The collation compares datetimes as moments, with all digits of the fraction, as `cat --where`
 * does. */
const char *vv_sql_value_declaration(const vv_sql_opened *o, size_t column);

#define VV_SQL_TIME "varve_time" /* the name of the collation */
#define VV_SQL_HEAD 19           /* bytes of a datetime without fraction and zone */

/* The sort key of a text. The key of a datetime, or of the beginning of a datetime, is its time in
 * UTC such as 2026-11-17T14:00:00, then the decimal point and the digits of the fraction of a
 * second, without trailing zeros. The key of another text is its bytes. */
typedef struct vv_sql_time {
	/* a datetime: its time in UTC, to the second; another text: its first bytes */
	char head[VV_SQL_HEAD + 1];
	size_t head_len;
	/* a datetime: the point and the fraction; another text: the other bytes. Borrowed from the
	 * text */
	const char *tail;
	size_t tail_len;
	bool zoned; /* the datetime has a zone */
} vv_sql_time;

/* Parses a text as a datetime. Returns false if it is not a datetime. */
bool vv_sql_time_read(vv_sql_time *out, const char *s, size_t len);
/* The collation VV_SQL_TIME, for sqlite3_create_collation. */
int vv_sql_time_compare(void *unused, int a_len, const void *a, int b_len, const void *b);

#define VV_VALUE_OWN 64 /* bytes of vv_sql_value.own */

/* Writes d with the lowest precision, from 15 digits, at which it is read as the same number.
 * Returns the length. (SQLite's own printf is not exact beyond 15 digits.) */
size_t vv_sql_value_digits(char out[VV_VALUE_OWN], double d);
/* Returns the double nearest to a number in text. The decimal point is '.', in any locale. */
double vv_sql_value_double(const char *text);

/* A value of a column's storage class, or NULL. */
typedef struct vv_sql_value {
	bool null;
	uint8_t class; /* enum vv_sql_class */
	int64_t i;     /* VV_CLASS_INTEGER */
	double d;      /* VV_CLASS_REAL */
	/* VV_CLASS_TEXT: points into the cell's memory, or to own */
	const char *text;
	size_t len;
	char own[VV_VALUE_OWN];
} vv_sql_value;

/* Sets *out to the value of a cell, read by the type of a column of `as`. The cell may be from
 * another version of the table. If the cell does not match the type, the value is NULL, and the cell
 * is counted in a warning. row: the row's number, for warnings. Returns 0 or a negative code of
 * varve. */
int vv_sql_value_read(vv_sql_value *out, vv_sql_opened *as, size_t column, const varve_cell *cell,
		      uint64_t row, varve_error *err);
/* In the functions below, "the result" is that of context. */

/* Sets the result to the value. */
void vv_sql_value_put(struct sqlite3_context *context, const vv_sql_value *value);
/* Reads the cell like vv_sql_value_read, and sets the result to its value. */
void vv_sql_value_put_cell(struct sqlite3_context *context, vv_sql_opened *as, size_t column,
			   const varve_cell *cell, uint64_t row);

/* Sets the result to v, which is NULL, a text, a date or a datetime. A date that the calendar cannot
 * write becomes NULL. */
void vv_sql_value_put_fitting(struct sqlite3_context *context, const varve_value *v);

/* Sets the result to the cell's text: TEXT, or a BLOB if the text is not UTF-8; SQL's NULL if the
 * cell is absent or null. */
void vv_sql_value_put_text(struct sqlite3_context *context, const varve_cell *cell);

/* The part of a commit that a column contains. */
enum vv_sql_commit_word {
	VV_COMMIT_HASH,
	VV_COMMIT_DATE,
	VV_COMMITTER,
	VV_COMMITTER_MAIL,
	VV_AUTHOR_DATE,
	VV_AUTHOR,
	VV_AUTHOR_MAIL,
	VV_MESSAGE, /* without trailing newlines */
	VV_COMMIT_WORDS
};
/* Sets the result to a part of the commit. what: enum vv_sql_commit_word. */
void vv_sql_value_put_commit(struct sqlite3_context *context, const varve_commit *c, size_t what);

/* Sets the result to a number in JSON's syntax: to an integer if possible; else to a text if a double
 * would lose digits; else to a real. */
void vv_sql_value_put_number(struct sqlite3_context *context, const char *text);

/* Sets the result to a time such as "2026-11-17T14:00:00Z". seconds: the time in seconds since 1970.
 * The result is NULL if the time is too large for the calendar. */
void vv_sql_value_put_time(struct sqlite3_context *context, int64_t seconds);

#endif
