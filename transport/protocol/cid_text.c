/*
 * cid_text: the alphabets of multibase, and the fields of a CID.
 */
#include "transport/protocol/cid_text.h"

#include <string.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/codec.h"

#define BYTES_MAX ((size_t)VV_CID_TEXT_MAX)
#define SHA2_256 0x12u

static const char base58[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
static const char base36[] = "0123456789abcdefghijklmnopqrstuvwxyz";

/* Digits of a large number; each zero digit in front is a zero byte. *used: bytes at the front of
 * out. */
static bool read_digits(uint8_t out[BYTES_MAX], size_t *used, const char *alphabet, unsigned base,
			const char *text, size_t len)
{
	size_t zeros = 0, n = 0;

	while (zeros < len && text[zeros] == alphabet[0]) {
		zeros++;
	}
	memset(out, 0, BYTES_MAX);
	for (size_t i = zeros; i < len; i++) { /* out: the number, its lowest byte first */
		const char *at = text[i] ? strchr(alphabet, text[i]) : NULL;

		if (!at) return false;
		unsigned carry = (unsigned)(at - alphabet);
		for (size_t k = 0; k < n || carry > 0; k++) {
			if (k == BYTES_MAX) return false;
			carry += out[k] * base;
			out[k] = (uint8_t)carry;
			carry >>= 8;
			n = k >= n ? k + 1 : n;
		}
	}
	if (zeros + n > BYTES_MAX) return false;
	for (size_t i = 0; i < n / 2; i++) {
		uint8_t other = out[i];

		out[i] = out[n - 1 - i];
		out[n - 1 - i] = other;
	}
	memmove(out + zeros, out, n);
	memset(out, 0, zeros);
	*used = zeros + n;
	return true;
}

/* The text after the base's letter. */
static bool read_bytes(uint8_t out[BYTES_MAX], size_t *used, const char *text, size_t len)
{
	char lower[VV_CID_TEXT_MAX];
	char base = text[0];

	text++;
	len--;
	if (base == 'z') return read_digits(out, used, base58, 58, text, len);
	for (size_t i = 0; i < len; i++) {
		if (base == 'B' || base == 'F' || base == 'K') {
			if (vv_is_lower(text[i])) return false;
			lower[i] = vv_to_lower(text[i]);
		} else {
			lower[i] = text[i];
		}
	}
	switch (base) {
	case 'b':
	case 'B':
		*used = len * 5 / 8;
		return vv_base32_read(out, lower, len) == 0;
	case 'f':
	case 'F':
		*used = len / 2;
		return len % 2 == 0 && vv_hex_is_lower(lower, len) &&
		       vv_hex_read(out, *used, lower);
	case 'k':
	case 'K':
		return read_digits(out, used, base36, 36, lower, len);
	default:
		return false;
	}
}

static bool take_multihash(vv_foreign_cid *out, const uint8_t *p, const uint8_t *end)
{
	uint64_t size;

	if (!vv_varint_read(&p, end, &out->hash) || !vv_varint_read(&p, end, &size) ||
	    size != (uint64_t)(end - p) || size > VV_CID_DIGEST_MAX) {
		return false;
	}
	memcpy(out->digest, p, (size_t)size);
	out->digest_len = (size_t)size;
	return true;
}

bool vv_cid_text_read(vv_foreign_cid *out, const char *text, size_t len)
{
	uint8_t bytes[BYTES_MAX];
	const uint8_t *p = bytes;
	uint64_t version;
	size_t used;

	memset(out, 0, sizeof(*out));
	if (len < 2 || len > VV_CID_TEXT_MAX) return false;
	if (len == 46 && text[0] == 'Q' && text[1] == 'm') {
		out->codec = VV_CODEC_DAG_PB;
		return read_digits(bytes, &used, base58, 58, text, len) &&
		       take_multihash(out, bytes, bytes + used);
	}
	return read_bytes(bytes, &used, text, len) && vv_varint_read(&p, bytes + used, &version) &&
	       version == 1 && vv_varint_read(&p, bytes + used, &out->codec) &&
	       take_multihash(out, p, bytes + used);
}

bool vv_cid_text_own(vv_cid *out, const vv_foreign_cid *c)
{
	if (c->hash != SHA2_256 || c->digest_len != sizeof(out->digest) ||
	    (c->codec != VV_CODEC_RAW && c->codec != VV_CODEC_DAG_CBOR &&
	     c->codec != VV_CODEC_DAG_PB)) {
		return false;
	}
	out->codec = (uint8_t)c->codec;
	memcpy(out->digest, c->digest, sizeof(out->digest));
	return true;
}

bool vv_cid_text_is_identity(const vv_foreign_cid *c)
{
	return c->hash == 0;
}
