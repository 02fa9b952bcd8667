/*
 * main: the program varve-web: a repository's pages for the person at this machine, and the server for others.
 */
#include "cmd/frame/tool.h"
#include "cmd/ipfs/gateway.h"
#include "cmd/web/commands.h"
#include "lib/clone/imported.h"
#include "lib/remotes/reach.h"
#include "lib/sync/vault_peer.h"

static const vv_command *const commands[] = {
	&vv_cmd_web_serve,
};

static const vv_tool_group groups[] = {
	{"peers", "for others"},
};

/* What `web --export` lacks may be at a gateway, or in the vault. */
static void begin(void)
{
	vv_reach_add_kind(VV_GATEWAY_SCHEME, NULL, vv_gateway_open);
	vv_vault_peer_register();
	vv_imported_suppliers_register();
}

int main(int argc, char **argv)
{
	static const vv_tool web = {
		.called = "varve web",
		.commands = commands,
		.command_count = sizeof(commands) / sizeof(commands[0]),
		.groups = groups,
		.group_count = sizeof(groups) / sizeof(groups[0]),
		.otherwise = &vv_cmd_web,
		.begin = begin,
	};

	return vv_tool_main(&web, argc, argv);
}
