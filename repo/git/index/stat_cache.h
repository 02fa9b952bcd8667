/*
 * stat_cache: caches the content ids of the work tree's files by their stat, so that unchanged
 * files are not read again.
 *
 * Each worktree has one file, <gitdir>/varve/stat. An entry for a path means: with this stat, the
 * path's content is that of the pointer (repo/git/pointer.h) with the blob id `id`. An entry for
 * "/" followed by a path means: with this stat, the file's bytes are the blob `id` (for documents).
 * If the file may have changed since it was read although its stat is the same, the entry is only a
 * guess. The cache can be deleted safely.
 */
#ifndef VV_REPO_GIT_INDEX_STAT_CACHE_H
#define VV_REPO_GIT_INDEX_STAT_CACHE_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/file.h"
#include "repo/git/repository.h"

typedef struct vv_stat_cache vv_stat_cache;

/* Opens the cache in the file at the path `file`. A damaged or missing file counts as an empty
 * cache. */
vv_status vv_stat_cache_open(vv_stat_cache **out, const char *file, vv_error *err);
void vv_stat_cache_close(vv_stat_cache *c); /* accepts NULL; does not save */
VV_AUTO_FREE(vv_stat_cache, vv_stat_cache_close)
/* Sets *id to the id that was recorded for the path with exactly the stat st. Returns false if no
 * such id was recorded, or the entry is only a guess. */
bool vv_stat_cache_get(const vv_stat_cache *c, const char *path, const vv_stat *st, vv_oid *id);
/* Like vv_stat_cache_get, but also finds guesses. For callers that check the result afterwards,
 * such as a restore that copies from the file. */
bool vv_stat_cache_guess(const vv_stat_cache *c, const char *path, const vv_stat *st, vv_oid *id);
/* Records that a path with the stat st has this id, in place of an earlier entry of the path.
 * `sure` is the result of vv_stat_wait, called before the file was read; if it is false, the entry
 * is only a guess. */
vv_status vv_stat_cache_set(vv_stat_cache *c, const char *path, const vv_stat *st, const vv_oid *id,
			    bool sure, vv_error *err);
/* Removes the entry of path. */
void vv_stat_cache_drop(vv_stat_cache *c, const char *path);
/* Writes the file if the cache was changed: atomically, but without syncing. */
vv_status vv_stat_cache_save(vv_stat_cache *c, vv_error *err);

#endif
