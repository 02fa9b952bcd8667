/*
 * blob_series: writes many blobs, each similar to the previous one, such as the versions of a file.
 * A single `git fast-import`, which runs in parallel, writes them to one pack as differences.
 *
 *	vv_blob_series_open(&s, repo, err);
 *	for each: vv_blob_series_put(s, bytes, len, &id, err);
 *	vv_blob_series_end(s, err);
 *	vv_blob_series_close(s);
 */
#ifndef VV_REPO_GIT_OBJECTS_BLOB_SERIES_H
#define VV_REPO_GIT_OBJECTS_BLOB_SERIES_H

#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/oid.h"
#include "repo/git/repository.h"

typedef struct vv_blob_series vv_blob_series;

/* Opens a series. */
vv_status vv_blob_series_open(vv_blob_series **out, vv_repository *r, vv_error *err);
/* Closes a series. If vv_blob_series_end was not called, the blobs may be incomplete and must not
 * be used; git's gc removes what was written. Accepts NULL. */
void vv_blob_series_close(vv_blob_series *s);
VV_AUTO_FREE(vv_blob_series, vv_blob_series_close)

/* Writes a blob, unless the repository already has it, and sets *out to its id. bytes are borrowed
 * only during the call. The blob can be read after vv_blob_series_end. VV_EPROGRAM: git is not
 * installed. */
vv_status vv_blob_series_put(vv_blob_series *s, const void *bytes, size_t len, vv_oid *out,
			     vv_error *err);
/* Waits until git has written all blobs of the series. If this fails, none of the blobs may be
 * used. */
vv_status vv_blob_series_end(vv_blob_series *s, vv_error *err);

#endif
