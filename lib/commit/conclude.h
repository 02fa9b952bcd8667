/*
 * conclude: commits a merge, cherry-pick or revert whose result git has staged without a commit.
 * varve lets git stop before the commit if it must add lines to the message, or if a merged
 * datapackage.json describes tables.
 */
#ifndef VV_LIB_COMMIT_CONCLUDE_H
#define VV_LIB_COMMIT_CONCLUDE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "repo/git/repository.h"

/* Sets *needed to true if a description of tables may have been added or changed between `from` and
 * `to` (commits or trees): a .json file in or below a folder of `to` that has a
 * datapackage.json. */
vv_status vv_conclude_is_needed(bool *needed, vv_repository *r, const vv_oid *from,
				const vv_oid *to, vv_error *err);

/* How an operation in progress is ended: undone, forgotten, or else committed with these options of
 * `varve commit`. */
typedef struct vv_ending_options {
	bool abort, quit;
	bool verbose, json, quiet, edit, no_verify;
	vv_strings messages; /* empty: the message of the operation */
} vv_ending_options;

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

/* Commits the staged result of the operation in progress in c->repo. If no commit was made, the
 * operation stays staged and in progress. Fails as vv_commit_make does, or if the hook `before`
 * fails; a failure of the hook `after` is only a warning. */
vv_status vv_conclude(const vv_conclusion *c, vv_error *err);

#endif
