/*
 * proof: verifies which versions a place stores: checks all files that each version depends on,
 * and hashes a random block of each version.
 *
 * A peer reports its complete versions; at a store or Git host every pack and list of a version is
 * checked (vv_host_keeps_each). Either report may be wrong, so unpredictable blocks are also
 * fetched: for a version that is stored here a leaf; for any other version its root, and the path
 * from the root to a leaf. A peer sends the block; from a Git host the pack is fetched. Code that
 * frees data, or reports that others store it, must call this.
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

/* Asks a place to prove that it stores the versions with these roots. holds[i]: it proved
 * roots[i]. store: the local blocks. Fails if the place cannot answer. */
vv_status vv_proof_ask(bool *holds, const vv_reached *there, vv_store *store, const vv_cid *roots,
		       size_t count, vv_error *err);

/* Asks for proof of at most VV_PROOF_SAMPLE random versions that the place's refs reach, among
 * those whose commits are here. */
#define VV_PROOF_SAMPLE 16u
typedef struct vv_proof_sample {
	size_t asked, lost;
} vv_proof_sample;
vv_status vv_proof_ask_some(vv_proof_sample *out, const vv_reached *there, vv_repository *r,
			    vv_error *err);

/* Calls vv_proof_ask for a remote's name or a URL. */
vv_status vv_proof_ask_named(bool *holds, vv_repository *r, const char *name, const vv_notes *notes,
			     const vv_cid *roots, size_t count, vv_error *err);

#endif
