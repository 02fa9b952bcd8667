/*
 * serve: copies that are kept here for others: to whoever comes over ssh, from this program; over HTTP from
 * varve-web, the one that listens.
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/sys.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/output.h"
#include "cmd/frame/run.h"
#include "cmd/frame/tool.h"
#include "cmd/vault/commands.h"
#include "cmd/vault/hold/holding.h"
#include "cmd/vault/work/vault_serve.h"
#include "lib/serve.h"

typedef struct options {
	bool stdio, blocks, named, quiet;
	uint64_t timeout;
	const char *http, *hold, *admitted; /* of the help; what has them is never parsed here */
} options;

static const vv_option table[] = {
	OPT_STRING(0, "http", http, "ADDR",
		   "listen there: see 'varve web serve -h', also for the options that go with it"),
	OPT_STRING(0, "hold", hold, "BYTES", "keep sealed copies for others, at most this much"),
	OPT_STRING(0, "for", admitted, "DID[=BYTES]", "for whom, and how much of it"),
	OPT_FLAG(0, "stdio", stdio,
		 "answer on stdin and stdout, by the settings varve.hold...; an ssh:// "
		 "holder runs this"),
	OPT_FLAG(0, "blocks", blocks, "with --stdio: answer from this repository's own vault"),
	OPT_FLAG(0, "named", named, "with --blocks: a passphrase may be asked for"),
	OPT_NUMBER(0, "timeout", timeout, "SECONDS",
		   "with --blocks: stop waiting for a holder after this long without a byte (60)"),
	OPT_FLAG('q', "quiet", quiet, "with --blocks: print nothing"),
};

/* What varve starts to ask of the vault. */
static int serve_blocks(const options *o, const char *gitdir)
{
	const vv_vault_serve s = {.gitdir = gitdir,
				  .env = vv_environ(),
				  .named = o->named,
				  .idle_sec = o->timeout,
				  .notes = o->quiet ? NULL : &vv_notes_stderr};
	vv_auto(vv_channel) *line = vv_channel_fds(STDIN_FILENO, STDOUT_FILENO, "varve");
	vv_error err;

	(void)signal(SIGPIPE, SIG_IGN);
	if (!line) return VV_EXIT_TROUBLE;
	return vv_vault_serve_run(&s, line, &err) < 0 ? VV_EXIT_TROUBLE : VV_EXIT_OK;
}

static int serve_stdio(void *given, int argc, char **argv)
{
	const options *o = given;
	const vv_holding_options by_settings = {
		.env = vv_environ(), .term = VV_HOLDING_TERM_UNSAID, .notes = &vv_notes_stderr};
	vv_auto(vv_holding) *holding = NULL;
	vv_error err;

	if (!o->stdio || argc != 1) return vv_usage_error("--stdio takes one repository");
	if (o->blocks) return serve_blocks(o, argv[0]);
	if (isatty(STDIN_FILENO)) {
		vv_note("this speaks varve's protocol on stdin and stdout; clients that keep "
			"copies here run it");
	}
	if (vv_holding_open(&holding, &by_settings, &err) < 0) return vv_report(&err);
	vv_serve_repo s = {.path = argv[0],
			   .env = vv_environ(),
			   .words = vv_hint_words,
			   .hold = vv_holding_answer,
			   .hold_payload = holding};
	vv_status rc = vv_serve_repo_stdio(&s, &err);
	/* What went wrong was told to the peer, which shows it; a broken line shows there too. */
	return rc < 0 ? VV_EXIT_TROUBLE : VV_EXIT_OK;
}

static bool has_stdio(int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--stdio") == 0) return true;
	}
	return false;
}

static int run_vault_serve(void *none VV_UNUSED, int argc, char **argv)
{
	vv_command over_pipe = vv_cmd_vault_serve;

	if (!has_stdio(argc, argv)) return vv_tool_serve_http("varve vault serve", argc, argv);
	over_pipe.raw = false;
	over_pipe.run_alone = serve_stdio;
	return vv_command_run(&over_pipe, argc, argv);
}

const vv_command vv_cmd_vault_serve = {
	.name = "vault serve",
	.group = "who",
	.summary = "keep sealed copies for others",
	.usage =
		"--http ADDR --hold BYTES [OPTION]... PATH...\n--stdio PATH\n--stdio --blocks [--named] [--timeout SECONDS] [--quiet] GITDIR",
	.example = "$ varve vault serve --http 127.0.0.1:8080 --hold 50g --for ann kept",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.run_alone = run_vault_serve,
	.raw = true, /* what is for varve-web passes unparsed */
};
