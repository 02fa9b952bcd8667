/*
 * ssh2: a line over ssh by libssh2.
 *
 * One channel runs varve on the far side. Its stdout and stderr share one window, so stderr is read
 * during every wait. A write that would block has to be repeated with the very same bytes, which
 * ssh2_write does: nothing else is sent in between.
 *
 * Every read takes all packets from the socket, also those of other streams: before waiting for the
 * socket, the code checks what libssh2 has buffered. (Otherwise a line hangs until the next
 * keepalive.)
 */
#include <errno.h>
#include <libssh2.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "transport/line/pipe.h"
#include "transport/line/remote_command.h"
#include "transport/line/ssh.h"
#include "transport/line/ssh_login.h"

#define WINDOW (16u << 20) /* a download is at most window / round trip a second */
#define KEEPALIVE_SEC 15u
#define LAST_WORDS_MS 2000u
#define GIVEN_UP_MS 200

/* --- state of a line ------------------------------------------------------------------ */

typedef struct ssh2_line {
	vv_ssh_login s;
	LIBSSH2_CHANNEL *channel;
	char *name, *host, *program;
	bool *foreign; /* as in vv_connect_options */
	vv_peer_messages said;
	unsigned idle_sec;       /* 0: without end */
	bool given_up;           /* it was waited for in vain */
	const vv_channel *owner; /* ends the waits */
} ssh2_line;

/* --- waiting ------------------------------------------------------------------------------ */

static void drain_err(ssh2_line *p)
{
	char step[4096];
	ssize_t got;

	while ((got = libssh2_channel_read_stderr(p->channel, step, sizeof(step))) > 0) {
		vv_peer_messages_add(&p->said, step, (size_t)got);
	}
}

static bool is_something_held(ssh2_line *p)
{
	unsigned long held = 0;

	(void)libssh2_channel_window_read_ex(p->channel, &held, NULL);
	return held > 0;
}

/* Until the socket has something for libssh2, or takes more of it; at most until the limit. */
static vv_status wait_socket(ssh2_line *p, uint64_t start, bool may_send, vv_error *err)
{
	uint64_t waited = vv_monotonic_ms() - start, limit = (uint64_t)p->idle_sec * 1000;
	int next = (int)KEEPALIVE_SEC;
	struct pollfd fd = {p->s.fd, POLLIN, 0};

	if (vv_channel_is_stopped(p->owner)) {
		p->given_up = true;
		return vv_fail_stopped(err, p->name);
	}
	p->given_up = p->given_up || (limit > 0 && waited >= limit);
	if (p->given_up) return vv_fail_idle(err, p->name, p->idle_sec);
	if (may_send) { /* never between two halves of a write */
		(void)libssh2_keepalive_send(p->s.session, &next);
	}
	if (libssh2_session_block_directions(p->s.session) & LIBSSH2_SESSION_BLOCK_OUTBOUND) {
		fd.events |= POLLOUT;
	}
	uint64_t timeout = next > 0 ? (uint64_t)next * 1000 : 1000;
	if (limit > 0 && limit - waited < timeout) {
		timeout = limit - waited + 1;
	}
	timeout = timeout > VV_STOP_STEP_MS ? VV_STOP_STEP_MS : timeout;
	if (poll(&fd, 1, (int)timeout) < 0 && errno != EINTR) {
		return vv_fail_errno(err, "cannot wait for", p->name);
	}
	return VV_OK;
}

/* --- the line ------------------------------------------------------------------------------- */

static vv_status ssh2_ended(void *payload, const char *noise, size_t len, vv_error *err);

static bool is_closed(ssize_t code)
{
	return code == LIBSSH2_ERROR_SOCKET_DISCONNECT || code == LIBSSH2_ERROR_SOCKET_RECV ||
	       code == LIBSSH2_ERROR_SOCKET_SEND || code == LIBSSH2_ERROR_CHANNEL_CLOSED ||
	       code == LIBSSH2_ERROR_CHANNEL_EOF_SENT;
}

static ssize_t ssh2_write(void *payload, const void *bytes, size_t len, vv_error *err)
{
	ssh2_line *p = payload;
	const uint64_t start = vv_monotonic_ms();
	unsigned long window;
	vv_status rc;

	for (;;) {
		ssize_t put = libssh2_channel_write(p->channel, bytes, len);

		if (put > 0) return put;
		if (is_closed(put) || (put == 0 && libssh2_channel_eof(p->channel))) {
			(void)vv_fail(err, VV_EIO,
				      "the connection to '%s' was closed while data was being sent",
				      p->name);
			return ssh2_ended(p, NULL, 0, err);
		}
		if (put != 0 && put != LIBSSH2_ERROR_EAGAIN) {
			return vv_ssh_login_fail(&p->s, (int)put, "cannot send to", err);
		}
		window = libssh2_channel_window_write(p->channel);
		drain_err(p);
		if (libssh2_channel_window_write(p->channel) > window) {
			continue;
		}
		if ((rc = wait_socket(p, start, false, err)) < 0) return rc;
	}
}

static vv_status ssh2_turn(void *payload VV_UNUSED, vv_error *err VV_UNUSED)
{
	return VV_OK; /* no buffer here */
}

static ssize_t ssh2_read(void *payload, void *buf, size_t len, vv_error *err)
{
	ssh2_line *p = payload;
	const uint64_t start = vv_monotonic_ms();
	vv_status rc;

	for (;;) {
		ssize_t got = libssh2_channel_read(p->channel, buf, len);

		if (got > 0) return got;
		if (is_closed(got)) return 0;
		if (got < 0 && got != LIBSSH2_ERROR_EAGAIN) {
			return vv_ssh_login_fail(&p->s, (int)got, "cannot read from", err);
		}
		drain_err(p);
		if (libssh2_channel_eof(p->channel)) return 0;
		if (is_something_held(p)) {
			continue;
		}
		if ((rc = wait_socket(p, start, true, err)) < 0) return rc;
	}
}

static vv_status ssh2_done(void *payload, vv_error *err VV_UNUSED)
{
	drain_err(payload);
	return VV_OK;
}

/* Reads stderr until the far side closes the channel: then its exit code is known. */
static void wait_closed(ssh2_line *p)
{
	uint64_t end = vv_monotonic_ms() + LAST_WORDS_MS;
	int code = LIBSSH2_ERROR_EAGAIN;

	while (code == LIBSSH2_ERROR_EAGAIN && vv_monotonic_ms() < end) {
		char rest[4096];
		ssize_t got;

		while ((got = libssh2_channel_read(p->channel, rest, sizeof(rest))) > 0) {
		}
		drain_err(p);
		if (got < 0 && got != LIBSSH2_ERROR_EAGAIN) {
			break;
		}
		if (libssh2_channel_eof(p->channel)) {
			code = libssh2_channel_wait_closed(p->channel);
		}
		if (code == LIBSSH2_ERROR_EAGAIN) {
			struct pollfd fd = {p->s.fd, POLLIN, 0};

			(void)poll(&fd, 1, 50);
		}
	}
	drain_err(p);
	vv_peer_messages_end(&p->said);
}

static vv_status ssh2_ended(void *payload, const char *noise, size_t len VV_UNUSED, vv_error *err)
{
	ssh2_line *p = payload;
	char *name = NULL, last[256], hint[256], before[sizeof(err->message)];

	wait_closed(p);
	if (!err) return VV_EIO;
	int code = libssh2_channel_get_exit_status(p->channel);
	if (p->foreign && noise && code > 0 &&
	    (code == 127 || !vv_peer_messages_last(&p->said, last, hint, sizeof(last)) ||
	     strncmp(last, "varve: ", 7) != 0)) {
		*p->foreign = true;
	}
	if (vv_ssh_explain_exit(code, p->host, p->program, err)) return err->code;
	memcpy(before, err->message, sizeof(before));
	(void)libssh2_channel_get_exit_signal(p->channel, &name, NULL, NULL, NULL, NULL, NULL);
	if (vv_peer_messages_last(&p->said, last, hint, sizeof(last))) {
		(void)vv_fail(err, VV_EIO, "%s: %s", before, vv_text_shows(last));
		if (hint[0]) {
			(void)vv_hint(err, "%s", vv_text_shows(hint));
		}
	} else if (name) {
		(void)vv_fail(err, VV_EIO, "%s: the host's varve was ended by signal %s", before,
			      vv_text_shows(name));
	} else if (code > 0) {
		(void)vv_fail(err, VV_EIO, "%s: the host's varve ended with exit code %d", before,
			      code);
	}
	if (name) {
		libssh2_free(p->s.session, name);
	}
	return err->code;
}

static void ssh2_close(void *payload)
{
	ssh2_line *p = payload;

	if (!p) return;
	p->given_up = p->given_up || vv_channel_is_stopped(p->owner);
	if (p->channel) {
		libssh2_session_set_blocking(p->s.session, 1);
		libssh2_session_set_timeout(p->s.session,
					    p->given_up ? GIVEN_UP_MS : (long)LAST_WORDS_MS);
		(void)libssh2_channel_send_eof(p->channel);
		(void)libssh2_channel_free(p->channel);
	}
	vv_ssh_login_close(&p->s);
	vv_peer_messages_end(&p->said);
	vv_peer_messages_clear(&p->said);
	vv_free_all(p->name, p->host, p->program, p);
}

VV_AUTO_FREE(ssh2_line, ssh2_close)

static void ssh2_watch(void *payload, const vv_channel *owner)
{
	ssh2_line *p = payload;

	p->owner = owner;
}

static const vv_channel_ops ssh2_ops = {
	.write = ssh2_write,
	.turn = ssh2_turn,
	.read = ssh2_read,
	.done = ssh2_done,
	.close = ssh2_close,
	.ended = ssh2_ended,
	.watch = ssh2_watch,
};

/* --- making ------------------------------------------------------------------------------------ */

static vv_status start_varve(ssh2_line *p, const vv_url *url, const vv_connect_options *o,
			     vv_error *err)
{
	vv_auto(vv_buf) command = VV_BUF_INIT;
	vv_status rc;

	vv_ssh_remote_command(&command, url, o);
	if ((rc = vv_buf_ok(&command, err)) < 0) return rc;
	p->channel = libssh2_channel_open_ex(p->s.session, "session", sizeof("session") - 1, WINDOW,
					     LIBSSH2_CHANNEL_PACKET_DEFAULT, NULL, 0);
	int code = p->channel ? libssh2_channel_exec(p->channel, command.data)
			      : libssh2_session_last_errno(p->s.session);
	if (code != 0) return vv_ssh_login_fail(&p->s, code, "cannot run varve on", err);
	libssh2_keepalive_config(p->s.session, 1, KEEPALIVE_SEC);
	libssh2_session_set_blocking(p->s.session, 0);
	return VV_OK;
}

vv_status vv_channel_ssh2(vv_channel **out, const vv_url *url, const vv_ssh_config *c,
			  const vv_connect_options *o, bool *other, vv_error *err)
{
	vv_auto(ssh2_line) *p = NULL;
	vv_status rc;

	*other = false;
	if ((rc = vv_ssh_ready(err)) < 0) return rc;
	if (!(p = vv_calloc(1, sizeof(*p)))) return vv_fail_nomem(err);
	*p = (ssh2_line){.name = vv_strdup(url->text),
			 .host = vv_strdup(url->host),
			 .program = vv_strdup(o->remote_program ? o->remote_program : "varve"),
			 .said = {.line = o->line, .payload = o->payload},
			 .idle_sec = vv_idle_sec(o),
			 .foreign = o->foreign,
			 .s = {.fd = -1, .config = c, .options = o, .seconds = vv_idle_sec(o)}};
	if (!p->name || !p->host || !p->program) return vv_fail_nomem(err);
	p->s.name = p->name;
	rc = vv_ssh_login_open(&p->s, err);
	*other = rc < 0 && p->s.other;
	if (rc < 0 || (rc = start_varve(p, url, o, err)) < 0) return rc;
	p->s.config = NULL; /* both are the caller's, for the login only */
	p->s.options = NULL;
	*out = vv_channel_new(&ssh2_ops, p, p->name, true);
	p = NULL;
	return *out ? VV_OK : vv_fail_nomem(err);
}
