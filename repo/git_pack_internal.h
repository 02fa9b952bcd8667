/*
 * git_pack_internal: the list of Git packs that are varve's own work.
 */
#ifndef VV_REPO_GIT_PACK_INTERNAL_H
#define VV_REPO_GIT_PACK_INTERNAL_H

#include "repo/repository_internal.h"

/* Appends a pack's hex name to <varvedir>/git-packs. */
vv_status vv_git_packs_note(vv_repository *r, const char *hex, vv_error *err);

#endif
