#include "tests/unit/support.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/codec.h"
#include "base/hash.h"
#include "base/signature/hmac_key.h"

static void assert_sha256(const void *bytes, size_t len, const char *hex)
{
	uint8_t digest[VV_SHA256_LEN];
	char text[2 * VV_SHA256_LEN + 1];
	vv_error err;
	size_t i;

	vv_assert_ok(vv_sha256(digest, bytes, len, &err), &err);
	for (i = 0; i < sizeof digest; i++) {
		(void)snprintf(text + 2 * i, 3, "%02x", digest[i]);
	}
	assert_string_equal(text, hex);
}

static void sha256_gives_the_published_digests(void **state)
{
	(void)state;
	assert_sha256("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_sha256("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_sha256("hello world", 11,
		      "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9");
}

static void *hash_many(void *payload)
{
	int *failures = payload;
	uint8_t first[VV_SHA256_LEN], again[VV_SHA256_LEN];
	int i;

	if (vv_sha256(first, "abc", 3, NULL) < 0) {
		(*failures)++;
	}
	for (i = 0; i < 2000; i++) {
		if (vv_sha256(again, "abc", 3, NULL) < 0 ||
		    memcmp(first, again, sizeof first) != 0) {
			(*failures)++;
		}
	}
	return NULL;
}

static void threads_hash_side_by_side(void **state)
{
	pthread_t threads[4];
	int failures[4] = {0, 0, 0, 0};
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, hash_many, &failures[i]), 0);
	}
	for (i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(failures[i], 0);
	}
}

/* Digests of the empty input as xxHash publishes them: they pin the algorithm
 * that stored bytes depend on. */
static void xxh3_gives_the_published_digests(void **state)
{
	vv_hash128 h;

	(void)state;
	assert_true(vv_xxh3("", 0, 0) == UINT64_C(0x2d06800538d394c2));
	h = vv_xxh3_128("", 0, 0);
	assert_true(h.lo == UINT64_C(0x6001c324468d497f));
	assert_true(h.hi == UINT64_C(0x99aa06d3014798d8));
}

static void a_seed_changes_the_digest(void **state)
{
	(void)state;
	assert_true(vv_xxh3("abc", 3, 0) != vv_xxh3("abc", 3, 1));
	assert_true(vv_xxh3_128("abc", 3, 0).lo != vv_xxh3_128("abc", 3, 1).lo);
}

static void pieces_hash_like_the_whole(void **state)
{
	static unsigned char bytes[5000];
	static const size_t lens[] = {0, 1, 16, 128, 240, 241, 1024, 4999, 5000};
	vv_prng prng;
	vv_xxh3_state *s = vv_xxh3_new(7);
	size_t i, at, step;

	(void)state;
	assert_non_null(s);
	vv_prng_init(&prng, 1);
	vv_prng_bytes(&prng, bytes, sizeof bytes);
	for (i = 0; i < sizeof lens / sizeof lens[0]; i++) {
		uint64_t seed = i % 2;
		vv_hash128 whole = vv_xxh3_128(bytes, lens[i], seed);
		vv_hash128 pieces;

		vv_xxh3_reset(s, seed);
		for (at = 0; at < lens[i]; at += step) {
			step = 1 + (size_t)vv_prng_below(&prng, 300);
			step = step < lens[i] - at ? step : lens[i] - at;
			vv_xxh3_update(s, bytes + at, step);
		}
		pieces = vv_xxh3_digest128(s);
		assert_true(vv_xxh3_digest(s) == vv_xxh3(bytes, lens[i], seed));
		assert_true(pieces.lo == whole.lo && pieces.hi == whole.hi);
	}
	vv_xxh3_free(s);
}

static void a_state_without_memory_is_null(void **state)
{
	vv_xxh3_state *s;

	(void)state;
	vv_fault_set(VV_FAULT_ALLOC, 1, 0);
	s = vv_xxh3_new(0);
	assert_true(vv_fault_clear());
	assert_null(s);
}

static void sha1_of_pieces_is_that_of_the_whole(void **state)
{
	static const uint8_t wanted[VV_SHA1_LEN] = {
		0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06, 0x81, 0x6a, 0xba, 0x3e,
		0x25, 0x71, 0x78, 0x50, 0xc2, 0x6c, 0x9c, 0xd0, 0xd8, 0x9d}; /* FIPS 180: "abc" */
	uint8_t out[VV_SHA1_LEN];
	vv_digest *s = NULL;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_digest_new(&s, VV_DIGEST_SHA1, &err), &err);
	vv_assert_ok(vv_digest_update(s, "a", 1, &err), &err);
	vv_assert_ok(vv_digest_update(s, "", 0, &err), &err);
	vv_assert_ok(vv_digest_update(s, "bc", 2, &err), &err);
	vv_assert_ok(vv_digest_end(s, out, &err), &err);
	assert_memory_equal(out, wanted, sizeof wanted);
	vv_digest_free(s);
	vv_digest_free(NULL);
}

static void digests_of_each_kind_are_the_published_ones(void **state)
{
	static const char *const wanted[] = {
		[VV_DIGEST_MD5] = "900150983cd24fb0d6963f7d28e17f72", /* RFC 1321: "abc" */
		[VV_DIGEST_SHA1] = "a9993e364706816aba3e25717850c26c9cd0d89d",
		[VV_DIGEST_SHA256] =
			"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"};
	vv_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		const size_t len = strlen(wanted[i]) / 2;
		uint8_t out[VV_SHA256_LEN], expected[VV_SHA256_LEN];
		vv_auto(vv_digest) *d = NULL;

		assert_true(vv_hex_read(expected, len, wanted[i]));
		vv_assert_ok(vv_digest_new(&d, (vv_digest_kind)i, &err), &err);
		vv_assert_ok(vv_digest_update(d, "ab", 2, &err), &err);
		vv_assert_ok(vv_digest_update(d, "c", 1, &err), &err);
		vv_assert_ok(vv_digest_end(d, out, &err), &err);
		assert_memory_equal(out, expected, len);
	}
}

static void a_prepared_key_makes_the_hmacs_of_any_key(void **state)
{
	uint8_t key[64], text[200], out[VV_SHA256_LEN], expected[VV_SHA256_LEN];
	vv_error err;

	(void)state;
	memset(key, 0x5a, sizeof(key));
	memset(text, 'x', sizeof(text));
	for (size_t len = 0; len <= sizeof(key); len += 32) {
		vv_auto(vv_hmac_key) *k = NULL;

		vv_assert_ok(vv_hmac_key_new(&k, key, len, &err), &err);
		for (size_t i = 0; i <= sizeof(text); i += 25) {
			vv_assert_ok(vv_hmac_key_sum(out, k, text, i, &err), &err);
			vv_assert_ok(vv_hmac_sha256(expected, key, len, text, i, &err), &err);
			assert_memory_equal(out, expected, sizeof(out));
		}
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_prepared_key_makes_the_hmacs_of_any_key),
	cmocka_unit_test(digests_of_each_kind_are_the_published_ones),
	cmocka_unit_test(sha1_of_pieces_is_that_of_the_whole),
	cmocka_unit_test(sha256_gives_the_published_digests),
	cmocka_unit_test(threads_hash_side_by_side),
	cmocka_unit_test(xxh3_gives_the_published_digests),
	cmocka_unit_test(a_seed_changes_the_digest),
	cmocka_unit_test(pieces_hash_like_the_whole),
	cmocka_unit_test(a_state_without_memory_is_null),
};

VV_TEST_SUITE(hash)
