/*
 * Cells are equal when state and text are.
 */
#include "tests/unit/support.h"

#include "dataset/format/cell.h"

static void a_cell_takes_sixteen_bytes(void **state)
{
	(void)state;
	assert_int_equal(sizeof(vv_cell), 8 + sizeof(void *));
}

static void state_and_text_make_a_cell(void **state)
{
	char other[] = "abc";
	vv_cell a = {"abc", 3, VV_CELL_TEXT, 0, 0}, b = {other, 3, VV_CELL_TEXT, VV_CELL_QUOTED, 7};
	vv_cell longer = {"abcd", 4, VV_CELL_TEXT, 0, 0}, prefix = {"abcd", 3, VV_CELL_TEXT, 0, 0};
	vv_cell literal = {"abc", 3, VV_CELL_LITERAL, 0, 0},
		differs = {"abd", 3, VV_CELL_TEXT, 0, 0};

	(void)state;
	assert_true(vv_cell_equal(&a, &b)); /* how it was quoted is form */
	assert_true(vv_cell_equal(&a, &prefix));
	assert_false(vv_cell_equal(&a, &longer));
	assert_false(vv_cell_equal(&a, &literal));
	assert_false(vv_cell_equal(&a, &differs));
}

static void empty_absent_and_null_are_three_things(void **state)
{
	vv_cell empty = {"", 0, VV_CELL_TEXT, 0, 0}, none = {NULL, 0, VV_CELL_TEXT, 0, 0};
	vv_cell absent = {NULL, 0, VV_CELL_ABSENT, 0, 0}, null = {NULL, 0, VV_CELL_NULL, 0, 0};

	(void)state;
	assert_true(vv_cell_equal(&empty, &none));
	assert_false(vv_cell_equal(&empty, &absent));
	assert_false(vv_cell_equal(&empty, &null));
	assert_false(vv_cell_equal(&absent, &null));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_cell_takes_sixteen_bytes),
	cmocka_unit_test(state_and_text_make_a_cell),
	cmocka_unit_test(empty_absent_and_null_are_three_things),
};

VV_TEST_SUITE(cell)
