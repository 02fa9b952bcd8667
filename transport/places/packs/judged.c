/*
 * judged: packs of a host that were seen whole here, and those known to be bad.
 */
#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"
#include "repo/blocks/pack.h"
#include "transport/places/packs/host_internal.h"

static bool is_known_bad(const vv_host *h, const vv_oid *blob)
{
	return vv_array_find(h->bad.items, h->bad.count, id, vv_oid_equal(id, blob)) != NULL;
}

vv_status vv_host_note_bad(vv_host *h, vv_host_pack *p, vv_error *err)
{
	p->bad = true;
	return is_known_bad(h, &p->blob) ? VV_OK : vv_oids_add(&h->bad, &p->blob, err);
}

void vv_host_forget_bad(vv_host *h, const vv_oid *pack)
{
	for (size_t i = 0; i < h->bad.count; i++) {
		if (vv_oid_equal(&h->bad.items[i], pack)) {
			h->bad.items[i--] = h->bad.items[--h->bad.count];
		}
	}
	for (vv_host_pack *p = NULL; vv_catalog_next(h->catalog, &p);) {
		p->bad = p->bad && !vv_oid_equal(&p->blob, pack);
	}
}

vv_status vv_host_list_again(vv_host *h, const vv_host_pack *p, vv_buf *bytes, vv_host_list *out,
			     vv_error *err)
{
	vv_auto(char) *path = vv_host_list_path(h, &p->key);
	vv_status rc = path ? VV_OK : vv_fail_nomem(err);

	vv_buf_reset(bytes);
	if (rc == VV_OK && (rc = vv_read_regular(bytes, path, VV_HOST_LIST_BYTES, err)) == VV_OK) {
		rc = vv_host_list_read(out, bytes->data, bytes->len, err);
	}
	return rc;
}

vv_status vv_host_prefer_sound(vv_host *h, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_host_list list;
	vv_status rc = VV_OK;

	for (vv_host_pack *p = NULL; h->bad.count > 0 && vv_catalog_next(h->catalog, &p);) {
		p->bad = is_known_bad(h, &p->blob);
	}
	for (size_t i = 0; h->bad.count > 0 && rc == VV_OK && i < vv_catalog_packs(h->catalog);
	     i++) {
		const vv_host_pack *p = vv_catalog_pack(h->catalog, i);
		if (!p->bad && (rc = vv_host_list_again(h, p, &bytes, &list, err)) == VV_OK) {
			rc = vv_catalog_prefer(h->catalog, i, &list, err);
		}
	}
	return rc;
}

static char *sound_path(const vv_host *h, const vv_cid *pack)
{
	return vv_asprintf("%s/%s.sound", h->lists, vv_pack_shows(pack));
}

/* A cache: if it cannot be written the pack is fetched again later. */
void vv_host_note_sound(const vv_host *h, const vv_cid *pack, const vv_oid *blob)
{
	vv_auto(char) *path = sound_path(h, pack);
	(void)(path && vv_write_file(path, vv_oid_shows(blob), VV_OID_TEXT, false, NULL));
}

/* The pack's hash is its name, and at its end. */
bool vv_host_is_named_rightly(const vv_cid *pack, const vv_buf *bytes)
{
	uint8_t is[VV_PACK_HASH_LEN];

	if (bytes->len < VV_PACK_TRAILER_LEN) return false;
	vv_hash128_write(is, vv_xxh3_128(bytes->data, bytes->len - sizeof(is), 0));
	return memcmp(is, pack->digest, sizeof(is)) == 0 &&
	       memcmp(is, bytes->data + bytes->len - sizeof(is), sizeof(is)) == 0;
}

vv_status vv_host_judge_pack(vv_host *h, vv_host_pack *p, const vv_buf *bytes, bool *found_bad,
			     vv_error *err)
{
	if (bytes && bytes->len == p->len && vv_host_is_named_rightly(&p->key, bytes)) {
		vv_host_note_sound(h, &p->key, &p->blob);
		return VV_OK;
	}
	if (p->bad) return VV_OK;
	*found_bad = true;
	return vv_host_note_bad(h, p, err);
}

bool vv_host_is_sound(const vv_host *h, const vv_host_pack *p)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(char) *path = sound_path(h, &p->key);

	return path && vv_read_regular(&text, path, VV_OID_TEXT, NULL) == VV_OK &&
	       strcmp(vv_buf_cstr(&text), vv_oid_shows(&p->blob)) == 0;
}
