/*
 * run: checks whole versions: selects their datasets, base and rules.
 *
 * A correct caller: fill a vv_check_run (one.h), with a report from vv_report_new; call
 * vv_check_side for one side, or vv_check_request_run for the commits of a request; read the
 * results from the report. vv_check_commits does all of this in one call, for receiving
 * repositories.
 */
#ifndef VV_LIB_CHECK_RUN_H
#define VV_LIB_CHECK_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/check/one.h"
#include "lib/check/owner.h"
#include "lib/status/sides.h"

/* Sets *out to the rules in a side's varve.json and varve.checks, or to NULL if neither file
 * exists. VV_EINPUT: a file is invalid. */
vv_status vv_check_rules_read(vv_rules_file **out, vv_dataset_reader *s, const vv_diff_side *side,
			      vv_error *err);

/* Checks the datasets of a side against base, which may be NULL. argv: argc paths of datasets to
 * check; argc 0: all datasets. VV_EUSAGE: run->rows is set, and the side has more than one
 * dataset. */
vv_status vv_check_side(vv_check_run *run, const vv_diff_side *side, const vv_diff_side *base,
			int argc, char **argv, vv_error *err);

/* Checks the datasets that a commit changed, against base, or, if base is NULL, against the first
 * parent, unless run->no_base is set. argc, argv: as for vv_check_side. */
vv_status vv_check_commit(vv_check_run *run, const vv_oid *commit, const vv_diff_side *base,
			  int argc, char **argv, vv_error *err);

/* Sets *out to the base of a commit, which is its first parent, and *has to true; for a root
 * commit, sets *has to false. VV_EMISSING: the clone is shallow and does not have the parent; the
 * hint is the command that fetches the parent. */
vv_status vv_check_parent(vv_repository *r, const vv_oid *commit, vv_diff_side *out, bool *has,
			  vv_error *err);

/* Commits proposed for a branch: a pull request, or a push. */
typedef struct vv_check_request {
	/* the commits that are reachable from include and not from exclude */
	vv_oid include, exclude;
	bool has_exclude; /* false: all commits that are reachable from include */
	/* the base of all commits; NULL: each commit is compared with its parent */
	const vv_diff_side *base;
	/* the owner whose rules apply; NULL: the rules of each version apply to it */
	const vv_check_owner *owner;
	int argc;    /* number of paths to check; 0: all */
	char **argv; /* the paths */
	vv_report_options report;
} vv_check_request;

/* Checks each commit by the owner's rules. If there are no errors and the request changes rules or
 * descriptions, also checks by the request's rules, which apply after a merge. Lists the request's
 * changes of rules and descriptions (rules-changed). Makes run->report; the caller owns it, also on
 * failure. */
vv_status vv_check_request_run(vv_check_run *run, const vv_check_request *q, vv_error *err);

/* Checks a request for a repository that receives it. Sets *valid to true if the request passed;
 * else, appends the report to text. Queries and documents are not checked. */
vv_status vv_check_commits(vv_repository *r, const vv_check_request *q, bool *valid, vv_buf *text,
			   vv_error *err);

#endif
