/*
 * run: runs a command of the table.
 */
#ifndef VV_CMD_FRAME_RUN_H
#define VV_CMD_FRAME_RUN_H

#include "cmd/frame/command.h"

/* Runs the command c with the arguments after its name. -h and --help print the help instead.
 * Reports failures, and returns the exit code. A command with c->pass usually does not return, since
 * Git replaces this process. */
int vv_command_run(const vv_command *c, int argc, char **argv);

#endif
