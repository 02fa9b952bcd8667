#include "tests/unit/support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sync.h"
#include "base/sys.h"

/* Adds the test's folder and so many files in it. */
static vv_status add_all(vv_syncs *s, unsigned files, vv_error *err)
{
	vv_status rc = vv_syncs_add_path(s, vv_test_path("."), err);

	for (unsigned i = 0; rc == VV_OK && i < files; i++) {
		char name[16];
		(void)snprintf(name, sizeof name, "f%u", i);
		int fd = vv_open(vv_test_path("%s", name), O_WRONLY | O_CREAT, 0666, err);
		if (fd < 0) return (vv_status)fd;
		rc = vv_syncs_add(s, fd, name, err);
		(void)vv_close(fd, name, NULL);
	}
	return rc;
}

static void each_one_is_synced_once(void **state)
{
	static const unsigned counts[] = {0, 1, 2, 15, 16, 40};
	vv_syncs s = {0};
	vv_error err;

	(void)state;
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		uint64_t before = vv_sys_fsyncs();
		vv_assert_ok(add_all(&s, counts[i], &err), &err);
		vv_assert_ok(vv_syncs_wait(&s, &err), &err);
		assert_int_equal(vv_sys_fsyncs() - before, counts[i] + 1);
		vv_assert_ok(vv_syncs_wait(&s, &err), &err);
		assert_int_equal(vv_sys_fsyncs() - before, counts[i] + 1);
	}
	vv_syncs_clear(&s);
}

static void one_that_fails_is_reported_and_all_descriptors_go(void **state)
{
	vv_error err;

	(void)state;
	for (unsigned n = 1; n <= 4; n++) {
		vv_syncs s = {0};
		vv_assert_ok(add_all(&s, 3, &err), &err);
		int next = dup(0);
		vv_fault_set(VV_FAULT_FSYNC, n, EIO);
		assert_int_equal(vv_syncs_wait(&s, &err), VV_EIO);
		assert_true(vv_fault_clear());
		assert_non_null(strstr(err.message, "cannot make durable"));
		int after = dup(0);
		assert_true(after < next); /* theirs are free again */
		close(next);
		close(after);
		vv_syncs_clear(&s);
	}
}

/* Where there is no thread for one, it is synced in this one. */
static void without_memory_all_are_synced_or_it_is_said(void **state)
{
	vv_error err;
	bool struck = true;

	(void)state;
	for (unsigned n = 1; struck; n++) {
		vv_syncs s = {0};
		uint64_t before = vv_sys_fsyncs();
		vv_fault_set(VV_FAULT_ALLOC, n, 0);
		vv_status rc = add_all(&s, 9, &err);
		rc = rc == VV_OK ? vv_syncs_wait(&s, &err) : rc;
		struck = vv_fault_clear();
		assert_true(rc == VV_ENOMEM || vv_sys_fsyncs() - before == 10);
		assert_true(rc == VV_OK || struck);
		vv_syncs_clear(&s);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_one_is_synced_once),
	cmocka_unit_test(one_that_fails_is_reported_and_all_descriptors_go),
	cmocka_unit_test(without_memory_all_are_synced_or_it_is_said),
};

VV_TEST_SUITE(sync)
