/*
 * auto_gc: gc by itself, when there is much to gain, and never in the way.
 *
 * A correct caller, at the end of a command that wrote a version:
 *
 *	vv_auto_gc_look(&gc, repo, &err), then close everything (stage, repository),
 *	then vv_auto_gc_begin(&gc) of cmd/frame/gc.h, which forks: no thread and no lock may be left.
 */
#ifndef VV_LIB_SPACE_AUTO_GC_H
#define VV_LIB_SPACE_AUTO_GC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/space/gc.h"
#include "repo/git/repository.h"

typedef struct vv_auto_gc {
	bool wanted;
	bool failed;     /* there was much to gain, but the last one failed less than a day ago */
	bool detach;     /* gc.autoDetach */
	const char *off; /* the setting that forbids it, or NULL */
	uint64_t bytes;  /* in use now */
	uint64_t limit;  /* above this much a gc is wanted */
	char *log;       /* owned */
} vv_auto_gc;
void vv_auto_gc_clear(vv_auto_gc *gc);
VV_AUTO_CLEAR(vv_auto_gc, vv_auto_gc_clear)

/* Cheap: settings, and the lengths of the packs. Remembers the store's size when no gc ever did. */
vv_status vv_auto_gc_look(vv_auto_gc *out, vv_repository *r, vv_error *err);

#endif
