/*
 * no_serve: in place of serve and relay where there are no servers for others (Windows).
 */
#include "cmd/frame/output.h"
#include "cmd/web/commands.h"

static int run_web_serve(void *opts VV_UNUSED, int argc VV_UNUSED, char **argv VV_UNUSED)
{
	vv_error err;

	(void)vv_fail(
		&err, VV_ENOSUPPORT,
		"varve for Windows cannot serve repositories to others yet\nuse a folder that others can reach, a Git host, or varve in WSL");
	return vv_report(&err);
}

const vv_command vv_cmd_web_serve = {
	.name = "serve",
	.group = "peers",
	.summary = "not on Windows yet: serve repositories over HTTP",
	.usage = "PATH...",
	.run_alone = run_web_serve,
	.raw = true,
};
