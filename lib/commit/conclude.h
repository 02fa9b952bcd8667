/*
 * conclude: commits a merge, cherry-pick or revert that git has staged without a commit, because
 * varve must add lines to the message, or apply the descriptions of tables in a merged
 * datapackage.json.
 */
#ifndef VV_LIB_COMMIT_CONCLUDE_H
#define VV_LIB_COMMIT_CONCLUDE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* Sets *needed to true if a description of tables was added or changed between the commits `from`
 * and `to`. */
vv_status vv_conclude_is_needed(bool *needed, vv_repository *r, const vv_oid *from,
				const vv_oid *to, vv_error *err);

/* Options of vv_conclude. All members are borrowed. */
typedef struct vv_conclusion {
	vv_repository *repo; /* has the operation in progress */
	/* names of the hooks that git merge runs before and after the commit; each may be NULL */
	const char *before, *after;
	const vv_buf *more; /* text to append to the message; NULL: nothing */
	bool edit, no_verify;
} vv_conclusion;

/* Commits the staged operation. On failure the operation stays staged and in progress. */
vv_status vv_conclude(const vv_conclusion *c, vv_error *err);

#endif
