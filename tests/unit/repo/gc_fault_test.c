/*
 * gc (the store's half): what is left when the machine fails in the midst of it.
 */
#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "tests/unit/repo/store_fixture.h"

static vv_status try_gc(const char *dir, vv_error *err)
{
	vv_gc_options opts = {FX_NOW + 10 * FX_DAY, FX_DAY, false, NULL};
	fx_marking m = {.first = 19, .count = 15, .chained = true};
	vv_gc_result result;
	vv_store *s = NULL;
	vv_status rc = vv_store_open(&s, dir, true, err);

	if (rc == VV_OK) {
		rc = vv_store_gc(s, &opts, fx_mark, &m, &result, err);
	}
	vv_store_close(s);
	return rc;
}

static void fail_each(vv_fault kind, int number, bool stays)
{
	const char *dir = vv_test_path("store-%d-%d", (int)kind, stays);
	unsigned n = 0;
	bool struck;
	vv_error err;

	do {
		vv_status rc;

		fx_commit(dir, 0, 12, true);
		(void)fx_gc(dir, FX_NOW, FX_DAY, &(fx_marking){.first = 11, .count = 10});
		fx_commit(dir, 12, 8, true);
		n++;
		if (stays) {
			vv_fault_set_lasting(kind, n, number);
		} else {
			vv_fault_set(kind, n, number);
		}
		vv_error_clear(&err);
		rc = try_gc(dir, &err);
		struck = vv_fault_clear();
		assert_true(struck || rc == VV_OK);
		assert_true(rc == VV_OK || err.message[0] != '\0');
		assert_true(fx_all_readable(dir, 5, 15));
		assert_int_equal(fx_fsck(dir, true), 0);
		vv_assert_ok(vv_remove_tree(dir, &err), &err);
	} while (struck && n < 3000);
	assert_false(struck);
	assert_true(n > 1);
}

static void failing_allocations_lose_nothing(void **state)
{
	(void)state;
	fail_each(VV_FAULT_ALLOC, ENOMEM, false);
}

static void a_full_disk_loses_nothing(void **state)
{
	(void)state;
	fail_each(VV_FAULT_WRITE, ENOSPC, false);
	fail_each(VV_FAULT_WRITE, ENOSPC, true);
}

static void failing_fsyncs_and_renames_lose_nothing(void **state)
{
	(void)state;
	fail_each(VV_FAULT_FSYNC, EIO, false);
	fail_each(VV_FAULT_RENAME, EIO, false);
	fail_each(VV_FAULT_FSYNC, EIO, true);
	fail_each(VV_FAULT_RENAME, EIO, true);
}

static void failing_reads_lose_nothing(void **state)
{
	(void)state;
	fail_each(VV_FAULT_READ, EIO, false);
}

static void failing_opens_and_unlinks_lose_nothing(void **state)
{
	(void)state;
	fail_each(VV_FAULT_OPEN, EMFILE, false);
	fail_each(VV_FAULT_UNLINK, EIO, false);
	fail_each(VV_FAULT_UNLINK, EIO, true);
}

static void a_mark_that_fails_ends_the_run(void **state)
{
	const char *dir = vv_test_path("store");
	vv_gc_options opts = {FX_NOW, 0, false, NULL};
	fx_marking m = {.first = 9, .count = 5};
	vv_gc_result result;
	vv_store *s;
	vv_error err;

	(void)state;
	fx_commit(dir, 0, 10, true);
	s = fx_open(dir);
	vv_fault_set(VV_FAULT_ALLOC, 25, ENOMEM);
	assert_true(vv_store_gc(s, &opts, fx_mark, &m, &result, &err) < 0);
	assert_true(vv_fault_clear());
	vv_store_close(s);
	assert_int_equal(fx_readable(dir, 0, 10), 10);
	assert_int_equal(fx_count(dir, "gctmp-", ""), 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(failing_allocations_lose_nothing),
	cmocka_unit_test(a_full_disk_loses_nothing),
	cmocka_unit_test(failing_fsyncs_and_renames_lose_nothing),
	cmocka_unit_test(failing_reads_lose_nothing),
	cmocka_unit_test(failing_opens_and_unlinks_lose_nothing),
	cmocka_unit_test(a_mark_that_fails_ends_the_run),
};

int main(int argc, char **argv)
{
	return vv_test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
