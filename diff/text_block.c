/*
 * Knows how a changed row is told in lines of its own, where a table would be too wide.
 */
#include <string.h>

#include "base/text.h"
#include "diff/text_cell.h"
#include "diff/text_rows.h"

#define NAME_MAX_WIDTH 30u
#define INDENT 6u
#define ROW_LINES 3u /* of a whole row, on a terminal */

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

/* "~ id 17, day 2024-01-05  (name Blue lamp)" */
static void put_title(const text_rows *r, vv_buf *out, const text_row *row)
{
	bool first = true;
	const char *on = text_on(r, text_kind_paint(row->kind));
	size_t cut = r->width ? r->width / 2 : 0;
	vv_buf_printf(out, "  %s%c", on, text_kind_mark(row->kind));
	for (size_t i = 0; i < r->column_count; i++) {
		const vv_cell *c = r->columns[i].key ? text_cell(row, &r->columns[i]) : NULL;
		if (c) {
			vv_buf_puts(out, first ? " " : ", ");
			vv_text_cell_fit(out, r->columns[i].name, NAME_MAX_WIDTH);
			vv_buf_putc(out, ' ');
			put_cut(out, c, true, cut);
			first = false;
		}
	}
	if (r->key_count == 0) {
		uint64_t n = (row->new_cells ? row->new_row : row->old_row) + 1;
		vv_buf_printf(out, " row %llu", (unsigned long long)n);
	}
	vv_buf_puts(out, text_off(r));
	if (row->moved) {
		vv_buf_printf(out, "  %s(row %llu -> %llu)%s", text_on(r, TEXT_DIM), (unsigned long long)row->old_row + 1,
			      (unsigned long long)row->new_row + 1, text_off(r));
	}
}

/* A little of what did not change, so that people know the row again. */
static void put_context(const text_rows *r, vv_buf *out, const text_row *row)
{
	size_t shown = 0;
	for (size_t i = 0; i < r->column_count && shown < r->context; i++) {
		const vv_cell *c = text_cell(row, &r->columns[i]);
		if (!c || c->len == 0 || r->columns[i].key || text_change(r, row, i) != VV_CELL_SAME) {
			continue;
		}
		vv_buf_printf(out, "%s%s", shown ? ", " : "  ", shown ? "" : text_on(r, TEXT_DIM));
		vv_buf_puts(out, shown ? "" : "(");
		vv_text_cell_fit(out, r->columns[i].name, 20);
		vv_buf_putc(out, ' ');
		put_cut(out, c, false, 20);
		shown++;
	}
	if (shown > 0) {
		vv_buf_printf(out, ")%s", text_off(r));
	}
	vv_buf_putc(out, '\n');
}

static void put_change(const text_rows *r, vv_buf *out, const text_row *row, size_t column, size_t names)
{
	const text_column *c = &r->columns[column];
	uint8_t change = text_change(r, row, column);
	bool format = change == VV_CELL_FORMAT;
	const char *red = text_on(r, format ? TEXT_CYAN : TEXT_RED), *green = text_on(r, format ? TEXT_CYAN : TEXT_GREEN);
	size_t name_width = c->name_width > names ? names : c->name_width, at = INDENT + names + 2;
	vv_buf x = VV_BUF_INIT, y = VV_BUF_INIT, old = VV_BUF_INIT, new = VV_BUF_INIT;
	vv_text_cell_put(&x, &row->old_cells[c->a], true);
	vv_text_cell_put(&y, &row->new_cells[c->b], true);
	size_t wide = at + vv_text_cell_width(vv_buf_cstr(&x)) + 4 + vv_text_cell_width(vv_buf_cstr(&y));
	text_put_spaces(out, INDENT);
	vv_text_cell_fit(out, c->name, names);
	text_put_spaces(out, names - name_width + 2);
	if (r->width == 0 || wide <= r->width) {
		vv_buf_printf(out, "%s%s%s%s", red, vv_buf_cstr(&x), text_off(r), text_arrow(change));
		vv_buf_printf(out, "%s%s%s\n", green, vv_buf_cstr(&y), text_off(r));
	} else {
		size_t room = r->width > at + 12 ? r->width - at - 2 : 10;
		vv_text_cell_window(&old, &new, vv_buf_cstr(&x), vv_buf_cstr(&y), room);
		vv_buf_printf(out, "%s- %s%s\n", red, vv_buf_cstr(&old), text_off(r));
		text_put_spaces(out, at);
		vv_buf_printf(out, "%s%s %s%s\n", green, format ? "~" : "+", vv_buf_cstr(&new), text_off(r));
	}
	out->failed |= x.failed || y.failed || old.failed || new.failed;
	vv_buf_clear(&x);
	vv_buf_clear(&y);
	vv_buf_clear(&old);
	vv_buf_clear(&new);
}

static void put_changed(const text_rows *r, vv_buf *out, const text_row *row)
{
	size_t names = 0;
	for (size_t i = 0; i < r->column_count; i++) {
		if (text_change(r, row, i) != VV_CELL_SAME && r->columns[i].name_width > names) {
			names = r->columns[i].name_width;
		}
	}
	names = names > NAME_MAX_WIDTH ? NAME_MAX_WIDTH : names;
	put_context(r, out, row);
	for (size_t i = 0; i < r->column_count; i++) {
		if (text_change(r, row, i) != VV_CELL_SAME) {
			put_change(r, out, row, i, names);
		}
	}
}

/* The cells of a whole row, running on: "name Blue lamp, price 8.00, ..." */
static void put_whole(const text_rows *r, vv_buf *out, const text_row *row)
{
	size_t used = 0, lines = 0, left = 0, width = r->width ? r->width : 100;
	vv_buf_putc(out, '\n');
	for (size_t i = 0; i < r->column_count; i++) {
		const vv_cell *c = text_cell(row, &r->columns[i]);
		vv_buf b = VV_BUF_INIT;
		if (!c || c->len == 0 || r->columns[i].key) {
			continue;
		}
		vv_text_cell_fit(&b, r->columns[i].name, NAME_MAX_WIDTH);
		vv_buf_putc(&b, ' ');
		put_cut(&b, c, false, r->width ? 40 : 0);
		size_t n = vv_text_cell_width(vv_buf_cstr(&b));
		if (used == 0 || used + 2 + n > width) {
			if (r->width && lines >= ROW_LINES) {
				left++;
				vv_buf_clear(&b);
				continue;
			}
			vv_buf_puts(out, lines > 0 ? ",\n" : "");
			text_put_spaces(out, INDENT);
			used = INDENT;
			lines++;
		} else {
			vv_buf_puts(out, ", ");
			used += 2;
		}
		vv_buf_puts(out, vv_buf_cstr(&b));
		used += n;
		out->failed |= b.failed;
		vv_buf_clear(&b);
	}
	if (left > 0) {
		vv_buf_printf(out, " %s(and %s more)%s", text_on(r, TEXT_DIM), vv_text_count(left), text_off(r));
	}
	vv_buf_puts(out, lines > 0 ? "\n" : "");
}

void text_block_put(text_rows *r, vv_buf *out)
{
	for (size_t i = 0; i < r->count; i++) {
		const text_row *row = &r->rows[i];
		put_title(r, out, row);
		if (row->kind == VV_ROW_CHANGED) {
			put_changed(r, out, row);
		} else if (row->kind == VV_ROW_MOVED) {
			put_context(r, out, row);
		} else {
			put_whole(r, out, row);
		}
	}
}
