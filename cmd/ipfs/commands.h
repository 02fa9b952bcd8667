/*
 * commands: declares the commands of the program varve-ipfs. Each command is defined in its own
 * file in cmd/ipfs.
 */
#ifndef VV_CMD_IPFS_COMMANDS_H
#define VV_CMD_IPFS_COMMANDS_H

#include "cmd/frame/command.h"

extern const vv_command vv_cmd_ipfs_car;
extern const vv_command vv_cmd_ipfs_publish;

#endif
