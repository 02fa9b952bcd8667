/*
 * http: knows the signals that end the server, and what it says.
 */
#include "cmd/work/serve/http.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/thread.h"
#include "cmd/output.h"
#include "cmd/work/serve/http_file.h"
#include "transport/server/auth.h"

#define GRACE_SEC 10u

typedef struct serving {
	const vv_serve_http_options *o;
	vv_mutex *lock; /* one line at a time */
} serving;

static vv_status answer(void *payload, const vv_http_call *call, vv_channel *line, vv_error *err)
{
	const serving *s = payload;

	return s->o->answer(s->o->payload, call, line, err);
}

static void log_line(void *payload, const char *line)
{
	serving *s = payload;

	if (s->o->quiet) {
		return;
	}
	vv_mutex_lock(s->lock);
	vv_note("%s", line);
	vv_mutex_unlock(s->lock);
}

static bool is_loopback(const char *url)
{
	return strncmp(url, "http://127.", 11) == 0 || strncmp(url, "http://[::1]", 12) == 0;
}

static void say_start(const vv_serve_http_options *o, const vv_http_server *server)
{
	const char *url = vv_http_server_url(server), *name;

	if (o->path_count == 1) {
		vv_note("serving '%s' at %s", vv_text_shows(vv_http_server_name(server, 0)), url);
	} else {
		vv_note("serving %zu repositories at %s", o->path_count, url);
		for (size_t i = 0; (name = vv_http_server_name(server, i)); i++) {
			vv_note("  %s/%s", url, vv_text_shows(name));
		}
	}
	if (o->auth_file && !o->tls_cert && !is_loopback(url)) {
		vv_warn("without TLS, names and secrets cross the network readably");
	}
}

static void wait_for_signal(const sigset_t *set)
{
	int got;

	while (sigwait(set, &got) != 0) {
	}
}

int vv_serve_http(const vv_serve_http_options *o)
{
	vv_http_options http = {.address = o->address,
				.paths = o->paths,
				.path_count = o->path_count,
				.tls_cert = o->tls_cert,
				.tls_key = o->tls_key,
				.auth_file = o->auth_file,
				.read_only = o->read_only,
				.closed = o->closed,
				.connections = o->connections,
				.body_max = o->body_max};
	serving s = {o, vv_mutex_new()};
	vv_http_handlers handlers = {.answer = answer,
				     .file_open = vv_http_file_open,
				     .file_write = vv_http_file_write,
				     .file_close = vv_http_file_close,
				     .log = log_line,
				     .payload = &s};
	vv_http_server *server = NULL;
	sigset_t ends, before;
	vv_error err;
	vv_status rc;

	if (!s.lock) {
		vv_fail_nomem(&err);
		return vv_report(&err);
	}
	/* Before there are threads: all of them inherit it, and the signals wait for us. */
	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGTERM);
	(void)sigaddset(&ends, SIGINT);
	(void)sigaddset(&ends, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &ends, &before);
	rc = vv_http_server_start(&server, &http, &handlers, &err);
	if (rc == VV_OK) {
		say_start(o, server);
		wait_for_signal(&ends);
		vv_http_server_stop(server, GRACE_SEC);
		vv_note("stopped");
	}
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	vv_mutex_free(s.lock);
	return rc < 0 ? vv_report(&err) : VV_EXIT_OK;
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

int vv_serve_hash_secret(const char *name)
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
