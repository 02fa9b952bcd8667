/*
 * pack_keep: the .keep files of new packs, until a ref or the index names their objects. Internal to repo.
 *
 * "git repack -a -d" leaves such a pack alone; it drops packed objects that nothing names. The file has the text of a
 * lock (base/holder.h), so that those of dead processes are recognised.
 */
#ifndef VV_REPO_GIT_PACK_KEEP_H
#define VV_REPO_GIT_PACK_KEEP_H

#include "repo/git/repository_internal.h"

typedef struct vv_pack_keeps {
	char **paths;
	size_t count, cap;
} vv_pack_keeps;

/* Before the pack gets its name in packdir. One that exists already stays, and is not added. */
vv_status vv_pack_keep_put(vv_pack_keeps *k, vv_repository *r, const char *packdir, const char *hex,
			   vv_error *err);
/* Removes the files. On failure one is left, for vv_pack_keeps_sweep. */
vv_status vv_pack_keeps_clear(vv_pack_keeps *k, vv_error *err);
/* Those that dead processes left. */
void vv_pack_keeps_sweep(vv_repository *r);

#endif
