/*
 * row_cells: compares the cells of two rows under the types of their columns.
 */
#include "diff/rows/match_steps.h"

#include "base/array.h"
#include "diff/rows/columns.h"
#include "diff/rows/value.h"

bool rowdiff_is_of_key(const vv_rowdiff *d, const vv_column_pair *p)
{
	return vv_array_find(d->key_b, d->key_count, it, p->b == (long)*it) != NULL;
}

vv_status rowdiff_compare(vv_rowdiff *d, const vv_cell *a, const vv_cell *b, const bool *equal,
			  bool rekeyed, size_t *changed, size_t *formatted, vv_error *err)
{
	const vv_columns *c = d->opts.columns;
	*changed = *formatted = 0;
	for (size_t i = 0; i < c->count; i++) {
		d->cells[i] = VV_CELL_SAME;
		if (equal && equal[i]) {
			continue;
		}
		const vv_column_pair *p = &c->pairs[i];
		bool key = rekeyed && rowdiff_is_of_key(d, p);
		if (!d->compared[i] && !key) {
			continue;
		}
		const vv_field *fa = &d->a->schema.fields[p->a], *fb = &d->b->schema.fields[p->b];
		vv_cell old = rowdiff_cell(d, fa, &a[p->a]), new = rowdiff_cell(d, fb, &b[p->b]);
		const vv_cell *x = &old, *y = &new;
		vv_same same = vv_value_compare(&d->scratch, fa, x, fb, y);
		if (same == VV_SAME || (same == VV_SAME_VALUE && d->cross)) {
			continue;
		}
		if (same == VV_SAME_VALUE) {
			d->cells[i] = d->opts.ignore_format ? VV_CELL_SAME : VV_CELL_FORMAT;
			*formatted += d->cells[i] == VV_CELL_FORMAT;
		} else if (key || !d->opts.tolerance ||
			   !vv_value_within(&d->scratch, fa, x, fb, y, d->opts.tolerance)) {
			d->cells[i] = VV_CELL_CHANGED;
			(*changed)++;
		}
	}
	return vv_buf_ok(&d->scratch, err);
}

vv_status rowdiff_count_changed(vv_rowdiff *d, uint64_t old_row, uint64_t new_row, size_t *changed,
				vv_error *err)
{
	const vv_cell *a, *b;
	size_t formatted;
	vv_status rc;

	if ((rc = vv_row_by_number_get(&d->rows_a, old_row, &a, err)) < 0 ||
	    (rc = vv_row_by_number_get(&d->rows_b, new_row, &b, err)) < 0) {
		return rc;
	}
	return rowdiff_compare(d, a, b, NULL, false, changed, &formatted, err);
}
