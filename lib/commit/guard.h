/*
 * guard: what must never get into a commit.
 */
#ifndef VV_LIB_COMMIT_GUARD_H
#define VV_LIB_COMMIT_GUARD_H

#include "base/error.h"
#include "lib/status/changes.h"

/* VV_EREFUSED when a staged path that varve tracks is not a pointer (bulk text, conflict
 * markers), or a pointer that its own root does not give. Names the way out. */
vv_status vv_commit_guard(vv_repository *r, const vv_changes *changes, vv_error *err);

#endif
