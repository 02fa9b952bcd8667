/*
 * fixed: varve with one form of files more, text of fixed width, which shows that a form is a file
 * and a row.
 *
 * The first line has the names, with two spaces or more between them. A cell begins in the column
 * of bytes in which its name begins, and ends with at least one space before the next one. Rows
 * have no spaces at their end.
 */
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "cmd/varve/commands.h"
#include "dataset/format/form.h"
#include "dataset/format/row_write.h"
#include "dataset/read/scan_internal.h"
#include "dataset/read/sniff.h"
#include "dataset/read/sniff_internal.h"
#include "dataset/rows/line_edit.h"

#define COLUMNS_MAX 64u

/* The columns of bytes in which cells begin. */
typedef struct ruler {
	size_t count, at[COLUMNS_MAX];
} ruler;

static size_t line_len(const char *p, size_t len)
{
	size_t n = 0;

	while (n < len && p[n] != '\n' && p[n] != '\r') {
		n++;
	}
	return n;
}

static ruler ruler_of(const char *header, size_t len)
{
	ruler r = {.count = 0};

	len = line_len(header, len);
	for (size_t i = 0; i < len && r.count < COLUMNS_MAX; i++) {
		const bool after = i == 0 ||
				   (i >= 2 && header[i - 1] == ' ' && header[i - 2] == ' ');

		if (header[i] != ' ' && after) {
			r.at[r.count++] = i;
		}
	}
	return r;
}

static ruler ruler_of_dialect(const vv_dialect *d)
{
	size_t len;
	const char *header = vv_dialect_header(d, &len);

	return ruler_of(header, len);
}

/* The cell of column i in a line, without the spaces after it; *room: with them. */
static vv_cell cell_of(const ruler *r, size_t i, const char *line, size_t len, size_t *room)
{
	const size_t from = r->at[i] < len ? r->at[i] : len;
	size_t to = i + 1 < r->count && r->at[i + 1] < len ? r->at[i + 1] : len;

	*room = to - from;
	while (to > from && line[to - 1] == ' ') {
		to--;
	}
	return (vv_cell){.text = line + from, .len = (uint32_t)(to - from), .state = VV_CELL_TEXT};
}

/* ---- detecting ---- */

static vv_status sniff_fixed(sniff *s, vv_error *err)
{
	vv_dialect *d = &s->out->dialect;
	const size_t len = line_len(s->text, s->len);
	const ruler r = ruler_of(s->text, len);
	vv_cell names[COLUMNS_MAX];
	size_t body = len, room;

	if (len == s->len && !s->at_end) return sniff_too_short(s, err);
	d->quote = 0;
	d->delimiter = VV_NO_DELIMITER;
	d->newline = VV_LF;
	if (body < s->len && s->text[body] == '\r') {
		d->newline = VV_CRLF;
		body++;
	}
	body += body < s->len;
	for (size_t i = 0; i < r.count; i++) {
		names[i] = cell_of(&r, i, s->text, len, &room);
	}
	s->out->body = body;
	return sniff_set_names(s, names, r.count, err);
}

/* ---- cutting ---- */

static vv_status init_scan(vv_scan *s, const vv_dialect *d, vv_error *err)
{
	ruler *r = vv_calloc(1, sizeof(*r));

	if (!r) return vv_fail_nomem(err);
	*r = ruler_of_dialect(d);
	s->own = r;
	return VV_OK;
}

static const char *after_blank_lines(const char *p, const char *end)
{
	while (p < end && (*p == '\n' || *p == '\r')) {
		p++;
	}
	return p;
}

static int cut_row(vv_scan *s, vv_cell *cells, size_t stride, const vv_scan_where *where,
		   vv_row *row, vv_error *err)
{
	const ruler *r = s->own;
	const char *begin = s->bytes + s->offset, *text = after_blank_lines(begin, s->end);
	const size_t len = line_len(text, (size_t)(s->end - text));
	const char *end = text + len, *next = end;
	size_t room;

	if (text == s->end || (end == s->end && !s->at_end)) return 0;
	*row = (vv_row){.cells = r->count, .newline = VV_NO_NEWLINE};
	if (next < s->end && *next == '\r') {
		if (next + 1 == s->end && !s->at_end) return 0;
		next += next + 1 < s->end && next[1] == '\n';
		row->newline = next > end ? VV_CRLF : VV_CR;
		next++;
	} else if (next < s->end) {
		row->newline = VV_LF;
		next++;
	}
	if (after_blank_lines(next, s->end) == s->end) { /* they may be the end of the file */
		if (!s->at_end) return 0;
		next = s->end;
	}
	for (size_t i = 0; i < stride; i++) {
		vv_cell_set_absent(&cells[i]);
	}
	for (size_t i = 0; i < r->count && i < stride; i++) {
		cells[i] = cell_of(r, i, text, len, &room);
		row->cell_bytes += cells[i].len + 1;
		if (i + 1 < r->count && cells[i].len == room && r->at[i + 1] < len) {
			return vv_scan_refuse(s, cells[i].text, err,
					      "a cell has no space after it");
		}
		if (where) {
			const size_t from = (size_t)(cells[i].text - s->bytes);

			where->places[i] = (vv_scan_place){from, from, from + cells[i].len};
		}
	}
	row->start = s->offset;
	row->end = (size_t)(next - s->bytes);
	row->text_start = (size_t)(text - s->bytes);
	row->text_end = (size_t)(end - s->bytes);
	s->offset = row->end;
	return 1;
}

/* ---- spelling ---- */

static bool fits(const vv_dialect *d, const vv_cell *cell, size_t column)
{
	const ruler r = ruler_of_dialect(d);

	if (cell->len == 0) return true;
	if (memchr(cell->text, '\n', cell->len) || memchr(cell->text, '\r', cell->len) ||
	    cell->text[cell->len - 1] == ' ') {
		return false;
	}
	return column + 1 >= r.count || cell->len < r.at[column + 1] - r.at[column];
}

static void put_row(const ruler *r, vv_buf *out, const vv_cell *cells, size_t columns)
{
	const size_t start = out->len;

	for (size_t i = 0; i < columns; i++) {
		const size_t at = i < r->count ? start + r->at[i] : out->len + 2;

		vv_buf_put_spaces(out, cells[i].len > 0 && at > out->len ? at - out->len : 0);
		vv_buf_put(out, cells[i].text, cells[i].len);
	}
}

static void spell_row(const vv_row_writer *w VV_UNUSED, const vv_dialect *d, vv_buf *out,
		      vv_expected *e VV_UNUSED, const vv_cell *cells, size_t columns)
{
	const ruler r = ruler_of_dialect(d);

	put_row(&r, out, cells, columns);
}

/* ---- editing ---- */

static vv_status find_parts(vv_line_parts *out, const vv_dialect *d, const vv_schema *schema,
			    const char *line, size_t len, vv_error *err)
{
	const ruler r = ruler_of_dialect(d);
	const size_t lead = vv_line_lead(d, schema->count, line, len);
	const size_t text_len = line_len(line + lead, len - lead);
	size_t room;

	for (size_t i = 0; i < r.count; i++) {
		const vv_cell cell = cell_of(&r, i, line + lead, text_len, &room);
		const size_t from = (size_t)(cell.text - line);
		const vv_line_part part = {
			.start = from, .from = from, .to = from + cell.len, .column = i};

		if (!vv_array_add(out->items, out->count, out->cap, part)) {
			return vv_fail_nomem(err);
		}
		out->end = cell.len > 0 || i == 0 ? part.to : out->end;
	}
	return VV_OK;
}

static void edit_row(vv_line_editor *e, vv_buf *out, const char *line, size_t len,
		     const vv_cell *old_cells VV_UNUSED, const vv_cell *cells,
		     const bool *changed VV_UNUSED, const vv_bytes *spelled VV_UNUSED)
{
	const ruler r = ruler_of_dialect(e->header ? e->was : e->is);
	vv_buf row = VV_BUF_INIT;

	put_row(&r, &row, cells, e->columns);
	vv_buf_put(out, line, e->parts.items[0].start);
	vv_buf_put(out, row.data, row.len);
	vv_buf_put(out, line + e->parts.end, len - e->parts.end);
	out->failed |= row.failed;
	vv_buf_clear(&row);
}

/* ---- the form ---- */

static const vv_form_work work = {.sniff = sniff_fixed,
				  .init = init_scan,
				  .cut = cut_row,
				  .spell = spell_row,
				  .parts = find_parts,
				  .edit = edit_row,
				  .fits = fits};

static const vv_form_kind fixed = {.name = "fixed",
				   .words = "fixed width",
				   .ext = "fixed",
				   .header_cuts = true,
				   .work = &work};

int main(int argc, char **argv)
{
	vv_form_set_test(&fixed);
	return vv_tool_main(&vv_varve, argc, argv);
}
