/*
 * oid_set: a set of Git object ids in the order of insertion. A zeroed set is empty. Internal.
 */
#ifndef VV_REPO_GIT_OBJECTS_OID_SET_H
#define VV_REPO_GIT_OBJECTS_OID_SET_H

#include "base/auto.h"
#include "base/hash_index.h"
#include "repo/git/repository_internal.h"

/* The set. Initialise with {0}. */
typedef struct vv_oid_set {
	git_oid *ids; /* in the order of insertion */
	size_t count, cap;
	vv_hash_index index;
} vv_oid_set;

void vv_oid_set_clear(vv_oid_set *s);
VV_AUTO_CLEAR(vv_oid_set, vv_oid_set_clear)
/* Adds id, and sets *added to true; if the set already has id, sets *added to false. */
vv_status vv_oid_set_add(vv_oid_set *s, const git_oid *id, bool *added, vv_error *err);
/* Adds the tag, tree or blob id. For an annotated tag, also adds its target, and so on for inner
 * tags, up to an object that is already in the set. Does not add commits. Ignores a missing
 * object. */
vv_status vv_oid_set_add_tags(vv_oid_set *tags, vv_repository *r, const vv_oid *id, vv_error *err);
bool vv_oid_set_has(const vv_oid_set *s, const git_oid *id);

#endif
