#include "tests/unit/support.h"

#include <string.h>

#include "base/buf.h"
#include "base/sys.h"

static void appended_bytes_end_with_a_nul(void **state)
{
	vv_buf b = VV_BUF_INIT;

	(void)state;
	assert_string_equal(vv_buf_cstr(&b), "");
	vv_buf_puts(&b, "ab");
	vv_buf_putc(&b, 'c');
	vv_buf_put(&b, "d\0e", 3);
	assert_int_equal(b.len, 6);
	assert_memory_equal(b.data, "abcd\0e\0", 7);
	vv_buf_reset(&b);
	assert_string_equal(vv_buf_cstr(&b), "");
	vv_buf_clear(&b);
	assert_null(b.data);
}

static void formatted_text_of_any_length_fits(void **state)
{
	vv_buf b = VV_BUF_INIT;
	char text[500];
	vv_error err;

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	vv_buf_printf(&b, "%d:%s:", 5, text);
	vv_buf_printf(&b, "%s", "end");
	vv_assert_ok(vv_buf_ok(&b, &err), &err);
	assert_int_equal(b.len, 2 + 499 + 1 + 3);
	assert_memory_equal(b.data, "5:xxx", 5);
	assert_string_equal(b.data + 501, ":end");
	vv_buf_clear(&b);
}

static void a_failed_append_is_reported_once_at_the_end(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_fault_set(VV_FAULT_ALLOC, 1, 0);
	vv_buf_puts(&b, "lost");
	assert_true(vv_fault_clear());
	vv_buf_puts(&b, "ignored");
	vv_buf_printf(&b, "%d", 1);
	assert_int_equal(b.len, 0);
	vv_assert_status(vv_buf_ok(&b, &err), VV_ENOMEM, &err);
	assert_null(vv_buf_detach(&b));
	vv_buf_puts(&b, "works again");
	vv_assert_ok(vv_buf_ok(&b, &err), &err);
	vv_buf_clear(&b);
}

static void a_size_beyond_all_memory_fails(void **state)
{
	vv_buf b = VV_BUF_INIT;

	(void)state;
	vv_buf_putc(&b, 'x');
	assert_false(vv_buf_reserve(&b, SIZE_MAX - 1));
	assert_true(b.failed);
	assert_string_equal(vv_buf_cstr(&b), "x");
	vv_buf_clear(&b);
}

static void detaching_an_empty_buf_gives_an_empty_string(void **state)
{
	vv_buf b = VV_BUF_INIT;
	char *text = vv_buf_detach(&b);

	(void)state;
	assert_string_equal(text, "");
	vv_free(text);
	vv_buf_puts(&b, "abc");
	text = vv_buf_detach(&b);
	assert_string_equal(text, "abc");
	assert_null(b.data);
	vv_free(text);
}

static void bytes_dropped_from_the_front_leave_the_rest_and_its_nul(void **state)
{
	vv_buf b = VV_BUF_INIT;

	(void)state;
	vv_buf_drop_front(&b, 0);
	assert_string_equal(vv_buf_cstr(&b), "");
	vv_buf_puts(&b, "abcdef");
	vv_buf_drop_front(&b, 2);
	assert_int_equal(b.len, 4);
	assert_string_equal(b.data, "cdef");
	vv_buf_drop_front(&b, 4);
	assert_int_equal(b.len, 0);
	assert_string_equal(b.data, "");
	vv_buf_clear(&b);
}

static void varints_come_back(void **state)
{
	static const uint64_t values[] = {0,          1,
					  127,        128,
					  16383,      16384,
					  UINT32_MAX, UINT64_MAX - 1,
					  UINT64_MAX, (uint64_t)1 << 63};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof values / sizeof values[0]; i++) {
		vv_buf b = VV_BUF_INIT;
		const uint8_t *p;
		uint64_t v;

		vv_buf_put_varint(&b, values[i]);
		assert_int_equal(b.len, vv_varint_len(values[i]));
		p = (const uint8_t *)b.data;
		assert_true(vv_varint_read(&p, p + b.len, &v));
		assert_true(v == values[i]);
		assert_ptr_equal(p, b.data + b.len);
		vv_buf_clear(&b);
	}
}

static void assert_varint_refused(const char *bytes, size_t len)
{
	const uint8_t *start = (const uint8_t *)bytes, *p = start;
	uint64_t v = 42;

	assert_false(vv_varint_read(&p, start + len, &v));
	assert_ptr_equal(p, start);
	assert_true(v == 42);
}

static void varints_that_are_cut_padded_or_too_long_are_refused(void **state)
{
	(void)state;
	assert_varint_refused("", 0);
	assert_varint_refused("\x80", 1);
	assert_varint_refused("\xff\xff", 2);
	assert_varint_refused("\x80\x00", 2);
	assert_varint_refused("\x81\x80\x00", 3);
	assert_varint_refused("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10);
	assert_varint_refused("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 11);
}

static void integers_are_little_endian(void **state)
{
	uint8_t bytes[8];

	(void)state;
	vv_put_le32(bytes, 0x01020304);
	assert_memory_equal(bytes, "\x04\x03\x02\x01", 4);
	assert_int_equal(vv_get_le32(bytes), 0x01020304);
	vv_put_le64(bytes, UINT64_C(0xf102030405060708));
	assert_memory_equal(bytes, "\x08\x07\x06\x05\x04\x03\x02\xf1", 8);
	assert_true(vv_get_le64(bytes) == UINT64_C(0xf102030405060708));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(appended_bytes_end_with_a_nul),
	cmocka_unit_test(formatted_text_of_any_length_fits),
	cmocka_unit_test(a_failed_append_is_reported_once_at_the_end),
	cmocka_unit_test(a_size_beyond_all_memory_fails),
	cmocka_unit_test(detaching_an_empty_buf_gives_an_empty_string),
	cmocka_unit_test(bytes_dropped_from_the_front_leave_the_rest_and_its_nul),
	cmocka_unit_test(varints_come_back),
	cmocka_unit_test(varints_that_are_cut_padded_or_too_long_are_refused),
	cmocka_unit_test(integers_are_little_endian),
};

VV_TEST_SUITE(buf)
