/*
 * channel: a line to one peer: bytes in both directions, in turns.
 *
 * The protocol (docs/formats/protocol.md) is requests and answers, and never both at once: the
 * client writes a whole request, calls turn, reads the answer to its end (which the frames mark),
 * calls done, and may write the next one. So no kind of channel can deadlock, and a POST of HTTP is
 * one turn. A channel is used by one thread; while an answer is being made a second one may write
 * whole frames to it, each between lock and unlock (protocol/pulse.h).
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

/* The functions of a kind of channel; payload is its own. Errors name the peer and have a hint. */
typedef struct vv_channel_ops {
	/* At least one byte of it, perhaps only into a buffer of at most some 64 KiB; how many. */
	ssize_t (*write)(void *payload, const void *bytes, size_t len, vv_error *err);
	/* The request is complete: sends all buffered bytes. */
	vv_status (*turn)(void *payload, vv_error *err);
	/* At least one byte, or 0 when the peer will send no more. */
	ssize_t (*read)(void *payload, void *buf, size_t len, vv_error *err);
	/* The answer was read to its end. */
	vv_status (*done)(void *payload, vv_error *err);
	/* Ends the line whatever its state, and frees payload. Nothing is waited for longer
	 * than some seconds. */
	void (*close)(void *payload);
	/* May be NULL: the line ended too early. noise: the bytes received instead of the greeting;
	 * else NULL. err reports already that the line was closed; replaces it by a more precise
	 * one of this kind. Returns err->code. */
	vv_status (*ended)(void *payload, const char *noise, size_t len, vv_error *err);
	/* May be NULL: called once, before all other functions. When *stopped becomes true each wait must fail
	 * within some 100 ms, with vv_fail_stopped. */
	void (*watch)(void *payload, const atomic_bool *stopped);
} vv_channel_ops;

/* Takes payload over; on failure (NULL, out of memory) it is closed. name: for messages
 * ("ssh://host/path"); copied. talks_first: the peer's line begins with what may be noise
 * (a login shell's), then the greeting "varve 1\n"; HTTP has none. */
vv_channel *vv_channel_new(const vv_channel_ops *ops, void *payload, const char *name,
			   bool talks_first);

/* A channel over two descriptors, which stay open and belong to the caller: the server's side of a
 * pipe. No greeting is expected. Waits VV_IDLE_SERVE for a byte. A pipe or socket of out is made
 * non-blocking until the channel is closed. NULL when out of memory. */
vv_channel *vv_channel_fds(int in, int out, const char *name);
#define VV_IDLE_SERVE 600u /* seconds: a connected client may compute before its request */

/* If the peer stopped reading this fails, but its earlier bytes can still be read. */
vv_status vv_channel_write(vv_channel *c, const void *bytes, size_t len, vv_error *err);
vv_status vv_channel_turn(vv_channel *c, vv_error *err);
/* Did any of these fail on the line itself? Then the peer may have sent a reason. */
bool vv_channel_write_failed(const vv_channel *c);
/* Sends buffered bytes; the request or answer continues. */
vv_status vv_channel_flush(vv_channel *c, vv_error *err);
/* Around what must not be mixed with what another thread writes. */
void vv_channel_lock(vv_channel *c);
void vv_channel_unlock(vv_channel *c);
/* Reads exactly len bytes; sends written ones first. VV_EIO: the line ended before: "the connection
 * to ... was closed" with the peer's messages, if any. The first read of a channel with a greeting
 * searches it in at most 4 KiB. */
vv_status vv_channel_read(vv_channel *c, void *buf, size_t len, vv_error *err);
/* Sets a minimum pace: a peer that sends or reads so slowly that it falls behind it by `seconds` (patience.h),
 * counted over a whole answer and the wait for it, fails with VV_EIO. 0 of either: no limit. */
void vv_channel_pace(vv_channel *c, uint64_t bytes_per_sec, unsigned seconds);
/* Notes a sign of life: the pace is counted from here. */
void vv_channel_alive(vv_channel *c);

/* For another thread: ends waiting for this line. Running calls fail soon, and all later ones. */
void vv_channel_stop(vv_channel *c);
/* The same, by a flag of the caller; call it before the first read. */
void vv_channel_stop_when(vv_channel *c, const atomic_bool *stopped);
vv_status vv_fail_stopped(vv_error *err, const char *name); /* for kinds of channels */
#define VV_STOP_STEP_MS 100

/* Has the peer ended the line? Waits for its next byte, or its end: a server between two
 * requests. */
vv_status vv_channel_at_end(vv_channel *c, bool *end, vv_error *err);
/* VV_ECORRUPT: the peer sent more than the answer. */
vv_status vv_channel_done(vv_channel *c, vv_error *err);
/* Reads the greeting now (vv_connect does): faults of a line are found here. */
vv_status vv_channel_greet(vv_channel *c, vv_error *err);
void vv_channel_close(vv_channel *c); /* accepts NULL */
VV_AUTO_FREE(vv_channel, vv_channel_close)

const char *vv_channel_name(const vv_channel *c); /* borrowed */

typedef struct vv_channel_stats {
	uint64_t bytes_out, bytes_in; /* of the protocol; what ssh or TLS add is not known */
	uint64_t turns;
} vv_channel_stats;
void vv_channel_stats_get(const vv_channel *c, vv_channel_stats *out);

#define VV_GREETING "varve 1\n"

#endif
