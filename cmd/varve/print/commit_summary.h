/*
 * commit_summary: prints the result of commit.
 */
#ifndef VV_CMD_VARVE_PRINT_COMMIT_SUMMARY_H
#define VV_CMD_VARVE_PRINT_COMMIT_SUMMARY_H

#include <stdbool.h>

#include "base/error.h"
#include "lib/commit/merge_commit.h"
#include "lib/status/changes.h"

/* "[main 1a2b3c4] subject", the number of files, and a line for each dataset.
 * changes were read with facts. */
vv_status vv_commit_summary_print(vv_repository *r, const vv_changes *changes, const vv_oid *id,
				  const char *message, bool root_commit, vv_error *err);

/* The same of a commit that concluded a merge, cherry-pick or revert, if it was made and is not
 * quiet; a warning where that fails. */
void vv_commit_summary_print_merge(const vv_merge_commit *c);

#endif
