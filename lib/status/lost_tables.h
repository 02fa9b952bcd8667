/*
 * lost_tables: tables that no line of .gitattributes tracks: pointers, which git writes in place of the data, and
 * those that became text when they got another name.
 */
#ifndef VV_LIB_STATUS_LOST_TABLES_H
#define VV_LIB_STATUS_LOST_TABLES_H

#include <stdbool.h>

#include "base/error.h"
#include "lib/worktree/attributes_lines.h"
#include "repo/git/repository.h"

/* May a file of this name be a table: by its ending, or since a line names tables that are like it? */
bool vv_lost_table_may_be(const char *path, const vv_attr_list *lines);
/* Warns of tables in the index that lost their attributes, for example by 'git mv'; names only a few. A bare repository
 * has none. */
vv_status vv_lost_tables_warn(vv_repository *r, const vv_notes *notes, vv_error *err);

/* Appends git log's line for the last commit that changed the path ("--format=%h"), with a line's end; nothing if none did. */
vv_status vv_path_last_commit(vv_buf *out, vv_repository *r, const char *path, const char *format,
			      vv_error *err);

/* Tables that 'git mv' and 'git commit -a' made text: a line names the old path, which is gone, and the commit that
 * removed it added a file of text. deep: any commit; else HEAD alone. lines: of vv_attr_list_read. fn hears the new path,
 * and of the old one in words; both are borrowed during the call. */
typedef vv_status (*vv_left_table_fn)(void *payload, const char *path, const char *words,
				      vv_error *err);
vv_status vv_left_tables_each(vv_repository *r, const vv_index *x, const vv_attr_list *lines,
			      bool deep, vv_left_table_fn fn, void *payload, vv_error *err);

#endif
