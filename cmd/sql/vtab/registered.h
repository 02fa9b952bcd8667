/*
 * registered: the data of a registered module, which SQLite passes to the module's methods as pAux.
 */
#ifndef VV_CMD_SQL_VTAB_REGISTERED_H
#define VV_CMD_SQL_VTAB_REGISTERED_H

#include "cmd/sql/vtab/name.h"

/* A registered module. */
typedef struct vv_sql_registered {
	vv_sql_catalog *catalog;
	/* the name of the table; name.path is NULL for functions without a table, such as varve_log */
	vv_sql_name name;
	varve_repo *repo; /* borrowed from the catalog */
	/* the function of the module; NULL: the module is vv_sql_rows_module (tables.h) */
	const struct vv_sql_function *function;
} vv_sql_registered;

#endif
