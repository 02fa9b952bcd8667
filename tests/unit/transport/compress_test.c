/*
 * Compressed bytes: smaller with a prefix, restored exactly, and refused if damaged.
 */
#include <string.h>

#include "repo/blocks/record.h"
#include "tests/unit/support.h"
#include "transport/protocol/compress.h"

typedef struct kit {
	vv_coder_pool *pool;
	vv_coder *coder, *other; /* bytes of a compressed one are borrowed from its coder */
} kit;

static kit begin(void)
{
	kit k = {.pool = vv_coder_pool_new()};
	vv_error err;

	k.coder = vv_coder_take(k.pool, &err);
	k.other = vv_coder_take(k.pool, &err);
	assert_true(k.coder && k.other);
	return k;
}

static void end(kit *k)
{
	vv_coder_give(k->pool, k->coder);
	vv_coder_give(k->pool, k->other);
	vv_coder_pool_free(k->pool);
}

static size_t there_and_back(kit *k, const void *raw, size_t len, const void *prefix,
			     size_t prefix_len)
{
	vv_packed s;
	vv_buf back = VV_BUF_INIT, room = VV_BUF_INIT;
	vv_error err;

	vv_assert_ok(vv_compress(&s, k->coder, raw, len, prefix, prefix_len, &err), &err);
	assert_true(s.len <= len || len == 0);
	vv_assert_ok(vv_uncompress(&back, len, k->other, &s, prefix, prefix_len, &room, &err),
		     &err);
	assert_int_equal(back.len, len);
	assert_true(len == 0 || memcmp(back.data, raw, len) == 0);
	vv_buf_clear(&back);
	vv_buf_clear(&room);
	return s.len;
}

static void any_bytes_come_back(void **state)
{
	kit k = begin();
	vv_prng r;
	static char raw[70000], prefix[70000];

	(void)state;
	vv_prng_init(&r, 7);
	for (int i = 0; i < 300; i++) {
		size_t len = (size_t)vv_prng_below(&r, i % 10 == 0 ? sizeof(raw) : 600);
		size_t prefix_len = (size_t)vv_prng_below(&r, i % 3 == 0 ? 1 : 3000);
		vv_prng_bytes(&r, raw, len);
		vv_prng_bytes(&r, prefix, prefix_len);
		if (i % 2 == 0) {
			memset(raw, 'x', len / 2);
		}
		if (prefix_len > 0 && len > prefix_len && i % 4 < 2) {
			memcpy(raw + (len - prefix_len), prefix, prefix_len);
		}
		(void)there_and_back(&k, raw, len, prefix, prefix_len);
	}
	end(&k);
}

static void a_prefix_makes_it_smaller(void **state)
{
	kit k = begin();
	vv_prng r;
	char raw[2000], prefix[2000]; /* two: zstd does not use a prefix that overlaps */

	(void)state;
	vv_prng_init(&r, 1);
	vv_prng_bytes(&r, raw, sizeof(raw));
	memcpy(prefix, raw, sizeof(raw));
	assert_true(there_and_back(&k, raw, sizeof(raw), NULL, 0) >= sizeof(raw));
	assert_true(there_and_back(&k, raw, sizeof(raw), prefix, sizeof(prefix)) < 40);
	end(&k);
}

static void a_wrong_length_or_prefix_is_found_out(void **state)
{
	kit k = begin();
	char raw[3000], prefix[2000];
	vv_packed s, cut;
	vv_prng r;
	vv_buf back = VV_BUF_INIT, room = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_prng_init(&r, 1);
	vv_prng_bytes(&r, raw, sizeof(raw));
	memcpy(prefix, raw + 100, sizeof(prefix));
	vv_assert_ok(vv_compress(&s, k.coder, raw, sizeof(raw), prefix, sizeof(prefix), &err),
		     &err);
	assert_int_equal(s.method, VV_METHOD_DIFF);
	vv_assert_status(vv_uncompress(&back, sizeof(raw) - 1, k.other, &s, prefix, sizeof(prefix),
				       &room, &err),
			 VV_ECORRUPT, &err);
	vv_assert_status(vv_uncompress(&back, sizeof(raw) + 1, k.other, &s, prefix, sizeof(prefix),
				       &room, &err),
			 VV_ECORRUPT, &err);
	vv_assert_status(vv_uncompress(&back, sizeof(raw), k.other, &s, raw, 5, &room, &err),
			 VV_ECORRUPT, &err);
	cut = s;
	cut.len--;
	vv_assert_status(vv_uncompress(&back, sizeof(raw), k.other, &cut, prefix, sizeof(prefix),
				       &room, &err),
			 VV_ECORRUPT, &err);
	cut.len = 0;
	vv_assert_status(vv_uncompress(&back, sizeof(raw), k.other, &cut, prefix, sizeof(prefix),
				       &room, &err),
			 VV_ECORRUPT, &err);
	cut = (vv_packed){VV_METHOD_STORED, (const uint8_t *)raw, 10};
	vv_assert_status(vv_uncompress(&back, 11, k.other, &cut, NULL, 0, &room, &err), VV_ECORRUPT,
			 &err);
	vv_buf_clear(&back);
	vv_buf_clear(&room);
	end(&k);
}

/* Frames without their magic bytes, by RFC 8878, most of which declare something other than they contain. right:
 * zstd may accept them, and then returns the three letters; else they must be refused. */
static const struct {
	const char *what;
	uint8_t bytes[24];
	size_t len;
	bool right;
} frames[] = {
	{"as it should be", {0x00, 0x00, 0x19, 0, 0, 'a', 'b', 'c'}, 8, true},
	{"a window of 2 GiB", {0x00, 0xa8, 0x19, 0, 0, 'a', 'b', 'c'}, 8, true},
	{"a window of 3.75 TiB", {0x00, 0xff, 0x19, 0, 0, 'a', 'b', 'c'}, 8, false},
	{"a length of 2^60",
	 {0xe0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0x19, 0, 0, 'a', 'b', 'c'},
	 15,
	 false},
	{"a length of 2", {0x20, 2, 0x19, 0, 0, 'a', 'b', 'c'}, 8, false},
	{"128 KiB of one letter", {0x00, 0x38, 0x03, 0x00, 0x10, 'a'}, 6, false},
	{"2 MiB of one letter", {0x00, 0xa8, 0xfb, 0xff, 0xff, 'a'}, 6, false},
	{"no last block", {0x00, 0x00, 0x18, 0, 0, 'a', 'b', 'c'}, 8, false},
	{"a block of no type", {0x00, 0x00, 0x1f, 0, 0, 'a', 'b', 'c'}, 8, false},
	{"a reserved bit", {0x08, 0x00, 0x19, 0, 0, 'a', 'b', 'c'}, 8, false},
	{"a dictionary's id", {0x01, 0x00, 7, 0x19, 0, 0, 'a', 'b', 'c'}, 9, false},
	{"a checksum that is wrong",
	 {0x04, 0x00, 0x19, 0, 0, 'a', 'b', 'c', 1, 2, 3, 4},
	 12,
	 false},
	{"a skippable frame behind it",
	 {0x00, 0x00, 0x19, 0, 0, 'a', 'b', 'c', 0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 'x', 'y'},
	 18,
	 true},
	{"a skippable frame without end",
	 {0x00, 0x00, 0x19, 0, 0, 'a', 'b', 'c', 0x50, 0x2a, 0x4d, 0x18, 0xff, 0xff, 0xff, 0xff},
	 16,
	 false},
	{"a second frame",
	 {0x00, 0x00, 0x19, 0, 0,    'a', 'b', 'c', 0x28, 0xb5,
	  0x2f, 0xfd, 0,    0, 0x19, 0,   0,   'd', 'e',  'f'},
	 20,
	 false},
	{"junk behind it", {0x00, 0x00, 0x19, 0, 0, 'a', 'b', 'c', 'j'}, 9, false},
};

static void a_frame_that_says_more_than_it_holds_is_refused(void **state)
{
	kit k = begin();
	vv_buf back = VV_BUF_INIT, room = VV_BUF_INIT;
	vv_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		vv_packed s = {VV_METHOD_ZSTD, frames[i].bytes, frames[i].len};
		vv_status rc = vv_uncompress(&back, 3, k.other, &s, NULL, 0, &room, &err);

		if (i == 0 || (rc == VV_OK && frames[i].right)) {
			vv_assert_ok(rc, &err);
			assert_int_equal(back.len, 3);
			assert_memory_equal(back.data, "abc", 4);
		} else if (rc != VV_ECORRUPT) {
			fail_msg("%s: %d", frames[i].what, (int)rc);
		}
		/* The next one is read as if nothing had been. */
		s = (vv_packed){VV_METHOD_ZSTD, frames[0].bytes, frames[0].len};
		vv_assert_ok(vv_uncompress(&back, 3, k.other, &s, NULL, 0, &room, &err), &err);
		assert_memory_equal(back.data, "abc", 4);
	}
	vv_buf_clear(&back);
	vv_buf_clear(&room);
	end(&k);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(any_bytes_come_back),
	cmocka_unit_test(a_prefix_makes_it_smaller),
	cmocka_unit_test(a_wrong_length_or_prefix_is_found_out),
	cmocka_unit_test(a_frame_that_says_more_than_it_holds_is_refused),
};

VV_TEST_SUITE(compress)
