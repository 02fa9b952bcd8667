/*
 * bytes: how a file is put together again: head, groups made in parallel and given in
 * order, tail; and that hash and length are the root's before anyone may believe it.
 */
#include "dataset/table/bytes.h"

#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hash_index.h"
#include "base/sys.h"
#include "dataset/format/chunk.h"
#include "dataset/format/form.h"
#include "dataset/format/row_write.h"
#include "dataset/read/scan_cache.h"
#include "dataset/table/walk.h"

/* A thread makes groups (or chunks) up to this many bytes at a time: handing work to a thread costs
 * as much as making a few kilobytes, and so does a write. */
#define PIECE_WANT (128u << 10)
#define PARTS 16u
#define PIECES 8u
/* With more bytes under way only one piece is begun beside the one that is waited for. */
#define BYTES_AHEAD ((uint64_t)4 << 20)
#define KEPT ((size_t)1 << 20) /* bytes of a piece */

/* One group (or chunk). */
typedef struct part {
	vv_buf data_item, layout_item;
	uint64_t first_row;
	bool last;
	bool copied; /* from the old file */
	uint64_t copy_at;
	uint64_t raw_len; /* once it is made */
	uint64_t hash;
	vv_scan_entry entry; /* with a scan cache */
} part;

typedef struct piece {
	vv_job job;
	struct maker *maker;
	part parts[PARTS];
	size_t count;
	uint64_t bytes; /* of all parts, as the lists have them */
	vv_buf raw;
	vv_status status;
	vv_error err;
	size_t given, raw_given; /* of the parts, and of raw */
} piece;

/* One thread's tools. */
typedef struct tools {
	vv_batch batch;
	vv_row_writer *writer; /* NULL until it is needed */
} tools;

/* Where a group of the old file lies, by what makes its bytes. */
typedef struct old_place {
	vv_hash128 items;
	uint64_t at;
} old_place;

typedef struct maker {
	vv_table *table;
	const vv_bytes_options *opts;
	old_place *places;
	size_t place_count, place_cap;
	vv_hash_index place_index; /* by items */
	vv_pool *pool, *own_pool;
	vv_list_reader *data, *layout;
	tools *tools; /* one a thread, and one for who waits */
	size_t tool_count;
	piece pieces[PIECES];
	size_t slots; /* of them: one where no thread makes any ahead */
	size_t head, tail;
	uint64_t under_way; /* bytes of the pieces that are */
	uint64_t left;      /* groups not yet begun */
	vv_xxh3_state *hash;
	uint64_t bytes;
} maker;

static vv_status make_chunk(maker *m, piece *p, const part *of, vv_batch *b, vv_error *err)
{
	size_t n, len;
	uint64_t bytes;
	const uint8_t *text;
	vv_status rc;
	vv_cbor c = vv_cbor_of(of->data_item.data, of->data_item.len);
	if ((rc = vv_cbor_get_array(&c, &n, err)) < 0 ||
	    (rc = vv_cbor_get_link(&c, &b->cid, err)) < 0 ||
	    (rc = vv_cbor_get_uint(&c, &bytes, err)) < 0 ||
	    (rc = m->table->source.get(m->table->source.payload, &b->cid, &b->parted.block, err)) <
		    0 ||
	    (rc = vv_chunk_decode(&text, &len, b->parted.block.data, b->parted.block.len, err)) <
		    0) {
		return rc;
	}
	if (len != bytes) {
		return vv_fail(err, VV_ECORRUPT, "a chunk has %zu bytes instead of %llu", len,
			       (unsigned long long)bytes);
	}
	vv_buf_put(&p->raw, text, len);
	return vv_buf_ok(&p->raw, err);
}

static vv_hash128 items_hash(const void *data, size_t data_len, const void *layout,
			     size_t layout_len)
{
	const vv_hash128 a = vv_xxh3_128(data, data_len, 0);

	return vv_xxh3_128(layout, layout_len, a.lo ^ a.hi);
}

/* The groups of the old file, but for its last one, whose end may be special. */
static vv_status load_places(maker *m, vv_error *err)
{
	vv_table *old = m->opts->old;
	uint64_t count, at = (old->root.dialect.bom ? 3u : 0u) + old->root.dialect.prologue.len;
	vv_status rc = vv_table_groups(old, &count, err);

	if (rc < 0) return rc;
	vv_auto(vv_list_walk) data = vv_list_walk_open(old, VV_LIST_DATA, err);
	vv_auto(vv_list_walk) layout = vv_list_walk_open(old, VV_LIST_LAYOUT, err);

	for (uint64_t i = 1;
	     i < count && vv_list_walk_next(&data) && vv_list_walk_beside(&layout, &data); i++) {
		const vv_list_item *a = &data.item, *b = &layout.item;
		const old_place o = {items_hash(a->bytes, a->len, b->bytes, b->len), at};

		if (!vv_hash_add(m->places, m->place_count, m->place_cap, &m->place_index,
				 o.items.lo, o)) {
			return vv_fail_nomem(err);
		}
		at += b->weight;
	}
	return data.rc < 0 ? data.rc : layout.rc;
}

/* Do equal items mean equal bytes in both files? */
static bool same_form(const vv_table *a, const vv_table *b)
{
	const vv_dialect *d = &a->root.dialect;
	const vv_field *fields = a->schema.fields;

	return a->root.kind == VV_KIND_TABLE && b->root.kind == VV_KIND_TABLE &&
	       a->columns == b->columns && vv_dialect_same_rows(d, &b->root.dialect) &&
	       (!vv_form_is_typed(d->form) ||
		!vv_array_find(fields, a->columns, it,
			       strcmp(it->name, b->schema.fields[it - fields].name) != 0));
}

static vv_status copy_rows(maker *m, piece *p, const part *of, uint64_t len, vv_error *err)
{
	if (!vv_buf_reserve(&p->raw, (size_t)len)) return vv_fail_nomem(err);
	ssize_t n = vv_pread_full(m->opts->old_fd, p->raw.data + p->raw.len, (size_t)len,
				  of->copy_at, "the old file", err);
	if (n < 0) return (vv_status)n;
	if ((uint64_t)n != len) {
		return vv_fail(err, VV_ECORRUPT, "the old file was truncated");
	}
	p->raw.len += (size_t)n;
	return VV_OK;
}

static vv_status make_rows(maker *m, piece *p, part *of, tools *t, vv_error *err)
{
	const size_t from = p->raw.len;
	vv_status rc = table_load_layout(m->table, &t->batch, of->layout_item.data,
					 of->layout_item.len, err);
	if (rc < 0) return rc;
	if (of->copied) return copy_rows(m, p, of, t->batch.raw_len, err);
	t->batch.first_row = of->first_row;
	if ((rc = table_group_bytes(&p->raw, m->table, &t->writer, &t->batch, of->data_item.data,
				    of->data_item.len, of->last, err)) < 0) {
		return rc;
	}
	return table_check_lines(m->table, &t->batch, &p->raw, from, of->last, NULL, err);
}

static void hash_part(const maker *m, part *of, const char *raw, size_t len)
{
	of->raw_len = len;
	of->hash = vv_xxh3(raw, len, 0);
	if (m->opts->cache) {
		size_t head = len < VV_SCAN_HEAD ? len : VV_SCAN_HEAD;
		of->entry = (vv_scan_entry){.raw_len = len,
					    .raw_hash = of->hash,
					    .clean_cut = !of->last,
					    .hash = vv_xxh3_128(raw, len, m->opts->secret),
					    .head_hash = vv_xxh3(raw, head, m->opts->secret)};
	}
}

static void piece_run(vv_job *job, unsigned worker)
{
	piece *p = (piece *)(void *)job;
	maker *m = p->maker;
	tools *t = &m->tools[worker];
	vv_buf_reset(&p->raw);
	p->status = VV_OK;
	for (size_t i = 0; i < p->count && p->status == VV_OK; i++) {
		part *of = &p->parts[i];
		size_t from = p->raw.len;
		p->status = m->table->root.kind == VV_KIND_TABLE
				    ? make_rows(m, p, of, t, &p->err)
				    : make_chunk(m, p, of, &t->batch, &p->err);
		if (p->status == VV_OK) {
			hash_part(m, of, vv_buf_cstr(&p->raw) + from, p->raw.len - from);
		}
	}
	/* long rows are rare: their memory is not kept for the next ones */
	if (p->raw.cap > KEPT) {
		vv_batch_clear(&t->batch);
	}
}

/* The next group, with its bytes; *more false when there is none. */
static vv_status next_part(maker *m, part *of, uint64_t *bytes, bool *more, vv_error *err)
{
	vv_list_item item;
	int n = vv_list_next(m->data, &item, err);
	*more = n > 0;
	if (n <= 0) return (vv_status)n;
	vv_buf_set(&of->data_item, item.bytes, item.len);
	of->first_row = item.before;
	*bytes = item.weight;
	if (m->layout) {
		if ((n = vv_list_next(m->layout, &item, err)) <= 0) {
			return n < 0 ? (vv_status)n
				     : vv_fail(err, VV_ECORRUPT,
					       "the layout list is shorter than the data list");
		}
		vv_buf_set(&of->layout_item, item.bytes, item.len);
		*bytes = item.weight;
		if (vv_buf_ok(&of->layout_item, err) < 0) return VV_ENOMEM;
	}
	if (vv_buf_ok(&of->data_item, err) < 0) return VV_ENOMEM;
	m->left--;
	of->copied = false;
	if (m->places && m->left > 0) {
		const vv_hash128 h = items_hash(of->data_item.data, of->data_item.len,
						of->layout_item.data, of->layout_item.len);
		const old_place *place = vv_hash_find(m->places, &m->place_index, h.lo, o,
						      vv_hash128_equal(o->items, h));
		of->copied = place != NULL;
		of->copy_at = place ? place->at : 0;
	}
	of->last = m->left == 0;
	return VV_OK;
}

static bool has_room(const maker *m)
{
	const size_t begun = m->tail - m->head;
	return begun < m->slots && (begun < 2 || m->under_way < BYTES_AHEAD);
}

/* Begins the next groups; *more false when there are none. */
static vv_status maker_begin(maker *m, bool *more, vv_error *err)
{
	piece *p = &m->pieces[m->tail % m->slots];
	uint64_t bytes = 0;
	p->count = p->given = p->raw_given = 0;
	p->bytes = 0;
	*more = true;
	while (p->count < PARTS && p->bytes < PIECE_WANT) {
		vv_status rc = next_part(m, &p->parts[p->count], &bytes, more, err);
		if (rc < 0) return rc;
		if (!*more) {
			break;
		}
		p->count++;
		p->bytes += bytes;
	}
	if (p->count == 0) return VV_OK;
	*more = true;
	p->maker = m;
	p->job.run = piece_run;
	m->under_way += p->bytes;
	m->tail++;
	vv_pool_submit(m->pool, &p->job);
	return VV_OK;
}

static piece *maker_take(maker *m)
{
	piece *p = &m->pieces[m->head % m->slots];
	vv_pool_wait(m->pool, &p->job);
	m->under_way -= p->bytes;
	m->head++;
	return p;
}

static void trim_piece(piece *p)
{
	if (p->raw.cap > KEPT) {
		vv_buf_clear(&p->raw);
	}
}

static const vv_bytes_options no_options = {.old_fd = -1};

static vv_status maker_open(maker *m, vv_table *t, const vv_bytes_options *opts, vv_error *err)
{
	bool table = t->root.kind == VV_KIND_TABLE;
	uint64_t weight;
	m->table = t;
	m->opts = opts ? opts : &no_options;
	/* a small table is one piece: to wake up a thread takes longer than to make it */
	m->pool = t->root.bytes < PIECE_WANT ? NULL : m->opts->pool;
	m->pool = m->pool ? m->pool : (m->own_pool = vv_pool_new(0));
	m->hash = vv_xxh3_new(0);
	if (!m->pool || !m->hash) return vv_fail_nomem(err);
	m->tool_count = vv_pool_threads(m->pool) + 1;
	m->slots = m->tool_count > 1 ? PIECES : 1;
	if (!(m->tools = vv_calloc(m->tool_count, sizeof(*m->tools)))) return vv_fail_nomem(err);
	vv_status rc = vv_list_reader_open(&m->data, table ? VV_LIST_DATA : VV_LIST_CHUNKS,
					   &t->source, t->root.data.data, t->root.data.len, err);
	if (rc == VV_OK && table) {
		rc = vv_list_reader_open(&m->layout, VV_LIST_LAYOUT, &t->source,
					 t->root.layout.data, t->root.layout.len, err);
	}
	if (rc == VV_OK) {
		vv_list_totals(m->data, &m->left, &weight);
	}
	if (rc == VV_OK && m->opts->old && m->opts->old_fd >= 0 && same_form(t, m->opts->old) &&
	    !vv_root_is_sorted(&m->opts->old->root) && !vv_root_is_encoded(&m->opts->old->root)) {
		rc = load_places(m, err);
	}
	return rc;
}

static void maker_close(maker *m)
{
	while (m->head < m->tail) {
		maker_take(m);
	}
	vv_array_clear(m->tools, m->tools ? m->tool_count : 0, it,
		       (vv_batch_clear(&it->batch), vv_row_writer_free(it->writer)));
	vv_hash_index_clear(&m->place_index);
	vv_free(m->places);
	for (size_t i = 0; i < PIECES; i++) {
		for (size_t k = 0; k < PARTS; k++) {
			vv_buf_clear_all(&m->pieces[i].parts[k].data_item,
					 &m->pieces[i].parts[k].layout_item);
		}
		vv_buf_clear(&m->pieces[i].raw);
	}
	vv_list_reader_close(m->data);
	vv_list_reader_close(m->layout);
	vv_xxh3_free(m->hash);
	vv_pool_free(m->own_pool);
}

vv_status table_hash_agrees(const vv_table *t, const vv_xxh3_state *hash, uint64_t bytes,
			    vv_error *err)
{
	vv_hash128 h = vv_xxh3_digest128(hash);
	if (bytes != t->root.bytes || h.lo != t->root.hash.lo || h.hi != t->root.hash.hi) {
		return vv_fail(err, VV_ECORRUPT,
			       "the restored file differs from the added file (hash or length)");
	}
	return VV_OK;
}

/* Takes the groups of a piece into the hash of the whole file. */
static void take_hashes(vv_xxh3_state *state, const piece *p)
{
	uint8_t le[8];
	vv_array_each(p->parts, p->count, it) {
		vv_put_le64(le, it->hash);
		vv_xxh3_update(state, le, sizeof(le));
	}
}

static vv_status keep_entries(const maker *m, const piece *p, vv_error *err)
{
	vv_status rc;
	for (size_t i = 0; i < p->count && m->opts->cache; i++) {
		if ((rc = vv_scan_cache_add(m->opts->cache, &p->parts[i].entry, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* The next bytes of a piece that was taken; by_group: of one part. False when all were given. */
static bool piece_next(const maker *m, piece *p, const char **bytes, size_t *len)
{
	for (*len = 0; *len == 0 && p->given < p->count; p->raw_given += *len) {
		*bytes = vv_buf_cstr(&p->raw) + p->raw_given;
		do {
			*len += (size_t)p->parts[p->given++].raw_len;
		} while (!m->opts->by_group && p->given < p->count);
	}
	return *len > 0;
}

/* A maker, and the bytes that are next. */
struct group_source {
	maker m;
	vv_buf ends;  /* the head or the tail */
	piece *piece; /* of which some may be left */
	bool more;    /* there are groups to begin */
	const char *at;
	size_t left;
	enum { AT_GROUPS, AT_TAIL, AT_END } state;
};

static void source_give_ends(group_source *s)
{
	s->at = vv_buf_cstr(&s->ends);
	s->left = s->ends.len;
	s->m.bytes += s->left;
}

vv_status group_source_open(group_source **out, vv_table *t, const vv_bytes_options *opts,
			    vv_error *err)
{
	vv_auto(group_source) *s = vv_calloc(1, sizeof(*s));
	vv_status rc;

	*out = NULL;
	if (!s) return vv_fail_nomem(err);
	if ((rc = maker_open(&s->m, t, opts, err)) < 0 || (rc = table_head(&s->ends, t, err)) < 0) {
		return rc;
	}
	s->more = true;
	source_give_ends(s);
	return vv_hand_over(out, &s);
}

void group_source_close(group_source *s)
{
	if (s) {
		maker_close(&s->m);
		vv_buf_clear(&s->ends);
		vv_free(s);
	}
}

/* Goes on to the piece after, made; s->piece is NULL if there is none. */
static vv_status source_next_piece(group_source *s, vv_error *err)
{
	maker *m = &s->m;
	vv_status rc;

	if (s->piece) {
		take_hashes(m->hash, s->piece);
		trim_piece(s->piece);
		s->piece = NULL;
	}
	while (s->more && has_room(m)) {
		if ((rc = maker_begin(m, &s->more, err)) < 0) return rc;
	}
	if (m->head == m->tail) return VV_OK;
	s->piece = maker_take(m);
	return s->piece->status < 0 ? vv_error_copy(err, &s->piece->err)
				    : keep_entries(m, s->piece, err);
}

/* Goes on to the next bytes, if there are any. */
static vv_status source_next(group_source *s, vv_error *err)
{
	const vv_table *t = s->m.table;
	vv_status rc;

	if (s->state == AT_GROUPS) {
		if (s->piece && piece_next(&s->m, s->piece, &s->at, &s->left)) {
			s->m.bytes += s->left;
			return VV_OK;
		}
		if ((rc = source_next_piece(s, err)) < 0 || s->piece) return rc;
		s->state = AT_TAIL;
		vv_buf_reset(&s->ends);
		rc = table_tail(&s->ends, t, err);
		source_give_ends(s);
		return rc;
	}
	s->state = AT_END;
	return vv_root_has_places(&t->root) ? VV_OK
					    : table_hash_agrees(t, s->m.hash, s->m.bytes, err);
}

ssize_t group_source_read(void *source, void *buf, size_t len, vv_error *err)
{
	group_source *s = source;
	while (s->state != AT_END && s->left == 0) {
		vv_status rc = source_next(s, err);
		if (rc < 0) return rc;
	}
	size_t n = s->left < len ? s->left : len;
	if (n > 0) {
		memcpy(buf, s->at, n);
	}
	s->at += n;
	s->left -= n;
	return (ssize_t)n;
}

vv_status bytes_of_groups(vv_table *t, vv_bytes_fn fn, void *payload, const vv_bytes_options *opts,
			  vv_error *err)
{
	vv_auto(group_source) *s = NULL;
	vv_status rc = group_source_open(&s, t, opts, err);

	while (rc == VV_OK && s->state != AT_END) {
		if (s->left > 0 && (rc = fn(payload, s->at, s->left, err)) == VV_OK) {
			rc = vv_progress_update(s->m.opts->progress, "writing", s->m.bytes,
						t->root.bytes, err);
		}
		s->left = 0;
		rc = rc < 0 ? rc : source_next(s, err);
	}
	return rc;
}

vv_status vv_table_row_offset(vv_table *t, uint64_t row, uint64_t *offset, vv_error *err)
{
	vv_auto(vv_table_reader) *r = NULL;
	vv_auto(vv_row_writer) *w = NULL;
	vv_auto(vv_batch) b = {0};
	vv_auto(vv_list_reader) *layout = NULL;
	vv_list_item item;
	vv_auto(vv_buf) raw = VV_BUF_INIT;
	int more;
	vv_status rc;
	if ((rc = vv_table_reader_open(&r, t, NULL, 0, true, err)) < 0 ||
	    (rc = vv_table_seek_row(r, row, err)) < 0 ||
	    (rc = table_row_writer(&w, &t->root.dialect, &t->schema, t->columns, err)) < 0) {
		return rc;
	}
	if ((more = vv_table_read(r, &b, err)) <= 0) {
		return more < 0 ? (vv_status)more
				: vv_fail(err, VV_ENOTFOUND, "no row %llu",
					  (unsigned long long)row + 1);
	}
	rc = vv_list_reader_open(&layout, VV_LIST_LAYOUT, &t->source, t->root.layout.data,
				 t->root.layout.len, err);
	if (rc < 0 || (rc = vv_list_seek_index(layout, b.index, err)) < 0) return rc;
	if ((more = vv_list_next(layout, &item, err)) <= 0) {
		return more < 0 ? (vv_status)more
				: vv_fail(err, VV_ECORRUPT, "the layout list is too short");
	}
	if ((rc = table_batch_bytes(&raw, NULL, t, w, &b, (size_t)(row - b.first_row), false,
				    VV_ANY_LENGTH, err)) == VV_OK) {
		*offset = (t->root.dialect.bom ? 3u : 0u) + t->root.dialect.prologue.len +
			  item.before + raw.len;
	}
	return rc;
}
