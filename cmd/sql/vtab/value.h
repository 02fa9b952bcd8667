/*
 * value: converts a cell to an SQLite value: NULL, or a value of the storage class of its column.
 *
 * Integers and years are INTEGER, numbers REAL, booleans 0 or 1; other types are TEXT. Dates and
 * datetimes are written in ISO 8601 (2026-11-17, 2026-11-17T14:00:00Z, without Z if the cell has no
 * zone); the collation varve_time orders them. A missing value is NULL. A cell that does not match
 * its column's type is also NULL, and is counted in a warning.
 */
#ifndef VV_CMD_SQL_VTAB_VALUE_H
#define VV_CMD_SQL_VTAB_VALUE_H

#include "cmd/sql/vtab/opened.h"

struct sqlite3_context;

/* Returns the storage class of a column: "INTEGER", "REAL" or "TEXT". */
const char *vv_sql_value_type(const vv_sql_opened *o, size_t column);

/* Returns the declaration of a column: its storage class, and for datetimes the collation that
 * compares them like `cat --where`: as moments, to the last digit. */
const char *vv_sql_value_declaration(const vv_sql_opened *o, size_t column);

#define VV_SQL_TIME "varve_time" /* the name of the collation */
#define VV_SQL_HEAD 19           /* bytes of a datetime without fraction and zone */

/* The sort key of a text. For a datetime, or the beginning of a datetime: UTC 2026-11-17T14:00:00,
 * then the decimal point and the digits of the fraction of a second, without trailing zeros. For
 * other texts: their bytes. */
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

/* Writes d with the fewest digits, at least 15, that are read as the same number. Returns the
 * length. SQLite's own printf is not exact beyond 15 digits. */
size_t vv_sql_value_digits(char out[VV_VALUE_OWN], double d);
/* The double nearest to a number with a point, whatever point the program's locale has. */
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
 * another version of the table. row: the row's number, for warnings. If the cell does not match the
 * type, the value is NULL, and a warning is counted. Returns 0 or a negative code of varve. */
int vv_sql_value_read(vv_sql_value *out, vv_sql_opened *as, size_t column, const varve_cell *cell,
		      uint64_t row, varve_error *err);
/* In the functions below, "the result" is that of context. */

/* Sets the result to the value. */
void vv_sql_value_put(struct sqlite3_context *context, const vv_sql_value *value);
/* Reads the cell like vv_sql_value_read, and sets the result to its value. */
void vv_sql_value_put_cell(struct sqlite3_context *context, vv_sql_opened *as, size_t column,
			   const varve_cell *cell, uint64_t row);

/* Sets the result to v: NULL, a text, a date or a datetime. */
void vv_sql_value_put_fitting(struct sqlite3_context *context, const varve_value *v);

/* Sets the result to the cell's text: TEXT, or a BLOB if it is not UTF-8; NULL if cell is NULL. */
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
	VV_MESSAGE, /* without its trailing newline */
	VV_COMMIT_WORDS
};
/* Sets the result to a part of the commit. what: enum vv_sql_commit_word. */
void vv_sql_value_put_commit(struct sqlite3_context *context, const varve_commit *c, size_t what);

/* Sets the result to a number in JSON's syntax: to an integer if possible, else to a real, or to a
 * text if a double would lose digits. */
void vv_sql_value_put_number(struct sqlite3_context *context, const char *text);

/* Sets the result to a time, given in seconds since 1970, as "2026-11-17T14:00:00Z"; to NULL if the
 * calendar has no such year. */
void vv_sql_value_put_time(struct sqlite3_context *context, int64_t seconds);

#endif
