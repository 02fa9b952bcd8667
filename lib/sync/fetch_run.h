/*
 * fetch_run: runs a fetch, from its arguments to the moved refs; shared by fetch, pull and clone.
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

/* One value = one fetch: its options and its result. The caller sets the members above `plan`,
 * which are borrowed, and sets all others to zero. */
typedef struct vv_fetch_job {
	vv_repository *repo; /* borrowed */
	const char *remote;  /* name or URL; NULL: the default remote of the branch */
	/* refspecs; none: the refspecs in the remote's configuration, or HEAD for a URL */
	char **specs;
	int spec_count;
	vv_strings from; /* further peers (URLs or names) */
	/* the options of varve fetch with these names */
	bool tags, no_tags, prune, force, quiet, verbose, allow_missing;
	bool hide_refs;    /* clone: print no line for each ref */
	bool detached;     /* also fetch the commit of a HEAD that is not on a branch */
	bool keep_missing; /* clone: report missing blocks, but do not fail */
	bool full;         /* fetch blocks even if remote.<name>.varveLazy is set */
	/* the remote's HEAD counts, and not the default branch of its newest signed head; unsigned
	 * refs are not left out */
	bool allow_unsigned;
	bool saves; /* fetch what a URL has, even if its signed heads are older than the trusted ones */
	bool leave_unsigned; /* leave out refs that the signed heads do not list */
	uint64_t idle_sec;   /* value of --timeout in seconds */
	/* for a pull: the remote's branch to merge if `specs` do not name one
	 * (vv_ref_plan_options.merge); NULL: not a pull, or HEAD is on no branch */
	const char *merge;
	/* Set by vv_fetch_job_run: */
	vv_ref_plan plan;
	/* the commit that pull merges: the commit of the ref for merging, or the commit of
	 * this ref in a signed head; null: none */
	vv_oid merge_id;
	char *merge_name; /* name of that ref at the remote; owned */
	/* the remote's HEAD is the branch of blocks, so remote_head is another branch */
	bool blocks_head;
	/* branch of the remote's HEAD or, if the remote has signed heads, the default branch of the
	 * newest; or NULL; owned */
	char *remote_head;
	vv_buf left_out;     /* refs that were left out, as in vv_shown_refs */
	uint64_t moved,      /* number of refs that were moved */
		missing,     /* number of missing blocks */
		versions;    /* number of new versions of datasets */
	vv_transfer_sum sum; /* totals of the received data */
	bool refused;        /* a ref was not moved, since it was not a fast-forward */
	/* a ref was not moved, since no peer has all blocks of its versions, or no copy has
	 * the commits in a signed head; with keep_missing, the latter ref was moved nevertheless */
	bool behind;
	bool mended;        /* missing blocks of commits that were fetched earlier were received */
	uint64_t elsewhere; /* number of versions whose blocks were left at their sources */
	char *url,          /* URL of the remote; owned */
		*name;      /* name of the remote, or NULL; owned */
} vv_fetch_job;

/* Fetches with the options of j, and sets the result members of j. Call vv_fetch_job_clear also
 * after a failure. Refs that were refused or are behind are not errors, with one exception: if the
 * ref that pull merges is behind, the function fails with the reason. */
vv_status vv_fetch_job_run(vv_fetch_job *j, vv_error *err);
void vv_fetch_job_clear(vv_fetch_job *j);
VV_AUTO_CLEAR(vv_fetch_job, vv_fetch_job_clear)

/* Fetches the version with the root `cid` (a text) from the remote `remote` (NULL: the default
 * remote) and from further peers, `from`. */
vv_status vv_fetch_one_cid(vv_repository *r, const char *cid, const char *remote,
			   const vv_strings *from, bool quiet, uint64_t idle_sec, vv_error *err);

#endif
