/* Tests of cmd/frame/output.h: who speaks in messages. */
#include "tests/unit/support.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/frame/output.h"

static void a_usage_error_begins_as_other_errors_do(void **state)
{
	const char *path = vv_test_path("stderr");
	int before = dup(STDERR_FILENO), fd = open(path, O_WRONLY | O_CREAT, 0600);
	vv_auto(vv_buf) said = VV_BUF_INIT;
	vv_error err;

	(void)state;
	assert_true(before >= 0 && fd >= 0 && dup2(fd, STDERR_FILENO) >= 0);
	(void)vv_usage_error("no");
	vv_report_as("error: ");
	(void)vv_usage_error("no");
	vv_report_as("varve: ");
	assert_true(dup2(before, STDERR_FILENO) >= 0);
	(void)close(before);
	(void)close(fd);
	vv_assert_ok(vv_read_file(&said, path, 1000, &err), &err);
	assert_string_equal(vv_buf_cstr(&said), "varve: no\nhint: try 'varve help'\n"
						"error: no\nhint: try 'varve help'\n");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_usage_error_begins_as_other_errors_do),
};

VV_TEST_SUITE(output)
