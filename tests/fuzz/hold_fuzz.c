/*
 * Reads the input as a message of a client to a server that keeps copies, or the other way round: the first byte
 * chooses the kind of answer, or a request. A readable message is written again, and reads the same. A
 * request is answered by a server, too, with a whole message or an error, and nothing lies in its folder
 * afterwards that nobody placed there.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/sys.h"
#include "cmd/vault/hold/hold.h"
#include "cmd/vault/hold/hold_message.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/transport/memory_line.h"
#include "transport/protocol/frame.h"
#include "transport/protocol/message.h"

static char dir[] = "/tmp/varve-hold-XXXXXX";
static vv_hold *hold;

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static int no_fsync(int fd)
{
	(void)fd;
	return 0;
}

static void finish(void)
{
	vv_hold_close(hold);
	(void)vv_remove_tree(dir, NULL);
}

static void prepare(void)
{
	static const uint8_t seed[VV_KEY_SEED] = {7};
	vv_hold_identity one = {.room = UINT64_MAX};
	vv_hold_rules rules = {.size = 1u << 20};
	vv_error err;

	vv_sys_ops.fsync = no_fsync;
	require(mkdtemp(dir) && atexit(finish) == 0 &&
		vv_key_of_seed(&rules.key, seed, &err) == VV_OK);
	memcpy(one.key, rules.key.public_key, VV_KEY_PUBLIC);
	rules.admitted = &one;
	rules.admitted_count = 1;
	require(vv_hold_open(&hold, dir, &rules, &err) == VV_OK);
}

/* The payload of the one frame that was written. */
static void payload_of(memory_line *written, vv_buf *out)
{
	memory_line line = {.out = VV_BUF_INIT};
	vv_channel *c = memory_line_open(&line, written->out.data, written->out.len);
	vv_frame_reader r;
	vv_error err;
	uint8_t type;

	require(c != NULL);
	vv_frame_reader_init(&r, c, UINT64_MAX);
	require(vv_frame_read(&r, &type, &err) == VV_OK && type == VV_FRAME_MESSAGE);
	vv_buf_put(out, r.payload.data, r.payload.len);
	require(vv_frame_read(&r, &type, &err) == VV_OK && type == VV_FRAME_END);
	vv_frame_reader_clear(&r);
	vv_channel_close(c);
}

static void require_same(memory_line *written, vv_channel *c, const uint8_t *data, size_t size)
{
	vv_buf again = VV_BUF_INIT;
	vv_error err;

	require(vv_frame_end(c, &err) == VV_OK);
	vv_channel_close(c);
	payload_of(written, &again);
	require(again.len == size && memcmp(again.data, data, size) == 0);
	vv_buf_clear(&again);
	vv_buf_clear(&written->out);
}

static void try_answer(vv_hold_op op, const uint8_t *data, size_t size)
{
	memory_line line = {.out = VV_BUF_INIT};
	vv_arena arena = VV_ARENA_INIT;
	vv_hold_message a;
	vv_error err;

	if (vv_hold_answer_read(&a, op, &arena, data, size, &err) == VV_OK) {
		vv_channel *c = memory_line_open(&line, NULL, 0);
		require(c && vv_hold_answer_write(c, op, &a, &err) == VV_OK);
		require_same(&line, c, data, size);
	}
	vv_arena_clear(&arena);
}

static void try_server(const uint8_t *data, size_t size)
{
	memory_line line = {.out = VV_BUF_INIT};
	vv_channel *c = memory_line_open(&line, NULL, 0);
	vv_buf payload = VV_BUF_INIT;
	char **names = NULL;
	size_t count = 0;
	vv_error err;

	require(c != NULL);
	if (vv_hold_serve(hold, c, data, size, &err) == VV_OK) {
		require(vv_frame_end(c, &err) == VV_OK);
		vv_channel_close(c);
		payload_of(&line, &payload);
	} else {
		require(err.message[0] != '\0');
		vv_channel_close(c);
	}
	/* The mark, the lock, the note of changes: no vault was added. */
	require(vv_list_dir(&names, &count, dir, &err) == VV_OK && count <= 3);
	vv_names_free(names, count);
	vv_buf_clear(&payload);
	vv_buf_clear(&line.out);
}

static void try_request(const uint8_t *data, size_t size)
{
	memory_line line = {.out = VV_BUF_INIT};
	vv_arena arena = VV_ARENA_INIT;
	vv_hold_message q;
	vv_error err;

	if (vv_hold_request_read(&q, &arena, data, size, &err) == VV_OK) {
		vv_channel *c = memory_line_open(&line, NULL, 0);
		require(vv_request_is_hold(data, size));
		require(c && vv_hold_request_write(c, &q, &err) == VV_OK);
		require_same(&line, c, data, size);
	}
	vv_arena_clear(&arena);
	try_server(data, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!hold) {
		prepare();
	}
	if (size == 0 || size > VV_FRAME_MAX) return 0;
	if (data[0] <= VV_HOLD_VAULTS) {
		try_answer((vv_hold_op)data[0], data + 1, size - 1);
	} else {
		try_request(data + 1, size - 1);
	}
	return 0;
}
