/*
 * record: reading and writing the header of a record, and its limits.
 */
#include "repo/blocks/record.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"

#define DIGEST_LEN 32u
#define METHOD_BITS 0x0fu
#define CODEC_BIT 0x10u

/* Method and codec, digest, two lengths, depth and distance, a base's codec and digest. */
static_assert(VV_METHOD_STORED == 0 && VV_METHOD_ZSTD == 1 && VV_METHOD_DIFF == 2 &&
		      VV_METHOD_EDIT == 3 && VV_METHOD_PARTS == 4,
	      "docs/formats/store.md");
static_assert(sizeof(((vv_cid *)0)->digest) == DIGEST_LEN, "SHA-256");
static_assert(VV_RECORD_HEADER_MAX >= 1 + DIGEST_LEN + 5 + 5 + 2 + 10 + 1 + DIGEST_LEN,
	      "the longest header fits");
static_assert(VV_RECORD_PEEK >= VV_RECORD_HEADER_MAX, "a peek has the whole header");

uint64_t vv_record_len(const vv_record *r)
{
	return (uint64_t)r->header_len + r->stored_len + VV_RECORD_CHECKSUM_LEN;
}

static const char *parse_base(vv_record *out, const uint8_t **p, const uint8_t *end,
			      uint64_t offset)
{
	uint64_t depth;

	if (!vv_varint_read(p, end, &depth) || !vv_varint_read(p, end, &out->distance)) {
		return "the record's header is cut short or damaged";
	}
	if (depth == 0) return "the record's header is cut short or damaged";
	if (depth > VV_CHAIN_MAX) return "the record's chain of differences is longer than allowed";
	out->depth = (unsigned)depth;
	if (out->distance > 0) {
		return offset < VV_PACK_HEADER_LEN || out->distance > offset - VV_PACK_HEADER_LEN
			       ? "the record's base is outside the pack"
			       : NULL;
	}
	if (end - *p < 1 + (ptrdiff_t)DIGEST_LEN ||
	    ((*p)[0] != VV_CODEC_RAW && (*p)[0] != VV_CODEC_DAG_CBOR)) {
		return "the record's header is cut short or damaged";
	}
	out->base.codec = (*p)[0];
	memcpy(out->base.digest, *p + 1, DIGEST_LEN);
	*p += 1 + DIGEST_LEN;
	return vv_cid_equal(&out->base, &out->cid) ? "the record names itself as its base" : NULL;
}

static const char *parse_lengths(vv_record *out, const uint8_t **p, const uint8_t *end)
{
	uint64_t raw, stored;

	if (!vv_varint_read(p, end, &raw) || !vv_varint_read(p, end, &stored)) {
		return "the record's header is cut short or damaged";
	}
	if (raw > VV_BLOCK_MAX) return "the record's block is larger than allowed";
	if (out->method == VV_METHOD_STORED ? stored != raw : (stored == 0 || stored >= raw)) {
		return "the record's lengths contradict each other";
	}
	out->raw_len = (uint32_t)raw;
	out->stored_len = (uint32_t)stored;
	return NULL;
}

const char *vv_record_parse(vv_record *out, const uint8_t *p, size_t len, uint64_t offset)
{
	const uint8_t *start = p, *end = p + len;

	memset(out, 0, sizeof *out);
	if (len < 1 + DIGEST_LEN) return "the record's header is cut short";
	out->method = p[0] & METHOD_BITS;
	if (out->method > VV_METHOD_PARTS || (p[0] & ~(METHOD_BITS | CODEC_BIT)) != 0) {
		return "no record starts here";
	}
	out->cid.codec = p[0] & CODEC_BIT ? VV_CODEC_DAG_CBOR : VV_CODEC_RAW;
	memcpy(out->cid.digest, p + 1, DIGEST_LEN);
	p += 1 + DIGEST_LEN;
	const char *what = parse_lengths(out, &p, end);
	if (!what && vv_method_has_base(out->method)) {
		what = parse_base(out, &p, end, offset);
	}
	out->header_len = (size_t)(p - start);
	return what;
}

size_t vv_record_write(uint8_t out[VV_RECORD_HEADER_MAX], vv_record *r)
{
	uint8_t *p = out;

	*p++ = (uint8_t)(r->method | (r->cid.codec == VV_CODEC_DAG_CBOR ? CODEC_BIT : 0));
	memcpy(p, r->cid.digest, DIGEST_LEN);
	p += DIGEST_LEN;
	p += vv_varint_write(p, r->raw_len);
	p += vv_varint_write(p, r->stored_len);
	if (vv_method_has_base(r->method)) {
		p += vv_varint_write(p, r->depth);
		p += vv_varint_write(p, r->distance);
		if (r->distance == 0) {
			*p++ = r->base.codec;
			memcpy(p, r->base.digest, DIGEST_LEN);
			p += DIGEST_LEN;
		}
	}
	r->header_len = (size_t)(p - out);
	return r->header_len;
}
