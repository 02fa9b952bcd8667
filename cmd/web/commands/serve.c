/*
 * serve: this machine's repositories, for others, over HTTP.
 */
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/output.h"
#include "cmd/vault/keep/holding.h"
#include "cmd/web/commands.h"
#include "cmd/web/pages/pages.h"
#include "cmd/web/serve/http.h"
#include "cmd/web/web.h"
#include "lib/serve.h"
#include "transport/server/auth.h"

typedef struct options {
	bool read_only, closed, quiet;
	const char *http, *tls_cert, *tls_key, *auth, *hash_secret;
	uint64_t connections, per_address, request_memory, memory, temp_space, hold;
	const char *term, *ratio;
	uint64_t allowance;
	vv_strings hosts, proxies, origins, admitted;
} options;

static const vv_option table[] = {
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
	OPT_NUMBER(0, "temp-space", temp_space, "BYTES",
		   "how much of TMPDIR the files of versions in key order may take (1g)"),
	OPT_LIST(0, "host", hosts, "NAME", "a name of this server; others are refused"),
	OPT_LIST(0, "trust-proxy", proxies, "NETWORK",
		 "trust X-Forwarded-For that comes from there"),
	OPT_LIST(
		0, "cors", origins, "ORIGIN",
		"let pages of this origin read the data: https://maps.example.org, or '*' for all"),
	OPT_NUMBER(0, "hold", hold, "BYTES", "keep sealed copies for others, at most this much"),
	OPT_LIST(0, "for", admitted, "DID[=BYTES]",
		 "for whom, and how much of it: keys, or names set by 'varve vault key trust'"),
	OPT_STRING(0, "ratio", ratio, "R",
		   "keep copies for those you trust, as they keep yours: room by standing"),
	OPT_NUMBER(0, "allowance", allowance, "BYTES",
		   "room that each of them has to begin with (a twentieth of --hold)"),
	OPT_STRING(0, "term", term, "DAYS", "let go of no copy sooner after it came (90)"),
	OPT_FLAG('q', "quiet", quiet, "do not print a line for each request"),
};

/* What the options say of copies for others. */
static vv_status read_holding(const options *o, vv_holding_options *out, vv_error *err)
{
	*out = (vv_holding_options){.env = vv_environ(),
				    .size = o->hold,
				    .term = VV_HOLDING_TERM_UNSAID,
				    .admitted = o->admitted.items,
				    .admitted_count = o->admitted.count,
				    .ratio = o->ratio,
				    .allowance = o->allowance,
				    .notes = &vv_notes_stderr};
	if (o->term && !vv_parse_u64(&out->term, o->term, strlen(o->term))) {
		return vv_fail(err, VV_EUSAGE, "--term takes a number of days, not '%s'",
			       vv_text_shows(o->term));
	}
	return VV_OK;
}

static vv_status answer(void *payload, const vv_http_call *call, vv_channel *line, vv_error *err)
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

/* ---- lines for the file of users ---- */

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

/* What each repository keeps for others is opened now: a key that is not there shows at once. */
static vv_status say_holding(vv_holding *h, char *const *paths, size_t count, vv_error *err)
{
	char did[VV_DID_TEXT];
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		vv_auto(vv_repository) *r = NULL;
		vv_holding_facts f = {.size = 0};
		if (vv_repository_open(&r, paths[i], vv_environ(), VV_IGNORED) < 0) {
			continue; /* the server says so */
		}
		if ((rc = vv_holding_look(h, r, &f, err)) == VV_OK && f.size > 0) {
			vv_did_text(did, f.key);
			const bool nobody = f.admitted_count == 0;
			vv_note("keeping up to %s of copies%s%s in '%s', for %s at least, as %s",
				vv_text_bytes(f.size), nobody ? "" : " for ",
				nobody ? "" : vv_text_counted(f.admitted_count, "key", NULL),
				vv_text_shows(paths[i]), vv_text_counted(f.term, "day", NULL), did);
			if (nobody) {
				vv_note("no key is trusted yet: name for whom they are with "
					"'varve vault key "
					"trust NAME DID', also while this runs");
			}
			if (f.reward.ratio > 0) {
				vv_note("room depends on standing: %s each, and %llu.%03llu times "
					"what "
					"was kept for 30 days",
					vv_text_bytes(f.reward.allowance),
					(unsigned long long)(f.reward.ratio / 1000),
					(unsigned long long)(f.reward.ratio % 1000));
			}
		}
	}
	return rc;
}

static int run_web_serve(void *opts, int argc, char **argv)
{
	const options *o = opts;
	vv_web *web;
	vv_holding_options holding_options;
	vv_holding *holding = NULL;
	vv_error err;
	vv_status rc;

	if (o->hash_secret) {
		return argc > 0 ? vv_usage_error("--hash-secret takes no repository")
				: hash_secret(o->hash_secret);
	}
	if (!o->http) return vv_usage_error("name an address to listen on: --http ADDR");
	if ((o->admitted.count > 0 || o->ratio) != (o->hold > 0)) {
		return vv_usage_error("--hold BYTES requires --for DID or --ratio R, and "
				      "they require it");
	}
	if (o->allowance > 0 && !o->ratio) {
		return vv_usage_error("--allowance BYTES requires --ratio R");
	}
	if (argc == 0) return vv_usage_error("name the repositories to serve");
	if (argc > 1 && o->hold > 0) {
		return vv_usage_error(
			"--hold can be used with one repository only; with several, each has its "
			"setting varve.hold");
	}
	if (!(web = vv_web_open(&(vv_web_options){.pages = &vv_pages}))) {
		vv_fail_nomem(&err);
		return vv_report(&err);
	}
	vv_serve_http_options http = {
		.env = vv_environ(),
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
		.temp_space = o->temp_space,
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
	if ((rc = read_holding(o, &holding_options, &err)) < 0 ||
	    (rc = vv_holding_open(&holding, &holding_options, &err)) < 0 ||
	    (rc = say_holding(holding, argv, (size_t)argc, &err)) < 0) {
		goto done;
	}
	http.payload = holding;
	rc = vv_serve_http(&http, &err);
done:
	vv_holding_close(holding);
	vv_web_close(web);
	return rc < 0 ? vv_report(&err) : VV_EXIT_OK;
}

const vv_command vv_cmd_web_serve = {
	.name = "web serve",
	.group = "peers",
	.summary = "serve repositories on this machine over HTTP",
	.usage =
		"--http ADDR [--tls-cert FILE --tls-key FILE] [--auth FILE] [--private] "
		"[--read-only] [--host NAME]... [--cors ORIGIN]... [--trust-proxy NETWORK]... [--hold BYTES [--for DID[=BYTES]]... [--ratio R [--allowance BYTES]] [--term DAYS]] PATH...\n"
		"--hash-secret NAME",
	.example = "$ varve serve --http 127.0.0.1:8080 sales\n"
		   "serving 'sales' at http://127.0.0.1:8080\n"
		   "$ varve clone http://127.0.0.1:8080/sales copy",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.run_alone = run_web_serve,
};
