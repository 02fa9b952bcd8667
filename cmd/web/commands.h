/*
 * commands: the list of the commands of varve-web. Each command is defined in a file of
 * cmd/web/commands.
 */
#ifndef VV_CMD_WEB_COMMANDS_H
#define VV_CMD_WEB_COMMANDS_H

#include "cmd/frame/command.h"

extern const vv_command vv_cmd_web;
extern const vv_command vv_cmd_web_serve;

#endif
