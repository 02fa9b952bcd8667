#include "tests/unit/support.h"

#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/sys.h"

static void sizes_that_overflow_are_refused(void **state)
{
	size_t out = 7;

	(void)state;
	assert_false(vv_add_size(&out, SIZE_MAX, 1));
	assert_false(vv_mul_size(&out, SIZE_MAX / 2, 3));
	assert_int_equal(out, 7);
	assert_true(vv_add_size(&out, SIZE_MAX - 1, 1));
	assert_true(out == SIZE_MAX);
	assert_true(vv_mul_size(&out, 3, 5));
	assert_int_equal(out, 15);
	assert_null(vv_calloc(SIZE_MAX / 2, 3));
	assert_null(vv_realloc_array(NULL, SIZE_MAX / 2, 3));
	assert_null(vv_strndup("x", SIZE_MAX));
}

static void an_allocation_of_nothing_is_not_null(void **state)
{
	void *p = vv_malloc(0);

	(void)state;
	assert_non_null(p);
	p = vv_realloc(p, 0);
	assert_non_null(p);
	vv_free(p);
	vv_free(NULL);
}

static void calloc_zeroes(void **state)
{
	char *p = vv_calloc(10, 10);
	size_t i;

	(void)state;
	for (i = 0; i < 100; i++) {
		assert_int_equal(p[i], 0);
	}
	vv_free(p);
}

static void a_failed_realloc_leaves_the_block(void **state)
{
	char *p = vv_strdup("kept");

	(void)state;
	vv_fault_set(VV_FAULT_ALLOC, 1, 0);
	assert_null(vv_realloc(p, 1000));
	assert_true(vv_fault_clear());
	assert_string_equal(p, "kept");
	vv_free(p);
}

static void every_allocation_goes_through_the_table(void **state)
{
	(void)state;
	vv_fault_set_lasting(VV_FAULT_ALLOC, 1, 0);
	assert_null(vv_malloc(1));
	assert_null(vv_calloc(1, 1));
	assert_null(vv_realloc_array(NULL, 1, 1));
	assert_null(vv_strdup("x"));
	assert_true(vv_fault_clear());
}

static void fsyncs_of_files_and_folders_are_counted(void **state)
{
	uint64_t before = vv_sys_fsyncs();
	const char *path = vv_test_path("f");
	vv_error err;
	int fd;

	(void)state;
	fd = vv_open(path, O_RDWR | O_CREAT, 0666, &err);
	vv_assert_ok(fd, &err);
	vv_assert_ok(vv_fsync(fd, path, &err), &err);
	vv_assert_ok(vv_close(fd, path, &err), &err);
	vv_assert_ok(vv_fsync_dir(vv_test_dir(), &err), &err);
	assert_int_equal(vv_sys_fsyncs() - before, 2);
	vv_assert_status(vv_fsync(-1, "nothing", &err), VV_EIO, &err);
	assert_int_equal(vv_sys_fsyncs() - before, 2);
}

static void random_bytes_differ(void **state)
{
	unsigned char a[64], b[64];

	(void)state;
	memset(a, 0, sizeof a);
	memset(b, 0, sizeof b);
	vv_random(a, sizeof a);
	vv_random(b, sizeof b);
	assert_memory_not_equal(a, b, sizeof a);
}

static void clocks_and_processors_are_plausible(void **state)
{
	uint64_t first = vv_monotonic_ms();
	int64_t sec = 0;
	uint32_t nsec = UINT32_MAX;

	(void)state;
	vv_now(&sec, &nsec);
	assert_true(sec > 1600000000);
	assert_true(nsec < 1000000000);
	assert_true(vv_monotonic_ms() >= first);
	assert_true(vv_cpu_count() >= 1);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(sizes_that_overflow_are_refused),
	cmocka_unit_test(an_allocation_of_nothing_is_not_null),
	cmocka_unit_test(calloc_zeroes),
	cmocka_unit_test(a_failed_realloc_leaves_the_block),
	cmocka_unit_test(every_allocation_goes_through_the_table),
	cmocka_unit_test(fsyncs_of_files_and_folders_are_counted),
	cmocka_unit_test(random_bytes_differ),
	cmocka_unit_test(clocks_and_processors_are_plausible),
};

VV_TEST_SUITE(sys)
