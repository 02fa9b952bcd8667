/*
 * pump: one poll for both ends. Bytes that one end does not take stay in the stream's buffer, and while that
 * is full the other end is not read.
 */
#include "cmd/web/relay/pump.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "transport/line/pipe.h"

#define PIECE (64u << 10)

void vv_pump_close(vv_pump *p)
{
	vv_fd_close(&p->in);
	vv_fd_close(&p->out);
}

static short line_events(bool reads, bool writes)
{
	const short in = reads ? POLLIN : 0;
	const short out = writes ? POLLOUT : 0;

	return (short)(in | out);
}

static vv_status fail_stopped(vv_error *err)
{
	return vv_fail(err, VV_EIO, "stopped");
}

/* --- the line ------------------------------------------------------------------------------- */

static vv_status write_line(vv_pump *p, vv_error *err)
{
	const vv_buf *b = vv_sealed_stream_line(p->stream);

	while (b->len > 0) {
		const ssize_t put = vv_upgrade_write(p->line, b->data, b->len, err);
		if (put < 0) return (vv_status)put;
		if (put == 0) return VV_OK;
		vv_sealed_stream_drop_line(p->stream, (size_t)put);
	}
	return VV_OK;
}

static bool wants_line(const vv_pump *p)
{
	return vv_sealed_stream_plain(p->stream)->len < VV_SEALED_BUFFER &&
	       !vv_sealed_stream_has_ended(p->stream);
}

/* All that came, since TLS may have more than the socket shows. */
static vv_status read_line(vv_pump *p, vv_error *err)
{
	char bytes[PIECE];
	bool end;
	vv_status rc = VV_OK;

	while (rc == VV_OK && wants_line(p) && !vv_sealed_stream_question(p->stream)) {
		const ssize_t got = vv_upgrade_read(p->line, bytes, sizeof(bytes), &end, err);
		if (got < 0) return (vv_status)got;
		if (end) return vv_sealed_stream_cut(p->stream, err);
		if (got == 0) return VV_OK;
		rc = vv_sealed_stream_receive(p->stream, bytes, (size_t)got, err);
	}
	return rc;
}

/* --- the handshake --------------------------------------------------------------------------- */

static bool is_greeted(const vv_pump *p)
{
	return vv_sealed_stream_is_open(p->stream) || vv_sealed_stream_question(p->stream);
}

static vv_status await_line(vv_pump *p, uint64_t until, unsigned seconds, vv_error *err)
{
	const bool writes = vv_sealed_stream_line(p->stream)->len > 0;
	struct pollfd polls[2] = {
		{.fd = vv_upgrade_fd(p->line), .events = line_events(true, writes)},
		{.fd = p->stop, .events = POLLIN},
	};
	const uint64_t now = vv_monotonic_ms();

	if (now >= until) return vv_fail_idle(err, "the machine behind the relay", seconds);
	(void)poll(polls, 2, (int)(until - now));
	return polls[1].revents ? fail_stopped(err) : VV_OK;
}

vv_status vv_pump_greet(vv_pump *p, unsigned seconds, vv_error *err)
{
	const uint64_t until = vv_monotonic_ms() + (uint64_t)seconds * 1000;
	vv_status rc = VV_OK;

	while (rc == VV_OK) {
		if ((rc = read_line(p, err)) < 0 || (rc = write_line(p, err)) < 0 ||
		    is_greeted(p)) {
			return rc;
		}
		rc = await_line(p, until, seconds, err);
	}
	return rc;
}

vv_status vv_pump_flush(vv_pump *p, unsigned seconds, vv_error *err)
{
	const uint64_t until = vv_monotonic_ms() + (uint64_t)seconds * 1000;
	struct pollfd line = {.fd = vv_upgrade_fd(p->line), .events = POLLOUT};
	vv_status rc;

	while ((rc = write_line(p, err)) == VV_OK && vv_sealed_stream_line(p->stream)->len > 0) {
		if (vv_monotonic_ms() >= until) {
			return vv_fail_idle(err, "the machine behind the relay", seconds);
		}
		(void)poll(&line, 1, 100);
	}
	return rc;
}

/* --- bytes ---------------------------------------------------------------------------------------- */

static vv_status read_in(vv_pump *p, vv_error *err)
{
	char bytes[PIECE];
	const ssize_t got = read(p->in, bytes, sizeof(bytes));

	if (got > 0) return vv_sealed_stream_send(p->stream, bytes, (size_t)got, err);
	if (got < 0 && (errno == EAGAIN || errno == EINTR)) return VV_OK;
	vv_fd_close(&p->in); /* an error of a pipe is its end */
	return vv_sealed_stream_end(p->stream, err);
}

/* A local end that reads no more gets no more: it may still send. */
static void write_out(vv_pump *p)
{
	const vv_buf *b = vv_sealed_stream_plain(p->stream);
	const ssize_t put = b->len > 0 && p->out >= 0 ? vv_os_write(write, p->out, b->data, b->len)
						      : 0;

	if (put > 0) {
		vv_sealed_stream_drop_plain(p->stream, (size_t)put);
	} else if (put < 0 && errno != EAGAIN && errno != EINTR) {
		vv_fd_close(&p->out);
	}
	if (p->out < 0) {
		vv_sealed_stream_drop_plain(p->stream, b->len);
	} else if (b->len == 0 && vv_sealed_stream_has_ended(p->stream)) {
		vv_fd_close(&p->out);
	}
}

static bool is_done(const vv_pump *p)
{
	return p->in < 0 && p->out < 0 && vv_sealed_stream_line(p->stream)->len == 0 &&
	       vv_sealed_stream_has_ended(p->stream);
}

static vv_status await_any(vv_pump *p, int ms, bool *in_ready, vv_error *err)
{
	const size_t to_send = vv_sealed_stream_line(p->stream)->len;
	struct pollfd polls[4] = {
		{.fd = vv_upgrade_fd(p->line), .events = line_events(wants_line(p), to_send > 0)},
		{.fd = p->stop, .events = POLLIN},
		{.fd = -1, .events = POLLIN},
		{.fd = -1, .events = POLLOUT},
	};

	if (!polls[0].events) {
		polls[0].fd = -1;
	}
	if (to_send < VV_SEALED_BUFFER) {
		polls[2].fd = p->in;
	}
	if (vv_sealed_stream_plain(p->stream)->len > 0) {
		polls[3].fd = p->out;
	}
	(void)poll(polls, 4, ms);
	*in_ready = polls[2].revents != 0;
	return polls[1].revents ? fail_stopped(err) : VV_OK;
}

vv_status vv_pump_run(vv_pump *p, vv_error *err)
{
	uint64_t until = 0; /* for the other side's end; 0: no limit yet */
	bool in_ready = false;
	vv_status rc = VV_OK;

	(void)fcntl(p->out, F_SETFL, fcntl(p->out, F_GETFL) | O_NONBLOCK);
	while (rc == VV_OK) {
		if ((rc = read_line(p, err)) < 0) {
			write_out(p); /* the bytes before the failure */
			return rc;
		}
		write_out(p);
		if (in_ready && (rc = read_in(p, err)) < 0) return rc;
		if ((rc = write_line(p, err)) < 0 || is_done(p)) return rc;
		if (p->in < 0 && until == 0 && p->last_sec > 0) {
			until = vv_monotonic_ms() + (uint64_t)p->last_sec * 1000;
		}
		const uint64_t now = vv_monotonic_ms();
		if (until > 0 && now >= until) {
			return vv_fail_idle(err, "the machine behind the relay", p->last_sec);
		}
		rc = await_any(p, until > 0 ? (int)(until - now) : -1, &in_ready, err);
	}
	return rc;
}
