/*
 * bytes_range: where in the file a group's bytes lie (the head, then the groups in the order of the layout
 * list, whose weights are their lengths, then the tail); and how the rows of a version in key order find their
 * places again without more memory than a part of them takes.
 */
#include "dataset/table/bytes.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/hash.h"
#include "base/sys.h"
#include "dataset/format/chunk.h"
#include "dataset/format/form.h"
#include "dataset/format/places.h"
#include "dataset/format/row_write.h"
#include "dataset/format/temp_bytes.h"
#include "dataset/table/walk.h"

typedef struct range {
	vv_table *table;
	uint64_t from, end; /* the wanted range of the file */
	vv_bytes_fn fn;
	void *payload;
} range;

/* Writes the wanted part of a piece that begins at `at`. */
static vv_status give_part(const range *r, uint64_t at, const void *bytes, size_t len,
			   vv_error *err)
{
	uint64_t first = r->from > at ? r->from : at;
	uint64_t end = r->end < at + len ? r->end : at + len;

	if (first >= end) return VV_OK;
	return r->fn(r->payload, (const char *)bytes + (first - at), (size_t)(end - first), err);
}

/* Writes the wanted part of a file's chunks. */
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

/* The number of the first group that is wanted. *found false: the range is behind all groups. */
static vv_status find_group(const range *r, uint64_t head, uint64_t *index, bool *found,
			    vv_error *err)
{
	vv_auto(vv_list_walk) w = vv_list_walk_open(r->table, VV_LIST_LAYOUT, err);

	vv_list_walk_seek(&w, r->from > head ? r->from - head : 0);
	*found = vv_list_walk_next(&w);
	*index = *found ? w.item.index : 0;
	return w.rc;
}

/* ---- all groups ---- */

/* A walk over the groups that are touched, their data and layout side by side. */
typedef struct walk {
	vv_table *table;
	vv_list_walk data, layout;
	vv_batch batch;         /* with the group's layout */
	uint64_t groups, begin; /* begin: of the group, in the file */
	vv_row_writer *writer;
} walk;

static void walk_close(walk *w)
{
	vv_list_walk_close(&w->data);
	vv_list_walk_close(&w->layout);
	vv_row_writer_free(w->writer);
	vv_batch_clear(&w->batch);
}
VV_AUTO_CLEAR(walk, walk_close)

/* From group `index` on. */
static vv_status walk_open(walk *w, vv_table *t, uint64_t index, vv_error *err)
{
	uint64_t rows;
	vv_status rc;

	*w = (walk){.table = t,
		    .data = vv_list_walk_open(t, VV_LIST_DATA, err),
		    .layout = vv_list_walk_open(t, VV_LIST_LAYOUT, err)};
	if ((rc = w->data.rc) < 0 || (rc = w->layout.rc) < 0) return rc;
	vv_list_totals(w->data.reader, &w->groups, &rows);
	if ((rc = vv_list_seek_index(w->data.reader, index, err)) < 0) return rc;
	return vv_list_seek_index(w->layout.reader, index, err);
}

/* 1, 0, <0 */
static int walk_next(walk *w, uint64_t head, vv_error *err)
{
	const vv_list_item *layout = &w->layout.item;

	if (!vv_list_walk_next(&w->layout)) return (int)w->layout.rc;
	if (!vv_list_walk_beside(&w->data, &w->layout)) return (int)w->data.rc;
	w->begin = head + layout->before;
	vv_status rc = table_load_layout(w->table, &w->batch, layout->bytes, layout->len, err);
	return rc < 0 ? (int)rc : 1;
}

static vv_status give_group(const range *r, walk *w, vv_error *err)
{
	vv_auto(vv_buf) raw = VV_BUF_INIT;
	const vv_list_item *data = &w->data.item;
	vv_status rc = table_group_bytes(&raw, r->table, &w->writer, &w->batch, data->bytes,
					 data->len, data->index + 1 == w->groups, err);

	return rc < 0 ? rc : give_part(r, w->begin, raw.data, raw.len, err);
}

static vv_status give_groups(const range *r, uint64_t index, uint64_t head, vv_error *err)
{
	vv_auto(walk) w = {0};
	int more = 0;
	vv_status rc = walk_open(&w, r->table, index, err);

	while (rc == VV_OK && (more = walk_next(&w, head, err)) > 0 && w.begin < r->end) {
		rc = give_group(r, &w, err);
	}
	if (rc < 0) return rc;
	return more < 0 ? (vv_status)more : VV_OK;
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
	if (from >= bytes || len == 0) return VV_OK;
	const range r = {.table = t,
			 .from = from,
			 .end = len < bytes - from ? from + len : bytes,
			 .fn = fn,
			 .payload = payload};
	return t->root.kind == VV_KIND_TABLE ? give_table(&r, err) : give_chunks(&r, err);
}

static vv_status largest_of_groups(vv_table *t, uint64_t from, uint64_t len, uint64_t *out,
				   vv_error *err)
{
	vv_auto(vv_buf) head = VV_BUF_INIT;
	vv_status rc;

	*out = 0;
	if (t->root.kind != VV_KIND_TABLE || from >= t->root.bytes) return VV_OK;
	uint64_t end = len < t->root.bytes - from ? from + len : t->root.bytes;
	if ((rc = table_head(&head, t, err)) < 0) return rc;
	vv_auto(vv_list_walk) w = vv_list_walk_open(t, VV_LIST_LAYOUT, err);
	vv_list_walk_seek(&w, from > head.len ? from - head.len : 0);
	while (vv_list_walk_next(&w) && head.len + w.item.before < end) {
		*out = w.item.weight > *out ? w.item.weight : *out;
	}
	return w.rc;
}

/* ---- a version in key order ---- */

/* Bytes of a part of the file; with long rows a load may be up to LOAD_MAX. */
#define PART_BYTES ((uint64_t)32 << 20)
#define LOAD_MAX (4 * PART_BYTES)
#define PARTS_MAX 4096u
/* Bytes that wait in memory to be put down together, when there are several parts: of each, and of all. */
#define PENDING (64u << 10)
#define PENDING_ALL (16u << 20)
#define PIECE (128u << 10)

/* A row that is put aside: its number in the part and its length (32 bits each), its line. */
#define HEAD 8u
#define ROW_COST 24u /* with the notes for the way back */
#define NO_ROW UINT64_MAX

typedef struct extent {
	uint64_t at, len;
} extent;

/* Rows that are adjacent in the file. */
typedef struct part {
	vv_buf pending;
	extent *extents;
	size_t count, cap;
	uint64_t bytes;
} part;

/* The place of a row of the part: in `loaded`, or, if the part is too long for that, in `aside`. */
typedef struct place {
	uint64_t at; /* NO_ROW: not yet received */
	uint32_t len;
} place;

/*
 * Rows are put aside by parts of the file: together in memory while they are few, past that in an
 * unlinked file of their length; then one part after the other is in memory.
 */
typedef struct file_order {
	vv_table *table;
	uint64_t rows, part_rows;
	part *parts;
	size_t part_count;
	size_t pending_max; /* bytes of a part that wait */
	temp_bytes aside;
	/* while the sorted file comes */
	vv_places_reader *places;
	vv_list_reader *groups;
	vv_table_reader *reader; /* when line ends do not separate the rows */
	uint64_t groups_left, rows_left;
	size_t head_len;
	bool has_head;
	/* while the file is written */
	size_t next_part;
	uint64_t next_row; /* in the part */
	place *where;
	uint64_t where_count;
	vv_buf loaded, row, piece;
	bool is_loaded, began, ended;
	vv_xxh3_state *hash;
	uint64_t bytes;
} file_order;

static vv_status bad_order(const char *what, vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "the stored order of the version's rows is damaged: %s",
		       what);
}

/* ---- the sorted file comes ---- */

static vv_status put_down(file_order *o, part *p, vv_error *err)
{
	if (p->pending.len == 0) return VV_OK;
	if (!vv_array_add(p->extents, p->count, p->cap,
			  (extent){temp_bytes_len(&o->aside), p->pending.len})) {
		return vv_fail_nomem(err);
	}
	p->bytes += p->pending.len;
	vv_status rc = temp_bytes_put(&o->aside, p->pending.data, p->pending.len, err);
	vv_buf_reset(&p->pending);
	return rc;
}

/* A line without its row end. */
static vv_status take_row(file_order *o, const char *line, size_t len, vv_error *err)
{
	uint64_t at;
	uint8_t head[HEAD];
	int more = vv_places_next(o->places, &at, err);

	if (more < 0) return (vv_status)more;
	if (more == 0 || o->rows_left == 0 || at >= o->rows || len > UINT32_MAX) {
		return bad_order(more == 0 ? "it has fewer positions than rows"
					   : "a position is outside the file",
				 err);
	}
	o->rows_left--;
	part *p = &o->parts[at / o->part_rows];
	vv_put_le32(head, (uint32_t)(at % o->part_rows));
	vv_put_le32(head + 4, (uint32_t)len);
	vv_buf_put(&p->pending, head, sizeof(head));
	vv_buf_put(&p->pending, line, len);
	if (p->pending.failed) return vv_fail_nomem(err);
	return o->part_count > 1 && p->pending.len > o->pending_max ? put_down(o, p, err) : VV_OK;
}

/* The lines of a group where their ends are nowhere else. */
static vv_status take_lines(file_order *o, const char *bytes, size_t len, const char *end,
			    size_t end_len, vv_error *err)
{
	vv_status rc;

	while (len > 0) {
		const char *at = memchr(bytes, end[end_len - 1], len);
		size_t n = at ? (size_t)(at - bytes) + 1 : len, body = n;

		if (at && (n < end_len || memcmp(at + 1 - end_len, end, end_len) != 0)) {
			return bad_order("a line has a different line end from the others", err);
		}
		body -= at ? end_len : 0;
		if ((rc = take_row(o, bytes, body, err)) < 0) return rc;
		bytes += n;
		len -= n;
	}
	return VV_OK;
}

/* The same by the cells. */
static vv_status take_rendered(file_order *o, uint64_t index, bool last, size_t end_len,
			       vv_error *err)
{
	const vv_dialect *d = &o->table->root.dialect;
	vv_auto(vv_batch) b = {0};
	vv_auto(vv_buf) lines = VV_BUF_INIT;
	vv_auto_free size_t *ends = NULL;
	size_t from = 0;
	vv_status rc = VV_OK;
	int more;

	if ((!o->reader &&
	     (rc = vv_table_reader_open(&o->reader, o->table, NULL, 0, true, err)) < 0) ||
	    (rc = vv_table_seek_group(o->reader, index, err)) < 0) {
		return rc;
	}
	if ((more = vv_table_read(o->reader, &b, err)) <= 0) {
		return more < 0 ? (vv_status)more : bad_order("a row group is missing", err);
	}
	if (!(ends = vv_calloc(b.rows, sizeof(*ends)))) return vv_fail_nomem(err);
	rc = vv_batch_lines(&lines, ends, o->table, &b, last, err);
	for (size_t i = 0; i < b.rows && rc == VV_OK; i++) {
		bool ended = !last || i + 1 < b.rows ||
			     (!vv_form_is_document(d->form) && d->final_newline);
		size_t len = ends[i] - from;

		if (len < (ended ? end_len : 0)) {
			rc = bad_order("a line is shorter than its line end", err);
		} else {
			rc = take_row(o, lines.data + from, len - (ended ? end_len : 0), err);
		}
		from = ends[i];
	}
	return rc;
}

/* Receives the head, each group, and the tail. */
static vv_status take_bytes(void *payload, const void *bytes, size_t len, vv_error *err)
{
	file_order *o = payload;
	const vv_dialect *d = &o->table->root.dialect;
	vv_list_item item;
	size_t end_len;
	const char *end = vv_dialect_row_end(d, &end_len);
	int more;

	if (o->has_head) {
		o->has_head = false;
		return VV_OK;
	}
	if (o->groups_left == 0) return VV_OK;
	if ((more = vv_list_next(o->groups, &item, err)) <= 0) {
		return more < 0 ? (vv_status)more : bad_order("a row group is missing", err);
	}
	bool last = --o->groups_left == 0, open_end = last && !d->final_newline;

	if (!vv_form_is_document(d->form) &&
	    vv_count_byte(bytes, len, end[end_len - 1]) == item.weight - (open_end ? 1 : 0)) {
		return take_lines(o, bytes, len, end, end_len, err);
	}
	return take_rendered(o, item.index, last, end_len, err);
}

static vv_status plan_parts(file_order *o, vv_error *err)
{
	const vv_root *root = &o->table->root;
	uint64_t count = root->bytes / PART_BYTES + root->rows / (PART_BYTES / ROW_COST) + 1;

	if (root->rows > VV_PLACE_MAX || root->rows > root->bytes + 1) {
		return bad_order("it has more rows than bytes", err);
	}

	count = count > PARTS_MAX ? PARTS_MAX : count;
	o->rows = o->rows_left = root->rows;
	o->part_rows = o->rows / count + 1;
	o->part_rows = o->part_rows > UINT32_MAX ? UINT32_MAX : o->part_rows;
	o->part_count = (size_t)(o->rows / o->part_rows + 1);
	o->pending_max = PENDING_ALL / o->part_count < PENDING ? PENDING_ALL / o->part_count
							       : PENDING;
	o->parts = vv_calloc(o->part_count, sizeof(*o->parts));
	return o->parts ? VV_OK : vv_fail_nomem(err);
}

static void file_order_close(file_order *o)
{
	if (!o) return;
	vv_array_clear(o->parts, o->parts ? o->part_count : 0, it,
		       (vv_buf_clear(&it->pending), vv_free(it->extents)));
	vv_places_close(o->places);
	vv_list_reader_close(o->groups);
	vv_table_reader_close(o->reader);
	temp_bytes_clear(&o->aside);
	vv_free(o->where);
	vv_buf_clear_all(&o->loaded, &o->row, &o->piece);
	vv_xxh3_free(o->hash);
	vv_free(o);
}
VV_AUTO_FREE(file_order, file_order_close)

static vv_status file_order_open(file_order **out, vv_table *t, vv_pool *pool,
				 const vv_progress *progress, vv_error *err)
{
	vv_auto(file_order) *o = vv_calloc(1, sizeof(*o));
	const vv_bytes_options opts = {
		.pool = pool, .progress = progress, .old_fd = -1, .by_group = true};
	uint64_t weight;
	vv_status rc;

	*out = NULL;
	if (!o) return vv_fail_nomem(err);
	o->table = t;
	temp_bytes_init(&o->aside, NULL, PART_BYTES);
	o->hash = vv_xxh3_new(0);
	o->has_head = t->root.dialect.bom || t->root.dialect.prologue.len > 0;
	if (!o->hash) return vv_fail_nomem(err);
	if ((rc = plan_parts(o, err)) < 0 ||
	    (rc = vv_places_open(&o->places, &t->source, &t->root.places, err)) < 0 ||
	    (rc = vv_list_reader_open(&o->groups, VV_LIST_DATA, &t->source, t->root.data.data,
				      t->root.data.len, err)) < 0) {
		return rc;
	}
	vv_list_totals(o->groups, &o->groups_left, &weight);
	if ((rc = bytes_of_groups(t, take_bytes, o, &opts, err)) < 0) return rc;
	if (o->rows_left > 0) return bad_order("it has fewer rows than it declares", err);
	for (size_t i = 0; o->part_count > 1 && i < o->part_count && rc == VV_OK; i++) {
		rc = put_down(o, &o->parts[i], err);
		vv_buf_clear(&o->parts[i].pending);
	}
	if (rc < 0) return rc;
	vv_places_close(o->places);
	o->places = NULL;
	vv_list_reader_close(o->groups);
	o->groups = NULL;
	vv_table_reader_close(o->reader);
	o->reader = NULL;
	return vv_hand_over(out, &o);
}

/* The approximate bytes in memory while the file is written, without single long rows. */
static uint64_t file_order_memory(const vv_table *t)
{
	const vv_root *root = &t->root;
	uint64_t all = root->rows < PART_BYTES / ROW_COST ? root->bytes + root->rows * ROW_COST
							  : PART_BYTES;

	return all < PART_BYTES ? all : PART_BYTES;
}

/* ---- writing the file ---- */

static vv_status note_row(file_order *o, const uint8_t *head, uint64_t at, vv_error *err)
{
	uint32_t row = vv_get_le32(head);

	if (row >= o->where_count || o->where[row].at != NO_ROW) {
		return bad_order("two rows have the same position", err);
	}
	o->where[row] = (place){at + HEAD, vv_get_le32(head + 4)};
	return VV_OK;
}

static vv_status find_in_memory(file_order *o, const vv_buf *rows, vv_error *err)
{
	const uint8_t *bytes = (const uint8_t *)rows->data;
	vv_status rc;

	for (size_t at = 0; at < rows->len; at += HEAD + vv_get_le32(bytes + at + 4)) {
		if ((rc = note_row(o, bytes + at, at, err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status find_aside(file_order *o, const part *p, vv_error *err)
{
	uint8_t head[HEAD];
	vv_status rc;

	vv_array_each(p->extents, p->count, it) {
		uint64_t at = it->at, end = at + it->len;

		while (at < end) {
			if ((rc = temp_bytes_get(&o->aside, at, head, HEAD, err)) < 0 ||
			    (rc = note_row(o, head, at, err)) < 0) {
				return rc;
			}
			at += HEAD + vv_get_le32(head + 4);
		}
	}
	return VV_OK;
}

static vv_status load_part(file_order *o, part *p, vv_error *err)
{
	uint64_t before = (uint64_t)o->next_part * o->part_rows;
	vv_status rc;

	o->where_count = o->rows - before < o->part_rows ? o->rows - before : o->part_rows;
	if (!o->where) {
		o->where = vv_calloc((size_t)o->where_count + 1, sizeof(*o->where));
	}
	if (!o->where) return vv_fail_nomem(err);
	for (uint64_t i = 0; i < o->where_count; i++) {
		o->where[i].at = NO_ROW;
	}
	o->next_row = 0;
	o->is_loaded = p->bytes <= LOAD_MAX;
	vv_buf_reset(&o->loaded);
	if (o->part_count == 1) {
		vv_buf swap = o->loaded;

		o->loaded = p->pending; /* it was never put down */
		p->pending = swap;
		return find_in_memory(o, &o->loaded, err);
	}
	if (!o->is_loaded) return find_aside(o, p, err);
	if (!vv_buf_reserve(&o->loaded, (size_t)p->bytes)) return vv_fail_nomem(err);
	for (size_t i = 0; i < p->count; i++) {
		if ((rc = temp_bytes_get(&o->aside, p->extents[i].at,
					 o->loaded.data + o->loaded.len, (size_t)p->extents[i].len,
					 err)) < 0) {
			return rc;
		}
		o->loaded.len += (size_t)p->extents[i].len;
	}
	return find_in_memory(o, &o->loaded, err);
}

static vv_status put_row(file_order *o, const place *w, bool last, vv_error *err)
{
	const vv_dialect *d = &o->table->root.dialect;
	size_t end_len;
	const char *end = vv_dialect_row_end(d, &end_len);
	vv_status rc;

	if (w->at == NO_ROW) return bad_order("a position has no row", err);
	if (!vv_buf_reserve(&o->piece, (size_t)w->len + end_len)) return vv_fail_nomem(err);
	if (o->is_loaded) {
		vv_buf_put(&o->piece, o->loaded.data + w->at, w->len);
	} else {
		if ((rc = temp_bytes_get(&o->aside, w->at, o->piece.data + o->piece.len, w->len,
					 err)) < 0) {
			return rc;
		}
		o->piece.len += w->len;
	}
	if (!last || (!vv_form_is_document(d->form) && d->final_newline)) {
		vv_buf_put(&o->piece, end, end_len);
	}
	return VV_OK;
}

static vv_status put_rows(file_order *o, vv_error *err)
{
	vv_status rc;

	while (o->piece.len < PIECE && (uint64_t)o->next_part * o->part_rows < o->rows) {
		uint64_t before = (uint64_t)o->next_part * o->part_rows;

		if (o->next_row == 0 && (rc = load_part(o, &o->parts[o->next_part], err)) < 0) {
			return rc;
		}
		while (o->piece.len < PIECE && o->next_row < o->where_count) {
			if ((rc = put_row(o, &o->where[o->next_row],
					  before + o->next_row + 1 == o->rows, err)) < 0) {
				return rc;
			}
			o->next_row++;
		}
		if (o->next_row == o->where_count) {
			o->next_part++;
			o->next_row = 0;
		}
	}
	if ((uint64_t)o->next_part * o->part_rows >= o->rows) {
		o->ended = true;
		return table_tail(&o->piece, o->table, err);
	}
	return VV_OK;
}

static int file_order_next(file_order *o, const char **bytes, size_t *len, vv_error *err)
{
	vv_status rc = VV_OK;

	vv_buf_reset(&o->piece);
	if (!o->began) {
		o->began = true;
		rc = table_head(&o->piece, o->table, err);
	}
	if (rc < 0 || (!o->ended && (rc = put_rows(o, err)) < 0) ||
	    (rc = vv_buf_ok(&o->piece, err)) < 0) {
		return (int)rc;
	}
	if (o->piece.len == 0) return (int)table_hash_agrees(o->table, o->hash, o->bytes, err);
	vv_xxh3_update(o->hash, o->piece.data, o->piece.len);
	o->bytes += o->piece.len;
	*bytes = o->piece.data;
	*len = o->piece.len;
	return 1;
}

static vv_status file_order_range(vv_table *t, uint64_t from, uint64_t len, vv_bytes_fn fn,
				  void *payload, vv_pool *pool, const vv_progress *progress,
				  vv_error *err)
{
	vv_auto(file_order) *o = NULL;
	const char *bytes;
	size_t n;
	uint64_t at = 0, end = len > UINT64_MAX - from ? UINT64_MAX : from + len;
	int more = 1;
	vv_status rc = file_order_open(&o, t, pool, progress, err);

	while (rc == VV_OK && (at < end || end >= t->root.bytes) &&
	       (more = file_order_next(o, &bytes, &n, err)) > 0) {
		uint64_t skip = from > at ? from - at : 0, upto = end - at < n ? end - at : n;

		if (skip < upto) {
			rc = fn(payload, bytes + skip, (size_t)(upto - skip), err);
		}
		at += n;
		rc = rc < 0 ? rc : vv_progress_update(progress, "writing", at, t->root.bytes, err);
	}
	if (rc < 0) return rc;
	return more < 0 ? (vv_status)more : VV_OK;
}

/* ---- bytes.h ---- */

vv_status vv_table_bytes_with(vv_table *t, vv_bytes_fn fn, void *payload,
			      const vv_bytes_options *opts, vv_error *err)
{
	const vv_bytes_options given = opts ? *opts : (vv_bytes_options){.pool = NULL};

	if (!vv_root_has_places(&t->root)) return bytes_of_groups(t, fn, payload, opts, err);
	return file_order_range(t, 0, t->root.bytes, fn, payload, given.pool, given.progress, err);
}

vv_status vv_table_bytes(vv_table *t, vv_bytes_fn fn, void *payload, vv_pool *pool,
			 const vv_progress *progress, vv_error *err)
{
	vv_bytes_options opts = {.pool = pool, .progress = progress, .old_fd = -1};
	return vv_table_bytes_with(t, fn, payload, &opts, err);
}

vv_status vv_table_range(vv_table *t, uint64_t from, uint64_t len, vv_bytes_fn fn, void *payload,
			 vv_error *err)
{
	uint64_t bytes = t->root.bytes;

	if (!vv_root_has_places(&t->root) || from >= bytes || len == 0) {
		return range_of_groups(t, from, len, fn, payload, err);
	}
	return file_order_range(t, from, len < bytes - from ? len : bytes - from, fn, payload, NULL,
				NULL, err);
}

vv_status vv_table_largest_group(vv_table *t, uint64_t from, uint64_t len, uint64_t *out,
				 vv_error *err)
{
	vv_status rc;

	if (!vv_root_has_places(&t->root) || from >= t->root.bytes) {
		return largest_of_groups(t, from, len, out, err);
	}
	/* All of the sorted file is made, a group at a time, and put aside. */
	if ((rc = largest_of_groups(t, 0, t->root.bytes, out, err)) == VV_OK) {
		*out = *out > file_order_memory(t) ? *out : file_order_memory(t);
	}
	return rc;
}

/* Pulled: from the one or the other. */
struct vv_table_source {
	group_source *groups;
	file_order *order;
	const char *piece; /* of order */
	size_t len, pos;
	bool ended;
};

vv_status vv_table_source_open_with(vv_table_source **out, vv_table *t, vv_pool *pool,
				    vv_error *err)
{
	vv_auto_free vv_table_source *s = vv_calloc(1, sizeof(*s));

	*out = NULL;
	if (!s) return vv_fail_nomem(err);
	vv_status rc = vv_root_has_places(&t->root) ? file_order_open(&s->order, t, pool, NULL, err)
						    : group_source_open(&s->groups, t, NULL, err);
	return rc < 0 ? rc : vv_hand_over(out, &s);
}

vv_status vv_table_source_open(vv_table_source **out, vv_table *t, vv_error *err)
{
	return vv_table_source_open_with(out, t, NULL, err);
}

void vv_table_source_close(vv_table_source *s)
{
	if (s) {
		group_source_close(s->groups);
		file_order_close(s->order);
		vv_free(s);
	}
}

ssize_t vv_table_source_read(void *source, void *buf, size_t len, vv_error *err)
{
	vv_table_source *s = source;

	if (s->groups) return group_source_read(s->groups, buf, len, err);
	if (s->pos == s->len) {
		int more = s->ended ? 0 : file_order_next(s->order, &s->piece, &s->len, err);

		s->pos = 0;
		if (more <= 0) {
			s->len = 0;
			s->ended = s->ended || more == 0;
			return more;
		}
	}
	len = len < s->len - s->pos ? len : s->len - s->pos;
	memcpy(buf, s->piece + s->pos, len);
	s->pos += len;
	return (ssize_t)len;
}
