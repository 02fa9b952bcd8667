/*
 * Hashes of secrets: the right one fits, all others do not, and what is no hash is said.
 */
#include <string.h>

#include "base/secret.h"
#include "tests/unit/support.h"

static bool fits(const char *hash, const char *secret)
{
	vv_error err;
	bool fine;

	vv_assert_ok(vv_secret_check(&fine, hash, strlen(hash), secret, strlen(secret), &err),
		     &err);
	return fine;
}

static void a_secret_fits_its_hash_and_no_other(void **state)
{
	vv_buf a = VV_BUF_INIT, b = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_secret_hash(&a, "geheim", 6, &err), &err);
	vv_assert_ok(vv_secret_hash(&b, "geheim", 6, &err), &err);
	assert_string_not_equal(a.data, b.data); /* another salt */
	assert_true(vv_secret_hash_valid(a.data, a.len));
	assert_null(strstr(a.data, "geheim"));
	assert_true(fits(a.data, "geheim"));
	assert_true(fits(b.data, "geheim"));
	assert_false(fits(a.data, "geheim "));
	assert_false(fits(a.data, "Geheim"));
	assert_false(fits(a.data, ""));
	vv_buf_clear(&a);
	vv_buf_clear(&b);
}

/* As made by `openssl kdf ... SCRYPT` and by Python's hashlib.scrypt. */
static void the_hash_is_scrypt_of_rfc_7914(void **state)
{
	static const char hash[] =
		"scrypt$14$8$1$536f6469756d43686c6f726964653132$"
		"354f0178e2690934c77071dfb14d0550e5a30926f45c9b66fb6dcb228378ded7";

	(void)state;
	assert_true(fits(hash, "pleaseletmein"));
	assert_false(fits(hash, "pleaseletmeout"));
}

static void what_is_no_hash_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"scrypt$",
		"scrypt$14$8$1$",
		"scrypt$9$8$1$00000000000000000000000000000000$"
		"0000000000000000000000000000000000000000000000000000000000000000",
		"scrypt$19$8$1$00000000000000000000000000000000$"
		"0000000000000000000000000000000000000000000000000000000000000000",
		"scrypt$14$8$2$00000000000000000000000000000000$"
		"0000000000000000000000000000000000000000000000000000000000000000",
		"scrypt$14$8$1$0000000000000000000000000000000g$"
		"0000000000000000000000000000000000000000000000000000000000000000",
		"scrypt$14$8$1$00000000000000000000000000000000$"
		"00000000000000000000000000000000000000000000000000000000000000",
		"scrypt$14$8$1$00000000000000000000000000000000$"
		"000000000000000000000000000000000000000000000000000000000000000000",
		"bcrypt$14$8$1$00000000000000000000000000000000$"
		"0000000000000000000000000000000000000000000000000000000000000000",
	};
	vv_error err;
	bool fine;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(vv_secret_hash_valid(bad[i], strlen(bad[i])));
		vv_assert_status(vv_secret_check(&fine, bad[i], strlen(bad[i]), "x", 1, &err),
				 VV_EINPUT, &err);
		assert_false(fine);
	}
}

static void new_secrets_differ_and_are_long(void **state)
{
	vv_buf a = VV_BUF_INIT, b = VV_BUF_INIT;

	(void)state;
	vv_secret_new(&a);
	vv_secret_new(&b);
	assert_int_equal(a.len, 32);
	assert_int_equal(strspn(a.data, "abcdefghijklmnopqrstuvwxyz234567"), 32);
	assert_string_not_equal(a.data, b.data);
	vv_buf_wipe(&a);
	vv_buf_wipe(&b);
	assert_null(a.data);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_secret_fits_its_hash_and_no_other),
	cmocka_unit_test(the_hash_is_scrypt_of_rfc_7914),
	cmocka_unit_test(what_is_no_hash_is_refused),
	cmocka_unit_test(new_secrets_differ_and_are_long),
};

VV_TEST_SUITE(secret)
