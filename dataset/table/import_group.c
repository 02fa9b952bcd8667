/*
 * import_group: encodes the rows of one group during an import: which lines are irregular, which
 * cells go out of line, the block, and the two list items. Runs in any thread; touches only its
 * job, its worker's scratch, and the sink (which is thread-safe).
 */
#include "dataset/table/import_state.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/chunk.h"
#include "dataset/format/form.h"
#include "dataset/format/row_write.h"
#include "dataset/read/likely_encoding.h"
#include "dataset/read/row_sorter.h"
#include "dataset/table/import_options.h"
#include "dataset/table/old_groups.h"

#define QUIRKS_INLINE (256u << 10)
/* After a group with quirks the rows of so many are compared before they are stored: quirks rarely come alone. */
#define WARY 8u

uint64_t import_count_lines(const char *bytes, size_t len)
{
	const char *end = bytes + len;
	uint64_t lines = 0;
	for (const char *p = bytes; p < end && (p = memchr(p, '\n', (size_t)(end - p))); p++) {
		lines++;
	}
	for (const char *p = bytes; p < end && (p = memchr(p, '\r', (size_t)(end - p))); p++) {
		lines += p + 1 == end || p[1] != '\n';
	}
	return lines;
}

void import_worker_clear(import_worker *w)
{
	vv_group_encoder_free(w->encoder);
	vv_row_writer_free(w->writer);
	vv_row_writer_free(w->namer);
	vv_buf_clear_all(&w->block, &w->line);
	vv_facts_clear(&w->facts);
	vv_free_all(w->infer, w->doubtful, w->outs, w->out_places);
	vv_batch_clear(&w->batch);
	vv_buf_clear(&w->lines);
}

void import_job_clear(group_job *j)
{
	vv_free_all(j->cells, j->rows);
	vv_arena_clear(&j->arena);
	vv_buf_clear_all(&j->data_item, &j->layout_item, &j->facts_item, &j->given, &j->sort_keys);
	vv_free_all(j->sort_ends, j->hashes, j->types);
	vv_array_clear(j->misfits, j->misfit_count, it, vv_free(it->value));
}

static void infer_init(vv_infer *types, size_t from, size_t count, const import *im)
{
	for (size_t i = from; i < count; i++) {
		vv_infer_init(&types[i]);
		types[i].json = vv_form_is_typed(im->dialect.form);
	}
}

vv_status import_infer_room(import_worker *w, const import *im, size_t columns, vv_error *err)
{
	const size_t had = w->infer_count;
	if (!vv_array_room_for(w->infer, 0, w->infer_count, columns)) return vv_fail_nomem(err);
	infer_init(w->infer, had, w->infer_count, im);
	return VV_OK;
}

/* Sets *out to where the types of the group are inferred: in the job, if they are kept for each group; NULL: nowhere. */
static vv_status infer_open(vv_infer **out, import_worker *w, group_job *j, vv_error *err)
{
	const bool apart = j->im->need_infer && j->im->opts->keep_types;

	if (apart && !vv_array_room_for(j->types, 0, j->type_count, j->columns)) {
		return vv_fail_nomem(err);
	}
	if (apart) {
		infer_init(j->types, 0, j->columns, j->im);
	}
	if (!j->im->need_infer) {
		*out = NULL;
	} else if (apart) {
		*out = j->types;
	} else {
		*out = w->infer;
	}
	return VV_OK;
}

/* Adds types that were inferred in the job to those of the thread. */
static void types_end(import_worker *w, const vv_infer *types, const group_job *j)
{
	for (size_t i = 0; types && types != w->infer && i < j->columns; i++) {
		vv_infer_merge(&w->infer[i], &types[i]);
	}
}

static vv_status worker_ready(import_worker *w, const group_job *j, vv_error *err)
{
	if (!w->encoder && !(w->encoder = vv_group_encoder_new())) return vv_fail_nomem(err);
	if (!w->writer || w->writer_columns < j->columns) {
		vv_row_writer_free(w->writer);
		w->writer = NULL;
		vv_status rc = vv_row_writer_new(&w->writer, &j->im->dialect, j->columns,
						 j->im->names, j->im->name_lens, err);
		if (rc < 0) return rc;
		w->writer_columns = j->columns;
	}
	if (!vv_array_room_for(w->doubtful, 0, w->doubtful_count, j->columns)) {
		return vv_fail_nomem(err);
	}
	memset(w->doubtful, true, j->columns * sizeof(*w->doubtful));
	return j->im->need_infer ? import_infer_room(w, j->im, j->columns, err) : VV_OK;
}

static size_t newline_len(vv_newline n)
{
	if (n == VV_NO_NEWLINE) return 0;
	return n == VV_CRLF ? 2 : 1;
}

/* Would the dialect write the bytes of a CSV row, without its row end, the same way? */
static bool is_regular(import_worker *w, const group_job *j, size_t i, size_t body)
{
	const vv_row *row = &j->rows[i];
	const vv_cell *cells = &j->cells[i * j->stride];
	if (row->plain && j->im->dialect.quoting_count == 0 &&
	    vv_dialect_is_bare(&j->im->dialect)) {
		return true;
	}
	if (vv_row_quotes_tell(w->writer)) {
		return row->text_start == row->start && row->text_end == row->start + body &&
		       vv_row_quoted_as_written(w->writer, cells, row->cells);
	}
	return vv_row_matches(w->writer, cells, j->columns, j->raw + row->start, body);
}

/* Compares the raw bytes of row i with the dialect's: 0 equal, 1 + newline if only the row end differs, -1 if the line must be
 * kept raw. */
static int row_irregularity(import_worker *w, const group_job *j, size_t i)
{
	const vv_dialect *d = &j->im->dialect;
	const vv_row *row = &j->rows[i];
	const char *raw = j->raw + row->start;
	size_t len = row->end - row->start;
	bool last = j->last && i + 1 == j->row_count;
	if (vv_form_is_document(d->form)) {
		size_t end_len;
		const char *end = vv_dialect_row_end(d, &end_len);
		if (last) {
			end_len = 0;
		}
		if (len < end_len || memcmp(raw + len - end_len, end, end_len) != 0) return -1;
		return vv_row_matches(w->writer, &j->cells[i * j->stride], j->columns, raw,
				      len - end_len)
			       ? 0
			       : -1;
	}
	if (!is_regular(w, j, i, len - newline_len(row->newline))) return -1;
	if (row->newline == d->newline || (last && row->newline == VV_NO_NEWLINE)) return 0;
	return 1 + (int)row->newline;
}

void import_found_set(import_found *f, const group_job *j, size_t at)
{
	*f = (import_found){.count = 1, .at = at};
	if (!j->im->source->line) {
		f->line = j->lines + import_count_lines(j->raw, at) + 1;
	}
}

/* Counts row i of the group. */
static void count_row(import_found *f, const group_job *j, size_t i)
{
	if (f->count == 0) {
		import_found_set(f, j, j->rows[i].text_start);
	} else {
		f->count++;
	}
}

/* Finds rows with too few cells, and with line feeds in cells. */
static void look_at_rows(group_job *j)
{
	j->shorts.count = 0;
	j->breaks = false;
	for (size_t i = 0; !vv_form_is_typed(j->im->dialect.form) && i < j->row_count; i++) {
		const vv_row *row = &j->rows[i];

		j->breaks |= row->breaks;
		if (row->cells < j->columns) {
			count_row(&j->shorts, j, i);
		}
	}
}

static void note_foreign(group_job *j, size_t row)
{
	const vv_row *r = &j->rows[row];
	const vv_cell *cells = &j->cells[row * j->stride], *found = NULL;

	for (size_t c = 0; c < j->columns && !found; c++) {
		if (cells[c].text && !vv_utf8_valid(cells[c].text, cells[c].len)) {
			found = &cells[c];
		}
	}
	count_row(&j->foreign, j, row);
	j->foreign.column = found ? (size_t)(found - cells) : SIZE_MAX;
	j->foreign.encoding = found ? vv_likely_encoding(found->text, found->len)
				    : vv_likely_encoding(j->raw + r->start, r->end - r->start);
}

/* A byte order mark, or NUL, from here on; NULL: there is none. */
static const char *find_mark(const char *p, const char *end)
{
	const char *nul = memchr(p, '\0', (size_t)(end - p));

	for (end = nul ? nul : end; (p = memchr(p, 0xef, (size_t)(end - p))) != NULL; p++) {
		if (end - p >= 3 && p[1] == '\xbb' && p[2] == '\xbf') return p;
	}
	return nul;
}

static void count_marked_rows(group_job *j)
{
	j->marked.count = 0;
	if (j->im->opts->in_file || !find_mark(j->raw, j->raw + j->raw_len)) return;
	for (size_t i = 0; i < j->row_count; i++) {
		const vv_row *r = &j->rows[i];

		if (find_mark(j->raw + r->start, j->raw + r->end)) {
			count_row(&j->marked, j, i);
		}
	}
}

static void count_foreign_rows(group_job *j)
{
	j->foreign.count = 0;
	if (j->im->opts->in_file || vv_utf8_valid(j->raw, j->raw_len)) return;
	for (size_t i = 0; i < j->row_count; i++) {
		const vv_row *r = &j->rows[i];

		if (vv_utf8_valid(j->raw + r->start, r->end - r->start)) {
			continue;
		}
		if (j->foreign.count == 0) {
			note_foreign(j, i);
		} else {
			j->foreign.count++;
		}
	}
}

/* Appends the group's quirks to q. */
static void find_quirks(import_worker *w, group_job *j, vv_buf *q)
{
	size_t before = 0;

	for (size_t i = 0; i < j->row_count; i++) {
		int kind = row_irregularity(w, j, i);
		if (kind == 0) {
			continue;
		}
		vv_buf_put_varint(q, i - before);
		before = i;
		count_row(&j->irregular, j, i);

		if (kind > 0) {
			vv_buf_putc(q, kind);
			continue;
		}
		size_t len = j->rows[i].end - j->rows[i].start;
		vv_buf_putc(q, 0);
		vv_buf_put_varint(q, len);
		vv_buf_put(q, j->raw + j->rows[i].start, len);
	}
}

static vv_status put_quirk_chunks(group_job *j, const vv_buf *q, vv_error *err)
{
	vv_cbor_put_array(&j->layout_item, 2);
	vv_cbor_put_uint(&j->layout_item, q->len);
	return vv_chunks_write(&j->layout_item, j->im->sink, q->data, q->len, err);
}

static vv_status put_layout(group_job *j, const vv_buf *q, vv_error *err)
{
	vv_status rc = VV_OK;
	vv_buf_reset(&j->layout_item);
	if (q->len == 0) {
		vv_cbor_put_uint(&j->layout_item, j->raw_len);
		return vv_buf_ok(&j->layout_item, err);
	}
	vv_cbor_put_array(&j->layout_item, 2);
	vv_cbor_put_uint(&j->layout_item, j->raw_len);
	if (q->len <= QUIRKS_INLINE) {
		vv_cbor_put_bytes(&j->layout_item, q->data, q->len);
	} else if ((rc = put_quirk_chunks(j, q, err)) < 0) {
		return rc;
	}
	return vv_buf_ok(&j->layout_item, err);
}

/* Notes in the worker that a cell is out of line, in order of column among those of its row (from
 * `first` on). */
static vv_status note_out(import_worker *w, size_t first, size_t place, const vv_cell *cell,
			  vv_error *err)
{
	size_t at = w->out_count;

	if (!vv_array_room(w->outs, at, w->out_cap) ||
	    !vv_array_room(w->out_places, at, w->place_cap)) {
		return vv_fail_nomem(err);
	}
	for (; at > first && w->out_places[at - 1] > place; at--) {
		w->out_places[at] = w->out_places[at - 1];
		w->outs[at] = w->outs[at - 1];
	}
	w->out_places[at] = place;
	w->outs[at] = *cell;
	w->out_count++;
	return VV_OK;
}

/* Takes the longest cells from a row until it is no longer too long. */
static vv_status take_longest(import_worker *w, group_job *j, size_t r, vv_error *err)
{
	uint64_t bytes = j->rows[r].cell_bytes;
	vv_cell *row = &j->cells[r * j->stride];
	const size_t first = w->out_count;
	vv_status rc = VV_OK;

	while (rc == VV_OK && bytes > VV_CELLS_MAX) {
		size_t longest = 0;
		for (size_t c = 1; c < j->columns; c++) {
			if (row[c].len > row[longest].len) {
				longest = c;
			}
		}
		if (row[longest].len == 0) {
			/* only empty cells are left: the limit on columns keeps these small */
			break;
		}
		bytes -= row[longest].len;
		rc = note_out(w, first, r * j->stride + longest, &row[longest], err);
		row[longest].len = 0;
	}
	return rc;
}

/* Are there cells that put_group takes out of their rows? */
static bool has_long_cells(const group_job *j)
{
	return vv_array_find(j->rows, j->row_count, row, row->cell_bytes > VV_CELLS_MAX) != NULL;
}

/* Appends to outs the place of an out-of-line cell, and the chunks of its text. */
static vv_status put_out(const group_job *j, vv_buf *outs, size_t place, const vv_cell *cell,
			 vv_error *err)
{
	vv_cbor_put_array(outs, 4);
	vv_cbor_put_uint(outs, place / j->stride);
	vv_cbor_put_uint(outs, place % j->stride);
	vv_cbor_put_uint(outs, cell->len);
	return vv_chunks_write(outs, j->im->sink, cell->text, cell->len, err);
}

/* Puts the longest cells of rows that are too long out of line: their text is taken
 * from the grid (remembered in the worker) and its chunk list is noted in outs. */
static vv_status put_long_cells(import_worker *w, group_job *j, vv_buf *outs, vv_error *err)
{
	vv_status rc = VV_OK;
	w->out_count = 0;
	for (size_t r = 0; r < j->row_count && rc == VV_OK; r++) {
		if (j->rows[r].cell_bytes > VV_CELLS_MAX) {
			rc = take_longest(w, j, r, err);
		}
	}
	for (size_t i = 0; i < w->out_count && rc == VV_OK; i++) {
		rc = put_out(j, outs, w->out_places[i], &w->outs[i], err);
	}
	return rc < 0 ? rc : vv_buf_ok(outs, err);
}

/* Can a text contradict the column's type? */
static bool is_held_against(const import *im, const vv_field *f)
{
	return !(im->opts->as || f->type == VV_TYPE_ANY ||
		 (f->type == VV_TYPE_STRING && strcmp(f->format, "default") == 0));
}

/* The field whose type the column's cells can contradict; NULL: there is none. */
static const vv_field *held_field(const import *im, size_t column)
{
	const vv_field *f = import_field_before(im, column);

	return f && is_held_against(im, f) ? f : NULL;
}

static bool is_accepted(const import *im, const vv_field *f, const vv_cell *cell)
{
	if (vv_form_is_typed(im->dialect.form)) return vv_field_accepts_json(f, cell);
	return vv_field_accepts(f, cell) &&
	       !(import_types_give_way(im) && vv_field_is_code(f, cell->text, cell->len));
}

/* Do cells of which these are reported all fit? False where that cannot be known by them. */
static bool fit_as_told(const import *im, const vv_field *f, const vv_cell *values, size_t count,
			bool all)
{
	static const vv_cell empty = {.text = "", .state = VV_CELL_TEXT};

	if (!all && !(vv_field_known_by_few(f) && is_accepted(im, f, &empty))) return false;
	return !vv_array_find(values, count, value, !is_accepted(im, f, value));
}

/* The receiver of values during encoding. */
typedef struct told {
	const import *im;
	vv_infer *types; /* NULL: not wanted */
	bool *doubtful;
} told;

static void on_values(void *payload, size_t column, const vv_cell *values, size_t count, bool all)
{
	told *t = payload;
	const vv_field *f = held_field(t->im, column);

	if (t->types) {
		vv_infer_cells(&t->types[column], values, count);
	}
	t->doubtful[column] = f && !fit_as_told(t->im, f, values, count, all);
}

static vv_status encode_group(import_worker *w, group_job *j, vv_error *err)
{
	told t = {.im = j->im, .doubtful = w->doubtful};
	vv_status rc = infer_open(&t.types, w, j, err);

	/* A column of which nothing is reported has no texts. */
	memset(w->doubtful, false, j->columns * sizeof(*w->doubtful));
	if (rc < 0 || (rc = vv_group_encode(w->encoder, &w->block, j->cells, j->row_count,
					    j->columns, j->stride, on_values, &t, err)) < 0) {
		return rc;
	}
	types_end(w, t.types, j);
	return VV_OK;
}

static vv_status append_facts(import_worker *w, group_job *j, vv_error *err)
{
	vv_status rc;

	vv_buf_reset(&j->facts_item);
	vv_buf_reset(&w->line);
	vv_facts_put(&w->line, &w->facts);
	vv_cbor_put_bytes(&j->facts_item, w->line.data, w->line.len);
	return (rc = vv_buf_ok(&w->line, err)) < 0 ? rc : vv_buf_ok(&j->facts_item, err);
}

static vv_status put_facts(import_worker *w, group_job *j, vv_error *err)
{
	vv_status rc;

	/* else the encoder found them */
	if (w->out_count > 0 &&
	    (rc = vv_facts_of(&w->facts, j->cells, j->row_count, j->columns, j->stride,
			      w->out_places, w->out_count, err)) < 0) {
		return rc;
	}
	return append_facts(w, j, err);
}

/* Writes unknown facts for a group that stays in its file. */
static vv_status put_no_facts(import_worker *w, group_job *j, vv_error *err)
{
	vv_status rc = vv_facts_begin(&w->facts, j->columns, err);

	if (rc < 0) return rc;
	for (size_t i = 0; i < j->columns; i++) {
		w->facts.columns[i] = (vv_fact){.missing = VV_MISSING_SOME, .unknown = true};
	}
	return append_facts(w, j, err);
}

/* ---- groups that stay in their file ---- */

/* A group is named by the hash of its rows as the first of the compared files would have them, without unnecessary
 * quotes: equal cells get equal names, however the rows are written. */

static const vv_dialect *naming_dialect(const import *im)
{
	return im->opts->known ? &im->opts->known->dialect : &im->dialect;
}

static bool is_named_by_bytes(const group_job *j)
{
	const vv_newline newline = j->im->dialect.newline;

	if (!j->im->named_by_bytes) return false;
	return !vv_array_find(j->rows, j->row_count, row, !row->plain || row->newline != newline);
}

static vv_status hash_rows(import_worker *w, const group_job *j, vv_hash128 *out, vv_error *err)
{
	const vv_dialect *like = naming_dialect(j->im);
	vv_dialect d = {.form = VV_FORM_CSV, .quote = like->quote, .delimiter = like->delimiter};
	size_t end_len;
	const char *end = vv_dialect_row_end(like, &end_len);
	vv_status rc;

	if (!w->namer && (rc = vv_row_writer_new(&w->namer, &d, j->columns, NULL, NULL, err)) < 0) {
		return rc;
	}
	vv_buf_reset(&w->line);
	for (size_t i = 0; i < j->row_count; i++) {
		vv_row_write(w->namer, &w->line, &j->cells[i * j->stride], j->columns);
		vv_buf_put(&w->line, end, end_len);
	}
	*out = vv_xxh3_128(w->line.data, w->line.len, j->im->opts->secret);
	return vv_buf_ok(&w->line, err);
}

static vv_status name_group(import_worker *w, group_job *j, vv_error *err)
{
	vv_hash128 h = j->entry.hash;
	vv_status rc = VV_OK;

	if (!is_named_by_bytes(j) && (rc = hash_rows(w, j, &h, err)) < 0) return rc;
	j->cid = (vv_cid){.codec = VV_CODEC_RAW};
	vv_put_le64(j->cid.digest, h.hi);
	vv_put_le64(j->cid.digest + 8, h.lo);
	return VV_OK;
}

/* Is the block unneeded, since the other file has the group, or this file can be read again? */
static bool is_left_in_file(const group_job *j)
{
	return !j->im->opts->known || old_groups_has(j->im->old, &j->cid);
}

/* Infers types from values that the encoder reports. */
static vv_status infer_types(import_worker *w, group_job *j, vv_error *err)
{
	vv_infer *types;
	vv_status rc = infer_open(&types, w, j, err);

	for (size_t i = 0; rc == VV_OK && types && i < j->columns; i++) {
		vv_infer_column(&types[i], j->cells + i, j->row_count, j->stride);
	}
	types_end(w, rc == VV_OK ? types : NULL, j);
	return rc;
}

/* Makes the block, with the facts; named: it has a name already. */
static vv_status put_block(import_worker *w, group_job *j, bool named, vv_error *err)
{
	const vv_sink *sink = j->im->sink;

	vv_buf_reset(&w->block);
	vv_group_encoder_find(w->encoder, w->out_count == 0 ? &w->facts : NULL);
	vv_group_encoder_within(w->encoder, j->raw, j->raw_len);
	vv_status rc = encode_group(w, j, err);
	vv_group_encoder_within(w->encoder, NULL, 0);
	if (rc < 0 || (rc = put_facts(w, j, err)) < 0 ||
	    (!named &&
	     (rc = vv_cid_of(&j->cid, VV_CODEC_RAW, w->block.data, w->block.len, err)) < 0)) {
		return rc;
	}
	if (sink->put) {
		return sink->put(sink->payload, &j->cid, w->block.data, w->block.len,
				 vv_cid_is_null(&j->base) ? NULL : &j->base, err);
	}
	return VV_OK;
}

/* The block, its place in the store, and the items of data and facts. */
static vv_status put_group(import_worker *w, group_job *j, vv_error *err)
{
	vv_auto(vv_buf) outs = VV_BUF_INIT;
	vv_status rc;
	vv_buf_reset(&j->data_item);
	if ((rc = put_long_cells(w, j, &outs, err)) < 0) return rc;
	bool named = j->im->in_file && w->out_count == 0;
	if (named && (rc = name_group(w, j, err)) < 0) return rc;
	if (named && is_left_in_file(j)) {
		rc = put_no_facts(w, j, err);
		rc = rc == VV_OK ? infer_types(w, j, err) : rc;
	} else {
		rc = put_block(w, j, named, err);
	}
	if (rc < 0) return rc;
	vv_cbor_put_array(&j->data_item, w->out_count > 0 ? 3 : 2);
	vv_cbor_put_link(&j->data_item, &j->cid);
	vv_cbor_put_uint(&j->data_item, j->row_count);
	if (w->out_count > 0) {
		vv_cbor_put_array(&j->data_item, w->out_count);
		vv_buf_put(&j->data_item, outs.data, outs.len);
	}
	return vv_buf_ok(&j->data_item, err);
}

static vv_status hash_keys(group_job *j, vv_error *err)
{
	const import *im = j->im;
	if (im->candidate_count == 0) return VV_OK;
	if (!vv_array_room_for(j->hashes, 0, j->hash_cap, im->candidate_count * j->row_count)) {
		return vv_fail_nomem(err);
	}
	for (size_t k = 0; k < im->candidate_count; k++) {
		const vv_key_candidate *c = &im->candidates[k];
		j->key_hole[k] = false;
		for (size_t r = 0; r < j->row_count; r++) {
			bool usable;
			j->hashes[k * j->row_count + r] = vv_key_hash(&j->cells[r * j->stride],
								      c->columns, c->count,
								      im->key_seed, &usable);
			j->key_hole[k] |= !usable;
		}
	}
	return VV_OK;
}

/* The rows' keys for the sorter, made here since the cells are at hand. */
static vv_status make_sort_keys(group_job *j, vv_error *err)
{
	const import_sorting *s = j->im->sorting;

	if (!s || !s->sorter) return VV_OK;
	if (!vv_array_room_for(j->sort_ends, 0, j->sort_cap, j->row_count)) {
		return vv_fail_nomem(err);
	}
	vv_buf_reset(&j->sort_keys);
	for (size_t i = 0; i < j->row_count; i++) {
		row_sort_key(&j->sort_keys, &j->cells[i * j->stride], s->columns, s->count);
		j->sort_ends[i] = j->sort_keys.len;
	}
	return vv_buf_ok(&j->sort_keys, err);
}

/* Compares the cells of doubtful columns with the columns' types so far. */
static vv_status find_misfits(const import_worker *w, group_job *j, vv_error *err)
{
	const import *im = j->im;
	for (size_t c = 0; c < j->columns; c++) {
		const vv_field *f = w->doubtful[c] ? held_field(im, c) : NULL;
		if (!f) {
			continue;
		}
		vv_import_finding *m = NULL;
		for (size_t r = 0; r < j->row_count; r++) {
			const vv_cell *cell = &j->cells[r * j->stride + c];
			if (is_accepted(im, f, cell)) {
				continue;
			}
			const bool code = vv_field_is_code(f, cell->text, cell->len);
			if (m) {
				m->count++;
				m->code = m->code || code;
				continue;
			}
			const vv_import_finding first = {.column = c,
							 .row = r,
							 .offset = j->rows[r].start,
							 .type = f->type,
							 .count = 1,
							 .code = code};
			if (!vv_array_add(j->misfits, j->misfit_count, j->misfit_cap, first)) {
				return vv_fail_nomem(err);
			}
			m = &j->misfits[j->misfit_count - 1];
			m->value = vv_strndup(cell->text ? cell->text : "",
					      cell->len < 200 ? cell->len : 200);
			if (!m->value) return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

/* The quirks of a group that without them did not come back. */
static vv_status add_quirks(import_worker *w, group_job *j, vv_buf *quirks, vv_error *err)
{
	vv_status rc;

	find_quirks(w, j, quirks);
	if ((rc = vv_row_writer_ok(w->writer, err)) < 0 || (rc = vv_buf_ok(quirks, err)) < 0 ||
	    j->irregular.count == 0 || (rc = put_layout(j, quirks, err)) < 0) {
		return rc;
	}
	return import_group_again(w, j, err);
}

static vv_status make_group(import_worker *w, group_job *j, vv_error *err)
{
	vv_auto(vv_buf) quirks = VV_BUF_INIT;
	uint64_t secret = j->im->opts->secret;
	vv_status rc;
	j->entry = (vv_scan_entry){
		.raw_len = j->raw_len,
		.hash = vv_xxh3_128(j->raw, j->raw_len, secret),
		.raw_hash = vv_xxh3(j->raw, j->raw_len, 0),
		.head_hash = vv_xxh3(j->raw, j->raw_len < VV_SCAN_HEAD ? j->raw_len : VV_SCAN_HEAD,
				     secret),
		.clean_cut = j->cut};
	if ((rc = worker_ready(w, j, err)) < 0) return rc;
	const bool long_cells = has_long_cells(j);
	/* A group that comes back without quirks has none: its rows are looked at only where it does not. */
	const bool untold = import_makes_again(j->im) && !long_cells && w->wary == 0;
	look_at_rows(j);
	count_marked_rows(j);
	count_foreign_rows(j);
	j->irregular.count = 0;
	if (!untold) {
		find_quirks(w, j, &quirks);
	}
	if ((rc = vv_row_writer_ok(w->writer, err)) < 0 || (rc = vv_buf_ok(&quirks, err)) < 0 ||
	    (rc = put_layout(j, &quirks, err)) < 0 || (rc = hash_keys(j, err)) < 0 ||
	    (rc = make_sort_keys(j, err)) < 0 ||
	    (long_cells && (rc = find_misfits(w, j, err)) < 0) || (rc = put_group(w, j, err)) < 0 ||
	    (rc = import_group_again(w, j, err)) < 0 ||
	    (untold && j->lost.count > 0 && (rc = add_quirks(w, j, &quirks, err)) < 0)) {
		return rc;
	}
	w->wary = j->irregular.count > 0 ? WARY : w->wary - (w->wary > 0);
	return long_cells ? VV_OK : find_misfits(w, j, err);
}

void import_group_run(vv_job *job, unsigned worker)
{
	group_job *j = (group_job *)(void *)job;
	j->status = make_group(&j->im->workers[worker], j, &j->err);
}
