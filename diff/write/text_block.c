/*
 * text_block: knows how a row is told in lines of its own, where a table would be too wide: in
 * one line where that has room for it, else names and values under each other in columns.
 */
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "diff/write/text_cell.h"
#include "diff/write/text_rows.h"

#define NAME_MAX_WIDTH 30u
#define CONTEXT_WIDTH 20u /* of a name or a value that only helps to know the row again */
#define VALUE_MAX_WIDTH 40u
#define INDENT 6u
#define GAP 2u
#define FREE_WIDTH 100u /* of a line where nothing limits it */
#define ROW_LINES 8u    /* of a whole row, on a terminal */

static void put_cut(vv_buf *out, const vv_cell *c, bool exact, size_t width)
{
	vv_buf b = VV_BUF_INIT;
	vv_text_cell_put(&b, c, exact);
	if (width > 0) {
		vv_text_cell_fit(out, vv_buf_cstr(&b), width);
	} else {
		vv_buf_puts(out, vv_buf_cstr(&b));
	}
	out->failed |= b.failed;
	vv_buf_clear(&b);
}

/* "name:", dim within the colour of the row. */
static void put_name(const text_rows *r, vv_buf *out, const char *name, size_t width,
		     const char *on)
{
	vv_buf_printf(out, "%s%s", on, text_on(r, TEXT_DIM));
	vv_text_cell_fit(out, name, width);
	vv_buf_printf(out, ":%s%s", text_off(r), on);
}

/* "~ id: 17, day: 2024-01-05" */
static void put_title(const text_rows *r, vv_buf *out, const text_row *row)
{
	bool first = true;
	const char *on = text_on(r, text_kind_paint(row->kind));
	size_t cut = r->width ? r->width / 2 : 0;
	vv_buf_printf(out, "  %s%c", on, text_kind_mark(row->kind));
	for (size_t i = 0; i < r->column_count; i++) {
		const vv_cell *c = r->columns[i].names ? text_cell(row, &r->columns[i]) : NULL;
		if (c) {
			vv_buf_puts(out, first ? " " : ", ");
			put_name(r, out, r->columns[i].name, NAME_MAX_WIDTH, on);
			vv_buf_putc(out, ' ');
			put_cut(out, c, true, cut);
			first = false;
		}
	}
	if (r->key_count == 0) {
		uint64_t n = (row->new_cells ? row->new_row : row->old_row) + 1;
		vv_buf_printf(out, first ? " row %llu" : " (row %llu)", (unsigned long long)n);
	}
	vv_buf_puts(out, text_off(r));
	if (row->moved) {
		vv_buf_printf(out, "  %s(row %llu -> %llu)%s", text_on(r, TEXT_DIM),
			      (unsigned long long)row->old_row + 1,
			      (unsigned long long)row->new_row + 1, text_off(r));
	}
}

/* A little of what did not change, so that people know the row again. */
static void put_context(const text_rows *r, vv_buf *out, const text_row *row)
{
	size_t shown = 0;
	for (size_t i = 0; i < r->column_count && shown < r->context; i++) {
		const vv_cell *c = text_cell(row, &r->columns[i]);
		if (!c || c->len == 0 || r->columns[i].names ||
		    text_change(r, row, i) != VV_CELL_SAME) {
			continue;
		}
		vv_buf_printf(out, "%s%s", shown ? ", " : "  ", shown ? "" : text_on(r, TEXT_DIM));
		vv_buf_puts(out, shown ? "" : "(");
		vv_text_cell_fit(out, r->columns[i].name, CONTEXT_WIDTH);
		vv_buf_puts(out, ": ");
		put_cut(out, c, false, CONTEXT_WIDTH);
		shown++;
	}
	if (shown > 0) {
		vv_buf_printf(out, ")%s", text_off(r));
	}
}

/* Columns that a line takes; it may hold colours. */
static size_t line_width(const text_rows *r, const vv_buf *line)
{
	vv_buf plain = VV_BUF_INIT;
	const char *s = line->data;
	for (size_t i = 0; i < line->len; i++) {
		if (r->color && s[i] == '\033') {
			while (i < line->len && s[i] != 'm') {
				i++;
			}
		} else {
			vv_buf_putc(&plain, s[i]);
		}
	}
	size_t width = plain.failed ? SIZE_MAX : vv_text_cell_width(vv_buf_cstr(&plain));
	vv_buf_clear(&plain);
	return width;
}

static size_t room(const text_rows *r)
{
	return r->width ? r->width : FREE_WIDTH;
}

static void put_arrow(const text_rows *r, vv_buf *out, const char *old, const char *new,
		      uint8_t change)
{
	bool format = change == VV_CELL_FORMAT;
	vv_buf_printf(out, "%s%s%s%s", text_on(r, format ? TEXT_CYAN : TEXT_RED), old, text_off(r),
		      text_arrow(change));
	vv_buf_printf(out, "%s%s%s", text_on(r, format ? TEXT_CYAN : TEXT_GREEN), new, text_off(r));
}

/* One changed cell, the values beside each other or, where they are too long, under each other. */
static void put_change(const text_rows *r, vv_buf *out, const text_row *row, size_t column,
		       size_t names)
{
	const text_column *c = &r->columns[column];
	uint8_t change = text_change(r, row, column);
	bool format = change == VV_CELL_FORMAT;
	size_t name_width = c->name_width > names ? names : c->name_width,
	       at = INDENT + names + 1 + GAP;
	vv_buf x = VV_BUF_INIT, y = VV_BUF_INIT, old = VV_BUF_INIT, new = VV_BUF_INIT;
	vv_text_cell_put(&x, &row->old_cells[c->a], true);
	vv_text_cell_put(&y, &row->new_cells[c->b], true);
	size_t wide = at + vv_text_cell_width(vv_buf_cstr(&x)) + 4 +
		      vv_text_cell_width(vv_buf_cstr(&y));
	text_put_spaces(out, INDENT);
	put_name(r, out, c->name, names, "");
	text_put_spaces(out, names - name_width + GAP);
	if (r->width == 0 || wide <= r->width) {
		put_arrow(r, out, vv_buf_cstr(&x), vv_buf_cstr(&y), change);
		vv_buf_putc(out, '\n');
	} else {
		size_t left = r->width > at + 12 ? r->width - at - 2 : 10;
		vv_text_cell_window(&old, &new, vv_buf_cstr(&x), vv_buf_cstr(&y), left);
		vv_buf_printf(out, "%s- %s%s\n", text_on(r, format ? TEXT_CYAN : TEXT_RED),
			      vv_buf_cstr(&old), text_off(r));
		text_put_spaces(out, at);
		vv_buf_printf(out, "%s%s %s%s\n", text_on(r, format ? TEXT_CYAN : TEXT_GREEN),
			      format ? "~" : "+", vv_buf_cstr(&new), text_off(r));
	}
	out->failed |= x.failed || y.failed || old.failed || new.failed;
	vv_buf_clear(&x);
	vv_buf_clear(&y);
	vv_buf_clear(&old);
	vv_buf_clear(&new);
}

/* "~ id: 17  price: 9.99 -> 8.99, stock: 3 -> 4  (name: Blue lamp)"; false, and nothing
 * appended, where the changes do not fit. */
static bool put_changed_line(const text_rows *r, vv_buf *out, const text_row *row)
{
	vv_buf line = VV_BUF_INIT, x = VV_BUF_INIT, y = VV_BUF_INIT;
	bool first = true;
	put_title(r, &line, row);
	for (size_t i = 0; i < r->column_count && line.len < FREE_WIDTH * 16; i++) {
		const text_column *c = &r->columns[i];
		uint8_t change = text_change(r, row, i);
		if (change == VV_CELL_SAME) {
			continue;
		}
		vv_buf_reset(&x);
		vv_buf_reset(&y);
		vv_text_cell_put(&x, &row->old_cells[c->a], true);
		vv_text_cell_put(&y, &row->new_cells[c->b], true);
		vv_buf_puts(&line, first ? "  " : ", ");
		put_name(r, &line, c->name, NAME_MAX_WIDTH, "");
		vv_buf_putc(&line, ' ');
		put_arrow(r, &line, vv_buf_cstr(&x), vv_buf_cstr(&y), change);
		first = false;
	}
	bool fits = line_width(r, &line) <= room(r);
	if (fits) {
		size_t len = line.len;
		put_context(r, &line, row);
		vv_buf_put(out, line.data, line_width(r, &line) <= room(r) ? line.len : len);
		vv_buf_putc(out, '\n');
	}
	out->failed |= line.failed || x.failed || y.failed;
	vv_buf_clear(&line);
	vv_buf_clear(&x);
	vv_buf_clear(&y);
	return fits;
}

static void put_changed(const text_rows *r, vv_buf *out, const text_row *row)
{
	size_t names = 0;
	if (put_changed_line(r, out, row)) {
		return;
	}
	for (size_t i = 0; i < r->column_count; i++) {
		if (text_change(r, row, i) != VV_CELL_SAME && r->columns[i].name_width > names) {
			names = r->columns[i].name_width;
		}
	}
	names = names > NAME_MAX_WIDTH ? NAME_MAX_WIDTH : names;
	put_title(r, out, row);
	put_context(r, out, row);
	vv_buf_putc(out, '\n');
	for (size_t i = 0; i < r->column_count; i++) {
		if (text_change(r, row, i) != VV_CELL_SAME) {
			put_change(r, out, row, i, names);
		}
	}
}

/* The cells of a whole row that are worth telling. */
typedef struct whole_row {
	const text_rows *r;
	const char *on;
	size_t *places; /* columns */
	size_t *values; /* widths, cut as they are shown */
	size_t count;
	size_t name, value; /* widths of most of them: one slot of the grid */
} whole_row;

static bool is_told(const text_rows *r, const text_row *row, size_t column)
{
	const vv_cell *c = r->columns[column].names ? NULL : text_cell(row, &r->columns[column]);
	return c && c->len > 0;
}

static size_t value_max(const text_rows *r)
{
	return r->width ? VALUE_MAX_WIDTH : 0;
}

/* "- id: 17  name: Blue lamp  price: 8.00"; false, and nothing appended, where it does not fit. */
static bool put_whole_line(const text_rows *r, vv_buf *out, const text_row *row)
{
	vv_buf line = VV_BUF_INIT;
	const char *on = text_on(r, text_kind_paint(row->kind));
	put_title(r, &line, row);
	for (size_t i = 0; i < r->column_count && line.len < FREE_WIDTH * 16; i++) {
		if (is_told(r, row, i)) {
			vv_buf_puts(&line, "  ");
			put_name(r, &line, r->columns[i].name, NAME_MAX_WIDTH, on);
			vv_buf_putc(&line, ' ');
			put_cut(&line, text_cell(row, &r->columns[i]), false, 0);
			vv_buf_puts(&line, text_off(r));
		}
	}
	bool fits = line_width(r, &line) <= room(r);
	if (fits) {
		vv_buf_put(out, line.data, line.len);
		vv_buf_putc(out, '\n');
	}
	out->failed |= line.failed;
	vv_buf_clear(&line);
	return fits;
}

static int by_size(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	return x < y ? -1 : x > y;
}

/* The width that four of five do not exceed: few long ones shall not spread all others. */
static size_t most_of(size_t *widths, size_t count)
{
	qsort(widths, count, sizeof(*widths), by_size);
	return widths[(count - 1) * 4 / 5];
}

/* How many cells stand beside each other; a slot is "name: value" and a gap. */
static size_t slots_of(const text_rows *r, size_t name, size_t value)
{
	size_t slot = name + 2 + value + GAP, wide = room(r) > INDENT ? room(r) - INDENT + GAP : 0;
	return wide / slot > 0 ? wide / slot : 1;
}

static bool measure_whole(whole_row *w, const text_row *row)
{
	const text_rows *r = w->r;
	size_t *sorted = vv_calloc(r->column_count + 1, sizeof(*sorted));
	w->places = vv_calloc(r->column_count + 1, sizeof(*w->places));
	w->values = vv_calloc(r->column_count + 1, sizeof(*w->values));
	bool ok = sorted && w->places && w->values;
	for (size_t i = 0; ok && i < r->column_count; i++) {
		vv_buf b = VV_BUF_INIT;
		if (!is_told(r, row, i)) {
			continue;
		}
		put_cut(&b, text_cell(row, &r->columns[i]), false, value_max(r));
		w->values[w->count] = vv_text_cell_width(vv_buf_cstr(&b));
		w->places[w->count++] = i;
		ok = !b.failed;
		vv_buf_clear(&b);
	}
	if (ok && w->count > 0) {
		for (size_t i = 0; i < w->count; i++) {
			size_t n = r->columns[w->places[i]].name_width;
			sorted[i] = n > NAME_MAX_WIDTH ? NAME_MAX_WIDTH : n;
		}
		size_t most = most_of(sorted, w->count), widest = sorted[w->count - 1];
		memcpy(sorted, w->values, w->count * sizeof(*sorted));
		w->value = most_of(sorted, w->count);
		w->name = slots_of(r, widest, w->value) == slots_of(r, most, w->value) ? widest
										       : most;
	}
	vv_free(sorted);
	return ok;
}

/* The cells in a grid: each takes one slot, or as many as it needs. */
static void put_grid(const whole_row *w, vv_buf *out, const text_row *row)
{
	const text_rows *r = w->r;
	size_t slot = w->name + 2 + w->value + GAP, slots = slots_of(r, w->name, w->value);
	size_t at = slots, pad = 0, lines = 0, i;
	for (i = 0; i < w->count; i++) {
		const text_column *c = &r->columns[w->places[i]];
		size_t name = c->name_width > NAME_MAX_WIDTH ? NAME_MAX_WIDTH : c->name_width;
		size_t filled = name > w->name ? name : w->name,
		       need = (filled + 2 + w->values[i] + GAP + slot - 1) / slot;
		if (at > 0 && at + need > slots) {
			if (r->width && lines == ROW_LINES) {
				break;
			}
			vv_buf_puts(out, "\n");
			text_put_spaces(out, INDENT);
			at = pad = 0;
			lines++;
		}
		text_put_spaces(out, pad);
		put_name(r, out, c->name, NAME_MAX_WIDTH, w->on);
		text_put_spaces(out, filled - name + 1);
		put_cut(out, text_cell(row, c), false, value_max(r));
		vv_buf_puts(out, text_off(r));
		pad = need * slot - filled - 2 - w->values[i];
		at += need;
	}
	if (i < w->count) {
		vv_buf_printf(out, "\n%*s%s(and %s more)%s", (int)INDENT, "", text_on(r, TEXT_DIM),
			      vv_text_count(w->count - i), text_off(r));
	}
	vv_buf_putc(out, '\n');
}

static void put_whole(const text_rows *r, vv_buf *out, const text_row *row)
{
	whole_row w = {.r = r, .on = text_on(r, text_kind_paint(row->kind))};
	if (put_whole_line(r, out, row)) {
		return;
	}
	put_title(r, out, row);
	if (measure_whole(&w, row)) {
		put_grid(&w, out, row);
	} else {
		out->failed = true;
	}
	vv_free(w.places);
	vv_free(w.values);
}

void text_block_put(text_rows *r, vv_buf *out)
{
	for (size_t i = 0; i < r->count; i++) {
		const text_row *row = &r->rows[i];
		if (row->kind == VV_ROW_CHANGED) {
			put_changed(r, out, row);
		} else if (row->kind == VV_ROW_MOVED) {
			put_title(r, out, row);
			put_context(r, out, row);
			vv_buf_putc(out, '\n');
		} else {
			put_whole(r, out, row);
		}
	}
}
