/*
 * elsewhere: versions whose blocks are on a remote only: they were left there when the commits were
 * fetched (clone --lazy), or were dropped here because others store them (varve drop).
 *
 * The unit is a version: this repository has all its blocks or none. A missing version is damage
 * unless it is listed here. The list is the file "elsewhere" in varve's folder. It is not a cache:
 * the information is stored only here. Format: docs/formats/store.md, "elsewhere".
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
/* The remote listed for it; borrowed; NULL: none. */
const char *vv_elsewhere_keeper(const vv_elsewhere *e, const vv_cid *root);
/* Is it noted as a linked version, whose keeper is its source (VV_LINK_SCHEME)? */
bool vv_elsewhere_links(const vv_elsewhere *e, const vv_cid *root);
/* Finds a stored version near root in the history of its path: a transfer of root may omit its
 * blocks, or send differences to them. */
bool vv_elsewhere_like(const vv_elsewhere *e, const vv_cid *root, vv_store *store, vv_cid *out);
/* The next of the versions that are elsewhere; *i begins at 0. Borrowed; NULL after the last. */
const vv_cid *vv_elsewhere_next(const vv_elsewhere *e, size_t *i);
/* The i-th of the remotes that are named in it; borrowed; NULL after the last. */
const char *vv_elsewhere_remote(const vv_elsewhere *e, size_t i);

/* Lists, durably, the versions reachable from wants that are neither stored nor listed; call this
 * before refs move there. with: sees the objects of wants (r itself, or one over it). *count: the
 * number of new entries. VV_ELOCKED. */
vv_status vv_elsewhere_note(vv_repository *r, vv_repository *with, const char *remote,
			    const vv_oid *wants, size_t want_count, uint64_t *count, vv_error *err);

/* The same for versions that are about to be removed here. remote: where they are stored; replaces the remote
 * listed before. */
typedef struct vv_elsewhere_version {
	vv_cid root, before; /* before: as in vv_new_root */
	const char *remote;  /* borrowed */
} vv_elsewhere_version;
vv_status vv_elsewhere_add(vv_repository *r, const vv_elsewhere_version *versions, size_t count,
			   vv_error *err);

/* Unlists those of these versions that are stored here again with all blocks: if they are lost later, that is damage.
 * VV_ELOCKED: another process is dropping versions; all stay listed. */
vv_status vv_elsewhere_remove(vv_repository *r, const vv_cid_set *roots, vv_error *err);

/* Two repositories must not drop a version at the same time, each relying on the other: a repository
 * locks this exclusively while it drops, from its first question to the last removal, and shared
 * while it answers such a question. Release with vv_unlock. VV_ELOCKED. */
int vv_drop_lock(vv_repository *r, bool exclusive, vv_error *err);

#endif
