/*
 * Reads the input as a record's bytes, with a wrong signature, and signed by the author that it
 * names if that is the fuzzer's own: an accepted record is the same when it is signed again.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/vault/hold/ledger_record.h"
#include "tests/fuzz/fuzz.h"

static void sign_again(const vv_ledger_record *r, const vv_key *k, const vv_buf *file)
{
	vv_ledger_record copy = *r;
	vv_buf again = VV_BUF_INIT;
	vv_error err;

	/* Ed25519 is deterministic: the same record makes the same file. */
	if (memcmp(r->author, k->public_key, VV_KEY_PUBLIC) == 0 &&
	    (vv_ledger_record_sign(&again, &copy, k, &err) < 0 || again.len != file->len ||
	     memcmp(again.data, file->data, file->len) != 0)) {
		abort();
	}
	vv_buf_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t seed[VV_KEY_SEED] = {7};
	uint8_t signature[VV_SIGNATURE] = {0};
	vv_buf file = VV_BUF_INIT;
	vv_ledger_record r;
	vv_arena arena = VV_ARENA_INIT;
	vv_key k;
	vv_error err;

	if (vv_key_of_seed(&k, seed, &err) < 0 ||
	    vv_key_sign(signature, &k, "varve record 1", data, size, &err) < 0) {
		abort();
	}
	vv_buf_put(&file, signature, sizeof(signature));
	vv_buf_put(&file, data, size);
	if (vv_ledger_record_read(&r, &arena, file.data, file.len, &err) == VV_OK) {
		sign_again(&r, &k, &file);
	}
	vv_arena_clear(&arena);
	vv_buf_clear(&file);
	return 0;
}
