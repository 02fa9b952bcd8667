/*
 * did: the multicodec before the key, and the lists of words.
 */
#include "base/signature/did.h"

#include <stdio.h>
#include <string.h>

#include "base/codec.h"
#include "base/hash.h"
#include "base/hint.h"
#include "base/show.h"

#define DID "did:key:z"
#define DID_BYTES (2 + VV_KEY_PUBLIC)

void vv_did_text(char out[VV_DID_TEXT], const uint8_t public_key[VV_KEY_PUBLIC])
{
	uint8_t bytes[DID_BYTES] = {0xed, 0x01};
	size_t n = sizeof(DID) - 1;

	memcpy(bytes + 2, public_key, VV_KEY_PUBLIC);
	memcpy(out, DID, n);
	vv_base58_write(out + n, VV_DID_TEXT - n, bytes, sizeof(bytes));
}

const char *vv_did_shows(const uint8_t public_key[VV_KEY_PUBLIC])
{
	char *out = vv_text_slot();

	vv_did_text(out, public_key);
	return out;
}

vv_status vv_did_read(uint8_t public_key[VV_KEY_PUBLIC], const char *text, vv_error *err)
{
	const size_t n = sizeof(DID) - 1;
	uint8_t bytes[DID_BYTES];

	if (strncmp(text, DID, n) != 0 || !vv_base58_read(bytes, sizeof(bytes), text + n) ||
	    bytes[0] != 0xed || bytes[1] != 0x01) {
		return vv_fail(
			err, VV_EUSAGE,
			"'%s' is not the DID of an Ed25519 key\nsuch a DID begins with did:key:z6Mk",
			vv_text_shows(text));
	}
	memcpy(public_key, bytes + 2, VV_KEY_PUBLIC);
	return VV_OK;
}

bool vv_did_key_read(uint8_t public_key[VV_KEY_PUBLIC], const char *text, size_t len)
{
	char did[VV_DID_TEXT];

	return len < sizeof(did) &&
	       (size_t)snprintf(did, sizeof(did), "did:key:%.*s", (int)len, text) < sizeof(did) &&
	       vv_did_read(public_key, did, VV_IGNORED) == VV_OK;
}

void vv_did_ipns(char out[VV_IPNS_TEXT], const uint8_t public_key[VV_KEY_PUBLIC])
{
	static const uint8_t lead[] = {0x01, 0x72, 0x00, 0x24, 0x08, 0x01, 0x12, VV_KEY_PUBLIC};
	uint8_t bytes[sizeof(lead) + VV_KEY_PUBLIC];

	memcpy(bytes, lead, sizeof(lead));
	memcpy(bytes + sizeof(lead), public_key, VV_KEY_PUBLIC);
	out[0] = 'k';
	vv_base36_write(out + 1, VV_IPNS_TEXT - 1, bytes, sizeof(bytes));
}

/* Sixteen of each: half a byte chooses one. */
static const char *const how[] = {"bold", "calm", "dark", "deep", "fair", "fast", "glad", "gold",
				  "keen", "kind", "mild", "neat", "pale", "soft", "tall", "wild"};
static const char *const who[] = {"badger", "beaver", "crane", "falcon", "heron", "lynx",
				  "magpie", "marten", "otter", "plover", "raven", "salmon",
				  "stork",  "swift",  "trout", "wren"};
static const char *const which[] = {"one",      "two",      "three",   "four",   "five",   "six",
				    "seven",    "eight",    "nine",    "ten",    "eleven", "twelve",
				    "thirteen", "fourteen", "fifteen", "sixteen"};

const char *vv_did_words(const uint8_t public_key[VV_KEY_PUBLIC])
{
	const uint64_t h = vv_xxh3(public_key, VV_KEY_PUBLIC, 0);
	char *out = vv_text_slot();

	(void)snprintf(out, 32, "%s %s %s", how[h & 15], who[h >> 4 & 15], which[h >> 8 & 15]);
	return out;
}
