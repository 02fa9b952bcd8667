/*
 * import_long_object: knows how an object of JSON comes into its group as a long row: the strings of its
 * columns are taken as they are read, and what is left of it, with "" in the place of each, is
 * scanned as any other row when it is over.
 */
#include "dataset/table/import_state.h"

#include <assert.h>
#include <string.h>

#include "base/ascii.h"
#include "base/sys.h"

uint64_t long_object_visible(const import *im, const char *bytes, size_t len)
{
	vv_json_pieces scan = {0};
	vv_pieces_event event = VV_PIECES_REST;
	uint64_t texts = 0;
	size_t at = 0, taken;

	vv_json_pieces_begin(&scan, &im->dialect);
	while (event != VV_PIECES_MORE && event != VV_PIECES_OVER && event != VV_PIECES_FAULT) {
		event = vv_json_pieces_next(&scan, bytes + at, len - at, false, &taken);
		at += taken;
		texts += event == VV_PIECES_TEXT ? scan.text_len : 0;
	}
	vv_json_pieces_clear(&scan);
	return event == VV_PIECES_MORE ? texts : 0;
}

/* Where in the row a byte of what is around stands. */
static uint64_t place_in_row(const long_row *r, size_t at)
{
	uint64_t place = at;

	for (size_t i = 0; i < r->columns; i++) {
		const long_cell *c = &r->cells[i];

		if (c->begun && c->at < at) {
			place += (c->over ? c->end - 1 : r->json.at) - (c->begin + 1);
		}
	}
	return place;
}

/* The row takes too much, as far as it is around, with so many bytes that were not passed yet; or most of that
 * are blank lines and spaces before or after it. */
static vv_status refuse_length(const import *im, long_row *r, size_t more, vv_error *err)
{
	const char *text = r->around.data;
	const uint64_t many = im->opts->max_row / 2;
	size_t lead = 0, tail = 0;

	while (lead < r->around.len && vv_is_space(text[lead])) {
		lead++;
	}
	while (tail < r->around.len - lead && vv_is_space(text[r->around.len - 1 - tail])) {
		tail++;
	}
	if (lead < many && tail < many) {
		r->scan.fault = lead;
		return import_refuse_length(im, err);
	}
	r->scan.fault = lead >= tail ? 0 : r->bytes + more - tail;
	(void)long_row_keep_raw(im, r, vv_window_bytes(im->window), more, NULL);
	return import_refuse_blank_lines(im, err);
}

/* A string that is not to be taken is around, too: one of a column that is not known yet, or a
 * member that is there twice, which the scan refuses. */
static void begin_string(const import *im, long_row *r)
{
	size_t column;

	if (!r->json.name_fits ||
	    !vv_scan_find_column(im->scan, vv_buf_cstr(&r->json.name), r->json.name.len, &column) ||
	    column >= r->columns || r->cells[column].begun) {
		vv_json_pieces_keep(&r->json);
		return;
	}
	r->open = column;
	r->cells[column].begun = true;
	r->cells[column].at = r->around.len - 1;
	r->cells[column].begin = r->json.begin;
}

static vv_status more_of_string(import *im, long_row *r, vv_error *err)
{
	if (r->json.at - r->json.begin > UINT32_MAX) {
		r->scan.fault = r->json.begin;
		return vv_fail(err, VV_EINPUT, "a value of 4 GiB or more");
	}
	return long_row_add_text(im, r, r->open, r->json.text, r->json.text_len, err);
}

static vv_status end_string(import *im, long_row *r, vv_error *err)
{
	long_cell *c = &r->cells[r->open];

	c->end = r->json.at + 1;
	c->literal = r->json.lone;
	r->regular = r->regular && (c->literal || !r->json.odd);
	if (!c->literal) {
		return long_row_end_text(im, r, r->open, err);
	}
	c->over = true;
	c->out = false;
	c->len = 0;
	vv_buf_reset(&c->text);
	vv_chunk_writer_close(r->chunks);
	r->chunks = NULL;
	return VV_OK;
}

/* Half a pair of surrogates shows when the text so far is in chunks: such a string is read again, as it is
 * spelled. */
static vv_status read_literals(import *im, long_row *r, vv_error *err)
{
	char piece[4096];
	vv_status rc = VV_OK;

	for (size_t i = 0; i < r->columns && rc == VV_OK; i++) {
		const long_cell *c = &r->cells[i];

		if (!c->literal) {
			continue;
		}
		if (im->opts->groups) {
			return vv_fail(err, VV_ECORRUPT, "a long string that has no text");
		}
		for (uint64_t at = c->begin; at < c->end && rc == VV_OK;) {
			size_t n = c->end - at < sizeof(piece) ? (size_t)(c->end - at)
							       : sizeof(piece);

			if ((rc = temp_bytes_get(&r->raw, at, piece, n, err)) == VV_OK) {
				rc = long_row_add_text(im, r, i, piece, n, err);
			}
			at += n;
		}
		rc = rc == VV_OK ? long_row_end_text(im, r, i, err) : rc;
	}
	return rc;
}

/* Takes what is visible, up to `piece` bytes; *over: the object ends there, or is none (*fault: it needs so
 * many bytes more to show). */
static vv_status take_json(import *im, long_row *r, size_t piece, bool *over, size_t *fault,
			   vv_error *err)
{
	const char *bytes = vv_window_bytes(im->window);
	const size_t visible = vv_window_len(im->window);
	const size_t len = visible < piece ? visible : piece;
	const bool at_end = len == visible && vv_window_at_end(im->window);
	size_t at = 0, used;
	vv_pieces_event event = VV_PIECES_REST;
	vv_status rc = VV_OK;

	while (rc == VV_OK && event != VV_PIECES_MORE && !*over) {
		event = vv_json_pieces_next(&r->json, bytes + at, len - at, at_end, &used);
		at += used;
		switch (event) {
		case VV_PIECES_REST:
			vv_buf_put(&r->around, r->json.text, r->json.text_len);
			rc = vv_buf_ok(&r->around, err);
			break;
		case VV_PIECES_STRING:
			begin_string(im, r);
			break;
		case VV_PIECES_TEXT:
			rc = more_of_string(im, r, err);
			break;
		case VV_PIECES_END:
			rc = end_string(im, r, err);
			break;
		default:
			*fault = event == VV_PIECES_FAULT ? r->json.fault_len : 0;
			*over = event != VV_PIECES_MORE;
			break;
		}
	}
	if (rc < 0 || (rc = vv_json_pieces_ok(&r->json, err)) < 0) {
		(void)long_row_keep_raw(im, r, bytes, len, NULL);
		return rc;
	}
	return long_row_take_raw(im, r, at, err);
}

/* Scans what is around, with so many bytes of the window behind it, into the place for the job's next row: 1;
 * 0: that is not enough; <0: r->scan.fault tells where. */
static int scan_around(import *im, group_job *j, long_row *r, size_t tail, bool at_end, vv_row *row,
		       vv_error *err)
{
	size_t stride = j->stride;
	vv_status rc;
	int n;

	r->around.len = r->body;
	vv_buf_put(&r->around, vv_window_bytes(im->window), tail);
	if ((rc = vv_buf_ok(&r->around, err)) < 0) {
		return (int)rc;
	}
	vv_scan_window(im->scan, r->around.data, r->around.len, at_end, r->origin);
	do {
		if ((rc = import_grid_room(j, stride, err)) < 0) {
			return (int)rc;
		}
		n = vv_scan_row(im->scan, &j->cells[j->row_count * stride], stride, row, err);
		stride = vv_scan_columns(im->scan) + 8;
	} while (n == 2);
	if (n == 0 && at_end) {
		n = (int)vv_fail(err, VV_EINPUT, "the row does not end");
	}
	if (n < 0) {
		r->scan.fault = place_in_row(r, vv_scan_fault(im->scan));
		(void)long_row_keep_raw(im, r, vv_window_bytes(im->window), tail, NULL);
	}
	return n;
}

/* The same with as much behind it as it takes. */
static vv_status scan_object(import *im, group_job *j, long_row *r, bool is_fault, size_t fault,
			     vv_row *row, vv_error *err)
{
	vv_status rc;
	int n = 0;

	r->body = r->around.len;
	for (size_t want = 4096; n == 0; want *= 4) {
		if ((rc = vv_window_fill(im->window, is_fault ? fault : want, err)) < 0) {
			return rc;
		}
		size_t visible = vv_window_len(im->window);
		size_t tail = is_fault && fault < visible ? fault : visible < want ? visible : want;
		bool at_end = is_fault || (tail == visible && vv_window_at_end(im->window));

		if ((n = scan_around(im, j, r, tail, at_end, row, err)) == 0 &&
		    import_is_too_long(im, r->bytes + tail)) {
			return refuse_length(im, r, tail, err);
		}
	}
	return n < 0 ? (vv_status)n : VV_OK;
}

/* Is what is around what the writer gives around the texts? */
static vv_status compare_around(import *im, const group_job *j, long_row *r, const vv_row *row,
				vv_error *err)
{
	vv_cell *cells = &j->cells[j->row_count * j->stride];
	const char *text = r->around.data;
	vv_row_writer *w = NULL;
	vv_buf line = VV_BUF_INIT;
	size_t count = 0, from = 0, *columns = vv_calloc(2 * r->columns + 1, sizeof(*columns));
	size_t *at = columns ? columns + r->columns : NULL;
	vv_status rc = columns ? vv_row_writer_new(&w, &im->dialect, row->cells, im->names,
						   im->name_lens, err)
			       : vv_fail_nomem(err);

	if (rc < 0) {
		goto done;
	}
	for (size_t i = 0; i < r->columns; i++) {
		if (r->cells[i].begun && r->cells[i].len > 0) {
			columns[count++] = i;
		}
	}
	vv_row_write_around(w, &line, cells, row->cells, columns, count, at);
	rc = vv_buf_ok(&line, err);
	for (size_t i = 0; rc == VV_OK && i <= count && r->regular; i++) {
		const size_t end = i < count ? at[i] : line.len;

		/* two bytes for each string before */
		r->regular = from + 2 * i + (end - from) <= r->body &&
			     memcmp(text + from + 2 * i, line.data + from, end - from) == 0 &&
			     (i < count ? r->cells[columns[i]].at == end + 2 * i
					: end + 2 * i == r->body);
		from = end;
	}
done:
	vv_row_writer_free(w);
	vv_buf_clear(&line);
	vv_free(columns);
	return rc;
}

/* The texts take their places in the row that was scanned. */
static vv_status place_texts(const group_job *j, const long_row *r, vv_row *row, vv_error *err)
{
	vv_cell *cells = &j->cells[j->row_count * j->stride];

	for (size_t i = 0; i < r->columns; i++) {
		const long_cell *c = &r->cells[i];

		if (!c->begun) {
			continue;
		}
		if (i >= row->cells || cells[i].text != r->around.data + c->at + 1) {
			return vv_fail(err, VV_EINPUT, "a string that is not where it was read");
		}
		cells[i].state = c->literal ? VV_CELL_LITERAL : VV_CELL_TEXT;
		cells[i].text = vv_buf_cstr(&c->text);
		cells[i].len = c->out ? 0 : (uint32_t)c->len;
		row->cell_bytes += c->len;
	}
	return VV_OK;
}

static vv_status read_object(import *im, group_job *j, long_row *r, vv_row *row, vv_error *err)
{
	const size_t piece = (im->opts->row_piece > 0 ? im->opts->row_piece : LONG_ROW_PIECE) + 16;
	size_t fault = 0;
	bool over = false;
	vv_status rc;

	vv_json_pieces_begin(&r->json, &im->dialect);
	while (!over) {
		/* fewer bytes may not be enough to go on */
		if ((rc = vv_window_fill(im->window, 16, err)) < 0 ||
		    (rc = take_json(im, r, piece, &over, &fault, err)) < 0) {
			return rc;
		}
		if (import_is_too_long(im, r->bytes)) {
			return refuse_length(im, r, 0, err);
		}
		vv_progress_update(im->opts->progress, "reading",
				   im->given_bytes + vv_window_origin(im->window),
				   im->source->size);
	}
	if ((rc = read_literals(im, r, err)) < 0 ||
	    (rc = scan_object(im, j, r, fault > 0, fault, row, err)) < 0 ||
	    (vv_scan_columns(im->scan) > im->columns && (rc = import_columns_grow(im, err)) < 0) ||
	    (rc = place_texts(j, r, row, err)) < 0 ||
	    (rc = compare_around(im, j, r, row, err)) < 0) {
		return rc;
	}
	r->around.len = row->end;
	r->scan.fault = row->text_start;
	if ((rc = long_row_take_raw(im, r, row->end - r->body, err)) < 0) {
		return rc;
	}
	return import_is_too_long(im, r->bytes) ? refuse_length(im, r, 0, err) : VV_OK;
}

static size_t newline_len(vv_newline n)
{
	return n == VV_NO_NEWLINE ? 0 : n == VV_CRLF ? 2 : 1;
}

/* Puts the row, which was scanned into its place, at the end of the job's. */
static void add_object(group_job *j, long_row *r, const vv_row *row)
{
	const size_t before = j->raw_len, inside = (size_t)r->bytes - row->end;
	vv_row *to = &j->rows[j->row_count];

	r->tail = r->around.data + r->body;
	r->tail_len = row->end - r->body;
	r->blank_tail = import_has_blank_tail(r->tail - 1, r->tail_len + 1);
	*to = *row;
	to->start = before;
	to->end = before + (size_t)r->bytes;
	to->text_start = before + row->text_start;
	to->text_end = before + row->text_end + inside;
	assert(to->cell_bytes > VV_CELLS_MAX);
	j->columns = j->row_count > 0 && j->columns > row->cells ? j->columns : row->cells;
	j->row_count++;
	j->raw_len += (size_t)r->bytes;
}

/* An array's row is regular only with the separator behind it, which the end of the file is not. */
static bool object_is_regular(const import *im, const long_row *r, const vv_row *row)
{
	return r->regular && row->text_start == 0 &&
	       (im->dialect.form == VV_FORM_JSON || r->tail_len == newline_len(row->newline));
}

vv_status long_object_take(import *im, group_job *j, long_row *r, vv_error *err)
{
	vv_row row;
	vv_status rc = read_object(im, j, r, &row, err);

	if (rc == VV_OK) {
		add_object(j, r, &row);
		r->regular = object_is_regular(im, r, &row);
	}
	return rc;
}
