/*
 * serve: a repository of this machine, for a peer at the other end of a pipe or of ssh. Over HTTP
 * varve-web serves, which is a program of its own.
 */
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/sys.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/output.h"
#include "cmd/frame/run.h"
#include "cmd/varve/commands.h"
#include "lib/serve.h"

typedef struct options {
	bool stdio, read_only;
	const char *http, *hash_secret; /* for the help; arguments with them are never parsed
					 * here */
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "stdio", stdio, "use stdin and stdout, as clone and push run it on the server"),
	OPT_FLAG(0, "read-only", read_only, "accept no pushes"),
	OPT_STRING(
		0, "http", http, "ADDR",
		"listen on this address: 'varve web serve -h' shows how, and the other options for it"),
	OPT_STRING(0, "hash-secret", hash_secret, "NAME",
		   "print a line for a user file: see 'varve web serve -h'"),
};

static int serve_stdio(void *given, int argc, char **argv)
{
	const options *o = given;

	if (!o->stdio) return vv_usage_error("choose --http ADDR or --stdio");
	if (argc != 1) return vv_usage_error("--stdio requires one repository");
	if (isatty(STDIN_FILENO)) {
		vv_note("this speaks varve's protocol on stdin and stdout; 'varve clone' and "
			"'varve push' run it");
	}
	vv_serve_repo s = {.path = argv[0],
			   .env = vv_environ(),
			   .writable = !o->read_only,
			   .words = vv_hint_words};
	/* the peer has received the error and shows it, also for a broken line */
	return vv_serve_repo_stdio(&s, VV_IGNORED) < 0 ? VV_EXIT_TROUBLE : VV_EXIT_OK;
}

/* Is one of the options given by which varve-web is meant? */
static bool is_for_web(int argc, char **argv)
{
	static const char *const names[] = {"--http", "--hash-secret"};

	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
		vv_array_each(names, sizeof(names) / sizeof(names[0]), name) {
			size_t len = strlen(*name);
			if (strncmp(argv[i], *name, len) == 0 &&
			    (argv[i][len] == '\0' || argv[i][len] == '=')) {
				return true;
			}
		}
	}
	return false;
}

static int run_serve(void *none VV_UNUSED, int argc, char **argv)
{
	vv_command over_pipe = vv_cmd_serve;

	if (is_for_web(argc, argv)) return vv_tool_serve_http("varve serve --http", argc, argv);
	over_pipe.raw = false;
	over_pipe.run_alone = serve_stdio;
	return vv_command_run(&over_pipe, argc, argv);
}

const vv_command vv_cmd_serve = {
	.name = "serve",
	.group = "peers",
	.summary = "let others clone, fetch from and push to repositories on this machine",
	.usage = "--http ADDR PATH...\n--stdio [--read-only] PATH\n--hash-secret NAME",
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
