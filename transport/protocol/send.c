/*
 * send: finds the part of a history that the other side lacks, and the order of sending.
 */
#include "transport/protocol/send.h"

#include <assert.h>
#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/resemble.h"
#include "repo/blocks/store.h"
#include "repo/git/objects/send.h"
#include "transport/protocol/block_stream.h"
#include "transport/protocol/frame.h"
#include "transport/protocol/object_stream.h"

/* More bytes of ordinary files are packed by git. */
#define PACKED_BYTES (256u << 10)
/* Up to these raw bytes the compressor works thoroughly, up to the second at its highest level. */
#define THOROUGH_BYTES (8u << 20)
#define UTMOST_BYTES (1u << 20)
/* Fewer leaves are compressed again, which takes little time. */
#define FORMS_LEAVES 64u
/* Likewise where fewer blocks are requested by name. */
#define NAMED_FEW 256u

typedef struct item {
	vv_cid cid, like; /* like null: nothing */
	bool skip;
} item;

struct vv_send {
	vv_repository *repo;
	vv_store *store;
	const vv_expired *expired; /* borrowed; NULL */
	vv_oids wants, commons;    /* borrowed */
	bool again; /* blocks are sent that did not arrive: whatever is wrong with them shows here */
	bool mends; /* also sends blocks that the common versions lack there and this side has */
	item *items;
	size_t count, cap;
	vv_cid_set seen; /* all CIDs of items */
	vv_send_plan plan;
	vv_new_sum sum;
	vv_recent_nodes nodes;
	/* while sending */
	vv_object_out *objects;
	vv_channel *line;
	vv_buf piece;    /* of a pack */
	uint64_t packed; /* bytes of it that were sent */
	const vv_progress *progress;
};

static vv_status get_block(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	return vv_store_get(((vv_send *)payload)->store, cid, out, err);
}

/* The next version's block is a difference against this one, mostly. */
static vv_status get_form(void *payload, const vv_cid *cid, vv_buf *out, vv_buf *stored,
			  vv_block_form *form, vv_error *err)
{
	vv_send *s = payload;
	vv_status rc = vv_store_get_form(s->store, cid, out, stored, form, err);

	if (rc == VV_OK) {
		vv_store_remember(s->store, cid, out->data, out->len);
	}
	return rc;
}

static vv_status add_item(void *payload, const vv_cid *cid, const vv_cid *like, vv_error *err)
{
	vv_send *s = payload;
	uint64_t stored;
	unsigned depth;

	if (!vv_array_add(s->items, s->count, s->cap,
			  (item){.cid = *cid, .like = like ? *like : (vv_cid){0}})) {
		return vv_fail_nomem(err);
	}
	s->plan.blocks++;
	if (cid->codec == VV_CODEC_RAW) {
		s->plan.leaves++;
		if (vv_store_cost(s->store, cid, &stored, &depth, VV_IGNORED) == VV_OK) {
			s->plan.leaf_bytes += stored;
		}
	}
	return VV_OK;
}

static vv_status add_root(void *payload, const vv_new_root *n, vv_error *err)
{
	vv_send *s = payload;
	uint64_t missing = 0;
	const vv_resemble walk = {.get = get_block,
				  .fn = add_item,
				  .payload = s,
				  .seen = &s->seen,
				  .children_first = true,
				  .missing = &missing};

	if (vv_new_root_is_left(n, s->store, s->expired)) return VV_OK;
	s->plan.datasets++;
	return vv_resemble_walk(&walk, &n->root, vv_cid_is_null(&n->before) ? NULL : &n->before,
				err);
}

/* whole: below which commits nothing is looked at; blocks: are they to be sent? */
static vv_status open_send(vv_send **out, vv_repository *r, const vv_oids *wants,
			   const vv_oids *commons, const vv_oids *whole, const vv_expired *expired,
			   bool blocks, vv_error *err)
{
	vv_auto(vv_send) *s = vv_calloc(1, sizeof(*s));
	vv_status rc;

	if (!s) return vv_fail_nomem(err);
	*s = (vv_send){.repo = r, .wants = *wants, .commons = *commons, .expired = expired};
	if ((rc = vv_repository_store(r, &s->store, err)) < 0) return rc;
	vv_store_keep_unpacked(s->store, VV_UNPACKED_TRANSFER);
	/* Without any block in the store no version has one to send, and the walk is skipped. */
	if (blocks && commons->count + whole->count == 0 && vv_store_has_nothing(s->store) &&
	    vv_git_packs_exceed(r, PACKED_BYTES)) {
		s->sum.plain_bytes = UINT64_MAX;
	} else if ((rc = vv_new_roots_sum(r, s->wants.items, s->wants.count, whole->items,
					  whole->count, expired, blocks ? add_root : NULL, s,
					  &s->sum, err)) < 0) {
		return rc;
	}
	return vv_hand_over(out, &s);
}

vv_status vv_send_open(vv_send **out, vv_repository *r, const vv_oids *wants,
		       const vv_oids *commons, const vv_oids *whole, const vv_expired *expired,
		       vv_error *err)
{
	vv_status rc = open_send(out, r, wants, commons, whole ? whole : commons, expired, true,
				 err);

	if (rc == VV_OK) {
		(*out)->mends = whole != NULL;
	}
	return rc;
}

vv_status vv_send_open_history(vv_send **out, vv_repository *r, const vv_oids *wants,
			       const vv_oids *commons, vv_error *err)
{
	return open_send(out, r, wants, commons, commons, NULL, false, err);
}

void vv_send_close(vv_send *s)
{
	if (s) {
		if (s->store) {
			vv_store_keep_unpacked(s->store, VV_UNPACKED_USUAL);
		}
		vv_cid_set_reset(&s->seen);
		vv_free(s->items);
		vv_buf_clear(&s->piece);
		vv_free(s);
	}
}

vv_send_plan vv_send_plan_get(const vv_send *s)
{
	return s->plan;
}

const vv_cid *vv_send_block(const vv_send *s, size_t i)
{
	assert(i < s->count);
	return &s->items[i].cid;
}

void vv_send_skip(vv_send *s, size_t i)
{
	assert(i < s->count);
	s->items[i].skip = true;
}

void vv_send_skip_leaves(vv_send *s)
{
	vv_array_each(s->items, s->count, it) {
		it->skip |= it->cid.codec == VV_CODEC_RAW;
	}
}

vv_status vv_send_only(vv_send *s, const vv_cids *blocks, vv_error *err)
{
	const vv_resemble walk = {.get = get_block,
				  .fn = add_item,
				  .payload = s,
				  .seen = &s->seen,
				  .children_first = true};
	vv_status rc = VV_OK;

	s->again = true;
	s->count = 0;
	vv_cid_set_reset(&s->seen);
	s->plan = (vv_send_plan){.datasets = s->plan.datasets};
	memset(&s->nodes, 0, sizeof(s->nodes));
	for (size_t i = 0; rc == VV_OK && i < blocks->count; i++) {
		if (!vv_store_has(s->store, &blocks->items[i])) {
			vv_fail(err, VV_EMISSING,
				"the other side needs the block %s, which is also missing here",
				vv_cid_shows(&blocks->items[i]));
			rc = vv_hint_code(err, VV_HINT_FETCH_ALL);
		} else {
			rc = vv_resemble_walk(&walk, &blocks->items[i], NULL, err);
		}
	}
	return rc;
}

static vv_effort effort_of(const vv_send *s)
{
	if (s->plan.leaf_bytes < UTMOST_BYTES) return VV_EFFORT_UTMOST;
	return s->plan.leaf_bytes < THOROUGH_BYTES ? VV_EFFORT_THOROUGH : VV_EFFORT_QUICK;
}

vv_status vv_send_blocks(vv_send *s, vv_channel *line, bool strict, const vv_progress *progress,
			 vv_fetch_sum *sum, vv_error *err)
{
	vv_auto(vv_block_out) *out = NULL;
	vv_status rc = vv_block_out_open(&out, line, get_block, s, effort_of(s), err);

	if (rc < 0) return rc;
	if (!s->again && s->plan.leaves >= FORMS_LEAVES) {
		vv_block_out_use_forms(out, get_form);
	}
	for (size_t i = 0; rc == VV_OK && i < s->count; i++) {
		const item *it = &s->items[i];
		/* The other side may already have the base: it is not among the sent blocks, or is
		 * skipped as already there. */
		bool known = !vv_cid_is_null(&it->like) && !vv_cid_set_has(&s->seen, &it->like);

		if (it->skip) {
			continue;
		}
		rc = vv_block_out_put(out, &it->cid, &it->like, known, err);
		if (rc == VV_OK) {
			vv_recent_nodes_add(&s->nodes, &it->cid);
		} else if ((!strict || s->mends) && (rc == VV_EMISSING || rc == VV_ECORRUPT)) {
			sum->absent++;
			rc = VV_OK;
		}
		if (rc == VV_OK) {
			rc = vv_progress_update(progress, "blocks", i + 1, s->count, err);
		}
	}
	if (rc == VV_OK) {
		rc = vv_block_out_flush(out, err);
	}
	sum->blocks += vv_block_out_count(out);
	sum->bytes += vv_block_out_raw(out);
	sum->datasets += s->plan.datasets;
	return rc;
}

/* --- Git objects ---------------------------------------------------------------------- */

static vv_status get_object(void *payload, vv_git_type type, const uint8_t *id, size_t len,
			    vv_buf *out, vv_error *err)
{
	vv_send *s = payload;
	vv_oid oid;

	if (len != sizeof(oid.id)) return vv_fail(err, VV_EUSAGE, "half an id");
	memcpy(oid.id, id, len);
	return vv_git_object_bytes(s->repo, type, &oid, VV_BLOB_MAX, out, err);
}

static vv_status send_object(void *payload, const vv_git_object *o, vv_error *err)
{
	vv_send *s = payload;
	vv_status rc = vv_progress_update(s->progress, "Git objects",
					  vv_object_out_count(s->objects) + 1, 0, err);
	return rc < 0 ? rc : vv_object_out_put(s->objects, o, err);
}

static vv_status send_one_by_one(vv_send *s, uint64_t *commits, vv_error *err)
{
	vv_status rc = vv_object_out_open(&s->objects, s->line, get_object, s, &s->nodes,
					  effort_of(s), err);

	if (rc < 0) return rc;
	rc = vv_git_objects_each(s->repo, s->wants.items, s->wants.count, s->commons.items,
				 s->commons.count, VV_BLOB_MAX, send_object, s, commits, err);
	if (rc == VV_OK) {
		rc = vv_object_out_flush(s->objects, err);
	}
	vv_object_out_close(vv_take(&s->objects));
	return rc;
}

static vv_status flush_piece(vv_send *s, vv_error *err)
{
	vv_status rc = vv_buf_ok(&s->piece, err);

	if (rc < 0 || s->piece.len == 0) return rc;
	s->packed += s->piece.len;
	rc = vv_frame_write(s->line, VV_FRAME_PACK, s->piece.data, s->piece.len, err);
	vv_buf_reset(&s->piece);
	return rc < 0 ? rc : vv_progress_update(s->progress, "packed bytes", s->packed, 0, err);
}

static vv_status send_piece(void *payload, const void *bytes, size_t len, vv_error *err)
{
	vv_send *s = payload;

	vv_buf_put(&s->piece, bytes, len);
	return s->piece.len < VV_FRAME_AIM ? VV_OK : flush_piece(s, err);
}

static vv_status send_packed(vv_send *s, vv_error *err)
{
	vv_buf_reset(&s->piece);
	vv_status rc = vv_git_pack_send(s->repo, s->wants.items, s->wants.count, s->commons.items,
					s->commons.count, send_piece, s, err);
	return rc < 0 ? rc : flush_piece(s, err);
}

vv_status vv_send_objects(vv_send *s, vv_channel *line, const vv_progress *progress,
			  vv_fetch_sum *sum, vv_error *err)
{
	uint64_t commits = s->sum.commits;

	s->line = line;
	s->progress = progress;
	vv_status rc = s->sum.plain_bytes > PACKED_BYTES ? send_packed(s, err)
							 : send_one_by_one(s, &commits, err);
	sum->commits += commits;
	return rc;
}

/* --- by name -------------------------------------------------------------------------- */

static vv_status get_stored(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	return vv_store_get(payload, cid, out, err);
}

vv_status vv_send_named(vv_repository *r, vv_channel *line, const vv_request *q, const bool *shown,
			vv_error *err)
{
	const vv_cids *blocks = &q->blocks, *like = &q->like;
	vv_store *store;
	vv_auto(vv_block_out) *out = NULL;
	vv_status rc = vv_repository_store(r, &store, err);

	if (rc < 0 ||
	    (rc = vv_block_out_open(
		     &out, line, get_stored, store,
		     blocks->count < NAMED_FEW ? VV_EFFORT_THOROUGH : VV_EFFORT_QUICK, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; rc == VV_OK && i < blocks->count; i++) {
		bool alike = i < like->count && shown[blocks->count + i];
		const vv_cid *base = alike ? &like->items[i] : NULL;
		rc = shown[i] ? vv_block_out_put(out, &blocks->items[i], base, true, err)
			      : VV_EMISSING;
		if (rc == VV_EMISSING || rc == VV_ECORRUPT) {
			rc = vv_block_out_absent(out, err);
		}
	}
	return rc < 0 ? rc : vv_block_out_flush(out, err);
}
