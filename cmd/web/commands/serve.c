/*
 * serve: this machine's repositories, for others, over HTTP.
 */
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/option.h"
#include "cmd/frame/output.h"
#include "cmd/vault/hold/holding.h"
#include "cmd/web/commands.h"
#include "cmd/web/commands/relay.h"
#include "cmd/web/http.h"
#include "cmd/web/pages/pages.h"
#include "cmd/web/relay/through.h"
#include "cmd/web/web.h"
#include "lib/serve.h"
#include "repo/git/history/trust.h"
#include "transport/server/auth.h"

typedef struct options {
	vv_serve_http_options http;
	const char *hash_secret;
	vv_holding_options holding;
	const char *term, *meet;
	vv_relay_options relay;
	web_through_options through;
} options;

static const vv_option table[] = {
	OPT_STRING(0, "http", http.server.address, "ADDR",
		   "listen on this address: HOST:PORT, or PORT for this machine only"),
	OPT_STRING(0, "relay", relay.address, "ADDR",
		   "join machines that cannot reach each other, and listen on this address"),
	OPT_POSITIVE(
		0, "relay-keys", relay.keys, "N",
		"with --relay: at most N waiting machines for each client's address (default: 16)"),
	OPT_POSITIVE(
		0, "relay-bytes", relay.hour_bytes, "BYTES",
		"with --relay: forward at most BYTES in an hour for each client's address (default: 16g)"),
	OPT_POSITIVE(0, "relay-time", relay.stream_sec, "SECONDS",
		     "with --relay: end streams after this time (default: 21600)"),
	OPT_STRING(0, "through", through.url, "URL",
		   "serve through the relay at this http:// or https:// URL"),
	OPT_LIST(0, "reader", through.readers, "DID",
		 "with --through: a key (or a name of 'varve vault key trust') that may read"),
	OPT_LIST(0, "writer", through.writers, "DID",
		 "with --through: a key that may read and push"),
	OPT_FLAG(0, "public", through.everybody, "with --through: let all machines read"),
	OPT_POSITIVE(
		0, "alive", through.alive_sec, "SECONDS",
		"with --through: send the relay a byte after SECONDS without a visitor, at most 800 (default: 240)"),
	OPT_STRING(0, "meet", meet, "URL",
		   "connect stdin and stdout to a repository behind a relay, as clone runs it"),
	OPT_STRING(0, "tls-cert", http.server.tls_cert, "FILE",
		   "serve https with this certificate (PEM)"),
	OPT_STRING(0, "tls-key", http.server.tls_key, "FILE", "the key of the certificate (PEM)"),
	OPT_STRING(0, "auth", http.server.auth_file, "FILE",
		   "who may push: names and hashed secrets"),
	OPT_STRING(0, "hash-secret", hash_secret, "NAME",
		   "print a line for the --auth file; the secret is read from stdin"),
	OPT_FLAG(0, "private", http.server.closed, "let only the users in the --auth file read"),
	OPT_FLAG(0, "read-only", http.server.read_only, "accept no pushes"),
	OPT_FLAG(0, "signed", http.server.only_signed,
		 "serve varve clients only what signed heads list, and accept no pushes"),
	OPT_POSITIVE(0, "connections", http.server.connections, "N",
		     "at most N connections at once (default: 128)"),
	OPT_POSITIVE(0, "per-address", http.server.per_address, "N",
		     "at most N connections for each client (default: half)"),
	OPT_POSITIVE(0, "request-memory", http.server.request_memory, "BYTES",
		     "how much memory one request may use (default: 256m)"),
	OPT_POSITIVE(0, "memory", http.server.memory, "BYTES",
		     "how much memory all requests together may use (default: 1g)"),
	OPT_POSITIVE(
		0, "temp-space", http.temp_space, "BYTES",
		"space in TMPDIR for temporary files of tables stored in key order (default: 1g; one larger file is allowed)"),
	OPT_LIST(0, "host", http.server.hosts, "NAME",
		 "a host name of this server; requests for other names are refused"),
	OPT_LIST(0, "trust-proxy", http.server.proxies, "NETWORK",
		 "trust the X-Forwarded-For headers of proxies in this network"),
	OPT_LIST(
		0, "cors", http.server.origins, "ORIGIN",
		"let web pages of this origin read the data: https://maps.example.org, or '*' for all"),
	OPT_POSITIVE(0, "hold", holding.size, "BYTES",
		     "keep sealed copies for others, at most BYTES"),
	OPT_LIST(
		0, "for", holding.admitted, "DID[=BYTES]",
		"an identity to keep copies for (a key, or a name of 'varve vault key trust'), with =BYTES to limit it"),
	OPT_STRING(0, "ratio", holding.ratio, "R",
		   "grant an identity R bytes for each byte that it keeps for you"),
	OPT_STRING(0, "term", term, "DAYS",
		   "keep every copy for at least this many days (default: 90)"),
	OPT_FLAG(0, "announce", http.announce,
		 "announce the repositories on the local network, by a hash of owner and name"),
	OPT_FLAG('q', "quiet", http.quiet, "do not print a line for each request"),
};

#define ONLY_HTTP                                                                                  \
	"--auth --private --read-only --request-memory --memory --temp-space --cors --announce "   \
	"--hold --for --ratio --term"
static const vv_option_rule option_rules[] = {
	{"--relay", .excludes = ONLY_HTTP " --reader --writer --public --alive --signed"},
	{"--signed", .excludes = "--writer --auth --hold --cors"},
	{"--through",
	 .excludes = ONLY_HTTP " --tls-cert --tls-key --host --trust-proxy --per-address"},
	{"--relay-keys --relay-bytes --relay-time", .requires = "--relay"},
	{"--reader --writer --public --alive", .requires = "--through"},
	{.of = NULL},
};

static vv_status answer_call(void *payload, const vv_http_call *call, vv_channel *line,
			     vv_error *err)
{
	vv_serve_repo s = {.path = call->repository,
			   .env = call->env,
			   .writable = call->may_write,
			   .reach = call->reach,
			   .words = vv_hint_words,
			   .hold = vv_holding_answer,
			   .hold_payload = payload,
			   .one = true};
	return vv_serve_repo_run(&s, line, err);
}

/* ---- lines for the user file ---- */

/* A line of stdin without its end; *len 0 when there is none. False: it is too long. */
static bool read_secret(char *out, size_t cap, size_t *len)
{
	ssize_t n;

	*len = 0;
	while (*len < cap && (n = read(STDIN_FILENO, out + *len, 1)) > 0 && out[*len] != '\n') {
		(*len)++;
	}
	if (*len == cap) return false;
	if (*len > 0 && out[*len - 1] == '\r') {
		(*len)--;
	}
	return true;
}

static int print_line(const char *name, size_t name_len, bool write, const char *secret, size_t len)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;
	vv_error err;
	vv_status rc = vv_secret_hash(&line, secret, len, &err);

	if (rc == VV_OK) {
		vv_out("%.*s:%s:%s\n", (int)name_len, name, write ? "rw" : "r", vv_buf_cstr(&line));
	}
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
	if (name_len == 0 || memchr(name, ':', name_len)) {
		return vv_usage_error(
			"--hash-secret requires NAME or NAME:r, not '%s'; NAME cannot contain ':'",
			vv_text_shows(name));
	}
	if (name_len > VV_HTTP_NAME_MAX || vv_array_find(name, name_len, c, vv_is_control(*c))) {
		return vv_usage_error("--hash-secret requires a name of at most %u bytes, without "
				      "control characters, not '%s'",
				      (unsigned)VV_HTTP_NAME_MAX, vv_text_show(name, name_len));
	}
	if (!isatty(STDIN_FILENO) && !read_secret(secret, sizeof(secret), &len)) {
		vv_wipe(secret, sizeof(secret));
		return vv_usage_error("the secret on stdin is longer than %zu bytes",
				      sizeof(secret) - 1);
	}
	if (len == 0) {
		vv_secret_new(&made);
		vv_note("the secret of '%s' (save it, it is not shown again): %s",
			vv_text_show(name, name_len), vv_buf_cstr(&made));
		code = print_line(name, name_len, write, vv_buf_cstr(&made), made.len);
	} else {
		code = print_line(name, name_len, write, secret, len);
	}
	vv_wipe(secret, sizeof(secret));
	vv_buf_wipe(&made);
	return code;
}

/* Opens now each repository's copies for others: a missing key is reported at once. */
static vv_status say_holding(vv_holding *h, const char *const *paths, size_t count, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		vv_auto(vv_repository) *r = NULL;
		const vv_holding_rules *x;
		if (vv_repository_open(&r, paths[i], vv_environ(), VV_IGNORED) < 0) {
			continue; /* the server reports it */
		}
		if ((rc = vv_holding_look(h, r, &x, err)) == VV_OK && x->size > 0) {
			web_tell_holding(x, paths[i]);
		}
	}
	return rc;
}

static int check_web_serve(const options *o, int argc)
{
	if (!o->http.server.address) {
		return vv_usage_error("choose --http ADDR, --relay ADDR or --through URL");
	}
	if ((o->holding.admitted.count > 0) != (o->holding.size > 0)) {
		return vv_usage_error("--hold BYTES and --for DID require each other");
	}
	if (o->holding.ratio && o->holding.size == 0) {
		return vv_usage_error("--ratio R requires --hold BYTES and --for DID");
	}
	if (o->http.announce && (o->http.server.tls_cert || o->http.server.closed)) {
		return vv_usage_error("--announce cannot be used with --tls-cert or --private");
	}
	if (argc == 0) return vv_usage_error("name the repositories to serve");
	return argc > 1 && o->holding.size > 0
		       ? vv_usage_error(
				 "--hold requires exactly one repository; to serve several, set varve.hold in each")
		       : VV_EXIT_OK;
}

static vv_status serve_http(options *o, vv_error *err)
{
	vv_auto(vv_web) *web = NULL;
	vv_auto(vv_holding) *holding = NULL;
	vv_serve_http_options *http = &o->http;
	vv_status rc;

	o->holding.env = vv_environ();
	o->holding.notes = &vv_notes_stderr;
	o->holding.term = VV_HOLDING_TERM_UNSAID;
	if (o->term && !vv_parse_u64(&o->holding.term, o->term, strlen(o->term))) {
		return vv_fail(err, VV_EUSAGE, "--term requires a number of days, not '%s'",
			       vv_text_shows(o->term));
	}
	if (!(web = vv_web_open(&(vv_web_options){.pages = &vv_pages}))) return vv_fail_nomem(err);
	if ((rc = vv_holding_open(&holding, &o->holding, err)) < 0 ||
	    (rc = say_holding(holding, http->server.paths, http->server.path_count, err)) < 0) {
		return rc;
	}
	http->page = vv_web_answer;
	http->page_payload = web;
	http->answer = answer_call;
	http->payload = holding;
	return vv_serve_http(http, err);
}

/* A repository without a head would be served as an empty one. */
static vv_status check_signed(int argc, char **argv, vv_error *err)
{
	for (int i = 0; i < argc; i++) {
		vv_auto(vv_repository) *r = NULL;
		vv_trust trust;
		vv_status rc = vv_repository_open(&r, argv[i], vv_environ(), err);

		if (rc < 0 || (rc = vv_trust_read(&trust, r, err)) < 0) return rc;
		if (trust.count == 0) {
			return vv_fail(err, VV_ENOTFOUND,
				       "'%s' has no signed head, so --signed would serve nothing\n"
				       "'varve sign' signs what you own; to serve all of it, leave "
				       "--signed out",
				       vv_text_shows(argv[i]));
		}
	}
	return VV_OK;
}

/* A relay has no repositories. */
static int serve_relay(options *o, int argc)
{
	if (argc > 0) return vv_usage_error("--relay and a repository cannot be used together");
	if (o->http.server.tls_cert || o->http.server.tls_key) {
		return vv_usage_error("--relay has no TLS of its own: put a web server with TLS in "
				      "front of it");
	}
	o->relay.connections = o->http.server.connections;
	o->relay.per_address = o->http.server.per_address;
	o->relay.hosts = o->http.server.hosts;
	o->relay.proxies = o->http.server.proxies;
	return web_serve_relay(&o->relay);
}

static int serve_through(options *o, int argc, char **argv)
{
	const web_through_options *t = &o->through;

	if (argc == 0) return vv_usage_error("name the repositories to serve");
	if (t->alive_sec > VV_THROUGH_ALIVE_MAX) {
		return vv_usage_error(
			"--alive is at most %u seconds: a relay ends connections that "
			"are silent for 900",
			VV_THROUGH_ALIVE_MAX);
	}
	o->through.visitors = o->http.server.connections;
	o->through.only_signed = o->http.server.only_signed;
	o->through.quiet = o->http.quiet;
	return web_serve_through(t, argc, argv);
}

static int run_web_serve(void *opts, int argc, char **argv)
{
	options *o = opts;
	vv_error err;

	if ((o->http.server.address != NULL) + (o->relay.address != NULL) +
		    (o->through.url != NULL) + (o->meet != NULL) >
	    1) {
		return vv_usage_error("choose one of --http, --relay, --through and --meet");
	}
	if (vv_options_check(&vv_cmd_web_serve, o, argc, argv, &err) < 0) {
		return vv_usage_error("%s", err.message);
	}
	if (o->meet) return web_serve_meet(o->meet);
	if (o->relay.address) return serve_relay(o, argc);
	if (o->http.server.only_signed && check_signed(argc, argv, &err) < 0) {
		return vv_report(&err);
	}
	if (o->through.url) return serve_through(o, argc, argv);

	if (o->hash_secret) {
		return argc > 0 ? vv_usage_error(
					  "--hash-secret and a repository cannot be used together")
				: hash_secret(o->hash_secret);
	}
	const int code = check_web_serve(o, argc);
	if (code != VV_EXIT_OK) return code;
	o->http.notes = &vv_notes_stderr;
	o->http.server.env = vv_environ();
	o->http.server.paths = (const char *const *)argv;
	o->http.server.path_count = (size_t)argc;
	o->http.server.read_only |= o->http.server.only_signed;
	return serve_http(o, &err) < 0 ? vv_report(&err) : VV_EXIT_OK;
}

const vv_command vv_cmd_web_serve = {
	.name = "web serve",
	.group = "peers",
	.summary = "serve repositories on this machine over HTTP",
	.usage =
		"--http ADDR [--tls-cert FILE --tls-key FILE] [--auth FILE] [--private] "
		"[--read-only] [--signed] [--host NAME]... [--cors ORIGIN]... [--trust-proxy NETWORK]... [--announce] [--hold BYTES --for DID[=BYTES]... [--ratio R] [--term DAYS]] PATH...\n"
		"--relay ADDR [--relay-keys N] [--relay-bytes BYTES] [--relay-time SECONDS] [--connections N] [--per-address N] [--host NAME]... [--trust-proxy NETWORK]...\n"
		"--through URL (--reader DID|--writer DID|--public)... [--signed] [--connections N] [--alive SECONDS] PATH...\n"
		"--meet URL\n"
		"--hash-secret NAME",
	.example = "$ varve serve --http 127.0.0.1:8080 sales\n"
		   "serving 'sales' at http://127.0.0.1:8080\n"
		   "$ varve clone http://127.0.0.1:8080/sales copy",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.rules = option_rules,
	.run_alone = run_web_serve,
};
