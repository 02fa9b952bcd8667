/*
 * stripe: the matrix.
 */
#include "cmd/vault/sealed/stripe.h"

#include <assert.h>
#include <isa-l/erasure_code.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"

#define BODY (VV_LEAVES_MAX * VV_LEAF) /* bytes of a full shard before its trailer */
#define TABLE 32u                      /* bytes that ISA-L makes of one coefficient */

struct vv_stripe_work {
	vv_code code;
	size_t wanted_count;
	uint8_t *tables; /* of wanted_count rows, one coefficient for each of the K */
	uint8_t *made[VV_STRIPE_MAX];
};

/* Row r of out: what makes wanted[r] of the shards from[0], from[1] ... */
static vv_status find_rows(uint8_t *out, vv_code code, const uint8_t *from, const uint8_t *wanted,
			   size_t wanted_count, vv_error *err)
{
	const unsigned k = code.data;
	uint8_t all[VV_STRIPE_MAX * VV_STRIPE_MAX], had[VV_STRIPE_MAX * VV_STRIPE_MAX],
		back[VV_STRIPE_MAX * VV_STRIPE_MAX];

	gf_gen_cauchy1_matrix(all, (int)vv_code_shards(code), (int)k);
	for (unsigned i = 0; i < k; i++) {
		memcpy(had + (size_t)i * k, all + (size_t)from[i] * k, k);
	}
	if (gf_invert_matrix(had, back, (int)k) != 0) {
		return vv_fail(err, VV_ECORRUPT, "a stripe names a shard twice");
	}
	for (size_t r = 0; r < wanted_count; r++) {
		for (unsigned c = 0; c < k; c++) {
			uint8_t sum = 0;
			for (unsigned j = 0; j < k; j++) {
				sum ^= gf_mul(all[(size_t)wanted[r] * k + j],
					      back[(size_t)j * k + c]);
			}
			out[r * k + c] = sum;
		}
	}
	return VV_OK;
}

vv_status vv_stripe_open(vv_stripe_work **out, vv_code code, const uint8_t *from,
			 const uint8_t *wanted, size_t wanted_count, vv_error *err)
{
	uint8_t rows[VV_STRIPE_MAX * VV_STRIPE_MAX];
	vv_auto(vv_stripe_work) *w = vv_calloc(1, sizeof(*w));
	vv_status rc;

	assert(vv_code_valid(code.data, code.parity) && wanted_count <= vv_code_shards(code));
	*out = NULL;
	if (!w) return vv_fail_nomem(err);
	*w = (vv_stripe_work){.code = code,
			      .wanted_count = wanted_count,
			      .tables = vv_malloc((size_t)TABLE * code.data * wanted_count + 1)};
	if (!w->tables) return vv_fail_nomem(err);
	vv_array_each(w->made, wanted_count, made) {
		if (!(*made = vv_calloc(1, BODY))) return vv_fail_nomem(err);
	}
	if ((rc = find_rows(rows, code, from, wanted, wanted_count, err)) < 0) return rc;
	ec_init_tables((int)code.data, (int)wanted_count, rows, w->tables);
	return vv_hand_over(out, &w);
}

void vv_stripe_close(vv_stripe_work *w)
{
	if (w) {
		vv_array_each(w->made, w->wanted_count, made) {
			vv_free(*made);
		}
		vv_free_all(w->tables, w);
	}
}

vv_status vv_stripe_take(vv_stripe_work *w, size_t at, const void *bytes, size_t len, vv_error *err)
{
	assert(at < w->code.data);
	if (len != VV_SHARD_MAX) {
		return vv_fail(err, VV_ECORRUPT, "a shard of a stripe has %zu bytes, not %u", len,
			       VV_SHARD_MAX);
	}
	/* ISA-L only reads it. */
	ec_encode_data_update((int)BODY, (int)w->code.data, (int)w->wanted_count, (int)at,
			      w->tables, (uint8_t *)(uintptr_t)bytes, w->made);
	return VV_OK;
}

vv_status vv_stripe_get(const vv_stripe_work *w, size_t i, vv_buf *bytes, vv_shard *out,
			vv_error *err)
{
	assert(i < w->wanted_count);
	vv_buf_set(bytes, w->made[i], BODY);
	return vv_leaves_end(bytes, out, err);
}
