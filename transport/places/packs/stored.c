/*
 * stored: how files of a store are called.
 */
#include "transport/places/packs/stored.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/show.h"
#include "base/sys.h"

#define NAME_LEN 96u

static const struct {
	const char *folder, *end;
} kinds[] = {[VV_STORED_PACK] = {"packs", ".pack"},
	     [VV_STORED_LIST] = {"lists", ".list"},
	     [VV_STORED_INDEX] = {"indexes", ".index"},
	     [VV_STORED_VERSION] = {"versions", ".packs"}};

/* Not in a slot of vv_text_shows: a place may need more of these before it is done with the name. */
static void name_of(char out[NAME_LEN], vv_stored_kind kind, const vv_cid *key)
{
	char hex[VV_CID_TEXT + 1];

	if (kind == VV_STORED_VERSION) {
		vv_cid_text(hex, key);
	} else {
		vv_hex_write(hex, key->digest, VV_PACK_HASH_LEN);
	}
	(void)snprintf(out, NAME_LEN, "%s/%s%s", kinds[kind].folder, hex, kinds[kind].end);
}

const char *vv_stored_shows(vv_stored_kind kind, const vv_cid *key)
{
	char *out = vv_text_slot();

	name_of(out, kind, key);
	return out;
}

vv_status vv_stored_get(const vv_place *p, vv_stored_kind kind, const vv_cid *key, uint64_t from,
			uint64_t len, vv_buf *out, vv_error *err)
{
	char name[NAME_LEN];

	name_of(name, kind, key);
	return vv_place_get(p, name, from, len, out, err);
}

vv_status vv_stored_put(const vv_place *p, vv_stored_kind kind, const vv_cid *key,
			const vv_buf *bytes, vv_error *err)
{
	char name[NAME_LEN];

	name_of(name, kind, key);
	return (kind == VV_STORED_VERSION ? vv_place_put_later : vv_place_put)(p, name, bytes->data,
									       bytes->len, err);
}

vv_status vv_stored_remove(const vv_place *p, vv_stored_kind kind, const vv_cid *key, vv_error *err)
{
	char name[NAME_LEN];

	name_of(name, kind, key);
	return vv_missing_ok(vv_place_remove(p, name, err), err);
}

typedef struct listing {
	vv_stored_files *out;
	vv_stored_kind kind;
} listing;

static vv_status on_listed(void *payload, const vv_listed *e, vv_error *err)
{
	const listing *l = payload;
	const size_t key_len = l->kind == VV_STORED_VERSION ? VV_CID_TEXT : VV_PACK_HEX;
	vv_stored file = {.size = e->size, .modified = e->modified};

	if (e->size == UINT64_MAX || strlen(e->name) <= key_len ||
	    strcmp(e->name + key_len, kinds[l->kind].end) != 0 ||
	    !(l->kind == VV_STORED_VERSION
		      ? vv_cid_parse(&file.key, e->name, key_len, VV_IGNORED) == VV_OK
		      : vv_pack_key_read(&file.key, e->name, key_len))) {
		return VV_OK;
	}
	return vv_array_add(l->out->items, l->out->count, l->out->cap, file) ? VV_OK
									     : vv_fail_nomem(err);
}

vv_status vv_stored_list(vv_stored_files *out, const vv_place *p, vv_stored_kind kind,
			 vv_error *err)
{
	listing l = {out, kind};

	return vv_place_list(p, kinds[kind].folder, on_listed, &l, err);
}

void vv_stored_files_clear(vv_stored_files *f)
{
	vv_free(f->items);
	*f = (vv_stored_files){0};
}
