/*
 * gc: the report of a gc, and the automatic gc after a command.
 */
#ifndef VV_CMD_FRAME_GC_H
#define VV_CMD_FRAME_GC_H

#include <stdbool.h>

#include "lib/space/auto_gc.h"

/* Runs gc if needed: in the background, with low priority, its output in .git/varve/gc.log; or in
 * the foreground if gc.autoDetach is false. Never fails, but warns. */
void vv_auto_gc_begin(const vv_auto_gc *gc, bool quiet);

/* Prints the results of a gc, as `varve gc` does. */
void vv_gc_print(const vv_gc_run *g);

#endif
