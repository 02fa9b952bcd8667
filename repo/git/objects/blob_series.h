/*
 * blob_series: many blobs, each similar to the previous one, as the versions of a file are: one `git fast-import`,
 * which runs at the same time, makes them one pack of differences.
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

vv_status vv_blob_series_open(vv_blob_series **out, vv_repository *r, vv_error *err);
/* Without vv_blob_series_end, nothing names the written blobs, and git's gc removes them. Accepts NULL. */
void vv_blob_series_close(vv_blob_series *s);
VV_AUTO_FREE(vv_blob_series, vv_blob_series_close)

/* A blob that the repository has is not written again. It can be read after the end. VV_EPROGRAM: git is not
 * installed. */
vv_status vv_blob_series_put(vv_blob_series *s, const void *bytes, size_t len, vv_oid *out,
			     vv_error *err);
/* Waits until all of them are durable. */
vv_status vv_blob_series_end(vv_blob_series *s, vv_error *err);

#endif
