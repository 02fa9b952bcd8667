/*
 * supply: what other programs of varve start to ask of the vault.
 */
#include <fcntl.h>
#include <signal.h>

#include "base/sys.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/vault/commands.h"
#include "cmd/vault/work/supply.h"
#include "lib/sources/supply.h"

typedef struct options {
	uint64_t lines, timeout;
	bool named, quiet;
} options;

static const vv_option table[] = {
	OPT_NUMBER(0, "lines", lines, "N", "answer on this many sockets, from 3 on"),
	OPT_FLAG(0, "named", named, "the user named the vault, and may be asked for a passphrase"),
	OPT_NUMBER(0, "timeout", timeout, "SECONDS",
		   "stop waiting for a holder after this long without a byte (60)"),
	OPT_FLAG('q', "quiet", quiet, "print nothing"),
};

static int run_supply(void *given, int argc, char **argv)
{
	const options *o = given;
	int lines[VV_SUPPLY_LINES_MAX];
	vv_supplying s = {.lines = lines,
			  .line_count = (size_t)o->lines,
			  .named = o->named,
			  .idle_sec = o->timeout,
			  .notes = o->quiet ? NULL : &vv_notes_stderr};
	vv_error err;

	if (argc != 1 || o->lines == 0 || o->lines > VV_SUPPLY_LINES_MAX) {
		return vv_usage_error("varve starts this, with --lines and one repository");
	}
	for (int i = 0; i < (int)o->lines; i++) {
		lines[i] = 3 + i;
		if (fcntl(lines[i], F_SETFD, FD_CLOEXEC) < 0) {
			return vv_usage_error("varve starts this command and passes its sockets");
		}
	}
	(void)signal(SIGPIPE, SIG_IGN);
	s.gitdir = argv[0];
	s.env = vv_environ();
	return vv_supplying_run(&s, &err) < 0 ? vv_report(&err) : VV_EXIT_OK;
}

const vv_command vv_cmd_vault_supply = {
	.name = "vault supply",
	.group = "look",
	.summary = "answer other commands' questions about the vault",
	.usage = "--lines N [--named] [--timeout SECONDS] [--quiet] GITDIR",
	.example = "$ varve whereis prices.csv",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.hidden = true,
	.run_alone = run_supply,
};
