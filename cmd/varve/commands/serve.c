/*
 * serve: a repository of this machine, for a peer at the other end of a pipe or of ssh. Over HTTP
 * varve-web serves, which is a program of its own.
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/sys.h"
#include "cmd/frame/output.h"
#include "cmd/frame/run.h"
#include "cmd/varve/commands.h"
#include "lib/work/hold/holding.h"
#include "lib/work/serve/repo.h"
#include "transport/line/channel.h"

typedef struct options {
	bool stdio, read_only;
	const char *http, *hash_secret; /* of the help; what has them is never parsed here */
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "stdio", stdio,
		 "speak the protocol on stdin and stdout: what clone and push run on the far side"),
	OPT_FLAG(0, "read-only", read_only, "accept no pushes"),
	OPT_STRING(0, "http", http, "ADDR",
		   "listen there: see 'varve web serve -h', also for the options that go with it"),
	OPT_STRING(0, "hash-secret", hash_secret, "NAME",
		   "make a line of a file of users: see 'varve web serve -h'"),
};

static int serve_stdio(void *given, int argc, char **argv)
{
	const options *o = given;
	const vv_holding_options by_settings = {.term = VV_HOLDING_TERM_UNSAID,
						.notes = &vv_notes_stderr};
	vv_holding *holding = NULL;
	vv_error err;
	vv_channel *line;

	if (!o->stdio) {
		return vv_usage_error("say how to serve: --http ADDR, or --stdio");
	}
	if (argc != 1) {
		return vv_usage_error("--stdio takes one repository");
	}
	if (isatty(STDIN_FILENO)) {
		vv_note("this speaks varve's protocol on stdin and stdout; 'varve clone' and 'varve push' run it");
	}
	if (vv_holding_open(&holding, &by_settings, &err) < 0) {
		return vv_report(&err);
	}
	(void)signal(SIGPIPE, SIG_IGN);
	line = vv_channel_fds(STDIN_FILENO, STDOUT_FILENO, "the peer");
	if (!line) {
		vv_holding_close(holding);
		vv_fail_nomem(&err);
		return vv_report_trouble(&err);
	}
	vv_serve_repo s = {.path = argv[0],
			   .writable = !o->read_only,
			   .hold = vv_holding_answer,
			   .hold_payload = holding};
	vv_status rc = vv_serve_repo_run(&s, line, &err);
	vv_channel_close(line);
	vv_holding_close(holding);
	/* What went wrong was told to the peer, which shows it; a broken line shows there too. */
	return rc < 0 ? VV_EXIT_TROUBLE : VV_EXIT_OK;
}

/* Is one of the options given by which varve-web is meant? */
static bool is_for_web(int argc, char **argv)
{
	static const char *const names[] = {"--http", "--hash-secret"};

	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
			size_t len = strlen(names[k]);
			if (strncmp(argv[i], names[k], len) == 0 &&
			    (argv[i][len] == '\0' || argv[i][len] == '=')) {
				return true;
			}
		}
	}
	return false;
}

/* Becomes `varve-web serve` with the same arguments. Returns where it is not installed. */
static int serve_http(int argc, char **argv)
{
	static char word[] = "serve";
	char **args = vv_calloc((size_t)argc + 1, sizeof(*args));
	vv_error err;

	if (!args) {
		vv_fail_nomem(&err);
		return vv_report(&err);
	}
	args[0] = word;
	memcpy(args + 1, argv, (size_t)argc * sizeof(*argv));
	(void)vv_tool_run_other("web", argc + 1, args);
	vv_free(args);
	vv_note("varve serve --http needs varve-web");
	vv_note("hint: install the package varve-web");
	return VV_EXIT_TROUBLE;
}

static int run_serve(void *none, int argc, char **argv)
{
	vv_command over_pipe = vv_cmd_serve;

	(void)none;
	if (is_for_web(argc, argv)) {
		return serve_http(argc, argv);
	}
	over_pipe.raw = false;
	over_pipe.run_alone = serve_stdio;
	return vv_command_run(&over_pipe, argc, argv);
}

const vv_command vv_cmd_serve = {
	.name = "serve",
	.group = "peers",
	.summary = "let others clone, fetch from and push to repositories on this machine",
	.usage = "--http ADDR [OPTION]... PATH...\n--stdio [--read-only] PATH\n--hash-secret NAME",
	.example = "$ varve serve --http 127.0.0.1:8080 sales\n"
		   "serving 'sales' at http://127.0.0.1:8080\n"
		   "$ varve clone http://127.0.0.1:8080/sales copy",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.run_alone = run_serve,
	.raw = true, /* those of varve-web pass unparsed */
};
