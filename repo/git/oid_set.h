/*
 * oid_set: a set of Git object ids. Internal.
 */
#ifndef VV_REPO_GIT_OID_SET_H
#define VV_REPO_GIT_OID_SET_H

#include "repo/git/repository_internal.h"

typedef struct vv_oid_set {
	git_oid *slots; /* open addressing; the null id is "free" and kept apart */
	size_t cap, count;
	uint64_t seed;
	bool has_null;
} vv_oid_set;

vv_status vv_oid_set_init(vv_oid_set *s, vv_error *err);
void vv_oid_set_clear(vv_oid_set *s);
vv_status vv_oid_set_add(vv_oid_set *s, const git_oid *id, bool *added, vv_error *err);
bool vv_oid_set_has(const vv_oid_set *s, const git_oid *id);

#endif
