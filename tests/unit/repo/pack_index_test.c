/*
 * pack_index: searching in memory and in a file too large to be read at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "repo/blocks/pack_index.h"
#include "tests/unit/repo/store_fixture.h"
#include "tests/unit/writer_add.h"

/* One of more than a megabyte, which readers look into instead of reading it. */
static vv_pack_index *large_index(const char *path, uint64_t count, bool whole, vv_error *err)
{
	static const uint8_t hash[VV_PACK_HASH_LEN] = {7};
	vv_pack_index_entry *entries = malloc(count * sizeof *entries);
	vv_pack_index *x = NULL;
	vv_buf bytes = VV_BUF_INIT;
	vv_prng r;
	uint64_t i;

	assert_non_null(entries);
	vv_prng_init(&r, 5);
	for (i = 0; i < count; i++) {
		entries[i].prefix = vv_prng_u64(&r);
		entries[i].offset = 8 + i * 3;
	}
	entries[1].prefix = entries[0].prefix;
	entries[2].prefix = 0;
	entries[3].prefix = UINT64_MAX;
	vv_assert_ok(vv_pack_index_encode(&bytes, hash, entries, count, err), err);
	vv_test_write(path, bytes.data, bytes.len);
	vv_buf_clear(&bytes);
	free(entries);
	vv_assert_ok(vv_pack_index_open(&x, path, hash, whole, err), err);
	return x;
}

static void assert_finds_all(const vv_pack_index *x, uint64_t count)
{
	uint64_t i, k, first, found, offset;
	vv_error err;
	vv_prng r;

	vv_prng_init(&r, 5);
	for (i = 0; i < count; i++) {
		uint64_t prefix = vv_prng_u64(&r);
		bool there = false;

		if (i == 1) {
			continue; /* shares the prefix of the first one */
		}
		prefix = i == 2 ? 0 : i == 3 ? UINT64_MAX : prefix;
		vv_assert_ok(vv_pack_index_find(x, prefix, &first, &found, &err), &err);
		assert_true(found >= (i == 0 ? 2u : 1u));
		for (k = 0; k < found; k++) {
			vv_assert_ok(vv_pack_index_offset(x, first + k, &offset, &err), &err);
			there = there || offset == 8 + i * 3;
		}
		assert_true(there);
	}
	for (i = 0; i < 1000; i++) {
		vv_assert_ok(vv_pack_index_find(x, vv_prng_u64(&r), &first, &found, &err), &err);
		assert_int_equal(found, 0);
	}
}

static void large_and_small_indexes_find_the_same(void **state)
{
	static const uint64_t counts[] = {4, 100, 4095, 4096, 20000, 100000};
	const char *path = vv_test_path("large.index");
	vv_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		vv_pack_index *x = large_index(path, counts[i], false, &err);

		assert_true(vv_pack_index_is_whole(x) == (counts[i] < 80000));
		assert_true(vv_pack_index_count(x) == counts[i]);
		assert_finds_all(x, counts[i]);
		vv_pack_index_close(x);
	}
	{
		vv_pack_index *x = large_index(path, 100000, true, &err);

		assert_true(vv_pack_index_is_whole(x));
		assert_finds_all(x, 100000);
		vv_pack_index_close(x);
	}
}

static void a_large_index_cut_short_while_open_is_an_error(void **state)
{
	const char *path = vv_test_path("large.index");
	uint64_t first, count, i, failures = 0;
	vv_error err;
	vv_prng r;
	vv_pack_index *x = large_index(path, 100000, false, &err);

	(void)state;
	assert_int_equal(truncate(path, 5000), 0);
	vv_prng_init(&r, 5);
	for (i = 0; i < 50; i++) {
		vv_status rc = vv_pack_index_find(x, vv_prng_u64(&r), &first, &count, &err);

		assert_true(rc == VV_OK || rc == VV_ECORRUPT);
		failures += rc == VV_ECORRUPT;
	}
	assert_true(failures > 40);
	vv_pack_index_close(x);
}

static void offsets_beyond_four_gigabytes_fit(void **state)
{
	static const uint8_t hash[VV_PACK_HASH_LEN] = {7};
	vv_pack_index_entry entries[] = {{5, UINT64_C(0x123456789a)}, {3, 8}};
	vv_pack_index *x = NULL;
	vv_buf bytes = VV_BUF_INIT;
	uint64_t first, count, offset;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_pack_index_encode(&bytes, hash, entries, 2, &err), &err);
	vv_assert_ok(vv_pack_index_from(&x, &bytes, hash, &err), &err);
	vv_assert_ok(vv_pack_index_find(x, 5, &first, &count, &err), &err);
	assert_int_equal(count, 1);
	vv_assert_ok(vv_pack_index_offset(x, first, &offset, &err), &err);
	assert_true(offset == UINT64_C(0x123456789a));
	vv_pack_index_close(x);
}

#define MANY 90000u

static void tiny(char out[16], unsigned n)
{
	(void)snprintf(out, 16, "block %u", n);
}

static vv_status get_tiny(vv_store *s, unsigned n, vv_buf *got, vv_error *err)
{
	char bytes[16];
	vv_status rc;
	vv_cid cid;

	tiny(bytes, n);
	vv_assert_ok(vv_cid_of(&cid, VV_CODEC_RAW, bytes, strlen(bytes), err), err);
	rc = vv_store_get(s, &cid, got, err);
	if (rc == VV_OK) {
		assert_int_equal(got->len, strlen(bytes));
		assert_memory_equal(got->data, bytes, got->len);
	}
	return rc;
}

/* Readers do not check an index of more than a megabyte when they open it. What
 * they miss because of that must be found all the same. */
static void a_store_with_a_large_damaged_index_finds_all(void **state)
{
	const char *dir = vv_test_path("store"), *path;
	vv_store *s = fx_open(dir);
	vv_writer *w = fx_writer(s);
	vv_buf got = VV_BUF_INIT;
	char bytes[16], *copy;
	const char *sound;
	vv_error err;
	vv_cid cid;
	size_t len, i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		tiny(bytes, (unsigned)i);
		vv_assert_ok(vv_test_add(w, &cid, VV_CODEC_RAW, bytes, strlen(bytes), NULL, &err),
			     &err);
	}
	vv_assert_ok(vv_writer_commit(w, &err), &err);
	vv_writer_close(w);
	vv_store_close(s);
	path = fx_one(dir, "pack-", ".index");
	sound = vv_test_read(path, &len);
	copy = malloc(len);
	assert_non_null(copy);
	memcpy(copy, sound, len);
	assert_true(len > 1u << 20);
	memset(copy + 300000, 0, 4000);
	memset(copy + len - 200000, 0xff, 4000);
	vv_test_write(path, copy, len);
	s = fx_open(dir);
	for (i = 0; i < MANY; i += 7) {
		vv_assert_ok(get_tiny(s, (unsigned)i, &got, &err), &err);
	}
	vv_assert_status(get_tiny(s, MANY, &got, &err), VV_EMISSING, &err);
	vv_store_close(s);
	/* A writer checks all of it, and stores a good one. */
	s = fx_open(dir);
	vv_writer_close(fx_writer(s));
	vv_store_close(s);
	assert_memory_equal(vv_test_read(path, NULL), sound, len);
	/* So does fsck: what can be made again is not a fault of the data. */
	vv_test_write(path, copy, len);
	assert_int_equal(fx_fsck(dir, false), 0);
	assert_memory_equal(vv_test_read(path, NULL), sound, len);
	free(copy);
	vv_buf_clear(&got);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(large_and_small_indexes_find_the_same),
	cmocka_unit_test(a_large_index_cut_short_while_open_is_an_error),
	cmocka_unit_test(offsets_beyond_four_gigabytes_fit),
	cmocka_unit_test(a_store_with_a_large_damaged_index_finds_all),
};

VV_TEST_SUITE(pack_index)
