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
#define VV_DID_TEXT 64u /* with its NUL */
#define VV_DID_KEY 8u   /* where "z6Mk..." begins */

void vv_did_text(char out[VV_DID_TEXT], const uint8_t public_key[VV_KEY_PUBLIC]);
/* The same in one of a few rotating buffers, as those of vv_text_show: for messages. */
const char *vv_did_shows(const uint8_t public_key[VV_KEY_PUBLIC]);
/* Without "did:key:". */
static inline const char *vv_did_key_shows(const uint8_t public_key[VV_KEY_PUBLIC])
{
	return vv_did_shows(public_key) + VV_DID_KEY;
}
/* VV_EUSAGE: not a did:key of an Ed25519 key. */
vv_status vv_did_read(uint8_t public_key[VV_KEY_PUBLIC], const char *text, vv_error *err);

/* The key's name at IPNS, "k51...": a CIDv1 (libp2p-key, identity) in base36. Source: specs.ipfs.tech/ipns/ipns-record. */
#define VV_IPNS_TEXT 66u
void vv_did_ipns(char out[VV_IPNS_TEXT], const uint8_t public_key[VV_KEY_PUBLIC]);

/* "bold otter nine": for eyes, not for proof. */
const char *vv_did_words(const uint8_t public_key[VV_KEY_PUBLIC]); /* in a rotating buffer, too */

#endif
