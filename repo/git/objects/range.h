/*
 * range: finds the commits that are reachable from some ids and not from others. Internal to repo.
 */
#ifndef VV_REPO_GIT_OBJECTS_RANGE_H
#define VV_REPO_GIT_OBJECTS_RANGE_H

#include "base/auto.h"
#include "repo/git/objects/oid_set.h"
#include "repo/git/walker.h"

/* A range: the commits, tags, trees and blobs that are reachable from the wants and not from the
 * haves. The range has a walker of its own, so that the repository's walker can be used meanwhile.
 * The nodes belong to this walker, and are valid until vv_object_range_clear. */
typedef struct vv_object_range {
	vv_repository *repo;
	vv_walker *walker;
	vv_nodes commits; /* parents before children; else the oldest first */
	/* the tag objects among the wants, except haves, and the tags to which they point; each tag
	 * is after the tag to which it points */
	git_oid *tags;
	size_t tag_count, tag_cap;
	git_oid *rest; /* the wants that are trees or blobs */
	size_t rest_count, rest_cap;
	vv_oid_set tags_seen; /* tag objects that were followed */
} vv_object_range;

/* Finds the commits that are reachable from the wants and not from the haves, and sets *g. Ignores
 * missing haves. VV_ENOTFOUND: a want does not exist. VV_EMISSING: an ancestor of a want is
 * missing. The caller must call vv_object_range_clear, also after a failure. */
vv_status vv_object_range_open(vv_object_range *g, vv_repository *r, const vv_oid *wants,
			       size_t want_count, const vv_oid *haves, size_t have_count,
			       vv_error *err);
void vv_object_range_clear(vv_object_range *g);
VV_AUTO_CLEAR(vv_object_range, vv_object_range_clear)

/* Returns true if the commit n, a parent of a commit in the range, is reachable from the haves. */
bool vv_object_range_is_had(vv_object_range *g, vv_node *n);

/* Returns VV_EREFUSED if the repository is shallow, because no receiver could use its history; else
 * VV_OK. */
vv_status vv_refuse_shallow(const vv_repository *r, vv_error *err);

/* Changes rc, the status of reading a required object, from VV_ENOTFOUND to VV_EMISSING, also in
 * err. Returns other codes unchanged. */
vv_status vv_must_be_here(vv_status rc, vv_error *err);
/* For an object that may be missing: if rc is VV_ENOTFOUND or VV_EMISSING, clears err and returns
 * VV_OK, as vv_error_excuse does. Returns other codes unchanged. */
vv_status vv_may_be_missing(vv_status rc, vv_error *err);

#endif
