/*
 * pick: applies another commit's changes to HEAD (cherry-pick), or their reverse (revert).
 *
 *	vv_pick p = {.repo = repo, .reader = reader, .revert = false, ...};
 *
 *	rc = vv_pick_begin(&p, &commit, err);    sets p.short_id
 *	rc = vv_pick_run(&p, err);               sets p.outcome
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

/* The result of a cherry-pick or revert. */
typedef enum vv_pick_outcome {
	/* nothing was done: HEAD already has the change, or, in a revert, does not have it */
	VV_PICK_EMPTY,
	VV_PICK_COMMITTED, /* applied and committed */
	/* staged without a commit, as requested; with `apart`, committed apart */
	VV_PICK_STAGED,
	VV_PICK_CONFLICTS /* applied with conflicts, which the user has to resolve */
} vv_pick_outcome;

/* One value = one cherry-pick or revert of a commit: its options and its result. */
typedef struct vv_pick {
	vv_repository *repo;       /* borrowed */
	vv_dataset_reader *reader; /* borrowed */
	/* revert: apply the reverse of the changes; no_commit: only stage the result; edit: let the
	 * user edit the message */
	bool revert, no_commit, edit;
	bool note_origin;    /* the message of a cherry-pick contains the commit's id */
	vv_strings how;      /* arguments of -X: rules that override the rules of HEAD */
	const char *command; /* the command's name in messages; NULL: vv_pick_verb */
	/* the argument of --mainline: if the commit is a merge, the number, from 1, of the parent
	 * with which it is compared; 0: not given */
	uint64_t mainline;
	vv_pathspec *paths; /* for a revert: the paths to revert; NULL: all */
	/* do not change index and files: the result is a commit that no ref has; its parent is
	 * HEAD */
	bool apart;
	/* if `apart` is set: the commit to which the changes are applied; null: HEAD */
	vv_oid onto;

	/* Set by vv_pick_begin: */
	char *short_id; /* the commit's short id */
	/* if `paths` is set: the commit's changes of these paths */
	vv_changed_files changed;
	/* Set by vv_pick_run: */
	vv_pick_outcome outcome;
	vv_oid tip;       /* the commit of HEAD afterwards; if `apart` is set, the new commit */
	bool stays;       /* on failure: no commit was made, but the merged result is staged */
	vv_merge_job job; /* the merge; its members report and by_git are set */
	/* Private: */
	vv_head head;  /* HEAD before the operation */
	vv_commit of;  /* the commit to apply */
	vv_oid parent; /* the parent with which it is compared; null: the commit has no parent */
	vv_buf label;  /* name of the commit in conflict markers */
	char number[24], word[VV_OID_TEXT + 1]; /* arguments for git: "-mN", and the commit's id */
} vv_pick;

/* Returns "revert" or "cherry-pick", which is the name of git's command and of the operation in
 * progress. The text is a constant. */
const char *vv_pick_verb(const vv_pick *p);

/* Reads the commit *commit, which is to be applied, and sets p->short_id; with p->paths, also
 * p->changed. VV_ENOTFOUND: the commit does not exist. VV_EUSAGE: HEAD has no commit yet; the
 * commit is a merge, and mainline is not given; the commit has no such parent; or p->how has an
 * invalid argument. */
vv_status vv_pick_begin(vv_pick *p, const vv_oid *commit, vv_error *err);

/* Applies the commit's changes (with p->paths, those in p->changed) to HEAD, or to p->onto, and
 * sets p->outcome. Conflicts are an outcome, not a failure. On failure, unless p->stays is set,
 * nothing is changed. VV_EREFUSED: uncommitted changes would be overwritten, or git or a hook
 * failed. VV_ECONFLICT, with p->stays: git stopped before the commit. */
vv_status vv_pick_run(vv_pick *p, vv_error *err);

void vv_pick_clear(vv_pick *p);
VV_AUTO_CLEAR(vv_pick, vv_pick_clear)

#endif
