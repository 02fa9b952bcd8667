/*
 * dropped: knows what a side says in columns that the other side dropped: rows that it added have
 * no other place for these values, so that a column with such values cannot go in silence.
 */
#include "base/sys.h"
#include "diff/merge/merge_internal.h"
#include "diff/rows/value.h"

/* One side looked at: its columns that the other side dropped. */
typedef struct dropped {
	merge *m;
	merge_side *side;
	bool *gone;  /* for each column of the side: base has it, the other side does not */
	bool any;    /* there is one, */
	bool all;    /* they are all that it has, */
	bool edited; /* this side edited cells of one */
	bool lost;
} dropped;

static vv_status list_gone(dropped *d, const merge_side *other, vv_error *err)
{
	const merge_side *s = d->side;
	d->gone = vv_calloc(s->table->columns + 1, sizeof(*d->gone));
	if (!d->gone) {
		return vv_fail_nomem(err);
	}
	d->all = true;
	for (size_t i = 0; i < s->table->columns; i++) {
		long b = s->to_base[i];
		d->gone[i] = b >= 0 && other->from_base[b] < 0;
		d->any |= d->gone[i];
		d->all &= d->gone[i];
		d->edited |= d->gone[i] && s->edited[b];
	}
	return VV_OK;
}

/* Has the row a value in a column that stays? */
static bool survives(const dropped *d, const vv_cell *cells)
{
	for (size_t i = 0; i < d->side->table->columns; i++) {
		if (!d->gone[i] && cells[i].len > 0) {
			return true;
		}
	}
	return false;
}

static void look_at_added(dropped *d, const vv_cell *cells)
{
	bool says = false;
	for (size_t i = 0; i < d->side->table->columns; i++) {
		if (d->gone[i] && cells[i].len > 0) {
			d->side->filled[d->side->to_base[i]] = true;
			says = true;
		}
	}
	d->lost |= says && !survives(d, cells);
}

static vv_status look_at_changed(dropped *d, uint64_t old_row, vv_error *err)
{
	merge *m = d->m;
	merge_side *s = d->side;
	uint64_t row = merge_to_side(s, old_row);
	const vv_cell *was, *cells;
	vv_status rc;
	bool says = false;
	if (row == MERGE_NONE) {
		return VV_OK;
	}
	if ((rc = merge_row(&m->rows, old_row, &was, err)) < 0 ||
	    (rc = merge_row(&s->rows, row, &cells, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < s->table->columns; i++) {
		says |= d->gone[i] && cells[i].len > 0 &&
			vv_value_compare_with(&m->scratch, &m->base->schema.fields[s->to_base[i]],
					      &was[s->to_base[i]], &s->table->schema.fields[i],
					      &cells[i]) == VV_OTHER;
	}
	d->lost |= says && !survives(d, cells);
	return m->scratch.failed ? vv_fail_nomem(err) : VV_OK;
}

static vv_status look_at_rows(dropped *d, vv_error *err)
{
	merge_side *s = d->side;
	const vv_cell *cells;
	vv_status rc = VV_OK;
	for (size_t i = 0; i < s->block_count && rc == VV_OK; i++) {
		for (uint64_t k = 0; k < s->blocks[i].rows && rc == VV_OK; k++) {
			if ((rc = merge_row(&s->rows, s->blocks[i].row + k, &cells, err)) ==
			    VV_OK) {
				look_at_added(d, cells);
			}
		}
	}
	for (size_t i = 0; d->edited && i < s->changed_count && rc == VV_OK; i++) {
		rc = look_at_changed(d, s->changed[i], err);
	}
	return rc;
}

vv_status merge_dropped_look(merge *m, const char **why, vv_error *err)
{
	vv_status rc = VV_OK;
	size_t empty = 0;
	*why = NULL;
	for (size_t i = 0; m->base && i < 2 && rc == VV_OK; i++) {
		dropped d = {.m = m, .side = &m->side[i]};
		rc = list_gone(&d, &m->side[1 - i], err);
		if (rc == VV_OK && d.any) {
			rc = look_at_rows(&d, err);
		}
		*why = d.lost ? "a row has values only in columns that the other side dropped"
			      : *why;
		empty += d.all;
		vv_free(d.gone);
	}
	*why = empty == 2 ? "each side dropped the columns that the other one kept" : *why;
	return rc;
}
