/*
 * multi_index: every byte of an index of several packs. Whatever is read in one is checked before it is used.
 */
#include "transport/places/packs/multi_index.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/codec.h"

#define ENTRY_LEN 12u
#define FAN_ENTRIES 256u /* about as many: 3 KB */
#define PACKS_AT VV_MULTI_BEGIN

static const uint8_t magic[8] = {'V', 'V', 'M', 'A', 'N', 'Y', 1, '\n'};

static vv_status bad_index(vv_error *err, const char *what)
{
	return vv_fail(err, VV_ECORRUPT, "an index of packs is damaged: %s", what);
}

static unsigned bits_for(size_t count)
{
	unsigned bits = 0;

	while (count >> (bits + 1) >= FAN_ENTRIES) {
		bits++;
	}
	return bits;
}

static size_t fan_of(const vv_multi_index *m, uint64_t prefix)
{
	return m->bits == 0 ? 0 : (size_t)(prefix >> (64 - m->bits));
}

vv_status vv_multi_index_begin(vv_multi_index *out, const void *bytes, size_t len, vv_error *err)
{
	const uint8_t *p = bytes;

	memset(out, 0, sizeof(*out));
	if (len < VV_MULTI_BEGIN) return bad_index(err, "it is cut short");
	if (memcmp(p, magic, sizeof(magic)) != 0) {
		return bad_index(err, "its first bytes are wrong");
	}
	*out = (vv_multi_index){.pack_count = vv_get_le32(p + 8), .count = vv_get_le32(p + 12)};
	if (out->pack_count == 0 || out->pack_count > VV_MULTI_PACKS || out->count == 0 ||
	    out->count > VV_MULTI_ENTRIES) {
		return bad_index(err, "its counts are invalid");
	}
	out->bits = bits_for(out->count);
	out->head_len = PACKS_AT + out->pack_count * VV_PACK_HASH_LEN + ((size_t)4 << out->bits);
	return VV_OK;
}

vv_status vv_multi_index_read(vv_multi_index *out, const void *bytes, size_t len, vv_error *err)
{
	const uint8_t *p = bytes;
	size_t before = 0;
	vv_status rc = vv_multi_index_begin(out, bytes, len, err);

	if (rc < 0) return rc;
	if (len < out->head_len) return bad_index(err, "it is cut short");
	out->packs = p + PACKS_AT;
	out->fans = out->packs + out->pack_count * VV_PACK_HASH_LEN;
	for (size_t i = 1; i < out->pack_count; i++) {
		if (memcmp(vv_multi_index_pack(out, i - 1), vv_multi_index_pack(out, i),
			   VV_PACK_HASH_LEN) >= 0) {
			return bad_index(err, "its packs are not in order");
		}
	}
	for (size_t i = 0; i < (size_t)1 << out->bits; i++) {
		const size_t now = vv_get_le32(out->fans + i * 4);
		if (now < before || now > out->count) {
			return bad_index(err, "its first tables (fan-out) "
					      "are not in order");
		}
		before = now;
	}
	return before == out->count ? VV_OK
				    : bad_index(err, "its first tables (fan-out) do not cover "
						     "all entries");
}

vv_status vv_multi_index_range(const vv_multi_index *m, const vv_cid *cid, uint64_t *from,
			       size_t *len, vv_error *err)
{
	const size_t fan = fan_of(m, vv_cid_prefix(cid));
	const size_t first = fan == 0 ? 0 : vv_get_le32(m->fans + (fan - 1) * 4);

	*len = (vv_get_le32(m->fans + fan * 4) - first) * ENTRY_LEN;
	*from = m->head_len + (uint64_t)first * ENTRY_LEN;
	return *len <= VV_MULTI_FAN_BYTES ? VV_OK
					  : bad_index(err, "too many entries have the same "
							   "beginning");
}

size_t vv_multi_index_find(const vv_multi_index *m, const void *entries, size_t len,
			   const vv_cid *cid, size_t packs[VV_MULTI_FOUND])
{
	const uint64_t prefix = vv_cid_prefix(cid);
	const uint8_t *p = entries;
	size_t found = 0;

	for (size_t at = 0; at + ENTRY_LEN <= len && found < VV_MULTI_FOUND; at += ENTRY_LEN) {
		const size_t pack = vv_get_le32(p + at + 8);
		if (vv_get_be64(p + at) == prefix && pack < m->pack_count) {
			packs[found++] = pack;
		}
	}
	return found;
}

const uint8_t *vv_multi_index_pack(const vv_multi_index *m, size_t i)
{
	assert(i < m->pack_count);
	return m->packs + i * VV_PACK_HASH_LEN;
}

static int compare_entries(const void *a, const void *b)
{
	const vv_multi_entry *x = a, *y = b;

	if (x->prefix != y->prefix) return x->prefix < y->prefix ? -1 : 1;
	return x->pack < y->pack ? -1 : x->pack > y->pack;
}

vv_status vv_multi_index_write(vv_buf *out, const uint8_t (*packs)[VV_PACK_HASH_LEN],
			       size_t pack_count, vv_multi_entry *entries, size_t count,
			       vv_error *err)
{
	const vv_multi_index m = {.bits = bits_for(count)};
	uint8_t number[ENTRY_LEN];

	assert(pack_count > 0 && pack_count <= VV_MULTI_PACKS);
	assert(count > 0 && count <= VV_MULTI_ENTRIES);
	qsort(entries, count, sizeof(*entries), compare_entries);
	vv_buf_put(out, magic, sizeof(magic));
	vv_put_le32(number, (uint32_t)pack_count);
	vv_put_le32(number + 4, (uint32_t)count);
	vv_buf_put(out, number, 8);
	vv_buf_put(out, packs, pack_count * VV_PACK_HASH_LEN);
	for (size_t fan = 0, i = 0; fan < (size_t)1 << m.bits; fan++) {
		while (i < count && fan_of(&m, entries[i].prefix) <= fan) {
			i++;
		}
		vv_put_le32(number, (uint32_t)i);
		vv_buf_put(out, number, 4);
	}
	vv_array_each(entries, count, entry) {
		vv_put_be64(number, entry->prefix);
		vv_put_le32(number + 8, entry->pack);
		vv_buf_put(out, number, sizeof(number));
	}
	return vv_buf_ok(out, err);
}
