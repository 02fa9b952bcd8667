/*
 * spread: the functions stddev and variance, which SQLite lacks.
 */
#ifndef VV_CMD_SQL_VTAB_SPREAD_H
#define VV_CMD_SQL_VTAB_SPREAD_H

struct sqlite3;

/* Registers stddev, stddev_samp, variance and var_samp: of a sample, as in DuckDB and pandas; NULL for fewer than two
 * values. Returns a code of SQLite. */
int vv_sql_spread_add(struct sqlite3 *db);

#endif
