/*
 * pack_check: checks that Git's packs and their indexes can be read and match their checksums.
 *
 * libgit2 1.5 trusts the offsets in a pack's index and in a multi-pack-index: an offset beyond the end of the pack
 * crashes the process. So offsets are checked when a repository is opened, before any object is read. Checksums are
 * checked by fsck.
 */
#ifndef VV_REPO_GIT_PACK_CHECK_H
#define VV_REPO_GIT_PACK_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"

#define VV_MULTI_PACK_INDEX "multi-pack-index" /* the name of Git's index of several packs */

/* A file that is mapped into memory. */
typedef struct vv_git_map {
	const char *path; /* borrowed */
	const uint8_t *bytes;
	size_t len;
} vv_git_map;
/* Maps the file path, and sets *out. For an empty file, out->len is 0. The caller closes *out, also
 * after a failure. VV_ENOTFOUND: no such file. */
vv_status vv_git_map_open(vv_git_map *out, const char *path, vv_error *err);
void vv_git_map_close(vv_git_map *m); /* accepts zeroes */
VV_AUTO_CLEAR(vv_git_map, vv_git_map_close)

/* Is called for an object folder. alternate: the folder is named in "info/alternates". A failure
 * ends the walk. */
typedef vv_status (*vv_object_folder_fn)(void *payload, const char *objects, bool alternate,
					 vv_error *err);
/* Calls fn for the folder `objects`, and then for each of its alternates, and theirs, each folder
 * once. Follows alternates up to six levels deep, as Git and libgit2 do. */
vv_status vv_git_each_object_folder(const char *objects, vv_object_folder_fn fn, void *payload,
				    vv_error *err);

/* Checks that all offsets in the indexes of "<objects>/pack", and of its alternates, are within
 * their packs. Reads four bytes for each object of an index, and eight for each of a
 * multi-pack-index. An index that libgit2 does not use (without a pack, of another version, or of a
 * truncated pack) is not checked. VV_ECORRUPT: an offset is outside the pack, or the size of an
 * index does not match its tables; the message has the file, and the hint has the command that
 * repairs it. own: `objects` belongs to this repository, whose files fsck repairs; for the files of
 * others, the hint has other commands. */
vv_status vv_git_packs_stay_within(const char *objects, bool own, vv_error *err);

/* Is called for a file of the folder "<objects>/pack" whose checksum does not match its content.
 * index: the file is an index, not a pack. A failure ends the check. */
typedef vv_status (*vv_pack_damaged_fn)(void *payload, const char *name, bool index, vv_error *err);

/* Checks the checksums of all indexes, and, if data is true, of all packs in "<objects>/pack",
 * without alternates, and calls fn for each damaged file. */
vv_status vv_git_packs_check(const char *objects, bool data, vv_pack_damaged_fn fn, void *payload,
			     vv_error *err);

#endif
