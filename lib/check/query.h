/*
 * query: runs the rules of varve.checks that are queries. varve-sql runs each query in a child
 * process with limits. Each row of the result is a finding.
 *
 * In a query, `this` is the checked table, and `base` is the same table in the version to compare
 * with. `base` has no rows if no such version exists. Other names mean what they mean in varve-sql;
 * they are looked up in the checked version.
 */
#ifndef VV_LIB_CHECK_QUERY_H
#define VV_LIB_CHECK_QUERY_H

#include "base/env.h"
#include "base/error.h"
#include "check/rules/check.h"
#include "check/rules/checks.h"
#include "lib/status/sides.h"

typedef struct vv_root vv_root;

/* The table for which queries are run, and the receiver of the findings. */
typedef struct vv_check_query {
	vv_repository *repo;       /* NULL: path is a file outside of a repository */
	const vv_env *env;         /* the environment of varve-sql */
	const char *folder;        /* if repo is NULL: the folder of path */
	const char *path, *commit; /* path and commit of the findings; commit may be NULL */
	/* side: the checked version; base: the version to compare with, or NULL */
	const vv_diff_side *side, *base;
	const char *base_path; /* path of the table in base */
	/* root of the checked table, whose key columns name a row in a finding; NULL: the first
	 * column of the result does */
	const vv_root *root;
	/* stores the results of queries for the next run; NULL: nothing is stored */
	vv_check_cache *cache;
	uint64_t limit; /* maximum number of reported findings; further findings are only counted */
	vv_finding_fn finding; /* receives findings */
	vv_check_more_fn more; /* receives the number of findings beyond limit */
	void *payload;         /* first argument of finding and more */
} vv_check_query;

/* Runs the query of a rule, and passes its findings to q->finding. VV_EINPUT: the query is invalid,
 * or uses a table or column that this version lacks. VV_EPROGRAM: varve-sql is not installed.
 * VV_EREFUSED: the query exceeded its limits. Findings may be reported before a failure. */
vv_status vv_check_query_run(const vv_check_query *q, const vv_check_rule *rule, vv_error *err);

#endif
