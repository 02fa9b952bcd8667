/*
 * did: the name of an Ed25519 key, "did:key:z6Mk...", and three words by which people distinguish
 * keys.
 *
 * Sources: did:key (W3C CCG), multicodec 0xed.
 */
#ifndef VV_BASE_SIGNATURE_DID_H
#define VV_BASE_SIGNATURE_DID_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define VV_KEY_PUBLIC 32u
#define VV_DID_TEXT 64u /* the size of a buffer for a name, with the NUL */
#define VV_DID_KEY 8u   /* the offset of "z6Mk..." in a name */

/* Writes the name of a public key, "did:key:z6Mk...", to out. */
void vv_did_text(char out[VV_DID_TEXT], const uint8_t public_key[VV_KEY_PUBLIC]);
/* Returns the name of a public key, for messages: in one of a few buffers that later calls overwrite, as vv_text_shows
 * does. */
const char *vv_did_shows(const uint8_t public_key[VV_KEY_PUBLIC]);
/* Returns the name as vv_did_shows does, but without "did:key:". */
static inline const char *vv_did_key_shows(const uint8_t public_key[VV_KEY_PUBLIC])
{
	return vv_did_shows(public_key) + VV_DID_KEY;
}
/* Reads the public key from its name. VV_EUSAGE: the text is not a did:key of an Ed25519 key. */
vv_status vv_did_read(uint8_t public_key[VV_KEY_PUBLIC], const char *text, vv_error *err);

#define VV_IPNS_TEXT 66u /* the size of a buffer for a name at IPNS, with the NUL */
/* Writes the name of the key at IPNS, "k51...", to out: a CIDv1 (libp2p-key, identity) in base36. Source:
 * specs.ipfs.tech/ipns/ipns-record. */
void vv_did_ipns(char out[VV_IPNS_TEXT], const uint8_t public_key[VV_KEY_PUBLIC]);

/* Returns three words for a key, such as "bold otter nine", in a buffer as vv_did_shows does. Different keys can have
 * the same words, so equal words prove nothing. */
const char *vv_did_words(const uint8_t public_key[VV_KEY_PUBLIC]);

#endif
