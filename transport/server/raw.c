/*
 * raw: a version as a file over HTTP, whole and in ranges: tags, and what may be kept in caches.
 */
#include "transport/server/routes.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "transport/server/words.h"

static vv_status write_range(http_request *q, vv_error *err)
{
	return q->server->handlers.file_write(q->file.handle, q->from, q->len, http_stream_out, q,
					      err);
}

static void add_file_headers(const http_request *q, struct MHD_Response *response)
{
	const vv_http_file *f = &q->file;

	http_add(response, "Content-Type", "%s", f->content_type);
	http_add(response, "ETag", "\"%s%s%s\"", f->etag, q->coding ? "." : "",
		 q->coding ? q->coding : "");
	if (q->may_code) {
		http_add_coding(q, response);
	}
	http_add(response, "Accept-Ranges", q->is_view ? "none" : "bytes");
	http_add(response, "Cache-Control", "%s%s", q->server->o.closed ? "private, " : "",
		 f->fixed ? "max-age=31536000, immutable" : "no-cache");
	/* A committed page must not act in this server's name. */
	http_add(response, "Content-Security-Policy", "sandbox; default-src 'none'");
	if (f->commit[0]) {
		http_add(response, "X-Varve-Commit", "%s", f->commit);
	}
}

/* True: an answer was queued, since this part takes too much memory. */
static bool is_too_costly(http_request *q, enum MHD_Result *result)
{
	const vv_http_handlers *h = &q->server->handlers;
	uint64_t cost = 0;
	vv_error err;

	if (!h->file_cost || q->len == 0 || strcmp(q->method, "HEAD") == 0) return false;
	if (h->file_cost(q->file.handle, q->from, q->len, &cost, &err) < 0) {
		*result = http_say_error(q, &err);
		return true;
	}
	return http_rows_refused(
		q, cost, ": clone the repository, or request a range without these rows", result);
}

/* True: an answer was queued, since the file cannot be had now. */
static bool is_not_ready(http_request *q, enum MHD_Result *result)
{
	const vv_http_handlers *h = &q->server->handlers;
	vv_error err;
	vv_status rc;

	if (!h->file_prepare || q->len == 0 || strcmp(q->method, "HEAD") == 0 ||
	    (rc = h->file_prepare(q->file.handle, &q->client, q->server->o.request_memory, &err)) ==
		    VV_OK) {
		return false;
	}
	(void)snprintf(q->problem, sizeof(q->problem), "%s", err.message);
	if (rc == VV_EREFUSED) {
		*result = http_say(q, MHD_HTTP_CONTENT_TOO_LARGE, "%s: clone the repository",
				   err.message);
	} else if (rc == VV_ELOCKED) {
		*result = http_say(q, MHD_HTTP_TOO_MANY_REQUESTS, "%s; try again later",
				   err.message);
	} else {
		*result = http_say_error(q, &err);
	}
	return true;
}

static enum MHD_Result send_range(http_request *q, const vv_http_range *range)
{
	struct MHD_Response *response;
	enum MHD_Result result;

	q->from = range->from;
	q->len = range->len;
	if (is_not_ready(q, &result) || is_too_costly(q, &result)) return result;
	if (q->len == 0) {
		response = http_empty();
	} else {
		if (strcmp(q->method, "HEAD") != 0 && !http_stream_start(q, write_range, false)) {
			return http_say_error(q, &q->stream.err);
		}
		response = http_stream_response(q, q->coding ? MHD_SIZE_UNKNOWN : q->len);
	}
	if (!response) return MHD_NO;
	add_file_headers(q, response);
	http_add_range(response, range, q->file.size);
	return http_send(q, range->kind == VV_HTTP_PART ? MHD_HTTP_PARTIAL_CONTENT : MHD_HTTP_OK,
			 response);
}

/* The whole file may be sent compressed; a range is of the uncompressed file. */
static void choose_form(http_request *q, char *tag, size_t size)
{
	const vv_http_file *f = &q->file;
	bool ranged = http_header(q, "Range") != NULL;

	q->may_code = !ranged && http_choose_coding(q, f->content_type, f->size);
	(void)snprintf(tag, size, "\"%s%s%s\"", f->etag, q->coding ? "." : "",
		       q->coding ? q->coding : "");
}

/* range NULL: none was asked for. */
static enum MHD_Result send_headers(http_request *q, unsigned status, const vv_http_range *range)
{
	struct MHD_Response *response = http_empty();

	if (response) {
		add_file_headers(q, response);
	}
	if (response && range) {
		http_add_range(response, range, q->file.size);
	}
	return http_send(q, status, response);
}

static enum MHD_Result send_file(http_request *q)
{
	vv_http_range range;
	char tag[sizeof(q->file.etag) + 16];

	choose_form(q, tag, sizeof(tag));
	if (!vv_http_tag_matched(http_header(q, "If-Match"), tag)) {
		q->coding = NULL;
		return http_say(q, MHD_HTTP_PRECONDITION_FAILED,
				"If-Match names a different version: the tag of this file is %s",
				tag);
	}
	if (vv_http_tag_named(http_header(q, "If-None-Match"), tag)) {
		return send_headers(q, MHD_HTTP_NOT_MODIFIED, NULL);
	}
	vv_http_range_read(
		&range,
		vv_http_tag_same(http_header(q, "If-Range"), tag) ? http_header(q, "Range") : NULL,
		q->file.size);
	if (range.kind == VV_HTTP_UNSATISFIABLE) {
		return send_headers(q, MHD_HTTP_RANGE_NOT_SATISFIABLE, &range);
	}
	return send_range(q, &range);
}

#define NAMES 7
static const char *const names[NAMES] = {"format", "columns", "where",  "part",
					 "limit",  "misfit",  "numbers"};

typedef struct query {
	vv_buf values[NAMES];
	bool has[NAMES], bad;
	size_t count; /* of all parameters that exist */
} query;

static enum MHD_Result count_known(void *payload, enum MHD_ValueKind kind VV_UNUSED,
				   const char *name, size_t len, const char *value VV_UNUSED,
				   size_t value_len VV_UNUSED)
{
	size_t *known = payload;

	vv_array_each(names, NAMES, it) {
		*known += strlen(*it) == len && memcmp(*it, name, len) == 0;
	}
	return MHD_YES;
}

/* A client relies on its conditions: so each name must be known, and occur once. */
static void read_query(http_request *q, query *out)
{
	size_t known = 0, found = 0;

	out->count = (size_t)MHD_get_connection_values_n(q->mhd, MHD_GET_ARGUMENT_KIND, count_known,
							 &known);
	for (size_t i = 0; i < NAMES; i++) {
		out->has[i] = http_parameter(q, names[i], &out->values[i], &out->bad);
		found += out->has[i];
	}
	out->bad = out->bad || known != out->count || found != out->count;
}

static void clear_query(query *x)
{
	vv_array_each(x->values, NAMES, it) {
		vv_buf_clear(it);
	}
}

static const char *value_of(const query *x, size_t i)
{
	return x->has[i] ? vv_buf_cstr(&x->values[i]) : NULL;
}

/* Rows in a form of their own: how many bytes they are is not known before. */
static enum MHD_Result send_rows(http_request *q, const query *x)
{
	const vv_http_rows rows = {.format = value_of(x, 0),
				   .columns = value_of(x, 1),
				   .where = value_of(x, 2),
				   .part = value_of(x, 3),
				   .limit = value_of(x, 4),
				   .misfit = value_of(x, 5),
				   .numbers = value_of(x, 6)};
	const vv_http_handlers *h = &q->server->handlers;
	struct MHD_Response *response;
	enum MHD_Result result;
	char tag[sizeof(q->file.etag) + 16];
	vv_error err;

	if (h->file_rows(q->file.handle, &rows, &q->file.content_type, &err) < 0) {
		return err.code == VV_EUSAGE || err.code == VV_ENOTFOUND
			       ? http_say(q, MHD_HTTP_BAD_REQUEST, "%s", err.message)
			       : http_say_error(q, &err);
	}
	q->is_view = true;
	(void)snprintf(tag, sizeof(tag), "\"%s\"", q->file.etag);
	if (vv_http_tag_named(http_header(q, "If-None-Match"), tag)) {
		return send_headers(q, MHD_HTTP_NOT_MODIFIED, NULL);
	}
	q->from = 0;
	q->len = q->file.size > 0 ? q->file.size : 1;
	if (is_not_ready(q, &result) || is_too_costly(q, &result)) return result;
	if (strcmp(q->method, "HEAD") != 0 && !http_stream_start(q, write_range, false)) {
		return http_say_error(q, &q->stream.err);
	}
	response = http_stream_response(q, MHD_SIZE_UNKNOWN);
	if (!response) return MHD_NO;
	add_file_headers(q, response);
	return http_send(q, MHD_HTTP_OK, response);
}

enum MHD_Result http_raw(http_request *q)
{
	const vv_http_call call = http_call_of(q);
	const vv_http_handlers *h = &q->server->handlers;
	query x = {.count = 0};
	enum MHD_Result result;
	vv_error err;

	if (!http_is_get(q)) return http_say_allow(q, "this address accepts only GET and HEAD");
	read_query(q, &x);
	if (x.bad || (x.count > 0 && !h->file_rows)) {
		result = http_say(q, MHD_HTTP_BAD_REQUEST,
				  "the parameters are format, columns, where, part, limit, misfit "
				  "and numbers, each at most once");
	} else if (h->file_open(h->file_payload, &call, q->rest, &q->file, &err) < 0) {
		result = http_say_unnamed(q, &err);
	} else {
		q->has_file = true;
		result = x.count > 0 ? send_rows(q, &x) : send_file(q);
	}
	clear_query(&x);
	return result;
}
