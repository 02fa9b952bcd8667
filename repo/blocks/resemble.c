/*
 * resemble: the stack of the walk, and the pairing of two nodes' links.
 */
#include "repo/blocks/resemble.h"

#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/resemble_internal.h"

/* like null: nothing. */
typedef struct pair {
	vv_cid cid, like;
	bool entered; /* its links were pushed: what comes now is the node itself */
} pair;

typedef struct links {
	vv_cid *items;
	size_t count, cap;
} links;

typedef struct place {
	vv_cid cid;
	size_t at;
} place;

typedef struct walking {
	const vv_resemble *w;
	pair *stack;
	size_t depth, cap;
	links own, theirs; /* of the node at hand, and of what it resembles */
	place *places;     /* of theirs, sorted by CID */
	size_t place_cap;
	vv_buf block;
} walking;

static vv_status push(walking *k, const vv_cid *cid, const vv_cid *like, vv_error *err)
{
	if (k->depth == k->cap) {
		size_t cap = k->cap ? k->cap * 2 : 1024;
		pair *stack = vv_realloc_array(k->stack, cap, sizeof(*stack));

		if (!stack) {
			return vv_fail_nomem(err);
		}
		k->stack = stack;
		k->cap = cap;
	}
	memset(&k->stack[k->depth], 0, sizeof(pair));
	k->stack[k->depth].cid = *cid;
	if (like) {
		k->stack[k->depth].like = *like;
	}
	k->depth++;
	return VV_OK;
}

static vv_status add_link(void *payload, const vv_cid *link, vv_error *err)
{
	links *l = payload;

	if (l->count == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 256;
		vv_cid *items = vv_realloc_array(l->items, cap, sizeof(*items));

		if (!items) {
			return vv_fail_nomem(err);
		}
		l->items = items;
		l->cap = cap;
	}
	l->items[l->count++] = *link;
	return VV_OK;
}

/* --- reading ---------------------------------------------------------------------------- */

static vv_status read_links(walking *k, const vv_cid *cid, links *out, vv_error *err)
{
	char text[VV_CID_TEXT + 1];
	vv_status rc;

	out->count = 0;
	rc = k->w->get(k->w->payload, cid, &k->block, err);
	if (rc < 0) {
		return rc;
	}
	rc = vv_cbor_links(k->block.data, k->block.len, add_link, out, err);
	if (rc < 0 && rc != VV_ENOMEM) {
		vv_cid_text(text, cid);
		(void)vv_prefix(err, "block %s", text);
	}
	return rc;
}

static vv_status read_own(walking *k, const vv_cid *cid, vv_error *err)
{
	vv_status rc = read_links(k, cid, &k->own, err);

	if (rc == VV_EMISSING && k->w->missing) {
		++*k->w->missing;
		vv_error_clear(err);
		rc = VV_OK;
	}
	return rc;
}

/* What cannot be read resembles nothing. */
static vv_status read_theirs(walking *k, const vv_cid *cid, vv_error *err)
{
	vv_status rc = VV_OK;

	k->theirs.count = 0;
	if (cid->codec == VV_CODEC_DAG_CBOR) {
		rc = read_links(k, cid, &k->theirs, err);
	}
	if (rc == VV_EMISSING || rc == VV_ECORRUPT) {
		k->theirs.count = 0;
		vv_error_clear(err);
		rc = VV_OK;
	}
	return rc;
}

/* --- pairing ----------------------------------------------------------------------------- */

static int compare_places(const void *a, const void *b)
{
	return vv_cid_compare(&((const place *)a)->cid, &((const place *)b)->cid);
}

static vv_status sort_theirs(walking *k, vv_error *err)
{
	size_t i;

	if (k->theirs.count > k->place_cap) {
		place *places = vv_realloc_array(k->places, k->theirs.count, sizeof(*places));

		if (!places) {
			return vv_fail_nomem(err);
		}
		k->places = places;
		k->place_cap = k->theirs.count;
	}
	for (i = 0; i < k->theirs.count; i++) {
		k->places[i].cid = k->theirs.items[i];
		k->places[i].at = i;
	}
	if (k->theirs.count > 1) {
		qsort(k->places, k->theirs.count, sizeof(place), compare_places);
	}
	return VV_OK;
}

/* Pushes the node's links, the first on top, each with its counterpart. Going through
 * both in step, a link that the other node has too sets the step anew. */
static vv_status push_links(walking *k, vv_error *err)
{
	size_t i, bottom = k->depth, at = 0;
	vv_status rc = sort_theirs(k, err);

	for (i = 0; rc == VV_OK && i < k->own.count; i++) {
		const vv_cid *link = &k->own.items[i], *like = NULL;
		place key, *found;

		key.cid = *link;
		found = k->theirs.count ? bsearch(&key, k->places, k->theirs.count, sizeof(place),
						  compare_places)
					: NULL;
		if (found) {
			at = found->at + 1;
			continue; /* the other version has it, with all below it */
		}
		if (at < k->theirs.count) {
			like = &k->theirs.items[at++];
		}
		rc = push(k, link, like && like->codec == link->codec ? like : NULL, err);
	}
	/* The stack gives the last first. */
	for (i = 0; rc == VV_OK && i < (k->depth - bottom) / 2; i++) {
		pair swap = k->stack[bottom + i];

		k->stack[bottom + i] = k->stack[k->depth - 1 - i];
		k->stack[k->depth - 1 - i] = swap;
	}
	return rc;
}

/* --- the walk ---------------------------------------------------------------------------- */

static const vv_cid *like_of(const pair *p)
{
	return vv_cid_is_null(&p->like) ? NULL : &p->like;
}

/* *enter: it is new, and its links are to be looked at. */
static vv_status meet(const walking *k, const pair *p, bool *enter, vv_error *err)
{
	vv_status rc;

	if (k->w->mark) {
		return k->w->mark(k->w->payload, &p->cid, like_of(p), enter, err);
	}
	if ((rc = vv_cid_set_add(k->w->seen, &p->cid, enter, err)) < 0 || !*enter ||
	    (k->w->children_first && p->cid.codec == VV_CODEC_DAG_CBOR)) {
		return rc;
	}
	return k->w->fn(k->w->payload, &p->cid, like_of(p), err);
}

static vv_status step(walking *k, vv_error *err)
{
	pair p = k->stack[--k->depth];
	bool enter = false;
	vv_status rc;

	if (p.entered) {
		return k->w->fn(k->w->payload, &p.cid, like_of(&p), err);
	}
	if ((rc = meet(k, &p, &enter, err)) < 0 || !enter || p.cid.codec != VV_CODEC_DAG_CBOR ||
	    (rc = read_theirs(k, &p.like, err)) < 0 || (rc = read_own(k, &p.cid, err)) < 0) {
		return rc;
	}
	if (k->w->children_first) {
		if ((rc = push(k, &p.cid, like_of(&p), err)) < 0) {
			return rc;
		}
		k->stack[k->depth - 1].entered = true;
	}
	return push_links(k, err);
}

vv_status vv_resemble_walk(const vv_resemble *w, const vv_cid *root, const vv_cid *before,
			   vv_error *err)
{
	walking k = {.w = w};
	bool alike = before && before->codec == root->codec && !vv_cid_equal(before, root);
	if (alike && !w->mark && root->codec == VV_CODEC_DAG_CBOR) {
		return resemble_levels(w, root, before, err);
	}
	vv_status rc = push(&k, root, alike ? before : NULL, err);

	while (rc == VV_OK && k.depth > 0) {
		rc = step(&k, err);
	}
	vv_free(k.stack);
	vv_free(k.own.items);
	vv_free(k.theirs.items);
	vv_free(k.places);
	vv_buf_clear(&k.block);
	return rc;
}
