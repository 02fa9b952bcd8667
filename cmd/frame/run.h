/*
 * run: runs a command of the table.
 */
#ifndef VV_CMD_FRAME_RUN_H
#define VV_CMD_FRAME_RUN_H

#include "cmd/frame/command.h"

/* Parses the arguments after the name of the command c, handles -h and --help, and runs c. Returns
 * the exit code. */
int vv_command_run(const vv_command *c, int argc, char **argv);

#endif
