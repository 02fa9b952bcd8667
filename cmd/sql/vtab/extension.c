/*
 * extension: the entry point of varve0.so, which SQLite finds by the library's name without its digits.
 */
#include <sqlite3ext.h>

#include "cmd/sql/vtab/module.h"

__attribute__((visibility("default"))) int sqlite3_varve_init(sqlite3 *db, char **message,
							      const sqlite3_api_routines *api);

int sqlite3_varve_init(sqlite3 *db, char **message, const sqlite3_api_routines *api)
{
	return vv_sql_module_install(NULL, db, message, api);
}
