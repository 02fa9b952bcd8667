/*
 * serve: this machine's repositories, for others.
 */
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/sys.h"
#include "base/text.h"
#include "cmd/commands.h"
#include "cmd/output.h"
#include "cmd/work/serve/http.h"
#include "cmd/work/serve/repo.h"
#include "cmd/worktree.h"
#include "transport/line/channel.h"

typedef struct options {
	bool stdio, read_only, closed, quiet;
	const char *http, *tls_cert, *tls_key, *auth, *hash_secret;
	uint64_t connections;
} options;

static const vv_option table[] = {
	{"stdio", 0, VV_OPT_FLAG, offsetof(options, stdio), NULL, NULL,
	 "speak the protocol on stdin and stdout: what clone and push run on the far side", NULL},
	{"http", 0, VV_OPT_STRING, offsetof(options, http), "ADDR", NULL,
	 "listen there: HOST:PORT, or PORT of this machine alone", NULL},
	{"tls-cert", 0, VV_OPT_STRING, offsetof(options, tls_cert), "FILE", NULL,
	 "the certificate (PEM): https", NULL},
	{"tls-key", 0, VV_OPT_STRING, offsetof(options, tls_key), "FILE", NULL, "its key (PEM)",
	 NULL},
	{"auth", 0, VV_OPT_STRING, offsetof(options, auth), "FILE", NULL,
	 "who may push: names and hashed secrets", NULL},
	{"hash-secret", 0, VV_OPT_STRING, offsetof(options, hash_secret), "NAME", NULL,
	 "make a line for the file of --auth; the secret is read from stdin", NULL},
	{"private", 0, VV_OPT_FLAG, offsetof(options, closed), NULL, NULL,
	 "reading too only for those whom the file of --auth names", NULL},
	{"read-only", 0, VV_OPT_FLAG, offsetof(options, read_only), NULL, NULL, "take no pushes",
	 NULL},
	{"connections", 0, VV_OPT_NUMBER, offsetof(options, connections), "N", NULL,
	 "at most so many at once (128)", NULL},
	{"quiet", 'q', VV_OPT_FLAG, offsetof(options, quiet), NULL, NULL,
	 "no line for each request", NULL},
};

static int serve_stdio(const options *o, const char *path)
{
	vv_serve_repo s = {.path = path, .writable = !o->read_only};
	vv_error err;
	vv_channel *line;

	if (isatty(STDIN_FILENO)) {
		vv_note("this speaks varve's protocol on stdin and stdout; 'varve clone' and 'varve push' run it");
	}
	(void)signal(SIGPIPE, SIG_IGN);
	line = vv_channel_fds(STDIN_FILENO, STDOUT_FILENO, "the peer");
	if (!line) {
		vv_fail_nomem(&err);
		return vv_report_trouble(&err);
	}
	vv_status rc = vv_serve_repo_run(&s, line, &err);
	vv_channel_close(line);
	/* What went wrong was told to the peer, which shows it; a broken line shows there too. */
	return rc < 0 ? VV_EXIT_TROUBLE : VV_EXIT_OK;
}

static vv_status answer(void *payload, const vv_http_call *call, vv_channel *line, vv_error *err)
{
	vv_serve_repo s = {.path = call->repository, .writable = call->may_write, .one = true};
	(void)payload;
	return vv_serve_repo_run(&s, line, err);
}

static int run_serve(void *opts, int argc, char **argv)
{
	const options *o = opts;

	if (o->hash_secret) {
		return argc > 0 ? vv_usage_error("--hash-secret takes no repository")
				: vv_serve_hash_secret(o->hash_secret);
	}
	if (o->stdio == (o->http != NULL)) {
		return vv_usage_error("say how to serve: --http ADDR, or --stdio");
	}
	if (o->stdio && argc != 1) {
		return vv_usage_error("--stdio takes one repository");
	}
	if (o->stdio) {
		return serve_stdio(o, argv[0]);
	}
	if (argc == 0) {
		return vv_usage_error("say which repositories to serve");
	}
	const vv_serve_http_options http = {
		.address = o->http,
		.paths = (const char *const *)argv,
		.path_count = (size_t)argc,
		.tls_cert = o->tls_cert,
		.tls_key = o->tls_key,
		.auth_file = o->auth,
		.read_only = o->read_only,
		.closed = o->closed,
		.quiet = o->quiet,
		.connections = (unsigned)(o->connections < 10000 ? o->connections : 10000),
		.answer = answer};
	return vv_serve_http(&http);
}

const vv_command vv_cmd_serve = {
	.name = "serve",
	.group = "peers",
	.summary = "let others clone, fetch from and push to repositories of this machine",
	.usage =
		"--http ADDR [--tls-cert FILE --tls-key FILE] [--auth FILE] [--private] [--read-only] PATH...\n"
		"--stdio [--read-only] PATH\n--hash-secret NAME",
	.example = "$ varve serve --http 127.0.0.1:8080 sales\n"
		   "serving 'sales' at http://127.0.0.1:8080\n"
		   "$ varve clone http://127.0.0.1:8080/sales copy",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.run = run_serve,
};
