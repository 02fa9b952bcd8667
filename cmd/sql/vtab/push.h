/*
 * push: converts conditions of a query to tests of varve. With the tests, varve does not read groups
 * of rows without a match.
 *
 * Every row for which a condition is true in SQLite, with SQLite's affinities and collation, passes
 * the test. Other rows can also pass the test, because SQLite evaluates the condition again for each
 * row. If a condition has no such test, only SQLite evaluates it.
 */
#ifndef VV_CMD_SQL_VTAB_PUSH_H
#define VV_CMD_SQL_VTAB_PUSH_H

#include "cmd/sql/vtab/opened.h"

struct sqlite3_value;

#define VV_PUSH_MOST 32 /* the maximum number of tests of a query */

/* The tests of a query. */
typedef struct vv_sql_push {
	vv_sql_opened *of;              /* the table; borrowed */
	varve_test tests[VV_PUSH_MOST]; /* a row must pass all tests */
	char *texts[VV_PUSH_MOST];      /* the values of the tests, from sqlite3_malloc() */
	size_t count;                   /* the number of tests and of texts */
	bool none;                      /* the conditions are false for all rows */
} vv_sql_push;

/* Returns true if the operator (SQLITE_INDEX_CONSTRAINT_*) is "=" or IS. Only IS matches NULL. */
bool vv_sql_push_is_equal(int op);
/* Returns false if no condition with this operator on the column can be converted to a test. */
bool vv_sql_push_may(const vv_sql_opened *of, size_t column, int op);

/* Adds the test for the condition "column op value", if one exists. literal: the value is a constant
 * or a parameter, which has no affinity. Returns 0 or a negative code of varve. */
int vv_sql_push_add(vv_sql_push *p, size_t column, int op, struct sqlite3_value *value,
		    bool literal, varve_error *err);

/* Adds tests for the condition "column IN (list)": the cell is at least the least value of the list,
 * and at most the greatest. Adds nothing unless the column has numbers and all values of the list
 * are numbers. Returns 0 or a negative code of varve. */
int vv_sql_push_add_list(vv_sql_push *p, size_t column, struct sqlite3_value *list,
			 varve_error *err);
void vv_sql_push_clear(vv_sql_push *p);

#endif
