/*
 * commands: declares the commands of the program varve-vault, which the files in cmd/vault define.
 */
#ifndef VV_CMD_VAULT_COMMANDS_H
#define VV_CMD_VAULT_COMMANDS_H

#include "cmd/frame/command.h"

/* The help of the option --timeout. */
#define VV_TIMEOUT_HELP                                                                            \
	"stop waiting for a holder after this long without a byte (60; 2 for its first answer)"

extern const vv_command vv_cmd_vault_audit;
extern const vv_command vv_cmd_vault_holder;
extern const vv_command vv_cmd_vault_key;
extern const vv_command vv_cmd_vault_ledger;
extern const vv_command vv_cmd_vault_prune;
extern const vv_command vv_cmd_vault_readers;
extern const vv_command vv_cmd_vault_recover;
extern const vv_command vv_cmd_vault_repair;
extern const vv_command vv_cmd_vault_replicate;
extern const vv_command vv_cmd_vault_serve;
extern const vv_command vv_cmd_vault_status;
extern const vv_command vv_cmd_vault_writers;

#endif
