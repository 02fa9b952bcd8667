/*
 * host_list: lists of blocks on a Git host.
 */
#include <string.h>

#include "base/hash.h"
#include "tests/unit/support.h"
#include "transport/places/packs/catalog.h"

static const uint8_t hash[VV_PACK_HASH_LEN] = {1, 2, 3};

static vv_cid cid_of(const char *text, uint8_t codec)
{
	vv_cid cid;
	vv_error err;

	assert_int_equal(vv_cid_of(&cid, codec, text, strlen(text), &err), VV_OK);
	return cid;
}

/* Three blocks: one is whole, one has its base in another pack, one in this one, which is also named as
 * another's. */
static void make_list(vv_buf *out)
{
	const vv_cid a = cid_of("a", VV_CODEC_RAW), x = cid_of("x", VV_CODEC_RAW);
	vv_host_block blocks[] = {{.cid = a, .offset = 8},
				  {cid_of("b", VV_CODEC_RAW), 7, 100, x},
				  {cid_of("c", VV_CODEC_DAG_CBOR), 50, 900, a}};
	vv_cid bases[] = {x, a, x};
	vv_error err;

	assert_int_equal(vv_host_list_write(out, hash, 4096, blocks, 3, bases, 3, &err), VV_OK);
}

static void what_is_written_is_read(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_host_list l;
	vv_error err;
	vv_cid before = {0};
	vv_host_block k;
	unsigned depths = 0;
	size_t at;

	(void)state;
	make_list(&b);
	assert_int_equal(b.len, 40 + 3 * 42 + 33 + 8);
	assert_int_equal(vv_host_list_read(&l, b.data, b.len, &err), VV_OK);
	assert_memory_equal(l.hash, hash, sizeof(hash));
	assert_int_equal(l.pack_len, 4096);
	assert_int_equal(l.count, 3);
	assert_int_equal(l.base_count, 1);
	for (size_t i = 0; i < l.count; i++) {
		k = vv_host_list_block(&l, i);
		assert_true(i == 0 || vv_cid_compare(&before, &k.cid) < 0);
		before = k.cid;
		depths += k.depth;
		assert_true(vv_host_list_find(&l, &k.cid, &at));
		assert_int_equal(at, i);
		assert_int_equal(k.offset, k.depth == 0 ? 8 : k.depth == 7 ? 100 : 900);
		const vv_cid base = cid_of(k.depth == 7 ? "x" : "a", VV_CODEC_RAW);
		assert_true(k.depth == 0 ? vv_cid_is_null(&k.base) : vv_cid_equal(&k.base, &base));
		assert_int_equal(vv_host_list_base_of(&l, i) < l.count, k.depth == 50);
	}
	assert_int_equal(depths, 57);
	const vv_cid x = cid_of("x", VV_CODEC_RAW);
	assert_false(vv_host_list_find(&l, &x, &at));
	vv_buf_clear(&b);
}

static void a_list_with_any_byte_changed_is_refused(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_host_list l;
	vv_error err;

	(void)state;
	make_list(&b);
	for (size_t i = 0; i < b.len; i++) {
		b.data[i] ^= 1;
		vv_status rc = vv_host_list_read(&l, b.data, b.len, &err);
		assert_true(rc == VV_ECORRUPT || (rc == VV_ENOSUPPORT && (i == 6 || i == 7)));
		b.data[i] ^= 1;
	}
	for (size_t len = 0; len < b.len; len++) {
		assert_int_equal(vv_host_list_read(&l, b.data, len, &err), VV_ECORRUPT);
	}
	vv_buf_clear(&b);
}

static void sign(vv_buf *b)
{
	vv_put_le64((uint8_t *)b->data + b->len - 8, vv_xxh3(b->data, b->len - 8, 0));
}

static void records_outside_the_pack_and_bases_outside_the_list_are_refused(void **state)
{
	/* where it begins: in the header, in the end, behind it; its base: none, or one that is not listed */
	static const struct {
		size_t at;
		uint32_t value;
	} wrong[] = {{34, 7}, {34, 4096 - 40}, {34, UINT32_MAX}, {38, 1000}};
	vv_buf b = VV_BUF_INIT;
	vv_host_list l;
	vv_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		make_list(&b);
		vv_put_le32((uint8_t *)b.data + 40 + wrong[i].at, wrong[i].value);
		sign(&b);
		assert_int_equal(vv_host_list_read(&l, b.data, b.len, &err), VV_ECORRUPT);
		vv_buf_clear(&b);
	}
}

static void cids_out_of_order_and_impossible_counts_are_refused(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_host_list l;
	vv_error err;
	char first[42];

	(void)state;
	make_list(&b);
	memcpy(first, b.data + 40, 42);
	memmove(b.data + 40, b.data + 82, 42);
	memcpy(b.data + 82, first, 42);
	sign(&b);
	assert_int_equal(vv_host_list_read(&l, b.data, b.len, &err), VV_ECORRUPT);
	vv_buf_clear(&b);
	make_list(&b);
	b.data[32] = 0;
	sign(&b);
	assert_int_equal(vv_host_list_read(&l, b.data, b.len, &err), VV_ECORRUPT);
	memset(b.data + 32, 0xff, 4);
	sign(&b);
	assert_int_equal(vv_host_list_read(&l, b.data, b.len, &err), VV_ECORRUPT);
	vv_buf_clear(&b);
	make_list(&b);
	vv_put_le64((uint8_t *)b.data + 24, UINT64_C(0xfe00000000000100));
	sign(&b);
	assert_int_equal(vv_host_list_read(&l, b.data, b.len, &err), VV_ECORRUPT);
	vv_buf_clear(&b);
}

static void a_catalog_finds_each_block_in_its_pack_and_has_a_bound(void **state)
{
	static const vv_oid blob = {{9}};
	vv_cid b = cid_of("b", VV_CODEC_RAW), x = cid_of("x", VV_CODEC_RAW);
	vv_catalog *c = vv_catalog_new();
	vv_buf bytes = VV_BUF_INIT;
	vv_host_list l;
	vv_error err;
	size_t pack = 7;
	unsigned depth;

	(void)state;
	assert_non_null(c);
	make_list(&bytes);
	assert_int_equal(vv_host_list_read(&l, bytes.data, bytes.len, &err), VV_OK);
	assert_int_equal(vv_catalog_add(c, &l, &blob, 3, &err), VV_OK);
	assert_true(vv_catalog_find(c, &b, &pack, &depth));
	assert_int_equal(pack, 0);
	assert_int_equal(depth, 7);
	assert_false(vv_catalog_find(c, &x, NULL, NULL));
	assert_true(vv_cid_equal(&vv_catalog_pack(c, 0)->bases[0], &x));
	assert_int_equal(vv_catalog_add(c, &l, &blob, 5, &err), VV_EREFUSED);
	vv_buf_clear(&bytes);
	vv_catalog_free(c);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_is_written_is_read),
	cmocka_unit_test(a_list_with_any_byte_changed_is_refused),
	cmocka_unit_test(records_outside_the_pack_and_bases_outside_the_list_are_refused),
	cmocka_unit_test(cids_out_of_order_and_impossible_counts_are_refused),
	cmocka_unit_test(a_catalog_finds_each_block_in_its_pack_and_has_a_bound),
};

VV_TEST_SUITE(host_list)
