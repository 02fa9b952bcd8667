/*
 * What is remembered of proved pairs, what is forgotten, and a file that is not one.
 */
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "dataset/proof/pair_memo.h"
#include "tests/unit/support.h"

static vv_pair pair(unsigned n)
{
	vv_pair p = {.raw_len = 1000 + n, .raw_hash = n * 7, .first = (char)n};
	vv_error err;

	vv_assert_ok(vv_sha256(p.key, &n, sizeof(n), &err), &err);
	return p;
}

static bool has(vv_pair_memo *m, unsigned n)
{
	const vv_pair p = pair(n), *found = vv_pair_memo_find(m, p.key);

	assert_true(!found || (found->raw_len == p.raw_len && found->raw_hash == p.raw_hash &&
			       found->first == p.first));
	return found != NULL;
}

static void add(vv_pair_memo *m, unsigned from, unsigned to)
{
	vv_error err;

	for (unsigned n = from; n < to; n++) {
		const vv_pair p = pair(n);
		vv_assert_ok(vv_pair_memo_add(m, &p, &err), &err);
	}
}

static void what_is_asked_for_stays(void **state)
{
	vv_pair_memo *m = vv_pair_memo_new(1000);

	(void)state;
	assert_non_null(m);
	for (unsigned round = 0; round < 10; round++) {
		add(m, round * 300, round * 300 + 300);
		for (unsigned n = 0; n < 50; n++) {
			assert_true(has(m, n));
		}
		assert_true(vv_pair_memo_count(m) <= 1000);
	}
	assert_false(has(m, 100));
	assert_true(has(m, 2999));
	vv_pair_memo_free(m);
}

/* A table's groups are asked for one after the other, version after version. */
static void as_many_as_fit_are_all_kept(void **state)
{
	vv_pair_memo *m = vv_pair_memo_new(1000);

	(void)state;
	for (unsigned round = 0; round < 20; round++) {
		add(m, 0, 900);                               /* those of before */
		add(m, 10000 + round * 4, 10004 + round * 4); /* and what changed */
		for (unsigned n = 0; n < 900; n++) {
			assert_true(has(m, n));
		}
	}
	assert_true(has(m, 10079));
	vv_pair_memo_free(m);
}

/* More than fit: what was met last is there, and the rest is only not remembered. */
static void of_more_than_fit_some_are_kept(void **state)
{
	vv_pair_memo *m = vv_pair_memo_new(1000);

	(void)state;
	for (unsigned round = 0; round < 5; round++) {
		add(m, 0, 1500);
		assert_true(has(m, 1499));
		assert_true(vv_pair_memo_count(m) <= 1000);
	}
	vv_pair_memo_free(m);
}

static void a_file_gives_back_what_was_put_into_it(void **state)
{
	vv_pair_memo *m = vv_pair_memo_new(1000), *back;
	const char *file = vv_test_path("pairs");
	vv_buf bytes = VV_BUF_INIT;
	vv_error err;

	(void)state;
	add(m, 0, 900);
	assert_true(has(m, 3));
	vv_assert_ok(vv_pair_memo_save(m, file, 5, &err), &err);
	back = vv_pair_memo_new(2000);
	vv_assert_ok(vv_pair_memo_load(back, file, 5, &err), &err);
	assert_int_equal(vv_pair_memo_count(back), 900);
	for (unsigned n = 0; n < 900; n++) {
		assert_true(has(back, n));
	}
	vv_pair_memo_free(back);
	vv_assert_ok(vv_read_file(&bytes, file, 1u << 20, &err), &err);
	for (size_t at = 0; at < bytes.len; at += 997) {
		bytes.data[at] = (char)(bytes.data[at] ^ 4);
		vv_assert_ok(vv_write_file(file, bytes.data, bytes.len, false, &err), &err);
		back = vv_pair_memo_new(1000);
		vv_assert_ok(vv_pair_memo_load(back, file, 5, &err), &err);
		assert_int_equal(vv_pair_memo_count(back), 0);
		vv_pair_memo_free(back);
		bytes.data[at] = (char)(bytes.data[at] ^ 4);
	}
	for (size_t len = 0; len < bytes.len; len += 1009) {
		vv_assert_ok(vv_write_file(file, bytes.data, len, false, &err), &err);
		back = vv_pair_memo_new(1000);
		vv_assert_ok(vv_pair_memo_load(back, file, 5, &err), &err);
		assert_int_equal(vv_pair_memo_count(back), 0);
		vv_pair_memo_free(back);
	}
	vv_pair_memo_free(m);
	vv_buf_clear(&bytes);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_is_asked_for_stays),
	cmocka_unit_test(as_many_as_fit_are_all_kept),
	cmocka_unit_test(of_more_than_fit_some_are_kept),
	cmocka_unit_test(a_file_gives_back_what_was_put_into_it),
};

VV_TEST_SUITE(pair_memo)
