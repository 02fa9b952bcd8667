/*
 * scalar: the functions of conditions that SQLite does not have: days(a, b), split_part(x, '/', 2) ...
 */
#ifndef VV_CMD_SQL_VTAB_SCALAR_H
#define VV_CMD_SQL_VTAB_SCALAR_H

struct sqlite3;

/* Registers them. A code of SQLite. */
int vv_sql_scalar_add(struct sqlite3 *db);

#endif
