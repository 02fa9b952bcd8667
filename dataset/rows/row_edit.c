/*
 * row_edit: which rows stay, and which are written again.
 */
#include "dataset/rows/row_edit.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/format/row_write.h"
#include "dataset/read/text_encoder.h"
#include "dataset/rows/edited_file.h"
#include "dataset/rows/line_edit.h"
#include "dataset/table/table.h"

typedef struct editor {
	vv_table *table;
	const vv_row_edit *edits;
	size_t count, next;
	vv_line_editor lines;
	bool all; /* every line is written again: members have other names */
	vv_edited_file file;
	vv_cell *cells; /* of a row being set */
	bool *changed;
	vv_buf line, out;
	vv_text_encoder encoder;
	vv_bytes_fn fn;
	void *payload;
} editor;

static int by_row(const void *a, const void *b)
{
	const vv_row_edit *x = a, *y = b;

	if (x->row != y->row) return x->row < y->row ? -1 : 1;
	if ((x->action == VV_ROW_INSERT) != (y->action == VV_ROW_INSERT)) {
		return x->action == VV_ROW_INSERT ? -1 : 1;
	}
	return 0;
}

void vv_row_edits_sort(vv_row_edit *edits, size_t count)
{
	/* Insertion keeps equal ones in order; edits mostly come sorted. */
	for (size_t i = 1; i < count; i++) {
		vv_row_edit e = edits[i];
		size_t k = i;

		for (; k > 0 && by_row(&e, &edits[k - 1]) < 0; k--) {
			edits[k] = edits[k - 1];
		}
		edits[k] = e;
	}
}

/* Can the file contain the new cell? */
static vv_status check_cell(editor *e, const vv_cell *cell, uint64_t row, size_t column,
			    vv_error *err)
{
	vv_status rc = vv_line_takes(&e->lines, cell, column, err);

	return rc == VV_EINPUT
		       ? vv_prefix(err, "row %llu, column '%s'", (unsigned long long)row + 1,
				   vv_text_shows(e->lines.names[column]))
		       : rc;
}

/* Rows that come in front of this one. */
static vv_status insert_rows(editor *e, uint64_t row, vv_error *err)
{
	size_t len;
	const char *end = vv_dialect_row_end(&e->table->root.dialect, &len);

	for (; e->next < e->count && e->edits[e->next].row == row &&
	       e->edits[e->next].action == VV_ROW_INSERT;
	     e->next++) {
		const vv_cell *cells = e->edits[e->next].cells;

		if (!cells) {
			const vv_bytes *line = &e->edits[e->next].line;
			vv_edited_file_lines(&e->file, line->data, line->len, false);
			continue;
		}
		for (size_t i = 0; i < e->lines.columns; i++) {
			vv_status rc = check_cell(e, &cells[i], row, i, err);

			if (rc < 0) return rc;
		}
		vv_buf_reset(&e->line);
		vv_row_write(e->lines.writer, &e->line, cells, e->lines.columns);
		vv_buf_put(&e->line, end, len);
		vv_edited_file_lines(&e->file, vv_buf_cstr(&e->line), e->line.len, false);
	}
	return vv_buf_ok(&e->line, err);
}

/* Removes a row, or sets some of its cells. */
static vv_status edit_row(editor *e, const vv_cell *cells, uint64_t row, const char *line,
			  size_t len, vv_error *err)
{
	const bool last = row + 1 == e->table->root.rows;
	bool removed = false;
	vv_status rc;

	memcpy(e->cells, cells, e->table->columns * sizeof(*cells));
	memset(e->changed, 0, e->lines.columns);
	for (size_t i = e->table->columns; i < e->lines.columns; i++) {
		e->cells[i] = (vv_cell){.state = VV_CELL_ABSENT};
	}
	for (; e->next < e->count && e->edits[e->next].row == row; e->next++) {
		const vv_row_edit *edit = &e->edits[e->next];

		if (edit->action == VV_ROW_LINE) {
			if (edit->line.len > 0) {
				vv_edited_file_lines(&e->file, edit->line.data, edit->line.len,
						     last);
			}
			e->next++;
			return VV_OK;
		}
		if (edit->action == VV_ROW_REMOVE) {
			removed = true;
			continue;
		}
		e->cells[edit->column] = edit->cell;
		e->changed[edit->column] = edit->column >= e->table->columns ||
					   !vv_cell_equal(&cells[edit->column], &edit->cell);
		if ((rc = check_cell(e, &edit->cell, row, edit->column, err)) < 0) return rc;
	}
	if (removed) {
		size_t lead = vv_line_lead(&e->table->root.dialect, e->table->columns, line, len);

		if (lead > 0) {
			vv_edited_file_lines(&e->file, line, lead, true);
		}
		return VV_OK;
	}
	vv_buf_reset(&e->line);
	if ((rc = vv_line_edit(&e->lines, &e->line, line, len, cells, e->cells, e->changed, NULL,
			       err)) < 0) {
		return rc;
	}
	vv_edited_file_lines(&e->file, vv_buf_cstr(&e->line), e->line.len, last);
	return VV_OK;
}

static vv_status give_bytes(editor *e, bool last, vv_error *err)
{
	const vv_buf *bytes = e->lines.encoding ? &e->encoder.bytes : &e->out;
	vv_status rc = vv_buf_ok(&e->out, err);

	if (rc == VV_OK && e->lines.encoding) {
		rc = vv_text_encoder_put(&e->encoder, e->lines.encoding, vv_buf_cstr(&e->out),
					 e->out.len, last, err);
	}
	if (rc == VV_OK && bytes->len > 0) {
		rc = e->fn(e->payload, bytes->data, bytes->len, err);
	}
	vv_buf_reset(&e->out);
	return rc;
}

/* Copies rows [from, upto) of the group unchanged. */
static void keep_rows(editor *e, const vv_batch *b, const vv_buf *lines, const size_t *ends,
		      size_t from, size_t upto)
{
	const size_t at = from > 0 ? ends[from - 1] : 0;

	if (from < upto) {
		vv_edited_file_lines(&e->file, lines->data + at, ends[upto - 1] - at,
				     b->first_row + upto == e->table->root.rows);
	}
}

static vv_status edit_group(editor *e, const vv_batch *b, bool last, vv_error *err)
{
	vv_auto(vv_buf) lines = VV_BUF_INIT;
	vv_auto_free size_t *ends = vv_calloc(b->rows + 1, sizeof(*ends));
	size_t kept = 0;
	vv_status rc = ends ? vv_batch_lines(&lines, ends, e->table, b, last, err)
			    : vv_fail_nomem(err);

	for (size_t r = 0; rc == VV_OK && e->all && r < b->rows; r++) {
		const size_t at = r > 0 ? ends[r - 1] : 0;

		rc = edit_row(e, &b->cells[r * b->columns], b->first_row + r, lines.data + at,
			      ends[r] - at, err);
		kept = r + 1;
	}
	while (rc == VV_OK && e->next < e->count &&
	       e->edits[e->next].row < b->first_row + b->rows) {
		const size_t r = (size_t)(e->edits[e->next].row - b->first_row);
		const size_t at = r > 0 ? ends[r - 1] : 0;

		keep_rows(e, b, &lines, ends, kept, r);
		kept = r;
		if ((rc = insert_rows(e, b->first_row + r, err)) == VV_OK && e->next < e->count &&
		    e->edits[e->next].row == b->first_row + r) {
			rc = edit_row(e, &b->cells[r * b->columns], b->first_row + r,
				      lines.data + at, ends[r] - at, err);
			kept = r + 1;
		}
	}
	if (rc < 0) return rc;
	keep_rows(e, b, &lines, ends, kept, b->rows);
	return give_bytes(e, false, err);
}

static vv_status edit_rows(editor *e, vv_error *err)
{
	vv_auto(vv_table_reader) *r = NULL;
	vv_auto(vv_batch) b = {0};
	const uint64_t rows = e->table->root.rows;
	int more = 0;
	vv_status rc = vv_table_reader_open(&r, e->table, NULL, 0, true, err);

	while (rc == VV_OK && (more = vv_table_read(r, &b, err)) > 0) {
		rc = edit_group(e, &b, b.first_row + b.rows == rows, err);
	}
	if (rc < 0 || more < 0) return rc < 0 ? rc : (vv_status)more;
	return insert_rows(e, rows, err);
}

static vv_status edit_file(editor *e, vv_error *err)
{
	vv_status rc = vv_line_editor_open(&e->lines, err);

	e->file.out = &e->out;
	e->cells = vv_calloc(e->lines.columns + 1, sizeof(*e->cells));
	e->changed = vv_calloc(e->lines.columns + 1, sizeof(*e->changed));
	if (rc == VV_OK && (!e->cells || !e->changed)) {
		rc = vv_fail_nomem(err);
	}
	if (rc == VV_OK && (rc = vv_text_encoder_init(&e->encoder, err)) == VV_OK) {
		vv_edited_file_head(&e->file);
		rc = edit_rows(e, err);
	}
	if (rc == VV_OK) {
		vv_edited_file_tail(&e->file);
		rc = give_bytes(e, true, err);
	}
	vv_line_editor_close(&e->lines);
	vv_edited_file_clear(&e->file);
	vv_text_encoder_clear(&e->encoder);
	vv_buf_clear_all(&e->line, &e->out);
	vv_free_all(e->cells, e->changed);
	return rc;
}

vv_status vv_rows_edit(vv_table *t, const vv_more_columns *more, const vv_row_edit *edits,
		       size_t count, vv_bytes_fn fn, void *payload, vv_error *err)
{
	const vv_dialect *d = &t->root.dialect;
	const size_t columns = t->columns + (more ? more->count : 0);
	vv_auto_free const char **names = vv_calloc(columns + 1, sizeof(*names));
	vv_auto_free size_t *from = vv_calloc(columns + 1, sizeof(*from));
	if (!names || !from) return vv_fail_nomem(err);
	for (size_t i = 0; i < columns; i++) {
		from[i] = i < t->columns ? i : VV_LINE_NONE;
		names[i] = i < t->columns ? t->schema.fields[i].name : more->names[i - t->columns];
	}
	editor e = {.table = t,
		    .edits = edits,
		    .count = count,
		    .fn = fn,
		    .payload = payload,
		    .lines = {.was = d,
			      .is = d,
			      .schema = &t->schema,
			      .names = names,
			      .from = from,
			      .columns = columns},
		    .file.dialect = d};
	return edit_file(&e, err);
}

vv_status vv_column_rename(vv_table *t, size_t column, const char *name, vv_bytes_fn fn,
			   void *payload, vv_error *err)
{
	vv_auto_free const char **names = vv_calloc(t->columns + 1, sizeof(*names));
	vv_auto(vv_dialect) d = {0};
	editor e = {.table = t, .fn = fn, .payload = payload};
	vv_status rc = names ? vv_dialect_dup(&d, &t->root.dialect, err) : vv_fail_nomem(err);

	if (rc < 0) return rc;
	for (size_t i = 0; i < t->columns; i++) {
		names[i] = i == column ? name : t->schema.fields[i].name;
	}
	if (!vv_form_is_typed(d.form) &&
	    (rc = vv_header_rename(&d, &t->schema, column, name, err)) < 0) {
		return rc;
	}
	e.lines = (vv_line_editor){.was = &t->root.dialect,
				   .is = &d,
				   .schema = &t->schema,
				   .names = names,
				   .columns = t->columns};
	e.all = vv_form_is_typed(d.form);
	e.file.dialect = &d;
	return edit_file(&e, err);
}
