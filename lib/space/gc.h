/*
 * gc: runs gc in a repository: removes unneeded blocks from the store and leftovers of killed
 * processes from the caches, packs Git's loose objects, and stores its state for the next automatic
 * gc.
 */
#ifndef VV_LIB_SPACE_GC_H
#define VV_LIB_SPACE_GC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "repo/blocks/reach.h"
#include "repo/blocks/store.h"
#include "repo/git/repository.h"
#include "repo/known/aside.h"

/* A run: its options and its result. */
typedef struct vv_gc_run {
	bool dry_run; /* remove nothing */
	/* if another process writes, fail with VV_ELOCKED at once or after some seconds, instead of
	 * waiting longer */
	bool gentle;
	bool has_grace; /* grace_sec is set; else varve.gcDays is used */
	/* time in seconds after which unreachable blocks are removed; UINT64_MAX: never. If
	 * has_grace is false, the run sets this member */
	uint64_t grace_sec;
	unsigned loose_max; /* pack Git's loose objects if there are more than this */
	/* roots of versions that others store: blocks that only these versions need are
	 * removed at once. NULL: no such versions */
	const vv_cid_set *drop;
	/* roots of versions that were removed from the history: blocks that no kept version needs
	 * are removed at once. NULL: no such versions */
	const vv_cid_set *unnamed;
	/* The following members are set by vv_gc_run_all. */
	vv_gc_result result;
	vv_aside aside;    /* the blocks that are set aside after the run */
	uint64_t versions; /* number of versions whose blocks were kept */
} vv_gc_run;

/* Runs gc in r with the options in *g, and sets the results in *g. VV_ELOCKED: another writer, such
 * as a gc, did not end in time: within some seconds if g->gentle is set, else within ten
 * minutes. */
vv_status vv_gc_run_all(vv_gc_run *g, vv_repository *r, vv_error *err);

/* Sets *out to varve.gcDays in seconds, or to UINT64_MAX (never) if it is more than 100000 days. */
vv_status vv_gc_grace(vv_repository *r, uint64_t *out, vv_error *err);

/* The state after the last gc, stored in .git/varve/cache/gc. */
typedef struct vv_gc_memory {
	bool known;     /* a state is stored */
	uint64_t bytes; /* size of packs and indexes in use after the last gc */
	/* time of the last failed gc since then, in seconds since 1970; 0: no failure */
	int64_t failed;
} vv_gc_memory;
/* Reads the state of r into *out. If it cannot be read, out->known is false. */
void vv_gc_memory_read(vv_gc_memory *out, vv_repository *r);
/* Writes the state *m to r. Ignores failures, which only make the next gc run earlier or later. */
void vv_gc_memory_write(const vv_gc_memory *m, vv_repository *r);

#endif
