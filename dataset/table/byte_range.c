/*
 * byte_range: knows where in the file a group's bytes lie: the head, then the groups in
 * the order of the layout list, whose weights are their lengths, then the tail.
 */
#include "dataset/table/byte_range.h"

#include "base/sys.h"
#include "dataset/format/chunk.h"
#include "dataset/table/group_bytes.h"

vv_status vv_table_row_offset(vv_table *t, uint64_t row, uint64_t *offset, vv_error *err)
{
	vv_table_reader *r = NULL;
	vv_row_writer *w = NULL;
	vv_batch b;
	vv_list_reader *layout = NULL;
	vv_list_item item;
	vv_buf raw = VV_BUF_INIT;
	int more;
	vv_status rc;
	vv_batch_init(&b);
	if ((rc = vv_table_reader_open(&r, t, NULL, 0, true, err)) < 0 ||
	    (rc = vv_table_seek_row(r, row, err)) < 0 || (rc = table_row_writer(&w, t, err)) < 0) {
		goto done;
	}
	if ((more = vv_table_read(r, &b, err)) <= 0) {
		rc = more < 0 ? (vv_status)more
			      : vv_fail(err, VV_ENOTFOUND, "no row %llu",
					(unsigned long long)row + 1);
		goto done;
	}
	rc = vv_list_reader_open(&layout, VV_LIST_LAYOUT, &t->source, t->root.layout.data,
				 t->root.layout.len, err);
	if (rc < 0 || (rc = vv_list_seek_index(layout, b.index, err)) < 0) {
		goto done;
	}
	if ((more = vv_list_next(layout, &item, err)) <= 0) {
		rc = more < 0 ? (vv_status)more
			      : vv_fail(err, VV_ECORRUPT, "the layout list is too short");
		goto done;
	}
	if ((rc = table_batch_bytes(&raw, NULL, t, w, &b, (size_t)(row - b.first_row), false,
				    err)) == VV_OK) {
		*offset = (t->root.dialect.bom ? 3u : 0u) + t->root.dialect.prologue.len +
			  item.before + raw.len;
	}
done:
	vv_list_reader_close(layout);
	vv_row_writer_free(w);
	vv_table_reader_close(r);
	vv_batch_clear(&b);
	vv_buf_clear(&raw);
	return rc;
}

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

static vv_status give_chunk(const range *r, const vv_list_item *item, vv_buf *block, vv_error *err)
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
	return give_part(r, item->before, text, len, err);
}

static vv_status give_chunks(const range *r, vv_error *err)
{
	const vv_buf *top = &r->table->root.data;
	vv_list_reader *list = NULL;
	vv_buf block = VV_BUF_INIT;
	vv_list_item item;
	int more = 0;
	vv_status rc;

	rc = vv_list_reader_open(&list, VV_LIST_CHUNKS, &r->table->source, top->data, top->len,
				 err);
	if (rc == VV_OK) {
		rc = vv_list_seek(list, r->from, err);
	}
	while (rc == VV_OK && (more = vv_list_next(list, &item, err)) > 0 && item.before < r->end) {
		rc = give_chunk(r, &item, &block, err);
	}
	vv_list_reader_close(list);
	vv_buf_clear(&block);
	return rc < 0 ? rc : more < 0 ? (vv_status)more : VV_OK;
}

/* Where the first group begins that is wanted: its number, and the bytes before it after
 * the head. *found false: the range lies behind all groups. */
static vv_status find_group(const range *r, uint64_t head, uint64_t *index, uint64_t *before,
			    bool *found, vv_error *err)
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
		*before = item.before;
	}
	return VV_OK;
}

/* The first row of a group, and how many groups there are. */
static vv_status first_row(const range *r, uint64_t index, uint64_t *row, uint64_t *groups,
			   vv_error *err)
{
	const vv_buf *top = &r->table->root.data;
	vv_list_reader *list = NULL;
	vv_list_item item;
	uint64_t rows;
	int more = 0;
	vv_status rc;

	rc = vv_list_reader_open(&list, VV_LIST_DATA, &r->table->source, top->data, top->len, err);
	if (rc == VV_OK && (rc = vv_list_seek_index(list, index, err)) == VV_OK) {
		more = vv_list_next(list, &item, err);
	}
	if (rc == VV_OK) {
		vv_list_totals(list, groups, &rows);
	}
	vv_list_reader_close(list);
	if (rc < 0 || more < 0) {
		return rc < 0 ? rc : (vv_status)more;
	}
	if (more == 0) {
		return vv_fail(err, VV_ECORRUPT, "the lists of data and layout differ in length");
	}
	*row = item.before;
	return VV_OK;
}

/* Groups from the one with this first row, whose bytes begin at `at` of the file. */
static vv_status give_groups(const range *r, uint64_t row, uint64_t groups, uint64_t at,
			     vv_error *err)
{
	vv_table_reader *reader = NULL;
	vv_row_writer *w = NULL;
	vv_buf raw = VV_BUF_INIT;
	vv_batch b;
	int more = 0;
	vv_status rc;

	vv_batch_init(&b);
	if ((rc = vv_table_reader_open(&reader, r->table, NULL, 0, true, err)) < 0 ||
	    (rc = table_row_writer(&w, r->table, err)) < 0 ||
	    (rc = vv_table_seek_row(reader, row, err)) < 0) {
		goto done;
	}
	while (at < r->end && (more = vv_table_read(reader, &b, err)) > 0) {
		vv_buf_reset(&raw);
		rc = table_batch_bytes(&raw, NULL, r->table, w, &b, b.rows, b.index + 1 == groups,
				       err);
		if (rc == VV_OK && raw.len != b.raw_len) {
			rc = vv_fail(err, VV_ECORRUPT,
				     "row group %llu gives %zu bytes instead of %llu",
				     (unsigned long long)b.index + 1, raw.len,
				     (unsigned long long)b.raw_len);
		}
		if (rc < 0 || (rc = give_part(r, at, raw.data, raw.len, err)) < 0) {
			goto done;
		}
		at += raw.len;
	}
	rc = more < 0 ? (vv_status)more : VV_OK;
done:
	vv_row_writer_free(w);
	vv_table_reader_close(reader);
	vv_batch_clear(&b);
	vv_buf_clear(&raw);
	return rc;
}

static vv_status give_table(const range *r, vv_error *err)
{
	vv_buf head = VV_BUF_INIT, tail = VV_BUF_INIT;
	uint64_t index = 0, before = 0, row = 0, groups = 0;
	bool found = false;
	vv_status rc;

	if ((rc = table_head(&head, r->table, err)) < 0 ||
	    (rc = table_tail(&tail, r->table, err)) < 0 ||
	    (rc = give_part(r, 0, head.data, head.len, err)) < 0) {
		goto done;
	}
	if (r->end > head.len &&
	    (rc = find_group(r, head.len, &index, &before, &found, err)) == VV_OK && found &&
	    (rc = first_row(r, index, &row, &groups, err)) == VV_OK) {
		rc = give_groups(r, row, groups, head.len + before, err);
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
	return t->root.kind == VV_KIND_TABLE ? give_table(&r, err) : give_chunks(&r, err);
}

vv_status vv_table_largest_group(vv_table *t, uint64_t from, uint64_t len, uint64_t *out,
				 vv_error *err)
{
	const vv_buf *top = &t->root.layout;
	vv_list_reader *list = NULL;
	vv_buf head = VV_BUF_INIT;
	uint64_t end = len < t->root.bytes - from ? from + len : t->root.bytes;
	vv_list_item item;
	int more = 0;
	vv_status rc;

	*out = 0;
	if (t->root.kind != VV_KIND_TABLE) {
		return VV_OK;
	}
	if ((rc = table_head(&head, t, err)) < 0 ||
	    (rc = vv_list_reader_open(&list, VV_LIST_LAYOUT, &t->source, top->data, top->len,
				      err)) < 0 ||
	    (rc = vv_list_seek(list, from > head.len ? from - head.len : 0, err)) < 0) {
		goto done;
	}
	while ((more = vv_list_next(list, &item, err)) > 0 && head.len + item.before < end) {
		*out = item.weight > *out ? item.weight : *out;
	}
	rc = more < 0 ? (vv_status)more : VV_OK;
done:
	vv_list_reader_close(list);
	vv_buf_clear(&head);
	return rc;
}
