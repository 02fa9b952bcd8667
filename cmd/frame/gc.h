/*
 * gc: runs gc automatically after a command, and prints the results of a gc.
 */
#ifndef VV_CMD_FRAME_GC_H
#define VV_CMD_FRAME_GC_H

#include <stdbool.h>

#include "lib/space/auto_gc.h"

/* Runs gc if gc->wanted is true: in the background, with low priority and with output to
 * .git/varve/gc.log; or in the foreground, if the setting gc.autoDetach is false. A failure is only
 * a warning. quiet: do not print a note that gc runs. */
void vv_auto_gc_begin(const vv_auto_gc *gc, bool quiet);

/* Prints the results of a gc, as `varve gc` does. */
void vv_gc_print(const vv_gc_run *g);

#endif
