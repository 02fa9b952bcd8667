/*
 * row: the history of one row: varve_row_T.
 */
#ifndef VV_CMD_SQL_VTAB_ROW_H
#define VV_CMD_SQL_VTAB_ROW_H

#include "cmd/sql/vtab/function.h"

extern const vv_sql_function vv_sql_function_row;

#endif
