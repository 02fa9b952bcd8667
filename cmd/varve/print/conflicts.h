/*
 * conflicts: prints the conflicts of a table, for `varve conflicts` and `varve merge --dry-run`.
 */
#ifndef VV_CMD_VARVE_PRINT_CONFLICTS_H
#define VV_CMD_VARVE_PRINT_CONFLICTS_H

#include "lib/merge/conflict_file.h"

/* Prints the conflicts in c on stdout, ordered by row, each cell with its values in base, ours and
 * theirs. */
void vv_conflicts_print(const vv_conflict_record *c);

#endif
