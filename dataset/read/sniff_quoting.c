/*
 * sniff_quoting: knows how to tell a writer's habits from its rows: when it puts a column's cells
 * in quotes, and how it ends lines.
 */
#include <string.h>

#include "base/sys.h"
#include "dataset/format/row_write.h"
#include "dataset/read/sniff_internal.h"

#define HABITS 4u

/* In how many cells each habit would have done otherwise. */
typedef struct column_habits {
	size_t misses[HABITS];
} column_habits;

static bool is_quoted(const vv_cell *c)
{
	return (c->flags & VV_CELL_QUOTED) != 0;
}

static bool alone(const vv_cell *cells, size_t count)
{
	return count == 1 && cells[0].len == 0;
}

/* --- counting ----------------------------------------------------------- */

/* vv_cell_needs_quotes for a cell that was read: one that stood there without quotes, and
 * has none in it, holds nothing that would part or end it. */
static bool needs_quotes(const vv_cell *c, const vv_dialect *d)
{
	return (d->escape != 0 || (c->flags & (VV_CELL_QUOTED | VV_CELL_HAS_QUOTE)) != 0) &&
	       vv_cell_needs_quotes(c, d);
}

static void count_row(column_habits *columns, size_t width, const vv_cell *cells, size_t count,
		      const vv_dialect *d)
{
	size_t i;
	unsigned h;

	for (i = 0; i < count && i < width; i++) {
		if (alone(cells, count) || needs_quotes(&cells[i], d)) {
			continue; /* in quotes, or irregular, under every habit */
		}
		for (h = 0; h < HABITS; h++) {
			columns[i].misses[h] += is_quoted(&cells[i]) !=
						vv_quoting_quotes((vv_quoting)h, &cells[i]);
		}
	}
}

/* Would a writer with these habits have put the row in other quotes? */
static bool is_irregular(const uint8_t *habits, size_t habit_count, const vv_cell *cells,
			 size_t count, const vv_dialect *d)
{
	size_t i;

	for (i = 0; i < count; i++) {
		vv_quoting habit = i < habit_count ? (vv_quoting)habits[i] : VV_QUOTE_MINIMAL;
		bool wanted = alone(cells, count) || vv_quoting_quotes(habit, &cells[i]) ||
			      vv_cell_needs_quotes(&cells[i], d);

		if (wanted != is_quoted(&cells[i])) {
			return true;
		}
	}
	return false;
}

/* Rows of the body that each of two sets of habits misses. */
static vv_status compare_habits(const sniff *s, const uint8_t *a, size_t a_count, const uint8_t *b,
				size_t b_count, size_t misses[2], size_t *rows, vv_error *err)
{
	sniff_reader r;
	vv_error ignored;
	vv_row row;
	vv_status rc = sniff_reader_open(&r, s, &s->out->dialect, s->out->body, err);
	int n = 1;

	misses[0] = misses[1] = 0;
	for (*rows = 0; rc == VV_OK && *rows < SNIFF_HABIT_ROWS; ++*rows) {
		n = sniff_reader_next(&r, &row, &ignored);
		if (n != 1) {
			break;
		}
		misses[0] += is_irregular(a, a_count, r.cells, row.cells, &s->out->dialect);
		misses[1] += is_irregular(b, b_count, r.cells, row.cells, &s->out->dialect);
	}
	sniff_reader_close(&r);
	return rc == VV_OK && n == VV_ENOMEM ? vv_fail_nomem(err) : rc;
}

/* --- choosing ----------------------------------------------------------- */

/* Each column's best habit. Of equally good ones the one that suits the whole table
 * best: a column that happens to have no empty cell does not tell non-empty from
 * always. */
static void choose_habits(uint8_t *out, const column_habits *columns, size_t count)
{
	size_t total[HABITS] = {0}, i;
	unsigned h;

	for (i = 0; i < count; i++) {
		for (h = 0; h < HABITS; h++) {
			total[h] += columns[i].misses[h];
		}
	}
	for (i = 0; i < count; i++) {
		unsigned best = 0;

		for (h = 1; h < HABITS; h++) {
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

/* Another set of habits gives all rows that differ another form, so the parent's
 * stays while it is not clearly worse. */
static vv_status keep_parent(sniff *s, uint8_t **habits, size_t *count, vv_error *err)
{
	const vv_dialect *p = s->parent, *d = &s->out->dialect;
	size_t misses[2], rows, own;
	uint8_t *copy;
	vv_status rc;

	if (!p || p->delimiter != d->delimiter || p->quote != d->quote || p->escape != d->escape) {
		return VV_OK;
	}
	own = count_habits(p->quoting, p->quoting_count);
	if (own == *count && (own == 0 || memcmp(p->quoting, *habits, own) == 0)) {
		return VV_OK;
	}
	rc = compare_habits(s, *habits, *count, p->quoting, own, misses, &rows, err);
	if (rc < 0 || misses[1] > misses[0] + rows / 20) {
		return rc;
	}
	copy = vv_malloc(own);
	if (!copy) {
		return vv_fail_nomem(err);
	}
	if (own > 0) {
		memcpy(copy, p->quoting, own);
	}
	vv_free(*habits);
	*habits = copy;
	*count = own;
	return VV_OK;
}

static vv_newline majority(const size_t counts[4], vv_newline otherwise)
{
	vv_newline best = VV_LF, n;

	for (n = VV_CRLF; n <= VV_CR; n++) {
		if (counts[n] > counts[best]) {
			best = n;
		}
	}
	return counts[best] > 0 ? best : otherwise;
}

/* Without a quote no column has another habit than minimal, and without a carriage return
 * all rows end alike: then the first row tells all. */
static size_t rows_that_tell(const sniff *s)
{
	const vv_dialect *d = &s->out->dialect;
	const char *body = s->text + s->out->body;
	size_t len = s->len - s->out->body;

	if (d->form != VV_FORM_CSV || (d->quote != 0 && memchr(body, d->quote, len)) ||
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
	sniff_reader r;
	vv_error ignored;
	vv_row row;
	size_t rows, limit = rows_that_tell(s);
	vv_status rc = sniff_reader_open(&r, s, d, s->out->body, err);
	int n = 1;

	for (rows = 0; rc == VV_OK && rows < limit; rows++) {
		n = sniff_reader_next(&r, &row, &ignored);
		if (n != 1) {
			break;
		}
		newlines[row.newline]++;
		if (d->quote != 0 && d->form == VV_FORM_CSV) {
			count_row(columns, s->out->columns, r.cells, row.cells, d);
		}
	}
	sniff_reader_close(&r);
	return rc == VV_OK && n == VV_ENOMEM ? vv_fail_nomem(err) : rc;
}

vv_status sniff_habits(sniff *s, vv_newline header_newline, vv_error *err)
{
	size_t width = s->out->columns, count, newlines[4] = {0};
	column_habits *columns = vv_calloc(width, sizeof *columns);
	uint8_t *habits = vv_malloc(width);
	vv_dialect *d = &s->out->dialect;
	vv_newline otherwise = s->parent ? s->parent->newline : VV_LF;
	vv_status rc;

	if (!columns || !habits) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	rc = count_rows(s, columns, newlines, err);
	if (rc < 0) {
		goto done;
	}
	d->newline = majority(newlines,
			      header_newline != VV_NO_NEWLINE ? header_newline : otherwise);
	if (d->form != VV_FORM_CSV) {
		goto done;
	}
	choose_habits(habits, columns, width);
	count = count_habits(habits, width);
	rc = keep_parent(s, &habits, &count, err);
	if (rc == VV_OK && count > 0) {
		d->quoting = habits;
		d->quoting_count = count;
		habits = NULL;
	}
done:
	vv_free(habits);
	vv_free(columns);
	return rc;
}
