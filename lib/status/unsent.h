/*
 * unsent: how many versions of datasets are in local branches and on no remote, as far as is known
 * here: a version is on a remote when a branch that was fetched from it, or pushed to it, names it.
 */
#ifndef VV_LIB_STATUS_UNSENT_H
#define VV_LIB_STATUS_UNSENT_H

#include <stdint.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* 0 where there is no remote, and where it cannot be told (a shallow clone, a damaged pointer). */
vv_status vv_unsent_count(uint64_t *out, vv_repository *r, vv_error *err);

#endif
