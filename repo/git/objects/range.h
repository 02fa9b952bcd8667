/*
 * range: finds the commits that are reachable from some ids and not from others. Internal to repo.
 */
#ifndef VV_REPO_GIT_OBJECTS_RANGE_H
#define VV_REPO_GIT_OBJECTS_RANGE_H

#include "base/auto.h"
#include "repo/git/objects/oid_set.h"
#include "repo/git/walker.h"

/* The range owns a walker, so that the repository's walker can be used meanwhile. The nodes belong
 * to the range's walker, and are valid until vv_object_range_clear. */
typedef struct vv_object_range {
	vv_repository *repo;
	vv_walker *walker;
	vv_nodes commits; /* parents before children; else the oldest first */
	git_oid *tags;    /* wanted tag objects that are not among the haves, inner tags first */
	size_t tag_count, tag_cap;
	git_oid *rest; /* wanted trees and blobs */
	size_t rest_count, rest_cap;
	vv_oid_set tags_seen;
} vv_object_range;

/* Finds the commits that are reachable from wants and not from haves. Missing haves are ignored.
 * VV_ENOTFOUND: a want does not exist. VV_EMISSING: an ancestor of a want is missing. The caller
 * must call vv_object_range_clear, also after a failure. */
vv_status vv_object_range_open(vv_object_range *g, vv_repository *r, const vv_oid *wants,
			       size_t want_count, const vv_oid *haves, size_t have_count,
			       vv_error *err);
void vv_object_range_clear(vv_object_range *g);
VV_AUTO_CLEAR(vv_object_range, vv_object_range_clear)

/* Returns true if n, a parent of a commit in the range, is reachable from the haves. */
bool vv_object_range_is_had(vv_object_range *g, vv_node *n);

/* Returns VV_EREFUSED if the repository is shallow, because no receiver could use its history. */
vv_status vv_refuse_shallow(const vv_repository *r, vv_error *err);

/* Changes VV_ENOTFOUND, the result of reading a required object, to VV_EMISSING. Returns other
 * codes unchanged. */
vv_status vv_must_be_here(vv_status rc, vv_error *err);

#endif
