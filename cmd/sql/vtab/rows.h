/*
 * rows: a table's rows as a virtual table: of one version, of the version that an argument names (varve_at_T), of all
 * versions (varve_history_T), or with the commits that set them (varve_blame_T).
 */
#ifndef VV_CMD_SQL_VTAB_ROWS_H
#define VV_CMD_SQL_VTAB_ROWS_H

#include "cmd/sql/vtab/catalog.h"

struct sqlite3_module;

/* Eponymous, with a vv_sql_registered as pAux. */
extern const struct sqlite3_module vv_sql_rows_module;

/* CREATE VIRTUAL TABLE ... USING varve(...), with the catalog as pAux. */
extern const struct sqlite3_module vv_sql_rows_created_module;

#endif
