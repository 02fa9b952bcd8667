/*
 * view_writer_table: rows aligned in columns for people. Widths are those of the first rows, which
 * are buffered until there are enough; wider cells later are cut.
 */
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/schema/field.h"
#include "dataset/table/table.h"
#include "lib/view/view_writer.h"

#define SAMPLE_ROWS 200
#define SAMPLE_CELLS (64u << 10)
#define CELL_WIDTH_MAX 40
#define GAP 2

struct vv_view_grid {
	size_t *widths; /* of the chosen columns */
	size_t columns;
	size_t shown;   /* number of columns that fit; all, until the widths are fixed */
	size_t sample;  /* rows that may wait */
	unsigned width; /* of the terminal; 0: no limit */
	/* cells of the first rows, escaped and cut: row x count; after them, one row at a time */
	vv_buf *waiting;
	size_t waiting_rows;
	bool open; /* widths are fixed, the header is out */
};

static bool is_right(const vv_view_writer *w, size_t i)
{
	vv_type t = w->table->schema.fields[w->columns[i]].type;

	return t == VV_TYPE_INTEGER || t == VV_TYPE_NUMBER;
}

vv_status vv_view_grid_new(struct vv_view_grid **out, const vv_view_writer *w, unsigned width,
			   vv_error *err)
{
	const size_t fit = w->count * SAMPLE_ROWS > SAMPLE_CELLS ? SAMPLE_CELLS / w->count
								 : SAMPLE_ROWS;
	const size_t sample = fit ? fit : 1;
	struct vv_view_grid *g = vv_calloc(1, sizeof(*g));

	*out = g;
	if (!g) return vv_fail_nomem(err);
	*g = (struct vv_view_grid){.width = width,
				   .columns = w->count,
				   .shown = w->count,
				   .sample = sample,
				   .widths = vv_calloc(w->count + 1, sizeof(size_t)),
				   .waiting = vv_calloc(w->count + 1, sample * sizeof(vv_buf))};
	if (!g->widths || !g->waiting) {
		vv_view_grid_free(g);
		*out = NULL;
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < w->count; i++) {
		const vv_field *f = &w->table->schema.fields[w->columns[i]];
		size_t n = vv_text_words_width(f->name, f->name_len);

		g->widths[i] = n > CELL_WIDTH_MAX ? CELL_WIDTH_MAX : n;
	}
	return VV_OK;
}

void vv_view_grid_free(struct vv_view_grid *g)
{
	if (!g) return;
	vv_array_clear(g->waiting, g->waiting ? g->sample * g->columns : 0, it, vv_buf_clear(it));
	vv_free_all(g->widths, g);
}

/* Puts column i of a line, whose text is escaped already. */
static void put_padded(const struct vv_view_grid *g, vv_view_writer *w, size_t i,
		       const vv_buf *text)
{
	const size_t width = vv_text_words_width(vv_buf_cstr(text), text->len);
	const size_t blanks = g->widths[i] > width ? g->widths[i] - width : 0;
	const bool right = is_right(w, i);

	vv_buf_put_spaces(&w->out, (i > 0 ? GAP : 0) + (right ? blanks : 0));
	vv_buf_put(&w->out, vv_buf_cstr(text), text->len);
	vv_buf_put_spaces(&w->out, right || i + 1 == g->shown ? 0 : blanks);
}

static void put_row(const struct vv_view_grid *g, vv_view_writer *w, const vv_buf *cells)
{
	for (size_t i = 0; i < g->shown; i++) {
		put_padded(g, w, i, &cells[i]);
	}
	vv_buf_putc(&w->out, '\n');
}

/* How many columns fit the terminal. At least one is shown. */
static void fit_columns(struct vv_view_grid *g, size_t columns)
{
	size_t used = 0;

	if (g->width == 0) return;
	for (size_t i = 0; i < columns; i++) {
		used += g->widths[i] + (i ? GAP : 0);
		if (used > g->width && i > 0) {
			g->shown = i;
			return;
		}
	}
}

static vv_status open_grid(struct vv_view_grid *g, vv_view_writer *w, vv_error *err)
{
	g->open = true;
	fit_columns(g, w->count);
	for (size_t i = 0; i < g->shown; i++) {
		const vv_field *f = &w->table->schema.fields[w->columns[i]];
		vv_auto(vv_buf) name = VV_BUF_FOR(&w->out);

		vv_text_put_words(&name, f->name, f->name_len, g->widths[i]);
		put_padded(g, w, i, &name);
	}
	vv_buf_putc(&w->out, '\n');
	for (size_t i = 0; i < g->shown; i++) {
		vv_buf_put_spaces(&w->out, i > 0 ? GAP : 0);
		for (size_t k = 0; k < g->widths[i]; k++) {
			vv_buf_putc(&w->out, '-');
		}
	}
	vv_buf_putc(&w->out, '\n');
	for (size_t r = 0; r < g->waiting_rows; r++) {
		put_row(g, w, &g->waiting[r * w->count]);
	}
	g->waiting_rows = 0;
	return vv_buf_ok(&w->out, err);
}

static void put_text(vv_buf *out, const vv_cell *c, size_t width)
{
	vv_text_put_cut(out, c->state == VV_CELL_NULL ? "null" : c->text,
			c->state == VV_CELL_NULL ? 4 : c->len, width);
}

vv_status vv_view_grid_row(struct vv_view_grid *g, vv_view_writer *w, const vv_cell *cells,
			   vv_error *err)
{
	vv_buf *row = &g->waiting[g->waiting_rows * w->count];

	for (size_t i = 0; i < g->shown; i++) {
		const vv_cell *c = &cells[w->columns[i]];
		size_t n = c->state == VV_CELL_NULL ? 4 : vv_text_width(c->text, c->len);

		n = n > CELL_WIDTH_MAX ? CELL_WIDTH_MAX : n;
		g->widths[i] = !g->open && n > g->widths[i] ? n : g->widths[i];
		vv_buf_reset(&row[i]);
		row[i].owner = &w->out;
		put_text(&row[i], c, g->open ? g->widths[i] : CELL_WIDTH_MAX);
	}
	if (g->open) {
		put_row(g, w, row);
	} else if (++g->waiting_rows == g->sample) {
		return open_grid(g, w, err);
	}
	return vv_buf_ok(&w->out, err);
}

vv_status vv_view_grid_end(struct vv_view_grid *g, vv_view_writer *w, vv_error *err)
{
	vv_status rc = VV_OK;

	if (!g->open) {
		rc = open_grid(g, w, err);
	}
	if (rc == VV_OK && g->shown < w->count) {
		const size_t more = w->count - g->shown;

		vv_buf_printf(&w->out, "(%s; select some with --columns)\n",
			      vv_text_counted(more, "more column does not fit",
					      "more columns do not fit"));
		rc = vv_buf_ok(&w->out, err);
	}
	return rc;
}
