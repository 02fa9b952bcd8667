/*
 * sealing: bytes under a secret, so that they can be neither read nor changed without it.
 *
 * The keys are made from one secret of 32 bytes by crypto_kdf (BLAKE2b; context "varve  1"). What is
 * sealed is encrypted by XChaCha20-Poly1305 with associated data, under a nonce that is the keyed
 * BLAKE2b-192 of "varve nonce 1", the length of the associated data (le64), the associated data
 * and exactly the bytes that are encrypted. The nonce is computed again after opening: a box whose nonce
 * is another one is refused, whatever its tag. So equal bytes under one secret make equal
 * boxes, and no two plaintexts share a nonce. Format: docs/formats/vault.md.
 */
#ifndef VV_BASE_KEYS_SEALING_H
#define VV_BASE_KEYS_SEALING_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define VV_SEAL_SECRET 32u
#define VV_SEAL_NONCE 24u
#define VV_SEAL_TAG 16u

typedef enum vv_seal_use {
	VV_SEAL_SHARD = 1, /* 1 and 2: the key of shards, and of their nonces */
	VV_SEAL_NAME = 3,
	VV_SEAL_WRAP = 4 /* 4 and 5: other secrets, and their nonces */
} vv_seal_use;

/* A new secret, by chance. */
vv_status vv_seal_secret_new(uint8_t out[VV_SEAL_SECRET], vv_error *err);

/* out gets len bytes; it may be bytes itself. use: SHARD or WRAP. */
vv_status vv_seal(uint8_t *out, uint8_t nonce[VV_SEAL_NONCE], uint8_t tag[VV_SEAL_TAG],
		  const uint8_t secret[VV_SEAL_SECRET], vv_seal_use use, const void *ad,
		  size_t ad_len, const void *bytes, size_t len, vv_error *err);

/* The inverse. VV_ECORRUPT: not sealed under this secret, changed, or with a nonce of the sealer's
 * choice; out has nothing to rely on then. */
vv_status vv_unseal(uint8_t *out, const uint8_t nonce[VV_SEAL_NONCE],
		    const uint8_t tag[VV_SEAL_TAG], const uint8_t secret[VV_SEAL_SECRET],
		    vv_seal_use use, const void *ad, size_t ad_len, const void *bytes, size_t len,
		    vv_error *err);

/* A name for text that only those with the secret can find out: 16 bytes of keyed BLAKE2b. */
#define VV_SEALED_NAME 16u
vv_status vv_seal_name(uint8_t out[VV_SEALED_NAME], const uint8_t secret[VV_SEAL_SECRET],
		       const char *text, vv_error *err);

#endif
