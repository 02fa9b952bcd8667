/*
 * chunk: where a run of bytes is cut (FastCDC with normalised chunking).
 *
 * Source: Xia et al., "FastCDC: a Fast and Efficient Content-Defined Chunking
 * Approach for Data Deduplication", USENIX ATC 2016. The paper's parameters are
 * chosen here as: 18 bits must be zero up to the normal size, 14 after it, and the
 * bits are the highest ones, which the last 64 bytes decide.
 */
#include "dataset/format/chunk.h"

#include <assert.h>
#include <string.h>

#include "base/sys.h"
#include "base/text.h"

#define CHUNK_MAGIC "vvc\x01"
#define CHUNK_MAGIC_LEN 4u
static_assert(sizeof CHUNK_MAGIC - 1 == CHUNK_MAGIC_LEN, "magic and version");
#define MASK_EARLY 0xffffc00000000000u /* 18 bits */
#define MASK_LATE 0xfffc000000000000u  /* 14 bits */

/* gear[i]: XXH3-64 of the one byte i; a test compares. */
static const uint64_t gear[256] = {
	0xc44bdff4074eecdbu, 0xe12ef9d2eb86ceebu, 0xc9f42e6c9e93dfffu, 0x13e608bc156defedu,
	0x73b2284b32bf8672u, 0x929e358d27ae3ee2u, 0xd72f745408743e95u, 0x4c5cca45d0f4811fu,
	0xdc4d00f78ae4972du, 0xde315c887190e2fau, 0x384868fba0c21fdcu, 0x4a4139caf4136257u,
	0x2661bf6ff51a634au, 0x8a21d78b1538b1c0u, 0xefe50f8d11366410u, 0x496deb54f06f4c53u,
	0xea3c7cc830b63826u, 0xf319fe2bdfcdfebdu, 0x32fab8142e1b3006u, 0xdd9adf665c968614u,
	0x324714f62fca15ceu, 0x114dfbd77002e98bu, 0xf000a86b59ed14ebu, 0xd1dce272d4ecd3beu,
	0x83e4e2ca690d8fcfu, 0x2937a3883ed0333bu, 0x662d28d3d13f026eu, 0xc30c306f2a3fa4a8u,
	0x48846479fbd24c06u, 0xb45bd99b24f2a133u, 0x313c36c6889b8aaau, 0x05087bbed866d0deu,
	0xfc1537fc103cb7cfu, 0x5fbb498e55810a1au, 0x277b1946ac9655b6u, 0x6a81ae5441d08140u,
	0x7fe0f41f6d1802c5u, 0x5ccfbde21992d720u, 0xc11d5b404d018be6u, 0x4a2ce28c39c127a2u,
	0xa35ca0637c7ceb24u, 0x1d5658395c3e9e08u, 0x79d03016b7aeed0du, 0xe1e462bc193c3035u,
	0x32cd626f54ba457eu, 0xde2fb8d1c1a20f76u, 0xab8a815a3d735ad3u, 0x474292953285562eu,
	0x1982e3a7bb241055u, 0x65cd25028f98f158u, 0xfb95a7322f5da314u, 0x7324dc1e7e9474f0u,
	0xe28911027fcf803fu, 0xdedb980100c87e72u, 0xb564a48862bc4a0du, 0x06eed105b82285fau,
	0x664f427c6b2c4beau, 0x28353a066812b268u, 0xa4209686811de3ccu, 0x3b646805648c7c5fu,
	0x429e81bc6744101cu, 0xadadf421a2ba84c5u, 0x5e03d77c392f4884u, 0x8b72305f19fe690bu,
	0x765e659a7480cd51u, 0xd0d496e05c553485u, 0x74d3766ca02423f3u, 0x616e98f5aa1c80c0u,
	0xcbcb1bf38c89196eu, 0x8107baec7f33bebfu, 0x79bf233aa9bae29fu, 0x1830b2548d525eabu,
	0x370281d31ee57925u, 0xc7e5bbf9e7175a57u, 0xcbe06edace36aa90u, 0x55eac8bb156ded41u,
	0x77ead0d66864b856u, 0xf68c7ee743683c23u, 0x1a038927df1311d6u, 0xf9975fc288a25a61u,
	0x469136afefe185d2u, 0x3e49c22ccf1cef1eu, 0x2a84a3b55430d50bu, 0x89d130da47fb908cu,
	0x20948828081ddcb4u, 0x6d1c4d82aa363ba2u, 0x41cd7919819c077du, 0xf4b33689a7185261u,
	0x715e1e961e1e0537u, 0x822eec778dade5b8u, 0x2753d05a8f320003u, 0x53d8cf8c5176a8a7u,
	0xfdbb701539a22aa6u, 0xdea50e3c9e6bbb39u, 0x9129c939cd682f36u, 0x3f8008e68ae06a13u,
	0xa0a482954fa7b32au, 0xe6c632b61e964e1fu, 0x575a0b1c44d8843fu, 0x8c40219a46b9f81bu,
	0x45f80274c9c7a7cau, 0xe5e72e5e3bec4a78u, 0x33c155909ff3ba9au, 0xaa19e6ddf2f9b697u,
	0x7045c205f5ef6a66u, 0x2c022d030ff25aceu, 0x4dfd0946f2c12e71u, 0xa921e3704fda881du,
	0xc00f9d4f580c0c3au, 0xf0904807418c57fcu, 0xcbaa0f6724ae8b0au, 0xf445b65c72ed012bu,
	0xbe20e5191d449b87u, 0xf2386670cff0b396u, 0xbd7b38f7b4af0b35u, 0xd6b9d4d14ff6be13u,
	0x76033e85f0acf92du, 0x0de0f3cef1e76922u, 0xf7042be43fb80714u, 0xaceee8f5de193e29u,
	0xeaf06c6480b2cd11u, 0x272b57e6d7c0a9e5u, 0x54a7d9dde88eadb0u, 0xc2346e20f5a5dd1eu,
	0xd2c01b55883c7cd1u, 0xb8c2a5400d473978u, 0xe815c3ace5703d70u, 0x2a140471f45ff181u,
	0x6b148c0872500941u, 0x6ba4ff892565222eu, 0x5ff400dbe559898au, 0x5bdd139269f447c1u,
	0x77d5da731dcd5f68u, 0x8b82f1d0e8b8941du, 0xa1cdbedb3b3f4b23u, 0xe13b05d397950d77u,
	0x32066190560ad764u, 0xcf40cb3476339b0fu, 0x1ded7ace84ab162bu, 0x441b8d2736acd698u,
	0x7aac75b84f2390bfu, 0xac24d7179d4ef5beu, 0xd626c824f6040537u, 0x634f605949bbd098u,
	0xeb1109e4990694ccu, 0x0005b2e934ceef7du, 0x6d56d6e185ac7a91u, 0xd0c45ad7a8645643u,
	0x3d538ef95716ef43u, 0x7351dee679f41de4u, 0x70cb637dde9fbd5bu, 0x2c07d789c0f32ae7u,
	0x937c77989a8a94dfu, 0xeaf048f3ec48d042u, 0xc5473c0cc8a56e17u, 0x689bcff27e5d1f7bu,
	0x8902563519c0f123u, 0x72dae5b2de02a7dcu, 0xdd02fbe6d2c66464u, 0xa1cd1f36d839fc34u,
	0x2b98bb92609bd6f8u, 0x5a29892d4eae3c9fu, 0x13637b80ef4eeabeu, 0xb769d9aed89a0178u,
	0x8712c5dcc6923d20u, 0x40f22ce7ca17bd07u, 0xc0d1e3a09a6ab844u, 0x494a4d71905b2b59u,
	0x939f1154c2b96c75u, 0xcf8178def708c391u, 0x8d09b82b03f6b7f2u, 0xe47e4c5a224123f1u,
	0x6d4f71cb8c4b22f8u, 0xf538d79fd227fb5au, 0xc23e93d44ddb645bu, 0x56c67cd7bde2aa02u,
	0x32b2c375109d0b89u, 0x3a10fe3b13df76a3u, 0x259e2724e0c80260u, 0x12eee1c500b74ed2u,
	0x4f993d9b71cf0164u, 0x4272be416e3711f0u, 0x2305cdad96748ac6u, 0x5669b19c7a2f4c45u,
	0x380e027a8851cb6au, 0xbe48cc9426041338u, 0x94e39831afd9ba59u, 0x961b403b6f722fa7u,
	0x58d67c52d2b05b30u, 0xeaa002ec9cc1f4b6u, 0xa5e6f37a1af0e8a4u, 0x0eef90656258b393u,
	0x05264b395baf644cu, 0x1c6b2e7f38e96bbcu, 0x7ca3994e90b7fb93u, 0xee5fa5121cc81e25u,
	0x83b7c33c3b0c6dc3u, 0x178d2b6f2621a35eu, 0xe5e62017e96f839cu, 0xb59060455a04877cu,
	0xf0f28117d57ca107u, 0x777245c091a2d1ccu, 0xbd77bbce08d04e46u, 0x58b8b7d107ffb8cdu,
	0x4ea25f5115d59f8au, 0x552a06acaea49d21u, 0x480a24f26fa0ef85u, 0x3103c9342f5440e9u,
	0xc2ad269efc1fc9cau, 0x058b1d45d66775f5u, 0xe4fab38c021b0210u, 0xd2de72a4d9c45f4cu,
	0x7cd94c0a164a1094u, 0x5ffefa43c24d71a5u, 0x6f01e5b11d20443bu, 0x8ac793c0c13deacau,
	0xb6b84b8df03049eeu, 0x07d5ae159a919058u, 0x8b5d849c85f6bccbu, 0x33977cf77776819au,
	0xb95d064157e4a8b4u, 0x6861861aaca1c621u, 0x85ae297efb1f7f13u, 0xda559fc8546814dfu,
	0x1cc08356b5c1544fu, 0xc4d123c2fbc08b15u, 0x495c020cd2ccb76du, 0x09b6cf489d72c802u,
	0xa9fa7f5071105510u, 0x4c07e7742abfe230u, 0x858266ce1aa38806u, 0x3925e259e79aa90du,
	0x25a927c1fc604d7cu, 0x48a895eb05a3c780u, 0xc093624d0fe4bf78u, 0x0c55cfd54ab2c2dau,
	0xc3891ca6a6d4f6b1u, 0x1f8c50351549ae2cu, 0xc89bd4ac74cf4c0fu, 0xc2342156fa26f7a7u,
	0xcb8f3c82884e511au, 0x3de973f0983ba554u, 0xdd2f59da5db2713au, 0x07357d2907a6a34du,
	0x8d18af77b6343f9du, 0x3cd935927c71d940u, 0x1ee11a1315aa365cu, 0x9b10c698ca2c129du,
	0xccf0ed9e311628a9u, 0x4d4b413ed14f19f6u, 0x8dbc746bea7f6cefu, 0xf487e4acab9c606cu,
	0xc1a62d6a97b1ebacu, 0xdfbaa42dc094b413u, 0x6c197e51b9364ce3u, 0xd6bcec3c6b29d72eu};

static size_t find_cut(const uint8_t *bytes, size_t from, size_t to, uint64_t mask, uint64_t *state)
{
	uint64_t h = *state;

	for (size_t i = from; i < to; i++) {
		h = (h << 1) + gear[bytes[i]];
		if ((h & mask) == 0) return i + 1;
	}
	*state = h;
	return 0;
}

size_t vv_chunk_cut(const uint8_t *bytes, size_t len, bool at_end)
{
	size_t end = len < VV_CHUNK_MAX ? len : VV_CHUNK_MAX;
	size_t normal = end < VV_CHUNK_NORMAL ? end : VV_CHUNK_NORMAL;
	uint64_t h = 0;
	size_t cut;

	if (len > VV_CHUNK_MIN) {
		/* bytes before the minimum are not checked for a cut, but the last of them fill the
		 * window */
		(void)find_cut(bytes, VV_CHUNK_MIN - 64, VV_CHUNK_MIN, UINT64_MAX, &h);
		if ((cut = find_cut(bytes, VV_CHUNK_MIN, normal, MASK_EARLY, &h)) > 0 ||
		    (cut = find_cut(bytes, normal, end, MASK_LATE, &h)) > 0) {
			return cut;
		}
	}
	return end == VV_CHUNK_MAX || at_end ? end : 0;
}

void vv_chunk_encode(vv_buf *out, const void *bytes, size_t len)
{
	vv_buf_put(out, CHUNK_MAGIC, CHUNK_MAGIC_LEN);
	vv_buf_put(out, bytes, len);
}

vv_status vv_chunk_decode(const uint8_t **out, size_t *len, const void *block, size_t block_len,
			  vv_error *err)
{
	if (block_len <= CHUNK_MAGIC_LEN || memcmp(block, CHUNK_MAGIC, CHUNK_MAGIC_LEN) != 0) {
		return vv_fail(err, VV_ECORRUPT, "this block is not a chunk");
	}
	if (block_len > CHUNK_MAGIC_LEN + VV_CHUNK_MAX) {
		return vv_fail(err, VV_ECORRUPT, "a chunk of more than %s",
			       vv_text_bytes(VV_CHUNK_MAX));
	}
	*out = (const uint8_t *)block + CHUNK_MAGIC_LEN;
	*len = block_len - CHUNK_MAGIC_LEN;
	return VV_OK;
}

/* Stores one chunk and adds its entry. */
static vv_status write_chunk(vv_list_builder *list, const vv_sink *sink, vv_buf *scratch,
			     const uint8_t *bytes, size_t len, vv_error *err)
{
	vv_cid cid;
	vv_status rc;

	vv_buf_reset(scratch);
	vv_chunk_encode(scratch, bytes, len);
	if ((rc = vv_buf_ok(scratch, err)) < 0 ||
	    (rc = vv_cid_of(&cid, VV_CODEC_RAW, scratch->data, scratch->len, err)) < 0 ||
	    (sink->put &&
	     (rc = sink->put(sink->payload, &cid, scratch->data, scratch->len, NULL, err)) < 0)) {
		return rc;
	}
	vv_buf_reset(scratch);
	vv_cbor_put_array(scratch, 2);
	vv_cbor_put_link(scratch, &cid);
	vv_cbor_put_uint(scratch, len);
	if ((rc = vv_buf_ok(scratch, err)) < 0) return rc;
	return vv_list_builder_add(list, scratch->data, scratch->len, len, err);
}

vv_status vv_chunks_write(vv_buf *out, const vv_sink *sink, const void *bytes, size_t len,
			  vv_error *err)
{
	const uint8_t *p = bytes;
	vv_auto(vv_list_builder) *list = NULL;
	vv_auto(vv_buf) scratch = VV_BUF_INIT;

	vv_status rc = vv_list_builder_new(&list, VV_LIST_CHUNKS, sink, NULL, err);
	for (size_t at = 0, n; at < len && rc == VV_OK; at += n) {
		n = vv_chunk_cut(p + at, len - at, true);
		rc = write_chunk(list, sink, &scratch, p + at, n, err);
	}
	return rc < 0 ? rc : vv_list_builder_finish(list, out, err);
}

struct vv_chunk_reader {
	const vv_sink *source;
	vv_list_reader *list;
	vv_buf block;
};

vv_status vv_chunk_reader_open(vv_chunk_reader **out, const vv_sink *source, const void *top,
			       size_t top_len, vv_error *err)
{
	vv_auto(vv_chunk_reader) *r = vv_calloc(1, sizeof *r);
	vv_status rc;

	*out = NULL;
	if (!r) return vv_fail_nomem(err);
	r->source = source;
	if ((rc = vv_list_reader_open(&r->list, VV_LIST_CHUNKS, source, top, top_len, err)) < 0) {
		return rc;
	}
	return vv_hand_over(out, &r);
}

void vv_chunk_reader_close(vv_chunk_reader *r)
{
	if (r) {
		vv_list_reader_close(r->list);
		vv_buf_clear(&r->block);
		vv_free(r);
	}
}

uint64_t vv_chunk_reader_total(const vv_chunk_reader *r)
{
	uint64_t count, total;

	vv_list_totals(r->list, &count, &total);
	return total;
}

vv_status vv_chunk_reader_seek(vv_chunk_reader *r, uint64_t at, vv_error *err)
{
	return vv_list_seek(r->list, at, err);
}

int vv_chunk_reader_next(vv_chunk_reader *r, const char **bytes, size_t *len, uint64_t *at,
			 vv_error *err)
{
	vv_list_item item;
	const uint8_t *text;
	size_t parts;
	vv_cid cid;
	vv_status rc;
	int more = vv_list_next(r->list, &item, err);

	if (more <= 0) return more;
	if ((rc = vv_cbor_get_array(&item.cbor, &parts, err)) < 0 ||
	    (rc = vv_cbor_get_link(&item.cbor, &cid, err)) < 0 ||
	    (rc = r->source->get(r->source->payload, &cid, &r->block, err)) < 0 ||
	    (rc = vv_chunk_decode(&text, len, r->block.data, r->block.len, err)) < 0) {
		return (int)rc;
	}
	if (*len != item.weight) {
		return (int)vv_fail(err, VV_ECORRUPT, "a chunk has %zu bytes instead of %llu", *len,
				    (unsigned long long)item.weight);
	}
	*bytes = (const char *)text;
	*at = item.before;
	return 1;
}

vv_status vv_chunks_read(vv_buf *out, const vv_sink *source, const void *top, size_t top_len,
			 uint64_t max, vv_error *err)
{
	vv_auto(vv_chunk_reader) *r = NULL;
	const char *bytes;
	uint64_t at;
	size_t len;
	int more;
	vv_status rc = vv_chunk_reader_open(&r, source, top, top_len, err);

	if (rc < 0) return rc;
	if (vv_chunk_reader_total(r) > max) {
		return vv_fail(err, VV_EREFUSED, "the data has %s, and the limit is %s",
			       vv_text_bytes(vv_chunk_reader_total(r)), vv_text_bytes(max));
	}
	while ((more = vv_chunk_reader_next(r, &bytes, &len, &at, err)) > 0) {
		vv_buf_put(out, bytes, len);
	}
	return more < 0 ? (vv_status)more : vv_buf_ok(out, err);
}
