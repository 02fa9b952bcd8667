/*
 * unsent: counts versions of datasets in local branches that no remote has. Does not contact
 * remotes: a remote has a version if the version is in a branch that was fetched from it or pushed
 * to it.
 */
#ifndef VV_LIB_STATUS_UNSENT_H
#define VV_LIB_STATUS_UNSENT_H

#include <stdint.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* Sets *out to the number of these versions in r. Versions of linked tables are not counted. *out
 * is 0 if no remote exists, or if the number is unknown, as in a shallow clone or because of a
 * damaged pointer. */
vv_status vv_unsent_count(uint64_t *out, vv_repository *r, vv_error *err);

#endif
