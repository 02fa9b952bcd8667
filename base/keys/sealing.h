/*
 * sealing: encrypts bytes with a secret. Nobody can read the bytes without the secret, and a change of
 * the sealed bytes is detected.
 *
 * crypto_kdf (BLAKE2b; context "varve  1") derives all keys from one secret of 32 bytes.
 * XChaCha20-Poly1305 with associated data seals the bytes. The nonce is the keyed BLAKE2b-192 of "varve
 * nonce 1", the length of the associated data (le64), the associated data, and exactly the bytes that
 * are encrypted. Therefore the same bytes, sealed with the same secret, use and associated data, always
 * give the same result, and different bytes have different nonces. After decryption, the nonce is
 * computed again from the bytes. Sealed bytes with a different nonce are refused, even if their tag is
 * right. Format: docs/formats/vault.md. If libsodium cannot be used, the functions return VV_ENOSUPPORT.
 */
#ifndef VV_BASE_KEYS_SEALING_H
#define VV_BASE_KEYS_SEALING_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define VV_SEAL_SECRET 32u /* bytes of a secret */
#define VV_SEAL_NONCE 24u  /* bytes of a nonce */
#define VV_SEAL_TAG 16u    /* bytes of a tag */

/* The use of a derived key. The value is the number of the key in crypto_kdf. */
typedef enum vv_seal_use {
	VV_SEAL_SHARD = 1, /* seals shards; key 2 makes their nonces */
	VV_SEAL_NAME = 3,  /* makes names, for vv_seal_name */
	VV_SEAL_WRAP = 4   /* seals other secrets; key 5 makes their nonces */
} vv_seal_use;

/* Writes a new random secret to out. */
vv_status vv_seal_secret_new(uint8_t out[VV_SEAL_SECRET], vv_error *err);

/* Seals len bytes with the associated data ad. Writes len sealed bytes to out, and writes the nonce and
 * the tag. out may be equal to bytes. use: VV_SEAL_SHARD or VV_SEAL_WRAP. */
vv_status vv_seal(uint8_t *out, uint8_t nonce[VV_SEAL_NONCE], uint8_t tag[VV_SEAL_TAG],
		  const uint8_t secret[VV_SEAL_SECRET], vv_seal_use use, const void *ad,
		  size_t ad_len, const void *bytes, size_t len, vv_error *err);

/* Decrypts len bytes that vv_seal sealed, and writes them to out. VV_ECORRUPT: the bytes were
 * sealed with a different secret, use or ad, or were changed, or have a nonce that vv_seal does not
 * compute; the content of out is then undefined. */
vv_status vv_unseal(uint8_t *out, const uint8_t nonce[VV_SEAL_NONCE],
		    const uint8_t tag[VV_SEAL_TAG], const uint8_t secret[VV_SEAL_SECRET],
		    vv_seal_use use, const void *ad, size_t ad_len, const void *bytes, size_t len,
		    vv_error *err);

#define VV_SEALED_NAME 16u /* bytes of a name */
/* Computes a name for a text: 16 bytes of keyed BLAKE2b. The text cannot be computed from the name, and
 * a guess of the text cannot be checked without the secret. */
vv_status vv_seal_name(uint8_t out[VV_SEALED_NAME], const uint8_t secret[VV_SEAL_SECRET],
		       const char *text, vv_error *err);

#endif
