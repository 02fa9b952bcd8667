/*
 * same_bytes: compares hashes of 128 bits, so that neither version is in memory as a whole.
 */
#include "lib/view/same_bytes.h"

#include <string.h>

#include "base/hash.h"
#include "lib/names/version.h"

static vv_status hash_bytes(void *payload, const void *bytes, size_t len, vv_error *err VV_UNUSED)
{
	vv_xxh3_update(payload, bytes, len);
	return VV_OK;
}

static vv_status hash_of(vv_hash128 *out, vv_subject *s, vv_error *err)
{
	vv_auto(vv_xxh3_state) *state = vv_xxh3_new(0);
	vv_status rc;

	if (!state) return vv_fail_nomem(err);
	if ((rc = vv_subject_bytes(s, hash_bytes, state, NULL, err)) == VV_OK) {
		*out = vv_xxh3_digest128(state);
	}
	return rc;
}

vv_status vv_same_bytes(bool *same, vv_subject *a, vv_subject *b, vv_error *err)
{
	vv_hash128 x, y;
	vv_status rc;

	if ((rc = hash_of(&x, a, err)) < 0 || (rc = hash_of(&y, b, err)) < 0) return rc;
	*same = memcmp(&x, &y, sizeof(x)) == 0;
	return VV_OK;
}
