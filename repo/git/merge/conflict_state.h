/*
 * conflict_state: records the conflicts of a merged table in a file, the record.
 *
 * The record is <gitdir>/varve/conflicts/<32 hex digits>.json, where the digits are the XXH3-128 of
 * the path. Format: docs/formats/store.md, "conflict record". A record is valid only while the path
 * is in conflict in the index, and each of its versions there is the one that the record names.
 */
#ifndef VV_REPO_GIT_MERGE_CONFLICT_STATE_H
#define VV_REPO_GIT_MERGE_CONFLICT_STATE_H

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

/* Returns the file of the record for path, which the caller frees with vv_free. NULL: out of
 * memory. */
char *vv_conflict_file(const vv_repository *r, const char *path);

/* Appends the bytes of the record for path to out. VV_ENOTFOUND: path has no record. */
vv_status vv_conflict_read(const vv_repository *r, const char *path, vv_buf *out, vv_error *err);
/* Durably writes text as the record for path. */
vv_status vv_conflict_write(const vv_repository *r, const char *path, const vv_buf *text,
			    vv_error *err);
/* Removes the record for path. A missing record is not an error. */
vv_status vv_conflict_drop(const vv_repository *r, const char *path, vv_error *err);
/* Removes all records. */
vv_status vv_conflict_drop_all(const vv_repository *r, vv_error *err);

/* Sets *out to the blob of the pointer (repo/git/pointer.h) of the merged table that the merge
 * wrote to the work tree at path. VV_ENOTFOUND: path is not in conflict, or has no valid record. */
vv_status vv_conflict_merged(vv_repository *r, const vv_index *x, const char *path, vv_oid *out,
			     vv_error *err);

/* Returns VV_EREFUSED if blob is the result of vv_conflict_merged, because staging this blob would
 * resolve all conflicts as "ours" without a decision of the user. Returns VV_OK if it is not, or if
 * path has no valid record. VV_EIO, VV_ENOMEM: the record could not be read. err must not be
 * NULL. */
vv_status vv_conflict_refuse_untouched(vv_repository *r, const vv_index *x, const char *path,
				       const vv_oid *blob, vv_error *err);

#endif
