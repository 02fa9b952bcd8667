/*
 * proof: verifies that a place (a peer, a store or a Git host) stores given versions. It checks all
 * files that each version needs, and the hashes of random blocks of each version.
 *
 * A peer reports which versions it has completely; at a store or a Git host, all packs and lists of
 * a version are checked (vv_host_keeps_each). These reports may be wrong, so unpredictable blocks
 * are fetched, too. From a version that is also stored locally, this is one random leaf (a block
 * without links); from any other version, it is the root and the blocks on a random way from the
 * root to a leaf. A peer sends the blocks; a Git host sends the packs that contain them. Code that
 * removes data, or reports that others store data, must call these functions.
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

/* Requests from the place `there` a proof that it stores each of the `count` versions `roots`, and
 * sets holds[i] to true if it proved roots[i], else to false. store: the local blocks. Fails if the
 * place cannot answer. */
vv_status vv_proof_ask(bool *holds, const vv_reached *there, vv_store *store, const vv_cid *roots,
		       size_t count, vv_error *err);

/* Does what vv_proof_ask does, with the local blocks of r, and sets *lost to the number of versions
 * that were not proved. */
vv_status vv_proof_count_lost(uint64_t *lost, const vv_reached *there, vv_repository *r,
			      const vv_cid *roots, size_t count, vv_error *err);

#define VV_PROOF_SAMPLE 16u /* maximum number of versions in a sample */
/* One value = the result of one sample. */
typedef struct vv_proof_sample {
	size_t asked;  /* number of requested proofs */
	uint64_t lost; /* number of failed proofs */
} vv_proof_sample;
/* Requests from the place `there` proofs of a random sample of versions, at most VV_PROOF_SAMPLE,
 * and sets *out to the result, after a failure to zeros. The versions are reachable from refs of the place whose commits are
 * in r. */
vv_status vv_proof_ask_some(vv_proof_sample *out, const vv_reached *there, vv_repository *r,
			    vv_error *err);

/* Connects to the place `name`, a remote's name or a URL, and does what vv_proof_ask does. */
vv_status vv_proof_ask_named(bool *holds, vv_repository *r, const char *name, const vv_notes *notes,
			     const vv_cid *roots, size_t count, vv_error *err);
/* Does the same, but asks all sources of blocks of the remote (blocks_sources.h), in the order in which
 * they are read, each for the versions that are still not proved. A caller must not remove versions
 * because holds[i] is true. Fails if a source cannot answer, and versions are left; holds is set then, too. */
vv_status vv_proof_find_named(bool *holds, vv_repository *r, const char *name,
			      const vv_notes *notes, const vv_cid *roots, size_t count,
			      vv_error *err);

#endif
