/*
 * page: pages and data of the handler: its thread, its head, and disconnected clients.
 *
 * The worker makes the answer; the connection's thread waits for its head, and then sends the body as it
 * arrives. Meanwhile the socket is not read, so the worker itself checks whether the client is still
 * connected.
 */
#include "transport/server/head.h"
#include "transport/server/repositories.h"
#include "transport/server/routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "transport/server/words.h"

#define PAGE_MEMORY ((uint64_t)12 << 20) /* that an answer takes: cells, rows, the body */
#define PARAMETERS_MAX 256u
#define PATH_MAX_LEN 8192u
#define FORM_MAX ((size_t)256 << 10)

struct http_page_work {
	vv_ring *ready; /* ends when the head is known, or will never be */
	bool begun;     /* head is set */
	vv_http_head head;
	vv_buf text[6]; /* head's strings */
	char *base;
	vv_http_parameter *parameters; /* their texts are in one buffer each */
	size_t count, cap;
	vv_http_listed *listed;
	size_t listed_count;
	vv_buf form; /* the body of a POST */
	bool bad;
};

static void free_page(struct http_page_work *p)
{
	vv_array_each(p->text, sizeof(p->text) / sizeof(p->text[0]), it) {
		vv_buf_clear(it);
	}
	vv_array_each(p->parameters, p->count, it) {
		vv_free((char *)(uintptr_t)it->name);
		vv_free((char *)(uintptr_t)it->value);
	}
	vv_buf_clear(&p->form);
	vv_free_all(p->parameters, p->listed, p->base);
	vv_ring_free(p->ready);
	vv_free(p);
}

void http_page_end(http_request *q)
{
	if (q->page) {
		free_page(q->page);
		q->page = NULL;
	}
}

/* --- the request ------------------------------------------------------------------------------- */

static char *decode_value(const char *text, size_t len, bool *bad)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	/* Values may have any characters, as cells do; only NUL ends them too early. */
	if (!vv_http_decode_value(&b, text, len)) {
		*bad = true;
		return NULL;
	}
	char *out = vv_buf_detach(&b);
	*bad = *bad || !out;
	return out;
}

static enum MHD_Result take_parameter(void *payload, enum MHD_ValueKind kind VV_UNUSED,
				      const char *name, size_t name_len, const char *value,
				      size_t len)
{
	struct http_page_work *p = payload;

	if (p->count == PARAMETERS_MAX || !vv_array_room(p->parameters, p->count, p->cap)) {
		p->bad = true;
		return MHD_NO;
	}
	char *n = decode_value(name, name_len, &p->bad);
	char *v = decode_value(value ? value : "", value ? len : 0, &p->bad);
	if (!n || !v) {
		vv_free_all(n, v);
		p->bad = true;
		return MHD_NO;
	}
	p->parameters[p->count++] = (vv_http_parameter){n, v};
	return MHD_YES;
}

/* The fields of a form, as browsers encode them (application/x-www-form-urlencoded): NAME=VALUE&..., a blank as '+'. */
static void take_form(struct http_page_work *p)
{
	char *at = p->form.data, *end = at + p->form.len;

	for (char *c = at; c < end; c++) {
		*c = *c == '+' ? ' ' : *c;
	}
	while (at < end && !p->bad) {
		const char *next = memchr(at, '&', (size_t)(end - at));
		size_t len = next ? (size_t)(next - at) : (size_t)(end - at);
		const char *value = memchr(at, '=', len);
		size_t name_len = value ? (size_t)(value - at) : len;

		(void)take_parameter(p, MHD_POSTDATA_KIND, at, name_len, value ? value + 1 : NULL,
				     value ? len - name_len - 1 : 0);
		at += len + 1;
	}
}

static bool has_gone(void *request)
{
	const http_request *q = request;
	char next;

	if (vv_ring_stopped(q->stream.out)) return true;
	/* 0: the other end sends no more; what waits to be read is a further request. */
	return q->connection && q->connection->fd >= 0 &&
	       recv(q->connection->fd, &next, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static vv_status open_first(void *request, const char *path, vv_error *err)
{
	const http_request *q = request;

	return http_server_open(q->server, path, err);
}

static const char *or_empty(const char *header)
{
	return header ? header : "";
}

/* --- the answer ------------------------------------------------------------------------------------ */

/* The head's strings become the page's. */
static vv_status keep_head(struct http_page_work *p, const vv_http_head *head, vv_error *err)
{
	const char **to[] = {&p->head.type,   &p->head.etag,     &p->head.location,
			     &p->head.policy, &p->head.download, &p->head.commit};

	p->head = *head;
	for (size_t i = 0; i < sizeof(to) / sizeof(to[0]); i++) {
		if (*to[i]) {
			vv_buf_puts(&p->text[i], *to[i]);
			if (p->text[i].failed) return vv_fail_nomem(err);
			if (strpbrk(*to[i], "\r\n")) {
				return vv_fail(err, VV_ECORRUPT,
					       "a header of the answer has a line break");
			}
			*to[i] = vv_buf_cstr(&p->text[i]);
		}
	}
	return VV_OK;
}

static vv_status begin_page(void *out, const vv_http_head *head, bool *wanted, vv_error *err)
{
	http_request *q = out;
	struct http_page_work *p = q->page;
	char tag[256];
	vv_status rc = keep_head(p, head, err);

	if (rc < 0) return rc;
	*wanted = strcmp(q->method, "HEAD") != 0;
	q->may_code = http_choose_coding(q, head->type, head->size);
	if (head->etag && q->coding) {
		vv_buf_printf(&p->text[1], ".%s", q->coding);
		p->head.etag = vv_buf_cstr(&p->text[1]);
	}
	if (head->etag && head->status == MHD_HTTP_OK) {
		(void)snprintf(tag, sizeof(tag), "\"%.200s\"", p->head.etag);
		if (vv_http_tag_named(http_header(q, "If-None-Match"), tag)) {
			p->head.status = MHD_HTTP_NOT_MODIFIED;
			*wanted = false;
		}
	}
	if (head->size == 0) {
		*wanted = false;
	}
	p->begun = true;
	vv_ring_end(p->ready);
	return vv_ring_stopped(q->stream.out) ? vv_fail(err, VV_EIO,
							"the browser closed the "
							"connection")
					      : VV_OK;
}

static vv_status run_page(http_request *q, vv_error *err)
{
	const vv_http_server *s = q->server;
	struct http_page_work *p = q->page;
	const vv_http_call call = http_call_of(q);
	const vv_http_ask ask = {.name = q->repository ? q->repository->name : NULL,
				 .base = p->base,
				 .below = q->below,
				 .parameters = p->parameters,
				 .parameter_count = p->count,
				 .post = !http_is_get(q),
				 .listed = p->listed,
				 .listed_count = p->listed_count,
				 .host = or_empty(http_header(q, "Host")),
				 .secure = s->tls_cert.len > 0,
				 .until_ms = q->start_ms + s->o.page_ms,
				 .gone = has_gone,
				 .open = open_first,
				 .asker = q};
	const vv_http_reply reply = {begin_page, http_stream_out, q};
	vv_status rc = s->handlers.page(s->handlers.page_payload, &call, &ask, &reply, err);

	if (rc < 0) {
		(void)snprintf(q->problem, sizeof(q->problem), "%s", err->message);
	}
	vv_ring_end(p->ready);
	return rc;
}

static void add_page_headers(const http_request *q, struct MHD_Response *response)
{
	const vv_http_head *h = &q->page->head;

	if (h->type) {
		http_add(response, "Content-Type", "%s", h->type);
	}
	if (h->etag) {
		http_add(response, "ETag", "\"%s\"", h->etag);
	}
	if (h->location) {
		(void)MHD_add_response_header(response, "Location", h->location);
	}
	if (h->download) {
		http_add(response, "Content-Disposition", "attachment; filename=\"%s\"",
			 h->download);
	}
	if (h->commit) {
		http_add(response, "X-Varve-Commit", "%s", h->commit);
	}
	if (q->may_code) {
		http_add_coding(q, response);
	}
	if (h->kept_s > 0 && !h->no_store && !h->fixed) {
		http_add(response, "Cache-Control", "private, max-age=%u", h->kept_s);
	} else {
		const char *how = h->fixed ? "max-age=31536000, immutable" : "no-cache";

		if (h->no_store) {
			how = "no-store";
		}
		http_add(response, "Cache-Control", "%s%s",
			 q->server->o.closed && !h->no_store ? "private, " : "", how);
	}
	http_add(response, "Content-Security-Policy", "%s",
		 h->policy ? h->policy : "default-src 'none'; frame-ancestors 'none'; sandbox");
	http_add(response, "Referrer-Policy", "same-origin");
	http_add(response, "Cross-Origin-Opener-Policy", "same-origin");
	if (!q->shared || q->server->o.origins.count == 0) {
		http_add(response, "Cross-Origin-Resource-Policy", "same-origin");
	}
}

static enum MHD_Result give_page(http_request *q)
{
	const vv_http_head *h = &q->page->head;
	struct MHD_Response *response;

	if (h->status == MHD_HTTP_NOT_MODIFIED || h->size == 0) {
		response = http_empty();
	} else {
		bool unknown = h->size == UINT64_MAX || q->coding;

		response = http_stream_response(q, unknown ? MHD_SIZE_UNKNOWN : h->size);
	}
	if (response) {
		add_page_headers(q, response);
	}
	return http_send(q, h->status, response);
}

static enum MHD_Result say_failure(http_request *q)
{
	http_stream_finish(q); /* the worker's error is whole once it has ended */
	return http_say_unnamed(q, &q->stream.err);
}

static bool new_page(http_request *q)
{
	const vv_http_server *s = q->server;
	struct http_page_work *p = q->page = vv_calloc(1, sizeof(*p));
	const char *base = q->base ? q->base : q->path;

	if (!p || !(p->ready = vv_ring_new(1))) return false;
	p->base = vv_strndup(base, q->base ? strlen(base) : (size_t)(q->below - q->path));
	const size_t count = s->repository_count;
	if (!q->repository && (p->listed = vv_calloc(count + 1, sizeof(*p->listed)))) {
		p->listed_count = count;
		for (size_t i = 0; i < count; i++) {
			const http_repository *r = &s->repositories[i];

			p->listed[i] = (vv_http_listed){r->name, r->path, r->reach};
		}
	}
	return p->base && (q->repository || p->listed);
}

/* True for a page of this server, in a browser with its secret. */
static bool may_post(const http_request *q)
{
	const char *origin = http_header(q, "Origin"), *host = http_header(q, "Host");

	return q->server->o.secret && strcmp(q->method, "POST") == 0 && origin && host &&
	       vv_http_origin_is_host(origin, host);
}

enum MHD_Result http_form_begin(http_request *q, bool *more)
{
	const char *type = http_header(q, "Content-Type");

	if (!may_post(q)) {
		return http_say_allow(q, "this address accepts only GET "
					 "and HEAD");
	}
	if (type && strncmp(type, "application/x-www-form-urlencoded", 33) != 0) {
		return http_say(q, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE,
				"send the fields as application/x-www-form-urlencoded");
	}
	*more = q->is_form = true;
	return MHD_YES;
}

/* The page's work begins with the first bytes, or with http_page for a form without any. */
enum MHD_Result http_form_body(http_request *q, const char *bytes, size_t *len)
{
	size_t n = *len;

	*len = 0;
	q->in_bytes += n;
	if (!q->page && !new_page(q)) return MHD_NO;
	if (q->page->form.len + n > FORM_MAX) {
		(void)snprintf(q->problem, sizeof(q->problem), "the form is too large");
		return MHD_NO;
	}
	vv_buf_put(&q->page->form, bytes, n);
	return q->page->form.failed ? MHD_NO : MHD_YES;
}

enum MHD_Result http_page(http_request *q)
{
	unsigned status;
	char none;

	if (!http_is_get(q) && !may_post(q)) {
		return http_say_allow(q, "this address accepts only GET "
					 "and HEAD");
	}
	if (strlen(q->path) > PATH_MAX_LEN) {
		return http_say(q, MHD_HTTP_URI_TOO_LONG, "the address is longer than %u bytes",
				PATH_MAX_LEN);
	}
	if ((status = http_reserve(q, PAGE_MEMORY)) != 0) {
		return http_say(q, status, "busy; try again later");
	}
	if (!q->page && !new_page(q)) {
		return http_say(q, MHD_HTTP_SERVICE_UNAVAILABLE, "busy; try again later");
	}
	(void)MHD_get_connection_values_n(q->mhd, MHD_GET_ARGUMENT_KIND, take_parameter, q->page);
	take_form(q->page);
	if (q->page->bad) {
		return http_say(
			q, MHD_HTTP_BAD_REQUEST,
			"the parameters cannot be decoded, or there are more than %u of them",
			PARAMETERS_MAX);
	}
	if (!http_stream_start(q, run_page, false)) return http_say_error(q, &q->stream.err);
	http_connection_phase(q->connection, HTTP_WORK);
	(void)vv_ring_read(q->page->ready, &none, 1, 0, NULL);
	return q->page->begun ? give_page(q) : say_failure(q);
}
