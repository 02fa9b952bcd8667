/*
 * rewrite: in which order rows are taken, compared and written.
 */
#include "lib/arrow/in/rewrite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/read/sniff.h"
#include "dataset/read/text_encoder.h"
#include "dataset/rows/edited_file.h"
#include "lib/arrow/in/habit.h"
#include "lib/arrow/in/layout.h"
#include "lib/arrow/in/match.h"
#include "lib/arrow/in/plain_text.h"
#include "lib/arrow/in/same_rows.h"
#include "lib/arrow/in/spell.h"

#define PIECE ((size_t)1 << 20)           /* bytes that are made before they are read */
#define WINDOW_BYTES ((uint64_t)64 << 20) /* of rows that are put in order at once, about */
#define WINDOW_LEAST 4096u
#define WINDOW_MOST (1u << 20)
#define PLAIN_MOST ((size_t)64) /* bytes of a number or a time */
#define RUN 16384u              /* rows that stay and are put out together */

typedef enum phase { PHASE_HEAD, PHASE_ALL, PHASE_ROWS, PHASE_REST, PHASE_TAIL, PHASE_END } phase;

/* An incoming row, and which of the version's it is. */
typedef struct arrived {
	uint64_t number; /* among all that came, from 1: for vv_u64_order */
	uint64_t old;    /* MATCH_NONE: a new one */
	uint32_t batch, row;
	size_t from,
		len; /* its line, where lines are made in another order than they are written */
} arrived;

struct rewrite {
	int mode;
	bool in_order; /* the version's order is kept: rows are wanted out of the order in which they come */
	incoming in;
	vv_table *table; /* NULL: a new file */
	vv_row_by_number old;
	layout layout;
	matcher match;
	same_rows *same; /* NULL: rows are looked at one by one */
	column_habit *habits;
	vv_cell *cells;
	bool *changed;
	vv_arena arena;              /* new cells of the row at hand */
	vv_buf scratch, line, moved; /* moved: a row that stays, under other columns */
	phase phase;
	bool ended;        /* the stream is */
	size_t batch, row; /* the next incoming row */
	uint64_t arrived_count;
	arrived *rows;                  /* of the window, or all */
	size_t begin, count, cap, next; /* the window ends at count */
	bool all; /* rows are put out in the order of the stream, once all have come: comments of those that go stay */
	size_t total; /* then: how many came */
	bool ascending;
	vv_buf lines;            /* of a window that is not */
	uint64_t old_next;       /* in order: the next row of the version */
	uint64_t run, run_count; /* rows that stay, not yet put out */
	vv_buf out;              /* the text of the file, not yet read */
	vv_edited_file file;
	vv_text_encoder encoder;
	size_t given;    /* number of returned bytes of out */
	vv_buf warnings; /* a line each */
	varve_arrow_changes changes;
};

/* ---- lines ---- */

/* A row that stays, in a file whose columns are others. */
static vv_status put_moved(rewrite *w, uint64_t row, vv_error *err)
{
	const vv_cell *old = NULL;
	const char *line;
	size_t len;
	vv_status rc = vv_row_by_number_get(&w->old, row, &old, err);

	if (rc < 0 || (rc = vv_row_by_number_line(&w->old, row, &line, &len, err)) < 0) return rc;
	for (size_t i = 0; i < w->layout.count; i++) {
		const rewrite_column *c = &w->layout.columns[i];

		w->changed[i] = !c->field;
		w->cells[i] = c->field
				      ? old[c->place]
				      : (vv_cell){.state = c->json ? VV_CELL_ABSENT : VV_CELL_NULL};
	}
	vv_buf_reset(&w->moved);
	rc = vv_line_edit(&w->layout.lines, &w->moved, line, len, old, w->cells, w->changed, NULL,
			  err);
	if (rc == VV_OK) {
		vv_edited_file_lines(&w->file, vv_buf_cstr(&w->moved), w->moved.len,
				     row + 1 == w->table->root.rows);
	}
	return rc;
}

/* A run of unchanged rows. */
static vv_status put_run(rewrite *w, vv_error *err)
{
	vv_status rc = VV_OK;

	while (w->run_count > 0 && rc == VV_OK) {
		const char *lines;
		size_t len, last;
		uint64_t n = 1;

		if (!w->layout.same_columns) {
			rc = put_moved(w, w->run, err);
		} else if ((rc = vv_row_by_number_run(&w->old, w->run, w->run_count, &lines, &len,
						      &last, &n, err)) == VV_OK) {
			vv_edited_file_lines(&w->file, lines, len,
					     w->run + n == w->table->root.rows);
		}
		w->run += n;
		w->run_count -= n;
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

/* ---- cells ---- */

static vv_status in_row(const rewrite_column *c, uint64_t number, vv_error *err)
{
	return vv_prefix(err, "row %llu of the data, column '%s'", (unsigned long long)number,
			 vv_text_shows(c->name));
}

static bool loses_zone(const rewrite_column *c, const column_habit *h, const incoming_value *v)
{
	const vv_field *f = c->field;

	if (v->kind != INCOMING_MOMENT || !c->in->zoned || !f) return false;
	return f->format[0] == '%' ? !strstr(f->format, "%z") && !strstr(f->format, "%Z")
				   : h->zone && !*h->zone;
}

/* Warns of values that a reader will not get back unchanged, once for each column. */
static void warn_lost(rewrite *w, size_t i, const incoming_value *v, bool missing)
{
	const rewrite_column *c = &w->layout.columns[i];
	column_habit *h = &w->habits[i];
	const bool wide = v->kind == INCOMING_UINT && v->u > INT64_MAX && w->table &&
			  (!c->field ||
			   (c->field->type == VV_TYPE_INTEGER && !vv_field_is_u64(c->field)));
	const char *why = NULL;

	if (loses_zone(c, h, v)) {
		why = "has no time zones: points in time with one are written in UTC";
	} else if (wide) {
		why = "has integers of more than 63 bits, which can only be read as text";
	} else if (missing) {
		why = "has texts that its missingValues name: they are read as missing";
	}

	if (h->warned || !why) return;
	h->warned = true;
	vv_buf_printf(&w->warnings, "column '%s' %s\n", vv_text_shows(c->name), why);
}

/* Is the cell a missing value, or another value of its column? A misfit is neither. */
static bool reads_otherwise(rewrite *w, const rewrite_column *c, const incoming_value *v,
			    const vv_cell *cell, bool missing)
{
	return missing ? v->kind != INCOMING_FLOAT || !isnan(v->d)
		       : !column_same(c, v, cell, &w->scratch) &&
				 !column_is_misfit(c, cell, &w->scratch);
}

static vv_status spell_cell(rewrite *w, size_t i, const incoming_value *v, const vv_cell *old,
			    uint64_t number, vv_error *err)
{
	const rewrite_column *c = &w->layout.columns[i];
	const spell_room room = {&w->arena, &w->scratch};
	vv_cell *cell = &w->cells[i];
	vv_status rc;

	if (!w->habits[i].known && (rc = column_habit_read(&w->habits[i], c, w->table, err)) < 0) {
		return rc;
	}
	rc = column_spell(cell, &room, c, &w->habits[i], v, old, err);
	if (rc == VV_EINPUT) return in_row(c, number, err);
	if (rc < 0) return rc;
	const bool text = v->kind == INCOMING_TEXT || v->kind == INCOMING_JSON,
		   typed = c->field && v->kind != INCOMING_NULL && !text,
		   missing = c->field && v->kind != INCOMING_NULL && cell->len > 0 &&
			     vv_field_missing(c->field, cell);
	if (typed && reads_otherwise(w, c, v, cell, missing)) {
		vv_fail(err, VV_EINPUT,
			"the value would be written as '%.*s', which is read as %s\nchange the value, or the column's format or missingValues",
			(int)cell->len, cell->text, missing ? "missing" : "another value");
		return in_row(c, number, err);
	}
	warn_lost(w, i, v,
		  missing && !(old && vv_cell_equal(old, cell)) &&
			  (c->field->type == VV_TYPE_STRING || c->field->type == VV_TYPE_ANY));
	if (v->kind == INCOMING_TEXT && cell->len == 0) {
		cell->flags = VV_CELL_QUOTED; /* "" is not null */
	}
	rc = vv_line_takes(&w->layout.lines, cell, i, err);
	return rc == VV_EINPUT ? in_row(c, number, err) : rc;
}

/* The cells of a row of a new CSV file. They need no habits, and of their texts only numbers and times are made. */
static vv_status fill_plain(rewrite *w, const arrived *a, vv_error *err)
{
	vv_buf_reset(&w->scratch);
	if (!vv_buf_reserve(&w->scratch, w->layout.count * PLAIN_MOST)) return vv_fail_nomem(err);
	for (size_t i = 0; i < w->layout.count; i++) {
		const rewrite_column *c = &w->layout.columns[i];
		const size_t at = w->scratch.len;
		vv_cell *cell = &w->cells[i];
		incoming_value v;
		vv_status rc = incoming_get(&v, c->in, a->row, err);

		if (rc < 0) return rc;
		*cell = (vv_cell){.state = v.kind == INCOMING_NULL ? VV_CELL_NULL : VV_CELL_TEXT};
		if (v.kind == INCOMING_NULL) {
			continue;
		}
		if (v.kind != INCOMING_TEXT && v.kind != INCOMING_JSON &&
		    v.kind != INCOMING_DECIMAL) {
			plain_put(&w->scratch, &v, c->in);
			v.text = w->scratch.data + at;
			v.len = w->scratch.len - at;
		}
		if (v.len > VV_ROW_MAX) {
			return vv_fail(err, VV_EINPUT,
				       "a value of column '%s' is longer than %zu MB",
				       vv_text_shows(c->name), VV_ROW_MAX >> 20);
		}
		cell->text = v.text;
		cell->len = (uint32_t)v.len;
		cell->flags = v.len == 0 ? VV_CELL_QUOTED : 0; /* "" is not null */
	}
	return VV_OK;
}

/* The row's cells: the version's with the incoming values. *differ: the number of differing
 * cells. */
static vv_status fill_row(rewrite *w, const arrived *a, const vv_cell *old, uint64_t *differ,
			  vv_error *err)
{
	*differ = 0;
	if (!w->table && !vv_form_is_typed(w->layout.dialect.form)) return fill_plain(w, a, err);
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
		if ((rc = spell_cell(w, i, &v, was, a->number, err)) < 0) return rc;
		w->changed[i] = !was || !vv_cell_equal(was, &w->cells[i]);
		*differ += w->changed[i] && (was || v.kind != INCOMING_NULL);
		if (was && !w->changed[i]) {
			w->cells[i] = *was;
		}
	}
	return w->scratch.failed ? vv_fail_nomem(err) : VV_OK;
}

/* The changed row's line, with its end, into w->line. */
static vv_status write_changed(rewrite *w, uint64_t old, const vv_cell *cells, vv_error *err)
{
	const char *line;
	size_t len;
	vv_status rc = vv_row_by_number_line(&w->old, old, &line, &len, err);

	vv_buf_reset(&w->line);
	return rc < 0 ? rc
		      : vv_line_edit(&w->layout.lines, &w->line, line, len, cells, w->cells,
				     w->changed, NULL, err);
}

/* Removes a row: comments above it stay. */
static vv_status drop_row(rewrite *w, uint64_t row, vv_error *err)
{
	const vv_dialect *d = &w->table->root.dialect;
	const char *line;
	size_t len, lead;
	vv_status rc = vv_row_by_number_line(&w->old, row, &line, &len, err);

	if (rc < 0 || (lead = vv_line_lead(d, w->table->columns, line, len)) == 0) return rc;
	if ((rc = put_run(w, err)) < 0 ||
	    (rc = vv_row_by_number_line(&w->old, row, &line, &len, err)) < 0) {
		return rc;
	}
	vv_edited_file_lines(&w->file, line, lead, true);
	return VV_OK;
}

/* Keeps comments of removed rows directly before this one. */
static vv_status drop_before(rewrite *w, uint64_t row, vv_error *err)
{
	uint64_t from = row;
	vv_status rc = VV_OK;

	while (w->all && from > 0 && !matcher_has(&w->match, from - 1)) {
		from--;
	}
	while (from < row && rc == VV_OK) {
		rc = drop_row(w, from++, err);
	}
	return rc;
}

/* An incoming row: *stay: unchanged, or w->line is its line, with its row end. */
static vv_status make_row(rewrite *w, const arrived *a, bool *stay, vv_error *err)
{
	const vv_cell *old = NULL;
	uint64_t differ;
	vv_status rc;

	if (w->in.keep) {
		incoming_select(&w->in, a->batch);
	}
	if ((a->old != MATCH_NONE && (rc = vv_row_by_number_get(&w->old, a->old, &old, err)) < 0) ||
	    (rc = fill_row(w, a, old, &differ, err)) < 0) {
		return rc;
	}
	*stay = old && differ == 0 && w->layout.same_columns;
	if (!old) {
		w->changes.added++;
		vv_buf_reset(&w->line);
		vv_line_new(&w->layout.lines, &w->line, w->cells);
		return vv_buf_ok(&w->line, err);
	}
	if (differ > 0 && (rc = matcher_check_own(&w->match, a->old, err)) < 0) {
		return rc;
	}
	w->changes.changed += differ > 0;
	w->changes.cells += differ;
	return *stay ? VV_OK : write_changed(w, a->old, old, err);
}

static vv_status put_row(rewrite *w, const arrived *a, vv_error *err)
{
	bool stay;
	vv_status rc = make_row(w, a, &stay, err);

	if (rc < 0 || stay) return rc < 0 ? rc : keep_rows(w, a->old, 1, err);
	if ((rc = put_run(w, err)) == VV_OK) {
		vv_edited_file_lines(&w->file, vv_buf_cstr(&w->line), w->line.len,
				     w->table && a->old + 1 == w->table->root.rows);
	}
	return rc;
}

/* ---- rows that come ---- */

/* The names of the key's columns. */
static void put_key(vv_buf *b, const layout *l)
{
	for (size_t i = 0; i < l->match_count; i++) {
		vv_buf_printf(b, "%s'%s'", i > 0 ? ", " : "",
			      vv_text_shows(l->columns[l->match[i]].name));
	}
}

/* Refuses to remove a row that the data matches only by a found key: other columns say that it may be another row. */
static vv_status check_removed(rewrite *w, const arrived *a, vv_error *err)
{
	const layout *l = &w->layout;
	const vv_cell *old;
	vv_auto(vv_buf) key = VV_BUF_INIT;
	vv_status rc = vv_row_by_number_get(&w->old, a->old, &old, err);

	for (size_t i = 0; rc == VV_OK && i < l->count; i++) {
		const rewrite_column *c = &l->columns[i];
		incoming_value v;

		if (!c->in || !c->field) {
			continue;
		}
		if ((rc = incoming_get(&v, c->in, a->row, err)) < 0 ||
		    column_same(c, &v, &old[c->place], &w->scratch)) {
			continue;
		}
		put_key(&key, l);
		return vv_fail(err, VV_EINPUT,
			       "row %llu of the data and row %llu of the version have another "
			       "'%s', and the key %s was only found in the data\nname the columns "
			       "that identify rows (match), or declare the key",
			       (unsigned long long)a->number, (unsigned long long)a->old + 1,
			       vv_text_shows(c->name), vv_buf_cstr(&key));
	}
	return rc;
}

static vv_status find_old(rewrite *w, arrived *a, vv_error *err)
{
	if (w->mode == VARVE_ARROW_APPEND && (w->match.by != MATCH_BY_KEY || w->match.may_repeat)) {
		return VV_OK;
	}
	vv_status rc = matcher_find(&w->match, a->row, a->number, &a->old, err);
	if (rc == VV_OK && a->old != MATCH_NONE && w->mode == VARVE_ARROW_DELETE &&
	    w->match.may_repeat) {
		return check_removed(w, a, err);
	}
	if (rc == VV_OK && a->old != MATCH_NONE && w->mode == VARVE_ARROW_APPEND) {
		return vv_fail(err, VV_EINPUT,
			       "row %llu of the data has the same key as row %llu of the "
			       "version\nuse upsert to change existing rows",
			       (unsigned long long)a->number, (unsigned long long)a->old + 1);
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
static vv_status gather_rows(rewrite *w, size_t most, vv_error *err)
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
		if (!vv_array_add(w->rows, w->count, w->cap,
				  (arrived){.batch = (uint32_t)w->batch,
					    .row = (uint32_t)w->row++,
					    .old = MATCH_NONE,
					    .number = ++w->arrived_count})) {
			return vv_fail_nomem(err);
		}
		arrived *a = &w->rows[w->count - 1];
		vv_status rc = find_old(w, a, err);

		if (rc < 0) return rc;
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
	return vv_u64_order(a, b);
}

/* The lines of a window whose rows come in another order, made in the version's and then put in theirs. */
static vv_status make_lines(rewrite *w, vv_error *err)
{
	vv_buf_reset(&w->lines);
	qsort(w->rows + w->begin, w->count - w->begin, sizeof(*w->rows), by_old);
	for (size_t i = w->begin; i < w->count; i++) {
		arrived *a = &w->rows[i];
		bool stay;
		const char *line;
		vv_status rc = make_row(w, a, &stay, err);

		if (rc < 0) return rc;
		a->from = w->lines.len;
		if (stay) {
			if ((rc = vv_row_by_number_line(&w->old, a->old, &line, &a->len, err)) <
			    0) {
				return rc;
			}
			vv_buf_put(&w->lines, line, a->len);
		} else {
			a->len = w->line.len;
			vv_buf_put(&w->lines, w->line.data, w->line.len);
		}
	}
	qsort(w->rows + w->begin, w->count - w->begin, sizeof(*w->rows), vv_u64_order);
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
			vv_edited_file_lines(&w->file, run.lines, run.len,
					     old + taken == w->table->root.rows);
		}
	}
	return rc;
}

/* The same of rows that all have come. */
static vv_status next_window(rewrite *w, size_t most)
{
	uint64_t last = 0;

	w->begin = w->next = w->count;
	w->count += most < w->total - w->count ? most : w->total - w->count;
	w->ascending = true;
	for (size_t i = w->begin; i < w->count; i++) {
		if (w->rows[i].old != MATCH_NONE) {
			w->ascending = w->ascending && w->rows[i].old >= last;
			last = w->rows[i].old;
		}
	}
	return VV_OK;
}

/* The rows that are next put in order. */
static vv_status take_window(rewrite *w, vv_error *err)
{
	const uint64_t each = w->table && w->table->root.rows > 0
				      ? w->table->root.bytes / w->table->root.rows + 1
				      : 256;
	uint64_t window = WINDOW_BYTES / each;

	if (window < WINDOW_LEAST) {
		window = WINDOW_LEAST;
	} else if (window > WINDOW_MOST) {
		window = WINDOW_MOST;
	}
	if (w->same && w->match.cursor < w->match.rows && same_rows_pause(w->same) < window) {
		window = same_rows_pause(w->same);
	}
	vv_status rc = w->all ? next_window(w, (size_t)window)
			      : gather_rows(w, (size_t)window, err);
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
	    w->next == w->count) {
		w->phase = PHASE_REST;
		rc = w->all ? drop_before(w, w->table->root.rows, err) : VV_OK;
		return rc < 0 ? rc : put_run(w, err);
	}
	while (rc == VV_OK && w->next < w->count && w->out.len < PIECE && w->run_count < RUN) {
		const arrived *a = &w->rows[w->next++];

		if (a->old != MATCH_NONE && (rc = drop_before(w, a->old, err)) < 0) return rc;
		if (w->ascending) {
			rc = put_row(w, a, err);
		} else {
			vv_edited_file_lines(&w->file, w->lines.data + a->from, a->len,
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
	vv_status rc = gather_rows(w, SIZE_MAX, err);

	while (rc == VV_OK && !w->ended) {
		rc = gather_rows(w, SIZE_MAX, err);
	}
	w->phase = PHASE_ROWS;
	if (w->all) {
		w->total = w->count;
		w->count = w->next = 0;
	} else if (rc == VV_OK && w->mode != VARVE_ARROW_DELETE) {
		qsort(w->rows, w->count, sizeof(*w->rows), by_old);
	}
	return rc;
}

/* Handles a row of the version: kept if no incoming row matches it, else replaced. */
static vv_status put_old(rewrite *w, uint64_t row, vv_error *err)
{
	const bool came = matcher_has(&w->match, row);

	if (w->mode == VARVE_ARROW_DELETE) {
		vv_status rc = came ? matcher_check_null(&w->match, row, err) : VV_OK;

		if (rc < 0) return rc;
		return came ? drop_row(w, row, err) : keep_rows(w, row, 1, err);
	}
	if (came && w->mode != VARVE_ARROW_APPEND) return put_row(w, &w->rows[w->next++], err);
	return w->mode == VARVE_ARROW_REPLACE || w->mode == VARVE_ARROW_REPLACE_MOST
		       ? drop_row(w, row, err)
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
	vv_edited_file_head(&w->file);
	w->phase = w->all || (w->in_order && w->mode != VARVE_ARROW_APPEND) ? PHASE_ALL
									    : PHASE_ROWS;
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
	if (w->mode != VARVE_ARROW_REPLACE_MOST || w->changes.removed <= rows / 2) {
		return w->changes.removed > 0 ? matcher_check_gone(&w->match, err) : VV_OK;
	}
	return vv_fail(err, VV_EREFUSED,
		       "%llu of %llu rows would be removed\nchoose replace to replace all rows, or "
		       "upsert to change only the given rows",
		       (unsigned long long)w->changes.removed, (unsigned long long)rows);
}

static vv_status put_tail(rewrite *w, vv_error *err)
{
	vv_edited_file_tail(&w->file);
	w->phase = PHASE_END;
	return vv_buf_ok(&w->out, err);
}

static vv_status produce_part(rewrite *w, vv_error *err)
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
	const vv_buf *made = w->layout.lines.encoding ? &w->encoder.bytes : &w->out;

	while (w->given == made->len && w->phase != PHASE_END) {
		vv_status rc;

		vv_buf_reset(&w->out);
		w->given = 0;
		if ((rc = produce_part(w, err)) < 0) return rc;
		if (w->layout.lines.encoding &&
		    (rc = vv_text_encoder_put(&w->encoder, w->layout.lines.encoding,
					      vv_buf_cstr(&w->out), w->out.len,
					      w->phase == PHASE_END, err)) < 0) {
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

static vv_status open_rows(rewrite *w, vv_error *err)
{
	vv_status rc = vv_text_encoder_init(&w->encoder, err);

	if (rc < 0) return rc;
	w->file = (vv_edited_file){.dialect = &w->layout.dialect, .out = &w->out};
	if (w->table) {
		vv_row_by_number_init(&w->old, w->table, VV_ROW_GROUPS_MAX, true);
	}
	w->match = (matcher){.by = (match_by)w->layout.by,
			     .may_repeat = w->layout.may_repeat,
			     .table = w->table,
			     .old = &w->old,
			     .columns = w->layout.columns,
			     .key = w->layout.match,
			     .key_count = w->layout.match_count,
			     .number = w->layout.number};
	if ((rc = matcher_open(&w->match, err)) < 0) return rc;
	return w->table && !w->in_order && !w->all && w->layout.same_columns &&
			       w->match.by != MATCH_BY_NUMBER
		       ? same_rows_open(&w->same, w->table, w->layout.columns, w->layout.count, err)
		       : VV_OK;
}

vv_status rewrite_open(rewrite **out, struct ArrowArrayStream *stream, vv_table *old,
		       const char *path, const rewrite_options *o, vv_error *err)
{
	vv_auto(rewrite) *w = vv_calloc(1, sizeof(*w));
	vv_status rc;

	*out = NULL;
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
		w->all = old && !w->in_order && w->layout.dialect.comment != 0;
		w->in.keep = w->all || (w->in_order && w->mode != VARVE_ARROW_APPEND &&
					w->mode != VARVE_ARROW_DELETE);
		w->habits = vv_calloc(w->layout.count + 1, sizeof(*w->habits));
		w->cells = vv_calloc(w->layout.count + 1, sizeof(*w->cells));
		w->changed = vv_calloc(w->layout.count + 1, sizeof(*w->changed));
		rc = w->habits && w->cells && w->changed ? open_rows(w, err) : vv_fail_nomem(err);
	}
	return rc < 0 ? rc : vv_hand_over(out, &w);
}

void rewrite_close(rewrite *w)
{
	if (!w) return;
	same_rows_close(w->same);
	matcher_close(&w->match);
	vv_row_by_number_close(&w->old);
	layout_clear(&w->layout);
	incoming_close(&w->in);
	vv_arena_clear(&w->arena);
	vv_buf_clear_all(&w->scratch, &w->line, &w->moved, &w->lines, &w->out, &w->warnings);
	vv_text_encoder_clear(&w->encoder);
	vv_edited_file_clear(&w->file);
	vv_free_all(w->habits, w->cells, w->changed, w->rows, w);
}

const varve_arrow_changes *rewrite_changes(const rewrite *w)
{
	return &w->changes;
}

const char *rewrite_warnings(const rewrite *w)
{
	return vv_buf_cstr(&w->warnings);
}

const char *rewrite_schema(const rewrite *w)
{
	return w->table ? NULL : vv_buf_cstr(&w->layout.schema);
}

const char *rewrite_added_schema(const rewrite *w)
{
	return w->table ? vv_buf_cstr(&w->layout.schema) : NULL;
}

void rewrite_form(vv_sniff_hints *out, const rewrite *w)
{
	const vv_dialect *d = &w->layout.dialect;

	out->has_form = true;
	out->form = d->form;
	out->encoding = d->encoding[0] ? d->encoding : NULL;
	if (!vv_form_is_typed(d->form)) {
		out->delimiter = d->delimiter;
		out->quote = d->quote;
		out->escape = d->escape;
		out->header = d->header;
	}
}
