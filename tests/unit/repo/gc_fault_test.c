/*
 * gc (the store's half): what is left when the machine fails in the midst of it.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/unit/repo/store_fixture.h"

static vv_status try_gc(const char *dir, vv_error *err)
{
	vv_gc_options opts = {
		.now_sec = FX_NOW + 10 * FX_DAY, .grace_sec = FX_DAY, .dry_run = false};
	fx_marking m = {.first = 9, .count = 8, .chained = true};
	vv_gc_result result;
	vv_store *s = NULL;
	vv_status rc = vv_store_open(&s, dir, true, err);

	if (rc == VV_OK) {
		rc = vv_store_gc(s, &opts, fx_mark, &m, &result, err);
	}
	vv_store_close(s);
	return rc;
}

/* Two packs in use and one set aside. */
static const char *prepare(void)
{
	const char *dir = vv_test_path("origin");

	if (!vv_exists(dir)) {
		fx_commit(dir, 0, 6, true);
		(void)fx_gc(dir, FX_NOW, FX_DAY, &(fx_marking){.first = 5, .count = 5});
		fx_commit(dir, 6, 4, true);
	}
	return dir;
}

/* Copies the packs: much quicker than committing, which waits for the disk. */
static void fill(const char *dir, const char *origin)
{
	char from[600], to[600], packs[600];
	char **names = NULL;
	size_t count = 0, i;
	vv_error err;

	(void)snprintf(packs, sizeof packs, "%s/packs", origin);
	vv_assert_ok(vv_list_dir(&names, &count, packs, &err), &err);
	for (i = 0; i < count; i++) {
		vv_buf bytes = VV_BUF_INIT;

		(void)snprintf(from, sizeof from, "%s/packs/%s", origin, names[i]);
		(void)snprintf(to, sizeof to, "%s/packs/%s", dir, names[i]);
		vv_assert_ok(vv_read_file(&bytes, from, SIZE_MAX, &err), &err);
		vv_test_write(to, vv_buf_cstr(&bytes), bytes.len);
		vv_buf_clear(&bytes);
	}
	vv_names_free(names, count);
}

static void fail_each(vv_fault kind, int number, bool stays)
{
	const char *dir = vv_test_path("store-%d-%d", (int)kind, stays), *origin = prepare();
	unsigned n = 0;
	bool struck;
	vv_error err;

	do {
		vv_status rc;

		fill(dir, origin);
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
		assert_true(fx_all_readable(dir, 2, 8));
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

static void a_disk_that_changes_a_byte_loses_nothing(void **state)
{
	const char *dir = vv_test_path("store"), *origin = prepare();
	vv_error err;

	(void)state;
	fill(dir, origin);
	fx_change_next_write();
	const vv_status rc = try_gc(dir, &err);
	assert_true(fx_was_changed());
	vv_assert_status(rc, VV_EIO, &err);
	vv_assert_contains(err.message, "does not have the written bytes");
	assert_true(fx_all_readable(dir, 0, 10));
	assert_int_equal(fx_fsck(dir, true), 0);
}

static void a_mark_that_fails_ends_the_run(void **state)
{
	const char *dir = vv_test_path("store");
	vv_gc_options opts = {.now_sec = FX_NOW, .grace_sec = 0, .dry_run = false};
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

/* Each child dies at another moment. What is reachable is there all the time. */
static void a_killed_gc_loses_nothing(void **state)
{
	const char *dir = vv_test_path("store");
	unsigned n;
	vv_error err;

	(void)state;
	fx_commit(dir, 0, 10, true);
	for (n = 0; n < 40; n++) {
		struct timespec nap = {0, (long)n * 300000};
		pid_t child = fork();
		int status;

		if (child == 0) {
			for (;;) {
				(void)try_gc(dir, &err);
				(void)fx_write_as_child(dir, 100 + n, 1);
			}
		}
		(void)nanosleep(&nap, NULL);
		(void)kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(fx_fsck(dir, true), 0);
		assert_true(fx_all_readable(dir, 2, 8));
	}
	(void)fx_gc(dir, FX_NOW + 100 * FX_DAY, 0, &(fx_marking){.first = 9, .count = 8});
	assert_int_equal(vv_test_count_entries(vv_test_path("store/packs")), 2);
	assert_true(fx_all_readable(dir, 2, 8));
}

static void damage_to_the_disk_is_told_by_fsck_and_does_not_end_it(void **state)
{
	const char *dir = vv_test_path("store");
	unsigned n = 0;
	bool struck;

	(void)state;
	fx_commit(dir, 0, 6, true);
	do {
		vv_store *s = fx_open(dir);
		unsigned faults;

		vv_store_close(s);
		vv_fault_set(VV_FAULT_READ, ++n, EIO);
		faults = fx_fsck(dir, true);
		struck = vv_fault_clear();
		/* (What cannot be read of an index is made anew.) */
		assert_true(struck || faults == 0);
	} while (struck);
	assert_true(n > 10);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(failing_allocations_lose_nothing),
	cmocka_unit_test(a_full_disk_loses_nothing),
	cmocka_unit_test(failing_fsyncs_and_renames_lose_nothing),
	cmocka_unit_test(failing_reads_lose_nothing),
	cmocka_unit_test(failing_opens_and_unlinks_lose_nothing),
	cmocka_unit_test(a_disk_that_changes_a_byte_loses_nothing),
	cmocka_unit_test(a_mark_that_fails_ends_the_run),
	cmocka_unit_test(a_killed_gc_loses_nothing),
	cmocka_unit_test(damage_to_the_disk_is_told_by_fsck_and_does_not_end_it),
};

VV_TEST_SUITE(gc_fault)
