/*
 * main: the program varve-ipfs: versions as files of IPFS, and in CAR files.
 */
#include "cmd/frame/tool.h"
#include "cmd/ipfs/commands.h"
#include "cmd/ipfs/gateway.h"

static const vv_command *const commands[] = {
	&vv_cmd_ipfs_car,
	&vv_cmd_ipfs_publish,
};

static const vv_tool_group groups[] = {
	{"peers", "exchange with others"},
};

int main(int argc, char **argv)
{
	static const vv_tool ipfs = {
		.called = "varve ipfs",
		.summary = "publish versions of tables on IPFS, and exchange them",
		.example = "$ varve ipfs publish v1:prices.csv\n"
			   "$ varve ipfs car export v1:prices.csv prices.car",
		.commands = commands,
		.command_count = sizeof(commands) / sizeof(commands[0]),
		.groups = groups,
		.group_count = sizeof(groups) / sizeof(groups[0]),
		.begin = vv_suppliers_begin,
	};

	return vv_tool_main(&ipfs, argc, argv);
}
