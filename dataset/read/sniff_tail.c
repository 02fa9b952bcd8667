/*
 * sniff_tail: finds lines below a table that are certainly not part of it: notes, totals, comments.
 *
 * Reads only the end of the text, so that the result depends neither on its length nor on how it arrives. Lines count as
 * such where rows of several cells are above, all alike, and each line either begins with '#' and has another cell
 * count, or is without a delimiter, with a blank line above the first.
 */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/read/sniff.h"
#include "dataset/read/sniff_internal.h"

#define ROWS 64u  /* above them, that are looked at */
#define LINES 16u /* found without a declaration */
#define SHOWN 40u /* bytes of the first one */

static bool is_end(char c)
{
	return c == '\n' || c == '\r';
}

/* Where the line begins whose row end is before `at`. */
static size_t line_before(const sniff *s, size_t at)
{
	if (at > 1 && s->text[at - 1] == '\n' && s->text[at - 2] == '\r') {
		at -= 2;
	} else if (at > 0 && is_end(s->text[at - 1])) {
		at--;
	}
	while (at > 0 && !is_end(s->text[at - 1])) {
		at--;
	}
	return at;
}

/* Blank lines above belong to the lines below. */
static size_t with_blank_lines(const sniff *s, size_t at)
{
	while (at > 0 && is_end(s->text[line_before(s, at)])) {
		at = line_before(s, at);
	}
	return at;
}

/* So many lines from the end; SIZE_MAX: more than there are. */
static size_t lines_up(const sniff *s, size_t lines)
{
	size_t at = s->len;

	for (; lines > 0 && at > 0; lines--) {
		at = line_before(s, at);
	}
	return lines > 0 ? SIZE_MAX : at;
}

static vv_status skip_lines(const sniff *s, size_t lines, bool whole, size_t *at, vv_error *err)
{
	*at = lines_up(s, lines);
	*at = *at == SIZE_MAX ? 0 : with_blank_lines(s, *at);
	if (*at == 0) {
		vv_fail(err, VV_EINPUT,
			whole ? "the file has no line before the skipped lines at its end"
			      : "the lines below the table are more than 64 KiB");
		return vv_hint(err, "'--skip-footer N' sets the number of lines below the table");
	}
	return VV_OK;
}

/* The first cell of the first line that is not blank, as written. */
static const char *first_cell(const char *text, size_t len, uint8_t delimiter, size_t *cell_len)
{
	size_t from = 0, to;

	while (from < len && is_end(text[from])) {
		from++;
	}
	for (to = from; to < len && !is_end(text[to]) && (uint8_t)text[to] != delimiter; to++) {
	}
	*cell_len = to - from;
	return text + from;
}

/* As many lines as the parent has, if the first of them begins as its does. */
static bool find_parents(const sniff *s, size_t *at)
{
	const vv_bytes *b = &s->parent->epilogue;
	const sniff before = {.text = b->data, .len = b->len};
	size_t lines = 0, len, len_now;
	const char *was = first_cell(b->data, b->len, s->parent->delimiter, &len);

	for (size_t i = b->len; i > 0 && i > (size_t)(was - b->data); i = line_before(&before, i)) {
		lines++;
	}
	size_t start = lines_up(s, lines);
	if (start == SIZE_MAX) return false;
	const char *now = first_cell(s->text + start, s->len - start, s->parent->delimiter,
				     &len_now);
	*at = with_blank_lines(s, start);
	/* of comments the rows above decide whether they are below the table or after its last row */
	return len > 0 && was[0] != '#' && len == len_now && memcmp(was, now, len) == 0;
}

/* Does any of the lines begin with '#', and is not a row of so many cells? */
static bool has_comment(const sniff *s, size_t from, size_t to, uint8_t delimiter, size_t cells)
{
	vv_dialect d = s->out->dialect;

	d.delimiter = delimiter;
	d.quote = s->hints->quote >= 0 ? (uint8_t)s->hints->quote : d.quote;
	for (size_t at = from; at < to; at = sniff_next_line(s, at)) {
		if (vv_dialect_is_comment(&d, cells, s->text + at, s->text + s->len)) return true;
	}
	return false;
}

/* Lines that begin with '#' and have as many cells as the rows are rows: *at moves below the last of them. */
static vv_status pass_rows(const sniff *s, size_t *at, uint8_t delimiter, size_t cells,
			   vv_error *err)
{
	vv_sniff_result plain = *s->out;
	sniff as_row = *s;
	sniff_shape line;
	vv_status rc;

	plain.dialect.comment = 0;
	as_row.out = &plain;
	for (size_t next, i = *at; i < s->len; i = next) {
		next = sniff_next_line(s, i);
		if (s->text[i] != '#') {
			continue;
		}
		if ((rc = sniff_look(&as_row, i, delimiter, 1, &line, err)) < 0) return rc;
		*at = line.rows != 1 || line.cells == cells ? next : *at;
	}
	return VV_OK;
}

/* May the line be above or below a table? One with a quote may end a cell of several lines. */
static bool is_note(const sniff *s, size_t from, size_t to)
{
	const char quote = s->hints->quote >= 0 ? (char)s->hints->quote : '"';

	return (quote == '\0' || !memchr(s->text + from, quote, to - from)) &&
	       (s->text[from] == '#' || sniff_is_uncut(s, from, to));
}

/* Where lines begin that are not like the rows above, which all have as many cells: `at`, or below it; s->len: nowhere. */
static vv_status find_below_rows(const sniff *s, size_t first, size_t at, size_t *found,
				 vv_error *err)
{
	sniff above = *s;
	sniff_shape rows;
	uint8_t delimiter;
	size_t from = at;
	vv_status rc;

	*found = s->len;
	for (size_t i = 0; i < ROWS && from > first; i++) {
		from = line_before(s, from);
	}
	from = from < first ? first : from;
	/* a short table has lines above it here */
	while (from < at && is_note(s, from, sniff_next_line(s, from))) {
		from = sniff_next_line(s, from);
	}
	above.len = at;
	if ((rc = sniff_find_delimiter(&above, from, &delimiter, &rows, err)) < 0) return rc;
	if (delimiter == 0 || rows.rows < 3) return VV_OK;
	if (has_comment(s, at, s->len, delimiter, 0)) {
		if (has_comment(&above, from, at, delimiter, rows.cells)) return VV_OK;
		if ((rc = pass_rows(s, &at, delimiter, rows.cells, err)) < 0) return rc;
	}
	if (at < s->len && (s->text[at] == '#' || is_end(s->text[at]))) {
		*found = at;
	}
	return VV_OK;
}

/* Finds lines without a declaration. first: the start of the first whole line. */
static vv_status find_lines(const sniff *s, size_t first, size_t *at, vv_error *err)
{
	size_t from = s->len, text = s->len, before;

	for (size_t i = 0; i <= LINES && from > first; i++, from = before) {
		before = line_before(s, from);
		if (is_end(s->text[before])) {
			continue;
		}
		if (i == LINES || before < first || !is_note(s, before, from)) {
			break;
		}
		text = before;
	}
	from = with_blank_lines(s, text);
	if (text == s->len || from <= first || (from == text && s->text[text] != '#')) return VV_OK;
	return find_below_rows(s, first, from, at, err);
}

static vv_status warn_of_tail(const sniff *s, size_t at, vv_buf *out, vv_error *err)
{
	size_t lines = 0, from, end;

	for (size_t i = at; i < s->len; i = sniff_next_line(s, i)) {
		lines++;
	}
	for (from = at; from < s->len && is_end(s->text[from]); from++) {
	}
	for (end = from; end < s->len && end - from < SHOWN && !is_end(s->text[end]); end++) {
	}
	while (end > from && end < s->len && ((unsigned char)s->text[end] & 0xc0) == 0x80) {
		end--;
	}
	vv_buf_printf(out,
		      "skipped %s below the table, from '%s%s' on; '--skip-footer' sets another "
		      "number of lines\n",
		      vv_text_counted(lines, "line", NULL),
		      vv_text_show(s->text + from, end - from), end - from == SHOWN ? "..." : "");
	return vv_buf_ok(out, err);
}

/* "Total", "Summe:" ..., in the languages whose text is guessed. */
static bool is_total_word(const vv_cell *c)
{
	static const char *const words[] = {"total",
					    "totals",
					    "grand total",
					    "sum",
					    "subtotal",
					    "summe",
					    "gesamt",
					    "gesamtsumme",
					    "gesamtergebnis",
					    "insgesamt",
					    "total g\303\251n\303\251ral",
					    "total general",
					    "somme",
					    "totale",
					    "somma",
					    "totaal",
					    "totalt",
					    "summa",
					    "yhteens\303\244",
					    "razem",
					    "suma",
					    "suma ko\305\204cowa",
					    "\305\201\304\205cznie",
					    "og\303\263\305\202em",
					    "celkem",
					    "sou\304\215et",
					    "spolu",
					    "\303\226sszesen",
					    "ukupno",
					    "skupaj",
					    "\320\230\321\202\320\276\320\263\320\276",
					    "\320\230\320\242\320\236\320\223\320\236",
					    "\320\222\321\201\320\265\320\263\320\276",
					    "\345\220\210\350\256\241",
					    "\346\200\273\350\256\241",
					    "\345\220\210\350\250\210",
					    "\355\225\251\352\263\204",
					    "\354\264\235\352\263\204"};
	size_t len = c->len;

	while (len > 0 && (c->text[len - 1] == ':' || c->text[len - 1] == ' ')) {
		len--;
	}
	return vv_array_find(words, sizeof(words) / sizeof(words[0]), it,
			     vv_ascii_is(c->text, len, *it)) != NULL;
}

/* The value of digits with marks between them, otherwise NAN; the last mark is the decimal one unless three digits follow. */
static double read_amount(const vv_cell *c)
{
	double v = 0, scale = 0;
	bool any = false;

	for (size_t i = 0; i < c->len; i++) {
		const char x = c->text[i];
		const bool digit = vv_is_digit(x);

		if (vv_is_alpha(x) || x == '/' || x == ':' || (x == '-' && any)) return NAN;
		v = digit ? v * 10 + (x - '0') : v;
		if (digit) {
			scale = scale * 10;
		} else if (x == '.' || x == ',') {
			scale = 1;
		}
		any = any || digit;
	}
	if (!any) return NAN;
	return v / (scale < 1 || scale == 1000 ? 1 : scale) * (*c->text == '-' ? -1 : 1);
}

/* Does a row look like a total? It has amounts, and its first text means total; or the first column, which all rows above
 * fill, is empty, and all others are empty or no less than about the sum of those above. Its amounts are added to these. */
static bool add_total(double *sums, const vv_cell *cells, size_t count, bool first_filled)
{
	const size_t at = vv_find_place(i, count, cells[i].len > 0);
	size_t amounts = 0, others = 0;

	for (size_t i = at; i < count; i++) {
		const double v = read_amount(&cells[i]);

		amounts += isnan(v) ? 0 : 1;
		others += cells[i].len > 0 && !(fabs(v) >= fabs(sums[i]) * 0.9);
		sums[i] += isnan(v) ? 0 : v;
	}
	if (at == count || amounts == 0) return false;
	return is_total_word(&cells[at]) || (at > 0 && first_filled && others == 0);
}

/* Warns of a last row that may be a total and has as many cells as the rows: it is stored as a row. */
static vv_status warn_of_total(const sniff *s, size_t first, vv_buf *out, vv_error *err)
{
	sniff look = *s, above = *s;
	vv_dialect d = s->out->dialect;
	sniff_shape rows;
	vv_row row;
	size_t last = s->len, from, count = 0;
	bool filled = true, total = false;
	vv_status rc;

	while (last > first && is_end(s->text[line_before(s, last)])) {
		last = line_before(s, last);
	}
	look.len = last;
	last = from = line_before(s, last);
	for (size_t i = 0; i < ROWS && from > first; i++) {
		from = line_before(s, from);
	}
	from = from < first ? first : from;
	while (from < last && is_note(s, from, sniff_next_line(s, from))) {
		from = sniff_next_line(s, from);
	}
	above.len = last;
	if (last <= first ||
	    (rc = sniff_find_delimiter(&above, from, &d.delimiter, &rows, err)) < 0) {
		return last <= first ? VV_OK : rc;
	}
	if (d.delimiter == 0 || rows.rows < 3) return VV_OK;
	d.quote = s->hints->quote >= 0 ? (uint8_t)s->hints->quote : '"';
	d.escape = s->hints->escape > 0 ? (uint8_t)s->hints->escape : 0;
	vv_auto_free double *sums = vv_calloc(rows.cells, sizeof(*sums));
	if (!sums) return vv_fail_nomem(err);
	vv_auto(sniff_reader) r = sniff_reader_begin(&look, &d, from, err);
	while (sniff_reader_row(&r, &row)) {
		total = row.cells == rows.cells &&
			add_total(sums, r.cells, row.cells, filled && count > 2);
		filled = filled && row.cells > 0 && r.cells[0].len > 0;
		count++;
	}
	if (r.rc == VV_OK && total && count > 3) {
		size_t end = look.len, lines = 0;

		while (end > last && is_end(s->text[end - 1])) {
			end--;
		}
		for (size_t i = last; i < s->len; i = sniff_next_line(s, i)) {
			lines++;
		}
		vv_buf_printf(out,
			      "the last row may be a total of those above: '%s'; "
			      "'--skip-footer %zu' leaves it out of the rows\n",
			      vv_text_show(s->text + last, end - last), lines);
	}
	return r.rc < 0 ? r.rc : vv_buf_ok(out, err);
}

vv_status vv_sniff_tail(size_t *out, vv_buf *warnings, const char *bytes, size_t len, bool whole,
			const vv_sniff_hints *hints, vv_error *err)
{
	vv_sniff_result none = {.names = NULL};
	vv_sniff_hints own = *hints;
	const vv_dialect *parent = hints->parent && !vv_form_is_typed(hints->parent->form)
					   ? hints->parent
					   : NULL;
	sniff s = {.text = bytes,
		   .len = len,
		   .at_end = true,
		   .hints = &own,
		   .out = &none,
		   .parent = parent};
	size_t at = len, first = 0;
	vv_status rc = VV_OK;

	*out = 0;
	if (len == 0 || hints->skip_below == 0) return VV_OK;
	vv_dialect_init(&none.dialect);
	if (s.parent) {
		sniff_take_declared(&own, s.parent);
	}
	none.dialect.comment = own.comment >= 0 ? (uint8_t)own.comment : '#';
	first = whole ? 0 : sniff_next_line(&s, 0);
	if (hints->skip_below > 0) {
		rc = skip_lines(&s, (size_t)hints->skip_below, whole, &at, err);
	} else {
		size_t old = len;
		const bool had = s.parent && s.parent->epilogue.len > 0;

		rc = find_lines(&s, first, &at, err);
		if (rc == VV_OK && had && find_parents(&s, &old) && old < at) {
			at = old;
		}
		if (rc == VV_OK && !had) {
			rc = at < len ? warn_of_tail(&s, at, warnings, err)
				      : warn_of_total(&s, first, warnings, err);
		}
	}
	vv_dialect_clear(&none.dialect);
	*out = rc == VV_OK ? len - at : 0;
	return rc;
}
