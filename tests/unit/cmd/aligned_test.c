/* Tests of cmd/varve/print/aligned.h: how many lines wait to be printed. */
#include "tests/unit/support.h"

#include "cmd/varve/print/aligned.h"

static void a_title_counts_as_one_line(void **state)
{
	vv_auto(vv_buf) out = VV_BUF_INIT;
	vv_aligned a;
	vv_error err;

	(void)state;
	vv_aligned_init(&a, 80, 0);
	vv_aligned_title(&a, "without columns");
	assert_int_equal(vv_aligned_lines(&a), 1);
	for (size_t i = 0; i < 3; i++) {
		vv_aligned_column(&a, "c", 1, "", false, false);
	}
	for (size_t i = 0; i < 9; i++) {
		if (i % 3 == 0) {
			vv_aligned_title(&a, "title");
		}
		vv_aligned_cell(&a, "x");
	}
	assert_int_equal(vv_aligned_lines(&a), 1 + 3 + 3);
	vv_assert_ok(vv_aligned_put(&a, &out, &err), &err);
	assert_int_equal(vv_aligned_lines(&a), 0);
	vv_aligned_title(&a, "title");
	assert_int_equal(vv_aligned_lines(&a), 1);
	vv_aligned_clear(&a);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_title_counts_as_one_line),
};

VV_TEST_SUITE(aligned)
