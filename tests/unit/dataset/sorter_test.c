/*
 * What the sorter promises: order, stability, and the same from memory and from disk.
 */
#include "base/buf.h"
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "dataset/read/sorter.h"

#define RECORD 12u

static void fill(vv_sorter *s, size_t count, uint64_t keys, uint64_t seed)
{
	vv_prng r;
	vv_error err;
	vv_prng_init(&r, seed);
	for (size_t i = 0; i < count; i++) {
		uint8_t record[RECORD] = {0};
		vv_put_be64(record, vv_prng_below(&r, keys));
		record[8] = (uint8_t)(i >> 24);
		record[9] = (uint8_t)(i >> 16);
		record[10] = (uint8_t)(i >> 8);
		record[11] = (uint8_t)i;
		vv_sorter_add(s, record);
	}
	assert_int_equal(vv_sorter_count(s), count);
	vv_assert_ok(vv_sorter_ok(s, &err), &err);
}

/* Keys ascend, and records of one key stand as they were added. */
static void comes_sorted(size_t count, uint64_t keys, size_t memory)
{
	vv_sorter *s;
	vv_error err;
	uint8_t last[RECORD] = {0};
	size_t seen = 0;
	vv_assert_ok(vv_sorter_new(&s, RECORD, 8, memory, vv_test_dir(), &err), &err);
	fill(s, count, keys, count + memory);
	for (const uint8_t *p; (p = vv_sorter_next(s)) != NULL;) {
		/* the rest of the record counts upwards, so that stable order is bytewise order */
		assert_true(seen == 0 || memcmp(last, p, RECORD) < 0);
		memcpy(last, p, RECORD);
		seen++;
	}
	assert_null(vv_sorter_next(s)); /* the end is the end */
	vv_sorter_rewind(s);
	assert_true((vv_sorter_next(s) != NULL) == (count > 0));
	vv_assert_ok(vv_sorter_ok(s, &err), &err);
	assert_int_equal(seen, count);
	vv_sorter_free(s);
}

static void records_come_in_order_from_memory(void **state)
{
	(void)state;
	for (size_t n = 0; n < 70; n++) {
		comes_sorted(n, 10, 1u << 20);
	}
	comes_sorted(5000, 100000, 1u << 20);
}

/* Keys of each length, of which the first bytes are equal: the last one decides, and what stands behind it does not. */
static void a_key_of_any_length_decides_to_its_last_byte(void **state)
{
	(void)state;
	for (size_t key_len = 1; key_len < RECORD; key_len++) {
		vv_sorter *s;
		vv_error err;
		const uint8_t *record;

		vv_assert_ok(vv_sorter_new(&s, RECORD, key_len, 1u << 20, NULL, &err), &err);
		for (unsigned i = 0; i < 40; i++) {
			uint8_t added[RECORD] = {0};

			added[key_len - 1] = (uint8_t)((39 - i) / 2);
			added[key_len] = (uint8_t)(40 - i % 2);
			vv_sorter_add(s, added);
		}
		for (unsigned i = 0; (record = vv_sorter_next(s)) != NULL; i++) {
			assert_int_equal(record[key_len - 1], i / 2);
			assert_int_equal(record[key_len], 40 - i % 2);
		}
		vv_assert_ok(vv_sorter_ok(s, &err), &err);
		vv_sorter_free(s);
	}
}

static void records_come_in_order_from_disk(void **state)
{
	(void)state;
	comes_sorted(1024, 50, 1);
	comes_sorted(1025, 50, 1);
	comes_sorted(20000, 300, 1);
	comes_sorted(100000, 1u << 30, 100000);
	assert_int_equal(vv_test_count_entries(vv_test_dir()), 0);
}

static vv_status sort_much(void *payload, vv_error *err)
{
	vv_sorter *s = NULL;
	const uint8_t *p;
	(void)payload;
	vv_status rc = vv_sorter_new(&s, 8, 8, 1, vv_test_dir(), err);
	for (uint64_t i = 0; rc == VV_OK && i < 5000; i++) {
		uint8_t record[8];
		vv_put_be64(record, i * 7919 % 5000);
		vv_sorter_add(s, record);
	}
	if (rc == VV_OK) {
		for (uint64_t i = 0; (p = vv_sorter_next(s)) != NULL; i++) {
			assert_int_equal(vv_get_be64(p), i);
		}
		rc = vv_sorter_ok(s, err);
	}
	vv_sorter_free(s);
	return rc;
}

static void failing_storage_is_reported_and_nothing_stays(void **state)
{
	(void)state;
	vv_fault_each(VV_FAULT_WRITE, 28, sort_much, NULL, NULL);
	vv_fault_each(VV_FAULT_READ, 5, sort_much, NULL, NULL);
	vv_fault_each(VV_FAULT_ALLOC, 12, sort_much, NULL, NULL);
	assert_int_equal(vv_test_count_entries(vv_test_dir()), 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(records_come_in_order_from_memory),
	cmocka_unit_test(a_key_of_any_length_decides_to_its_last_byte),
	cmocka_unit_test(records_come_in_order_from_disk),
	cmocka_unit_test(failing_storage_is_reported_and_nothing_stays),
};

VV_TEST_SUITE(sorter)
