#include "tests/unit/support.h"

#include "base/hash.h"
#include "base/hash_index.h"

static uint64_t hash_of(uint64_t key)
{
	return vv_xxh3(&key, sizeof(key), vv_hash_seed());
}

/* The place whose key (it is its own key, times three) is this one, or SIZE_MAX. */
static size_t find(const vv_hash_index *ix, uint64_t key)
{
	vv_hash_probe p = vv_hash_probe_begin(ix, hash_of(key));
	size_t place;

	while (vv_hash_probe_next(&p, &place)) {
		if (place * 3 == key) return place;
	}
	return SIZE_MAX;
}

static void what_was_added_is_found_and_nothing_else(void **state)
{
	vv_hash_index ix = {0};

	(void)state;
	assert_true(find(&ix, 0) == SIZE_MAX);
	for (size_t i = 0; i < 20000; i++) {
		assert_true(vv_hash_index_add(&ix, hash_of(i * 3), i));
	}
	assert_int_equal(ix.count, 20000);
	for (size_t i = 0; i < 20000; i++) {
		assert_int_equal(find(&ix, i * 3), i);
		assert_true(find(&ix, i * 3 + 1) == SIZE_MAX);
	}
	vv_hash_index_reset(&ix);
	assert_true(find(&ix, 3) == SIZE_MAX);
	vv_hash_index_clear(&ix);
}

static void all_places_of_one_hash_are_given(void **state)
{
	vv_hash_index ix = {0};
	vv_hash_probe p;
	size_t place, seen = 0, sum = 0;

	(void)state;
	for (size_t i = 0; i < 100; i++) {
		assert_true(vv_hash_index_add(&ix, 7, i));
	}
	for (p = vv_hash_probe_begin(&ix, 7); vv_hash_probe_next(&p, &place); seen++) {
		sum += place;
	}
	assert_int_equal(seen, 100);
	assert_int_equal(sum, 4950);
	vv_hash_index_clear(&ix);
}

static void a_failed_allocation_leaves_what_was_there(void **state)
{
	vv_hash_index ix = {0};
	size_t i;

	(void)state;
	for (i = 0; i < 12; i++) {
		assert_true(vv_hash_index_add(&ix, hash_of(i * 3), i));
	}
	vv_fault_set(VV_FAULT_ALLOC, 1, 0);
	assert_false(vv_hash_index_add(&ix, hash_of(i * 3), i));
	assert_true(vv_fault_clear());
	assert_int_equal(find(&ix, 33), 11);
	assert_true(find(&ix, 36) == SIZE_MAX);
	assert_false(vv_hash_index_add(&ix, 1, UINT32_MAX));
	vv_hash_index_clear(&ix);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_was_added_is_found_and_nothing_else),
	cmocka_unit_test(all_places_of_one_hash_are_given),
	cmocka_unit_test(a_failed_allocation_leaves_what_was_there),
};

VV_TEST_SUITE(hash_index)
