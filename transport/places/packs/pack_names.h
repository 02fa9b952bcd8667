/*
 * pack_names: converts the names of a host's packs, which are the packs' hashes, between keys and
 * hex digits. Internal.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_PACK_NAMES_H
#define VV_TRANSPORT_PLACES_PACKS_PACK_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/auto.h"
#include "base/error.h"
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
/* Parses hex, len hex digits, as a key. Returns false if hex is not the name of a pack. */
bool vv_pack_key_read(vv_cid *out, const char *hex, size_t len);
/* Returns the hex digits of a pack's key, in a rotating buffer (vv_text_slot). */
const char *vv_pack_shows(const vv_cid *pack);

/* A list of packs' keys. Initialise with {0}. */
typedef struct vv_pack_names {
	vv_cid *items;
	size_t count, cap;
} vv_pack_names;
/* Adds the key of a pack to n. */
vv_status vv_pack_names_add(vv_pack_names *n, const vv_cid *pack, vv_error *err);
void vv_pack_names_clear(vv_pack_names *n);
VV_AUTO_CLEAR(vv_pack_names, vv_pack_names_clear)
/* Comparison function for qsort of elements that begin with a key. */
int vv_pack_names_compare(const void *a, const void *b);

#endif
