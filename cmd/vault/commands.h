/*
 * commands: those of sealed copies. Each is defined in its file of cmd/vault/commands.
 */
#ifndef VV_CMD_VAULT_COMMANDS_H
#define VV_CMD_VAULT_COMMANDS_H

#include "cmd/frame/command.h"

extern const vv_command vv_cmd_audit;
extern const vv_command vv_cmd_holder;
extern const vv_command vv_cmd_key;
extern const vv_command vv_cmd_ledger;
extern const vv_command vv_cmd_recover;
extern const vv_command vv_cmd_repair;
extern const vv_command vv_cmd_replicate;
extern const vv_command vv_cmd_vault;

#endif
