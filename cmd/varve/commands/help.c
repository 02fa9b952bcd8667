/*
 * help: all commands, or one of them: its manual page on a terminal that has man, else
 * the text made from its table; and which varve this is.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/frame/help.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"

/* Shows the manual page varve-NAME, or varve-NAME-SUB; false when there is no man, or no such page. */
static bool show_manual(const char *name, const char *sub)
{
	char page[64];
	int status, null;

	if (!vv_out_is_terminal()) return false;
	int len = snprintf(page, sizeof(page), "varve-%s%s%s", name, sub ? "-" : "",
			   sub ? sub : "");
	if (len >= (int)sizeof(page) || strchr(page, '/')) { /* man would read a file */
		return false;
	}
	pid_t pid = fork();
	if (pid == 0) {
		null = open("/dev/null", O_WRONLY);
		if (null >= 0) {
			dup2(null, STDERR_FILENO);
		}
		/* Not looked up: PATH may name the current folder. */
		execl("/usr/bin/man", "man", "1", page, (char *)NULL);
		execl("/usr/local/bin/man", "man", "1", page, (char *)NULL);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

typedef struct options {
	bool all;
} options;

static const vv_option table[] = {
	OPT_FLAG('a', "all", all, "list all commands"),
};

static int run_help(void *given, int argc, char **argv)
{
	const options *o = given;
	const vv_command *c;
	char help[] = "-h", *args[] = {argc > 1 ? argv[1] : help, help};
	vv_error err;

	if (argc == 0) {
		vv_tool_overview(&vv_varve, o->all, true);
		return VV_EXIT_OK;
	}
	if ((c = vv_tool_find(&vv_varve, argv[0]))) {
		if (argc > 1) return vv_usage_error("help takes one command, not %d", argc);
		if (!show_manual(c->name, NULL)) {
			vv_help_command(c);
		}
		return VV_EXIT_OK;
	}
	/* `varve help vault audit` is for varve-vault to answer: `varve vault audit -h`. */
	if (show_manual(argv[0], argc > 1 ? argv[1] : NULL)) return VV_EXIT_OK;
	if (vv_tool_run_other(argv[0], argc > 1 ? 2 : 1, args, &err) != VV_EPROGRAM) {
		return vv_report(&err);
	}
	return vv_varve.unknown(argv[0], argc - 1, argv + 1);
}

const vv_command vv_cmd_help = {
	.name = "help",
	.group = "start",
	.summary = "list the commands, or explain one",
	.usage = "[--all]\n[COMMAND]",
	.example = "$ varve help add",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "command",
	.run_alone = run_help,
};

static int run_version(void *given VV_UNUSED, int argc, char **argv)
{
	if (argc > 0) return vv_usage_error("version takes no arguments, not '%s'", argv[0]);
	vv_out("varve %s\n", VARVE_VERSION);
	return VV_EXIT_OK;
}

const vv_command vv_cmd_version = {
	.name = "version",
	.group = "care",
	.summary = "show the version of varve",
	.usage = "",
	.example = "$ varve version\nvarve " VARVE_VERSION,
	.arguments = "",
	.run_alone = run_version,
};
