/*
 * list_compare: compares two trees of list nodes: height by height, from the top, only inside nodes
 * not found in the other version.
 */
#include "diff/rows/list_compare.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"

/* A node (or, at height 0, an item) of one side. */
typedef struct node {
	vv_list_node at; /* its name is a CID: hostile data must not make two of them equal */
	bool shared;
} node;

typedef struct nodes {
	node *list;
	size_t count, cap;
} nodes;

/* Items [index, index + items) that are not known to be shared. */
typedef struct span {
	uint64_t index, items;
} span;

typedef struct side {
	vv_list_reader *reader;
	span *spans;
	size_t span_count;
	nodes nodes,       /* of the height that is looked at */
		uncovered; /* what is left of the spans for a lower height */
} side;

static vv_status add_node(nodes *n, const node *x, vv_error *err)
{
	return vv_array_add(n->list, n->count, n->cap, *x) ? VV_OK : vv_fail_nomem(err);
}

/* The nodes of one height inside a side's spans. If no node of that height begins there (a lower
 * tree) the span's items remain for a lower height: s->uncovered gets them. */
static vv_status list_nodes(side *s, unsigned height, vv_error *err)
{
	s->nodes.count = s->uncovered.count = 0;
	vv_array_each(s->spans, s->span_count, it) {
		uint64_t at = it->index, end = at + it->items;
		vv_status rc = vv_list_seek_index(s->reader, at, err);
		while (rc == VV_OK && at < end) {
			node n = {0};
			const int more = vv_list_next_node(s->reader, height, &n.at, err);
			if (more < 0) return (vv_status)more;
			if (more == 0 && height == 0) {
				return vv_fail(err, VV_ECORRUPT,
					       "a list is shorter than it declares");
			}
			if (more ==
			    0) { /* no node of this height here: the rest of the span waits */
				n.at.index = at;
				n.at.items = end - at;
			}
			rc = add_node(more > 0 ? &s->nodes : &s->uncovered, &n, err);
			at += n.at.items;
		}
		if (rc < 0) return rc;
	}
	return VV_OK;
}

static int by_name(const void *a, const void *b)
{
	const node *const *x = a, *const *y = b;
	int c = vv_cid_compare(&(*x)->at.name, &(*y)->at.name);
	if (c != 0) return c;
	return (*x)->at.index < (*y)->at.index ? -1 : (*x)->at.index > (*y)->at.index;
}

/* Those that are not shared, by name. */
static node **sort_nodes(const nodes *n, size_t *count)
{
	node **p = vv_calloc(n->count + 1, sizeof(*p));

	*count = 0;
	for (size_t i = 0; p && i < n->count; i++) {
		if (!n->list[i].shared) {
			p[(*count)++] = &n->list[i];
		}
	}
	if (p && *count > 1) {
		qsort(p, *count, sizeof(*p), by_name);
	}
	return p;
}

typedef struct shares {
	vv_list_share *list;
	size_t count, cap;
} shares;

static void shares_clear(shares *s)
{
	vv_free(s->list);
}
VV_AUTO_CLEAR(shares, shares_clear)

static vv_status add_share(shares *s, node *a, node *b, vv_error *err)
{
	if (!vv_array_room(s->list, s->count, s->cap)) return vv_fail_nomem(err);
	a->shared = b->shared = true;
	s->list[s->count++] = (vv_list_share){.old_index = a->at.index,
					      .new_index = b->at.index,
					      .items = a->at.items,
					      .old_row = a->at.before,
					      .new_row = b->at.before,
					      .rows = a->at.weight};
	return VV_OK;
}

static bool same_name(const nodes *a, size_t i, const nodes *b, size_t k)
{
	return i < a->count && k < b->count &&
	       vv_cid_equal(&a->list[i].at.name, &b->list[k].at.name);
}

/* Removes nodes in the same order in both, where single nodes were added, removed or changed: nearly
 * all, and much cheaper than sorting. */
static vv_status strike_in_order(nodes *a, nodes *b, shares *out, vv_error *err)
{
	size_t i = 0, k = 0;

	while (i < a->count && k < b->count) {
		if (same_name(a, i, b, k)) {
			vv_status rc = add_share(out, &a->list[i++], &b->list[k++], err);
			if (rc < 0) return rc;
		} else if (same_name(a, i, b, k + 1)) {
			k++;
		} else if (same_name(a, i + 1, b, k)) {
			i++;
		} else {
			i++;
			k++;
		}
	}
	return VV_OK;
}

/* Strikes out what both sides have, each occurrence against one. */
static vv_status strike_nodes(side *a, side *b, shares *out, vv_error *err)
{
	vv_status rc = strike_in_order(&a->nodes, &b->nodes, out, err);
	size_t i = 0, k = 0, x_count, y_count;
	vv_auto_free node **x = sort_nodes(&a->nodes, &x_count),
			  **y = sort_nodes(&b->nodes, &y_count);

	rc = rc < 0 || (x && y) ? rc : vv_fail_nomem(err);
	while (rc == VV_OK && i < x_count && k < y_count) {
		int c = vv_cid_compare(&x[i]->at.name, &y[k]->at.name);
		if (c < 0) {
			i++;
		} else if (c > 0) {
			k++;
		} else {
			rc = add_share(out, x[i++], y[k++], err);
		}
	}
	return rc;
}

/* The spans for the next height: nodes that are not shared, and uncovered spans. */
static vv_status narrow_spans(side *s, vv_error *err)
{
	const nodes *uncovered = &s->uncovered;
	span *p = vv_calloc(s->nodes.count + uncovered->count + 1, sizeof(*p));
	size_t n = 0;
	if (!p) return vv_fail_nomem(err);
	for (size_t i = 0; i < s->nodes.count; i++) {
		if (!s->nodes.list[i].shared) {
			p[n++] = (span){s->nodes.list[i].at.index, s->nodes.list[i].at.items};
		}
	}
	for (size_t i = 0; i < uncovered->count; i++) {
		p[n++] = (span){uncovered->list[i].at.index, uncovered->list[i].at.items};
	}
	qsort(p, n, sizeof(*p), vv_u64_order);
	vv_free(s->spans);
	s->spans = p;
	s->span_count = n;
	return VV_OK;
}

static vv_status side_open(side *s, vv_list_reader *reader, vv_error *err)
{
	uint64_t count, weight;

	s->reader = reader;
	s->spans = vv_calloc(1, sizeof(*s->spans));
	if (!s->spans) return vv_fail_nomem(err);
	vv_list_totals(reader, &count, &weight);
	s->spans[0] = (span){0, count};
	s->span_count = count > 0 ? 1 : 0;
	return VV_OK;
}

static void side_close(side *s)
{
	vv_free_all(s->spans, s->nodes.list, s->uncovered.list);
}
VV_AUTO_CLEAR(side, side_close)

static vv_status take_items(const side *s, vv_changed_group **out, size_t *count, vv_error *err)
{
	*out = vv_calloc(s->nodes.count + 1, sizeof(**out));
	*count = 0;
	if (!*out) return vv_fail_nomem(err);
	vv_array_each(s->nodes.list, s->nodes.count, n) {
		if (!n->shared) {
			(*out)[(*count)++] = (vv_changed_group){n->at.index, n->at.before,
								n->at.weight};
		}
	}
	return VV_OK;
}

static bool in_order(const shares *s)
{
	return vv_find_place(i, s->count,
			     i > 0 && s->list[i].old_index < s->list[i - 1].old_index) == s->count;
}

/* In the old list's order, those that follow each other in both as one. */
static void take_shares(vv_list_changes *out, shares *s)
{
	size_t n = 0;

	if (!in_order(s)) {
		qsort(s->list, s->count, sizeof(*s->list), vv_u64_order);
	}
	for (size_t i = 0; i < s->count; i++) {
		vv_list_share *last = n > 0 ? &s->list[n - 1] : NULL;
		if (last && last->old_index + last->items == s->list[i].old_index &&
		    last->new_index + last->items == s->list[i].new_index) {
			last->items += s->list[i].items;
			last->rows += s->list[i].rows;
		} else {
			s->list[n++] = s->list[i];
		}
	}
	out->shares = s->list;
	out->share_count = n;
	s->list = NULL;
}

vv_status vv_list_compare(vv_list_changes *out, vv_list_reader *a, vv_list_reader *b, bool share,
			  vv_error *err)
{
	vv_auto(side) x = {0}, y = {0};
	vv_auto(shares) shared = {0};
	vv_auto(vv_list_changes) made = {0};
	unsigned ha = vv_list_height(a), hb = vv_list_height(b);
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = side_open(&x, a, err)) < 0 || (rc = side_open(&y, b, err)) < 0) return rc;
	for (unsigned height = !share ? 0 : ha > hb ? ha : hb;; height--) {
		if ((rc = list_nodes(&x, height, err)) < 0 ||
		    (rc = list_nodes(&y, height, err)) < 0 ||
		    (share && (rc = strike_nodes(&x, &y, &shared, err)) < 0)) {
			return rc;
		}
		if (height == 0) {
			break;
		}
		if ((rc = narrow_spans(&x, err)) < 0 || (rc = narrow_spans(&y, err)) < 0) return rc;
	}
	if ((rc = take_items(&x, &made.old_items, &made.old_count, err)) < 0 ||
	    (rc = take_items(&y, &made.new_items, &made.new_count, err)) < 0) {
		return rc;
	}
	take_shares(&made, &shared);
	*out = made;
	made = (vv_list_changes){0};
	return VV_OK;
}

void vv_list_changes_clear(vv_list_changes *c)
{
	vv_free_all(c->old_items, c->new_items, c->shares);
	memset(c, 0, sizeof(*c));
}
