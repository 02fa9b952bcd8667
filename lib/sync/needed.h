/*
 * needed: versions that are fetched the moment that they are needed.
 */
#ifndef VV_LIB_SYNC_NEEDED_H
#define VV_LIB_SYNC_NEEDED_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/text.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

/* Versions by their roots, the moment that they are needed: git brings commits without blocks, and
 * a checkout of these wants the data. From the remote that the branch follows, then from the
 * others; lines that were opened stay open, and a remote that cannot be reached is asked once.
 * Off where varve.autoFetch is false, and where the repository's environment has VV_OFFLINE_VAR (--offline). */
#define VV_OFFLINE_VAR "VARVE_OFFLINE"
typedef struct vv_needed vv_needed;
vv_needed *vv_needed_new(vv_repository *r); /* asks nobody yet; NULL when out of memory */
/* The same, whatever varve.autoFetch and --offline say: the user asked for it. */
vv_needed *vv_needed_new_asked(vv_repository *r);
/* From these and nobody else, whatever varve.autoFetch says: names of remotes, or URLs. */
vv_needed *vv_needed_new_from(vv_repository *r, const vv_strings *names);
/* How far it is, from now on; asks whether to continue. */
void vv_needed_watch(vv_needed *n, const vv_progress *progress);
/* Versions that came, or that is_here named, are noted as elsewhere no longer, as far as that can be done now
 * (repo/known/elsewhere.h). Accepts NULL. */
void vv_needed_free(vv_needed *n);
VV_AUTO_FREE(vv_needed, vv_needed_free)
/* The version is here with all its blocks, without having been fetched. */
vv_status vv_needed_is_here(vv_needed *n, const vv_cid *root, vv_error *err);
/* VV_OK: everything below root is here now. Else why not: VV_EMISSING (nobody has it all, there is
 * no remote, or nobody is to be asked), or what the last remote failed of. */
vv_status vv_needed_fetch(vv_needed *n, const vv_cid *root, vv_error *err);
/* Blocks by themselves, from the first remote: a peer, or a host's store, which stays open; nothing is kept. take gets
 * those that come, each checked; get reads one that it was given by this call. VV_ENOSUPPORT: the remote gives no single
 * blocks, or has the wrong ones: vv_needed_fetch asks further. */
#define VV_NEEDED_AT_ONCE 256u
typedef struct vv_needed_blocks {
	const vv_cid *cids;
	size_t count; /* at most VV_NEEDED_AT_ONCE */
	vv_status (*get)(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err);
	vv_status (*take)(void *payload, const vv_cid *cid, const void *bytes, size_t len,
			  vv_error *err);
	void *payload;
} vv_needed_blocks;
vv_status vv_needed_get(vv_needed *n, const vv_needed_blocks *what, vv_error *err);
/* After a fetch that failed: nobody was to be asked (as above), and the version is one that stayed elsewhere; or it is a
 * linked one, whose source is another's. Then it is not lacking: its pointer is what the user wants. */
bool vv_needed_unwanted(vv_needed *n, const vv_cid *root);
/* Lets go of Git hosts, whose scratch folders are locked while they are open; the next fetch opens
 * them again. For whoever may wait for other processes, or be read by a person, in between. */
void vv_needed_rest(vv_needed *n);
/* Who gave the last one that came. */
const char *vv_needed_by(const vv_needed *n);

#endif
