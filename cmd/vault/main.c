/*
 * main: the program varve-vault: sealed copies that others keep.
 */
#include "cmd/frame/tool.h"
#include "cmd/vault/commands.h"

static const vv_command *const commands[] = {
	&vv_cmd_vault_audit,   &vv_cmd_vault_holder, &vv_cmd_vault_key,
	&vv_cmd_vault_ledger,  &vv_cmd_vault_prune,  &vv_cmd_vault_readers,
	&vv_cmd_vault_recover, &vv_cmd_vault_repair, &vv_cmd_vault_replicate,
	&vv_cmd_vault_serve,   &vv_cmd_vault_status, &vv_cmd_vault_writers,
};

static const vv_tool_group groups[] = {
	{"look", "see the copies"},
	{"who", "who keeps, reads and writes"},
	{"care", "make everything meet the policy"},
};

int main(int argc, char **argv)
{
	static const vv_tool vault = {
		.called = "varve vault",
		.summary = "sealed copies that others keep",
		.example =
			"$ varve vault key new\n$ varve vault holder add stick /media/stick/varve\n"
			"$ varve vault replicate\n$ varve vault status",
		.commands = commands,
		.command_count = sizeof(commands) / sizeof(commands[0]),
		.groups = groups,
		.group_count = sizeof(groups) / sizeof(groups[0]),
	};

	return vv_tool_main(&vault, argc, argv);
}
