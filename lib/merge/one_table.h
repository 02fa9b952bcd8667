/*
 * one_table: checks that the three sides of a merge for git are one table.
 *
 * Git pairs renamed files by similar text, and pointers of tables with the same columns are similar
 * regardless of their rows. A merge driver receives contents and one path, but not the paired files.
 */
#ifndef VV_LIB_MERGE_ONE_TABLE_H
#define VV_LIB_MERGE_ONE_TABLE_H

#include <stdbool.h>

#include "base/error.h"
#include "lib/merge/tables.h"

/* *one: base, ours and theirs are one table: they have one path, or the renames that rows show
 * (repo/git/merge/renames.h) lead from base's path to those of the sides. commits has HEAD, and base and theirs where they
 * are known; else the commits whose changes these are are looked for in the history of all refs. *one is false
 * where none are found. */
vv_status vv_one_table_check(bool *one, const vv_dataset_merge *in, vv_error *err);

#endif
