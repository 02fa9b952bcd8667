/*
 * merge_driver: the drivers under which libgit2 meets files that both sides changed.
 * Internal.
 */
#ifndef VV_REPO_GIT_INDEX_MERGE_DRIVER_H
#define VV_REPO_GIT_INDEX_MERGE_DRIVER_H

#include "repo/git/repository_internal.h"

/* For files with no merge attribute: text, unless a side is a pointer. */
#define VV_MERGE_DRIVER_ANY "varve-any"

/* Registers "varve", VV_ATTR_MERGE_DRIVER and VV_MERGE_DRIVER_ANY with libgit2; again is harmless. */
vv_status vv_merge_drivers_register(vv_error *err);

/* Is the blob a pointer, by its beginning and size? */
vv_status vv_merge_is_pointer(git_odb *odb, const git_oid *id, bool *out, vv_error *err);

#endif
