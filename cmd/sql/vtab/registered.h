/*
 * registered: the data of a registered module, which SQLite passes to the module's methods as pAux.
 */
#ifndef VV_CMD_SQL_VTAB_REGISTERED_H
#define VV_CMD_SQL_VTAB_REGISTERED_H

#include "cmd/sql/vtab/name.h"

typedef struct vv_sql_registered {
	vv_sql_catalog *catalog;
	vv_sql_name name; /* the table; path NULL: a function that is not about one table */
	varve_repo *repo; /* borrowed from the catalog */
	/* the function that the name means; NULL: the name means a table, or versions of its rows
	 * (tables.h) */
	const struct vv_sql_function *function;
} vv_sql_registered;

#endif
