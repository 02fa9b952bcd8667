/*
 * parts: blocks that are stored in parts come back, whole and part by part; what is damaged is said, and gives no
 * wrong bytes.
 */
#include "repo/blocks/parts.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "repo/blocks/coder.h"
#include "repo/blocks/record.h"
#include "tests/unit/repo/store_fixture.h"

#define STEP 1500u /* a part, and HEAD bytes of the head before it */
#define HEAD 40u
#define BLOCK_LEN 20000u

static vv_status divide(vv_parts *out, const void *raw, size_t len, vv_error *err)
{
	static vv_part parts[64];

	(void)raw;
	(void)err;
	vv_free(out->items);
	*out = (vv_parts){.items = vv_malloc(sizeof(parts)), .cap = 64};
	assert_non_null(out->items);
	for (size_t at = HEAD; at + STEP <= len && out->count < out->cap; at += STEP + HEAD) {
		out->items[out->count++] = (vv_part){.at = (uint32_t)at, .len = STEP};
	}
	return VV_OK;
}

static const vv_block_codec codec = {NULL, NULL, divide};

/* Texts that compress, numbers that do not. */
static vv_buf block_of(unsigned n, size_t len)
{
	vv_buf out = VV_BUF_INIT;
	vv_prng r;

	vv_prng_init(&r, n);
	while (out.len < len) {
		if (out.len / STEP % 3 == 2) {
			vv_buf_putc(&out, (int)vv_prng_below(&r, 256));
		} else {
			vv_buf_printf(&out, "%u %u,", n, (unsigned)vv_prng_below(&r, 90000000));
		}
	}
	out.len = len;
	return out;
}

static vv_cid put(const char *dir, const vv_buf *block)
{
	vv_block_codec_register(&codec);
	return fx_commit_bytes(dir, VV_CODEC_RAW, block->data, block->len);
}

static vv_coder *coder(vv_coder_pool **pool)
{
	vv_error err;
	vv_coder *c;

	assert_non_null(*pool = vv_coder_pool_new());
	assert_non_null(c = vv_coder_take(*pool, &err));
	vv_block_codec_register(&codec);
	vv_coder_allow_parts(c, true);
	return c;
}

static void a_block_comes_back_whole_and_part_by_part(void **state)
{
	static const size_t lens[] = {8192, 8999, BLOCK_LEN, BLOCK_LEN + 39, 90000};

	(void)state;
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		const char *dir = vv_test_path("back%zu", i);
		vv_buf block = block_of((unsigned)i, lens[i]), out = VV_BUF_INIT;
		vv_cid cid = put(dir, &block);
		vv_store *s = fx_open(dir);
		vv_parted p = {0};
		vv_error err;

		vv_assert_ok(vv_store_get(s, &cid, &out, &err), &err);
		assert_true(vv_buf_equal(&out, &block));
		vv_assert_ok(vv_store_get_parted(s, &cid, &p, &err), &err);
		assert_int_equal(p.block.len, block.len);
		assert_int_equal(p.left, (block.len - HEAD + HEAD) / (STEP + HEAD));
		assert_int_equal(vv_parted_known(&p), HEAD);
		assert_memory_equal(p.block.data, block.data, HEAD);
		assert_memory_not_equal(p.block.data + HEAD, block.data + HEAD, STEP);
		for (size_t at = 0; at < block.len; at += 777) { /* in and over parts */
			const size_t from = (at * 7) % block.len,
				     len = block.len - from < 2000 ? block.len - from : 2000;

			vv_assert_ok(vv_parted_need(&p, from, len, &err), &err);
			assert_memory_equal(p.block.data + from, block.data + from, len);
		}
		vv_assert_ok(vv_parted_need(&p, 0, block.len, &err), &err);
		assert_int_equal(p.left, 0);
		assert_true(vv_buf_equal(&p.block, &block));
		vv_parted_clear(&p);
		vv_store_close(s);
		assert_int_equal(fx_fsck(dir, true), 0);
		vv_buf_clear(&block);
		vv_buf_clear(&out);
	}
}

static void short_blocks_and_who_may_not_have_no_parts(void **state)
{
	vv_coder_pool *pool;
	vv_coder *c = coder(&pool);
	vv_buf block = block_of(1, BLOCK_LEN);
	vv_packed packed;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_coder_whole(c, block.data, 8191, &packed, &err), &err);
	assert_int_equal(packed.method, VV_METHOD_ZSTD);
	vv_assert_ok(vv_coder_whole(c, block.data, 8192, &packed, &err), &err);
	assert_int_equal(packed.method, VV_METHOD_PARTS);
	vv_coder_give(pool, c);
	assert_non_null(c = vv_coder_take(pool, &err)); /* as new */
	vv_assert_ok(vv_coder_whole(c, block.data, block.len, &packed, &err), &err);
	assert_int_equal(packed.method, VV_METHOD_ZSTD);
	vv_coder_allow_parts(c, true);
	vv_block_codec_register(NULL);
	vv_assert_ok(vv_coder_whole(c, block.data, block.len, &packed, &err), &err);
	assert_int_equal(packed.method, VV_METHOD_ZSTD);
	vv_buf_clear(&block);
	vv_coder_give(pool, c);
	vv_coder_pool_free(pool);
}

/* A block that does not compress is stored as it is: parts would make it longer. */
static void noise_has_no_parts(void **state)
{
	vv_coder_pool *pool;
	vv_coder *c = coder(&pool);
	vv_buf noise = VV_BUF_INIT;
	vv_packed packed;
	vv_error err;

	(void)state;
	fx_noise(&noise, 3, BLOCK_LEN);
	vv_assert_ok(vv_coder_whole(c, noise.data, noise.len, &packed, &err), &err);
	assert_int_equal(packed.method, VV_METHOD_STORED);
	vv_buf_clear(&noise);
	vv_coder_give(pool, c);
	vv_coder_pool_free(pool);
}

/* Reads the block part by part: each is right, or an error says what is wrong. */
static bool read_or_say(const char *dir, const vv_cid *cid, const vv_buf *block)
{
	vv_store *s = fx_open(dir);
	vv_parted p = {0};
	bool all = true;
	vv_error err;

	if (vv_store_get_parted(s, cid, &p, &err) < 0) {
		assert_true(err.code == VV_ECORRUPT || err.code == VV_EMISSING);
		all = false;
	}
	for (size_t at = 0; all && at < block->len; at += STEP) {
		const size_t len = block->len - at < STEP ? block->len - at : STEP;

		if (vv_parted_need(&p, at, len, &err) < 0) {
			assert_int_equal(err.code, VV_ECORRUPT);
			vv_assert_contains(err.message, "pack-");
			all = false;
		} else {
			assert_memory_equal(p.block.data + at, block->data + at, len);
		}
	}
	vv_parted_clear(&p);
	vv_store_close(s);
	return all;
}

static void every_flipped_bit_is_told_and_gives_no_wrong_bytes(void **state)
{
	const char *dir = vv_test_path("flipped");
	vv_buf block = block_of(7, 9000), b = VV_BUF_INIT;
	vv_cid cid = put(dir, &block);
	const char *path = fx_one(dir, "pack-", ".pack");
	unsigned unread = 0;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_read_file(&b, path, 1 << 20, &err), &err);
	for (size_t bit = 0; bit < b.len * 8; bit++) {
		if (!vv_test_sampled(bit, 23)) {
			continue;
		}
		b.data[bit / 8] ^= (char)(1u << bit % 8);
		vv_test_write(path, b.data, b.len);
		unread += !read_or_say(dir, &cid, &block);
		if (fx_fsck(dir, false) == 0) {
			fail_msg("bit %zu of byte %zu was not told", bit % 8, bit / 8);
		}
		b.data[bit / 8] ^= (char)(1u << bit % 8);
	}
	assert_true(unread > 10);
	vv_test_write(path, b.data, b.len);
	assert_int_equal(fx_fsck(dir, true), 0);
	assert_true(read_or_say(dir, &cid, &block));
	vv_buf_clear(&block);
	vv_buf_clear(&b);
}

/* With time, one frame is made where parts are much longer; in a hurry they are not compared. */
static void parts_that_cost_much_are_made_only_in_a_hurry(void **state)
{
	vv_coder_pool *pool;
	vv_coder *c = coder(&pool);
	vv_buf block = block_of(1, BLOCK_LEN);
	vv_packed packed;
	vv_error err;

	(void)state;
	vv_coder_effort(c, VV_EFFORT_THOROUGH);
	vv_assert_ok(vv_coder_whole(c, block.data, block.len, &packed, &err), &err);
	assert_int_equal(packed.method, VV_METHOD_PARTS);
	for (size_t at = 2 * (STEP + HEAD); at < block.len;
	     at++) { /* what one part has, others have, too */
		block.data[at] = block.data[at - STEP - HEAD];
	}
	vv_assert_ok(vv_coder_whole(c, block.data, block.len, &packed, &err), &err);
	assert_int_equal(packed.method, VV_METHOD_ZSTD);
	vv_coder_effort(c, VV_EFFORT_QUICK);
	vv_assert_ok(vv_coder_whole(c, block.data, block.len, &packed, &err), &err);
	assert_int_equal(packed.method, VV_METHOD_PARTS);
	vv_buf_clear(&block);
	vv_coder_give(pool, c);
	vv_coder_pool_free(pool);
}

/* Bytes of the parts' form that are changed, cut or invented: the block, or VV_ECORRUPT. */
static void what_is_no_form_of_parts_is_refused(void **state)
{
	vv_coder_pool *pool;
	vv_coder *c = coder(&pool);
	vv_buf block = block_of(9, 12000);
	uint8_t *raw = malloc(block.len), *bytes = malloc(block.len);
	vv_packed packed;
	vv_parts parts = {0};
	vv_prng r;
	vv_error err;

	(void)state;
	assert_true(raw && bytes);
	vv_assert_ok(vv_coder_whole(c, block.data, block.len, &packed, &err), &err);
	assert_int_equal(packed.method, VV_METHOD_PARTS);
	const size_t len = packed.len;
	memcpy(bytes, packed.bytes, len);
	vv_prng_init(&r, 11);
	for (unsigned i = 0; i < 20000; i++) {
		const size_t at = (size_t)vv_prng_below(&r, i % 2 ? 200 : len);
		const uint8_t was = bytes[at];
		const size_t cut = i % 5 ? len : (size_t)vv_prng_below(&r, len);

		bytes[at] = (uint8_t)vv_prng_below(&r, 256);
		const vv_status rc = vv_coder_expand(c, VV_METHOD_PARTS, bytes, cut, NULL, 0, raw,
						     block.len, &err);
		if (rc == VV_OK) {
			assert_true(cut == len);
			assert_memory_equal(raw, block.data, block.len);
		} else {
			assert_int_equal(rc, VV_ECORRUPT);
		}
		bytes[at] = was;
	}
	for (size_t raw_len = 0; raw_len < block.len; raw_len += 131) {
		vv_assert_status(vv_coder_expand(c, VV_METHOD_PARTS, bytes, len, NULL, 0, raw,
						 raw_len, &err),
				 VV_ECORRUPT, &err);
	}
	vv_parts_clear(&parts);
	free(raw);
	free(bytes);
	vv_buf_clear(&block);
	vv_coder_give(pool, c);
	vv_coder_pool_free(pool);
}

static void parts_that_are_stored_alike_are_known_without_unpacking(void **state)
{
	const char *dir = vv_test_path("alike");
	vv_buf a = block_of(21, BLOCK_LEN), b = VV_BUF_INIT;
	vv_parted p = {0}, q = {0};
	vv_error err;

	(void)state;
	vv_buf_put(&b, a.data, a.len);
	b.data[HEAD + 100] ^= 1; /* in the first part */
	const vv_cid x = put(dir, &a), y = put(dir, &b);
	vv_store *s = fx_open(dir);
	vv_assert_ok(vv_store_get_parted(s, &x, &p, &err), &err);
	vv_assert_ok(vv_store_get_parted(s, &y, &q, &err), &err);
	const size_t second = HEAD + STEP + HEAD;
	assert_false(vv_parted_alike(&p, HEAD, &q, HEAD, STEP));
	assert_true(vv_parted_alike(&p, second, &q, second, STEP));
	assert_false(vv_parted_alike(&p, second, &q, second, STEP - 1));
	assert_false(vv_parted_alike(&p, 0, &q, 0, HEAD));
	assert_int_equal(p.left, q.left);
	vv_parted_clear(&p);
	vv_parted_clear(&q);
	vv_store_close(s);
	vv_buf_clear(&a);
	vv_buf_clear(&b);
}

/* The last part first: each is read by itself, however many were read before. */
static void parts_are_read_and_compared_in_any_order(void **state)
{
	const char *dir = vv_test_path("backwards");
	vv_buf block = block_of(8, 64 * (STEP + HEAD)), b = VV_BUF_INIT;
	vv_parted p = {0}, q = {0};
	vv_error err;

	(void)state;
	vv_buf_put(&b, block.data, block.len);
	b.data[1] ^= 1; /* of the head */
	const vv_cid x = put(dir, &block), y = put(dir, &b);
	vv_store *s = fx_open(dir);
	vv_assert_ok(vv_store_get_parted(s, &x, &p, &err), &err);
	vv_assert_ok(vv_store_get_parted(s, &y, &q, &err), &err);
	assert_int_equal(p.parts.count, 64);
	for (size_t i = p.parts.count; i-- > 0;) {
		const size_t at = p.parts.items[i].at;

		assert_true(vv_parted_alike(&p, at, &q, at, STEP));
		assert_true(p.parts.items[i].there);
		assert_true(q.parts.items[i].there);
	}
	vv_parted_clear(&p);
	vv_parted_clear(&q);
	vv_store_close(s);
	vv_buf_clear(&block);
	vv_buf_clear(&b);
}

/* Of a long record a part is read when it is needed, and not with those before it. */
static void only_parts_that_are_needed_are_read(void **state)
{
	const char *dir = vv_test_path("needed");
	const size_t part = STEP + HEAD;
	vv_buf block = block_of(5, 60 * part), b = VV_BUF_INIT;
	const vv_cid cid = put(dir, &block);
	const char *path = fx_one(dir, "pack-", ".pack");
	vv_store *s = fx_open(dir);
	vv_parted p = {0};
	vv_error err;

	(void)state;
	vv_assert_ok(vv_read_file(&b, path, 1 << 20, &err), &err);
	vv_assert_ok(vv_store_get_parted(s, &cid, &p, &err), &err);
	assert_int_equal(truncate(path, (off_t)b.len / 2), 0);
	for (size_t at = 0; at < 10 * part; at += part) {
		vv_assert_ok(vv_parted_need(&p, at, part, &err), &err);
		assert_memory_equal(p.block.data + at, block.data + at, part);
	}
	vv_assert_status(vv_parted_need(&p, 50 * part, part, &err), VV_ECORRUPT, &err);
	vv_assert_contains(err.message, "pack-");
	vv_test_write(path, b.data, b.len);
	vv_assert_ok(vv_parted_need(&p, 0, block.len, &err), &err);
	assert_true(vv_buf_equal(&p.block, &block));
	vv_parted_clear(&p);
	vv_store_close(s);
	vv_buf_clear(&block);
	vv_buf_clear(&b);
}

static unsigned reads;
static ssize_t (*usual_pread)(int fd, void *buf, size_t len, off_t offset);

static ssize_t counted_pread(int fd, void *buf, size_t len, off_t offset)
{
	reads++;
	return usual_pread(fd, buf, len, offset);
}

/* Loads the same two parts of each block in turn. Returns the most reads that a block took, the first one excluded. */
static unsigned most_reads(const char *dir, const vv_cid *cids, size_t count, size_t one,
			   size_t other)
{
	const size_t part = STEP + HEAD;
	vv_store *s = fx_open(dir);
	vv_parted p = {0};
	unsigned most = 0;
	vv_error err;

	for (size_t i = 0; i < count; i++) {
		reads = 0;
		vv_assert_ok(vv_store_get_parted(s, &cids[i], &p, &err), &err);
		vv_assert_ok(vv_parted_need(&p, one * part, part, &err), &err);
		vv_assert_ok(vv_parted_need(&p, other * part, part, &err), &err);
		most = i > 0 && reads > most ? reads : most;
	}
	vv_parted_clear(&p);
	vv_store_close(s);
	return most;
}

/* Reading the same columns of successive row groups takes one read each. */
static void parts_of_further_blocks_are_read_at_once(void **state)
{
	const char *dir = vv_test_path("further");
	vv_cid cids[8];

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		vv_buf block = block_of(90 + i, 60 * (STEP + HEAD));

		cids[i] = put(dir, &block);
		vv_buf_clear(&block);
	}
	usual_pread = vv_sys_ops.pread;
	vv_sys_ops.pread = counted_pread;
	const unsigned near = most_reads(dir, cids, 8, 3, 5), far = most_reads(dir, cids, 8, 3, 50);
	vv_sys_ops.pread = usual_pread;
	assert_int_equal(near, 1);
	assert_int_equal(far, 2);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_block_comes_back_whole_and_part_by_part),
	cmocka_unit_test(short_blocks_and_who_may_not_have_no_parts),
	cmocka_unit_test(noise_has_no_parts),
	cmocka_unit_test(parts_that_cost_much_are_made_only_in_a_hurry),
	cmocka_unit_test(every_flipped_bit_is_told_and_gives_no_wrong_bytes),
	cmocka_unit_test(what_is_no_form_of_parts_is_refused),
	cmocka_unit_test(parts_that_are_stored_alike_are_known_without_unpacking),
	cmocka_unit_test(parts_are_read_and_compared_in_any_order),
	cmocka_unit_test(only_parts_that_are_needed_are_read),
	cmocka_unit_test(parts_of_further_blocks_are_read_at_once),
};

VV_TEST_SUITE(parts)
