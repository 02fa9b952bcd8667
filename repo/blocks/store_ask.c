/*
 * store_ask: what others than readers and writers of whole blocks ask of a store.
 */
#include <string.h>

#include "repo/blocks/store_internal.h"

bool vv_store_has_live(vv_store *s, const vv_cid *cid)
{
	vv_record r;

	return vv_store_search(s, cid, true, vv_store_find_in, &r, NULL) == VV_OK;
}

/* ---- by the beginning of a name ---- */

typedef struct match {
	uint8_t codec;
	uint64_t prefix;
	vv_cid *out;
	unsigned count; /* of different ones */
} match;

static vv_status match_in_pack(match *m, vv_pack *p, vv_error *err)
{
	vv_pack_index *index = atomic_load(&p->index);
	uint8_t peek[VV_RECORD_PEEK];
	uint64_t first, count, offset, i;
	vv_record r;
	size_t have;
	vv_status rc;

	if ((rc = vv_pack_index_find(index, m->prefix, &first, &count, err)) < 0) {
		return rc;
	}
	for (i = 0; i < count; i++) {
		if ((rc = vv_pack_index_offset(index, first + i, &offset, err)) < 0) {
			return rc;
		}
		if ((rc = vv_pack_record(p, offset, &r, peek, &have, err)) < 0) {
			if (rc != VV_ECORRUPT) {
				return rc;
			}
			continue; /* reading it will tell */
		}
		if (r.cid.codec == m->codec && vv_cid_prefix(&r.cid) == m->prefix &&
		    (m->count == 0 || !vv_cid_equal(&r.cid, m->out))) {
			*m->out = r.cid;
			m->count++;
		}
	}
	return VV_OK;
}

static vv_status match_in_list(match *m, const vv_pack_list *l, vv_error *err)
{
	vv_status rc = VV_OK;
	size_t i;

	m->count = 0;
	for (i = 0; rc == VV_OK && i < l->count; i++) {
		rc = match_in_pack(m, l->packs[i], err);
		if (rc == VV_ECORRUPT) {
			rc = VV_OK;
		}
	}
	return rc;
}

vv_status vv_store_match_prefix(vv_store *s, uint8_t codec, uint64_t prefix, vv_cid *out,
				unsigned *count, vv_error *err)
{
	vv_pack_list *l = NULL, *fresh = NULL;
	match m = {codec, prefix, out, 0};
	vv_status rc;

	*count = 0;
	if ((rc = vv_packs_get(s, &l, err)) < 0) {
		return rc;
	}
	rc = match_in_list(&m, l, err);
	if (rc == VV_OK && m.count == 0 &&
	    (rc = vv_packs_renew(s, l, false, &fresh, err)) == VV_OK && fresh != l) {
		rc = match_in_list(&m, fresh, err);
	}
	vv_packs_unref(fresh);
	vv_packs_unref(l);
	*count = m.count;
	return rc;
}

uint64_t vv_prefix_of(const uint8_t bytes[8])
{
	vv_cid key = {0, {0}};

	memcpy(key.digest, bytes, 8);
	return vv_cid_prefix(&key);
}

vv_status vv_prefix_not_one(unsigned count, vv_error *err)
{
	return vv_fail(err, VV_ENOTFOUND,
		       count == 0 ? "no block has a name that begins so"
				  : "two blocks have names that begin so");
}

vv_status vv_store_find_prefix(vv_store *s, uint8_t codec, const uint8_t prefix[8], vv_cid *out,
			       vv_error *err)
{
	unsigned count;
	vv_status rc = vv_store_match_prefix(s, codec, vv_prefix_of(prefix), out, &count, err);

	return rc == VV_OK && count != 1 ? vv_prefix_not_one(count, err) : rc;
}

/* ---- as it is stored ---- */

typedef struct stored {
	vv_record *record;
	vv_buf *bytes;
} stored;

static vv_status stored_of(void *payload, const vv_source *src, const vv_cid *cid, vv_error *err)
{
	const stored *to = payload;
	vv_record *r = to->record;
	vv_buf *out = to->bytes;
	vv_place place;
	vv_status rc = vv_source_find(src, cid, &place, r, err);

	if (rc < 0) {
		return rc;
	}
	vv_buf_reset(out);
	if (!vv_buf_reserve(out, (size_t)r->stored_len + 1)) {
		return vv_fail_nomem(err);
	}
	if ((rc = vv_pack_read(place.pack, place.offset + r->header_len, out->data, r->stored_len,
			       err)) < 0) {
		return rc;
	}
	out->len = r->stored_len;
	out->data[out->len] = '\0';
	if (r->method == VV_METHOD_DIFF && r->distance > 0) {
		rc = vv_place_base(&place, r, &r->base, err);
	}
	return rc;
}

vv_status vv_store_stored(vv_store *s, const vv_cid *cid, vv_record *r, vv_buf *out, vv_error *err)
{
	stored to = {r, out};

	return vv_store_search(s, cid, false, stored_of, &to, err);
}
