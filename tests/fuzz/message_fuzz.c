/*
 * Reads the input as a message of a peer: the first byte chooses the kind of message, or frames.
 * A readable message is written again, and reads the same.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/transport/memory_line.h"
#include "transport/protocol/message.h"

#define BITS 19u

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

enum { REQUEST, HELLO, KNOWN, HAVE, FETCH_START, FETCH_SUM, PUSH_ANSWER, KINDS, FRAMES = KINDS };

typedef union message {
	vv_request request;
	vv_hello hello;
	vv_bits bits;
	vv_fetch_start start;
	vv_fetch_sum sum;
	vv_push_answer answer;
} message;

static vv_status read_message(unsigned kind, message *m, vv_arena *a, const void *bytes, size_t len,
			      vv_error *err)
{
	switch (kind) {
	case REQUEST:
		return vv_request_read(&m->request, a, bytes, len, err);
	case HELLO:
		return vv_hello_read(&m->hello, a, bytes, len, err);
	case KNOWN:
	case HAVE:
		return vv_bits_read(&m->bits, BITS, bytes, len, err);
	case FETCH_START:
		return vv_fetch_start_read(&m->start, a, bytes, len, err);
	case FETCH_SUM:
		return vv_fetch_sum_read(&m->sum, bytes, len, err);
	default:
		return vv_push_answer_read(&m->answer, a, bytes, len, err);
	}
}

static vv_status write_message(unsigned kind, const message *m, vv_channel *line, vv_error *err)
{
	switch (kind) {
	case REQUEST:
		return vv_request_write(line, &m->request, err);
	case HELLO:
		return vv_hello_write(line, &m->hello, err);
	case KNOWN:
	case HAVE:
		return vv_bits_write(line, &m->bits, err);
	case FETCH_START:
		return vv_fetch_start_write(line, &m->start, err);
	case FETCH_SUM:
		return vv_fetch_sum_write(line, &m->sum, err);
	default:
		return vv_push_answer_write(line, &m->answer, err);
	}
}

/* The payload of the one frame that the message is. */
static void written(unsigned kind, const message *m, vv_buf *out)
{
	memory_line lines[2] = {{.out = VV_BUF_INIT}, {.out = VV_BUF_INIT}};
	vv_channel *c = memory_line_open(&lines[0], NULL, 0);
	vv_frame_reader r;
	vv_error err;
	uint8_t type;

	require(c && write_message(kind, m, c, &err) == VV_OK && vv_frame_end(c, &err) == VV_OK);
	vv_channel_close(c);
	c = memory_line_open(&lines[1], lines[0].out.data, lines[0].out.len);
	require(c != NULL);
	vv_frame_reader_init(&r, c, UINT64_MAX);
	require(vv_frame_read(&r, &type, &err) == VV_OK && type == VV_FRAME_MESSAGE);
	vv_buf_put(out, r.payload.data, r.payload.len);
	require(vv_frame_read(&r, &type, &err) == VV_OK && type == VV_FRAME_END);
	vv_frame_reader_clear(&r);
	vv_channel_close(c);
	vv_buf_clear(&lines[0].out);
}

/* The same in another form: a tag that is its own commit, an empty list of bases. */
static bool has_two_forms(unsigned kind, const message *m)
{
	return kind == HELLO ||
	       (kind == REQUEST && m->request.op == VV_OP_BLOCKS && m->request.blocks.count == 0);
}

static void try_message(unsigned kind, const uint8_t *data, size_t size)
{
	vv_arena a = VV_ARENA_INIT;
	message m;
	vv_buf once = VV_BUF_INIT, twice = VV_BUF_INIT;
	vv_error err = {0};
	vv_status rc = read_message(kind, &m, &a, data, size, &err);

	if (rc < 0) {
		require(err.code == rc && err.message[0] != '\0');
		require(rc == VV_ECORRUPT || rc == VV_ENOSUPPORT || rc == VV_EREFUSED);
	} else {
		bool loose = has_two_forms(kind, &m);
		written(kind, &m, &once);
		require(loose || (once.len == size && memcmp(once.data, data, size) == 0));
		require(read_message(kind, &m, &a, once.data, once.len, &err) == VV_OK);
		written(kind, &m, &twice);
		require(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
	}
	vv_buf_clear(&once);
	vv_buf_clear(&twice);
	vv_arena_clear(&a);
}

static void try_frames(const uint8_t *data, size_t size)
{
	memory_line m = {.piece = 7};
	vv_channel *c = memory_line_open(&m, data, size);
	vv_frame_reader r;
	vv_error err = {0};
	uint8_t type = 0;
	size_t frames = 0;
	vv_status rc;

	require(c != NULL);
	vv_frame_reader_init(&r, c, 1u << 16);
	while ((rc = vv_frame_read(&r, &type, &err)) == VV_OK && type != VV_FRAME_END) {
		require(r.payload.len <= 1u << 16 && ++frames <= 1u << 15);
	}
	require(rc == VV_OK || (err.code == rc && err.message[0] != '\0'));
	vv_frame_reader_clear(&r);
	vv_channel_close(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0) return 0;
	unsigned kind = data[0] % (KINDS + 1);
	if (kind == FRAMES) {
		try_frames(data + 1, size - 1);
	} else {
		try_message(kind, data + 1, size - 1);
	}
	return 0;
}
