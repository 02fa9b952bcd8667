/*
 * session: a connection of SQLite in which tables of varve are found by their names.
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
	char refused[128]; /* the last table that was to be created outside of files and TEMP */
} vv_sql_session;

/* Opens a database in memory, and the repository that the current folder is in, if it is in one. exact: number columns
 * are texts. */
vv_status vv_sql_session_open(vv_sql_session *s, bool exact, vv_error *err);
void vv_sql_session_close(vv_sql_session *s);

/* Prepares the first statement of *sql, and moves *sql behind the statement. *stmt is NULL if *sql has no statement.
 * *place (place may be NULL) is the offset of a syntax error; -1: unknown. */
vv_status vv_sql_session_prepare(struct sqlite3_stmt **stmt, vv_sql_session *s, const char **sql,
				 int *place, vv_error *err);

/* Fails with the current error of SQLite or varve. *sql: is the error a fault of the query? */
vv_status vv_sql_session_fail(const vv_sql_session *s, bool *sql, vv_error *err);

/* words: NAME=VALUE. VV_EUSAGE: a parameter of the statement has no value in words. */
vv_status vv_sql_session_bind(struct sqlite3_stmt *stmt, const vv_strings *words, vv_error *err);

#endif
