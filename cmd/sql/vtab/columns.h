/*
 * columns: the names of a virtual table's columns, as SQLite can take them.
 *
 * SQLite does not distinguish upper and lower case in names; a repeated name gets a number ("id:2").
 */
#ifndef VV_CMD_SQL_VTAB_COLUMNS_H
#define VV_CMD_SQL_VTAB_COLUMNS_H

#include "cmd/sql/vtab/opened.h"

struct sqlite3_str;

typedef struct vv_sql_columns_sql {
	struct sqlite3_str *sql;
	char **names;               /* so far */
	size_t count, most, hidden; /* hidden: how many of them are */
	bool failed;
} vv_sql_columns_sql;

/* most: how many there may be. */
int vv_sql_columns_begin(vv_sql_columns_sql *s, size_t most, varve_error *err);

/* One column: its name after the prefix; type as "INTEGER" or "TEXT HIDDEN". */
void vv_sql_columns_add(vv_sql_columns_sql *s, const char *prefix, const char *name,
			const char *suffix, const char *type);

/* All columns of a version. hidden_text: as hidden ones with the cells as written ("price:text"). */
void vv_sql_columns_add_table(vv_sql_columns_sql *s, const char *prefix, const vv_sql_opened *o,
			      bool hidden_text);

/* Declares the table. Returns a code of SQLite. */
int vv_sql_columns_end(vv_sql_columns_sql *s, vv_sql_catalog *c, char **message);

#endif
