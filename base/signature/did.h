/*
 * did: the name of an Ed25519 key, "did:key:z6Mk...", and three words by which people tell keys apart.
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
/* VV_EUSAGE: not a did:key of an Ed25519 key. */
vv_status vv_did_read(uint8_t public_key[VV_KEY_PUBLIC], const char *text, vv_error *err);

/* The key's name at IPNS, "k51...": a CIDv1 (libp2p-key, identity) in base36. Source: specs.ipfs.tech/ipns/ipns-record. */
#define VV_IPNS_TEXT 66u
void vv_did_ipns(char out[VV_IPNS_TEXT], const uint8_t public_key[VV_KEY_PUBLIC]);

/* "bold otter nine": for eyes, not for proof. */
#define VV_DID_WORDS 32u
void vv_did_words(char out[VV_DID_WORDS], const uint8_t public_key[VV_KEY_PUBLIC]);

#endif
