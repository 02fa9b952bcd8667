/*
 * promised: fetches objects that a partial clone lacks, many at a time.
 */
#ifndef VV_REPO_GIT_HISTORY_PROMISED_H
#define VV_REPO_GIT_HISTORY_PROMISED_H

#include "base/error.h"
#include "repo/git/repository.h"

/* Fetches the versions of the path in the history of the commit that are missing here, with one request; nothing where the clone
 * is not partial. Those that do not come are requested again, each when it is read. */
vv_status vv_promised_bring(vv_repository *r, const vv_oid *commit, const char *path,
			    vv_error *err);

#endif
