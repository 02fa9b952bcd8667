/*
 * whole_figures: the groups that both versions have come first, for both sides at once; then those
 * of one side.
 */
#include "diff/write/whole_figures.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/sys.h"
#include "dataset/format/group.h"
#include "dataset/table/table.h"
#include "diff/rows/changed_groups.h"
#include "diff/rows/columns.h"

enum {
	LOOKED_AT = 16, /* groups by which the cost of a column is known */
	GROUP_COST = 40 /* cells that cost as much as finding a column in its group */
};

typedef struct pass {
	const vv_diff_table *t;
	vv_figures *figures;
	bool *wanted;
	uint64_t *cost, most; /* cost: of each pair, in the rows read so far: */
	uint64_t groups, rows, all_rows;
	bool none; /* nothing is wanted */
	size_t *places;
	vv_buf scratch;
} pass;

static long place_of(const vv_column_pair *p, int side)
{
	return side == 0 ? p->a : p->b;
}

/* Adds plain numbers; *without: cells without one. */
static vv_status add_numbers(pass *x, size_t pair, int side, const vv_group_run *run, size_t rows,
			     uint64_t *without, vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < rows; i++) {
		int64_t number = run->numbers[i];
		unsigned digits = run->scale;

		if (run->empty && run->empty[i]) {
			(*without)++;
			continue;
		}
		for (; digits > run->keep && number % 10 == 0; digits--) {
			number /= 10;
		}
		if ((rc = vv_figures_add_number(&x->figures[pair], side, number, digits, 1,
						&x->scratch, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* Cells that share their content are counted at once. */
static vv_status add_cells(pass *x, size_t pair, int side, const vv_group_run *run, size_t rows,
			   uint64_t *without, vv_error *err)
{
	const bool shared = run->form == VV_RUN_SHARED;
	uint64_t times[256] = {0};
	vv_status rc;

	for (size_t r = 0; shared && r < rows; r++) {
		times[run->index ? run->index[r] : 0]++;
	}
	for (size_t i = 0; i < (shared ? run->count : rows); i++) {
		const uint64_t cells = shared ? times[i] : 1;
		const vv_cell *cell = &run->cells[shared ? i : i * run->stride];

		if (cell->len == 0) {
			*without += cells;
		} else if (cells > 0) {
			if ((rc = vv_figures_add(&x->figures[pair], side, cell, cells, &x->scratch,
						 err)) < 0) {
				return rc;
			}
		}
	}
	return VV_OK;
}

static bool is_exact(const vv_group_run *run)
{
	return run->least >= -VV_FIGURES_EXACT && run->most <= VV_FIGURES_EXACT &&
	       (run->form == VV_RUN_INTEGERS || run->form == VV_RUN_DECIMALS);
}

/* One column of a group. */
static vv_status add_run(pass *x, size_t pair, int side, vv_batch *b, vv_error *err)
{
	const size_t place = (size_t)place_of(&x->t->columns->pairs[pair], side);
	static const vv_cell none = {.state = VV_CELL_ABSENT};
	vv_figures *f = &x->figures[pair];
	uint64_t without = 0;
	vv_group_run run;
	vv_status rc = vv_batch_run(&run, b, place, f->plain, err);

	if (rc == VV_OK && run.numbers && !is_exact(&run)) {
		rc = vv_batch_run(&run, b, place, false, err);
	}
	if (rc < 0) return rc;
	rc = run.numbers ? add_numbers(x, pair, side, &run, b->rows, &without, err)
			 : add_cells(x, pair, side, &run, b->rows, &without, err);
	if (rc == VV_OK && without > 0) {
		rc = vv_figures_add(f, side, &none, without, &x->scratch, err);
	}
	x->cost[pair] += GROUP_COST +
			 (run.form == VV_RUN_SHARED ? run.count + b->rows / 16 : b->rows);
	return rc;
}

/* Would it be too much, if all rows cost as much as those that were read? */
static bool is_over(const pass *x, uint64_t cost)
{
	return cost > 0 && (double)cost / (double)x->rows * (double)x->all_rows > (double)x->most;
}

/* Leaves out what takes the most, until the rest fits. */
static void choose_columns(pass *x)
{
	for (;;) {
		uint64_t all = 0;
		size_t dearest = SIZE_MAX;

		for (size_t i = 0; i < x->t->columns->count; i++) {
			if (x->wanted[i]) {
				all += x->cost[i];
				dearest = dearest == SIZE_MAX || x->cost[i] >= x->cost[dearest]
						  ? i
						  : dearest;
			}
		}
		x->none = dearest == SIZE_MAX;
		if (x->none || !is_over(x, all)) return;
		x->wanted[dearest] = false;
	}
}

static vv_status add_group(pass *x, int side, vv_batch *b, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < x->t->columns->count && rc == VV_OK; i++) {
		if (x->wanted[i]) {
			rc = add_run(x, i, side, b, err);
		}
	}
	x->rows += b->rows;
	if (++x->groups % LOOKED_AT == 0) {
		choose_columns(x);
	}
	return rc;
}

static vv_status open_side(vv_table_reader **out, pass *x, int side, vv_error *err)
{
	size_t count = 0;

	for (size_t i = 0; i < x->t->columns->count; i++) {
		if (x->wanted[i]) {
			x->places[count++] = (size_t)place_of(&x->t->columns->pairs[i], side);
		}
	}
	return vv_table_reader_open(out, side == 0 ? x->t->a : x->t->b, x->places, count, false,
				    err);
}

static vv_status read_others(pass *x, const vv_changed_group *but, size_t count, vv_error *err)
{
	vv_auto(vv_table_reader) *r = NULL;
	vv_auto(vv_batch) b = {0};
	size_t at = 0;
	uint64_t next = 0;
	vv_status rc = open_side(&r, x, 0, err);
	int more = 1;

	while (rc == VV_OK && !x->none) {
		const uint64_t from = next;

		for (; at < count && but[at].index == next; at++) {
			next++;
		}
		if ((next > from && (rc = vv_table_seek_group(r, next, err)) < 0) ||
		    (more = vv_table_read_rows(r, &b, err)) <= 0) {
			break;
		}
		rc = add_group(x, 0, &b, err);
		next++;
	}
	if (rc < 0) return rc;
	return (vv_status)(more < 0 ? more : VV_OK);
}

static vv_status read_these(pass *x, int side, const vv_changed_group *groups, size_t count,
			    vv_error *err)
{
	vv_auto(vv_table_reader) *r = NULL;
	vv_auto(vv_batch) b = {0};
	vv_status rc = open_side(&r, x, side, err);

	for (size_t i = 0; i < count && rc == VV_OK && !x->none; i++) {
		if ((i == 0 || groups[i].index != groups[i - 1].index + 1) &&
		    (rc = vv_table_seek_group(r, groups[i].index, err)) < 0) {
			break;
		}
		int more = vv_table_read_rows(r, &b, err);
		rc = more <= 0 ? (vv_status)more : add_group(x, side, &b, err);
	}
	return rc;
}

/* Do the rows of a group that both have mean the same in both? */
static bool same_meaning(const vv_diff_table *t)
{
	return vv_columns_same_places(t->columns) && !t->columns->missing_changed &&
	       !vv_array_find(t->columns->pairs, t->columns->count, it,
			      it->retyped || it->reconstrained);
}

vv_status vv_whole_figures(vv_figures *figures, bool *wanted, const vv_diff_table *t, uint64_t most,
			   vv_error *err)
{
	vv_auto(vv_changed_groups) only = {0};
	vv_auto_free uint64_t *cost = vv_calloc(t->columns->count + 1, sizeof(*cost));
	vv_auto_free size_t *places = vv_calloc(t->columns->count + 1, sizeof(*places));
	pass x = {.t = t,
		  .figures = figures,
		  .wanted = wanted,
		  .cost = cost,
		  .most = most,
		  .places = places,
		  .all_rows = t->a->root.rows};
	vv_status rc;

	if (!cost || !places) return vv_fail_nomem(err);
	choose_columns(&x);
	if (x.none) return VV_OK;
	if ((rc = same_meaning(t) ? vv_changed_groups_find(&only, t->a, t->b, err)
				  : vv_changed_groups_all(&only, t->a, t->b, err)) < 0) {
		return rc;
	}
	vv_array_each(only.new_groups, only.new_count, new_group) {
		x.all_rows += new_group->rows;
	}
	rc = read_others(&x, only.old_groups, only.old_count, err);
	for (size_t i = 0; i < t->columns->count && rc == VV_OK; i++) {
		rc = wanted[i] ? vv_figures_same(&figures[i], err) : VV_OK;
	}
	if (rc == VV_OK &&
	    (rc = read_these(&x, 0, only.old_groups, only.old_count, err)) == VV_OK) {
		rc = read_these(&x, 1, only.new_groups, only.new_count, err);
	}
	vv_buf_clear(&x.scratch);
	return rc;
}
