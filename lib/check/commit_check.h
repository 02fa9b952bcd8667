/*
 * commit_check: the check of every commit that varve.json requires (onCommit).
 */
#ifndef VV_LIB_CHECK_COMMIT_CHECK_H
#define VV_LIB_CHECK_COMMIT_CHECK_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/progress.h"
#include "lib/status/changes.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/repository.h"

typedef struct vv_commit_check {
	const vv_changes *changes; /* HEAD against the index; NULL: only paths count */
	const vv_oid *commit;      /* in place of the index; or NULL */
	bool all;                  /* all datasets, not only what changes */
	const vv_oid *base; /* the commit that the data is compared with; NULL or null: none */
	/* tables whose descriptions the commit changes (lib/commit/package_apply.h) */
	char *const *paths;
	size_t path_count;
	const vv_progress *progress;
} vv_commit_check;

/* Checks as the index's varve.json requires: not at all, with a report (warn), or with a report and
 * VV_ECONFLICT (refuse). told: lines for people are appended, also on failure. Checks only the
 * datasets that the commit changes; all of them if it changes varve.json. */
vv_status vv_commit_check_run(const vv_commit_check *c, vv_repository *r, vv_dataset_reader *s,
			      vv_buf *told, vv_error *err);

#endif
