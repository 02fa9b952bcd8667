/*
 * fetch_run: a fetch from its words to refs that moved: what fetch, pull and clone share.
 */
#ifndef VV_LIB_SYNC_FETCH_RUN_H
#define VV_LIB_SYNC_FETCH_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/text.h"
#include "lib/remotes/transfer.h"
#include "lib/sync/fetch_refs.h"
#include "repo/blocks/cid.h"

typedef struct vv_fetch_job {
	vv_repository *repo;
	const char *remote; /* a name or URL; NULL: the one that the branch follows */
	char **specs;       /* refspecs as words */
	int spec_count;
	vv_strings from; /* further peers (URLs or names) */
	bool tags, no_tags, prune, force, quiet, verbose, allow_missing;
	bool hide_refs;    /* clone: no line for each ref */
	bool detached;     /* a HEAD there that names no branch, too */
	bool keep_missing; /* clone: missing blocks are reported, but not a failure */
	bool full;         /* fetches blocks, too, regardless of remote.<name>.varveLazy */
	uint64_t idle_sec;
	/* the branch of the remote that pull merges; NULL: none, or the first */
	const char *merge;
	/* After the run: */
	vv_ref_plan plan;
	vv_oid merge_id;   /* the for_merge ref's commit, or the one that a signed head names; null:
			    * none */
	char *merge_name;  /* its ref there; owned */
	bool blocks_head;  /* its own names the branch of blocks, and this is another */
	char *remote_head; /* the branch that HEAD names there; owned; NULL */
	uint64_t moved, missing, versions; /* refs; blocks; of datasets, new */
	vv_transfer_sum sum;               /* that came */
	bool refused;                      /* some ref was not moved: no fast-forward */
	bool behind; /* or: it reaches versions of which no peer has all blocks; or no copy has the commits that a
		      * head names */
	bool mended;        /* blocks arrived for earlier commits */
	uint64_t elsewhere; /* versions whose blocks were left there */
	char *url, *name;   /* of the remote; the name may be NULL */
} vv_fetch_job;

void vv_fetch_job_init(vv_fetch_job *j, vv_repository *r);
vv_status vv_fetch_job_run(vv_fetch_job *j, vv_error *err);
void vv_fetch_job_clear(vv_fetch_job *j);
VV_AUTO_CLEAR(vv_fetch_job, vv_fetch_job_clear)

/* One dataset by its root's CID, from the remote (NULL: the usual one) and further peers. */
vv_status vv_fetch_one_cid(vv_repository *r, const char *cid, const char *remote,
			   const vv_strings *from, bool quiet, uint64_t idle_sec, vv_error *err);

#endif
