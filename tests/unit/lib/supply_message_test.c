/*
 * What is asked of the vault's program and what it answers: it comes as it went, and what is cut or changed is refused.
 */
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/sys.h"
#include "lib/sources/supply_message.h"
#include "repo/blocks/record.h"
#include "tests/unit/support.h"
#include "transport/line/pipe.h"
#include "transport/protocol/frame.h"

typedef struct line {
	vv_channel *here, *there;
	vv_frame_reader in;
} line;

static void set(line *l)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	l->here = vv_channel_socket(pair[0], "here", 10);
	l->there = vv_channel_socket(pair[1], "there", 10);
	assert_true(l->here && l->there);
	vv_frame_reader_init(&l->in, l->there, 1u << 24);
}

static void clear(line *l)
{
	vv_frame_reader_clear(&l->in);
	vv_channel_close(l->here);
	vv_channel_close(l->there);
}

/* The next frame's payload, in l->in.payload. */
static void next(line *l, uint8_t wanted)
{
	vv_error err;
	uint8_t type;

	vv_assert_ok(vv_channel_flush(l->here, &err), &err);
	vv_assert_ok(vv_frame_read(&l->in, &type, &err), &err);
	assert_int_equal(type, wanted);
}

static vv_cid cid(uint8_t n)
{
	vv_cid c = {.codec = n % 2 ? VV_CODEC_RAW : VV_CODEC_DAG_CBOR};
	memset(c.digest, n, sizeof(c.digest));
	return c;
}

static void a_request_comes_as_it_went(void **state)
{
	const vv_cid cids[] = {cid(1), cid(2), cid(3)};
	const vv_supply_request q = {
		.op = VV_SUPPLY_LOOK, .source = UINT64_MAX, .cids = cids, .count = 3, .ask = true};
	vv_supply_request got;
	vv_arena arena = VV_ARENA_INIT;
	vv_error err;
	line l;

	(void)state;
	set(&l);
	vv_assert_ok(vv_supply_request_write(l.here, &q, &err), &err);
	next(&l, VV_FRAME_MESSAGE);
	const vv_buf *b = &l.in.payload;
	vv_assert_ok(vv_supply_request_read(&got, &arena, b->data, b->len, &err), &err);
	assert_int_equal(got.op, VV_SUPPLY_LOOK);
	assert_true(got.source == UINT64_MAX && got.ask && got.count == 3);
	for (size_t i = 0; i < 3; i++) {
		assert_true(vv_cid_equal(&got.cids[i], &cids[i]));
	}
	for (size_t len = 0; len < b->len; len++) {
		assert_true(vv_supply_request_read(&got, &arena, b->data, len, &err) < 0);
	}
	next(&l, VV_FRAME_END);
	vv_arena_clear(&arena);
	clear(&l);
}

static void a_request_for_something_else_is_refused(void **state)
{
	const vv_cid odd = {.codec = 7};
	const vv_supply_request q = {.op = VV_SUPPLY_WHERE, .cids = &odd, .count = 1};
	vv_supply_request got;
	vv_arena arena = VV_ARENA_INIT;
	vv_error err;
	line l;

	(void)state;
	set(&l);
	vv_assert_ok(vv_supply_request_write(l.here, &q, &err), &err);
	next(&l, VV_FRAME_MESSAGE);
	vv_assert_status(
		vv_supply_request_read(&got, &arena, l.in.payload.data, l.in.payload.len, &err),
		VV_ECORRUPT, &err);
	/* the first value of the map, behind its key */
	char *op = l.in.payload.data + 5;
	assert_memory_equal(op, "where", 5);
	memcpy(op, "there", 5);
	vv_assert_status(
		vv_supply_request_read(&got, &arena, l.in.payload.data, l.in.payload.len, &err),
		VV_ECORRUPT, &err);
	vv_arena_clear(&arena);
	clear(&l);
}

static void parcels_and_proofs_have_the_length_that_was_asked_for(void **state)
{
	const uint32_t parcels[] = {1, UINT32_MAX, 7};
	uint32_t got[4];
	uint8_t bits[2] = {0x55, 1}, back[2];
	unsigned copies;
	vv_error err;
	line l;

	(void)state;
	set(&l);
	vv_assert_ok(vv_supply_parcels_write(l.here, parcels, 3, &err), &err);
	next(&l, VV_FRAME_MESSAGE);
	const vv_buf *b = &l.in.payload;
	vv_assert_ok(vv_supply_parcels_read(got, 3, b->data, b->len, &err), &err);
	assert_memory_equal(got, parcels, sizeof(parcels));
	vv_assert_status(vv_supply_parcels_read(got, 2, b->data, b->len, &err), VV_ECORRUPT, &err);
	vv_assert_status(vv_supply_parcels_read(got, 4, b->data, b->len, &err), VV_ECORRUPT, &err);
	vv_assert_ok(vv_supply_keeps_write(l.here, bits, 9, 3, &err), &err);
	next(&l, VV_FRAME_MESSAGE);
	vv_assert_ok(vv_supply_keeps_read(back, 9, &copies, b->data, b->len, &err), &err);
	assert_memory_equal(back, bits, sizeof(bits));
	assert_int_equal(copies, 3);
	vv_assert_status(vv_supply_keeps_read(back, 8, &copies, b->data, b->len, &err), VV_ECORRUPT,
			 &err);
	vv_assert_ok(vv_supply_keeps_write(l.here, bits, 9, 1u << 20, &err), &err);
	next(&l, VV_FRAME_MESSAGE);
	vv_assert_status(vv_supply_keeps_read(back, 9, &copies, b->data, b->len, &err), VV_ECORRUPT,
			 &err);
	clear(&l);
}

static void a_block_comes_with_its_base_or_not_at_all(void **state)
{
	static const uint8_t large[VV_BLOCK_MAX + 64];
	const vv_cid like = cid(5);
	const uint8_t *bytes;
	size_t len;
	vv_cid base;
	vv_error err;
	line l;

	(void)state;
	set(&l);
	vv_assert_ok(vv_supply_block_write(l.here, "block", 5, &like, &err), &err);
	next(&l, VV_FRAME_BLOCKS);
	vv_assert_ok(vv_supply_block_read(&bytes, &len, &base, l.in.payload.data, l.in.payload.len,
					  &err),
		     &err);
	assert_int_equal(len, 5);
	assert_memory_equal(bytes, "block", 5);
	assert_true(vv_cid_equal(&base, &like));
	vv_assert_ok(vv_supply_block_write(l.here, NULL, 0, NULL, &err), &err);
	next(&l, VV_FRAME_BLOCKS);
	vv_assert_ok(vv_supply_block_read(&bytes, &len, &base, l.in.payload.data, l.in.payload.len,
					  &err),
		     &err);
	assert_null(bytes);
	vv_assert_status(vv_supply_block_read(&bytes, &len, &base, "short", 5, &err), VV_ECORRUPT,
			 &err);
	vv_assert_status(vv_supply_block_read(&bytes, &len, &base, large, sizeof(large), &err),
			 VV_ECORRUPT, &err);
	clear(&l);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_request_comes_as_it_went),
	cmocka_unit_test(a_request_for_something_else_is_refused),
	cmocka_unit_test(parcels_and_proofs_have_the_length_that_was_asked_for),
	cmocka_unit_test(a_block_comes_with_its_base_or_not_at_all),
};

VV_TEST_SUITE(supply_message)
