/*
 * run: runs git's merge, cherry-pick or revert, with varve's merge driver for tables.
 *
 * git merges twice. The first merge is made in a separate Git folder, with an empty work tree and
 * without a commit, so that the result is known before any file of the user changes. The second
 * merge is made in the user's work tree, and the driver returns the results of the first.
 *
 * A correct caller: set the first members; vv_merge_try; unless that completes the merge,
 * vv_merge_apply; print the report; vv_merge_job_clear in any case.
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
	const char *command; /* name of the command in messages; NULL: verb */
	/* arguments for git: options, then the merged revision, ended by NULL */
	const char *words[VV_MERGE_WORDS];
	/* cherry-pick and revert: the commit with which the picked commit is compared; may be
	 * null */
	vv_oid base;
	vv_oid ours, theirs;
	const char *names[3]; /* names of the versions: base, ours, theirs */
	vv_strings how;       /* arguments of `merge -X`: rules that override the rules of ours */
	bool dry;             /* nothing is stored, except blocks if several bases are merged */
	/* without a commit, git records no operation. state: the operation to record if there are
	 * conflicts or waits is set; NULL: git's own */
	const char *state;
	vv_oid of; /* the commit of the operation `state` */
	/* record `state` even without conflicts, since more follows before the commit */
	bool waits;

	/* tree of the result; if there are conflicts, of the content of the work tree */
	vv_oid tree;
	vv_merge_report tables;
	vv_conflict_list conflicts;
	vv_buf report;    /* text for stdout */
	bool goes_on;     /* the merge is committed afterwards, so do not report that git stops */
	vv_by_git by_git; /* result of vv_merge_apply */
	/* The following members are private. */
	char *folder, *what, *attributes, *guide, *rules;
	vv_buf lfs; /* a setting for Git LFS */
	bool exact; /* git detects only exact renames */
} vv_merge_job;

/* If j->how prefers a side, appends git's option for this side to j->words, and updates *count, the
 * number of words. */
void vv_merge_put_rules(vv_merge_job *j, size_t *count);

/* Computes the result: tree, tables, conflicts and report. Changes no file of the user.
 * VV_EREFUSED: git refuses the merge. */
vv_status vv_merge_try(vv_merge_job *j, vv_error *err);

/* Returns the conflicts of a table. NULL: the table has no conflicts. */
const vv_conflict_record *vv_merge_record(const vv_merge_job *j, const vv_merged_table *t);

/* Sets *empty to true if the result equals the tree of HEAD. */
vv_status vv_merge_is_empty(bool *empty, const vv_merge_job *j, vv_error *err);

/* Runs git in the user's work tree, with these options before the words of the job. j->tree must be
 * set: by vv_merge_try, or by the caller if the branch only moves. On failure everything is
 * unchanged. Afterwards j->conflicts has the conflicts that are in the index. */
vv_status vv_merge_apply(vv_merge_job *j, const char *const *options, bool terminal, vv_error *err);

void vv_merge_job_clear(vv_merge_job *j);
VV_AUTO_CLEAR(vv_merge_job, vv_merge_job_clear)

/* Checks that the index equals the commit `head`. VV_EREFUSED: the index differs; notes list the
 * differing paths. */
vv_status vv_merge_need_clean_index(vv_repository *r, vv_index *x, const vv_oid *head,
				    const char *what, vv_error *err);

/* Returns VV_EREFUSED if an operation such as a merge or rebase, but not a bisect, is in progress.
 * The hint of err has the command that ends the operation. */
vv_status vv_merge_need_no_state(vv_repository *r, vv_error *err);

/* Undoes a merge, cherry-pick or revert in progress: every path that it changed gets the content of
 * HEAD, and the state of the operation is removed. VV_EREFUSED: a cleanly merged file was edited
 * since; notes list these files. *lacking: as in vv_by_git. */
vv_status vv_merge_undo(vv_repository *r, bool *lacking, vv_error *err);

#endif
