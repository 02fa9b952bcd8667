/*
 * lists: the contents of a repository as tables: varve_log, varve_tables, varve_columns, varve_check,
 * varve_conflicts, varve_warnings.
 */
#ifndef VV_CMD_SQL_VTAB_LISTS_H
#define VV_CMD_SQL_VTAB_LISTS_H

#include "cmd/sql/vtab/function.h"

extern const vv_sql_function vv_sql_function_log, vv_sql_function_tables, vv_sql_function_columns,
	vv_sql_function_check, vv_sql_function_conflicts, vv_sql_function_warnings;

#endif
