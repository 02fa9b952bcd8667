/*
 * pack_keep: protects new packs with .keep files until a ref or the index names their objects.
 * Internal to repo.
 *
 * "git repack -a -d" drops packed objects that nothing names, but does not touch a pack with a
 * .keep file. The file names its process (base/holder.h), so that files left behind by killed
 * processes can be recognised.
 */
#ifndef VV_REPO_GIT_PACK_KEEP_H
#define VV_REPO_GIT_PACK_KEEP_H

#include "repo/git/repository_internal.h"

/* The .keep files that this process wrote. Initialise with {0}. */
typedef vv_string_list vv_pack_keeps;

/* Writes the .keep file of a pack, and adds it to the list. If the file exists already, does nothing. Call this
 * before the pack is renamed to its name in packdir. hex: the hash in that name. */
vv_status vv_pack_keep_put(vv_pack_keeps *k, vv_repository *r, const char *packdir, const char *hex,
			   vv_error *err);
/* Removes the files in the list, and empties the list. If a file cannot be removed,
 * vv_pack_keeps_sweep removes it after this process has ended. */
vv_status vv_pack_keeps_clear(vv_pack_keeps *k, vv_error *err);
/* Removes the .keep files of processes that have ended. */
void vv_pack_keeps_sweep(vv_repository *r);

#endif
