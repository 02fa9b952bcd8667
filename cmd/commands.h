/*
 * commands: the list of commands, by name. Each is defined in its cmd_<name>.c.
 */
#ifndef VV_CMD_COMMANDS_H
#define VV_CMD_COMMANDS_H

#include "cmd/command.h"

extern const vv_command vv_cmd_completion;
extern const vv_command vv_cmd_help;
extern const vv_command vv_cmd_version;

/* Parses the arguments behind the command's name, answers -h and --help, runs the
 * command. Returns the exit code. */
int vv_command_run(const vv_command *c, int argc, char **argv);

/* The name of the command being run; "" outside of one. */
const char *vv_command_current(void);

#endif
