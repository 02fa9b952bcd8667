/*
 * merge_branch: merges another branch's versions into the current one, for the command and the library.
 *
 *	vv_branch_merge m = {.repo = repo, .reader = reader, ...};
 *
 *	rc = vv_branch_merge_find(&m, word, err);   m.word, m.head
 *	rc = vv_branch_merge_run(&m, err);          m.outcome
 *	vv_branch_merge_clear(&m);
 *
 * The caller has called vv_put_right and vv_merge_need_no_state: nothing is interrupted or in progress.
 */
#ifndef VV_LIB_COMMIT_MERGE_BRANCH_H
#define VV_LIB_COMMIT_MERGE_BRANCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/text.h"
#include "lib/merge/run.h"
#include "repo/git/history/refs.h"

typedef enum vv_merge_outcome {
	VV_MERGE_UP_TO_DATE, /* nothing was done */
	VV_MERGE_FORWARD,    /* the branch has moved */
	VV_MERGE_COMMITTED,
	VV_MERGE_STAGED, /* merged, and not committed */
	VV_MERGE_CONFLICTS
} vv_merge_outcome;

typedef struct vv_branch_merge {
	vv_repository *repo; /* borrowed, both; the reader may be set after vv_branch_merge_find */
	vv_dataset_reader *reader;
	vv_strings how;      /* words of -X: rules put over those of ours */
	vv_strings messages; /* paragraphs; none: as git words it */
	bool no_commit, no_ff, ff_only, ff, unrelated, no_verify, edit;
	/* After find: */
	vv_head head;
	char *word; /* the merged revision, as the user named it */
	/* After run: */
	vv_oid theirs;
	vv_merge_outcome outcome;
	vv_oid tip;       /* HEAD */
	size_t moved;     /* paths, of a fast-forward */
	bool lacking;     /* tables were left as pointers, since their blocks cannot be had */
	bool stays;       /* on failure: it was refused, and all is merged and staged */
	vv_merge_job job; /* of three ways: report, conflicts */
} vv_branch_merge;

/* Finds the commit to merge. word NULL: the upstream of the current branch. VV_EUSAGE: the branch has no upstream. */
vv_status vv_branch_merge_find(vv_branch_merge *m, const char *word, vv_error *err);

/* On failure, unless m->stays, nothing is changed. VV_ENOTFOUND: no such revision; VV_EREFUSED: uncommitted changes are in
 * the way, or git refuses for another reason, or a hook fails. */
vv_status vv_branch_merge_run(vv_branch_merge *m, vv_error *err);

void vv_branch_merge_clear(vv_branch_merge *m);
VV_AUTO_CLEAR(vv_branch_merge, vv_branch_merge_clear)

#endif
