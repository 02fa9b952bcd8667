/*
 * module: makes the tables of a repository available in a connection of SQLite, as virtual tables.
 *
 * SQLite has no callback for unknown table names. So a module with the name of a table must be
 * registered before a statement that uses the name is prepared. vv_sql_module_prepare does both: it
 * finds the table (name.h), and registers the module.
 */
#ifndef VV_CMD_SQL_VTAB_MODULE_H
#define VV_CMD_SQL_VTAB_MODULE_H

#include "cmd/sql/vtab/name.h"

struct sqlite3_stmt;

/* Prepares a statement as sqlite3_prepare_v2 does, after registering modules for the tables in it
 * that SQLite does not have. Returns 0 on success, 1 if SQLite reports an error (see
 * sqlite3_errmsg), or a negative code of varve; *err and c->trouble are then set. VARVE_ENOTFOUND:
 * the statement uses a name that no table has. */
int vv_sql_module_prepare(struct sqlite3_stmt **stmt, vv_sql_catalog *c, const char *sql,
			  const char **tail, varve_error *err);

/* Opens the repository at a path or URL for the catalog, which must not have a repository yet, and registers the tables
 * with fixed names. cache: the cache's folder, as in varve_repo_options; may be NULL. Returns 0 or a negative code of
 * varve. */
int vv_sql_module_open_repo(vv_sql_catalog *c, const char *path, const char *cache,
			    varve_error *err);

struct sqlite3_api_routines;

/* Installs the extension in a connection: called by the extension's entry point (extension.c), and by programs that
 * link it. out may be NULL; else *out is set to the catalog, borrowed from the connection, or to NULL if the extension
 * was already installed. Returns a code of SQLite; on failure, *message may be set to a message that the caller frees
 * with sqlite3_free. */
int vv_sql_module_install(vv_sql_catalog **out, struct sqlite3 *db, char **message,
			  const struct sqlite3_api_routines *api);

#endif
