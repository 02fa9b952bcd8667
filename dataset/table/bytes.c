/*
 * bytes: knows how a file is put together again: head, groups made in parallel and given in
 * order, tail; and that hash and length are the root's before anyone may believe it.
 */
#include "dataset/table/bytes.h"

#include <string.h>

#include "base/file.h"
#include "base/sys.h"
#include "dataset/format/chunk.h"
#include "dataset/format/quirks.h"
#include "dataset/read/scan.h"

/* The caller frees both, also on failure. */
static vv_status column_names(const char ***names, size_t **lens, const vv_table *t, vv_error *err)
{
	*names = vv_calloc(t->columns + 1, sizeof(**names));
	*lens = vv_calloc(t->columns + 1, sizeof(**lens));
	if (!*names || !*lens) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < t->columns && t->schema.fields; i++) {
		(*names)[i] = t->schema.fields[i].name;
		(*lens)[i] = t->schema.fields[i].name_len;
	}
	return VV_OK;
}

vv_status table_row_writer(vv_row_writer **out, const vv_table *t, vv_error *err)
{
	const char **names;
	size_t *lens;
	vv_status rc = column_names(&names, &lens, t, err);

	if (rc == VV_OK) {
		rc = vv_row_writer_new(out, &t->root.dialect, t->columns, names, lens, err);
	}
	vv_free(names);
	vv_free(lens);
	return rc;
}

/* Has the last row of a group its row end? last: it is the last group. */
static bool group_ends_row(const vv_table *t, bool last)
{
	const vv_dialect *d = &t->root.dialect;

	return !last || (d->form != VV_FORM_JSON && d->final_newline);
}

/* ends_out, when not NULL, gets where each row ends in out. */
static vv_status batch_raw(vv_buf *out, size_t *ends_out, const vv_table *t, vv_row_writer *w,
			   const vv_batch *b, size_t upto, bool last, vv_error *err)
{
	static const char *const ends[] = {"", "\n", "\r\n", "\r"};
	const vv_dialect *d = &t->root.dialect;
	size_t end_len;
	const char *end = vv_dialect_row_end(d, &end_len);
	vv_quirks quirks;
	vv_quirk q;

	vv_quirks_init(&quirks, b->quirks.data, b->quirks.len);
	int more = vv_quirks_next(&quirks, &q, err);
	for (size_t r = 0; r < upto && more >= 0; r++) {
		bool irregular = more > 0 && q.row == r;
		if (irregular && q.kind == VV_QUIRK_RAW) {
			vv_buf_put(out, q.raw, q.raw_len);
		} else {
			vv_row_write(w, out, &b->cells[r * b->columns], b->columns);
			if (irregular) {
				vv_buf_puts(out, ends[q.kind]);
			} else if (r + 1 < b->rows || group_ends_row(t, last)) {
				vv_buf_put(out, end, end_len);
			}
		}
		if (irregular) {
			more = vv_quirks_next(&quirks, &q, err);
		}
		if (ends_out) {
			ends_out[r] = out->len;
		}
	}
	if (more < 0) {
		return (vv_status)more;
	}
	if (more > 0 && upto == b->rows) {
		return vv_fail(err, VV_ECORRUPT,
			       "line forms (quirks) of rows that the group does not have");
	}
	return vv_buf_ok(out, err);
}

vv_status vv_batch_lines(vv_buf *out, size_t *ends, vv_table *t, const vv_batch *b, bool last,
			 vv_error *err)
{
	vv_row_writer *w = NULL;
	vv_status rc = table_row_writer(&w, t, err);
	if (rc == VV_OK) {
		rc = batch_raw(out, ends, t, w, b, b->rows, last, err);
	}
	vv_row_writer_free(w);
	return rc;
}

vv_status table_group_bytes(vv_buf *out, vv_table *t, vv_row_writer **w, vv_batch *b,
			    const void *item, size_t len, bool last, vv_error *err)
{
	/* No cell is longer than what it is read from. */
	b->text_max = b->raw_len + 1;
	int done = table_load_lines(out, t, b, item, len, group_ends_row(t, last), err);
	if (done < 0) {
		return (vv_status)done;
	}
	if (done == 0) {
		vv_status rc;
		vv_buf_reserve(out, b->raw_len < (64u << 20) ? (size_t)b->raw_len + 64 : 0);
		if ((!*w && (rc = table_row_writer(w, t, err)) < 0) ||
		    (rc = batch_raw(out, NULL, t, *w, b, b->rows, last, err)) < 0) {
			return rc;
		}
	}
	if (out->len != b->raw_len) {
		return vv_fail(err, VV_ECORRUPT, "a row group gives %zu bytes instead of %llu",
			       out->len, (unsigned long long)b->raw_len);
	}
	return VV_OK;
}

vv_status table_head(vv_buf *out, const vv_table *t, vv_error *err)
{
	const vv_dialect *d = &t->root.dialect;
	if (t->root.kind != VV_KIND_TABLE) {
		return VV_OK;
	}
	if (d->bom) {
		vv_buf_put(out, "\xEF\xBB\xBF", 3);
	}
	vv_buf_put(out, d->prologue.data, d->prologue.len);
	return vv_buf_ok(out, err);
}

vv_status table_tail(vv_buf *out, const vv_table *t, vv_error *err)
{
	if (t->root.kind == VV_KIND_TABLE) {
		vv_buf_put(out, t->root.dialect.epilogue.data, t->root.dialect.epilogue.len);
	}
	return vv_buf_ok(out, err);
}

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
	if ((rc = batch_raw(&raw, NULL, t, w, &b, (size_t)(row - b.first_row), false, err)) ==
	    VV_OK) {
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

/* One group (or chunk) being made into bytes by a thread. */
typedef struct piece {
	vv_job job;
	struct maker *maker;
	vv_buf data_item, layout_item;
	vv_batch batch;
	bool last;
	bool copied; /* from the old file */
	uint64_t copy_at;
	vv_buf raw;
	uint64_t hash;
	vv_scan_entry entry; /* with a scan cache */
	vv_status status;
	vv_error err;
} piece;

#define PIECES 8
#define KEPT ((size_t)16 << 20) /* bytes of a piece */

/* Where the groups of the old file lie: a hash table by what makes their bytes. */
typedef struct old_place {
	vv_hash128 items;
	uint64_t at, raw_len; /* raw_len 0: free slot */
} old_place;

typedef struct maker {
	vv_table *table;
	const vv_bytes_options *opts;
	old_place *places;
	size_t place_cap;
	vv_pool *pool, *own_pool;
	vv_list_reader *data, *layout;
	vv_row_writer **writers; /* one a thread */
	size_t writer_count;
	piece pieces[PIECES];
	size_t head, tail;
	uint64_t left; /* groups not yet begun */
	vv_xxh3_state *hash;
	uint64_t bytes;
} maker;

static vv_status make_chunk(maker *m, piece *p, vv_error *err)
{
	vv_cbor c;
	size_t n, len;
	uint64_t bytes;
	const uint8_t *text;
	vv_status rc;
	vv_cbor_init(&c, p->data_item.data, p->data_item.len);
	if ((rc = vv_cbor_get_array(&c, &n, err)) < 0 ||
	    (rc = vv_cbor_get_link(&c, &p->batch.cid, err)) < 0 ||
	    (rc = vv_cbor_get_uint(&c, &bytes, err)) < 0 ||
	    (rc = m->table->source.get(m->table->source.payload, &p->batch.cid, &p->batch.block,
				       err)) < 0 ||
	    (rc = vv_chunk_decode(&text, &len, p->batch.block.data, p->batch.block.len, err)) < 0) {
		return rc;
	}
	if (len != bytes) {
		return vv_fail(err, VV_ECORRUPT, "a chunk has %zu bytes instead of %llu", len,
			       (unsigned long long)bytes);
	}
	vv_buf_put(&p->raw, text, len);
	return vv_buf_ok(&p->raw, err);
}

static vv_hash128 items_hash(const vv_buf *data, const vv_buf *layout)
{
	vv_hash128 a = vv_xxh3_128(data->data, data->len, 0);
	return vv_xxh3_128(layout->data, layout->len, a.lo ^ a.hi);
}

static old_place *find_place(const maker *m, vv_hash128 h)
{
	size_t i = (size_t)h.lo & (m->place_cap - 1);
	while (m->places[i].raw_len != 0 &&
	       (m->places[i].items.lo != h.lo || m->places[i].items.hi != h.hi)) {
		i = (i + 1) & (m->place_cap - 1);
	}
	return &m->places[i];
}

/* The groups of the old file, but for its last one, whose end may be special. */
static vv_status load_places(maker *m, vv_error *err)
{
	vv_table *old = m->opts->old;
	vv_list_reader *data = NULL, *layout = NULL;
	vv_list_item a, b;
	uint64_t count, weight,
		at = (old->root.dialect.bom ? 3u : 0u) + old->root.dialect.prologue.len;
	int more = 1;
	vv_status rc;
	if ((rc = vv_list_reader_open(&data, VV_LIST_DATA, &old->source, old->root.data.data,
				      old->root.data.len, err)) < 0 ||
	    (rc = vv_list_reader_open(&layout, VV_LIST_LAYOUT, &old->source, old->root.layout.data,
				      old->root.layout.len, err)) < 0) {
		goto done;
	}
	vv_list_totals(data, &count, &weight);
	for (m->place_cap = 16; m->place_cap < 2 * count; m->place_cap *= 2) {
	}
	m->places = vv_calloc(m->place_cap, sizeof(*m->places));
	if (!m->places) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	for (uint64_t i = 0; i + 1 < count && more > 0; i++) {
		if ((more = vv_list_next(data, &a, err)) <= 0 ||
		    (more = vv_list_next(layout, &b, err)) <= 0) {
			break;
		}
		vv_buf data_item = {(char *)(uintptr_t)a.bytes, a.len, a.len, false};
		vv_buf layout_item = {(char *)(uintptr_t)b.bytes, b.len, b.len, false};
		vv_hash128 h = items_hash(&data_item, &layout_item);
		*find_place(m, h) = (old_place){.items = h, .at = at, .raw_len = b.weight};
		at += b.weight;
	}
	rc = more < 0 ? (vv_status)more : VV_OK;
done:
	vv_list_reader_close(data);
	vv_list_reader_close(layout);
	return rc;
}

/* Do equal items mean equal bytes in both files? */
static bool same_form(const vv_table *a, const vv_table *b)
{
	const vv_dialect *x = &a->root.dialect, *y = &b->root.dialect;
	bool same = a->root.kind == VV_KIND_TABLE && b->root.kind == VV_KIND_TABLE &&
		    a->columns == b->columns && vv_dialect_same_cells(x, y) &&
		    x->newline == y->newline && x->quoting_count == y->quoting_count &&
		    (x->quoting_count == 0 ||
		     memcmp(x->quoting, y->quoting, x->quoting_count) == 0);
	for (size_t i = 0; same && x->form != VV_FORM_CSV && i < a->columns; i++) {
		same = strcmp(a->schema.fields[i].name, b->schema.fields[i].name) == 0;
	}
	return same;
}

static vv_status copy_rows(maker *m, piece *p, vv_error *err)
{
	vv_status rc = table_load_layout(m->table, &p->batch, p->layout_item.data,
					 p->layout_item.len, err);
	if (rc < 0) {
		return rc;
	}
	if (!vv_buf_reserve(&p->raw, (size_t)p->batch.raw_len)) {
		return vv_fail_nomem(err);
	}
	ssize_t n = vv_pread_full(m->opts->old_fd, p->raw.data, (size_t)p->batch.raw_len,
				  p->copy_at, "the old file", err);
	if (n < 0) {
		return (vv_status)n;
	}
	if ((uint64_t)n != p->batch.raw_len) {
		return vv_fail(err, VV_ECORRUPT, "the old file is shorter than it was");
	}
	p->raw.len = (size_t)n;
	return VV_OK;
}

static int has_raw_line(const vv_batch *b, vv_error *err)
{
	vv_quirks quirks;
	vv_quirk q;
	int more;
	vv_quirks_init(&quirks, b->quirks.data, b->quirks.len);
	while ((more = vv_quirks_next(&quirks, &q, err)) > 0) {
		if (q.kind == VV_QUIRK_RAW) {
			return 1;
		}
	}
	return more;
}

static vv_status new_scan(vv_scan **out, const vv_table *t, vv_error *err)
{
	const char **names;
	size_t *lens;
	vv_status rc = column_names(&names, &lens, t, err);

	if (rc == VV_OK) {
		rc = vv_scan_new(out, &t->root.dialect, t->columns, names, lens, err);
	}
	vv_free(names);
	vv_free(lens);
	return rc;
}

/* 1 when the next row of the scan has exactly these cells. */
static int row_agrees(vv_scan *s, vv_cell *cells, const vv_cell *wanted, size_t columns,
		      vv_row *row, vv_error *err)
{
	vv_error why;
	int got = vv_scan_row(s, cells, columns, row, &why);
	if (got == VV_ENOMEM) {
		return vv_fail_nomem(err);
	}
	if (got != 1) {
		return 0;
	}
	for (size_t i = 0; i < columns; i++) {
		if (!vv_cell_equal(&cells[i], &wanted[i])) {
			return 0;
		}
	}
	return 1;
}

/* Do the bytes made of the batch (raw, unchanged in the end) scan to exactly its cells? Only
 * looked at where it has raw lines: all others are made from the cells. Without this a version
 * could show one thing and restore another. VV_ECORRUPT. */
static vv_status check_lines(const vv_table *t, const vv_batch *b, vv_buf *raw, bool last,
			     vv_error *err)
{
	bool array = t->root.dialect.form == VV_FORM_JSON;
	size_t len = raw->len;
	vv_scan *s = NULL;
	vv_cell *cells = NULL;
	vv_row row = {0};
	int rc = has_raw_line(b, err);
	if (rc <= 0) {
		return (vv_status)rc;
	}
	/* A byte of what follows shows whether the last row ends here. */
	if (array || !last) {
		vv_buf_putc(raw, array && last ? ']' : '{');
	}
	cells = vv_calloc(b->columns + 1, sizeof(*cells));
	if (!cells) {
		rc = vv_fail_nomem(err);
	} else {
		rc = vv_buf_ok(raw, err);
	}
	if (rc < 0 || (rc = new_scan(&s, t, err)) < 0) {
		goto done;
	}
	vv_scan_window(s, vv_buf_cstr(raw), raw->len, last, 0);
	rc = VV_OK;
	for (size_t r = 0; r < b->rows && rc == VV_OK; r++) {
		int agrees = row_agrees(s, cells, &b->cells[r * b->columns], b->columns, &row, err);
		if (agrees < 0) {
			rc = agrees;
		} else if (!agrees || (r + 1 == b->rows && row.end != len)) {
			rc = vv_fail(err, VV_ECORRUPT,
				     "row %llu: its line does not say what its cells say",
				     (unsigned long long)(b->first_row + r + 1));
		}
	}
done:
	raw->len = len;
	vv_scan_free(s);
	vv_free(cells);
	return (vv_status)rc;
}

static vv_status make_rows(maker *m, piece *p, unsigned worker, vv_error *err)
{
	vv_status rc;
	if (p->copied) {
		return copy_rows(m, p, err);
	}
	if ((rc = table_load_layout(m->table, &p->batch, p->layout_item.data, p->layout_item.len,
				    err)) < 0 ||
	    (rc = table_group_bytes(&p->raw, m->table, &m->writers[worker], &p->batch,
				    p->data_item.data, p->data_item.len, p->last, err)) < 0) {
		return rc;
	}
	return check_lines(m->table, &p->batch, &p->raw, p->last, err);
}

static void piece_run(vv_job *job, unsigned worker)
{
	piece *p = (piece *)(void *)job;
	maker *m = p->maker;
	vv_buf_reset(&p->raw);
	p->status = m->table->root.kind == VV_KIND_TABLE ? make_rows(m, p, worker, &p->err)
							 : make_chunk(m, p, &p->err);
	if (p->status < 0) {
		return;
	}
	const char *raw = vv_buf_cstr(&p->raw);
	size_t head = p->raw.len < VV_SCAN_HEAD ? p->raw.len : VV_SCAN_HEAD;
	p->hash = vv_xxh3(raw, p->raw.len, 0);
	if (m->opts->cache) {
		p->entry = (vv_scan_entry){.raw_len = p->raw.len,
					   .raw_hash = p->hash,
					   .clean_cut = !p->last,
					   .hash = vv_xxh3_128(raw, p->raw.len, m->opts->secret),
					   .head_hash = vv_xxh3(raw, head, m->opts->secret)};
	}
}

/* Begins the next group; *more false when there is none. */
static vv_status maker_begin(maker *m, bool *more, vv_error *err)
{
	vv_list_item item;
	piece *p = &m->pieces[m->tail % PIECES];
	int n = vv_list_next(m->data, &item, err);
	*more = n > 0;
	if (n <= 0) {
		return (vv_status)n;
	}
	vv_buf_reset(&p->data_item);
	vv_buf_put(&p->data_item, item.bytes, item.len);
	p->batch.first_row = item.before;
	if (m->layout) {
		if ((n = vv_list_next(m->layout, &item, err)) <= 0) {
			return n < 0 ? (vv_status)n
				     : vv_fail(err, VV_ECORRUPT,
					       "the layout list is shorter than the data list");
		}
		vv_buf_reset(&p->layout_item);
		vv_buf_put(&p->layout_item, item.bytes, item.len);
		if (vv_buf_ok(&p->layout_item, err) < 0) {
			return VV_ENOMEM;
		}
	}
	if (vv_buf_ok(&p->data_item, err) < 0) {
		return VV_ENOMEM;
	}
	m->left--;
	p->copied = false;
	if (m->places && m->left > 0) {
		const old_place *o = find_place(m, items_hash(&p->data_item, &p->layout_item));
		p->copied = o->raw_len != 0;
		p->copy_at = o->at;
	}
	p->maker = m;
	p->last = m->left == 0;
	p->job.run = piece_run;
	m->tail++;
	vv_pool_submit(m->pool, &p->job);
	return VV_OK;
}

static piece *maker_take(maker *m)
{
	piece *p = &m->pieces[m->head % PIECES];
	vv_pool_wait(m->pool, &p->job);
	m->head++;
	return p;
}

/* Rows that are long are seldom: their memory is not kept for the next ones. */
static void trim(piece *p)
{
	if (p->raw.cap > KEPT) {
		vv_buf_clear(&p->raw);
		vv_batch_clear(&p->batch);
	}
}

static const vv_bytes_options no_options = {.old_fd = -1};

static vv_status maker_open(maker *m, vv_table *t, const vv_bytes_options *opts, vv_error *err)
{
	bool table = t->root.kind == VV_KIND_TABLE;
	uint64_t weight;
	vv_status rc;
	m->table = t;
	m->opts = opts ? opts : &no_options;
	m->pool = m->opts->pool ? m->opts->pool : (m->own_pool = vv_pool_new(0));
	m->hash = vv_xxh3_new(0);
	if (!m->pool || !m->hash) {
		return vv_fail_nomem(err);
	}
	m->writer_count = vv_pool_threads(m->pool) + 1;
	m->writers = vv_calloc(m->writer_count, sizeof(*m->writers));
	if (!m->writers) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < PIECES; i++) {
		vv_batch_init(&m->pieces[i].batch);
	}
	rc = vv_list_reader_open(&m->data, table ? VV_LIST_DATA : VV_LIST_CHUNKS, &t->source,
				 t->root.data.data, t->root.data.len, err);
	if (rc == VV_OK && table) {
		rc = vv_list_reader_open(&m->layout, VV_LIST_LAYOUT, &t->source,
					 t->root.layout.data, t->root.layout.len, err);
	}
	if (rc == VV_OK) {
		vv_list_totals(m->data, &m->left, &weight);
	}
	if (rc == VV_OK && m->opts->old && m->opts->old_fd >= 0 && same_form(t, m->opts->old)) {
		rc = load_places(m, err);
	}
	return rc;
}

static void maker_close(maker *m)
{
	while (m->head < m->tail) {
		maker_take(m);
	}
	for (size_t i = 0; i < m->writer_count && m->writers; i++) {
		vv_row_writer_free(m->writers[i]);
	}
	vv_free(m->writers);
	vv_free(m->places);
	for (size_t i = 0; i < PIECES; i++) {
		vv_buf_clear(&m->pieces[i].data_item);
		vv_buf_clear(&m->pieces[i].layout_item);
		vv_batch_clear(&m->pieces[i].batch);
		vv_buf_clear(&m->pieces[i].raw);
	}
	vv_list_reader_close(m->data);
	vv_list_reader_close(m->layout);
	vv_xxh3_free(m->hash);
	vv_pool_free(m->own_pool);
}

static vv_status hash_agrees(const vv_table *t, const vv_xxh3_state *hash, uint64_t bytes,
			     vv_error *err)
{
	vv_hash128 h = vv_xxh3_digest128(hash);
	if (bytes != t->root.bytes || h.lo != t->root.hash.lo || h.hi != t->root.hash.hi) {
		return vv_fail(
			err, VV_ECORRUPT,
			"the bytes put together are not those that were added (hash or length differs)");
	}
	return VV_OK;
}

static void take_hash(vv_xxh3_state *state, uint64_t hash)
{
	uint8_t le[8];
	vv_put_le64(le, hash);
	vv_xxh3_update(state, le, sizeof(le));
}

static vv_status give(maker *m, vv_bytes_fn fn, void *payload, const vv_buf *b, vv_error *err)
{
	m->bytes += b->len;
	return b->len > 0 ? fn(payload, b->data, b->len, err) : VV_OK;
}

vv_status vv_table_bytes(vv_table *t, vv_bytes_fn fn, void *payload, vv_pool *pool,
			 const vv_progress *progress, vv_error *err)
{
	vv_bytes_options opts = {.pool = pool, .progress = progress, .old_fd = -1};
	return vv_table_bytes_with(t, fn, payload, &opts, err);
}

vv_status vv_table_bytes_with(vv_table *t, vv_bytes_fn fn, void *payload,
			      const vv_bytes_options *opts, vv_error *err)
{
	maker m = {0};
	vv_buf ends = VV_BUF_INIT;
	bool more = true;
	vv_status rc = maker_open(&m, t, opts, err);
	if (rc < 0 || (rc = table_head(&ends, t, err)) < 0 ||
	    (rc = give(&m, fn, payload, &ends, err)) < 0) {
		goto done;
	}
	while (more || m.head < m.tail) {
		while (more && m.tail - m.head < PIECES) {
			if ((rc = maker_begin(&m, &more, err)) < 0) {
				goto done;
			}
		}
		if (m.head == m.tail) {
			break;
		}
		piece *p = maker_take(&m);
		if (p->status < 0) {
			if (err) {
				*err = p->err;
			}
			rc = p->status;
			goto done;
		}
		take_hash(m.hash, p->hash);
		if ((rc = give(&m, fn, payload, &p->raw, err)) < 0 ||
		    (m.opts->cache &&
		     (rc = vv_scan_cache_add(m.opts->cache, &p->entry, err)) < 0)) {
			goto done;
		}
		vv_progress_update(m.opts->progress, "writing", m.bytes, t->root.bytes);
		trim(p);
	}
	vv_buf_reset(&ends);
	if ((rc = table_tail(&ends, t, err)) < 0 || (rc = give(&m, fn, payload, &ends, err)) < 0) {
		goto done;
	}
	rc = hash_agrees(t, m.hash, m.bytes, err);
done:
	maker_close(&m);
	vv_buf_clear(&ends);
	return rc;
}

/* The same pulled: a maker without threads, and the piece being read. */
struct vv_table_source {
	maker m;
	vv_buf ends;
	const vv_buf *current;
	size_t pos;
	enum { AT_HEAD, AT_GROUPS, AT_TAIL, AT_END } state;
};

vv_status vv_table_source_open(vv_table_source **out, vv_table *t, vv_error *err)
{
	vv_table_source *s = vv_calloc(1, sizeof(*s));
	*out = NULL;
	if (!s) {
		return vv_fail_nomem(err);
	}
	vv_status rc = maker_open(&s->m, t, NULL, err);
	if (rc == VV_OK) {
		rc = table_head(&s->ends, t, err);
	}
	if (rc < 0) {
		vv_table_source_close(s);
		return rc;
	}
	s->current = &s->ends;
	*out = s;
	return VV_OK;
}

void vv_table_source_close(vv_table_source *s)
{
	if (s) {
		maker_close(&s->m);
		vv_buf_clear(&s->ends);
		vv_free(s);
	}
}

/* Sets current to the next piece of bytes. */
static vv_status source_next(vv_table_source *s, vv_error *err)
{
	bool more = false;
	vv_status rc = VV_OK;
	s->m.bytes += s->current ? s->current->len : 0;
	s->current = NULL;
	s->pos = 0;
	if (s->state == AT_HEAD) {
		s->state = AT_GROUPS;
	}
	if (s->state == AT_GROUPS) {
		if ((rc = maker_begin(&s->m, &more, err)) < 0) {
			return rc;
		}
		if (more) {
			piece *p = maker_take(&s->m);
			if (p->status < 0) {
				if (err) {
					*err = p->err;
				}
				return p->status;
			}
			take_hash(s->m.hash, p->hash);
			s->current = &p->raw;
			return VV_OK;
		}
		s->state = AT_TAIL;
		vv_buf_reset(&s->ends);
		s->current = &s->ends;
		return table_tail(&s->ends, s->m.table, err);
	}
	s->state = AT_END;
	return hash_agrees(s->m.table, s->m.hash, s->m.bytes, err);
}

ssize_t vv_table_source_read(void *source, void *buf, size_t len, vv_error *err)
{
	vv_table_source *s = source;
	while (s->state != AT_END && (!s->current || s->pos == s->current->len)) {
		vv_status rc = source_next(s, err);
		if (rc < 0) {
			return rc;
		}
	}
	if (s->state == AT_END) {
		return 0;
	}
	size_t n = s->current->len - s->pos < len ? s->current->len - s->pos : len;
	memcpy(buf, s->current->data + s->pos, n);
	s->pos += n;
	return (ssize_t)n;
}

/*
 * Knows where in the file a group's bytes lie: the head, then the groups in
 * the order of the layout list, whose weights are their lengths, then the tail.
 */

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
		rc = batch_raw(&raw, NULL, r->table, w, &b, b.rows, b.index + 1 == groups, err);
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
