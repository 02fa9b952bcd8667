/*
 * did: writes and reads the names of Ed25519 keys, "did:key:z6Mk...". Also makes three words for each
 * key, by which people distinguish keys.
 *
 * Sources: did:key (W3C CCG), multicodec 0xed.
 */
#ifndef VV_BASE_SIGNATURE_DID_H
#define VV_BASE_SIGNATURE_DID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define VV_KEY_PUBLIC 32u /* bytes of a public key */
#define VV_DID_TEXT 64u   /* the size of a buffer for a name, with the NUL */
#define VV_DID_KEY 8u     /* the offset of "z6Mk..." in a name */

/* Writes the name of a public key, "did:key:z6Mk...", to out. */
void vv_did_text(char out[VV_DID_TEXT], const uint8_t public_key[VV_KEY_PUBLIC]);
/* Returns the name of a public key, for messages, in a rotating buffer (vv_text_slot). */
const char *vv_did_shows(const uint8_t public_key[VV_KEY_PUBLIC]);
/* Returns the name as vv_did_shows does, but without "did:key:", as "z6Mk...". */
static inline const char *vv_did_key_shows(const uint8_t public_key[VV_KEY_PUBLIC])
{
	return vv_did_shows(public_key) + VV_DID_KEY;
}
/* Parses text, the name of a key, and writes the public key. VV_EUSAGE: the text is not a did:key
 * of an Ed25519 key. */
vv_status vv_did_read(uint8_t public_key[VV_KEY_PUBLIC], const char *text, vv_error *err);
/* Parses the len bytes of text, a name without "did:key:" ("z6Mk..."), and writes the public key.
 * Returns false if text is not such a name. */
bool vv_did_key_read(uint8_t public_key[VV_KEY_PUBLIC], const char *text, size_t len);

#define VV_IPNS_TEXT 66u /* the size of a buffer for a name in IPNS, with the NUL */
/* Writes the name of a public key in IPNS, "k51...", to out: a CIDv1 (libp2p-key, identity) in
 * base36. Source: specs.ipfs.tech/ipns/ipns-record. */
void vv_did_ipns(char out[VV_IPNS_TEXT], const uint8_t public_key[VV_KEY_PUBLIC]);

/* Returns three words for a key, such as "bold otter nine", in a rotating buffer. Different keys
 * can have the same words, so equal words prove nothing. */
const char *vv_did_words(const uint8_t public_key[VV_KEY_PUBLIC]);

#endif
