/*
 * Frames: what is not a frame, what is too much, and errors of the other side.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/support.h"
#include "tests/unit/transport/memory_line.h"
#include "transport/protocol/frame.h"

/* Reads the first frame of these bytes, one byte at a time. */
static vv_status read_first(const void *bytes, size_t len, uint64_t budget, uint8_t *type,
			    vv_buf *payload, vv_error *err)
{
	memory_line m = {.piece = 1};
	vv_channel *line = memory_line_open(&m, bytes, len);
	vv_frame_reader r;

	assert_non_null(line);
	vv_frame_reader_init(&r, line, budget);
	vv_error_clear(err);
	vv_status rc = vv_frame_read(&r, type, err);
	if (rc == VV_OK && payload) {
		vv_buf_put(payload, r.payload.data, r.payload.len);
	}
	vv_frame_reader_clear(&r);
	vv_channel_close(line);
	return rc;
}

static void what_was_written_is_read(void **state)
{
	static const size_t lens[] = {
		0, 1, 127, 128, 16383, 16384, VV_FRAME_AIM, VV_FRAME_AIM + 1, VV_FRAME_MAX};
	memory_line out = {.out = VV_BUF_INIT}, in = {.out = VV_BUF_INIT};
	vv_channel *line = memory_line_open(&out, NULL, 0);
	char *bytes = calloc(1, VV_FRAME_MAX);
	vv_frame_reader r;
	vv_error err;
	uint8_t type;

	(void)state;
	assert_true(line && bytes);
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		memset(bytes, 'a' + (int)i, lens[i]);
		vv_assert_ok(vv_frame_write(line, VV_FRAME_BLOCKS, bytes, lens[i], &err), &err);
	}
	vv_assert_ok(vv_frame_end(line, &err), &err);
	assert_int_equal(out.turns, 1);
	vv_channel_close(line);
	line = memory_line_open(&in, out.out.data, out.out.len);
	vv_frame_reader_init(&r, line, UINT64_MAX);
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		vv_assert_ok(vv_frame_read(&r, &type, &err), &err);
		assert_int_equal(type, VV_FRAME_BLOCKS);
		assert_int_equal(r.payload.len, lens[i]);
		memset(bytes, 'a' + (int)i, lens[i]);
		assert_true(lens[i] == 0 || memcmp(r.payload.data, bytes, lens[i]) == 0);
	}
	vv_assert_ok(vv_frame_read(&r, &type, &err), &err);
	assert_int_equal(type, VV_FRAME_END);
	vv_frame_reader_clear(&r);
	vv_channel_close(line);
	vv_buf_clear(&out.out);
	free(bytes);
}

static void a_payload_that_is_too_long_is_not_written(void **state)
{
	memory_line m = {.out = VV_BUF_INIT};
	vv_channel *line = memory_line_open(&m, NULL, 0);
	vv_error err;

	(void)state;
	vv_assert_status(vv_frame_write(line, VV_FRAME_TEXT, "", (size_t)VV_FRAME_MAX + 1, &err),
			 VV_EREFUSED, &err);
	vv_channel_close(line);
	assert_int_equal(m.out.len, 0);
}

static void malformed_frames_are_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		vv_status wanted;
		const char *says;
	} cases[] = {
		{"X\0", 2, VV_ECORRUPT, "unexpected byte 0x58"},
		{"\0\0", 2, VV_ECORRUPT, "unexpected byte 0x00"},
		{"B\x80\x00x", 4, VV_ECORRUPT, "a length is malformed"}, /* not the shortest form */
		{"B\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12, VV_ECORRUPT,
		 "a length is malformed"},
		{"B\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11, VV_ECORRUPT,
		 "a length is malformed"},
		/* 4 MiB and 1 */
		{"B\x81\x80\x80\x02", 5, VV_ECORRUPT, "bytes, more than the protocol allows"},
		{"B\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11, VV_ECORRUPT,
		 "bytes, more than the protocol allows"},
		{".\x01x", 3, VV_ECORRUPT, "bytes, more than the protocol allows"},
		{"", 0, VV_EIO, "closed"},
		{"B", 1, VV_EIO, "closed"},
		{"B\x80", 2, VV_EIO, "closed"},
		{"B\x05shor", 6, VV_EIO, "closed"},
		{"E\x01\xf6.\0", 5, VV_ECORRUPT, ""}, /* an error that is not a map */
		{"E\0.\0", 4, VV_ECORRUPT, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t type;
		vv_error err;
		vv_assert_status(
			read_first(cases[i].bytes, cases[i].len, 1u << 30, &type, NULL, &err),
			cases[i].wanted, &err);
		vv_assert_contains(err.message, cases[i].says);
	}
}

static void a_budget_ends_what_may_come(void **state)
{
	static const char two[] = "B\x03"
				  "abcB\x03"
				  "def";
	memory_line m = {.piece = 0};
	vv_channel *line = memory_line_open(&m, two, sizeof(two) - 1);
	vv_frame_reader r;
	uint8_t type;
	vv_error err;

	(void)state;
	vv_assert_ok(read_first(two, sizeof(two) - 1, 5, &type, NULL, &err), &err);
	vv_assert_status(read_first(two, sizeof(two) - 1, 4, &type, NULL, &err), VV_EREFUSED, &err);
	vv_frame_reader_init(&r, line, 9);
	vv_assert_ok(vv_frame_read(&r, &type, &err), &err);
	assert_int_equal(r.budget, 4);
	vv_assert_status(vv_frame_read(&r, &type, &err), VV_EREFUSED, &err);
	vv_assert_contains(err.message, "more than is accepted");
	vv_frame_reader_clear(&r);
	vv_channel_close(line);
}

static void empty_frames_use_the_budget_too(void **state)
{
	char many[400];
	memory_line m = {.piece = 0};
	vv_channel *line;
	vv_frame_reader r;
	vv_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(many); i += 2) {
		many[i] = 'T';
		many[i + 1] = 0;
	}
	line = memory_line_open(&m, many, sizeof(many));
	vv_frame_reader_init(&r, line, 100);
	vv_assert_status(vv_frame_drain(&r, &err), VV_EREFUSED, &err);
	vv_frame_reader_clear(&r);
	vv_channel_close(line);
}

/* The message of `fail` on one side, as the other side reads it. */
static vv_status tell(const vv_error *what, vv_error *err)
{
	memory_line out = {.out = VV_BUF_INIT};
	vv_channel *line = memory_line_open(&out, NULL, 0);
	uint8_t type;

	vv_assert_ok(vv_frame_fail(line, what, err), err);
	assert_int_equal(out.turns, 1);
	vv_channel_close(line);
	vv_status rc = read_first(out.out.data, out.out.len, 1u << 20, &type, NULL, err);
	vv_buf_clear(&out.out);
	return rc;
}

static void an_error_crosses_with_code_and_hint(void **state)
{
	static const vv_status codes[] = {VV_ENOTFOUND, VV_EUSAGE,  VV_ECORRUPT,
					  VV_EMISSING,  VV_ELOCKED, VV_ECONFLICT,
					  VV_EREFUSED,  VV_EIO,     VV_ENOSUPPORT};
	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		vv_error what, err;
		vv_fail(&what, codes[i], "it is %s", "so");
		vv_hint(&what, "try %s", "that");
		vv_assert_status(tell(&what, &err), codes[i], &err);
		assert_string_equal(err.message, "remote: it is so");
		assert_string_equal(err.hint, "there: try that");
	}
}

static void an_error_without_a_word_is_trouble(void **state)
{
	vv_error what, err;

	(void)state;
	vv_fail_nomem(&what);
	vv_assert_status(tell(&what, &err), VV_EIO, &err);
	vv_assert_contains(err.message, "remote: ");
}

static void what_a_peer_says_is_escaped(void **state)
{
	vv_error what, err;

	(void)state;
	vv_fail(&what, VV_EREFUSED, "bell \a and \x1b[31mred\nline");
	vv_assert_status(tell(&what, &err), VV_EREFUSED, &err);
	for (const char *p = err.message; *p; p++) {
		assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
	}
}

static void draining_stops_at_the_end_frame(void **state)
{
	static const char bytes[] = "B\x01xT\0.\0M\x01y";
	memory_line m = {.piece = 0};
	vv_channel *line = memory_line_open(&m, bytes, sizeof(bytes) - 1);
	vv_frame_reader r;
	uint8_t type;
	vv_error err;

	(void)state;
	vv_frame_reader_init(&r, line, 1000);
	vv_assert_ok(vv_frame_drain(&r, &err), &err);
	vv_assert_ok(vv_frame_read(&r, &type, &err), &err);
	assert_int_equal(type, VV_FRAME_MESSAGE);
	vv_frame_reader_clear(&r);
	vv_channel_close(line);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_was_written_is_read),
	cmocka_unit_test(a_payload_that_is_too_long_is_not_written),
	cmocka_unit_test(malformed_frames_are_refused),
	cmocka_unit_test(a_budget_ends_what_may_come),
	cmocka_unit_test(empty_frames_use_the_budget_too),
	cmocka_unit_test(an_error_crosses_with_code_and_hint),
	cmocka_unit_test(an_error_without_a_word_is_trouble),
	cmocka_unit_test(what_a_peer_says_is_escaped),
	cmocka_unit_test(draining_stops_at_the_end_frame),
};

VV_TEST_SUITE(frame)
