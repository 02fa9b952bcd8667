/*
 * run: runs git's merge, cherry-pick or revert, with varve's merge driver for tables.
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
	vv_repository *repo; /* repo and reader are borrowed */
	vv_dataset_reader *reader;
	const char *verb;    /* "merge", "cherry-pick", "revert" */
	const char *command; /* the command's name in messages; NULL: verb */
	/* git's arguments, NULL-ended: options, then the merged revision */
	const char *words[VV_MERGE_WORDS];
	/* cherry-pick and revert: the commit that the picked one is compared with; may be null */
	vv_oid base;
	vv_oid ours, theirs;
	const char *names[3]; /* names of the branches: base, ours, theirs */
	vv_strings how;       /* words of `merge -X`: rules that override those of ours */
	bool dry;             /* store nothing, except blocks if several bases are merged */
	/* without a commit git records no operation: the operation that is in progress if there
	 * are conflicts, or if git's result waits for more; NULL: git's own */
	const char *state;
	vv_oid of; /* the commit of state */
	bool waits;

	vv_oid tree; /* the tree of the result; with conflicts: of the work tree's content */
	vv_merge_report tables;
	vv_conflict_list conflicts;
	vv_buf report;    /* the text for stdout */
	bool goes_on;     /* the merge is committed afterwards: do not report that git stops */
	vv_by_git by_git; /* of vv_merge_apply */
	/* Its own: */
	char *folder, *what, *attributes, *guide, *rules;
	vv_buf lfs; /* a setting for Git LFS */
	bool exact; /* git detects only exact renames */
} vv_merge_job;

/* Appends git's option for the side that `how` prefers to the words; *count: the number of
 * words. */
void vv_merge_put_rules(vv_merge_job *j, size_t *count);

/* Determines the result: tree, tables, conflicts, report. Changes no file of the user.
 * VV_EREFUSED: git refuses. */
vv_status vv_merge_try(vv_merge_job *j, vv_error *err);

/* Returns the conflicts of a table; NULL: it has no conflicts. */
const vv_conflict_record *vv_merge_record(const vv_merge_job *j, const vv_merged_table *t);

/* Is the result equal to HEAD's tree? */
vv_status vv_merge_is_empty(bool *empty, const vv_merge_job *j, vv_error *err);

/* Runs git in the user's work tree, with these options before the job's words. tree must be set,
 * by vv_merge_try, or by the caller if the branch only moves. On failure everything is
 * unchanged. Afterwards conflicts contains those that are left in the index. */
vv_status vv_merge_apply(vv_merge_job *j, const char *const *options, bool terminal, vv_error *err);

void vv_merge_job_clear(vv_merge_job *j);
VV_AUTO_CLEAR(vv_merge_job, vv_merge_job_clear)

/* Checks that the index equals the commit. VV_EREFUSED: it differs; notes name the differing
 * paths. */
vv_status vv_merge_need_clean_index(vv_repository *r, vv_index *x, const vv_oid *head,
				    const char *what, vv_error *err);

/* Fails if a merge, rebase ... is in progress; the error's hint is how to end it. */
vv_status vv_merge_need_no_state(vv_repository *r, vv_error *err);

/* Undoes a merge, cherry-pick or revert in progress: every path that it changed gets HEAD's
 * content, and the operation's state is removed. VV_EREFUSED: a cleanly merged file was edited
 * since; notes name such files. *lacking: as in vv_by_git. */
vv_status vv_merge_undo(vv_repository *r, bool *lacking, vv_error *err);

#endif
