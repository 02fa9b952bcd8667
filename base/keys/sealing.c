/*
 * sealing: libsodium's calls for it.
 */
#include "base/keys/sealing.h"

#include <sodium.h>
#include <string.h>

#include "base/buf.h"
#include "base/secret.h"

#define CONTEXT "varve  1"
#define NONCE_OF "varve nonce 1"

_Static_assert(crypto_kdf_KEYBYTES == VV_SEAL_SECRET &&
		       crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == VV_SEAL_NONCE &&
		       crypto_aead_xchacha20poly1305_ietf_ABYTES == VV_SEAL_TAG,
	       "sizes of the sealing");
_Static_assert(sizeof(CONTEXT) - 1 == crypto_kdf_CONTEXTBYTES, "the context's size");

enum { KEY = 32 };

static vv_status begin_sodium(vv_error *err)
{
	return sodium_init() < 0 ? vv_fail(err, VV_ENOSUPPORT, "libsodium cannot be initialized")
				 : VV_OK;
}

static void derive_key(uint8_t out[KEY], const uint8_t secret[VV_SEAL_SECRET], uint64_t number)
{
	(void)crypto_kdf_derive_from_key(out, KEY, number, CONTEXT, secret);
}

static void nonce_of(uint8_t out[VV_SEAL_NONCE], const uint8_t secret[VV_SEAL_SECRET],
		     vv_seal_use use, const void *ad, size_t ad_len, const void *bytes, size_t len)
{
	crypto_generichash_state s;
	uint8_t key[KEY], length[8];

	derive_key(key, secret, (uint64_t)use + 1);
	vv_put_le64(length, ad_len);
	(void)crypto_generichash_init(&s, key, KEY, VV_SEAL_NONCE);
	(void)crypto_generichash_update(&s, (const uint8_t *)NONCE_OF, sizeof(NONCE_OF) - 1);
	(void)crypto_generichash_update(&s, length, sizeof(length));
	(void)crypto_generichash_update(&s, ad, ad_len);
	(void)crypto_generichash_update(&s, bytes, len);
	(void)crypto_generichash_final(&s, out, VV_SEAL_NONCE);
	vv_wipe(key, sizeof(key));
	vv_wipe(&s, sizeof(s));
}

vv_status vv_seal_secret_new(uint8_t out[VV_SEAL_SECRET], vv_error *err)
{
	vv_status rc = begin_sodium(err);

	if (rc == VV_OK) {
		randombytes_buf(out, VV_SEAL_SECRET);
	}
	return rc;
}

vv_status vv_seal(uint8_t *out, uint8_t nonce[VV_SEAL_NONCE], uint8_t tag[VV_SEAL_TAG],
		  const uint8_t secret[VV_SEAL_SECRET], vv_seal_use use, const void *ad,
		  size_t ad_len, const void *bytes, size_t len, vv_error *err)
{
	uint8_t key[KEY];
	vv_status rc = begin_sodium(err);

	if (rc < 0) return rc;
	nonce_of(nonce, secret, use, ad, ad_len, bytes, len);
	derive_key(key, secret, use);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt_detached(out, tag, NULL, bytes, len, ad,
								  ad_len, NULL, nonce, key);
	vv_wipe(key, sizeof(key));
	return VV_OK;
}

vv_status vv_unseal(uint8_t *out, const uint8_t nonce[VV_SEAL_NONCE],
		    const uint8_t tag[VV_SEAL_TAG], const uint8_t secret[VV_SEAL_SECRET],
		    vv_seal_use use, const void *ad, size_t ad_len, const void *bytes, size_t len,
		    vv_error *err)
{
	uint8_t key[KEY], again[VV_SEAL_NONCE];
	vv_status rc = begin_sodium(err);

	if (rc < 0) return rc;
	derive_key(key, secret, use);
	int bad = crypto_aead_xchacha20poly1305_ietf_decrypt_detached(out, NULL, bytes, len, tag,
								      ad, ad_len, nonce, key);
	vv_wipe(key, sizeof(key));
	if (bad != 0) {
		return vv_fail(err, VV_ECORRUPT,
			       "the data was encrypted with another key, "
			       "or is damaged");
	}
	nonce_of(again, secret, use, ad, ad_len, out, len);
	if (!vv_secret_equal(again, nonce, sizeof(again))) {
		return vv_fail(err, VV_ECORRUPT,
			       "the encrypted data has a nonce that does not "
			       "match its content");
	}
	return VV_OK;
}

vv_status vv_seal_name(uint8_t out[VV_SEALED_NAME], const uint8_t secret[VV_SEAL_SECRET],
		       const char *text, vv_error *err)
{
	uint8_t key[KEY];
	vv_status rc = begin_sodium(err);

	if (rc == VV_OK) {
		derive_key(key, secret, VV_SEAL_NAME);
		(void)crypto_generichash(out, VV_SEALED_NAME, (const uint8_t *)text, strlen(text),
					 key, KEY);
		vv_wipe(key, sizeof(key));
	}
	return rc;
}
