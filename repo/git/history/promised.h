/*
 * promised: fetches objects that a partial clone lacks, many at a time.
 */
#ifndef VV_REPO_GIT_HISTORY_PROMISED_H
#define VV_REPO_GIT_HISTORY_PROMISED_H

#include "base/error.h"
#include "repo/git/repository.h"

/* In a partial clone, fetches missing file contents with one request: those before and after each change by the first
 * 1,000 commits of a log. An object that is still missing is fetched by itself when it is read. Does nothing in other
 * repositories. */
struct vv_log_options;
vv_status vv_promised_bring(vv_repository *r, const struct vv_log_options *log, vv_error *err);
/* Fetches missing file contents, as vv_promised_bring does, for the commits that are reachable from ids, but not from
 * `known`. */
vv_status vv_promised_bring_new(vv_repository *r, const vv_oid *ids, size_t count,
				const vv_oid *known, size_t known_count, vv_error *err);

#endif
