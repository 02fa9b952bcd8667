/*
 * key_unique: knows how values are hashed so that two spellings of one value count as the same key.
 */
#include "diff/rows/key_unique.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/sys.h"
#include "dataset/schema/key.h"
#include "diff/rows/value.h"

#define PROOF_MEMORY (64u << 20)

static int stop_at_once(void *payload, uint64_t first, uint64_t second, vv_error *err)
{
	(void)first;
	(void)second;
	(void)err;
	*(bool *)payload = false;
	return 1;
}

static vv_status hash_group(vv_key_proof *proof, const vv_table *t, const vv_batch *b,
			    const size_t *key, size_t count, vv_error *err)
{
	uint64_t *hashes = vv_calloc(b->rows + 1, sizeof(*hashes));
	vv_buf value = VV_BUF_INIT;
	vv_status rc = hashes ? VV_OK : vv_fail_nomem(err);
	for (size_t i = 0; i < b->rows && rc == VV_OK; i++) {
		vv_buf_reset(&value);
		for (size_t k = 0; k < count; k++) {
			vv_value_put_canonical(&value, &t->schema.fields[key[k]],
					       &b->cells[i * b->columns + key[k]]);
		}
		rc = vv_buf_ok(&value, err);
		hashes[i] = vv_xxh3(vv_buf_cstr(&value), value.len, 0);
	}
	if (rc == VV_OK) {
		rc = vv_key_proof_add(proof, hashes, b->rows, b->first_row, err);
	}
	vv_buf_clear(&value);
	vv_free(hashes);
	return rc;
}

vv_status vv_key_unique(bool *out, vv_table *t, const size_t *key, size_t count, vv_error *err)
{
	vv_key_proof *proof = NULL;
	vv_table_reader *r = NULL;
	vv_batch b;
	int more = 0;
	vv_status rc;
	const char *temp = getenv("TMPDIR");
	vv_batch_init(&b);
	if ((rc = vv_key_proof_new(&proof, PROOF_MEMORY, temp && *temp ? temp : "/tmp", err)) < 0 ||
	    (rc = vv_table_reader_open(&r, t, key, count, false, err)) < 0) {
		goto done;
	}
	while (rc == VV_OK && (more = vv_table_read(r, &b, err)) > 0) {
		rc = hash_group(proof, t, &b, key, count, err);
	}
	if (rc == VV_OK) {
		rc = (vv_status)more;
	}
	if (rc == VV_OK) {
		*out = true;
		rc = vv_key_proof_pairs(proof, stop_at_once, out, err);
	}
done:
	vv_table_reader_close(r);
	vv_batch_clear(&b);
	vv_key_proof_free(proof);
	return rc;
}
