/*
 * sha256_id: computes the ids that trees and blobs have in Git's SHA-256 object format
 * (gitformat-hash-function-transition), of a repository whose objects have SHA-1 ids.
 *
 * The id of a tree covers the paths, modes and bytes of all files below it by SHA-256 alone. A
 * submodule, whose commit is in another repository, has the 20 bytes of its SHA-1 id and 12 zero
 * bytes in place of an id. The ids are computed from the objects that are read here, and kept
 * by their SHA-1 ids until the handle is freed, at most a million of them. Blobs of more than 8 MiB
 * are read piece by piece, from git.
 */
#ifndef VV_REPO_GIT_OBJECTS_SHA256_ID_H
#define VV_REPO_GIT_OBJECTS_SHA256_ID_H

#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/hash.h"
#include "repo/git/repository.h"

typedef struct vv_sha256_ids vv_sha256_ids;

/* Makes a handle for the objects of r, which must outlive it. Returns NULL if memory runs out. */
vv_sha256_ids *vv_sha256_ids_new(vv_repository *r);
void vv_sha256_ids_free(vv_sha256_ids *s); /* accepts NULL */
VV_AUTO_FREE(vv_sha256_ids, vv_sha256_ids_free)

/* Sets out to the SHA-256 id of a blob or a tree, or of the tree of a commit. If *id is an annotated
 * tag, its target counts. VV_ENOTFOUND: the commit or tag is missing. VV_EMISSING: an object below
 * it is missing. VV_ECORRUPT: an object is damaged. VV_EREFUSED: folders or tags are nested too
 * deeply. */
vv_status vv_sha256_id_of(uint8_t out[VV_SHA256_LEN], vv_sha256_ids *s, const vv_oid *id,
			  vv_error *err);

#endif
