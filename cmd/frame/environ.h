/*
 * environ: the environment that the program works in, for all that it opens.
 *
 * Taken once the options before the command are read (--offline, --git-dir and --no-pager are settings
 * for what a command runs, too); a program changes its own environment before that only.
 */
#ifndef VV_CMD_FRAME_ENVIRON_H
#define VV_CMD_FRAME_ENVIRON_H

#include "base/env.h"

/* Takes it, again where a test runs several commands: what was borrowed from the one before ends. Before there
 * are threads. */
vv_status vv_environ_take(vv_error *err);

/* Borrowed until the next is taken. */
const vv_env *vv_environ(void);

#endif
