/*
 * list_read: knows how to walk a list, reading only the nodes on the way.
 *
 * One frame a level. A frame's `next` always stands behind the child that is
 * loaded below it, so that leaving a finished node is just going one frame up.
 */
#include "dataset/format/list.h"

#include <string.h>

#include "base/sys.h"
#include "dataset/format/list_internal.h"

static void start_frame(list_frame *f, uint64_t index, uint64_t weight)
{
	f->next = 0;
	f->index = f->first_index = index;
	f->weight = f->first_weight = weight;
}

vv_status vv_list_reader_open(vv_list_reader **out, vv_list_kind kind, const vv_sink *source,
			      const void *top, size_t top_len, vv_error *err)
{
	vv_list_reader *r = vv_calloc(1, sizeof *r);
	list_node node;
	list_frame *f;
	vv_buf copy = VV_BUF_INIT;
	vv_cbor c;
	vv_status rc;

	*out = NULL;
	if (!r) {
		return vv_fail_nomem(err);
	}
	r->kind = kind;
	r->source = *source;
	vv_buf_put(&copy, top, top_len);
	if ((rc = vv_buf_ok(&copy, err)) < 0) {
		goto done;
	}
	vv_cbor_init(&c, copy.data, copy.len);
	if ((rc = list_top_read(&node, kind, &c, err)) < 0) {
		goto done;
	}
	r->low = r->top_level = node.level;
	f = &r->frame[node.level];
	f->block = copy;
	f->node = node;
	vv_buf_init(&copy);
	start_frame(f, 0, 0);
	if ((rc = vv_cbor_end(&c, err)) < 0) {
		goto done;
	}
	*out = r;
	r = NULL;
done:
	vv_buf_clear(&copy);
	vv_list_reader_close(r);
	return rc;
}

void vv_list_reader_close(vv_list_reader *r)
{
	if (!r) {
		return;
	}
	for (unsigned i = 0; i < LIST_LEVELS; i++) {
		vv_buf_clear(&r->frame[i].block);
		list_node_clear(&r->frame[i].node);
	}
	vv_free(r);
}

void vv_list_totals(const vv_list_reader *r, uint64_t *count, uint64_t *weight)
{
	*count = r->frame[r->top_level].node.items;
	*weight = r->frame[r->top_level].node.weight;
}

unsigned vv_list_height(const vv_list_reader *r)
{
	return r->top_level;
}

/* Moves a frame past its next item. */
static void advance(list_frame *f)
{
	const list_item *item = &f->node.item[f->next++];

	f->index += item->count;
	f->weight += item->weight;
}

/* Loads the node that comes next in the lowest frame; nothing is changed on failure. */
static vv_status load_child(vv_list_reader *r, vv_error *err)
{
	list_frame *f = &r->frame[r->low], *child = f - 1;
	const list_item *item = &f->node.item[f->next];
	list_node node;
	vv_status rc;

	if (!r->source.get) {
		return vv_fail(err, VV_EMISSING, "a node of a list cannot be read here");
	}
	list_node_clear(&child->node);
	if ((rc = r->source.get(r->source.payload, &item->cid, &child->block, err)) < 0 ||
	    (rc = list_node_read(&node, child->block.data, child->block.len, err)) < 0) {
		return rc;
	}
	if (node.kind != r->kind || node.level + 1 != r->low || node.weight != item->weight ||
	    node.items != item->count) {
		list_node_clear(&node);
		return vv_fail(err, VV_ECORRUPT, "list: a node is not what the one above it says");
	}
	child->node = node;
	child->cid = item->cid;
	start_frame(child, f->index, f->weight);
	advance(f);
	r->low--;
	return VV_OK;
}

/* Leaves nodes that are used up. True when something follows. */
static bool settle(vv_list_reader *r)
{
	while (r->low < r->top_level && r->frame[r->low].next == r->frame[r->low].node.count) {
		r->low++;
	}
	return r->frame[r->low].next < r->frame[r->low].node.count;
}

int vv_list_next(vv_list_reader *r, vv_list_item *out, vv_error *err)
{
	list_frame *f = &r->frame[0];
	const list_item *item;
	vv_status rc;

	if (!settle(r)) {
		return 0;
	}
	while (r->low > 0) {
		if ((rc = load_child(r, err)) < 0) {
			return rc;
		}
	}
	item = &f->node.item[f->next];
	vv_cbor_init(&out->cbor, item->bytes, item->len);
	out->bytes = item->bytes;
	out->len = item->len;
	out->index = f->index;
	out->before = f->weight;
	out->weight = item->weight;
	advance(f);
	return 1;
}

/* Moves a frame to the item that holds the position, from its start. */
static void walk_to(list_frame *f, uint64_t at, bool by_index)
{
	start_frame(f, f->first_index, f->first_weight);
	while (f->next < f->node.count) {
		const list_item *item = &f->node.item[f->next];
		uint64_t end = by_index ? f->index + item->count : f->weight + item->weight;

		if (end > at) {
			break;
		}
		advance(f);
	}
}

static bool holds(const list_frame *f, uint64_t at, bool by_index)
{
	uint64_t first = by_index ? f->first_index : f->first_weight;

	return at >= first && at - first < (by_index ? f->node.items : f->node.weight);
}

vv_status list_reader_go(vv_list_reader *r, uint64_t at, bool by_index, unsigned level, bool exact,
			 vv_error *err)
{
	list_frame *f;
	vv_status rc;

	while (r->low < r->top_level &&
	       (r->low < level || !holds(&r->frame[r->low], at, by_index))) {
		r->low++;
	}
	for (;;) {
		f = &r->frame[r->low];
		walk_to(f, at, by_index);
		if (r->low <= level || f->next == f->node.count ||
		    (exact && (by_index ? f->index : f->weight) == at)) {
			return VV_OK;
		}
		if ((rc = load_child(r, err)) < 0) {
			return rc;
		}
	}
}

vv_status vv_list_seek(vv_list_reader *r, uint64_t at, vv_error *err)
{
	return list_reader_go(r, at, false, 0, true, err);
}

vv_status vv_list_seek_index(vv_list_reader *r, uint64_t index, vv_error *err)
{
	return list_reader_go(r, index, true, 0, true, err);
}

/* Brings the frame of level `height` to where its next item is the node of that
 * height that begins here; or finds that node among those already loaded. */
static list_frame *node_here(vv_list_reader *r, unsigned height, bool *loaded, vv_error *err)
{
	if (!settle(r) || height == 0 || height > r->top_level) {
		return NULL;
	}
	*loaded = r->low < height;
	if (*loaded) {
		for (unsigned level = r->low; level < height; level++) {
			if (r->frame[level].next != 0) {
				return NULL;
			}
		}
		return &r->frame[height - 1];
	}
	while (r->low > height) {
		if (load_child(r, err) < 0) {
			return NULL;
		}
	}
	return &r->frame[height];
}

bool vv_list_peek_node(vv_list_reader *r, vv_cid *cid, uint64_t *items, uint64_t *weight,
		       unsigned height)
{
	bool loaded;
	list_frame *f = node_here(r, height, &loaded, NULL);

	if (!f) {
		return false;
	}
	*cid = loaded ? f->cid : f->node.item[f->next].cid;
	*items = loaded ? f->node.items : f->node.item[f->next].count;
	*weight = loaded ? f->node.weight : f->node.item[f->next].weight;
	return true;
}

vv_status vv_list_skip(vv_list_reader *r, unsigned height, vv_error *err)
{
	vv_list_item item;
	list_frame *f;
	bool loaded;
	int more;

	if (height == 0) {
		more = vv_list_next(r, &item, err);
		return more < 0 ? (vv_status)more : VV_OK;
	}
	vv_error_clear(err);
	f = node_here(r, height, &loaded, err);
	if (!f) {
		return err && err->code < 0
			       ? err->code
			       : vv_fail(err, VV_EUSAGE, "no list node of height %u begins here",
					 height);
	}
	if (loaded) {
		r->low = height;
	} else {
		advance(f);
	}
	return VV_OK;
}
