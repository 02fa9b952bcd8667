/*
 * run: checks whole versions: selects the datasets, their base and their rules.
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

/* Reads the rules of a side's varve.json: *out is NULL if the file does not exist. VV_EINPUT:
 * invalid. */
vv_status vv_check_rules_read(vv_rules_file **out, vv_dataset_reader *s, const vv_diff_side *side,
			      vv_error *err);

/* Checks the datasets of a side against base (may be NULL). argc, argv: paths; argc 0: all. */
vv_status vv_check_side(vv_check_run *run, const vv_diff_side *side, const vv_diff_side *base,
			int argc, char **argv, vv_error *err);

/* Checks the datasets that a commit changed against its first parent (unless run->no_base), or base. */
vv_status vv_check_commit(vv_check_run *run, const vv_oid *commit, const vv_diff_side *base,
			  int argc, char **argv, vv_error *err);

/* Sets out to the base of a commit: its first parent; *has is false for a root commit.
 * VV_EMISSING: the clone is shallow and lacks the parent; the hint is the command that fetches
 * it. */
vv_status vv_check_parent(vv_repository *r, const vv_oid *commit, vv_diff_side *out, bool *has,
			  vv_error *err);

/* Commits proposed for a branch: a pull request, or a push. */
typedef struct vv_check_request {
	vv_oid include, exclude; /* the commits that include has and exclude lacks */
	bool has_exclude;        /* false: all commits that include has */
	/* the base of all commits; NULL: each is compared with its parent */
	const vv_diff_side *base;
	/* the owner whose rules apply; NULL: each version has its own rules */
	const vv_check_owner *owner;
	int argc; /* paths; 0: all */
	char **argv;
	vv_report_options report;
} vv_check_request;

/* Checks each commit by the owner's rules and, if these find no fault and the request changes
 * rules or descriptions, also by the request's: after a merge both must pass. The request's
 * changes of rules and descriptions are listed (rules-changed). run->report is made here, and
 * owned by the caller, also on failure. */
vv_status vv_check_request_run(vv_check_run *run, const vv_check_request *q, vv_error *err);

/* Checks a request for a receiving repository. *valid: the verdict; text gets the report if
 * there are faults. */
vv_status vv_check_commits(vv_repository *r, const vv_check_request *q, bool *valid, vv_buf *text,
			   vv_error *err);

#endif
