/*
 * lost_tables: finds tables that .gitattributes no longer tracks: pointers, which git writes to the
 * work tree in place of the data, and tables that became text when they were renamed.
 */
#ifndef VV_LIB_STATUS_LOST_TABLES_H
#define VV_LIB_STATUS_LOST_TABLES_H

#include <stdbool.h>

#include "base/error.h"
#include "lib/worktree/attributes_lines.h"
#include "repo/git/repository.h"

/* Returns true if the file `path` may be a table: by its extension, or because a line in `lines` is
 * for files with the same extension. */
bool vv_lost_table_may_be(const char *path, const vv_attr_list *lines);
/* Warns about tables in the index that lost their attributes, for example by 'git mv'; at most
 * eight warnings are sent to `notes`. Does nothing in a bare repository. */
vv_status vv_lost_tables_warn(vv_repository *r, const vv_notes *notes, vv_error *err);

/* Appends to out a line, with its line feed, about the last commit of HEAD's history that changed
 * `path`; appends nothing if no commit did, or if git log fails. format: an option of git log, such
 * as "--format=%h". */
vv_status vv_path_last_commit(vv_buf *out, vv_repository *r, const char *path, const char *format,
			      vv_error *err);

/* Receives one table; called by vv_left_tables_each. path: its new path; words: a message
 * that names its old path. Both are borrowed during the call. */
typedef vv_status (*vv_left_table_fn)(void *payload, const char *path, const char *words,
				      vv_error *err);
/* Calls fn for each table that 'git mv' and 'git commit -a' turned into text. Such a table is found
 * by its old path: a line of .gitattributes has exactly this path, the index x no longer has it,
 * and the commit that removed it added a text file. deep: look for that commit in the history of
 * HEAD; false: check only the commit HEAD. lines: read by vv_attr_list_read with
 * VV_ATTR_FILTER_LINES. */
vv_status vv_left_tables_each(vv_repository *r, const vv_index *x, const vv_attr_list *lines,
			      bool deep, vv_left_table_fn fn, void *payload, vv_error *err);

#endif
