/*
 * conclude: the commit of a merge, cherry-pick or revert that git made without one, since varve must add lines to the message,
 * and the descriptions of tables in a merged datapackage.json.
 */
#ifndef VV_LIB_COMMIT_CONCLUDE_H
#define VV_LIB_COMMIT_CONCLUDE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* Does a description of tables come from one version to the other, or change? */
vv_status vv_conclude_is_needed(bool *needed, vv_repository *r, const vv_oid *from,
				const vv_oid *to, vv_error *err);

typedef struct vv_conclusion {
	vv_repository *repo;        /* borrowed, as all; with the operation under way */
	const char *before, *after; /* hooks of git merge, or NULL */
	const vv_buf *more;         /* added to the message; NULL: nothing */
	bool edit, no_verify;
} vv_conclusion;

/* On failure the merge stays staged and in progress. */
vv_status vv_conclude(const vv_conclusion *c, vv_error *err);

#endif
