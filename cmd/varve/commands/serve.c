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
#include "cmd/frame/tool.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/commands/serve.h"
#include "lib/remotes/lent.h"
#include "lib/serve.h"
#include "repo/git/config.h"
#include "repo/git/history/trust.h"
#include "repo/git/program.h"

typedef struct options {
	bool stdio, read_only, only_signed;
	/* for the help; arguments with them are never parsed here */
	const char *http, *relay, *through, *hash_secret;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "stdio", stdio, "use stdin and stdout, as clone and push run it on the server"),
	OPT_FLAG(0, "read-only", read_only, "accept no pushes"),
	OPT_FLAG(0, "signed", only_signed,
		 "serve only what signed heads list, and accept no pushes"),
	OPT_STRING(
		0, "http", http, "ADDR",
		"listen on this address: 'varve web serve -h' shows how, and the other options for it"),
	OPT_STRING(0, "relay", relay, "ADDR",
		   "join machines that cannot reach each other: see 'varve web serve -h'"),
	OPT_STRING(0, "through", through, "URL", "serve through a relay: see 'varve web serve -h'"),
	OPT_STRING(0, "hash-secret", hash_secret, "NAME",
		   "print a line for a user file: see 'varve web serve -h'"),
};

/* --- varve.serveWhatIHave --------------------------------------------------------------------- */

bool vv_serve_is_relay(const char *where)
{
	return strncmp(where, "http://", 7) == 0 || strncmp(where, "https://", 8) == 0;
}

/* What varve-web must know about the repository. */
typedef struct lending {
	bool has_heads, announces;
} lending;

static vv_status look_at(lending *l, vv_repository *r, vv_error *err)
{
	vv_auto(char) *discover = NULL;
	vv_trust trust;
	vv_status rc = vv_trust_read(&trust, r, err);

	if (rc < 0) return rc;
	l->has_heads = trust.count > 0;
	rc = vv_config_string(r, "varve.discover", &discover, err);
	l->announces = rc == VV_OK && strcmp(discover, "lan") == 0;
	return vv_missing_ok(rc, err);
}

static vv_status prepare_lending(lending *l, const char *folder, const char *where, vv_error *err)
{
	vv_auto(vv_repository) *r = NULL;
	vv_status rc = vv_repository_open(&r, folder, vv_environ(), err);

	if (rc < 0 || (rc = look_at(l, r, err)) < 0) return rc;
	return vv_lent_set(r, where, err);
}

int vv_serve_what_is_here(const char *folder, const char *where, bool quiet)
{
	const bool relay = vv_serve_is_relay(where);
	lending l = {.has_heads = false};
	const char *argv[8];
	size_t n = 0;
	vv_error err;

	if (prepare_lending(&l, folder, where, &err) < 0) return vv_report_trouble(&err);
	if (relay) {
		vv_words_add(argv, &n, "--through", where, "--public", "--signed");
	} else {
		vv_words_add(argv, &n, "--http", where, "--read-only");
		vv_words_add(argv, &n, l.has_heads ? "--signed" : NULL);
		vv_words_add(argv, &n, l.announces ? "--announce" : NULL);
	}
	vv_words_add(argv, &n, quiet ? "--quiet" : NULL);
	argv[n++] = "--";
	argv[n++] = folder;
	return vv_tool_serve_http("serving", (int)n, (char **)(uintptr_t)argv);
}

/* Without an address: as the setting says. */
static int setting_serve(const options *o, int argc, char **argv)
{
	const char *const folder = argc > 0 ? argv[0] : ".";
	vv_auto(vv_repository) *r = NULL;
	vv_auto(char) *where = NULL;

	if (o->read_only || o->only_signed || argc > 1 ||
	    vv_repository_open(&r, folder, vv_environ(), VV_IGNORED) < 0 ||
	    vv_lent_where(&where, r, VV_IGNORED) < 0) {
		return vv_usage_error("choose --http ADDR, --through URL, --relay ADDR or --stdio");
	}
	return vv_serve_what_is_here(folder, where, false);
}

static int serve_stdio(void *given, int argc, char **argv)
{
	const options *o = given;

	if (!o->stdio) return setting_serve(o, argc, argv);
	if (argc != 1) return vv_usage_error("--stdio requires one repository");
	if (isatty(STDIN_FILENO)) {
		vv_note("this speaks varve's protocol on stdin and stdout; 'varve clone' and "
			"'varve push' run it");
	}
	vv_serve_repo s = {.path = argv[0],
			   .env = vv_environ(),
			   .writable = !o->read_only && !o->only_signed,
			   .only_signed = o->only_signed,
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
		"--http ADDR PATH...\n--through URL PATH...\n--relay ADDR\n--stdio [--read-only|--signed] PATH\n[PATH]\n--hash-secret NAME",
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
