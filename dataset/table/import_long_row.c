/*
 * import_long_row: knows how a row comes into its group without being in memory: which of its
 * cells go out of line is known before the row ends, so that their texts are cut into chunks as they
 * are read; whether the row is written as the dialect has it is found out on the way; and its bytes
 * lie in a temporary file until it is known that nobody needs them as they stand.
 */
#include "dataset/table/import_state.h"

#include <assert.h>
#include <string.h>

#include "base/sys.h"
#include "dataset/format/group_internal.h"

#define ROW_WINDOW ((size_t)8 << 20) /* a row of fewer bytes is read as a whole */

void long_row_free(long_row *r)
{
	if (!r) {
		return;
	}
	for (size_t i = 0; i < r->columns; i++) {
		vv_buf_clear(&r->cells[i].text);
		vv_list_clear(&r->cells[i].chunks);
	}
	vv_free(r->cells);
	vv_cell_pieces_clear(&r->look);
	vv_json_pieces_clear(&r->json);
	vv_buf_clear(&r->around);
	vv_chunk_writer_close(r->chunks);
	temp_bytes_clear(&r->raw);
	vv_xxh3_free(r->hash);
	vv_xxh3_free(r->raw_hash);
	vv_xxh3_free(r->own_hash);
	vv_xxh3_free(r->own_raw_hash);
	vv_free(r);
}

bool long_row_is_regular(const long_row *r)
{
	return r->regular;
}

bool long_row_has_blank_tail(const long_row *r)
{
	return r->blank_tail;
}

void long_row_hashes(const long_row *r, vv_scan_entry *e)
{
	e->hash = vv_xxh3_digest128(r->hash);
	e->raw_hash = vv_xxh3_digest(r->raw_hash);
}

const vv_list *long_row_chunks(const long_row *r, size_t column, uint32_t *len)
{
	const long_cell *c = &r->cells[column];

	if (column >= r->columns) {
		return NULL;
	}
	*len = (uint32_t)c->len;
	return c->out ? &c->chunks : NULL;
}

bool long_row_ends_with(const long_row *r, const char *end, size_t len)
{
	return r->tail_len == len && (len == 0 || memcmp(r->tail, end, len) == 0);
}

vv_status long_row_put_raw(const long_row *r, vv_chunk_writer *w, vv_error *err)
{
	vv_status rc = VV_OK;
	char *piece = vv_malloc(LONG_ROW_PIECE);

	if (!piece) {
		return vv_fail_nomem(err);
	}
	for (uint64_t at = 0; at < r->bytes && rc == VV_OK;) {
		size_t n = r->bytes - at < LONG_ROW_PIECE ? (size_t)(r->bytes - at)
							  : LONG_ROW_PIECE;

		if ((rc = temp_bytes_get(&r->raw, at, piece, n, err)) == VV_OK) {
			rc = vv_chunk_writer_put(w, piece, n, err);
		}
		at += n;
	}
	vv_free(piece);
	return rc;
}

/* ---- refusals ---- */

/* Row ends in the row's first `len` bytes, and where the last of them is over (0: there is none). */
static vv_status find_lines(const long_row *r, uint64_t len, uint64_t *lines, uint64_t *start,
			    vv_error *err)
{
	char piece[4096], before = 0;
	vv_status rc;

	*lines = *start = 0;
	for (uint64_t at = 0; at < len;) {
		size_t n = len - at < sizeof(piece) ? (size_t)(len - at) : sizeof(piece);

		if ((rc = temp_bytes_get(&r->raw, at, piece, n, err)) < 0) {
			return rc;
		}
		for (size_t i = 0; i < n; before = piece[i++]) {
			if (piece[i] == '\n' || piece[i] == '\r') {
				*lines += piece[i] == '\r' || before != '\r';
				*start = at + i + 1;
			}
		}
		at += n;
	}
	return VV_OK;
}

/* Puts before err's message where in the row, byte `at`, it is. */
static void place(import *im, const long_row *r, uint64_t at, bool first_row, vv_error *err)
{
	vv_error ignored = {0};
	uint64_t line, lines, start;
	bool known = find_lines(r, at, &lines, &start, &ignored) == VV_OK;

	line = known ? im->lines + lines + 1 : 0;
	if (known && im->source->line &&
	    im->source->line(im->source->payload, r->origin + at, &line, &ignored) < 0) {
		line = 0;
	}
	import_put_place(im, r->origin + at, line, at - start + 1, first_row, err);
}

static vv_status refuse_extra(const long_row *r, vv_error *err)
{
	return vv_fail(err, VV_EINPUT, "found %zu cells, expected at most %zu", r->count,
		       r->columns);
}

/* ---- cells ---- */

/* The cell's text so far becomes chunks, and what comes of it after. */
static vv_status put_out(import *im, long_cell *c, vv_chunk_writer **w, vv_error *err)
{
	vv_status rc = vv_chunk_writer_open(w, im->sink, err);

	c->out = true;
	if (rc == VV_OK) {
		rc = vv_chunk_writer_put(*w, vv_buf_cstr(&c->text), c->text.len, err);
	}
	vv_buf_clear(&c->text);
	return rc;
}

static vv_status finish_chunks(long_cell *c, vv_chunk_writer **w, vv_error *err)
{
	vv_status rc = vv_chunk_writer_finish(*w, &c->chunks, err);

	vv_chunk_writer_close(*w);
	*w = NULL;
	return rc;
}

/* Cells go out of line longest first (of equal ones the first) until the others have VV_CELLS_MAX bytes: so a
 * cell that is out with what is there so far is out whatever follows. */
static vv_status shed(import *im, long_row *r, vv_error *err)
{
	vv_chunk_writer *w = NULL;
	vv_status rc = VV_OK;

	while (r->kept > VV_CELLS_MAX && rc == VV_OK) {
		long_cell *longest = NULL;

		for (size_t i = 0; i < r->columns; i++) {
			long_cell *c = &r->cells[i];

			if (c->over && !c->held && !c->out && (!longest || c->len > longest->len)) {
				longest = c;
			}
		}
		r->kept -= longest->len;
		if ((rc = put_out(im, longest, &w, err)) == VV_OK) {
			rc = finish_chunks(longest, &w, err);
		}
		vv_chunk_writer_close(w);
		w = NULL;
	}
	return rc;
}

static void begin_look(import *im, long_row *r)
{
	const vv_dialect *d = &im->dialect;
	vv_quoting habit = r->count < d->quoting_count ? (vv_quoting)d->quoting[r->count]
						       : VV_QUOTE_MINIMAL;

	vv_cell_pieces_begin(&r->look, d, habit, VV_CELL_AS_IT_IS);
}

vv_status long_row_add_text(import *im, long_row *r, size_t column, const char *text, size_t len,
			    vv_error *err)
{
	long_cell *c = &r->cells[column];
	vv_status rc;

	c->len += len;
	if (c->out) {
		return vv_chunk_writer_put(r->chunks, text, len, err);
	}
	c->held = import_text_is_held(im, column);
	vv_buf_put(&c->text, text, len);
	if ((rc = vv_buf_ok(&c->text, err)) < 0 || c->held || c->len <= VV_CELLS_MAX) {
		return rc;
	}
	return put_out(im, c, &r->chunks, err);
}

vv_status long_row_end_text(import *im, long_row *r, size_t column, vv_error *err)
{
	long_cell *c = &r->cells[column];

	c->over = true;
	r->texts += c->len;
	if (c->out) {
		return finish_chunks(c, &r->chunks, err);
	}
	r->kept += c->held ? 0 : c->len;
	return shed(im, r, err);
}

static vv_status take_text(import *im, long_row *r, vv_error *err)
{
	if (r->scan.at - r->scan.begin > UINT32_MAX) {
		r->scan.fault = r->scan.begin;
		return vv_fail(err, VV_EINPUT, "a cell of 4 GiB or more");
	}
	if (r->count >= r->columns) {
		return VV_OK;
	}
	vv_cell_pieces_look(&r->look, r->scan.text, r->scan.text_len);
	return long_row_add_text(im, r, r->count, r->scan.text, r->scan.text_len, err);
}

static vv_status end_cell(import *im, long_row *r, vv_error *err)
{
	const size_t column = r->count++;
	long_cell *c = &r->cells[column];

	if (column >= r->columns) {
		if (!r->too_many) {
			r->too_many = true;
			r->extra = r->scan.begin;
		}
		return VV_OK;
	}
	c->flags = r->scan.quoted ? VV_CELL_QUOTED : r->scan.has_quote ? VV_CELL_HAS_QUOTE : 0;
	r->regular = r->regular && !r->scan.odd_escape &&
		     r->scan.quoted == (vv_cell_pieces_how(&r->look) == VV_CELL_IN_QUOTES);
	begin_look(im, r);
	return long_row_end_text(im, r, column, err);
}

/* ---- the row's bytes ---- */

/* Of a group that is given no row is kept as it stands; a fault's place is of no use there. */
vv_status long_row_keep_raw(const import *im, long_row *r, const char *bytes, size_t len,
			    vv_error *err)
{
	return im->opts->groups ? VV_OK : temp_bytes_put(&r->raw, bytes, len, err);
}

vv_status long_row_take_raw(import *im, long_row *r, size_t len, vv_error *err)
{
	const char *bytes = vv_window_bytes(im->window);

	for (size_t i = 0; !im->source->line && !im->opts->groups && i < len; i++) {
		r->lines += bytes[i] == '\r' || (bytes[i] == '\n' && !r->after_cr);
		r->after_cr = bytes[i] == '\r';
	}
	vv_xxh3_update(r->hash, bytes, len);
	vv_xxh3_update(r->raw_hash, bytes, len);
	if (im->dialect.form != VV_FORM_CSV) {
		vv_xxh3_update(r->own_hash, bytes, len);
		vv_xxh3_update(r->own_raw_hash, bytes, len);
	}
	vv_status rc = long_row_keep_raw(im, r, bytes, len, err);
	r->bytes += len;
	vv_window_consume(im->window, len);
	return rc;
}

/* The events of the bytes that are visible; *over: the row ends there. They are taken but for what
 * follows the row. */
static vv_status take_piece(import *im, long_row *r, size_t piece, bool *over, vv_error *err)
{
	const char *bytes = vv_window_bytes(im->window);
	const size_t visible = vv_window_len(im->window);
	const size_t len = visible < piece ? visible : piece;
	const bool at_end = len == visible && vv_window_at_end(im->window);
	size_t at = 0, used;
	int event;
	vv_status rc = VV_OK;

	while (rc == VV_OK && (event = vv_csv_pieces_next(&r->scan, bytes + at, len - at, at_end,
							  &used, err)) != VV_CSV_MORE) {
		if (event < 0) {
			rc = (vv_status)event;
			break;
		}
		at += used;
		if (event == VV_CSV_ROW) {
			*over = true;
			break;
		}
		rc = event == VV_CSV_TEXT ? take_text(im, r, err) : end_cell(im, r, err);
	}
	if (rc < 0) {
		(void)long_row_keep_raw(im, r, bytes, len, NULL);
		return rc;
	}
	return long_row_take_raw(im, r, at + (*over ? 0 : len - at), err);
}

static size_t skip_line_ends(const char *p, size_t from, size_t len)
{
	while (from < len && (p[from] == '\n' || p[from] == '\r')) {
		from++;
	}
	return from;
}

/* The row takes too much, or most of it are so many bytes of blank lines at `at`. */
static vv_status refuse(const import *im, long_row *r, size_t blank, uint64_t at, vv_error *err)
{
	if (blank < im->opts->max_row / 2) {
		r->scan.fault = 0;
		return import_refuse_length(im, err);
	}
	r->scan.fault = at;
	return import_refuse_blank_lines(im, err);
}

/* The line end, and at the end of the input all blank lines after it, as the scanner has it. */
static vv_status take_end(import *im, long_row *r, vv_newline *newline, vv_error *err)
{
	for (size_t want = LONG_ROW_PIECE;; want *= 2) {
		vv_status rc = vv_window_fill(im->window, want, err);
		const char *p = vv_window_bytes(im->window);
		size_t len = vv_window_len(im->window), next = 1, content;

		if (rc < 0 || len == 0) {
			*newline = VV_NO_NEWLINE;
			return rc;
		}
		*newline = *p == '\r' ? VV_CR : VV_LF;
		if (*p == '\r' && len > 1 && p[1] == '\n') {
			*newline = VV_CRLF;
			next = 2;
		}
		content = skip_line_ends(p, next, len);
		if (content < len) {
			return long_row_take_raw(im, r, next,
						 err); /* blank lines are the next row's */
		}
		if (vv_window_at_end(im->window)) {
			r->blank_tail = content > next;
			return long_row_take_raw(im, r, content, err);
		}
		if (import_is_too_long(im, r->bytes + len)) {
			return refuse(im, r, content, r->bytes, err);
		}
	}
}

static vv_status read_row(import *im, long_row *r, size_t blank, vv_newline *newline, vv_error *err)
{
	const size_t piece = im->opts->row_piece > 0 ? im->opts->row_piece : LONG_ROW_PIECE;
	bool over = false;
	uint64_t body;
	vv_status rc = long_row_take_raw(im, r, blank, err);

	vv_csv_pieces_begin(&r->scan, &im->dialect);
	r->scan.at = blank;
	begin_look(im, r);
	while (rc == VV_OK && !over) {
		if ((rc = vv_window_fill(im->window, 1, err)) < 0 ||
		    (rc = take_piece(im, r, piece, &over, err)) < 0) {
			return rc;
		}
		if (import_is_too_long(im, r->bytes)) {
			return refuse(im, r, blank, 0, err);
		}
		vv_progress_update(im->opts->progress, "reading",
				   im->given_bytes + vv_window_origin(im->window),
				   im->source->size);
	}
	r->scan.fault = 0;
	body = r->bytes;
	if (rc < 0 || (rc = take_end(im, r, newline, err)) < 0) {
		return rc;
	}
	if (import_is_too_long(im, r->bytes)) {
		const uint64_t tail = r->blank_tail ? r->bytes - body : 0;

		return blank >= tail ? refuse(im, r, blank, 0, err)
				     : refuse(im, r, (size_t)tail, body, err);
	}
	if (r->too_many) {
		r->scan.fault = r->extra;
		return refuse_extra(r, err);
	}
	return VV_OK;
}

/* ---- the group ---- */

/* The bytes of text that can be seen of a row that does not end in them; 0 where it does. */
static uint64_t visible_csv(const import *im, const char *bytes, size_t len)
{
	vv_csv_pieces scan;
	uint64_t texts = 0;
	size_t at = skip_line_ends(bytes, 0, len), taken;
	int event;

	vv_csv_pieces_begin(&scan, &im->dialect);
	while ((event = vv_csv_pieces_next(&scan, bytes + at, len - at, false, &taken, NULL)) > 0 &&
	       event != VV_CSV_ROW) {
		at += taken;
		texts += event == VV_CSV_TEXT ? scan.text_len : 0;
	}
	return event == VV_CSV_MORE ? texts : 0;
}

bool import_row_is_long(const import *im, const group_job *j, size_t used)
{
	const size_t least = im->opts->row_window > 0 ? im->opts->row_window : ROW_WINDOW;
	const char *bytes = vv_window_bytes(im->window) + used;
	const size_t len = vv_window_len(im->window) - used;

	if (!import_streams_rows(im) || len <= least ||
	    im->columns > VV_GROUP_CELLS_MAX / (j->row_count + 1)) {
		return false;
	}
	/* what is visible must be enough for a cut after the row, whatever follows */
	return (im->dialect.form == VV_FORM_CSV
			? visible_csv(im, bytes, len)
			: long_object_visible(im, bytes, len)) >= VV_CELLS_MAX;
}

static vv_status open_row(long_row **out, import *im, const group_job *j, vv_error *err)
{
	long_row *r = vv_calloc(1, sizeof(*r));

	*out = r;
	if (!r) {
		return vv_fail_nomem(err);
	}
	temp_bytes_init(&r->raw, im->opts->temp_dir, LONG_ROW_PIECE);
	r->regular = true;
	r->origin = vv_window_origin(im->window);
	r->hash = vv_xxh3_new(im->opts->secret);
	r->raw_hash = vv_xxh3_new(0);
	r->own_hash = vv_xxh3_new(im->opts->secret);
	r->own_raw_hash = vv_xxh3_new(0);
	r->cells = vv_calloc(im->columns + 1, sizeof(*r->cells));
	if (!r->hash || !r->raw_hash || !r->own_hash || !r->own_raw_hash || !r->cells) {
		return vv_fail_nomem(err);
	}
	r->columns = im->columns;
	vv_xxh3_update(r->hash, j->raw, j->raw_len);
	vv_xxh3_update(r->raw_hash, j->raw, j->raw_len);
	return VV_OK;
}

/* Puts the row at the end of the job's. */
static void add_row(import *im, group_job *j, const long_row *r, size_t blank, vv_newline newline)
{
	vv_cell *cells = &j->cells[j->row_count * j->stride];
	const size_t before = j->raw_len;

	for (size_t i = 0; i < j->stride; i++) {
		const long_cell *c = i < r->count ? &r->cells[i] : NULL;

		cells[i] = !c ? (vv_cell){.state = VV_CELL_ABSENT}
			      : (vv_cell){.state = VV_CELL_TEXT,
					  .text = vv_buf_cstr(&c->text),
					  .len = c->out ? 0 : (uint32_t)c->len,
					  .flags = c->flags};
	}
	j->rows[j->row_count++] = (vv_row){.start = before,
					   .end = before + (size_t)r->bytes,
					   .cell_bytes = r->texts + im->columns,
					   .cells = r->count,
					   .newline = newline,
					   .blank_before = blank > 0,
					   .text_start = before + blank,
					   .text_end = before + (size_t)r->scan.at};
	assert(j->rows[j->row_count - 1].cell_bytes > VV_CELLS_MAX);
	j->columns = im->columns;
	j->raw_len += (size_t)r->bytes;
}

/* What its first bytes are is looked at when a file is added again. */
static vv_status take_head(const long_row *r, vv_buf *head, vv_error *err)
{
	const size_t len = r->bytes < VV_SCAN_HEAD ? (size_t)r->bytes : VV_SCAN_HEAD;

	vv_buf_reset(head);
	if (!vv_buf_reserve(head, len)) {
		return vv_fail_nomem(err);
	}
	head->len = len;
	return temp_bytes_get(&r->raw, 0, head->data, len, err);
}

bool long_row_is_wide(const group_job *j)
{
	return j->row_count > 1 && j->columns > VV_GROUP_CELLS_MAX / j->row_count;
}

vv_status long_row_move(group_job *from, group_job *to, vv_error *err)
{
	const size_t last = --from->row_count, start = from->rows[last].start;
	long_row *r = from->long_row;
	vv_status rc;

	to->row_count = 0;
	to->stride = from->stride;
	if ((rc = take_head(r, &to->given, err)) < 0 ||
	    (rc = import_grid_room(to, from->stride, err)) < 0) {
		return rc;
	}
	memcpy(to->cells, &from->cells[last * from->stride], from->stride * sizeof(*to->cells));
	to->rows[0] = from->rows[last];
	to->rows[0].start -= start;
	to->rows[0].end -= start;
	to->rows[0].text_start -= start;
	to->rows[0].text_end -= start;
	to->row_count = 1;
	to->columns = to->rows[0].cells;
	to->im = from->im;
	to->raw = to->given.data;
	to->raw_len = from->raw_len - start;
	to->offset = from->offset + start;
	to->slab = NULL;
	to->lines = from->lines + import_count_lines(from->raw, start);
	to->long_row = r;
	from->long_row = NULL;
	from->raw_len = start;
	from->columns = 1;
	for (size_t i = 0; i < last; i++) {
		from->columns = from->rows[i].cells > from->columns ? from->rows[i].cells
								    : from->columns;
	}
	vv_xxh3_free(r->hash);
	vv_xxh3_free(r->raw_hash);
	r->hash = r->own_hash;
	r->raw_hash = r->own_raw_hash;
	r->own_hash = r->own_raw_hash = NULL;
	return VV_OK;
}

static vv_status take_csv(import *im, group_job *j, long_row *r, vv_error *err)
{
	const size_t blank = skip_line_ends(vv_window_bytes(im->window), 0,
					    vv_window_len(im->window));
	vv_newline newline = VV_NO_NEWLINE;
	vv_status rc = read_row(im, r, blank, &newline, err);

	if (rc == VV_OK) {
		r->regular = r->regular && blank == 0 && !r->blank_tail;
		add_row(im, j, r, blank, newline);
	}
	return rc;
}

vv_status import_long_row(import *im, group_job *j, vv_error *err)
{
	const bool first = im->job_tail == 0 && j->row_count == 0;
	long_row *r;
	vv_status rc = open_row(&r, im, j, err);

	j->long_row = r;
	if (rc < 0) {
		return rc;
	}
	rc = im->dialect.form == VV_FORM_CSV ? take_csv(im, j, r, err)
					     : long_object_take(im, j, r, err);
	if (rc < 0) {
		if (rc == VV_EINPUT && err && !im->opts->groups) {
			place(im, r, r->scan.fault, first, err);
		}
		return rc;
	}
	im->lines += r->lines;
	im->out->long_rows++;
	if (r->regular && im->dialect.form == VV_FORM_CSV) {
		temp_bytes_clear(&r->raw);
	}
	return VV_OK;
}
