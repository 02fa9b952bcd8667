/*
 * channel: a line to one peer: bytes there and back, in turns.
 *
 * The protocol (docs/formats/protocol.md) is requests and answers, and never both at once: the
 * client writes a whole request, calls turn, reads the answer to its end (it knows from the
 * frames where that is), calls done, and may write the next one. So no kind of channel can
 * deadlock, and a POST of HTTP is one turn. A channel is used by one thread; while an answer
 * is being made a second one may write whole frames to it, each between lock and unlock
 * (protocol/pulse.h).
 *
 * The user of a channel does not know which kind it is: a pipe to `varve serve --stdio`
 * (pipe.c), ssh (ssh.c, ssh2.c) or HTTP (http/channel.c).
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

/* What a kind of channel does; payload is its own. Errors name the peer and what to try. */
typedef struct vv_channel_ops {
	/* At least one byte of it, perhaps only into a buffer of at most some 64 KiB; how many. */
	ssize_t (*write)(void *payload, const void *bytes, size_t len, vv_error *err);
	/* The request is whole: all that is buffered goes out. */
	vv_status (*turn)(void *payload, vv_error *err);
	/* At least one byte, or 0 when the peer will send no more. */
	ssize_t (*read)(void *payload, void *buf, size_t len, vv_error *err);
	/* The answer was read to its end. */
	vv_status (*done)(void *payload, vv_error *err);
	/* Ends the line whatever its state, and frees payload. Nothing is waited for longer
	 * than some seconds. */
	void (*close)(void *payload);
	/* May be NULL: the line ended where more should have come. noise: what came where the
	 * greeting should have; else NULL. Sets err, which says already that the line was
	 * closed, to what this kind knows better. Returns err->code. */
	vv_status (*ended)(void *payload, const char *noise, size_t len, vv_error *err);
	/* May be NULL: told once, before all else. When *stopped becomes true each wait is to fail within some
	 * 100 ms, as vv_fail_stopped says. */
	void (*watch)(void *payload, const atomic_bool *stopped);
} vv_channel_ops;

/* Takes payload over; on failure (NULL, out of memory) it is closed. name: for messages
 * ("ssh://host/path"); copied. talks_first: the peer's line begins with what may be noise
 * (a login shell's), then the greeting "varve 1\n"; HTTP has none. */
vv_channel *vv_channel_new(const vv_channel_ops *ops, void *payload, const char *name,
			   bool talks_first);

/* A channel over two descriptors, which stay open and belong to the caller: the server's side
 * of a pipe. No greeting is expected. A byte is waited for as long as VV_IDLE_SERVE says. A
 * pipe or socket of out is made non-blocking until the channel is closed. NULL when out of
 * memory. */
vv_channel *vv_channel_fds(int in, int out, const char *name);
#define VV_IDLE_SERVE 600u /* seconds: whoever connected may have to think before it asks */

/* When the peer stopped listening this fails, but what it said before can still be read. */
vv_status vv_channel_write(vv_channel *c, const void *bytes, size_t len, vv_error *err);
vv_status vv_channel_turn(vv_channel *c, vv_error *err);
/* Did any of these fail on the line itself? Then the peer may have said why. */
bool vv_channel_write_failed(const vv_channel *c);
/* Sends what is buffered; the request or answer continues. */
vv_status vv_channel_flush(vv_channel *c, vv_error *err);
/* Around what must not be mixed with what another thread writes. */
void vv_channel_lock(vv_channel *c);
void vv_channel_unlock(vv_channel *c);
/* Reads exactly len bytes; what was written before goes out first. VV_EIO when the line ends
 * before: "the connection to ... was closed" with what the peer's side said, if anything. The
 * first read of a channel that talks first looks for the greeting among at most 4 KiB. */
vv_status vv_channel_read(vv_channel *c, void *buf, size_t len, vv_error *err);
/* From now on who sends or takes so few bytes that he falls behind this pace by so many seconds (patience.h),
 * counted over a whole answer and the time that is waited for it, is given up: VV_EIO. 0 of either: nobody is. */
void vv_channel_pace(vv_channel *c, uint64_t bytes_per_sec, unsigned seconds);
/* What came was a sign of life: the pace is counted from here. */
void vv_channel_alive(vv_channel *c);

/* From another thread: nobody waits for this line any more. What is under way fails soon, and all that
 * is tried later. */
void vv_channel_stop(vv_channel *c);
/* The same for one that is told by somebody else's mark; before it is read from. */
void vv_channel_stop_when(vv_channel *c, const atomic_bool *stopped);
vv_status vv_fail_stopped(vv_error *err, const char *name); /* for kinds of channels */
#define VV_STOP_STEP_MS 100

/* Has the peer ended the line? Waits for its next byte, or its end: a server between two
 * requests. */
vv_status vv_channel_at_end(vv_channel *c, bool *end, vv_error *err);
/* VV_ECORRUPT when the peer has said more than the answer. */
vv_status vv_channel_done(vv_channel *c, vv_error *err);
/* Reads the greeting now (vv_connect does): what is wrong with a line shows here. */
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
