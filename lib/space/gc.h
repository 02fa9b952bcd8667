/*
 * gc: one gc of a repository: the store, leftovers of killed processes in the caches, Git's loose
 * objects; and its record for the next automatic gc.
 */
#ifndef VV_LIB_SPACE_GC_H
#define VV_LIB_SPACE_GC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "lib/remotes/git_host.h"
#include "repo/blocks/reach.h"
#include "repo/blocks/store.h"
#include "repo/git/repository.h"
#include "transport/places/packs/host.h"

typedef struct vv_gc_run {
	bool dry_run;
	bool gentle;    /* VV_ELOCKED at once, or after some seconds, where others write */
	bool has_grace; /* else varve.gcDays */
	uint64_t
		/* UINT64_MAX: nothing is removed; set by the run where has_grace is not */
		grace_sec;
	unsigned loose_max; /* more loose objects of Git than this are packed */
	/* Versions that others store: blocks needed only by these are removed at once. NULL:
	 * none. */
	const vv_cid_set *drop;
	vv_gc_result result;
	uint64_t versions; /* of datasets, that are kept */
} vv_gc_run;

/* VV_ELOCKED: another gc is under way, or (gentle) another writer. */
vv_status vv_gc_run_all(vv_gc_run *g, vv_repository *r, vv_error *err);

/* varve.gcDays, in seconds; UINT64_MAX for ever. */
vv_status vv_gc_grace(vv_repository *r, uint64_t *out, vv_error *err);

/* The state after the last gc, stored in .git/varve/cache/gc. */
typedef struct vv_gc_memory {
	bool known;
	uint64_t bytes; /* packs and indexes in use when it ended */
	int64_t failed; /* when one failed after that; 0: none did */
} vv_gc_memory;
void vv_gc_memory_read(vv_gc_memory *out, vv_repository *r);
/* Derived: that it cannot be written only makes gc come earlier or later. */
void vv_gc_memory_write(const vv_gc_memory *m, vv_repository *r);

/*
 * remote_gc: the gc of a remote: combines its blocks into fewer packs, and, in a store, removes unneeded ones.
 */

#define VV_REMOTE_GC_HOST_SECONDS ((uint64_t)90 * 86400)
#define VV_REMOTE_GC_STORE_SECONDS ((uint64_t)14 * 86400)

typedef struct vv_remote_gc {
	bool has_grace; /* else one of those above */
	/* younger packs stay unchanged; 0, in a store: nothing else writes, so garbage need not wait */
	uint64_t grace_sec;
	bool dry_run;
	/* After it: */
	bool is_store;
	const char *place;           /* of the blocks, borrowed from the host */
	vv_host_compacted compacted; /* of a ref */
	vv_host_swept swept;         /* of a store */
} vv_remote_gc;

/* Keeps everything reachable from any ref of the remote (pull requests, too), and from branches and tags here. VV_EREFUSED:
 * this repository lacks a part of the history. */
vv_status vv_remote_gc_run(vv_remote_gc *g, vv_repository *r, vv_git_host *host, vv_error *err);

#endif
