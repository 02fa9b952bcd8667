/*
 * server: starts, stops, and routes requests.
 *
 * libmicrohttpd calls handle_request several times for a request: with the head alone, with each
 * piece of a body, and once after the last. A POST is judged at the head; everything else after the
 * body, since libmicrohttpd closes connections that are answered earlier. A URL is only compared
 * with names set at the start: it never becomes a path of the file system.
 */
#include "transport/server/server.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint_text.h"
#include "base/secret.h"
#include "base/sys.h"
#include "base/system/socket.h"
#include "base/text.h"
#include "transport/server/connection.h"
#include "transport/server/head.h"
#include "transport/server/listen.h"
#include "transport/server/repositories.h"
#include "transport/server/request.h"
#include "transport/server/routes.h"
#include "transport/server/secret_file.h"
#include "transport/server/state.h"
#include "transport/server/url_secret.h"
#include "transport/server/words.h"

#define HEAD_MAX ((size_t)32 << 10) /* memory of a connection: its head must fit */
#define PEM_MAX ((size_t)1 << 20)
#define STACK ((size_t)1 << 20)
#define CONNECTIONS_MAX 10000u

/* --- requests ----------------------------------------------------------------------------- */

static void name_client(http_request *q)
{
	const vv_http_server *s = q->server;
	vv_address none = {{0}};

	vv_address_behind(&q->client, q->connection ? &q->connection->from : &none, s->proxies,
			  s->proxy_count, http_header(q, "X-Forwarded-For"));
	vv_address_text(q->peer, &q->client);
}

static http_request *new_request(vv_http_server *s, struct MHD_Connection *c, const char *url,
				 const char *method)
{
	vv_auto_free http_request *q = vv_calloc(1, sizeof(*q));

	if (!q || !(q->path = vv_strdup(url))) return NULL;
	q->server = s;
	q->mhd = c;
	q->start_ms = vv_monotonic_ms();
	(void)snprintf(q->method, sizeof(q->method), "%s", method);
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	q->connection = info ? info->socket_context : NULL;
	name_client(q);
	q->is_too_many = http_connection_asks(s, q->connection, &q->client);
	atomic_fetch_add(&s->active, 1);
	http_connection_phase(q->connection, HTTP_TAKE);
	return vv_take(&q);
}

static void request_completed(void *server, struct MHD_Connection *c VV_UNUSED, void **context,
			      enum MHD_RequestTerminationCode how)
{
	vv_http_server *s = server;
	http_request *q = *context;

	if (!q) return;
	http_stream_finish(q);
	if (how != MHD_REQUEST_TERMINATED_COMPLETED_OK && !q->problem[0]) {
		(void)snprintf(q->problem, sizeof(q->problem), "broken off");
	}
	if (q->has_file) {
		s->handlers.file_close(q->file.handle);
	}
	http_page_end(q);
	atomic_fetch_sub(&s->reserved, q->reserved);
	http_log(q);
	http_connection_answered(s, q->connection);
	http_connection_phase(q->connection, HTTP_HEAD);
	vv_free_all(q->path, q);
	*context = NULL;
	atomic_fetch_sub(&s->active, 1);
}

/* --- routes ------------------------------------------------------------------------------- */

typedef enum route { NO_ROUTE, LIST, VARVE, GIT, RAW, IPFS, PAGE } route;

/* The route after the repository's place: "varve", "raw/...", or a page's address. at: its start in
 * the path. */
static route route_below(http_request *q, const http_repository *r, const char *at)
{
	const vv_http_handlers *h = &q->server->handlers;
	const char *below = at[0] == '/' ? at + 1 : at;

	q->repository = r;
	if (strcmp(below, "varve") == 0) return VARVE;
	if ((q->rest = http_git_words(below))) return GIT;
	if (strncmp(below, "raw/", 4) == 0 && h->file_open) {
		q->rest = below + 4;
		return RAW;
	}
	q->below = at;
	if (h->page) return PAGE;
	q->repository = NULL;
	return NO_ROUTE;
}

static const http_repository *find_repository(const vv_http_server *s, const char *name)
{
	return vv_array_find(s->repositories, s->repository_count, r, strcmp(name, r->name) == 0);
}

/* The repository that the path's first part names; *end: where it ends. Clients may leave out .git, as with paths, or add it,
 * as with Git hosts. */
static const http_repository *find_named(const http_request *q, const char **end)
{
	static const char suffix[] = ".git";
	const vv_http_server *s = q->server;
	const http_repository *r;
	vv_auto(vv_buf) name = VV_BUF_INIT;

	*end = q->path + 1 + strcspn(q->path + 1, "/");
	if (!vv_http_decode(&name, q->path + 1, (size_t)(*end - q->path - 1))) return NULL;
	if ((r = find_repository(s, vv_buf_cstr(&name)))) return r;
	const char *below = **end ? *end + 1 : *end;
	if (strcmp(below, "varve") != 0 && !http_git_words(below)) return NULL;
	const size_t len = name.len;
	vv_buf_puts(&name, suffix);
	if ((r = find_repository(s, vv_buf_cstr(&name))) || len < sizeof(suffix) ||
	    strcmp(name.data + len - strlen(suffix), ".git.git") != 0) {
		return r;
	}
	name.data[len - strlen(suffix)] = '\0';
	return find_repository(s, name.data);
}

/* Browsers get pages; others the list as text. */
static bool wants_html(const http_request *q)
{
	const char *accept = http_header(q, "Accept");

	return accept && strstr(accept, "text/html");
}

static route find_route(http_request *q)
{
	const vv_http_server *s = q->server;
	const http_repository *named;
	const char *end;

	if (q->path[0] != '/') return NO_ROUTE;
	if (strcmp(q->path, "/") == 0) {
		if (!s->handlers.page || !wants_html(q)) return LIST;
		q->repository = s->repository_count == 1 ? &s->repositories[0] : NULL;
		q->base = "";
		q->below = q->path;
		return PAGE;
	}
	if (strncmp(q->path, "/ipfs/", 6) == 0) {
		q->rest = q->path + 6;
		return IPFS;
	}
	if (s->repository_count == 1 && strncmp(q->path, "/-/", 3) == 0) {
		q->base = "/-"; /* the only one, whatever it is called */
		return route_below(q, &s->repositories[0], q->path + 2);
	}
	if ((named = find_named(q, &end))) {
		q->base = NULL; /* the path before below */
		return route_below(q, named, end);
	}
	q->base = "";
	if (s->repository_count == 0 && s->handlers.page) {
		q->below = q->path;
		return PAGE;
	}
	return s->repository_count == 1 ? route_below(q, &s->repositories[0], q->path) : NO_ROUTE;
}

static enum MHD_Result say_list(http_request *q)
{
	const vv_http_server *s = q->server;
	vv_auto(vv_buf) text = VV_BUF_INIT;

	if (!http_is_get(q)) return http_say_allow(q, "this address accepts only GET and HEAD");
	vv_buf_puts(&text, "this is a server of varve");
	(void)vv_hint_put(&text, "; ", s->o.words, VV_HINT_CLONE_URL);
	vv_buf_putc(&text, ':');
	vv_array_each(s->repositories, s->repository_count, it) {
		vv_buf_puts(&text, "\n/");
		vv_http_encode(&text, it->name, strlen(it->name));
	}
	return text.failed ? MHD_NO : http_say(q, MHD_HTTP_OK, "%s", vv_buf_cstr(&text));
}

static void say_trouble(const vv_http_server *s, const vv_error *trouble)
{
	char line[sizeof(trouble->message) + 128];

	(void)snprintf(line, sizeof(line),
		       "the changed user file is not used, and the previous "
		       "users still apply: %s",
		       trouble->message);
	s->handlers.log(s->handlers.log_payload, line);
}

/* Determines the client's user. False: an answer was queued. */
static bool identify_client(http_request *q, enum MHD_Result *result)
{
	const vv_http_server *s = q->server;
	const char *header = s->auth ? http_header(q, "Authorization") : NULL;
	vv_error err;

	if (header) {
		vv_status rc = vv_http_auth_check(s->auth, header, &q->client, &q->user, &err);
		vv_error trouble;

		if (vv_http_auth_trouble(s->auth, &trouble) && s->handlers.log) {
			say_trouble(s, &trouble);
		}
		if (rc == VV_EREFUSED) {
			(void)snprintf(q->problem, sizeof(q->problem), "wrong name or secret");
			*result = http_say(q, MHD_HTTP_UNAUTHORIZED, "wrong name or secret");
			return false;
		}
		if (rc == VV_ELOCKED) {
			(void)snprintf(q->problem, sizeof(q->problem), "%s", err.message);
			*result = http_say(q, MHD_HTTP_TOO_MANY_REQUESTS, "%s", err.message);
			return false;
		}
		if (rc < 0) {
			*result = http_say_error(q, &err);
			return false;
		}
		q->is_known = true;
		q->may_write = q->user.may_write && !s->o.read_only;
	}
	if (s->o.closed && !q->is_known) {
		*result = http_say(q, MHD_HTTP_UNAUTHORIZED, "log in first");
		return false;
	}
	return true;
}

static bool is_posted(const http_request *q, route found)
{
	return found == VARVE || (found == GIT && strcmp(q->rest, "info/refs") != 0);
}

static enum MHD_Result take_route(http_request *q, bool *more)
{
	enum MHD_Result result = MHD_NO;

	*more = false;
	if (atomic_load(&q->server->stopping)) {
		return http_say(q, MHD_HTTP_SERVICE_UNAVAILABLE, "this server is shutting down");
	}
	if (q->is_too_many) {
		return http_say(q, MHD_HTTP_TOO_MANY_REQUESTS,
				"too many requests at once from your address");
	}
	if (!http_url_secret(q, &result)) return result;
	route found = find_route(q);
	if (q->server->o.only_signed && found != VARVE) {
		return http_say(
			q, MHD_HTTP_NOT_FOUND,
			"this server has only signed versions, and answers only varve clients");
	}
	q->allow = is_posted(q, found) ? "POST, OPTIONS" : "GET, HEAD, OPTIONS";
	q->shared = found == RAW || found == IPFS ||
		    (found == PAGE && strncmp(q->below, "/api/", 5) == 0);
	q->is_open = found == IPFS && !q->server->o.closed;
	if (strcmp(q->method, "OPTIONS") == 0) { /* browsers send these without credentials */
		return http_options(q);
	}
	if (!identify_client(q, &result)) return result;
	switch (found) {
	case LIST:
		return say_list(q);
	case VARVE:
		return http_varve_begin(q, more);
	case GIT:
		return http_git(q, more);
	case RAW:
		return http_raw(q);
	case IPFS:
		return http_gateway(q, q->rest);
	case PAGE:
		return strcmp(q->method, "POST") == 0 ? http_form_begin(q, more) : http_page(q);
	default:
		return http_say(q, MHD_HTTP_NOT_FOUND,
				"this server has no repository or page with "
				"that name");
	}
}

static enum MHD_Result handle_request(void *server, struct MHD_Connection *c, const char *url,
				      const char *method, const char *version, const char *body,
				      size_t *body_len, void **context)
{
	http_request *q = *context;
	enum MHD_Result result;
	const char *why;
	unsigned status;
	bool more;

	if (!q) {
		*context = q = new_request(server, c, url, method);
		if (!q) return MHD_NO;
		if ((status = http_head_check(q, version, &why)) != 0) {
			(void)snprintf(q->problem, sizeof(q->problem), "%s", why);
			q->closes = true;
			return http_say(q, status, "%s", why);
		}
		if (strcmp(q->method, "POST") == 0) {
			result = take_route(q, &more);
			q->begun = more;
			return result;
		}
		return MHD_YES;
	}
	if (q->begun && q->is_form) {
		return *body_len > 0 ? http_form_body(q, body, body_len) : http_page(q);
	}
	if (q->begun) return *body_len > 0 ? http_body(q, body, body_len) : http_body_end(q);
	if (*body_len > 0) {
		q->in_bytes += *body_len;
		*body_len = 0;
		return q->in_bytes > HEAD_MAX ? MHD_NO : MHD_YES;
	}
	return take_route(q, &more);
}

/* URLs stay encoded until their parts are known. */
static size_t leave_escaped(void *server VV_UNUSED, struct MHD_Connection *c VV_UNUSED, char *text)
{
	return strlen(text);
}

/* --- starting ----------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 0))) static void keep_words(void *server, const char *fmt,
							     va_list ap)
{
	vv_http_server *s = server;

	/* Only its messages during the start are useful, before other threads exist. */
	if (!atomic_load(&s->started)) {
		(void)vsnprintf(s->said, sizeof(s->said), fmt, ap);
	}
}

static vv_status open_all(vv_http_server *s, const vv_http_options *o, vv_error *err)
{
	vv_status rc = VV_OK;

	s->repositories = vv_calloc(o->path_count + 1, sizeof(*s->repositories));
	if (!s->repositories) return vv_fail_nomem(err);
	for (size_t i = 0; i < o->path_count; i++) {
		s->repository_count = i + 1;
		rc = http_repository_open(s, &s->repositories[i], o->paths[i], err);
		if (rc < 0) return rc;
	}
	return rc;
}

static vv_status read_pem(vv_buf *out, const char *path, const char *what, bool secret,
			  vv_error *err)
{
	vv_stat st;
	vv_status rc = secret ? vv_secret_file_read(out, &st, path, PEM_MAX, true, err)
			      : vv_read_file(out, path, PEM_MAX, err);

	if (rc == VV_OK && !strstr(vv_buf_cstr(out), "-----BEGIN ")) {
		rc = vv_fail(err, VV_EINPUT, "'%s' is not a %s in PEM form", vv_text_shows(path),
			     what);
	}
	return rc;
}

static vv_status read_tls(vv_http_server *s, vv_error *err)
{
	if (!s->o.tls_cert && !s->o.tls_key) return VV_OK;
	if (!s->o.tls_cert || !s->o.tls_key) {
		return vv_fail(err, VV_EUSAGE,
			       "a certificate requires its key, and a key its "
			       "certificate");
	}
	if (MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "this machine's libmicrohttpd was built without TLS");
	}
	vv_status rc = read_pem(&s->tls_cert, s->o.tls_cert, "certificate", false, err);
	return rc < 0 ? rc : read_pem(&s->tls_key, s->o.tls_key, "key", true, err);
}

static vv_status start_daemon(vv_http_server *s, int fd, vv_error *err)
{
	bool tls = s->tls_cert.len > 0;
	unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
			 MHD_USE_POLL | MHD_USE_ITC | MHD_USE_ERROR_LOG |
			 (tls ? (unsigned)MHD_USE_TLS : 0u);
	struct MHD_OptionItem options[] = {
		{MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)keep_words, s},
		{MHD_OPTION_LISTEN_SOCKET, fd, NULL},
		/* More than connection.c lets stay, so that it chooses: beyond these libmicrohttpd closes without an
		 * answer, and who was turned away counts until its thread has ended. */
		{MHD_OPTION_CONNECTION_LIMIT, (intptr_t)(s->o.connections * 2 + 8), NULL},
		/* The watch handles it, since it knows which side must act. */
		{MHD_OPTION_CONNECTION_TIMEOUT, 0, NULL},
		{MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)HEAD_MAX * 2, NULL},
		{MHD_OPTION_THREAD_STACK_SIZE, (intptr_t)STACK, NULL},
		{MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
		{MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)leave_escaped, s},
		{MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)http_connection_notify, s},
		{MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)request_completed, s},
		{tls ? MHD_OPTION_HTTPS_MEM_CERT : MHD_OPTION_END, 0, s->tls_cert.data},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, s->tls_key.data},
		{MHD_OPTION_HTTPS_PRIORITIES, 0,
		 (char *)(uintptr_t) "NORMAL:-VERS-TLS1.0:-VERS-TLS1.1"},
		{MHD_OPTION_END, 0, NULL},
	};

	s->daemon = MHD_start_daemon(flags, 0, NULL, NULL, handle_request, s, MHD_OPTION_ARRAY,
				     options, MHD_OPTION_END);
	atomic_store(&s->started, s->daemon != NULL);
	if (s->daemon) return VV_OK;
	(void)vv_os_socket_close(fd);
	s->said[strcspn(s->said, "\n")] = '\0';
	vv_fail(err, tls ? VV_EINPUT : VV_EIO, "cannot start the HTTP server: %s",
		s->said[0] ? vv_text_shows(s->said) : "libmicrohttpd reports no reason");
	return tls ? vv_hint(err, "check that certificate and key are in PEM form and belong "
				  "together")
		   : VV_EIO;
}

static void fill_defaults(vv_http_options *o)
{
	o->connections = o->connections ? o->connections : 128;
	o->connections = o->connections < CONNECTIONS_MAX ? o->connections : CONNECTIONS_MAX;
	o->per_address = o->per_address ? o->per_address : (o->connections + 1) / 2;
	o->request_memory = o->request_memory ? o->request_memory : (uint64_t)256 << 20;
	o->memory = o->memory ? o->memory : (uint64_t)1 << 30;
	o->head_sec = o->head_sec ? o->head_sec : 20;
	o->keep_sec = o->keep_sec ? o->keep_sec : 60;
	o->rate_min = o->rate_min ? o->rate_min : 64;
	o->rate_sec = o->rate_sec ? o->rate_sec : 60;
	o->page_ms = o->page_ms ? o->page_ms : 3000;
}

/* Whom X-Forwarded-For is believed of, and what names are ours. */
static vv_status read_names(vv_http_server *s, const vv_http_options *o, vv_error *err)
{
	vv_status rc;

	vv_array_each(o->origins.items, o->origins.count, it) {
		const char *origin = *it, *host = strstr(origin, "://");

		if (strcmp(origin, "*") != 0 && strcmp(origin, "null") != 0 &&
		    (!host || host[3] == '\0' || strpbrk(host + 3, "/ \t"))) {
			return vv_fail(err, VV_EUSAGE,
				       "'%s' is not an origin\nwrite scheme and host without a "
				       "path: https://maps.example.org",
				       vv_text_shows(origin));
		}
	}
	rc = vv_networks_read(&s->proxies, o->proxies.items, o->proxies.count, err);
	if (rc < 0) return rc;
	s->proxy_count = o->proxies.count;
	return vv_host_names_check(o->hosts.items, o->hosts.count, err);
}

/* A browser can be directed to an address of this machine or network under any name. If the server
 * is public anyway, names are checked only if configured. */
static bool listens_at_loopback(int fd)
{
	struct sockaddr_storage at;
	socklen_t len = sizeof(at);
	vv_address a;

	return getsockname(fd, (struct sockaddr *)&at, &len) == 0 &&
	       vv_address_of(&a, (const struct sockaddr *)&at) && vv_address_is_loopback(&a);
}

static vv_status start_server(vv_http_server *s, const vv_http_options *o, vv_error *err)
{
	vv_status rc;

	s->lock = vv_mutex_new();
	s->clock = vv_ring_new(1);
	if (!s->lock || !s->clock) return vv_fail_nomem(err);
	if (s->o.closed && !o->auth_file) {
		return vv_fail(err, VV_EUSAGE,
			       "no user could log in: the server has no user file (--auth)");
	}
	if ((rc = read_names(s, o, err)) < 0 || (rc = read_tls(s, err)) < 0 ||
	    (rc = open_all(s, o, err)) < 0) {
		return rc;
	}
	if (o->auth_file && (rc = vv_http_auth_open(&s->auth, o->auth_file, err)) < 0) return rc;
	int fd = http_listen(&s->url, o->address, s->tls_cert.len > 0, err);
	if (fd < 0) return (vv_status)fd;
	(void)snprintf(s->cookie, sizeof(s->cookie), "varve-%.20s", strrchr(s->url, ':') + 1);
	s->only_hosts = o->hosts.count > 0 || listens_at_loopback(fd);
	if ((rc = start_daemon(s, fd, err)) < 0) return rc;
	s->watch = vv_worker_start(http_connections_watch, s);
	return s->watch ? VV_OK : vv_fail(err, VV_ENOMEM, "the server cannot start another thread");
}

vv_status vv_http_server_start(vv_http_server **out, const vv_http_options *o,
			       const vv_http_handlers *handlers, vv_error *err)
{
	vv_http_server *s = vv_calloc(1, sizeof(*s));

	*out = NULL;
	if (!s) return vv_fail_nomem(err);
	*s = (vv_http_server){.o = *o, .handlers = *handlers};
	fill_defaults(&s->o);
	vv_status rc = start_server(s, o, err);
	if (rc < 0) {
		vv_http_server_stop(s, 0);
		return rc;
	}
	*out = s;
	return VV_OK;
}

const char *vv_http_server_url(const vv_http_server *s)
{
	return s->url;
}

const char *vv_http_server_name(const vv_http_server *s, size_t i)
{
	return i < s->repository_count ? s->repositories[i].name : NULL;
}

/* --- stopping ----------------------------------------------------------------------------- */

static void end_daemon(vv_http_server *s, unsigned grace_sec)
{
	uint64_t until = vv_monotonic_ms() + (uint64_t)grace_sec * 1000;

	atomic_store(&s->stopping, true);
	int fd = MHD_quiesce_daemon(s->daemon);
	if (fd >= 0) {
		(void)vv_os_socket_close(fd);
	}
	while (atomic_load(&s->active) > 0 && vv_monotonic_ms() < until) {
		vv_sleep_ms(20);
	}
	http_connections_break(s);
	MHD_stop_daemon(s->daemon);
}

void vv_http_server_stop(vv_http_server *s, unsigned grace_sec)
{
	if (!s) return;
	if (s->daemon) {
		end_daemon(s, grace_sec);
	}
	if (s->clock) {
		vv_ring_stop(s->clock);
	}
	vv_worker_join(s->watch);
	vv_ring_free(s->clock);
	vv_array_each(s->repositories, s->repository_count, it) {
		http_repository_close(it);
	}
	vv_free(s->repositories);
	vv_free(s->proxies);
	vv_http_auth_close(s->auth);
	vv_mutex_free(s->lock);
	vv_buf_clear(&s->tls_cert);
	vv_buf_wipe(&s->tls_key);
	vv_free_all(s->url, s);
}
