/*
 * pack_names: the hex digits of a hash.
 */
#include "transport/places/packs/pack_names.h"

#include "base/array.h"
#include "base/codec.h"
#include "base/show.h"
#include "base/sys.h"

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

vv_status vv_pack_names_add(vv_pack_names *n, const vv_cid *pack, vv_error *err)
{
	return vv_array_add(n->items, n->count, n->cap, *pack) ? VV_OK : vv_fail_nomem(err);
}

void vv_pack_names_clear(vv_pack_names *n)
{
	vv_free(n->items);
	*n = (vv_pack_names){0};
}

int vv_pack_names_compare(const void *a, const void *b)
{
	return vv_cid_compare(a, b);
}
