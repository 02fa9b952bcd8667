/*
 * elsewhere: versions of datasets whose blocks stayed where they are, on a remote, when their
 * commits were fetched (clone --lazy), or that were dropped since others keep them (varve drop).
 *
 * The unit is a version: it is here with all its blocks, or not at all. A version that is noted and
 * not here is no damage; one that is not noted and not here is. The list is the file "elsewhere" in
 * varve's folder, and is no cache: nothing else says so. Format: docs/formats/store.md, "elsewhere".
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

/* Without the file: an empty list. A line that makes no sense is none. */
vv_status vv_elsewhere_read(vv_elsewhere **out, vv_repository *r, vv_error *err);
void vv_elsewhere_free(vv_elsewhere *e); /* accepts NULL */
VV_AUTO_FREE(vv_elsewhere, vv_elsewhere_free)
bool vv_elsewhere_has(const vv_elsewhere *e, const vv_cid *root);
/* Who was noted as keeping it; borrowed; NULL: nobody. */
const char *vv_elsewhere_keeper(const vv_elsewhere *e, const vv_cid *root);
/* Is it noted as a linked version, whose keeper is its source (VV_LINK_SCHEME)? */
bool vv_elsewhere_links(const vv_elsewhere *e, const vv_cid *root);
/* A version near it in the history of its path that is here, if there is one: what a transfer of root
 * may leave out, or send as differences to. */
bool vv_elsewhere_like(const vv_elsewhere *e, const vv_cid *root, vv_store *store, vv_cid *out);
/* The next of the versions that are elsewhere; *i begins at 0. Borrowed; NULL after the last. */
const vv_cid *vv_elsewhere_next(const vv_elsewhere *e, size_t *i);
/* The i-th of the remotes that are named in it; borrowed; NULL after the last. */
const char *vv_elsewhere_remote(const vv_elsewhere *e, size_t i);

/* Notes, durably, the versions that wants reach and that are neither here nor noted: for whoever is
 * about to move refs there. with: sees the objects of wants (r itself, or one over it). *count: how
 * many are new. VV_ELOCKED. */
vv_status vv_elsewhere_note(vv_repository *r, vv_repository *with, const char *remote,
			    const vv_oid *wants, size_t want_count, uint64_t *count, vv_error *err);

/* The same of versions that are about to be removed here. remote: who keeps them; whoever was noted before is
 * forgotten. */
typedef struct vv_elsewhere_version {
	vv_cid root, before; /* before: as in vv_new_root */
	const char *remote;  /* borrowed */
} vv_elsewhere_version;
vv_status vv_elsewhere_add(vv_repository *r, const vv_elsewhere_version *versions, size_t count,
			   vv_error *err);

/* Notes which of these versions are here again with all their blocks, and no longer elsewhere: lost later, they are damage.
 * VV_ELOCKED: versions are being dropped just now, and all stay listed. */
vv_status vv_elsewhere_remove(vv_repository *r, const vv_cid_set *roots, vv_error *err);

/* Two repositories must not drop a version at once, each counting on the other: who drops holds this
 * exclusively from the first question to the last removal, and who is asked what it keeps holds it
 * shared, for its answer. To be given to vv_unlock. VV_ELOCKED. */
int vv_drop_lock(vv_repository *r, bool exclusive, vv_error *err);

#endif
