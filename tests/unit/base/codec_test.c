/*
 * Base64 (RFC 4648, section 10, and what must not be taken), HMAC-SHA-1 (RFC 2202).
 */
#include <string.h>

#include "base/codec.h"
#include "base/hash.h"
#include "tests/unit/support.h"

static const struct {
	const char *bytes, *padded, *bare;
} known[] = {
	{"", "", ""},
	{"f", "Zg==", "Zg"},
	{"fo", "Zm8=", "Zm8"},
	{"foo", "Zm9v", "Zm9v"},
	{"foob", "Zm9vYg==", "Zm9vYg"},
	{"fooba", "Zm9vYmE=", "Zm9vYmE"},
	{"foobar", "Zm9vYmFy", "Zm9vYmFy"},
};

static void the_examples_of_the_rfc_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		vv_buf b = VV_BUF_INIT;

		vv_base64_put(&b, known[i].bytes, strlen(known[i].bytes), true);
		assert_string_equal(vv_buf_cstr(&b), known[i].padded);
		vv_buf_reset(&b);
		vv_base64_put(&b, known[i].bytes, strlen(known[i].bytes), false);
		assert_string_equal(vv_buf_cstr(&b), known[i].bare);
		vv_buf_reset(&b);
		assert_true(vv_base64_read(&b, known[i].padded, strlen(known[i].padded)));
		assert_true(vv_base64_read(&b, known[i].bare, strlen(known[i].bare)));
		assert_int_equal(b.len, 2 * strlen(known[i].bytes));
		assert_memory_equal(vv_buf_cstr(&b), known[i].bytes, b.len / 2);
		vv_buf_clear(&b);
	}
}

static void what_is_no_base64_leaves_nothing_behind(void **state)
{
	static const char *const bad[] = {"Z",    "Zg=",   "Zg===",    "Zh",      "Zh==",
					  "Zm9=", "Zm9v=", "Zm9v====", "Z g=",    "Zm9v\n",
					  "-_==", "=",     "==",       "Zg==Zg=="};
	vv_buf b = VV_BUF_INIT;

	(void)state;
	vv_buf_puts(&b, "before");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (vv_base64_read(&b, bad[i], strlen(bad[i]))) {
			fail_msg("'%s' was taken", bad[i]);
		}
		assert_string_equal(b.data, "before");
	}
	vv_buf_clear(&b);
}

static void random_bytes_come_back(void **state)
{
	vv_prng r;
	char bytes[100];

	(void)state;
	vv_prng_init(&r, 64);
	for (int i = 0; i < 500; i++) {
		size_t len = (size_t)vv_prng_below(&r, sizeof(bytes));
		vv_buf text = VV_BUF_INIT, back = VV_BUF_INIT;

		vv_prng_bytes(&r, bytes, len);
		vv_base64_put(&text, bytes, len, i % 2 == 0);
		assert_true(vv_base64_read(&back, vv_buf_cstr(&text), text.len));
		assert_int_equal(back.len, len);
		assert_memory_equal(vv_buf_cstr(&back), bytes, len);
		vv_buf_clear(&text);
		vv_buf_clear(&back);
	}
}

static void hmac_sha1_is_that_of_the_rfc(void **state)
{
	static const uint8_t wanted[] = {0xef, 0xfc, 0xdf, 0x6a, 0xe5, 0xeb, 0x2f,
					 0xa2, 0xd2, 0x74, 0x16, 0xd5, 0xf1, 0x84,
					 0xdf, 0x9c, 0x25, 0x9a, 0x7c, 0x79};
	static const char text[] = "what do ya want for nothing?";
	uint8_t got[VV_SHA1_LEN];
	vv_error err;

	(void)state;
	vv_assert_ok(vv_hmac_sha1(got, "Jefe", 4, text, sizeof(text) - 1, &err), &err);
	assert_memory_equal(got, wanted, sizeof(wanted));
}

static void base32_is_that_of_the_rfc_in_lower_case(void **state)
{
	static const struct {
		const char *bytes, *letters;
	} pairs[] = {{"", ""},
		     {"f", "my"},
		     {"fo", "mzxq"},
		     {"foo", "mzxw6"},
		     {"foob", "mzxw6yq"},
		     {"fooba", "mzxw6ytb"},
		     {"foobar", "mzxw6ytboi"}};
	uint8_t back[8];
	char text[16];

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		size_t len = strlen(pairs[i].bytes), letters = (8 * len + 4) / 5;

		vv_base32_write(text, pairs[i].bytes, len);
		assert_string_equal(text, pairs[i].letters);
		assert_int_equal(vv_base32_read(back, text, letters), 0);
		assert_memory_equal(back, pairs[i].bytes, len);
	}
	assert_int_equal(vv_base32_read(back, "mZxq", 4), 2); /* upper case */
	assert_int_equal(vv_base32_read(back, "mz1q", 4), 3);
	assert_int_equal(vv_base32_read(back, "mz", 2), 2); /* spare bits */
	assert_int_equal(vv_base32_read(back, "m", 1), 1);  /* no byte in it */
}

static void hex_is_written_low_and_read_in_both_cases(void **state)
{
	uint8_t bytes[3] = {0x00, 0xaf, 0x5c};
	char text[7];

	(void)state;
	vv_hex_write(text, bytes, sizeof(bytes));
	assert_string_equal(text, "00af5c");
	assert_true(vv_hex_read(bytes, 3, "12aBFf"));
	assert_int_equal(bytes[1], 0xab);
	assert_false(vv_hex_read(bytes, 2, "12g4"));
	assert_false(vv_hex_read(bytes, 2, "123"));
	assert_true(vv_hex_is_lower("09af", 4));
	assert_false(vv_hex_is_lower("09aF", 4));
	assert_false(vv_hex_is_lower("09a", 4));
}

static void percent_encoding_comes_back(void **state)
{
	static const char raw[] = "a b/c%\xc3\xa4~\0x";
	vv_buf text = VV_BUF_INIT, back = VV_BUF_INIT;

	(void)state;
	vv_percent_put(&text, raw, sizeof(raw) - 1, "/");
	assert_string_equal(text.data, "a%20b/c%25%C3%A4~%00x");
	assert_true(vv_percent_read(&back, text.data, text.len));
	assert_int_equal(back.len, sizeof(raw) - 1);
	assert_memory_equal(back.data, raw, back.len);
	assert_false(vv_percent_read(&back, "%4", 2));
	assert_false(vv_percent_read(&back, "%4x", 3));
	vv_buf_clear(&text);
	vv_buf_clear(&back);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(base32_is_that_of_the_rfc_in_lower_case),
	cmocka_unit_test(hex_is_written_low_and_read_in_both_cases),
	cmocka_unit_test(percent_encoding_comes_back),
	cmocka_unit_test(the_examples_of_the_rfc_hold),
	cmocka_unit_test(what_is_no_base64_leaves_nothing_behind),
	cmocka_unit_test(random_bytes_come_back),
	cmocka_unit_test(hmac_sha1_is_that_of_the_rfc),
};

VV_TEST_SUITE(codec)
