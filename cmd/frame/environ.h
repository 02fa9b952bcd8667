/*
 * environ: the program's environment, for all objects that it opens.
 *
 * Taken once the options before the command are read (--offline, --git-dir and --no-pager apply to
 * programs that a command runs, too); a program changes its own environment before that only.
 */
#ifndef VV_CMD_FRAME_ENVIRON_H
#define VV_CMD_FRAME_ENVIRON_H

#include "base/env.h"

/* Takes the snapshot, repeatedly if a test runs several commands, which invalidates the previous one. Call it
 * before threads start. */
vv_status vv_environ_take(vv_error *err);

/* Borrowed until the next is taken. */
const vv_env *vv_environ(void);

#endif
