/*
 * pick: applies another commit's changes to HEAD (cherry-pick), or their reverse (revert).
 *
 *	vv_pick p = {.repo = repo, .reader = reader, .revert = false, ...};
 *
 *	rc = vv_pick_begin(&p, &commit, err);    p.changed
 *	rc = vv_pick_run(&p, err);               p.outcome
 *	vv_pick_clear(&p);
 *
 * The repository is in order (vv_put_right), and nothing is under way in it (vv_merge_need_no_state).
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
	VV_PICK_STAGED, /* no commit is wanted */
	VV_PICK_CONFLICTS
} vv_pick_outcome;

typedef struct vv_pick {
	vv_repository *repo; /* borrowed, both */
	vv_dataset_reader *reader;
	bool revert, no_commit, edit;
	bool note_origin;    /* a cherry-pick's message names the commit */
	vv_strings how;      /* words of -X: rules put over those of HEAD */
	const char *command; /* what messages call it; NULL: vv_pick_verb */
	uint64_t mainline;  /* of a merge: which parent it is compared with, from 1; 0: not given */
	vv_pathspec *paths; /* of a revert: only these are reverted; NULL: all */
	bool apart;  /* index and files stay: the result is a commit that no ref names, on `onto` */
	vv_oid onto; /* null: HEAD */
	/* After begin: */
	char *short_id;           /* of the commit */
	vv_changed_files changed; /* with paths: its changes of these */
	/* After run: */
	vv_pick_outcome outcome;
	vv_oid tip;       /* HEAD, or the commit apart */
	bool stays;       /* on failure: it was refused, and all is merged and staged */
	vv_merge_job job; /* report, by_git */
	/* Its own: */
	vv_head head;
	vv_commit of;
	vv_oid parent; /* null: it has none */
	vv_buf label;
	char number[24], word[VV_OID_TEXT + 1];
} vv_pick;

/* "revert" or "cherry-pick": the command, and the state that is begun. */
const char *vv_pick_verb(const vv_pick *p);

/* Reads the commit. VV_ENOTFOUND: it does not exist; VV_EUSAGE: HEAD has no commit yet, or a merge without mainline. */
vv_status vv_pick_begin(vv_pick *p, const vv_oid *commit, vv_error *err);

/* On failure, unless p->stays, nothing is changed. VV_EREFUSED: uncommitted changes are in the way, or git or a hook fails. */
vv_status vv_pick_run(vv_pick *p, vv_error *err);

void vv_pick_clear(vv_pick *p);
VV_AUTO_CLEAR(vv_pick, vv_pick_clear)

#endif
