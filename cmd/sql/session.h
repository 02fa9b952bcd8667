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

/* An open connection. It must stay at the same address, since SQLite has a pointer to it. */
typedef struct vv_sql_session {
	struct sqlite3 *db;      /* owned */
	vv_sql_catalog *catalog; /* borrowed from db */
	/* the name of the last object that a statement was not allowed to create or use: a table
	 * or view in the database in memory; or, if the catalog is confined, a table or function.
	 * "": none */
	char refused[128];
} vv_sql_session;

/* Sets how SQLite works in this process, in which one thread uses it: without locks, and without counts
 * of its memory, unless confined: the limit of an untrusted query's memory needs them. To be called
 * before the first session is opened; later, it has no effect. */
void vv_sql_session_start(bool confined);
/* Opens a database in memory. If the current folder is in a repository, also opens the repository.
 * exact: the values in columns of numbers are texts, spelled as in the file. The caller closes *s,
 * also after a failure. */
vv_status vv_sql_session_open(vv_sql_session *s, bool exact, vv_error *err);
void vv_sql_session_close(vv_sql_session *s);

/* Prepares the first statement of *sql as *stmt, and moves *sql past it. Sets *stmt to NULL if *sql
 * has no statement. On failure, *sql does not move, and *place is set to the offset of the error in
 * *sql, or to -1 if the offset is not known. place must not be NULL. */
vv_status vv_sql_session_prepare(struct sqlite3_stmt **stmt, vv_sql_session *s, const char **sql,
				 int *place, vv_error *err);

/* Sets err to the last error of SQLite or varve, and returns its code. Sets *sql to true if the
 * query is wrong, and to false if the error is one of the system or of the data. */
vv_status vv_sql_session_fail(const vv_sql_session *s, bool *sql, vv_error *err);

/* Binds values to the statement's parameters. words: texts of the form NAME=VALUE; if a name occurs
 * twice, the last value is used. A whole number of at most 18 digits without leading zeros is bound
 * as an integer, and any other value as text. VV_EUSAGE: a parameter has no value in words. */
vv_status vv_sql_session_bind(struct sqlite3_stmt *stmt, const vv_strings *words, vv_error *err);

#endif
