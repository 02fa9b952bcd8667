/*
 * module: makes the tables of a repository available in a connection of SQLite, as virtual tables.
 *
 * SQLite has no callback for unknown table names. So a module with the name of a table must be
 * registered before SQLite prepares a statement that uses the name. vv_sql_module_prepare finds the
 * tables of a statement (name.h), registers the modules, and prepares the statement.
 */
#ifndef VV_CMD_SQL_VTAB_MODULE_H
#define VV_CMD_SQL_VTAB_MODULE_H

#include "cmd/sql/vtab/name.h"

struct sqlite3_stmt;

/* Prepares a statement as sqlite3_prepare_v2 does. First registers modules for the tables in the
 * statement that SQLite does not have. Returns 0 on success; 1 if SQLite reports an error (see
 * sqlite3_errmsg); a negative code of varve if *err and c->trouble are set. VARVE_ENOTFOUND: the
 * statement uses a name that no table has. */
int vv_sql_module_prepare(struct sqlite3_stmt **stmt, vv_sql_catalog *c, const char *sql,
			  const char **tail, varve_error *err);

/* Opens a repository for the catalog, which must not have one yet, and registers the tables with
 * fixed names, such as varve_log. path: a path or URL; NULL: the repository of the current folder.
 * cache: the cache's folder, as in varve_repo_options; may be NULL. Returns 0 or a negative code of
 * varve. */
int vv_sql_module_open_repo(vv_sql_catalog *c, const char *path, const char *cache,
			    varve_error *err);

struct sqlite3_api_routines;

/* Installs the extension in a connection. The extension's entry point (extension.c) calls it, and so
 * do programs that link the extension. Sets *out to the catalog, borrowed from the connection, or to
 * NULL if the extension was already installed; out may be NULL. Returns a code of SQLite; on failure,
 * may set *message to a message that the caller frees with sqlite3_free. */
int vv_sql_module_install(vv_sql_catalog **out, struct sqlite3 *db, char **message,
			  const struct sqlite3_api_routines *api);

#endif
