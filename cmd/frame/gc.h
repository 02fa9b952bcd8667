/*
 * gc: runs gc automatically after a command, and prints the results of a gc.
 */
#ifndef VV_CMD_FRAME_GC_H
#define VV_CMD_FRAME_GC_H

#include <stdbool.h>

#include "lib/space/auto_gc.h"

/* Runs gc if gc->wanted is true. If gc->detach is true (the setting gc.autoDetach), gc runs in the
 * background, with low priority, and its output goes to the file gc->log; else gc runs before this
 * function returns. Warns if gc cannot be started, and if gc->failed says that the last gc failed.
 * A failure of gc is reported, but does not change the command's exit code. quiet: do not print a
 * note that gc runs. */
void vv_auto_gc_begin(const vv_auto_gc *gc, bool quiet);

/* Prints the results of a gc, as `varve gc` does. */
void vv_gc_print(const vv_gc_run *g);

#endif
