/*
 * conclude: commits a merge, cherry-pick or revert that git has staged without a commit, since varve must add lines to the
 * message, or apply the descriptions of tables in a merged datapackage.json.
 */
#ifndef VV_LIB_COMMIT_CONCLUDE_H
#define VV_LIB_COMMIT_CONCLUDE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* Is a description of tables added or changed between the commits from and to? */
vv_status vv_conclude_is_needed(bool *needed, vv_repository *r, const vv_oid *from,
				const vv_oid *to, vv_error *err);

typedef struct vv_conclusion {
	vv_repository *repo;        /* borrowed, like all members; has the operation in progress */
	const char *before, *after; /* hooks of git merge, or NULL */
	const vv_buf *more;         /* added to the message; NULL: nothing */
	bool edit, no_verify;
} vv_conclusion;

/* On failure the merge stays staged and in progress. */
vv_status vv_conclude(const vv_conclusion *c, vv_error *err);

#endif
