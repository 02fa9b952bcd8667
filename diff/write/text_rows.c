/*
 * text_rows: how rows are kept until they are laid out, and both layouts: one aligned
 * table (which columns are worth their place, and how wide each has to be), and, where
 * that would be too wide, a block for each row: in one line where that has room for it, else
 * names and values under each other in columns.
 */
#include "diff/write/text_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/table.h"
#include "diff/rows/row_change.h"
#include "diff/write/column_pairs.h"
#include "diff/write/text_cell.h"

/* Rows laid out together: enough for a screen or two, few enough to begin early. */
#define ROWS_MAX 100u
#define BYTES_MAX (1u << 20)

/* A column of either side: one of both, of the old, or of the new version only. */
typedef struct text_column {
	long a, b;        /* places; -1 */
	const char *name; /* escaped; of the new version if it has the column */
	size_t name_width;
	bool key, number;
	bool names; /* identifies the row: of the key, or without one the column that distinguishes
		     * rows */
	/* of the rows gathered: */
	bool changed, used;
	size_t width;
} text_column;

typedef struct text_row {
	vv_row_kind kind;
	bool moved;
	uint64_t old_row, new_row;
	const vv_cell *old_cells, *new_cells; /* NULL: none */
	const uint8_t *cells;                 /* as in vv_row_change; NULL: none changed */
} text_row;

const char *text_on(const text_rows *r, text_paint p)
{
	static const char *const codes[] = {"\033[2m",  "\033[1m",  "\033[31m",
					    "\033[32m", "\033[33m", "\033[36m"};
	return r->color ? codes[p] : "";
}

const char *text_off(const text_rows *r)
{
	return r->color ? "\033[0m" : "";
}

static text_paint text_kind_paint(vv_row_kind k)
{
	if (k == VV_ROW_ADDED) return TEXT_GREEN;
	if (k == VV_ROW_REMOVED) return TEXT_RED;
	if (k == VV_ROW_MOVED) return TEXT_CYAN;
	return TEXT_YELLOW;
}

static char text_kind_mark(vv_row_kind k)
{
	if (k == VV_ROW_ADDED) return '+';
	if (k == VV_ROW_REMOVED) return '-';
	if (k == VV_ROW_MOVED) return '>';
	return '~';
}

/* The cell of a row in a column: the new one, or else the old one; NULL: none. */
static const vv_cell *text_cell(const text_row *row, const text_column *c)
{
	if (row->new_cells) return c->b >= 0 ? &row->new_cells[c->b] : NULL;
	return c->a >= 0 ? &row->old_cells[c->a] : NULL;
}

static uint8_t text_change(const text_rows *r, const text_row *row, size_t column)
{
	/* with both sides, columns are the pairs in their order */
	return row->cells && r->table->a && r->table->b ? row->cells[column] : VV_CELL_SAME;
}

/* The number of a row on a side: in its sheet, if it is in one. */
static unsigned long long row_number(const text_rows *r, uint64_t row, bool new)
{
	const uint64_t first = r->table->sheet_row[new];

	return row + (first ? first : 1);
}

/* The new row's, or else the old one's. */
static unsigned long long own_number(const text_rows *r, const text_row *row)
{
	return row->new_cells ? row_number(r, row->new_row, true)
			      : row_number(r, row->old_row, false);
}

/* "B17: " before a changed cell of a sheet whose rows have no key. */
static void put_address(vv_buf *out, const text_rows *r, const text_row *row, size_t column)
{
	if (r->key_count == 0 && r->table->sheet_row[1] > 0) {
		vv_column_pairs_address(out, r->table, (size_t)r->columns[column].b, row->new_row);
		vv_buf_puts(out, ": ");
	}
}

/* Between the old value and the new one. */
static const char *text_arrow(uint8_t change)
{
	return change == VV_CELL_FORMAT ? " ~> " : " -> ";
}

/* --- the aligned table ------------------------------------------------------------ */

#define COLUMN_MAX 40u        /* a column that needs more makes the table a list of blocks */
#define TABLE_FREE_WIDTH 120u /* for choosing columns where nothing limits the line */
#define MARK_WIDTH 4u         /* "  ~ " */
#define GAP 2u

/* The text of a cell as in the table, without colours. */
static void put_value(vv_buf *out, const text_rows *r, const text_row *row, size_t column)
{
	const text_column *c = &r->columns[column];
	uint8_t change = text_change(r, row, column);
	const vv_cell *cell = text_cell(row, c);
	if (change != VV_CELL_SAME) {
		put_address(out, r, row, column);
		vv_text_cell_put(out, &row->old_cells[c->a], true);
		vv_buf_puts(out, text_arrow(change));
		vv_text_cell_put(out, &row->new_cells[c->b], true);
	} else if (cell) {
		vv_text_cell_put(out, cell, false);
	}
}

/* Widest value of a column, or more than max. */
static size_t measure_column(const text_rows *r, size_t column, size_t max)
{
	size_t widest = r->columns[column].name_width;
	for (size_t i = 0; i < r->count && widest <= max; i++) {
		vv_auto(vv_buf) b = VV_BUF_INIT;
		put_value(&b, r, &r->rows[i], column);
		size_t n = b.failed ? max + 1 : vv_text_cell_width(vv_buf_cstr(&b));
		widest = n > widest ? n : widest;
	}
	return widest;
}

/* Adds a column if it fits in the rest of the line, before the mark of hidden columns. */
static bool take_column(text_rows *r, size_t column, size_t *left, size_t max)
{
	text_column *c = &r->columns[column];
	if (c->used) return true;
	c->width = measure_column(r, column, max);
	if (c->width > max || c->width + GAP >= *left) return false;
	c->used = true;
	*left -= c->width + GAP;
	return true;
}

static size_t row_number_width(const text_rows *r)
{
	unsigned long long most = 0;
	for (size_t i = 0; i < r->count; i++) {
		const unsigned long long n = own_number(r, &r->rows[i]);
		most = n > most ? n : most;
	}
	size_t digits = 1;
	for (; most >= 10; most /= 10) {
		digits++;
	}
	return digits < 3 ? 3 : digits; /* "row" */
}

static void mark_changed(text_rows *r, bool *whole)
{
	for (size_t i = 0; i < r->column_count; i++) {
		r->columns[i].used = false;
		r->columns[i].changed = vv_array_find(r->rows, r->count, it,
						      text_change(r, it, i) != VV_CELL_SAME) !=
					NULL;
	}
	*whole = vv_array_find(r->rows, r->count, it, it->kind != VV_ROW_CHANGED) != NULL;
}

/* Columns beside the changed ones; where whole rows are shown, as many as fit. */
static void take_context(text_rows *r, bool whole, size_t left)
{
	size_t taken = 0;
	for (size_t i = 0; whole && i < r->column_count; i++) {
		take_column(r, i, &left, COLUMN_MAX);
	}
	for (size_t i = 0; i < r->column_count && taken < r->context; i++) {
		bool beside = (i > 0 && r->columns[i - 1].changed) ||
			      (i + 1 < r->column_count && r->columns[i + 1].changed);
		if (!r->columns[i].used && (beside || i <= 1)) {
			taken += take_column(r, i, &left, COLUMN_MAX);
		}
	}
}

static bool choose_columns(text_rows *r)
{
	size_t left = (r->width ? r->width : TABLE_FREE_WIDTH), wanted = 0, kept = 0;
	bool whole;
	mark_changed(r, &whole);
	size_t fixed = MARK_WIDTH + (r->key_count == 0 ? row_number_width(r) + GAP : 0);
	if (left < fixed) return false;
	left -= fixed;
	for (size_t i = 0; i < r->column_count; i++) {
		if (r->columns[i].names || r->columns[i].changed) {
			wanted++;
			kept += take_column(r, i, &left, COLUMN_MAX);
		}
	}
	if (kept < wanted) return false;
	take_context(r, whole, left);
	vv_array_each(r->columns, r->column_count, column) {
		kept += column->used;
	}
	return kept > 0;
}

static bool hides_columns(const text_rows *r, size_t *hidden)
{
	*hidden = 0;
	vv_array_each(r->columns, r->column_count, column) {
		*hidden += !column->used;
	}
	return *hidden > 0;
}

/* Columns in the order they are shown in: those that name the row first. */
static bool next_column(const text_rows *r, size_t *at, bool *keys)
{
	for (;; (*at)++) {
		if (*at >= r->column_count) {
			if (!*keys) return false;
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
	vv_buf_put_spaces(out, MARK_WIDTH);
	if (r->key_count == 0) {
		vv_buf_put_spaces(out, row_number_width(r) - 3);
		vv_buf_puts(out, "row");
		vv_buf_put_spaces(out, GAP);
	}
	for (; next_column(r, &at, &keys); at++) {
		const text_column *c = &r->columns[at];
		if (c->number) {
			vv_buf_put_spaces(out, c->width - c->name_width);
		}
		vv_buf_puts(out, c->name);
		vv_buf_put_spaces(out, (c->number ? 0 : c->width - c->name_width) + GAP);
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

static void put_arrow(const text_rows *r, vv_buf *out, const char *old, const char *new,
		      uint8_t change)
{
	bool format = change == VV_CELL_FORMAT;
	vv_buf_printf(out, "%s%s%s%s", text_on(r, format ? TEXT_CYAN : TEXT_RED), old, text_off(r),
		      text_arrow(change));
	vv_buf_printf(out, "%s%s%s", text_on(r, format ? TEXT_CYAN : TEXT_GREEN), new, text_off(r));
}

static void put_cell(const text_rows *r, vv_buf *out, const text_row *row, size_t column)
{
	const text_column *c = &r->columns[column];
	uint8_t change = text_change(r, row, column);
	vv_auto(vv_buf) b = VV_BUF_FOR(out);
	put_value(&b, r, row, column);
	size_t n = vv_text_cell_width(vv_buf_cstr(&b)), pad = c->width > n ? c->width - n : 0;
	vv_buf_put_spaces(out, c->number ? pad : 0);
	if (change == VV_CELL_SAME || !r->color) {
		bool whole = row->kind == VV_ROW_ADDED || row->kind == VV_ROW_REMOVED;
		const char *on;

		if (whole) {
			on = text_on(r, text_kind_paint(row->kind));
		} else if (c->names) {
			on = "";
		} else {
			on = text_on(r, TEXT_DIM);
		}
		vv_buf_printf(out, "%s%s%s", on, vv_buf_cstr(&b), *on ? text_off(r) : "");
	} else {
		vv_auto(vv_buf) old = VV_BUF_FOR(out), new = VV_BUF_FOR(out);
		vv_text_cell_put(&old, &row->old_cells[c->a], true);
		vv_text_cell_put(&new, &row->new_cells[c->b], true);
		put_address(out, r, row, column);
		put_arrow(r, out, vv_buf_cstr(&old), vv_buf_cstr(&new), change);
	}
	vv_buf_put_spaces(out, (c->number ? 0 : pad) + GAP);
}

static void put_row(const text_rows *r, vv_buf *out, const text_row *row)
{
	size_t at = 0;
	bool keys = true;
	vv_buf_printf(out, "  %s%c%s ", text_on(r, text_kind_paint(row->kind)),
		      text_kind_mark(row->kind), text_off(r));
	if (r->key_count == 0) {
		vv_buf_printf(out, "%*llu", (int)row_number_width(r), own_number(r, row));
		vv_buf_put_spaces(out, GAP);
	}
	for (; next_column(r, &at, &keys); at++) {
		put_cell(r, out, row, at);
	}
	if (row->moved) {
		vv_buf_printf(out, "%s(row %llu -> %llu)%s", text_on(r, TEXT_DIM),
			      row_number(r, row->old_row, false), row_number(r, row->new_row, true),
			      text_off(r));
	}
	while (out->len > 0 && out->data[out->len - 1] == ' ') {
		out->data[--out->len] = '\0';
	}
	vv_buf_putc(out, '\n');
}

/* The aligned table; false (nothing appended) when it does not fit. */
static bool text_table_put(text_rows *r, vv_buf *out)
{
	if (!choose_columns(r)) return false;
	put_header(r, out);
	for (size_t i = 0; i < r->count; i++) {
		put_row(r, out, &r->rows[i]);
	}
	return true;
}

/* --- a block for each row ---------------------------------------------------------- */

#define NAME_MAX_WIDTH 30u
#define CONTEXT_WIDTH 20u /* of a name or a value that only helps to recognize the row */
#define VALUE_MAX_WIDTH 40u
#define INDENT 6u
#define BLOCK_FREE_WIDTH 100u /* of a line where nothing limits it */
#define ROW_LINES 8u          /* of a whole row, on a terminal */

static void put_cut(vv_buf *out, const vv_cell *c, bool exact, size_t width)
{
	vv_auto(vv_buf) b = VV_BUF_FOR(out);
	vv_text_cell_put(&b, c, exact);
	if (width > 0) {
		vv_text_cell_fit(out, vv_buf_cstr(&b), width);
	} else {
		vv_buf_puts(out, vv_buf_cstr(&b));
	}
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
		vv_buf_printf(out, first ? " row %llu" : " (row %llu)", own_number(r, row));
	}
	vv_buf_puts(out, text_off(r));
	if (row->moved) {
		vv_buf_printf(out, "  %s(row %llu -> %llu)%s", text_on(r, TEXT_DIM),
			      row_number(r, row->old_row, false), row_number(r, row->new_row, true),
			      text_off(r));
	}
}

/* Puts a few unchanged cells, so that people recognize the row. */
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

/* The width of a line, which may contain colours. */
static size_t line_width(const text_rows *r, const vv_buf *line)
{
	vv_auto(vv_buf) plain = VV_BUF_INIT;
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
	return plain.failed ? SIZE_MAX : vv_text_cell_width(vv_buf_cstr(&plain));
}

static size_t line_room(const text_rows *r)
{
	return r->width ? r->width : BLOCK_FREE_WIDTH;
}

/* One changed cell, the values beside each other or, where they are too long, under each other. */
static void put_change(const text_rows *r, vv_buf *out, const text_row *row, size_t column,
		       size_t names)
{
	const text_column *c = &r->columns[column];
	uint8_t change = text_change(r, row, column);
	bool format = change == VV_CELL_FORMAT;
	vv_auto(vv_buf) x = VV_BUF_FOR(out), y = VV_BUF_FOR(out), old = VV_BUF_FOR(out),
			new = VV_BUF_FOR(out), where = VV_BUF_FOR(out);
	put_address(&where, r, row, column);
	size_t name_width = c->name_width > names ? names : c->name_width,
	       at = INDENT + names + 1 + GAP + where.len;
	vv_text_cell_put(&x, &row->old_cells[c->a], true);
	vv_text_cell_put(&y, &row->new_cells[c->b], true);
	size_t wide = at + vv_text_cell_width(vv_buf_cstr(&x)) + 4 +
		      vv_text_cell_width(vv_buf_cstr(&y));
	vv_buf_put_spaces(out, INDENT);
	put_name(r, out, c->name, names, "");
	vv_buf_put_spaces(out, names - name_width + GAP);
	vv_buf_put(out, where.data, where.len);
	if (r->width == 0 || wide <= r->width) {
		put_arrow(r, out, vv_buf_cstr(&x), vv_buf_cstr(&y), change);
		vv_buf_putc(out, '\n');
	} else {
		size_t left = r->width > at + 12 ? r->width - at - 2 : 10;
		vv_text_cell_window(&old, &new, vv_buf_cstr(&x), vv_buf_cstr(&y), left);
		vv_buf_printf(out, "%s- %s%s\n", text_on(r, format ? TEXT_CYAN : TEXT_RED),
			      vv_buf_cstr(&old), text_off(r));
		vv_buf_put_spaces(out, at);
		vv_buf_printf(out, "%s%s %s%s\n", text_on(r, format ? TEXT_CYAN : TEXT_GREEN),
			      format ? "~" : "+", vv_buf_cstr(&new), text_off(r));
	}
}

/* "~ id: 17  price: 9.99 -> 8.99, stock: 3 -> 4  (name: Blue lamp)"; false, and nothing
 * appended, where the changes do not fit. */
static bool put_changed_line(const text_rows *r, vv_buf *out, const text_row *row)
{
	vv_auto(vv_buf) line = VV_BUF_FOR(out), x = VV_BUF_FOR(out), y = VV_BUF_FOR(out);
	bool first = true;
	put_title(r, &line, row);
	for (size_t i = 0; i < r->column_count && line.len < BLOCK_FREE_WIDTH * 16; i++) {
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
		put_address(&line, r, row, i);
		put_arrow(r, &line, vv_buf_cstr(&x), vv_buf_cstr(&y), change);
		first = false;
	}
	bool fits = line_width(r, &line) <= line_room(r);
	if (fits) {
		size_t len = line.len;
		put_context(r, &line, row);
		vv_buf_put(out, line.data, line_width(r, &line) <= line_room(r) ? line.len : len);
		vv_buf_putc(out, '\n');
	}
	return fits;
}

static void put_changed(const text_rows *r, vv_buf *out, const text_row *row)
{
	size_t names = 0;
	if (put_changed_line(r, out, row)) return;
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
	size_t *values; /* widths, cut as shown */
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
	vv_auto(vv_buf) line = VV_BUF_FOR(out);
	const char *on = text_on(r, text_kind_paint(row->kind));
	put_title(r, &line, row);
	for (size_t i = 0; i < r->column_count && line.len < BLOCK_FREE_WIDTH * 16; i++) {
		if (is_told(r, row, i)) {
			vv_buf_puts(&line, "  ");
			put_name(r, &line, r->columns[i].name, NAME_MAX_WIDTH, on);
			vv_buf_putc(&line, ' ');
			put_cut(&line, text_cell(row, &r->columns[i]), false, 0);
			vv_buf_puts(&line, text_off(r));
		}
	}
	bool fits = line_width(r, &line) <= line_room(r);
	if (fits) {
		vv_buf_put(out, line.data, line.len);
		vv_buf_putc(out, '\n');
	}
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

/* How many cells are beside each other; a slot is "name: value" and a gap. */
static size_t slots_of(const text_rows *r, size_t name, size_t value)
{
	size_t slot = name + 2 + value + GAP,
	       wide = line_room(r) > INDENT ? line_room(r) - INDENT + GAP : 0;
	return wide / slot > 0 ? wide / slot : 1;
}

static bool measure_whole(whole_row *w, const text_row *row)
{
	const text_rows *r = w->r;
	vv_auto_free size_t *sorted = vv_calloc(r->column_count + 1, sizeof(*sorted));
	w->places = vv_calloc(r->column_count + 1, sizeof(*w->places));
	w->values = vv_calloc(r->column_count + 1, sizeof(*w->values));
	bool ok = sorted && w->places && w->values;
	for (size_t i = 0; ok && i < r->column_count; i++) {
		vv_auto(vv_buf) b = VV_BUF_INIT;
		if (!is_told(r, row, i)) {
			continue;
		}
		put_cut(&b, text_cell(row, &r->columns[i]), false, value_max(r));
		w->values[w->count] = vv_text_cell_width(vv_buf_cstr(&b));
		w->places[w->count++] = i;
		ok = !b.failed;
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
			vv_buf_put_spaces(out, INDENT);
			at = pad = 0;
			lines++;
		}
		vv_buf_put_spaces(out, pad);
		put_name(r, out, c->name, NAME_MAX_WIDTH, w->on);
		vv_buf_put_spaces(out, filled - name + 1);
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
	if (put_whole_line(r, out, row)) return;
	put_title(r, out, row);
	if (measure_whole(&w, row)) {
		put_grid(&w, out, row);
	} else {
		vv_buf_fail(out);
	}
	vv_free_all(w.places, w.values);
}

static void text_block_put(text_rows *r, vv_buf *out)
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

/* --- rows gathered ----------------------------------------------------------------- */

static vv_status add_column(text_rows *r, long a, long b, vv_error *err)
{
	const vv_field *f = b >= 0 ? &r->table->b->schema.fields[b]
				   : &r->table->a->schema.fields[a];
	text_column *c = &r->columns[r->column_count++];
	vv_auto(vv_buf) name = VV_BUF_INIT;
	*c = (text_column){
		.a = a, .b = b, .number = f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_NUMBER};
	vv_text_put_words(&name, f->name, f->name_len, 0);
	c->name = name.failed ? NULL : vv_arena_strndup(&r->names, vv_buf_cstr(&name), name.len);
	if (!c->name) return vv_fail_nomem(err);
	c->name_width = vv_text_cell_width(c->name);
	return VV_OK;
}

vv_status text_rows_init(text_rows *r, const vv_diff_table *t, const vv_diff_writer_options *opts,
			 vv_error *err)
{
	const vv_table *only = t->b ? t->b : t->a;
	size_t count = t->a && t->b ? t->columns->count : only->columns;
	vv_status rc = VV_OK;
	*r = (text_rows){.table = t,
			 .color = opts->color,
			 .width = opts->width,
			 .context = opts->context ? opts->context : 2,
			 .columns = vv_calloc(count + 1, sizeof(*r->columns))};
	if (!r->columns) return vv_fail_nomem(err);
	for (size_t i = 0; i < count && rc == VV_OK; i++) {
		if (t->a && t->b) {
			rc = add_column(r, t->columns->pairs[i].a, t->columns->pairs[i].b, err);
		} else {
			rc = add_column(r, t->a ? (long)i : -1, t->b ? (long)i : -1, err);
		}
	}
	for (size_t k = 0; k < t->key_count && rc == VV_OK; k++) {
		for (size_t i = 0; i < count; i++) {
			if ((t->b ? r->columns[i].b : r->columns[i].a) == (long)t->key[k]) {
				r->columns[i].key = true;
				r->key_count++;
			}
		}
	}
	for (size_t i = 0; i < count; i++) {
		r->columns[i].names = rc == VV_OK && vv_column_pairs_names_row(t, i);
	}
	return rc;
}

void text_rows_clear(text_rows *r)
{
	vv_free_all(r->columns, r->rows);
	vv_arena_clear(&r->names);
	vv_arena_clear(&r->arena);
	memset(r, 0, sizeof(*r));
}

static const vv_cell *keep_cells(text_rows *r, const vv_cell *cells, const vv_table *t)
{
	if (!cells) return NULL;
	vv_cell *out = vv_arena_calloc(&r->arena, t->columns + 1, sizeof(*out));
	for (size_t i = 0; out && i < t->columns; i++) {
		out[i] = cells[i];
		out[i].text = cells[i].len > 0
				      ? vv_arena_strndup(&r->arena, cells[i].text, cells[i].len)
				      : "";
		if (!out[i].text) return NULL;
		r->bytes += cells[i].len + sizeof(*out);
	}
	return out;
}

vv_status text_rows_add(text_rows *r, const vv_row_change *c, vv_error *err)
{
	if (!vv_array_room(r->rows, r->count, r->cap)) return vv_fail_nomem(err);
	text_row *row = &r->rows[r->count];
	*row = (text_row){
		.kind = c->kind, .moved = c->moved, .old_row = c->old_row, .new_row = c->new_row};
	row->old_cells = keep_cells(r, c->old_cells, r->table->a);
	row->new_cells = keep_cells(r, c->new_cells, r->table->b);
	if (c->cells) {
		uint8_t *p = vv_arena_alloc(&r->arena, r->column_count + 1);
		if (!p) return vv_fail_nomem(err);
		memcpy(p, c->cells, r->column_count);
		row->cells = p;
	}
	if ((c->old_cells && !row->old_cells) || (c->new_cells && !row->new_cells)) {
		return vv_fail_nomem(err);
	}
	r->count++;
	return VV_OK;
}

bool text_rows_full(const text_rows *r)
{
	return r->count >= ROWS_MAX || r->bytes >= BYTES_MAX;
}

vv_status text_rows_put(text_rows *r, vv_buf *out, vv_error *err)
{
	if (r->count > 0 && !text_table_put(r, out)) {
		text_block_put(r, out);
	}
	r->count = r->bytes = 0;
	vv_arena_reset(&r->arena);
	return vv_buf_ok(out, err);
}
