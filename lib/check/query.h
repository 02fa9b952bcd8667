/*
 * query: rules of varve.checks that are queries: varve-sql runs them, as a child with limits, and each row is a finding.
 *
 * In a query, `this` is the table that is checked, and `base` is the same table in the version that it is compared with
 * (without such a version, `base` has no rows). Other names are those of varve-sql, in the version that is checked.
 */
#ifndef VV_LIB_CHECK_QUERY_H
#define VV_LIB_CHECK_QUERY_H

#include "base/env.h"
#include "base/error.h"
#include "check/rules/check.h"
#include "check/rules/checks.h"
#include "dataset/table/table.h"
#include "lib/status/sides.h"

typedef struct vv_check_query {
	vv_repository *repo; /* NULL: path is a file */
	const vv_env *env;
	const char *folder; /* without repo: the folder of path */
	const char *path, *commit;
	const vv_diff_side *side, *base; /* base NULL: no base */
	const char *base_path;           /* the table's path in base */
	const vv_root *root;             /* its key identifies rows; or NULL */
	vv_check_cache *cache;           /* keeps the rows of queries; NULL: nothing is kept */
	uint64_t limit;                  /* reported findings at most; the rest is counted */
	vv_finding_fn finding;
	vv_check_more_fn more;
	void *payload;
} vv_check_query;

/* VV_EINPUT: the query is wrong, or names something that this version does not have. VV_EPROGRAM: varve-sql is not
 * installed. VV_EREFUSED: it exceeded its limits. Findings may be reported before a failure. */
vv_status vv_check_query_run(const vv_check_query *q, const vv_check_rule *rule, vv_error *err);

#endif
