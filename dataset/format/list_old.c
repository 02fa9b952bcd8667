/*
 * list_old: knows which node of the version before a new node resembles.
 *
 * Both lists are walked in order, so the old node is sought by its place, shifted by
 * as many items as the last nodes found were; there and beside it, the one that
 * begins (or ends) with the same item is taken, else the one at the place. Nodes
 * that did not change are told by their CIDs and not read.
 */
#include <string.h>

#include "base/sys.h"
#include "dataset/format/list_internal.h"

#define BESIDE 3 /* at the place, behind it, before it */

struct list_old {
	vv_list_reader *reader;
	uint64_t count; /* level-0 items */
	int64_t drift;  /* old number minus new number of the items last matched */
	vv_buf block;   /* scratch */
};

list_old *list_old_new(vv_list_kind kind, const vv_sink *sink, const vv_buf *top)
{
	list_old *o = vv_calloc(1, sizeof *o);
	uint64_t weight;

	if (!o) {
		return NULL;
	}
	if (vv_list_reader_open(&o->reader, kind, sink, top->data, top->len, NULL) < 0) {
		vv_free(o);
		return NULL;
	}
	vv_list_totals(o->reader, &o->count, &weight);
	return o;
}

void list_old_free(list_old *o)
{
	if (!o) {
		return;
	}
	vv_list_reader_close(o->reader);
	vv_buf_clear(&o->block);
	vv_free(o);
}

/* The places beside the frame's next item, the likeliest first; how many. */
static size_t candidates(const list_frame *f, size_t out[BESIDE])
{
	size_t n = 0;

	out[n++] = f->next;
	if (f->next + 1 < f->node.count) {
		out[n++] = f->next + 1;
	}
	if (f->next > 0) {
		out[n++] = f->next - 1;
	}
	return n;
}

static uint64_t start_of(const list_frame *f, size_t place)
{
	uint64_t index = f->first_index;

	for (size_t i = 0; i < place; i++) {
		index += f->node.item[i].count;
	}
	return index;
}

static bool same(const list_item *item, const uint8_t *bytes, size_t len)
{
	return item->len == len && memcmp(item->bytes, bytes, len) == 0;
}

/* 2: the old node begins with the same item; 1: ends with the same; 0. */
static int likeness(list_old *o, const vv_cid *cid, const uint8_t *first, size_t first_len,
		    const uint8_t *last, size_t last_len)
{
	const vv_sink *source = &o->reader->source;
	list_node node;
	int like = 0;

	if (source->get(source->payload, cid, &o->block, NULL) < 0 ||
	    list_node_read(&node, o->block.data, o->block.len, NULL) < 0) {
		return 0;
	}
	if (same(&node.item[0], first, first_len)) {
		like = 2;
	} else if (same(&node.item[node.count - 1], last, last_len)) {
		like = 1;
	}
	list_node_clear(&node);
	return like;
}

void list_old_find(list_old *o, unsigned level, uint64_t start, const vv_cid *cid,
		   const uint8_t *first, size_t first_len, const uint8_t *last, size_t last_len,
		   vv_cid *base)
{
	vv_list_reader *r = o->reader;
	int64_t at = (int64_t)start + o->drift;
	size_t place[BESIDE], count, chosen = 0;
	const list_frame *f;
	int best = 0;

	memset(base, 0, sizeof *base);
	if (level >= r->top_level || o->count == 0) {
		return;
	}
	at = at < 0 ? 0 : (uint64_t)at >= o->count ? (int64_t)o->count - 1 : at;
	if (list_reader_go(r, (uint64_t)at, true, level + 1, false, NULL) < 0) {
		return;
	}
	f = &r->frame[level + 1];
	count = candidates(f, place);
	for (size_t i = 0; i < count; i++) {
		if (vv_cid_equal(&f->node.item[place[i]].cid, cid)) {
			o->drift = (int64_t)(start_of(f, place[i]) - start);
			return;
		}
	}
	for (size_t i = 0; i < count && best < 2; i++) {
		int like = likeness(o, &f->node.item[place[i]].cid, first, first_len, last,
				    last_len);

		if (like > best) {
			best = like;
			chosen = i;
		}
	}
	if (best == 2) {
		o->drift = (int64_t)(start_of(f, place[chosen]) - start);
	}
	*base = f->node.item[place[chosen]].cid;
}
