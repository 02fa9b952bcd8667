/*
 * add: what add, and commit with paths, print when they are done.
 */
#ifndef VV_CMD_VARVE_PRINT_ADD_H
#define VV_CMD_VARVE_PRINT_ADD_H

#include "lib/work/add/run.h"

/* Prints the report; many: with a total. */
void vv_add_report_print(const vv_add_report *rep, const vv_add_plan *plan, bool quiet, bool dry);

#endif
