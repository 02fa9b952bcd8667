/*
 * pack_mend: makes damaged indexes of Git's packs again.
 */
#ifndef VV_REPO_KNOWN_PACK_MEND_H
#define VV_REPO_KNOWN_PACK_MEND_H

#include "base/error.h"
#include "repo/git/repository.h"

/* Repairs the file `name` of the folder "<objects>/pack". An index (.idx) is made again from its
 * pack (git index-pack), durably and in one step; a multi-pack-index is removed. Sets *what to a
 * constant text that describes the repair. The caller must then open the repository again.
 * VV_ECORRUPT: the pack is damaged, too; nothing was changed. */
vv_status vv_git_pack_mend(vv_repository *r, const char *name, const char **what, vv_error *err);

#endif
