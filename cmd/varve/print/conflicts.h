/*
 * conflicts: prints the conflicts of a table, for `varve conflicts` and `varve merge --dry-run`. The
 * function is in cmd/varve/commands/conflicts.c.
 */
#ifndef VV_CMD_VARVE_PRINT_CONFLICTS_H
#define VV_CMD_VARVE_PRINT_CONFLICTS_H

#include "lib/merge/conflict_file.h"

/* Prints the conflicts in c on stdout, in the order of c. Successive conflicts of one row are printed
 * below it. A cell has its values in ours, theirs and, if it has one, base. */
void vv_conflicts_print(const vv_conflict_record *c);

#endif
