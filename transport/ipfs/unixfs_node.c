/*
 * unixfs_node: reads and writes the fields of DAG-PB and UnixFS, and refuses nodes that varve would
 * write differently.
 */
#include "transport/ipfs/unixfs_node.h"

#include <assert.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"

#define LINK_MIN (2u + 2u + VV_CID_BYTES + 2u + 2u) /* its head, hash, name, a short size */

/* Tags of protobuf: the field's number, then its type (0: varint, 2: bytes). */
enum {
	NODE_DATA = 0x0a,  /* 1, bytes */
	NODE_LINK = 0x12,  /* 2, bytes */
	LINK_HASH = 0x0a,  /* 1, bytes */
	LINK_NAME = 0x12,  /* 2, bytes */
	LINK_SIZE = 0x18,  /* 3, varint */
	DATA_TYPE = 0x08,  /* 1, varint */
	DATA_BYTES = 0x18, /* 3, varint */
	DATA_BLOCK = 0x20, /* 4, varint, once for each link */
	TYPE_FILE = 2
};

static void put_link(vv_buf *out, const vv_unixfs_link *l)
{
	uint8_t cid[VV_CID_BYTES];

	vv_cid_write(cid, &l->cid);
	vv_buf_putc(out, NODE_LINK);
	vv_buf_put_varint(out, 2 + VV_CID_BYTES + 2 + 1 + vv_varint_len(l->total));
	vv_buf_putc(out, LINK_HASH);
	vv_buf_put_varint(out, VV_CID_BYTES);
	vv_buf_put(out, cid, sizeof(cid));
	vv_buf_putc(out, LINK_NAME);
	vv_buf_putc(out, 0);
	vv_buf_putc(out, LINK_SIZE);
	vv_buf_put_varint(out, l->total);
}

vv_status vv_unixfs_node_encode(vv_buf *out, const vv_unixfs_link *links, size_t count,
				vv_error *err)
{
	uint64_t sum = 0;

	assert(count > 0 && count <= VV_UNIXFS_WIDTH);
	vv_array_each(links, count, link) {
		if (__builtin_add_overflow(sum, link->bytes, &sum)) {
			return vv_fail(err, VV_EREFUSED, "the file has more than 2^64 bytes");
		}
		put_link(out, link);
	}
	size_t len = 2 + 1 + vv_varint_len(sum);
	for (size_t i = 0; i < count; i++) {
		len += 1 + vv_varint_len(links[i].bytes);
	}
	vv_buf_putc(out, NODE_DATA);
	vv_buf_put_varint(out, len);
	vv_buf_putc(out, DATA_TYPE);
	vv_buf_putc(out, TYPE_FILE);
	vv_buf_putc(out, DATA_BYTES);
	vv_buf_put_varint(out, sum);
	for (size_t i = 0; i < count; i++) {
		vv_buf_putc(out, DATA_BLOCK);
		vv_buf_put_varint(out, links[i].bytes);
	}
	return vv_buf_ok(out, err);
}

/* --- reading --------------------------------------------------------------------------------- */

typedef struct cursor {
	const uint8_t *p, *end;
} cursor;

static bool take_tag(cursor *c, uint8_t tag)
{
	if (c->p == c->end || *c->p != tag) return false;
	c->p++;
	return true;
}

static bool take_number(cursor *c, uint8_t tag, uint64_t *out)
{
	return take_tag(c, tag) && vv_varint_read(&c->p, c->end, out);
}

static bool take_bytes(cursor *c, uint8_t tag, cursor *out)
{
	uint64_t len;

	if (!take_number(c, tag, &len) || len > (uint64_t)(c->end - c->p)) return false;
	out->p = c->p;
	c->p += len;
	out->end = c->p;
	return true;
}

static bool read_link(cursor *node, vv_unixfs_link *out)
{
	static const uint8_t hash[2] = {0x12, 0x20}; /* sha2-256, 32 bytes */
	cursor l, cid, name;

	if (!take_bytes(node, NODE_LINK, &l) || !take_bytes(&l, LINK_HASH, &cid) ||
	    !take_bytes(&l, LINK_NAME, &name) || !take_number(&l, LINK_SIZE, &out->total) ||
	    l.p != l.end || name.p != name.end || cid.end - cid.p != VV_CID_BYTES ||
	    cid.p[0] != 1 || (cid.p[1] != VV_CODEC_RAW && cid.p[1] != VV_CODEC_DAG_PB) ||
	    memcmp(cid.p + 2, hash, sizeof(hash)) != 0) {
		return false;
	}
	out->cid.codec = cid.p[1];
	memcpy(out->cid.digest, cid.p + 4, sizeof(out->cid.digest));
	return true;
}

static bool read_node(cursor c, vv_unixfs_link *links, size_t count)
{
	uint64_t type, sum;
	cursor data;

	vv_array_each(links, count, link) {
		if (!read_link(&c, link)) return false;
	}
	if (!take_bytes(&c, NODE_DATA, &data) || c.p != c.end ||
	    !take_number(&data, DATA_TYPE, &type) || !take_number(&data, DATA_BYTES, &sum)) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (!take_number(&data, DATA_BLOCK, &links[i].bytes)) return false;
	}
	return data.p == data.end;
}

/* How many links are one after the other; 0 also where they are too many. */
static size_t count_links(cursor c)
{
	cursor skipped;
	size_t count = 0;

	while (c.p < c.end && *c.p == NODE_LINK) {
		if (!take_bytes(&c, NODE_LINK, &skipped) || ++count > VV_UNIXFS_WIDTH) return 0;
	}
	return count;
}

vv_status vv_unixfs_node_decode(vv_unixfs_link **out, size_t *count, const void *bytes, size_t len,
				vv_error *err)
{
	cursor c = {bytes, (const uint8_t *)bytes + len};
	size_t n = count_links(c);
	vv_auto(vv_buf) again = VV_BUF_INIT;

	*out = NULL;
	*count = 0;
	if (n == 0 || len < n * LINK_MIN) {
		return vv_fail(err, VV_ECORRUPT, "not a block of a UnixFS file");
	}
	vv_auto_free vv_unixfs_link *links = vv_calloc(n, sizeof(*links));
	if (!links) return vv_fail_nomem(err);
	/* Another spelling of the same would have another CID. */
	if (!read_node(c, links, n) || vv_unixfs_node_encode(&again, links, n, NULL) < 0 ||
	    again.len != len || memcmp(again.data, bytes, len) != 0) {
		return again.failed ? vv_fail_nomem(err)
				    : vv_fail(err, VV_ECORRUPT,
					      "a block of a UnixFS file in a form that varve does "
					      "not write");
	}
	*count = n;
	return vv_hand_over(out, &links);
}
