/*
 * run: checking whole versions: which datasets, against which base, by which rules.
 *
 * A correct caller: fills a vv_check_run (one.h; report from vv_report_new), then vv_check_side
 * for one side, or vv_check_request_run for the commits of a request; the report has the rest.
 * vv_check_commits is all of this in one call, for receiving repositories.
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

/* Reads the rules of a side's varve.json: *out NULL without the file. VV_EINPUT. */
vv_status vv_check_rules_read(vv_rules_file **out, vv_dataset_reader *s, const vv_diff_side *side,
			      vv_error *err);

/* Checks the datasets of a side; base NULL: against nothing. argc, argv: paths (0: all). */
vv_status vv_check_side(vv_check_run *run, const vv_diff_side *side, const vv_diff_side *base,
			int argc, char **argv, vv_error *err);

/* Checks the datasets that a commit changed against its first parent (unless run->no_base), or base. */
vv_status vv_check_commit(vv_check_run *run, const vv_oid *commit, const vv_diff_side *base,
			  int argc, char **argv, vv_error *err);

/* The base of a commit's comparison: its first parent; *has false for a root. VV_EMISSING: the
 * clone is shallow and the parent is missing here; the hint has the command that gets it. */
vv_status vv_check_parent(vv_repository *r, const vv_oid *commit, vv_diff_side *out, bool *has,
			  vv_error *err);

/* Commits proposed for a branch: a pull request, or a push. */
typedef struct vv_check_request {
	vv_oid include, exclude;     /* the commits that include has and exclude lacks */
	bool has_exclude;            /* false: all of include's */
	const vv_diff_side *base;    /* that they are compared with; NULL: each with its parent */
	const vv_check_owner *owner; /* its rules apply; NULL: each version's own */
	int argc;                    /* paths; 0: all */
	char **argv;
	vv_report_options report;
} vv_check_request;

/* Judges each of the commits under the owner's rules and, if these find no fault and the request changes rules or
 * descriptions, under its own as well: both must pass once it is merged. Its changes of these are listed
 * (rules-changed). run->report is made here, and is owned by the caller, also on failure. */
vv_status vv_check_request_run(vv_check_run *run, const vv_check_request *q, vv_error *err);

/* The same for a receiving repository. *valid is the verdict; text gets the report, only when something is wrong. */
vv_status vv_check_commits(vv_repository *r, const vv_check_request *q, bool *valid, vv_buf *text,
			   vv_error *err);

#endif
