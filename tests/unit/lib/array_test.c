/* Tests of lib/arrow/array.h: memory. */
#include "lib/arrow/array.h"

#include "tests/unit/support.h"

/* Gives m away as an array's buffer. */
static struct ArrowArray given(vv_arrow_memory *m)
{
	struct ArrowArray a;

	assert_true(vv_arrow_array(&a, 1, 0, 2, 0));
	vv_arrow_give(&a, 1, m);
	assert_null(m->bytes);
	return a;
}

static void memory_of_a_released_array_serves_one_of_its_size(void **state)
{
	vv_arrow_spare *spare = vv_arrow_spare_new();
	vv_arrow_memory m = {.spare = spare}, other = {.spare = spare};

	(void)state;
	assert_true(vv_arrow_room(&m, 5000));
	const char *const bytes = m.bytes;
	struct ArrowArray a = given(&m);
	assert_true(vv_arrow_room(&m, 5000));
	assert_ptr_not_equal(m.bytes, bytes); /* the array has it */
	a.release(&a);
	assert_true(vv_arrow_room(&other, 100));
	assert_ptr_not_equal(other.bytes, bytes); /* too large a one */
	vv_arrow_drop(&other);
	assert_true(vv_arrow_room(&other, 8000));
	assert_ptr_equal(other.bytes, bytes);
	vv_arrow_drop(&other);
	vv_arrow_drop(&m);
	vv_arrow_spare_close(spare);
}

static void an_array_outlives_what_gave_its_memory(void **state)
{
	vv_arrow_spare *spare = vv_arrow_spare_new();
	vv_arrow_memory m = {.spare = spare};

	(void)state;
	assert_true(vv_arrow_room(&m, 3));
	memcpy(m.bytes, "abc", 3);
	struct ArrowArray a = given(&m);
	vv_arrow_spare_close(spare);
	assert_memory_equal(a.buffers[1], "abc", 3);
	a.release(&a);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(memory_of_a_released_array_serves_one_of_its_size),
	cmocka_unit_test(an_array_outlives_what_gave_its_memory),
};
VV_TEST_SUITE(array)
