/*
 * objects: every object of a range, each once, in an order that can be sent. Internal.
 */
#ifndef VV_REPO_GIT_OBJECTS_OBJECTS_H
#define VV_REPO_GIT_OBJECTS_OBJECTS_H

#include "repo/git/objects/git_object.h"
#include "repo/git/objects/range.h"

typedef struct vv_objects_walk {
	vv_repository *repo;
	uint64_t blob_max;   /* UINT64_MAX: no limit */
	vv_git_object_fn fn; /* NULL: only check that none is missing (VV_EMISSING) */
	void *payload;
} vv_objects_walk;

vv_status vv_objects_walk_range(const vv_objects_walk *o, vv_object_range *g, vv_error *err);

#endif
