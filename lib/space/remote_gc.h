/*
 * remote_gc: the gc of what a remote keeps: its blocks in fewer packs, and, in a store, what nothing needs removed.
 */
#ifndef VV_LIB_SPACE_REMOTE_GC_H
#define VV_LIB_SPACE_REMOTE_GC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "lib/remotes/git_host.h"
#include "transport/places/packs/host.h"

#define VV_REMOTE_GC_HOST_SECONDS ((uint64_t)90 * 86400)
#define VV_REMOTE_GC_STORE_SECONDS ((uint64_t)14 * 86400)

typedef struct vv_remote_gc {
	bool has_grace; /* else one of those above */
	uint64_t
		grace_sec; /* younger packs stay as they are; 0, in a store: nothing else writes, so garbage need not wait */
	bool dry_run;
	/* After it: */
	bool is_store;
	const char *place;           /* of the blocks, borrowed from the host */
	vv_host_compacted compacted; /* of a ref */
	vv_host_swept swept;         /* of a store */
} vv_remote_gc;

/* All that any ref there reaches stays (pull requests, too), and what branches and tags here reach. VV_EREFUSED: not all of
 * the history is here. */
vv_status vv_remote_gc_run(vv_remote_gc *g, vv_repository *r, vv_git_host *host, vv_error *err);

#endif
