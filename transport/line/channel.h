/*
 * channel: transfers bytes to and from a peer, in turns, over a connection of any kind.
 *
 * The protocol (docs/formats/protocol.md) consists of requests and answers, which are never sent at
 * the same time: the client writes a whole request, calls vv_channel_turn, reads the answer to its
 * end (which protocol/frame.h marks), calls vv_channel_done, and may then write the next request.
 * This is one turn: one HTTP POST, and no deadlock with any kind of channel. A channel is used by
 * one thread; only while this thread computes an answer, a second thread may write whole frames to
 * the channel, each between vv_channel_lock and vv_channel_unlock (protocol/pulse.h).
 *
 * The users of a channel are independent of its kind: a pipe to `varve serve --stdio` (pipe.c), ssh
 * (ssh.c, ssh2.c) or HTTP (http/channel.c).
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

/* The functions of one kind of channel. payload is the kind's own data. Errors have the peer's name
 * in the message, and a hint. */
typedef struct vv_channel_ops {
	/* Writes at least one of len bytes, possibly only to a buffer of about 64 KiB. Returns the
	 * number of bytes written, or a negative status. */
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
	/* Explains why the connection ended too early: if the reason is known, replaces the message
	 * in err ("the connection to ... was closed") with a more precise message. noise: the len
	 * bytes that were received instead of the greeting; may be NULL. Returns err->code. ended
	 * may be NULL. */
	vv_status (*ended)(void *payload, const char *noise, size_t len, vv_error *err);
	/* Sets the flag of the channel: when *stopped becomes true, each wait must fail within
	 * about 100 ms, with vv_fail_stopped. Called before all other functions, and again by
	 * vv_channel_stop_when. watch may be NULL. */
	void (*watch)(void *payload, const atomic_bool *stopped);
} vv_channel_ops;

/* Makes a channel, which owns payload. name is the peer's name for messages, and is copied.
 * talks_first: the peer first sends a greeting, "varve 1\n", possibly after other bytes (output of
 * a login shell); an HTTP peer sends no greeting. NULL: out of memory; ops->close was then called
 * with payload. */
vv_channel *vv_channel_new(const vv_channel_ops *ops, void *payload, const char *name,
			   bool talks_first);

/* Makes a channel over two descriptors: the server's side of a pipe. The descriptors belong to the
 * caller, and are not closed with the channel. The channel expects no greeting, and waits at most
 * VV_IDLE_SERVE for a byte. If out is a pipe or socket, it is non-blocking until the channel is
 * closed. NULL: out of memory. */
vv_channel *vv_channel_fds(int in, int out, const char *name);
#define VV_IDLE_SERVE 600u /* seconds: a connected client may compute before its request */

/* Writes all len bytes, possibly only to a buffer. If writing fails because the peer has stopped
 * reading, the bytes that the peer has already sent can still be read. */
vv_status vv_channel_write(vv_channel *c, const void *bytes, size_t len, vv_error *err);
/* Ends the request: sends all buffered bytes, and lets the peer answer. */
vv_status vv_channel_turn(vv_channel *c, vv_error *err);
/* Returns true if a write failed because of the connection. The peer may have sent the reason,
 * which can still be read. */
bool vv_channel_write_failed(const vv_channel *c);
/* Sends buffered bytes, without ending the request or answer. */
vv_status vv_channel_flush(vv_channel *c, vv_error *err);
/* Locks writing for this thread. Call this before writing bytes that must not be mixed with another
 * thread's bytes. */
void vv_channel_lock(vv_channel *c);
void vv_channel_unlock(vv_channel *c); /* ends the lock of vv_channel_lock */
/* Sends buffered bytes, and then reads exactly len bytes into buf. If the peer talks first, the
 * first read searches for the greeting in at most 4 KiB. VV_EIO: the connection ended too early;
 * the message is "the connection to ... was closed" with the peer's messages, if any. */
vv_status vv_channel_read(vv_channel *c, void *buf, size_t len, vv_error *err);
/* Sets a minimum pace for the peer. If the peer sends or reads so slowly that it falls behind this
 * pace by `seconds` (patience.h), calls fail with VV_EIO. The pace is measured over a whole answer,
 * including the wait for the answer. If either value is 0, the pace is not limited. */
void vv_channel_pace(vv_channel *c, uint64_t bytes_per_sec, unsigned seconds);
/* Records that the peer is alive: the pace is measured from this moment on. */
void vv_channel_alive(vv_channel *c);

/* Ends waiting for the peer; may be called by another thread. Running calls fail soon, and all
 * later calls fail. */
void vv_channel_stop(vv_channel *c);
/* Stops the channel, as vv_channel_stop does, when the caller's flag *stopped becomes true. Call
 * before the first read. `stopped` must outlive the channel. */
void vv_channel_stop_when(vv_channel *c, const atomic_bool *stopped);
/* Sets the error for a wait that was stopped, and returns VV_EIO. name: the peer's name. For kinds
 * of channels. */
vv_status vv_fail_stopped(vv_error *err, const char *name);
#define VV_STOP_STEP_MS 100 /* the interval in which waits test the flag */

/* Waits until the peer sends a byte or ends the connection, and sets *end to true if the connection
 * has ended. For a server between two requests. */
vv_status vv_channel_at_end(vv_channel *c, bool *end, vv_error *err);
/* Ends the turn after the answer was read. VV_ECORRUPT: the peer sent more bytes than the
 * answer. */
vv_status vv_channel_done(vv_channel *c, vv_error *err);
/* Reads the greeting now, to detect connection errors early (vv_connect does this). */
vv_status vv_channel_greet(vv_channel *c, vv_error *err);
void vv_channel_close(vv_channel *c); /* accepts NULL */
VV_AUTO_FREE(vv_channel, vv_channel_close)

const char *vv_channel_name(const vv_channel *c); /* borrowed */

/* Numbers about a channel so far. */
typedef struct vv_channel_stats {
	uint64_t bytes_out, bytes_in; /* bytes of the protocol, without bytes added by ssh or TLS */
	uint64_t turns;               /* number of requests */
} vv_channel_stats;
/* Sets *out to the numbers of the channel so far. */
void vv_channel_stats_get(const vv_channel *c, vv_channel_stats *out);

#define VV_GREETING "varve 1\n"

#endif
