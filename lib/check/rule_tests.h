/*
 * rule_tests: tests rules of varve.checks with rows that should pass or fail.
 */
#ifndef VV_LIB_CHECK_RULE_TESTS_H
#define VV_LIB_CHECK_RULE_TESTS_H

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "lib/check/one.h"
#include "lib/status/sides.h"

typedef struct vv_rule_tests {
	uint64_t rows, rules; /* rows that were tried, and the rules that they are under */
	uint64_t without;     /* rules that could have rows, and have none */
	uint64_t wrong;       /* rows with an unexpected result */
	vv_buf text;          /* a line for each of these */
} vv_rule_tests;              /* all zero before */
void vv_rule_tests_clear(vv_rule_tests *t);
VV_AUTO_CLEAR(vv_rule_tests, vv_rule_tests_clear)

/* Checks the example rows of all rules for the tables of a side (argc, argv: paths; 0: all), with the columns and types of
 * these tables. The + rows of a rule must together meet it; with any one - row added they must not. VV_EINPUT: a row that
 * cannot be parsed, or names a column that the table does not have. */
vv_status vv_rule_tests_run(vv_rule_tests *out, vv_check_run *run, const vv_diff_side *side,
			    int argc, char **argv, vv_error *err);

#endif
