/*
 * environ: the program's environment, for all objects that it opens.
 *
 * The snapshot is taken after the options before the command were read (--offline, --git-dir and
 * --no-pager also apply to programs that a command runs). A program may change its own environment
 * only before that.
 */
#ifndef VV_CMD_FRAME_ENVIRON_H
#define VV_CMD_FRAME_ENVIRON_H

#include "base/env.h"

/* Takes the snapshot, and invalidates the previous one: tests run several commands. Call it
 * before threads start. */
vv_status vv_environ_take(vv_error *err);

/* Returns the snapshot; borrowed until the next vv_environ_take. */
const vv_env *vv_environ(void);

#endif
