/*
 * diff: two versions of a table, compared: varve_diff_T and varve_diff_cells_T.
 */
#ifndef VV_CMD_SQL_VTAB_DIFF_H
#define VV_CMD_SQL_VTAB_DIFF_H

#include "cmd/sql/vtab/function.h"

extern const vv_sql_function vv_sql_function_diff, vv_sql_function_diff_cells;

#endif
