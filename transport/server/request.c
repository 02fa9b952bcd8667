/*
 * request: reads a request's head, and writes an answer's; an answer is made in one thread and sent
 * in another.
 *
 * The connection's thread is libmicrohttpd's: it pushes the body into one ring and pulls the
 * answer out of the other. The worker sees a channel.
 */
#include "transport/server/request.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "transport/server/words.h"

#define RING ((size_t)64 << 10)
#define PIECE ((size_t)32 << 10)
#define DROP_MAX ((uint64_t)256 << 20) /* of an unread body */

/* --- heads ----------------------------------------------------------------------------------- */

const char *http_header(const http_request *q, const char *name)
{
	return MHD_lookup_connection_value(q->mhd, MHD_HEADER_KIND, name);
}

bool http_parameter(const http_request *q, const char *name, vv_buf *out, bool *bad)
{
	const char *value = MHD_lookup_connection_value(q->mhd, MHD_GET_ARGUMENT_KIND, name);

	if (value && !vv_http_decode(out, value, strlen(value))) {
		*bad = true;
	}
	return value != NULL;
}

bool http_is_get(const http_request *q)
{
	return strcmp(q->method, "GET") == 0 || strcmp(q->method, "HEAD") == 0;
}

void http_add(struct MHD_Response *response, const char *name, const char *fmt, ...)
{
	char value[768];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(value, sizeof(value), fmt, ap);
	va_end(ap);
	(void)MHD_add_response_header(response, name, value);
}

struct MHD_Response *http_empty(void)
{
	static char nothing[1];

	return MHD_create_response_from_buffer(0, nothing, MHD_RESPMEM_PERSISTENT);
}

/* As in gateways of IPFS: a client that requests a CID knows its content. No password is at risk, since browsers
 * send none with '*'. */
static void add_any_origin(struct MHD_Response *response)
{
	http_add(response, "Access-Control-Allow-Origin", "*");
	http_add(response, "Access-Control-Allow-Methods", "GET, HEAD, OPTIONS");
	http_add(response, "Access-Control-Allow-Headers",
		 "Accept, Cache-Control, Content-Type, If-None-Match, Range, User-Agent, "
		 "X-Requested-With");
	http_add(response, "Access-Control-Expose-Headers",
		 "Content-Disposition, Content-Length, Content-Location, Content-Range, Etag, "
		 "X-Chunked-Output, X-Ipfs-Path, X-Ipfs-Roots, X-Stream-Output");
}

/* Is the requesting page of an origin allowed by --cors? */
static const char *http_origin_may(const http_request *q)
{
	const char *origin = http_header(q, "Origin");
	const vv_strings *may = &q->server->o.origins;

	return origin && strlen(origin) <= 300 &&
			       (vv_text_is_among("*", may->items, may->count) ||
				vv_text_is_among(origin, may->items, may->count))
		       ? origin
		       : NULL;
}

static void add_sharing(const http_request *q, struct MHD_Response *response)
{
	const char *origin;

	if (q->is_open) {
		add_any_origin(response);
		return;
	}
	if (q->server->o.origins.count == 0 || !q->shared) return;
	http_add(response, "Vary", "Origin");
	if ((origin = http_origin_may(q))) {
		http_add(response, "Access-Control-Allow-Origin", "%s", origin);
		http_add(response, "Access-Control-Expose-Headers",
			 "ETag, X-Varve-Commit, Content-Range, Accept-Ranges, Content-Length");
	}
}

enum MHD_Result http_send(http_request *q, unsigned status, struct MHD_Response *response)
{
	if (!response) return MHD_NO;
	http_add(response, "X-Content-Type-Options", "nosniff");
	add_sharing(q, response);
	if (q->closes || atomic_load(&q->server->stopping)) {
		http_add(response, "Connection", "close");
	}
	q->status = status;
	http_connection_phase(q->connection, HTTP_GIVE);
	enum MHD_Result result = MHD_queue_response(q->mhd, status, response);
	MHD_destroy_response(response);
	return result;
}

enum MHD_Result http_say(http_request *q, unsigned status, const char *fmt, ...)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	vv_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	vv_buf_putc(&text, '\n');
	if (text.failed) return MHD_NO;
	struct MHD_Response *response = MHD_create_response_from_buffer(text.len, text.data,
									MHD_RESPMEM_MUST_COPY);
	q->out_bytes = text.len;
	if (!response) return MHD_NO;
	http_add(response, "Content-Type", "text/plain; charset=utf-8");
	http_add(response, "Cache-Control", "no-store");
	if (status == MHD_HTTP_UNAUTHORIZED) {
		http_add(response, "WWW-Authenticate", "Basic realm=\"varve\", charset=\"UTF-8\"");
	} else if (status == MHD_HTTP_METHOD_NOT_ALLOWED) {
		http_add(response, "Allow", "%s", q->allow ? q->allow : "GET, HEAD, OPTIONS");
	} else if (status == MHD_HTTP_SERVICE_UNAVAILABLE || status == MHD_HTTP_TOO_MANY_REQUESTS) {
		http_add(response, "Retry-After", "5");
		if (q->is_too_many) { /* its place is needed */
			http_add(response, "Connection", "close");
		}
	}
	return http_send(q, status, response);
}

enum MHD_Result http_say_allow(http_request *q, const char *what)
{
	return http_say(q, MHD_HTTP_METHOD_NOT_ALLOWED, "%s", what);
}

/* A browser's request before its page of another origin may send more than a plain GET. */
enum MHD_Result http_options(http_request *q)
{
	struct MHD_Response *response = http_empty();

	if (response) {
		http_add(response, "Allow", "%s", q->allow ? q->allow : "GET, HEAD, OPTIONS");
		http_add(response, "Cache-Control", "no-store");
		if (q->is_open) { /* the rest exists already */
			http_add(response, "Access-Control-Max-Age", "86400");
		} else if (q->shared && http_origin_may(q)) {
			http_add(response, "Access-Control-Allow-Methods", "GET, HEAD, OPTIONS");
			http_add(response, "Access-Control-Allow-Headers",
				 "Authorization, Range, If-None-Match, If-Match, If-Range");
			http_add(response, "Access-Control-Max-Age", "86400");
		}
	}
	return http_send(q, MHD_HTTP_NO_CONTENT, response);
}

unsigned http_reserve(http_request *q, uint64_t bytes)
{
	vv_http_server *s = q->server;

	if (bytes > s->o.request_memory || bytes > s->o.memory) {
		(void)snprintf(q->problem, sizeof(q->problem), "would take %s of memory",
			       vv_text_bytes(bytes));
		return MHD_HTTP_CONTENT_TOO_LARGE;
	}
	if (atomic_fetch_add(&s->reserved, bytes) + bytes > s->o.memory) {
		atomic_fetch_sub(&s->reserved, bytes);
		(void)snprintf(q->problem, sizeof(q->problem), "no memory left for it");
		return MHD_HTTP_SERVICE_UNAVAILABLE;
	}
	q->reserved += bytes;
	return 0;
}

bool http_rows_refused(http_request *q, uint64_t bytes, const char *advice, enum MHD_Result *result)
{
	const unsigned status = http_reserve(q, bytes);

	if (status == MHD_HTTP_CONTENT_TOO_LARGE) {
		*result = http_say(
			q, status,
			"the rows of this request take more memory than this server allows%s",
			advice);
	} else if (status) {
		*result = http_say(q, status, "busy; try again later");
	}
	return status != 0;
}

vv_http_call http_call_of(const http_request *q)
{
	vv_http_call call = {.env = q->server->o.env,
			     .user = q->is_known ? q->user.name : NULL,
			     .may_write = q->may_write};

	if (q->repository) {
		call.repository = q->repository->path;
		call.reach = q->repository->reach;
	}
	return call;
}

void http_add_range(struct MHD_Response *response, const vv_http_range *range, uint64_t size)
{
	if (range->kind == VV_HTTP_PART) {
		http_add(response, "Content-Range", "bytes %llu-%llu/%llu",
			 (unsigned long long)range->from,
			 (unsigned long long)(range->from + range->len - 1),
			 (unsigned long long)size);
	} else if (range->kind == VV_HTTP_UNSATISFIABLE) {
		http_add(response, "Content-Range", "bytes */%llu", (unsigned long long)size);
	}
}

/* Internal errors are only logged. */
enum MHD_Result http_say_error(http_request *q, const vv_error *err)
{
	(void)snprintf(q->problem, sizeof(q->problem), "%s", err->message);
	switch (err->code) {
	case VV_ENOTFOUND:
	case VV_EMISSING:
		return http_say(q, MHD_HTTP_NOT_FOUND, "%s", err->message);
	case VV_EUSAGE:
	case VV_EINPUT:
		return http_say(q, MHD_HTTP_BAD_REQUEST, "%s", err->message);
	case VV_EREFUSED:
		return http_say(q, MHD_HTTP_FORBIDDEN, "%s", err->message);
	case VV_ENOMEM:
	case VV_ELOCKED:
		return http_say(q, MHD_HTTP_SERVICE_UNAVAILABLE, "busy; try again later");
	default:
		return http_say(q, MHD_HTTP_INTERNAL_SERVER_ERROR,
				"something is wrong on this server; see its log");
	}
}

enum MHD_Result http_say_unnamed(http_request *q, const vv_error *err)
{
	vv_error said = *err;

	if (err->code == VV_EREFUSED) {
		return http_say(q, MHD_HTTP_CONTENT_TOO_LARGE, "%s", err->message);
	}
	said.code = err->code == VV_EUSAGE ? VV_ENOTFOUND : err->code;
	return http_say_error(q, &said);
}

void http_log(http_request *q)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;

	if (!q->server->handlers.log) return;
	vv_buf_printf(&line, "%s %s ", vv_text_utc(vv_now_sec()), q->peer);
	if (q->is_known) {
		vv_text_put_escaped(&line, q->user.name, strlen(q->user.name));
	} else {
		vv_buf_putc(&line, '-');
	}
	vv_buf_printf(&line, " %s ", vv_text_shows(q->method));
	vv_text_put_cut(&line, q->path, strlen(q->path), 300);
	vv_buf_printf(&line, " %u in %llu out %llu %llu ms", q->status,
		      (unsigned long long)q->in_bytes, (unsigned long long)q->out_bytes,
		      (unsigned long long)(vv_monotonic_ms() - q->start_ms));
	if (q->problem[0]) {
		vv_buf_puts(&line, ": ");
		vv_buf_puts(&line, q->problem);
	}
	if (!line.failed) {
		q->server->handlers.log(q->server->handlers.log_payload, vv_buf_cstr(&line));
	}
}

/* --- streams --------------------------------------------------------------------------------- */

#define CODED_LEAST 1024u /* bytes; less is not worth a header */

bool http_choose_coding(http_request *q, const char *type, uint64_t size)
{
	static const char *const names[] = {"zstd", "gzip", NULL};

	if (!type || (strncmp(type, "text/", 5) != 0 && !strstr(type, "json") &&
		      !strstr(type, "javascript") && !strstr(type, "svg"))) {
		return false;
	}
	if (size < CODED_LEAST || q->server->o.secret) { /* on one machine nothing is gained */
		return true;
	}
	int at = vv_http_coding_of(http_header(q, "Accept-Encoding"), names);
	q->coding = at < 0 ? NULL : names[at];
	return true;
}

void http_add_coding(const http_request *q, struct MHD_Response *response)
{
	http_add(response, "Vary", "Accept-Encoding");
	if (q->coding) {
		http_add(response, "Content-Encoding", "%s", q->coding);
	}
}

static vv_status put_out(void *payload, const void *bytes, size_t len, vv_error *err)
{
	http_request *q = payload;

	return vv_ring_write(q->stream.out, bytes, len, 0, err);
}

/* If the client did not hang up, the log names the error. */
static void note_problem(http_request *q, const vv_error *err)
{
	if (!vv_ring_stopped(q->stream.out)) {
		(void)snprintf(q->problem, sizeof(q->problem), "%s", err->message);
	}
}

static void run_stream(void *payload)
{
	http_request *q = payload;
	http_stream *s = &q->stream;

	s->rc = s->run(q, &s->err);
	if (s->rc == VV_OK && s->squeeze) {
		s->rc = vv_squeeze_end(s->squeeze, &s->err);
	}
	if (s->in) {
		vv_ring_stop(s->in); /* what still comes of the body is dropped */
	}
	if (s->rc < 0) {
		note_problem(q, &s->err);
		vv_ring_stop(s->out);
	} else {
		vv_ring_end(s->out);
	}
}

bool http_stream_start(http_request *q, vv_status (*run)(http_request *q, vv_error *err),
		       bool with_body)
{
	http_stream *s = &q->stream;

	s->run = run;
	s->in = with_body ? vv_ring_new(RING) : NULL;
	s->out = vv_ring_new(RING);
	if ((!s->in && with_body) || !s->out) {
		vv_fail_nomem(&s->err);
		return false;
	}
	http_connection_streams(q->server, q->connection, s->in, s->out);
	s->worker = vv_worker_start(run_stream, q);
	if (!s->worker) {
		vv_fail(&s->err, VV_ENOMEM, "the server cannot start another thread");
	}
	return s->worker != NULL;
}

static ssize_t pull_stream(void *payload, uint64_t position VV_UNUSED, char *buf, size_t max)
{
	http_request *q = payload;

	http_connection_phase(q->connection, HTTP_WORK);
	ssize_t n = vv_ring_read(q->stream.out, buf, max, 0, NULL);
	http_connection_phase(q->connection, HTTP_GIVE);
	if (n > 0) {
		q->out_bytes += (uint64_t)n;
		if (q->connection) {
			atomic_fetch_add(&q->connection->moved, (uint64_t)n);
		}
		return n;
	}
	return n == 0 ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
}

struct MHD_Response *http_stream_response(http_request *q, uint64_t size)
{
	return MHD_create_response_from_callback(size, PIECE, pull_stream, q, NULL);
}

vv_status http_stream_out(void *request, const void *bytes, size_t len, vv_error *err)
{
	http_request *q = request;
	http_stream *s = &q->stream;
	vv_status rc;

	if (!q->coding) return put_out(q, bytes, len, err);
	if (!s->squeeze &&
	    (rc = vv_squeeze_open(&s->squeeze,
				  q->coding[0] == 'g' ? VV_SQUEEZE_GZIP : VV_SQUEEZE_ZSTD, put_out,
				  q, err)) < 0) {
		return rc;
	}
	return vv_squeeze_write(s->squeeze, bytes, len, err);
}

/* ---- a worker that reads the body, and whose first byte decides on the status ---- */

enum MHD_Result http_body(http_request *q, const char *bytes, size_t *len)
{
	const vv_http_server *s = q->server;
	size_t n = *len;

	*len = 0;
	q->in_bytes += n;
	if (q->connection) {
		atomic_fetch_add(&q->connection->moved, n);
	}
	if (s->o.body_max > 0 && q->in_bytes > s->o.body_max) {
		(void)snprintf(q->problem, sizeof(q->problem), "the request is too large");
		return MHD_NO;
	}
	http_connection_phase(q->connection, HTTP_WORK);
	if (vv_ring_write(q->stream.in, bytes, n, 0, NULL) < 0 && q->in_bytes > DROP_MAX) {
		return MHD_NO;
	}
	http_connection_phase(q->connection, HTTP_TAKE);
	return MHD_YES;
}

enum MHD_Result http_body_end(http_request *q)
{
	if (q->stream.in) {
		vv_ring_end(q->stream.in);
	}
	http_connection_phase(q->connection, HTTP_WORK);
	vv_ring_wait(q->stream.out);
	if (vv_ring_stopped(q->stream.out)) {
		vv_worker_join(q->stream.worker);
		q->stream.worker = NULL;
		if (q->stream.rc == VV_OK) {
			vv_fail(&q->stream.err, VV_EIO, "broken off");
		}
		return http_say_error(q, &q->stream.err);
	}
	struct MHD_Response *response = http_stream_response(q, MHD_SIZE_UNKNOWN);
	if (response) {
		http_add(response, "Content-Type", "%s", q->answer_type);
		http_add(response, "Cache-Control", "no-store");
		/* A proxy that gathers the answer would keep the signs of life to itself (nginx). */
		http_add(response, "X-Accel-Buffering", "no");
	}
	return http_send(q, MHD_HTTP_OK, response);
}

void http_stream_finish(http_request *q)
{
	http_stream *s = &q->stream;

	if (s->in) {
		vv_ring_stop(s->in);
	}
	if (s->out) {
		vv_ring_stop(s->out);
	}
	vv_worker_join(s->worker);
	http_connection_streams(q->server, q->connection, NULL, NULL);
	vv_squeeze_close(s->squeeze);
	s->squeeze = NULL;
	vv_ring_free(s->in);
	vv_ring_free(s->out);
	memset(&s->worker, 0, sizeof(s->worker));
	s->in = s->out = NULL;
}

/* ---- the worker's end as a channel ---- */

static ssize_t stream_write(void *payload, const void *bytes, size_t len, vv_error *err)
{
	vv_status rc = http_stream_out(payload, bytes, len, err);

	return rc < 0 ? (ssize_t)rc : (ssize_t)len;
}

static vv_status stream_turn(void *payload VV_UNUSED, vv_error *err VV_UNUSED)
{
	return VV_OK;
}

static ssize_t stream_read(void *payload, void *buf, size_t len, vv_error *err)
{
	http_request *q = payload;

	return vv_ring_read(q->stream.in, buf, len, 0, err);
}

static void stream_close(void *payload VV_UNUSED)
{
}

vv_channel *http_stream_channel(http_request *q)
{
	static const vv_channel_ops ops = {
		.write = stream_write,
		.turn = stream_turn,
		.read = stream_read,
		.done = stream_turn,
		.close = stream_close,
	};

	return vv_channel_new(&ops, q, q->peer, false);
}
