/*
 * environ: takes a snapshot (base/env.h) of the program's environment. All objects that the program
 * opens use this snapshot.
 *
 * The snapshot is taken after the options before the command are read: --offline, --git-dir and
 * --no-pager change the environment, so that they also apply to programs that a command runs. Later
 * changes of the environment are not in the snapshot.
 */
#ifndef VV_CMD_FRAME_ENVIRON_H
#define VV_CMD_FRAME_ENVIRON_H

#include "base/env.h"

/* Takes a snapshot, and frees the previous one. Call this before threads start. */
vv_status vv_environ_take(vv_error *err);

/* Returns the snapshot, borrowed until the next vv_environ_take; NULL if none was taken. */
const vv_env *vv_environ(void);

#endif
