/*
 * gc: runs gc in a repository: collects the store's garbage, removes leftovers of killed processes
 * in the caches, packs Git's loose objects, and stores its state for the next automatic gc.
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
	/* if other processes write, fail with VV_ELOCKED at once or after some seconds */
	bool gentle;
	bool has_grace; /* grace_sec is set; else varve.gcDays is used */
	/* for how long unreachable blocks are kept; UINT64_MAX: forever. If has_grace is false, the
	 * run sets this member */
	uint64_t grace_sec;
	unsigned loose_max; /* pack Git's loose objects if there are more than this */
	/* Versions that others store: blocks that only these versions need are removed at once.
	 * NULL: no such versions. */
	const vv_cid_set *drop;
	vv_gc_result result;
	uint64_t versions; /* number of kept versions of datasets */
} vv_gc_run;

/* Runs gc. VV_ELOCKED: another gc is running, or, with gentle, another writer. */
vv_status vv_gc_run_all(vv_gc_run *g, vv_repository *r, vv_error *err);

/* Sets *out to varve.gcDays in seconds, or to UINT64_MAX for "forever". */
vv_status vv_gc_grace(vv_repository *r, uint64_t *out, vv_error *err);

/* The state after the last gc, stored in .git/varve/cache/gc. */
typedef struct vv_gc_memory {
	bool known;
	uint64_t bytes; /* size of packs and indexes in use after the last gc */
	int64_t failed; /* time of the last failed gc since then; 0: no failure */
} vv_gc_memory;
void vv_gc_memory_read(vv_gc_memory *out, vv_repository *r);
/* Writes the state. Ignores failures, which only make the next gc run earlier or later. */
void vv_gc_memory_write(const vv_gc_memory *m, vv_repository *r);

/*
 * remote_gc: runs gc on a remote: combines its blocks into fewer packs, and, in a store, removes
 * unneeded blocks.
 */

#define VV_REMOTE_GC_HOST_SECONDS ((uint64_t)90 * 86400)
#define VV_REMOTE_GC_STORE_SECONDS ((uint64_t)14 * 86400)

typedef struct vv_remote_gc {
	bool has_grace; /* grace_sec is set; else one of the constants above is used */
	/* packs younger than this are not changed; use 0 only for a store to which nothing else
	 * writes */
	uint64_t grace_sec;
	bool dry_run;
	/* After the run: */
	bool is_store;
	const char *place;           /* the place of the blocks; borrowed from the host */
	vv_host_compacted compacted; /* result if the blocks are in a ref */
	vv_host_swept swept;         /* result if the blocks are in a store */
} vv_remote_gc;

/* Runs gc on the remote. Keeps all blocks that are reachable from any ref of the remote, including
 * pull requests, and from branches and tags of this repository. VV_EREFUSED: this repository does
 * not have the complete history. */
vv_status vv_remote_gc_run(vv_remote_gc *g, vv_repository *r, vv_git_host *host, vv_error *err);

#endif
