#include "tests/unit/support.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/sync.h"
#include "base/sys.h"

static vv_status add_all(vv_file_batch *b, unsigned files, const char *text, vv_error *err)
{
	vv_status rc = VV_OK;

	for (unsigned i = 0; rc == VV_OK && i < files; i++) {
		rc = vv_file_batch_add(b, vv_test_path("new/%s/f%u", i % 2 ? "odd" : "even", i),
				       text, strlen(text), err);
	}
	return rc;
}

/* So many files have this text, and nothing else is there. */
static unsigned count_files(unsigned files, const char *text)
{
	unsigned found = 0;

	for (unsigned i = 0; i < files; i++) {
		vv_buf is = VV_BUF_INIT;
		vv_error ignored;
		found += vv_read_file(&is, vv_test_path("new/%s/f%u", i % 2 ? "odd" : "even", i),
				      100, &ignored) == VV_OK &&
			 strcmp(vv_buf_cstr(&is), text) == 0;
		vv_buf_clear(&is);
	}
	return found;
}

static size_t count_entries(void)
{
	size_t count = 0;

	if (vv_exists(vv_test_path("new/even"))) {
		count += vv_test_count_entries(vv_test_path("new/even"));
	}
	if (vv_exists(vv_test_path("new/odd"))) {
		count += vv_test_count_entries(vv_test_path("new/odd"));
	}
	return count;
}

static int (*next_fsync)(int fd);
static int (*next_rename)(const char *from, const char *to);
static atomic_uint early, late, renamed;

static int counting_fsync(int fd)
{
	(void)atomic_fetch_add(atomic_load(&renamed) ? &late : &early, 1);
	return next_fsync(fd);
}

static int counting_rename(const char *from, const char *to)
{
	(void)atomic_fetch_add(&renamed, 1);
	return next_rename(from, to);
}

static void files_are_durable_before_names_and_folders_after(void **state)
{
	static const unsigned counts[] = {1, 2, 7, 40};
	vv_error err;

	(void)state;
	next_fsync = vv_sys_ops.fsync;
	next_rename = vv_sys_ops.rename;
	for (size_t n = 0; n < sizeof(counts) / sizeof(counts[0]); n++) {
		const unsigned count = counts[n];
		vv_file_batch b = {0};
		vv_error ignored;
		(void)vv_remove_tree(vv_test_path("new"), &ignored);
		atomic_store(&early, 0);
		atomic_store(&late, 0);
		atomic_store(&renamed, 0);
		vv_sys_ops.fsync = counting_fsync;
		vv_sys_ops.rename = counting_rename;
		vv_assert_ok(add_all(&b, count, "text", &err), &err);
		assert_int_equal(count_files(count, "text"), 0);
		vv_assert_ok(vv_file_batch_finish(&b, &err), &err);
		vv_sys_ops.fsync = next_fsync;
		vv_sys_ops.rename = next_rename;
		assert_int_equal(count_files(count, "text"), count);
		assert_int_equal(count_entries(), count);
		assert_int_equal(atomic_load(&early), count);
		assert_int_equal(atomic_load(&renamed), count);
		/* The folders of the files, the new one above them, and the one in which that is new. */
		assert_int_equal(atomic_load(&late), count > 1 ? 4 : 3);
		vv_file_batch_clear(&b);
	}
}

#define SOME 5u

static vv_status attempt(void *payload, vv_error *err)
{
	vv_file_batch b = {0};
	vv_status rc = add_all(&b, SOME, payload, err), finished;
	vv_error other;

	/* What was added can be finished although more could not be added. */
	finished = vv_file_batch_finish(&b, rc < 0 ? &other : err);
	vv_file_batch_clear(&b);
	return rc < 0 ? rc : finished;
}

static void check(void *payload, vv_status rc)
{
	const unsigned is_new = count_files(SOME, payload), is_old = count_files(SOME, "old");

	assert_true(rc < 0 || is_new == SOME);
	assert_int_equal(is_new + is_old, SOME);
	assert_int_equal(count_entries(), SOME);
	vv_error err;
	char old[] = "old";
	vv_assert_ok(attempt(old, &err), &err);
}

static void after_a_fault_each_file_is_old_or_new_and_nothing_else_is_there(void **state)
{
	static const struct {
		vv_fault kind;
		int number;
	} faults[] = {{VV_FAULT_WRITE, ENOSPC}, {VV_FAULT_FSYNC, EIO}, {VV_FAULT_RENAME, ENOSPC}};
	char old[] = "old", new[] = "new";
	vv_error err;

	(void)state;
	vv_assert_ok(attempt(old, &err), &err);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		vv_fault_each(faults[i].kind, faults[i].number, attempt, check, new);
	}
}

/* A wait that had to be made while files were added may be the one that fails. */
static void a_file_that_cannot_become_durable_gets_no_name(void **state)
{
	vv_error err;

	(void)state;
	for (unsigned n = 1; n <= 20; n++) {
		vv_file_batch b = {0};
		vv_fault_set(VV_FAULT_FSYNC, n, EIO);
		vv_status rc = add_all(&b, 20, "text", &err);
		assert_true(rc == VV_OK || rc == VV_EIO);
		assert_int_equal(vv_file_batch_finish(&b, &err), VV_EIO);
		assert_true(vv_fault_clear());
		vv_assert_contains(err.message, "cannot make durable");
		assert_int_equal(count_entries(), 0);
		vv_file_batch_clear(&b);
	}
}

static void what_is_not_finished_leaves_nothing(void **state)
{
	vv_file_batch b = {0};
	vv_error err;

	(void)state;
	vv_assert_ok(add_all(&b, 5, "text", &err), &err);
	assert_int_equal(count_entries(), 5);
	vv_file_batch_clear(&b);
	assert_int_equal(count_entries(), 0);
}

static void a_file_that_is_there_becomes_durable_too(void **state)
{
	vv_file_batch b = {0};
	vv_error err;
	uint64_t before;

	(void)state;
	vv_assert_ok(vv_write_file(vv_test_path("there"), "x", 1, false, &err), &err);
	before = vv_sys_fsyncs();
	vv_assert_ok(vv_file_batch_keep(&b, vv_test_path("there"), &err), &err);
	vv_assert_ok(vv_file_batch_finish(&b, &err), &err);
	assert_int_equal(vv_sys_fsyncs() - before, 2);
	vv_assert_status(vv_file_batch_keep(&b, vv_test_path("absent"), &err), VV_ENOTFOUND, &err);
	vv_file_batch_clear(&b);
}

/* Where there is no thread for one, it is synced in this one. */
static void without_memory_all_are_there_or_it_is_said(void **state)
{
	char old[] = "old", new[] = "new";
	bool struck = true;
	vv_error err;

	(void)state;
	vv_assert_ok(attempt(old, &err), &err);
	for (unsigned n = 1; struck; n++) {
		vv_fault_set(VV_FAULT_ALLOC, n, 0);
		vv_status rc = attempt(new, &err);
		struck = vv_fault_clear();
		assert_true(rc == VV_OK || (rc == VV_ENOMEM && struck));
		check(new, rc);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(files_are_durable_before_names_and_folders_after),
	cmocka_unit_test(after_a_fault_each_file_is_old_or_new_and_nothing_else_is_there),
	cmocka_unit_test(a_file_that_cannot_become_durable_gets_no_name),
	cmocka_unit_test(what_is_not_finished_leaves_nothing),
	cmocka_unit_test(a_file_that_is_there_becomes_durable_too),
	cmocka_unit_test(without_memory_all_are_there_or_it_is_said),
};

VV_TEST_SUITE(file_batch)
