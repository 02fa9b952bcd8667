/*
 * sniff_sample: the rows of a sample under a dialect that is being tried, its places as
 * lines and columns, and its names.
 */
#include <string.h>

#include "base/sys.h"
#include "dataset/format/form.h"
#include "dataset/read/scan_internal.h"
#include "dataset/read/sniff.h"
#include "dataset/read/sniff_internal.h"

vv_status sniff_set_names(sniff *s, const vv_cell *cells, size_t count, vv_error *err)
{
	vv_sniff_result *out = s->out;

	out->names = vv_calloc(count, sizeof *out->names);
	out->name_lens = vv_calloc(count, sizeof *out->name_lens);
	if (!out->names || !out->name_lens) return vv_fail_nomem(err);
	for (out->columns = 0; out->columns < count; out->columns++) {
		const vv_cell *c = &cells[out->columns];
		char *copy = c->len > 0 ? vv_strndup(c->text, c->len) : vv_strdup("");

		if (!copy) return vv_fail_nomem(err);
		out->names[out->columns] = copy;
		out->name_lens[out->columns] = c->len;
	}
	return VV_OK;
}

static vv_status set_columns(sniff_reader *r, size_t columns, size_t from, vv_error *err)
{
	vv_cell *cells = vv_realloc_array(r->cells, columns, sizeof *cells);
	vv_scan *scan = NULL;

	if (!cells) return vv_fail_nomem(err);
	r->cells = cells;
	r->columns = columns;
	if (vv_form_is_typed(r->dialect->form) && r->scan) return VV_OK;
	vv_status rc = vv_scan_new(&scan, r->dialect,
				   !vv_form_is_typed(r->dialect->form) ? columns : 0, NULL, NULL,
				   err);
	if (rc < 0) return rc;
	vv_scan_free(r->scan);
	r->scan = scan;
	r->start = from;
	scan->full = vv_dialect_full_are_rows(r->dialect) ? r->full : 0;
	vv_scan_window(scan, r->s->text + from, r->s->len - from, r->s->at_end, from);
	return VV_OK;
}

vv_status sniff_reader_open(sniff_reader *r, const sniff *s, const vv_dialect *d, size_t from,
			    vv_error *err)
{
	*r = (sniff_reader){.s = s, .dialect = d};
	return set_columns(r, 32, from, err);
}

void sniff_reader_close(sniff_reader *r)
{
	vv_scan_free(r->scan);
	vv_free(r->cells);
	memset(r, 0, sizeof *r);
}

size_t sniff_reader_offset(const sniff_reader *r)
{
	return r->start + vv_scan_offset(r->scan);
}

int sniff_reader_next(sniff_reader *r, vv_row *row, vv_error *err)
{
	for (;;) {
		int n = vv_scan_row(r->scan, r->cells, r->columns, row, err);
		size_t need = n == 2 ? vv_scan_columns(r->scan) : r->scan->found;

		if (n == 1) {
			row->start += r->start;
			row->end += r->start;
			row->text_start += r->start;
			row->text_end += r->start;
			if (r->full == 0) {
				r->full = row->cells;
				r->scan->full = vv_dialect_full_are_rows(r->dialect) ? r->full : 0;
			}
			return 1;
		}
		r->fault = r->start + vv_scan_fault(r->scan);
		/* A CSV row with more cells than any before, or new members. */
		if (n == 0 || need <= r->columns || need > VV_COLUMNS_MAX) return n;
		vv_status rc = set_columns(r, need, sniff_reader_offset(r), err);
		if (rc < 0) return rc;
	}
}

sniff_reader sniff_reader_begin(const sniff *s, const vv_dialect *d, size_t from, vv_error *err)
{
	sniff_reader r;
	const vv_status rc = sniff_reader_open(&r, s, d, from, err);

	r.err = err;
	r.rc = rc;
	return r;
}

bool sniff_reader_row(sniff_reader *r, vv_row *row)
{
	const int n = r->rc < 0 ? 0 : sniff_reader_next(r, row, VV_IGNORED);

	r->faulty = n < 0;
	r->rc = n == VV_ENOMEM ? vv_fail_nomem(r->err) : r->rc;
	return n == 1;
}

vv_status sniff_place(const sniff *s, size_t offset, vv_error *err)
{
	const char *text = s->text - s->lead;
	size_t line = 1, character = 1, len = s->len + s->lead;

	offset += s->lead;
	for (size_t i = 0; i < offset && i < len; i++) {
		bool crlf = text[i] == '\r' && i + 1 < len && text[i + 1] == '\n';

		if ((text[i] == '\n' || text[i] == '\r') && !crlf) {
			line++;
			character = 1;
		} else {
			character += ((unsigned char)text[i] & 0xC0) != 0x80;
		}
	}
	return vv_prefix(err, "line %zu, character %zu", line, character);
}

/* Is the sample blank lines, but for a few bytes before them? */
static bool is_blank(const sniff *s)
{
	size_t blank = 0;

	while (blank < s->len &&
	       (s->text[s->len - 1 - blank] == '\n' || s->text[s->len - 1 - blank] == '\r')) {
		blank++;
	}
	return s->len - blank <= VV_HEADER_MAX / 2;
}

vv_status sniff_too_short(const sniff *s, vv_error *err)
{
	if (s->len > VV_HEADER_MAX && !vv_form_is_typed(s->out->dialect.form) && is_blank(s)) {
		return vv_fail(err, VV_EINPUT,
			       "more than %u KiB of blank lines precede the first rows\nremove the "
			       "blank lines; or '--as file' keeps the file as bytes",
			       VV_HEADER_MAX >> 11);
	}
	if (s->len > VV_HEADER_MAX && !vv_form_is_typed(s->out->dialect.form) &&
	    s->hints->header != 0) {
		return vv_fail(err, VV_EINPUT,
			       "the first line is longer than %u KiB\ncheck for a quote that is "
			       "not closed; '--as file' keeps the file as bytes",
			       VV_HEADER_MAX >> 10);
	}
	return vv_fail(err, VV_ENOTFOUND,
		       "the first row is not complete in the part of the file "
		       "that was examined");
}

/* Spaces before the rows' cells, after their delimiters. */
typedef struct gaps {
	size_t rows, cells, spaces,
		single; /* cells after the first one; those after a space; after one alone */
	bool alike;
} gaps;

/* all: also after a cell that no space precedes. */
static vv_status count_gaps(const sniff *s, bool all, gaps *g, vv_error *err)
{
	const vv_dialect *d = &s->out->dialect;
	vv_auto(sniff_reader) r = sniff_reader_begin(s, d, 0, err);
	vv_row row;
	size_t width = 0;

	*g = (gaps){.alike = true};
	while (g->rows < SNIFF_ROWS && (all || g->spaces == g->cells) &&
	       sniff_reader_row(&r, &row)) {
		width = g->rows++ == 0 ? row.cells : width;
		g->alike = g->alike && row.cells == width;
		for (size_t i = 1; i < row.cells; i++) {
			const char *at = r.cells[i].text -
					 (r.cells[i].flags & VV_CELL_QUOTED ? 1 : 0);

			/* decoded text is elsewhere in memory */
			if (at < s->text + row.text_start || at > s->text + row.text_end) {
				continue;
			}
			g->cells++;
			g->spaces += at[-1] == ' ';
			g->single += at[-1] == ' ' && (uint8_t)at[-2] == d->delimiter;
		}
	}
	g->alike = g->alike && !r.faulty;
	return r.rc;
}

vv_status sniff_spaces(sniff *s, vv_error *err)
{
	vv_dialect *d = &s->out->dialect;
	const int told = s->hints->spaces;
	gaps g;
	vv_status rc;

	if (told == 0 || (s->parent && (told < 0 || s->parent->spaces != VV_SPACES_KEPT))) {
		d->spaces = told == 0 ? VV_SPACES_KEPT : s->parent->spaces;
		return VV_OK;
	}
	if (d->delimiter == ' ' || d->quote == ' ' || d->escape == ' ' ||
	    (told < 0 && d->delimiter != ',' && d->delimiter != ';')) {
		return told < 0
			       ? VV_OK
			       : vv_fail(err, VV_EINPUT,
					 "spaces cannot be skipped if a space is the delimiter or a quote");
	}
	d->spaces = VV_SPACES_PASSED;
	if ((rc = count_gaps(s, told >= 0, &g, err)) < 0) return rc;
	if (told < 0 && (!g.alike || g.rows < 4 || g.cells == 0 || g.spaces < g.cells)) {
		d->spaces = VV_SPACES_KEPT;
		return VV_OK;
	}
	d->spaces = g.single * 2 > g.cells ? VV_SPACES_USUAL : VV_SPACES_PASSED;
	if (told < 0) {
		vv_buf_puts(
			&s->out->warnings,
			"a space follows each delimiter and is not part of the cells; '--initial-space keep' keeps it\n");
	}
	return vv_buf_ok(&s->out->warnings, err);
}
