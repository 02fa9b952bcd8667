/*
 * ragged: fills the window for the scanner, and skips rows that it cannot contain.
 */
#include "dataset/read/ragged.h"

#include <string.h>

#include "base/sys.h"
#include "dataset/format/cell.h"
#include "dataset/format/form.h"

#define PIECE ((size_t)256 << 10)
#define SAMPLE ((size_t)1 << 20)

/* As many bytes again as a row has had so far, since it is looked at again. */
vv_status vv_ragged_fill(vv_ragged *r, vv_error *err)
{
	ssize_t n = 1;

	if (r->at > 0 && r->at >= r->window.len / 2) {
		vv_buf_drop_front(&r->window, r->at);
		r->at = 0;
	}
	size_t want = r->window.len - r->at > PIECE ? r->window.len - r->at : PIECE;
	if (!vv_buf_reserve(&r->window, want)) return vv_fail_nomem(err);
	for (; want > 0 && n > 0; want -= (size_t)n) {
		n = r->source->read(r->source->payload, r->window.data + r->window.len, want, err);
		if (n < 0) return (vv_status)n;
		r->window.len += (size_t)n;
	}
	r->at_end = n == 0;
	return VV_OK;
}

bool vv_ragged_is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

uint64_t vv_ragged_count_lines(const char *s, size_t len)
{
	uint64_t n = 0;

	for (size_t i = 0; i < len; i++) {
		n += s[i] == '\n' || (s[i] == '\r' && (i + 1 == len || s[i + 1] != '\n'));
	}
	return n;
}

/* How many bytes end the line at window[i]; 0: more must be read first. */
static size_t line_end(const vv_ragged *r, size_t i)
{
	const char *p = r->window.data;

	if (p[i] == '\n') return 1;
	if (i + 1 == r->window.len) return r->at_end ? 1 : 0;
	return p[i + 1] == '\n' ? 2 : 1;
}

/* Finds the line at window[at]. False: more must be read. */
static bool find_line(vv_ragged *r, vv_ragged_row *out)
{
	size_t i = r->at;

	*out = (vv_ragged_row){.stray = SIZE_MAX, .unclosed = SIZE_MAX};
	while (i < r->window.len && !vv_ragged_is_line_end(r->window.data[i])) {
		i++;
	}
	out->text_end = i;
	out->end = i < r->window.len ? i + line_end(r, i) : i;
	return i < r->window.len ? out->end > i : r->at_end;
}

/* The offset in the window of a fault in the row at window[at]. */
static size_t in_window(const vv_ragged *r, size_t fault)
{
	return fault == SIZE_MAX ? fault : r->at + fault;
}

/* Finds the row at window[at]. False: more must be read. */
static bool find_row(vv_ragged *r, vv_ragged_row *out)
{
	const char *p = r->window.data + r->at, *end = r->window.data + r->window.len;
	vv_scan_faults faults;
	vv_row row;

	r->count = 0;
	if (vv_dialect_is_comment(&r->sniffed.dialect, r->sniffed.columns, p, end)) {
		const bool found = find_line(r, out);

		out->comment = true;
		return found;
	}
	vv_scan_window(r->scan, p, (size_t)(end - p), r->at_end, 0);
	if (vv_scan_ragged(r->scan, r->places, r->cells, &row, &faults) == 0) return false;
	*out = (vv_ragged_row){.text_end = r->at + row.text_end,
			       .end = r->at + row.end,
			       .stray = in_window(r, faults.stray),
			       .unclosed = in_window(r, faults.unclosed)};
	r->count = row.cells;
	return true;
}

/* Goes on to the end of the line at window[at] without keeping it. */
static int skip_line(vv_ragged *r, vv_ragged_row *out, vv_error *err)
{
	vv_status rc;

	r->count = 0;
	for (;;) {
		size_t i = r->at;

		while (i < r->window.len && !vv_ragged_is_line_end(r->window.data[i])) {
			i++;
		}
		r->at = i;
		*out = (vv_ragged_row){.text_end = i,
				       .end = i < r->window.len ? i + line_end(r, i) : i,
				       .stray = SIZE_MAX,
				       .unclosed = SIZE_MAX,
				       .too_long = true};
		if (i < r->window.len ? out->end > i : r->at_end) return 1;
		if ((rc = vv_ragged_fill(r, err)) < 0) return (int)rc;
	}
}

static int next_row(vv_ragged *r, vv_ragged_row *out, bool (*find)(vv_ragged *, vv_ragged_row *),
		    vv_error *err)
{
	vv_status rc;

	for (;;) {
		if (r->at == r->window.len && r->at_end) return 0;
		if (r->at < r->window.len && find(r, out)) {
			out->too_long = out->end - r->at > VV_ROW_MAX;
			return 1;
		}
		if (r->window.len - r->at > VV_ROW_MAX) return skip_line(r, out, err);
		if ((rc = vv_ragged_fill(r, err)) < 0) return (int)rc;
	}
}

int vv_ragged_next(vv_ragged *r, vv_ragged_row *out, vv_error *err)
{
	return next_row(r, out, find_row, err);
}

int vv_ragged_line(vv_ragged *r, vv_ragged_row *out, vv_error *err)
{
	return next_row(r, out, find_line, err);
}

const char *vv_ragged_cell(const vv_ragged *r, size_t i, size_t *len)
{
	*len = r->places[i].to - r->places[i].from;
	return r->window.data + r->at + r->places[i].from;
}

bool vv_ragged_is_quoted(const vv_ragged *r, size_t i)
{
	return (r->cells[i].flags & VV_CELL_QUOTED) != 0;
}

void vv_ragged_pass(vv_ragged *r, const vv_ragged_row *row)
{
	r->at = row->end;
}

vv_status vv_ragged_open(vv_ragged *r, const vv_source *source, const vv_sniff_hints *hints,
			 vv_error *err)
{
	vv_sniff_hints own = *hints;
	vv_status rc;

	*r = (vv_ragged){.source = source};
	own.path = source->name;
	do {
		size_t want = r->window.len + SAMPLE;

		while (!r->at_end && r->window.len < want) {
			if ((rc = vv_ragged_fill(r, err)) < 0) return rc;
		}
		rc = vv_sniff(&r->sniffed, vv_buf_cstr(&r->window), r->window.len, r->at_end, &own,
			      err);
		if (rc != VV_OK) {
			vv_sniff_result_clear(&r->sniffed);
		}
	} while (rc == VV_ENOTFOUND && !r->at_end && r->window.len <= VV_ROW_MAX);
	if (rc == VV_ENOTFOUND && !r->at_end) {
		rc = vv_fail(err, VV_EINPUT,
			     "the first rows are longer than 8 MiB, or a quote is not closed");
	}
	if (rc < 0) return rc;
	r->known = true;
	r->at = r->sniffed.body;
	if (!vv_form_is_delimited(r->sniffed.dialect.form)) return VV_OK;
	r->places = vv_calloc(r->sniffed.columns + 1, sizeof(*r->places));
	r->cells = vv_calloc(r->sniffed.columns + 1, sizeof(*r->cells));
	if (!r->places || !r->cells) return vv_fail_nomem(err);
	return vv_scan_new(&r->scan, &r->sniffed.dialect, r->sniffed.columns, NULL, NULL, err);
}

void vv_ragged_close(vv_ragged *r)
{
	if (r->known) {
		vv_sniff_result_clear(&r->sniffed);
	}
	vv_buf_clear(&r->window);
	vv_scan_free(r->scan);
	vv_free_all(r->places, r->cells);
	memset(r, 0, sizeof(*r));
}

void vv_ragged_hints(const vv_ragged *r, vv_sniff_hints *out)
{
	const vv_dialect *d = &r->sniffed.dialect;

	*out = (vv_sniff_hints)VV_SNIFF_HINTS_INIT;
	out->has_form = true;
	out->form = d->form;
	if (vv_form_is_delimited(d->form)) {
		out->delimiter = d->delimiter;
		out->quote = d->quote;
		out->escape = d->escape;
		out->comment = d->comment;
		out->spaces = d->spaces != VV_SPACES_KEPT;
		out->header = d->header;
		out->header_rows = d->header_more + 1;
		out->header_join = d->header_join;
	}
}
