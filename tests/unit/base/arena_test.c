#include "tests/unit/support.h"

#include <string.h>

#include "base/arena.h"

static void pieces_are_aligned_and_do_not_overlap(void **state)
{
	vv_arena a = VV_ARENA_INIT;
	unsigned char *pieces[400];
	size_t lens[400], i, j;
	vv_prng prng;

	(void)state;
	vv_prng_init(&prng, 3);
	for (i = 0; i < 400; i++) {
		lens[i] = (size_t)vv_prng_below(&prng, i % 50 == 0 ? 20000 : 200);
		pieces[i] = vv_arena_alloc(&a, lens[i]);
		assert_non_null(pieces[i]);
		assert_int_equal((uintptr_t)pieces[i] % 16, 0);
		memset(pieces[i], (int)(i % 251), lens[i]);
	}
	for (i = 0; i < 400; i++) {
		for (j = 0; j < lens[i]; j++) {
			assert_int_equal(pieces[i][j], i % 251);
		}
	}
	vv_arena_clear(&a);
}

static void a_reset_arena_uses_its_largest_chunk_again(void **state)
{
	vv_arena a = VV_ARENA_INIT;
	void *big;

	(void)state;
	assert_non_null(vv_arena_alloc(&a, 10));
	big = vv_arena_alloc(&a, 100000);
	assert_non_null(big);
	vv_arena_reset(&a);
	vv_fault_set(VV_FAULT_ALLOC, 1, 0);
	assert_ptr_equal(vv_arena_alloc(&a, 100000), big);
	assert_false(vv_fault_clear());
	vv_arena_clear(&a);
}

static void strings_are_copied_with_a_nul(void **state)
{
	vv_arena a = VV_ARENA_INIT;

	(void)state;
	assert_string_equal(vv_arena_strndup(&a, "abcdef", 3), "abc");
	assert_string_equal(vv_arena_strndup(&a, NULL, 0), "");
	assert_string_equal(vv_arena_printf(&a, "%s-%d", "x", 7), "x-7");
	vv_arena_clear(&a);
}

static void calloc_zeroes_and_refuses_overflow(void **state)
{
	vv_arena a = VV_ARENA_INIT;
	unsigned char *p;
	size_t i;

	(void)state;
	p = vv_arena_alloc(&a, 64);
	memset(p, 0xff, 64);
	vv_arena_reset(&a);
	p = vv_arena_calloc(&a, 8, 8);
	for (i = 0; i < 64; i++) {
		assert_int_equal(p[i], 0);
	}
	assert_null(vv_arena_calloc(&a, SIZE_MAX / 2, 3));
	assert_null(vv_arena_alloc(&a, SIZE_MAX - 3));
	vv_arena_clear(&a);
}

static void without_memory_the_arena_stays_usable(void **state)
{
	vv_arena a = VV_ARENA_INIT;
	char *kept;

	(void)state;
	kept = vv_arena_strndup(&a, "kept", 4);
	vv_fault_set(VV_FAULT_ALLOC, 1, 0);
	assert_null(vv_arena_alloc(&a, 1000000));
	assert_true(vv_fault_clear());
	assert_non_null(vv_arena_alloc(&a, 1000000));
	assert_string_equal(kept, "kept");
	vv_arena_clear(&a);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(pieces_are_aligned_and_do_not_overlap),
	cmocka_unit_test(a_reset_arena_uses_its_largest_chunk_again),
	cmocka_unit_test(strings_are_copied_with_a_nul),
	cmocka_unit_test(calloc_zeroes_and_refuses_overflow),
	cmocka_unit_test(without_memory_the_arena_stays_usable),
};

VV_TEST_SUITE(arena)
