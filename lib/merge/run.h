/*
 * run: a merge of trees brought into work tree and index: what merge, cherry-pick
 * and revert share.
 *
 * A correct caller: fills the first members; vv_merge_plan, which changes nothing but
 * adding blocks; vv_merge_apply; printing the report; vv_merge_job_clear in every case.
 */
#ifndef VV_LIB_MERGE_RUN_H
#define VV_LIB_MERGE_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "lib/merge/tables.h"
#include "lib/worktree/by_git.h"
#include "repo/git/merge/trees.h"

typedef struct vv_merge_job {
	vv_repository *repo; /* borrowed, all three */
	vv_dataset_writer *writer;
	vv_index *index;
	vv_oid base;          /* commit or tree; null: nothing in common */
	vv_oid ours, theirs;  /* commits (theirs of a revert: a tree); ours is HEAD */
	vv_oid theirs_commit; /* where theirs is from, as a commit; may be null */
	const char *names[3]; /* branches: base, ours, theirs */
	vv_strings how;       /* words of `merge -X`: rules put over those of ours */
	vv_merge_labels labels;
	const char *state;   /* "merge", "cherry-pick", "revert"; NULL: nothing is left under way */
	const char *message; /* for MERGE_MSG, followed by a newline */

	bool dry;     /* set by vv_merge_try */
	bool commits; /* a result without conflicts is committed next, by vv_merge_commit_make */

	const char *command; /* as vv_merge_plan was told */
	vv_merged_trees *merged;
	vv_oid tree; /* the result; where there are conflicts, what the work tree gets */
	vv_dataset_merged *tables; /* for each conflict of merged; its record's path is NULL
	                            * where no tables were merged */
	bool *settled;             /* for each of them */
	size_t conflicts;          /* how many paths are not */
	vv_by_git by_git;          /* its note is there until it is committed, or not */
	char *what;                /* of the note */
	vv_buf report;             /* what to say, on stdout */
} vv_merge_job;

/* Refuses (VV_EREFUSED, the names printed) when something is staged, in conflict, or would
 * be overwritten. what: "merge", for the message. */
vv_status vv_merge_plan(vv_merge_job *j, const char *what, vv_error *err);

/* Only finds out what the merge would say and which conflicts there would be: needs no index and no work tree, and changes
 * nothing but adding blocks where several bases are merged. */
vv_status vv_merge_try(vv_merge_job *j, vv_error *err);

/* Is the result what HEAD has already? */
bool vv_merge_is_empty(const vv_merge_job *j);

/* Writes files, records, state and index, in that order; on failure all is as before. */
vv_status vv_merge_apply(vv_merge_job *j, vv_error *err);

/* The commit of what was merged failed with rc. true: somebody said no (a hook, an editor), and it
 * stays merged and staged, to be concluded or given up. false: the machine failed; all is as
 * before, or will be when the next varve finds the note. */
bool vv_merge_stays(vv_merge_job *j, vv_status rc);

void vv_merge_job_clear(vv_merge_job *j);
VV_AUTO_CLEAR(vv_merge_job, vv_merge_job_clear)

/* Is the index just what the commit has? VV_EREFUSED, with the names as notes. */
vv_status vv_merge_need_clean_index(vv_repository *r, vv_index *x, const vv_oid *head,
				    const char *what, vv_error *err);

/* Refuses when a merge, rebase ... is under way; says the way out. */
vv_status vv_merge_need_no_state(vv_repository *r, vv_error *err);

/* Takes a merge, cherry-pick or revert back: every path that it changed is as HEAD has
 * it, and its state is gone. VV_EREFUSED, with the names as notes, when a file that it had
 * merged cleanly was edited since. *lacking: as vv_checkout_note_missing says. */
vv_status vv_merge_undo(vv_repository *r, bool *lacking, vv_error *err);

#endif
