/*
 * list_build: writes lists, as nodes where they are long; cuts each level into them.
 *
 * A level starts as a head of a few items, which becomes the embedded top if no more are added.
 * When it overflows, its items are fed one by one into a node that is written at each cut; the
 * node's own item is added to the level above. So memory is a head and a node a level.
 */
#include "dataset/format/list.h"

#include <assert.h>
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/facts.h"
#include "dataset/format/list_internal.h"

/*
 * Finds the node of the version before that a new node resembles.
 *
 * Both lists are walked in order, so the old node is sought by its place, shifted by as many items
 * as the last nodes found were; there and beside it, the one that begins (or ends) with the same
 * item is taken, else the one at the place. Unchanged nodes are recognized by their CIDs and not
 * read.
 */

#define BESIDE 3 /* at the place, after it, before it */

/* The old list beside a builder: finds the node that a new one may be stored as a
 * difference against. */
typedef struct list_old {
	vv_list_reader *reader; /* NULL: nodes have no bases */
	uint64_t count;         /* level-0 items */
	int64_t drift;          /* old number minus new number of the items last matched */
	vv_buf block;           /* scratch */
} list_old;

/* The places beside the frame's next item, the likeliest first; how many. */
static size_t list_candidates(const list_frame *f, size_t out[BESIDE])
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

static bool same_item(const list_item *item, const uint8_t *bytes, size_t len)
{
	return item->len == len && memcmp(item->bytes, bytes, len) == 0;
}

/* 2: the old node begins with the same item; 1: ends with the same; 0. */
static int node_likeness(list_old *o, const vv_cid *cid, const uint8_t *first, size_t first_len,
			 const uint8_t *last, size_t last_len)
{
	const vv_sink *source = &o->reader->source;
	vv_auto(list_node) node = {0};
	int like = 0;

	if (source->get(source->payload, cid, &o->block, NULL) < 0 ||
	    list_node_read(&node, o->block.data, o->block.len, NULL) < 0) {
		return 0;
	}
	if (same_item(&node.item[0], first, first_len)) {
		like = 2;
	} else if (same_item(&node.item[node.count - 1], last, last_len)) {
		like = 1;
	}
	return like;
}

/* base gets the CID of the old node that resembles the new one, or null: none, or the old list has
 * the same node. start: number of the node's first level-0 item; first and last: its items at both
 * ends. */
static void list_old_find(list_old *o, unsigned level, uint64_t start, const vv_cid *cid,
			  const uint8_t *first, size_t first_len, const uint8_t *last,
			  size_t last_len, vv_cid *base)
{
	vv_list_reader *r = o->reader;
	int64_t at = (int64_t)start + o->drift;
	size_t place[BESIDE], chosen = 0;
	int best = 0;

	memset(base, 0, sizeof *base);
	if (!r || level >= r->top_level || o->count == 0) return;
	if (at < 0) {
		at = 0;
	} else if ((uint64_t)at >= o->count) {
		at = (int64_t)o->count - 1;
	}
	if (list_reader_go(r, (uint64_t)at, true, level + 1, false, NULL) < 0) return;
	const list_frame *f = &r->frame[level + 1];
	size_t count = list_candidates(f, place);
	for (size_t i = 0; i < count; i++) {
		if (vv_cid_equal(&f->node.item[place[i]].cid, cid)) {
			o->drift = (int64_t)(start_of(f, place[i]) - start);
			return;
		}
	}
	for (size_t i = 0; i < count && best < 2; i++) {
		int like = node_likeness(o, &f->node.item[place[i]].cid, first, first_len, last,
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

typedef struct level {
	bool overflowed; /* the head has been fed, items go straight into the node */
	vv_buf items;    /* the head's or the node's */
	size_t count;
	size_t recent[4];       /* offsets of the last items, the newest at (count - 1) % 4 */
	size_t second;          /* offset of the second item */
	uint64_t weight, below; /* sums over the node */
	uint64_t start;         /* level-0 items before the node */
	vv_facts facts;         /* of a list of facts: of all its items */
} level;

struct vv_list_builder {
	vv_list_kind kind;
	const vv_sink *sink;
	list_old old;

	level level[LIST_LEVELS];
	vv_facts facts; /* scratch: of an item */
	vv_buf node;    /* scratch */
	bool failed;
};

vv_status vv_list_builder_new(vv_list_builder **out, vv_list_kind kind, const vv_sink *sink,
			      const vv_buf *old, vv_error *err)
{
	vv_list_builder *b = *out = vv_calloc(1, sizeof *b);
	uint64_t weight;

	if (!b) return vv_fail_nomem(err);
	*b = (vv_list_builder){.kind = kind, .sink = sink};
	/* An old list that cannot be read has no bases. */
	if (old && old->len > 0 && sink->get && sink->put &&
	    vv_list_reader_open(&b->old.reader, kind, sink, old->data, old->len, NULL) == VV_OK) {
		vv_list_totals(b->old.reader, &b->old.count, &weight);
	}
	return VV_OK;
}

void vv_list_builder_free(vv_list_builder *b)
{
	if (!b) return;
	for (unsigned i = 0; i < LIST_LEVELS; i++) {
		vv_buf_clear(&b->level[i].items);
		vv_facts_clear(&b->level[i].facts);
	}
	vv_facts_clear(&b->facts);
	vv_buf_clear_all(&b->node, &b->old.block);
	vv_list_reader_close(b->old.reader);

	vv_free(b);
}

static void put_items(vv_buf *b, const level *l, unsigned number)
{
	vv_cbor_add_array(b, "items", l->count);
	vv_buf_put(b, l->items.data, l->items.len);
	vv_cbor_add_uint(b, "level", number);
}

/* Stores the node of a level and makes the item that names it one level up. */
static vv_status write_node(vv_list_builder *b, unsigned number, vv_buf *item, vv_error *err)
{
	level *l = &b->level[number];
	const uint8_t *items = (const uint8_t *)l->items.data;
	const char *kind = list_kind_name(b->kind);
	size_t last = l->recent[(l->count - 1) % 4],
	       first_len = l->count > 1 ? l->second : l->items.len;
	vv_cid cid, base;
	vv_status rc;

	vv_buf_reset(&b->node);
	vv_cbor_put_map(&b->node, 4);
	vv_cbor_add_text(&b->node, "v", "list");
	vv_cbor_add_text(&b->node, "of", kind);
	put_items(&b->node, l, number);
	if ((rc = vv_buf_ok(&b->node, err)) < 0) return rc;
	if (b->node.len > VV_BLOCK_MAX) {
		return vv_fail(err, VV_EREFUSED,
			       "a row has too many long cells: a block of the list would take %s",
			       vv_text_bytes(b->node.len));
	}
	if ((rc = vv_cid_of(&cid, VV_CODEC_DAG_CBOR, b->node.data, b->node.len, err)) < 0) {
		return rc;
	}
	if (b->sink->put) {
		list_old_find(&b->old, number, l->start, &cid, items, first_len, items + last,
			      l->items.len - last, &base);
		rc = b->sink->put(b->sink->payload, &cid, b->node.data, b->node.len,
				  vv_cid_is_null(&base) ? NULL : &base, err);
		if (rc < 0) return rc;
	}
	vv_cbor_put_array(item, 3);
	vv_cbor_put_link(item, &cid);
	if (b->kind == VV_LIST_FACTS) {
		vv_cbor_put_uint(item, l->below);
		vv_buf_reset(&b->node);
		vv_facts_put(&b->node, &l->facts);
		vv_cbor_put_bytes(item, b->node.data, b->node.len);
	} else {
		vv_cbor_put_uint(item, l->weight);
		vv_cbor_put_uint(item, l->below);
	}
	l->start += l->below;
	l->count = 0;
	l->weight = l->below = 0;
	vv_buf_reset(&l->items);
	return (rc = vv_buf_ok(&b->node, err)) < 0 ? rc : vv_buf_ok(item, err);
}

static vv_status append_item(vv_list_builder *b, level *l, const list_item *item, vv_error *err)
{
	vv_status rc;

	if (b->kind == VV_LIST_FACTS &&
	    ((rc = vv_facts_read(&b->facts, item->facts, item->facts_len, err)) < 0 ||
	     (rc = vv_facts_unite(&l->facts, &b->facts, l->count == 0, err)) < 0)) {
		return rc;
	}
	l->recent[l->count % 4] = l->items.len;
	if (l->count == 1) {
		l->second = l->items.len;
	}
	l->count++;
	vv_buf_put(&l->items, item->bytes, item->len);
	if (__builtin_add_overflow(l->weight, item->weight, &l->weight) ||
	    __builtin_add_overflow(l->below, item->count, &l->below)) {
		return vv_fail(err, VV_EREFUSED, "a list's sums exceed 64 bits");
	}
	return vv_buf_ok(&l->items, err);
}

static vv_status add_item(vv_list_builder *b, unsigned number, const list_item *item,
			  vv_error *err);

/* Writes the node and adds its item above. */
static vv_status close_node(vv_list_builder *b, unsigned number, vv_error *err)
{
	vv_auto(vv_buf) item = VV_BUF_INIT;
	list_item above;
	vv_status rc = write_node(b, number, &item, err);

	if (rc >= 0 && number + 1 == LIST_LEVELS) {
		rc = vv_fail(err, VV_EREFUSED, "a list has more than %u levels", LIST_LEVELS);
	}
	if (rc < 0) return rc;
	vv_cbor c = vv_cbor_of(item.data, item.len);
	if ((rc = list_item_read(&above, &c, b->kind, number + 1, err)) >= 0) {
		rc = add_item(b, number + 1, &above, err);
	}
	return rc;
}

/* Adds an item to a level's node, which may end with it. */
static vv_status feed_level(vv_list_builder *b, unsigned number, const list_item *item,
			    vv_error *err)
{
	level *l = &b->level[number];
	vv_status rc = append_item(b, l, item, err);

	if (rc < 0) return rc;
	size_t from = l->count < 4 ? 0 : l->recent[l->count % 4];
	if (!list_cuts(b->kind, number, item, l->count, l->items.len,
		       (const uint8_t *)l->items.data + from, l->items.len - from)) {
		return VV_OK;
	}
	return close_node(b, number, err);
}

/* The head is too long to embed: its items become nodes. */
static vv_status overflow_level(vv_list_builder *b, unsigned number, vv_error *err)
{
	level *l = &b->level[number];
	vv_auto(vv_buf) head = l->items;
	size_t count = l->count;
	list_item item;
	vv_status rc;

	l->items = (vv_buf){0};
	l->count = 0;
	l->weight = l->below = 0;
	l->overflowed = true;
	vv_cbor c = vv_cbor_of(head.data, head.len);
	for (size_t i = 0; i < count; i++) {
		if ((rc = list_item_read(&item, &c, b->kind, number, err)) < 0 ||
		    (rc = feed_level(b, number, &item, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* Calls itself, by way of closing nodes, at most once a level: LIST_LEVELS deep. */
static vv_status add_item(vv_list_builder *b, unsigned number, const list_item *item, vv_error *err)
{
	level *l = &b->level[number];
	vv_status rc;

	if (l->overflowed) return feed_level(b, number, item, err);
	if ((rc = append_item(b, l, item, err)) < 0) return rc;
	if (l->count > list_limits_of(b->kind, number).top || l->items.len > LIST_TOP_BYTES) {
		return overflow_level(b, number, err);
	}
	return VV_OK;
}

vv_status vv_list_builder_add(vv_list_builder *b, const void *item, size_t len, uint64_t weight,
			      vv_error *err)
{
	list_item parsed;
	vv_status rc;

	assert(len > 0);
	if (b->failed) {
		return vv_fail(err, VV_EREFUSED,
			       "the list failed earlier, so nothing can "
			       "be added");
	}
	vv_cbor c = vv_cbor_of(item, len);
	if ((rc = list_item_read(&parsed, &c, b->kind, 0, err)) >= 0 &&
	    (rc = vv_cbor_end(&c, err)) >= 0) {
		assert(parsed.weight == weight);
		rc = add_item(b, 0, &parsed, err);
	}
	(void)weight;
	b->failed = rc < 0;
	return rc;
}

vv_status vv_list_builder_finish(vv_list_builder *b, vv_buf *out, vv_error *err)
{
	unsigned number = 0;
	vv_status rc = VV_OK;

	if (b->failed) {
		return vv_fail(err, VV_EREFUSED,
			       "the list failed earlier, so it cannot be finished");
	}
	for (; b->level[number].overflowed && rc >= 0; number++) {
		if (b->level[number].count > 0) {
			rc = close_node(b, number, err);
		}
	}
	b->failed = true; /* it is used up */
	if (rc < 0) return rc;
	vv_cbor_put_map(out, 2);
	put_items(out, &b->level[number], number);
	return vv_buf_ok(out, err);
}
