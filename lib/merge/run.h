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

#define VV_MERGE_WORDS 8u /* maximum number of arguments for git, including the NULL at the end */

/* One value = one merge, cherry-pick or revert: its options and its result. */
typedef struct vv_merge_job {
	vv_repository *repo;       /* borrowed */
	vv_dataset_reader *reader; /* borrowed */
	const char *verb;          /* "merge", "cherry-pick", "revert" */
	const char *command;       /* name of the command in messages; NULL: verb */
	/* arguments for git: options, then the merged revision, ended by NULL */
	const char *words[VV_MERGE_WORDS];
	/* cherry-pick and revert: the commit with which the picked commit is compared; may be
	 * null */
	vv_oid base;
	vv_oid ours, theirs;  /* the commits to merge */
	const char *names[3]; /* names of the versions: base, ours, theirs */
	vv_strings how;       /* arguments of `merge -X`: rules that override the rules of ours */
	bool dry;             /* nothing is stored, except blocks if several bases are merged */
	/* the operation to record as in progress if there are conflicts or `waits` is set: git does
	 * not record the operation if it runs without a commit. NULL: git records the operation */
	const char *state;
	vv_oid of; /* the commit of the operation `state` */

	/* record `state` even without conflicts, since further steps follow before the commit */
	bool waits;

	/* set by vv_merge_try: the tree of the result; if there are conflicts, it has the contents
	 * for the work tree */
	vv_oid tree;
	vv_merge_report tables;     /* results of the merged tables */
	vv_conflict_list conflicts; /* the paths in conflict */
	vv_buf report;              /* text for stdout */
	bool goes_on;     /* the merge is committed afterwards, so do not report that git stops */
	vv_by_git by_git; /* result of vv_merge_apply */

	/* The following members are private. */
	/* folder: the folder of the guide (guide.h); what: name of the operation in messages;
	 * attributes, guide and rules: arguments and variables for git */
	char *folder, *what, *attributes, *guide, *rules;
	vv_buf lfs; /* a setting for Git LFS */
	bool exact; /* git detects only exact renames */
} vv_merge_job;

/* If j->how prefers a side, appends git's option for it, "-X ours" or "-X theirs", to j->words, and
 * updates *count, the number of words. */
void vv_merge_put_rules(vv_merge_job *j, size_t *count);

/* Merges without changing a file of the user, and sets j->tree, j->tables, j->conflicts and
 * j->report. VV_EREFUSED: git refuses the merge. */
vv_status vv_merge_try(vv_merge_job *j, vv_error *err);

/* Returns the conflicts of the table *t, borrowed from j; NULL if it has none. */
const vv_conflict_record *vv_merge_record(const vv_merge_job *j, const vv_merged_table *t);

/* Sets *empty to true if j->tree is the tree of HEAD, else to false. */
vv_status vv_merge_is_empty(bool *empty, const vv_merge_job *j, vv_error *err);

/* Runs git in the user's work tree, with `options`, which are followed by NULL, before j->words.
 * terminal: git may use the terminal, for example for an editor. j->tree must be set: by
 * vv_merge_try, or by the caller if the branch only moves. On failure everything is unchanged.
 * Afterwards j->conflicts has the conflicts that are in the index. */
vv_status vv_merge_apply(vv_merge_job *j, const char *const *options, bool terminal, vv_error *err);

void vv_merge_job_clear(vv_merge_job *j);
VV_AUTO_CLEAR(vv_merge_job, vv_merge_job_clear)

/* Returns VV_OK if the index x equals the commit *head. VV_EREFUSED: it differs; notes list the
 * differing paths. what: name of the operation in messages. */
vv_status vv_merge_need_clean_index(vv_repository *r, vv_index *x, const vv_oid *head,
				    const char *what, vv_error *err);

/* Returns VV_EREFUSED if an operation such as a merge or rebase, but not a bisect, is in progress.
 * The hint of err has the command that ends the operation. */
vv_status vv_merge_need_no_state(vv_repository *r, vv_error *err);

/* Undoes the merge, cherry-pick or revert in progress in r: every path that it changed gets the
 * content of HEAD, and the state of the operation is removed. VV_EREFUSED: a cleanly merged file
 * was edited since; notes list these files. Sets *lacking to true if blocks of a table were not
 * available, so that its file has only the pointer. */
vv_status vv_merge_undo(vv_repository *r, bool *lacking, vv_error *err);

#endif
