/*
 * sniff_lead: finds lines above a table that are certainly not part of it: comments and titles.
 *
 * Lines count as comments where they begin with '#' and rows of equal cell counts follow, different from the last such
 * line's (otherwise it is the header). Lines count as titles where each is one cell, rows of several cells follow, all
 * alike, and the rows have three cells or a blank line is between. Spreadsheets write as many delimiters into titles and
 * blank lines as the table has: such lines count where a blank one is the last. "sep=;" is Excel's line.
 */
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/text.h"
#include "dataset/read/sniff.h"
#include "dataset/read/sniff_internal.h"

#define LOOKED_AT 64u /* rows, and lines above them */
#define TITLES 16u    /* lines */
#define SHOWN 40u     /* bytes of the first one */

size_t sniff_next_line(const sniff *s, size_t at)
{
	while (at < s->len && s->text[at] != '\n' && s->text[at] != '\r') {
		at++;
	}
	if (at < s->len && s->text[at] == '\r' && at + 1 < s->len && s->text[at + 1] == '\n') {
		at++;
	}
	return at < s->len ? at + 1 : at;
}

static bool is_blank(const sniff *s, size_t at)
{
	return at < s->len && (s->text[at] == '\n' || s->text[at] == '\r');
}

vv_status sniff_look(const sniff *s, size_t from, uint8_t delimiter, size_t most, sniff_shape *out,
		     vv_error *err)
{
	const vv_sniff_hints *h = s->hints;
	vv_dialect d = s->out->dialect;
	vv_row row;

	*out = (sniff_shape){0, 0, true};
	d.delimiter = delimiter;
	d.quote = h->quote >= 0 ? (uint8_t)h->quote : '"';
	d.escape = h->escape > 0 ? (uint8_t)h->escape : 0;
	if (d.quote == delimiter || (d.escape != 0 && d.escape == d.quote)) {
		out->alike = false;
		return VV_OK;
	}
	vv_auto(sniff_reader) r = sniff_reader_begin(s, &d, from, err);
	while (out->rows < most && sniff_reader_row(&r, &row)) {
		out->cells = out->rows++ == 0 ? row.cells : out->cells;
		out->alike = out->alike && row.cells == out->cells;
	}
	out->alike = out->alike && !r.faulty;
	return r.rc;
}

vv_status sniff_find_delimiter(const sniff *s, size_t from, uint8_t *out, sniff_shape *found,
			       vv_error *err)
{
	static const uint8_t usual[] = {',', '\t', ';', '|'};
	vv_status rc;

	*out = 0;
	*found = (sniff_shape){0, 0, false};
	for (size_t i = 0; i < sizeof(usual); i++) {
		uint8_t d = s->hints->delimiter >= 0 ? (uint8_t)s->hints->delimiter : usual[i];
		sniff_shape one;

		if ((rc = sniff_look(s, from, d, LOOKED_AT, &one, err)) < 0) return rc;
		if (one.alike && one.rows >= 2 && one.cells >= 2 && one.cells > found->cells) {
			*out = d;
			*found = one;
		}
		if (s->hints->delimiter >= 0) {
			break;
		}
	}
	return VV_OK;
}

/* The comments from `at` on, '#' where nothing declares another character, and blank lines between them. last: where
 * the last of them begins. */
static size_t comment_lines(const sniff *s, size_t at, size_t *last)
{
	const uint8_t declared = s->out->dialect.comment, sign = declared ? declared : '#';
	size_t end = at;

	while (at < s->len && ((uint8_t)s->text[at] == sign || is_blank(s, at))) {
		bool comment = (uint8_t)s->text[at] == sign;

		*last = comment ? at : *last;
		at = sniff_next_line(s, at);
		end = comment ? at : end;
	}
	return end;
}

static vv_status find_comments(const sniff *s, size_t *lead, vv_error *err)
{
	size_t last = 0, end = comment_lines(s, 0, &last);
	uint8_t delimiter;
	sniff_shape rows, line;
	vv_status rc;

	if (s->out->dialect.comment != 0) {
		*lead = end;
		return VV_OK;
	}
	if (end == 0 || (rc = sniff_find_delimiter(s, end, &delimiter, &rows, err)) < 0 ||
	    delimiter == 0) {
		return end == 0 ? VV_OK : rc;
	}
	if ((rc = sniff_look(s, last, delimiter, 1, &line, err)) < 0) return rc;
	*lead = line.rows == 1 && line.cells == rows.cells ? last : end;
	return VV_OK;
}

bool sniff_is_uncut(const sniff *s, size_t from, size_t to)
{
	return !vv_array_find(s->text + from, to - from, it,
			      s->hints->delimiter >= 0 ? (uint8_t)*it == s->hints->delimiter
						       : memchr(",\t;|", *it, 4) != NULL);
}

/* The line's cells are empty, but perhaps for the first. */
static bool is_padded(const sniff *s, size_t at, size_t next, bool *empty)
{
	size_t end = next, from = at;

	while (end > at && (s->text[end - 1] == '\n' || s->text[end - 1] == '\r')) {
		end--;
	}
	for (bool quoted = false; from < end && (quoted || sniff_is_uncut(s, from, from + 1));
	     from++) {
		quoted = quoted != (s->text[from] == '"');
	}
	*empty = from == at;
	for (size_t i = from; i < end; i++) {
		if (s->text[i] != s->text[from]) return false;
	}
	return from < end;
}

/* Does a quote open at its beginning that the line does not close, so that it is a part of a cell? */
static bool opens_cell(const sniff *s, size_t at, size_t next)
{
	size_t quotes = 0;

	for (size_t i = at; i < next; i++) {
		quotes += s->text[i] == '"';
	}
	return at < next && s->text[at] == '"' && quotes % 2 == 1;
}

/* The titles from the beginning on, and blank lines; padded: also such. blank: such a line is the last. */
static size_t title_lines(const sniff *s, bool padded, bool *blank)
{
	size_t at = 0, lines = 0, next;
	bool text = false, empty = false;

	*blank = false;
	for (; at < s->len && lines <= TITLES; lines++, at = next) {
		next = sniff_next_line(s, at);
		if (is_blank(s, at) || (padded && is_padded(s, at, next, &empty) && empty)) {
			*blank = *blank || text;
		} else if (!opens_cell(s, at, next) &&
			   (sniff_is_uncut(s, at, next) ||
			    (padded && is_padded(s, at, next, &empty)))) {
			text = true;
			*blank = false;
		} else {
			break;
		}
	}
	return text && at < s->len && lines <= TITLES ? at : 0;
}

/* Is the line at `at` one of names, so that one with a single cell above it is none of the table's? */
static bool has_names(const sniff *s, size_t at, uint8_t delimiter)
{
	vv_dialect d = s->out->dialect;
	vv_row row;

	d.delimiter = delimiter;
	vv_auto(sniff_reader) r = sniff_reader_begin(s, &d, at, VV_IGNORED);
	return sniff_reader_row(&r, &row) && row.cells >= 3 &&
	       !vv_array_find(r.cells, row.cells, it, it->len == 0 || vv_is_digit(*it->text));
}

static vv_status find_titles(const sniff *given, size_t *lead, vv_error *err)
{
	vv_sniff_result with = *given->out;
	sniff commented = *given; /* comments between the rows are looked for later */
	const sniff *s = &commented;

	with.dialect.comment = given->hints->comment >= 0 ? (uint8_t)given->hints->comment : '#';
	commented.out = &with;
	for (int padded = 0; *lead == 0 && padded < 2; padded++) {
		uint8_t delimiter = 0;
		sniff_shape rows;
		bool blank;
		const size_t at = title_lines(s, padded, &blank);
		vv_status rc = VV_OK;

		if (at > 0 && (rc = sniff_find_delimiter(s, at, &delimiter, &rows, err)) < 0) {
			return rc;
		}
		if (delimiter != 0 && rows.rows >= 3 &&
		    (blank || (rows.cells >= 3 && (!padded || has_names(s, at, delimiter))))) {
			*lead = at;
		}
	}
	return VV_OK;
}

static vv_status find_sep(const sniff *s, size_t *lead, vv_error *err)
{
	sniff_shape rows;

	if (s->len < 6 || memcmp(s->text, "sep=", 4) != 0 || !is_blank(s, 5)) return VV_OK;
	vv_status rc = sniff_look(s, sniff_next_line(s, 5), (uint8_t)s->text[4], LOOKED_AT, &rows,
				  err);
	if (rc == VV_OK && rows.alike && rows.rows > 0 && rows.cells > 1) {
		*lead = sniff_next_line(s, 5);
	}
	return rc;
}

/* So many lines; VV_ENOTFOUND: the sample is too short. */
static vv_status skip_lines(const sniff *s, size_t lines, size_t *lead, vv_error *err)
{
	size_t at = 0;

	for (; lines > 0 && at < s->len; lines--) {
		at = sniff_next_line(s, at);
	}
	if (lines > 0 || at == s->len) {
		if (!s->at_end) return sniff_too_short(s, err);
		return vv_fail(err, VV_EINPUT,
			       "the file has no line after the skipped lines\n'--skip-lines N' "
			       "sets the number of lines above the table");
	}
	*lead = s->out->dialect.comment ? comment_lines(s, at, &at) : at;
	return VV_OK;
}

/* The header's lines, without surrounding bytes; only the first line if no quote can extend it. */
static const char *header_lines(const vv_dialect *d, size_t *len)
{
	const char *p = vv_dialect_header(d, len), *end = p + *len;

	while (p < end && (*p == '\n' || *p == '\r')) {
		p++;
	}
	*len = (size_t)(end - p);
	for (size_t i = 0; d->header_more == 0 && i < *len; i++) {
		if (p[i] == '\n' || p[i] == '\r') {
			*len = d->quote != 0 && memchr(p, d->quote, i) ? *len : i;
			break;
		}
	}
	while (*len > 0 && (p[*len - 1] == '\n' || p[*len - 1] == '\r')) {
		--*len;
	}
	return p;
}

/* Is the line one of those above the table of the version before? */
static bool was_above(const sniff *s, size_t at, size_t next)
{
	const sniff old = {.text = s->before->prologue.data, .len = s->before->lead};

	for (size_t i = 0, after; i < old.len; i = after) {
		after = sniff_next_line(&old, i);
		if (after - i == next - at && memcmp(old.text + i, s->text + at, after - i) == 0) {
			return true;
		}
	}
	return false;
}

/* May the n-th line be above the table, so that the header is below it? */
static bool may_be_above(const sniff *s, size_t n, size_t at, size_t next)
{
	bool empty;

	return s->text[at] == '#' || sniff_is_uncut(s, at, next) ||
	       (s->hints->comment > 0 && (uint8_t)s->text[at] == s->hints->comment) ||
	       is_padded(s, at, next, &empty) || was_above(s, at, next) ||
	       ((s->before->declared & VV_DECLARED_LEAD) && n < vv_dialect_lead_lines(s->before));
}

/* Where the header of the version before is now. */
static bool find_header(const sniff *s, size_t *found)
{
	size_t len, at = 0, next;
	const char *header = header_lines(s->before, &len);
	const size_t most = vv_dialect_lead_lines(s->before) + LOOKED_AT;

	for (size_t i = 0; len > 0 && i < most && at < s->len; i++, at = next) {
		next = sniff_next_line(s, at);
		if (len <= s->len - at && memcmp(s->text + at, header, len) == 0 &&
		    (at + len == s->len || is_blank(s, at + len))) {
			*found = at;
			return true;
		}
		if (!may_be_above(s, i, at, next)) return false;
	}
	return false;
}

/* Does the file begin, to the letter, as the version before did, to its first row? */
static bool begins_as_before(const sniff *s)
{
	const vv_bytes *p = &s->before->prologue;

	return p->len > 0 && p->len <= s->len && memcmp(p->data, s->text, p->len) == 0 &&
	       (is_blank(s, p->len - 1) || p->len == s->len);
}

void sniff_confirm(sniff *s)
{
	const vv_dialect *d = s->before;
	bool same = d != NULL;

	if (same && d->header && begins_as_before(s)) {
		s->found = d->lead;
	} else if (same && d->header) {
		same = find_header(s, &s->found);
	} else if (same) { /* exactly the lines above it before */
		same = d->lead > 0 && d->lead <= s->len &&
		       memcmp(d->prologue.data, s->text, d->lead) == 0;
		s->found = d->lead;
	}
	s->parent = same ? d : NULL;
}

/* As many lines as were declared: rows like each other follow, which these are not like. */
static vv_status try_as_many(const sniff *s, size_t *lead, bool *found, vv_error *err)
{
	size_t lines = vv_dialect_lead_lines(s->before), at = 0;
	sniff_shape rows, all;
	vv_status rc;

	for (; lines > 0 && at < s->len; lines--) {
		at = sniff_next_line(s, at);
	}
	if (lines > 0 || at == s->len) return VV_OK;
	if ((rc = sniff_look(s, at, s->before->delimiter, LOOKED_AT, &rows, err)) < 0 ||
	    (rc = sniff_look(s, 0, s->before->delimiter, LOOKED_AT, &all, err)) < 0) {
		return rc;
	}
	*found = rows.rows > 0 && rows.alike && !all.alike;
	*lead = *found ? at : 0;
	return VV_OK;
}

static vv_status warn_of_lead(const sniff *s, size_t lead, vv_error *err)
{
	vv_buf *b = &s->out->warnings;
	size_t lines = 0, end = 0;

	for (size_t at = 0; at < lead; at = sniff_next_line(s, at)) {
		lines++;
	}
	while (end < lead && end < SHOWN && !is_blank(s, end)) {
		end++;
	}
	while (end > 0 && end < lead && ((unsigned char)s->text[end] & 0xc0) == 0x80) {
		end--;
	}
	vv_buf_printf(
		b,
		"skipped %s above the table, from '%s%s' on; '--skip-lines' sets another number of "
		"lines\n",
		vv_text_counted(lines, "line", NULL), vv_text_show(s->text, end),
		end == SHOWN ? "..." : "");
	return vv_buf_ok(b, err);
}

vv_status sniff_lead(const sniff *s, size_t *lead, vv_error *err)
{
	bool found = false;
	vv_status rc;

	*lead = 0;
	if (s->hints->skip >= 0) return skip_lines(s, (size_t)s->hints->skip, lead, err);
	if (s->parent) {
		*lead = s->found;
		return VV_OK;
	}
	if (s->before && (s->before->declared & VV_DECLARED_LEAD)) {
		if (s->before->lead == 0) return VV_OK;
		if ((rc = try_as_many(s, lead, &found, err)) < 0 || found) return rc;
	}
	if ((rc = find_comments(s, lead, err)) < 0) return rc;
	if (*lead == 0 && (rc = find_sep(s, lead, err)) < 0) return rc;
	if (*lead == 0 && (rc = find_titles(s, lead, err)) < 0) return rc;
	return *lead > 0 && s->out->dialect.comment == 0 ? warn_of_lead(s, *lead, err) : VV_OK;
}

/* Which line of the file is it? */
static size_t line_of(const sniff *s, size_t at)
{
	const char *text = s->text - s->lead;
	const size_t len = at + s->lead;
	size_t lines = 1;

	for (size_t i = 0; i < len; i++) {
		lines += text[i] == '\n' ||
			 (text[i] == '\r' && (i + 1 == len || text[i + 1] != '\n'));
	}
	return lines;
}

/* Lines that begin with '#', from the first row on. */
typedef struct hash_lines {
	size_t rows;       /* all rows */
	size_t full;       /* those that begin so: as many cells as the rows */
	size_t first_full; /* where the first of them is */
	size_t notes;      /* between rows, with other numbers of cells */
	size_t first_note;
	bool header; /* one above the first row has as many cells as the rows: it would be the header */
	bool cut; /* a note has delimiters */
} hash_lines;

/* The lines before a row. */
static vv_status look_at_notes(const sniff *s, const vv_dialect *d, size_t cells, const vv_row *row,
			       hash_lines *out, vv_error *err)
{
	vv_sniff_result plain = *s->out;
	sniff without = *s;
	sniff_shape line;
	vv_status rc;

	plain.dialect.comment = 0;
	without.out = &plain;
	for (size_t at = row->start, next; at < row->text_start; at = next) {
		next = sniff_next_line(s, at);
		if (s->text[at] != '#') {
			continue;
		}
		if (out->rows == 1) {
			rc = sniff_look(&without, at, d->delimiter, 1, &line, err);
			if (rc < 0) return rc;
			out->header = out->header || (line.rows > 0 && line.cells == cells);
			continue;
		}
		out->first_note = out->notes++ == 0 ? at : out->first_note;
		out->cut = out->cut || !sniff_is_uncut(s, at, next);
	}
	return VV_OK;
}

static vv_status look_at_hashes(const sniff *s, uint8_t delimiter, size_t cells, hash_lines *out,
				vv_error *err)
{
	vv_dialect d = s->out->dialect;
	vv_row row;

	*out = (hash_lines){0};
	d.delimiter = delimiter;
	vv_auto(sniff_reader) r = sniff_reader_begin(s, &d, 0, err);
	while (sniff_reader_row(&r, &row)) {
		out->rows++;
		if (s->text[row.text_start] == '#') {
			out->first_full = out->full++ == 0 ? row.text_start : out->first_full;
		}
		r.rc = look_at_notes(s, &d, cells, &row, out, err);
	}
	return r.rc;
}

static vv_status warn_of_comments(sniff *s, const hash_lines *h, bool had, vv_error *err)
{
	vv_buf *w = &s->out->warnings;

	if (!had) {
		vv_buf_printf(
			w,
			"lines that begin with '#' are comments, from line %zu on; '--comment "
			"none' reads them as rows\n",
			line_of(s, h->first_note));
	}
	if (h->full > 0) {
		vv_buf_printf(
			w,
			"line %zu begins with '#', and is read as a row, since it has as many "
			"cells as the other rows; with --comment '#' it is a comment\n",
			line_of(s, h->first_full));
	}
	return vv_buf_ok(w, err);
}

vv_status sniff_comments(sniff *s, vv_error *err)
{
	vv_dialect *d = &s->out->dialect;
	const bool had = s->before && s->before->comment == '#';
	uint8_t delimiter = 0;
	sniff_shape rows = {0, 0, false};
	hash_lines h = {0};
	vv_status rc;

	if (s->hints->comment >= 0 || d->comment != 0) return VV_OK;
	if (s->len == 0 || !memchr(s->text, '#', s->len)) {
		d->comment = had && !s->at_end ? '#' : 0; /* there may be some below */
		return VV_OK;
	}
	d->comment = '#';
	if ((rc = sniff_find_delimiter(s, 0, &delimiter, &rows, err)) < 0) return rc;
	delimiter = delimiter == 0 && had ? s->before->delimiter : delimiter;
	if (delimiter != 0 && ((rc = sniff_look(s, 0, delimiter, SIZE_MAX, &rows, err)) < 0 ||
			       (rc = look_at_hashes(s, delimiter, rows.cells, &h, err)) < 0)) {
		return rc;
	}
	/* Where rows begin so, too, one with cells too few must not be treated as a comment. */
	bool certain = rows.alike && rows.rows >= 4 &&
		       (h.full == 0 || (!h.cut && h.full * 2 < h.rows));
	if (h.notes == 0 || h.header || (!certain && !had)) {
		d->comment = 0;
		return VV_OK;
	}
	return warn_of_comments(s, &h, had, err);
}
