/*
 * pack_mend: indexes of Git's packs that are damaged, made again.
 */
#ifndef VV_REPO_KNOWN_PACK_MEND_H
#define VV_REPO_KNOWN_PACK_MEND_H

#include "repo/git/repository.h"

/* Makes the index "<name>.idx" of the folder "<objects>/pack" again from its pack, durably and in one step (git
 * index-pack), or removes the multi-pack-index. *what is a constant that says which of the two. The repository is to be
 * opened again afterwards. VV_ECORRUPT: the pack is damaged, too; nothing was changed. */
vv_status vv_git_pack_mend(vv_repository *r, const char *name, const char **what, vv_error *err);

#endif
