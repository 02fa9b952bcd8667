/*
 * list: the bytes of a list, and its validation.
 */
#include "transport/places/packs/list.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/hash.h"
#include "base/sys.h"
#include "repo/blocks/pack.h"
#include "repo/blocks/record.h"
#include "repo/blocks/store.h"

#define HEADER_LEN 40u
#define CHECKSUM_LEN 8u
#define DEPTH_AT 33u /* of a block */
#define OFFSET_AT 34u
#define BASE_AT 38u

static const uint8_t magic[8] = {'V', 'V', 'L', 'I', 'S', 'T', 1, '\n'};

static vv_status bad_list(vv_error *err, const char *what)
{
	return vv_fail(err, VV_ECORRUPT, "a list of blocks is damaged: %s", what);
}

static const uint8_t *block_at(const vv_host_list *l, size_t i)
{
	assert(i < l->count);
	return l->blocks + i * VV_HOST_LIST_BLOCK;
}

static void read_cid(vv_cid *out, const uint8_t *p)
{
	out->codec = p[0];
	memcpy(out->digest, p + 1, sizeof(out->digest));
}

/* Known codecs, ascending, each once. */
static bool is_in_order(const uint8_t *p, size_t count, size_t step)
{
	vv_cid before, now;

	for (size_t i = 0; i < count; i++, before = now) {
		read_cid(&now, p + i * step);
		if ((now.codec != VV_CODEC_RAW && now.codec != VV_CODEC_DAG_CBOR) ||
		    (i > 0 && vv_cid_compare(&before, &now) >= 0)) {
			return false;
		}
	}
	return true;
}

size_t vv_host_list_base_of(const vv_host_list *l, size_t i)
{
	return vv_get_le32(block_at(l, i) + BASE_AT);
}

vv_host_block vv_host_list_block(const vv_host_list *l, size_t i)
{
	const uint8_t *p = block_at(l, i);
	const size_t base = vv_host_list_base_of(l, i);
	vv_host_block out = {.depth = p[DEPTH_AT], .offset = vv_get_le32(p + OFFSET_AT)};

	read_cid(&out.cid, p);
	if (base < l->count) {
		read_cid(&out.base, block_at(l, base));
	} else if (base != VV_HOST_LIST_NONE) {
		out.base = vv_host_list_base(l, base - l->count);
	}
	return out;
}

bool vv_host_list_find(const vv_host_list *l, const vv_cid *cid, size_t *i)
{
	size_t from = 0, to = l->count;
	vv_cid is;

	while (from < to) {
		*i = from + (to - from) / 2;
		read_cid(&is, block_at(l, *i));
		const int order = vv_cid_compare(&is, cid);
		if (order == 0) return true;
		if (order < 0) {
			from = *i + 1;
		} else {
			to = *i;
		}
	}
	return false;
}

vv_cid vv_host_list_base(const vv_host_list *l, size_t i)
{
	vv_cid cid;

	assert(i < l->base_count);
	read_cid(&cid, l->bases + i * VV_HOST_LIST_BASE);
	return cid;
}

/* Checks that records are in the pack, bases outside, and each difference has one of both as its
 * base. */
static bool has_sane_places(const vv_host_list *l)
{
	size_t at;

	for (size_t i = 0; i < l->base_count; i++) {
		const vv_cid cid = vv_host_list_base(l, i);
		if (vv_host_list_find(l, &cid, &at)) return false;
	}
	for (size_t i = 0; i < l->count; i++) {
		const uint8_t *p = block_at(l, i);
		const uint64_t offset = vv_get_le32(p + OFFSET_AT);
		const size_t base = vv_get_le32(p + BASE_AT);
		if (offset < VV_PACK_HEADER_LEN || l->pack_len < VV_PACK_TRAILER_LEN ||
		    offset >= l->pack_len - VV_PACK_TRAILER_LEN ||
		    (base == VV_HOST_LIST_NONE) != (p[DEPTH_AT] == 0) ||
		    (base != VV_HOST_LIST_NONE && base >= l->count + l->base_count)) {
			return false;
		}
	}
	return true;
}

vv_status vv_host_list_read(vv_host_list *out, const void *bytes, size_t len, vv_error *err)
{
	const uint8_t *p = bytes;

	memset(out, 0, sizeof(*out));
	if (len < sizeof(magic) || memcmp(p, magic, 6) != 0) {
		return bad_list(err, "its first bytes are wrong");
	}
	if (p[6] != magic[6] || p[7] != magic[7]) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "the lists of blocks were written by a newer varve\nupgrade varve");
	}
	if (len < HEADER_LEN + CHECKSUM_LEN) return bad_list(err, "it is cut short");
	memcpy(out->hash, p + 8, sizeof(out->hash));
	out->pack_len = vv_get_le64(p + 24);
	out->count = vv_get_le32(p + 32);
	out->base_count = vv_get_le32(p + 36);
	if (out->count == 0 || out->count > VV_HOST_LIST_MAX || out->base_count > out->count) {
		return bad_list(err, "its counts are invalid");
	}
	if (out->pack_len > VV_HOST_PACK_MAX) {
		return bad_list(err, "its pack is longer than the limit");
	}
	size_t blocks = out->count * VV_HOST_LIST_BLOCK,
	       bases = out->base_count * VV_HOST_LIST_BASE;
	const size_t fixed = HEADER_LEN + blocks + bases + CHECKSUM_LEN;
	if (len < fixed || (len - fixed) % VV_PACK_HASH_LEN != 0 ||
	    (len - fixed) / VV_PACK_HASH_LEN > VV_HOST_LIST_PARTS) {
		return bad_list(err, "its length does not match its content");
	}
	if (vv_xxh3(p, len - CHECKSUM_LEN, 0) != vv_get_le64(p + len - CHECKSUM_LEN)) {
		return bad_list(err, "its checksum is wrong");
	}
	out->blocks = p + HEADER_LEN;
	out->bases = out->blocks + blocks;
	out->parts = out->bases + bases;
	out->part_count = (len - fixed) / VV_PACK_HASH_LEN;
	for (size_t i = 1; i < out->part_count; i++) {
		if (memcmp(out->parts + (i - 1) * VV_PACK_HASH_LEN,
			   out->parts + i * VV_PACK_HASH_LEN, VV_PACK_HASH_LEN) >= 0) {
			return bad_list(err, "its parts are not in order");
		}
	}
	if (!is_in_order(out->blocks, out->count, VV_HOST_LIST_BLOCK) ||
	    !is_in_order(out->bases, out->base_count, VV_HOST_LIST_BASE)) {
		return bad_list(err, "its CIDs are not in order");
	}
	return has_sane_places(out) ? VV_OK : bad_list(err, "its offsets are invalid");
}

/* --- writing ---------------------------------------------------------------------------- */

static int compare_blocks(const void *a, const void *b)
{
	return vv_cid_compare(&((const vv_host_block *)a)->cid, &((const vv_host_block *)b)->cid);
}

static int compare_cids(const void *a, const void *b)
{
	return vv_cid_compare(a, b);
}

static void put_cid(vv_buf *out, const vv_cid *cid)
{
	vv_buf_putc(out, cid->codec);
	vv_buf_put(out, cid->digest, sizeof(cid->digest));
}

static uint32_t place_of(const vv_cid *base, const vv_host_block *blocks, size_t count,
			 const vv_cid *bases, size_t base_count)
{
	const vv_host_block key = {.cid = *base};

	if (vv_cid_is_null(base)) return VV_HOST_LIST_NONE;
	const vv_host_block *in = bsearch(&key, blocks, count, sizeof(*blocks), compare_blocks);
	if (in) return (uint32_t)(in - blocks);
	const vv_cid *out = base_count > 0
				    ? bsearch(base, bases, base_count, sizeof(*bases), compare_cids)
				    : NULL;
	assert(out);
	return (uint32_t)(count + (size_t)(out - bases));
}

static vv_status put_checksum(vv_buf *out, size_t start, vv_error *err)
{
	uint8_t sum[CHECKSUM_LEN];

	if (vv_buf_ok(out, err) < 0) return VV_ENOMEM;
	vv_put_le64(sum, vv_xxh3(out->data + start, out->len - start, 0));
	vv_buf_put(out, sum, sizeof(sum));
	return vv_buf_ok(out, err);
}

vv_status vv_host_list_write(vv_buf *out, const uint8_t hash[VV_PACK_HASH_LEN], uint64_t pack_len,
			     vv_host_block *blocks, size_t count, vv_cid *bases, size_t base_count,
			     vv_error *err)
{
	uint8_t numbers[16];
	size_t start = out->len, kept = 0;

	assert(count > 0 && count <= VV_HOST_LIST_MAX);
	qsort(blocks, count, sizeof(*blocks), compare_blocks);
	if (base_count > 0) {
		qsort(bases, base_count, sizeof(*bases), compare_cids);
	}
	for (size_t i = 0; i < base_count; i++) {
		const vv_host_block key = {.cid = bases[i]};
		if ((kept == 0 || !vv_cid_equal(&bases[kept - 1], &bases[i])) &&
		    !bsearch(&key, blocks, count, sizeof(*blocks), compare_blocks)) {
			bases[kept++] = bases[i];
		}
	}
	assert(kept <= count);
	vv_put_le64(numbers, pack_len);
	vv_put_le32(numbers + 8, (uint32_t)count);
	vv_put_le32(numbers + 12, (uint32_t)kept);
	vv_buf_put(out, magic, sizeof(magic));
	vv_buf_put(out, hash, VV_PACK_HASH_LEN);
	vv_buf_put(out, numbers, sizeof(numbers));
	for (size_t i = 0; i < count; i++) {
		assert(blocks[i].depth <= VV_CHAIN_MAX);
		put_cid(out, &blocks[i].cid);
		vv_buf_putc(out, (int)blocks[i].depth);
		assert(blocks[i].offset <= UINT32_MAX);
		vv_put_le32(numbers, (uint32_t)blocks[i].offset);
		vv_put_le32(numbers + 4, place_of(&blocks[i].base, blocks, count, bases, kept));
		vv_buf_put(out, numbers, 8);
	}
	vv_array_each(bases, kept, base) {
		put_cid(out, base);
	}
	return put_checksum(out, start, err);
}

vv_status vv_host_list_add_parts(vv_buf *list, const vv_cids *parts, vv_error *err)
{
	assert(list->len > CHECKSUM_LEN && parts->count > 0 && parts->count <= VV_HOST_LIST_PARTS);
	list->len -= CHECKSUM_LEN;
	vv_array_each(parts->items, parts->count, item) {
		vv_buf_put(list, item->digest, VV_PACK_HASH_LEN);
	}
	return put_checksum(list, 0, err);
}

typedef struct made {
	vv_host_block *blocks; /* in the order of their records */
	vv_cid *bases;
	size_t count, cap, base_count, base_cap;
} made;

/* A difference by distance has an earlier record as its base. */
static bool find_base(const made *m, uint64_t offset, const vv_record *r, vv_cid *base)
{
	*base = r->base;
	if (!vv_method_has_base(r->method) || r->distance == 0) return true;
	for (size_t i = m->count; i-- > 0;) {
		if (m->blocks[i].offset == offset - r->distance) {
			*base = m->blocks[i].cid;
			return true;
		}
	}
	return false;
}

static vv_status take_record(made *m, uint64_t offset, const vv_record *r, vv_error *err)
{
	vv_host_block b = {.cid = r->cid, .depth = r->depth, .offset = offset};

	if (!find_base(m, offset, r, &b.base) || m->count == VV_HOST_LIST_MAX) {
		return bad_list(err, "it does not match its pack");
	}
	const bool apart = vv_method_has_base(r->method) && r->distance == 0;

	return vv_array_add(m->blocks, m->count, m->cap, b) &&
			       (!apart ||
				vv_array_add(m->bases, m->base_count, m->base_cap, b.base))
		       ? VV_OK
		       : vv_fail_nomem(err);
}

vv_status vv_host_list_of(vv_buf *out, const uint8_t hash[VV_PACK_HASH_LEN], const void *pack,
			  size_t len, vv_error *err)
{
	const uint8_t *p = pack;
	const size_t end = len > VV_PACK_TRAILER_LEN ? len - VV_PACK_TRAILER_LEN : 0;
	made m = {0};
	vv_record r;
	vv_status rc = VV_OK;

	for (size_t at = VV_PACK_HEADER_LEN; rc == VV_OK && at < end; at += vv_record_len(&r)) {
		rc = vv_record_parse(&r, p + at, end - at, at) || vv_record_len(&r) > end - at
			     ? bad_list(err, "it does not match its pack")
			     : take_record(&m, at, &r, err);
	}
	if (rc == VV_OK) {
		rc = m.count > 0 ? vv_host_list_write(out, hash, len, m.blocks, m.count, m.bases,
						      m.base_count, err)
				 : bad_list(err, "its pack is empty");
	}
	vv_free_all(m.blocks, m.bases);
	return rc;
}
