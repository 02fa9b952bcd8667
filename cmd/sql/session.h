/*
 * session: an SQLite connection in which tables of varve can be queried by their names.
 */
#ifndef VV_CMD_SQL_SESSION_H
#define VV_CMD_SQL_SESSION_H

#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"
#include "cmd/sql/vtab/catalog.h"

struct sqlite3;
struct sqlite3_stmt;

typedef struct vv_sql_session {
	struct sqlite3 *db;
	vv_sql_catalog *catalog;
	/* name of the last table that the statement tried to create outside of attached files and
	 * TEMP */
	char refused[128];
} vv_sql_session;

/* Opens a database in memory. If the current folder is in a repository, also opens the repository.
 * exact: columns of numbers have texts, as spelled in the file. */
vv_status vv_sql_session_open(vv_sql_session *s, bool exact, vv_error *err);
void vv_sql_session_close(vv_sql_session *s);

/* Prepares the first statement of *sql, and moves *sql past it. *stmt is NULL if *sql has no
 * statement. place may be NULL; *place is the offset of a syntax error, or -1 if it is not
 * known. */
vv_status vv_sql_session_prepare(struct sqlite3_stmt **stmt, vv_sql_session *s, const char **sql,
				 int *place, vv_error *err);

/* Sets err to the current error of SQLite or varve, and returns its code. Sets *sql to true if the
 * query caused the error. */
vv_status vv_sql_session_fail(const vv_sql_session *s, bool *sql, vv_error *err);

/* Binds the values in words, "NAME=VALUE", to the statement's parameters. VV_EUSAGE: a parameter
 * has no value in words. */
vv_status vv_sql_session_bind(struct sqlite3_stmt *stmt, const vv_strings *words, vv_error *err);

#endif
