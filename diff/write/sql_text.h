/*
 * sql_text: names and values as SQLite reads them. For sql.c only.
 *
 * The rules are in docs/formats/differences.md, "sql": which type a column gets, which values
 * are NULL, how text is quoted.
 */
#ifndef VV_DIFF_WRITE_SQL_TEXT_H
#define VV_DIFF_WRITE_SQL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "dataset/format/cell.h"
#include "dataset/schema/schema.h"

/* A column of a table: what it is called there, and how its values are kept. */
typedef struct sql_column {
	char *name;       /* like the field's; different from all others without regard to case */
	const char *type; /* "INTEGER", "NUMERIC" or "TEXT" */
	bool is_number;   /* not TEXT */
} sql_column;

vv_status sql_columns_new(sql_column **out, const vv_schema *schema, vv_error *err);
void sql_columns_free(sql_column *c, size_t count); /* accepts NULL */

/* The table's name: the file's, without folders and extension. NULL: out of memory. */
char *sql_table_name(const char *path);

bool sql_same_name(const char *a, const char *b); /* without regard to the case of ASCII letters */
void sql_put_name(vv_buf *b, const char *name);
void sql_put_comment(vv_buf *b, const char *text, size_t len); /* "-- text" and a line end */

/* Is the value NULL there? In columns of text only what has no text at all is. */
bool sql_is_null(const vv_field *f, const vv_cell *c);
void sql_put_value(vv_buf *b, const vv_field *f, const vv_cell *c);

/* Is the text a number that comes out of SQLite spelled as it went in? */
bool sql_is_plain_number(const char *s, size_t len);
/* Would SQLite make a number of the text in a column of numbers? */
bool sql_is_number(const char *s, size_t len);

#endif
