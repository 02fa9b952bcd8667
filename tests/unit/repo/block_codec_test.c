/*
 * Blocks that are stored as edits: their packs say so, every flipped bit is found, merging and gc keep
 * them, and who cannot apply edits says which pack it was. The codec here knows what all blocks
 * have: bytes that are the same at both ends.
 */

#include <string.h>

#include "base/file.h"
#include "repo/blocks/coder.h"
#include "repo/blocks/pack_writer.h"
#include "tests/unit/repo/store_fixture.h"
#include "tests/unit/writer_add.h"

static vv_status make(vv_buf *out, const void *raw, size_t len, const void *base, size_t base_len,
		      vv_error *err)
{
	const char *a = base, *b = raw;
	size_t most = len < base_len ? len : base_len, head = 0, tail = 0;

	while (head < most && a[head] == b[head]) {
		head++;
	}
	while (tail < most - head && a[base_len - 1 - tail] == b[len - 1 - tail]) {
		tail++;
	}
	vv_buf_reset(out);
	if (len - head - tail < 200) {
		vv_buf_put_varint(out, head);
		vv_buf_put_varint(out, tail);
		vv_buf_put(out, b + head, len - head - tail);
	}
	return vv_buf_ok(out, err);
}

static vv_status apply(void *raw, size_t len, const void *base, size_t base_len, const void *edits,
		       size_t edits_len, vv_error *err)
{
	const uint8_t *p = edits, *end = p + edits_len;
	uint64_t head, tail;

	if (!vv_varint_read(&p, end, &head) || !vv_varint_read(&p, end, &tail) || head > base_len ||
	    tail > base_len - head || head + tail + (size_t)(end - p) != len) {
		return vv_fail(err, VV_ECORRUPT, "no such edits");
	}
	memcpy(raw, base, head);
	memcpy((char *)raw + head, p, (size_t)(end - p));
	memcpy((char *)raw + len - tail, (const char *)base + base_len - tail, tail);
	return VV_OK;
}

static const vv_block_codec codec = {make, apply, NULL};

/* Blocks 0 .. count - 1, each as edits of the one before. */
static const char *edited_store(const char *name, unsigned count)
{
	const char *dir = vv_test_path("%s", name);

	vv_block_codec_register(&codec);
	fx_commit(dir, 0, count, true);
	return dir;
}

static void blocks_come_back(void **state)
{
	const char *dir = edited_store("said", 6);
	uint64_t stored;
	unsigned depth;
	vv_store *s;
	vv_error err;
	vv_cid last = fx_cid(5);

	(void)state;
	assert_true(fx_all_readable(dir, 0, 6));
	assert_int_equal(fx_fsck(dir, true), 0);
	s = fx_open(dir);
	vv_assert_ok(vv_store_cost(s, &last, &stored, &depth, &err), &err);
	assert_int_equal(depth, 5);
	vv_store_close(s);
}

static void edits_that_were_compressed_come_back(void **state)
{
	const char *dir = vv_test_path("compressed");
	vv_auto(vv_buf) base = VV_BUF_INIT;
	vv_auto(vv_buf) raw = VV_BUF_INIT;
	vv_auto(vv_buf) got = VV_BUF_INIT;
	vv_cid first, second;
	uint64_t stored;
	unsigned depth;
	vv_error err;

	(void)state;
	vv_block_codec_register(&codec);
	fx_noise(&base, 1, 20000);
	vv_buf_put(&raw, base.data, 10000);
	for (unsigned i = 0; i < 150; i++) {
		vv_buf_putc(&raw, 'a');
	}
	vv_buf_put(&raw, base.data + 10000, 10000);
	vv_store *s = fx_open(dir);
	vv_writer *w = fx_writer(s);
	vv_assert_ok(vv_test_add(w, &first, VV_CODEC_RAW, base.data, base.len, NULL, &err), &err);
	vv_assert_ok(vv_test_add(w, &second, VV_CODEC_RAW, raw.data, raw.len, &first, &err), &err);
	vv_assert_ok(vv_writer_commit(w, &err), &err);
	vv_writer_close(w);
	vv_store_close(s);
	s = fx_open(dir);
	vv_assert_ok(vv_store_cost(s, &second, &stored, &depth, &err), &err);
	assert_int_equal(depth, 1);
	assert_true(stored < 100);
	vv_assert_ok(vv_store_get(s, &second, &got, &err), &err);
	assert_true(got.len == raw.len && memcmp(got.data, raw.data, raw.len) == 0);
	vv_store_close(s);
}

static void who_cannot_apply_edits_names_the_pack(void **state)
{
	const char *dir = edited_store("nobody", 3);
	vv_store *s;
	vv_error err;

	(void)state;
	vv_block_codec_register(NULL);
	s = fx_open(dir);
	vv_assert_status(fx_get(s, 2, &err), VV_ENOSUPPORT, &err);
	vv_assert_contains(err.message, "pack-");
	vv_assert_contains(err.message, "edits");
	vv_assert_ok(fx_get(s, 0, &err), &err);
	vv_store_close(s);
	vv_block_codec_register(&codec);
	assert_true(fx_all_readable(dir, 0, 3));
}

static void every_flipped_bit_is_told_and_gives_no_wrong_data(void **state)
{
	const char *dir = edited_store("flipped", 3);
	const char *path = fx_one(dir, "pack-", ".pack");
	vv_buf b = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_read_file(&b, path, 1 << 20, &err), &err);
	for (size_t bit = 0; bit < b.len * 8; bit++) {
		if (bit / 8 > 200 && bit / 8 + 400 < b.len && bit % 53) {
			continue; /* within the one whole block */
		}
		if (!vv_test_sampled(bit, 5)) {
			continue;
		}
		b.data[bit / 8] ^= (char)(1u << bit % 8);
		vv_test_write(path, b.data, b.len);
		if (fx_fsck(dir, false) == 0) {
			fail_msg("bit %zu of byte %zu was not told", bit % 8, bit / 8);
		}
		(void)fx_readable(dir, 0, 3); /* which compares */
		b.data[bit / 8] ^= (char)(1u << bit % 8);
	}
	vv_test_write(path, b.data, b.len);
	assert_int_equal(fx_fsck(dir, true), 0);
	vv_buf_clear(&b);
}

static void merged_packs_keep_edits(void **state)
{
	const char *dir = vv_test_path("merged");

	(void)state;
	vv_block_codec_register(&codec);
	fx_commit(dir, 0, 2, false);
	for (unsigned i = 2; i < 20; i++) {
		vv_store *s = fx_open(dir);
		vv_writer *w = fx_writer(s);
		vv_error err;

		fx_put(w, i, (int)i - 1);
		vv_assert_ok(vv_writer_commit(w, &err), &err);
		vv_writer_close(w);
		vv_store_close(s);
		assert_true(fx_all_readable(dir, 0, i + 1));
	}
	assert_int_equal(fx_fsck(dir, true), 0);
}

static void gc_turns_edits_round_and_leaves_none_where_none_are_needed(void **state)
{
	const char *dir = edited_store("gc", 8);
	fx_marking all = {.first = 7, .count = 8, .chained = true, .dir = dir};
	fx_marking one = {.first = 7, .count = 1, .dir = dir};

	(void)state;
	fx_gc(dir, FX_NOW, 0, &all);
	assert_true(fx_all_readable(dir, 0, 8));
	assert_int_equal(fx_fsck(dir, true), 0);
	fx_gc(dir, FX_NOW, 0, &one);
	assert_true(fx_all_readable(dir, 7, 1));
	assert_int_equal(fx_fsck(dir, true), 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(blocks_come_back),
	cmocka_unit_test(edits_that_were_compressed_come_back),
	cmocka_unit_test(who_cannot_apply_edits_names_the_pack),
	cmocka_unit_test(every_flipped_bit_is_told_and_gives_no_wrong_data),
	cmocka_unit_test(merged_packs_keep_edits),
	cmocka_unit_test(gc_turns_edits_round_and_leaves_none_where_none_are_needed),
};

VV_TEST_SUITE(block_codec)
