/*
 * run: checking whole versions: which datasets, against which base, by which rules.
 *
 * A correct caller: fills a vv_check_run (one.h; report from vv_report_new), then vv_check_side
 * for one side or vv_check_range for each commit of a range; the report has the rest.
 * vv_check_commits is all of this in one call, for hooks and receiving repositories.
 */
#ifndef VV_LIB_WORK_CHECK_RUN_H
#define VV_LIB_WORK_CHECK_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/work/check/one.h"
#include "lib/work/diff/sides.h"

/* Which rules a side's varve.json has: *out NULL where there is no such file. VV_EINPUT. */
vv_status vv_check_rules_read(vv_rules_file **out, vv_dataset_reader *s, const vv_diff_side *side,
			      vv_error *err);

/* Checks the datasets of a side; base NULL: against nothing. argc, argv: paths (0: all). */
vv_status vv_check_side(vv_check_run *run, const vv_diff_side *side, const vv_diff_side *base,
			int argc, char **argv, vv_error *err);

/* What a commit is compared with: its first parent; *has false for a root. VV_EMISSING: the
 * clone is shallow and the parent is not here; the hint has the command that gets it. */
vv_status vv_check_parent(vv_repository *r, const vv_oid *commit, vv_diff_side *out, bool *has,
			  vv_error *err);

/* Every commit that include has and exclude has not (NULL: all of them), oldest first: what it changed
 * against its first parent, or against base, where that is not NULL. */
vv_status vv_check_range(vv_check_run *run, const vv_oid *include, const vv_oid *exclude,
			 const vv_diff_side *base, int argc, char **argv, vv_error *err);

void vv_diff_side_clear(vv_diff_side *s);
VV_AUTO_CLEAR(vv_diff_side, vv_diff_side_clear)
vv_status vv_diff_side_commit(vv_diff_side *out, vv_repository *r, const vv_oid *commit,
			      const char *word, vv_error *err);

/* The text of a commit's varve.json; empty where there is none. */
vv_status vv_check_rules_text(vv_buf *out, vv_repository *r, const vv_oid *commit, vv_error *err);

/* The new commits of a push: those of `new` that `old` (NULL: none) has not. *valid tells; text
 * gets the report, only when something is wrong. For a receiving repository. owner: the text of
 * its own varve.json (empty: the rules are the default ones), under which each commit must be valid, and
 * then under its own rules too; NULL: under its own alone. trailers: are Varve-Accept trailers
 * believed? */
vv_status vv_check_commits(vv_repository *r, const vv_oid *old, const vv_oid *new_commit,
			   const vv_buf *owner, bool trailers, bool *valid, vv_buf *text,
			   vv_error *err);

#endif
