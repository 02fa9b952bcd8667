/*
 * text_table: knows how changed rows become one aligned table: which columns are worth their place,
 * and how wide each has to be.
 */
#include <string.h>

#include "base/text.h"
#include "diff/write/text_cell.h"
#include "diff/write/text_rows.h"

#define COLUMN_MAX 40u  /* a column that needs more makes the table a list of blocks */
#define FREE_WIDTH 120u /* for choosing columns where nothing limits the line */
#define MARK_WIDTH 4u   /* "  ~ " */
#define GAP 2u

/* The text of a cell as it stands in the table, without colours. */
static void put_value(vv_buf *out, const text_rows *r, const text_row *row, size_t column)
{
	const text_column *c = &r->columns[column];
	uint8_t change = text_change(r, row, column);
	const vv_cell *cell = text_cell(row, c);
	if (change != VV_CELL_SAME) {
		vv_text_cell_put(out, &row->old_cells[c->a], true);
		vv_buf_puts(out, text_arrow(change));
		vv_text_cell_put(out, &row->new_cells[c->b], true);
	} else if (cell) {
		vv_text_cell_put(out, cell, false);
	}
}

/* Widest value of a column, or more than max. */
static size_t measure(const text_rows *r, size_t column, size_t max)
{
	size_t widest = r->columns[column].name_width;
	for (size_t i = 0; i < r->count && widest <= max; i++) {
		vv_buf b = VV_BUF_INIT;
		put_value(&b, r, &r->rows[i], column);
		size_t n = b.failed ? max + 1 : vv_text_cell_width(vv_buf_cstr(&b));
		widest = n > widest ? n : widest;
		vv_buf_clear(&b);
	}
	return widest;
}

/* Takes a column in when it fits into what is left of the line. */
static bool take(text_rows *r, size_t column, size_t *left, size_t max)
{
	text_column *c = &r->columns[column];
	if (c->used) {
		return true;
	}
	c->width = measure(r, column, max);
	if (c->width > max || c->width + GAP > *left) {
		return false;
	}
	c->used = true;
	*left -= c->width + GAP;
	return true;
}

static size_t row_number_width(const text_rows *r)
{
	uint64_t most = 0;
	for (size_t i = 0; i < r->count; i++) {
		uint64_t n = r->rows[i].new_cells ? r->rows[i].new_row : r->rows[i].old_row;
		most = n > most ? n : most;
	}
	size_t digits = 1;
	for (most += 1; most >= 10; most /= 10) {
		digits++;
	}
	return digits < 3 ? 3 : digits; /* "row" */
}

static void mark_changed(text_rows *r, bool *whole)
{
	*whole = false;
	for (size_t i = 0; i < r->column_count; i++) {
		r->columns[i].changed = r->columns[i].used = false;
		for (size_t k = 0; k < r->count && !r->columns[i].changed; k++) {
			r->columns[i].changed = text_change(r, &r->rows[k], i) != VV_CELL_SAME;
		}
	}
	for (size_t k = 0; k < r->count; k++) {
		*whole |= r->rows[k].kind != VV_ROW_CHANGED;
	}
}

/* Columns beside the changed ones; where whole rows are shown, as many as fit. */
static void take_context(text_rows *r, bool whole, size_t left)
{
	size_t taken = 0;
	for (size_t i = 0; whole && i < r->column_count; i++) {
		take(r, i, &left, COLUMN_MAX);
	}
	for (size_t i = 0; i < r->column_count && taken < r->context; i++) {
		bool beside = (i > 0 && r->columns[i - 1].changed) ||
			      (i + 1 < r->column_count && r->columns[i + 1].changed);
		if (!r->columns[i].used && (beside || i <= 1)) {
			taken += take(r, i, &left, COLUMN_MAX);
		}
	}
}

static bool choose(text_rows *r)
{
	size_t left = (r->width ? r->width : FREE_WIDTH), wanted = 0, kept = 0;
	bool whole;
	mark_changed(r, &whole);
	size_t fixed = MARK_WIDTH + (r->key_count == 0 ? row_number_width(r) + GAP : 0);
	if (left < fixed) {
		return false;
	}
	left -= fixed;
	for (size_t i = 0; i < r->column_count; i++) {
		if (r->columns[i].names || r->columns[i].changed) {
			wanted++;
			kept += take(r, i, &left, COLUMN_MAX);
		}
	}
	if (kept < wanted) {
		return false;
	}
	take_context(r, whole, left);
	for (size_t i = 0; i < r->column_count; i++) {
		kept += r->columns[i].used;
	}
	return kept > 0;
}

static bool hides_columns(const text_rows *r, size_t *hidden)
{
	*hidden = 0;
	for (size_t i = 0; i < r->column_count; i++) {
		*hidden += !r->columns[i].used;
	}
	return *hidden > 0;
}

/* Columns in the order they are shown in: those that name the row first. */
static bool next_column(const text_rows *r, size_t *at, bool *keys)
{
	for (;; (*at)++) {
		if (*at >= r->column_count) {
			if (!*keys) {
				return false;
			}
			*keys = false;
			*at = 0;
		}
		if (*at < r->column_count && r->columns[*at].used &&
		    r->columns[*at].names == *keys) {
			return true;
		}
	}
}

static void put_header(const text_rows *r, vv_buf *out)
{
	size_t hidden, at = 0;
	bool keys = true;
	vv_buf_puts(out, text_on(r, TEXT_BOLD));
	text_put_spaces(out, MARK_WIDTH);
	if (r->key_count == 0) {
		text_put_spaces(out, row_number_width(r) - 3);
		vv_buf_puts(out, "row");
		text_put_spaces(out, GAP);
	}
	for (; next_column(r, &at, &keys); at++) {
		const text_column *c = &r->columns[at];
		if (c->number) {
			text_put_spaces(out, c->width - c->name_width);
		}
		vv_buf_puts(out, c->name);
		text_put_spaces(out, (c->number ? 0 : c->width - c->name_width) + GAP);
	}
	vv_buf_puts(out, text_off(r));
	if (hides_columns(r, &hidden)) {
		vv_buf_printf(out, "%s\u2026%s", text_on(r, TEXT_DIM), text_off(r));
	}
	while (out->len > 0 && !r->color && out->data[out->len - 1] == ' ') {
		out->data[--out->len] = '\0';
	}
	vv_buf_putc(out, '\n');
}

static void put_cell(const text_rows *r, vv_buf *out, const text_row *row, size_t column)
{
	const text_column *c = &r->columns[column];
	uint8_t change = text_change(r, row, column);
	vv_buf b = VV_BUF_INIT;
	put_value(&b, r, row, column);
	size_t n = vv_text_cell_width(vv_buf_cstr(&b)), pad = c->width > n ? c->width - n : 0;
	text_put_spaces(out, c->number ? pad : 0);
	if (change == VV_CELL_SAME || !r->color) {
		bool whole = row->kind == VV_ROW_ADDED || row->kind == VV_ROW_REMOVED;
		const char *on = whole      ? text_on(r, text_kind_paint(row->kind))
				 : c->names ? ""
					    : text_on(r, TEXT_DIM);
		vv_buf_printf(out, "%s%s%s", on, vv_buf_cstr(&b), *on ? text_off(r) : "");
	} else {
		vv_buf old = VV_BUF_INIT, new = VV_BUF_INIT;
		vv_text_cell_put(&old, &row->old_cells[c->a], true);
		vv_text_cell_put(&new, &row->new_cells[c->b], true);
		bool format = change == VV_CELL_FORMAT;
		vv_buf_printf(out, "%s%s%s%s", text_on(r, format ? TEXT_CYAN : TEXT_RED),
			      vv_buf_cstr(&old), text_off(r), text_arrow(change));
		vv_buf_printf(out, "%s%s%s", text_on(r, format ? TEXT_CYAN : TEXT_GREEN),
			      vv_buf_cstr(&new), text_off(r));
		out->failed |= old.failed || new.failed;
		vv_buf_clear(&old);
		vv_buf_clear(&new);
	}
	text_put_spaces(out, (c->number ? 0 : pad) + GAP);
	out->failed |= b.failed;
	vv_buf_clear(&b);
}

static void put_row(const text_rows *r, vv_buf *out, const text_row *row)
{
	size_t at = 0;
	bool keys = true;
	vv_buf_printf(out, "  %s%c%s ", text_on(r, text_kind_paint(row->kind)),
		      text_kind_mark(row->kind), text_off(r));
	if (r->key_count == 0) {
		uint64_t n = (row->new_cells ? row->new_row : row->old_row) + 1;
		vv_buf_printf(out, "%*llu", (int)row_number_width(r), (unsigned long long)n);
		text_put_spaces(out, GAP);
	}
	for (; next_column(r, &at, &keys); at++) {
		put_cell(r, out, row, at);
	}
	if (row->moved) {
		vv_buf_printf(out, "%s(row %llu -> %llu)%s", text_on(r, TEXT_DIM),
			      (unsigned long long)row->old_row + 1,
			      (unsigned long long)row->new_row + 1, text_off(r));
	}
	while (out->len > 0 && out->data[out->len - 1] == ' ') {
		out->data[--out->len] = '\0';
	}
	vv_buf_putc(out, '\n');
}

bool text_table_put(text_rows *r, vv_buf *out)
{
	if (!choose(r)) {
		return false;
	}
	put_header(r, out);
	for (size_t i = 0; i < r->count; i++) {
		put_row(r, out, &r->rows[i]);
	}
	return true;
}
