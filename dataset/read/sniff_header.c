/*
 * sniff_header: decides whether the first line is a header, by the lines below it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/read/header_rows.h"
#include "dataset/read/sniff.h"
#include "dataset/read/sniff_internal.h"

/* Properties of one column's cells below the first row. */
typedef struct column_look {
	size_t data, text;
	size_t repeats; /* of the first row's value */
	uint32_t len;   /* of the first text */
	bool same_len;  /* all texts have it */
} column_look;

/* --- cells -------------------------------------------------------------- */

/* Digits with what numbers, dates and times have between them. */
static bool is_figures(const char *p, size_t len)
{
	static const bool between[256] = {
		['+'] = true, ['-'] = true, ['.'] = true, [','] = true, [':'] = true, ['/'] = true,
		[' '] = true, ['e'] = true, ['E'] = true, ['T'] = true, ['Z'] = true, ['%'] = true};
	size_t digits = 0;

	for (size_t i = 0; i < len; i++) {
		if (p[i] >= '0' && p[i] <= '9') {
			digits++;
			continue;
		}
		if (!between[(uint8_t)p[i]]) return false;
		/* Letters only between digits, and Z at the end: 1e5, 2024-01-02T03:04Z. */
		if ((p[i] == 'e' || p[i] == 'E' || p[i] == 'T') && (i == 0 || i + 1 == len)) {
			return false;
		}
		if (p[i] == 'Z' && (i == 0 || i + 1 < len)) return false;
	}
	return digits > 0;
}

/* The kind of a cell. Data: number, date, time, true or false. */
typedef enum sniff_kind { SNIFF_EMPTY, SNIFF_DATA, SNIFF_TEXT } sniff_kind;

static sniff_kind cell_kind(const vv_cell *c)
{
	const char *p = c->text;
	size_t len = c->len;

	while (len > 0 && *p == ' ') {
		p++;
		len--;
	}
	while (len > 0 && p[len - 1] == ' ') {
		len--;
	}
	if (len == 0) return SNIFF_EMPTY;
	if (is_figures(p, len) ||
	    (len == 4 && (*p | ' ') == 't' && vv_ascii_compare(p, "true", 4) == 0) ||
	    (len == 5 && (*p | ' ') == 'f' && vv_ascii_compare(p, "false", 5) == 0)) {
		return SNIFF_DATA;
	}
	return SNIFF_TEXT;
}

/* A plain integer below 10^9, else -1. */
static long small_integer(const vv_cell *c)
{
	size_t len = c->len;
	long v = 0;

	while (len > 0 && c->text[len - 1] == ' ') { /* Eurostat's "2019 " */
		len--;
	}
	if (len == 0 || len > 9) return -1;
	for (size_t i = 0; i < len; i++) {
		if (c->text[i] < '0' || c->text[i] > '9') return -1;
		v = v * 10 + (c->text[i] - '0');
	}
	return v;
}

/* Are the numbers of the row a rising series in equal steps, at least two of them and nothing but
 * text beside them? So are years over columns, and columns that someone's program numbered. */
static bool is_series(const vv_cell *cells, size_t count)
{
	long last = -1, step = 0;
	size_t n = 0;

	vv_array_each(cells, count, cell) {
		long v = small_integer(cell);

		if (v < 0) {
			if (cell_kind(cell) == SNIFF_DATA) return false;
			continue;
		}
		const bool years = last >= 1000 && v < 3000; /* which may leave some out */
		if (n > 0 && (v <= last || (n > 1 && v - last != step && !years))) return false;
		step = v - last;
		last = v;
		n++;
	}
	return n >= 2;
}

/* A year, as columns and groups of columns have it above them. */
static bool is_year(const vv_cell *c)
{
	long v = small_integer(c);

	return v >= 1000 && v < 3000;
}

static size_t count_years(const vv_cell *cells, size_t count)
{
	size_t years = 0;

	vv_array_each(cells, count, cell) {
		years += is_year(cell);
	}
	return years;
}

/* --- the verdict -------------------------------------------------------- */

static void look_at(column_look *look, const vv_cell *first, const vv_cell *c)
{
	sniff_kind kind = cell_kind(c);

	look->repeats += c->len > 0 && c->len == first->len &&
			 memcmp(c->text, first->text, c->len) == 0;
	look->data += kind == SNIFF_DATA;
	if (kind != SNIFF_TEXT) return;
	if (look->text++ == 0) {
		look->len = c->len;
		look->same_len = true;
	}
	look->same_len &= c->len == look->len;
}

/* For (positive) or against a header. */
static int vote_column(const column_look *look, const vv_cell *first)
{
	size_t seen = look->data + look->text;

	switch (cell_kind(first)) {
	case SNIFF_TEXT:
		if (seen > 0 && look->data * 10 >= seen * 9) return look->text == 0 ? 3 : 2;
		/* A name may happen to be a value somewhere; values come again and again. */
		if (look->repeats > 0 && look->repeats * 100 >= seen) return -2;
		return look->text >= 3 && look->same_len && look->len >= 2 &&
				       first->len != look->len
			       ? 1
			       : 0;
	case SNIFF_DATA:
		return look->data * 2 > seen ? -2 : -1;
	default:
		return 0;
	}
}

/* A header in the midst of rows comes from files put one after the other. */
static bool repeats_row(const vv_cell *first, size_t count, const vv_cell *cells, size_t cell_count)
{
	size_t i = 0;

	while (count == cell_count && i < count && vv_cell_equal(&first[i], &cells[i])) {
		i++;
	}
	return count > 1 && i == count;
}

/* Adds up the votes of all columns. *series: the first row numbers its columns, and
 * the second does not do the same. A row that is the first again has no vote. */
static vv_status count_votes(const sniff *s, const vv_cell *first, size_t count, long *votes,
			     bool *series, vv_error *err)
{
	vv_auto_free column_look *looks = vv_calloc(count, sizeof *looks);
	vv_row row;
	size_t rows = 0;

	*votes = 0;
	*series = is_series(first, count);
	if (!looks) return vv_fail_nomem(err);
	vv_auto(sniff_reader) r = sniff_reader_begin(s, &s->out->dialect, 0, err);
	while (rows <= SNIFF_ROWS && sniff_reader_row(&r, &row)) {
		if (rows++ == 0) {
			continue;
		}
		if (repeats_row(first, count, r.cells, row.cells)) {
			continue;
		}
		*series = *series &&
			  !(rows == 2 && is_series(r.cells, row.cells) &&
			    count_years(r.cells, row.cells) >= count_years(first, count));
		for (size_t i = 0; i < row.cells && i < count; i++) {
			look_at(&looks[i], &first[i], &r.cells[i]);
		}
	}
	*series = *series && rows > 1;
	for (size_t i = 0; i < count; i++) {
		*votes += vote_column(&looks[i], &first[i]);
	}
	return r.rc;
}

static size_t first_data(const vv_cell *cells, size_t count)
{
	return vv_find_place(i, count, cell_kind(&cells[i]) == SNIFF_DATA);
}

static void warn_verdict(sniff *s, const vv_cell *first, size_t count, bool fixed, long votes)
{
	size_t data = first_data(first, count);
	vv_buf *w = &s->out->warnings;

	if (s->out->dialect.header && s->out->dialect.header_more == 0 && data < count) {
		vv_buf_printf(w, "the header looks like data: '%s' in column %zu\n",
			      vv_text_show(first[data].text, first[data].len), data + 1);
	} else if (!s->out->dialect.header && !fixed) {
		vv_buf_printf(w, "no header found: columns are named field1, field2 ...\n");
	} else if (!s->out->dialect.header && s->hints->header < 0 && votes > 0 && data == count) {
		vv_buf_printf(
			w,
			"the first line looks like a header; it is read as data, as in the previous version\n");
	}
}

/* Does the row have all names of the key? */
static bool names_key(const vv_cell *first, size_t count, const char *const *key)
{
	bool all = key && *key;

	for (; all && *key; key++) {
		const size_t len = strlen(*key);

		all = vv_array_find(first, count, it,
				    it->len == len && memcmp(it->text, *key, len) == 0) != NULL;
	}
	return all;
}

vv_status sniff_header(sniff *s, const vv_cell *first, size_t count, vv_error *err)
{
	bool hinted = s->hints->header >= 0, fixed = hinted || s->parent, series = false;
	long votes = 0;
	/* fixed: only the warning about a parent without a header needs the votes */
	bool counts = !fixed || (!hinted && !s->parent->header);
	vv_status rc = counts ? count_votes(s, first, count, &votes, &series, err) : VV_OK;

	if (rc < 0) return rc;
	if (s->out->dialect.header_more > 0) {
		s->out->dialect.header = true;
	} else if (s->hints->header >= 0) {
		s->out->dialect.header = s->hints->header == 1;
	} else if (names_key(first, count, s->hints->key)) {
		s->out->dialect.header = true;
	} else if (s->parent) {
		s->out->dialect.header = s->parent->header;
	} else {
		s->out->dialect.header = series || votes > 0 ||
					 (votes == 0 && first_data(first, count) == count);
	}
	warn_verdict(s, first, count, fixed, votes);
	return VV_OK;
}

/* --- a header of several lines ------------------------------------------- */

/* Text for a missing value. */
static bool is_missing(const vv_cell *c)
{
	static const char *const words[] = {"na", "n/a", "nan", "null", "none", "nil", "missing",
					    "-",  "--",  "...", "..",   ".",    "?",   "x"};

	return vv_array_find(words, sizeof(words) / sizeof(words[0]), it,
			     vv_ascii_is(c->text, c->len, *it)) != NULL;
}

/* Labels of groups: two at least beside the first column, and columns without one or with that before them. */
static bool are_groups(const vv_cell *cells, size_t count)
{
	size_t labels = 0, open = 0;

	for (size_t i = 0; i < count; i++) {
		if (cell_kind(&cells[i]) == SNIFF_DATA && !is_year(&cells[i])) return false;
		if (i == 0) {
			continue;
		}
		labels += cells[i].len > 0;
		open += cells[i].len == 0 || (cells[i].len == cells[i - 1].len &&
					      vv_cell_equal(&cells[i], &cells[i - 1]));
	}
	return labels >= 2 && open > 0;
}

/* Names of columns: each has one, but perhaps the first. */
static bool are_names(const vv_cell *cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		sniff_kind kind = cell_kind(&cells[i]);

		if (kind == SNIFF_DATA || (kind == SNIFF_EMPTY && i > 0) || is_missing(&cells[i])) {
			return false;
		}
	}
	return true;
}

/* Are the columns below such that the second line is none of their rows? */
static vv_status stand_above_data(sniff_reader *r, size_t count, bool *out, vv_error *err)
{
	vv_auto(vv_header_rows) h = VV_HEADER_ROWS_INIT; /* a copy that outlives the reader's */
	vv_auto_free column_look *looks = vv_calloc(count, sizeof(*looks));
	vv_row row;
	size_t rows = 0, above = 0;
	bool repeats = false, alike = true;
	int n = looks ? 1 : VV_ENOMEM;

	*out = false;
	if (looks && vv_header_rows_add(&h, "", r->cells, count, err) < 0) {
		n = VV_ENOMEM;
	}
	const vv_cell *names = h.names;
	while (n == 1 && rows < SNIFF_ROWS && (n = sniff_reader_next(r, &row, VV_IGNORED)) == 1) {
		rows++;
		alike = alike && row.cells == count;
		for (size_t i = 0; i < row.cells && i < count; i++) {
			look_at(&looks[i], &names[i], &r->cells[i]);
		}
	}
	for (size_t i = 0; i < count && n >= 0; i++) {
		repeats = repeats || (names[i].len > 0 && looks[i].repeats > 0);
		above += names[i].len > 0 && looks[i].data >= 3 && looks[i].text == 0;
	}
	*out = n >= 0 && rows >= 3 && alike && !repeats && above > 0;
	return n == VV_ENOMEM ? vv_fail_nomem(err) : VV_OK;
}

static vv_status find_groups(sniff *s, vv_error *err)
{
	sniff_reader r;
	vv_row row;
	size_t count = 0;
	bool found = false;
	int n = 0;
	vv_status rc = sniff_reader_open(&r, s, &s->out->dialect, 0, err);

	if (rc == VV_OK && (n = sniff_reader_next(&r, &row, VV_IGNORED)) == 1 && row.cells >= 3 &&
	    are_groups(r.cells, row.cells)) {
		count = row.cells;
		if ((n = sniff_reader_next(&r, &row, VV_IGNORED)) == 1 && row.cells == count &&
		    are_names(r.cells, count)) {
			rc = stand_above_data(&r, count, &found, err);
		}
	}
	sniff_reader_close(&r);
	if (rc == VV_OK && n == VV_ENOMEM) return vv_fail_nomem(err);
	if (rc == VV_OK && found) {
		s->out->dialect.header_more = 1;
		vv_buf_puts(
			&s->out->warnings,
			"the header has 2 lines, whose cells are joined to names; '--header-rows "
			"1' reads the second line as a row\n");
		rc = vv_buf_ok(&s->out->warnings, err);
	}
	return rc;
}

/* Has the file the header lines of the version before still, or others that no data is in? */
static vv_status keep_rows(sniff *s, const vv_dialect *old, vv_error *err)
{
	size_t len;
	const char *header = vv_dialect_header(old, &len);
	vv_row row;
	bool names = true;

	if (len <= s->len && memcmp(header, s->text, len) == 0) {
		s->out->dialect.header_more = old->header_more;
		return VV_OK;
	}
	vv_auto(sniff_reader) r = sniff_reader_begin(s, &s->out->dialect, 0, err);
	for (unsigned i = 0; names && i <= old->header_more; i++) {
		names = sniff_reader_row(&r, &row);
		for (size_t k = 0; i > 0 && names && k < row.cells; k++) {
			names = cell_kind(&r.cells[k]) != SNIFF_DATA || is_year(&r.cells[k]);
		}
	}
	if (r.rc < 0) return r.rc;
	s->out->dialect.header_more = names ? old->header_more : 0;
	if (!names) {
		vv_buf_printf(
			&s->out->warnings,
			"the header had %u lines in the previous version, and has one in this "
			"file; '--header-rows' sets another number\n",
			old->header_more + 1u);
	}
	return vv_buf_ok(&s->out->warnings, err);
}

vv_status sniff_header_rows(sniff *s, vv_error *err)
{
	vv_dialect *d = &s->out->dialect;
	const vv_dialect *old = NULL;

	if (s->parent) {
		old = s->parent;
	} else if (s->before && (s->before->declared & VV_DECLARED_HEADER_ROWS)) {
		old = s->before;
	}
	const char *join = " ";

	if (s->hints->header_join) {
		join = s->hints->header_join;
	} else if (old && old->header_more > 0) {
		join = old->header_join;
	}

	if (strlen(join) >= sizeof(d->header_join)) {
		return vv_fail(err, VV_EINPUT,
			       "the text between joined header cells (--header-join) is longer "
			       "than %zu bytes",
			       sizeof(d->header_join) - 1);
	}
	memcpy(d->header_join, join, strlen(join) + 1);
	if (s->hints->header_rows > (int)VV_HEADER_ROWS_MAX) {
		return vv_fail(err, VV_EINPUT,
			       "the header is declared with %d lines, and the limit is %u",
			       s->hints->header_rows, VV_HEADER_ROWS_MAX);
	}
	if (s->hints->header_rows > 0) {
		d->header_more = s->hints->header == 0 ? 0 : (uint8_t)(s->hints->header_rows - 1);
		return VV_OK;
	}
	if (s->hints->header == 0) return VV_OK;
	if (old) return old->header_more > 0 ? keep_rows(s, old, err) : VV_OK;
	return find_groups(s, err);
}
