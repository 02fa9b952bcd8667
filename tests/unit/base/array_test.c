#include "tests/unit/support.h"

#include "base/array.h"
#include "base/sys.h"

typedef struct point {
	int x, y, z;
} point;

static void a_thousand_items_are_kept(void **state)
{
	point *items = NULL;
	size_t count = 0, cap = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		assert_true(vv_array_room(items, count, cap));
		items[count++] = (point){i, 2 * i, 3 * i};
	}
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(items[i].x, i);
		assert_int_equal(items[i].z, 3 * i);
	}
	assert_in_range(cap, 1000, 2048);
	vv_free(items);
}

static void room_for_many_is_made_at_once(void **state)
{
	char *items = NULL;
	size_t count = 3, cap = 0;

	(void)state;
	assert_true(vv_array_room_for(items, 0, cap, 3));
	assert_true(vv_array_room_for(items, count, cap, 5000));
	assert_true(cap >= 5003);
	vv_free(items);
}

static void a_failed_allocation_changes_nothing(void **state)
{
	int *items = NULL;
	size_t count = 0, cap = 0;

	(void)state;
	for (; count < 16; count++) {
		assert_true(vv_array_room(items, count, cap));
		items[count] = (int)count;
	}
	vv_fault_set(VV_FAULT_ALLOC, 1, 0);
	assert_false(vv_array_room(items, count, cap));
	assert_true(vv_fault_clear());
	assert_int_equal(cap, 16);
	assert_int_equal(items[15], 15);
	assert_false(vv_array_room_for(items, count, cap, SIZE_MAX - 3));
	assert_false(vv_array_room_for(items, count, cap, SIZE_MAX / 2));
	vv_free(items);
}

static void a_longest_run_that_rises_is_kept(void **state)
{
	const uint32_t none = VV_NOT_RISING;
	uint32_t places[] = {7, 0, none, 1, 5, 2, 9, 3, none, 4};
	const uint32_t kept[] = {none, 0, none, 1, none, 2, none, 3, none, 4};

	(void)state;
	assert_true(vv_array_keep_rising(places, sizeof(places) / sizeof(places[0])));
	assert_memory_equal(places, kept, sizeof(kept));
	assert_true(vv_array_keep_rising(places, 0));
}

static void items_are_found_in_order(void **state)
{
	const char *words[] = {"ant", "bee", "bat", NULL};
	const char **none = NULL;

	(void)state;
	assert_ptr_equal(vv_ended_find(words, it, **it == 'b'), &words[1]);
	assert_null(vv_ended_find(words, it, **it == 'c'));
	assert_null(vv_ended_find(none, it, true));
	assert_int_equal(vv_find_place(i, 3, words[i][0] == 'b'), 1);
	assert_int_equal(vv_find_place(i, 3, words[i][0] == 'c'), 3);
	assert_int_equal(vv_find_place(i, 0, true), 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(items_are_found_in_order),
	cmocka_unit_test(a_longest_run_that_rises_is_kept),
	cmocka_unit_test(a_thousand_items_are_kept),
	cmocka_unit_test(room_for_many_is_made_at_once),
	cmocka_unit_test(a_failed_allocation_changes_nothing),
};

VV_TEST_SUITE(array)
