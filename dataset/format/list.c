/*
 * list: parses a node's bytes and finds its end; reads lists in order.
 */
#include "base/array.h"
#include "dataset/format/list_internal.h"

#include <string.h>

#include "base/hash.h"
#include "base/sys.h"
#include "dataset/format/cell.h"
#include "dataset/format/facts.h"
#include "dataset/format/group_internal.h"
#include "dataset/format/list.h"
#include "dataset/format/places_block.h"
#include "repo/blocks/parts.h"

/*
 * The two usual places that blocks go to and come from.
 */

static vv_status writer_put(void *payload, const vv_cid *cid, const void *bytes, size_t len,
			    const vv_cid *base, vv_error *err)
{
	return vv_writer_put(payload, cid, bytes, len, base, err);
}

static vv_status writer_get(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	return vv_writer_get(payload, cid, out, err);
}

static vv_status writer_get_parted(void *payload, const vv_cid *cid, vv_parted *out, vv_error *err)
{
	return vv_writer_get_parted(payload, cid, out, err);
}

void vv_sink_writer(vv_sink *out, vv_writer *w)
{
	*out = (vv_sink){.put = writer_put,
			 .get = writer_get,
			 .get_parted = writer_get_parted,
			 .payload = w};
}

static vv_status store_get(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	return vv_store_get(payload, cid, out, err);
}

static vv_status store_get_parted(void *payload, const vv_cid *cid, vv_parted *out, vv_error *err)
{
	return vv_store_get_parted(payload, cid, out, err);
}

vv_status vv_sink_get_parted(const vv_sink *s, const vv_cid *cid, vv_parted *out, vv_error *err)
{
	if (s->get_parted) return s->get_parted(s->payload, cid, out, err);
	out->parts.count = out->left = 0;
	return s->get(s->payload, cid, &out->block, err);
}

static bool store_has(void *payload, const vv_cid *cid)
{
	return vv_store_has(payload, cid);
}

void vv_sink_dry(vv_sink *out, vv_store *s)
{
	*out = (vv_sink){.get = store_get,
			 .get_parted = store_get_parted,
			 .has = store_has,
			 .payload = s,
			 .passing = true};
}

static const char *const kinds[VV_LIST_KINDS] = {"data", "layout", "chunks", "facts", "places"};

const char *list_kind_name(vv_list_kind kind)
{
	return kinds[kind];
}

list_limits list_limits_of(vv_list_kind kind, unsigned level)
{
	/* A layout item is a few bytes where the others are fifty. */
	static const list_limits small = {64, 1024, 255, 256}, wide = {64, 256, 127, 256},
				 usual = {16, 256, 63, 64};

	if (level == 0 && kind == VV_LIST_LAYOUT) return small;
	/* Facts are some hundred bytes, of which little changes: where they are embedded, a new
	 * version has a short difference and no node (runways: 1 % of later versions, not 14 %). */
	return level == 0 && kind == VV_LIST_FACTS ? wide : usual;
}

static vv_status bad_list(const vv_cbor *c, const char *what, vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "a damaged list block, byte %zu: %s",
		       (size_t)(c->p - c->start), what);
}

static vv_status get_array(vv_cbor *c, size_t least, size_t most, size_t *count, vv_error *err)
{
	vv_status rc = vv_cbor_get_array(c, count, err);

	if (rc >= 0 && (*count < least || *count > most)) {
		rc = bad_list(c, "an entry has a wrong number of parts", err);
	}
	return rc;
}

static vv_status get_positive(vv_cbor *c, uint64_t *out, vv_error *err)
{
	vv_status rc = vv_cbor_get_uint(c, out, err);

	if (rc >= 0 && *out == 0) {
		rc = bad_list(c, "a size is zero", err);
	}
	return rc;
}

static vv_status get_link(vv_cbor *c, uint8_t codec, vv_cid *out, vv_error *err)
{
	vv_status rc = vv_cbor_get_link(c, out, err);

	if (rc >= 0 && out->codec != codec) {
		rc = bad_list(c, "a link names a block of the wrong kind", err);
	}
	return rc;
}

/* An embedded chunk list of exactly `bytes` bytes. */
static vv_status skip_chunks(vv_cbor *c, uint64_t bytes, vv_error *err)
{
	vv_auto(list_node) top = {0};
	vv_status rc = list_top_read(&top, VV_LIST_CHUNKS, c, err);

	if (rc < 0) return rc;
	if (top.weight != bytes) {
		rc = bad_list(c, "the lengths of the chunks do not add up", err);
	}
	return rc;
}

/* [[row, column, bytes, chunks], ...]: the cells that are out of line. */
static vv_status skip_outs(vv_cbor *c, uint64_t rows, vv_error *err)
{
	uint64_t row, column, bytes, last_row = 0, last_column = 0;
	size_t count, parts;
	vv_status rc = get_array(c, 1, SIZE_MAX, &count, err);

	for (size_t i = 0; i < count && rc >= 0; i++) {
		if ((rc = get_array(c, 4, 4, &parts, err)) < 0 ||
		    (rc = vv_cbor_get_uint(c, &row, err)) < 0 ||
		    (rc = vv_cbor_get_uint(c, &column, err)) < 0 ||
		    (rc = get_positive(c, &bytes, err)) < 0 ||
		    (rc = skip_chunks(c, bytes, err)) < 0) {
			break;
		}
		if (row >= rows || column >= VV_COLUMNS_MAX || bytes > UINT32_MAX ||
		    (i > 0 && (row < last_row || (row == last_row && column <= last_column)))) {
			rc = bad_list(
				c, "the positions of long cells are out of order or out of range",
				err);
		}
		last_row = row;
		last_column = column;
	}
	return rc;
}

static vv_status read_data(list_item *out, vv_cbor *c, vv_error *err)
{
	size_t parts;
	vv_status rc;

	if ((rc = get_array(c, 2, 3, &parts, err)) < 0 ||
	    (rc = get_link(c, VV_CODEC_RAW, &out->cid, err)) < 0 ||
	    (rc = get_positive(c, &out->weight, err)) < 0) {
		return rc;
	}
	if (out->weight > VV_GROUP_CELLS_MAX) {
		return bad_list(c, "a row group has too many rows", err);
	}
	return parts == 3 ? skip_outs(c, out->weight, err) : VV_OK;
}

static vv_status read_layout(list_item *out, vv_cbor *c, vv_error *err)
{
	const uint8_t *quirks;
	size_t parts, len;
	uint64_t total;
	vv_cbor_type type;
	vv_status rc = vv_cbor_peek(c, &type, err);

	if (rc < 0) return rc;
	if (type == VV_CBOR_UINT) return get_positive(c, &out->weight, err);
	if ((rc = get_array(c, 2, 2, &parts, err)) < 0 ||
	    (rc = get_positive(c, &out->weight, err)) < 0 ||
	    (rc = vv_cbor_peek(c, &type, err)) < 0) {
		return rc;
	}
	if (type == VV_CBOR_BYTES) {
		if ((rc = vv_cbor_get_bytes(c, &quirks, &len, err)) < 0) return rc;
		return len == 0 || len > LIST_QUIRKS_BYTES
			       ? bad_list(c,
					  "the exceptions of a row group "
					  "have a wrong length",
					  err)
			       : VV_OK;
	}
	if ((rc = get_array(c, 2, 2, &parts, err)) < 0 || (rc = get_positive(c, &total, err)) < 0) {
		return rc;
	}
	return total <= LIST_QUIRKS_BYTES ? bad_list(c,
						     "the exceptions of a row group have a wrong "
						     "length",
						     err)
					  : skip_chunks(c, total, err);
}

static vv_status read_chunk(list_item *out, vv_cbor *c, vv_error *err)
{
	size_t parts;
	vv_status rc;

	if ((rc = get_array(c, 2, 2, &parts, err)) < 0 ||
	    (rc = get_link(c, VV_CODEC_RAW, &out->cid, err)) < 0) {
		return rc;
	}
	return get_positive(c, &out->weight, err);
}

static vv_status read_facts(list_item *out, vv_cbor *c, vv_error *err)
{
	vv_status rc = vv_cbor_get_bytes(c, &out->facts, &out->facts_len, err);

	out->weight = 1;
	return rc < 0 ? rc : vv_facts_read(NULL, out->facts, out->facts_len, err);
}

static vv_status read_facts_branch(list_item *out, vv_cbor *c, vv_error *err)
{
	size_t parts;
	vv_status rc;

	if ((rc = get_array(c, 3, 3, &parts, err)) < 0 ||
	    (rc = get_link(c, VV_CODEC_DAG_CBOR, &out->cid, err)) < 0 ||
	    (rc = get_positive(c, &out->count, err)) < 0 || (rc = read_facts(out, c, err)) < 0) {
		return rc;
	}
	out->weight = out->count;
	return VV_OK;
}

static vv_status read_places(list_item *out, vv_cbor *c, vv_error *err)
{
	const uint8_t *bytes;
	size_t len;
	vv_status rc = vv_cbor_get_bytes(c, &bytes, &len, err);

	return rc < 0 ? rc : vv_places_rows(&out->weight, bytes, len, err);
}

static vv_status read_branch(list_item *out, vv_cbor *c, vv_error *err)
{
	size_t parts;
	vv_status rc;

	if ((rc = get_array(c, 3, 3, &parts, err)) < 0 ||
	    (rc = get_link(c, VV_CODEC_DAG_CBOR, &out->cid, err)) < 0 ||
	    (rc = get_positive(c, &out->weight, err)) < 0 ||
	    (rc = get_positive(c, &out->count, err)) < 0) {
		return rc;
	}
	return out->weight < out->count
		       ? bad_list(c, "a link covers fewer rows than it has entries", err)
		       : VV_OK;
}

vv_status list_item_read(list_item *out, vv_cbor *c, vv_list_kind kind, unsigned level,
			 vv_error *err)
{
	vv_status rc;

	*out = (list_item){.bytes = c->p, .count = 1};
	if (kind == VV_LIST_FACTS) {
		rc = level > 0 ? read_facts_branch(out, c, err) : read_facts(out, c, err);
	} else if (level > 0) {
		rc = read_branch(out, c, err);
	} else if (kind == VV_LIST_DATA) {
		rc = read_data(out, c, err);
	} else if (kind == VV_LIST_LAYOUT) {
		rc = read_layout(out, c, err);
	} else if (kind == VV_LIST_PLACES) {
		rc = read_places(out, c, err);
	} else {
		rc = read_chunk(out, c, err);
	}
	out->len = (size_t)(c->p - out->bytes);
	return rc;
}

/* Do items of this level lack a link, whose digest would decide where a node ends? */
static bool is_plain(vv_list_kind kind, unsigned level)
{
	return level == 0 &&
	       (kind == VV_LIST_LAYOUT || kind == VV_LIST_FACTS || kind == VV_LIST_PLACES);
}

bool list_cuts(vv_list_kind kind, unsigned level, const list_item *last, size_t count,
	       size_t items_len, const uint8_t *window, size_t window_len)
{
	list_limits limits = list_limits_of(kind, level);

	if (count >= limits.most || items_len >= LIST_NODE_BYTES) return true;
	if (count < limits.least) return false;
	uint64_t hash = is_plain(kind, level) ? vv_xxh3(window, window_len, 0)
					      : vv_get_le64(last->cid.digest);
	return (hash & limits.mask) == 0;
}

/* "items": [...] into out, whose kind and level are set. */
static vv_status read_items(list_node *out, vv_cbor *c, size_t most, vv_error *err)
{
	vv_status rc = vv_cbor_get_array(c, &out->count, err);

	if (rc < 0) return rc;
	if (out->count > most) return bad_list(c, "the block has too many entries", err);
	if (!(out->item = vv_malloc(out->count * sizeof *out->item))) return vv_fail_nomem(err);
	vv_array_each(out->item, out->count, item) {
		if ((rc = list_item_read(item, c, out->kind, out->level, err)) < 0) return rc;
		if (__builtin_add_overflow(out->weight, item->weight, &out->weight) ||
		    __builtin_add_overflow(out->items, item->count, &out->items)) {
			return bad_list(c, "the sums exceed 64 bits", err);
		}
	}
	return VV_OK;
}

/* The level is after the items and decides how they are read. */
static vv_status find_level(const vv_cbor *items, unsigned *out, vv_error *err)
{
	vv_cbor c = *items;
	uint64_t level;
	vv_status rc;

	if ((rc = vv_cbor_skip(&c, err)) < 0 || (rc = vv_cbor_get_key(&c, "level", err)) < 0 ||
	    (rc = vv_cbor_get_uint(&c, &level, err)) < 0) {
		return rc;
	}
	if (level >= LIST_LEVELS) return bad_list(&c, "too many levels", err);
	*out = (unsigned)level;
	return VV_OK;
}

static vv_status read_rest(list_node *out, vv_cbor *c, bool top, vv_error *err)
{
	uint64_t level;
	vv_status rc;

	if ((rc = vv_cbor_get_key(c, "items", err)) < 0 ||
	    (rc = find_level(c, &out->level, err)) < 0) {
		return rc;
	}
	list_limits limits = list_limits_of(out->kind, out->level);
	const uint8_t *start = c->p;
	if ((rc = read_items(out, c, top ? limits.top : limits.most, err)) < 0) return rc;
	if (top && (size_t)(c->p - start) > LIST_TOP_BYTES + 3) {
		return bad_list(c, "an embedded list is too long", err);
	}
	if (out->count == 0 && (!top || out->level > 0)) {
		return bad_list(c, "the block has no entries", err);
	}
	if ((rc = vv_cbor_get_key(c, "level", err)) < 0) return rc;
	return vv_cbor_get_uint(c, &level, err);
}

vv_status list_top_read(list_node *out, vv_list_kind kind, vv_cbor *c, vv_error *err)
{
	size_t pairs;
	vv_status rc;

	*out = (list_node){.kind = kind};
	if ((rc = vv_cbor_get_map(c, &pairs, err)) >= 0) {
		rc = pairs == 2 ? read_rest(out, c, true, err)
				: bad_list(c, "the embedded list is missing", err);
	}
	if (rc < 0) {
		list_node_clear(out);
	}
	return rc;
}

static vv_status read_node(list_node *out, vv_cbor *c, vv_error *err)
{
	const char *text;
	size_t pairs, len, kind;
	vv_status rc;

	if ((rc = vv_cbor_get_map(c, &pairs, err)) < 0 || (rc = vv_cbor_get_key(c, "v", err)) < 0 ||
	    (rc = vv_cbor_get_text(c, &text, &len, err)) < 0) {
		return rc;
	}
	if (pairs != 4 || len != 4 || memcmp(text, "list", 4) != 0) {
		return bad_list(c, "the block is not a list", err);
	}
	if ((rc = vv_cbor_get_key(c, "of", err)) < 0 ||
	    (rc = vv_cbor_get_word(c, kinds, &kind, err)) < 0) {
		return rc == VV_ENOSUPPORT ? bad_list(c, "the list has an unknown kind", err) : rc;
	}
	out->kind = (vv_list_kind)kind;
	rc = read_rest(out, c, false, err);
	return rc < 0 ? rc : vv_cbor_end(c, err);
}

vv_status list_node_read(list_node *out, const void *bytes, size_t len, vv_error *err)
{
	memset(out, 0, sizeof *out);
	vv_cbor c = vv_cbor_of(bytes, len);
	vv_status rc = read_node(out, &c, err);
	if (rc < 0) {
		list_node_clear(out);
	}
	return rc;
}

void list_node_clear(list_node *n)
{
	vv_free(n->item);
	n->item = NULL;
	n->count = 0;
}

/*
 * Walks a list, reading only the nodes on the way.
 *
 * One frame a level. A frame's `next` always is after the child that is
 * loaded below it, so that leaving a finished node is just going one frame up.
 */

static void start_frame(list_frame *f, uint64_t index, uint64_t weight)
{
	f->next = 0;
	f->index = f->first_index = index;
	f->weight = f->first_weight = weight;
}

vv_status vv_list_reader_open(vv_list_reader **out, vv_list_kind kind, const vv_sink *source,
			      const void *top, size_t top_len, vv_error *err)
{
	vv_auto(vv_list_reader) *r = vv_calloc(1, sizeof *r);
	list_node node;
	vv_auto(vv_buf) copy = VV_BUF_INIT;
	vv_status rc;

	*out = NULL;
	if (!r) return vv_fail_nomem(err);
	*r = (vv_list_reader){.kind = kind, .source = *source};
	vv_buf_put(&copy, top, top_len);
	if ((rc = vv_buf_ok(&copy, err)) < 0) return rc;
	vv_cbor c = vv_cbor_of(copy.data, copy.len);
	if ((rc = list_top_read(&node, kind, &c, err)) < 0) return rc;
	r->low = r->top_level = node.level;
	list_frame *f = &r->frame[node.level];
	f->block = copy;
	f->node = node;
	copy = (vv_buf){0};
	start_frame(f, 0, 0);
	if ((rc = vv_cbor_end(&c, err)) < 0) return rc;
	return vv_hand_over(out, &r);
}

void vv_list_reader_close(vv_list_reader *r)
{
	if (!r) return;
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
static void advance_frame(list_frame *f)
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
		return vv_fail(err, VV_EMISSING, "a block of a list cannot be read here");
	}
	list_node_clear(&child->node);
	if ((rc = r->source.get(r->source.payload, &item->cid, &child->block, err)) < 0 ||
	    (rc = list_node_read(&node, child->block.data, child->block.len, err)) < 0) {
		return rc;
	}
	if (node.kind != r->kind || node.level + 1 != r->low || node.weight != item->weight ||
	    node.items != item->count) {
		list_node_clear(&node);
		return vv_fail(err, VV_ECORRUPT,
			       "a damaged list: a block does not match the entry "
			       "that links to it");
	}
	child->node = node;
	child->cid = item->cid;
	start_frame(child, f->index, f->weight);
	advance_frame(f);
	r->low--;
	return VV_OK;
}

/* Leaves nodes that are used up. True when something follows. */
static bool settle_frames(vv_list_reader *r)
{
	while (r->low < r->top_level && r->frame[r->low].next == r->frame[r->low].node.count) {
		r->low++;
	}
	return r->frame[r->low].next < r->frame[r->low].node.count;
}

/* The item that comes next in the lowest level, which is loaded. */
static int give_item(vv_list_reader *r, vv_list_item *out)
{
	list_frame *f = &r->frame[0];
	const list_item *item = &f->node.item[f->next];

	*out = (vv_list_item){.bytes = item->bytes,
			      .len = item->len,
			      .index = f->index,
			      .before = f->weight,
			      .weight = item->weight};
	out->cbor = vv_cbor_of(item->bytes, item->len);
	advance_frame(f);
	return 1;
}

int vv_list_next(vv_list_reader *r, vv_list_item *out, vv_error *err)
{
	vv_status rc;

	if (!settle_frames(r)) return 0;
	while (r->low > 0) {
		if ((rc = load_child(r, err)) < 0) return rc;
	}
	return give_item(r, out);
}

int vv_list_next_that_may(vv_list_reader *r, vv_list_may_fn may, void *payload, vv_list_item *out,
			  vv_error *err)
{
	vv_status rc;

	while (settle_frames(r)) {
		list_frame *f = &r->frame[r->low];
		const list_item *item = &f->node.item[f->next];

		if (!may(payload, item->facts, item->facts_len)) {
			advance_frame(f);
		} else if (r->low == 0) {
			return give_item(r, out);
		} else if ((rc = load_child(r, err)) < 0) {
			return rc;
		}
	}
	return 0;
}

/* Moves a frame to the item that contains the position, from its start. */
static void walk_to(list_frame *f, uint64_t at, bool by_index)
{
	start_frame(f, f->first_index, f->first_weight);
	while (f->next < f->node.count) {
		const list_item *item = &f->node.item[f->next];
		uint64_t end = by_index ? f->index + item->count : f->weight + item->weight;

		if (end > at) {
			break;
		}
		advance_frame(f);
	}
}

static bool frame_holds(const list_frame *f, uint64_t at, bool by_index)
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
	       (r->low < level || !frame_holds(&r->frame[r->low], at, by_index))) {
		r->low++;
	}
	for (;;) {
		f = &r->frame[r->low];
		walk_to(f, at, by_index);
		if (r->low <= level || f->next == f->node.count ||
		    (exact && (by_index ? f->index : f->weight) == at)) {
			return VV_OK;
		}
		if ((rc = load_child(r, err)) < 0) return rc;
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

int vv_list_next_node(vv_list_reader *r, unsigned height, vv_list_node *out, vv_error *err)
{
	vv_list_item entry;
	vv_status rc;

	if (height == 0) {
		const int more = vv_list_next(r, &entry, err);

		if (more <= 0) return more;
		*out = (vv_list_node){.index = entry.index,
				      .items = 1,
				      .before = entry.before,
				      .weight = entry.weight};
		rc = vv_cid_of(&out->name, VV_CODEC_RAW, entry.bytes, entry.len, err);
		return rc < 0 ? (int)rc : 1;
	}
	if (!settle_frames(r) || height > r->top_level) return 0;
	if (r->low < height) { /* it is loaded, if all below begins here, too */
		for (unsigned level = r->low; level < height; level++) {
			if (r->frame[level].next != 0) return 0;
		}
		const list_frame *f = &r->frame[height - 1];
		*out = (vv_list_node){.name = f->cid,
				      .index = f->first_index,
				      .items = f->node.items,
				      .before = f->first_weight,
				      .weight = f->node.weight};
		r->low = height;
		return 1;
	}
	while (r->low > height) {
		if ((rc = load_child(r, err)) < 0) return (int)rc;
	}
	list_frame *f = &r->frame[height];
	const list_item *item = &f->node.item[f->next];
	*out = (vv_list_node){.name = item->cid,
			      .index = f->index,
			      .items = item->count,
			      .before = f->weight,
			      .weight = item->weight};
	advance_frame(f);
	return 1;
}
