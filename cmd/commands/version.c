/*
 * version: which varve this is.
 */
#include "cmd/commands.h"
#include "cmd/output.h"

static int run_version(void *options, int argc, char **argv)
{
	(void)options;
	if (argc > 0) {
		return vv_usage_error("version takes no arguments, not '%s'", argv[0]);
	}
	vv_out("varve %s\n", VARVE_VERSION);
	return VV_EXIT_OK;
}

const vv_command vv_cmd_version = {
	.name = "version",
	.group = "care",
	.summary = "tell which varve this is",
	.usage = "",
	.example = "$ varve version\nvarve " VARVE_VERSION,
	.arguments = "",
	.run = run_version,
};
