/*
 * environ: takes a snapshot (base/env.h) of the program's environment, which all objects that the
 * program opens use.
 *
 * The snapshot is taken after the options before the command are read, since --offline, --git-dir
 * and --no-pager also apply to programs that a command runs. After the snapshot the program may not
 * change its environment.
 */
#ifndef VV_CMD_FRAME_ENVIRON_H
#define VV_CMD_FRAME_ENVIRON_H

#include "base/env.h"

/* Takes the snapshot, and invalidates the previous snapshot (tests run several commands). Call this
 * before threads start. */
vv_status vv_environ_take(vv_error *err);

/* Returns the snapshot; borrowed until the next vv_environ_take. */
const vv_env *vv_environ(void);

#endif
