/*
 * conflict_state: the file that records conflicts of tables.
 *
 * <gitdir>/varve/conflicts/<32 hex digits>.json, the name being the XXH3-128 of the path.
 * docs/formats/store.md, "conflict record", describes it. A record counts only while the
 * index has the path in conflict, with the very versions that the record names.
 */
#ifndef VV_REPO_GIT_MERGE_CONFLICT_STATE_H
#define VV_REPO_GIT_MERGE_CONFLICT_STATE_H

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

/* The record's file; owned. NULL when out of memory. */
char *vv_conflict_file(const vv_repository *r, const char *path);

/* The record's bytes, appended. VV_ENOTFOUND. */
vv_status vv_conflict_read(const vv_repository *r, const char *path, vv_buf *out, vv_error *err);
vv_status vv_conflict_write(const vv_repository *r, const char *path, const vv_buf *text,
			    vv_error *err);
vv_status vv_conflict_drop(const vv_repository *r, const char *path, vv_error *err);
vv_status vv_conflict_drop_all(const vv_repository *r, vv_error *err);

/* The pointer of the merged table that was written to the work tree: an edited file is a later
 * version of it. VV_ENOTFOUND: the path is not in conflict, or the pointer is unknown. */
vv_status vv_conflict_merged(vv_repository *r, const vv_index *x, const char *path, vv_oid *out,
			     vv_error *err);

/* VV_EREFUSED: blob is that merged table. Staging it would resolve all of its conflicts as ours,
 * without a decision of the user. */
vv_status vv_conflict_refuse_untouched(vv_repository *r, const vv_index *x, const char *path,
				       const vv_oid *blob, vv_error *err);

#endif
