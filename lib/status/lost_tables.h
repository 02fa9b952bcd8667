/*
 * lost_tables: a warning of tables that no line of .gitattributes tracks, before they go to others: git writes their
 * pointers there in place of the data.
 */
#ifndef VV_LIB_STATUS_LOST_TABLES_H
#define VV_LIB_STATUS_LOST_TABLES_H

#include <stdbool.h>

#include "base/error.h"
#include "lib/worktree/attributes_lines.h"
#include "repo/git/repository.h"

/* May a file of this name be a table: by its ending, or since a line names tables that are like it? */
bool vv_lost_table_may_be(const char *path, const vv_attr_list *lines);
/* Of the tables that the index has, as 'git mv' leaves them: notes hear of a few of many. A bare repository has none. */
vv_status vv_lost_tables_warn(vv_repository *r, const vv_notes *notes, vv_error *err);

#endif
