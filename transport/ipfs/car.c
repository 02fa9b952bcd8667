/*
 * car: writing CARv1: knows header, sections, and the order of blocks.
 */
#include "transport/ipfs/car.h"

#include "repo/blocks/cbor.h"
#include "repo/blocks/reach.h"

vv_status vv_car_put_header(vv_buf *out, const vv_cid *roots, size_t count, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;
	vv_status rc;
	size_t i;

	vv_cbor_put_map(&b, 2);
	vv_cbor_put_key(&b, "roots");
	vv_cbor_put_array(&b, count);
	for (i = 0; i < count; i++) {
		vv_cbor_put_link(&b, &roots[i]);
	}
	vv_cbor_put_key(&b, "version");
	vv_cbor_put_uint(&b, 1);
	if ((rc = vv_buf_ok(&b, err)) == VV_OK) {
		vv_buf_put_varint(out, b.len);
		vv_buf_put(out, b.data, b.len);
		rc = vv_buf_ok(out, err);
	}
	vv_buf_clear(&b);
	return rc;
}

typedef struct writing {
	vv_store *store;
	const vv_car_write_options *o;
	vv_car_out_fn fn;
	void *payload;
	vv_car_stats stats;
	vv_buf block;
} writing;

static vv_status give(writing *w, const void *bytes, size_t len, vv_error *err)
{
	w->stats.bytes += len;
	return w->fn(w->payload, bytes, len, err);
}

static vv_status put_section(writing *w, const vv_cid *cid, const void *bytes, size_t len,
			     vv_error *err)
{
	uint8_t head[10 + VV_CID_BYTES];
	size_t n = vv_varint_write(head, VV_CID_BYTES + len);
	vv_cid made;
	vv_status rc;

	if ((rc = vv_cid_of(&made, cid->codec, bytes, len, err)) < 0) {
		return rc;
	}
	if (!vv_cid_equal(&made, cid)) {
		char text[VV_CID_TEXT + 1];

		vv_cid_text(text, cid);
		return vv_fail(err, VV_ECORRUPT, "block %s is damaged: its bytes have another hash",
			       text);
	}
	vv_cid_write(head + n, cid);
	if ((rc = give(w, head, n + VV_CID_BYTES, err)) < 0 ||
	    (rc = give(w, bytes, len, err)) < 0) {
		return rc;
	}
	w->stats.blocks++;
	vv_progress_update(w->o->progress, "blocks", w->stats.bytes, 0);
	return VV_OK;
}

static vv_status put_block(void *payload, const vv_cid *cid, const void *bytes, size_t len,
			   vv_status state, vv_error *err)
{
	writing *w = payload;
	vv_status rc;

	(void)state; /* without missing_ok the walk goes on only past sound blocks */
	if (bytes) {
		return put_section(w, cid, bytes, len, err);
	}
	rc = vv_store_get(w->store, cid, &w->block, err);
	return rc < 0 ? rc : put_section(w, cid, vv_buf_cstr(&w->block), w->block.len, err);
}

vv_status vv_car_write(vv_store *store, const vv_cid *root, const vv_car_write_options *o,
		       vv_car_out_fn fn, void *payload, vv_car_stats *stats, vv_error *err)
{
	writing w = {store, o, fn, payload, {0, 0}, VV_BUF_INIT};
	vv_walk walk = {store, NULL, UINT64_MAX, false, put_block, &w};
	vv_buf head = VV_BUF_INIT;
	vv_status rc;

	if ((rc = vv_car_put_header(&head, root, 1, err)) < 0 ||
	    (rc = give(&w, head.data, head.len, err)) < 0) {
		goto done;
	}
	if (o->alone) {
		rc = put_block(&w, root, NULL, 0, VV_OK, err);
		goto done;
	}
	walk.seen = vv_cid_set_new();
	rc = walk.seen ? vv_walk_from(&walk, root, err) : vv_fail_nomem(err);
done:
	if (stats) {
		*stats = w.stats;
	}
	vv_cid_set_free(walk.seen);
	vv_buf_clear(&w.block);
	vv_buf_clear(&head);
	return rc;
}
