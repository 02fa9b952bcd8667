/*
 * module: the tables of a connection: maps names to virtual tables.
 *
 * SQLite has no callback for unknown names, so a name is registered before the statement that uses it is
 * prepared: vv_sql_module_prepare resolves it (name.h) and registers a module of that name.
 */
#ifndef VV_CMD_SQL_VTAB_MODULE_H
#define VV_CMD_SQL_VTAB_MODULE_H

#include "cmd/sql/vtab/name.h"

struct sqlite3_stmt;

/* sqlite3_prepare_v2 of a statement whose unknown tables are registered. 1: SQLite reports an error; negative: a name
 * means no table, for which c->trouble is err, too. */
int vv_sql_module_prepare(struct sqlite3_stmt **stmt, vv_sql_catalog *c, const char *sql,
			  const char **tail, varve_error *err);

/* Opens a repository for the catalog, in place of the one that it has. */
int vv_sql_module_open_repo(vv_sql_catalog *c, const char *path, const char *cache,
			    varve_error *err);

struct sqlite3_api_routines;

/* Installs the extension in a connection: called by its entry point (extension.c) and by programs that link it. *out is
 * borrowed from the connection. Returns a code of SQLite, with *message for sqlite3_free. */
int vv_sql_module_install(vv_sql_catalog **out, struct sqlite3 *db, char **message,
			  const struct sqlite3_api_routines *api);

#endif
