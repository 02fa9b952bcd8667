/*
 * What is kept, what is forgotten, and a file that is not one.
 */

#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "repo/blocks/derived.h"
#include "tests/unit/support.h"

#define VALUE_LEN 12u

static const vv_kept_form form = {.mark = "VVTEST\x01\n",
				  .key_len = VV_SHA256_LEN,
				  .value_len = VALUE_LEN,
				  .max = 500};

static void record(unsigned n, uint8_t key[VV_SHA256_LEN], uint8_t value[VALUE_LEN])
{
	vv_error err;

	vv_assert_ok(vv_sha256(key, &n, sizeof(n), &err), &err);
	memset(value, (int)(n % 251), VALUE_LEN);
}

static vv_kept *open_kept(const char *file, uint64_t secret)
{
	vv_kept *k;
	vv_error err;

	vv_assert_ok(vv_kept_open(&k, file, &form, secret, &err), &err);
	return k;
}

static bool has(vv_kept *k, unsigned n)
{
	uint8_t key[VV_SHA256_LEN], value[VALUE_LEN];

	record(n, key, value);
	const uint8_t *found = vv_kept_get(k, key);
	assert_true(!found || memcmp(found, value, VALUE_LEN) == 0);
	return found != NULL;
}

static void put(vv_kept *k, unsigned from, unsigned to)
{
	uint8_t key[VV_SHA256_LEN], value[VALUE_LEN];
	vv_error err;

	for (unsigned n = from; n < to; n++) {
		record(n, key, value);
		vv_assert_ok(vv_kept_put(k, key, value, &err), &err);
	}
}

static void what_is_asked_for_stays(void **state)
{
	vv_kept *k = open_kept(NULL, 0);

	(void)state;
	for (unsigned round = 0; round < 10; round++) {
		put(k, round * 300, round * 300 + 300);
		for (unsigned n = 0; n < 50; n++) {
			assert_true(has(k, n));
		}
		assert_true(vv_kept_count(k) <= 2 * form.max);
	}
	assert_false(has(k, 100));
	assert_true(has(k, 2999));
	vv_kept_close(k);
}

/* A table's groups are asked for one after the other, version after version. */
static void as_many_as_fit_are_all_kept(void **state)
{
	vv_kept *k = open_kept(NULL, 0);

	(void)state;
	for (unsigned round = 0; round < 20; round++) {
		put(k, 0, 450);                               /* those of before */
		put(k, 10000 + round * 4, 10004 + round * 4); /* and what changed */
		for (unsigned n = 0; n < 450; n++) {
			assert_true(has(k, n));
		}
	}
	assert_true(has(k, 10079));
	vv_kept_close(k);
}

static void the_file_has_those_that_were_used_last(void **state)
{
	const char *file = vv_test_path("kept/last");
	vv_kept *k = open_kept(file, 0);
	uint8_t key[VV_SHA256_LEN], value[VALUE_LEN];
	vv_buf listed = VV_BUF_INIT;
	vv_error err;

	(void)state;
	put(k, 0, 700);
	assert_true(has(k, 3));
	vv_assert_ok(vv_kept_save(k, &err), &err);
	vv_kept_close(k);
	k = open_kept(file, 0);
	assert_int_equal(vv_kept_count(k), form.max);
	record(3, key, value);
	vv_assert_ok(vv_kept_list(k, 2, &listed, &err), &err);
	assert_int_equal(listed.len, 2 * (VV_SHA256_LEN + VALUE_LEN));
	assert_memory_equal(listed.data, key, sizeof(key));
	assert_memory_equal(listed.data + sizeof(key), value, sizeof(value));
	for (unsigned n = 0; n < 700; n++) {
		assert_int_equal(has(k, n), n == 3 || n > 200);
	}
	vv_assert_ok(vv_kept_forget(k, 10, &err), &err);
	assert_int_equal(vv_kept_count(k), 10);
	assert_true(has(k, 699));
	assert_false(has(k, 3));
	vv_kept_close(k);
	vv_buf_clear(&listed);
}

static void a_file_is_written_only_where_something_changed(void **state)
{
	const char *file = vv_test_path("kept/changed");
	vv_kept *k = open_kept(file, 0);
	uint8_t key[VV_SHA256_LEN], value[VALUE_LEN];
	vv_error err;

	(void)state;
	vv_assert_ok(vv_kept_save(k, &err), &err);
	assert_false(vv_exists(file));
	put(k, 0, 2);
	vv_assert_ok(vv_kept_save(k, &err), &err);
	vv_assert_ok(vv_unlink(file, false, &err), &err);
	put(k, 0, 2);
	vv_assert_ok(vv_kept_save(k, &err), &err);
	assert_false(vv_exists(file));
	record(0, key, value);
	value[0]++;
	vv_assert_ok(vv_kept_put(k, key, value, &err), &err);
	vv_assert_ok(vv_kept_save(k, &err), &err);
	vv_kept_close(k);
	k = open_kept(file, 0);
	assert_memory_equal(vv_kept_get(k, key), value, sizeof(value));
	vv_kept_drop(k, key);
	memset(value, 0, sizeof(value));
	assert_memory_equal(vv_kept_get(k, key), value, sizeof(value));
	vv_kept_close(k);
}

static void a_file_with_any_byte_changed_or_lost_is_none(void **state)
{
	const char *file = vv_test_path("kept/damaged");
	vv_kept *k = open_kept(file, 5);
	vv_buf bytes = VV_BUF_INIT;
	vv_error err;

	(void)state;
	put(k, 0, 400);
	vv_assert_ok(vv_kept_save(k, &err), &err);
	vv_kept_close(k);
	vv_assert_ok(vv_read_file(&bytes, file, 1u << 20, &err), &err);
	for (size_t at = 0; at < bytes.len; at += 997) {
		bytes.data[at] = (char)(bytes.data[at] ^ 4);
		vv_assert_ok(vv_write_file(file, bytes.data, bytes.len, false, &err), &err);
		k = open_kept(file, 5);
		assert_int_equal(vv_kept_count(k), 0);
		vv_kept_close(k);
		bytes.data[at] = (char)(bytes.data[at] ^ 4);
		vv_assert_ok(vv_write_file(file, bytes.data, at, false, &err), &err);
		k = open_kept(file, 5);
		assert_int_equal(vv_kept_count(k), 0);
		vv_kept_close(k);
	}
	vv_assert_ok(vv_write_file(file, bytes.data, bytes.len, false, &err), &err);
	k = open_kept(file, 6);
	assert_int_equal(vv_kept_count(k), 0);
	vv_kept_close(k);
	k = open_kept(file, 5);
	assert_int_equal(vv_kept_count(k), 400);
	vv_kept_close(k);
	vv_buf_clear(&bytes);
}

/* The first searches compare the keys of the file, later ones use an index. */
static void few_searches_find_and_change_what_many_do(void **state)
{
	const char *file = vv_test_path("kept/few");

	(void)state;
	for (unsigned searches = 0; searches < 30; searches++) {
		uint8_t key[VV_SHA256_LEN], value[VALUE_LEN];
		vv_buf listed = VV_BUF_INIT;
		vv_error err;

		(void)vv_unlink(file, true, VV_IGNORED);
		vv_kept *k = open_kept(file, 0);
		put(k, 0, 100);
		vv_assert_ok(vv_kept_save(k, &err), &err);
		vv_kept_close(k);

		k = open_kept(file, 0);
		for (unsigned n = 0; n < searches; n++) {
			assert_true(has(k, n * 7 % 100));
			assert_false(has(k, 200 + n));
		}
		record(40, key, value);
		value[0]++;
		vv_assert_ok(vv_kept_put(k, key, value, &err), &err);
		assert_memory_equal(vv_kept_get(k, key), value, VALUE_LEN);
		record(60, key, value);
		vv_kept_drop(k, key);
		put(k, 150, 151);
		assert_true(has(k, 150));
		assert_int_equal(vv_kept_count(k), 101);
		vv_assert_ok(vv_kept_save(k, &err), &err);
		vv_kept_close(k);

		k = open_kept(file, 0);
		assert_int_equal(vv_kept_count(k), 101);
		vv_assert_ok(vv_kept_list(k, 2, &listed, &err), &err);
		record(150, key, value);
		assert_memory_equal(listed.data, key, sizeof(key));
		record(40, key, value);
		assert_memory_equal(listed.data + sizeof(key) + VALUE_LEN, key, sizeof(key));
		for (unsigned n = 0; n < 100; n++) {
			assert_true(n == 40 || n == 60 || has(k, n));
		}
		vv_assert_ok(vv_kept_forget(k, 3, &err), &err);
		assert_int_equal(vv_kept_count(k), 3);
		assert_true(has(k, 99));
		assert_false(has(k, 60));
		vv_buf_clear(&listed);
		vv_kept_close(k);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(few_searches_find_and_change_what_many_do),
	cmocka_unit_test(what_is_asked_for_stays),
	cmocka_unit_test(as_many_as_fit_are_all_kept),
	cmocka_unit_test(the_file_has_those_that_were_used_last),
	cmocka_unit_test(a_file_is_written_only_where_something_changed),
	cmocka_unit_test(a_file_with_any_byte_changed_or_lost_is_none),
};

VV_TEST_SUITE(kept)
