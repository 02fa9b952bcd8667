/*
 * Sealing: equal bytes make equal boxes, and what was changed or sealed otherwise does not open. The
 * vectors are in docs/formats/vault.md; the test of shards reads them.
 */
#include <sodium.h>
#include <string.h>

#include "base/keys/sealing.h"
#include "tests/unit/support.h"

static const uint8_t secret[VV_SEAL_SECRET] = {1, 2, 3};

static void what_was_sealed_opens_and_nothing_else_does(void **state)
{
	uint8_t nonce[VV_SEAL_NONCE], tag[VV_SEAL_TAG], box[5], out[5], other[VV_SEAL_SECRET] = {9};
	vv_error err;

	(void)state;
	vv_assert_ok(vv_seal(box, nonce, tag, secret, VV_SEAL_SHARD, "ad", 2, "hello", 5, &err),
		     &err);
	assert_memory_not_equal(box, "hello", 5);
	vv_assert_ok(vv_unseal(out, nonce, tag, secret, VV_SEAL_SHARD, "ad", 2, box, 5, &err),
		     &err);
	assert_memory_equal(out, "hello", 5);
	vv_assert_status(vv_unseal(out, nonce, tag, secret, VV_SEAL_SHARD, "ae", 2, box, 5, &err),
			 VV_ECORRUPT, &err);
	vv_assert_status(vv_unseal(out, nonce, tag, secret, VV_SEAL_WRAP, "ad", 2, box, 5, &err),
			 VV_ECORRUPT, &err);
	vv_assert_status(vv_unseal(out, nonce, tag, other, VV_SEAL_SHARD, "ad", 2, box, 5, &err),
			 VV_ECORRUPT, &err);
	box[0] ^= 1;
	vv_assert_status(vv_unseal(out, nonce, tag, secret, VV_SEAL_SHARD, "ad", 2, box, 5, &err),
			 VV_ECORRUPT, &err);
}

static void nonces_follow_from_all_that_is_encrypted(void **state)
{
	uint8_t nonce[4][VV_SEAL_NONCE], tag[VV_SEAL_TAG], box[6];
	vv_error err;

	(void)state;
	vv_assert_ok(vv_seal(box, nonce[0], tag, secret, VV_SEAL_SHARD, "ad", 2, "hello", 5, &err),
		     &err);
	vv_assert_ok(vv_seal(box, nonce[1], tag, secret, VV_SEAL_SHARD, "ad", 2, "hello", 5, &err),
		     &err);
	vv_assert_ok(vv_seal(box, nonce[2], tag, secret, VV_SEAL_SHARD, "a", 1, "dhello", 6, &err),
		     &err);
	vv_assert_ok(vv_seal(box, nonce[3], tag, secret, VV_SEAL_SHARD, "ad", 2, "hello", 6, &err),
		     &err);
	assert_memory_equal(nonce[0], nonce[1], VV_SEAL_NONCE);
	assert_memory_not_equal(nonce[0], nonce[2], VV_SEAL_NONCE);
	assert_memory_not_equal(nonce[0], nonce[3], VV_SEAL_NONCE);
}

/* Made with the right key and a nonce of the writer's choice: its tag is right. */
static void a_nonce_of_the_writers_choice_is_refused(void **state)
{
	uint8_t nonce[VV_SEAL_NONCE] = {0}, tag[VV_SEAL_TAG], box[5], out[5], key[32];
	vv_error err;

	(void)state;
	assert_int_equal(crypto_kdf_derive_from_key(key, 32, VV_SEAL_SHARD, "varve  1", secret), 0);
	assert_int_equal(crypto_aead_xchacha20poly1305_ietf_encrypt_detached(
				 box, tag, NULL, (const uint8_t *)"hello", 5, (const uint8_t *)"ad",
				 2, NULL, nonce, key),
			 0);
	vv_assert_status(vv_unseal(out, nonce, tag, secret, VV_SEAL_SHARD, "ad", 2, box, 5, &err),
			 VV_ECORRUPT, &err);
	vv_assert_contains(err.message, "a nonce that does not match");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_was_sealed_opens_and_nothing_else_does),
	cmocka_unit_test(nonces_follow_from_all_that_is_encrypted),
	cmocka_unit_test(a_nonce_of_the_writers_choice_is_refused),
};

VV_TEST_SUITE(sealing)
