/*
 * stat_cache: remembers results about the work tree's tables, by their stat.
 *
 * One file for a worktree (<gitdir>/varve/stat). An entry for a path means: with this stat, the
 * path's content is the pointer blob `id`. An entry named "/" and a path means: with this stat, the
 * file's bytes are the blob `id` (documents). An entry younger than a second when the file was read
 * is only a guess. Derived, safe to delete.
 */
#ifndef VV_REPO_GIT_INDEX_STAT_CACHE_H
#define VV_REPO_GIT_INDEX_STAT_CACHE_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/file.h"
#include "repo/git/repository.h"

typedef struct vv_stat_cache vv_stat_cache;

/* a damaged or missing file counts as empty */
vv_status vv_stat_cache_open(vv_stat_cache **out, const char *file, vv_error *err);
void vv_stat_cache_close(vv_stat_cache *c); /* accepts NULL; does not save */
VV_AUTO_FREE(vv_stat_cache, vv_stat_cache_close)
/* Is path with this stat known? *id gets the pointer blob. */
bool vv_stat_cache_get(const vv_stat_cache *c, const char *path, const vv_stat *st, vv_oid *id);
/* The same, also if the file is too young for certainty: for results that are checked afterwards (a
 * restore that copies from the file). */
bool vv_stat_cache_guess(const vv_stat_cache *c, const char *path, const vv_stat *st, vv_oid *id);
/* Records the id; if mtime or ctime is younger than a second at `read_at`, only as a guess. */
vv_status vv_stat_cache_set(vv_stat_cache *c, const char *path, const vv_stat *st, const vv_oid *id,
			    int64_t read_at_sec, uint32_t read_at_nsec, vv_error *err);
void vv_stat_cache_drop(vv_stat_cache *c, const char *path);
/* writes the file if the cache was changed; atomic, not durable */
vv_status vv_stat_cache_save(vv_stat_cache *c, vv_error *err);

#endif
