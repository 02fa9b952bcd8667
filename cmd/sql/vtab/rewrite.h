/*
 * rewrite: converts syntax that SQLite does not support to syntax that it supports. `prices AS OF
 * 'v1'` becomes "prices@v1", and varve_diff('prices', 'v1', 'HEAD') becomes
 * "varve_diff_prices"('v1', 'HEAD'). The functions left() and right() are rewritten, too. Before
 * SQLite 3.41, also a RIGHT JOIN with a function of varve is rewritten.
 *
 * All other text is copied unchanged, even if it is not valid SQL.
 */
#ifndef VV_CMD_SQL_VTAB_REWRITE_H
#define VV_CMD_SQL_VTAB_REWRITE_H

#include <stddef.h>

struct sqlite3_str;

/* Rewrites the len bytes of `sql`, and appends the result to out. */
void vv_sql_rewrite(struct sqlite3_str *out, const char *sql, size_t len);

/* Returns the next quoted name of a statement, from *at on, without its quotes, and sets *at to the
 * end of the name. A text in single quotes after FROM or JOIN is also such a name. The statement
 * ends at ';'. Returns NULL if it has no further name, or if out of memory. The caller frees the
 * name with sqlite3_free. */
char *vv_sql_rewrite_quoted(const char **at);

#endif
