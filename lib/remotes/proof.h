/*
 * proof: asks a place which versions it has now: all files that each depends on, and a random block
 * of each, hashed here.
 *
 * A peer reports which versions it has whole; of a store or Git host every pack and list of a version is asked for
 * (vv_host_keeps_each). Either may be a promise, so it is asked besides for blocks that it cannot
 * foresee: of a version that is here a leaf, of one that is not its root and the way down from there to a leaf. A peer
 * sends the block; of a Git host the pack is fetched. Code that frees data, or reports that others keep it, asks here.
 */
#ifndef VV_LIB_REMOTES_PROOF_H
#define VV_LIB_REMOTES_PROOF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"
#include "lib/remotes/reach.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

/* *holds[i]: it shows the version of roots[i]. store: what is here. Fails where the place cannot answer. */
vv_status vv_proof_ask(bool *holds, const vv_reached *there, vv_store *store, const vv_cid *roots,
		       size_t count, vv_error *err);

/* Some versions at random, of those that its refs reach and whose commits are here. */
#define VV_PROOF_SAMPLE 16u
typedef struct vv_proof_sample {
	size_t asked, lost;
} vv_proof_sample;
vv_status vv_proof_ask_some(vv_proof_sample *out, const vv_reached *there, vv_repository *r,
			    vv_error *err);

/* vv_proof_ask of a remote's name or a URL. */
vv_status vv_proof_ask_named(bool *holds, vv_repository *r, const char *name, const vv_notes *notes,
			     const vv_cid *roots, size_t count, vv_error *err);

#endif
