/*
 * reach: the stack of a walk.
 *
 * A block enters the set when it is pushed, not when it is visited: else a graph whose nodes name
 * the same children again and again would fill the stack long before the budget ends.
 */
#include "repo/blocks/reach.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "repo/blocks/cbor.h"

vv_cid_set *vv_cid_set_new(void)
{
	return vv_cid_map_new();
}

void vv_cid_set_free(vv_cid_set *set)
{
	vv_cid_map_free(set);
}

void vv_cid_set_reset(vv_cid_set *set)
{
	vv_cid_map_reset(set);
}

vv_status vv_cid_set_add(vv_cid_set *set, const vv_cid *cid, bool *added, vv_error *err)
{
	return vv_cid_map_put(set, cid, 0, added, err);
}

vv_status vv_cid_set_note(void *set, const vv_cid *cid, vv_error *err)
{
	bool added;

	return vv_cid_set_add(set, cid, &added, err);
}

bool vv_cid_set_has(const vv_cid_set *set, const vv_cid *cid)
{
	return vv_cid_map_find(set, cid, NULL);
}

uint64_t vv_cid_set_count(const vv_cid_set *set)
{
	return vv_cid_map_count(set);
}

const vv_cid *vv_cid_set_at(const vv_cid_set *set, size_t i)
{
	return vv_cid_map_cid(set, i);
}

typedef struct walking {
	vv_walk *w;
	vv_cid_set *seen;
	vv_cid *stack;
	size_t count, cap;
	vv_buf block;
} walking;

static vv_status push_block(void *payload, const vv_cid *cid, vv_error *err)
{
	walking *k = payload;
	bool added;
	vv_status rc;

	if (k->w->known && vv_cid_set_has(k->w->known, cid)) return VV_OK;
	if ((rc = vv_cid_set_add(k->seen, cid, &added, err)) < 0 || !added) return rc;
	if (k->count >= k->w->budget) {
		return vv_fail(err, VV_EREFUSED,
			       "the versions have more blocks than the limit "
			       "allows");
	}
	return vv_array_add(k->stack, k->count, k->cap, *cid) ? VV_OK : vv_fail_nomem(err);
}

/* Links come in the node's order; the last one pushed is visited first. */
static void reverse_cids(vv_cid *cids, size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		vv_cid other = cids[i];

		cids[i] = cids[count - 1 - i];
		cids[count - 1 - i] = other;
	}
}

static vv_status name_block(const vv_cid *cid, vv_error *err)
{
	return vv_prefix(err, "block %s", vv_cid_shows(cid));
}

/* Reads a node, or checks that a leaf exists; VV_EMISSING and VV_ECORRUPT become its state if the
 * walk continues. */
static vv_status read_node(walking *k, const vv_cid *cid, vv_status *state, vv_error *err)
{
	vv_status rc = VV_OK;

	*state = VV_OK;
	if (cid->codec == VV_CODEC_DAG_CBOR) {
		rc = vv_store_get(k->w->store, cid, &k->block, err);
		if (rc == VV_OK && (rc = vv_cbor_check(k->block.data, k->block.len, err)) < 0) {
			(void)name_block(cid, err);
		}
	} else if (!vv_store_has(k->w->store, cid)) {
		rc = vv_fail(err, VV_EBLOCK, "the block is missing");
		(void)name_block(cid, err);
	}
	if ((rc == VV_EMISSING || rc == VV_ECORRUPT) && k->w->missing_ok) {
		*state = rc;
		rc = VV_OK;
	}
	return rc;
}

static vv_status visit_block(walking *k, const vv_cid *cid, vv_error *err)
{
	bool node = cid->codec == VV_CODEC_DAG_CBOR;
	vv_status rc, state;

	if (k->w->budget == 0) {
		return vv_fail(err, VV_EREFUSED,
			       "the versions have more blocks than the limit "
			       "allows");
	}
	k->w->budget--;
	if ((rc = read_node(k, cid, &state, err)) < 0) return rc;
	node = node && state == VV_OK;
	if (k->w->visit && (rc = k->w->visit(k->w->payload, cid, node ? k->block.data : NULL,
					     node ? k->block.len : 0, state, err)) < 0) {
		return rc;
	}
	size_t before = k->count;
	if (node && (rc = vv_cbor_links(k->block.data, k->block.len, push_block, k, err)) < 0) {
		return rc;
	}
	reverse_cids(k->stack + before, k->count - before);
	return VV_OK;
}

vv_status vv_walk_from(vv_walk *w, const vv_cid *root, vv_error *err)
{
	vv_cid_set own = {0};
	walking k = {.w = w, .seen = w->seen ? w->seen : &own};
	vv_status rc = push_block(&k, root, err);

	while (rc == VV_OK && k.count > 0) {
		vv_cid cid = k.stack[--k.count];

		rc = visit_block(&k, &cid, err);
	}
	vv_buf_clear(&k.block);
	vv_free(k.stack);
	vv_cid_set_reset(&own);
	return rc;
}

/* ---- completeness ---- */

typedef struct completeness {
	bool complete;
	vv_cid *missing;
} completeness;

static vv_status stop_at_missing(void *payload, const vv_cid *cid, const void *bytes VV_UNUSED,
				 size_t len VV_UNUSED, vv_status state, vv_error *err)
{
	completeness *c = payload;

	if (state == VV_OK) return VV_OK;
	c->complete = false;
	if (c->missing) {
		*c->missing = *cid;
	}
	return vv_fail(err, VV_EBLOCK, "a block is missing");
}

vv_status vv_store_complete(vv_store *s, const vv_cid *root, bool *complete, vv_cid *missing,
			    vv_error *err)
{
	completeness c = {true, missing};
	vv_walk w = {.store = s,
		     .budget = UINT64_MAX,
		     .missing_ok = true,
		     .visit = stop_at_missing,
		     .payload = &c};
	const vv_status rc = vv_walk_from(&w, root, err);

	*complete = c.complete && rc == VV_OK;
	return c.complete ? rc : VV_OK;
}

vv_status vv_completing_add(vv_completing *c, const vv_cid *root, bool *complete, vv_error *err)
{
	completeness found = {true, NULL};
	vv_cid_set seen = {0};
	vv_walk w = {.store = c->store,
		     .seen = &seen,
		     .known = &c->whole,
		     .budget = UINT64_MAX,
		     .missing_ok = true,
		     .visit = stop_at_missing,
		     .payload = &found};

	*complete = false;
	vv_status rc = vv_walk_from(&w, root, err);
	c->looked += UINT64_MAX - w.budget;
	if (rc == VV_OK && found.complete) {
		*complete = true;
		for (size_t i = 0; rc == VV_OK && i < vv_cid_set_count(&seen); i++) {
			rc = vv_cid_set_add(&c->whole, vv_cid_set_at(&seen, i), NULL, err);
		}
	}
	vv_cid_set_reset(&seen);
	return found.complete ? rc : VV_OK;
}

void vv_completing_clear(vv_completing *c)
{
	vv_cid_set_reset(&c->whole);
}
