/*
 * elsewhere: lists the versions that are stored on a remote or at a source, but not in this
 * repository. Their blocks were not fetched with their commits (clone --lazy), were dropped (varve
 * drop), or are linked.
 *
 * A version counts as stored if its root block is stored. fsck reports a version that is neither
 * stored nor listed as missing. The list is the file "elsewhere" in varve's folder. It is not a
 * cache: if the file is lost, its information cannot be recovered. Format: docs/formats/store.md,
 * "Elsewhere".
 */
#ifndef VV_REPO_KNOWN_ELSEWHERE_H
#define VV_REPO_KNOWN_ELSEWHERE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/reach.h"
#include "repo/blocks/store.h"
#include "repo/git/repository.h"

typedef struct vv_elsewhere vv_elsewhere;

/* Reads the list into *out, which the caller frees with vv_elsewhere_free. If the file does not
 * exist, the list is empty. Ignores invalid lines. */
vv_status vv_elsewhere_read(vv_elsewhere **out, vv_repository *r, vv_error *err);
void vv_elsewhere_free(vv_elsewhere *e); /* accepts NULL */
VV_AUTO_FREE(vv_elsewhere, vv_elsewhere_free)
/* Returns true if the version with this root is listed. */
bool vv_elsewhere_has(const vv_elsewhere *e, const vv_cid *root);
/* Returns the keeper of the version with this root: the name or URL of the remote that stores its
 * blocks; borrowed from e. NULL: the version is not listed. */
const char *vv_elsewhere_keeper(const vv_elsewhere *e, const vv_cid *root);
/* Returns true if the version is listed as linked. Its keeper is then VV_LINK_SCHEME followed by
 * the URL of its source (repo/git/objects/send.h). */
bool vv_elsewhere_links(const vv_elsewhere *e, const vv_cid *root);
/* Sets *out to the root of a stored version of the same path, a few versions before or after
 * `root`. A transfer of `root` can then omit the blocks of *out, or send differences from them.
 * Returns false if the list leads to no such version. */
bool vv_elsewhere_like(const vv_elsewhere *e, const vv_cid *root, vv_store *store, vv_cid *out);
/* Returns the root of the next listed version, borrowed from e; NULL after the last. Set *i to 0
 * before the first call. */
const vv_cid *vv_elsewhere_next(const vv_elsewhere *e, size_t *i);
/* Returns the i-th keeper in the list, from 0, borrowed from e; NULL after the last. */
const char *vv_elsewhere_remote(const vv_elsewhere *e, size_t i);

/* Durably adds to the list the versions that are reachable from the want_count commits `wants` and
 * are neither stored nor listed. Their keeper is `remote`, or their source if they are linked. Call
 * this before refs move to `wants`. with: a handle that can read the objects of `wants`: r, or a
 * handle with received objects. Sets *count to the number of added versions. VV_ELOCKED: another
 * process is changing the list. */
vv_status vv_elsewhere_note(vv_repository *r, vv_repository *with, const char *remote,
			    const vv_oid *wants, size_t want_count, uint64_t *count, vv_error *err);

/* A version that is about to be removed from this repository. */
typedef struct vv_elsewhere_version {
	vv_cid root, before; /* before: as in vv_new_root */
	const char *remote;  /* the remote that stores the version; borrowed */
} vv_elsewhere_version;
/* Durably adds the count versions to the list. If a version is already listed, replaces its remote.
 * VV_ELOCKED: another process is changing the list. */
vv_status vv_elsewhere_add(vv_repository *r, const vv_elsewhere_version *versions, size_t count,
			   vv_error *err);

/* Removes from the list each version of `roots` whose blocks are all stored in this repository
 * again. VV_ELOCKED: another process is dropping versions, or is changing the list; the list is
 * unchanged. */
vv_status vv_elsewhere_remove(vv_repository *r, const vv_cid_set *roots, vv_error *err);

/* Takes the drop lock. Without it, two repositories could drop the same version at the same time,
 * each because the other stores it. A repository has the lock exclusively while it asks remotes and
 * drops versions, and shared while it answers another repository. Returns the descriptor of the
 * lock, which the caller closes to release the lock, or a negative status. VV_ELOCKED: the lock was
 * not free within 3 seconds. */
int vv_drop_lock(vv_repository *r, bool exclusive, vv_error *err);

#endif
