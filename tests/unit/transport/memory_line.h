/*
 * memory_line: channels without a machine below: bytes from memory, and a server that answers
 * in the same thread. For unit tests and fuzz targets.
 */
#ifndef VV_TESTS_UNIT_TRANSPORT_MEMORY_LINE_H
#define VV_TESTS_UNIT_TRANSPORT_MEMORY_LINE_H

#include "base/buf.h"
#include "transport/line/channel.h"
#include "transport/protocol/serve.h"

/* What is read comes from `in`, what is written goes to `out`. It outlives the channel. */
typedef struct memory_line {
	const uint8_t *in;
	size_t in_len, at;
	size_t piece; /* at most so many bytes a read; 0: all */
	vv_buf out;
	unsigned turns;
} memory_line;

vv_channel *memory_line_open(memory_line *m, const void *in, size_t len); /* NULL: no memory */

/* A line to a server: each request is answered when it is whole. */
typedef struct loop_line {
	vv_serve *serve;
	vv_buf request, answer;
	size_t at;
	unsigned turns;
	unsigned dies_at; /* the line ends at this turn (1 is the first); 0: never */
	void (*twist)(struct loop_line *l); /* changes the answer; may be NULL */
	void *payload;                      /* of twist */
} loop_line;

vv_channel *loop_line_open(loop_line *l, const char *name); /* l: serve set, the rest as wanted */
void loop_line_clear(loop_line *l);                         /* after the channel was closed */

#endif
