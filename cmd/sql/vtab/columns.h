/*
 * columns: declares the columns of a virtual table to SQLite, under unique names.
 *
 * SQLite does not distinguish upper and lower case in names. If a name occurs again, a number is
 * appended ("id:2"). An empty name becomes "column".
 *
 * A correct caller calls vv_sql_columns_begin; then vv_sql_columns_add or vv_sql_columns_add_table
 * for all columns, in order; then vv_sql_columns_end, also after a failure, since it frees the memory.
 */
#ifndef VV_CMD_SQL_VTAB_COLUMNS_H
#define VV_CMD_SQL_VTAB_COLUMNS_H

#include "cmd/sql/vtab/opened.h"

struct sqlite3_str;

/* A declaration that is being made. */
typedef struct vv_sql_columns_sql {
	struct sqlite3_str *sql; /* the CREATE TABLE statement so far */
	char **names;            /* the names of the columns so far */
	size_t count,            /* the number of columns so far */
		most,            /* the greatest number of columns */
		hidden;          /* the number of hidden columns so far */
	bool failed;             /* memory ran out, or the table has too many columns */
} vv_sql_columns_sql;

/* Begins a table with at most `most` columns. Returns 0 or a negative code of varve. */
int vv_sql_columns_begin(vv_sql_columns_sql *s, size_t most, varve_error *err);

/* Adds a column. Its name is prefix, name and suffix; type is the type in SQL, such as "INTEGER" or
 * "TEXT HIDDEN". */
void vv_sql_columns_add(vv_sql_columns_sql *s, const char *prefix, const char *name,
			const char *suffix, const char *type);

/* Adds all columns of a version, each with prefix before its name. If hidden_text is true, adds a
 * hidden column such as "price:text" for each of them instead; its values are the texts of the cells
 * as the file spells them. */
void vv_sql_columns_add_table(vv_sql_columns_sql *s, const char *prefix, const vv_sql_opened *o,
			      bool hidden_text);

/* Declares the table to SQLite, and frees the memory of s. Returns a code of SQLite: SQLITE_NOMEM if
 * s->failed is set, with *message unchanged. On another error, replaces *message, which is NULL or
 * from SQLite's allocator, by a message that the caller frees with sqlite3_free. */
int vv_sql_columns_end(vv_sql_columns_sql *s, vv_sql_catalog *c, char **message);

#endif
