/*
 * gap: matches the removed and the added rows of one place where rows have no key.
 *
 * First rows that are equal in the columns whose values mostly stayed (J. Bentley's and B. Cohen's "patience" order, with the
 * k-th of equal rows for the k-th), of these as many as are in one order; then, between two of them, neighbours that share
 * half of their cells: as many as possible, and of these those that share most. Time and memory grow with the rows of the gap, and past a share of the memory it is matched in parts.
 */
#include "diff/rows/match_steps.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/sys.h"
#include "diff/rows/columns.h"
#include "diff/rows/value.h"

/* The cells of so few rows are not kept. */
#define FEW 8u
/* The most removed and added rows that are compared at a time. */
#define AREA_OLD 16u
#define AREA_NEW 64u
#define PART_MIN 256u
#define COUNTERS_MAX (1u << 20)

/* A part of a gap, whose rows are numbered from 0 on each side. */
typedef struct part {
	vv_rowdiff *d;
	uint64_t from[2]; /* the first row's number in the gap */
	size_t rows[2];
	size_t columns;     /* compared ones */
	uint32_t *cells[2]; /* hashes of their values, row by row; NULL: too few rows for that */
	uint64_t *signs
		[2]; /* of rows: equal for those that are equal in the columns whose values stayed */
} part;

static void part_clear(part *p)
{
	vv_free_all(p->cells[0], p->cells[1], p->signs[0], p->signs[1]);
}
VV_AUTO_CLEAR(part, part_clear)

/* The row of the old version that is the nth of the gap's removed ones. */
static uint64_t gone_row(const row_gap *g, uint64_t nth)
{
	const size_t after = vv_first_place(i, g->gone_count, g->gone[i].new_row <= nth);
	const vv_segment *run = &g->gone[after - 1];

	return run->old_row + (nth - run->new_row);
}

void rowdiff_gap_clear(row_gap *g)
{
	vv_free_all(g->gone, g->pairs);
	*g = (row_gap){0};
}

void rowdiff_gap_begin(row_gap *g, uint64_t pos)
{
	g->pos = pos;
	g->gone_count = g->pair_count = g->pair = 0;
	g->removed = g->added = g->told[0] = g->told[1] = 0;
}

vv_status rowdiff_gap_remove(row_gap *g, uint64_t old_row, vv_error *err)
{
	vv_segment *last = g->gone_count > 0 ? &g->gone[g->gone_count - 1] : NULL;
	const vv_segment one = {old_row, g->removed++, 1};

	if (last && last->old_row + last->rows == old_row) {
		last->rows++;
		return VV_OK;
	}
	return vv_array_add(g->gone, g->gone_count, g->gone_cap, one) ? VV_OK : vv_fail_nomem(err);
}

/* --- the cells of a part ------------------------------------------------------------------- */

static vv_status read_side(part *p, int side, vv_error *err)
{
	vv_rowdiff *d = p->d;
	vv_row_by_number *rows = side == 0 ? &d->rows_a : &d->rows_b;
	vv_auto(digest) g = {0};
	const vv_cell *cells;
	vv_status rc = digest_init(&g, d, side, NULL, err);

	for (size_t i = 0; rc == VV_OK && i < p->rows[side]; i++) {
		const uint64_t nth = p->from[side] + i;
		rc = vv_row_by_number_get(
			rows, side == 0 ? gone_row(&d->gap, nth) : d->gap.first + nth, &cells, err);
		for (size_t c = 0; rc == VV_OK && c < p->columns; c++) {
			const vv_cell cell = rowdiff_cell(d, g.fields[c], &cells[g.columns[c]]);
			vv_buf_reset(&g.text);
			vv_value_put_canonical(&g.text, g.fields[c], &cell);
			p->cells[side][i * p->columns + c] = (uint32_t)vv_xxh3(vv_buf_cstr(&g.text),
									       g.text.len, d->seed);
		}
	}
	return rc < 0 ? rc : vv_buf_ok(&d->scratch, err);
}

static size_t larger_side(const part *p)
{
	return p->rows[0] > p->rows[1] ? p->rows[0] : p->rows[1];
}

/* A row's signature with one column more. */
static uint64_t sign_more(const part *p, int side, size_t row, size_t column)
{
	const uint64_t h = (p->signs[side][row] ^ p->cells[side][row * p->columns + column]) *
			   UINT64_C(0x9e3779b97f4a7c15);

	return h ^ h >> 29;
}

/* How many rows of one side have a row of the other with the same signature, to which this column is added: exactly, but for
 * those that share a counter. distinct: how many signatures the removed rows have, likewise. */
static size_t count_shared(const part *p, size_t column, int32_t *counters, size_t mask,
			   size_t *distinct)
{
	size_t lone = 0;

	*distinct = 0;
	memset(counters, 0, (mask + 1) * sizeof(*counters));
	for (size_t i = 0; i < p->rows[0]; i++) {
		*distinct += counters[sign_more(p, 0, i, column) & mask]++ == 0;
	}
	for (size_t i = 0; i < p->rows[1]; i++) {
		counters[sign_more(p, 1, i, column) & mask]--;
	}
	for (size_t i = 0; i <= mask; i++) {
		lone += (size_t)abs(counters[i]);
	}
	return (p->rows[0] + p->rows[1] - lone) / 2;
}

typedef struct choice {
	size_t column, shared, distinct;
} choice;

static int by_distinct(const void *a, const void *b)
{
	const choice *x = a, *y = b;

	if (x->distinct != y->distinct) return x->distinct > y->distinct ? -1 : 1;
	return (x->column > y->column) - (x->column < y->column);
}

static void sign_with(part *p, size_t column)
{
	for (int side = 0; side < 2; side++) {
		for (size_t i = 0; i < p->rows[side]; i++) {
			p->signs[side][i] = sign_more(p, side, i, column);
		}
	}
}

/* Signs each row by the columns, those with most values first, with which at least half of the rows still have an equal one on
 * the other side (or half of those that have in the best column). */
static vv_status sign_rows(part *p, vv_error *err)
{
	size_t slots = 1024, most = 0, distinct;
	vv_auto_free choice *list = vv_calloc(p->columns + 1, sizeof(*list));

	while (slots < 4 * larger_side(p) && slots < COUNTERS_MAX) {
		slots *= 2;
	}
	vv_auto_free int32_t *counters = vv_calloc(slots, sizeof(*counters));
	if (!list || !counters) return vv_fail_nomem(err);
	for (size_t c = 0; c < p->columns; c++) {
		list[c].column = c;
		list[c].shared = count_shared(p, c, counters, slots - 1, &list[c].distinct);
		most = list[c].shared > most ? list[c].shared : most;
	}
	if (p->columns > 1) {
		qsort(list, p->columns, sizeof(*list), by_distinct);
	}
	for (size_t c = 0; c < p->columns; c++) {
		if (list[c].shared * 2 >= most &&
		    count_shared(p, list[c].column, counters, slots - 1, &distinct) * 2 >= most) {
			sign_with(p, list[c].column);
		}
	}
	return VV_OK;
}

static vv_status part_read(part *p, vv_error *err)
{
	vv_status rc;

	for (int side = 0; side < 2; side++) {
		p->cells[side] = vv_calloc(p->rows[side] * p->columns + 1, sizeof(*p->cells[side]));
		p->signs[side] = vv_calloc(p->rows[side] + 1, sizeof(*p->signs[side]));
		if (!p->cells[side] || !p->signs[side]) return vv_fail_nomem(err);
		if ((rc = read_side(p, side, err)) < 0) return rc;
	}
	return sign_rows(p, err);
}

/* --- pairs ----------------------------------------------------------------------------------- */

/* 0: the rows differ in more than half of their cells; else 1 + the number of equal cells. */
static vv_status count_same(const part *p, size_t i, size_t j, size_t *same, vv_error *err)
{
	size_t changed = 0;
	vv_status rc = VV_OK;

	if (p->cells[0]) {
		const uint32_t *a = &p->cells[0][i * p->columns], *b = &p->cells[1][j * p->columns];
		for (size_t c = 0; c < p->columns; c++) {
			changed += a[c] != b[c];
		}
	}
	if (!p->cells[0] || (p->d->opts.tolerance && changed * 2 > p->columns)) {
		rc = rowdiff_count_changed(p->d, gone_row(&p->d->gap, p->from[0] + i),
					   p->d->gap.first + p->from[1] + j, &changed, err);
	}
	*same = changed * 2 <= p->columns ? 1 + p->columns - changed : 0;
	return rc;
}

static vv_status add_pair(const part *p, size_t i, size_t j, vv_error *err)
{
	row_gap *g = &p->d->gap;
	vv_segment *last = g->pair_count > 0 ? &g->pairs[g->pair_count - 1] : NULL;
	const vv_segment one = {p->from[0] + i, p->from[1] + j, 1};

	if (last && last->old_row + last->rows == one.old_row &&
	    last->new_row + last->rows == one.new_row) {
		last->rows++;
		return VV_OK;
	}
	return vv_array_add(g->pairs, g->pair_count, g->pair_cap, one) ? VV_OK : vv_fail_nomem(err);
}

/* Removed rows i .. i_end and added rows j .. j_end, both in order. */
typedef struct area {
	size_t i, i_end, j, j_end;
} area;

/* The worth of a pair, apart from its equal cells: no number of these is worth as much. */
#define PAIR (UINT64_C(1) << 40)

/* worth: for each row of the area, and for the end, a line of the best worth from there on. */
static vv_status weigh_area(const part *p, const area *a, uint64_t *worth, size_t *same,
			    vv_error *err)
{
	const size_t wide = a->j_end - a->j;
	vv_status rc;

	for (size_t x = a->i_end - a->i; x-- > 0;) {
		for (size_t y = wide; y-- > 0;) {
			const size_t at = x * (wide + 1) + y;
			const uint64_t down = worth[at + wide + 1], right = worth[at + 1];
			uint64_t best = down > right ? down : right;

			if ((rc = count_same(p, a->i + x, a->j + y, &same[at], err)) < 0) return rc;
			const uint64_t both = worth[at + wide + 2] + PAIR + same[at];
			worth[at] = same[at] > 0 && both > best ? both : best;
		}
	}
	return VV_OK;
}

/* Pairs as many rows of the area as are alike in one order, and of these those with the most equal cells; only removed rows
 * before i_most. *j: the added row after the last pair. */
static vv_status pair_area(const part *p, const area *a, size_t i_most, size_t *j, vv_error *err)
{
	const size_t wide = a->j_end - a->j, cells = (a->i_end - a->i + 1) * (wide + 1);
	vv_auto_free uint64_t *worth = vv_calloc(cells, sizeof(*worth));
	vv_auto_free size_t *same = vv_calloc(cells, sizeof(*same));
	size_t x = 0, y = 0;
	vv_status rc = worth && same ? weigh_area(p, a, worth, same, err) : vv_fail_nomem(err);

	while (rc == VV_OK && a->i + x < i_most && y < wide) {
		const size_t at = x * (wide + 1) + y;

		if (same[at] > 0 && worth[at] == worth[at + wide + 2] + PAIR + same[at]) {
			rc = add_pair(p, a->i + x++, a->j + y++, err);
			*j = a->j + y;
		} else if (worth[at] == worth[at + 1]) {
			y++;
		} else {
			x++;
		}
	}
	return rc;
}

/* Pairs rows i .. i_end with rows j .. j_end, both in order. Many rows are paired in areas: below the pair before, or where that
 * found none at about the same relative place. */
static vv_status pair_near(const part *p, size_t i, size_t i_end, size_t j, size_t j_end,
			   vv_error *err)
{
	const size_t first_i = i, first_j = j;
	bool found = true;
	vv_status rc = VV_OK;

	while (rc == VV_OK && i < i_end && j < j_end) {
		const bool all = (i_end - i) * (j_end - j) <= (size_t)AREA_OLD * AREA_NEW;
		const size_t down = first_j + (size_t)((uint64_t)(i - first_i) * (j_end - first_j) /
						       (i_end - first_i));
		area a = {i, i_end, j, j_end};

		if (!all) {
			a.i_end = i_end - i < AREA_OLD ? i_end : i + AREA_OLD;
			a.j = !found && down > j + AREA_NEW / 2 ? down - AREA_NEW / 2 : j;
			a.j_end = j_end - a.j < AREA_NEW ? j_end : a.j + AREA_NEW;
		}
		/* the last ones may have better partners below the area */
		const size_t most = a.i_end == i_end ? i_end : i + AREA_OLD / 2, before = j;

		rc = pair_area(p, &a, most, &j, err);
		found = j > before;
		i = most;
	}
	return rc;
}

/* --- rows that are equal where most stayed ------------------------------------------------------- */

typedef struct signed_row {
	uint64_t sign;
	size_t row;
} signed_row;

static int by_sign(const void *a, const void *b)
{
	const signed_row *x = a, *y = b;

	if (x->sign != y->sign) return x->sign < y->sign ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

static signed_row *sort_signs(const part *p, int side)
{
	signed_row *list = vv_calloc(p->rows[side] + 1, sizeof(*list));

	for (size_t i = 0; list && i < p->rows[side]; i++) {
		list[i] = (signed_row){p->signs[side][i], i};
	}
	if (list && p->rows[side] > 1) {
		qsort(list, p->rows[side], sizeof(*list), by_sign);
	}
	return list;
}

/* For each removed row the added one that is equal to it, + 1; 0: there is none. */
static size_t *find_equal(const part *p)
{
	vv_auto_free signed_row *a = sort_signs(p, 0), *b = sort_signs(p, 1);
	vv_auto_free size_t *partner = vv_calloc(p->rows[0] + 1, sizeof(*partner));
	size_t i = 0, j = 0;

	if (!a || !b || !partner) return NULL;
	while (i < p->rows[0] && j < p->rows[1]) {
		if (a[i].sign == b[j].sign) {
			partner[a[i++].row] = b[j++].row + 1;
		} else if (a[i].sign < b[j].sign) {
			i++;
		} else {
			j++;
		}
	}
	return vv_take(&partner);
}

/* The most of them that are in one order are pairs, and so are the rows between that are alike. */
static vv_status pair_part(const part *p, vv_error *err)
{
	vv_auto_free size_t *partner = find_equal(p);
	vv_auto(row_moves) m = {0};
	size_t i = 0, j = 0, same;
	vv_status rc = partner ? VV_OK : vv_fail_nomem(err);

	for (size_t k = 0; rc == VV_OK && k < p->rows[0]; k++) {
		if (partner[k] > 0) {
			row_moves_add(&m, k, partner[k] - 1, 1);
		}
	}
	rc = rc < 0 ? rc : row_moves_settle(&m, err);
	for (size_t k = 0; rc == VV_OK && k < m.count; k++) {
		const row_run *r = &m.list[k];
		for (size_t n = 0; rc == VV_OK && !r->moved && n < r->rows; n++) {
			const size_t x = (size_t)r->old_row + n, y = (size_t)r->new_row + n;
			if ((rc = count_same(p, x, y, &same, err)) < 0 || same == 0) {
				continue;
			}
			if ((rc = pair_near(p, i, x, j, y, err)) == VV_OK) {
				rc = add_pair(p, x, y, err);
			}
			i = x + 1;
			j = y + 1;
		}
	}
	return rc < 0 ? rc : pair_near(p, i, p->rows[0], j, p->rows[1], err);
}

/* --- the whole ----------------------------------------------------------------------------------- */

static size_t part_most(const vv_rowdiff *d, size_t columns)
{
	const size_t rows = rowdiff_memory(d, 2) / ((columns + 8) * sizeof(uint32_t));

	return rows > PART_MIN ? rows : PART_MIN;
}

/* A part ends before the last rows of which nothing was found, so that the next one looks for them again. */
static void go_on(part *p)
{
	const row_gap *g = &p->d->gap;
	const vv_segment *last = g->pair_count > 0 ? &g->pairs[g->pair_count - 1] : NULL;
	const uint64_t i = last ? last->old_row + last->rows : 0,
		       j = last ? last->new_row + last->rows : 0;

	for (int side = 0; side < 2; side++) {
		p->from[side] += p->rows[side];
	}
	if (i + p->rows[0] / 2 > p->from[0] && j + p->rows[1] / 2 > p->from[1]) {
		p->from[0] = i;
		p->from[1] = j;
	}
}

static vv_status match_parts(vv_rowdiff *d, vv_error *err)
{
	const row_gap *g = &d->gap;
	uint64_t from[2] = {0, 0};
	size_t columns = 0;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < d->opts.columns->count; i++) {
		columns += d->compared[i];
	}
	const size_t most = part_most(d, columns);
	while (rc == VV_OK && from[0] < g->removed && from[1] < g->added) {
		const uint64_t left[2] = {g->removed - from[0], g->added - from[1]};
		vv_auto(part) p = {.d = d,
				   .from = {from[0], from[1]},
				   .rows = {left[0] < most ? (size_t)left[0] : most,
					    left[1] < most ? (size_t)left[1] : most},
				   .columns = columns};

		if (p.rows[0] <= FEW && p.rows[1] <= FEW) {
			rc = pair_near(&p, 0, p.rows[0], 0, p.rows[1], err);
		} else if ((rc = part_read(&p, err)) == VV_OK) {
			rc = pair_part(&p, err);
		}
		if (p.rows[0] == left[0] && p.rows[1] == left[1]) {
			break;
		}
		go_on(&p);
		memcpy(from, p.from, sizeof(from));
		rc = rc < 0 ? rc
			    : vv_progress_update(d->opts.progress, "matching", from[0], g->removed,
						 err);
	}
	return rc;
}

/* Rows are paired by all columns, also where only some are compared: one column alone has no cells that stayed. */
vv_status rowdiff_gap_match(vv_rowdiff *d, vv_error *err)
{
	const vv_columns *c = d->opts.columns;
	bool *const compared = d->compared;

	if (!d->opts.only) return match_parts(d, err);
	vv_auto_free bool *all = vv_calloc(c->count + 1, sizeof(*all));
	if (!all) return vv_fail_nomem(err);
	for (size_t i = 0; i < c->count; i++) {
		all[i] = c->pairs[i].a >= 0 && c->pairs[i].b >= 0;
	}
	d->compared = all;
	const vv_status rc = match_parts(d, err);
	d->compared = compared;
	return rc;
}

bool rowdiff_gap_next(row_gap *g, row_entry *e)
{
	while (g->told[0] < g->removed) {
		const vv_segment *p = g->pair < g->pair_count ? &g->pairs[g->pair] : NULL;
		if (p && g->told[0] == p->old_row) { /* reported with its partner */
			g->told[0] += p->rows;
			g->pair++;
			continue;
		}
		*e = (row_entry){.pos = g->pos,
				 .old_row = gone_row(g, g->told[0]++),
				 .new_row = UINT64_MAX,
				 .kind = VV_ROW_REMOVED,
				 .rows = 1};
		return true;
	}
	if (g->told[1] == g->added) return false;
	if (g->told[1] == 0) {
		g->pair = 0;
	}
	const uint64_t nth = g->told[1]++;
	while (g->pair < g->pair_count &&
	       g->pairs[g->pair].new_row + g->pairs[g->pair].rows <= nth) {
		g->pair++;
	}
	const vv_segment *p = g->pair < g->pair_count ? &g->pairs[g->pair] : NULL;
	const bool changed = p && p->new_row <= nth;
	*e = (row_entry){.pos = 2 * (g->first + nth) + 2,
			 .old_row = changed ? gone_row(g, p->old_row + (nth - p->new_row))
					    : UINT64_MAX,
			 .new_row = g->first + nth,
			 .kind = changed ? VV_ROW_CHANGED : VV_ROW_ADDED,
			 .rows = 1};
	return true;
}
