/*
 * supply_message: the maps.
 */
#include "lib/sources/supply_message.h"

#include <string.h>

#include "base/sys.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/record.h"
#include "transport/protocol/frame.h"

#define CID_LEN 33u /* codec, digest */

static const char *const ops[] = {"meet", "look", "blocks", "keeps", "where"};
_Static_assert(sizeof(ops) / sizeof(ops[0]) == VV_SUPPLY_WHERE + 1, "a word for each request");
_Static_assert(VV_SUPPLY_CIDS_MAX *CID_LEN < VV_FRAME_MAX, "a request is one frame");

static vv_status send_map(vv_channel *line, vv_buf *b, vv_error *err)
{
	vv_status rc = vv_buf_ok(b, err);

	if (rc == VV_OK) {
		rc = vv_frame_write(line, VV_FRAME_MESSAGE, b->data, b->len, err);
	}
	vv_buf_clear(b);
	return rc;
}

static void put_cid(uint8_t out[CID_LEN], const vv_cid *cid)
{
	out[0] = cid->codec;
	memcpy(out + 1, cid->digest, sizeof(cid->digest));
}

static bool get_cid(vv_cid *out, const uint8_t in[CID_LEN])
{
	out->codec = in[0];
	memcpy(out->digest, in + 1, sizeof(out->digest));
	return out->codec == VV_CODEC_RAW || out->codec == VV_CODEC_DAG_CBOR;
}

/* --- requests ---------------------------------------------------------------------------------- */

vv_status vv_supply_request_write(vv_channel *line, const vv_supply_request *q, vv_error *err)
{
	vv_auto_free uint8_t *cids = vv_malloc(q->count * CID_LEN + 1);
	vv_buf b = VV_BUF_INIT;

	if (!cids) return vv_fail_nomem(err);
	for (size_t i = 0; i < q->count; i++) {
		put_cid(cids + i * CID_LEN, &q->cids[i]);
	}
	vv_cbor_put_map(&b, 4);
	vv_cbor_put_key(&b, "op");
	vv_cbor_put_text(&b, ops[q->op], strlen(ops[q->op]));
	vv_cbor_put_key(&b, "ask");
	vv_cbor_put_bool(&b, q->ask);
	vv_cbor_put_key(&b, "cids");
	vv_cbor_put_bytes(&b, cids, q->count * CID_LEN);
	vv_cbor_put_key(&b, "source");
	vv_cbor_put_uint(&b, q->source);
	vv_status rc = send_map(line, &b, err);
	return rc < 0 ? rc : vv_frame_end(line, err);
}

static vv_status read_op(vv_supply_op *out, vv_cbor *c, vv_error *err)
{
	const char *word;
	size_t len;
	vv_status rc = vv_cbor_get_text(c, &word, &len, err);

	for (size_t i = 0; rc == VV_OK && i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (strlen(ops[i]) == len && memcmp(ops[i], word, len) == 0) {
			*out = (vv_supply_op)i;
			return VV_OK;
		}
	}
	return rc < 0 ? rc : vv_fail(err, VV_ECORRUPT, "that is not asked of a vault");
}

static vv_status read_cids(vv_supply_request *out, vv_arena *arena, vv_cbor *c, vv_error *err)
{
	const uint8_t *bytes;
	size_t len;
	vv_cid *cids;
	vv_status rc = vv_cbor_get_bytes(c, &bytes, &len, err);

	if (rc < 0) return rc;
	out->count = len / CID_LEN;
	if (len % CID_LEN != 0 || out->count > VV_SUPPLY_CIDS_MAX) {
		return vv_fail(err, VV_ECORRUPT, "a list of CIDs has %zu bytes", len);
	}
	if (!(cids = vv_arena_calloc(arena, out->count + 1, sizeof(*cids)))) {
		return vv_fail_nomem(err);
	}
	out->cids = cids;
	for (size_t i = 0; i < out->count; i++) {
		if (!get_cid(&cids[i], bytes + i * CID_LEN)) {
			return vv_fail(err, VV_ECORRUPT, "a CID has the codec %u", cids[i].codec);
		}
	}
	return VV_OK;
}

vv_status vv_supply_request_read(vv_supply_request *out, vv_arena *arena, const void *bytes,
				 size_t len, vv_error *err)
{
	vv_cbor c;
	size_t pairs;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	vv_cbor_init(&c, bytes, len);
	if ((rc = vv_cbor_get_map(&c, &pairs, err)) < 0 ||
	    (rc = vv_cbor_get_key(&c, "op", err)) < 0 || (rc = read_op(&out->op, &c, err)) < 0 ||
	    (rc = vv_cbor_get_key(&c, "ask", err)) < 0 ||
	    (rc = vv_cbor_get_bool(&c, &out->ask, err)) < 0 ||
	    (rc = vv_cbor_get_key(&c, "cids", err)) < 0 ||
	    (rc = read_cids(out, arena, &c, err)) < 0 ||
	    (rc = vv_cbor_get_key(&c, "source", err)) < 0 ||
	    (rc = vv_cbor_get_uint(&c, &out->source, err)) < 0) {
		return rc;
	}
	return vv_cbor_end(&c, err);
}

/* --- answers ----------------------------------------------------------------------------------- */

/* A map's only member, or its first. */
static vv_status open_map(vv_cbor *c, const char *first, const void *bytes, size_t len,
			  vv_error *err)
{
	size_t pairs;

	vv_cbor_init(c, bytes, len);
	vv_status rc = vv_cbor_get_map(c, &pairs, err);
	return rc < 0 ? rc : vv_cbor_get_key(c, first, err);
}

static vv_status get_bytes(vv_cbor *c, const uint8_t **out, size_t wanted, vv_error *err)
{
	size_t len;
	vv_status rc = vv_cbor_get_bytes(c, out, &len, err);

	return rc < 0 || len == wanted
		       ? rc
		       : vv_fail(err, VV_ECORRUPT, "the vault's program sent %zu bytes, not %zu",
				 len, wanted);
}

vv_status vv_supply_parcels_write(vv_channel *line, const uint32_t *parcels, size_t count,
				  vv_error *err)
{
	vv_auto_free uint8_t *bytes = vv_malloc(4 * count + 1);
	vv_buf b = VV_BUF_INIT;

	if (!bytes) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		vv_put_le32(bytes + 4 * i, parcels[i]);
	}
	vv_cbor_put_map(&b, 1);
	vv_cbor_put_key(&b, "parcels");
	vv_cbor_put_bytes(&b, bytes, 4 * count);
	return send_map(line, &b, err);
}

vv_status vv_supply_parcels_read(uint32_t *out, size_t count, const void *bytes, size_t len,
				 vv_error *err)
{
	const uint8_t *parcels;
	vv_cbor c;
	vv_status rc;

	if ((rc = open_map(&c, "parcels", bytes, len, err)) < 0 ||
	    (rc = get_bytes(&c, &parcels, 4 * count, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < count; i++) {
		out[i] = vv_get_le32(parcels + 4 * i);
	}
	return vv_cbor_end(&c, err);
}

vv_status vv_supply_block_write(vv_channel *line, const void *bytes, size_t block_len,
				const vv_cid *base, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	uint8_t cid[CID_LEN] = {0};
	vv_status rc;

	if (bytes && base) {
		put_cid(cid, base);
	}
	if (bytes) {
		vv_buf_put(&b, cid, sizeof(cid));
		vv_buf_put(&b, bytes, block_len);
	}
	if ((rc = vv_buf_ok(&b, err)) == VV_OK) {
		rc = vv_frame_write(line, VV_FRAME_BLOCKS, b.data, b.len, err);
	}
	return rc;
}

vv_status vv_supply_block_read(const uint8_t **out, size_t *out_len, vv_cid *base,
			       const void *bytes, size_t len, vv_error *err)
{
	*out = NULL;
	*out_len = 0;
	memset(base, 0, sizeof(*base));
	if (len == 0) return VV_OK;
	if (len < CID_LEN || len - CID_LEN > VV_BLOCK_MAX) {
		return vv_fail(err, VV_ECORRUPT, "the vault's program sent a block of %zu bytes",
			       len);
	}
	if (!get_cid(base, bytes)) {
		memset(base, 0, sizeof(*base));
	}
	*out = (const uint8_t *)bytes + CID_LEN;
	*out_len = len - CID_LEN;
	return VV_OK;
}

vv_status vv_supply_taken_write(vv_channel *line, uint64_t taken, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;

	vv_cbor_put_map(&b, 1);
	vv_cbor_put_key(&b, "taken");
	vv_cbor_put_uint(&b, taken);
	return send_map(line, &b, err);
}

vv_status vv_supply_taken_read(uint64_t *out, const void *bytes, size_t len, vv_error *err)
{
	vv_cbor c;
	vv_status rc = open_map(&c, "taken", bytes, len, err);

	if (rc < 0 || (rc = vv_cbor_get_uint(&c, out, err)) < 0) return rc;
	return vv_cbor_end(&c, err);
}

vv_status vv_supply_keeps_write(vv_channel *line, const uint8_t *keeps, size_t count,
				unsigned copies, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;

	vv_cbor_put_map(&b, 2);
	vv_cbor_put_key(&b, "keeps");
	vv_cbor_put_bytes(&b, keeps, (count + 7) / 8);
	vv_cbor_put_key(&b, "copies");
	vv_cbor_put_uint(&b, copies);
	return send_map(line, &b, err);
}

vv_status vv_supply_keeps_read(uint8_t *keeps, size_t count, unsigned *copies, const void *bytes,
			       size_t len, vv_error *err)
{
	const uint8_t *bits;
	uint64_t n;
	vv_cbor c;
	vv_status rc;

	if ((rc = open_map(&c, "keeps", bytes, len, err)) < 0 ||
	    (rc = get_bytes(&c, &bits, (count + 7) / 8, err)) < 0 ||
	    (rc = vv_cbor_get_key(&c, "copies", err)) < 0 ||
	    (rc = vv_cbor_get_uint(&c, &n, err)) < 0 || (rc = vv_cbor_end(&c, err)) < 0) {
		return rc;
	}
	if (n > UINT16_MAX) {
		return vv_fail(err, VV_ECORRUPT, "the vault's program counts %llu copies",
			       (unsigned long long)n);
	}
	memcpy(keeps, bits, (count + 7) / 8);
	*copies = (unsigned)n;
	return VV_OK;
}
