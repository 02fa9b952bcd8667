/*
 * commit_check: the check that varve.json can require for each commit ("onCommit").
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

/* The commit to check. */
typedef struct vv_commit_check {
	/* the differences between HEAD and the index; NULL: check only the tables in paths */
	const vv_changes *changes;
	const vv_oid *commit; /* check this commit instead of the index; may be NULL */
	bool all;             /* check all datasets, not only changed ones */
	/* commit to compare the data with; NULL or the null id: do not compare */
	const vv_oid *base;
	/* paths of further tables to check, because the commit changes their descriptions
	 * (lib/commit/package_apply.h) */
	char *const *paths;
	size_t path_count;
	const vv_progress *progress;
} vv_commit_check;

/* Runs the check that "onCommit" in varve.json requires; reads varve.json from c->commit, or else
 * from the index. "off": does nothing. "warn": reports findings; if the check itself fails, reports
 * that, and returns VV_OK. "refuse": reports findings, and fails with VV_ECONFLICT if the data is
 * invalid. Checks the datasets that the commit changes and those in c->paths; checks all datasets
 * if the commit changes varve.json or varve.checks. Appends the report to `told`, also on failure.
 * VV_EINPUT: varve.json or varve.checks is invalid. */
vv_status vv_commit_check_run(const vv_commit_check *c, vv_repository *r, vv_dataset_reader *s,
			      vv_buf *told, vv_error *err);

#endif
