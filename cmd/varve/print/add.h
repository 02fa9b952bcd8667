/*
 * add: prints the results of add, and of commit with paths.
 */
#ifndef VV_CMD_VARVE_PRINT_ADD_H
#define VV_CMD_VARVE_PRINT_ADD_H

#include "lib/worktree/add.h"

/* Prints the report; many: with a total. */
void vv_add_report_print(const vv_add_report *rep, const vv_add_plan *plan, bool quiet, bool dry);

/* The same as one JSON object; files: the array that the request got. Warnings are printed on stderr, too. */
vv_status vv_add_report_json(const vv_add_report *rep, const vv_buf *files, bool dry,
			     vv_error *err);

#endif
