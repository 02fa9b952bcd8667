/*
 * The scan cache: it comes back as it was written, byte for byte as docs/formats/store.md
 * says, and is none as soon as anything about it is not as it should be.
 */
#include "dataset/read/scan_cache.h"

#include <string.h>

#include "base/buf.h"
#include "tests/unit/support.h"

#define SECRET 0x1234567890abcdefu
#define HEAD 44u
#define ENTRY 40u

static vv_cid root_of(unsigned n)
{
	vv_cid cid = {VV_CODEC_DAG_CBOR, {0}};

	memset(cid.digest, (int)n, sizeof cid.digest);
	return cid;
}

static vv_scan_entry entry_of(unsigned n)
{
	vv_scan_entry e = {1000 + n, {n * 3, n * 5}, n * 7, n * 11, n % 2 == 0};

	return e;
}

static const char *write_cache(unsigned count)
{
	const char *file = vv_test_path("scan/%u", count);
	vv_scan_cache *c = vv_scan_cache_new();
	vv_error err;

	assert_non_null(c);
	c->root = root_of(1);
	for (unsigned i = 0; i < count; i++) {
		vv_scan_entry e = entry_of(i);

		vv_assert_ok(vv_scan_cache_add(c, &e, &err), &err);
	}
	vv_assert_ok(vv_scan_cache_save(c, file, SECRET, &err), &err);
	vv_scan_cache_free(c);
	return file;
}

static vv_scan_cache *load(const char *file, unsigned root, uint64_t secret)
{
	vv_scan_cache *c = NULL;
	vv_cid cid = root_of(root);
	vv_error err;

	vv_assert_ok(vv_scan_cache_load(&c, file, &cid, secret, &err), &err);
	return c;
}

static void a_cache_comes_back_as_it_was(void **state)
{
	vv_scan_cache *c = load(write_cache(200), 1, SECRET);

	(void)state;
	assert_non_null(c);
	assert_int_equal(c->count, 200);
	for (unsigned i = 0; i < 200; i++) {
		vv_scan_entry e = entry_of(i);
		const vv_scan_entry *found = &c->entries[i];

		assert_int_equal(found->raw_len, e.raw_len);
		assert_int_equal(found->hash.lo, e.hash.lo);
		assert_int_equal(found->hash.hi, e.hash.hi);
		assert_int_equal(found->raw_hash, e.raw_hash);
		assert_int_equal(found->head_hash, e.head_hash);
		assert_int_equal(found->clean_cut, e.clean_cut);
	}
	vv_scan_cache_free(c);
}

static void its_bytes_lie_where_the_format_says(void **state)
{
	static const uint8_t start[] = {
		'V', 'V', 'S', 'C', 'A', 'N', 1, '\n', 1, VV_CODEC_DAG_CBOR, 0x12, 0x20, 1};
	size_t len;
	const uint8_t *p = (const uint8_t *)vv_test_read(write_cache(2), &len);

	(void)state;
	assert_int_equal(len, HEAD + 2 * ENTRY + 8);
	assert_memory_equal(p, start, sizeof start);
	assert_int_equal(vv_get_le64(p + 44), 1000 | (uint64_t)1 << 63);
	assert_int_equal(vv_get_le64(p + 84), 1001);
	assert_int_equal(vv_get_le64(p + 92), 3);
	assert_int_equal(vv_get_le64(p + 100), 5);
	assert_int_equal(vv_get_le64(p + 108), 7);
	assert_int_equal(vv_get_le64(p + 116), 11);
	assert_int_equal(vv_get_le64(p + 124), vv_xxh3(p, 124, SECRET));
}

static void a_cache_of_another_version_or_repository_is_none(void **state)
{
	const char *file = write_cache(3);

	(void)state;
	assert_null(load(file, 2, SECRET));
	assert_null(load(file, 1, SECRET + 1));
	assert_null(load(vv_test_path("scan/missing"), 1, SECRET));
}

static void a_cache_with_any_byte_changed_or_lost_is_none(void **state)
{
	const char *file = write_cache(3), *damaged = vv_test_path("scan/damaged");
	size_t len;
	const char *bytes = vv_test_read(file, &len);
	char copy[HEAD + 3 * ENTRY + 8];

	(void)state;
	assert_int_equal(len, sizeof copy);
	for (size_t i = 0; i < len; i++) {
		memcpy(copy, bytes, len);
		copy[i] = (char)(copy[i] ^ 0x10);
		vv_test_write(damaged, copy, len);
		assert_null(load(damaged, 1, SECRET));
		vv_test_write(damaged, bytes, i);
		assert_null(load(damaged, 1, SECRET));
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_cache_comes_back_as_it_was),
	cmocka_unit_test(its_bytes_lie_where_the_format_says),
	cmocka_unit_test(a_cache_of_another_version_or_repository_is_none),
	cmocka_unit_test(a_cache_with_any_byte_changed_or_lost_is_none),
};

VV_TEST_SUITE(scan_cache)
