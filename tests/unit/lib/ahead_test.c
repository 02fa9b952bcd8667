/*
 * How many blocks are asked for at once, by the order in which they are wanted.
 */
#include "lib/sync/ahead.h"
#include "tests/unit/support.h"

#include "base/buf.h"
#include "repo/blocks/cbor.h"

#define LINKS 100u

static vv_cid leaf(unsigned n)
{
	vv_error err;
	vv_cid cid;

	vv_assert_ok(vv_cid_of(&cid, VV_CODEC_RAW, &n, sizeof(n), &err), &err);
	return cid;
}

/* A node of which the links are the leaves from first on. */
static void come(vv_ahead *a, unsigned first)
{
	vv_buf b = VV_BUF_INIT;
	vv_error err;
	vv_cid cid;

	vv_cbor_put_array(&b, LINKS);
	for (unsigned i = 0; i < LINKS; i++) {
		vv_cid link = leaf(first + i);
		vv_cbor_put_link(&b, &link);
	}
	vv_assert_ok(vv_cid_of(&cid, VV_CODEC_DAG_CBOR, b.data, b.len, &err), &err);
	vv_assert_ok(vv_ahead_came(a, &cid, b.data, b.len, &err), &err);
	vv_buf_clear(&b);
}

/* So many are asked for with this one, which comes first, and then those after it. */
static size_t with(vv_ahead *a, unsigned n)
{
	vv_cid out[VV_AHEAD_MAX], wanted = leaf(n);
	bool guess;
	size_t count = vv_ahead_of(a, &wanted, out, &guess);

	assert_true(count > 0 && guess == (count == 1));
	for (size_t i = 0; i < count; i++) {
		vv_cid next = leaf(n + (unsigned)i);
		assert_true(vv_cid_equal(&out[i], &next));
	}
	return count;
}

static void of_what_follows_more_and_more_is_asked_for_on_into_the_next_node(void **state)
{
	vv_auto(vv_ahead) *a = vv_ahead_new();

	(void)state;
	assert_non_null(a);
	assert_int_equal(with(a, 7), 1);
	come(a, 0);
	come(a, LINKS);
	assert_int_equal(with(a, 7), 1);
	assert_int_equal(with(a, 8), 4);
	assert_int_equal(with(a, 12), 16);
	assert_int_equal(with(a, 28), 64);
	assert_int_equal(with(a, 92), 108);
}

static void what_lies_apart_comes_alone(void **state)
{
	vv_auto(vv_ahead) *a = vv_ahead_new();

	(void)state;
	assert_non_null(a);
	come(a, 0);
	for (unsigned n = 0; n < LINKS; n += 3) {
		assert_int_equal(with(a, n), 1);
	}
	assert_int_equal(with(a, 50), 1);
	assert_int_equal(with(a, 51), 4);
	assert_int_equal(with(a, 51), 1); /* again: it is not at hand any longer */
}

static void of_an_expected_share_no_more_is_asked_for(void **state)
{
	vv_auto(vv_ahead) *a = vv_ahead_new();

	(void)state;
	assert_non_null(a);
	come(a, 0);
	vv_ahead_expect(a, 30);
	assert_int_equal(with(a, 20) + with(a, 21) + with(a, 25), 21);
	assert_int_equal(with(a, 41), 9);
	assert_int_equal(with(a, 50), 1); /* more than expected: it begins anew */
	assert_int_equal(with(a, 51), 4);
}

static void large_blocks_are_asked_for_a_few_at_once(void **state)
{
	vv_auto(vv_ahead) *a = vv_ahead_new();
	vv_auto(vv_buf) b = VV_BUF_INIT;
	const vv_cid cid = leaf(1000);
	vv_error err;

	(void)state;
	assert_non_null(a);
	come(a, 0);
	for (size_t i = 0; i < (size_t)1 << 20; i++) {
		vv_buf_putc(&b, 'x');
	}
	for (unsigned i = 0; i < 20; i++) {
		vv_assert_ok(vv_ahead_came(a, &cid, b.data, b.len, &err), &err);
	}
	assert_int_equal(with(a, 0), 1);
	assert_int_equal(with(a, 1), 4);
	assert_int_equal(with(a, 5), 8);
	assert_int_equal(with(a, 13), 8);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(of_what_follows_more_and_more_is_asked_for_on_into_the_next_node),
	cmocka_unit_test(what_lies_apart_comes_alone),
	cmocka_unit_test(of_an_expected_share_no_more_is_asked_for),
	cmocka_unit_test(large_blocks_are_asked_for_a_few_at_once),
};

VV_TEST_SUITE(ahead)
