/*
 * tables: the modules of the tables, which module.c registers.
 */
#ifndef VV_CMD_SQL_VTAB_TABLES_H
#define VV_CMD_SQL_VTAB_TABLES_H

#include "cmd/sql/vtab/catalog.h"
#include "cmd/sql/vtab/columns.h"
#include "cmd/sql/vtab/name.h"

/*
 * function: table-valued functions, which make rows from arguments, one at a time.
 *
 * The arguments are hidden columns after the others, as usual in SQLite: varve_log('prices.csv')
 * is varve_log WHERE path = 'prices.csv'.
 */

struct sqlite3_context;
struct sqlite3_module;

#define VV_FUNCTION_ARGUMENTS 8

/* The table in a function's name. */
typedef struct vv_sql_function_table {
	vv_sql_catalog *catalog;
	varve_repo *repo;        /* borrowed */
	const vv_sql_name *name; /* borrowed */
	vv_sql_opened *declared; /* NULL: the function has fixed columns */
	size_t columns;          /* number of columns before the arguments */
	size_t arguments;
} vv_sql_function_table;

#define VV_SQL_ARGUMENT "TEXT HIDDEN"
typedef struct vv_sql_column {
	const char *name, *type; /* type NULL: TEXT */
} vv_sql_column;

typedef struct vv_sql_function {
	const char *name; /* the name of a module with fixed columns; else NULL */
	/* size of the state in bytes; it is zeroed before open, and freed after close */
	size_t state_size;
	bool needs_repo;
	void (*declare)(const vv_sql_function_table *table, vv_sql_columns_sql *sql); /* or NULL */
	/* the columns after those of declare, arguments last; ends with an item whose name is
	 * NULL */
	const vv_sql_column *columns;
	/* Starts a call. arguments[i] is NULL if argument i was left out, or is NULL in SQL. */
	int (*open)(void *state, const vv_sql_function_table *table, const char *const *arguments,
		    varve_error *err);
	/* 1: a row; 0: the end; negative: an error code */
	int (*next)(void *state, varve_error *err);
	void (*put)(void *state, struct sqlite3_context *context, size_t column);
	void (*close)(void *state); /* or NULL */
} vv_sql_function;

/* The module of all functions; its pAux is a vv_sql_registered, whose function is set. */
extern const struct sqlite3_module vv_sql_function_module;

/* Sets the result to text; text NULL: to SQL's NULL. */
void vv_sql_function_put_text(struct sqlite3_context *context, const char *text);

/* ---- rows: a table's rows as a virtual table: of one version, of the version that an argument names (varve_at_T), of all
 * versions (varve_history_T), or with the commits that set them (varve_blame_T) ---- */

struct sqlite3_module;

/* Eponymous, with a vv_sql_registered as pAux. */
extern const struct sqlite3_module vv_sql_rows_module;

/* CREATE VIRTUAL TABLE ... USING varve(...), with the catalog as pAux. */
extern const struct sqlite3_module vv_sql_rows_created_module;

/* ---- row: the history of one row: varve_row_T ---- */

extern const vv_sql_function vv_sql_function_row;

/* ---- diff: two versions of a table, compared: varve_diff_T and varve_diff_cells_T ---- */

extern const vv_sql_function vv_sql_function_diff;
extern const vv_sql_function vv_sql_function_diff_cells;

/* ---- lists: the contents of a repository as tables: varve_log, varve_tables, varve_columns, varve_check,
 * varve_conflicts, varve_warnings ---- */

extern const vv_sql_function vv_sql_function_log;
extern const vv_sql_function vv_sql_function_tables;
extern const vv_sql_function vv_sql_function_columns;
extern const vv_sql_function vv_sql_function_check;
extern const vv_sql_function vv_sql_function_check_results;
extern const vv_sql_function vv_sql_function_conflicts;
extern const vv_sql_function vv_sql_function_warnings;

#endif
