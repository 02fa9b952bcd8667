/*
 * spelling_restore: the edits that turn the base into the file's content, without the changes of a spreadsheet program.
 */
#include "lib/edit/spelling_restore.h"

#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/hint.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "diff/spreadsheet/display.h"
#include "diff/spreadsheet/excel_rows.h"
#include "lib/edit/row_file.h"

#define FORM_SURE 20u /* values of the same form that show that a column has it */
#define LISTED 10u    /* cells of a kind that are named; of the others the number and the rows */

/* Cells of a column that were restored though the file displays them only in part, and not named. */
typedef struct unnamed {
	uint64_t cells, first, last; /* rows of the file, from 1 */
} unnamed;

/* The form that all values of a column of the base have. */
typedef struct value_form {
	uint64_t values;
	size_t digits,    /* of 00417: 5; 0: they differ */
		decimals; /* of 45.50: 2; 0: they differ, or have none */
} value_form;

typedef struct spelling_job {
	const vv_spelling_restore *r;
	vv_spelling_restored *done;
	vv_row_file file; /* the other version is the base */
	vv_excel_rows *rows;
	size_t *from; /* of each column of the base: the file's */
	char mark; /* what numbers have in the file before the fraction, and not in the base; 0: none */
	vv_row_edit *edits;
	size_t count, cap;
	unnamed *unnamed;  /* of each column of the base */
	value_form *forms; /* of each column of the base */
	size_t doubtful; /* cells that stay, since they may be displays or dates in either order */
	vv_arena arena;
} spelling_job;

static void spelling_job_clear(spelling_job *j)
{
	vv_excel_rows_close(j->rows);
	vv_row_file_close(&j->file);
	vv_free_all(j->from, j->edits, j->unnamed, j->forms);
	vv_arena_clear(&j->arena);
}
VV_AUTO_CLEAR(spelling_job, spelling_job_clear)

static vv_status open_both(spelling_job *j, vv_error *err)
{
	const vv_spelling_restore *r = j->r;
	vv_status rc;

	if ((rc = vv_row_file_open(&j->file, err)) < 0 ||
	    (rc = vv_row_file_then(&j->file, r->source, err)) < 0) {
		return rc;
	}
	if (vv_form_is_typed(j->file.table.root.dialect.form)) {
		return vv_fail(err, VV_EUSAGE, "'%s' is not a CSV file", vv_text_shows(r->path));
	}
	return vv_excel_rows_open(&j->rows, &j->file.then.table, &j->file.table, 0, err);
}

static vv_status refuse_spelling(const spelling_job *j, const vv_field *f, const char *what,
				 vv_error *err)
{
	return vv_fail(err, VV_ENOSUPPORT,
		       "'%s': the column '%s' is %s\nthe spelling can be restored only if both "
		       "versions have the same columns",
		       vv_text_shows(j->r->path), vv_text_name(f->name, f->name_len), what);
}

static vv_status find_columns(spelling_job *j, vv_error *err)
{
	const vv_table *t = &j->file.table;

	j->from = vv_malloc((j->file.then.table.columns + 1) * sizeof(*j->from));
	j->unnamed = vv_calloc(j->file.then.table.columns + 1, sizeof(*j->unnamed));
	if (!j->from || !j->unnamed) return vv_fail_nomem(err);
	memset(j->from, 0xff, (j->file.then.table.columns + 1) * sizeof(*j->from));
	for (size_t i = 0; i < t->columns; i++) {
		const vv_excel_column *c = &j->rows->columns[i];

		if (c->old < 0) return refuse_spelling(j, &t->schema.fields[i], "new", err);
		j->from[c->old] = i;
		if (vv_excel_column_is(c, VV_EXCEL_COMMA) && c->is[VV_EXCEL_COMMA].len > 0) {
			j->mark = memchr(c->is[VV_EXCEL_COMMA].data, ',', c->is[VV_EXCEL_COMMA].len)
					  ? ','
					  : '.';
		}
	}
	if (!j->mark && j->rows->mark == ',') {
		j->mark = ',';
	}
	const size_t gone = vv_find_place(i, j->file.then.table.columns, j->from[i] == SIZE_MAX);

	return gone == j->file.then.table.columns
		       ? VV_OK
		       : refuse_spelling(j, &j->file.then.table.schema.fields[gone], "gone", err);
}

static vv_status check_pairs(const spelling_job *j, vv_error *err)
{
	const vv_excel_rows *r = j->rows;
	uint64_t old = 0, now = 0;

	vv_array_each(r->pairs, r->count, pair) {
		old += pair->old != VV_EXCEL_NO_ROW;
		now += pair->row != VV_EXCEL_NO_ROW;
	}
	if (r->paired >= (old < now ? old : now) / 2) return VV_OK;
	vv_fail(err, VV_EREFUSED, "'%s': most rows have no matching row in %s",
		vv_text_shows(j->r->path), vv_text_shows(j->r->source));
	return r->keyed ? err->code : vv_hint_code(err, VV_HINT_ADD_KEY, j->r->path);
}

static bool is_number(const char *s, size_t len, char mark)
{
	size_t marks = 0, i = len > 0 && *s == '-';

	for (; i < len && ((s[i] >= '0' && s[i] <= '9') || (s[i] == mark && marks == 0)); i++) {
		marks += s[i] == mark;
	}
	return i == len && marks == 1;
}

/* Is the cell a date that Excel wrote, and the base has dates as 2024-03-04? */
static bool put_date(const spelling_job *j, vv_buf *out, const vv_cell *cell, size_t column)
{
	const vv_field *f = &j->file.then.table.schema.fields[column];

	return f->type == VV_TYPE_DATE && !f->plan &&
	       vv_excel_column_is(&j->rows->columns[j->from[column]], VV_EXCEL_DATE) &&
	       vv_excel_put_iso(out, cell->text, cell->len, j->rows->excel.order);
}

/* The number format of a column of the base, if its cells prove one. */
static const vv_display *proven_display(const spelling_job *j, size_t column)
{
	const vv_display *d = j->rows->columns[j->from[column]].display;

	return d && vv_display_proven(d) ? d : NULL;
}

/* A logical value of the base's own words. */
static bool put_logic(const spelling_job *j, vv_buf *out, const vv_cell *cell, size_t column)
{
	const vv_field *f = &j->file.then.table.schema.fields[column];
	const char *word = NULL;

	if (f->type != VV_TYPE_BOOLEAN || vv_cell_is_one_of(cell, f->true_values) ||
	    vv_cell_is_one_of(cell, f->false_values)) {
		return false;
	}
	word = vv_excel_logic(cell->text, cell->len);
	if (word) {
		vv_buf_puts(out, word);
	}
	return word != NULL;
}

static bool has_known_encoding(const spelling_job *j, const vv_cell *saved)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	return !vv_saved_encoding_is_of(j->rows->encoding, saved->text, saved->len) ||
	       vv_saved_encoding_text(&b, j->rows->encoding, saved->text, saved->len);
}

static bool is_digits(const char *s, size_t len)
{
	return vv_find_place(i, len, s[i] < '0' || s[i] > '9') == len;
}

/* The digits of a value such as 00417; 0: it has other characters, too. */
static size_t digits_of(const char *s, size_t len)
{
	return is_digits(s, len) ? len : 0;
}

/* The digits after the point of a number; SIZE_MAX: not a number. */
static size_t decimals_of(const char *s, size_t len)
{
	const size_t sign = len > 0 && *s == '-';
	const size_t point = vv_find_place(i, len, s[i] == '.');

	if (point <= sign || !is_digits(s + sign, point - sign)) return SIZE_MAX;
	if (point == len) return 0;
	return is_digits(s + point + 1, len - point - 1) ? len - point - 1 : SIZE_MAX;
}

/* Adds a value of the base: what its form does not share with those before is unset. */
static void learn_form(value_form *f, const vv_cell *c)
{
	if (c->len == 0) return;
	const size_t digits = digits_of(c->text, c->len);
	const size_t decimals = decimals_of(c->text, c->len);
	const bool first = f->values++ == 0;

	f->digits = first || f->digits == digits ? digits : 0;
	f->decimals = (first || f->decimals == decimals) && decimals != SIZE_MAX ? decimals : 0;
}

/* Did a spreadsheet program change cells of the file? */
static bool is_rewritten(const spelling_job *j)
{
	for (size_t i = 0; i < j->file.table.columns; i++) {
		for (vv_excel_kind k = VV_EXCEL_STYLE; k < VV_EXCEL_KINDS; k++) {
			if (vv_excel_column_is(&j->rows->columns[i], k)) return true;
		}
	}
	return false;
}

/* Finds the form that all values of a column of the base have, where Excel may have changed it. */
static vv_status find_forms(spelling_job *j, vv_error *err)
{
	const size_t columns = j->file.then.table.columns;
	const vv_cell *was;
	vv_status rc;

	j->forms = vv_calloc(columns + 1, sizeof(*j->forms));
	if (!j->forms) return vv_fail_nomem(err);
	vv_array_each(j->rows->pairs, j->rows->count, p) {
		if (p->old == VV_EXCEL_NO_ROW) {
			continue;
		}
		rc = vv_row_by_number_get(&j->rows->old_rows, p->old, &was, err);
		if (rc < 0) return rc;
		for (size_t i = 0; i < columns; i++) {
			learn_form(&j->forms[i], &was[i]);
		}
	}
	const bool rewritten = is_rewritten(j);
	for (size_t i = 0; i < columns; i++) {
		const vv_excel_column *c = &j->rows->columns[j->from[i]];
		value_form *f = &j->forms[i];
		const bool sure = f->values >= FORM_SURE;

		f->digits = sure && c->spoiled[VV_EXCEL_ZEROS] > 0 ? f->digits : 0;
		f->decimals = sure && rewritten ? f->decimals : 0;
	}
	return VV_OK;
}

/* Appends a new value with the zeros that it has lost: those in front in a column of values such as 00417, those at the
 * end in a column of values such as 45.50. */
static void put_with_zeros(vv_buf *out, const value_form *f, const char *text, size_t len)
{
	const size_t decimals = decimals_of(text, len);
	const size_t digits = digits_of(text, len);

	for (size_t i = digits; digits > 0 && i < f->digits; i++) {
		vv_buf_putc(out, '0');
	}
	vv_buf_put(out, text, len);
	if (decimals == 0 && f->decimals > 0) {
		vv_buf_putc(out, '.');
	}
	for (size_t i = decimals; i < f->decimals; i++) {
		vv_buf_putc(out, '0');
	}
}

/* A cell of the file as the base has it: a copy, with the base's encoding, zeros, dates and decimal mark. */
static vv_status take_cell(spelling_job *j, vv_cell *out, const vv_cell *saved, size_t column,
			   vv_error *err)
{
	const vv_display *display = proven_display(j, column);
	vv_auto(vv_buf) whole = VV_BUF_INIT, b = VV_BUF_FOR(&whole);
	vv_cell room;

	const vv_cell *cell = vv_excel_rows_utf8(j->rows, &room, saved);
	*out = *cell;
	out->flags = 0;
	const bool shown = cell->len > 0 && ((display && vv_display_put_value(&b, display, cell)) ||
					     put_logic(j, &b, cell, column));
	if (!shown && !has_known_encoding(j, saved)) {
		const vv_field *f = &j->file.then.table.schema.fields[column];

		return vv_fail(
			err, VV_EINPUT,
			"'%s', column '%s': a changed cell is not UTF-8, and its encoding cannot be found from other cells",
			vv_text_shows(j->r->path), vv_text_name(f->name, f->name_len));
	}
	if (cell->len > 0 && !shown && !put_date(j, &b, cell, column)) {
		vv_buf_put(&b, cell->text, cell->len);
	}
	char *mark = j->mark && !shown && is_number(vv_buf_cstr(&b), b.len, j->mark)
			     ? memchr(b.data, j->mark, b.len)
			     : NULL;
	if (mark) {
		*mark = j->mark == ',' ? '.' : ',';
	}
	put_with_zeros(&whole, &j->forms[column], vv_buf_cstr(&b), b.len);
	out->text = vv_arena_strndup(&j->arena, vv_buf_cstr(&whole), whole.len);
	out->len = (uint32_t)whole.len;
	return out->text && !whole.failed ? VV_OK : vv_fail_nomem(err);
}

static vv_row_edit *put_edit(spelling_job *j, uint64_t row, vv_row_action action)
{
	return vv_array_add(j->edits, j->count, j->cap, (vv_row_edit){.row = row, .action = action})
		       ? &j->edits[j->count - 1]
		       : NULL;
}

/* A cell at row p->row of the file, and in a column of the base. */
static void warn_cell(const spelling_job *j, const vv_excel_pair *p, size_t column,
		      const char *what)
{
	const vv_field *f = &j->file.then.table.schema.fields[column];

	vv_notes_warn(vv_repository_notes(j->r->repo), "%s, row %llu, column %s: %s",
		      vv_text_shows(j->r->path), (unsigned long long)p->row + 1,
		      vv_text_name(f->name, f->name_len), what);
}

/* A cell that shows only a part of its value was restored. */
static void warn_part(spelling_job *j, const vv_excel_pair *p, size_t column, const vv_cell *was,
		      const vv_cell *is)
{
	vv_auto(vv_buf) what = VV_BUF_INIT;

	if (j->done->undecided++ >= LISTED) {
		unnamed *u = &j->unnamed[column];

		if (u->cells++ == 0) {
			u->first = p->row + 1;
		}
		u->last = p->row + 1;
		return;
	}
	vv_buf_printf(&what, "restored %s, displayed as ", vv_text_name(was->text, was->len));
	vv_buf_printf(&what, "%s; if this is an edit, enter it again",
		      vv_text_name(is->text, is->len));
	warn_cell(j, p, column, vv_buf_cstr(&what));
}

/* A cell that may be an edit stays. */
static void warn_doubtful(spelling_job *j, const vv_excel_pair *p, size_t column, const vv_cell *is,
			  const char *why)
{
	vv_auto(vv_buf) what = VV_BUF_INIT;

	if (j->doubtful++ >= LISTED) return;
	vv_buf_printf(&what, "%s was left unchanged: %s", vv_text_name(is->text, is->len), why);
	warn_cell(j, p, column, vv_buf_cstr(&what));
}

/* How the cell displays the base's under the column's number format. */
static vv_display_answer answer_of(const spelling_job *j, size_t column, const vv_cell *was,
				   const vv_cell *is)
{
	const vv_display *d = j->rows->columns[j->from[column]].display;
	vv_cell room;

	return d ? vv_display_of(d, was, vv_excel_rows_utf8(j->rows, &room, is)) : VV_DISPLAY_NO;
}

/* Whether a cell that shows only a part is the base's; warns of it. */
static bool is_displayed(spelling_job *j, const vv_excel_pair *p, size_t column, const vv_cell *was,
			 const vv_cell *changed, vv_display_answer a)
{
	const vv_display *d = j->rows->columns[j->from[column]].display;
	vv_cell room;

	if (a != VV_DISPLAY_PART) return false;
	const vv_cell *is = vv_excel_rows_utf8(j->rows, &room, changed);
	if (!vv_display_parts_proven(d)) {
		warn_doubtful(j, p, column, is, "the old value may be displayed so");
		return false;
	}
	warn_part(j, p, column, was, is);
	return true;
}

static vv_status edit_cells(spelling_job *j, const vv_excel_pair *p, vv_error *err)
{
	vv_excel_rows *r = j->rows;
	const vv_cell *was, *is;
	vv_status rc;

	if ((rc = vv_row_by_number_get(&r->old_rows, p->old, &was, err)) < 0 ||
	    (rc = vv_row_by_number_get(&r->rows, p->row, &is, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < j->file.then.table.columns; i++) {
		const vv_cell *cell = &is[j->from[i]];
		vv_cell kept;

		if (vv_cell_equal(&was[i], cell)) {
			continue;
		}
		const vv_display_answer a = answer_of(j, i, &was[i], cell);
		if (a == VV_DISPLAY_WHOLE && proven_display(j, i)) {
			j->done->cells++;
			continue;
		}
		const vv_excel_kind k = vv_excel_damage(&r->excel, &was[i], cell);
		const bool doubtful = r->excel.was.order && !r->excel.order;
		if ((k != VV_EXCEL_NONE && !doubtful &&
		     vv_excel_column_is(&r->columns[j->from[i]], k)) ||
		    is_displayed(j, p, i, &was[i], cell, a)) {
			j->done->cells++;
			continue;
		}
		if (doubtful) {
			warn_doubtful(j, p, i, cell,
				      "its first or its second number may be the day");
		}
		if ((rc = take_cell(j, &kept, cell, i, err)) < 0) return rc;
		if (vv_cell_equal(&was[i], &kept)) {
			j->done->cells++;
			continue;
		}
		vv_row_edit *e = put_edit(j, p->old, VV_ROW_SET);
		if (!e) return vv_fail_nomem(err);
		e->cell = kept;
		e->column = i;
		j->done->edited++;
	}
	return vv_buf_ok(&r->excel.text, err);
}

static vv_status add_row(spelling_job *j, uint64_t row, uint64_t place, vv_error *err)
{
	vv_cell *cells = vv_arena_alloc(&j->arena,
					(j->file.then.table.columns + 1) * sizeof(*cells));
	vv_row_edit *e = put_edit(j, place, VV_ROW_INSERT);
	const vv_cell *is;
	vv_status rc;

	if (!cells || !e) return vv_fail_nomem(err);
	if ((rc = vv_row_by_number_get(&j->rows->rows, row, &is, err)) < 0) return rc;
	for (size_t i = 0; i < j->file.then.table.columns; i++) {
		if ((rc = take_cell(j, &cells[i], &is[j->from[i]], i, err)) < 0) return rc;
	}
	e->cells = cells;
	j->done->added++;
	return VV_OK;
}

/* The place in the base after the row of the file, which both have unchanged. */
static uint64_t place_behind(const vv_changed_groups *g, uint64_t row)
{
	vv_array_each(g->segments, g->segment_count, s) {
		if (row >= s->new_row && row - s->new_row < s->rows) {
			return s->old_row + (row - s->new_row) + 1;
		}
	}
	return 0;
}

static void warn_unnamed(const spelling_job *j, size_t column)
{
	const vv_field *f = &j->file.then.table.schema.fields[column];
	const unnamed *u = &j->unnamed[column];

	if (u->cells == 0) return;
	vv_notes_warn(
		vv_repository_notes(j->r->repo),
		"%s, column %s: restored %s in rows %llu to %llu, displayed in part; if some are edits, enter them again",
		vv_text_shows(j->r->path), vv_text_name(f->name, f->name_len),
		vv_text_counted(u->cells, "more cell", NULL), (unsigned long long)u->first,
		(unsigned long long)u->last);
}

static vv_status make_edits(spelling_job *j, vv_error *err)
{
	const vv_excel_rows *r = j->rows;
	uint64_t place = 0, last = VV_EXCEL_NO_ROW; /* after the row of the file that came last */
	vv_status rc = VV_OK;

	for (size_t i = 0; i < r->count && rc == VV_OK; i++) {
		const vv_excel_pair *p = &r->pairs[i];

		if (p->row == VV_EXCEL_NO_ROW) {
			rc = put_edit(j, p->old, VV_ROW_REMOVE) ? VV_OK : vv_fail_nomem(err);
			j->done->removed++;
			continue;
		}
		if (p->row == 0) {
			place = 0;
		} else if (p->row - 1 != last) {
			place = place_behind(&r->changed, p->row - 1);
		}
		last = p->row;
		if (p->old == VV_EXCEL_NO_ROW) {
			rc = add_row(j, p->row, place, err);
		} else {
			place = p->old + 1;
			rc = edit_cells(j, p, err);
		}
	}
	if (j->doubtful > LISTED) {
		vv_notes_warn(vv_repository_notes(j->r->repo), "%s: %s left unchanged",
			      vv_text_shows(j->r->path),
			      vv_text_counted(j->doubtful - LISTED, "more such date was",
					      "more such dates were"));
	}
	for (size_t i = 0; i < j->file.then.table.columns; i++) {
		warn_unnamed(j, i);
	}
	vv_row_edits_sort(j->edits, j->count);
	return rc;
}

vv_status vv_spelling_restore_run(vv_spelling_restored *out, const vv_spelling_restore *r,
				  vv_error *err)
{
	vv_auto(spelling_job) j = {.r = r,
				   .done = out,
				   .file = {.repo = r->repo,
					    .reader = r->reader,
					    .path = r->path,
					    .keyless = true,
					    .over = &j.file.then.table},
				   .arena = VV_ARENA_INIT};
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = open_both(&j, err)) < 0 || (rc = find_columns(&j, err)) < 0 ||
	    (rc = check_pairs(&j, err)) < 0 || (rc = find_forms(&j, err)) < 0 ||
	    (rc = make_edits(&j, err)) < 0) {
		return rc;
	}
	return vv_row_file_write(&j.file, j.edits, j.count, err);
}
