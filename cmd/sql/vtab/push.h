/*
 * push: converts conditions of a query to tests of varve, so that groups of rows without a match are not read.
 *
 * A test passes at least the rows for which SQLite's own comparison is true, under the affinities and the collation
 * that it would use; SQLite compares each row itself afterwards. Other conditions are not pushed.
 */
#ifndef VV_CMD_SQL_VTAB_PUSH_H
#define VV_CMD_SQL_VTAB_PUSH_H

#include "cmd/sql/vtab/opened.h"

struct sqlite3_value;

#define VV_PUSH_MOST 32 /* tests of one query */

typedef struct vv_sql_push {
	vv_sql_opened *of;
	varve_test tests[VV_PUSH_MOST];
	char *texts[VV_PUSH_MOST];
	size_t count;
	bool none; /* no row can match */
} vv_sql_push;

/* "=" or IS, which finds NULL, too. */
bool vv_sql_push_is_equal(int op);
/* May conditions with this operator (SQLITE_INDEX_CONSTRAINT_*) on a column be pushed at all? */
bool vv_sql_push_may(const vv_sql_opened *of, size_t column, int op);

/* Adds "column op value". literal: the value is a constant of the query or a parameter, whose affinity is none. */
int vv_sql_push_add(vv_sql_push *p, size_t column, int op, struct sqlite3_value *value,
		    bool literal, varve_error *err);

/* Adds what all values of IN (...) have in common: a least and a greatest one. */
int vv_sql_push_add_list(vv_sql_push *p, size_t column, struct sqlite3_value *list,
			 varve_error *err);
void vv_sql_push_clear(vv_sql_push *p);

#endif
