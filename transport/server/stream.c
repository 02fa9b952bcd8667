/*
 * stream: an answer made in one thread and sent in another.
 *
 * The connection's thread is libmicrohttpd's: it pushes the body into one ring and pulls the
 * answer out of the other. The worker sees a channel.
 */
#include <string.h>

#include "base/sys.h"
#include "transport/server/server_internal.h"

#define RING ((size_t)64 << 10)
#define PIECE ((size_t)32 << 10)

static void work(void *payload)
{
	http_request *q = payload;
	http_stream *s = &q->stream;

	s->rc = s->run(q, &s->err);
	if (s->in) {
		vv_ring_stop(s->in); /* what still comes of the body is dropped */
	}
	if (s->rc < 0) {
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
	http_watch_request(q, true);
	s->worker = vv_worker_start(work, q);
	if (!s->worker) {
		vv_fail(&s->err, VV_ENOMEM, "no more threads");
	}
	return s->worker != NULL;
}

static ssize_t pull(void *payload, uint64_t position, char *buf, size_t max)
{
	http_request *q = payload;
	ssize_t n;

	(void)position;
	http_phase(q, HTTP_WORK);
	n = vv_ring_read(q->stream.out, buf, max, 0, NULL);
	http_phase(q, HTTP_GIVE);
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
	return q->server->mhd->response_from_callback(size, PIECE, pull, q, NULL);
}

vv_status http_stream_out(void *request, const void *bytes, size_t len, vv_error *err)
{
	http_request *q = request;

	return vv_ring_write(q->stream.out, bytes, len, 0, err);
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
	http_watch_request(q, false);
	vv_ring_free(s->in);
	vv_ring_free(s->out);
	memset(&s->worker, 0, sizeof(s->worker));
	s->in = s->out = NULL;
}

/* ---- the worker's end as a channel ---- */

static vv_status line_write(void *payload, const void *bytes, size_t len, vv_error *err)
{
	return http_stream_out(payload, bytes, len, err);
}

static vv_status line_turn(void *payload, vv_error *err)
{
	(void)payload;
	(void)err;
	return VV_OK;
}

static ssize_t line_read(void *payload, void *buf, size_t len, vv_error *err)
{
	http_request *q = payload;

	return vv_ring_read(q->stream.in, buf, len, 0, err);
}

static void line_close(void *payload)
{
	(void)payload;
}

vv_channel *http_stream_channel(http_request *q)
{
	static const vv_channel_ops ops = {
		.write = line_write,
		.turn = line_turn,
		.read = line_read,
		.done = line_turn,
		.close = line_close,
	};

	return vv_channel_new(&ops, q, q->peer, false);
}
