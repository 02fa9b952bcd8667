/*
 * remote_gc: runs gc on a remote: combines its blocks into fewer packs, and, in a store, removes
 * unneeded blocks.
 */
#ifndef VV_LIB_SPACE_REMOTE_GC_H
#define VV_LIB_SPACE_REMOTE_GC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "lib/remotes/git_host.h"
#include "repo/blocks/reach.h"
#include "repo/git/repository.h"
#include "transport/places/packs/host.h"

/* The default of vv_remote_gc.grace_sec if the blocks are in a ref of a Git host. */
#define VV_REMOTE_GC_HOST_SECONDS ((uint64_t)90 * 86400)
/* The default of vv_remote_gc.grace_sec if the blocks are in a store. */
#define VV_REMOTE_GC_STORE_SECONDS ((uint64_t)14 * 86400)

/* A run: its options and its result. */
typedef struct vv_remote_gc {
	bool has_grace; /* grace_sec is set; else one of the constants above is used */
	/* age in seconds below which packs are not changed; use 0 only for a store to which
	 * nothing else writes */
	uint64_t grace_sec;
	bool dry_run; /* change nothing */
	/* roots of versions to remove, though refs reach them (vv_host_compaction,
	 * vv_host_sweeping); NULL: none */
	const vv_cid_set *drop;
	bool drop_now; /* remove files of a store at once, as with grace_sec 0 */
	/* with drop: nothing else writes to the place, so everything that no ref needs is removed,
	 * too */
	bool alone;
	const vv_remote *remote; /* the remote */
	const vv_notes *notes;   /* receives reports of other remotes */
	/* The following members are set by vv_remote_gc_run. */
	bool is_store; /* the blocks are in a store */
	/* name of the store or ref that has the blocks; borrowed from the host */
	const char *place;
	vv_host_compacted compacted; /* result if the blocks are in a ref */
	vv_host_swept swept;         /* result if the blocks are in a store */
} vv_remote_gc;

/* Runs gc on the remote `host`. Keeps all blocks that are reachable from any ref of the remote,
 * including pull requests; in a store, also those that are reachable from branches, tags and the
 * stash of this repository, and from the refs of other remotes (other_remotes.h). VV_EREFUSED: this
 * repository does not have the complete history. */
vv_status vv_remote_gc_run(vv_remote_gc *g, vv_repository *r, vv_git_host *host, vv_error *err);
/* Does the same for one open store or ref of a remote (vv_git_host_place), whose refs have these
 * tips; of a store also those of the other remotes that may write to it. VV_ECORRUPT: g->drop is set, and the store lacks data of versions that stay. */
vv_status vv_remote_gc_source(vv_remote_gc *g, vv_repository *r, const vv_blocks_source *s,
			      const vv_oids *tips, vv_error *err);
/* Appends the reason why a store keeps old versions of its files; appends nothing if it keeps none. */
void vv_remote_gc_old_put(vv_buf *out, const vv_host_old *old);

#endif
