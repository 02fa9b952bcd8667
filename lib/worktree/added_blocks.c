/*
 * added_blocks: the walk over two versions side by side, level by level, so that a node that
 * both reach is met in both before it would be read.
 */
#include "lib/worktree/added_blocks.h"

#include <string.h>

#include "base/buf.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/reach.h"

/* One version: its visited blocks, in order, and the place of its first unread node. */
typedef struct side {
	vv_cid_set *seen;
	size_t next;
} side;

/* Reads the nodes that were new in the round before, but for those of the other side. */
static vv_status expand_side(side *s, const side *other, vv_store *store, vv_error *err)
{
	const size_t end = vv_cid_set_count(s->seen);
	vv_auto(vv_buf) block = VV_BUF_INIT;
	vv_status rc = VV_OK;

	for (; s->next < end && rc == VV_OK; s->next++) {
		const vv_cid cid = *vv_cid_set_at(s->seen, s->next);
		if (cid.codec == VV_CODEC_RAW || vv_cid_set_has(other->seen, &cid)) {
			continue;
		}
		rc = vv_store_get(store, &cid, &block, err);
		rc = rc < 0 ? rc
			    : vv_cbor_links(block.data, block.len, vv_cid_set_note, s->seen, err);
	}
	return rc;
}

static vv_status add_up(vv_growth *out, const side *now, const side *before, vv_store *store,
			vv_error *err)
{
	for (size_t i = 0; i < vv_cid_set_count(now->seen); i++) {
		const vv_cid *cid = vv_cid_set_at(now->seen, i);
		uint64_t stored;
		unsigned depth;
		vv_status rc;
		if (vv_cid_set_has(before->seen, cid)) {
			continue;
		}
		if ((rc = vv_store_cost(store, cid, &stored, &depth, err)) < 0) return rc;
		out->blocks++;
		out->stored += stored;
		out->leaves += cid->codec == VV_CODEC_RAW;
	}
	return VV_OK;
}

vv_status vv_growth_count(vv_growth *out, vv_store *s, const vv_cid *old, const vv_cid *new_root,
			  vv_error *err)
{
	side before = {vv_cid_set_new(), 0}, now = {vv_cid_set_new(), 0};
	vv_status rc = before.seen && now.seen ? VV_OK : vv_fail_nomem(err);

	*out = (vv_growth){0, 0, 0};
	if (rc == VV_OK && old && !vv_cid_is_null(old)) {
		rc = vv_cid_set_note(before.seen, old, err);
	}
	rc = rc < 0 ? rc : vv_cid_set_note(now.seen, new_root, err);
	while (rc == VV_OK && (before.next < vv_cid_set_count(before.seen) ||
			       now.next < vv_cid_set_count(now.seen))) {
		if ((rc = expand_side(&before, &now, s, err)) == VV_OK) {
			rc = expand_side(&now, &before, s, err);
		}
	}
	rc = rc < 0 ? rc : add_up(out, &now, &before, s, err);
	vv_cid_set_free(before.seen);
	vv_cid_set_free(now.seen);
	return rc;
}
