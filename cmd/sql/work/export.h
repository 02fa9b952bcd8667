/*
 * export: a database file whose tables are those of the last commit and their histories, for programs that open a file.
 *
 * The file holds no rows: each table reads the repository when it is asked, with the extension varve0 loaded.
 */
#ifndef VV_CMD_SQL_WORK_EXPORT_H
#define VV_CMD_SQL_WORK_EXPORT_H

#include <stddef.h>

#include "cmd/sql/work/session.h"

/* Makes the file: for each table T of HEAD the tables T and, where no table has that name, T_history. *count: how many tables of
 * HEAD. VV_EEXISTS: the file is there; VV_ENOTFOUND: there is no repository, commit or table. */
vv_status vv_sql_export(vv_sql_session *s, const char *file, size_t *count, vv_error *err);

#endif
