/*
 * scan: the rows of one version that a query reads: some columns, some conditions.
 */
#ifndef VV_CMD_SQL_VTAB_SCAN_H
#define VV_CMD_SQL_VTAB_SCAN_H

#include "cmd/sql/vtab/opened.h"

struct sqlite3_context;
struct sqlite3_value;

#define VV_SCAN_ROW (-1) /* the number of the row */
#define VV_SCAN_ROWS                                                                               \
	(-2) /* LIMIT or OFFSET: how many rows are likely to be read; SQLite counts them itself */

/* One condition that SQLite hands over: argument i is the value of condition i. */
typedef struct vv_sql_scan_condition {
	int column; /* of the declared table, VV_SCAN_ROW or VV_SCAN_ROWS */
	int op;     /* SQLITE_INDEX_CONSTRAINT_* */
	bool literal;
	bool list; /* all values of IN */
} vv_sql_scan_condition;

#define VV_SCAN_CONDITIONS 24

typedef struct vv_sql_scan_plan {
	uint64_t used; /* columns of SQLite's table; the last bit is for all from it on */
	size_t texts; /* which of them is the first as written; before, they are those of the declared version */
	vv_sql_scan_condition conditions[VV_SCAN_CONDITIONS];
	size_t count;
} vv_sql_scan_plan;

typedef struct vv_sql_scan vv_sql_scan;

/* Opens the rows of a version. declared is the version whose columns the query sees; the same column is found by its
 * name. values: plan->count of them. */
int vv_sql_scan_open(vv_sql_scan **out, vv_sql_opened *version, vv_sql_opened *declared,
		     const vv_sql_scan_plan *plan, struct sqlite3_value **values, varve_error *err);
int vv_sql_scan_next(vv_sql_scan *s, varve_error *err); /* 1, 0 or a negative code */
/* Goes to a row of a scan that has no conditions: quickly if it follows the one before. */
int vv_sql_scan_go(vv_sql_scan *s, uint64_t row, varve_error *err);
uint64_t vv_sql_scan_row(const vv_sql_scan *s); /* its number in the version */

/* A column of the declared table, valid until the next row. */
struct vv_sql_value;
int vv_sql_scan_read(struct vv_sql_value *out, vv_sql_scan *s, size_t column, varve_error *err);
void vv_sql_scan_put_text(const vv_sql_scan *s, struct sqlite3_context *context, size_t column);
void vv_sql_scan_close(vv_sql_scan *s); /* accepts NULL */

#endif
