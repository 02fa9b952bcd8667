/*
 * cid: the two spellings of a CID, and their only valid forms.
 */
#include "repo/blocks/cid.h"

#include <assert.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/codec.h"
#include "base/hash.h"
#include "base/text.h"

#define CID_VERSION 0x01
#define HASH_SHA256 0x12
#define DIGEST_LEN 32u

static_assert(VV_CID_BYTES == 4 + DIGEST_LEN, "version, codec, hash, its length, the digest");
static_assert(VV_CID_TEXT == 1 + (8 * VV_CID_BYTES + 4) / 5, "b, and five bits a letter");

static bool is_codec(uint8_t codec)
{
	return codec == VV_CODEC_RAW || codec == VV_CODEC_DAG_CBOR;
}

vv_status vv_cid_of(vv_cid *out, uint8_t codec, const void *bytes, size_t len, vv_error *err)
{
	uint8_t digest[DIGEST_LEN];
	vv_status rc = vv_sha256(digest, bytes, len, err);

	if (rc == VV_OK) {
		out->codec = codec;
		memcpy(out->digest, digest, sizeof digest);
	}
	return rc;
}

bool vv_cid_equal(const vv_cid *a, const vv_cid *b)
{
	return a->codec == b->codec && memcmp(a->digest, b->digest, DIGEST_LEN) == 0;
}

int vv_cid_compare(const vv_cid *a, const vv_cid *b)
{
	int order = memcmp(a->digest, b->digest, DIGEST_LEN);

	return order != 0 ? order : (a->codec > b->codec) - (a->codec < b->codec);
}

bool vv_cid_is_null(const vv_cid *c)
{
	return c->codec == 0;
}

uint64_t vv_cid_prefix(const vv_cid *c)
{
	return vv_get_be64(c->digest);
}

vv_status vv_cid_read(vv_cid *out, const uint8_t *bytes, size_t len, vv_error *err)
{
	if (len != VV_CID_BYTES) {
		return vv_fail(err, VV_EUSAGE, "a CID has %u bytes, not %zu", VV_CID_BYTES, len);
	}
	if (bytes[0] != CID_VERSION) {
		return vv_fail(err, VV_EUSAGE, "only CIDs of version 1 are supported, not %u",
			       (unsigned)bytes[0]);
	}
	if (!is_codec(bytes[1])) {
		return vv_fail(
			err, VV_EUSAGE,
			"a CID of codec 0x%02x: only raw (0x55) and dag-cbor (0x71) are supported",
			(unsigned)bytes[1]);
	}
	if (bytes[2] != HASH_SHA256 || bytes[3] != DIGEST_LEN) {
		return vv_fail(
			err, VV_EUSAGE,
			"a CID of hash 0x%02x and length %u: only sha2-256 (0x12, 32) is supported",
			(unsigned)bytes[2], (unsigned)bytes[3]);
	}
	out->codec = bytes[1];
	memcpy(out->digest, bytes + 4, DIGEST_LEN);
	return VV_OK;
}

void vv_cid_write(uint8_t out[VV_CID_BYTES], const vv_cid *c)
{
	out[0] = CID_VERSION;
	out[1] = c->codec;
	out[2] = HASH_SHA256;
	out[3] = DIGEST_LEN;
	memcpy(out + 4, c->digest, DIGEST_LEN);
}

vv_status vv_cid_parse(vv_cid *out, const char *text, size_t len, vv_error *err)
{
	uint8_t bytes[VV_CID_BYTES];
	size_t wrong;

	if (len != VV_CID_TEXT || text[0] != 'b') {
		return vv_fail(err, VV_EUSAGE,
			       "'%s' is not a CID: expected 'b' and %u letters and digits",
			       vv_text_show(text, len), VV_CID_TEXT - 1);
	}
	if ((wrong = vv_base32_read(bytes, text + 1, len - 1)) == 0) {
		return vv_cid_read(out, bytes, sizeof bytes, err);
	}
	if (vv_is_lower(text[wrong]) || (text[wrong] >= '2' && text[wrong] <= '7')) {
		return vv_fail(err, VV_EUSAGE,
			       "'%s' is not a CID: its last character has spare bits set",
			       vv_text_show(text, len));
	}
	return vv_fail(err, VV_EUSAGE, "'%s' is not a CID: character %zu is not one of a-z and 2-7",
		       vv_text_show(text, len), wrong + 1);
}

void vv_cid_text(char out[VV_CID_TEXT + 1], const vv_cid *c)
{
	uint8_t bytes[VV_CID_BYTES];

	vv_cid_write(bytes, c);
	out[0] = 'b';
	vv_base32_write(out + 1, bytes, sizeof bytes);
}

void vv_cid_json(vv_json_out *w, const void *cid)
{
	vv_json_string(w, vv_cid_shows(cid));
}

const char *vv_cid_shows(const vv_cid *c)
{
	char *out = vv_text_slot();

	vv_cid_text(out, c);
	return out;
}

vv_status vv_cids_add(void *list, const vv_cid *cid, vv_error *err)
{
	vv_cids *to = list;

	return vv_array_add(to->items, to->count, to->cap, *cid) ? VV_OK : vv_fail_nomem(err);
}

void vv_cids_clear(vv_cids *list)
{
	vv_free(list->items);
	*list = (vv_cids){0};
}
