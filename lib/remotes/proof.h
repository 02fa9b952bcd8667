/*
 * proof: verifies which versions a place has: all files that each depends on, and a random block of each, hashed here.
 *
 * A peer reports its complete versions; at a store or Git host every pack and list of a version is checked
 * (vv_host_keeps_each). Either report may be wrong, so unpredictable blocks are also fetched: a leaf of a version that
 * is stored here; of any other its root and the path from there to a leaf. A peer sends the block; from a Git host the
 * pack is fetched. Code that frees data, or reports that others store it, must call this.
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

/* *holds[i]: it proved the version of roots[i]. store: the local blocks. Fails if the place cannot
 * answer. */
vv_status vv_proof_ask(bool *holds, const vv_reached *there, vv_store *store, const vv_cid *roots,
		       size_t count, vv_error *err);

/* Random versions reachable from its refs, among those whose commits are here. */
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
