/*
 * oid_set: a set of Git object ids, which keeps the order of insertion. A zeroed set is empty.
 * Internal.
 */
#ifndef VV_REPO_GIT_OBJECTS_OID_SET_H
#define VV_REPO_GIT_OBJECTS_OID_SET_H

#include "base/auto.h"
#include "base/hash_index.h"
#include "repo/git/repository_internal.h"

typedef struct vv_oid_set {
	git_oid *ids;
	size_t count, cap;
	vv_hash_index index;
} vv_oid_set;

void vv_oid_set_clear(vv_oid_set *s);
VV_AUTO_CLEAR(vv_oid_set, vv_oid_set_clear)
/* Adds id. *added: false if the set has id already. */
vv_status vv_oid_set_add(vv_oid_set *s, const git_oid *id, bool *added, vv_error *err);
/* If id is an annotated tag, adds it and the objects that it leads to (inner tags, a tree or a blob), until one is
 * already in the set. If id is a tree or blob, adds it. Commits are not added. */
vv_status vv_oid_set_add_tags(vv_oid_set *tags, vv_repository *r, const vv_oid *id, vv_error *err);
bool vv_oid_set_has(const vv_oid_set *s, const git_oid *id);

#endif
