/*
 * one_table: checks that the three sides of a merge that git requests are versions of one table.
 *
 * Git detects renames by similar text. The pointers of all tables with the same columns are
 * similar, even if their rows differ, so git may pair files that are different tables. Git passes
 * the contents and one path to a merge driver, but not the paths of the files that it paired.
 */
#ifndef VV_LIB_MERGE_ONE_TABLE_H
#define VV_LIB_MERGE_ONE_TABLE_H

#include <stdbool.h>

#include "base/error.h"
#include "lib/merge/tables.h"

/* Sets *one to true if base, ours and theirs are versions of one table, else to false. They are if
 * base is plain text, if each of the three was at in->path in some commit or in the index, or if
 * renames detected by rows (repo/git/merge/renames.h) lead from the base's path to those of the
 * sides; or if a rename from HEAD to a commit leads from base, which the index has, too, to ours. In
 * in->commits, ours must be HEAD. base and theirs may be null; the function then searches the merge
 * bases and the history of all refs for commits with these versions, and sets *one to false if it
 * finds none. */
vv_status vv_one_table_check(bool *one, const vv_dataset_merge *in, vv_error *err);

#endif
