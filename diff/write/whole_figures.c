/*
 * whole_figures: the groups that both versions have come first, for both sides at once; then those of one side.
 */
#include "diff/write/whole_figures.h"

#include <string.h>

#include "base/sys.h"
#include "diff/rows/changed_groups.h"

enum {
	LOOKED_AT = 16, /* groups by which the cost of a column is known */
	GROUP_COST = 40 /* cells that cost as much as finding a column in its group */
};

typedef struct pass {
	const vv_diff_table *t;
	vv_figures *figures;
	bool *wanted;
	uint64_t *cost, most; /* cost: of each pair, in what was read so far: */
	uint64_t groups, rows, all_rows;
	bool none; /* nothing is wanted */
	size_t *places;
	vv_buf scratch;
} pass;

static long place_of(const vv_column_pair *p, int side)
{
	return side == 0 ? p->a : p->b;
}

/* One column of a group. */
static vv_status add_run(pass *x, size_t pair, int side, vv_batch *b, vv_error *err)
{
	const size_t place = (size_t)place_of(&x->t->columns->pairs[pair], side);
	static const vv_cell none = {.state = VV_CELL_ABSENT};
	uint64_t times[256] = {0}, without = 0; /* without: cells that have no text */
	vv_group_run run;
	vv_status rc = vv_batch_run(&run, b, place, false, err);

	if (rc < 0) return rc;
	const bool shared = run.form == VV_RUN_SHARED;
	const size_t count = shared ? run.count : b->rows;

	for (size_t r = 0; shared && r < b->rows; r++) {
		times[run.index ? run.index[r] : 0]++;
	}
	for (size_t i = 0; i < count && rc == VV_OK; i++) {
		const uint64_t cells = shared ? times[i] : 1;
		const vv_cell *cell = &run.cells[shared ? i : i * run.stride];

		if (cell->len == 0) {
			without += cells;
		} else if (cells > 0) {
			rc = vv_figures_add(&x->figures[pair], side, cell, cells, &x->scratch, err);
		}
	}
	if (rc == VV_OK && without > 0) {
		rc = vv_figures_add(&x->figures[pair], side, &none, without, &x->scratch, err);
	}
	x->cost[pair] += GROUP_COST + (shared ? count + b->rows / 16 : count);
	return rc;
}

/* Would it be too much, if all rows cost as much as those that were read? */
static bool is_over(const pass *x, uint64_t cost)
{
	return cost > 0 && (double)cost / (double)x->rows * (double)x->all_rows > (double)x->most;
}

/* Leaves out what takes the most, until the rest fits. */
static void choose(pass *x)
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
		choose(x);
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

/* All groups but these. */
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
	return rc < 0 ? rc : (vv_status)(more < 0 ? more : VV_OK);
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
	bool same = vv_columns_same_places(t->columns) && !t->columns->missing_changed;

	for (size_t i = 0; i < t->columns->count; i++) {
		same = same && !t->columns->pairs[i].retyped && !t->columns->pairs[i].reconstrained;
	}
	return same;
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
	choose(&x);
	if (x.none) return VV_OK;
	if ((rc = same_meaning(t) ? vv_changed_groups_find(&only, t->a, t->b, err)
				  : vv_changed_groups_all(&only, t->a, t->b, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < only.new_count; i++) {
		x.all_rows += only.new_groups[i].rows;
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
