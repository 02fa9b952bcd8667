/*
 * range: the commits that some ids reach and others do not. Internal.
 */
#ifndef VV_REPO_GIT_OBJECTS_RANGE_H
#define VV_REPO_GIT_OBJECTS_RANGE_H

#include "base/auto.h"
#include "repo/git/objects/oid_set.h"
#include "repo/git/walker.h"

/* Nodes belong to a walker that the range has taken, so that the repository's may be used meanwhile: they are
 * valid until vv_object_range_clear. */
typedef struct vv_object_range {
	vv_repository *repo;
	vv_walker *walker;
	vv_nodes commits; /* parents before children; else the oldest first */
	git_oid *tags;    /* wanted tag objects that the haves do not name, inner ones first */
	size_t tag_count, tag_cap;
	git_oid *rest; /* wanted trees and blobs */
	size_t rest_count, rest_cap;
	vv_oid_set tags_seen;
} vv_object_range;

/* Determines the range. wants must exist here (VV_ENOTFOUND); missing haves are ignored.
 * VV_EMISSING: an ancestor of a want is missing. vv_object_range_clear in any case. */
vv_status vv_object_range_open(vv_object_range *g, vv_repository *r, const vv_oid *wants,
			       size_t want_count, const vv_oid *haves, size_t have_count,
			       vv_error *err);
void vv_object_range_clear(vv_object_range *g);
VV_AUTO_CLEAR(vv_object_range, vv_object_range_clear)

/* Do the haves reach n? Only for parents of commits of the range. */
bool vv_object_range_is_had(vv_object_range *g, vv_node *n);

/* VV_EREFUSED for a shallow repository: no receiver could use its history. */
vv_status vv_refuse_shallow(const vv_repository *r, vv_error *err);

/* Turns VV_ENOTFOUND of a required object into VV_EMISSING. */
vv_status vv_must_be_here(vv_status rc, vv_error *err);

#endif
