/*
 * rewrite: knows in which order rows are taken, compared and written.
 */
#include "lib/rewrite/rewrite.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/row_write.h"
#include "dataset/read/text_encoder.h"
#include "lib/rewrite/habit.h"
#include "lib/rewrite/layout.h"
#include "lib/rewrite/match.h"
#include "lib/rewrite/same_rows.h"
#include "lib/rewrite/spell.h"
#include "lib/rewrite/splice.h"

#define PIECE ((size_t)1 << 20)           /* bytes that are made before they are read */
#define WINDOW_BYTES ((uint64_t)64 << 20) /* of rows that are put in order at once, about */
#define WINDOW_LEAST 4096u
#define WINDOW_MOST (1u << 20)
#define RUN 16384u /* rows that stay and are put out together */

typedef enum phase { PHASE_HEAD, PHASE_ALL, PHASE_ROWS, PHASE_REST, PHASE_TAIL, PHASE_END } phase;

/* An incoming row, and which of the version's it is. */
typedef struct arrived {
	uint64_t old;    /* MATCH_NONE: a new one */
	uint64_t number; /* among all that came, from 1 */
	uint32_t batch, row;
	size_t from, len,
		end_len; /* its line, where lines are made in another order than they are written */
} arrived;

struct rewrite {
	int mode;
	bool in_order; /* the version's order is kept: rows are wanted out of the order in which they come */
	incoming in;
	vv_table *table; /* NULL: a new file */
	vv_row_lines old;
	layout layout;
	matcher match;
	same_rows *same; /* NULL: rows are looked at one by one */
	column_habit *habits;
	vv_cell *cells;
	bool *changed;
	vv_arena arena; /* new cells of the row at hand */
	vv_buf scratch, line;
	phase phase;
	bool ended;        /* the stream is */
	size_t batch, row; /* the next incoming row */
	uint64_t arrived_count;
	arrived *rows; /* of the window, or all */
	size_t count, cap, next;
	bool ascending;
	vv_buf lines;            /* of a window that is not */
	uint64_t old_next;       /* in order: the next row of the version */
	uint64_t run, run_count; /* rows that stay, not yet put out */
	vv_buf out;              /* the text of the file, not yet read */
	vv_encoding *encoding;   /* of the file; NULL: UTF-8 */
	vv_text_encoder encoder;
	size_t given;   /* of the bytes that out gives */
	bool any;       /* something stands in front that a row must be set off from */
	vv_buf between; /* the row end of the line put out last */
	bool as_old;    /* and it is that of the version's last one */
	varve_arrow_changes changes;
};

/* ---- lines ---- */

/* How many bytes of a line end the row. */
static size_t end_of(const rewrite *w, const char *line, size_t len)
{
	size_t n = 0;

	if (w->layout.dialect.form == VV_FORM_JSON) {
		while (n < len && line[len - n - 1] != '}') {
			n++;
		}
		return n < len ? n : 0;
	}
	n = len > 0 && line[len - 1] == '\n';
	return n + (len > n && line[len - n - 1] == '\r');
}

/* One row's line or several, of which the last ends in end_len bytes that end its row. */
static void put_lines(rewrite *w, const char *lines, size_t len, size_t end_len, bool last_old)
{
	size_t default_len;
	const char *end = vv_dialect_row_end(&w->layout.dialect, &default_len);

	if (w->any && w->between.len > 0) {
		vv_buf_put(&w->out, w->between.data, w->between.len);
	} else if (w->any) {
		vv_buf_put(&w->out, end, default_len);
	}
	w->any = true;
	vv_buf_put(&w->out, lines, len - end_len);
	vv_buf_reset(&w->between);
	vv_buf_put(&w->between, lines + len - end_len, end_len);
	w->out.failed = w->out.failed || w->between.failed;
	w->as_old = last_old;
}

/* Rows that stay as they are and follow each other. */
static vv_status put_run(rewrite *w, vv_error *err)
{
	vv_status rc = VV_OK;

	while (w->run_count > 0 && rc == VV_OK) {
		const char *lines;
		size_t len, last;
		uint64_t n;

		rc = vv_row_lines_run(&w->old, w->run, w->run_count, &lines, &len, &last, &n, err);
		if (rc == VV_OK) {
			w->run += n;
			w->run_count -= n;
			put_lines(w, lines, len, end_of(w, lines + last, len - last),
				  w->run == w->table->root.rows);
		}
	}
	return rc < 0 ? rc : vv_buf_ok(&w->out, err);
}

static vv_status keep_rows(rewrite *w, uint64_t old, uint64_t count, vv_error *err)
{
	vv_status rc = VV_OK;

	if (w->run_count > 0 && w->run + w->run_count == old) {
		w->run_count += count;
		return VV_OK;
	}
	rc = put_run(w, err);
	w->run = old;
	w->run_count = count;
	return rc;
}

/* Writes the cells into w->line. */
static void write_cells(rewrite *w)
{
	const vv_dialect *d = &w->layout.dialect;
	bool quoted = false;

	for (size_t i = 0; i < w->layout.count && d->form == VV_FORM_CSV; i++) {
		quoted = quoted || (w->changed[i] && w->cells[i].len == 0 &&
				    w->cells[i].flags & VV_CELL_QUOTED);
	}
	if (!quoted) {
		vv_row_write(w->layout.writer, &w->line, w->cells, w->layout.count);
		return;
	}
	for (size_t i = 0; i < w->layout.count; i++) {
		const vv_quoting habit = w->changed[i] && w->cells[i].flags & VV_CELL_QUOTED
						 ? VV_QUOTE_ALWAYS
					 : i < d->quoting_count ? (vv_quoting)d->quoting[i]
								: VV_QUOTE_MINIMAL;

		vv_buf_put(&w->line, &d->delimiter, i > 0);
		vv_cell_write_csv(&w->line, &w->cells[i], d, habit,
				  vv_cell_place_of(i, w->layout.count));
	}
}

/* ---- cells ---- */

/* Has the file's encoding all characters of the cell? Of JSON that has ASCII alone, it has. */
static vv_status check_encoding(rewrite *w, const rewrite_column *c, const vv_cell *cell,
				uint64_t number, vv_error *err)
{
	size_t used;

	if (!w->encoding || w->layout.dialect.ascii) return VV_OK;
	vv_buf_reset(&w->scratch);
	vv_status rc = vv_encoding_encode(w->encoding, &w->scratch, cell->text, cell->len, true,
					  &used, err);
	return rc == VV_EINPUT ? vv_prefix(err, "row %llu of the data, column '%s'",
					   (unsigned long long)number, vv_text_shows(c->name))
			       : rc;
}

static vv_status check_cell(rewrite *w, const rewrite_column *c, const vv_cell *cell,
			    uint64_t number, vv_error *err)
{
	const vv_dialect *d = &w->layout.dialect;
	const char *text = cell->text;
	vv_status rc = check_encoding(w, c, cell, number, err);

	if (rc < 0 || d->form != VV_FORM_CSV || d->quote != 0 ||
	    !vv_cell_breaks_row(cell, d, c == w->layout.columns)) {
		return rc;
	}
	vv_fail(err, VV_EINPUT,
		"row %llu of the data: the file has no quotes, which column '%s' would need for '%s'",
		(unsigned long long)number, vv_text_shows(c->name), vv_text_show(text, cell->len));
	return vv_hint(
		err,
		"take the delimiter and line ends, and what begins a comment, out of the text");
}

static vv_status spell(rewrite *w, size_t i, const incoming_value *v, const vv_cell *old,
		       uint64_t number, vv_error *err)
{
	const rewrite_column *c = &w->layout.columns[i];
	vv_status rc;

	if (!w->habits[i].known && (rc = column_habit_read(&w->habits[i], c, w->table, err)) < 0) {
		return rc;
	}
	if ((rc = column_spell(&w->cells[i], &w->arena, c, &w->habits[i], v, old, err)) < 0) {
		return rc;
	}
	if (v->kind == INCOMING_TEXT && w->cells[i].len == 0) {
		w->cells[i].flags = VV_CELL_QUOTED; /* "" is not null */
	}
	return check_cell(w, c, &w->cells[i], number, err);
}

/* The row's cells: those of the version with what comes. *cells: how many of them differ. */
static vv_status fill(rewrite *w, const arrived *a, const vv_cell *old, uint64_t *differ,
		      vv_error *err)
{
	*differ = 0;
	vv_arena_reset(&w->arena);
	for (size_t i = 0; i < w->layout.count; i++) {
		const rewrite_column *c = &w->layout.columns[i];
		const vv_cell *was = old && c->field ? &old[c->place] : NULL;
		incoming_value v = {.kind = INCOMING_NULL};
		vv_status rc;

		w->changed[i] = false;
		if (c->in && (rc = incoming_get(&v, c->in, a->row, err)) < 0) return rc;
		if (was && (!c->in || column_same(c, &v, was, &w->scratch))) {
			w->cells[i] = *was;
			continue;
		}
		if ((rc = spell(w, i, &v, was, a->number, err)) < 0) return rc;
		w->changed[i] = !was || !vv_cell_equal(was, &w->cells[i]);
		*differ += w->changed[i] && (was || v.kind != INCOMING_NULL);
		if (was && !w->changed[i]) {
			w->cells[i] = *was;
		}
	}
	return w->scratch.failed ? vv_fail_nomem(err) : VV_OK;
}

/* The changed row's line, with its end, into w->line. */
static vv_status write_changed(rewrite *w, uint64_t old, size_t *end_len, vv_error *err)
{
	const char *line;
	size_t len;
	vv_status rc = vv_row_lines_line(&w->old, old, &line, &len, err);
	bool spliced = false;

	vv_buf_reset(&w->line);
	if (rc < 0) return rc;
	*end_len = end_of(w, line, len);
	if (w->layout.same_columns) {
		const vv_cell *cells;

		if ((rc = vv_row_lines_cells(&w->old, old, &cells, err)) < 0) return rc;
		spliced = !vv_row_matches(w->layout.writer, cells, w->layout.count, line,
					  len - *end_len) &&
			  line_splice(&w->line, &w->layout.dialect, line, len - *end_len, w->cells,
				      w->changed, w->layout.names, w->layout.count);
	}
	if (!spliced) {
		write_cells(w);
	}
	vv_buf_put(&w->line, line + len - *end_len, *end_len);
	if ((rc = vv_row_writer_ok(w->layout.writer, err)) < 0) return rc;
	return vv_buf_ok(&w->line, err);
}

static void write_new(rewrite *w, size_t *end_len)
{
	size_t len;
	const char *end = vv_dialect_row_end(&w->layout.dialect, &len);

	vv_buf_reset(&w->line);
	write_cells(w);
	*end_len = len;
	vv_buf_put(&w->line, end, len);
}

/* An incoming row: one that stays as it is, or w->line is its line, of which *end_len bytes end it. */
static vv_status make_row(rewrite *w, const arrived *a, bool *stay, size_t *end_len, vv_error *err)
{
	const vv_cell *old = NULL;
	uint64_t differ;
	vv_status rc;

	if (w->in.keep) {
		incoming_select(&w->in, a->batch);
	}
	if (a->old != MATCH_NONE && (rc = vv_row_lines_cells(&w->old, a->old, &old, err)) < 0) {
		return rc;
	}
	if ((rc = fill(w, a, old, &differ, err)) < 0) return rc;
	*stay = old && differ == 0 && w->layout.same_columns;
	if (!old) {
		w->changes.added++;
		write_new(w, end_len);
		return vv_buf_ok(&w->line, err);
	}
	w->changes.changed += differ > 0;
	w->changes.cells += differ;
	return *stay ? VV_OK : write_changed(w, a->old, end_len, err);
}

static vv_status put_row(rewrite *w, const arrived *a, vv_error *err)
{
	bool stay;
	size_t end_len;
	vv_status rc = make_row(w, a, &stay, &end_len, err);

	if (rc < 0 || stay) return rc < 0 ? rc : keep_rows(w, a->old, 1, err);
	if ((rc = put_run(w, err)) == VV_OK) {
		put_lines(w, w->line.data, w->line.len, end_len,
			  w->table && a->old + 1 == w->table->root.rows);
	}
	return rc;
}

/* ---- rows that come ---- */

static vv_status find_old(rewrite *w, arrived *a, vv_error *err)
{
	if (w->mode == VARVE_ARROW_APPEND && w->match.by != MATCH_BY_KEY) return VV_OK;
	vv_status rc = matcher_find(&w->match, a->row, a->number, &a->old, err);
	if (rc == VV_OK && a->old != MATCH_NONE && w->mode == VARVE_ARROW_APPEND) {
		vv_fail(err, VV_EINPUT,
			"row %llu of the data has the key of row %llu of the version",
			(unsigned long long)a->number, (unsigned long long)a->old + 1);
		return vv_hint(err, "upsert changes rows that are there");
	}
	return rc;
}

static int next_batch(rewrite *w, vv_error *err)
{
	if (w->ended) return 0;
	same_rows_stop(w->same);
	w->row = 0;
	int more = incoming_next(&w->in, err);
	w->ended = more == 0;
	w->batch = more > 0 ? w->in.batch_count - 1 : w->batch;
	return more;
}

/* Up to `most` further rows into w->rows, of one batch where batches are not kept. */
static vv_status gather(rewrite *w, size_t most, vv_error *err)
{
	uint64_t last = 0;

	w->count = w->next = 0;
	w->ascending = true;
	while (w->count < most) {
		if (w->row == w->in.rows) {
			int more;

			if (w->count > 0 && !w->in.keep) {
				break;
			}
			if ((more = next_batch(w, err)) <= 0) return (vv_status)more;
		}
		if (!vv_array_room(w->rows, w->count, w->cap)) return vv_fail_nomem(err);
		arrived *a = &w->rows[w->count++];
		vv_status rc;

		*a = (arrived){.batch = (uint32_t)w->batch,
			       .row = (uint32_t)w->row++,
			       .old = MATCH_NONE,
			       .number = ++w->arrived_count};
		if ((rc = find_old(w, a, err)) < 0) return rc;
		if (a->old != MATCH_NONE) {
			w->ascending = w->ascending && a->old >= last;
			last = a->old;
		}
	}
	return VV_OK;
}

static int by_old(const void *a, const void *b)
{
	const arrived *x = a, *y = b;

	if (x->old != y->old) return x->old < y->old ? -1 : 1;
	return x->batch != y->batch ? (x->batch < y->batch ? -1 : 1)
				    : (x->row > y->row) - (x->row < y->row);
}

static int by_arrival(const void *a, const void *b)
{
	const arrived *x = a, *y = b;

	return x->batch != y->batch ? (x->batch < y->batch ? -1 : 1)
				    : (x->row > y->row) - (x->row < y->row);
}

/* The lines of a window whose rows come in another order, made in the version's and then put in theirs. */
static vv_status make_lines(rewrite *w, vv_error *err)
{
	vv_buf_reset(&w->lines);
	qsort(w->rows, w->count, sizeof(*w->rows), by_old);
	for (size_t i = 0; i < w->count; i++) {
		arrived *a = &w->rows[i];
		bool stay;
		const char *line;
		vv_status rc = make_row(w, a, &stay, &a->end_len, err);

		if (rc < 0) return rc;
		a->from = w->lines.len;
		if (stay) {
			if ((rc = vv_row_lines_line(&w->old, a->old, &line, &a->len, err)) < 0) {
				return rc;
			}
			a->end_len = end_of(w, line, a->len);
			vv_buf_put(&w->lines, line, a->len);
		} else {
			a->len = w->line.len;
			vv_buf_put(&w->lines, w->line.data, w->line.len);
		}
	}
	qsort(w->rows, w->count, sizeof(*w->rows), by_arrival);
	return vv_buf_ok(&w->lines, err);
}

/* Rows that are known to stay, before any is looked at; *some: there were. */
static vv_status put_same(rewrite *w, bool *some, vv_error *err)
{
	vv_status rc = VV_OK;
	same_run run;
	int more = 1;

	*some = false;
	if (w->row == w->in.rows && (more = next_batch(w, err)) < 0) return (vv_status)more;
	while (rc == VV_OK && w->row < w->in.rows && w->out.len < PIECE && w->run_count < RUN) {
		const uint64_t old = w->match.cursor;

		more = same_rows_at(w->same, &run, old, w->row, w->in.rows, err);
		if (more <= 0) return (vv_status)more;
		*some = true;
		uint64_t taken = matcher_take(&w->match, run.rows);
		w->row += taken;
		w->arrived_count += taken;
		if (!run.lines || taken < run.rows) {
			rc = keep_rows(w, old, taken, err);
		} else if ((rc = put_run(w, err)) == VV_OK) {
			put_lines(w, run.lines, run.len, end_of(w, run.lines, run.len),
				  old + taken == w->table->root.rows);
		}
	}
	return rc;
}

/* The rows that are next put in order, w->count of them. */
static vv_status take_window(rewrite *w, vv_error *err)
{
	const uint64_t each = w->table && w->table->root.rows > 0
				      ? w->table->root.bytes / w->table->root.rows + 1
				      : 256;
	uint64_t window = WINDOW_BYTES / each;

	window = window < WINDOW_LEAST ? WINDOW_LEAST : window > WINDOW_MOST ? WINDOW_MOST : window;
	if (w->same && w->match.cursor < w->match.rows && same_rows_pause(w->same) < window) {
		window = same_rows_pause(w->same);
	}
	vv_status rc = gather(w, (size_t)window, err);
	if (rc < 0 || w->ascending || (rc = put_run(w, err)) < 0) return rc;
	return make_lines(w, err);
}

/* The next rows of the stream, in its order. */
static vv_status put_arrived(rewrite *w, vv_error *err)
{
	bool some = false;
	vv_status rc = VV_OK;

	if (w->next == w->count && w->same) {
		rc = put_same(w, &some, err);
	}
	if (rc == VV_OK && w->next == w->count && !some && (rc = take_window(w, err)) == VV_OK &&
	    w->count == 0) {
		w->phase = PHASE_REST;
		return put_run(w, err);
	}
	while (rc == VV_OK && w->next < w->count && w->out.len < PIECE && w->run_count < RUN) {
		const arrived *a = &w->rows[w->next++];

		if (w->ascending) {
			rc = put_row(w, a, err);
		} else {
			put_lines(w, w->lines.data + a->from, a->len, a->end_len,
				  w->table && a->old + 1 == w->table->root.rows);
		}
	}
	if (rc == VV_OK && w->run_count >= RUN) {
		rc = put_run(w, err);
	}
	return rc < 0 ? rc : vv_buf_ok(&w->out, err);
}

/* ---- the version's order ---- */

static vv_status gather_all(rewrite *w, vv_error *err)
{
	vv_status rc = gather(w, SIZE_MAX, err);

	while (rc == VV_OK && !w->ended) {
		rc = gather(w, SIZE_MAX, err);
	}
	if (rc == VV_OK && w->mode != VARVE_ARROW_DELETE) {
		qsort(w->rows, w->count, sizeof(*w->rows), by_old);
	}
	w->phase = PHASE_ROWS;
	return rc;
}

/* One row of the version that no incoming row is, kept; or what comes for it. */
static vv_status put_old(rewrite *w, uint64_t row, vv_error *err)
{
	const bool came = matcher_has(&w->match, row);

	if (w->mode == VARVE_ARROW_DELETE) return came ? VV_OK : keep_rows(w, row, 1, err);
	if (came && w->mode != VARVE_ARROW_APPEND) return put_row(w, &w->rows[w->next++], err);
	return w->mode == VARVE_ARROW_REPLACE || w->mode == VARVE_ARROW_REPLACE_MOST
		       ? VV_OK
		       : keep_rows(w, row, 1, err);
}

static vv_status put_in_order(rewrite *w, vv_error *err)
{
	const uint64_t rows = w->table->root.rows;
	vv_status rc = VV_OK;

	while (rc == VV_OK && w->old_next < rows && w->out.len < PIECE && w->run_count < RUN) {
		rc = put_old(w, w->old_next++, err);
	}
	if (rc < 0) return rc;
	if (w->run_count >= RUN || w->old_next == rows) {
		rc = put_run(w, err);
	}
	if (w->old_next < rows || rc < 0 || w->out.len >= PIECE) return rc;
	if (w->mode == VARVE_ARROW_APPEND) {
		w->next = w->count = 0;
		w->phase = PHASE_ROWS;
		w->in_order = false;
		return VV_OK;
	}
	while (rc == VV_OK && w->mode != VARVE_ARROW_DELETE && w->next < w->count &&
	       w->out.len < PIECE) {
		rc = put_row(w, &w->rows[w->next++], err);
	}
	if (w->next == w->count || w->mode == VARVE_ARROW_DELETE) {
		w->phase = PHASE_REST;
	}
	return rc;
}

/* ---- the file ---- */

static vv_status put_head(rewrite *w, vv_error *err)
{
	const vv_dialect *d = &w->layout.dialect;

	vv_buf_puts(&w->out, d->bom ? "\xEF\xBB\xBF" : "");
	vv_buf_put(&w->out, d->prologue.data, d->prologue.len);
	w->any = d->form == VV_FORM_CSV && d->prologue.len > 0 &&
		 d->prologue.data[d->prologue.len - 1] != '\n' &&
		 d->prologue.data[d->prologue.len - 1] != '\r';
	w->phase = w->in_order && w->mode != VARVE_ARROW_APPEND ? PHASE_ALL : PHASE_ROWS;
	return vv_buf_ok(&w->out, err);
}

/* All rows have come: may those that did not be gone? */
static vv_status check_rest(rewrite *w, vv_error *err)
{
	const uint64_t rows = w->table ? w->table->root.rows : 0;

	w->phase = PHASE_TAIL;
	switch (w->mode) {
	case VARVE_ARROW_REPLACE_MOST:
	case VARVE_ARROW_REPLACE:
		w->changes.removed = rows - w->match.found;
		break;
	case VARVE_ARROW_DELETE:
		w->changes.removed = w->match.found;
		break;
	default:
		break;
	}
	if (w->mode != VARVE_ARROW_REPLACE_MOST || w->changes.removed <= rows / 2) return VV_OK;
	vv_fail(err, VV_EREFUSED, "%llu of %llu rows would be removed",
		(unsigned long long)w->changes.removed, (unsigned long long)rows);
	return vv_hint(err, "say whether to replace all rows, or to upsert those given");
}

static vv_status put_tail(rewrite *w, vv_error *err)
{
	const vv_dialect *d = &w->layout.dialect;
	size_t len;
	const char *end = vv_dialect_row_end(d, &len);
	const bool some = w->table ? w->table->root.rows + w->changes.added > w->changes.removed
				   : w->changes.added > 0;

	if (d->form == VV_FORM_JSON) {
		/* its epilogue ends the last row */
	} else if (some && (w->as_old || (d->final_newline && w->between.len > 0))) {
		vv_buf_put(&w->out, w->between.data, w->between.len);
	} else if (some && d->final_newline) {
		vv_buf_put(&w->out, end, len);
	}
	vv_buf_put(&w->out, d->epilogue.data, d->epilogue.len);
	w->phase = PHASE_END;
	return vv_buf_ok(&w->out, err);
}

static vv_status produce(rewrite *w, vv_error *err)
{
	switch (w->phase) {
	case PHASE_HEAD:
		return put_head(w, err);
	case PHASE_ALL:
		return gather_all(w, err);
	case PHASE_ROWS:
		return w->in_order ? put_in_order(w, err) : put_arrived(w, err);
	case PHASE_REST:
		return check_rest(w, err);
	default:
		return put_tail(w, err);
	}
}

ssize_t rewrite_read(void *payload, void *bytes, size_t len, vv_error *err)
{
	rewrite *w = payload;
	const vv_buf *made = w->encoding ? &w->encoder.bytes : &w->out;

	while (w->given == made->len && w->phase != PHASE_END) {
		vv_status rc;

		vv_buf_reset(&w->out);
		w->given = 0;
		if ((rc = produce(w, err)) < 0) return rc;
		if (w->encoding &&
		    (rc = vv_text_encoder_put(&w->encoder, w->encoding, vv_buf_cstr(&w->out),
					      w->out.len, w->phase == PHASE_END, err)) < 0) {
			return vv_prefix(err, "a name of a column"); /* cells are checked before */
		}
	}
	size_t n = made->len - w->given < len ? made->len - w->given : len;
	if (n > 0) {
		memcpy(bytes, made->data + w->given, n);
		w->given += n;
	}
	return (ssize_t)n;
}

/* ---- beginning and end ---- */

static vv_status open_encoding(rewrite *w, vv_error *err)
{
	const char *name = w->layout.dialect.encoding;
	vv_status rc = *name ? vv_text_encoder_init(&w->encoder, err) : VV_OK;

	return rc < 0 || !*name ? rc : vv_encoding_open(&w->encoding, name, err);
}

static vv_status open_rows(rewrite *w, vv_error *err)
{
	vv_status rc = open_encoding(w, err);

	if (rc < 0) return rc;
	if (w->table && (rc = vv_row_lines_open(&w->old, w->table, err)) < 0) return rc;
	w->match.by = (match_by)w->layout.by;
	w->match.table = w->table;
	w->match.old = &w->old;
	w->match.columns = w->layout.columns;
	w->match.key = w->layout.match;
	w->match.key_count = w->layout.match_count;
	w->match.number = w->layout.number;
	if ((rc = matcher_open(&w->match, err)) < 0) return rc;
	return w->table && !w->in_order && w->layout.same_columns && w->match.by != MATCH_BY_NUMBER
		       ? same_rows_open(&w->same, w->table, w->layout.columns, w->layout.count, err)
		       : VV_OK;
}

vv_status rewrite_open(rewrite **out, struct ArrowArrayStream *stream, vv_table *old,
		       const char *path, const rewrite_options *o, vv_error *err)
{
	rewrite *w = vv_calloc(1, sizeof(*w));
	vv_status rc;

	*out = w;
	if (!w) {
		if (stream->release) {
			stream->release(stream);
		}
		return vv_fail_nomem(err);
	}
	w->table = old;
	w->mode = old ? o->mode : VARVE_ARROW_REPLACE;
	w->in_order = old &&
		      (o->order == VARVE_ARROW_ORDER_VERSION || w->mode == VARVE_ARROW_UPSERT ||
		       w->mode == VARVE_ARROW_APPEND || w->mode == VARVE_ARROW_DELETE);
	if ((rc = incoming_open(&w->in, stream, err)) == VV_OK &&
	    (rc = layout_make(&w->layout, &w->in, old, path, o, err)) == VV_OK) {
		w->in.keep = w->in_order && w->mode != VARVE_ARROW_APPEND &&
			     w->mode != VARVE_ARROW_DELETE;
		w->habits = vv_calloc(w->layout.count + 1, sizeof(*w->habits));
		w->cells = vv_calloc(w->layout.count + 1, sizeof(*w->cells));
		w->changed = vv_calloc(w->layout.count + 1, sizeof(*w->changed));
		rc = w->habits && w->cells && w->changed ? open_rows(w, err) : vv_fail_nomem(err);
	}
	if (rc < 0) {
		rewrite_close(w);
		*out = NULL;
	}
	return rc;
}

void rewrite_close(rewrite *w)
{
	if (!w) return;
	same_rows_close(w->same);
	matcher_close(&w->match);
	vv_row_lines_close(&w->old);
	layout_clear(&w->layout);
	incoming_close(&w->in);
	vv_arena_clear(&w->arena);
	vv_buf_clear(&w->scratch);
	vv_buf_clear(&w->line);
	vv_buf_clear(&w->lines);
	vv_buf_clear(&w->out);
	vv_encoding_close(w->encoding);
	vv_text_encoder_clear(&w->encoder);
	vv_buf_clear(&w->between);
	vv_free(w->habits);
	vv_free(w->cells);
	vv_free(w->changed);
	vv_free(w->rows);
	vv_free(w);
}

const varve_arrow_changes *rewrite_changes(const rewrite *w)
{
	return &w->changes;
}

const char *rewrite_schema(const rewrite *w)
{
	return w->table ? NULL : vv_buf_cstr(&w->layout.schema);
}

void rewrite_form(vv_sniff_hints *out, const rewrite *w)
{
	const vv_dialect *d = &w->layout.dialect;

	out->has_form = true;
	out->form = d->form;
	out->encoding = d->encoding[0] ? d->encoding : NULL;
	if (d->form == VV_FORM_CSV) {
		out->delimiter = d->delimiter;
		out->quote = d->quote;
		out->escape = d->escape;
		out->header = d->header;
	}
}
