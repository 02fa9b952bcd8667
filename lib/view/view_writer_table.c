/*
 * view_writer_table: rows aligned in columns for people. Widths are those of the first rows, which
 * are buffered until there are enough; wider cells later are cut.
 */
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "lib/view/view_writer.h"

#define SAMPLE_ROWS 200
#define SAMPLE_CELLS (64u << 10)
#define CELL_WIDTH_MAX 40
#define GAP 2

struct vv_view_grid {
	size_t *widths; /* of the chosen columns */
	size_t columns;
	size_t shown;    /* number of columns that fit */
	size_t sample;   /* rows that may wait */
	unsigned width;  /* of the terminal; 0: no limit */
	vv_buf *waiting; /* cells of the first rows, escaped and cut: row x count */
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
		vv_free_all(g->widths, g->waiting, g);
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

static void drop_waiting(struct vv_view_grid *g)
{
	for (size_t i = 0; i < g->waiting_rows * g->columns; i++) {
		vv_buf_clear(&g->waiting[i]);
	}
	g->waiting_rows = 0;
}

void vv_view_grid_free(struct vv_view_grid *g)
{
	if (!g) return;
	drop_waiting(g);
	vv_free_all(g->waiting, g->widths, g);
}

static void put_padded(vv_buf *out, const char *text, size_t len, size_t width, bool right,
		       bool last)
{
	/* The text is escaped already: its width is counted without escaping again. */
	size_t n = 0, step;
	uint32_t cp;

	for (size_t i = 0; i < len; i += step) {
		step = vv_utf8_decode(&cp, text + i, len - i);
		n += step ? vv_text_width(text[i] == '\\' ? "/" : text + i,
					  text[i] == '\\' ? 1 : step)
			  : 1;
		step = step ? step : 1;
	}
	for (size_t i = n; right && i < width; i++) {
		vv_buf_putc(out, ' ');
	}
	vv_buf_put(out, text, len);
	for (size_t i = n; !right && !last && i < width; i++) {
		vv_buf_putc(out, ' ');
	}
}

static void put_gap(vv_buf *out)
{
	vv_buf_put(out, "  ", GAP);
}

/* How many columns fit the terminal. At least one is shown. */
static void fit(struct vv_view_grid *g, size_t columns)
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

static void put_rule(struct vv_view_grid *g, vv_view_writer *w)
{
	for (size_t i = 0; i < g->shown; i++) {
		if (i > 0) {
			put_gap(&w->out);
		}
		for (size_t k = 0; k < g->widths[i]; k++) {
			vv_buf_putc(&w->out, '-');
		}
	}
	vv_buf_putc(&w->out, '\n');
}

static vv_status open_grid(struct vv_view_grid *g, vv_view_writer *w, vv_error *err)
{
	vv_auto(vv_buf) cell = VV_BUF_INIT;

	g->open = true;
	fit(g, w->count);
	for (size_t i = 0; i < g->shown; i++) {
		const vv_field *f = &w->table->schema.fields[w->columns[i]];

		if (i > 0) {
			put_gap(&w->out);
		}
		vv_buf_reset(&cell);
		vv_text_put_words(&cell, f->name, f->name_len, g->widths[i]);
		put_padded(&w->out, vv_buf_cstr(&cell), cell.len, g->widths[i], is_right(w, i),
			   i + 1 == g->shown);
	}
	vv_buf_putc(&w->out, '\n');
	put_rule(g, w);
	for (size_t r = 0; r < g->waiting_rows; r++) {
		for (size_t i = 0; i < g->shown; i++) {
			const vv_buf *b = &g->waiting[r * w->count + i];

			if (i > 0) {
				put_gap(&w->out);
			}
			put_padded(&w->out, vv_buf_cstr(b), b->len, g->widths[i], is_right(w, i),
				   i + 1 == g->shown);
		}
		vv_buf_putc(&w->out, '\n');
	}
	drop_waiting(g);
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
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = VV_OK;

	if (!g->open) {
		for (size_t i = 0; i < w->count; i++) {
			vv_buf *b = &g->waiting[g->waiting_rows * w->count + i];
			const vv_cell *c = &cells[w->columns[i]];
			size_t n = c->state == VV_CELL_NULL ? 4 : vv_text_width(c->text, c->len);

			n = n > CELL_WIDTH_MAX ? CELL_WIDTH_MAX : n;
			g->widths[i] = n > g->widths[i] ? n : g->widths[i];
			put_text(b, c, CELL_WIDTH_MAX);
			if (b->failed) {
				rc = vv_buf_ok(b, err);
			}
		}
		g->waiting_rows++;
		return rc == VV_OK && g->waiting_rows == g->sample ? open_grid(g, w, err) : rc;
	}
	for (size_t i = 0; i < g->shown; i++) {
		if (i > 0) {
			put_gap(&w->out);
		}
		vv_buf_reset(&text);
		put_text(&text, &cells[w->columns[i]], g->widths[i]);
		put_padded(&w->out, vv_buf_cstr(&text), text.len, g->widths[i], is_right(w, i),
			   i + 1 == g->shown);
	}
	vv_buf_putc(&w->out, '\n');
	return vv_buf_ok(&w->out, err);
}

vv_status vv_view_grid_end(struct vv_view_grid *g, vv_view_writer *w, vv_error *err)
{
	vv_status rc = VV_OK;

	if (!g->open) {
		rc = open_grid(g, w, err);
	}
	if (rc == VV_OK && g->shown < w->count) {
		vv_buf_printf(&w->out,
			      "(%zu more columns do not fit; select some with --columns)\n",
			      w->count - g->shown);
		rc = vv_buf_ok(&w->out, err);
	}
	return rc;
}
