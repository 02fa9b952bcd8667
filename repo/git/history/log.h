/*
 * log: walking history, newest first, as git log does.
 */
#ifndef VV_REPO_GIT_HISTORY_LOG_H
#define VV_REPO_GIT_HISTORY_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/git/history/revision.h"
#include "repo/git/repository.h"

/* Order: by commit time, never a parent before the child that led to it, as git log does by
 * default; with topo never a parent before any of its children. paths: history is simplified as git
 * log does by default: of a merge that equals one of its parents in these paths only that parent is
 * followed, and only commits are given that changed one of the paths. */
typedef struct vv_log vv_log;
typedef struct vv_log_options {
	const vv_range *ranges;
	size_t range_count; /* 0: HEAD */
	/* files or folders, NULL-ended, repository-relative; NULL for all */
	const char *const *paths;
	uint64_t max_count; /* 0: no limit */
	uint64_t skip;
	bool all; /* from all refs */
	bool first_parent, reverse;
	bool topo; /* reads the whole range before the first answer */
} vv_log_options;
/* Appends the ids that the log begins at and those that it excludes, as 'git rev-list --stdin' reads them. */
void vv_log_put_tips(vv_buf *out, const vv_log_options *o);
/* Warns, once, if 'git replace' changes the history for git; varve ignores replacements. */
void vv_log_tell_replacements(vv_repository *r);
/* It does so, too. */
vv_status vv_log_open(vv_log **out, vv_repository *r, const vv_log_options *opts, vv_error *err);
int vv_log_next(vv_log *l, vv_oid *out, vv_error *err); /* 1 a commit, 0 the end, <0 a vv_status */
void vv_log_close(vv_log *l);
VV_AUTO_FREE(vv_log, vv_log_close)

#endif
