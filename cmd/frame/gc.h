/*
 * gc: the report of a gc, and the automatic gc after a command.
 */
#ifndef VV_CMD_FRAME_GC_H
#define VV_CMD_FRAME_GC_H

#include <stdbool.h>

#include "lib/space/auto_gc.h"

/* Runs it where it is wanted: in the background, with low priority, its output in
 * .git/varve/gc.log; or here and now where gc.autoDetach is false. Says when it cannot,
 * and never fails. */
void vv_auto_gc_begin(const vv_auto_gc *gc, bool quiet);

/* Prints what a gc did, as `varve gc` does. */
void vv_gc_print(const vv_gc_run *g);

#endif
