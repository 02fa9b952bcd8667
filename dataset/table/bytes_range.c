/*
 * bytes_range: knows where in the file a group's bytes lie (the head, then the groups in the order of the layout
 * list, whose weights are their lengths, then the tail), and how to tell from lengths alone that the text of
 * a long cell is there as it is stored.
 */
#include "dataset/table/bytes.h"

#include <string.h>

#include "base/sys.h"
#include "dataset/format/chunk.h"

#define LONG_GROUP ((uint64_t)1 << 20) /* bytes; smaller ones are made as a whole */

typedef struct range {
	vv_table *table;
	uint64_t from, end; /* what is wanted of the file */
	vv_bytes_fn fn;
	void *payload;
} range;

/* Gives what is wanted of a piece that begins at `at`. */
static vv_status give_part(const range *r, uint64_t at, const void *bytes, size_t len,
			   vv_error *err)
{
	uint64_t first = r->from > at ? r->from : at;
	uint64_t end = r->end < at + len ? r->end : at + len;

	if (first >= end) {
		return VV_OK;
	}
	return r->fn(r->payload, (const char *)bytes + (first - at), (size_t)(end - first), err);
}

/* at: where the chunk list begins in the file. */
static vv_status give_chunk(const range *r, uint64_t at, const vv_list_item *item, vv_buf *block,
			    vv_error *err)
{
	vv_cbor c = item->cbor;
	const uint8_t *text;
	size_t n, len;
	vv_cid cid;
	vv_status rc;

	if ((rc = vv_cbor_get_array(&c, &n, err)) < 0 ||
	    (rc = vv_cbor_get_link(&c, &cid, err)) < 0 ||
	    (rc = r->table->source.get(r->table->source.payload, &cid, block, err)) < 0 ||
	    (rc = vv_chunk_decode(&text, &len, block->data, block->len, err)) < 0) {
		return rc;
	}
	if (len != item->weight) {
		return vv_fail(err, VV_ECORRUPT, "a chunk has %zu bytes instead of %llu", len,
			       (unsigned long long)item->weight);
	}
	return give_part(r, at + item->before, text, len, err);
}

/* What is wanted of a chunk list that begins at `at` and has so many bytes. */
static vv_status give_chunks(const range *r, uint64_t at, const vv_buf *top, uint64_t bytes,
			     vv_error *err)
{
	vv_list_reader *list = NULL;
	vv_buf block = VV_BUF_INIT;
	vv_list_item item;
	uint64_t count, has;
	int more = 0;
	vv_status rc;

	if ((rc = vv_list_reader_open(&list, VV_LIST_CHUNKS, &r->table->source, top->data, top->len,
				      err)) < 0) {
		return rc;
	}
	vv_list_totals(list, &count, &has);
	if (has != bytes) {
		rc = vv_fail(err, VV_ECORRUPT, "a list of chunks has %llu bytes instead of %llu",
			     (unsigned long long)has, (unsigned long long)bytes);
	} else {
		rc = vv_list_seek(list, r->from > at ? r->from - at : 0, err);
	}
	while (rc == VV_OK && (more = vv_list_next(list, &item, err)) > 0 &&
	       at + item.before < r->end) {
		rc = give_chunk(r, at, &item, &block, err);
	}
	vv_list_reader_close(list);
	vv_buf_clear(&block);
	return rc < 0 ? rc : more < 0 ? (vv_status)more : VV_OK;
}

/* The number of the first group that is wanted. *found false: the range lies behind all groups. */
static vv_status find_group(const range *r, uint64_t head, uint64_t *index, bool *found,
			    vv_error *err)
{
	const vv_buf *top = &r->table->root.layout;
	vv_list_reader *list = NULL;
	vv_list_item item;
	int more = 0;
	vv_status rc;

	rc = vv_list_reader_open(&list, VV_LIST_LAYOUT, &r->table->source, top->data, top->len,
				 err);
	if (rc == VV_OK &&
	    (rc = vv_list_seek(list, r->from > head ? r->from - head : 0, err)) == VV_OK) {
		more = vv_list_next(list, &item, err);
	}
	vv_list_reader_close(list);
	if (rc < 0 || more < 0) {
		return rc < 0 ? rc : (vv_status)more;
	}
	*found = more > 0;
	if (more > 0) {
		*index = item.index;
	}
	return VV_OK;
}

/* ---- groups of which most is a long cell ---- */

/* Its bytes are: before, the cell's text, after. */
typedef struct long_group {
	vv_buf before, after, top; /* top: of the text's chunk list */
	uint64_t text_len;
} long_group;

static void long_group_clear(long_group *g)
{
	vv_buf_clear(&g->before);
	vv_buf_clear(&g->after);
	vv_buf_clear(&g->top);
}

/* The group's bytes with c in the place of the long cell's text. */
static vv_status make_with(vv_buf *out, vv_table *t, vv_batch *b, const table_long *one, char c,
			   bool last, vv_error *err)
{
	vv_cell *cell = &b->cells[one->row * b->columns + one->column];

	cell->text = c == 'x' ? "x" : "y";
	cell->len = 1;
	vv_buf_reset(out);
	return vv_batch_lines(out, NULL, t, b, last, err);
}

/* Parts x, in which the text stands at `at`, where that gives raw_len bytes. The text may need quotes
 * that one letter did not need; where it needs more than these two, it does not stand in the file as it is. */
static int split(long_group *g, const vv_table *t, const vv_buf *x, size_t at, uint64_t raw_len)
{
	const vv_dialect *d = &t->root.dialect;
	uint64_t whole = x->len - 1 + g->text_len;
	bool quoted = at > 0 && at + 1 < x->len && d->quote &&
		      (uint8_t)x->data[at - 1] == d->quote && (uint8_t)x->data[at + 1] == d->quote;
	bool adds = raw_len == whole + 2 && d->form == VV_FORM_CSV && d->quote && !quoted;

	if (raw_len != whole && !adds) {
		return 0;
	}
	vv_buf_put(&g->before, x->data, at);
	if (adds) {
		vv_buf_putc(&g->before, (char)d->quote);
		vv_buf_putc(&g->after, (char)d->quote);
	}
	vv_buf_put(&g->after, x->data + at + 1, x->len - at - 1);
	return 1;
}

/* 1; 0: it is no such group, or not to be told; <0. b has its layout. Cleared by the caller. */
static int long_group_find(long_group *g, vv_table *t, vv_batch *b, const vv_list_item *data,
			   bool last, vv_error *err)
{
	vv_buf x = VV_BUF_INIT, y = VV_BUF_INIT;
	table_long one;
	size_t count, at = 0;
	int found = 0;
	vv_status rc;

	if (b->raw_len <= LONG_GROUP || b->quirks.len > 0 || t->root.dialect.escape) {
		return 0;
	}
	if ((rc = table_load_around(t, b, data->bytes, data->len, &one, &count, err)) < 0 ||
	    count != 1 || (rc = make_with(&x, t, b, &one, 'x', last, err)) < 0 ||
	    (rc = make_with(&y, t, b, &one, 'y', last, err)) < 0) {
		goto done;
	}
	while (at < x.len && at < y.len && x.data[at] == y.data[at]) {
		at++;
	}
	if (x.len == y.len && at < x.len) {
		g->text_len = one.bytes;
		vv_buf_put(&g->top, one.top, one.top_len);
		found = split(g, t, &x, at, b->raw_len);
		rc = g->before.failed || g->after.failed || g->top.failed ? vv_fail_nomem(err)
									  : VV_OK;
	}
done:
	vv_buf_clear(&x);
	vv_buf_clear(&y);
	return rc < 0 ? (int)rc : found;
}

static vv_status give_long_group(const range *r, const long_group *g, uint64_t at, vv_error *err)
{
	uint64_t text = at + g->before.len, after = text + g->text_len;
	vv_status rc = give_part(r, at, g->before.data, g->before.len, err);

	if (rc == VV_OK && r->from < after && r->end > text) {
		rc = give_chunks(r, text, &g->top, g->text_len, err);
	}
	return rc < 0 ? rc : give_part(r, after, g->after.data, g->after.len, err);
}

/* ---- all groups ---- */

/* A walk over the groups that are touched, their data and layout side by side. */
typedef struct walk {
	vv_table *table;
	vv_list_reader *data, *layout;
	vv_list_item item;      /* of data */
	vv_batch batch;         /* with the group's layout */
	uint64_t groups, begin; /* begin: of the group, in the file */
	bool last;
	vv_row_writer *writer;
} walk;

static void walk_close(walk *w)
{
	vv_list_reader_close(w->data);
	vv_list_reader_close(w->layout);
	vv_row_writer_free(w->writer);
	vv_batch_clear(&w->batch);
}

/* From group `index` on. */
static vv_status walk_open(walk *w, vv_table *t, uint64_t index, vv_error *err)
{
	const vv_root *root = &t->root;
	uint64_t rows;
	vv_status rc;

	*w = (walk){.table = t};
	vv_batch_init(&w->batch);
	if ((rc = vv_list_reader_open(&w->data, VV_LIST_DATA, &t->source, root->data.data,
				      root->data.len, err)) < 0 ||
	    (rc = vv_list_reader_open(&w->layout, VV_LIST_LAYOUT, &t->source, root->layout.data,
				      root->layout.len, err)) < 0) {
		return rc;
	}
	vv_list_totals(w->data, &w->groups, &rows);
	if ((rc = vv_list_seek_index(w->data, index, err)) < 0) {
		return rc;
	}
	return vv_list_seek_index(w->layout, index, err);
}

/* 1, 0, <0 */
static int walk_next(walk *w, uint64_t head, vv_error *err)
{
	vv_list_item layout;
	vv_status rc;
	int more = vv_list_next(w->layout, &layout, err);

	if (more <= 0) {
		return more;
	}
	if ((rc = table_load_layout(w->table, &w->batch, layout.bytes, layout.len, err)) < 0) {
		return (int)rc;
	}
	w->begin = head + layout.before;
	if ((more = vv_list_next(w->data, &w->item, err)) <= 0) {
		return more < 0 ? more
				: (int)vv_fail(err, VV_ECORRUPT,
					       "the lists of data and layout differ in length");
	}
	w->last = w->item.index + 1 == w->groups;
	return 1;
}

static vv_status give_group(const range *r, walk *w, vv_error *err)
{
	vv_batch *b = &w->batch;
	long_group one = {.text_len = 0};
	vv_buf raw = VV_BUF_INIT;
	int is_long = long_group_find(&one, r->table, b, &w->item, w->last, err);
	vv_status rc = is_long < 0 ? (vv_status)is_long : VV_OK;

	if (is_long > 0) {
		rc = give_long_group(r, &one, w->begin, err);
	} else if (is_long == 0 &&
		   (rc = table_group_bytes(&raw, r->table, &w->writer, b, w->item.bytes,
					   w->item.len, w->last, err)) == VV_OK) {
		rc = give_part(r, w->begin, raw.data, raw.len, err);
	}
	long_group_clear(&one);
	vv_buf_clear(&raw);
	return rc;
}

static vv_status give_groups(const range *r, uint64_t index, uint64_t head, vv_error *err)
{
	walk w;
	int more = 0;
	vv_status rc = walk_open(&w, r->table, index, err);

	while (rc == VV_OK && (more = walk_next(&w, head, err)) > 0 && w.begin < r->end) {
		rc = give_group(r, &w, err);
	}
	walk_close(&w);
	return rc < 0 ? rc : more < 0 ? (vv_status)more : VV_OK;
}

static vv_status give_table(const range *r, vv_error *err)
{
	vv_buf head = VV_BUF_INIT, tail = VV_BUF_INIT;
	uint64_t index = 0;
	bool found = false;
	vv_status rc;

	if ((rc = table_head(&head, r->table, err)) < 0 ||
	    (rc = table_tail(&tail, r->table, err)) < 0 ||
	    (rc = give_part(r, 0, head.data, head.len, err)) < 0) {
		goto done;
	}
	if (r->end > head.len && (rc = find_group(r, head.len, &index, &found, err)) == VV_OK &&
	    found) {
		rc = give_groups(r, index, head.len, err);
	}
	if (rc == VV_OK) {
		rc = give_part(r, r->table->root.bytes - tail.len, tail.data, tail.len, err);
	}
done:
	vv_buf_clear(&head);
	vv_buf_clear(&tail);
	return rc;
}

vv_status vv_table_range(vv_table *t, uint64_t from, uint64_t len, vv_bytes_fn fn, void *payload,
			 vv_error *err)
{
	uint64_t bytes = t->root.bytes;
	range r = {t, from, 0, fn, payload};

	if (from >= bytes || len == 0) {
		return VV_OK;
	}
	r.end = len < bytes - from ? from + len : bytes;
	return t->root.kind == VV_KIND_TABLE ? give_table(&r, err)
					     : give_chunks(&r, 0, &t->root.data, bytes, err);
}

/* What a group takes in memory of its bytes. */
static vv_status group_cost(walk *w, uint64_t *out, bool *streams, vv_error *err)
{
	long_group one = {.text_len = 0};
	int is_long = long_group_find(&one, w->table, &w->batch, &w->item, w->last, err);

	*out = is_long > 0 ? one.before.len + one.after.len + VV_CHUNK_MAX : w->batch.raw_len;
	*streams = *streams || is_long > 0;
	long_group_clear(&one);
	return is_long < 0 ? (vv_status)is_long : VV_OK;
}

vv_status vv_table_largest_group(vv_table *t, uint64_t from, uint64_t len, uint64_t *out,
				 bool *streams, vv_error *err)
{
	range r = {.table = t, .from = from};
	vv_buf head = VV_BUF_INIT;
	uint64_t index = 0, cost;
	bool found = false, unused;
	walk w = {.table = NULL};
	int more = 0;
	vv_status rc;

	streams = streams ? streams : &unused;
	*out = 0;
	*streams = false;
	if (t->root.kind != VV_KIND_TABLE || from >= t->root.bytes) {
		return VV_OK;
	}
	r.end = len < t->root.bytes - from ? from + len : t->root.bytes;
	vv_batch_init(&w.batch);
	if ((rc = table_head(&head, t, err)) < 0 ||
	    (rc = find_group(&r, head.len, &index, &found, err)) < 0 || !found ||
	    (rc = walk_open(&w, t, index, err)) < 0) {
		goto done;
	}
	while (rc == VV_OK && (more = walk_next(&w, head.len, err)) > 0 && w.begin < r.end) {
		if ((rc = group_cost(&w, &cost, streams, err)) == VV_OK) {
			*out = cost > *out ? cost : *out;
		}
	}
	rc = rc < 0 ? rc : more < 0 ? (vv_status)more : VV_OK;
done:
	walk_close(&w);
	vv_buf_clear(&head);
	return rc;
}
