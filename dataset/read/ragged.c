/*
 * ragged: finds the end of a row with broken quotes.
 */
#include "dataset/read/ragged.h"

#include <string.h>

#include "base/sys.h"
#include "dataset/format/cell.h"

#define PIECE ((size_t)256 << 10)
#define SAMPLE ((size_t)1 << 20)

/* As many bytes again as a row has had so far, since it is looked at again. */
vv_status vv_ragged_fill(vv_ragged *r, vv_error *err)
{
	ssize_t n = 1;

	if (r->at > 0 && r->at >= r->window.len / 2) {
		memmove(r->window.data, r->window.data + r->at, r->window.len - r->at);
		r->window.len -= r->at;
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

static void end_cell(vv_ragged *r, size_t start, size_t end)
{
	if (r->count <= r->sniffed.columns) {
		r->cells[r->count] = (vv_ragged_cell){start, end};
	}
	r->count++;
}

/* Ends a row with the line of its byte `from`; quotes there are data. */
static bool end_with_line(vv_ragged *r, vv_ragged_row *out, size_t start, size_t from)
{
	const vv_dialect *d = &r->sniffed.dialect;
	const char *p = r->window.data;
	size_t i;

	for (i = from; i < r->window.len && !vv_ragged_is_line_end(p[i]); i++) {
		if ((uint8_t)p[i] == d->delimiter) {
			end_cell(r, start, i);
			start = i + 1;
		}
	}
	if (i == r->window.len && !r->at_end) return false;
	end_cell(r, start, i);
	out->text_end = i;
	out->end = i < r->window.len ? i + line_end(r, i) : i;
	return i == r->window.len || out->end > i;
}

/* After the opening quote at i: *next is after the closing one. False: not closed within the bytes
 * read. */
static bool close_quote(const vv_ragged *r, size_t i, size_t *next, bool *lines)
{
	const vv_dialect *d = &r->sniffed.dialect;
	const char *p = r->window.data;

	*lines = false;
	for (i++; i < r->window.len; i++) {
		uint8_t c = (uint8_t)p[i];

		*lines = *lines || vv_ragged_is_line_end(p[i]);
		if (d->escape && c == d->escape) {
			i++;
		} else if (c == d->quote) {
			if (d->escape || i + 1 == r->window.len || (uint8_t)p[i + 1] != d->quote) {
				*next = i + 1;
				return i + 1 < r->window.len || r->at_end;
			}
			i++;
		}
	}
	return false;
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

/* Finds the row at window[at]. False: more must be read. */
static bool find_row(vv_ragged *r, vv_ragged_row *out)
{
	const vv_dialect *d = &r->sniffed.dialect;
	const char *p = r->window.data;
	size_t start = r->at, i = start, len = r->window.len;

	r->count = 0;
	if (vv_dialect_is_comment(d, r->sniffed.columns, p + i, p + len)) {
		const bool found = find_line(r, out);

		out->comment = true;
		return found;
	}
	*out = (vv_ragged_row){.stray = SIZE_MAX, .unclosed = SIZE_MAX};
	for (;;) {
		while (d->spaces != VV_SPACES_KEPT && i < len && p[i] == ' ') {
			start = ++i;
		}
		if (d->quote && i < len && (uint8_t)p[i] == d->quote) {
			size_t next = i;
			bool lines = false, closed = close_quote(r, i, &next, &lines);
			bool ends = closed && (next == len || vv_ragged_is_line_end(p[next]) ||
					       (uint8_t)p[next] == d->delimiter);

			if (!closed && !r->at_end && len - i < VV_ROW_MAX) return false;
			if (!closed || (!ends && lines)) {
				out->unclosed = i;
				return end_with_line(r, out, start, i);
			}
			if (!ends && out->stray == SIZE_MAX) {
				out->stray = next;
			}
			i = next;
		}
		while (i < len && (uint8_t)p[i] != d->delimiter && !vv_ragged_is_line_end(p[i])) {
			i++;
		}
		if (i == len) {
			if (!r->at_end) return false;
			end_cell(r, start, i);
			out->end = out->text_end = i;
			return true;
		}
		end_cell(r, start, i);
		if (vv_ragged_is_line_end(p[i])) {
			out->text_end = i;
			out->end = i + line_end(r, i);
			return out->end > i;
		}
		start = ++i;
	}
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

static int next(vv_ragged *r, vv_ragged_row *out, bool (*find)(vv_ragged *, vv_ragged_row *),
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
	return next(r, out, find_row, err);
}

int vv_ragged_line(vv_ragged *r, vv_ragged_row *out, vv_error *err)
{
	return next(r, out, find_line, err);
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
	r->cells = vv_calloc(r->sniffed.columns + 1, sizeof(*r->cells));
	return r->cells ? VV_OK : vv_fail_nomem(err);
}

void vv_ragged_close(vv_ragged *r)
{
	if (r->known) {
		vv_sniff_result_clear(&r->sniffed);
	}
	vv_buf_clear(&r->window);
	vv_free(r->cells);
	memset(r, 0, sizeof(*r));
}

void vv_ragged_hints(const vv_ragged *r, vv_sniff_hints *out)
{
	const vv_dialect *d = &r->sniffed.dialect;

	*out = (vv_sniff_hints)VV_SNIFF_HINTS_INIT;
	out->has_form = true;
	out->form = d->form;
	if (d->form == VV_FORM_CSV) {
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
