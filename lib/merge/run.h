/*
 * run: runs git's merge, cherry-pick or revert, with varve's merge driver for tables.
 *
 * git merges twice. The first merge is made in a separate Git folder, with an empty work tree and
 * without a commit, so that the result is known before any file of the user changes. The second
 * merge is made in the user's work tree, and the driver returns the results of the first.
 *
 * A correct caller sets the members up to `waits`, calls vv_merge_try, then vv_merge_apply unless
 * nothing is to be changed in the work tree, prints the report, and calls vv_merge_job_clear in any
 * case.
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
	/* arguments for git: options, then the merged revision; NULL ends the list */
	const char *words[VV_MERGE_WORDS];
	/* cherry-pick and revert: the commit with which the picked commit is compared; may be
	 * null */
	vv_oid base;
	vv_oid ours, theirs;  /* the commits to merge */
	const char *names[3]; /* names of the versions: base, ours, theirs */
	/* arguments of `merge -X`: rules that override those in varve.json of ours */
	vv_strings how;
	bool dry; /* nothing is stored, except blocks if several bases are merged */
	/* the operation to record as in progress if there are conflicts or `waits` is set. The
	 * caller sets it if git runs without a commit, because git then does not record the
	 * operation. NULL: git records the operation */
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

/* If j->how contains "ours" or "theirs", appends "-X" and the last of these to j->words, and adds 2
 * to *count, the number of words. The caller appends the NULL at the end. */
void vv_merge_put_rules(vv_merge_job *j, size_t *count);

/* Merges without changing a file of the user, and sets j->tree, j->tables, j->conflicts and
 * j->report. VV_EUSAGE: a rule in j->how names a column that no table has. VV_EREFUSED: git refuses
 * the merge. */
vv_status vv_merge_try(vv_merge_job *j, vv_error *err);

/* Returns the conflicts of the table *t, borrowed from j; NULL if it has none, or if its record
 * cannot be used. */
const vv_conflict_record *vv_merge_record(const vv_merge_job *j, const vv_merged_table *t);

/* Sets *empty to true if there are no conflicts and j->tree equals the tree of the commit j->ours,
 * else to false. */
vv_status vv_merge_is_empty(bool *empty, const vv_merge_job *j, vv_error *err);

/* Runs git in the user's work tree, with `options`, a list that NULL ends, before j->words.
 * terminal: git may use the terminal, for example for an editor. j->tree must be set: by
 * vv_merge_try, or by the caller if the branch only moves. If git or the driver fails, the work
 * tree and the index are unchanged. If git stopped with conflicts, j->conflicts has those in the
 * index afterwards. */
vv_status vv_merge_apply(vv_merge_job *j, const char *const *options, bool terminal, vv_error *err);

void vv_merge_job_clear(vv_merge_job *j);
VV_AUTO_CLEAR(vv_merge_job, vv_merge_job_clear)

/* Returns VV_OK if the index x equals the commit *head (null: the empty tree). VV_EREFUSED: it has
 * conflicts, or it differs; notes list the differing paths, at most 20. what: name of the operation
 * in messages. */
vv_status vv_merge_need_clean_index(vv_repository *r, vv_index *x, const vv_oid *head,
				    const char *what, vv_error *err);

/* Returns VV_EREFUSED if an operation such as a merge or rebase, but not a bisect, is in progress.
 * The hint of err has the command that ends the operation. */
vv_status vv_merge_need_no_state(vv_repository *r, vv_error *err);

/* Undoes the merge, cherry-pick or revert in progress in r. Every path that is in conflict in the
 * index, or differs between the index and HEAD, gets the content of HEAD; then the state of the
 * operation is removed. Sets *lacking to true if blocks of a table were not available, so that its
 * file has only the pointer. VV_EREFUSED: a file that is not in conflict was edited after it was
 * staged; nothing was done, and notes list these files. */
vv_status vv_merge_undo(vv_repository *r, bool *lacking, vv_error *err);

#endif
