/*
 * git_object: declares the Git objects that are sent and received.
 */
#ifndef VV_REPO_GIT_OBJECTS_GIT_OBJECT_H
#define VV_REPO_GIT_OBJECTS_GIT_OBJECT_H

#include <stddef.h>

#include "base/error.h"
#include "repo/git/oid.h"

/* The type of a Git object. */
typedef enum vv_git_type {
	VV_GIT_COMMIT = 1,
	VV_GIT_TREE = 2,
	VV_GIT_BLOB = 3,
	VV_GIT_TAG = 4
} vv_git_type;

/* A Git object. Commits are sent after their parents. Before each commit, its blobs and trees are
 * sent, each tree after all objects below it. Tags are sent last. So when an object arrives, the
 * receiver has every object named in it, except for commits of submodules. */
typedef struct vv_git_object {
	vv_oid id;
	vv_git_type type;
	const void *bytes; /* borrowed */
	size_t len;
	/* A similar object, which the peer has or which was sent before; null: no such object. For
	 * a blob or tree, it is the object at the same path in the first parent that has the path.
	 * For a commit, it is the first parent. */
	vv_oid base;
} vv_git_object;
typedef vv_status (*vv_git_object_fn)(void *payload, const vv_git_object *o, vv_error *err);

/* Limits for received objects. A member that is 0 means: no limit. */
typedef struct vv_git_limits {
	uint64_t objects; /* the number of objects */
	/* bytes of all objects, uncompressed; for a pack, bytes as received */
	uint64_t bytes;
	uint64_t object_bytes; /* bytes of one object, uncompressed */
} vv_git_limits;

#endif
