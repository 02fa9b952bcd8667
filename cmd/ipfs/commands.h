/*
 * commands: those of varve-ipfs. Each is defined in its file of cmd/ipfs.
 */
#ifndef VV_CMD_IPFS_COMMANDS_H
#define VV_CMD_IPFS_COMMANDS_H

#include "cmd/frame/command.h"

extern const vv_command vv_cmd_ipfs_car;
extern const vv_command vv_cmd_ipfs_publish;

#endif
