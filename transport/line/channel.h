/*
 * channel: a connection to one peer: bytes in both directions, in turns.
 *
 * The protocol (docs/formats/protocol.md) consists of requests and answers, never both at once: the
 * client writes a whole request, calls turn, reads the answer to its end (which the frames mark),
 * calls done, and may write the next one. So no kind of channel can deadlock, and one turn is one
 * HTTP POST. One thread uses a channel; while this thread computes an answer, a second thread may
 * write whole frames to the channel, each between lock and unlock (protocol/pulse.h).
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

/* The functions of a kind of channel. payload is the kind's own data. Error messages name the peer
 * and have a hint. */
typedef struct vv_channel_ops {
	/* Writes at least one byte, perhaps only into a buffer of about 64 KiB. Returns the number
	 * of bytes written. */
	ssize_t (*write)(void *payload, const void *bytes, size_t len, vv_error *err);
	/* The request is complete: sends all buffered bytes. */
	vv_status (*turn)(void *payload, vv_error *err);
	/* Reads at least one byte. Returns the number of bytes read; 0: the peer will send no more. */
	ssize_t (*read)(void *payload, void *buf, size_t len, vv_error *err);
	/* Called after the answer was read to its end. */
	vv_status (*done)(void *payload, vv_error *err);
	/* Ends the connection in any state, and frees payload. Waits at most a few seconds. */
	void (*close)(void *payload);
	/* Explains why the connection ended too early; may be NULL. noise: the bytes received
	 * instead of the greeting, or NULL. err already reports that the connection was closed; the
	 * function replaces this message by a more precise one. Returns err->code. */
	vv_status (*ended)(void *payload, const char *noise, size_t len, vv_error *err);
	/* Called before all other functions, and again by vv_channel_stop_when; may be NULL. Once
	 * *stopped is true, each wait must fail within about 100 ms, with vv_fail_stopped. */
	void (*watch)(void *payload, const atomic_bool *stopped);
} vv_channel_ops;

/* Makes a channel, which owns payload. NULL: out of memory; payload is then closed. name: the
 * peer's name for messages; copied. talks_first: the peer first sends a greeting, "varve 1\n",
 * perhaps after noise (output of a login shell); an HTTP peer sends none. */
vv_channel *vv_channel_new(const vv_channel_ops *ops, void *payload, const char *name,
			   bool talks_first);

/* Makes a channel over two descriptors: the server's side of a pipe. The caller owns both, and they
 * stay open. The channel expects no greeting, and waits at most VV_IDLE_SERVE for a byte. If out is
 * a pipe or socket, it is non-blocking until the channel is closed. NULL: out of memory. */
vv_channel *vv_channel_fds(int in, int out, const char *name);
#define VV_IDLE_SERVE 600u /* seconds: a connected client may compute before its request */

/* Writes all bytes, perhaps only to a buffer. On failure because the peer stopped reading, its
 * earlier bytes can still be read. */
vv_status vv_channel_write(vv_channel *c, const void *bytes, size_t len, vv_error *err);
/* Ends the request: sends all buffered bytes, and lets the peer answer. */
vv_status vv_channel_turn(vv_channel *c, vv_error *err);
/* Did a write fail because of the connection? The peer may have sent the reason before. */
bool vv_channel_write_failed(const vv_channel *c);
/* Sends buffered bytes. The request or answer continues. */
vv_status vv_channel_flush(vv_channel *c, vv_error *err);
/* Call these functions before and after writing bytes that must not be mixed with those of another
 * thread. */
void vv_channel_lock(vv_channel *c);
void vv_channel_unlock(vv_channel *c);
/* Sends buffered bytes, then reads exactly len bytes. The first read of a channel with a greeting
 * searches for it in at most 4 KiB. VV_EIO: the connection ended before: "the connection to ... was
 * closed" with the peer's messages, if any. */
vv_status vv_channel_read(vv_channel *c, void *buf, size_t len, vv_error *err);
/* Sets a minimum pace for the peer. If the peer sends or reads so slowly that it falls behind this
 * pace by `seconds` (patience.h), calls fail with VV_EIO. The pace is counted over a whole answer,
 * including the wait for the answer. If either value is 0, there is no limit. */
void vv_channel_pace(vv_channel *c, uint64_t bytes_per_sec, unsigned seconds);
/* Records a sign of life from the peer: counts the pace from now on. */
void vv_channel_alive(vv_channel *c);

/* Ends waiting for the peer; for use by another thread. Running calls fail soon, and so do all
 * later calls. */
void vv_channel_stop(vv_channel *c);
/* Like vv_channel_stop, once the caller's flag *stopped is true. Call this function before the
 * first read. stopped must outlive the channel. */
void vv_channel_stop_when(vv_channel *c, const atomic_bool *stopped);
vv_status vv_fail_stopped(vv_error *err, const char *name); /* VV_EIO; for kinds of channels */
#define VV_STOP_STEP_MS 100

/* Sets *end to whether the peer has ended the connection. Waits for the peer's next byte or end:
 * for a server between two requests. */
vv_status vv_channel_at_end(vv_channel *c, bool *end, vv_error *err);
/* Ends the exchange after the answer was read. VV_ECORRUPT: the peer sent more bytes than the
 * answer. */
vv_status vv_channel_done(vv_channel *c, vv_error *err);
/* Reads the greeting now, to detect connection errors early (vv_connect does this). */
vv_status vv_channel_greet(vv_channel *c, vv_error *err);
void vv_channel_close(vv_channel *c); /* accepts NULL */
VV_AUTO_FREE(vv_channel, vv_channel_close)

const char *vv_channel_name(const vv_channel *c); /* borrowed */

typedef struct vv_channel_stats {
	uint64_t bytes_out, bytes_in; /* bytes of the protocol, without those that ssh or TLS add */
	uint64_t turns;
} vv_channel_stats;
void vv_channel_stats_get(const vv_channel *c, vv_channel_stats *out);

#define VV_GREETING "varve 1\n"

#endif
