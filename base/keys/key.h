/*
 * key: makes Ed25519 key pairs, signatures, and boxes. A box is bytes encrypted for the owner of one
 * key.
 *
 * The seed is the secret. The public key and the key's name, "did:key:z6Mk..." (did.h), are computed
 * from the seed. A box is encrypted to the X25519 form of the public key, so a sender needs only the
 * name of the receiver's key. Each kind of signature has a purpose, a text that is signed together
 * with the bytes; a signature for one purpose is not valid for another purpose. If libsodium cannot be
 * used, all functions that return a status return VV_ENOSUPPORT. Sources: RFC 8032; did:key (W3C CCG),
 * multicodec 0xed.
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

#define VV_KEY_SEED 32u     /* bytes of a seed */
#define VV_SIGNATURE 64u    /* bytes of a signature */
#define VV_KEY_BOX_MORE 48u /* bytes that a box adds to its content */

/* A key pair. vv_auto(vv_key) overwrites the pair in memory. */
typedef struct vv_key {
	uint8_t seed[VV_KEY_SEED];
	uint8_t public_key[VV_KEY_PUBLIC];
} vv_key;

/* Makes a new random key. */
vv_status vv_key_new(vv_key *out, vv_error *err);
/* Computes the key pair of a seed. */
vv_status vv_key_of_seed(vv_key *out, const uint8_t seed[VV_KEY_SEED], vv_error *err);
void vv_key_wipe(vv_key *k); /* overwrites the key in memory */
VV_AUTO_CLEAR(vv_key, vv_key_wipe)

/* Signs the purpose, a newline and the bytes with the key k, and writes the signature to out. */
vv_status vv_key_sign(uint8_t out[VV_SIGNATURE], const vv_key *k, const char *purpose,
		      const void *bytes, size_t len, vv_error *err);
/* Verifies that a signature was made with the key pair of public_key for the purpose and the bytes.
 * VV_ECORRUPT: the signature is not valid. */
vv_status vv_key_verify(const uint8_t signature[VV_SIGNATURE],
			const uint8_t public_key[VV_KEY_PUBLIC], const char *purpose,
			const void *bytes, size_t len, vv_error *err);

/* Encrypts the bytes for the owner of public_key, and appends the box, of len + VV_KEY_BOX_MORE
 * bytes. VV_EUSAGE: public_key is not suitable for boxes. */
vv_status vv_key_box(vv_buf *out, const uint8_t public_key[VV_KEY_PUBLIC], const void *bytes,
		     size_t len, vv_error *err);
/* Decrypts a box of len bytes with the key k, and appends the content to out. VV_EREFUSED: the box was
 * made for another key, was changed, or is too short. */
vv_status vv_key_box_open(vv_buf *out, const vv_key *k, const void *box, size_t len, vv_error *err);

#endif
