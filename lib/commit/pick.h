/*
 * pick: applies another commit's changes to HEAD (cherry-pick), or their reverse (revert).
 *
 *	vv_pick p = {.repo = repo, .reader = reader, .revert = false, ...};
 *
 *	rc = vv_pick_begin(&p, &commit, err);    p.changed
 *	rc = vv_pick_run(&p, err);               p.outcome
 *	vv_pick_clear(&p);
 *
 * Call vv_put_right and vv_merge_need_no_state first.
 */
#ifndef VV_LIB_COMMIT_PICK_H
#define VV_LIB_COMMIT_PICK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "lib/merge/run.h"
#include "lib/names/pathspec.h"
#include "repo/git/history/commit.h"
#include "repo/git/history/refs.h"
#include "repo/git/merge/renames.h"

typedef enum vv_pick_outcome {
	/* nothing was done: HEAD already has the change, or, in a revert, does not have it */
	VV_PICK_EMPTY,
	VV_PICK_COMMITTED,
	VV_PICK_STAGED, /* staged without a commit, as requested */
	VV_PICK_CONFLICTS
} vv_pick_outcome;

typedef struct vv_pick {
	vv_repository *repo; /* repo and reader are borrowed */
	vv_dataset_reader *reader;
	bool revert, no_commit, edit;
	bool note_origin;    /* the message of a cherry-pick contains the commit's id */
	vv_strings how;      /* arguments of -X: rules that override the rules of HEAD */
	const char *command; /* the command's name in messages; NULL: vv_pick_verb */
	/* for a merge commit: the number, from 1, of the parent with which it is compared; 0: not
	 * given */
	uint64_t mainline;
	vv_pathspec *paths; /* for a revert: the paths to revert; NULL: all */
	/* do not change index and files: the result is a commit on `onto`, and no ref is updated */
	bool apart;
	vv_oid onto; /* null: HEAD */
	/* After begin: */
	char *short_id; /* the commit's short id */
	/* the commit's changes; with paths, only changes of these paths */
	vv_changed_files changed;
	/* After run: */
	vv_pick_outcome outcome;
	vv_oid tip;       /* the new HEAD; if `apart` is set, the new commit */
	bool stays;       /* on failure: the commit was refused, but the merged result is staged */
	vv_merge_job job; /* its members report and by_git are set */
	/* Private: */
	vv_head head;
	vv_commit of;
	vv_oid parent; /* null: the commit has no parent */
	vv_buf label;
	char number[24], word[VV_OID_TEXT + 1];
} vv_pick;

/* Returns "revert" or "cherry-pick": the name of the command, and of the operation in progress. */
const char *vv_pick_verb(const vv_pick *p);

/* Reads the commit. VV_ENOTFOUND: no such commit. VV_EUSAGE: HEAD has no commit yet, or the commit
 * is a merge and mainline is not given. */
vv_status vv_pick_begin(vv_pick *p, const vv_oid *commit, vv_error *err);

/* Applies the changes. On failure, unless p->stays is set, nothing is changed. VV_EREFUSED:
 * uncommitted changes would be overwritten, or git or a hook failed. VV_ECONFLICT, with p->stays:
 * git stopped before the commit. */
vv_status vv_pick_run(vv_pick *p, vv_error *err);

void vv_pick_clear(vv_pick *p);
VV_AUTO_CLEAR(vv_pick, vv_pick_clear)

#endif
