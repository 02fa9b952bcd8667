/*
 * row_by_number: knows which group was read last, so that neighbouring rows cost nothing more.
 */
#include "diff/rows/row_by_number.h"

void vv_row_by_number_init(vv_row_by_number *r, vv_table *table)
{
	*r = (vv_row_by_number){.table = table};
	vv_batch_init(&r->batch);
}

void vv_row_by_number_close(vv_row_by_number *r)
{
	if (r->table) {
		vv_table_reader_close(r->reader);
		vv_batch_clear(&r->batch);
	}
	*r = (vv_row_by_number){0};
}

vv_status vv_row_by_number_get(vv_row_by_number *r, uint64_t row, const vv_cell **cells,
			       vv_error *err)
{
	vv_batch *b = &r->batch;
	vv_status rc = VV_OK;
	if (!r->held || row < b->first_row || row - b->first_row >= b->rows) {
		r->held = false;
		if ((!r->reader &&
		     (rc = vv_table_reader_open(&r->reader, r->table, NULL, 0, false, err)) < 0) ||
		    (rc = vv_table_seek_row(r->reader, row, err)) < 0) {
			return rc;
		}
		int more = vv_table_read(r->reader, b, err);
		if (more <= 0) {
			return more < 0 ? (vv_status)more
					: vv_fail(err, VV_ECORRUPT, "row %llu is missing",
						  (unsigned long long)row + 1);
		}
		r->held = true;
	}
	*cells = &b->cells[(row - b->first_row) * b->columns];
	return VV_OK;
}
