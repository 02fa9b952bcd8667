/*
 * list: knows every byte of a list, and what one must not say.
 */
#include "repo/host/list.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "repo/blocks/store.h"

#define HEADER_LEN 40u
#define CHECKSUM_LEN 8u

static const uint8_t magic[8] = {'V', 'V', 'L', 'I', 'S', 'T', 1, '\n'};

static vv_status bad(vv_error *err, const char *what)
{
	return vv_fail(err, VV_ECORRUPT, "a list of blocks is damaged: %s", what);
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

vv_status vv_host_list_read(vv_host_list *out, const void *bytes, size_t len, vv_error *err)
{
	const uint8_t *p = bytes;

	memset(out, 0, sizeof(*out));
	if (len < sizeof(magic) || memcmp(p, magic, 6) != 0) {
		return bad(err, "it does not begin as one");
	}
	if (p[6] != magic[6] || p[7] != magic[7]) {
		vv_fail(err, VV_ENOSUPPORT, "a newer varve wrote the lists of blocks there");
		return vv_hint(err, "update varve");
	}
	if (len < HEADER_LEN + CHECKSUM_LEN) return bad(err, "it is cut short");
	memcpy(out->hash, p + 8, sizeof(out->hash));
	out->pack_len = vv_get_le64(p + 24);
	out->count = vv_get_le32(p + 32);
	out->base_count = vv_get_le32(p + 36);
	if (out->count == 0 || out->count > VV_HOST_LIST_MAX || out->base_count > out->count) {
		return bad(err, "its counts are not possible");
	}
	size_t blocks = out->count * VV_HOST_LIST_BLOCK,
	       bases = out->base_count * VV_HOST_LIST_BASE;
	if (len != HEADER_LEN + blocks + bases + CHECKSUM_LEN) {
		return bad(err, "its length does not match its content");
	}
	if (vv_xxh3(p, len - CHECKSUM_LEN, 0) != vv_get_le64(p + len - CHECKSUM_LEN)) {
		return bad(err, "its checksum is wrong");
	}
	out->blocks = p + HEADER_LEN;
	out->bases = out->blocks + blocks;
	if (!is_in_order(out->blocks, out->count, VV_HOST_LIST_BLOCK) ||
	    !is_in_order(out->bases, out->base_count, VV_HOST_LIST_BASE)) {
		return bad(err, "its CIDs are not in order");
	}
	return VV_OK;
}

void vv_host_list_block(const vv_host_list *l, size_t i, vv_cid *cid, unsigned *depth)
{
	const uint8_t *p = l->blocks + i * VV_HOST_LIST_BLOCK;

	assert(i < l->count);
	read_cid(cid, p);
	*depth = p[VV_HOST_LIST_BLOCK - 1];
}

void vv_host_list_base(const vv_host_list *l, size_t i, vv_cid *cid)
{
	assert(i < l->base_count);
	read_cid(cid, l->bases + i * VV_HOST_LIST_BASE);
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

vv_status vv_host_list_write(vv_buf *out, const uint8_t hash[VV_PACK_HASH_LEN], uint64_t pack_len,
			     vv_host_block *blocks, size_t count, vv_cid *bases, size_t base_count,
			     vv_error *err)
{
	uint8_t numbers[16], sum[CHECKSUM_LEN];
	size_t start = out->len, kept = 0;

	assert(count > 0 && count <= VV_HOST_LIST_MAX);
	qsort(blocks, count, sizeof(*blocks), compare_blocks);
	if (base_count > 0) {
		qsort(bases, base_count, sizeof(*bases), compare_cids);
	}
	for (size_t i = 0; i < base_count; i++) {
		if (kept == 0 || !vv_cid_equal(&bases[kept - 1], &bases[i])) {
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
	}
	for (size_t i = 0; i < kept; i++) {
		put_cid(out, &bases[i]);
	}
	if (vv_buf_ok(out, err) < 0) return VV_ENOMEM;
	vv_put_le64(sum, vv_xxh3(out->data + start, out->len - start, 0));
	vv_buf_put(out, sum, sizeof(sum));
	return vv_buf_ok(out, err);
}
