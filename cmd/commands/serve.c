/*
 * serve: this machine's repositories, for others.
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/commands.h"
#include "cmd/output.h"
#include "cmd/web/pages/pages.h"
#include "cmd/web/web.h"
#include "cmd/work/serve/http.h"
#include "cmd/work/serve/repo.h"
#include "transport/line/channel.h"
#include "transport/server/auth.h"

typedef struct options {
	bool stdio, read_only, closed, quiet;
	const char *http, *tls_cert, *tls_key, *auth, *hash_secret;
	uint64_t connections, per_address, request_memory, memory;
	vv_strings hosts, proxies, origins;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "stdio", stdio,
		 "speak the protocol on stdin and stdout: what clone and push run on the far side"),
	OPT_STRING(0, "http", http, "ADDR",
		   "listen there: HOST:PORT, or PORT for this machine only"),
	OPT_STRING(0, "tls-cert", tls_cert, "FILE", "serve https with this certificate (PEM)"),
	OPT_STRING(0, "tls-key", tls_key, "FILE", "its key (PEM)"),
	OPT_STRING(0, "auth", auth, "FILE", "who may push: names and hashed secrets"),
	OPT_STRING(0, "hash-secret", hash_secret, "NAME",
		   "make a line for the file of --auth; the secret is read from stdin"),
	OPT_FLAG(0, "private", closed, "only users in the file of --auth may read"),
	OPT_FLAG(0, "read-only", read_only, "accept no pushes"),
	OPT_NUMBER(0, "connections", connections, "N", "at most N connections at once (128)"),
	OPT_NUMBER(0, "per-address", per_address, "N", "at most N of them for one client (half)"),
	OPT_NUMBER(0, "request-memory", request_memory, "BYTES",
		   "how much memory one request may use (256m)"),
	OPT_NUMBER(0, "memory", memory, "BYTES", "how much all requests together may use (1g)"),
	OPT_LIST(0, "host", hosts, "NAME", "a name of this server; others are refused"),
	OPT_LIST(0, "trust-proxy", proxies, "NETWORK",
		 "trust X-Forwarded-For that comes from there"),
	OPT_LIST(
		0, "cors", origins, "ORIGIN",
		"let pages of this origin read the data: https://maps.example.org, or '*' for all"),
	OPT_FLAG('q', "quiet", quiet, "do not print a line for each request"),
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
	vv_serve_repo s = {.path = call->repository,
			   .writable = call->may_write,
			   .reach = call->reach,
			   .one = true};
	(void)payload;
	return vv_serve_repo_run(&s, line, err);
}

/* ---- lines for the file of users ---- */

/* A line of stdin without its end; *len 0 when there is none. False: it is too long. */
static bool read_secret(char *out, size_t cap, size_t *len)
{
	ssize_t n;

	*len = 0;
	while (*len < cap && (n = read(STDIN_FILENO, out + *len, 1)) > 0 && out[*len] != '\n') {
		(*len)++;
	}
	if (*len == cap) {
		return false;
	}
	if (*len > 0 && out[*len - 1] == '\r') {
		(*len)--;
	}
	return true;
}

static int print_line(const char *name, size_t name_len, bool write, const char *secret, size_t len)
{
	vv_buf line = VV_BUF_INIT;
	vv_error err;
	vv_status rc = vv_secret_hash(&line, secret, len, &err);

	if (rc == VV_OK) {
		vv_out("%.*s:%s:%s\n", (int)name_len, name, write ? "rw" : "r", vv_buf_cstr(&line));
	}
	vv_buf_clear(&line);
	return rc < 0 ? vv_report(&err) : VV_EXIT_OK;
}

/* Reads the secret's line from stdin (or, when it is a terminal or empty, makes a new one and
 * shows it), and prints the line for the file of --auth. The exit code. */
static int hash_secret(const char *name)
{
	size_t name_len = strlen(name), len = 0;
	vv_buf made = VV_BUF_INIT;
	char secret[1024];
	bool write = true;
	int code;

	if (name_len > 2 && strcmp(name + name_len - 2, ":r") == 0) {
		write = false;
		name_len -= 2;
	}
	if (name_len == 0 || name_len > VV_HTTP_NAME_MAX || memchr(name, ':', name_len)) {
		return vv_usage_error("--hash-secret takes NAME or NAME:r, without another ':', "
				      "not '%s'",
				      vv_text_shows(name));
	}
	if (!isatty(STDIN_FILENO) && !read_secret(secret, sizeof(secret), &len)) {
		vv_wipe(secret, sizeof(secret));
		return vv_usage_error("a secret of more than %zu bytes", sizeof(secret) - 1);
	}
	if (len == 0) {
		vv_secret_new(&made);
		vv_note("the secret of '%s', which is shown only now: %s",
			vv_text_show(name, name_len), vv_buf_cstr(&made));
		code = print_line(name, name_len, write, vv_buf_cstr(&made), made.len);
	} else {
		code = print_line(name, name_len, write, secret, len);
	}
	vv_wipe(secret, sizeof(secret));
	vv_buf_wipe(&made);
	return code;
}

static int run_serve(void *opts, int argc, char **argv)
{
	const options *o = opts;
	vv_web *web;
	vv_error err;
	vv_status rc;

	if (o->hash_secret) {
		return argc > 0 ? vv_usage_error("--hash-secret takes no repository")
				: hash_secret(o->hash_secret);
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
	if (!(web = vv_web_open(&(vv_web_options){.pages = &vv_pages}))) {
		vv_fail_nomem(&err);
		return vv_report(&err);
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
		.per_address = (unsigned)(o->per_address < 10000 ? o->per_address : 10000),
		.request_memory = o->request_memory,
		.memory = o->memory,
		.hosts = (const char *const *)o->hosts.items,
		.host_count = o->hosts.count,
		.proxies = (const char *const *)o->proxies.items,
		.proxy_count = o->proxies.count,
		.origins = (const char *const *)o->origins.items,
		.origin_count = o->origins.count,
		.page = vv_web_answer,
		.page_payload = web,
		.notes = &vv_notes_stderr,
		.answer = answer};
	rc = vv_serve_http(&http, &err);
	vv_web_close(web);
	return rc < 0 ? vv_report(&err) : VV_EXIT_OK;
}

const vv_command vv_cmd_serve = {
	.name = "serve",
	.group = "peers",
	.summary = "let others clone, fetch from and push to repositories on this machine",
	.usage =
		"--http ADDR [--tls-cert FILE --tls-key FILE] [--auth FILE] [--private] [--read-only] [--host NAME]... [--cors ORIGIN]... [--trust-proxy NETWORK]... PATH...\n"
		"--stdio [--read-only] PATH\n--hash-secret NAME",
	.example = "$ varve serve --http 127.0.0.1:8080 sales\n"
		   "serving 'sales' at http://127.0.0.1:8080\n"
		   "$ varve clone http://127.0.0.1:8080/sales copy",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.run_alone = run_serve,
};
