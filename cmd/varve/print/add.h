/*
 * add: prints the report of `varve add` and of `varve commit` with paths.
 */
#ifndef VV_CMD_VARVE_PRINT_ADD_H
#define VV_CMD_VARVE_PRINT_ADD_H

#include "lib/worktree/add.h"

/* Prints the report on stdout and its warnings on stderr. If the report has more than three tables
 * and files, a line with the total follows. quiet: print only the warnings. dry: nothing was added
 * (--dry-run), so the report says what would be done. plan: may be NULL if quiet is true. */
void vv_add_report_print(const vv_add_report *rep, const vv_add_plan *plan, bool quiet, bool dry);

/* Prints the report as one JSON object on stdout, and the warnings also on stderr. files: the JSON
 * array that the add wrote to vv_add_request.json. */
vv_status vv_add_report_json(const vv_add_report *rep, const vv_buf *files, bool dry,
			     vv_error *err);

#endif
