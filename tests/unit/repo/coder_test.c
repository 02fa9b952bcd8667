/*
 * coder: differences come back whatever effort made them, and more effort makes none longer.
 */
#include "repo/blocks/coder.h"

#include <string.h>

#include "base/buf.h"
#include "repo/blocks/record.h"
#include "tests/unit/support.h"

/* Rows with a place and two numbers; every `gap`th row of all is left out. */
static void put_rows(vv_buf *out, unsigned rows, unsigned gap)
{
	vv_prng r;
	unsigned i;

	vv_prng_init(&r, 7);
	for (i = 0; i < rows; i++) {
		unsigned place = (unsigned)vv_prng_below(&r, 5000),
			 height = (unsigned)vv_prng_below(&r, 300);

		if (gap == 0 || i % gap != gap - 1) {
			vv_buf_printf(out, "%u,place %u,%u.%u\n", 1000 + i, place, height, i % 10);
		}
	}
}

static size_t difference(vv_coder_pool *pool, vv_effort effort, const vv_buf *raw,
			 const vv_buf *base)
{
	vv_error err;
	vv_coder *c = vv_coder_take(pool, &err);
	vv_buf back = VV_BUF_INIT;
	vv_packed diff;
	size_t len;

	assert_non_null(c);
	vv_coder_effort(c, effort);
	vv_assert_ok(
		vv_coder_diff(c, raw->data, raw->len, base->data, base->len, raw->len, &diff, &err),
		&err);
	len = diff.len;
	assert_true(len > 0);
	assert_true(vv_buf_reserve(&back, raw->len));
	vv_assert_ok(vv_coder_expand(c, VV_METHOD_DIFF, diff.bytes, diff.len, base->data, base->len,
				     back.data, raw->len, &err),
		     &err);
	assert_memory_equal(back.data, raw->data, raw->len);
	vv_buf_clear(&back);
	vv_coder_give(pool, c);
	return len;
}

static void more_effort_makes_differences_shorter_and_all_come_back(void **state)
{
	vv_coder_pool *pool = vv_coder_pool_new();
	vv_buf base = VV_BUF_INIT, raw = VV_BUF_INIT;
	size_t quick, thorough, utmost;

	(void)state;
	assert_non_null(pool);
	put_rows(&base, 1500, 0);
	put_rows(&raw, 1500, 40);
	quick = difference(pool, VV_EFFORT_QUICK, &raw, &base);
	thorough = difference(pool, VV_EFFORT_THOROUGH, &raw, &base);
	utmost = difference(pool, VV_EFFORT_UTMOST, &raw, &base);
	assert_true(thorough < quick && utmost <= thorough);
	assert_true(quick < raw.len / 8);
	vv_buf_clear(&base);
	vv_buf_clear(&raw);
	vv_coder_pool_free(pool);
}

static void a_coder_that_was_given_back_takes_no_more_time_than_usual(void **state)
{
	vv_coder_pool *pool = vv_coder_pool_new();
	vv_buf base = VV_BUF_INIT, raw = VV_BUF_INIT;
	size_t quick;

	(void)state;
	assert_non_null(pool);
	put_rows(&base, 1500, 0);
	put_rows(&raw, 1500, 40);
	quick = difference(pool, VV_EFFORT_QUICK, &raw, &base);
	(void)difference(pool, VV_EFFORT_UTMOST, &raw, &base);
	assert_int_equal(difference(pool, VV_EFFORT_QUICK, &raw, &base), quick);
	vv_buf_clear(&base);
	vv_buf_clear(&raw);
	vv_coder_pool_free(pool);
}

/* Where a difference is at hand, the block for itself is only as good as it must be to be chosen. */
static void a_block_beside_a_shorter_difference_is_compressed_once(void **state)
{
	vv_coder_pool *pool = vv_coder_pool_new();
	vv_buf raw = VV_BUF_INIT;
	vv_packed quick, thorough, beside;
	size_t quick_len, thorough_len;
	vv_error err;
	vv_coder *c = vv_coder_take(pool, &err);

	(void)state;
	assert_non_null(c);
	put_rows(&raw, 1500, 0);
	vv_assert_ok(vv_coder_whole(c, raw.data, raw.len, &quick, &err), &err);
	quick_len = quick.len;
	vv_coder_effort(c, VV_EFFORT_THOROUGH);
	vv_assert_ok(vv_coder_whole(c, raw.data, raw.len, &thorough, &err), &err);
	thorough_len = thorough.len;
	assert_true(thorough_len < quick_len);
	vv_assert_ok(vv_coder_whole_beside(c, raw.data, raw.len, 100, &beside, &err), &err);
	assert_int_equal(beside.len, quick_len);
	vv_assert_ok(vv_coder_whole_beside(c, raw.data, raw.len, quick_len, &beside, &err), &err);
	assert_int_equal(beside.len, thorough_len);
	vv_assert_ok(vv_coder_whole_beside(c, raw.data, raw.len, 0, &beside, &err), &err);
	assert_int_equal(beside.len, thorough_len);
	vv_coder_give(pool, c);
	vv_buf_clear(&raw);
	vv_coder_pool_free(pool);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(more_effort_makes_differences_shorter_and_all_come_back),
	cmocka_unit_test(a_coder_that_was_given_back_takes_no_more_time_than_usual),
	cmocka_unit_test(a_block_beside_a_shorter_difference_is_compressed_once),
};

VV_TEST_SUITE(coder)
