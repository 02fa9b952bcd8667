/*
 * key: libsodium's calls for one key pair.
 */
#include "base/keys/key.h"

#include <sodium.h>
#include <string.h>

#include "base/codec.h"
#include "base/hint.h"
#include "base/secret.h"

_Static_assert(crypto_sign_SEEDBYTES == VV_KEY_SEED && crypto_sign_PUBLICKEYBYTES == VV_KEY_PUBLIC,
	       "sizes of Ed25519");
_Static_assert(crypto_sign_BYTES == VV_SIGNATURE && crypto_box_SEALBYTES == VV_KEY_BOX_MORE,
	       "sizes of signatures and boxes");

static vv_status begin_sodium(vv_error *err)
{
	return sodium_init() < 0 ? vv_fail(err, VV_ENOSUPPORT, "libsodium cannot be initialized")
				 : VV_OK;
}

vv_status vv_key_of_seed(vv_key *out, const uint8_t seed[VV_KEY_SEED], vv_error *err)
{
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
	vv_status rc = begin_sodium(err);

	if (rc < 0) return rc;
	memmove(out->seed, seed, VV_KEY_SEED);
	(void)crypto_sign_seed_keypair(out->public_key, secret, out->seed);
	vv_wipe(secret, sizeof(secret));
	return VV_OK;
}

vv_status vv_key_new(vv_key *out, vv_error *err)
{
	uint8_t seed[VV_KEY_SEED];
	vv_status rc = begin_sodium(err);

	if (rc < 0) return rc;
	randombytes_buf(seed, sizeof(seed));
	rc = vv_key_of_seed(out, seed, err);
	vv_wipe(seed, sizeof(seed));
	return rc;
}

void vv_key_wipe(vv_key *k)
{
	vv_wipe(k, sizeof(*k));
}

static vv_status purpose_and_bytes(vv_buf *out, const char *purpose, const void *bytes, size_t len,
				   vv_error *err)
{
	vv_buf_puts(out, purpose);
	vv_buf_putc(out, '\n');
	vv_buf_put(out, bytes, len);
	return vv_buf_ok(out, err);
}

vv_status vv_key_sign(uint8_t out[VV_SIGNATURE], const vv_key *k, const char *purpose,
		      const void *bytes, size_t len, vv_error *err)
{
	uint8_t secret[crypto_sign_SECRETKEYBYTES], public_key[VV_KEY_PUBLIC];
	vv_auto(vv_buf) message = VV_BUF_INIT;
	vv_status rc;

	if ((rc = begin_sodium(err)) == VV_OK &&
	    (rc = purpose_and_bytes(&message, purpose, bytes, len, err)) == VV_OK) {
		(void)crypto_sign_seed_keypair(public_key, secret, k->seed);
		(void)crypto_sign_detached(out, NULL, (const uint8_t *)message.data, message.len,
					   secret);
		vv_wipe(secret, sizeof(secret));
	}
	return rc;
}

vv_status vv_key_verify(const uint8_t signature[VV_SIGNATURE],
			const uint8_t public_key[VV_KEY_PUBLIC], const char *purpose,
			const void *bytes, size_t len, vv_error *err)
{
	vv_auto(vv_buf) message = VV_BUF_INIT;
	vv_status rc;

	if ((rc = begin_sodium(err)) == VV_OK &&
	    (rc = purpose_and_bytes(&message, purpose, bytes, len, err)) == VV_OK &&
	    crypto_sign_verify_detached(signature, (const uint8_t *)message.data, message.len,
					public_key) != 0) {
		rc = vv_fail(err, VV_ECORRUPT,
			     "the signature does not match the key and the "
			     "signed bytes");
	}
	return rc;
}

vv_status vv_key_box(vv_buf *out, const uint8_t public_key[VV_KEY_PUBLIC], const void *bytes,
		     size_t len, vv_error *err)
{
	uint8_t to[crypto_box_PUBLICKEYBYTES];
	vv_status rc = begin_sodium(err);

	if (rc < 0) return rc;
	if (!vv_buf_reserve(out, len + VV_KEY_BOX_MORE)) return vv_fail_nomem(err);
	if (crypto_sign_ed25519_pk_to_curve25519(to, public_key) != 0 ||
	    crypto_box_seal((uint8_t *)out->data + out->len, bytes, len, to) != 0) {
		return vv_fail(err, VV_EUSAGE, "cannot encrypt data to this key");
	}
	out->len += len + VV_KEY_BOX_MORE;
	out->data[out->len] = '\0';
	return VV_OK;
}

vv_status vv_key_box_open(vv_buf *out, const vv_key *k, const void *box, size_t len, vv_error *err)
{
	uint8_t secret[crypto_sign_SECRETKEYBYTES], public_key[VV_KEY_PUBLIC];
	uint8_t x_secret[crypto_box_SECRETKEYBYTES], x_public[crypto_box_PUBLICKEYBYTES];
	vv_status rc = begin_sodium(err);

	if (rc < 0) return rc;
	if (len < VV_KEY_BOX_MORE) {
		return vv_fail(err, VV_EREFUSED,
			       "the encrypted data is too "
			       "short");
	}
	if (!vv_buf_reserve(out, len)) return vv_fail_nomem(err);
	(void)crypto_sign_seed_keypair(public_key, secret, k->seed);
	if (crypto_sign_ed25519_pk_to_curve25519(x_public, public_key) != 0 ||
	    crypto_sign_ed25519_sk_to_curve25519(x_secret, secret) != 0 ||
	    crypto_box_seal_open((uint8_t *)out->data + out->len, box, len, x_public, x_secret) !=
		    0) {
		rc = vv_fail(err, VV_EREFUSED,
			     "the data is encrypted to another key, or is damaged");
	} else {
		out->len += len - VV_KEY_BOX_MORE;
		out->data[out->len] = '\0';
	}
	vv_wipe(secret, sizeof(secret));
	vv_wipe(x_secret, sizeof(x_secret));
	return rc;
}
