/*
 * Reads the input as what the other machine of a sealed stream sends: to a visitor, if the first byte is
 * odd, else to an owner; in pieces of as many bytes as the second byte has. No input makes a visitor
 * believe that it met the owner, and none of an owner's visitors has a key.
 */
#include <stdlib.h>
#include <string.h>

#include "base/keys/sealed_stream.h"
#include "tests/fuzz/fuzz.h"

static void require(bool held)
{
	if (!held) {
		abort();
	}
}

static vv_sealed_stream *open_stream(const vv_key *key, bool visitor)
{
	vv_sealed_stream *s = NULL;

	require((visitor ? vv_sealed_stream_visit(&s, key->public_key, NULL, "sales", VV_IGNORED)
			 : vv_sealed_stream_own(&s, key, VV_IGNORED)) == VV_OK);
	return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t seed[VV_KEY_SEED] = {1};
	vv_auto(vv_key) key;

	memset(&key, 0, sizeof(key));
	if (size < 2 || vv_key_of_seed(&key, seed, VV_IGNORED) < 0) return 0;
	vv_sealed_stream *s = open_stream(&key, data[0] & 1);
	const size_t piece = (size_t)data[1] + 1;
	for (size_t at = 2; at < size; at += piece) {
		const size_t len = size - at < piece ? size - at : piece;
		const vv_status rc = vv_sealed_stream_receive(s, data + at, len, VV_IGNORED);
		require(!vv_sealed_stream_is_open(s) && !vv_sealed_stream_has_ended(s));
		require(vv_sealed_stream_question(s) == NULL);
		require(vv_sealed_stream_plain(s)->len == 0);
		if (rc < 0) {
			require(vv_sealed_stream_receive(s, "", 0, VV_IGNORED) < 0);
			break;
		}
	}
	vv_sealed_stream_free(s);
	return 0;
}
