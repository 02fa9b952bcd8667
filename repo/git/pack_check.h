/*
 * pack_check: are Git's packs and their indexes what their checksums say?
 *
 * libgit2 1.5 trusts the offsets of a pack's index, and ends the process for some wrong ones; and an object whose
 * size is damaged is to it just one that it cannot read. So this is asked before anything is read.
 */
#ifndef VV_REPO_GIT_PACK_CHECK_H
#define VV_REPO_GIT_PACK_CHECK_H

#include <stdbool.h>

#include "repo/git/repository.h"

/* A file of the folder objects/pack that is not. A failure ends the check. */
typedef vv_status (*vv_pack_damaged_fn)(void *payload, const char *name, bool index, vv_error *err);

/* Reads all indexes, and with data all packs, of the repository itself, not of its alternates. */
vv_status vv_git_packs_check(vv_repository *r, bool data, vv_pack_damaged_fn fn, void *payload,
			     vv_error *err);

#endif
