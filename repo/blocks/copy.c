/*
 * copy: in which form a block is stored: for itself, or as a difference.
 */
#include "repo/blocks/copy.h"

#include <string.h>

#include "repo/blocks/record.h"

#define DEPTH_LEN 1u       /* additional parts of a difference's header: depth, */
#define DISTANCE_LEN 5u    /* and the distance, of usual packs, */
#define NAMED_BASE_LEN 34u /* or a zero, codec and digest */

vv_status vv_item_diff(const vv_pack_item *item, const vv_chain_packs *src, vv_coder *c,
		       const vv_cid *base, vv_pack_item *out, size_t *cost, vv_error *err)
{
	vv_auto(vv_buf) raw = VV_BUF_INIT;
	vv_place place;
	vv_record r;

	*cost = 0;
	if (vv_cid_is_null(base) || vv_cid_equal(base, &item->cid)) return VV_OK;
	*out = *item;
	vv_status rc = vv_chain_find(src, base, &place, &r, err);
	if (rc == VV_OK && r.depth < VV_CHAIN_MAX &&
	    (rc = vv_chain_get_at(src, &place, &raw, &r, err)) == VV_OK) {
		rc = vv_coder_diff(c, item->raw, item->raw_len, raw.data, raw.len, item->raw_len,
				   &out->packed, err);
		if (rc == VV_OK && out->packed.len > 0) {
			out->base = *base;
			out->depth = r.depth + 1;
			*cost = out->packed.len + DEPTH_LEN +
				(place.pack ? NAMED_BASE_LEN : DISTANCE_LEN);
		}
	}
	return rc == VV_ENOMEM ? rc : VV_OK;
}

vv_status vv_place_base(const vv_place *place, const vv_record *r, vv_cid *out, vv_error *err)
{
	vv_record base;

	if (r->distance == 0) {
		*out = r->base;
		return VV_OK;
	}
	vv_status rc = vv_pack_record(place->pack, place->offset - r->distance, &base, err);
	if (rc == VV_OK) {
		*out = base.cid;
	}
	return rc;
}

/* Is cid already in the new pack, and how long is its chain there? */
static bool went_before(const vv_chain_packs *own, const vv_cid *cid, unsigned *depth)
{
	vv_place place;
	vv_record r;

	if (vv_chain_find(own, cid, &place, &r, NULL) < 0) return false;
	*depth = r.depth;
	return true;
}

/* One block on its way. */
typedef struct copying {
	const vv_chain_packs *from, *own; /* own: the new pack alone */
	vv_coder *coder;
	vv_place place; /* of the record whose form may be kept; */
	vv_record record;
	bool placed;     /* whether there is one */
	vv_cid reversed; /* the base that it had and that is yet to come; or null */
} copying;

/* May the block stay a difference? Then item gets its base, which is already in the pack. Any other
 * base is noted, to become a difference against this block. */
static bool stays_difference(copying *cp, vv_pack_item *item)
{
	unsigned depth = 0;
	vv_cid base;

	if (!cp->placed || !vv_method_has_base(cp->record.method) ||
	    vv_place_base(&cp->place, &cp->record, &base, NULL) < 0) {
		return false;
	}
	if (!went_before(cp->own, &base, &depth)) {
		cp->reversed = base;
		return false;
	}
	if (depth >= VV_CHAIN_MAX) return false;
	item->base = base;
	item->depth = depth + 1;
	return true;
}

/* Copies the stored bytes unchanged. The record was unpacked before, so they are valid. */
static vv_status keep_form(copying *cp, vv_pack_item *item, vv_error *err)
{
	const vv_record *r = &cp->record;
	const uint8_t *stored;
	vv_status rc = vv_place_stored(cp->from, &cp->place, r, cp->coder, &stored, err);

	if (rc == VV_OK) {
		item->packed = (vv_packed){r->method, stored, r->stored_len};
	}
	return rc;
}

/* The block, from the copy that comes first, or else from any that is good. */
static vv_status fetch_block(copying *cp, const vv_cid *cid, vv_buf *raw, vv_error *err)
{
	vv_status rc = vv_chain_find(cp->from, cid, &cp->place, &cp->record, err);

	if (rc == VV_OK) {
		rc = vv_chain_get_at(cp->from, &cp->place, raw, &cp->record, err);
		cp->placed = rc == VV_OK;
	}
	return rc == VV_ECORRUPT ? vv_chain_get(cp->from, cid, raw, err) : rc;
}

/* The CID of the block whose base was cid, by a hint. */
static bool hinted_block(const copying *cp, const vv_cid_map *hints, const vv_cid *cid, vv_cid *out)
{
	uint8_t header[VV_RECORD_HEADER_MAX];
	uint64_t offset;
	vv_record r;
	size_t got;

	if (!vv_cid_map_get(hints, cid, &offset) ||
	    vv_pack_writer_read(cp->own->own, offset, header, sizeof header, &got, NULL) < 0 ||
	    vv_record_parse(&r, header, got, offset)) {
		return false;
	}
	*out = r.cid;
	return true;
}

/* The smaller of the best difference so far (*least: its cost; 0: none) and one against base. */
static vv_status try_base(copying *cp, const vv_pack_item *item, const vv_cid *base,
			  vv_pack_item *best, size_t *least, vv_buf *kept, vv_error *err)
{
	vv_pack_item diff;
	size_t cost;
	vv_status rc = vv_item_diff(item, cp->own, cp->coder, base, &diff, &cost, err);

	if (rc < 0 || cost == 0 || (*least > 0 && cost >= *least)) return rc;
	/* The coder's room is used for the next one. */
	vv_buf_set(kept, diff.packed.bytes, diff.packed.len);
	if ((rc = vv_buf_ok(kept, err)) == VV_OK) {
		*best = diff;
		best->packed.bytes = (const uint8_t *)kept->data;
		*least = cost;
	}
	return rc;
}

/* A difference that was stored is a good one the other way round, too: what only seems to resemble
 * the block (by its place among others) is tried where that is not so, and all of the block is
 * compressed only where no difference is clearly small. */
static vv_status choose_form(copying *cp, vv_pack_item *item, const vv_cid_map *hints,
			     const vv_cid *resembles, vv_buf *kept, vv_error *err)
{
	const size_t small = item->raw_len / VV_CLEARLY_SMALL;
	vv_pack_item best = *item;
	size_t least = 0;
	vv_cid newer;
	vv_status rc = VV_OK;

	if (stays_difference(cp, item)) return keep_form(cp, item, err);
	if (hinted_block(cp, hints, &item->cid, &newer)) {
		rc = try_base(cp, item, &newer, &best, &least, kept, err);
	} else {
		memset(&newer, 0, sizeof newer);
	}
	if (rc == VV_OK && resembles && !vv_cid_equal(resembles, &newer) &&
	    (least == 0 || least > small)) {
		rc = try_base(cp, item, resembles, &best, &least, kept, err);
	}
	if (rc == VV_OK && (least == 0 || least > small)) {
		rc = cp->placed && !vv_method_has_base(cp->record.method)
			     ? keep_form(cp, item, err)
			     : vv_coder_whole_beside(cp->coder, item->raw, item->raw_len, least,
						     &item->packed, err);
		if (rc < 0 || least == 0 || least >= item->packed.len) return rc;
	}
	if (rc == VV_OK) {
		*item = best;
	}
	return rc;
}

static vv_status append_item(copying *cp, const vv_pack_item *item, vv_cid_map *hints,
			     uint64_t *record_len, vv_error *err)
{
	uint64_t offset;
	vv_status rc = vv_pack_writer_append(cp->own->own, cp->coder, item, record_len, err);

	if (rc == VV_OK && !vv_cid_is_null(&cp->reversed) &&
	    vv_pack_writer_find(cp->own->own, &item->cid, &offset)) {
		rc = vv_cid_map_put(hints, &cp->reversed, offset, NULL, err);
	}
	return rc;
}

vv_status vv_copy_block(const vv_chain_packs *from, vv_pack_writer *to, vv_cid_map *hints,
			const vv_cid *cid, const vv_cid *resembles, uint64_t *record_len,
			bool *lost, vv_error *err)
{
	vv_chain_packs own = {from->store, NULL, to, false};
	vv_auto(vv_buf) raw = VV_BUF_INIT, kept = VV_BUF_INIT;

	*record_len = 0;
	*lost = false;
	if (vv_pack_writer_find(to, cid, NULL)) return VV_OK;
	copying cp = {.from = from, .own = &own, .coder = vv_coder_take(from->store->coders, err)};
	if (!cp.coder) return VV_ENOMEM;
	vv_status rc = fetch_block(&cp, cid, &raw, err);
	if (rc == VV_EMISSING || rc == VV_ECORRUPT) {
		*lost = true;
		if (cp.place.pack) {
			vv_pack_set_damaged(cp.place.pack, cp.place.offset,
					    "a record in it cannot be read");
		}
		rc = vv_error_excuse(rc, true, err);
	} else if (rc == VV_OK) {
		vv_pack_item item = {.cid = *cid, .raw = raw.data, .raw_len = raw.len};
		/* Only what gets another form is compressed, and that once for all. */
		vv_coder_effort(cp.coder, VV_EFFORT_THOROUGH);
		vv_coder_allow_edits(cp.coder, true);
		vv_coder_allow_parts(cp.coder, true);
		if ((rc = choose_form(&cp, &item, hints, resembles, &kept, err)) == VV_OK) {
			rc = append_item(&cp, &item, hints, record_len, err);
		}
	}
	vv_coder_give(from->store->coders, cp.coder);
	return rc;
}
