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
	/* for the help; arguments with them are never parsed here */
	const char *http, *relay, *through, *hash_secret;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "stdio", stdio, "use stdin and stdout, as clone and push run it on the server"),
	OPT_FLAG(0, "read-only", read_only, "accept no pushes"),
	OPT_STRING(
		0, "http", http, "ADDR",
		"listen on this address: 'varve web serve -h' shows how, and the other options for it"),
	OPT_STRING(0, "relay", relay, "ADDR",
		   "join machines that cannot reach each other: see 'varve web serve -h'"),
	OPT_STRING(0, "through", through, "URL", "serve through a relay: see 'varve web serve -h'"),
	OPT_STRING(0, "hash-secret", hash_secret, "NAME",
		   "print a line for a user file: see 'varve web serve -h'"),
};

static int serve_stdio(void *given, int argc, char **argv)
{
	const options *o = given;

	if (!o->stdio) {
		return vv_usage_error("choose --http ADDR, --through URL, --relay ADDR or --stdio");
	}
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

/* Returns the first option that only varve-web has, or NULL. */
static const char *find_web_option(int argc, char **argv)
{
	static const char *const names[] = {"--http", "--relay", "--through", "--hash-secret"};

	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
		vv_array_each(names, sizeof(names) / sizeof(names[0]), name) {
			size_t len = strlen(*name);
			if (strncmp(argv[i], *name, len) == 0 &&
			    (argv[i][len] == '\0' || argv[i][len] == '=')) {
				return *name;
			}
		}
	}
	return NULL;
}

/* --host is an option of varve-web. */
static const vv_absent_option absent[] = {
	{"port p", .line = "varve serve --http 127.0.0.1:VALUE ."},
	{"host", .hint = "did you mean '--http HOST:PORT'?"},
	{.names = NULL},
};

static int run_serve(void *none VV_UNUSED, int argc, char **argv)
{
	vv_command over_pipe = vv_cmd_serve;
	const char *const web_option = find_web_option(argc, argv);

	if (web_option) {
		vv_auto(char) *what = vv_asprintf("varve serve %s", web_option);
		return vv_tool_serve_http(what ? what : "varve serve", argc, argv);
	}
	over_pipe.raw = false;
	over_pipe.absent = absent;
	over_pipe.run_alone = serve_stdio;
	return vv_command_run(&over_pipe, argc, argv);
}

const vv_command vv_cmd_serve = {
	.name = "serve",
	.group = "peers",
	.summary = "let others clone, fetch from and push to repositories on this machine",
	.usage =
		"--http ADDR PATH...\n--through URL PATH...\n--relay ADDR\n--stdio [--read-only] PATH\n--hash-secret NAME",
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
