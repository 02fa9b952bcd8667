/*
 * car_take: the blocks of a CAR kept among what arrives, and whether all of them are there.
 */
#include "base/sys.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/reach.h"
#include "transport/ipfs/car.h"

vv_status vv_car_take(vv_car_reader *r, vv_incoming *in, vv_car_stats *stats, uint64_t *kept,
		      const vv_progress *progress, vv_error *err)
{
	vv_buf block = VV_BUF_INIT;
	vv_status rc = VV_OK;
	vv_cid cid;
	bool is_new;
	int more;

	stats->blocks = 0;
	*kept = 0;
	while ((more = vv_car_next(r, &cid, &block, err)) > 0) {
		rc = vv_incoming_put(in, &cid, vv_buf_cstr(&block), block.len, NULL, &is_new, err);
		if (rc < 0) {
			break;
		}
		stats->blocks++;
		*kept += is_new;
		vv_progress_update(progress, "blocks", vv_car_offset(r), 0);
	}
	stats->bytes = vv_car_offset(r);
	vv_buf_clear(&block);
	return rc < 0 ? rc : (vv_status)more;
}

/* Nodes that lie in incoming and were not yet looked into. */
typedef struct looking {
	vv_incoming *in;
	vv_cid_set *seen;
	vv_cid *stack;
	size_t count, cap;
} looking;

static vv_status look_at(void *payload, const vv_cid *cid, vv_error *err)
{
	looking *k = payload;
	char text[VV_CID_TEXT + 1];
	bool added, stored = false;
	vv_status rc;

	if ((rc = vv_cid_set_add(k->seen, cid, &added, err)) < 0 || !added) {
		return rc;
	}
	if (!vv_incoming_has(k->in, cid, &stored)) {
		vv_cid_text(text, cid);
		return vv_fail(err, VV_EMISSING, "block %s is missing", text);
	}
	if (stored) {
		return VV_OK;
	}
	if (cid->codec != VV_CODEC_DAG_CBOR) {
		return VV_OK;
	}
	if (k->count == k->cap) {
		size_t cap = k->cap > 0 ? k->cap * 2 : 64;
		vv_cid *stack = vv_realloc_array(k->stack, cap, sizeof(*stack));

		if (!stack) {
			return vv_fail_nomem(err);
		}
		k->stack = stack;
		k->cap = cap;
	}
	k->stack[k->count++] = *cid;
	return VV_OK;
}

vv_status vv_car_complete(vv_incoming *in, const vv_cid *roots, size_t count, vv_cid_set **out,
			  vv_error *err)
{
	looking k = {.in = in, .seen = vv_cid_set_new()};
	vv_buf block = VV_BUF_INIT;
	vv_status rc = k.seen ? VV_OK : vv_fail_nomem(err);
	size_t i;

	for (i = 0; rc == VV_OK && i < count; i++) {
		rc = look_at(&k, &roots[i], err);
		while (rc == VV_OK && k.count > 0) {
			vv_cid cid = k.stack[--k.count];

			if ((rc = vv_incoming_get(in, &cid, &block, err)) == VV_OK) {
				rc = vv_cbor_links(block.data, block.len, look_at, &k, err);
			}
		}
	}
	vv_buf_clear(&block);
	vv_free(k.stack);
	*out = rc == VV_OK ? k.seen : NULL;
	if (rc < 0) {
		vv_cid_set_free(k.seen);
	}
	return rc;
}
