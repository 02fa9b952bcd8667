/*
 * merge_branch: merges another branch into the current one, for the command and the library.
 *
 *	vv_branch_merge m = {.repo = repo, .reader = reader, ...};
 *
 *	rc = vv_branch_merge_find(&m, word, err);   sets m.word and m.head
 *	rc = vv_branch_merge_run(&m, err);          sets m.outcome
 *	vv_branch_merge_clear(&m);
 *
 * The caller first calls vv_put_right and vv_merge_need_no_state. These ensure that no operation is
 * interrupted or in progress.
 */
#ifndef VV_LIB_COMMIT_MERGE_BRANCH_H
#define VV_LIB_COMMIT_MERGE_BRANCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/text.h"
#include "lib/merge/run.h"
#include "repo/git/history/refs.h"

/* The result of a merge. */
typedef enum vv_merge_outcome {
	VV_MERGE_UP_TO_DATE, /* HEAD already contains the merged revision; nothing was changed */
	VV_MERGE_FORWARD,    /* the branch was fast-forwarded */
	VV_MERGE_COMMITTED,  /* merged and committed */
	VV_MERGE_STAGED,     /* merged, but not committed */
	VV_MERGE_CONFLICTS   /* merged with conflicts, which the user has to resolve */
} vv_merge_outcome;

/* One value = one merge of a branch: its options and its result. */
typedef struct vv_branch_merge {
	/* both borrowed; reader may be set after vv_branch_merge_find */
	vv_repository *repo;
	vv_dataset_reader *reader;
	/* arguments of -X: merge rules that override the rules of HEAD */
	vv_strings how;
	vv_strings messages; /* paragraphs of the commit message; empty: use git's message */

	/* the options of git merge with these names; unrelated: --allow-unrelated-histories */
	bool no_commit, no_ff, ff_only, ff, unrelated, no_verify, edit;
	bool allow_rewritten; /* merge even if a remote-tracking branch dropped commits of one side */
	/* Set by vv_branch_merge_find: */
	vv_head head; /* HEAD before the merge */
	char *word;   /* the merged revision, as the user named it */
	/* Set by vv_branch_merge_run: */
	vv_oid theirs; /* commit of the merged revision */
	vv_merge_outcome outcome;
	vv_oid tip;   /* commit of HEAD afterwards */
	size_t moved; /* fast-forward: number of changed paths */
	/* some tables were written as pointers, since their blocks are not available */
	bool lacking;
	/* after a failure: the merge is complete and staged, only the commit is missing */
	bool stays;
	vv_merge_job job; /* three-way merge: report and conflicts */
} vv_branch_merge;

/* Sets m->head, and m->word to the revision to merge, which need not exist. word: a revision, or
 * "-" for the previous branch; NULL: the upstream of the current branch. VV_EUSAGE: word is NULL,
 * and HEAD is not on a branch or the branch has no upstream; or m->how has an invalid argument.
 * VV_EMISSING: the upstream does not exist. */
vv_status vv_branch_merge_find(vv_branch_merge *m, const char *word, vv_error *err);

/* Merges the revision m->word into HEAD, and sets m->outcome. Conflicts are an outcome, not a
 * failure. After a failure nothing is changed, unless m->stays is set. VV_ENOTFOUND: the revision
 * does not exist. VV_EREFUSED: uncommitted changes would be overwritten, git refuses for another
 * reason, the revision has erased data (repo/known/erased.h), or a remote-tracking branch was rewritten
 * and the merge would bring back its old commits (repo/git/history/dropped.h). VV_ECONFLICT, with m->stays: a hook failed, or git stopped before the commit for another
 * reason. */
vv_status vv_branch_merge_run(vv_branch_merge *m, vv_error *err);

void vv_branch_merge_clear(vv_branch_merge *m);
VV_AUTO_CLEAR(vv_branch_merge, vv_branch_merge_clear)

#endif
