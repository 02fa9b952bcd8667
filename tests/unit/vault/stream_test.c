/*
 * Streams: items come back from shards, wherever they were cut; what was forged does not.
 */
#include <string.h>

#include "base/sys.h"
#include "cmd/vault/sealed/stream.h"
#include "tests/unit/support.h"

#define SHARDS_MAX 8u

typedef struct kept {
	vv_buf shards[SHARDS_MAX];
	size_t count;
	vv_shard_seal seal;
} kept;

static vv_status keep(void *payload, const vv_shard *s, const void *bytes, size_t len,
		      vv_error *err)
{
	kept *k = payload;

	(void)s;
	assert_true(k->count < SHARDS_MAX);
	vv_buf_put(&k->shards[k->count++], bytes, len);
	return vv_buf_ok(&k->shards[k->count - 1], err);
}

static vv_status give(void *payload, size_t i, vv_buf *out, vv_error *err)
{
	kept *k = payload;
	return vv_shard_open(out, &k->seal, k->shards[i].data, k->shards[i].len, err);
}

static void clear(kept *k)
{
	for (size_t i = 0; i < k->count; i++) {
		vv_buf_clear(&k->shards[i]);
	}
}

static void items_come_back_however_they_were_cut(void **state)
{
	const size_t len = 1u << 20;
	kept k = {0};
	uint8_t *bytes = vv_malloc(3 * len);
	vv_buf refs = VV_BUF_INIT, index = VV_BUF_INIT,
	       is[3] = {VV_BUF_INIT, VV_BUF_INIT, VV_BUF_INIT};
	vv_stream_out *o;
	vv_stream_in *in;
	vv_item_index x;
	vv_item_stored s;
	vv_prng r;
	vv_error err;

	(void)state;
	vv_prng_init(&r, 5);
	vv_prng_bytes(&r, bytes, len);
	memcpy(bytes + len, bytes, len); /* a difference: one byte */
	bytes[len + 77] ^= 1;
	memset(bytes + 2 * len, 'x', len); /* small, compressed */
	vv_buf_puts(&refs, "ref: refs/heads/main\n");
	vv_assert_ok(vv_stream_out_open(&o, &k.seal, keep, &k, &err), &err);
	for (size_t i = 0; i < 3; i++) {
		vv_item item = {.kind = VV_ITEM_RAW, .bytes = bytes + i * len, .len = len};
		vv_assert_ok(vv_cid_of(&item.cid, VV_CODEC_RAW, item.bytes, len, &err), &err);
		if (i == 1) {
			vv_assert_ok(vv_cid_of(&item.base_cid, VV_CODEC_RAW, bytes, len, &err),
				     &err);
			item.base = bytes;
			item.base_len = len;
		}
		vv_assert_ok(vv_stream_out_put(o, &item, &err), &err);
	}
	vv_assert_ok(vv_stream_out_end(o, &refs, &index, &err), &err);
	vv_stream_out_close(o);
	assert_int_equal(k.count, 2);
	assert_int_equal(k.shards[0].len, VV_SHARD_MAX);

	vv_assert_ok(vv_stream_in_open(&in, k.count, give, &k, &err), &err);
	vv_assert_ok(vv_stream_in_end(in, &is[0], &is[1], &err), &err);
	assert_int_equal(is[0].len, index.len);
	assert_memory_equal(is[0].data, index.data, index.len);
	assert_string_equal(is[1].data, refs.data);
	vv_assert_ok(vv_item_index_read(&x, index.data, index.len, &err), &err);
	assert_int_equal(x.count, 3);
	for (size_t i = 0; i < 3; i++) {
		vv_assert_ok(vv_stream_in_at(in, x.items[i].offset, &s, &err), &err);
		assert_true(vv_cid_equal(&s.cid, &x.items[i].cid));
		assert_int_equal(s.method, i == 0 ? 0 : i == 1 ? 2 : 1);
		vv_assert_ok(vv_stream_in_expand(in, &s, bytes, i == 1 ? len : 0, &is[2], &err),
			     &err);
		assert_int_equal(is[2].len, len);
		assert_memory_equal(is[2].data, bytes + i * len, len);
	}
	/* Nothing begins between two items. */
	assert_true(vv_stream_in_at(in, x.items[0].offset + 5, &s, &err) < 0 ||
		    vv_stream_in_expand(in, &s, NULL, 0, &is[2], &err) < 0);
	vv_assert_status(vv_stream_in_at(in, UINT64_MAX - 3, &s, &err), VV_ECORRUPT, &err);
	vv_item_index_clear(&x);
	vv_stream_in_close(in);
	for (size_t i = 0; i < 3; i++) {
		vv_buf_clear(&is[i]);
	}
	vv_buf_clear(&refs);
	vv_buf_clear(&index);
	vv_free(bytes);
	clear(&k);
}

static void an_index_that_is_cut_or_goes_on_is_refused(void **state)
{
	kept k = {0};
	vv_buf index = VV_BUF_INIT;
	vv_stream_out *o;
	vv_item_index x;
	vv_item item = {.kind = VV_ITEM_BLOB, .bytes = "abc", .len = 3};
	vv_error err;

	(void)state;
	vv_assert_ok(vv_stream_out_open(&o, &k.seal, keep, &k, &err), &err);
	vv_assert_ok(vv_stream_out_put(o, &item, &err), &err);
	vv_assert_ok(vv_stream_out_end(o, NULL, &index, &err), &err);
	vv_stream_out_close(o);
	vv_assert_ok(vv_item_index_read(&x, index.data, index.len, &err), &err);
	assert_int_equal(x.count, 1);
	vv_item_index_clear(&x);
	for (size_t i = 0; i < index.len; i++) {
		vv_assert_status(vv_item_index_read(&x, index.data, i, &err), VV_ECORRUPT, &err);
	}
	vv_buf_putc(&index, 0);
	vv_assert_status(vv_item_index_read(&x, index.data, index.len, &err), VV_ECORRUPT, &err);
	vv_buf_clear(&index);
	clear(&k);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(items_come_back_however_they_were_cut),
	cmocka_unit_test(an_index_that_is_cut_or_goes_on_is_refused),
};

VV_TEST_SUITE(stream)
