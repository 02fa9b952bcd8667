/*
 * pack_check: checks that Git's packs and their indexes can be read and match their checksums.
 *
 * libgit2 1.5 trusts the offsets of a pack's index and of a multi-pack-index, and ends the process for one that
 * leads beyond its pack; and treats an object with a damaged size as any unreadable object. So this is checked
 * before anything is read: offsets whenever a repository is opened, checksums by fsck.
 */
#ifndef VV_REPO_GIT_PACK_CHECK_H
#define VV_REPO_GIT_PACK_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"

#define VV_MULTI_PACK_INDEX "multi-pack-index"

/* A file of Git's, as mapped bytes. */
typedef struct vv_git_map {
	const char *path; /* borrowed */
	const uint8_t *bytes;
	size_t len;
} vv_git_map;
vv_status vv_git_map_open(vv_git_map *out, const char *path, vv_error *err); /* VV_ENOTFOUND */
void vv_git_map_close(vv_git_map *m);                                        /* accepts zeroes */
VV_AUTO_CLEAR(vv_git_map, vv_git_map_close)

/* The folder of objects itself first, then those of its "info/alternates", each once. A failure ends the walk. */
typedef vv_status (*vv_object_folder_fn)(void *payload, const char *objects, bool alternate,
					 vv_error *err);
vv_status vv_git_each_object_folder(const char *objects, vv_object_folder_fn fn, void *payload,
				    vv_error *err);

/* Does every index in the folder "<objects>/pack", and in those of its alternates, stay within its packs? Four
 * bytes of each object are read, eight if there is a multi-pack-index. VV_ECORRUPT names the file and what makes
 * it again. An index that libgit2 does not follow (no pack, another version, a pack that was cut) counts as sound. */
vv_status vv_git_packs_stay_within(const char *objects, vv_error *err);

/* Receives a file of the folder "<objects>/pack" whose content and checksum differ. A failure ends the
 * check. */
typedef vv_status (*vv_pack_damaged_fn)(void *payload, const char *name, bool index, vv_error *err);

/* Reads all indexes, and with data all packs, of this folder, not of its alternates. */
vv_status vv_git_packs_check(const char *objects, bool data, vv_pack_damaged_fn fn, void *payload,
			     vv_error *err);

#endif
