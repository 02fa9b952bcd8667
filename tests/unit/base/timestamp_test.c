/*
 * Time-stamp tokens: a real one, each change of a byte, what else is no token, and requests.
 */
#include <stdlib.h>
#include <string.h>

#include "base/codec.h"
#include "base/signature/timestamp.h"
#include "tests/unit/base/timestamp_sample.h"
#include "tests/unit/support.h"

static void read_sample(vv_buf *out, uint8_t digest[VV_SHA256_LEN])
{
	vv_error err;

	assert_true(vv_base64_read(out, sample_token, strlen(sample_token)));
	vv_assert_ok(vv_sha256(digest, "varve", 5, &err), &err);
}

static vv_authorities *read_root(const char *pem)
{
	vv_authorities *a = NULL;
	vv_error err;

	vv_assert_ok(vv_authorities_read(&a, pem, strlen(pem), &err), &err);
	return a;
}

static void a_token_is_for_one_digest_and_of_one_authority(void **state VV_UNUSED)
{
	vv_auto(vv_authorities) *own = read_root(sample_root), *other = read_root(other_root);
	vv_auto(vv_buf) token = VV_BUF_INIT;
	uint8_t digest[VV_SHA256_LEN];
	vv_timestamp says;
	vv_error err;

	read_sample(&token, digest);
	vv_assert_ok(vv_timestamp_check(&says, token.data, token.len, digest, own, &err), &err);
	assert_true(says.time > 1700000000 && says.latest == says.time + 2);
	assert_string_equal(says.authority, "CN = fix");
	vv_assert_ok(vv_timestamp_check(&says, token.data, token.len, digest, NULL, &err), &err);
	assert_int_equal(vv_timestamp_check(&says, token.data, token.len, digest, other, &err),
			 VV_EREFUSED);
	digest[31] ^= 1;
	assert_int_equal(vv_timestamp_check(&says, token.data, token.len, digest, own, &err),
			 VV_ECORRUPT);
	assert_non_null(strstr(err.message, "for other bytes"));
}

/* A changed token passes only if the change is in unsigned bytes, with the same time. */
static void no_changed_byte_of_a_token_gives_another_time(void **state VV_UNUSED)
{
	vv_auto(vv_authorities) *own = read_root(sample_root);
	vv_auto(vv_buf) token = VV_BUF_INIT;
	uint8_t digest[VV_SHA256_LEN];
	vv_timestamp says, changed;
	vv_error err;
	size_t passed = 0;

	read_sample(&token, digest);
	vv_assert_ok(vv_timestamp_check(&says, token.data, token.len, digest, own, &err), &err);
	for (size_t i = 0; i < token.len; i++) {
		const char byte = token.data[i];

		token.data[i] = (char)(byte ^ (1 << i % 8));
		const vv_status rc = vv_timestamp_check(&changed, token.data, token.len, digest,
							own, &err);
		assert_true(rc == VV_OK || rc == VV_ECORRUPT || rc == VV_EREFUSED);
		if (rc == VV_OK) {
			assert_int_equal(changed.time, says.time);
			passed++;
		}
		token.data[i] = byte;
	}
	assert_true(passed < token.len / 4);
	for (size_t len = 0; len < token.len; len++) {
		assert_int_equal(vv_timestamp_check(&changed, token.data, len, digest, own, &err),
				 VV_ECORRUPT);
	}
	vv_buf_putc(&token, '\0');
	assert_int_equal(vv_timestamp_check(&changed, token.data, token.len, digest, own, &err),
			 VV_ECORRUPT);
}

/* An accuracy of 2^63 - 1 seconds in place of one: 7 bytes more in each structure around it. */
static void an_accuracy_beyond_all_bounds_is_refused(void **state VV_UNUSED)
{
	static const char accuracy[] = "\x30\x03\x02\x01\x01\xa0",
			  longer[] = "\x30\x0a\x02\x08\x7f\xff\xff\xff\xff\xff\xff\xff";
	/* where the last byte of each length is */
	static const size_t lengths[] = {3, 18, 22, 44, 59, 61, 63};
	vv_auto(vv_buf) token = VV_BUF_INIT, changed = VV_BUF_INIT;
	uint8_t digest[VV_SHA256_LEN];
	vv_timestamp says;
	vv_error err;
	size_t at = 0;

	read_sample(&token, digest);
	while (memcmp(token.data + at, accuracy, sizeof(accuracy) - 1) != 0) {
		at++;
	}
	vv_buf_put(&changed, token.data, at);
	vv_buf_put(&changed, longer, sizeof(longer) - 1);
	vv_buf_put(&changed, token.data + at + 5, token.len - at - 5);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		changed.data[lengths[i]] = (char)(changed.data[lengths[i]] + 7);
	}
	assert_int_equal(vv_timestamp_check(&says, changed.data, changed.len, digest, NULL, &err),
			 VV_ECORRUPT);
}

static void what_is_too_long_is_no_token(void **state VV_UNUSED)
{
	vv_auto(vv_buf) token = VV_BUF_INIT;
	uint8_t digest[VV_SHA256_LEN];
	vv_timestamp says;
	vv_error err;

	read_sample(&token, digest);
	while (token.len <= VV_TIMESTAMP_MAX) {
		vv_buf_putc(&token, '\0');
	}
	assert_int_equal(vv_timestamp_check(&says, token.data, token.len, digest, NULL, &err),
			 VV_ECORRUPT);
}

static void a_request_is_never_the_same_and_garbage_is_no_answer(void **state VV_UNUSED)
{
	vv_auto(vv_buf) a = VV_BUF_INIT, b = VV_BUF_INIT, token = VV_BUF_INIT;
	uint8_t digest[VV_SHA256_LEN];
	vv_timestamp says;
	vv_error err;

	read_sample(&token, digest);
	vv_assert_ok(vv_timestamp_ask(&a, digest, &err), &err);
	vv_assert_ok(vv_timestamp_ask(&b, digest, &err), &err);
	assert_int_equal(a.len, b.len);
	assert_memory_not_equal(a.data, b.data, a.len);
	vv_buf_reset(&b);
	assert_int_equal(vv_timestamp_take(&b, &says, &a, &token, NULL, &err), VV_ECORRUPT);
	assert_int_equal(vv_timestamp_take(&b, &says, &a, &a, NULL, &err), VV_ECORRUPT);
	assert_int_equal(b.len, 0);
}

static void a_file_without_certificates_or_with_a_damaged_one_is_refused(void **state VV_UNUSED)
{
	vv_auto(vv_buf) damaged = VV_BUF_INIT;
	vv_authorities *a = NULL;
	vv_error err;

	assert_int_equal(vv_authorities_read(&a, "", 0, &err), VV_EINPUT);
	assert_int_equal(vv_authorities_read(&a, "text\n", 5, &err), VV_EINPUT);
	vv_buf_puts(&damaged, sample_root);
	vv_buf_puts(&damaged, other_root);
	damaged.data[strlen(sample_root) + 80] = '!';
	assert_int_equal(vv_authorities_read(&a, damaged.data, damaged.len, &err), VV_EINPUT);
	assert_null(a);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_token_is_for_one_digest_and_of_one_authority),
	cmocka_unit_test(no_changed_byte_of_a_token_gives_another_time),
	cmocka_unit_test(an_accuracy_beyond_all_bounds_is_refused),
	cmocka_unit_test(what_is_too_long_is_no_token),
	cmocka_unit_test(a_request_is_never_the_same_and_garbage_is_no_answer),
	cmocka_unit_test(a_file_without_certificates_or_with_a_damaged_one_is_refused),
};

VV_TEST_SUITE(timestamp)
