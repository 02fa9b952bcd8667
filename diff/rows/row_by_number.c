/*
 * row_by_number: which groups were read last, so that neighbouring rows cost nothing more, and the group that comes
 * next is read without seeking.
 */
#include "diff/rows/row_by_number.h"

#include <assert.h>

#include "base/sys.h"

void vv_row_by_number_init(vv_row_by_number *r, vv_table *table, size_t groups, bool with_lines)
{
	assert(groups > 0 && groups <= VV_ROW_GROUPS_MAX);
	*r = (vv_row_by_number){.table = table, .groups = groups, .with_lines = with_lines};
}

void vv_row_by_number_close(vv_row_by_number *r)
{
	for (size_t i = 0; r->table && i < r->groups; i++) {
		vv_batch_clear(&r->group[i].batch);
		vv_buf_clear(&r->group[i].lines);
		vv_free(r->group[i].ends);
	}
	vv_table_reader_close(r->reader);
	*r = (vv_row_by_number){0};
}

static bool group_holds(const vv_row_group *g, uint64_t row)
{
	return g->used && row >= g->batch.first_row && row - g->batch.first_row < g->batch.rows;
}

static vv_status read_group(vv_row_by_number *r, vv_row_group *g, uint64_t row, vv_error *err)
{
	vv_batch *b = &g->batch;
	vv_status rc;

	g->used = 0;
	vv_free(g->ends);
	g->ends = NULL;
	if ((!r->reader &&
	     (rc = vv_table_reader_open(&r->reader, r->table, NULL, 0, r->with_lines, err)) < 0) ||
	    (row != r->next && (rc = vv_table_seek_row(r->reader, row, err)) < 0)) {
		return rc;
	}
	r->next = UINT64_MAX;
	const int more = r->with_lines ? vv_table_read(r->reader, b, err)
				       : vv_table_read_rows(r->reader, b, err);
	if (more < 0) return (vv_status)more;
	g->used = ++r->clock;
	if (more == 0 || !group_holds(g, row)) {
		g->used = 0;
		return vv_fail(err, VV_ECORRUPT, "row %llu is missing",
			       (unsigned long long)row + 1);
	}
	r->next = b->first_row + b->rows;
	return VV_OK;
}

/* The group with the row, if kept; otherwise the least recently used one. */
static size_t find_group(const vv_row_by_number *r, uint64_t row)
{
	size_t oldest = 0;

	if (group_holds(&r->group[r->last], row)) return r->last;
	for (size_t i = 0; i < r->groups; i++) {
		if (group_holds(&r->group[i], row)) return i;
		oldest = r->group[i].used < r->group[oldest].used ? i : oldest;
	}
	return oldest;
}

static vv_status use_group(vv_row_by_number *r, uint64_t row, vv_row_group **out, vv_error *err)
{
	r->last = find_group(r, row);
	*out = &r->group[r->last];
	vv_status rc = group_holds(*out, row) ? VV_OK : read_group(r, *out, row, err);
	if (rc < 0) return rc;
	(*out)->used = ++r->clock;
	return VV_OK;
}

vv_status vv_row_by_number_read(vv_row_by_number *r, uint64_t row, vv_batch **out, vv_error *err)
{
	vv_row_group *g;
	vv_status rc = use_group(r, row, &g, err);

	if (rc < 0) return rc;
	*out = &g->batch;
	return VV_OK;
}

vv_status vv_row_by_number_get(vv_row_by_number *r, uint64_t row, const vv_cell **cells,
			       vv_error *err)
{
	vv_batch *b;
	vv_status rc = vv_row_by_number_read(r, row, &b, err);

	return rc < 0 ? rc : vv_batch_row(b, (size_t)(row - b->first_row), cells, err);
}

static vv_status make_lines(vv_row_by_number *r, vv_row_group *g, vv_error *err)
{
	uint64_t groups;
	vv_status rc;

	if (g->ends) return VV_OK;
	vv_auto_free size_t *ends = vv_calloc(g->batch.rows, sizeof(*ends));
	if (!ends) return vv_fail_nomem(err);
	vv_buf_reset(&g->lines);
	if ((rc = vv_table_groups(r->table, &groups, err)) < 0 ||
	    (rc = vv_batch_lines(&g->lines, ends, r->table, &g->batch, g->batch.index + 1 == groups,
				 err)) < 0) {
		return rc;
	}
	g->ends = vv_take(&ends);
	return VV_OK;
}

vv_status vv_row_by_number_run(vv_row_by_number *r, uint64_t row, uint64_t max, const char **lines,
			       size_t *len, size_t *last, uint64_t *rows, vv_error *err)
{
	vv_row_group *g;
	vv_status rc;

	if ((rc = use_group(r, row, &g, err)) < 0 || (rc = make_lines(r, g, err)) < 0) return rc;
	size_t from = (size_t)(row - g->batch.first_row), n = g->batch.rows - from;
	n = max < n ? (size_t)max : n;
	size_t at = from > 0 ? g->ends[from - 1] : 0, end = g->ends[from + n - 1];
	*lines = vv_buf_cstr(&g->lines) + at;
	*len = end - at;
	*last = n > 1 ? g->ends[from + n - 2] - at : 0;
	*rows = n;
	return VV_OK;
}

vv_status vv_row_by_number_line(vv_row_by_number *r, uint64_t row, const char **line, size_t *len,
				vv_error *err)
{
	size_t last;
	uint64_t rows;

	return vv_row_by_number_run(r, row, 1, line, len, &last, &rows, err);
}
