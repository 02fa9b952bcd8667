/*
 * memory_line: channels without a network. One reads bytes from memory; the other has a server that
 * answers in the same thread. For unit tests and fuzz targets.
 */
#ifndef VV_TESTS_UNIT_TRANSPORT_MEMORY_LINE_H
#define VV_TESTS_UNIT_TRANSPORT_MEMORY_LINE_H

#include "base/buf.h"
#include "transport/line/channel.h"
#include "transport/protocol/serve.h"

/* A channel's data: reads come from `in`, and writes are appended to `out`. Must outlive the
 * channel. */
typedef struct memory_line {
	const uint8_t *in;
	size_t in_len, at;
	size_t piece; /* the maximum number of bytes of a read; 0: no limit */
	vv_buf out;
	unsigned turns; /* number of vv_channel_turn calls */
} memory_line;

vv_channel *memory_line_open(memory_line *m, const void *in, size_t len); /* NULL: out of memory */

/* A channel to a server in this thread: each turn, the server answers the request. Must outlive the
 * channel. */
typedef struct loop_line {
	vv_serve *serve;
	vv_buf request, answer;
	size_t at;
	unsigned turns;
	/* the server does not answer the request of this turn (1 is the first); 0: it answers
	 * all */
	unsigned dies_at;
	void (*twist)(struct loop_line *l); /* changes the answer; may be NULL */
	void *payload;                      /* of twist */
} loop_line;

/* the caller has set l->serve; name: the peer's name */
vv_channel *loop_line_open(loop_line *l, const char *name);
void loop_line_clear(loop_line *l); /* after the channel was closed */

#endif
