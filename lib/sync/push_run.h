/*
 * push_run: a push from its words to refs that moved there: what the command and the library share.
 *
 * A correct caller: vv_push_job_init; fills the first members; vv_push_job_run; looks at plan and refused, also
 * where it failed; vv_push_job_clear. Notes go to who listens to the repository.
 */
#ifndef VV_LIB_SYNC_PUSH_RUN_H
#define VV_LIB_SYNC_PUSH_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/remotes/git_host.h"
#include "lib/remotes/transfer.h"
#include "lib/sync/push_refs.h"

typedef struct vv_push_job {
	vv_repository *repo;
	const char *remote; /* a name or URL; NULL: the one that the branch follows */
	/* which; upstream: the branch follows the one there afterwards */
	vv_push_plan_options refs;
	bool dry_run, quiet, verbose, no_verify;
	bool blocks_only; /* to a Git host: all blocks that are here and not there; no refs */
	/* The same of every version, to the store that the work tree's .varveconfig calls so, or (remote names one) to the
	 * host's own ref; then each is proved there. VV_OK: all are. Nothing is switched. */
	bool move;
	/* What the pre-push hook that varve writes does of any push: then the hook itself is not run for this. NULL: it is. */
	vv_status (*own_hook)(vv_repository *r, const vv_notes *notes, vv_error *err);
	uint64_t idle_sec;
	/* After the run: */
	vv_push_plan plan;
	bool refused;        /* some ref was not moved there; the plan has why */
	vv_transfer_sum sum; /* sent; with dry_run: what would be */
	vv_host_sum blocks;  /* the same of a Git host without varve */
	bool to_store;       /* with move: remote was the name of a store */
	uint64_t proved;     /* versions */
	char *url;
} vv_push_job;

void vv_push_job_init(vv_push_job *j, vv_repository *r);
/* Blocks, then commits, then refs, then the tracking branches. VV_OK also where refs were refused. VV_EMISSING: a
 * block that is to go is not here; VV_ECONFLICT: the pre-push hook refused. */
vv_status vv_push_job_run(vv_push_job *j, vv_error *err);
void vv_push_job_clear(vv_push_job *j);

#endif
