/*
 * auto_gc: decides whether to run gc automatically. It does so only if gc would free much space.
 *
 * At the end of a command that wrote a version, a correct caller calls vv_auto_gc_look, closes
 * everything (writer, repository), then calls vv_auto_gc_begin (cmd/frame/gc.h), which starts
 * `varve gc --auto`: that needs the locks.
 */
#ifndef VV_LIB_SPACE_AUTO_GC_H
#define VV_LIB_SPACE_AUTO_GC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/space/gc.h"
#include "repo/git/repository.h"

/* One value = one decision. */
typedef struct vv_auto_gc {
	bool wanted;     /* gc should run */
	bool failed;     /* gc would free much space, but has failed within the last day */
	bool detach;     /* value of gc.autoDetach */
	const char *off; /* the setting that disables automatic gc, for messages; or NULL */
	uint64_t bytes;  /* size of the store in bytes */
	uint64_t limit;  /* size in bytes above which gc should run */
	char *log;       /* path of the log file; owned */
} vv_auto_gc;
void vv_auto_gc_clear(vv_auto_gc *gc);
VV_AUTO_CLEAR(vv_auto_gc, vv_auto_gc_clear)

/* Decides whether to run gc in r, and sets *out to the decision. Reads only settings and the sizes
 * of packs, which is fast. If gc never ran and the store has packs, stores the present size of the
 * store for later calls. The caller clears *out, also after a failure. */
vv_status vv_auto_gc_look(vv_auto_gc *out, vv_repository *r, vv_error *err);

#endif
