/*
 * resemble: comparing two versions, level by level or, by a stack, node by node.
 */
#include "repo/blocks/resemble.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/cid_map.h"

#define NONE SIZE_MAX

/*
 * Compares two versions level by level, to find the new blocks of one. The links of all differing
 * nodes on a level are one sequence on either side, so that a list whose nodes begin at other
 * places is compared by its entries, not by its nodes. A link that the other version has on any
 * level so far is old. Cost and memory depend on the differences.
 */
typedef struct item {
	vv_cid cid, like;
	uint64_t member;    /* of the root, below which it is */
	size_t kids, count; /* those of its links that are items: kids[kids .. kids + count) */
	bool told;
} item;

typedef struct list {
	vv_link *items;
	size_t count, cap;
} list;

#define ITEM_DEPTH 4u /* links below that, of long cells, are within an item of a list */

/*
 * Pairs links of one version with those of the other between two that both have. Each gets the one that
 * has its middle by weight, where weights count from those that both have: a row group that fell into two,
 * or two that became one, do not move all after them along by one.
 */
typedef struct step {
	size_t at;             /* in theirs */
	uint64_t ours, theirs; /* weight of the links since the last that both have */
	uint64_t member;
	const vv_cid
		*last; /* the last one of theirs that was passed; NULL: both have the one before */
} step;

typedef struct levels {
	const vv_resemble *w;
	item *items;
	size_t count, cap;
	size_t *kids; /* places of items; used only for children first, as is */
	size_t kid_count, kid_cap;
	vv_cid_map places; /* of items: a block may be linked to from several levels */
	list theirs, next; /* links of this level; nodes to be read for the next */
	list nodes;        /* those that theirs are the links of */
	size_t *starts;    /* of each of nodes: place of its first link in theirs */
	size_t start_cap;
	list own;             /* of one node */
	vv_cid_map here;      /* theirs of this level -> place */
	vv_cid_set old, ours; /* theirs of all levels; ours of this level */
	vv_buf block;
} levels;

static vv_status list_add(void *payload, const vv_link *link, vv_error *err)
{
	list *l = payload;

	return vv_array_add(l->items, l->count, l->cap, *link) ? VV_OK : vv_fail_nomem(err);
}

/* The steps of items and of links within items. */
static step *step_of(step steps[2], const vv_link *link)
{
	return &steps[link->depth > ITEM_DEPTH];
}

/* theirs[place] is this link, too. */
static void step_anchor(step steps[2], const vv_link *link, size_t place)
{
	*step_of(steps, link) = (step){.at = place + 1, .member = link->member};
}

/* The counterpart of a link that they do not have, or NULL. ours (or NULL): links of this level, which are no
 * counterparts. */
static const vv_cid *step_pair(step steps[2], const vv_link *link, const list *theirs,
			       const vv_cid_set *ours)
{
	step *s = step_of(steps, link);

	if (s->member != link->member) {
		*s = (step){.at = s->at, .member = link->member};
	}
	const uint64_t start = s->ours, middle = start + link->weight / 2;
	s->ours += link->weight;
	for (; s->at < theirs->count; s->at++) {
		const vv_link *other = &theirs->items[s->at];
		bool counts = other->member == s->member && step_of(steps, other) == s &&
			      !(ours && vv_cid_set_has(ours, &other->cid));

		if (counts && s->theirs + other->weight > middle) return &other->cid;
		if (other->member < s->member) {
			break;
		}
		s->theirs += counts ? other->weight : 0;
		s->last = counts ? &other->cid : s->last;
	}
	return start < s->theirs ? s->last : NULL; /* rows were added to the last */
}

static vv_status item_add(levels *v, const vv_link *link, const vv_cid *like, vv_error *err)
{
	item it = {.cid = link->cid, .member = link->member};

	if (like && like->codec == it.cid.codec) {
		it.like = *like;
	}
	return vv_array_add(v->items, v->count, v->cap, it) ? VV_OK : vv_fail_nomem(err);
}

static vv_status kid_add(levels *v, size_t node, size_t kid, vv_error *err)
{
	if (!vv_array_add(v->kids, v->kid_count, v->kid_cap, kid)) return vv_fail_nomem(err);
	v->items[node].count++;
	return VV_OK;
}

/* Appends a node's links, which are below this member of the root (0: it is the root). *there false: it is missing (or
 * damaged, where that is not a failure). */
static vv_status level_links(levels *v, const vv_cid *cid, uint64_t member, bool damage_ok,
			     list *out, bool *there, vv_error *err)
{
	size_t before = out->count;
	vv_status rc = v->w->get(v->w->payload, cid, &v->block, err);

	*there = rc == VV_OK;
	rc = rc < 0 ? rc : vv_cbor_placed_links(v->block.data, v->block.len, list_add, out, err);
	if (rc == VV_EMISSING || (rc == VV_ECORRUPT && damage_ok)) {
		out->count = before;
		*there = false;
		return vv_error_excuse(rc, true, err);
	}
	if (rc < 0 && rc != VV_ENOMEM) {
		(void)vv_prefix(err, "block %s", vv_cid_shows(cid));
	}
	for (size_t i = before; member > 0 && i < out->count; i++) {
		out->items[i].member = member;
	}
	return rc;
}

/* The links of the other version's differing nodes; v->next is their list, and empty then. */
static vv_status level_theirs(levels *v, vv_error *err)
{
	bool there;
	vv_status rc = VV_OK;

	list swap = v->nodes;
	v->nodes = v->next;
	v->next = swap;
	v->next.count = 0;
	v->theirs.count = 0;
	vv_cid_map_reset(&v->here);
	if (!vv_array_room_for(v->starts, (size_t)0, v->start_cap, v->nodes.count)) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < v->nodes.count; i++) {
		v->starts[i] = v->theirs.count;
		const vv_link *node = &v->nodes.items[i];
		if ((rc = level_links(v, &node->cid, node->member, true, &v->theirs, &there, err)) <
		    0) {
			return rc;
		}
	}
	for (size_t i = 0; i < v->theirs.count; i++) {
		const vv_cid *cid = &v->theirs.items[i].cid;
		bool added;

		if ((rc = vv_cid_map_put(&v->here, cid, i, &added, err)) < 0 ||
		    (rc = vv_cid_set_add(&v->old, cid, &added, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* The links of our nodes from..to, in order: first all are noted, so that theirs which we have
 * too can be reported. */
static vv_status note_ours(levels *v, size_t from, size_t to, vv_error *err)
{
	vv_status rc = VV_OK;
	bool there, added;

	vv_cid_set_reset(&v->ours);
	for (size_t i = from; rc == VV_OK && i < to; i++) {
		if (v->items[i].cid.codec != VV_CODEC_DAG_CBOR) {
			continue;
		}
		v->own.count = 0;
		rc = level_links(v, &v->items[i].cid, 0, false, &v->own, &there, err);
		if (rc == VV_OK && !there) {
			if (!v->w->missing) {
				return vv_fail(err, VV_EBLOCK, "a block of the version is missing");
			}
			++*v->w->missing;
		}
		for (size_t k = 0; rc == VV_OK && k < v->own.count; k++) {
			rc = vv_cid_set_add(&v->ours, &v->own.items[k].cid, &added, err);
		}
	}
	return rc;
}

/* One link of a node that the other version does not have. */
static vv_status add_new(levels *v, size_t node, const vv_link *link, const vv_cid *like,
			 vv_error *err)
{
	bool added;
	vv_status rc = vv_cid_set_add(v->w->seen, &link->cid, &added, err);

	if (rc < 0 || !added || (rc = item_add(v, link, like, err)) < 0 || !v->w->children_first) {
		return rc;
	}
	rc = vv_cid_map_put(&v->places, &link->cid, v->count - 1, NULL, err);
	return rc < 0 ? rc : kid_add(v, node, v->count - 1, err);
}

/* The node of the other version that has the link at this place. */
static size_t node_of(const levels *v, size_t place)
{
	const size_t after = vv_first_place(i, v->nodes.count, v->starts[i] <= place);

	return after > 0 ? after - 1 : 0;
}

/* The node resembles the one that shares the most links with it, wherever a step between
 * anchors had put it: a node that fell into two moves all after it along by one. */
static void choose_like(levels *v, size_t node)
{
	size_t best = NONE, most = 0, run = 0, last = NONE;
	uint64_t place;

	for (size_t k = 0; k < v->own.count; k++) {
		if (!vv_cid_map_get(&v->here, &v->own.items[k].cid, &place)) {
			continue;
		}
		size_t of = node_of(v, (size_t)place);
		run = of == last ? run + 1 : 1;
		last = of;
		if (run > most) {
			most = run;
			best = of;
		}
	}
	if (best != NONE && v->nodes.items[best].cid.codec == v->items[node].cid.codec) {
		v->items[node].like = v->nodes.items[best].cid;
	}
}

/* Makes items of the new links of one node. */
static vv_status add_links(levels *v, size_t node, step steps[2], vv_error *err)
{
	bool there;
	uint64_t place;

	v->own.count = 0;
	vv_status rc = level_links(v, &v->items[node].cid, v->items[node].member, false, &v->own,
				   &there, err);

	if (rc == VV_OK) {
		choose_like(v, node);
	}
	v->items[node].kids = v->kid_count;
	for (size_t k = 0; rc == VV_OK && k < v->own.count; k++) {
		const vv_link *link = &v->own.items[k];
		if (v->w->children_first && vv_cid_map_get(&v->places, &link->cid, &place) &&
		    (rc = kid_add(v, node, (size_t)place, err)) < 0) {
			break;
		}
		if (vv_cid_map_get(&v->here, &link->cid, &place)) {
			step_anchor(steps, link, (size_t)place);
			continue;
		}
		if (vv_cid_set_has(&v->old, &link->cid)) {
			continue;
		}
		rc = add_new(v, node, link, step_pair(steps, link, &v->theirs, &v->ours), err);
	}
	return rc;
}

static vv_status next_level(levels *v, size_t from, size_t to, vv_error *err)
{
	step steps[2] = {0};
	vv_status rc;

	if ((rc = level_theirs(v, err)) < 0 || (rc = note_ours(v, from, to, err)) < 0) return rc;
	for (size_t i = from; i < to; i++) {
		if (v->items[i].cid.codec == VV_CODEC_DAG_CBOR &&
		    (rc = add_links(v, i, steps, err)) < 0) {
			return rc;
		}
	}
	vv_array_each(v->theirs.items, v->theirs.count, link) {
		if (link->cid.codec == VV_CODEC_DAG_CBOR && !vv_cid_set_has(&v->ours, &link->cid) &&
		    (rc = list_add(&v->next, link, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* --- telling ----------------------------------------------------------------------------- */

static vv_status report_item(const levels *v, size_t i, vv_error *err)
{
	const item *it = &v->items[i];
	return v->w->fn(v->w->payload, &it->cid, vv_cid_is_null(&it->like) ? NULL : &it->like, err);
}

typedef struct frame {
	size_t item, kid;
} frame;

/* Children before their node. The depth is that of the graph. */
static vv_status tell_children_first(levels *v, vv_error *err)
{
	vv_auto_free frame *stack = NULL;
	size_t depth = 0, cap = 0;
	vv_status rc = VV_OK;

	for (size_t next = 0; rc == VV_OK;) {
		if (next != NONE) {
			if (!vv_array_add(stack, depth, cap, (frame){next, 0})) {
				rc = vv_fail_nomem(err);
				break;
			}
		}
		frame *top = &stack[depth - 1];
		item *it = &v->items[top->item];
		next = NONE;
		if (top->kid < it->count) {
			size_t kid = v->kids[it->kids + top->kid++];
			next = v->items[kid].told ? NONE : kid;
			continue;
		}
		it->told = true;
		rc = report_item(v, top->item, err);
		if (--depth == 0) {
			break;
		}
	}
	return rc;
}

static void levels_clear(levels *v)
{
	vv_free_all(v->items, v->kids, v->theirs.items, v->next.items, v->nodes.items, v->starts,
		    v->own.items);
	vv_cid_map_reset(&v->places);
	vv_cid_map_reset(&v->here);
	vv_cid_set_reset(&v->old);
	vv_cid_set_reset(&v->ours);
	vv_buf_clear(&v->block);
}
VV_AUTO_CLEAR(levels, levels_clear)

/* root against before, both nodes, different. */
static vv_status compare_levels(const vv_resemble *w, const vv_cid *root, const vv_cid *before,
				vv_error *err)
{
	vv_auto(levels) v = {.w = w};
	bool added = false;
	vv_status rc;

	if ((rc = vv_cid_set_add(w->seen, root, &added, err)) < 0 || !added) return rc;
	if ((rc = item_add(&v, &(vv_link){.cid = *root}, before, err)) < 0 ||
	    (rc = list_add(&v.next, &(vv_link){.cid = *before}, err)) < 0) {
		return rc;
	}
	for (size_t from = 0, to = v.count; from < to; from = to, to = v.count) {
		if ((rc = next_level(&v, from, to, err)) < 0) return rc;
	}
	if (w->children_first) return tell_children_first(&v, err);
	for (size_t i = 0; i < v.count; i++) {
		if ((rc = report_item(&v, i, err)) < 0) return rc;
	}
	return VV_OK;
}

/* --- similar blocks of all levels ---------------------------------------------------------- */

/* The similar blocks that the comparison by levels finds, for a walk node by node: nodes of a list begin elsewhere in
 * another version, so that links of two nodes are at other places of the list. */
typedef struct likes {
	const vv_resemble *w;
	vv_cid_map map; /* block -> place of its similar one */
	vv_cid *items;
	size_t count, cap;
	vv_cid_set seen;
	uint64_t missing;
} likes;

static void likes_clear(likes *l)
{
	vv_cid_map_reset(&l->map);
	vv_cid_set_reset(&l->seen);
	vv_free(l->items);
}
VV_AUTO_CLEAR(likes, likes_clear)

static vv_status get_for_likes(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	const likes *l = payload;

	return l->w->get(l->w->payload, cid, out, err);
}

static vv_status note_like(void *payload, const vv_cid *cid, const vv_cid *like, vv_error *err)
{
	likes *l = payload;

	if (!like) return VV_OK;
	if (!vv_array_add(l->items, l->count, l->cap, *like)) return vv_fail_nomem(err);
	return vv_cid_map_put(&l->map, cid, l->count - 1, NULL, err);
}

static vv_status likes_find(likes *l, const vv_cid *root, const vv_cid *before, vv_error *err)
{
	const vv_resemble w = {.get = get_for_likes,
			       .fn = note_like,
			       .payload = l,
			       .seen = &l->seen,
			       .missing = &l->missing};

	return compare_levels(&w, root, before, err);
}

static const vv_cid *likes_get(const likes *l, const vv_cid *cid)
{
	uint64_t place;

	return l && vv_cid_map_get(&l->map, cid, &place) ? &l->items[place] : NULL;
}

/* ---- node by node ---- */

/* like null: nothing. */
typedef struct pair {
	vv_cid cid, like;
	bool entered; /* its links were pushed: the node itself is next */
} pair;

typedef struct walking {
	const vv_resemble *w;
	const likes *likes; /* NULL: each link is paired within its node */
	pair *stack;
	size_t depth, cap;
	list own, theirs;  /* of the current node, and of its similar one */
	vv_cid_map places; /* of theirs -> place */
	vv_buf block;
} walking;

static vv_status push_pair(walking *k, const vv_cid *cid, const vv_cid *like, vv_error *err)
{
	pair p = {.cid = *cid};

	if (like) {
		p.like = *like;
	}
	return vv_array_add(k->stack, k->depth, k->cap, p) ? VV_OK : vv_fail_nomem(err);
}

/* --- reading ---------------------------------------------------------------------------- */

static vv_status read_links(walking *k, const vv_cid *cid, list *out, vv_error *err)
{
	out->count = 0;
	vv_status rc = k->w->get(k->w->payload, cid, &k->block, err);
	if (rc < 0) return rc;
	rc = vv_cbor_placed_links(k->block.data, k->block.len, list_add, out, err);
	if (rc < 0 && rc != VV_ENOMEM) {
		(void)vv_prefix(err, "block %s", vv_cid_shows(cid));
	}
	return rc;
}

static vv_status read_own(walking *k, const vv_cid *cid, vv_error *err)
{
	vv_status rc = read_links(k, cid, &k->own, err);

	if (rc == VV_EMISSING && k->w->missing) {
		++*k->w->missing;
		return vv_error_excuse(rc, true, err);
	}
	return rc;
}

/* An unreadable node is similar to none. */
static vv_status read_theirs(walking *k, const vv_cid *cid, vv_error *err)
{
	vv_status rc = VV_OK;

	k->theirs.count = 0;
	if (cid->codec == VV_CODEC_DAG_CBOR) {
		rc = read_links(k, cid, &k->theirs, err);
	}
	k->theirs.count = rc < 0 ? 0 : k->theirs.count;
	return vv_error_excuse(rc, rc == VV_EMISSING || rc == VV_ECORRUPT, err);
}

/* --- pairing ----------------------------------------------------------------------------- */

static vv_status index_theirs(walking *k, vv_error *err)
{
	vv_status rc = VV_OK;

	vv_cid_map_reset(&k->places);
	for (size_t i = 0; rc == VV_OK && i < k->theirs.count; i++) {
		rc = vv_cid_map_put(&k->places, &k->theirs.items[i].cid, i, NULL, err);
	}
	return rc;
}

/* Pushes the node's links, the first on top, each with its counterpart. */
static vv_status push_links(walking *k, vv_error *err)
{
	size_t bottom = k->depth;
	step steps[2] = {0};
	uint64_t place;
	vv_status rc = index_theirs(k, err);

	for (size_t i = 0; rc == VV_OK && i < k->own.count; i++) {
		const vv_link *link = &k->own.items[i];
		if (vv_cid_map_get(&k->places, &link->cid, &place)) {
			step_anchor(steps, link, (size_t)place);
			continue; /* the other version has it, with all below it */
		}
		const vv_cid *near = step_pair(steps, link, &k->theirs, NULL),
			     *like = likes_get(k->likes, &link->cid);
		like = like ? like : near;
		rc = push_pair(k, &link->cid, like && like->codec == link->cid.codec ? like : NULL,
			       err);
	}
	/* The stack returns the last first. */
	for (size_t i = 0; rc == VV_OK && i < (k->depth - bottom) / 2; i++) {
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
static vv_status meet_pair(const walking *k, const pair *p, bool *enter, vv_error *err)
{
	vv_status rc;

	if (k->w->mark) return k->w->mark(k->w->payload, &p->cid, like_of(p), enter, err);
	if ((rc = vv_cid_set_add(k->w->seen, &p->cid, enter, err)) < 0 || !*enter ||
	    (k->w->children_first && p->cid.codec == VV_CODEC_DAG_CBOR)) {
		return rc;
	}
	return k->w->fn(k->w->payload, &p->cid, like_of(p), err);
}

static vv_status visit_next(walking *k, vv_error *err)
{
	pair p = k->stack[--k->depth];
	bool enter = false;
	vv_status rc;

	if (p.entered) return k->w->fn(k->w->payload, &p.cid, like_of(&p), err);
	if ((rc = meet_pair(k, &p, &enter, err)) < 0 || !enter ||
	    p.cid.codec != VV_CODEC_DAG_CBOR || (rc = read_theirs(k, &p.like, err)) < 0 ||
	    (rc = read_own(k, &p.cid, err)) < 0) {
		return rc;
	}
	if (k->w->children_first) {
		if ((rc = push_pair(k, &p.cid, like_of(&p), err)) < 0) return rc;
		k->stack[k->depth - 1].entered = true;
	}
	return push_links(k, err);
}

vv_status vv_resemble_walk(const vv_resemble *w, const vv_cid *root, const vv_cid *before,
			   vv_error *err)
{
	bool alike = before && before->codec == root->codec && !vv_cid_equal(before, root);
	if (alike && !w->mark && root->codec == VV_CODEC_DAG_CBOR) {
		return compare_levels(w, root, before, err);
	}
	vv_auto(likes) l = {.w = w};
	walking k = {.w = w};
	vv_status rc = push_pair(&k, root, alike ? before : NULL, err);

	if (rc == VV_OK && alike && w->mark && root->codec == VV_CODEC_DAG_CBOR) {
		rc = likes_find(&l, root, before, err);
		k.likes = &l;
	}
	while (rc == VV_OK && k.depth > 0) {
		rc = visit_next(&k, err);
	}
	vv_free_all(k.stack, k.own.items, k.theirs.items);
	vv_cid_map_reset(&k.places);
	vv_buf_clear(&k.block);
	return rc;
}
