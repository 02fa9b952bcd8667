/*
 * row_lines: how rows and their lines are read by number while several versions are walked at
 * once: a few groups of each are kept, and neighbouring groups are read without seeking.
 */
#include "diff/rows/row_lines.h"

#include <string.h>

#include "base/sys.h"
#include "dataset/table/table.h"

vv_status vv_row_lines_open(vv_row_lines *r, vv_table *t, vv_error *err)
{
	r->table = t;
	for (size_t i = 0; i < VV_ROW_LINES_SLOTS; i++) {
		vv_batch_init(&r->slots[i].batch);
	}
	vv_status rc = vv_table_groups(t, &r->groups, err);
	return rc < 0 ? rc : vv_table_reader_open(&r->reader, t, NULL, 0, true, err);
}

void vv_row_lines_close(vv_row_lines *r)
{
	vv_table_reader_close(r->reader);
	for (size_t i = 0; r->table && i < VV_ROW_LINES_SLOTS; i++) {
		vv_batch_clear(&r->slots[i].batch);
		vv_buf_clear(&r->slots[i].lines);
		vv_free(r->slots[i].ends);
	}
	memset(r, 0, sizeof(*r));
}

static bool holds(const vv_row_lines_slot *s, uint64_t row)
{
	return s->used && row >= s->batch.first_row && row - s->batch.first_row < s->batch.rows;
}

static vv_status read_group(vv_row_lines *r, vv_row_lines_slot *s, uint64_t row, vv_error *err)
{
	vv_status rc = VV_OK;
	s->used = 0;
	vv_free(s->ends);
	s->ends = NULL;
	/* The group that comes next needs no seeking; 0 as well when nothing was read yet. */
	if (row != r->next && (rc = vv_table_seek_row(r->reader, row, err)) < 0) return rc;
	r->next = UINT64_MAX;
	int more = vv_table_read(r->reader, &s->batch, err);
	if (more > 0 && row >= s->batch.first_row && row - s->batch.first_row < s->batch.rows) {
		r->next = s->batch.first_row + s->batch.rows;
		return VV_OK;
	}
	return more < 0 ? (vv_status)more
			: vv_fail(err, VV_ECORRUPT, "row %llu is missing",
				  (unsigned long long)row + 1);
}

static vv_status find_slot(vv_row_lines *r, uint64_t row, vv_row_lines_slot **out, vv_error *err)
{
	size_t oldest = 0;
	if (!holds(&r->slots[r->last], row)) {
		for (size_t i = 0; i < VV_ROW_LINES_SLOTS; i++) {
			if (holds(&r->slots[i], row)) {
				oldest = i;
				break;
			}
			oldest = r->slots[i].used < r->slots[oldest].used ? i : oldest;
		}
		r->last = oldest;
		vv_status rc = holds(&r->slots[oldest], row)
				       ? VV_OK
				       : read_group(r, &r->slots[oldest], row, err);
		if (rc < 0) return rc;
	}
	*out = &r->slots[r->last];
	(*out)->used = ++r->clock;
	return VV_OK;
}

vv_status vv_row_lines_cells(vv_row_lines *r, uint64_t row, const vv_cell **cells, vv_error *err)
{
	vv_row_lines_slot *s;
	vv_status rc = find_slot(r, row, &s, err);
	if (rc == VV_OK) {
		*cells = &s->batch.cells[(row - s->batch.first_row) * s->batch.columns];
	}
	return rc;
}

static vv_status make_lines(vv_row_lines *r, vv_row_lines_slot *s, vv_error *err)
{
	if (s->ends) return VV_OK;
	vv_auto_free size_t *ends = vv_calloc(s->batch.rows, sizeof(*ends));
	if (!ends) return vv_fail_nomem(err);
	vv_buf_reset(&s->lines);
	vv_status rc = vv_batch_lines(&s->lines, ends, r->table, &s->batch,
				      s->batch.index + 1 == r->groups, err);
	if (rc < 0) return rc;
	s->ends = vv_take(&ends);
	return VV_OK;
}

vv_status vv_row_lines_run(vv_row_lines *r, uint64_t row, uint64_t max, const char **lines,
			   size_t *len, size_t *last, uint64_t *rows, vv_error *err)
{
	vv_row_lines_slot *s;
	vv_status rc;
	if ((rc = find_slot(r, row, &s, err)) < 0 || (rc = make_lines(r, s, err)) < 0) return rc;
	size_t from = (size_t)(row - s->batch.first_row), n = s->batch.rows - from;
	n = max < n ? (size_t)max : n;
	size_t at = from > 0 ? s->ends[from - 1] : 0, end = s->ends[from + n - 1];
	*lines = vv_buf_cstr(&s->lines) + at;
	*len = end - at;
	*last = n > 1 ? s->ends[from + n - 2] - at : 0;
	*rows = n;
	return VV_OK;
}

vv_status vv_row_lines_line(vv_row_lines *r, uint64_t row, const char **line, size_t *len,
			    vv_error *err)
{
	size_t last;
	uint64_t rows;
	return vv_row_lines_run(r, row, 1, line, len, &last, &rows, err);
}
