/*
 * http: the signals that end the server, and its announcements.
 */
#include "cmd/web/http.h"

#include <signal.h>
#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/thread.h"
#include "cmd/frame/hint_words.h"
#include "cmd/web/http_file.h"
#include "lib/heads/nearby.h"
#include "lib/names/version_files.h"
#include "transport/http/address.h"
#include "transport/server/auth.h"

#define GRACE_SEC 10u

typedef struct serving {
	const vv_serve_http_options *o;
	vv_mutex *lock; /* one line at a time */
} serving;

static void log_line(void *payload, const char *line)
{
	serving *s = payload;

	if (s->o->quiet) return;
	vv_auto(vv_locked) lock = vv_mutex_hold(s->lock);
	vv_notes_put(s->o->notes, "%s", line);
}

static bool is_loopback(const char *url)
{
	return strncmp(url, "http://127.", 11) == 0 || strncmp(url, "http://[::1]", 12) == 0;
}

static void say_start(const vv_serve_http_options *o, const vv_http_server *server)
{
	const char *url = vv_http_server_url(server), *name;

	if (o->server.path_count == 1) {
		vv_notes_put(o->notes, "serving '%s' at %s",
			     vv_text_shows(vv_http_server_name(server, 0)), url);
	} else {
		vv_notes_put(o->notes, "serving %zu repositories at %s", o->server.path_count, url);
		for (size_t i = 0; (name = vv_http_server_name(server, i)); i++) {
			vv_notes_put(o->notes, "  %s/%s", url, vv_text_shows(name));
		}
	}
	if (o->server.auth_file && !o->server.tls_cert && !is_loopback(url)) {
		vv_notes_warn(o->notes,
			      "without TLS, user names and passwords are sent unencrypted");
	}
}

/* One program for each repository that has a signed head; for others it prints that. pid 0: none. */
static vv_status announce_repositories(vv_child *children, const vv_serve_http_options *o,
				       const vv_http_server *server, vv_error *err)
{
	const char *const url = vv_http_server_url(server), *const port = strrchr(url, ':') + 1;
	vv_status rc = VV_OK;

	if (is_loopback(url)) {
		return vv_fail(err, VV_EUSAGE,
			       "other machines cannot reach %s, so it is not announced\n"
			       "listen on all addresses: --http '*:%s'",
			       url, port);
	}
	for (size_t i = 0; rc == VV_OK && i < o->server.path_count; i++) {
		const char *const name = vv_http_server_name(server, i);
		vv_auto(vv_buf) path = VV_BUF_INIT;
		vv_auto(vv_repository) *r = NULL;

		vv_buf_putc(&path, '/');
		vv_percent_put(&path, name, strlen(name), "");
		if ((rc = vv_buf_ok(&path, err)) < 0 ||
		    (rc = vv_repository_open(&r, o->server.paths[i], o->server.env, err)) < 0) {
			return rc;
		}
		rc = vv_nearby_announce(&children[i], r, port, path.data, err);
		if (rc == VV_ENOTFOUND) {
			vv_notes_warn(o->notes, "'%s' is not announced: %s", vv_text_shows(name),
				      err->message);
			vv_notes_put(o->notes, "hint: sign it with 'varve sign --name NAME'");
			rc = VV_OK;
		}
	}
	return rc;
}

/* Avahi withdraws the services. */
static void stop_announcing(vv_child *children, size_t count)
{
	vv_array_each(children, count, child) {
		vv_child_stop(child);
	}
}

static void wait_for_signal(const sigset_t *set)
{
	int got;

	while (sigwait(set, &got) != 0) {
	}
}

vv_status vv_serve_http(const vv_serve_http_options *o, vv_error *err)
{
	vv_http_options http = o->server;
	/* leaf requests do not identify clients: all of them together count as one client */
	static const vv_address gateway;
	vv_version_work work = {NULL, NULL, NULL, &gateway};
	const vv_file_maker files = vv_version_files(&work);
	vv_auto(vv_mutex) *lock = vv_mutex_new();
	vv_auto(vv_ordered_files) *ordered_files = NULL;
	serving s = {o, lock};
	vv_http_handlers handlers = {.answer = o->answer,
				     .file_open = vv_http_file_open,
				     .file_prepare = vv_http_file_prepare,
				     .file_cost = vv_http_file_cost,
				     .file_rows = vv_http_file_rows,
				     .file_write = vv_http_file_write,
				     .file_close = vv_http_file_close,
				     .page = o->page,
				     .files = &files,
				     .log = log_line,
				     .answer_payload = o->payload,
				     .page_payload = o->page_payload,
				     .log_payload = &s};
	const vv_ordered_options ordered = {.disk = o->temp_space};
	vv_http_server *server = NULL;
	sigset_t ends, before;
	vv_auto_free vv_child *children = vv_calloc(o->server.path_count + 1, sizeof(*children));
	vv_status rc;

	if (!s.lock || !children) return vv_fail_nomem(err);
	if ((rc = vv_ordered_files_new(&ordered_files, &ordered, err)) < 0) return rc;
	handlers.file_payload = work.ordered = ordered_files;
	http.words = vv_hint_words;
	/* Before there are threads: all of them inherit it, and the signals wait for us. */
	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGTERM);
	(void)sigaddset(&ends, SIGINT);
	(void)sigaddset(&ends, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &ends, &before);
	rc = vv_http_server_start(&server, &http, &handlers, err);
	if (rc == VV_OK) {
		if (o->started) {
			o->started(o->payload, vv_http_server_url(server));
		} else {
			say_start(o, server);
		}
		rc = o->announce ? announce_repositories(children, o, server, err) : VV_OK;
		if (rc == VV_OK) {
			wait_for_signal(&ends);
		}
		stop_announcing(children, o->server.path_count);
		/* The pages of one person need no time to finish. */
		vv_http_server_stop(server, o->server.secret ? 0 : GRACE_SEC);
		vv_notes_put(o->notes, "stopped");
	}
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return rc;
}
