/*
 * commands: the only command of the program varve-sql, defined in cmd/sql/sql.c.
 */
#ifndef VV_CMD_SQL_COMMANDS_H
#define VV_CMD_SQL_COMMANDS_H

#include "cmd/frame/command.h"

extern const vv_command vv_cmd_sql;

#endif
