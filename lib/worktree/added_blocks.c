/*
 * added_blocks: the walk over two versions side by side, level by level, so that a node that
 * both reach is met in both before it would be read.
 */
#include "lib/worktree/added_blocks.h"

#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/sys.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/reach.h"

/* One version: its visited blocks, in order, and the place of its first unread node. */
typedef struct side {
	vv_cid_set *seen;
	vv_cid *all;
	size_t count, cap, next;
} side;

static vv_status see(side *s, const vv_cid *cid, vv_error *err)
{
	bool added;
	vv_status rc = vv_cid_set_add(s->seen, cid, &added, err);

	if (rc < 0 || !added) return rc;
	return vv_array_add(s->all, s->count, s->cap, *cid) ? VV_OK : vv_fail_nomem(err);
}

static vv_status on_link(void *payload, const vv_cid *link, vv_error *err)
{
	return see(payload, link, err);
}

/* Reads the nodes that were new in the round before, but for those of the other side. */
static vv_status expand(side *s, const side *other, vv_store *store, vv_error *err)
{
	size_t end = s->count;
	vv_auto(vv_buf) block = VV_BUF_INIT;
	vv_status rc = VV_OK;

	for (; s->next < end && rc == VV_OK; s->next++) {
		vv_cid cid = s->all[s->next];
		if (cid.codec == VV_CODEC_RAW || vv_cid_set_has(other->seen, &cid)) {
			continue;
		}
		rc = vv_store_get(store, &cid, &block, err);
		if (rc == VV_OK) {
			rc = vv_cbor_links(block.data, block.len, on_link, s, err);
		}
	}
	return rc;
}

static vv_status add_up(vv_growth *out, const side *now, const side *before, vv_store *store,
			vv_error *err)
{
	for (size_t i = 0; i < now->count; i++) {
		uint64_t stored;
		unsigned depth;
		vv_status rc;
		if (vv_cid_set_has(before->seen, &now->all[i])) {
			continue;
		}
		if ((rc = vv_store_cost(store, &now->all[i], &stored, &depth, err)) < 0) return rc;
		out->blocks++;
		out->stored += stored;
		if (now->all[i].codec == VV_CODEC_RAW) {
			out->leaves++;
		}
	}
	return VV_OK;
}

vv_status vv_growth_count(vv_growth *out, vv_store *s, const vv_cid *old, const vv_cid *new_root,
			  vv_error *err)
{
	side before = {vv_cid_set_new(), NULL, 0, 0, 0}, now = {vv_cid_set_new(), NULL, 0, 0, 0};
	vv_status rc = VV_OK;

	*out = (vv_growth){0, 0, 0};
	if (!before.seen || !now.seen) {
		rc = vv_fail_nomem(err);
	}
	if (rc == VV_OK && old && !vv_cid_is_null(old)) {
		rc = see(&before, old, err);
	}
	if (rc == VV_OK) {
		rc = see(&now, new_root, err);
	}
	while (rc == VV_OK && (before.next < before.count || now.next < now.count)) {
		if ((rc = expand(&before, &now, s, err)) == VV_OK) {
			rc = expand(&now, &before, s, err);
		}
	}
	if (rc == VV_OK) {
		rc = add_up(out, &now, &before, s, err);
	}
	vv_cid_set_free(before.seen);
	vv_cid_set_free(now.seen);
	vv_free_all(before.all, now.all);
	return rc;
}
