/*
 * bytes_range: where in the file a group's bytes lie (the head, then the groups in the order of the layout
 * list, whose weights are their lengths, then the tail).
 */
#include "dataset/table/bytes.h"

#include <string.h>

#include "base/sys.h"
#include "dataset/format/chunk.h"

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

	if (first >= end) return VV_OK;
	return r->fn(r->payload, (const char *)bytes + (first - at), (size_t)(end - first), err);
}

/* What is wanted of a file's chunks. */
static vv_status give_chunks(const range *r, vv_error *err)
{
	const vv_buf *top = &r->table->root.data;
	vv_auto(vv_chunk_reader) *chunks = NULL;
	const char *bytes;
	uint64_t at = 0;
	size_t len;
	int more = 0;
	vv_status rc;

	if ((rc = vv_chunk_reader_open(&chunks, &r->table->source, top->data, top->len, err)) < 0) {
		return rc;
	}
	if (vv_chunk_reader_total(chunks) != r->table->root.bytes) {
		return vv_fail(err, VV_ECORRUPT, "a list of chunks has %llu bytes instead of %llu",
			       (unsigned long long)vv_chunk_reader_total(chunks),
			       (unsigned long long)r->table->root.bytes);
	} else {
		if ((rc = vv_chunk_reader_seek(chunks, r->from, err)) < 0) return rc;
	}
	while ((more = vv_chunk_reader_next(chunks, &bytes, &len, &at, err)) > 0 && at < r->end) {
		if ((rc = give_part(r, at, bytes, len, err)) < 0) return rc;
	}
	return more < 0 ? (vv_status)more : VV_OK;
}

/* The number of the first group that is wanted. *found false: the range lies behind all groups. */
static vv_status find_group(const range *r, uint64_t head, uint64_t *index, bool *found,
			    vv_error *err)
{
	const vv_buf *top = &r->table->root.layout;
	vv_list_reader *list = NULL;
	vv_list_item item;
	int more = 0;

	vv_status rc = vv_list_reader_open(&list, VV_LIST_LAYOUT, &r->table->source, top->data,
					   top->len, err);
	if (rc == VV_OK &&
	    (rc = vv_list_seek(list, r->from > head ? r->from - head : 0, err)) == VV_OK) {
		more = vv_list_next(list, &item, err);
	}
	vv_list_reader_close(list);
	if (rc < 0 || more < 0) return rc < 0 ? rc : (vv_status)more;
	*found = more > 0;
	if (more > 0) {
		*index = item.index;
	}
	return VV_OK;
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
	if ((rc = vv_list_seek_index(w->data, index, err)) < 0) return rc;
	return vv_list_seek_index(w->layout, index, err);
}

/* 1, 0, <0 */
static int walk_next(walk *w, uint64_t head, vv_error *err)
{
	vv_list_item layout;
	vv_status rc;
	int more = vv_list_next(w->layout, &layout, err);

	if (more <= 0) return more;
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
	vv_auto(vv_buf) raw = VV_BUF_INIT;
	vv_status rc = table_group_bytes(&raw, r->table, &w->writer, &w->batch, w->item.bytes,
					 w->item.len, w->last, err);

	return rc < 0 ? rc : give_part(r, w->begin, raw.data, raw.len, err);
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
	vv_auto(vv_buf) head = VV_BUF_INIT, tail = VV_BUF_INIT;
	uint64_t index = 0;
	bool found = false;
	vv_status rc;

	if ((rc = table_head(&head, r->table, err)) < 0 ||
	    (rc = table_tail(&tail, r->table, err)) < 0 ||
	    (rc = give_part(r, 0, head.data, head.len, err)) < 0) {
		return rc;
	}
	if (r->end > head.len && (rc = find_group(r, head.len, &index, &found, err)) == VV_OK &&
	    found) {
		rc = give_groups(r, index, head.len, err);
	}
	return rc < 0 ? rc
		      : give_part(r, r->table->root.bytes - tail.len, tail.data, tail.len, err);
}

vv_status range_of_groups(vv_table *t, uint64_t from, uint64_t len, vv_bytes_fn fn, void *payload,
			  vv_error *err)
{
	uint64_t bytes = t->root.bytes;
	range r = {t, from, 0, fn, payload};

	if (from >= bytes || len == 0) return VV_OK;
	r.end = len < bytes - from ? from + len : bytes;
	return t->root.kind == VV_KIND_TABLE ? give_table(&r, err) : give_chunks(&r, err);
}

vv_status largest_of_groups(vv_table *t, uint64_t from, uint64_t len, uint64_t *out, vv_error *err)
{
	const vv_buf *top = &t->root.layout;
	vv_auto(vv_buf) head = VV_BUF_INIT;
	vv_auto(vv_list_reader) *list = NULL;
	vv_list_item item;
	int more = 0;
	vv_status rc;

	*out = 0;
	if (t->root.kind != VV_KIND_TABLE || from >= t->root.bytes) return VV_OK;
	uint64_t end = len < t->root.bytes - from ? from + len : t->root.bytes;
	if ((rc = table_head(&head, t, err)) < 0 ||
	    (rc = vv_list_reader_open(&list, VV_LIST_LAYOUT, &t->source, top->data, top->len,
				      err)) < 0 ||
	    (rc = vv_list_seek(list, from > head.len ? from - head.len : 0, err)) < 0) {
		return rc;
	}
	while ((more = vv_list_next(list, &item, err)) > 0 && head.len + item.before < end) {
		*out = item.weight > *out ? item.weight : *out;
	}
	return more < 0 ? (vv_status)more : VV_OK;
}
