/*
 * pack_names: converts the name of a host's pack, the pack's hash, between hex digits and a key.
 * Internal.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_PACK_NAMES_H
#define VV_TRANSPORT_PLACES_PACKS_PACK_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "repo/blocks/cid.h"
#include "repo/blocks/pack_index.h"

#define VV_PACK_HEX (2u * VV_PACK_HASH_LEN) /* hex digits of a pack's hash */

/* Returns a pack's hash as a key for maps and sets. */
static inline vv_cid vv_pack_key(const uint8_t hash[VV_PACK_HASH_LEN])
{
	vv_cid key = {.codec = VV_CODEC_RAW};

	memcpy(key.digest, hash, VV_PACK_HASH_LEN);
	return key;
}
/* Parses the len characters of hex as a key. Returns false if they are not VV_PACK_HEX lower-case
 * hex digits. */
bool vv_pack_key_read(vv_cid *out, const char *hex, size_t len);
/* Returns the hex digits of a pack's key, in a rotating buffer (vv_text_slot). */
const char *vv_pack_shows(const vv_cid *pack);

/* Comparison function for qsort of elements that begin with a key. */
int vv_pack_names_compare(const void *a, const void *b);

#endif
