/*
 * rewrite: converts syntax of other databases to names of tables: `prices AS OF 'v1'` becomes "prices@v1", and
 * varve_diff('prices', 'v1', 'HEAD') becomes "varve_diff_prices"('v1', 'HEAD').
 *
 * Only these are changed; the text need not be SQL.
 */
#ifndef VV_CMD_SQL_VTAB_REWRITE_H
#define VV_CMD_SQL_VTAB_REWRITE_H

#include <stddef.h>

struct sqlite3_str;

/* Appends the text with its names rewritten. */
void vv_sql_rewrite(struct sqlite3_str *out, const char *sql, size_t len);

/* The next name in quotes of a statement, without them, from *at on, which moves behind it; a text where a table is
 * named is one, too. NULL: the statement ends (or memory). Free with sqlite3_free. */
char *vv_sql_rewrite_quoted(const char **at);

#endif
