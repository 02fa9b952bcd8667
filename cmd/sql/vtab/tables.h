/*
 * tables: the modules of the tables, which module.c registers.
 */
#ifndef VV_CMD_SQL_VTAB_TABLES_H
#define VV_CMD_SQL_VTAB_TABLES_H

#include "cmd/sql/vtab/catalog.h"
#include "cmd/sql/vtab/function.h"

/* ---- rows: a table's rows as a virtual table: of one version, of the version that an argument names (varve_at_T), of all
 * versions (varve_history_T), or with the commits that set them (varve_blame_T) ---- */

struct sqlite3_module;

/* Eponymous, with a vv_sql_registered as pAux. */
extern const struct sqlite3_module vv_sql_rows_module;

/* CREATE VIRTUAL TABLE ... USING varve(...), with the catalog as pAux. */
extern const struct sqlite3_module vv_sql_rows_created_module;

/* ---- row: the history of one row: varve_row_T ---- */

extern const vv_sql_function vv_sql_function_row;

/* ---- diff: two versions of a table, compared: varve_diff_T and varve_diff_cells_T ---- */

extern const vv_sql_function vv_sql_function_diff;
extern const vv_sql_function vv_sql_function_diff_cells;

/* ---- lists: the contents of a repository as tables: varve_log, varve_tables, varve_columns, varve_check,
 * varve_conflicts, varve_warnings ---- */

extern const vv_sql_function vv_sql_function_log;
extern const vv_sql_function vv_sql_function_tables;
extern const vv_sql_function vv_sql_function_columns;
extern const vv_sql_function vv_sql_function_check;
extern const vv_sql_function vv_sql_function_check_results;
extern const vv_sql_function vv_sql_function_conflicts;
extern const vv_sql_function vv_sql_function_warnings;

#endif
