/*
 * varve: the protocol over POST: checks rights.
 *
 * A refused head is answered at once, so that nothing is uploaded in vain (the client waits for
 * "100 Continue").
 */
#include "base/hint_text.h"
#include "transport/server/routes.h"

#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "repo/blocks/store.h"

#define TYPE "application/x-varve"
/* Its first frame, lists that are made of it, and blocks that others build on. */
#define TRANSFER_MEMORY ((uint64_t)VV_UNPACKED_TRANSFER)

static vv_status answer_call(http_request *q, vv_error *err)
{
	const vv_http_call call = http_call_of(q);
	vv_auto(vv_channel) *line = http_stream_channel(q);

	if (!line) return vv_fail_nomem(err);
	vv_status rc = q->server->handlers.answer(q->server->handlers.answer_payload, &call, line,
						  err);
	vv_channel_stats stats = vv_channel_stats_get(line);
	if (rc < 0) {
		(void)snprintf(q->problem, sizeof(q->problem), "%s", err->message);
		/* The answer sent so far contains the error. */
		rc = stats.bytes_out > 0 ? VV_OK : rc;
	}
	return rc;
}

/* A server with smaller limits, for a request or for all of them, still answers. */
static uint64_t memory_of(const vv_http_server *s)
{
	const uint64_t most = s->o.memory < s->o.request_memory ? s->o.memory : s->o.request_memory;

	return most < TRANSFER_MEMORY ? most : TRANSFER_MEMORY;
}

/* A browser's page can make no request of this type to another site unasked. */
static bool is_our_type(const http_request *q)
{
	const char *type = http_header(q, "Content-Type");

	return type && strcmp(type, TYPE) == 0;
}

enum MHD_Result http_varve_begin(http_request *q, bool *more)
{
	const vv_http_server *s = q->server;
	vv_auto(vv_buf) none = VV_BUF_INIT;
	bool bad = false;

	*more = false;
	if (strcmp(q->method, "POST") != 0) {
		return http_say_allow(q, "this address is for varve clients, which use POST");
	}
	if (!is_our_type(q)) {
		return http_say(q, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE,
				"requests of varve must have the Content-Type " TYPE);
	}
	bool push = http_parameter(q, "push", &none, &bad);
	if (push && !q->may_write) {
		if (s->auth && !s->o.read_only && !q->is_known) {
			return http_say(q, MHD_HTTP_UNAUTHORIZED, "log in to push");
		}
		vv_auto(vv_buf) why = VV_BUF_INIT;

		vv_buf_puts(&why, s->auth && !s->o.read_only ? "this user has no permission to "
							       "write"
							     : "this server is read-only");
		if (!s->auth && !s->o.read_only) {
			vv_buf_puts(&why, ": it accepts pushes when run with --auth FILE");
		}
		return http_say(q, MHD_HTTP_FORBIDDEN, "%s", vv_buf_cstr(&why));
	}
	if (http_reserve(q, memory_of(s)) != 0) {
		return http_say(q, MHD_HTTP_SERVICE_UNAVAILABLE, "busy; try again later");
	}
	q->answer_type = TYPE;
	if (!http_stream_start(q, answer_call, true)) return http_say_error(q, &q->stream.err);
	http_connection_phase(q->connection, HTTP_TAKE);
	*more = true;
	return MHD_YES;
}
