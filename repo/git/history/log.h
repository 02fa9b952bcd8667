/*
 * log: lists commits, newest first, as git log does. git rev-list makes the list.
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

/* A list of commits that is read one by one. Commits are ordered by commit time, but a parent is
 * never before the child through which it was reached, as in git log by default. */
typedef struct vv_log vv_log;
/* The commits to list. Zeroed members are the defaults. */
typedef struct vv_log_options {
	const vv_range *ranges;
	size_t range_count; /* 0: HEAD */
	/* paths of files or folders in the repository, ended by NULL: returns only commits that
	 * change one of them. If a merge has the same content at the paths as one of its parents,
	 * follows only this parent, as in git log by default. NULL, or if "" is one of the paths:
	 * returns all commits */
	const char *const *paths;
	uint64_t max_count;         /* 0: no limit */
	uint64_t skip;              /* number of commits to skip first */
	bool all;                   /* begin at all refs, not at ranges */
	bool first_parent, reverse; /* follow only first parents; oldest first */
	/* a parent is never before any of its children; the whole range is read before the first commit is
	 * returned */
	bool topo;
} vv_log_options;
/* Appends the ids at which a log with the options o begins, and the ids that it excludes, in the
 * form of 'git rev-list --stdin'. If o->all is set, the caller must also pass --all to git. */
void vv_log_put_tips(vv_buf *out, const vv_log_options *o);
/* Warns, once for r, if refs/replace has refs: 'git replace' then changes the history that git
 * shows, and varve ignores replacements. */
void vv_log_tell_replacements(vv_repository *r);
/* Begins a log. Also calls vv_log_tell_replacements. opts is borrowed only during the call.
 * VV_ENOTFOUND: the log begins at HEAD, which has no commits yet. */
vv_status vv_log_open(vv_log **out, vv_repository *r, const vv_log_options *opts, vv_error *err);
/* Sets *out to the next commit. Returns 1, 0 at the end, or a negative status. */
int vv_log_next(vv_log *l, vv_oid *out, vv_error *err);
void vv_log_close(vv_log *l);
VV_AUTO_FREE(vv_log, vv_log_close)

#endif
