/*
 * run: a merge, cherry-pick or revert that git makes, with our merge driver for tables.
 *
 * git first makes it in a Git folder of its own, with an empty work tree and without a commit: so the result is known before
 * any of the user's files change. Then git makes it in the user's work tree, and the driver returns its earlier results.
 *
 * A correct caller: fill the first members; vv_merge_try; unless that completes it, vv_merge_apply; print the report;
 * vv_merge_job_clear in every case.
 */
#ifndef VV_LIB_MERGE_RUN_H
#define VV_LIB_MERGE_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "lib/merge/conflict_list.h"
#include "lib/merge/guide.h"
#include "lib/worktree/by_git.h"

#define VV_MERGE_WORDS 8u

typedef struct vv_merge_job {
	vv_repository *repo; /* borrowed, both */
	vv_dataset_reader *reader;
	const char *verb;    /* "merge", "cherry-pick", "revert" */
	const char *command; /* what messages call it; NULL: verb */
	/* git's arguments, NULL-ended: options, and last the merged revision. */
	const char *words[VV_MERGE_WORDS];
	vv_oid base; /* of a pick: the commit that it is compared with, maybe none */
	vv_oid ours, theirs;
	const char *names[3]; /* branches: base, ours, theirs */
	vv_strings how;       /* words of `merge -X`: rules put over those of ours */
	bool dry;             /* nothing is kept but blocks where several bases are merged */
	/* Without a commit git notes nothing: the operation that is under way then where something is in conflict, or what git
	 * merged waits for more; NULL: git's own. */
	const char *state;
	vv_oid of; /* its commit */
	bool waits;

	vv_oid tree; /* the result; with conflicts, the work tree's content */
	vv_merge_report tables;
	vv_conflict_list conflicts;
	vv_buf report;    /* the text for stdout */
	bool goes_on;     /* git's merge is committed afterwards: does not report that it stops */
	vv_by_git by_git; /* of vv_merge_apply */
	/* Its own: */
	char *folder, *what, *attributes, *guide, *rules;
	vv_buf lfs; /* a setting */
	bool exact; /* git is to pair equal files alone */
} vv_merge_job;

/* Adds git's option for the side that `how` prefers to the words. */
void vv_merge_put_rules(vv_merge_job *j, size_t *count);

/* Determines the result: tree, tables, conflicts, report. VV_EREFUSED: git refuses. */
vv_status vv_merge_try(vv_merge_job *j, vv_error *err);

/* The conflicts of a table that has some; else NULL. */
const vv_conflict_record *vv_merge_record(const vv_merge_job *j, const vv_merged_table *t);

/* Is the result what HEAD has already? */
vv_status vv_merge_is_empty(bool *empty, const vv_merge_job *j, vv_error *err);

/* git does it, with these options before the words of the job. tree is known, by vv_merge_try or since the branch only
 * moves. On failure all is as before. conflicts are those that are left in the index. */
vv_status vv_merge_apply(vv_merge_job *j, const char *const *options, bool terminal, vv_error *err);

void vv_merge_job_clear(vv_merge_job *j);
VV_AUTO_CLEAR(vv_merge_job, vv_merge_job_clear)

/* Is the index equal to the commit? VV_EREFUSED, with the differing names as notes. */
vv_status vv_merge_need_clean_index(vv_repository *r, vv_index *x, const vv_oid *head,
				    const char *what, vv_error *err);

/* Fails if a merge, rebase ... is in progress; the error has the way out. */
vv_status vv_merge_need_no_state(vv_repository *r, vv_error *err);

/* Takes a merge, cherry-pick or revert back: every path that it changed is as HEAD has
 * it, and its state is gone. VV_EREFUSED, with the names as notes, when a file that it had
 * merged cleanly was edited since. *lacking: as vv_by_git has it. */
vv_status vv_merge_undo(vv_repository *r, bool *lacking, vv_error *err);

#endif
