/*
 * cid: the two spellings of a CID, and their only valid forms.
 */
#include "repo/blocks/cid.h"

#include <string.h>

#include "base/hash.h"
#include "base/text.h"

#define CID_VERSION 0x01
#define HASH_SHA256 0x12
#define DIGEST_LEN 32u

static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";

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
	uint64_t v = 0;
	unsigned i;

	for (i = 0; i < 8; i++) {
		v = v << 8 | c->digest[i];
	}
	return v;
}

vv_status vv_cid_read(vv_cid *out, const uint8_t *bytes, size_t len, vv_error *err)
{
	if (len != VV_CID_BYTES) {
		return vv_fail(err, VV_EUSAGE, "a CID has %u bytes, not %zu", VV_CID_BYTES, len);
	}
	if (bytes[0] != CID_VERSION) {
		return vv_fail(err, VV_EUSAGE, "only CIDs of version 1 are known here, not %u",
			       (unsigned)bytes[0]);
	}
	if (!is_codec(bytes[1])) {
		return vv_fail(
			err, VV_EUSAGE,
			"a CID of codec 0x%02x: only raw (0x55) and dag-cbor (0x71) are known here",
			(unsigned)bytes[1]);
	}
	if (bytes[2] != HASH_SHA256 || bytes[3] != DIGEST_LEN) {
		return vv_fail(
			err, VV_EUSAGE,
			"a CID of hash 0x%02x and length %u: only sha2-256 (0x12, 32) is known here",
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

/* 0..31, or -1. */
static int letter_value(char c)
{
	if (c >= 'a' && c <= 'z') {
		return c - 'a';
	}
	if (c >= '2' && c <= '7') {
		return c - '2' + 26;
	}
	return -1;
}

vv_status vv_cid_parse(vv_cid *out, const char *text, size_t len, vv_error *err)
{
	uint8_t bytes[VV_CID_BYTES + 1];
	uint32_t bits = 0;
	unsigned have = 0;
	size_t i, n = 0;

	if (len != VV_CID_TEXT || text[0] != 'b') {
		return vv_fail(err, VV_EUSAGE,
			       "'%s' is no CID: expected 'b' and %u letters and digits",
			       vv_text_show(text, len), VV_CID_TEXT - 1);
	}
	for (i = 1; i < len; i++) {
		int v = letter_value(text[i]);

		if (v < 0) {
			return vv_fail(err, VV_EUSAGE,
				       "'%s' is no CID: character %zu is none of a-z and 2-7",
				       vv_text_show(text, len), i + 1);
		}
		bits = (bits << 5 | (uint32_t)v) & 0xffff;
		have += 5;
		if (have >= 8) {
			have -= 8;
			bytes[n++] = (uint8_t)(bits >> have);
		}
	}
	/* 58 digits carry 290 bits, two more than the 36 bytes. */
	if ((bits & ((1u << have) - 1)) != 0) {
		return vv_fail(err, VV_EUSAGE,
			       "'%s' is no CID: its last character has spare bits set",
			       vv_text_show(text, len));
	}
	return vv_cid_read(out, bytes, n, err);
}

void vv_cid_text(char out[VV_CID_TEXT + 1], const vv_cid *c)
{
	uint8_t bytes[VV_CID_BYTES];
	uint32_t bits = 0;
	unsigned have = 0;
	size_t i, n = 0;

	vv_cid_write(bytes, c);
	out[n++] = 'b';
	for (i = 0; i < sizeof bytes; i++) {
		bits = (bits << 8 | bytes[i]) & 0xffff;
		have += 8;
		while (have >= 5) {
			have -= 5;
			out[n++] = letters[bits >> have & 31];
		}
	}
	out[n++] = letters[bits << (5 - have) & 31];
	out[n] = '\0';
}
