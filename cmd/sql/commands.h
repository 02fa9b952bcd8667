/*
 * commands: declares the only command of the program varve-sql, which cmd/sql/sql.c defines.
 */
#ifndef VV_CMD_SQL_COMMANDS_H
#define VV_CMD_SQL_COMMANDS_H

#include "cmd/frame/command.h"

extern const vv_command vv_cmd_sql;

#endif
