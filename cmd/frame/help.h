/*
 * help: what `varve CMD -h` prints, made from its table.
 */
#ifndef VV_CMD_FRAME_HELP_H
#define VV_CMD_FRAME_HELP_H

#include "cmd/frame/command.h"

void vv_help_command(const vv_command *c); /* on stdout */

#endif
