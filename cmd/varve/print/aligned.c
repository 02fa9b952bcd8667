/*
 * aligned: how a line's width is shared out among columns.
 */
#include "cmd/varve/print/aligned.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"

#define GAP 2u
#define FREE_MAX 40u   /* a column is padded to no more where nothing is cut */
#define NARROWEST 12u  /* a column that has to be narrower is left out */
#define TITLE SIZE_MAX /* in cells: the next one is a title */

void vv_aligned_init(vv_aligned *a, unsigned width, unsigned indent)
{
	*a = (vv_aligned){.width = width, .indent = indent};
}

void vv_aligned_clear(vv_aligned *a)
{
	vv_array_each(a->columns, a->count, column) {
		vv_free((char *)column->name);
	}
	vv_free_all(a->columns, a->cells);
	vv_buf_clear(&a->text);
	memset(a, 0, sizeof(*a));
}

static size_t width_of(const char *s)
{
	return vv_text_words_width(s, strlen(s));
}

void vv_aligned_column(vv_aligned *a, const char *name, size_t len, const char *color, bool right,
		       bool fixed)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	if (!vv_array_room(a->columns, a->count, a->cap)) {
		a->failed = true;
		return;
	}
	vv_text_put_words(&b, name, len, 0);
	char *kept = b.failed ? NULL : vv_strdup(vv_buf_cstr(&b));
	if (!kept) {
		a->failed = true;
		return;
	}
	a->columns[a->count++] = (vv_aligned_column_of){.name = kept,
							.color = color,
							.right = right,
							.fixed = fixed,
							.width = width_of(kept)};
}

static void add_place(vv_aligned *a, size_t place)
{
	if (!vv_array_room(a->cells, a->cell_count, a->cell_cap)) {
		a->failed = true;
		return;
	}
	a->cells[a->cell_count++] = place;
}

void vv_aligned_cell(vv_aligned *a, const char *text)
{
	add_place(a, a->text.len);
	vv_buf_put(&a->text, text, strlen(text) + 1);
}

void vv_aligned_title(vv_aligned *a, const char *text)
{
	add_place(a, TITLE);
	vv_aligned_cell(a, text);
	a->title_count++;
}

size_t vv_aligned_lines(const vv_aligned *a)
{
	const size_t cells = a->cell_count - 2 * a->title_count;

	return a->title_count + (a->count ? cells / a->count : 0);
}

/* How the lines follow each other: the next one's first cell, and whether it is a title. */
static size_t next_line(const vv_aligned *a, size_t at, bool *title)
{
	*title = a->cells[at] == TITLE;
	return *title ? at + 2 : at + a->count;
}

static void measure_columns(vv_aligned *a)
{
	bool title;
	for (size_t at = 0, next; at < a->cell_count; at = next) {
		next = next_line(a, at, &title);
		for (size_t i = 0; !title && i < a->count && next <= a->cell_count; i++) {
			size_t n = width_of(a->text.data + a->cells[at + i]);
			a->columns[i].width = n > a->columns[i].width ? n : a->columns[i].width;
		}
	}
}

/* The width of the first `count` columns if none that may be cut is wider than `level`. */
static size_t needed_width(const vv_aligned *a, size_t count, size_t level)
{
	size_t sum = a->indent, shown = 0;
	vv_array_each(a->columns, a->count, c) {
		if (c < a->columns + count || c->fixed) {
			sum += c->fixed || c->width < level ? c->width : level;
			shown++;
		}
	}
	return sum + (shown > 0 ? (shown - 1) * GAP : 0);
}

/* The widths: all uncut, otherwise the wide ones cut to one width, otherwise fewer columns. */
static void share_out(vv_aligned *a)
{
	size_t shown = a->count, level = a->width ? a->width : SIZE_MAX;
	while (a->width &&
	       needed_width(a, shown, level) > a->width - (shown < a->count ? GAP + 1 : 0)) {
		if (level > NARROWEST) {
			level--;
		} else if (shown > 1) {
			shown--;
			level = a->width;
		} else {
			break;
		}
	}
	vv_array_each(a->columns, a->count, c) {
		size_t most = a->width ? level : FREE_MAX;
		if (c >= a->columns + shown && !c->fixed) {
			c->taken = 0;
		} else if (c->fixed || c->width < most) {
			c->taken = c->width;
		} else {
			c->taken = most;
		}
	}
}

/* A line of cells, the headings where cells is NULL. */
static void put_line(const vv_aligned *a, vv_buf *out, const size_t *cells)
{
	size_t pending = a->indent; /* blanks before the next cell: none are left at the end */
	bool left_out = false;
	vv_auto(vv_buf) cell = VV_BUF_FOR(out);
	for (size_t i = 0; i < a->count; i++) {
		const vv_aligned_column_of *c = &a->columns[i];
		const char *text = cells ? a->text.data + cells[i] : c->name,
			   *color = cells ? c->color : vv_color_on(VV_BOLD);
		if (c->taken == 0) {
			left_out = true;
			continue;
		}
		cell.len = 0; /* not reset: that memory ran out must not be forgotten */
		vv_text_put_words(&cell, text, strlen(text), a->width ? c->taken : 0);
		size_t used = vv_text_words_width(cell.data, cell.len),
		       pad = used < c->taken ? c->taken - used : 0;
		pending += c->right ? pad : 0;
		if (cell.len > 0) {
			vv_buf_put_spaces(out, pending);
			vv_buf_puts(out, color);
			vv_buf_put(out, cell.data, cell.len);
			vv_buf_puts(out, *color ? vv_color_off() : "");
			pending = 0;
		}
		pending += (cell.len > 0 ? 0 : used) + (c->right ? 0 : pad) + GAP;
	}
	if (left_out && !cells) {
		vv_buf_put_spaces(out, pending);
		vv_buf_printf(out, "%s\u2026%s", vv_color_on(VV_DIM), vv_color_off());
	}
	vv_buf_putc(out, '\n');
}

vv_status vv_aligned_put(vv_aligned *a, vv_buf *out, vv_error *err)
{
	bool title;
	if (a->failed || a->text.failed) return vv_fail_nomem(err);
	if (!a->begun) {
		measure_columns(a);
		share_out(a);
		put_line(a, out, NULL);
		a->begun = true;
	}
	for (size_t at = 0, next; at < a->cell_count; at = next) {
		next = next_line(a, at, &title);
		if (title) {
			vv_buf_puts(out, vv_color_on(VV_BOLD));
			const char *text = a->text.data + a->cells[at + 1];
			vv_text_put_words(out, text, strlen(text), a->width);
			vv_buf_printf(out, "%s\n", vv_color_off());
		} else {
			put_line(a, out, &a->cells[at]);
		}
	}
	a->cell_count = a->title_count = 0;
	vv_buf_reset(&a->text);
	return vv_buf_ok(out, err);
}
