/*
 * apply_git: applies a patch of Git to the files of tables.
 *
 * The lines of 'git show', 'git log -p' and 'git diff --no-ext-diff' are those of the file, but git
 * apply compares a patch with what Git stores, which is a pointer. Without varve's filter, git applies
 * these lines to the file. A patch of pointers (git format-patch, git diff --binary) is applied with
 * the filter.
 */
#ifndef VV_LIB_MERGE_APPLY_GIT_H
#define VV_LIB_MERGE_APPLY_GIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* The options of vv_apply_git, as git apply has them. */
typedef struct vv_apply_git_options {
	bool check, reverse, reject, cached, three_way;
	const char *strip; /* as text; NULL: 1 */
} vv_apply_git_options;

/* Runs git apply in the work tree of r with the len bytes of `patch`, and appends a line for each
 * file to `said`. VV_ECONFLICT: the patch does not fit. VV_EUSAGE: a patch of lines, and an option that
 * changes the index. */
vv_status vv_apply_git(vv_repository *r, const void *patch, size_t len,
		       const vv_apply_git_options *o, vv_buf *said, vv_error *err);

#endif
