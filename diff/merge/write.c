/*
 * write: writes the result's rows in order: base's, in base's order or that of the side that
 * changed it, added ones after the row that they follow. Copies lines where possible; otherwise makes
 * the row from a line of one version, with the cells that differ in the spelling of the side that
 * changed them.
 */
#include "diff/merge/steps.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/facts.h"
#include "dataset/format/form.h"
#include "dataset/format/row_write.h"
#include "dataset/rows/line_edit.h"
#include "diff/merge/added.h"
#include "diff/merge/around.h"
#include "diff/merge/cells.h"
#include "diff/merge/replaced.h"
#include "diff/merge/state.h"
#include "diff/rows/value.h"

#define OUT_WANT (64u << 10) /* bytes made before they are given */

/* --- the writer ------------------------------------------------------------------ */

struct merge_writer {
	merge *m;
	vv_row_writer *rows;
	vv_buf out;
	size_t pos;
	vv_buf held; /* the last row: its end depends on whether another one follows */
	bool holds;
	vv_cell *cells;
	uint64_t row_count;
	enum { AT_HEAD, AT_ROWS, AT_TAIL, AT_END } state;

	int order;   /* 0, 1: rows are in this side's order; 2: in base's */
	uint64_t at; /* as in base: the row that comes next */
	size_t run;  /* as on a side: the run in by_new, and how far */
	uint64_t inside;
	uint64_t orphan; /* base row that may have gone on that side, after the one just given */
	merge_added added;
	bool drained;              /* rows added after the last row were begun */
	bool waiting;              /* row below comes when the rows added before it are written */
	vv_line_editor editors[3]; /* of lines of each version; without m->edits only the first */
	vv_line_parts parts[3];
	bool *changed;
	vv_bytes *spelled;
	merge_row_state row;
};

/* --- lines -------------------------------------------------------------------- */

/* The start of the row's end in its line. In an array it is the text after the object. */
static size_t line_end(const merge_writer *w)
{
	const vv_buf *b = &w->held;
	size_t n = b->len;
	bool array = vv_form_is_document(w->m->as.dialect.form);
	while (n > 0 &&
	       (array ? b->data[n - 1] != '}' : b->data[n - 1] == '\n' || b->data[n - 1] == '\r')) {
		n--;
	}
	return n;
}

/* Writes the delayed row, which another follows, or which is the last. */
static void end_held_row(merge_writer *w, bool last)
{
	const vv_dialect *d = &w->m->as.dialect;
	const bool bare = last && (vv_form_is_document(d->form) || !d->final_newline);
	size_t len;
	const char *text = vv_dialect_row_end(d, &len);
	if (!w->holds) return;
	size_t end = line_end(w);
	bool ended = vv_form_is_document(d->form)
			     ? w->held.len > end &&
				       memchr(w->held.data + end, ',', w->held.len - end) != NULL
			     : w->held.len > end;
	vv_buf_put(&w->out, w->held.data, ended && !bare ? w->held.len : end);
	vv_buf_put(&w->out, text, ended || bare ? 0 : len);
	w->out.failed |= w->held.failed;
	vv_buf_reset(&w->held);
	w->holds = false;
}

static void put_line(merge_writer *w, const char *line, size_t len)
{
	end_held_row(w, false);
	vv_buf_put(&w->held, line, len);
	w->holds = true;
	w->row_count++;
}

/* Several rows of which the last one begins at `last`. */
static void put_lines(merge_writer *w, const char *lines, size_t len, size_t last, uint64_t rows)
{
	end_held_row(w, false);
	vv_buf_put(&w->out, lines, last);
	w->row_count += rows - 1;
	put_line(w, lines + last, len - last);
}

/* A table without quotes cannot contain every text. */
static vv_status check_cell(const merge_writer *w, size_t i, vv_error *err)
{
	const vv_dialect *d = &w->m->as.dialect;
	const bool blank = w->m->column_count == 1 && w->cells[i].len == 0;

	if (vv_form_is_typed(d->form) || d->quote != 0 ||
	    (!blank && !vv_cell_breaks_row(&w->cells[i], d, i == 0) &&
	     vv_form_fits(d, &w->cells[i], i))) {
		return VV_OK;
	}
	return vv_fail(err, VV_EREFUSED,
		       "row %llu of the merged table cannot be written without quotes, and the "
		       "merged file does not use quotes: %s\nwrite the files of both sides with "
		       "quotes, then merge again",
		       (unsigned long long)w->row_count + 1,
		       blank ? "its only cell is empty"
			     : "a text contains the delimiter or a line end, or begins with "
			       "characters that have a special meaning");
}

/* Has the encoding of the file all characters of the row? */
static vv_status check_encoding(merge_writer *w, vv_error *err)
{
	const merge *m = w->m;
	vv_status rc = VV_OK;

	for (size_t i = 0; w->editors[0].encoding && i < m->column_count && rc == VV_OK; i++) {
		rc = vv_line_takes(&w->editors[0], &w->cells[i], i, err);
		if (rc == VV_EINPUT) {
			return vv_prefix(err, "row %llu, column '%s'",
					 (unsigned long long)w->row_count + 1,
					 vv_text_shows(m->columns[i].name));
		}
	}
	return rc;
}

typedef struct merge_lead {
	const char *text;
	size_t len;
} merge_lead;

/* The same but for line ends. */
static bool same_lead(const merge_lead *a, const merge_lead *b)
{
	size_t i = 0, k = 0;

	for (;;) {
		i += i + 1 < a->len && a->text[i] == '\r' && a->text[i + 1] == '\n';
		k += k + 1 < b->len && b->text[k] == '\r' && b->text[k + 1] == '\n';
		if (i == a->len || k == b->len) return i == a->len && k == b->len;
		if (a->text[i++] != b->text[k++]) return false;
	}
}

/* The lines above the row, those of the side that changed them, onto out, with the result's line ends; *known false: both
 * did, or they differ in what counts as a comment. */
static vv_status find_lead(merge_writer *w, vv_buf *out, bool *known, vv_error *err)
{
	merge *m = w->m;
	merge_row_state *s = &w->row;
	merge_lead lead[3] = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
	*known = m->as.dialect.comment != 0;
	for (int v = 0; v < 3 && *known; v++) {
		const vv_table *t = m->side[v].table;
		size_t len;
		if (!s->side[v] || t->root.dialect.comment == 0) {
			continue; /* it has none */
		}
		*known = t->root.dialect.comment == m->as.dialect.comment;
		vv_status rc = vv_row_by_number_line(&m->side[v].rows, s->row[v], &lead[v].text,
						     &len, err);
		if (rc < 0) return rc;
		lead[v].len = vv_line_lead(&t->root.dialect, t->columns, lead[v].text, len);
	}
	const bool base = s->side[MERGE_BASE] != NULL;
	int side = s->side[1] ? 1 : 0;
	if (s->side[0] && s->side[1]) {
		side = merge_pick(same_lead(&lead[0], &lead[1]),
				  base && same_lead(&lead[0], &lead[MERGE_BASE]),
				  base && same_lead(&lead[1], &lead[MERGE_BASE]));
	}
	*known = *known && side >= 0 && s->side[side];
	if (*known) {
		merge_put_lines(m, side, lead[side].text, lead[side].len, out);
	}
	return VV_OK;
}

static vv_status put_cells(merge_writer *w, vv_error *err)
{
	const merge *m = w->m;
	const vv_dialect *d = &m->as.dialect;
	size_t len;
	const char *end = vv_dialect_row_end(d, &len);
	end_held_row(w, false);
	if (!vv_form_is_typed(d->form) && m->column_count > 0) {
		if (!vv_array_find(w->cells, m->column_count, it, it->state != VV_CELL_ABSENT)) {
			/* an empty line would be no row */
			w->cells[0] = (vv_cell){.state = VV_CELL_TEXT};
		}
	}
	vv_status rc = VV_OK;
	for (size_t i = 0; i < m->column_count; i++) {
		if ((rc = check_cell(w, i, err)) < 0) return rc;
	}
	bool known;
	if ((rc = find_lead(w, &w->held, &known, err)) < 0) return rc;
	vv_row_write(w->rows, &w->held, w->cells, m->column_count);
	vv_buf_put(&w->held, end, len);
	w->holds = true;
	w->row_count++;
	return vv_buf_ok(&w->held, err);
}

/* Both sides' lines have the row's cells: takes the one that a side changed, otherwise the
 * greater. */
static vv_status pick_line(merge_writer *w, merge_row_state *s, const char **line, size_t *len,
			   vv_error *err)
{
	merge *m = w->m;
	const char *x, *y, *b = NULL;
	size_t x_len, y_len, b_len = 0;
	vv_status rc;
	if ((rc = vv_row_by_number_line(&m->side[0].rows, s->row[0], &x, &x_len, err)) < 0 ||
	    (rc = vv_row_by_number_line(&m->side[1].rows, s->row[1], &y, &y_len, err)) < 0) {
		return rc;
	}
	if (s->side[MERGE_BASE] &&
	    (rc = vv_row_by_number_line(&m->side[MERGE_BASE].rows, s->row[MERGE_BASE], &b, &b_len,
					err)) < 0) {
		return rc;
	}
	int order = vv_fact_text_order(x, x_len, y, y_len);
	int side = merge_pick(order == 0, b && vv_fact_text_order(x, x_len, b, b_len) == 0,
			      b && vv_fact_text_order(y, y_len, b, b_len) == 0);
	if (!(side >= 0)) {
		side = order > 0 ? 0 : 1;
	}
	*line = side == 0 ? x : y;
	*len = side == 0 ? x_len : y_len;
	return VV_OK;
}

static bool same_text(const char *a, size_t a_len, const char *b, size_t b_len)
{
	return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

/* The line of a version for the row; text NULL: its row was not read. */
typedef struct row_line {
	const char *text, *end;
	size_t len, end_len;
} row_line;

static vv_status read_row_line(merge_writer *w, int version, row_line *out, vv_error *err)
{
	merge *m = w->m;
	const merge_row_state *s = &w->row;
	const vv_table *t = m->side[version].table;
	vv_row_by_number *rows = &m->side[version].rows;
	vv_status rc;

	*out = (row_line){0};
	if (!s->side[version]) return VV_OK;
	if ((rc = vv_row_by_number_line(rows, s->row[version], &out->text, &out->len, err)) < 0 ||
	    (rc = vv_line_parts_read(&w->parts[version], &t->root.dialect, &t->schema, out->text,
				     out->len, err)) < 0) {
		return rc;
	}
	out->end_len = vv_line_end(&t->root.dialect, out->text, out->len);
	out->end = out->text + out->len - out->end_len;
	return VV_OK;
}

/* The cell in the version's line, with its quotes; data NULL: it cannot be copied to the result. */
static vv_bytes spelling_in(const merge_writer *w, const row_line *lines, size_t i, int version)
{
	const merge *m = w->m;
	const long at = m->columns[i].side[version];
	const vv_line_part *p = lines[version].text && at >= 0
					? vv_line_part_of(&w->parts[version], (size_t)at)
					: NULL;
	const bool moves = !vv_dialect_is_bare(&m->as.dialect) && (at == 0) != (i == 0);

	if (!p || moves || (p->from == p->to && m->column_count == 1)) return (vv_bytes){NULL, 0};
	return (vv_bytes){(char *)(uintptr_t)lines[version].text + p->from, p->to - p->from};
}

static bool has_cell(const merge_writer *w, size_t i, int version)
{
	const vv_cell *cells = w->row.side[version];
	const long at = w->m->columns[i].side[version];

	return cells && at >= 0 && vv_cell_equal(&w->cells[i], &cells[at]);
}

/* Do base and both sides have the row? */
static bool is_common(const merge_row_state *s)
{
	return s->row[MERGE_BASE] != MERGE_NONE && s->row[0] != MERGE_NONE &&
	       s->row[1] != MERGE_NONE;
}

/* Are cells of the column usually quoted in another way than in the result? */
static bool has_other_quotes(const merge_writer *w, size_t i, int version)
{
	const vv_dialect *d = &w->m->side[version].table->root.dialect;
	const long at = w->m->columns[i].side[version];

	return at >= 0 &&
	       vv_dialect_quoting(d, (size_t)at) != vv_dialect_quoting(&w->m->as.dialect, i);
}

/* Is this how the result's column usually spells the cell? */
static bool is_usual(merge_writer *w, size_t i, const vv_bytes *spelled)
{
	merge *m = w->m;
	const vv_dialect *d = &m->as.dialect;

	vv_buf_reset(&m->text);
	vv_cell_write_csv(&m->text, &w->cells[i], d, vv_dialect_quoting(d, i),
			  vv_cell_place_of(i, m->column_count));
	m->scratch.failed |= m->text.failed;
	return same_text(vv_buf_cstr(&m->text), m->text.len, spelled->data, spelled->len);
}

/* Is the spelling of side 1 nearer to the result's than that of side 0? */
static bool takes_added(merge_writer *w, size_t i, const vv_bytes *spelled)
{
	return !has_other_quotes(w, i, 1) &&
	       (has_other_quotes(w, i, 0) || !has_cell(w, i, 0) || is_usual(w, i, spelled));
}

/* Did the version change only the quotes of base's cell? */
static bool has_new_quotes(const merge_writer *w, const row_line *lines, size_t i, int version)
{
	const merge_column *c = &w->m->columns[i];
	const vv_bytes is = spelling_in(w, lines, i, version), was = spelling_in(w, lines, i, 2);

	return is_common(&w->row) && w->row.side[MERGE_BASE] && is.data && was.data &&
	       !vv_bytes_equal(&is, &was) &&
	       vv_cell_equal(&w->row.side[version][c->side[version]],
			     &w->row.side[MERGE_BASE][c->side[MERGE_BASE]]);
}

/* How the other side spells the cell: in a row of base if the first side did not change its spelling, in an added row if
 * that is nearer to what is usual in the result. */
static vv_bytes spelling_of_other(merge_writer *w, const row_line *lines, size_t i)
{
	const vv_bytes x = spelling_in(w, lines, i, 0), y = spelling_in(w, lines, i, 1),
		       b = spelling_in(w, lines, i, 2);

	if (!y.data || !has_cell(w, i, 1)) return (vv_bytes){NULL, 0};
	bool takes = !x.data || !has_cell(w, i, 0) ||
		     vv_fact_text_order(x.data, x.len, y.data, y.len) < 0;
	if (!is_common(&w->row)) {
		takes = takes_added(w, i, &y);
	} else if (!has_cell(w, i, 0)) {
		takes = !has_new_quotes(w, lines, i, 0);
	} else if (x.data && b.data) {
		takes = vv_bytes_equal(&x, &b);
	}
	return takes ? y : (vv_bytes){NULL, 0};
}

/* The end of a row that was added, or kept against a removal: that of its line, if it is unusual in each file; otherwise
 * end_held_row puts that of the result. */
static void put_added_end(merge_writer *w, const row_line *lines)
{
	const row_line *line = lines;

	for (int v = 0; v < 2; v++) {
		size_t len;
		const char *usual = vv_dialect_row_end(&w->m->side[v].table->root.dialect, &len);

		if (lines[v].text && same_text(lines[v].end, lines[v].end_len, usual, len)) return;
		line = lines[v].text ? &lines[v] : line;
	}
	vv_buf_put(&w->held, line->end, line->end_len);
}

static void put_merged_end(merge_writer *w, const row_line *lines)
{
	const row_line *x = &lines[0], *y = &lines[1], *b = &lines[2];
	const int side = x->end_len == 0
				 ? 1
				 : merge_pick(same_text(x->end, x->end_len, y->end, y->end_len),
					      same_text(x->end, x->end_len, b->end, b->end_len),
					      same_text(y->end, y->end_len, b->end, b->end_len));

	vv_buf_put(&w->held, lines[side == 1].end, lines[side == 1].end_len);
}

/* Makes the row from the line of the first version that was read: each cell is spelled as the side has it that changed it,
 * or its spelling; all other bytes are those of the line. In a row that was added, or kept against a removal, cells with
 * the usual quotes of its file get those of the result. */
static vv_status put_edited(merge_writer *w, vv_error *err)
{
	merge *m = w->m;
	const merge_row_state *s = &w->row;
	int from = 2;

	if (s->side[0]) {
		from = 0;
	} else if (s->side[1]) {
		from = 1;
	}
	const vv_table *t = m->side[from].table;
	const vv_dialect *was = &t->root.dialect;
	const bool common = is_common(s), both = s->side[0] && s->side[1];
	row_line lines[3];
	bool known;
	vv_status rc = VV_OK;

	for (int v = 0; v < 3; v++) {
		if ((rc = read_row_line(w, v, &lines[v], err)) < 0) return rc;
	}
	for (size_t i = 0; i < m->column_count; i++) {
		w->changed[i] = !has_cell(w, i, from) ||
				(!common && has_other_quotes(w, i, from)) ||
				(both && !has_cell(w, i, 1) && has_new_quotes(w, lines, i, 1));
		w->spelled[i] = both ? spelling_of_other(w, lines, i) : (vv_bytes){NULL, 0};
		const bool copied = w->spelled[i].data ||
				    (!w->changed[i] && spelling_in(w, lines, i, from).data);
		if (!copied && (rc = check_cell(w, i, err)) < 0) return rc;
	}
	put_line(w, NULL, 0);
	vv_buf_reset(&m->text);
	if ((rc = find_lead(w, &w->held, &known, err)) < 0 ||
	    (rc = vv_line_edit(&w->editors[from], &m->text, lines[from].text, lines[from].len,
			       s->side[from], w->cells, w->changed, w->spelled, err)) < 0) {
		return rc;
	}
	const size_t own = known ? vv_line_lead(was, t->columns, lines[from].text, lines[from].len)
				 : 0;
	vv_buf_put(&w->held, m->text.data + own, m->text.len - own - lines[from].end_len);
	if (!common) {
		put_added_end(w, lines);
	} else if (both) {
		put_merged_end(w, lines);
	} else {
		vv_buf_put(&w->held, lines[from].end, lines[from].end_len);
	}
	return vv_buf_ok(&w->held, err);
}

/* CSV: would the row's line be blank without quotes, and so not be read as a row? */
static bool is_blank_row(const merge_writer *w)
{
	const size_t columns = w->m->column_count;

	return !vv_form_is_typed(w->m->as.dialect.form) && w->cells[0].len == 0 &&
	       vv_find_place(i, columns, i > 0 && w->cells[i].state != VV_CELL_ABSENT) == columns;
}

/* Is the row to be made from a line, rather than copied or written again? */
static bool is_edited(const merge_writer *w)
{
	const merge *m = w->m;
	const merge_row_state *s = &w->row;
	const bool both = s->side[0] && s->side[1];
	const int side = s->row[0] != MERGE_NONE ? 0 : 1;

	if (!m->edits || is_blank_row(w)) return false;
	if (both) return s->side[MERGE_BASE] || !vv_form_is_typed(m->as.dialect.form);
	return !is_common(s) && !vv_form_is_typed(m->as.dialect.form) &&
	       !vv_dialect_same_rows(&m->as.dialect, &m->side[side].table->root.dialect);
}

/* Puts the row that was merged: a line of a version with the same cells, otherwise a new one. */
static vv_status put_row(merge_writer *w, vv_error *err)
{
	merge *m = w->m;
	merge_row_state *s = &w->row;
	const char *line = NULL;
	size_t len = 0;
	bool can[2];
	vv_status rc = VV_OK;
	if ((rc = check_encoding(w, err)) < 0) return rc;
	if (is_edited(w)) return put_edited(w, err);
	for (size_t i = 0; i < 2; i++) {
		can[i] = m->side[i].copies && s->side[i] && merge_cells_are(m, s, i);
	}
	if (can[0] && can[1]) {
		rc = pick_line(w, s, &line, &len, err);
	} else if (can[0] || can[1]) {
		size_t i = can[0] ? 0 : 1;
		rc = vv_row_by_number_line(&m->side[i].rows, s->row[i], &line, &len, err);
	} else if (!s->side[0] && !s->side[1] && s->side[MERGE_BASE] &&
		   m->side[MERGE_BASE].copies) {
		rc = vv_row_by_number_line(&m->side[MERGE_BASE].rows, s->row[MERGE_BASE], &line,
					   &len, err);
	} else {
		const bool csv = !vv_form_is_typed(m->as.dialect.form);
		return m->edits && csv && !is_blank_row(w) ? put_edited(w, err) : put_cells(w, err);
	}
	bool known = false;
	put_line(w, NULL, 0);
	if (rc < 0 || (rc = find_lead(w, &w->held, &known, err)) < 0) return rc;
	size_t own = known ? vv_line_lead(&m->as.dialect, m->column_count, line, len) : 0;
	vv_buf_put(&w->held, line + own, len - own);
	return vv_buf_ok(&w->held, err);
}

/* --- rows --------------------------------------------------------------------- */

static vv_status load_row(merge *m, merge_row_state *s, const bool want[3], vv_error *err)
{
	vv_status rc = VV_OK;
	for (size_t i = 0; i < 2; i++) {
		if (want[i] && (rc = vv_row_by_number_get(&m->side[i].rows, s->row[i], &s->side[i],
							  err)) < 0) {
			break;
		}
	}
	return rc == VV_OK && want[2]
		       ? vv_row_by_number_get(&m->side[MERGE_BASE].rows, s->row[MERGE_BASE],
					      &s->side[MERGE_BASE], err)
		       : rc;
}

/* Theirs added another row with the key that the row got in ours. */
static vv_status report_clash(merge *m, const merge_row_state *s, vv_error *err)
{
	merge_row_state clash = {.row = {[MERGE_BASE] = MERGE_NONE}, .place = s->place};
	const bool want[3] = {true, true, false};
	vv_status rc;

	clash.row[m->ours] = s->row[m->ours];
	clash.row[1 - m->ours] = merge_clash_of(m, s->row[m->ours]);
	if (clash.row[1 - m->ours] == MERGE_NONE) return VV_OK;
	rc = load_row(m, &clash, want, err);
	return rc < 0 ? rc : merge_report_two_things(m, &clash, err);
}

/* A row of base that both sides have. An untouched row is read only where it is needed. */
static vv_status put_common(merge_writer *w, vv_error *err)
{
	merge *m = w->m;
	merge_row_state *s = &w->row;
	bool want[3], theirs_first = s->touched[1 - m->ours] && !s->touched[m->ours];
	for (size_t i = 0; i < 2; i++) {
		/* its line is wanted as well where base's cannot be had */
		want[i] = s->touched[i] || m->side[i].own_columns ||
			  (!m->side[MERGE_BASE].copies && m->side[i].copies);
	}
	want[2] = want[0] == want[1] || m->partial ||
		  (theirs_first && !m->side[1 - m->ours].reordered);
	vv_status rc = load_row(m, s, want, err);
	const uint64_t cells = m->stats->cells_from_theirs;
	if (rc < 0 || (rc = merge_cells(m, s, err)) < 0 || (rc = report_clash(m, s, err)) < 0) {
		return rc;
	}
	m->stats->rows_changed_by_theirs += m->stats->cells_from_theirs > cells;
	return put_row(w, err);
}

static vv_status report_removed(merge_writer *w, size_t keeper, vv_error *err)
{
	merge *m = w->m;
	merge_row_state *s = &w->row;
	bool here = keeper == m->ours;
	merge_report r = {.kind = VV_CONFLICT_ROW_REMOVED,
			  .rows = {s->side[0], s->side[1], s->side[MERGE_BASE]},
			  .at = {s->row[0], s->row[1], s->row[MERGE_BASE]},
			  .before = w->row_count,
			  .key_cells = s->side[keeper],
			  .version = (int)keeper,
			  .row = here ? w->row_count : MERGE_NONE,
			  .detail = here ? "theirs removed the row, ours changed it"
					 : "ours removed the row, theirs changed it"};
	return merge_conflict(m, &r, err);
}

/* --- rows that both replaced --- */

/* The side whose rows are in the result, in conflict or by the option -X. */
static size_t shown_side(const merge *m)
{
	const int all = merge_all_side(m);

	return all >= 0 ? (size_t)all : m->ours;
}

/* s: a row of base, or one that a side added; here: it is in the result. */
static vv_status report_replaced(merge_writer *w, const merge_row_state *s, bool here,
				 vv_error *err)
{
	const merge *m = w->m;
	int version = MERGE_BASE;

	if (merge_all_side(m) >= 0) return VV_OK;
	if (s->row[MERGE_BASE] == MERGE_NONE) {
		version = s->row[0] != MERGE_NONE ? 0 : 1;
	}
	const merge_report r = {.kind = VV_CONFLICT_ROW_REPLACED,
				.rows = {s->side[0], s->side[1], s->side[MERGE_BASE]},
				.at = {s->row[0], s->row[1], s->row[MERGE_BASE]},
				.before = w->row_count,
				.key_cells = s->side[version],
				.version = version,
				.row = here ? w->row_count : MERGE_NONE};
	return merge_conflict(w->m, &r, err);
}

static vv_status load_all(merge *m, merge_row_state *s, vv_error *err)
{
	const bool want[3] = {s->row[0] != MERGE_NONE, s->row[1] != MERGE_NONE,
			      s->row[MERGE_BASE] != MERGE_NONE};

	return load_row(m, s, want, err);
}

/* A row of base that a side removed there: it stays if the shown side has it, and is then reported when its
 * place is known. */
static vv_status judge_replaced(merge_writer *w, bool *stays, vv_error *err)
{
	merge *m = w->m;
	merge_row_state *s = &w->row;

	*stays = s->row[shown_side(m)] != MERGE_NONE;
	if (*stays) return VV_OK;
	vv_status rc = load_all(m, s, err);
	return rc < 0 ? rc : report_replaced(w, s, false, err);
}

static vv_status put_replaced(merge_writer *w, vv_error *err)
{
	merge *m = w->m;
	merge_row_state *s = &w->row;
	vv_status rc = load_all(m, s, err);

	if (rc < 0 || (rc = report_replaced(w, s, true, err)) < 0) return rc;
	merge_cells_single(m, s, shown_side(m));
	return put_row(w, err);
}

/* A row that one side removed and the other changed. Where ours removed it, it only waited for the added rows
 * above it, so that its place is known. */
static vv_status put_kept(merge_writer *w, vv_error *err)
{
	merge *m = w->m;
	merge_row_state *s = &w->row;

	if (merge_is_replaced(m, s->row[MERGE_BASE])) return put_replaced(w, err);
	size_t keeper = s->row[0] != MERGE_NONE ? 0 : 1;
	const bool want[3] = {keeper == 0, keeper == 1, m->partial || m->key_count == 0};
	bool keeps = merge_rows_rule(m, keeper) == VV_MERGE_ROWS_KEEP;
	vv_status rc = load_row(m, s, want, err);
	if (rc < 0) return rc;
	m->stats->rows_kept += keeps;
	if (!keeps && ((rc = report_removed(w, keeper, err)) < 0 || keeper != m->ours)) return rc;
	merge_cells_single(m, s, keeper);
	return put_row(w, err);
}

/* A row removed by one side is kept only if ours has and changed it. One of theirs without a key is
 * reported when its place is known; with a key its neighbours determine that. */
static vv_status judge_removed(merge_writer *w, bool *stays, vv_error *err)
{
	merge *m = w->m;
	merge_row_state *s = &w->row;
	size_t keeper = s->row[0] != MERGE_NONE ? 0 : 1;
	bool changed = false, want[3] = {keeper == 0, keeper == 1, true};
	vv_status rc = VV_OK;
	if (s->touched[keeper] || m->side[keeper].counts) {
		rc = load_row(m, s, want, err);
		changed = rc == VV_OK && merge_value_changed(m, s, keeper);
	}
	vv_merge_rows rule = changed ? merge_rows_rule(m, keeper) : VV_MERGE_ROWS_DELETE;
	*stays = rule == VV_MERGE_ROWS_KEEP ||
		 (rule == VV_MERGE_ROWS_CONFLICT && (keeper == m->ours || m->key_count == 0));
	if (rc < 0 || *stays) return rc;
	if (rule == VV_MERGE_ROWS_CONFLICT) return report_removed(w, keeper, err);
	m->stats->rows_deleted += changed;
	m->stats->rows_removed_by_theirs += keeper == m->ours;
	return VV_OK;
}

/* A row without a key that both sides added: it may be the same, or another one. */
static vv_status report_twice(merge_writer *w, vv_error *err)
{
	const merge_row_state *s = &w->row;
	const merge_report r = {.kind = VV_CONFLICT_ROW_TWICE,
				.rows = {s->side[0], s->side[1]},
				.at = {s->row[0], s->row[1], MERGE_NONE},
				.row = w->row_count,
				.detail = w->m->twice};

	return merge_conflict(w->m, &r, err);
}

/* A row that one side added. *here: it is in the result. */
static vv_status put_added_alone(merge_writer *w, size_t which, bool *here, vv_error *err)
{
	merge *m = w->m;
	merge_row_state *s = &w->row;
	const uint64_t at = merge_added_index(&m->side[which], s->row[which]);
	vv_status rc;

	if (m->side[which].replaces[at]) {
		*here = which == shown_side(m);
		if ((rc = report_replaced(w, s, *here, err)) < 0) return rc;
	}
	merge_cells_single(m, s, which);
	m->stats->rows_from_theirs += *here && which != m->ours;
	return VV_OK;
}

static vv_status put_added(merge_writer *w, const uint64_t row[2], vv_error *err)
{
	merge *m = w->m;
	merge_row_state *s = &w->row;
	const bool want[3] = {row[0] != MERGE_NONE, row[1] != MERGE_NONE, false};
	merge_row_state keep = *s; /* of the row that waits */
	*s = (merge_row_state){.row = {row[0], row[1], MERGE_NONE},
			       .touched = {true, true},
			       .out = w->cells,
			       .place = w->row_count};
	bool here = true;
	vv_status rc = load_row(m, s, want, err);
	if (rc == VV_OK && want[0] && want[1]) {
		rc = merge_cells_added(m, s, err);
		const merge_side *x = &m->side[0];
		if (rc == VV_OK && x->doubtful[merge_added_index(x, row[0])]) {
			rc = report_twice(w, err);
		}
	} else if (rc == VV_OK) {
		rc = put_added_alone(w, want[0] ? 0 : 1, &here, err);
	}
	if (rc == VV_OK && here) {
		rc = put_row(w, err);
	}
	*s = keep;
	return rc;
}

/* --- order -------------------------------------------------------------------- */

/* The row of base that comes next; MERGE_NONE at the end. Rows that the ordering side has
 * removed are after the row that they follow in base. */
static uint64_t next_row(merge_writer *w)
{
	merge *m = w->m;
	uint64_t rows = merge_base(m) ? merge_base(m)->root.rows : 0;
	if (w->order == 2) return w->at < rows ? w->at++ : MERGE_NONE;
	merge_side *s = &m->side[w->order];
	if (w->orphan < rows && merge_to_side(s, w->orphan) == MERGE_NONE) return w->orphan++;
	w->orphan = MERGE_NONE;
	if (w->run < s->run_count && w->inside == s->by_new[w->run].rows) {
		w->run++;
		w->inside = 0;
	}
	if (w->run == s->run_count) return MERGE_NONE;
	uint64_t row = s->by_new[w->run].old_row + w->inside++;
	w->orphan = row + 1;
	return row;
}

static vv_status put_blocks(merge_writer *w, uint64_t above, vv_error *err)
{
	for (size_t i = 0; i < 2; i++) {
		const merge_block *b = merge_block_at(&w->m->side[i], above);
		vv_status rc = b ? merge_added_put(&w->added, i, b, err) : VV_OK;

		if (rc < 0) return rc;
	}
	return VV_OK;
}

/* How many rows from `row` on are in base and both sides the same, one after the other. */
static uint64_t same_rows(merge *m, uint64_t row)
{
	uint64_t n = MERGE_NONE;
	for (size_t i = 0; i < 2; i++) {
		merge_side *s = &m->side[i];
		uint64_t there = merge_to_side(s, row);
		if (there == MERGE_NONE) return 0;
		const merge_run *r = &s->by_old[s->at_old];
		uint64_t left = r->rows - (row - r->old_row),
			 same = merge_untouched(m, s, row, there);
		n = left < n ? left : n;
		n = same < n ? same : n;
	}
	return n;
}

/* Copies rows unchanged on both sides, a group at a time. */
static vv_status copy_rows(merge_writer *w, bool *copied, vv_error *err)
{
	merge *m = w->m;
	const char *lines;
	size_t len, last;
	uint64_t rows;
	bool any = false;
	vv_status rc;
	*copied = false;
	if (w->order != 2 || !m->side[MERGE_BASE].copies || !merge_base(m) ||
	    w->at >= merge_base(m)->root.rows) {
		return VV_OK;
	}
	uint64_t n = same_rows(m, w->at);
	if (n == 0) return VV_OK;
	*copied = true;
	if ((rc = merge_added_begin(m, &w->added, &any, err)) < 0 || any) {
		return rc; /* first the rows that are before these */
	}
	if ((rc = vv_row_by_number_run(&m->side[MERGE_BASE].rows, w->at, n, &lines, &len, &last,
				       &rows, err)) < 0) {
		return rc;
	}
	put_lines(w, lines, len, last, rows);
	w->at += rows;
	return put_blocks(w, w->at, err);
}

/* Looks at the next row of base. */
static vv_status begin_row(merge_writer *w, uint64_t row, vv_error *err)
{
	merge *m = w->m;
	merge_row_state *s = &w->row;
	bool stays = true, any = false;
	vv_status rc = VV_OK;
	*s = (merge_row_state){.row = {[MERGE_BASE] = row}, .out = w->cells};
	for (size_t i = 0; i < 2; i++) {
		s->row[i] = merge_to_side(&m->side[i], row);
		s->touched[i] = s->row[i] != MERGE_NONE &&
				(m->side[i].respelled ||
				 merge_untouched(m, &m->side[i], row, s->row[i]) == 0);
	}
	if (merge_is_replaced(m, row)) {
		rc = judge_replaced(w, &stays, err);
	} else if (s->row[0] == MERGE_NONE && s->row[1] == MERGE_NONE) {
		stays = false;
	} else if (s->row[0] == MERGE_NONE || s->row[1] == MERGE_NONE) {
		rc = judge_removed(w, &stays, err);
	}
	if (rc < 0 || !stays) return rc < 0 ? rc : put_blocks(w, row + 1, err);
	w->waiting = true;
	/* the rows read may be freed before they are written */
	s->side[MERGE_BASE] = s->side[0] = s->side[1] = NULL;
	return merge_added_begin(m, &w->added, &any, err);
}

static vv_status end_row(merge_writer *w, vv_error *err)
{
	merge_row_state *s = &w->row;
	s->place = w->row_count;
	vv_status rc = s->row[0] != MERGE_NONE && s->row[1] != MERGE_NONE ? put_common(w, err)
									  : put_kept(w, err);
	w->waiting = false;
	return rc < 0 ? rc : put_blocks(w, s->row[MERGE_BASE] + 1, err);
}

static vv_status writer_step(merge_writer *w, vv_error *err)
{
	merge *m = w->m;
	uint64_t row[2];
	bool done = false;
	vv_status rc;
	if (w->added.active) {
		int more = merge_added_next(m, &w->added, row, err);
		return more > 0 ? put_added(w, row, err) : (vv_status)more;
	}
	if (w->waiting) return end_row(w, err);
	if ((rc = copy_rows(w, &done, err)) < 0 || done) return rc;
	uint64_t next = next_row(w);
	if (next != MERGE_NONE) return begin_row(w, next, err);
	if (!w->drained) {
		w->drained = true;
		return merge_added_begin(m, &w->added, &done, err);
	}
	end_held_row(w, true);
	w->state = AT_TAIL;
	return VV_OK;
}

/* --- the whole ------------------------------------------------------------------ */

/* Opens the editor of a version's lines. */
static vv_status open_editor(merge_writer *w, int version, const char *const *names, vv_error *err)
{
	merge *m = w->m;
	const vv_table *t = m->side[version].table;
	vv_line_editor *e = &w->editors[version];
	size_t *from = vv_arena_calloc(&m->arena, m->column_count + 1, sizeof(*from));
	if (!from) return vv_fail_nomem(err);
	for (size_t i = 0; i < m->column_count; i++) {
		const long at = m->columns[i].side[version];
		from[i] = at < 0 ? VV_LINE_NONE : (size_t)at;
	}
	*e = (vv_line_editor){.was = &t->root.dialect,
			      .schema = &t->schema,
			      .is = &m->as.dialect,
			      .names = names,
			      .from = vv_form_is_typed(m->as.dialect.form) ? NULL : from,
			      .columns = m->column_count};
	return vv_line_editor_open(e, err);
}

vv_status merge_writer_open(merge *m, vv_error *err)
{
	merge_writer *w = vv_calloc(1, sizeof(*w));
	const size_t room = m->column_count + 1;
	const char **names = vv_arena_calloc(&m->arena, room, sizeof(*names));
	vv_auto_free size_t *lens = vv_calloc(room, sizeof(*lens));
	vv_status rc;
	m->writer = w;
	if (!w || !names || !lens || !(w->cells = vv_calloc(room, sizeof(*w->cells))) ||
	    !(w->changed = vv_calloc(room, sizeof(*w->changed))) ||
	    !(w->spelled = vv_calloc(room, sizeof(*w->spelled)))) {
		return vv_fail_nomem(err);
	}
	w->m = m;
	if (m->side[0].reordered) {
		w->order = 0;
	} else if (m->side[1].reordered) {
		w->order = 1;
	} else {
		w->order = 2;
	}
	for (size_t i = 0; i < m->column_count; i++) {
		names[i] = m->columns[i].name;
		lens[i] = m->columns[i].name_len;
	}
	for (int v = 0; v < (m->edits ? 3 : 1); v++) {
		if ((rc = open_editor(w, v, names, err)) < 0) return rc;
	}
	rc = vv_row_writer_new(&w->rows, &m->as.dialect, m->column_count, names, lens, err);
	return rc < 0 ? rc : put_blocks(w, 0, err);
}

static vv_status more_bytes(merge_writer *w, vv_error *err)
{
	const vv_dialect *d = &w->m->as.dialect;
	vv_status rc = VV_OK;
	vv_buf_reset(&w->out);
	w->pos = 0;
	if (w->state == AT_HEAD) {
		vv_buf_put(&w->out, "\xEF\xBB\xBF", d->bom ? 3 : 0);
		vv_buf_put(&w->out, d->prologue.data, d->prologue.len);
		w->state = AT_ROWS;
	}
	while (rc == VV_OK && w->state == AT_ROWS && w->out.len < OUT_WANT) {
		rc = writer_step(w, err);
		if (rc == VV_OK && w->m->scratch.failed) {
			rc = vv_fail_nomem(err);
		}
	}
	if (rc == VV_OK && w->state == AT_TAIL) {
		vv_buf_put(&w->out, d->epilogue.data, d->epilogue.len);
		w->state = AT_END;
	}
	return rc < 0 ? rc : vv_buf_ok(&w->out, err);
}

ssize_t merge_writer_read(void *payload, void *buf, size_t len, vv_error *err)
{
	merge_writer *w = payload;
	while (w->pos == w->out.len) {
		if (w->state == AT_END) return 0;
		vv_status rc = more_bytes(w, err);
		if (rc < 0) return rc;
	}
	size_t n = w->out.len - w->pos < len ? w->out.len - w->pos : len;
	memcpy(buf, w->out.data + w->pos, n);
	w->pos += n;
	return (ssize_t)n;
}

uint64_t merge_writer_rows(const merge *m)
{
	return m->writer->row_count;
}

void merge_writer_close(merge *m)
{
	merge_writer *w = m->writer;
	if (w) {
		vv_row_writer_free(w->rows);
		for (int v = 0; v < 3; v++) {
			vv_line_editor_close(&w->editors[v]);
			vv_line_parts_clear(&w->parts[v]);
		}
		vv_buf_clear_all(&w->out, &w->held);
		vv_free_all(w->cells, w->changed, w->spelled);
		merge_added_clear(&w->added);
		vv_free(w);
		m->writer = NULL;
	}
}
