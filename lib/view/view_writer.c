/*
 * view_writer: how a row looks in each format, but for the aligned one.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/json/json.h"
#include "base/json/json_skip.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/format/row_write.h"
#include "dataset/read/likely_encoding.h"
#include "dataset/schema/header.h"
#include "dataset/schema/value.h"
#include "dataset/table/table.h"
#include "lib/view/view_writer.h"

/* A number with the field's own decimal and group characters, as JSON spells it. */
static bool put_number(vv_buf *out, const vv_cell *cell, const vv_field *field)
{
	const size_t from = out->len;
	size_t at, len;

	if (vv_field_plain_marks(field)) {
		if (!vv_json_is_number(cell->text, cell->len)) return false;
		vv_buf_put(out, cell->text, cell->len);
		return true;
	}
	if (vv_type_find_number(field, cell->text, cell->len, &at, &len) && len == cell->len &&
	    vv_value_put_number(out, field, cell->text, cell->len) &&
	    vv_json_is_number(out->data + from, out->len - from)) {
		return true;
	}
	out->len = from;
	return false;
}

/* Appends the cell as a JSON value, as its field means it. False: it is not UTF-8. */
static bool put_json(vv_buf *out, const vv_cell *cell, const vv_field *field, bool typed)
{
	if (cell->state == VV_CELL_NULL || cell->state == VV_CELL_ABSENT) {
		vv_buf_puts(out, "null");
		return true;
	}
	if (cell->state == VV_CELL_LITERAL) {
		vv_json_put_line(out, cell->text, cell->len);
		return vv_utf8_valid(cell->text, cell->len);
	}
	if (typed) {
		if (vv_field_missing(field, cell)) {
			vv_buf_puts(out, "null");
			return true;
		}
		if ((field->type == VV_TYPE_INTEGER || field->type == VV_TYPE_NUMBER ||
		     field->type == VV_TYPE_YEAR) &&
		    put_number(out, cell, field)) {
			return true;
		}
		if (field->type == VV_TYPE_BOOLEAN && vv_cell_is_one_of(cell, field->true_values)) {
			vv_buf_puts(out, "true");
			return true;
		}
		if (field->type == VV_TYPE_BOOLEAN &&
		    vv_cell_is_one_of(cell, field->false_values)) {
			vv_buf_puts(out, "false");
			return true;
		}
	}
	return vv_json_put_string(out, cell->text, cell->len);
}

/* JSON has no other text than UTF-8. row: from 0; UINT64_MAX: it is the column's name. */
static vv_status refuse_text(const vv_cell *cell, const vv_field *field, uint64_t row,
			     vv_error *err)
{
	const char *encoding = vv_likely_encoding(cell->text, cell->len);
	char where[64] = "the header";

	if (row != UINT64_MAX) {
		(void)snprintf(where, sizeof(where), "row %s", vv_text_count(row + 1));
	}
	return vv_fail(
		err, VV_EINPUT,
		"%s, column '%s': '%s' is not UTF-8, which JSON requires; it may be %s\nconvert "
		"the file ('iconv -f %s -t UTF-8 OLD > NEW'), or write csv or tsv, which do not "
		"require UTF-8",
		where, vv_text_shows(field->name), vv_text_show(cell->text, cell->len), encoding,
		encoding);
}

static vv_status init_dialect(vv_view_writer *w, vv_error *err)
{
	vv_status rc;

	if (w->format == VV_VIEW_OWN) {
		if ((rc = vv_dialect_dup(&w->dialect, &w->table->root.dialect, err)) < 0) {
			vv_dialect_init(&w->dialect);
			return rc;
		}
		w->dialect.comment = 0;
		w->dialect.spaces = VV_SPACES_KEPT;
		w->quotes_by_column = true;
		return VV_OK;
	}
	vv_dialect_init(&w->dialect);
	if (w->format == VV_VIEW_TSV) {
		w->dialect.delimiter = '\t';
	}
	return VV_OK;
}

static vv_status init_names(vv_view_writer *w, vv_error *err)
{
	w->typed = !vv_form_is_typed(w->table->root.dialect.form);
	w->names = vv_calloc(w->count ? w->count : 1, sizeof(vv_buf));
	if (!w->names) return vv_fail_nomem(err);
	for (size_t i = 0; i < w->count; i++) {
		const vv_field *f = &w->table->schema.fields[w->columns[i]];
		const vv_cell *label = &w->labels[w->columns[i]];
		vv_status rc;

		if (!vv_utf8_valid(label->text, label->len)) {
			return refuse_text(label, f, UINT64_MAX, err);
		}
		vv_json_put_string(&w->names[i], f->name, f->name_len);
		vv_buf_putc(&w->names[i], ':');
		if ((rc = vv_buf_ok(&w->names[i], err)) < 0) return rc;
	}
	return VV_OK;
}

vv_status vv_view_writer_init(vv_view_writer *w, const vv_table *t, vv_view_format format,
			      const size_t *columns, size_t count, unsigned width, vv_error *err)
{
	vv_status rc;

	if (format == VV_VIEW_OWN && vv_form_is_typed(t->root.dialect.form)) {
		format = vv_form_is_document(t->root.dialect.form) ? VV_VIEW_JSON : VV_VIEW_NDJSON;
	}
	*w = (vv_view_writer){.table = t, .columns = columns, .count = count, .format = format};
	vv_dialect_init(&w->dialect);
	if (format == VV_VIEW_TABLE) return vv_view_grid_new(&w->grid, w, width, err);
	if ((rc = vv_header_labels(&w->labels, &w->labels_arena, &t->root.dialect, &t->schema,
				   err)) < 0) {
		return rc;
	}
	if (format == VV_VIEW_JSON || format == VV_VIEW_NDJSON) return init_names(w, err);
	return init_dialect(w, err);
}

void vv_view_writer_clear(vv_view_writer *w)
{
	if (!w->table) {
		return; /* never initialised */
	}
	vv_array_clear(w->names, w->names ? w->count : 0, it, vv_buf_clear(it));
	vv_view_grid_free(w->grid);
	vv_dialect_clear(&w->dialect);
	vv_arena_clear(&w->labels_arena);
	vv_buf_clear_all(&w->defused, &w->line, &w->out);
}

/* Would a spreadsheet compute it? It begins as formulas do, and is not a number. */
static bool is_formula(const vv_cell *cell)
{
	const char *s = cell->text, *first = "=+-@\t\r\n";
	size_t len = cell->len, i = 1, digits = 0;

	if (len < 2 || !memchr(first, s[0], strlen(first))) return false;
	if (s[0] != '+' && s[0] != '-') return true;
	for (; i < len && ((s[i] >= '0' && s[i] <= '9') || s[i] == '.' || s[i] == ','); i++) {
		digits += s[i] != '.' && s[i] != ',';
	}
	if (digits > 0 && i + 1 < len && (s[i] == 'e' || s[i] == 'E')) {
		i += i + 2 < len && (s[i + 1] == '+' || s[i + 1] == '-') ? 2u : 1u;
		while (i < len && s[i] >= '0' && s[i] <= '9') {
			i++;
		}
	}
	return digits == 0 || i < len;
}

/* text becomes the cell with a quotation mark before it, which spreadsheets take for "text". */
static void defuse_cell(vv_view_writer *w, vv_cell *text)
{
	vv_buf_reset(&w->defused);
	vv_buf_putc(&w->defused, '\'');
	vv_buf_put(&w->defused, text->text, text->len);
	if (w->defused.failed) {
		w->out.failed = true;
		return;
	}
	text->text = w->defused.data;
	text->len++;
}

static void put_csv_cell(vv_view_writer *w, const vv_cell *cell, size_t at, size_t column)
{
	vv_quoting habit = VV_QUOTE_MINIMAL;
	vv_cell text = *cell;

	/* A JSON literal has its spelling as text, on one line; null and absent have none. */
	if (text.state == VV_CELL_LITERAL) {
		vv_buf_reset(&w->line);
		vv_json_put_line(&w->line, text.text, text.len);
		w->out.failed |= w->line.failed;
		text.text = vv_buf_cstr(&w->line);
		text.len = (uint32_t)w->line.len;
	}
	text.state = VV_CELL_TEXT;
	if (w->safe && is_formula(&text)) {
		defuse_cell(w, &text);
	}
	if (w->quotes_by_column && column < w->dialect.quoting_count) {
		habit = (vv_quoting)w->dialect.quoting[column];
	}
	vv_cell_write_csv(&w->out, &text, &w->dialect, habit, vv_cell_place_of(at, w->count));
}

static void end_csv_row(vv_view_writer *w)
{
	size_t len;
	const char *end = vv_dialect_row_end(&w->dialect, &len);

	vv_buf_put(&w->out, end, len);
}

void vv_view_begin(vv_view_writer *w)
{
	if (w->format == VV_VIEW_JSON) {
		vv_buf_putc(&w->out, '[');
		return;
	}
	if (w->format == VV_VIEW_NDJSON || w->format == VV_VIEW_TABLE || !w->dialect.header ||
	    w->count == 0) {
		return;
	}
	for (size_t i = 0; i < w->count; i++) {
		if (i > 0) {
			vv_buf_putc(&w->out, w->dialect.delimiter);
		}
		put_csv_cell(w, &w->labels[w->columns[i]], i, SIZE_MAX);
	}
	end_csv_row(w);
}

static vv_status put_object(vv_view_writer *w, const vv_cell *cells, uint64_t row, vv_error *err)
{
	bool comma = false;

	vv_buf_putc(&w->out, '{');
	for (size_t i = 0; i < w->count; i++) {
		const vv_cell *c = &cells[w->columns[i]];
		const vv_field *f = &w->table->schema.fields[w->columns[i]];

		/* A member that JSON did not have stays away; a short CSV row has null. */
		if (c->state == VV_CELL_ABSENT && !w->typed) {
			continue;
		}
		if (comma) {
			vv_buf_putc(&w->out, ',');
		}
		comma = true;
		vv_buf_put(&w->out, w->names[i].data, w->names[i].len);
		if (!put_json(&w->out, c, f, w->typed)) return refuse_text(c, f, row, err);
	}
	vv_buf_putc(&w->out, '}');
	return VV_OK;
}

vv_status vv_view_row(vv_view_writer *w, const vv_cell *cells, uint64_t row, vv_error *err)
{
	vv_status rc = VV_OK;

	switch (w->format) {
	case VV_VIEW_TABLE:
		w->rows++;
		return vv_view_grid_row(w->grid, w, cells, err);
	case VV_VIEW_JSON:
		vv_buf_puts(&w->out, w->rows ? ",\n  " : "\n  ");
		rc = put_object(w, cells, row, err);
		break;
	case VV_VIEW_NDJSON:
		rc = put_object(w, cells, row, err);
		vv_buf_putc(&w->out, '\n');
		break;
	case VV_VIEW_ARROW:
		assert(false && "arrays are not written row by row");
		break;
	case VV_VIEW_OWN:
	case VV_VIEW_CSV:
	case VV_VIEW_TSV:
		for (size_t i = 0; i < w->count; i++) {
			if (i > 0) {
				vv_buf_putc(&w->out, w->dialect.delimiter);
			}
			put_csv_cell(w, &cells[w->columns[i]], i, w->columns[i]);
		}
		end_csv_row(w);
		break;
	}
	w->rows++;
	return w->out.failed && rc == VV_OK ? vv_buf_ok(&w->out, err) : rc;
}

vv_status vv_view_end(vv_view_writer *w, vv_error *err)
{
	if (w->format == VV_VIEW_TABLE) return vv_view_grid_end(w->grid, w, err);
	if (w->format == VV_VIEW_JSON) {
		vv_buf_puts(&w->out, w->rows ? "\n]\n" : "]\n");
	}
	return vv_buf_ok(&w->out, err);
}
