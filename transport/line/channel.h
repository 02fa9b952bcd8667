/*
 * channel: sends bytes to a peer and receives bytes from it, in turns, over a connection of any
 * kind.
 *
 * The protocol (docs/formats/protocol.md) consists of requests and answers, which are never sent at
 * the same time. The client writes a whole request, calls vv_channel_turn, reads the answer to its
 * end (transport/protocol/frame.h), calls vv_channel_done, and may then write the next request.
 * This is one turn. Over HTTP, a turn is one POST. Since only one side sends at a time, no kind of
 * channel can deadlock.
 *
 * A channel is for one thread. While this thread computes an answer, a second thread may write
 * whole frames to the channel (transport/protocol/pulse.h). Both threads then write each frame
 * between vv_channel_lock and vv_channel_unlock.
 *
 * The kinds of channels are a pipe to `varve serve --stdio` (pipe.c), ssh (ssh.c, ssh2.c) and HTTP
 * (transport/http/channel.c). All kinds are used in the same way.
 */
#ifndef VV_TRANSPORT_LINE_CHANNEL_H
#define VV_TRANSPORT_LINE_CHANNEL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/auto.h"
#include "base/error.h"

typedef struct vv_channel vv_channel;

/* The functions of one kind of channel. payload is the kind's own data. The messages of errors have
 * the peer's name. */
typedef struct vv_channel_ops {
	/* Writes 1 to len bytes, perhaps only to a buffer of about 64 KiB. Returns the number of
	 * bytes written, or a negative status. */
	ssize_t (*write)(void *payload, const void *bytes, size_t len, vv_error *err);
	/* Ends the request: sends all buffered bytes. */
	vv_status (*turn)(void *payload, vv_error *err);
	/* Reads 1 to len bytes into buf. Returns the number of bytes read, 0 if the peer has ended
	 * sending, or a negative status. */
	ssize_t (*read)(void *payload, void *buf, size_t len, vv_error *err);
	/* Ends the turn after the answer was read to its end. */
	vv_status (*done)(void *payload, vv_error *err);
	/* Ends the connection in any state, and frees payload. Waits at most a few seconds. */
	void (*close)(void *payload);
	/* Is called when the connection has ended too early, with err set to "the connection to ...
	 * was closed". If the reason is known, replaces err with a more precise error. noise: the
	 * len bytes that were received instead of the greeting; NULL: the greeting was received.
	 * Returns err->code. ended may be NULL. */
	vv_status (*ended)(void *payload, const char *noise, size_t len, vv_error *err);
	/* Sets the channel that owns payload: after vv_channel_is_stopped(owner) becomes true, each
	 * wait must fail within about 100 ms, with vv_fail_stopped. Is called once, before all
	 * other functions. watch may be NULL. */
	void (*watch)(void *payload, const vv_channel *owner);
} vv_channel_ops;

/* Makes a channel, which owns payload. name is the peer's name for messages, and is copied.
 * talks_first: the peer first sends the greeting "varve 1\n", perhaps after other bytes, such as
 * the output of a login shell. (An HTTP peer sends no greeting.) Returns NULL if memory runs out;
 * ops->close was then called with payload. */
vv_channel *vv_channel_new(const vv_channel_ops *ops, void *payload, const char *name,
			   bool talks_first);

/* Makes a channel over two descriptors: the server's side of a pipe. The descriptors belong to the
 * caller, and are not closed with the channel. The channel expects no greeting. A call waits at
 * most VV_IDLE_SERVE for the peer. If out is a pipe or socket, it is non-blocking until the channel
 * is closed. Returns NULL if memory runs out. */
vv_channel *vv_channel_fds(int in, int out, const char *name);
#define VV_IDLE_SERVE 600u /* seconds: a connected client may compute before its request */

/* Writes all len bytes, perhaps only to a buffer. If this fails because the peer has stopped
 * reading, the bytes that the peer has already sent can still be read. */
vv_status vv_channel_write(vv_channel *c, const void *bytes, size_t len, vv_error *err);
/* Ends the request: sends all buffered bytes, and lets the peer answer. */
vv_status vv_channel_turn(vv_channel *c, vv_error *err);
/* Returns true if a write failed because of the connection. The peer may have sent the reason,
 * which can still be read. */
bool vv_channel_write_failed(const vv_channel *c);
/* Sends buffered bytes, without ending the request or answer. */
vv_status vv_channel_flush(vv_channel *c, vv_error *err);
/* Locks the channel for writing by this thread. Call this before you write bytes that must not be
 * mixed with another thread's bytes. */
void vv_channel_lock(vv_channel *c);
void vv_channel_unlock(vv_channel *c); /* ends the lock of vv_channel_lock */
/* Sends buffered bytes, and then reads exactly len bytes into buf. The first read of a peer that
 * talks first also reads the greeting (vv_channel_greet). VV_EIO: the connection ended too early;
 * the message has the reason, if it is known. */
vv_status vv_channel_read(vv_channel *c, void *buf, size_t len, vv_error *err);
/* Sets a minimum pace for the peer. If the peer sends or reads so slowly that it falls behind this
 * pace by `seconds` (patience.h), calls fail with VV_EIO, and err->silent is set. The pace is
 * measured over a whole answer, including the wait for the answer. If either value is 0, the pace
 * is not limited. */
void vv_channel_pace(vv_channel *c, uint64_t bytes_per_sec, unsigned seconds);
/* Records that the peer is alive: the pace is measured from this moment on. */
void vv_channel_alive(vv_channel *c);

/* Ends waiting for the peer; another thread may call this. A call that waits for the peer fails
 * soon, and all later reads fail. */
void vv_channel_stop(vv_channel *c);
/* Stops the channel, as vv_channel_stop does, when the caller's flag *stopped becomes true. Call
 * this before the first read. stopped must outlive the channel. */
void vv_channel_stop_when(vv_channel *c, const atomic_bool *stopped);
/* Returns true after vv_channel_stop, and while the flag of vv_channel_stop_when is true. Accepts
 * NULL. Thread-safe. */
bool vv_channel_is_stopped(const vv_channel *c);
/* For the kinds of channels: sets err for a wait that was stopped, and returns VV_EIO. name: the
 * peer's name. */
vv_status vv_fail_stopped(vv_error *err, const char *name);
#define VV_STOP_STEP_MS 100 /* the interval in which waits test the flag */

/* For a server between two requests: waits until the peer sends a byte or ends the connection. Sets
 * *end to true if the connection has ended. */
vv_status vv_channel_at_end(vv_channel *c, bool *end, vv_error *err);
/* Ends the turn. The caller has read the answer to its end. VV_ECORRUPT: the peer sent more bytes
 * than the answer. */
vv_status vv_channel_done(vv_channel *c, vv_error *err);
/* Reads the greeting, if the peer talks first and the greeting was not read yet. vv_connect calls
 * this, to detect errors early. VV_ENOSUPPORT: the peer uses another version of the protocol.
 * VV_EIO: the first 4 KiB have no greeting, or the connection ended. */
vv_status vv_channel_greet(vv_channel *c, vv_error *err);
void vv_channel_close(vv_channel *c); /* accepts NULL */
VV_AUTO_FREE(vv_channel, vv_channel_close)

const char *vv_channel_name(const vv_channel *c); /* borrowed */

/* Numbers about a channel so far. */
typedef struct vv_channel_stats {
	uint64_t bytes_out, bytes_in; /* bytes of the protocol, without those that ssh or TLS add */
	uint64_t turns;               /* number of requests */
} vv_channel_stats;
/* Returns the numbers of the channel so far. */
vv_channel_stats vv_channel_stats_get(const vv_channel *c);

#define VV_GREETING "varve 1\n"

#endif
