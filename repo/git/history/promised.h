/*
 * promised: fetches objects that a partial clone lacks, many at a time.
 */
#ifndef VV_REPO_GIT_HISTORY_PROMISED_H
#define VV_REPO_GIT_HISTORY_PROMISED_H

#include "base/error.h"
#include "repo/git/repository.h"

/* Fetches the missing ones of all files that the commits of a log change, before and after, with one request; nothing where the
 * clone is not partial. Those that do not come, and those of commits after the 1,000th, are requested again, each when it is
 * read. */
struct vv_log_options;
vv_status vv_promised_bring(vv_repository *r, const struct vv_log_options *log, vv_error *err);
/* The same for all commits that these have and the known ones lack. */
vv_status vv_promised_bring_new(vv_repository *r, const vv_oid *ids, size_t count,
				const vv_oid *known, size_t known_count, vv_error *err);

#endif
