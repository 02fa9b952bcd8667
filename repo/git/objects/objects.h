/*
 * objects: walks all objects of a range of commits, each once, in the order of sending
 * (git_object.h). Internal.
 */
#ifndef VV_REPO_GIT_OBJECTS_OBJECTS_H
#define VV_REPO_GIT_OBJECTS_OBJECTS_H

#include "repo/git/objects/git_object.h"
#include "repo/git/objects/range.h"

/* How to walk. */
typedef struct vv_objects_walk {
	vv_repository *repo;
	uint64_t blob_max; /* most bytes of a blob; UINT64_MAX: no limit */
	/* called for each object; NULL: only check that no blob or tree is missing, and check the
	 * entries of trees (vv_git_entry_fault) */
	vv_git_object_fn fn;
	void *payload;
} vv_objects_walk;

/* Walks all objects of the range g. VV_EMISSING: an object is missing. VV_EREFUSED: a blob has more
 * than blob_max bytes, a commit or tag is too large, or a path is too long or too deep. VV_ECORRUPT:
 * a tree is damaged, or has an object of another type than the entry says. */
vv_status vv_objects_walk_range(const vv_objects_walk *o, vv_object_range *g, vv_error *err);

#endif
