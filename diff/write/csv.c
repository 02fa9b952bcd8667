/*
 * csv: knows daff's highlighter format: a difference as a table that daff can show and apply.
 * Source: specification of tabular diffs, paulfitz.github.io/daff-doc/spec.html; form:
 * docs/formats/differences.md, "csv".
 *
 * daff finds rows by their content and new rows by what stands above them, so that every
 * row is whole and a changed place has one unchanged row above and below it.
 */
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "dataset/schema/header.h"
#include "diff/rows/row_by_number.h"
#include "diff/rows/sorter.h"
#include "diff/write/column_pairs.h"
#include "diff/write/writer_kinds.h"

#define FLUSH_AT (64u << 10)
#define SEARCH_MAX 256u /* rows of the old version that are looked through for one */
#define GONE_MEMORY ((size_t)4 << 20)

typedef struct csv_writer {
	vv_diff_writer base; /* first: what callers hold */
	vv_diff_writer_options opts;
	vv_buf buf;
	vv_buf text, other; /* one cell */
	vv_diff_table table;
	vv_arena names;            /* that labels is in */
	const vv_cell *labels[2];  /* the names of the old and the new version's columns */
	vv_row_by_number rows;     /* of the new version */
	vv_row_by_number old_rows; /* of the old one, where columns were dropped */
	vv_sorter *gone; /* numbers of old rows to be reported as removed at the end; NULL: none */
	uint64_t next;   /* rows of the new version that are reported or passed */
	uint64_t old_next; /* of the old version */
	uint64_t told;
	size_t tables;
	bool below; /* the row at `next` stands below a changed one */
	bool gains; /* columns were added: every row has something new */
	bool over;  /* past the limit */
} csv_writer;

static csv_writer *self(vv_diff_writer *w)
{
	return (csv_writer *)(void *)w;
}

static vv_status flush(csv_writer *w, size_t above, vv_error *err)
{
	vv_status rc;
	if ((rc = vv_buf_ok(&w->buf, err)) < 0 || (rc = vv_buf_ok(&w->text, err)) < 0 ||
	    (rc = vv_buf_ok(&w->other, err)) < 0) {
		return rc;
	}
	if (w->buf.len > above) {
		rc = w->opts.write(w->opts.payload, w->buf.data, w->buf.len, err);
		vv_buf_reset(&w->buf);
	}
	return rc;
}

/* Empties the room for one cell; what failed in it is not forgotten. */
static void begin_text(csv_writer *w)
{
	w->buf.failed = w->buf.failed || w->text.failed;
	vv_buf_reset(&w->text);
}

/* One field of the line, quoted where a reader needs it. */
static void put_field(vv_buf *b, const char *s, size_t len)
{
	bool quotes = len > 0 && (s[0] == ' ' || s[len - 1] == ' ');
	for (size_t i = 0; i < len && !quotes; i++) {
		quotes = s[i] == '"' || s[i] == ',' || s[i] == '\n' || s[i] == '\r' || s[i] == '\t';
	}
	if (!quotes) {
		vv_buf_put(b, s, len);
		return;
	}
	vv_buf_putc(b, '"');
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '"') {
			vv_buf_putc(b, '"');
		}
		vv_buf_putc(b, s[i]);
	}
	vv_buf_putc(b, '"');
}

/* Is the text NULL after any number of underscores? */
static bool looks_null(const char *s, size_t len)
{
	size_t n = 0;
	while (n < len && s[n] == '_') {
		n++;
	}
	return len - n == 4 && memcmp(s + n, "NULL", 4) == 0;
}

/* The text as daff spells it: the text NULL is _NULL. Out of a CSV file it comes as it
 * stands there: daff reads that file with the same rule and would not find the row else. */
static void put_text(vv_buf *b, const vv_table *t, const char *s, size_t len)
{
	vv_buf_puts(b, t->root.dialect.form != VV_FORM_CSV && len > 0 && looks_null(s, len) ? "_"
											    : "");
	vv_buf_put(b, len > 0 ? s : "", len);
}

static void put_value(vv_buf *b, const vv_table *t, const vv_cell *c)
{
	if (c->state == VV_CELL_ABSENT || c->state == VV_CELL_NULL) {
		vv_buf_puts(b, "NULL");
	} else {
		put_text(b, t, c->text, c->len);
	}
}

static void put_cell(csv_writer *w, const vv_table *t, const vv_cell *c)
{
	begin_text(w);
	put_value(&w->text, t, c);
	vv_buf_putc(&w->buf, ',');
	put_field(&w->buf, vv_buf_cstr(&w->text), w->text.len);
}

/* A row of the new version, or, with new_cells NULL, of the old one. */
static void put_row(csv_writer *w, const char *action, const vv_row_change *c)
{
	const vv_diff_table *t = &w->table;
	vv_buf_puts(&w->buf, action);
	for (size_t i = 0; i < vv_column_pairs_count(t); i++) {
		const vv_cell *y = vv_column_pairs_new(t, i, c), *x = vv_column_pairs_old(t, i, c);
		if (y) {
			put_cell(w, t->b, y);
		} else if (x) {
			put_cell(w, t->a, x);
		} else {
			vv_buf_putc(&w->buf, ',');
		}
	}
	vv_buf_putc(&w->buf, '\n');
}

static void put_same(csv_writer *w, const char *word)
{
	vv_buf_puts(&w->buf, word);
	for (size_t i = 0; i < vv_column_pairs_count(&w->table); i++) {
		vv_buf_puts(&w->buf, ",");
		vv_buf_puts(&w->buf, word);
	}
	vv_buf_putc(&w->buf, '\n');
}

static bool same_row(const vv_diff_table *t, const vv_row_change *c)
{
	for (size_t i = 0; i < t->columns->count; i++) {
		const vv_cell *x = vv_column_pairs_old(t, i, c), *y = vv_column_pairs_new(t, i, c);
		if (x && y && !vv_cell_equal(x, y)) return false;
	}
	return true;
}

/* Finds the old cells of such a row, which daff compares as well: at the place that it
 * must have had, or, where rows moved, somewhat further on. */
static vv_status find_old(csv_writer *w, vv_row_change *c, vv_error *err)
{
	uint64_t at = w->old_next + (c->new_row - w->next), rows = w->table.a->root.rows;
	vv_status rc = VV_OK;
	for (unsigned i = 0;
	     i < (w->table.reordered ? SEARCH_MAX : 1) && at + i < rows && rc == VV_OK; i++) {
		rc = vv_row_by_number_get(&w->old_rows, at + i, &c->old_cells, err);
		if (rc == VV_OK && same_row(&w->table, c)) {
			w->old_next += i;
			return VV_OK;
		}
	}
	c->old_cells = NULL;
	return rc;
}

/* A row of the new version that no change mentions. */
static vv_status put_untold(csv_writer *w, const char *action, uint64_t row, vv_error *err)
{
	vv_row_change c = {.kind = VV_ROW_MOVED, .old_row = UINT64_MAX, .new_row = row};
	vv_status rc = vv_row_by_number_get(&w->rows, row, &c.new_cells, err);
	if (rc == VV_OK && w->old_rows.table) {
		rc = find_old(w, &c, err);
	}
	if (rc == VV_OK) {
		put_row(w, action, &c);
		rc = flush(w, FLUSH_AT, err);
	}
	return rc;
}

static void pass(csv_writer *w, uint64_t to)
{
	w->old_next += to - w->next;
	w->next = to;
}

/* What stands between the last row reported and the one at `place`, which is to be reported:
 * the row below the last, the row above the next, and dots for what lies between. */
static vv_status put_between(csv_writer *w, uint64_t place, vv_error *err)
{
	vv_status rc = VV_OK;
	if (w->below && w->next < place) {
		rc = put_untold(w, "", w->next, err);
		pass(w, w->next + 1);
	}
	w->below = false;
	if (rc == VV_OK && w->next < place) {
		if (w->next + 1 < place) {
			put_same(w, "...");
		}
		rc = put_untold(w, "", place - 1, err);
		pass(w, place);
	}
	return rc;
}

/* A moved row is new where it stands now, and gone where it stood. (daff has a sign for
 * moved rows, ':', but fails to apply it where there are several.) Where rows moved, what
 * is gone is reported at the end: daff takes a row's neighbours for a word about its place. */
static vv_status put_gone(csv_writer *w, const vv_row_change *c, vv_error *err)
{
	uint8_t record[8];
	vv_status rc = VV_OK;
	if (!w->table.reordered) {
		vv_row_change old = *c;
		old.new_cells = NULL;
		put_row(w, "---", &old);
		return VV_OK;
	}
	vv_put_be64(record, c->old_row);
	if (!w->gone) {
		rc = vv_sorter_new(&w->gone, sizeof(record), sizeof(record), GONE_MEMORY, NULL,
				   err);
	}
	return rc < 0 ? rc : vv_sorter_add(w->gone, record, err);
}

static vv_status put_all_gone(csv_writer *w, vv_error *err)
{
	const void *record;
	uint64_t above = UINT64_MAX;
	int more = 0;
	vv_status rc = vv_sorter_finish(w->gone, err);
	vv_row_by_number_close(&w->old_rows);
	vv_row_by_number_init(&w->old_rows, w->table.a, 1);
	while (rc == VV_OK && (more = vv_sorter_next(w->gone, &record, err)) > 0) {
		vv_row_change c = {.kind = VV_ROW_REMOVED,
				   .old_row = vv_get_be64(record),
				   .new_row = UINT64_MAX};
		if (c.old_row != above + 1) {
			put_same(w, "...");
		}
		if ((rc = vv_row_by_number_get(&w->old_rows, c.old_row, &c.old_cells, err)) ==
		    VV_OK) {
			put_row(w, "---", &c);
			rc = flush(w, FLUSH_AT, err);
		}
		above = c.old_row;
	}
	return rc < 0 ? rc : (vv_status)more;
}

/* Counts a row to be reported; past the limit writes dots, once, and answers false. */
static bool is_within(csv_writer *w)
{
	if (w->opts.limit == 0 || ++w->told <= w->opts.limit) return true;
	if (!w->over) {
		put_same(w, "...");
	}
	w->over = true;
	return false;
}

/* Has the row a value in a column that was added? */
static bool gains(const vv_diff_table *t, const vv_cell *cells)
{
	for (size_t i = 0; i < t->columns->count; i++) {
		const vv_column_pair *p = &t->columns->pairs[i];
		if (p->a < 0 && cells[p->b].state != VV_CELL_ABSENT &&
		    cells[p->b].state != VV_CELL_NULL) {
			return true;
		}
	}
	return false;
}

/* Tells the rows up to `place` that are new in nothing but the added columns. */
static vv_status put_gains(csv_writer *w, uint64_t place, vv_error *err)
{
	vv_status rc = VV_OK;
	for (uint64_t row = w->next; w->gains && row < place && rc == VV_OK && !w->over; row++) {
		const vv_cell *cells;
		if ((rc = vv_row_by_number_get(&w->rows, row, &cells, err)) < 0 ||
		    !gains(&w->table, cells)) {
			continue;
		}
		if ((rc = put_between(w, row, err)) < 0 || !is_within(w)) {
			continue;
		}
		rc = put_untold(w, "+", row, err);
		pass(w, row + 1);
		w->below = true;
	}
	return rc;
}

/* The most dashes that stand before a '>' in the cell. */
static size_t dashes(const vv_cell *c)
{
	size_t run = 0, most = 0;
	for (size_t i = 0; c && i < c->len; i++) {
		if (c->text[i] == '>' && run > most) {
			most = run;
		}
		run = c->text[i] == '-' ? run + 1 : 0;
	}
	return most;
}

/* An arrow that stands in no cell of the row: "->" with as many dashes more as it takes. */
static void choose_arrow(vv_buf *out, const vv_diff_table *t, const vv_row_change *c)
{
	size_t most = 0;
	for (size_t i = 0; i < vv_column_pairs_count(t); i++) {
		size_t x = dashes(vv_column_pairs_old(t, i, c)),
		       y = dashes(vv_column_pairs_new(t, i, c));
		most = x > most ? x : most;
		most = y > most ? y : most;
	}
	vv_buf_reset(out);
	for (size_t i = 0; i <= most; i++) {
		vv_buf_putc(out, '-');
	}
	vv_buf_putc(out, '>');
}

static void put_changed(csv_writer *w, const vv_row_change *c)
{
	const vv_diff_table *t = &w->table;
	w->buf.failed = w->buf.failed || w->other.failed;
	choose_arrow(&w->other, t, c);
	put_field(&w->buf, vv_buf_cstr(&w->other), w->other.len);
	for (size_t i = 0; i < vv_column_pairs_count(t); i++) {
		const vv_cell *x = vv_column_pairs_old(t, i, c), *y = vv_column_pairs_new(t, i, c);
		begin_text(w);
		if (vv_column_pairs_differ(c, i)) {
			put_value(&w->text, t->a, x);
			vv_buf_put(&w->text, vv_buf_cstr(&w->other), w->other.len);
		}
		put_value(&w->text, y ? t->b : t->a, y ? y : x);
		vv_buf_putc(&w->buf, ',');
		put_field(&w->buf, vv_buf_cstr(&w->text), w->text.len);
	}
	vv_buf_putc(&w->buf, '\n');
}

static size_t skip_spaces(const vv_cell *c, size_t i)
{
	while (i < c->len && c->text[i] == ' ') {
		i++;
	}
	return i;
}

/* daff puts marks for spaces into values that differ in nothing else, also when it
 * applies a difference. */
static bool differ_in_spaces(const vv_cell *x, const vv_cell *y)
{
	size_t i = skip_spaces(x, 0), k = skip_spaces(y, 0);
	while (i < x->len && k < y->len && x->text[i] == y->text[k]) {
		i = skip_spaces(x, i + 1);
		k = skip_spaces(y, k + 1);
	}
	return i == x->len && k == y->len;
}

static bool is_unfit_for_arrow(const vv_diff_table *t, const vv_row_change *c)
{
	for (size_t i = 0; i < vv_column_pairs_count(t); i++) {
		if (vv_column_pairs_differ(c, i) &&
		    differ_in_spaces(vv_column_pairs_old(t, i, c), vv_column_pairs_new(t, i, c))) {
			return true;
		}
	}
	return false;
}

static void close_table(csv_writer *w)
{
	vv_row_by_number_close(&w->rows);
	vv_row_by_number_close(&w->old_rows);
	vv_sorter_free(w->gone);
	w->gone = NULL;
}

static vv_status csv_begin(vv_diff_writer *base VV_UNUSED, vv_error *err VV_UNUSED)
{
	return VV_OK;
}

/* What happened to a column, as daff says it. */
static void put_column_action(csv_writer *w, size_t pair)
{
	vv_column_pair p = vv_column_pairs_get(&w->table, pair);
	begin_text(w);
	if (!w->table.columns) return;
	if (p.a < 0 || p.b < 0) {
		vv_buf_puts(&w->text, p.a < 0 ? "+++" : "---");
		return;
	}
	vv_buf_puts(&w->text, p.moved ? ":" : "");
	if (p.renamed) {
		const vv_cell *f = &w->labels[0][p.a];
		vv_buf_putc(&w->text, '(');
		vv_buf_put(&w->text, f->text, f->len);
		vv_buf_putc(&w->text, ')');
	}
}

static bool are_columns_as_before(csv_writer *w)
{
	bool same = true;
	for (size_t i = 0; i < vv_column_pairs_count(&w->table); i++) {
		put_column_action(w, i);
		same = same && w->text.len == 0;
	}
	return same;
}

static vv_status put_columns(csv_writer *w, vv_error *err)
{
	size_t count = vv_column_pairs_count(&w->table);
	const vv_table *sides[2] = {w->table.a, w->table.b};
	vv_arena_clear(&w->names);
	for (size_t i = 0; i < 2; i++) {
		vv_status rc = sides[i] ? vv_header_labels(&w->labels[i], &w->names,
							   &sides[i]->root.dialect,
							   &sides[i]->schema, err)
					: VV_OK;
		if (rc < 0) return rc;
	}
	if (!are_columns_as_before(w)) {
		vv_buf_putc(&w->buf, '!');
		for (size_t i = 0; i < count; i++) {
			put_column_action(w, i);
			vv_buf_putc(&w->buf, ',');
			put_field(&w->buf, vv_buf_cstr(&w->text), w->text.len);
		}
		vv_buf_putc(&w->buf, '\n');
	}
	vv_buf_puts(&w->buf, "@@");
	for (size_t i = 0; i < count; i++) {
		vv_column_pair p = vv_column_pairs_get(&w->table, i);
		const vv_cell *f = p.b >= 0 ? &w->labels[1][p.b] : &w->labels[0][p.a];
		begin_text(w);
		put_text(&w->text, p.b >= 0 ? w->table.b : w->table.a, f->text, f->len);
		vv_buf_putc(&w->buf, ',');
		put_field(&w->buf, vv_buf_cstr(&w->text), w->text.len);
	}
	vv_buf_putc(&w->buf, '\n');
	return VV_OK;
}

/* Between tables, as daff names them: an empty line, the name, and a line under it. */
static void put_title(csv_writer *w)
{
	size_t from = w->buf.len + 1;
	vv_buf_putc(&w->buf, '\n');
	vv_text_put_escaped(&w->buf, w->table.path, strlen(w->table.path));
	size_t len = w->buf.failed ? 0 : w->buf.len - from;
	vv_buf_putc(&w->buf, '\n');
	for (size_t i = 0; i < len; i++) {
		vv_buf_putc(&w->buf, '=');
	}
	vv_buf_putc(&w->buf, '\n');
}

static vv_status csv_begin_table(vv_diff_writer *base, const vv_diff_table *t, vv_error *err)
{
	csv_writer *w = self(base);
	w->table = *t;
	w->next = w->old_next = w->told = 0;
	w->below = w->over = w->gains = false;
	close_table(w);
	if (t->a && t->b && t->columns && !t->partial) {
		vv_row_by_number_init(&w->rows, t->b, 1);
		for (size_t i = 0; i < t->columns->count; i++) {
			w->gains = w->gains || t->columns->pairs[i].a < 0;
			if (t->columns->pairs[i].b < 0 && !w->old_rows.table) {
				vv_row_by_number_init(&w->old_rows, t->a, 1);
			}
		}
	}
	if (w->tables++ > 0) {
		put_title(w);
	}
	vv_status rc = put_columns(w, err);
	return rc < 0 ? rc : flush(w, FLUSH_AT, err);
}

static vv_status put_told(csv_writer *w, const vv_row_change *c, vv_error *err)
{
	vv_status rc = VV_OK;
	bool arrow = c->kind == VV_ROW_CHANGED && !c->moved && !is_unfit_for_arrow(&w->table, c);
	if (arrow) {
		put_changed(w, c);
	} else if (c->old_cells) {
		rc = put_gone(w, c, err);
	}
	if (!arrow && c->new_cells) {
		vv_row_change new = *c;
		new.old_cells = NULL;
		put_row(w, "+++", &new);
	}
	return rc;
}

/* Does the row stand among the others, so that their places follow from it? A removed one
 * that is reported at the end does not. */
static bool stands_here(const csv_writer *w, const vv_row_change *c)
{
	return c->new_cells || !w->table.reordered;
}

static vv_status csv_row(vv_diff_writer *base, const vv_row_change *c, vv_error *err)
{
	csv_writer *w = self(base);
	vv_status rc = VV_OK;
	if (w->over) return VV_OK;
	if (w->rows.table && stands_here(w, c) &&
	    ((rc = put_gains(w, c->place, err)) < 0 || w->over ||
	     (rc = put_between(w, c->place, err)) < 0)) {
		return rc;
	}
	if (!is_within(w)) return VV_OK;
	rc = put_told(w, c, err);
	if (!w->table.reordered) {
		w->old_next += c->old_cells ? 1 : 0;
	} else if (c->kind == VV_ROW_CHANGED && !c->moved) {
		w->old_next = c->old_row + 1;
	}
	if (stands_here(w, c)) {
		w->next = c->place + (c->new_cells ? 1 : 0);
		w->below = true;
	}
	return rc < 0 ? rc : flush(w, FLUSH_AT, err);
}

static vv_status csv_end_table(vv_diff_writer *base, const vv_rowdiff_stats *stats, vv_error *err)
{
	csv_writer *w = self(base);
	vv_status rc = VV_OK;
	if (!w->over && w->opts.limit > 0 && w->told < stats->added + stats->removed &&
	    !w->rows.table) {
		put_same(w, "..."); /* rows past the limit may not have been given */
	}
	if (w->rows.table && !w->over) {
		uint64_t rows = w->table.b->root.rows;
		rc = put_gains(w, rows, err);
		if (rc == VV_OK && w->below && w->next < rows && !w->over) {
			rc = put_untold(w, "", w->next, err);
			pass(w, w->next + 1);
			if (w->next < rows) {
				put_same(w, "...");
			}
		}
	}
	if (rc == VV_OK && w->gone) {
		rc = put_all_gone(w, err);
	}
	close_table(w);
	return rc < 0 ? rc : flush(w, 0, err);
}

static vv_status csv_end(vv_diff_writer *base, vv_error *err)
{
	return flush(self(base), 0, err);
}

static void csv_close(vv_diff_writer *base)
{
	csv_writer *w = self(base);
	if (w) {
		close_table(w);
		vv_arena_clear(&w->names);
		vv_buf_clear(&w->buf);
		vv_buf_clear(&w->text);
		vv_buf_clear(&w->other);
	}
	vv_free(w);
}

static vv_status csv_open(vv_diff_writer **out, const vv_diff_writer_options *opts, vv_error *err)
{
	csv_writer *w = vv_calloc(1, sizeof(*w));
	if (!w) {
		*out = NULL;
		return vv_fail_nomem(err);
	}
	w->base = (vv_diff_writer){csv_begin, csv_begin_table, csv_row, csv_end_table,
				   csv_end,   csv_close,       false};
	w->opts = *opts;
	*out = &w->base;
	return VV_OK;
}

const vv_diff_writer_kind vv_diff_writer_csv = {"csv", csv_open};
