/*
 * versions: which packs a version needs, written to a store when all of them are there. Internal.
 */
#ifndef VV_REPO_HOST_VERSIONS_H
#define VV_REPO_HOST_VERSIONS_H

#include "repo/host/host_internal.h"

/* The files of versions whose blocks the catalog has. VV_EMISSING: it lacks some. */
vv_status vv_versions_put(vv_host *h, const vv_cid *roots, size_t count, vv_error *err);

#endif
