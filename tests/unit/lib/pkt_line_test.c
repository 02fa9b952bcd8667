/* Tests of lib/worktree/pkt_line.h: Git's packet framing. */
#include "tests/unit/support.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "lib/worktree/pkt_line.h"

static int open_bytes(const void *bytes, size_t len)
{
	const char *path = vv_test_path("in");
	int fd;

	vv_test_write(path, bytes, len);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	return fd;
}

static void lines_are_read_to_the_flush(void **state)
{
	static const char bytes[] = "000aa=b c\n"
				    "0006xy"
				    "0004"
				    "0000"
				    "0005z"
				    "0000";
	const char *text;
	vv_pkt_in in;
	vv_error err;
	int fd = open_bytes(bytes, sizeof(bytes) - 1);

	(void)state;
	vv_assert_ok(vv_pkt_in_init(&in, fd, &err), &err);
	assert_int_equal(vv_pkt_text(&in, &text, &err), 1);
	assert_string_equal(text, "a=b c");
	assert_int_equal(vv_pkt_text(&in, &text, &err), 1);
	assert_string_equal(text, "xy");
	assert_int_equal(vv_pkt_text(&in, &text, &err), 1);
	assert_string_equal(text, "");
	assert_int_equal(vv_pkt_text(&in, &text, &err), 0);
	assert_int_equal(vv_pkt_text(&in, &text, &err), 0);
	assert_false(in.eof);
	vv_pkt_next(&in);
	assert_int_equal(vv_pkt_text(&in, &text, &err), 1);
	assert_string_equal(text, "z");
	assert_int_equal(vv_pkt_text(&in, &text, &err), 0);
	vv_pkt_next(&in);
	assert_int_equal(vv_pkt_text(&in, &text, &err), 0);
	assert_true(in.eof);
	vv_pkt_in_clear(&in);
	close(fd);
}

static void what_is_put_is_read_again(void **state)
{
	const char *path = vv_test_path("out");
	size_t len = 3 * (size_t)VV_PKT_MAX + 17, i, at;
	char *bytes = vv_malloc(len), *back = vv_malloc(len + 1);
	vv_pkt_out out;
	vv_pkt_in in;
	vv_error err;
	ssize_t got;
	int fd;

	(void)state;
	for (i = 0; i < len; i++) {
		bytes[i] = (char)(i * 7 % 251);
	}
	fd = open(path, O_RDWR | O_CREAT, 0666);
	vv_pkt_out_init(&out, fd);
	vv_assert_ok(vv_pkt_put(&out, bytes, len, &err), &err);
	vv_pkt_flush(&out);
	vv_assert_ok(vv_pkt_puts(&out, "status=success", &err), &err);
	vv_pkt_flush(&out);
	vv_assert_ok(vv_pkt_send(&out, &err), &err);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	vv_assert_ok(vv_pkt_in_init(&in, fd, &err), &err);
	for (at = 0; (got = vv_pkt_read(&in, back + at, 1000, &err)) > 0; at += (size_t)got) {
		assert_true(at + (size_t)got <= len);
	}
	assert_int_equal(got, 0);
	assert_int_equal(at, len);
	assert_memory_equal(back, bytes, len);
	vv_pkt_next(&in);
	assert_int_equal(vv_pkt_read(&in, back, 100, &err), 15);
	assert_memory_equal(back, "status=success\n", 15);
	vv_pkt_in_clear(&in);
	vv_pkt_out_clear(&out);
	close(fd);
	vv_free(bytes);
	vv_free(back);
}

static void lines_between_long_packets_are_whole_wherever_they_lie(void **state)
{
	const char *path = vv_test_path("mixed");
	char *bytes = vv_calloc(1, VV_PKT_MAX), *back = vv_malloc(VV_PKT_MAX);
	const char *text;
	vv_pkt_out out;
	vv_pkt_in in;
	vv_error err;
	int fd = open(path, O_RDWR | O_CREAT, 0666);

	(void)state;
	vv_pkt_out_init(&out, fd);
	for (unsigned i = 0; i < 300; i++) {
		bytes[i * 17] = (char)i;
		vv_assert_ok(vv_pkt_puts(&out, i % 2 ? "pathname=a" : "p", &err), &err);
		vv_assert_ok(vv_pkt_put(&out, "unended", 7, &err), &err);
		vv_assert_ok(vv_pkt_put(&out, bytes, VV_PKT_MAX - i * 211, &err), &err);
		vv_pkt_flush(&out);
	}
	vv_assert_ok(vv_pkt_send(&out, &err), &err);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	vv_assert_ok(vv_pkt_in_init(&in, fd, &err), &err);
	memset(bytes, 0, VV_PKT_MAX);
	for (unsigned i = 0; i < 300; i++) {
		const size_t len = VV_PKT_MAX - i * 211;

		bytes[i * 17] = (char)i;
		assert_int_equal(vv_pkt_text(&in, &text, &err), 1);
		assert_string_equal(text, i % 2 ? "pathname=a" : "p");
		assert_int_equal(vv_pkt_text(&in, &text, &err), 1);
		assert_string_equal(text, "unended");
		assert_int_equal(vv_pkt_read(&in, back, VV_PKT_MAX, &err), len);
		assert_memory_equal(back, bytes, len);
		vv_assert_ok(vv_pkt_drain(&in, &err), &err);
		vv_pkt_next(&in);
	}
	vv_pkt_in_clear(&in);
	vv_pkt_out_clear(&out);
	close(fd);
	vv_free(bytes);
	vv_free(back);
}

static void a_damaged_frame_is_refused(void **state)
{
	static const char *const bad[] = {"00", "zzzz", "0003", "000ax", "fff5", "00g0", "000"};
	const char *text;
	vv_pkt_in in;
	vv_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int fd = open_bytes(bad[i], strlen(bad[i]));

		vv_assert_ok(vv_pkt_in_init(&in, fd, &err), &err);
		vv_assert_status(vv_pkt_text(&in, &text, &err), VV_EINPUT, &err);
		vv_pkt_in_clear(&in);
		close(fd);
	}
}

static void content_that_ends_without_a_flush_is_no_whole_file(void **state)
{
	char back[16];
	vv_pkt_in in;
	vv_error err;
	int fd = open_bytes("0006ab", 6);

	(void)state;
	vv_assert_ok(vv_pkt_in_init(&in, fd, &err), &err);
	vv_assert_status(vv_pkt_read(&in, back, sizeof(back), &err), VV_EINPUT, &err);
	vv_assert_contains(err.message, "middle of a file");
	vv_pkt_in_clear(&in);
	close(fd);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(lines_are_read_to_the_flush),
	cmocka_unit_test(what_is_put_is_read_again),
	cmocka_unit_test(lines_between_long_packets_are_whole_wherever_they_lie),
	cmocka_unit_test(a_damaged_frame_is_refused),
	cmocka_unit_test(content_that_ends_without_a_flush_is_no_whole_file),
};

VV_TEST_SUITE(pkt_line)
