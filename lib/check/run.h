/*
 * run: checks whole versions. Selects their datasets, base and rules.
 *
 * A correct caller fills a vv_check_run (one.h). For one side, it calls vv_report_new and then
 * vv_check_side; for the commits of a request, it calls vv_check_request_run, which makes the
 * report. Then it reads the results from the report and from run->unread. vv_check_commits does all
 * of this in one call, for receiving repositories.
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
 * exists. The caller frees *out with vv_rules_file_free, also after a failure. VV_EINPUT: a file is
 * invalid. */
vv_status vv_check_rules_read(vv_rules_file **out, vv_dataset_reader *s, const vv_diff_side *side,
			      vv_error *err);

/* Checks the datasets of a side against base, which may be NULL. argv: argc paths of datasets to
 * check; argc 0: all datasets. VV_EUSAGE: run->rows is set, and more than one dataset is
 * selected. */
vv_status vv_check_side(vv_check_run *run, const vv_diff_side *side, const vv_diff_side *base,
			int argc, char **argv, vv_error *err);

/* Checks the datasets that a commit changed, compared with its first parent, and datasets that
 * refer to one of them. Checks all datasets if the commit changed varve.checks or any .json file,
 * or if it is a root commit. Compares the data with base; if base is NULL, with the first parent,
 * unless run->no_base is set. argc, argv: paths to check, which need not exist; argc 0: all.
 * VV_EMISSING: as for vv_check_parent. */
vv_status vv_check_commit(vv_check_run *run, const vv_oid *commit, const vv_diff_side *base,
			  int argc, char **argv, vv_error *err);

/* Sets *out to the base of a commit, which is its first parent, and *has to true; for a root
 * commit, sets *has to false. The caller clears *out with vv_diff_side_clear. VV_EMISSING: the
 * clone is shallow and does not have the parent; the hint is the command that fetches the
 * parent. */
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

/* Checks each commit by the owner's rules. If these find the data valid, and the request changes
 * rules or descriptions, checks all commits again by the request's own rules, which apply after a
 * merge; the report is then that of the second check. Lists the request's changes of rules and
 * descriptions in the report (rule rules-changed). Makes run->report, which the caller owns, also
 * on failure. Sets run->owner. */
vv_status vv_check_request_run(vv_check_run *run, const vv_check_request *q, vv_error *err);

/* Checks a request for a repository that receives it. Sets *valid to true if the request passed.
 * Otherwise appends the report to text. Does not run queries or read documents; appends a note to
 * text if queries were not run. */
vv_status vv_check_commits(vv_repository *r, const vv_check_request *q, bool *valid, vv_buf *text,
			   vv_error *err);

#endif
