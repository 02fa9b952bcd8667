/*
 * tables: the table modules that module.c registers.
 */
#ifndef VV_CMD_SQL_VTAB_TABLES_H
#define VV_CMD_SQL_VTAB_TABLES_H

#include "cmd/sql/vtab/catalog.h"
#include "cmd/sql/vtab/columns.h"
#include "cmd/sql/vtab/name.h"

/* ---- functions: table-valued functions, which compute rows from arguments, one row at a time. In
 * SQLite, the arguments are hidden columns after the other columns: varve_log('prices.csv') is the
 * same as varve_log WHERE path = 'prices.csv' ---- */

struct sqlite3_context;
struct sqlite3_module;

#define VV_FUNCTION_ARGUMENTS 8 /* most arguments of a function */

/* The table that a function is in SQLite. `name` and `declared` describe the table of varve that the
 * function's name contains (varve_diff_prices). If it contains none (varve_log), name->path and
 * `declared` are NULL. */
typedef struct vv_sql_function_table {
	vv_sql_catalog *catalog;
	varve_repo *repo;        /* borrowed */
	const vv_sql_name *name; /* borrowed */
	/* the version whose columns the function has; NULL: the function has fixed columns; borrowed */
	vv_sql_opened *declared;
	size_t columns;   /* number of columns before the arguments */
	size_t arguments; /* number of arguments */
} vv_sql_function_table;

#define VV_SQL_ARGUMENT "TEXT HIDDEN" /* the type of a column that is an argument */
/* A column of a function. */
typedef struct vv_sql_column {
	const char *name, *type; /* type NULL: TEXT */
} vv_sql_column;

/* A table-valued function. */
typedef struct vv_sql_function {
	const char *name; /* name of a module with fixed columns; NULL: the name contains a table */
	/* size of the state in bytes; the state is zeroed before open, and freed after close */
	size_t state_size;
	bool needs_repo; /* the function can be called only if a repository is open */
	/* Adds the columns that depend on the table; may be NULL. */
	void (*declare)(const vv_sql_function_table *table, vv_sql_columns_sql *sql);
	/* the columns after those of declare, with the arguments at the end; the name of the last
	 * element is NULL */
	const vv_sql_column *columns;
	/* Starts a call. arguments[i] is NULL if argument i is omitted or is SQL's NULL. Returns 0 or
	 * a negative code of varve; close is called after a failure, too. */
	int (*open)(void *state, const vv_sql_function_table *table, const char *const *arguments,
		    varve_error *err);
	/* Moves to the next row. Returns 1, 0 at the end, or a negative error code. */
	int (*next)(void *state, varve_error *err);
	/* Sets the result of context to the value of a column in the current row. */
	void (*put)(void *state, struct sqlite3_context *context, size_t column);
	void (*close)(void *state); /* may be NULL */
} vv_sql_function;

/* The module of all functions. Its pAux is a vv_sql_registered, whose member `function` is set. */
extern const struct sqlite3_module vv_sql_function_module;

/* Sets the result of context to text, or to SQL's NULL if text is NULL. */
void vv_sql_function_put_text(struct sqlite3_context *context, const char *text);

/* ---- rows: the rows of a table T as a virtual table. T has the rows of one version. varve_at_T has
 * the rows of the version that an argument names. varve_history_T has the rows of all versions.
 * varve_blame_T has the rows of one version, each with the commit that last set the row; if an
 * argument names a column, it is the commit that last set the row's cell in that column ---- */

/* An eponymous module; its pAux is a vv_sql_registered. */
extern const struct sqlite3_module vv_sql_rows_module;

/* The module for CREATE VIRTUAL TABLE ... USING varve(...); its pAux is the catalog. */
extern const struct sqlite3_module vv_sql_rows_created_module;

/* ---- row: the history of one row: varve_row_T ---- */

extern const vv_sql_function vv_sql_function_row;

/* ---- diff: differences between two versions of a table: varve_diff_T, varve_diff_cells_T ---- */

extern const vv_sql_function vv_sql_function_diff;
extern const vv_sql_function vv_sql_function_diff_cells;

/* ---- lists: the contents of a repository as tables: varve_log, varve_tables, varve_columns,
 * varve_check, varve_check_results, varve_conflicts, varve_warnings ---- */

extern const vv_sql_function vv_sql_function_log;
extern const vv_sql_function vv_sql_function_tables;
extern const vv_sql_function vv_sql_function_columns;
extern const vv_sql_function vv_sql_function_check;
extern const vv_sql_function vv_sql_function_check_results;
extern const vv_sql_function vv_sql_function_conflicts;
extern const vv_sql_function vv_sql_function_warnings;

#endif
