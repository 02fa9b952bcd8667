/*
 * sniff_csv: finds a CSV's delimiter and quote: each candidate reads the sample, and the one under
 * which the rows agree best wins. The parent's characters stay while nothing else reads better.
 * Where the rows agree under none, one that parts the header or most rows wins over one that occurs
 * nowhere: the scanner then refuses the file by line and column, where it would else be one column.
 */
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/sys.h"
#include "dataset/format/form.h"
#include "dataset/format/row_write.h"
#include "dataset/read/header_rows.h"
#include "dataset/read/scan_internal.h"
#include "dataset/read/sniff.h"
#include "dataset/read/sniff_internal.h"

/*
 * Finds a writer's habits in its rows: when it quotes a column's cells, and how it ends lines.
 */

#define HABITS 4u

/* In how many cells each habit would have done otherwise. */
typedef struct column_habits {
	size_t misses[HABITS];
} column_habits;

static bool is_quoted(const vv_cell *c)
{
	return (c->flags & VV_CELL_QUOTED) != 0;
}

static bool is_empty_row(const vv_cell *cells, size_t count)
{
	return count == 1 && cells[0].len == 0;
}

/* --- counting ----------------------------------------------------------- */

/* vv_cell_needs_quotes for a cell that was read: one without quotes around or in it contains
 * nothing that would split or end it. */
static bool needs_quotes(const vv_cell *c, const vv_dialect *d, bool first)
{
	return (d->escape != 0 || (c->flags & (VV_CELL_QUOTED | VV_CELL_HAS_QUOTE)) != 0) &&
	       vv_cell_needs_quotes(c, d, first);
}

static void count_quotes(column_habits *columns, size_t width, const vv_cell *cells, size_t count,
			 const vv_dialect *d)
{
	for (size_t i = 0; i < count && i < width; i++) {
		if (is_empty_row(cells, count) || needs_quotes(&cells[i], d, i == 0)) {
			continue; /* in quotes, or irregular, under every habit */
		}
		for (unsigned h = 0; h < HABITS; h++) {
			columns[i].misses[h] += is_quoted(&cells[i]) !=
						vv_quoting_quotes((vv_quoting)h, &cells[i]);
		}
	}
}

/* Would a writer with these habits have put the row in other quotes? */
static bool is_irregular(const uint8_t *habits, size_t habit_count, const vv_cell *cells,
			 size_t count, const vv_dialect *d)
{
	for (size_t i = 0; i < count; i++) {
		vv_quoting habit = i < habit_count ? (vv_quoting)habits[i] : VV_QUOTE_MINIMAL;
		bool wanted = is_empty_row(cells, count) || vv_quoting_quotes(habit, &cells[i]) ||
			      vv_cell_needs_quotes(&cells[i], d, i == 0);

		if (wanted != is_quoted(&cells[i])) return true;
	}
	return false;
}

/* Rows of the body that each of two sets of habits misses. */
static vv_status compare_habits(const sniff *s, const uint8_t *a, size_t a_count, const uint8_t *b,
				size_t b_count, size_t misses[2], size_t *rows, vv_error *err)
{
	vv_auto(sniff_reader) r = sniff_reader_begin(s, &s->out->dialect, s->out->body, err);
	vv_row row;

	misses[0] = misses[1] = 0;
	for (*rows = 0; *rows < SNIFF_HABIT_ROWS && sniff_reader_row(&r, &row); ++*rows) {
		misses[0] += is_irregular(a, a_count, r.cells, row.cells, &s->out->dialect);
		misses[1] += is_irregular(b, b_count, r.cells, row.cells, &s->out->dialect);
	}
	return r.rc;
}

/* --- choosing ----------------------------------------------------------- */

/* Each column's best habit. Among equally good ones, the one that fits the whole table best: a
 * column without empty cells does not distinguish non-empty from always. */
static void choose_habits(uint8_t *out, const column_habits *columns, size_t count)
{
	size_t total[HABITS] = {0};

	vv_array_each(columns, count, column) {
		for (unsigned h = 0; h < HABITS; h++) {
			total[h] += column->misses[h];
		}
	}
	for (size_t i = 0; i < count; i++) {
		unsigned best = 0;

		for (unsigned h = 1; h < HABITS; h++) {
			size_t m = columns[i].misses[h], b = columns[i].misses[best];

			if (m < b || (m == b && total[h] < total[best])) {
				best = h;
			}
		}
		out[i] = (uint8_t)best;
	}
}

static size_t count_habits(const uint8_t *habits, size_t count)
{
	while (count > 0 && habits[count - 1] == VV_QUOTE_MINIMAL) {
		count--;
	}
	return count;
}

/* Other habits would change the form of all differing rows, so the parent's are kept unless clearly
 * worse. */
static vv_status keep_parent(sniff *s, uint8_t **habits, size_t *count, vv_error *err)
{
	const vv_dialect *p = s->before, *d = &s->out->dialect;
	size_t misses[2], rows;

	if (!p || p->delimiter != d->delimiter || p->quote != d->quote || p->escape != d->escape) {
		return VV_OK;
	}
	size_t own = count_habits(p->quoting, p->quoting_count);
	if (own == *count && (own == 0 || memcmp(p->quoting, *habits, own) == 0)) return VV_OK;
	vv_status rc = compare_habits(s, *habits, *count, p->quoting, own, misses, &rows, err);
	if (rc < 0 || misses[1] > misses[0] + rows / 20) return rc;
	uint8_t *copy = vv_malloc(own);
	if (!copy) return vv_fail_nomem(err);
	if (own > 0) {
		memcpy(copy, p->quoting, own);
	}
	vv_free(*habits);
	*habits = copy;
	*count = own;
	return VV_OK;
}

/* Of rows that end differently, a few can decide: then the version before does. Else a merge would take the other
 * ends for a new form, and write them into rows that nobody changed. */
static vv_newline majority_newline(const size_t counts[4], const vv_dialect *before,
				   vv_newline otherwise)
{
	vv_newline best = VV_LF;

	if (before && counts[before->newline] > 0 &&
	    counts[before->newline] * 4 >= counts[VV_LF] + counts[VV_CRLF] + counts[VV_CR]) {
		return before->newline;
	}

	for (vv_newline n = VV_CRLF; n <= VV_CR; n++) {
		if (counts[n] > counts[best]) {
			best = n;
		}
	}
	return counts[best] > 0 ? best : otherwise;
}

/* Without a quote every column's habit is minimal, and without a carriage return all rows end
 * alike: then the first row suffices. */
static size_t rows_that_tell(const sniff *s)
{
	const vv_dialect *d = &s->out->dialect;
	const char *body = s->text + s->out->body;
	size_t len = s->len - s->out->body;

	if (!vv_form_is_delimited(d->form) || (d->quote != 0 && memchr(body, d->quote, len)) ||
	    memchr(body, '\r', len)) {
		return SNIFF_HABIT_ROWS;
	}
	return 1;
}

/* Reads the body's rows into columns and newlines. */
static vv_status count_rows(const sniff *s, column_habits *columns, size_t newlines[4],
			    vv_error *err)
{
	const vv_dialect *d = &s->out->dialect;
	vv_auto(sniff_reader) r = sniff_reader_begin(s, d, s->out->body, err);
	vv_row row;
	size_t limit = rows_that_tell(s);

	for (size_t rows = 0; rows < limit && sniff_reader_row(&r, &row); rows++) {
		newlines[row.newline]++;
		if (d->quote != 0 && vv_form_is_delimited(d->form)) {
			count_quotes(columns, s->out->columns, r.cells, row.cells, d);
		}
	}
	return r.rc;
}

vv_status sniff_habits(sniff *s, vv_newline header_newline, vv_error *err)
{
	size_t width = s->out->columns, newlines[4] = {0};
	vv_auto_free column_habits *columns = vv_calloc(width, sizeof *columns);
	vv_auto_free uint8_t *habits = vv_malloc(width);
	vv_dialect *d = &s->out->dialect;
	vv_newline otherwise = s->before ? s->before->newline : VV_LF;

	if (!columns || !habits) return vv_fail_nomem(err);
	vv_status rc = count_rows(s, columns, newlines, err);
	if (rc < 0) return rc;
	d->newline = majority_newline(newlines, s->before,
				      header_newline != VV_NO_NEWLINE ? header_newline : otherwise);
	if (!vv_form_is_delimited(d->form)) return rc;
	choose_habits(habits, columns, width);
	size_t count = count_habits(habits, width);
	rc = keep_parent(s, &habits, &count, err);
	if (rc == VV_OK && count > 0) {
		d->quoting = habits;
		d->quoting_count = count;
		habits = NULL;
	}
	return rc;
}

static const uint8_t usual_delimiters[] = {',', '\t', ';', '|'};

/* Counts from reading the sample under one candidate. */
typedef struct profile {
	uint8_t delimiter, quote, escape;
	size_t rows;
	size_t first;         /* cells in the first row */
	size_t match, over;   /* rows with as many cells, with more */
	size_t wide;          /* rows after the first with more than one cell */
	size_t quoted, stray; /* cells in quotes; unquoted cells with quotes inside */
	size_t clean, judged; /* cells without any other delimiter, of those not empty */
	bool fault;
	unsigned tier;
	unsigned agreement; /* rows that match, of 1000 */
	unsigned score;     /* the same (damaged: or rows that are parted), less where cells look
	                     * uncut; within the tier */
} profile;

/* How the sample reads under a candidate. TIER_SOME: the delimiter parts the first row
 * only, or some rows but not the first; it is the one that is expected. */
enum { TIER_NONE, TIER_ONE_COLUMN, TIER_SOME, TIER_DAMAGED, TIER_GOOD };

/* --- reading under a candidate ------------------------------------------ */

/* "1,5": a comma that parts no cells. */
static bool is_decimal_comma(const char *p, size_t len)
{
	size_t commas = 0;

	for (size_t i = 0; i < len; i++) {
		if (p[i] == ',' && i > 0 && i + 1 < len) {
			commas++;
		} else if ((p[i] < '0' || p[i] > '9') &&
			   !(i == 0 && (p[i] == '-' || p[i] == '+'))) {
			return false;
		}
	}
	return commas <= 1;
}

static bool is_clean(const vv_cell *c)
{
	static const bool usual[256] = {[','] = true, ['\t'] = true, [';'] = true, ['|'] = true};

	if (c->flags & VV_CELL_QUOTED) return true;
	return !vv_array_find(c->text, c->len, it, usual[(uint8_t)*it]) ||
	       is_decimal_comma(c->text, c->len);
}

/* Has the sample no delimiter but the candidate's? Then all cells that it parts are clean. */
static bool is_all_clean(const sniff *s, const profile *p)
{
	return p->escape == 0 &&
	       !vv_array_find(usual_delimiters, sizeof usual_delimiters, it,
			      *it != p->delimiter && memchr(s->text, *it, s->len));
}

static void profile_row(profile *p, const vv_cell *cells, size_t count, bool clean)
{
	if (p->rows++ == 0) {
		p->first = count;
	} else {
		p->wide += count > 1;
	}
	p->match += count == p->first;
	p->over += count > p->first;
	vv_array_each(cells, count, cell) {
		p->quoted += (cell->flags & VV_CELL_QUOTED) != 0;
		p->stray += (cell->flags & VV_CELL_HAS_QUOTE) != 0;
		if (cell->len > 0) {
			p->judged++;
			p->clean += clean || is_clean(cell);
		}
	}
}

/* Is the first row unreadable or unfinished, but contains the delimiter? */
static bool parts_first_line(const sniff *s, uint8_t delimiter)
{
	size_t i = 0;

	while (i < s->len && (s->text[i] == '\n' || s->text[i] == '\r')) {
		i++;
	}
	for (; i < s->len && s->text[i] != '\n' && s->text[i] != '\r'; i++) {
		if ((uint8_t)s->text[i] == delimiter) return true;
	}
	return false;
}

/* Where few rows took little of the sample, a quote that never closes swallowed the rest of it. */
static bool profile_starved(const sniff *s, const profile *p, size_t offset)
{
	return !s->at_end && p->rows < SNIFF_ROWS && s->len - offset > s->len / 4 + 4096;
}

static bool is_called(const sniff *s, const char *extension)
{
	return vv_ascii_equal(s->ext, extension);
}

/* The delimiter that the extension promises, or 0. */
static uint8_t promised_delimiter(const sniff *s)
{
	const vv_ending *e = vv_ending_find(s->ext, strlen(s->ext));

	return e && e->delimiter > 0 ? (uint8_t)e->delimiter : 0;
}

/* Do so many rows after the first contain the delimiter that the first is a title above a table? */
static bool is_title(const profile *p, size_t others)
{
	return others >= 2 && p->wide * 10 >= others * 9;
}

/* Is the delimiter one that a reader would expect: the parent's, or that of the name? Then a single
 * row split by it counts. */
static bool is_expected(const sniff *s, uint8_t delimiter)
{
	uint8_t named = promised_delimiter(s);

	return (s->parent && s->parent->delimiter == delimiter) ||
	       delimiter == (named != 0 ? named : ',');
}

/* The tier where the first row has several cells, and where it has one. */
static unsigned tier_of_many(const sniff *s, const profile *p, bool whole)
{
	size_t others = p->rows - 1;
	bool expected = is_expected(s, p->delimiter);

	if (p->match * 2 >= p->rows) {
		/* Short rows whose cells look uncut are another delimiter's. */
		bool alike = p->match * 10 >= p->rows * 9 || p->clean * 2 >= p->judged;

		return whole && alike ? TIER_GOOD : TIER_DAMAGED;
	}
	if (whole && p->wide == 0) return expected ? TIER_SOME : TIER_NONE;
	return whole || expected || p->wide * 2 >= others ? TIER_DAMAGED : TIER_NONE;
}

static unsigned tier_of_one(const sniff *s, const profile *p, bool whole)
{
	if (whole) return TIER_ONE_COLUMN;
	if (is_title(p, p->rows - 1)) return TIER_DAMAGED;
	/* Free text may contain commas; a file named .csv is not free text. */
	return p->wide > 0 && is_expected(s, p->delimiter) &&
			       (promised_delimiter(s) != 0 || is_called(s, "csv"))
		       ? TIER_SOME
		       : TIER_NONE;
}

static void rate_profile(const sniff *s, profile *p)
{
	size_t clean = p->judged > 0 ? p->clean * 1000 / p->judged : 1000;
	bool whole = !p->fault && p->over == 0;

	p->agreement = p->rows > 0 ? (unsigned)(p->match * 1000 / p->rows) : 0;
	p->tier = TIER_NONE;
	if (p->first > 1) {
		p->tier = tier_of_many(s, p, whole);
	} else if (p->first == 1) {
		p->tier = tier_of_one(s, p, whole);
	} else if (parts_first_line(s, p->delimiter)) {
		p->tier = TIER_DAMAGED;
		clean = 0;
	}
	size_t like = p->agreement;
	if (p->tier == TIER_DAMAGED && p->rows > 1) {
		size_t parted = p->wide * 1000 / (p->rows - 1);

		like = p->first == 1 || parted > like ? parted : like;
	}
	p->score = (unsigned)(like * clean / 1000);
}

static void set_characters(vv_dialect *d, uint8_t delimiter, uint8_t quote, uint8_t escape)
{
	d->delimiter = delimiter;
	d->quote = quote;
	d->escape = escape;
}

static vv_status read_profile(const sniff *s, profile *p, vv_error *err)
{
	vv_dialect d = s->out->dialect;
	vv_row row;
	bool clean = is_all_clean(s, p);

	set_characters(&d, p->delimiter, p->quote, p->escape);
	vv_auto(sniff_reader) r = sniff_reader_begin(s, &d, 0, err);
	while (p->rows < SNIFF_ROWS && sniff_reader_row(&r, &row)) {
		profile_row(p, r.cells, row.cells, clean);
	}
	if (r.rc < 0) return r.rc;
	p->fault = r.faulty || profile_starved(s, p, sniff_reader_offset(&r));
	rate_profile(s, p);
	return VV_OK;
}

/* --- choosing ----------------------------------------------------------- */

/* Scores this close are the same. */
#define CLOSE 30u

static bool is_better(const profile *a, const profile *b)
{
	if (a->tier != b->tier) return a->tier > b->tier;
	if (a->score > b->score + CLOSE || b->score > a->score + CLOSE) return a->score > b->score;
	return a->first > b->first;
}

/* The candidates in their order: the user's or the extension's first. */
static size_t list_candidates(const sniff *s, uint8_t quote, uint8_t escape,
			      uint8_t out[sizeof usual_delimiters + 1])
{
	uint8_t first = promised_delimiter(s);
	size_t n = 0;

	if (s->hints->delimiter >= 0) {
		out[0] = (uint8_t)s->hints->delimiter;
		return 1;
	}
	if (first != 0 && first != quote && first != escape) {
		out[n++] = first;
	}
	for (size_t i = 0; i < sizeof usual_delimiters; i++) {
		uint8_t d = usual_delimiters[i];

		if (d != first && d != quote && d != escape) {
			out[n++] = d;
		}
	}
	return n;
}

/* Reads under each candidate; with present, under those that the sample has. */
static vv_status try_candidates(const sniff *s, profile *best, const uint8_t *list, size_t count,
				const profile *like, bool present, vv_error *err)
{
	memset(best, 0, sizeof *best);
	for (size_t i = 0; i < count; i++) {
		profile p = *like;

		if (present && !memchr(s->text, list[i], s->len)) {
			continue;
		}
		p.delimiter = list[i];
		vv_status rc = read_profile(s, &p, err);
		if (rc < 0) return rc;
		if (best->delimiter == 0 || is_better(&p, best)) {
			*best = p;
		}
		if (i == 0 && list[i] == promised_delimiter(s) && p.tier >= TIER_DAMAGED) {
			break;
		}
	}
	return VV_OK;
}

/* The best of the delimiters under one quote character. One that the sample lacks gives one column
 * at best, and is not tried when another splits the rows. */
static vv_status best_delimiter(const sniff *s, uint8_t quote, uint8_t escape, profile *best,
				vv_error *err)
{
	const profile like = {.quote = quote, .escape = escape};
	uint8_t list[sizeof usual_delimiters + 1];
	size_t count = list_candidates(s, quote, escape, list);
	vv_status rc = try_candidates(s, best, list, count, &like, true, err);

	return rc < 0 || best->tier > TIER_ONE_COLUMN
		       ? rc
		       : try_candidates(s, best, list, count, &like, false, err);
}

/* --- the parent --------------------------------------------------------- */

/* Names to compare: enough to distinguish headers. */
#define NAMES_COMPARED 64u

/* The first row under a candidate's characters; *r is to be closed. */
static int first_row(sniff_reader *r, const sniff *s, vv_dialect *d, const profile *p, vv_row *row,
		     vv_error *err)
{
	set_characters(d, p->delimiter, p->quote, p->escape);
	vv_status rc = sniff_reader_open(r, s, d, 0, err);
	return rc < 0 ? rc : sniff_reader_next(r, row, VV_IGNORED);
}

/* Counts the parent's column names that the first row has under the characters of p. *columns: the
 * parent's count; 0 if its header does not show it. */
static vv_status count_shared(const sniff *s, const profile *p, size_t *shared, size_t *columns,
			      vv_error *err)
{
	const vv_dialect *parent = s->before;
	const profile own = {
		.delimiter = parent->delimiter, .quote = parent->quote, .escape = parent->escape};
	sniff header = {.at_end = true, .hints = s->hints, .out = s->out};
	vv_dialect d = s->out->dialect, old = s->out->dialect;
	vv_auto(sniff_reader) a = {.s = s}, b = {.s = s};
	vv_row row, names;
	int n = 0, m = 0;

	*shared = *columns = 0;
	header.text = vv_dialect_header(parent, &header.len);
	if (!parent->header || header.len == 0) return VV_OK;
	if ((n = first_row(&a, s, &d, p, &row, err)) == 1 &&
	    (m = first_row(&b, &header, &old, &own, &names, err)) == 1) {
		*columns = names.cells;
		for (size_t i = 0; i < row.cells && i < NAMES_COMPARED; i++) {
			for (size_t k = 0; k < names.cells && k < NAMES_COMPARED; k++) {
				if (a.cells[i].len > 0 && vv_cell_equal(&a.cells[i], &b.cells[k])) {
					++*shared;
					break;
				}
			}
		}
	}
	return n == VV_ENOMEM || m == VV_ENOMEM ? vv_fail_nomem(err) : VV_OK;
}

/* Do the parent's characters stay? Names decide first: columns that only one of the two
 * readings still has. A parent of one column may be free text, with delimiters in it. */
static vv_status parent_stays(const sniff *s, const profile *p, const profile *best, bool *out,
			      vv_error *err)
{
	size_t ours, theirs, columns, same;
	vv_status rc;

	if ((rc = count_shared(s, p, &ours, &columns, err)) < 0 ||
	    (rc = count_shared(s, best, &theirs, &same, err)) < 0) {
		return rc;
	}
	if (ours > theirs) {
		*out = true;
	} else if (theirs > ours && best->tier >= TIER_DAMAGED) {
		*out = false;
	} else if (p->tier == TIER_GOOD && best->tier == TIER_GOOD) {
		*out = s->parent || !s->before->header ? p->agreement + CLOSE >= best->agreement
						       : !is_better(best, p);
	} else if (p->tier == TIER_ONE_COLUMN && ours > 0 && best->first == 1) {
		*out = true; /* the other columns are gone: what is in the cells splits no header */
	} else if (p->tier == TIER_ONE_COLUMN && columns <= 1) {
		*out = best->tier < (ours > 0 ? TIER_GOOD : TIER_DAMAGED);
	} else {
		/* An empty sample, or one that no reading makes sense of, changes nothing. */
		*out = p->tier >= best->tier;
	}
	return VV_OK;
}

/* The parent's characters are tried first. */
static vv_status try_parent(const sniff *s, profile *best, bool *kept, vv_error *err)
{
	const vv_dialect *d = s->before;
	const vv_sniff_hints *h = s->hints;
	vv_status rc;

	*kept = false;
	if (!d || (h->delimiter >= 0 && h->delimiter != d->delimiter) ||
	    (h->quote >= 0 && h->quote != d->quote) || (h->escape >= 0 && h->escape != d->escape)) {
		return VV_OK;
	}
	if (d->delimiter == best->delimiter && d->quote == best->quote &&
	    d->escape == best->escape) {
		*kept = true;
		return VV_OK;
	}
	profile p = {.delimiter = d->delimiter, .quote = d->quote, .escape = d->escape};
	if ((rc = read_profile(s, &p, err)) < 0 ||
	    (rc = parent_stays(s, &p, best, kept, err)) < 0) {
		return rc;
	}
	if (*kept && p.first == 1 && best->first > 1 && best->tier == TIER_GOOD) {
		vv_buf_printf(&s->out->warnings,
			      "read as one column, as in the previous version; "
			      "with --delimiter '%s' it has %zu columns\n",
			      best->delimiter == '\t' ? "tab" : (char[]){(char)best->delimiter, 0},
			      best->first);
	}
	if (*kept) {
		*best = p;
	}
	return VV_OK;
}

/* --- quotes, and none of all this ---------------------------------------- */

/* Tab-separated files often have no quotes, and some files use apostrophes. Any other misfit of
 * quotes is an error for the scanner to report. */
static vv_status try_quotes(const sniff *s, profile *best, vv_error *err)
{
	profile p;
	vv_status rc;

	if (s->hints->quote >= 0 || s->hints->escape > 0) return VV_OK;
	if (best->delimiter == '\t' && best->quoted == 0 && (best->fault || best->stray > 0)) {
		p = (profile){.delimiter = '\t'};
		rc = read_profile(s, &p, err);
		if (rc < 0) return rc;
		if (p.tier == TIER_GOOD && p.match * 10 >= p.rows * 9) {
			*best = p;
		}
	}
	if (best->quote != '"' || best->quoted > 0 || !memchr(s->text, '\'', s->len)) return VV_OK;
	rc = best_delimiter(s, '\'', 0, &p, err);
	if (rc == VV_OK && p.tier == TIER_GOOD && p.quoted >= p.rows && p.stray == 0 &&
	    p.score + CLOSE >= best->score) {
		*best = p;
	}
	return rc;
}

/* No line has a delimiter that the others have: a column of free text. */
static vv_status try_no_delimiter(const sniff *s, profile *best, vv_error *err)
{
	profile p = {.delimiter = VV_NO_DELIMITER, .quote = best->quote, .escape = best->escape};

	if (best->tier > TIER_NONE || best->fault || best->first != 1 || s->hints->delimiter >= 0) {
		return VV_OK;
	}
	vv_status rc = read_profile(s, &p, err);
	if (rc == VV_OK && p.tier == TIER_ONE_COLUMN) {
		*best = p;
	}
	return rc;
}

static vv_status choose_characters(const sniff *s, bool *kept, vv_error *err)
{
	const vv_sniff_hints *h = s->hints;
	uint8_t quote = h->quote >= 0 ? (uint8_t)h->quote : '"';
	uint8_t escape = h->escape > 0 && h->escape != quote ? (uint8_t)h->escape : 0;
	vv_dialect *d = &s->out->dialect;
	profile best;
	vv_status rc;

	if (quote == 0 && escape != 0) {
		return vv_fail(err, VV_EINPUT, "an escape character requires a quote character");
	}
	if ((rc = best_delimiter(s, quote, escape, &best, err)) < 0 ||
	    (rc = try_parent(s, &best, kept, err)) < 0) {
		return rc;
	}
	if (!*kept &&
	    ((rc = try_quotes(s, &best, err)) < 0 || (rc = try_no_delimiter(s, &best, err)) < 0)) {
		return rc;
	}
	set_characters(d, best.delimiter, best.quote, best.escape);
	return VV_OK;
}

/* --- the header line ---------------------------------------------------- */

/* Blank lines, and comments. */
static size_t skip_no_rows(const sniff *s, size_t at, size_t columns)
{
	while (at < s->len &&
	       (s->text[at] == '\n' || s->text[at] == '\r' ||
		vv_dialect_is_comment(&s->out->dialect, columns, s->text + at, s->text + s->len))) {
		at = sniff_next_line(s, at);
	}
	return at;
}

/* A file of blank lines, or of nothing. */
static vv_status no_rows(sniff *s, vv_error *err)
{
	vv_dialect *d = &s->out->dialect;

	if (!s->at_end) return sniff_too_short(s, err);
	if (s->before) {
		set_characters(d, s->before->delimiter, s->before->quote, s->before->escape);
	}
	if (s->hints->delimiter > 0) {
		d->delimiter = (uint8_t)s->hints->delimiter;
	} else if (!s->before && promised_delimiter(s) != 0) {
		d->delimiter = promised_delimiter(s);
	}
	d->header = s->hints->header >= 0 ? s->hints->header == 1 : !s->before || s->before->header;
	s->out->body = s->len;
	return VV_OK;
}

/* "field1" ... for as many columns as any sampled row has. */
static vv_status make_names(sniff *s, size_t columns, vv_error *err)
{
	vv_auto_free vv_cell *cells = vv_calloc(columns, sizeof *cells);
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	size_t i;

	for (i = 0; cells && i < columns; i++) {
		char *name = vv_arena_printf(&arena, "field%zu", i + 1);

		if (!name) {
			break;
		}
		cells[i].text = name;
		cells[i].len = (uint32_t)strlen(name);
	}
	return cells && i == columns ? sniff_set_names(s, cells, columns, err) : vv_fail_nomem(err);
}

static vv_status widest_row(const sniff *s, size_t *out, vv_error *err)
{
	vv_auto(sniff_reader) r = sniff_reader_begin(s, &s->out->dialect, 0, err);
	vv_row row;
	size_t rows = 0;

	*out = 0;
	while (rows++ < SNIFF_HABIT_ROWS && sniff_reader_row(&r, &row)) {
		*out = row.cells > *out ? row.cells : *out;
	}
	return r.rc;
}

/* The header's further lines. */
static vv_status read_header_rows(sniff *s, sniff_reader *r, vv_row *row, vv_header_rows *h,
				  vv_error *err)
{
	const vv_dialect *d = &s->out->dialect;
	vv_error why = {0};
	vv_status rc = vv_header_rows_add(h, d->header_join, r->cells, row->cells, err);

	for (unsigned i = 0; i < d->header_more && rc == VV_OK; i++) {
		int n = sniff_reader_next(r, row, &why);

		if (n == VV_ENOMEM) return vv_fail_nomem(err);
		if (n == 0 && !s->at_end) return sniff_too_short(s, err);
		if (n != 1) {
			return vv_fail(err, VV_EINPUT,
				       "the header is declared with %u lines, but "
				       "%s",
				       d->header_more + 1u,
				       n == 0 ? "the file has fewer lines" : why.message);
		}
		rc = vv_header_rows_add(h, d->header_join, r->cells, row->cells, err);
	}
	return rc;
}

/* Does any line end as a row whose last cell is empty: with a delimiter, then a quote or spaces? */
static bool any_ends_empty(const sniff *s)
{
	const vv_dialect *d = &s->out->dialect;
	const char *at = s->text + s->out->body, *end = s->text + s->len, *stop;

	for (; at < end; at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		stop = stop ? stop : end;
		const char *cr = memchr(at, '\r', (size_t)(stop - at)), *to = cr ? cr : stop;
		const uint8_t last = to > at ? (uint8_t)to[-1] : 0;

		if ((cr && cr + 1 < stop) || last == d->delimiter || last == ' ' ||
		    (d->quote != 0 && last == d->quote)) {
			return true;
		}
	}
	return false;
}

/* Do most rows below the header end with a delimiter that it lacks, and no row has more? */
static vv_status ends_in_delimiters(const sniff *s, size_t columns, bool *out, vv_error *err)
{
	vv_auto(sniff_reader) r = sniff_reader_begin(s, &s->out->dialect, s->out->body, err);
	vv_row row;
	size_t rows = 0, longer = 0;
	bool empty = true;

	while (empty && rows < SNIFF_HABIT_ROWS && sniff_reader_row(&r, &row)) {
		rows++;
		longer += row.cells > columns;
		empty = row.cells <= columns ||
			(row.cells == columns + 1 && r.cells[columns].len == 0);
	}
	*out = empty && !r.faulty && longer > 0 && longer * 2 >= rows;
	return r.rc;
}

/* The header's names, then "(cell 4)" ... for the columns that it does not name. */
static vv_status add_names(sniff *s, const vv_header_rows *h, size_t columns, vv_error *err)
{
	vv_auto_free vv_cell *cells = vv_calloc(columns, sizeof(*cells));
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	size_t i = h->count;

	if (!cells) return vv_fail_nomem(err);
	memcpy(cells, h->names, h->count * sizeof(*cells));
	for (; i < columns; i++) {
		char *name = vv_arena_printf(&arena, "(cell %zu)", i + 1);

		if (!name) return vv_fail_nomem(err);
		cells[i] = (vv_cell){
			.text = name, .len = (uint32_t)strlen(name), .state = VV_CELL_TEXT};
	}
	return sniff_set_names(s, cells, columns, err);
}

/* Takes the names in the header, and adds an empty one if all rows end with a delimiter. */
static vv_status take_names(sniff *s, vv_header_rows *h, vv_error *err)
{
	const vv_cell none = {.text = "", .state = VV_CELL_TEXT};
	vv_auto_free vv_cell *cells = NULL;
	bool longer = false;
	vv_status rc;

	if (s->hints->columns > h->count && s->hints->columns <= VV_COLUMNS_MAX) {
		return add_names(s, h, s->hints->columns, err);
	}
	if (h->count >= VV_COLUMNS_MAX) return sniff_set_names(s, h->names, h->count, err);
	if (any_ends_empty(s) && (rc = ends_in_delimiters(s, h->count, &longer, err)) < 0) {
		return rc;
	}
	if (!longer) return sniff_set_names(s, h->names, h->count, err);
	cells = vv_calloc(h->count + 1, sizeof(*cells));
	if (!cells) return vv_fail_nomem(err);
	memcpy(cells, h->names, h->count * sizeof(*cells));
	cells[h->count] = none;
	if (!s->parent) {
		vv_buf_puts(&s->out->warnings,
			    "rows have one delimiter more than the header: the last column has no "
			    "name, unless a delimiter is missing inside the header\n");
	}
	rc = sniff_set_names(s, cells, h->count + 1, err);
	return rc < 0 ? rc : vv_buf_ok(&s->out->warnings, err);
}

/* The first row, read: is it the header? Names, body and newline follow from it. */
static vv_status take_first_row(sniff *s, sniff_reader *r, vv_row *row, vv_newline *newline,
				vv_error *err)
{
	vv_sniff_result *out = s->out;
	size_t widest = 0;

	*newline = VV_NO_NEWLINE;
	vv_status rc = sniff_header(s, r->cells, row->cells, err);
	if (rc < 0) return rc;
	if (!out->dialect.header) {
		out->body = row->text_start;
		rc = widest_row(s, &widest, err);
		widest = widest < s->hints->columns ? s->hints->columns : widest;
		return rc < 0 ? rc : make_names(s, widest, err);
	}
	*newline = row->newline;
	vv_auto(vv_header_rows) h = VV_HEADER_ROWS_INIT;
	if ((rc = read_header_rows(s, r, row, &h, err)) < 0) return rc;
	out->body = skip_no_rows(s, row->end, row->cells);
	if (out->body == s->len && !s->at_end && out->dialect.comment != 0) {
		return sniff_too_short(s, err);
	}
	return take_names(s, &h, err);
}

/* Reads the header under the dialect's characters. */
static vv_status read_header(sniff *s, vv_newline *newline, vv_error *err)
{
	vv_auto(sniff_reader) r = {.s = s};
	vv_row row;
	vv_status rc;

	if ((rc = sniff_spaces(s, err)) < 0 || (rc = sniff_header_rows(s, err)) < 0 ||
	    (rc = sniff_reader_open(&r, s, &s->out->dialect, 0, err)) < 0) {
		return rc;
	}
	int n = sniff_reader_next(&r, &row, err);
	if (n == 1) return take_first_row(s, &r, &row, newline, err);
	if (n == 0) return sniff_too_short(s, err);
	rc = (vv_status)n;
	if (r.scan->found > VV_COLUMNS_MAX) {
		rc = vv_fail(err, VV_EINPUT,
			     "the table has %zu columns, and the limit is %u\n'--as file' "
			     "keeps the file as bytes",
			     r.scan->found, VV_COLUMNS_MAX);
	} else if (rc == VV_EINPUT) {
		rc = sniff_place(s, r.fault, err);
	}
	return rc;
}

/* Forgets the header, to read it under other characters. */
static void forget_header(sniff *s, const vv_dialect *d, size_t warned)
{
	vv_sniff_result *out = s->out;

	vv_array_clear(out->names, out->names ? out->columns : 0, it, vv_free(*it));
	vv_free(out->name_lens);
	out->names = NULL;
	out->name_lens = NULL;
	out->columns = out->body = 0;
	out->warnings.len = warned;
	out->dialect = *d;
}

/* Is it a table under a rare delimiter? d: the dialect before the header was read. */
static vv_status try_rare(sniff *s, vv_newline *newline, const vv_dialect *d, size_t warned,
			  vv_error *err)
{
	uint8_t rare;
	vv_status rc = sniff_rare(s, &rare, err);

	if (rc < 0 || rare == 0) return rc;
	forget_header(s, d, warned);
	set_characters(&s->out->dialect, rare, '"', 0);
	if ((rc = read_header(s, newline, err)) < 0 || s->out->dialect.header) return rc;
	forget_header(s, d, warned);
	return read_header(s, newline, err);
}

vv_status sniff_csv_columns(sniff *s, vv_error *err)
{
	vv_newline newline = VV_NO_NEWLINE;
	bool kept = false;
	vv_status rc;

	if (skip_no_rows(s, 0, 0) == s->len) return no_rows(s, err);
	if ((rc = sniff_comments(s, err)) < 0 || (rc = choose_characters(s, &kept, err)) < 0) {
		return rc;
	}
	const vv_dialect d = s->out->dialect; /* owns nothing yet */
	const size_t warned = s->out->warnings.len;
	if ((rc = read_header(s, &newline, err)) < 0 ||
	    (rc = try_rare(s, &newline, &d, warned, err)) < 0) {
		return rc;
	}
	return sniff_habits(s, newline, err);
}
