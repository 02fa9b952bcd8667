/*
 * hmac_key: the states of SHA-256 after the key's block, which are copied for each text.
 */
#include "base/signature/hmac_key.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "base/sys.h"

struct vv_hmac_key {
	SHA256_CTX inner, outer;
};

static bool start_with_key(SHA256_CTX *ctx, const void *key, size_t key_len, uint8_t pad)
{
	uint8_t block[SHA256_CBLOCK] = {0};

	memcpy(block, key, key_len);
	for (size_t i = 0; i < sizeof(block); i++) {
		block[i] ^= pad;
	}
	const bool fine = SHA256_Init(ctx) == 1 && SHA256_Update(ctx, block, sizeof(block)) == 1;
	OPENSSL_cleanse(block, sizeof(block));
	return fine;
}

vv_status vv_hmac_key_new(vv_hmac_key **out, const void *key, size_t key_len, vv_error *err)
{
	vv_auto(vv_hmac_key) *k = vv_calloc(1, sizeof(*k));

	assert(key_len <= SHA256_CBLOCK);
	*out = NULL;
	if (!k) return vv_fail_nomem(err);
	if (!start_with_key(&k->inner, key, key_len, 0x36) ||
	    !start_with_key(&k->outer, key, key_len, 0x5c)) {
		return vv_fail(err, VV_ENOSUPPORT, "OpenSSL could not compute a SHA-256");
	}
	return vv_hand_over(out, &k);
}

vv_status vv_hmac_key_sum(uint8_t out[VV_SHA256_LEN], const vv_hmac_key *k, const void *bytes,
			  size_t len, vv_error *err)
{
	SHA256_CTX ctx = k->inner;
	uint8_t sum[VV_SHA256_LEN];

	if (SHA256_Update(&ctx, bytes, len) == 1 && SHA256_Final(sum, &ctx) == 1) {
		ctx = k->outer;
		if (SHA256_Update(&ctx, sum, sizeof(sum)) == 1 && SHA256_Final(out, &ctx) == 1) {
			return VV_OK;
		}
	}
	return vv_fail(err, VV_ENOSUPPORT, "OpenSSL could not compute a SHA-256");
}

void vv_hmac_key_free(vv_hmac_key *k)
{
	if (!k) return;
	OPENSSL_cleanse(k, sizeof(*k));
	vv_free(k);
}
