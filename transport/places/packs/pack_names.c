/*
 * pack_names: the hex digits of a hash.
 */
#include "transport/places/packs/pack_names.h"

#include "base/codec.h"
#include "base/show.h"

bool vv_pack_key_read(vv_cid *out, const char *hex, size_t len)
{
	*out = (vv_cid){.codec = VV_CODEC_RAW};
	return len == VV_PACK_HEX && vv_hex_is_lower(hex, len) &&
	       vv_hex_read(out->digest, VV_PACK_HASH_LEN, hex);
}

const char *vv_pack_shows(const vv_cid *pack)
{
	char *out = vv_text_slot();

	vv_hex_write(out, pack->digest, VV_PACK_HASH_LEN);
	return out;
}

int vv_pack_names_compare(const void *a, const void *b)
{
	return vv_cid_compare(a, b);
}
