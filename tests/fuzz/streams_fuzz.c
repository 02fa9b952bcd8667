/*
 * The first byte chooses the kind of the rest: records of blocks or of Git objects that a peer sent, or
 * a plan of sent and received records. Every block that a record becomes has the CID that
 * was computed for it; sent records are received unchanged, wherever frames are cut.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/sys.h"
#include "repo/blocks/cbor.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/transport/memory_line.h"
#include "transport/protocol/block_stream.h"
#include "transport/protocol/frame.h"
#include "transport/protocol/object_stream.h"

#define HELD 64u

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

/* The receiver's blocks: a few from the start, and the received ones. */
typedef struct blocks {
	vv_cid cids[HELD];
	vv_buf bytes[HELD];
	size_t count;
} blocks;

static void hold(blocks *b, const vv_cid *cid, const void *bytes, size_t len)
{
	if (b->count < HELD) {
		b->cids[b->count] = *cid;
		vv_buf_put(&b->bytes[b->count++], bytes, len);
	}
}

static void drop(blocks *b)
{
	for (size_t i = 0; i < b->count; i++) {
		vv_buf_clear(&b->bytes[i]);
	}
	b->count = 0;
}

static void make(blocks *b, uint8_t codec, const void *bytes, size_t len)
{
	vv_cid cid;
	require(vv_cid_of(&cid, codec, bytes, len, NULL) == VV_OK);
	hold(b, &cid, bytes, len);
}

static void make_node(blocks *b, const vv_cid *links, size_t count, unsigned salt)
{
	vv_buf node = VV_BUF_INIT;
	vv_cbor_put_array(&node, count + 1);
	vv_cbor_put_uint(&node, salt);
	for (size_t i = 0; i < count; i++) {
		vv_cbor_put_link(&node, &links[i]);
	}
	make(b, VV_CODEC_DAG_CBOR, node.data, node.len);
	vv_buf_clear(&node);
}

static void start(blocks *b)
{
	static const char *const rows[] = {"1,lamp,9\n2,chair,5\n3,desk,7\n",
					   "1,lamp,9\n2,chair,6\n3,desk,7\n", ""};
	b->count = 0;
	memset(b->bytes, 0, sizeof(b->bytes));
	for (size_t i = 0; i < 3; i++) {
		make(b, VV_CODEC_RAW, rows[i], strlen(rows[i]));
	}
	make_node(b, b->cids, 3, 0);
}

static vv_status get(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	blocks *b = payload;
	for (size_t i = 0; i < b->count; i++) {
		if (vv_cid_equal(&b->cids[i], cid)) {
			vv_buf_reset(out);
			vv_buf_put(out, vv_buf_cstr(&b->bytes[i]), b->bytes[i].len);
			return vv_buf_ok(out, err);
		}
	}
	return vv_fail(err, VV_EMISSING, "no such block");
}

static vv_status find(void *payload, uint8_t codec, const uint8_t prefix[VV_BASE_PREFIX],
		      vv_cid *cid, vv_error *err)
{
	blocks *b = payload;
	for (size_t i = 0; i < b->count; i++) {
		if (b->cids[i].codec == codec &&
		    memcmp(b->cids[i].digest, prefix, VV_BASE_PREFIX) == 0) {
			*cid = b->cids[i];
			return VV_OK;
		}
	}
	return vv_fail(err, VV_ENOTFOUND, "no such block");
}

static void check(const vv_block_received *r)
{
	vv_cid is;
	if (r->absent || r->unreadable) {
		require(vv_cid_is_null(&r->cid) && !(r->absent && r->unreadable));
		return;
	}
	require(r->len <= VV_BLOCK_MAX);
	require(vv_cid_of(&is, r->cid.codec, r->bytes, r->len, NULL) == VV_OK &&
		vv_cid_equal(&is, &r->cid));
	require(is.codec == VV_CODEC_RAW || vv_cbor_check(r->bytes, r->len, NULL) == VV_OK);
}

static void receive_blocks(const uint8_t *data, size_t size)
{
	blocks b;
	vv_block_in *in;
	vv_block_received r;
	vv_error err = {0};
	const uint8_t *p = data, *end = data + size;
	int more = 0;

	start(&b);
	require(vv_block_in_open(&in, find, get, &b, &err) == VV_OK);
	for (unsigned n = 0; n < 2 * HELD && (more = vv_block_in_next(in, &p, end, &r, &err)) > 0;
	     n++) {
		check(&r);
		if (!vv_cid_is_null(&r.cid)) {
			hold(&b, &r.cid, r.bytes, r.len);
		}
	}
	require(more >= 0 || (err.code == more && more == VV_ECORRUPT && err.message[0] != '\0'));
	vv_block_in_close(in);
	drop(&b);
}

/* --- there and back ------------------------------------------------------------------------ */

/* Blocks made from the bytes: leaves that resemble one another, and nodes of the last ones. */
static void plan(blocks *b, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i + 1 < size && b->count < HELD; i += 2) {
		size_t at = data[i + 1] % b->count, n = data[i] % 6;
		if ((data[i] & 128) != 0) {
			make_node(b, b->cids + (b->count - n % b->count), n % b->count,
				  data[i + 1]);
		} else {
			vv_buf leaf = VV_BUF_INIT;
			vv_buf_put(&leaf, vv_buf_cstr(&b->bytes[at]), b->bytes[at].len);
			for (size_t k = 0; k < n; k++) {
				vv_buf_printf(&leaf, "%zu,row %u\n", k, data[i + 1]);
			}
			make(b, VV_CODEC_RAW, vv_buf_cstr(&leaf), leaf.len);
			vv_buf_clear(&leaf);
		}
	}
}

static void send_blocks(const blocks *here, const uint8_t *data, size_t size, vv_channel *line)
{
	vv_block_out *out;
	vv_error err;

	require(vv_block_out_open(&out, line, get, (void *)(uintptr_t)here, (vv_effort)(size % 3),
				  &err) == VV_OK);
	for (size_t i = 4; i < here->count; i++) {
		size_t like = data[i % size] % here->count;
		if (data[i % size] % 16 == 15) {
			require(vv_block_out_absent(out, &err) == VV_OK);
		}
		require(vv_block_out_put(out, &here->cids[i], &here->cids[like], like < 4, &err) ==
			VV_OK);
	}
	require(vv_block_out_flush(out, &err) == VV_OK && vv_frame_end(line, &err) == VV_OK);
	require(vv_block_out_count(out) == here->count - 4);
	vv_block_out_close(out);
}

static void there_and_back(const uint8_t *data, size_t size)
{
	blocks here, there;
	memory_line lines[2] = {{.out = VV_BUF_INIT}, {.out = VV_BUF_INIT, .piece = 1 + size % 97}};
	vv_channel *line = memory_line_open(&lines[0], NULL, 0);
	vv_frame_reader frames;
	vv_block_in *in;
	vv_block_received r;
	vv_error err;
	uint8_t type;
	size_t came = 4;

	start(&here);
	start(&there);
	plan(&here, data, size);
	require(line != NULL);
	send_blocks(&here, data, size, line);
	vv_channel_close(line);
	line = memory_line_open(&lines[1], lines[0].out.data, lines[0].out.len);
	require(line && vv_block_in_open(&in, find, get, &there, &err) == VV_OK);
	vv_frame_reader_init(&frames, line, UINT64_MAX);
	while (vv_frame_read(&frames, &type, &err) == VV_OK && type == VV_FRAME_BLOCKS) {
		const uint8_t *p = (const uint8_t *)frames.payload.data,
			      *end = p + frames.payload.len;
		int more;
		while ((more = vv_block_in_next(in, &p, end, &r, &err)) > 0) {
			check(&r);
			require(!r.unreadable);
			if (!r.absent) {
				require(vv_cid_equal(&r.cid, &here.cids[came++]));
				hold(&there, &r.cid, r.bytes, r.len);
			}
		}
		require(more == 0);
	}
	require(type == VV_FRAME_END && came == here.count);
	vv_frame_reader_clear(&frames);
	vv_block_in_close(in);
	vv_channel_close(line);
	vv_buf_clear(&lines[0].out);
	drop(&here);
	drop(&there);
}

/* --- Git objects --------------------------------------------------------------------------- */

static vv_status get_object(void *payload, vv_git_type type, const uint8_t *id, size_t id_len,
			    vv_buf *out, vv_error *err)
{
	(void)payload;
	if (type == VV_GIT_TAG || id[0] % 4 == 3) {
		return vv_fail(err, VV_ENOTFOUND, "no such object");
	}
	vv_buf_reset(out);
	vv_buf_printf(out, "object %u of %zu\n", id[0], id_len);
	return vv_buf_ok(out, err);
}

static void receive_objects(const uint8_t *data, size_t size)
{
	vv_recent_nodes nodes = {.count = 0};
	vv_object_in *in;
	vv_error err = {0};
	vv_git_type type;
	const void *bytes;
	size_t len, cut = size > 0 ? data[0] % 40 + 1u : 1;
	int more = 0;

	for (uint8_t i = 0; i < 70; i++) {
		vv_recent_nodes_add(&nodes, &(vv_cid){VV_CODEC_DAG_CBOR, {i}});
	}
	require(vv_object_in_open(&in, get_object, NULL, &nodes, 1u << 20, &err) == VV_OK);
	for (size_t at = 0; at < size && more >= 0; at += cut) {
		require(vv_object_in_feed(in, data + at, size - at < cut ? size - at : cut, &err) ==
			VV_OK);
		for (unsigned n = 0;
		     n < HELD && (more = vv_object_in_next(in, &type, &bytes, &len, &err)) > 0;
		     n++) {
			vv_oid id = {{(uint8_t)(len + at)}};
			require(type >= VV_GIT_COMMIT && type <= VV_GIT_TAG && len <= 1u << 20);
			require(len == 0 ||
				memchr(bytes, ((const char *)bytes)[len - 1], len) != NULL);
			require(vv_object_in_note(in, &id, &err) == VV_OK);
		}
	}
	require(more >= 0 || (err.code == more && err.message[0] != '\0'));
	require(more >= 0 || more == VV_ECORRUPT || more == VV_EREFUSED || more == VV_EMISSING);
	(void)vv_object_in_end(in, &err);
	vv_object_in_close(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2 || size > 16384) return 0;
	switch (data[0] % 3) {
	case 0:
		receive_blocks(data + 1, size - 1);
		break;
	case 1:
		there_and_back(data + 1, size - 1);
		break;
	default:
		receive_objects(data + 1, size - 1);
	}
	return 0;
}
