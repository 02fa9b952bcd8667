/*
 * export: a database file with views of the last commit's tables, for other programs.
 */
#ifndef VV_CMD_SQL_EXPORT_H
#define VV_CMD_SQL_EXPORT_H

#include <stddef.h>

#include "base/error.h"
#include "cmd/sql/session.h"

/* Makes the file: for each table T of HEAD the tables T and, where no table has that name, T_history. *count: the number of
 * tables of HEAD. VV_EEXISTS: the file exists; VV_ENOTFOUND: no repository, commit or table. */
vv_status vv_sql_export(vv_sql_session *s, const char *file, size_t *count, vv_error *err);

#endif
