/*
 * file_order: how rows find their places again without more memory than a part of them takes.
 */
#include "dataset/table/file_order.h"

#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/sys.h"
#include "dataset/format/mem_sink.h"
#include "dataset/format/places.h"
#include "dataset/read/temp_bytes.h"
#include "dataset/table/bytes.h"
#include "dataset/table/import.h"

/* Bytes of a part of the file; what is loaded at once may be some times that, where rows are long. */
#define PART_BYTES ((uint64_t)32 << 20)
#define LOAD_MAX (4 * PART_BYTES)
#define PARTS_MAX 4096u
/* Bytes that wait in memory to be put down together, when there are several parts: of each, and of all. */
#define PENDING (64u << 10)
#define PENDING_ALL (16u << 20)
#define PIECE (128u << 10)

/* A row that is put aside: its number in the part and its length (32 bits each), its line. */
#define HEAD 8u
#define ROW_COST 24u /* with what is noted when it goes */
#define NO_ROW UINT64_MAX

typedef struct extent {
	uint64_t at, len;
} extent;

/* Rows that stand together in the file. */
typedef struct part {
	vv_buf pending;
	extent *extents;
	size_t count, cap;
	uint64_t bytes;
} part;

/* Where a row of the part lies: in `loaded`, or, where the part is too long for that, in `aside`. */
typedef struct place {
	uint64_t at; /* NO_ROW: it has not come */
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
	vv_table_reader *reader; /* when lines are not told apart by their ends */
	uint64_t groups_left, rows_left;
	size_t head_len;
	bool has_head;
	/* while the file goes */
	size_t next_part;
	uint64_t next_row; /* in the part */
	place *where;
	uint64_t where_count;
	vv_buf loaded, row, piece;
	bool is_loaded, began, ended;
	vv_xxh3_state *hash;
	uint64_t bytes;
} file_order;

static vv_status bad(const char *what, vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "a version in key order: %s", what);
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
		return bad(more == 0 ? "it has fewer places than rows"
				     : "a place outside of the file",
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

static size_t count_byte(const char *bytes, size_t len, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		n += bytes[i] == c;
	}
	return n;
}

/* The lines of a group where their ends stand nowhere else. */
static vv_status take_lines(file_order *o, const char *bytes, size_t len, const char *end,
			    size_t end_len, vv_error *err)
{
	vv_status rc;

	while (len > 0) {
		const char *at = memchr(bytes, end[end_len - 1], len);
		size_t n = at ? (size_t)(at - bytes) + 1 : len, body = n;

		if (at && (n < end_len || memcmp(at + 1 - end_len, end, end_len) != 0)) {
			return bad("a line whose end is not that of all others", err);
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
		return more < 0 ? (vv_status)more : bad("a group is gone", err);
	}
	ends = vv_calloc(b.rows, sizeof(*ends));
	if (!ends) return vv_fail_nomem(err);
	rc = vv_batch_lines(&lines, ends, o->table, &b, last, err);
	for (size_t i = 0; i < b.rows && rc == VV_OK; i++) {
		bool ended = !last || i + 1 < b.rows ||
			     (d->form != VV_FORM_JSON && d->final_newline);
		size_t len = ends[i] - from;

		rc = len < (ended ? end_len : 0)
			     ? bad("a line that is shorter than its end", err)
			     : take_row(o, lines.data + from, len - (ended ? end_len : 0), err);
		from = ends[i];
	}
	return rc;
}

/* What comes is the head, each group, and the tail. */
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
		return more < 0 ? (vv_status)more : bad("a group is gone", err);
	}
	bool last = --o->groups_left == 0, open_end = last && !d->final_newline;

	if (d->form != VV_FORM_JSON &&
	    count_byte(bytes, len, end[end_len - 1]) == item.weight - (open_end ? 1 : 0)) {
		return take_lines(o, bytes, len, end, end_len, err);
	}
	return take_rendered(o, item.index, last, end_len, err);
}

static vv_status plan_parts(file_order *o, vv_error *err)
{
	const vv_root *root = &o->table->root;
	uint64_t count = root->bytes / PART_BYTES + root->rows / (PART_BYTES / ROW_COST) + 1;

	if (root->rows > VV_PLACE_MAX || root->rows > root->bytes + 1) {
		return bad("more rows than bytes", err);
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
	for (size_t i = 0; o->parts && i < o->part_count; i++) {
		vv_buf_clear(&o->parts[i].pending);
		vv_free(o->parts[i].extents);
	}
	vv_free(o->parts);
	vv_places_close(o->places);
	vv_list_reader_close(o->groups);
	vv_table_reader_close(o->reader);
	temp_bytes_clear(&o->aside);
	vv_free(o->where);
	vv_buf_clear_all(&o->loaded, &o->row, &o->piece);
	vv_xxh3_free(o->hash);
	vv_free(o);
}

static vv_status file_order_open(file_order **out, vv_table *t, vv_pool *pool,
				 const vv_progress *progress, vv_error *err)
{
	file_order *o = vv_calloc(1, sizeof(*o));
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
	if (!o->hash) {
		rc = vv_fail_nomem(err);
		goto failed;
	}
	if ((rc = plan_parts(o, err)) < 0 ||
	    (rc = vv_places_open(&o->places, &t->source, &t->root.places, err)) < 0 ||
	    (rc = vv_list_reader_open(&o->groups, VV_LIST_DATA, &t->source, t->root.data.data,
				      t->root.data.len, err)) < 0) {
		goto failed;
	}
	vv_list_totals(o->groups, &o->groups_left, &weight);
	if ((rc = bytes_of_groups(t, take_bytes, o, &opts, err)) < 0) {
		goto failed;
	}
	if (o->rows_left > 0) {
		rc = bad("it has fewer rows than it declares", err);
		goto failed;
	}
	for (size_t i = 0; o->part_count > 1 && i < o->part_count && rc == VV_OK; i++) {
		rc = put_down(o, &o->parts[i], err);
		vv_buf_clear(&o->parts[i].pending);
	}
	if (rc < 0) {
		goto failed;
	}
	vv_places_close(o->places);
	o->places = NULL;
	vv_list_reader_close(o->groups);
	o->groups = NULL;
	vv_table_reader_close(o->reader);
	o->reader = NULL;
	*out = o;
	return VV_OK;
failed:
	file_order_close(o);
	return rc;
}

/* Bytes that are in memory while the file goes, about; rows that are long by themselves not counted. */
static uint64_t file_order_memory(const vv_table *t)
{
	const vv_root *root = &t->root;
	uint64_t all = root->rows < PART_BYTES / ROW_COST ? root->bytes + root->rows * ROW_COST
							  : PART_BYTES;

	return all < PART_BYTES ? all : PART_BYTES;
}

/* ---- the file goes ---- */

static vv_status note_row(file_order *o, const uint8_t *head, uint64_t at, vv_error *err)
{
	uint32_t row = vv_get_le32(head);

	if (row >= o->where_count || o->where[row].at != NO_ROW) {
		return bad("two rows have one place", err);
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

	for (size_t i = 0; i < p->count; i++) {
		uint64_t at = p->extents[i].at, end = at + p->extents[i].len;

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

	if (w->at == NO_ROW) return bad("a place without a row", err);
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
	if (!last || (d->form != VV_FORM_JSON && d->final_newline)) {
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

static vv_status agrees(const file_order *o, vv_error *err)
{
	vv_hash128 h = vv_xxh3_digest128(o->hash);
	const vv_root *root = &o->table->root;

	return o->bytes == root->bytes && h.lo == root->hash.lo && h.hi == root->hash.hi
		       ? VV_OK
		       : vv_fail(err, VV_ECORRUPT,
				 "the bytes put together are not those that were added (hash or "
				 "length differs)");
}

static int file_order_next(file_order *o, const char **bytes, size_t *len, vv_error *err)
{
	vv_status rc;

	vv_buf_reset(&o->piece);
	if (o->ended) {
		rc = agrees(o, err);
		return rc < 0 ? (int)rc : 0;
	}
	if (!o->began) {
		o->began = true;
		if ((rc = table_head(&o->piece, o->table, err)) < 0) return rc;
	}
	if ((rc = put_rows(o, err)) < 0 || (rc = vv_buf_ok(&o->piece, err)) < 0) return rc;
	if (o->piece.len == 0) { /* the end */
		rc = agrees(o, err);
		return rc < 0 ? (int)rc : 0;
	}
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
	file_order *o = NULL;
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
		if (rc == VV_OK) {
			rc = vv_progress_update(progress, "writing", at, t->root.bytes, err);
		}
	}
	file_order_close(o);
	return rc < 0 ? rc : more < 0 ? (vv_status)more : VV_OK;
}

/* ---- bytes.h ---- */

vv_status vv_table_bytes_with(vv_table *t, vv_bytes_fn fn, void *payload,
			      const vv_bytes_options *opts, vv_error *err)
{
	return vv_root_has_places(&t->root) ? file_order_range(t, 0, t->root.bytes, fn, payload,
							       opts ? opts->pool : NULL,
							       opts ? opts->progress : NULL, err)
					    : bytes_of_groups(t, fn, payload, opts, err);
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
	vv_table_source *s = vv_calloc(1, sizeof(*s));

	*out = NULL;
	if (!s) return vv_fail_nomem(err);
	vv_status rc = vv_root_has_places(&t->root) ? file_order_open(&s->order, t, pool, NULL, err)
						    : group_source_open(&s->groups, t, err);
	if (rc < 0) {
		vv_free(s);
		return rc;
	}
	*out = s;
	return VV_OK;
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

/* ---- the table that the file gives ---- */

#define ALONE ((uint64_t)4 << 20) /* bytes for which threads are not worth their start */

static void take_list(vv_buf *to, vv_buf *from)
{
	vv_buf_clear(to);
	*to = *from;
	*from = (vv_buf)VV_BUF_INIT;
}

static vv_status file_order_take(vv_table *t, vv_error *err)
{
	vv_auto(vv_pool) *pool = vv_pool_new(t->root.bytes < ALONE ? 0 : vv_cpu_count() - 1);
	vv_auto(vv_mem_sink) *scratch = NULL;
	vv_auto(vv_table_source) *bytes = NULL;
	vv_auto(vv_import_result) made = {0};
	vv_sink sink;
	vv_source source = {.read = vv_table_source_read, .size = t->root.bytes, .name = "table"};
	const vv_import_options opts = {.kind = VV_KIND_TABLE,
					.is_text = true,
					.hints = VV_SNIFF_HINTS_INIT,
					.parent = &t->root,
					.as = &t->root,
					.order = VV_ORDER_READ,
					.pool = pool};
	vv_status rc;

	if (!pool) return vv_fail_nomem(err);
	if ((rc = vv_mem_sink_over(&scratch, &t->source, NULL, err)) < 0 ||
	    (rc = vv_table_source_open_with(&bytes, t, pool, err)) < 0) {
		return rc;
	}
	vv_mem_sink_use(&sink, scratch);
	source.payload = bytes;
	if ((rc = vv_import(&made, &source, &sink, &opts, err)) < 0) {
		return rc == VV_EINPUT ? vv_recode(err, VV_ECORRUPT) : rc;
	}
	take_list(&t->root.data, &made.root.data);
	take_list(&t->root.layout, &made.root.layout);
	take_list(&t->root.facts, &made.root.facts);
	vv_buf_clear(&t->root.places);
	t->root.hash = made.root.hash;
	t->source = sink;
	t->source.put = NULL;
	t->scratch = scratch;
	scratch = NULL;
	return rc;
}

vv_status vv_table_to_file_order(vv_table *t, vv_error *err)
{
	return vv_root_has_places(&t->root) ? file_order_take(t, err) : VV_OK;
}

vv_status vv_table_open(vv_table *out, const vv_sink *source, const vv_cid *cid, vv_error *err)
{
	vv_status rc = vv_table_open_stored(out, source, cid, err);

	if (rc == VV_OK && (rc = vv_table_to_file_order(out, err)) < 0) {
		vv_table_close(out);
	}
	return rc;
}

bool vv_tables_have_one_order(const vv_table *x, const vv_table *y)
{
	const vv_root *a = &x->root, *b = &y->root;
	bool same = a->sorted_by_count == b->sorted_by_count &&
		    vv_root_has_places(a) == vv_root_has_places(b);

	for (size_t i = 0; same && i < a->sorted_by_count; i++) {
		same = strcmp(a->sorted_by[i], b->sorted_by[i]) == 0;
	}
	return same;
}

vv_status vv_tables_in_one_order(vv_table *a, vv_table *b, vv_error *err)
{
	if (vv_tables_have_one_order(a, b)) return VV_OK;
	vv_status rc = vv_table_to_file_order(a, err);
	return rc == VV_OK ? vv_table_to_file_order(b, err) : rc;
}
