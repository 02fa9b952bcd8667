/*
 * main: the program varve-web: a repository's pages for the person at this machine, and the server for others.
 */
#include "cmd/frame/tool.h"
#include "cmd/ipfs/gateway.h"
#include "cmd/web/commands.h"

static const vv_command *const commands[] = {
	&vv_cmd_web_serve,
};

static const vv_tool_group groups[] = {
	{"peers", "for others"},
};

int main(int argc, char **argv)
{
	static const vv_tool web = {
		.called = "varve web",
		.commands = commands,
		.command_count = sizeof(commands) / sizeof(commands[0]),
		.groups = groups,
		.group_count = sizeof(groups) / sizeof(groups[0]),
		.otherwise = &vv_cmd_web,
		.begin = vv_suppliers_begin,
	};

	return vv_tool_main(&web, argc, argv);
}
