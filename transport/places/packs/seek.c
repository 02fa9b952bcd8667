/*
 * seek: which index a pack is in.
 */
#include "transport/places/packs/seek.h"

#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/sys.h"
#include "transport/places/packs/condemned.h"

vv_status vv_pack_names_add(vv_pack_names *n, const char *hex, vv_error *err)
{
	const size_t len = strnlen(hex, VV_HOST_NAME_LEN);

	if (!vv_array_room(n->items, n->count, n->cap)) return vv_fail_nomem(err);
	memcpy(n->items[n->count], hex, len);
	n->items[n->count++][len] = '\0';
	return VV_OK;
}

int vv_pack_names_compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

vv_seek *vv_seek_new(void)
{
	vv_seek *s = vv_calloc(1, sizeof(*s));

	if (s && (!(s->of = vv_cid_map_new()) || !(s->asked = vv_cid_set_new()))) {
		vv_seek_free(s);
		s = NULL;
	}
	return s;
}

void vv_seek_free(vv_seek *s)
{
	if (s) {
		for (size_t i = 0; i < s->file_count; i++) {
			vv_buf_clear(&s->files[i].head);
		}
		vv_free_all(s->files, s->names.items, s->packs.items);
		vv_cid_map_free(s->of);
		vv_cid_set_free(s->asked);
		vv_free(s);
	}
}

static vv_cid key_of(const char *hex)
{
	uint8_t hash[VV_PACK_HASH_LEN] = {0};

	(void)vv_hex_read(hash, sizeof(hash), hex);
	return vv_pack_key(hash);
}

vv_status vv_seek_add(vv_seek *s, const char *pack, const char *index, vv_error *err)
{
	const vv_cid key = key_of(pack);
	size_t at = s->names.count;

	while (at > 0 && strcmp(s->names.items[at - 1], index) != 0) {
		at--;
	}
	if (at == 0) {
		const vv_status rc = vv_pack_names_add(&s->names, index, err);
		if (rc < 0) return rc;
		at = s->names.count;
	}
	return vv_cid_map_put(s->of, &key, at - 1, NULL, err);
}

const char *vv_seek_index_of(const vv_seek *s, const char *pack)
{
	const vv_cid key = key_of(pack);
	uint64_t at;

	return vv_cid_map_get(s->of, &key, &at) ? s->names.items[at] : NULL;
}
