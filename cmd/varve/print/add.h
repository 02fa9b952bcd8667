/*
 * add: prints the report of `varve add`, and of `varve commit` with paths.
 */
#ifndef VV_CMD_VARVE_PRINT_ADD_H
#define VV_CMD_VARVE_PRINT_ADD_H

#include "lib/worktree/add.h"

/* Prints the report, with a total if it has more than three tables and files. quiet: print only the
 * warnings. dry: nothing was added (--dry-run), so use "would". */
void vv_add_report_print(const vv_add_report *rep, const vv_add_plan *plan, bool quiet, bool dry);

/* Prints the report as one JSON object on stdout, and the warnings also on stderr. files: the JSON array that
 * was written to vv_add_request.json during the add. */
vv_status vv_add_report_json(const vv_add_report *rep, const vv_buf *files, bool dry,
			     vv_error *err);

#endif
