/*
 * git_object: an object of Git in transit.
 */
#ifndef VV_REPO_GIT_OBJECTS_GIT_OBJECT_H
#define VV_REPO_GIT_OBJECTS_GIT_OBJECT_H

#include <stddef.h>

#include "base/error.h"
#include "repo/git/oid.h"

typedef enum vv_git_type {
	VV_GIT_COMMIT = 1,
	VV_GIT_TREE = 2,
	VV_GIT_BLOB = 3,
	VV_GIT_TAG = 4
} vv_git_type;

/* An object in an order in which everything that it names came before it or is had by the
 * peer (blobs, then trees, then their commit; parents before children; tag objects last).
 * base: an object of the same type that it resembles (at the same path in the first
 * parent) and that the peer has or was given before; null: none. Bytes are borrowed. */
typedef struct vv_git_object {
	vv_oid id;
	vv_git_type type;
	const void *bytes;
	size_t len;
	vv_oid base;
} vv_git_object;
typedef vv_status (*vv_git_object_fn)(void *payload, const vv_git_object *o, vv_error *err);

/* Limits of received objects. 0: no limit; NULL: no limits. */
typedef struct vv_git_limits {
	uint64_t objects;      /* in all */
	uint64_t bytes;        /* in all, uncompressed; of a pack, as it comes */
	uint64_t object_bytes; /* of one */
} vv_git_limits;

#endif
