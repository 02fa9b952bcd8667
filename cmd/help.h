/*
 * help: what `varve help` and `varve CMD -h` print, made from the tables.
 */
#ifndef VV_CMD_HELP_H
#define VV_CMD_HELP_H

#include "cmd/command.h"

void vv_help_command(const vv_command *c); /* on stdout */
void vv_help_overview(bool to_stdout);     /* all commands; on stderr when misused */

/* "varve has no 'x'" with what is near, or the Git command that serves; returns 2. */
int vv_help_unknown(const char *name, int argc, char **argv);

#endif
