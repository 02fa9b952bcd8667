/*
 * promised: fetches objects that are missing in a partial clone, many at a time.
 */
#ifndef VV_REPO_GIT_HISTORY_PROMISED_H
#define VV_REPO_GIT_HISTORY_PROMISED_H

#include "base/error.h"
#include "repo/git/repository.h"

struct vv_log_options; /* log.h */

/* Fetches missing file contents of a partial clone with one request: the contents before and after
 * each change by the first 1,000 commits of a log. Does nothing if r is not a partial clone, or if
 * fewer than two contents are missing. It is not an error if git cannot fetch them: each object
 * that is still missing is fetched separately when it is read. */
vv_status vv_promised_bring(vv_repository *r, const struct vv_log_options *log, vv_error *err);
/* Fetches missing file contents as vv_promised_bring does, for the commits that are reachable from
 * the count ids, but not from the known_count commits `known`. */
vv_status vv_promised_bring_new(vv_repository *r, const vv_oid *ids, size_t count,
				const vv_oid *known, size_t known_count, vv_error *err);

#endif
