/*
 * conflict_state: records the conflicts of a merged table in a file.
 *
 * The record is <gitdir>/varve/conflicts/<32 hex digits>.json, where the digits are the XXH3-128 of
 * the path. Format: docs/formats/store.md, "conflict record". A record is valid only while the path
 * is in conflict in the index, with exactly the versions that the record names.
 */
#ifndef VV_REPO_GIT_MERGE_CONFLICT_STATE_H
#define VV_REPO_GIT_MERGE_CONFLICT_STATE_H

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

/* Returns the path of the record; the caller frees it. NULL when out of memory. */
char *vv_conflict_file(const vv_repository *r, const char *path);

/* Appends the bytes of the record. VV_ENOTFOUND: there is no record for the path. */
vv_status vv_conflict_read(const vv_repository *r, const char *path, vv_buf *out, vv_error *err);
vv_status vv_conflict_write(const vv_repository *r, const char *path, const vv_buf *text,
			    vv_error *err);
vv_status vv_conflict_drop(const vv_repository *r, const char *path, vv_error *err);
vv_status vv_conflict_drop_all(const vv_repository *r, vv_error *err);

/* Returns the pointer blob of the merged table that the merge has written to the work tree; an
 * edited file is a later version of that table. VV_ENOTFOUND: the path is not in conflict, or the
 * pointer is unknown. */
vv_status vv_conflict_merged(vv_repository *r, const vv_index *x, const char *path, vv_oid *out,
			     vv_error *err);

/* Fails with VV_EREFUSED if blob is the result of vv_conflict_merged: staging that blob would
 * resolve all conflicts as "ours" without a decision of the user. */
vv_status vv_conflict_refuse_untouched(vv_repository *r, const vv_index *x, const char *path,
				       const vv_oid *blob, vv_error *err);

#endif
