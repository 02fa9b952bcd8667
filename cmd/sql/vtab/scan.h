/*
 * scan: reads the rows of a version that may meet the conditions of a query, with the columns that
 * the query reads.
 */
#ifndef VV_CMD_SQL_VTAB_SCAN_H
#define VV_CMD_SQL_VTAB_SCAN_H

#include "cmd/sql/vtab/opened.h"

struct sqlite3_context;
struct sqlite3_value;

/* Values of vv_sql_scan_condition.column for conditions that are not about a column. */
#define VV_SCAN_ROW (-1) /* the number of the row */
#define VV_SCAN_ROWS                                                                               \
	(-2) /* LIMIT or OFFSET: an estimate of the rows to read; SQLite counts them itself */

/* A condition that SQLite passes to the cursor. Argument i of the cursor is the value of condition
 * i. */
typedef struct vv_sql_scan_condition {
	int column;   /* a column of the declared table, VV_SCAN_ROW or VV_SCAN_ROWS */
	int op;       /* SQLITE_INDEX_CONSTRAINT_* */
	bool literal; /* the value is a constant or a parameter (push.h) */
	bool list;    /* the value is the list of an IN, with all its values */
} vv_sql_scan_condition;

#define VV_SCAN_CONDITIONS 24 /* maximum number of conditions of a plan */

/* A plan: the choices of SQLite's planner for a cursor. */
typedef struct vv_sql_scan_plan {
	/* the columns of SQLite's table that the query reads: bit i is column i; bit 63 is column 63
	 * and all later columns */
	uint64_t used;
	/* the index in SQLite's table of the first hidden column "NAME:text"; the columns before it
	 * are those of the declared version */
	size_t texts;
	vv_sql_scan_condition conditions[VV_SCAN_CONDITIONS];
	size_t count; /* the number of conditions */
} vv_sql_scan_plan;

/* A cursor over rows. */
typedef struct vv_sql_scan vv_sql_scan;

/* Opens a cursor over the rows of `version`. declared: the version whose columns SQLite's table
 * has; they are found in `version` by their names. values: plan->count values, one for each
 * condition. Returns 0 or a negative code of varve. The caller closes *out. */
int vv_sql_scan_open(vv_sql_scan **out, vv_sql_opened *version, vv_sql_opened *declared,
		     const vv_sql_scan_plan *plan, struct sqlite3_value **values, varve_error *err);
/* Moves to the next row, at first to the first. Returns 1; 0 after the last row; a negative code of
 * varve on failure. */
int vv_sql_scan_next(vv_sql_scan *s, varve_error *err);
/* Moves to the row with this number, in a scan without conditions. Fast if it is the row after the
 * current row. Returns a negative code of varve on failure, else 0 or more. */
int vv_sql_scan_go(vv_sql_scan *s, uint64_t row, varve_error *err);
/* Returns the number of the current row in the version, from 0. */
uint64_t vv_sql_scan_row(const vv_sql_scan *s);

struct vv_sql_value;
/* Sets *out to the value of a column of the declared version in the current row. The value is SQL's
 * NULL if `version` lacks the column, or if the plan does not read it. *out is valid until the scan
 * moves. Returns 0 or a negative code of varve. */
int vv_sql_scan_read(struct vv_sql_value *out, vv_sql_scan *s, size_t column, varve_error *err);
/* Sets the result of context to the text of a cell as the file spells it. column: as for
 * vv_sql_scan_read. */
void vv_sql_scan_put_text(const vv_sql_scan *s, struct sqlite3_context *context, size_t column);
void vv_sql_scan_close(vv_sql_scan *s); /* accepts NULL */

#endif
