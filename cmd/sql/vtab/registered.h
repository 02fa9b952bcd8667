/*
 * registered: what SQLite hands back of a module that was registered under a name: its pAux.
 */
#ifndef VV_CMD_SQL_VTAB_REGISTERED_H
#define VV_CMD_SQL_VTAB_REGISTERED_H

#include "cmd/sql/vtab/name.h"

typedef struct vv_sql_registered {
	vv_sql_catalog *catalog;
	vv_sql_name name;                       /* of a table; path NULL: the function has none */
	varve_repo *repo;                       /* borrowed from the catalog */
	const struct vv_sql_function *function; /* NULL: rows of a version (rows.h) */
} vv_sql_registered;

#endif
