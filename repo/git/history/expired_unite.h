/*
 * expired_unite: adds the lists of expired versions that another repository has.
 */
#ifndef VV_REPO_GIT_EXPIRED_UNITE_H
#define VV_REPO_GIT_EXPIRED_UNITE_H

#include "base/error.h"
#include "repo/git/repository.h"

/* Adds the lists of the commit *other (repo/git/history/expired.h), which r must have, to those of r.
 * Afterwards, the commit of r's ref is *other, if r had no other lists, or a descendant of it. The
 * function never removes lists, and ignores entries of the tree that cannot be lists. Repositories that
 * unite the same two commits make the same commit. VV_ECONFLICT: other processes moved the ref
 * again and again meanwhile. VV_EUSAGE, VV_EMISSING: *other is not a commit, or not here. */
vv_status vv_expired_unite(vv_repository *r, const vv_oid *other, vv_error *err);

#endif
