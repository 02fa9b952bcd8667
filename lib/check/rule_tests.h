/*
 * rule_tests: tests the rules of varve.checks with the example rows below them (vv_check_row in
 * check/rules/checks.h).
 */
#ifndef VV_LIB_CHECK_RULE_TESTS_H
#define VV_LIB_CHECK_RULE_TESTS_H

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "lib/check/one.h"
#include "lib/status/sides.h"

/* The results of the tests. Must be zeroed before vv_rule_tests_run. */
typedef struct vv_rule_tests {
	/* number of example rows; this and the next two count a rule once for each table */
	uint64_t rows, rules; /* number of rules that have example rows */
	uint64_t without;     /* number of rules that could have example rows, but have none */
	uint64_t wrong;       /* number of rows with an unexpected result */
	vv_buf text;          /* a line for each row with an unexpected result */
} vv_rule_tests;
void vv_rule_tests_clear(vv_rule_tests *t);
VV_AUTO_CLEAR(vv_rule_tests, vv_rule_tests_clear)

/* Tests the rules for the tables of a side with their example rows, and sets *out. argc, argv:
 * paths of tables; argc 0: all. The example rows have the columns and types of these tables. A
 * table of all '+' rows of a rule must pass the rule; a table of these rows and any one '-' row
 * must fail. Examples of a rule about changes are tested one by one: the rule must accept each '+'
 * and report each '-'. VV_EINPUT: a row cannot be parsed, or has a column that the table does not
 * have. */
vv_status vv_rule_tests_run(vv_rule_tests *out, vv_check_run *run, const vv_diff_side *side,
			    int argc, char **argv, vv_error *err);

#endif
