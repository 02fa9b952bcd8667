/*
 * changed_groups: knows how two trees of list nodes are compared: height by height, from the top,
 * only inside what has not been found in the other version.
 */
#include "diff/rows/changed_groups.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/sys.h"

/* A node (or, at height 0, an item) of one side. */
typedef struct node {
	uint64_t name[2]; /* of its CID, or of the item's bytes */
	uint64_t index, items, row, rows;
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
	nodes nodes;
} side;

static vv_status add_node(nodes *n, const node *x, vv_error *err)
{
	if (!vv_array_room(n->list, n->count, n->cap)) {
		return vv_fail_nomem(err);
	}
	n->list[n->count++] = *x;
	return VV_OK;
}

static void name_of(uint64_t out[2], const void *bytes, size_t len, uint64_t seed)
{
	vv_hash128 h = vv_xxh3_128(bytes, len, seed);
	out[0] = h.lo;
	out[1] = h.hi;
}

/* The nodes of one height inside a side's spans. Where no node of that height begins
 * (a lower tree) the span's items stay for a lower height: *whole gets what was not
 * covered. */
static vv_status list_nodes(side *s, unsigned height, nodes *uncovered, vv_error *err)
{
	s->nodes.count = 0;
	for (size_t i = 0; i < s->span_count; i++) {
		uint64_t at = s->spans[i].index, end = at + s->spans[i].items;
		vv_status rc = vv_list_seek_index(s->reader, at, err);
		while (rc == VV_OK && at < end) {
			node n = {.index = at};
			vv_cid cid;
			vv_list_item item;
			if (height == 0) {
				int more = vv_list_next(s->reader, &item, err);
				if (more <= 0) {
					return more < 0
						       ? (vv_status)more
						       : vv_fail(err, VV_ECORRUPT,
								 "a data list is shorter than it says");
				}
				name_of(n.name, item.bytes, item.len, 0);
				n.items = 1;
				n.row = item.before;
				n.rows = item.weight;
			} else if (vv_list_peek_node(s->reader, &cid, &n.items, &n.rows, height) &&
				   at + n.items <= end) {
				name_of(n.name, cid.digest, sizeof(cid.digest), cid.codec);
				rc = vv_list_skip(s->reader, height, err);
			} else {
				/* no node of this height here: all that is left of the span waits */
				n.items = end - at;
				rc = add_node(uncovered, &n, err);
				at = end;
				continue;
			}
			if (rc == VV_OK) {
				rc = add_node(&s->nodes, &n, err);
			}
			at += n.items;
		}
		if (rc < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static int by_name(const void *a, const void *b)
{
	const node *const *x = a, *const *y = b;
	int c = memcmp((*x)->name, (*y)->name, sizeof((*x)->name));
	return c != 0 ? c : (*x)->index < (*y)->index ? -1 : (*x)->index > (*y)->index;
}

static const node **sorted(nodes *n)
{
	const node **p = vv_calloc(n->count + 1, sizeof(*p));
	for (size_t i = 0; p && i < n->count; i++) {
		p[i] = &n->list[i];
	}
	if (p) {
		qsort(p, n->count, sizeof(*p), by_name);
	}
	return p;
}

/* A pair of shared nodes: item numbers on both sides. */
typedef struct share {
	uint64_t old_index, new_index, items;
} share;

typedef struct shares {
	share *list;
	size_t count, cap;
} shares;

static vv_status add_share(shares *s, uint64_t a, uint64_t b, uint64_t items, vv_error *err)
{
	if (!vv_array_room(s->list, s->count, s->cap)) {
		return vv_fail_nomem(err);
	}
	s->list[s->count++] = (share){a, b, items};
	return VV_OK;
}

/* Strikes out what both sides have, each occurrence against one. */
static vv_status strike(side *a, side *b, shares *out, vv_error *err)
{
	const node **x = sorted(&a->nodes), **y = sorted(&b->nodes);
	vv_status rc = x && y ? VV_OK : vv_fail_nomem(err);
	size_t i = 0, k = 0;
	while (rc == VV_OK && i < a->nodes.count && k < b->nodes.count) {
		int c = memcmp(x[i]->name, y[k]->name, sizeof(x[i]->name));
		if (c < 0) {
			i++;
		} else if (c > 0) {
			k++;
		} else {
			a->nodes.list[x[i] - a->nodes.list].shared = true;
			b->nodes.list[y[k] - b->nodes.list].shared = true;
			rc = add_share(out, x[i]->index, y[k]->index, x[i]->items, err);
			i++;
			k++;
		}
	}
	vv_free(x);
	vv_free(y);
	return rc;
}

static int span_order(const void *a, const void *b)
{
	const span *x = a, *y = b;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* The spans for the next height: nodes that are not shared, and what had none. */
static vv_status narrow(side *s, const nodes *uncovered, vv_error *err)
{
	span *p = vv_calloc(s->nodes.count + uncovered->count + 1, sizeof(*p));
	size_t n = 0;
	if (!p) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < s->nodes.count; i++) {
		if (!s->nodes.list[i].shared) {
			p[n++] = (span){s->nodes.list[i].index, s->nodes.list[i].items};
		}
	}
	for (size_t i = 0; i < uncovered->count; i++) {
		p[n++] = (span){uncovered->list[i].index, uncovered->list[i].items};
	}
	qsort(p, n, sizeof(*p), span_order);
	vv_free(s->spans);
	s->spans = p;
	s->span_count = n;
	return VV_OK;
}

static vv_status side_open(side *s, vv_table *t, vv_error *err)
{
	uint64_t count, weight;
	vv_status rc = vv_list_reader_open(&s->reader, VV_LIST_DATA, &t->source, t->root.data.data,
					   t->root.data.len, err);
	if (rc < 0) {
		return rc;
	}
	s->spans = vv_calloc(1, sizeof(*s->spans));
	if (!s->spans) {
		return vv_fail_nomem(err);
	}
	vv_list_totals(s->reader, &count, &weight);
	s->spans[0] = (span){0, count};
	s->span_count = count > 0 ? 1 : 0;
	return VV_OK;
}

static void side_close(side *s)
{
	vv_list_reader_close(s->reader);
	vv_free(s->spans);
	vv_free(s->nodes.list);
}

static vv_status take_groups(side *s, vv_changed_group **out, size_t *count, vv_error *err)
{
	*out = vv_calloc(s->nodes.count + 1, sizeof(**out));
	*count = 0;
	if (!*out) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < s->nodes.count; i++) {
		const node *n = &s->nodes.list[i];
		if (!n->shared) {
			(*out)[(*count)++] = (vv_changed_group){n->index, n->row, n->rows};
		}
	}
	return VV_OK;
}

static int share_order(const void *a, const void *b)
{
	const share *x = a, *y = b;
	return x->old_index < y->old_index ? -1 : x->old_index > y->old_index;
}

/* First row and rows of items [index, index + items). */
static vv_status rows_of(side *s, uint64_t index, uint64_t items, uint64_t *row, uint64_t *rows,
			 vv_error *err)
{
	vv_list_item item;
	vv_status rc = vv_list_seek_index(s->reader, index, err);
	uint64_t n, w;
	if (rc < 0) {
		return rc;
	}
	int more = vv_list_next(s->reader, &item, err);
	if (more <= 0) {
		return more < 0 ? (vv_status)more
				: vv_fail(err, VV_ECORRUPT, "a data list is shorter than it says");
	}
	*row = item.before;
	if ((rc = vv_list_seek_index(s->reader, index + items, err)) < 0) {
		return rc;
	}
	vv_list_totals(s->reader, &n, &w);
	if (index + items >= n) {
		*rows = w - *row;
		return VV_OK;
	}
	more = vv_list_next(s->reader, &item, err);
	if (more <= 0) {
		return more < 0 ? (vv_status)more
				: vv_fail(err, VV_ECORRUPT, "a data list is shorter than it says");
	}
	*rows = item.before - *row;
	return VV_OK;
}

/* Shares in file order, those that follow each other on both sides as one segment. */
static vv_status take_segments(vv_changed_groups *out, shares *s, side *a, side *b, vv_error *err)
{
	size_t n = 0;
	if (s->count > 1) {
		qsort(s->list, s->count, sizeof(*s->list), share_order);
	}
	for (size_t i = 0; i < s->count; i++) {
		share *last = n > 0 ? &s->list[n - 1] : NULL;
		if (last && last->old_index + last->items == s->list[i].old_index &&
		    last->new_index + last->items == s->list[i].new_index) {
			last->items += s->list[i].items;
		} else {
			s->list[n++] = s->list[i];
		}
	}
	out->segments = vv_calloc(n + 1, sizeof(*out->segments));
	if (!out->segments) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		vv_segment *g = &out->segments[i];
		uint64_t rows;
		vv_status rc = rows_of(a, s->list[i].old_index, s->list[i].items, &g->old_row,
				       &g->rows, err);
		if (rc == VV_OK) {
			rc = rows_of(b, s->list[i].new_index, s->list[i].items, &g->new_row, &rows,
				     err);
		}
		if (rc < 0) {
			return rc;
		}
		out->segment_count++;
	}
	return VV_OK;
}

static vv_status compare(vv_changed_groups *out, vv_table *a, vv_table *b, bool share_nodes,
			 vv_error *err)
{
	side x = {0}, y = {0};
	shares shared = {0};
	nodes left_x = {0}, left_y = {0};
	vv_status rc;
	memset(out, 0, sizeof(*out));
	if ((rc = side_open(&x, a, err)) < 0 || (rc = side_open(&y, b, err)) < 0) {
		goto done;
	}
	unsigned hx = vv_list_height(x.reader), hy = vv_list_height(y.reader),
		 height = hx > hy ? hx : hy;
	height = share_nodes ? height : 0;
	for (;; height--) {
		left_x.count = left_y.count = 0;
		if ((rc = list_nodes(&x, height, &left_x, err)) < 0 ||
		    (rc = list_nodes(&y, height, &left_y, err)) < 0) {
			goto done;
		}
		if (share_nodes && (rc = strike(&x, &y, &shared, err)) < 0) {
			goto done;
		}
		if (height == 0) {
			break;
		}
		if ((rc = narrow(&x, &left_x, err)) < 0 || (rc = narrow(&y, &left_y, err)) < 0) {
			goto done;
		}
	}
	if ((rc = take_groups(&x, &out->old_groups, &out->old_count, err)) == VV_OK &&
	    (rc = take_groups(&y, &out->new_groups, &out->new_count, err)) == VV_OK) {
		rc = take_segments(out, &shared, &x, &y, err);
	}
done:
	side_close(&x);
	side_close(&y);
	vv_free(shared.list);
	vv_free(left_x.list);
	vv_free(left_y.list);
	if (rc < 0) {
		vv_changed_groups_clear(out);
	}
	return rc;
}

vv_status vv_changed_groups_find(vv_changed_groups *out, vv_table *a, vv_table *b, vv_error *err)
{
	return compare(out, a, b, true, err);
}

vv_status vv_changed_groups_all(vv_changed_groups *out, vv_table *a, vv_table *b, vv_error *err)
{
	return compare(out, a, b, false, err);
}

void vv_changed_groups_clear(vv_changed_groups *r)
{
	vv_free(r->old_groups);
	vv_free(r->new_groups);
	vv_free(r->segments);
	memset(r, 0, sizeof(*r));
}
