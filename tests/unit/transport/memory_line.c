/*
 * memory_line: see its header.
 */
#include "tests/unit/transport/memory_line.h"

#include <string.h>

static ssize_t memory_write(void *payload, const void *bytes, size_t len, vv_error *err)
{
	memory_line *m = payload;

	vv_status rc;

	vv_buf_put(&m->out, bytes, len);
	rc = vv_buf_ok(&m->out, err);
	return rc < 0 ? rc : (ssize_t)len;
}

static vv_status memory_turn(void *payload, vv_error *err)
{
	(void)err;
	((memory_line *)payload)->turns++;
	return VV_OK;
}

static ssize_t memory_read(void *payload, void *buf, size_t len, vv_error *err)
{
	memory_line *m = payload;
	size_t n = m->in_len - m->at;

	(void)err;
	n = n < len ? n : len;
	n = m->piece > 0 && n > m->piece ? m->piece : n;
	if (n > 0) {
		memcpy(buf, m->in + m->at, n);
	}
	m->at += n;
	return (ssize_t)n;
}

static vv_status nothing(void *payload, vv_error *err)
{
	(void)payload;
	(void)err;
	return VV_OK;
}

static void no_close(void *payload)
{
	(void)payload;
}

vv_channel *memory_line_open(memory_line *m, const void *in, size_t len)
{
	static const vv_channel_ops ops = {.write = memory_write,
					   .turn = memory_turn,
					   .read = memory_read,
					   .done = nothing,
					   .close = no_close};

	m->in = in;
	m->in_len = len;
	m->at = 0;
	m->turns = 0;
	vv_buf_reset(&m->out);
	return vv_channel_new(&ops, m, "memory", false);
}

/* --- a server at the other end ------------------------------------------------------------- */

static ssize_t loop_write(void *payload, const void *bytes, size_t len, vv_error *err)
{
	loop_line *l = payload;

	vv_status rc;

	vv_buf_put(&l->request, bytes, len);
	rc = vv_buf_ok(&l->request, err);
	return rc < 0 ? rc : (ssize_t)len;
}

static vv_status loop_turn(void *payload, vv_error *err)
{
	loop_line *l = payload;
	memory_line m = {.out = VV_BUF_INIT};
	vv_error ignored;

	l->turns++;
	l->at = 0;
	vv_buf_reset(&l->answer);
	if (l->turns != l->dies_at) {
		vv_channel *line = memory_line_open(&m, l->request.data, l->request.len);

		if (!line) return vv_fail_nomem(err);
		/* the peer gets the message, or nothing */
		(void)vv_serve_request(l->serve, line, &ignored);
		vv_channel_close(line);
		vv_buf_clear(&l->answer);
		l->answer = m.out;
	}
	vv_buf_reset(&l->request);
	if (l->twist) {
		l->twist(l);
	}
	return VV_OK;
}

static ssize_t loop_read(void *payload, void *buf, size_t len, vv_error *err)
{
	loop_line *l = payload;
	size_t n = l->answer.len - l->at;

	(void)err;
	n = n < len ? n : len;
	if (n > 0) {
		memcpy(buf, l->answer.data + l->at, n);
	}
	l->at += n;
	return (ssize_t)n;
}

vv_channel *loop_line_open(loop_line *l, const char *name)
{
	static const vv_channel_ops ops = {.write = loop_write,
					   .turn = loop_turn,
					   .read = loop_read,
					   .done = nothing,
					   .close = no_close};

	return vv_channel_new(&ops, l, name, false);
}

void loop_line_clear(loop_line *l)
{
	vv_buf_clear(&l->request);
	vv_buf_clear(&l->answer);
}
