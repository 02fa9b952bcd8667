/*
 * commit_summary: prints the result of `varve commit`.
 */
#ifndef VV_CMD_VARVE_PRINT_COMMIT_SUMMARY_H
#define VV_CMD_VARVE_PRINT_COMMIT_SUMMARY_H

#include <stdbool.h>

#include "base/error.h"
#include "lib/status/changes.h"
#include "repo/git/history/refs.h"

/* Prints "[main 1a2b3c4] subject", the number of changed files, a line for each of the first 20
 * changed tables, and the number of the others. changes: the changes of the commit id, which were
 * read with facts. message: the commit's message. root_commit: the commit has no parent. */
vv_status vv_commit_summary_print(vv_repository *r, const vv_changes *changes, const vv_oid *id,
				  const char *message, bool root_commit, vv_error *err);

/* Prints "[main 1a2b3c4] subject" for a commit that Git or a merge made, and its differences from
 * `before` as vv_commit_summary_put_stat does. before: HEAD before the commit was made, which must
 * have been a commit. A failure is only a warning. */
void vv_commit_summary_print_made(vv_repository *r, const vv_head *before, const vv_oid *id,
				  bool growth);
/* Prints a line for each path that differs between two commits. from may be NULL: all paths of `to`
 * count as added. growth: also print the stored bytes. A failure is only a warning. */
void vv_commit_summary_put_stat(vv_repository *r, const vv_oid *from, const vv_oid *to,
				bool growth);

#endif
