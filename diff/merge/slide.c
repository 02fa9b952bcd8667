/*
 * slide: knows which of several equal rows without a key a side removed: of a run of equal rows any
 * may be the one, so it is one that the other side left alone, if there is one.
 */
#include <string.h>

#include "base/sys.h"
#include "diff/merge/merge_internal.h"

/* So far a block of removed rows is moved at most. */
#define SLIDE_MAX 65536u

/* Is one of these rows of base changed on the side? */
static bool any_changed(const merge_side *s, uint64_t from, uint64_t end)
{
	size_t lo = 0, hi = s->changed_count;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (s->changed[mid] < from) {
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	return lo < s->changed_count && s->changed[lo] < end;
}

static vv_status same_rows(merge *m, uint64_t a, uint64_t b, bool *out, vv_error *err)
{
	const vv_cell *x, *y;
	vv_status rc;
	if ((rc = merge_row(&m->rows, a, &x, err)) < 0 ||
	    (rc = merge_row(&m->rows, b, &y, err)) < 0) {
		return rc;
	}
	*out = true;
	for (size_t i = 0; i < m->base->columns && *out; i++) {
		*out = vv_cell_equal(&x[i], &y[i]);
	}
	return VV_OK;
}

/* How far up (or down) the removed rows between two runs go until the other side has changed
 * none of them; 0: they do not. A row enters the block where an equal one leaves it. */
static vv_status find_place(merge *m, size_t which, const merge_run *prev, const merge_run *next,
			    bool up, uint64_t *steps, vv_error *err)
{
	const merge_side *s = &m->side[which], *other = &m->side[1 - which];
	uint64_t from = prev->old_row + prev->rows, end = next->old_row,
		 max = up ? prev->rows : next->rows;
	bool same = true;
	vv_status rc = VV_OK;
	*steps = 0;
	for (uint64_t k = 1; k <= max && k <= SLIDE_MAX && *steps == 0; k++) {
		uint64_t enters = up ? from - k : end + k - 1, leaves = up ? end - k : from + k - 1;
		if (any_changed(s, enters, enters + 1)) {
			break;
		}
		if ((rc = same_rows(m, enters, leaves, &same, err)) < 0 || !same) {
			break;
		}
		if (up ? !any_changed(other, from - k, end - k)
		       : !any_changed(other, from + k, end + k)) {
			*steps = k;
		}
	}
	return rc;
}

static vv_status slide_between(merge *m, size_t which, merge_run *prev, merge_run *next,
			       bool *moved, vv_error *err)
{
	uint64_t from = prev->old_row + prev->rows, steps;
	if (from == next->old_row || prev->new_row + prev->rows != next->new_row ||
	    !any_changed(&m->side[1 - which], from, next->old_row)) {
		return VV_OK;
	}
	vv_status rc = find_place(m, which, prev, next, true, &steps, err);
	if (rc == VV_OK && steps > 0) {
		prev->rows -= steps;
		next->old_row -= steps;
		next->new_row -= steps;
		next->rows += steps;
		*moved = true;
		return VV_OK;
	}
	if (rc == VV_OK && (rc = find_place(m, which, prev, next, false, &steps, err)) == VV_OK &&
	    steps > 0) {
		prev->rows += steps;
		next->old_row += steps;
		next->new_row += steps;
		next->rows -= steps;
		*moved = true;
	}
	return rc;
}

vv_status merge_slide(merge *m, size_t which, bool *moved, vv_error *err)
{
	merge_side *s = &m->side[which];
	size_t count = s->run_count + 2, kept = 0;
	vv_status rc = VV_OK;
	*moved = false;
	if (!m->base || m->key_count > 0 || s->gone == 0 || m->side[1 - which].changed_count == 0) {
		return VV_OK;
	}
	/* with an empty run at either end, so that every removed row is between two */
	merge_run *runs = vv_calloc(count, sizeof(*runs));
	if (!runs) {
		return vv_fail_nomem(err);
	}
	if (s->run_count > 0) {
		memcpy(runs + 1, s->by_old, s->run_count * sizeof(*runs));
	}
	runs[count - 1] = (merge_run){m->base->root.rows, s->table->root.rows, 0};
	for (size_t i = 1; i < count && rc == VV_OK; i++) {
		rc = slide_between(m, which, &runs[i - 1], &runs[i], moved, err);
	}
	if (rc < 0 || !*moved) {
		vv_free(runs);
		return rc;
	}
	for (size_t i = 0; i < count; i++) {
		if (runs[i].rows > 0) {
			runs[kept++] = runs[i];
		}
	}
	vv_free(s->by_old);
	s->by_old = runs;
	s->run_count = kept;
	return VV_OK;
}
