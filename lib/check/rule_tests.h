/*
 * rule_tests: tests the rules of varve.checks with example rows, which should pass or fail.
 */
#ifndef VV_LIB_CHECK_RULE_TESTS_H
#define VV_LIB_CHECK_RULE_TESTS_H

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "lib/check/one.h"
#include "lib/status/sides.h"

typedef struct vv_rule_tests {
	uint64_t rows,    /* number of example rows */
		rules;    /* number of rules that have example rows */
	uint64_t without; /* number of rules that could have example rows, but have none */
	uint64_t wrong;   /* number of rows with an unexpected result */
	vv_buf text;      /* a line for each row with an unexpected result */
} vv_rule_tests;          /* must be zeroed before vv_rule_tests_run */
void vv_rule_tests_clear(vv_rule_tests *t);
VV_AUTO_CLEAR(vv_rule_tests, vv_rule_tests_clear)

/* Tests the rules for the tables of a side with their example rows. argc, argv: paths of tables;
 * argc 0: all. The example rows have the columns and types of these tables. An example row is
 * marked + or -. The + rows of a rule, as one table, must pass the rule; the same rows and any one
 * - row must fail it. VV_EINPUT: a row cannot be parsed, or names a column that the table does not
 * have. */
vv_status vv_rule_tests_run(vv_rule_tests *out, vv_check_run *run, const vv_diff_side *side,
			    int argc, char **argv, vv_error *err);

#endif
