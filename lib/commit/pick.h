/*
 * pick: applies another commit's changes to HEAD (cherry-pick), or their reverse (revert).
 *
 *	vv_pick p = {.repo = repo, .reader = reader, .revert = false, ...};
 *
 *	rc = vv_pick_begin(&p, &commit, err);    p.changed
 *	rc = vv_pick_run(&p, err);               p.outcome
 *	vv_pick_clear(&p);
 *
 * The caller has called vv_put_right and vv_merge_need_no_state.
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
	VV_PICK_EMPTY, /* nothing was done: HEAD has the change already, or lacks it in a revert */
	VV_PICK_COMMITTED,
	VV_PICK_STAGED, /* staged without a commit, as requested */
	VV_PICK_CONFLICTS
} vv_pick_outcome;

typedef struct vv_pick {
	vv_repository *repo; /* repo and reader are borrowed */
	vv_dataset_reader *reader;
	bool revert, no_commit, edit;
	bool note_origin;    /* a cherry-pick's message names the commit */
	vv_strings how;      /* words of -X: rules that override those of HEAD */
	const char *command; /* the command's name in messages; NULL: vv_pick_verb */
	/* for a merge: the number of the parent that it is compared with, from 1; 0: not given */
	uint64_t mainline;
	vv_pathspec *paths; /* for a revert: the paths to revert; NULL: all */
	/* do not change index and files: the result is a commit on `onto` that no ref names */
	bool apart;
	vv_oid onto; /* null: HEAD */
	/* After begin: */
	char *short_id;           /* the commit's short id */
	vv_changed_files changed; /* the commit's changes; with paths: only of these */
	/* After run: */
	vv_pick_outcome outcome;
	vv_oid tip;       /* the new HEAD, or with apart the new commit */
	bool stays;       /* on failure: the commit was refused, but the merged result is staged */
	vv_merge_job job; /* report, by_git */
	/* Its own: */
	vv_head head;
	vv_commit of;
	vv_oid parent; /* null: the commit has no parent */
	vv_buf label;
	char number[24], word[VV_OID_TEXT + 1];
} vv_pick;

/* Returns "revert" or "cherry-pick": the command, and the name of the operation in progress. */
const char *vv_pick_verb(const vv_pick *p);

/* Reads the commit. VV_ENOTFOUND: it does not exist; VV_EUSAGE: HEAD has no commit yet, or a merge without mainline. */
vv_status vv_pick_begin(vv_pick *p, const vv_oid *commit, vv_error *err);

/* Applies the changes. On failure, unless p->stays, nothing is changed. VV_EREFUSED: uncommitted
 * changes are in the way, or git or a hook fails. */
vv_status vv_pick_run(vv_pick *p, vv_error *err);

void vv_pick_clear(vv_pick *p);
VV_AUTO_CLEAR(vv_pick, vv_pick_clear)

#endif
