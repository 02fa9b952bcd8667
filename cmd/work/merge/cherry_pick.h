/*
 * cherry_pick: one commit's change made once more on HEAD (cherry-pick), or taken back (revert).
 */
#ifndef VV_CMD_WORK_MERGE_CHERRY_PICK_H
#define VV_CMD_WORK_MERGE_CHERRY_PICK_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/command.h"

typedef struct vv_pick_options {
	bool no_commit, edit, note_origin, abort, resume, quit, quiet, verbose;
	uint64_t mainline; /* of a merge: which parent it is compared with, from 1; 0: not said */
} vv_pick_options;

/* revert: false picks. Returns the exit code. */
int vv_pick_run(const vv_pick_options *o, bool revert, int argc, char **argv);

#endif
