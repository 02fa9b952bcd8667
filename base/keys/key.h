/*
 * key: an Ed25519 key pair, its name "did:key:z6Mk...", signatures, and boxes that only it opens.
 *
 * The seed is the secret; everything else follows from it. Boxes are sealed to the X25519 form of
 * the public key, so that the name alone is enough to reach its owner. Each kind of signature has a
 * purpose, which is signed with the bytes: one kind never passes for another.
 * Sources: RFC 8032; did:key (W3C CCG), multicodec 0xed; libsodium does the work.
 */
#ifndef VV_BASE_KEYS_KEY_H
#define VV_BASE_KEYS_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/signature/did.h"

#define VV_KEY_SEED 32u
#define VV_SIGNATURE 64u
#define VV_KEY_BOX_MORE 48u /* bytes that a box adds to its content */

typedef struct vv_key {
	uint8_t seed[VV_KEY_SEED];
	uint8_t public_key[VV_KEY_PUBLIC];
} vv_key;

/* A new one, by chance. VV_ENOSUPPORT: libsodium cannot be used. */
vv_status vv_key_new(vv_key *out, vv_error *err);
vv_status vv_key_of_seed(vv_key *out, const uint8_t seed[VV_KEY_SEED], vv_error *err);
void vv_key_wipe(vv_key *k);
VV_AUTO_CLEAR(vv_key, vv_key_wipe)

/* Signs the purpose, a newline and the bytes. */
vv_status vv_key_sign(uint8_t out[VV_SIGNATURE], const vv_key *k, const char *purpose,
		      const void *bytes, size_t len, vv_error *err);
/* VV_ECORRUPT: it is not this key's signature of these bytes for this purpose. */
vv_status vv_key_verify(const uint8_t signature[VV_SIGNATURE],
			const uint8_t public_key[VV_KEY_PUBLIC], const char *purpose,
			const void *bytes, size_t len, vv_error *err);

/* Appends a box of len + VV_KEY_BOX_MORE bytes. VV_EUSAGE: the key cannot be sealed to. */
vv_status vv_key_box(vv_buf *out, const uint8_t public_key[VV_KEY_PUBLIC], const void *bytes,
		     size_t len, vv_error *err);
/* Appends the content of a box. VV_EREFUSED: it was not sealed to this key, or was changed. */
vv_status vv_key_box_open(vv_buf *out, const vv_key *k, const void *box, size_t len, vv_error *err);

#endif
