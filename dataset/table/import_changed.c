/*
 * import_changed: makes a group from the old one where only a few of its cells changed. The old block's lines are compared with
 * the file. Only the rows that differ are scanned, and only the columns in which they differ are encoded. The new block is
 * proved like that of any other group.
 *
 * Reading all rows would make the same block, since equal columns are encoded equally. If this is impossible (the old block is
 * missing or damaged, rows were added or removed, a line is irregular, a cut moves), all rows are read.
 */
#include "dataset/table/import_state.h"

#include <string.h>

#include "base/array.h"
#include "dataset/format/group_internal.h"
#include "dataset/table/old_groups.h"

/* If more than one row in so many changed, reading all rows is as cheap. */
#define FEW_OF 16u

void import_changed_clear(changed_group *c)
{
	vv_group_close(&c->made.old);
	vv_facts_clear(&c->made.facts);
	vv_buf_clear(&c->block);
	vv_arena_clear(&c->arena);
}

/* The old group's block and facts, and its lines in the worker. False: not all of them are regular and full, or it cannot be read. */
static bool open_old(import_worker *w, group_job *j, const old_items *items)
{
	changed_group *c = &j->changed;
	vv_group *old = &c->made.old;
	vv_table t = {.source = *j->im->sink,
		      .root = {.kind = VV_KIND_TABLE, .dialect = j->im->dialect}, /* borrows */
		      .columns = j->columns};
	vv_batch *b = &w->batch;
	const uint8_t *facts;
	size_t len;
	vv_cbor item;

	vv_buf_reset(&w->lines);
	vv_group_close(old);
	vv_cbor_init(&item, items->facts, items->facts_len);
	if (import_worker_ready(w, j, VV_IGNORED) < 0 ||
	    vv_cbor_get_bytes(&item, &facts, &len, VV_IGNORED) < 0 ||
	    vv_facts_read(&c->made.facts, facts, len, VV_IGNORED) < 0 ||
	    table_load_layout(&t, b, items->layout, items->layout_len, VV_IGNORED) < 0 ||
	    b->quirks.len > 0 || b->raw_len >= VV_CELLS_MAX ||
	    table_group_bytes(&w->lines, &t, &w->writer, b, items->data, items->data_len, false,
			      VV_IGNORED) < 0) {
		return false;
	}
	vv_buf_set(&c->block, b->parted.block.data, b->parted.block.len);
	bool full = vv_group_open(old, c->block.data, c->block.len, VV_IGNORED) == VV_OK &&
		    old->columns == j->columns;
	for (size_t i = 0; full && i < j->columns; i++) {
		full = old->column[i][0] >> 4 == GROUP_ALL_TEXT;
	}
	return full;
}

/* All cells of a column, as the old group has them. */
static bool take_column(changed_group *c, size_t column)
{
	const vv_group *old = &c->made.old;
	vv_cell *cells = vv_arena_alloc(&c->arena, old->rows * sizeof(*cells));

	c->made.cells[column] = cells;
	return cells && vv_group_column(old, column, cells, 1, &c->arena, VV_IGNORED) == VV_OK;
}

/* Room for the most rows that are taken, and for a line of the old group. */
static bool begin(group_job *j)
{
	changed_group *c = &j->changed;
	const size_t rows = c->made.old.rows / FEW_OF + 1;

	vv_arena_reset(&c->arena);
	c->made.cells = vv_arena_calloc(&c->arena, j->columns, sizeof(*c->made.cells));
	c->rows = vv_arena_alloc(&c->arena, rows * sizeof(*c->rows));
	bool done = c->made.cells && c->rows && vv_array_room_for(j->rows, 0, j->row_cap, rows) &&
		    vv_array_room_for(j->cells, 0, j->cell_cap, (rows + 1) * j->stride);
	for (size_t i = 0; done && i < j->columns && i < c->made.facts.count; i++) {
		done = !c->made.facts.columns[i].unknown || take_column(c, i);
	}
	return done;
}

/* The cells of a line that is one full row. */
static bool scan_line(const import *im, vv_cell *cells, vv_row *row, const char *line, size_t len)
{
	vv_scan_window(im->scan, line, len, true, 0);
	return vv_scan_row(im->scan, cells, im->columns, row, VV_IGNORED) == 1 && row->end == len &&
	       row->cells == im->columns && row->newline == im->dialect.newline;
}

/* Takes row r, whose line is another one than it was. */
static bool take_row(group_job *j, size_t r, const char *was, size_t was_len, const char *now,
		     size_t now_len)
{
	changed_group *c = &j->changed;
	const size_t k = j->row_count, at = (size_t)(now - j->raw), rows = c->made.old.rows;
	vv_cell *cells = &j->cells[k * j->stride], *before = cells + j->stride;
	vv_row *row = &j->rows[k];
	vv_cut cut = {.params = &j->im->params, .rows = (uint32_t)r};

	if (k > rows / FEW_OF || !scan_line(j->im, before, row, was, was_len) ||
	    !scan_line(j->im, cells, row, now, now_len) ||
	    vv_cut_row(&cut, cells, j->columns, 0) != (r + 1 == rows)) {
		return false;
	}
	row->start += at;
	row->end += at;
	row->text_start += at;
	row->text_end += at;
	if (import_irregularity(&j->im->workers[0], j, k) != 0) return false;
	for (size_t i = 0; i < j->columns; i++) {
		vv_cell **column = &c->made.cells[i];

		if (!*column && !vv_cell_equal(&cells[i], &before[i]) && !take_column(c, i)) {
			return false;
		}
		if (*column) {
			(*column)[r] = cells[i];
		}
	}
	c->rows[j->row_count++] = r;
	return true;
}

/* Goes through both, line by line. */
static bool take_rows(group_job *j, const vv_buf *lines, const char *end)
{
	const char *was = lines->data, *was_end = was + lines->len, *now = j->raw;

	for (size_t r = 0; r < j->changed.made.old.rows; r++) {
		const char *a = memchr(was, '\n', (size_t)(was_end - was));
		const char *b = memchr(now, '\n', (size_t)(end - now));

		if (!a || !b) return false;
		if ((a - was != b - now || memcmp(was, now, (size_t)(a - was)) != 0) &&
		    !take_row(j, r, was, (size_t)(a + 1 - was), now, (size_t)(b + 1 - now))) {
			return false;
		}
		was = a + 1;
		now = b + 1;
	}
	return was == was_end && now == end && j->row_count > 0;
}

bool import_changed(import *im, group_job *j, size_t *used, size_t *index)
{
	old_items items;

	j->from = NULL;
	if (im->dialect.form != VV_FORM_CSV || im->sorting || im->in_file || im->new_columns ||
	    order_choice_looks(im->opts->choice, im->fresh) ||
	    !old_groups_resembles(im->old, vv_window_bytes(im->window), vv_window_len(im->window),
				  &im->dialect, index, used) ||
	    *used >= VV_CELLS_MAX) {
		return false;
	}
	j->im = im;
	j->raw = vv_window_bytes(im->window);
	j->columns = j->stride = im->columns;
	j->row_count = 0;
	old_groups_items(im->old, *index, &items);
	if (!open_old(&im->workers[0], j, &items) || !begin(j) ||
	    !take_rows(j, &im->workers[0].lines, j->raw + *used)) {
		return false;
	}
	j->from = &j->changed;
	return true;
}
