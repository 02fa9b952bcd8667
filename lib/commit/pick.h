/*
 * pick: applies another commit's changes to HEAD (cherry-pick), or their reverse (revert): a merge
 * whose base is the commit's parent or, taking it back, the commit.
 *
 *	vv_pick p = {.repo = repo, .writer = writer, .revert = false, ...};
 *
 *	rc = vv_pick_run(&p, word, err);      p.outcome: files and index are written
 *	rc = vv_pick_finish(&p, err);         the commit, where p.outcome asks for it
 *	vv_pick_clear(&p);
 *
 * A caller may print between these what each of them did. The repository is in order (vv_put_right), and nothing is
 * under way in it (vv_merge_need_no_state).
 */
#ifndef VV_LIB_COMMIT_PICK_H
#define VV_LIB_COMMIT_PICK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "lib/commit/merge_commit.h"
#include "lib/merge/run.h"
#include "repo/git/history/refs.h"

typedef enum vv_pick_outcome {
	VV_PICK_EMPTY,  /* nothing was done: HEAD has the change already, or lacks it in a revert */
	VV_PICK_READY,  /* merged and staged, to be committed now */
	VV_PICK_STAGED, /* the same, and no commit is wanted */
	VV_PICK_CONFLICTS
} vv_pick_outcome;

typedef struct vv_pick {
	vv_repository *repo; /* borrowed, both */
	vv_dataset_writer *writer;
	bool revert, no_commit, quiet, verbose;
	bool note_origin;    /* a cherry-pick's message names the commit */
	vv_strings how;      /* words of -X: rules put over those of HEAD */
	const char *command; /* what messages call it; NULL: vv_pick_verb */
	uint64_t mainline; /* of a merge: which parent it is compared with, from 1; 0: not given */
	/* As vv_merge_commit has them. */
	vv_status (*editor)(vv_repository *r, const char *file, vv_error *err);
	vv_status (*put_changes)(vv_buf *out, const vv_changes *c, const char *comment_char,
				 vv_error *err);
	/* After run: */
	char *short_id; /* of the commit */
	vv_pick_outcome outcome;
	vv_merge_job job; /* report, checkout */
	/* After finish: */
	vv_merge_commit commit; /* made, changes ... */
	bool stays;             /* it was refused: all is merged and staged */
	/* Its own: */
	vv_index *index;
	vv_head head;
	vv_commit of;
	vv_oid parent; /* null: it has none */
	vv_buf message, label, reflog;
} vv_pick;

/* "revert" or "cherry-pick": the command, and the state that is begun. */
const char *vv_pick_verb(const vv_pick *p);

/* On failure all is as before. VV_ENOTFOUND: no such revision; VV_EUSAGE: there is no commit yet, or a merge without
 * mainline; VV_EREFUSED: changes that are not committed are in the way. */
vv_status vv_pick_run(vv_pick *p, const char *word, vv_error *err);

/* Nothing is left to do but after READY. On failure, unless p->commit.made: p->stays, or all is as before. */
vv_status vv_pick_finish(vv_pick *p, vv_error *err);

void vv_pick_clear(vv_pick *p);
VV_AUTO_CLEAR(vv_pick, vv_pick_clear)

#endif
