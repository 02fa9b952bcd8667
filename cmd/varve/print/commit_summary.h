/*
 * commit_summary: prints the result of commit.
 */
#ifndef VV_CMD_VARVE_PRINT_COMMIT_SUMMARY_H
#define VV_CMD_VARVE_PRINT_COMMIT_SUMMARY_H

#include <stdbool.h>

#include "base/error.h"
#include "lib/status/changes.h"
#include "repo/git/history/refs.h"

/* "[main 1a2b3c4] subject", the number of files, and a line for each dataset.
 * changes were read with facts. */
vv_status vv_commit_summary_print(vv_repository *r, const vv_changes *changes, const vv_oid *id,
				  const char *message, bool root_commit, vv_error *err);

/* The same for a commit that git made, compared with the previous HEAD; warns on failure. growth: also the
 * stored bytes. */
void vv_commit_summary_print_made(vv_repository *r, const vv_head *before, const vv_oid *id,
				  bool growth);
/* The differences of two commits (from NULL: empty), a line for each file. */
void vv_commit_summary_put_stat(vv_repository *r, const vv_oid *from, const vv_oid *to,
				bool growth);

#endif
