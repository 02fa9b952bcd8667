/*
 * conflicts: the conflicts of one table, as `varve conflicts` and `varve merge --dry-run` list them.
 */
#ifndef VV_CMD_VARVE_PRINT_CONFLICTS_H
#define VV_CMD_VARVE_PRINT_CONFLICTS_H

#include "lib/merge/conflict_file.h"

/* Prints the conflicts on stdout, row by row, each cell with its value in the three versions. */
void vv_conflicts_print(const vv_conflict_record *c);

#endif
