/*
 * row_by_number: which groups were read last, so that neighbouring rows cost nothing more.
 */
#include "diff/rows/row_by_number.h"

#include <assert.h>

void vv_row_by_number_init(vv_row_by_number *r, vv_table *table, size_t groups)
{
	assert(groups > 0 && groups <= VV_ROW_GROUPS_MAX);
	*r = (vv_row_by_number){.table = table, .groups = groups};
	for (size_t i = 0; i < groups; i++) {
		vv_batch_init(&r->batch[i]);
	}
}

void vv_row_by_number_close(vv_row_by_number *r)
{
	if (r->table) {
		vv_table_reader_close(r->reader);
		for (size_t i = 0; i < r->groups; i++) {
			vv_batch_clear(&r->batch[i]);
		}
	}
	*r = (vv_row_by_number){0};
}

static vv_status read_group(vv_row_by_number *r, vv_batch *b, uint64_t row, vv_error *err)
{
	vv_status rc;
	if ((!r->reader &&
	     (rc = vv_table_reader_open(&r->reader, r->table, NULL, 0, false, err)) < 0) ||
	    (rc = vv_table_seek_row(r->reader, row, err)) < 0) {
		return rc;
	}
	int more = vv_table_read_rows(r->reader, b, err);
	if (more <= 0) {
		return more < 0 ? (vv_status)more
				: vv_fail(err, VV_ECORRUPT, "row %llu is missing",
					  (unsigned long long)row + 1);
	}
	return VV_OK;
}

static bool holds(const vv_row_by_number *r, size_t at, uint64_t row)
{
	const vv_batch *b = &r->batch[at];
	return r->used[at] && row >= b->first_row && row - b->first_row < b->rows;
}

/* Which of those that are kept holds the row; r->groups: none. */
static size_t find_group(const vv_row_by_number *r, uint64_t row)
{
	size_t at = 0;
	if (holds(r, r->last, row)) return r->last;
	while (at < r->groups && !holds(r, at, row)) {
		at++;
	}
	return at;
}

static size_t oldest_group(const vv_row_by_number *r)
{
	size_t oldest = 0;
	for (size_t at = 1; at < r->groups; at++) {
		oldest = r->used[at] < r->used[oldest] ? at : oldest;
	}
	return oldest;
}

vv_status vv_row_by_number_read(vv_row_by_number *r, uint64_t row, vv_batch **out, vv_error *err)
{
	size_t at = find_group(r, row);
	if (at == r->groups) {
		at = oldest_group(r);
		r->used[at] = 0;
		vv_status rc = read_group(r, &r->batch[at], row, err);
		if (rc < 0) return rc;
	}
	r->last = at;
	r->used[at] = ++r->clock;
	*out = &r->batch[at];
	return VV_OK;
}

vv_status vv_row_by_number_get(vv_row_by_number *r, uint64_t row, const vv_cell **cells,
			       vv_error *err)
{
	vv_batch *b;
	vv_status rc = vv_row_by_number_read(r, row, &b, err);

	return rc < 0 ? rc : vv_batch_row(b, (size_t)(row - b->first_row), cells, err);
}
