/*
 * conclude: commits a merge, cherry-pick or revert whose result git has staged without a commit,
 * because varve must add lines to the message, or apply to the tables the descriptions in a merged
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

/* One value = the options of one call of vv_conclude. All members are borrowed. */
typedef struct vv_conclusion {
	vv_repository *repo; /* has the operation in progress */
	/* before: name of the hook to run before the commit; after: name of the hook to run after
	 * it; NULL: no hook */
	const char *before, *after;
	const vv_buf *more; /* text to append to the message; NULL: nothing */
	/* options --edit and --no-verify of git commit; no_verify also omits the hook `before` */
	bool edit, no_verify;
} vv_conclusion;

/* Commits the staged result of the operation in progress in c->repo. On failure the operation stays
 * staged and in progress. */
vv_status vv_conclude(const vv_conclusion *c, vv_error *err);

#endif
