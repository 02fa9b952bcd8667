/*
 * Tests of comparisons with only the needed cells: the reported differences are the same
 * as with all cells, whatever the order of the columns.
 */
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "dataset/table/table.h"
#include "diff/rows/columns.h"
#include "diff/rows/rowdiff.h"
#include "tests/unit/diff/tables.h"

#define COLUMNS 4u

/* A table as texts, row by row; the first column is the key. */
typedef struct grid {
	char cells[5400][COLUMNS][12];
	size_t rows;
} grid;

static const char *const by_k[] = {"k", NULL};
static const char *const by_nothing[] = {NULL};

static void random_grid(grid *g, size_t rows, vv_prng *r)
{
	g->rows = rows;
	for (size_t i = 0; i < rows; i++) {
		snprintf(g->cells[i][0], 12, "k%u", (unsigned)(i * 3));
		for (size_t c = 1; c < COLUMNS; c++) {
			snprintf(g->cells[i][c], 12, "%u.%u", (unsigned)vv_prng_below(r, 40),
				 (unsigned)vv_prng_below(r, 2) * 10);
		}
	}
}

static void swap_rows(grid *g, size_t i, size_t k)
{
	char row[COLUMNS][12];
	memcpy(row, g->cells[i], sizeof(row));
	memcpy(g->cells[i], g->cells[k], sizeof(row));
	memcpy(g->cells[k], row, sizeof(row));
}

/* One row is removed, one is exchanged with another. */
static void disturb(grid *g, vv_prng *r)
{
	size_t at = (size_t)vv_prng_below(r, g->rows - 1);
	memmove(g->cells[at], g->cells[at + 1], (g->rows - at - 1) * sizeof(g->cells[0]));
	g->rows--;
	swap_rows(g, (size_t)vv_prng_below(r, g->rows), (size_t)vv_prng_below(r, g->rows));
}

/* The order of the new version's columns relative to the old one's. */
typedef struct layout {
	const char *header;
	size_t order[COLUMNS + 1], count; /* columns of the grid; COLUMNS: a new one */
	const char *rename[3];
} layout;

static void open_layout(vv_tables *t, vv_table *out, const grid *g, const layout *l)
{
	vv_buf b = VV_BUF_INIT;
	vv_buf_printf(&b, "%s\n", l->header);
	for (size_t i = 0; i < g->rows; i++) {
		for (size_t c = 0; c < l->count; c++) {
			size_t at = l->order[c];
			vv_buf_printf(&b, "%s%s", c > 0 ? "," : "",
				      at < COLUMNS ? g->cells[i][at] : "new");
		}
		vv_buf_puts(&b, "\n");
	}
	assert_false(b.failed);
	vv_tables_open(t, out, vv_buf_cstr(&b), b.len, NULL);
	vv_buf_clear(&b);
}

static void put_told(vv_buf *out, const vv_cell *c)
{
	assert_int_not_equal(c->state, VV_CELL_ABSENT);
	vv_buf_printf(out, " %d:%.*s", (int)c->state, (int)c->len, c->text ? c->text : "");
}

/* The reported differences as text, and the number of absent cells of changed rows. */
static size_t tell_all(vv_buf *out, vv_table *a, vv_table *b, const vv_columns *columns,
		       vv_rowdiff_options o)
{
	vv_rowdiff *d;
	vv_row_change c;
	vv_error err;
	size_t key_count, absent = 0;
	vv_status rc = VV_OK;
	o.columns = columns;
	o.temp_dir = vv_test_dir();
	vv_assert_ok(vv_rowdiff_open(&d, a, b, &o, &err), &err);
	const size_t *key = vv_rowdiff_key(d, &key_count);
	while (vv_rowdiff_next(d, &c, &rc, &err)) {
		vv_buf_printf(out, "%d %d %d %llu %llu", (int)c.kind, c.moved, c.rekeyed,
			      (unsigned long long)c.old_row, (unsigned long long)c.new_row);
		for (size_t i = 0; i < key_count; i++) {
			if (c.new_cells) {
				put_told(out, &c.new_cells[key[i]]);
			}
			if (c.old_cells) {
				put_told(out, &c.old_cells[vv_columns_to_old(columns, key[i])]);
			}
		}
		for (size_t i = 0; i < columns->count; i++) {
			const vv_column_pair *p = &columns->pairs[i];
			bool whole = c.kind == VV_ROW_ADDED || c.kind == VV_ROW_REMOVED;
			bool told = whole || (c.cells && c.cells[i] != VV_CELL_SAME);
			if (c.old_cells && p->a >= 0 && told) {
				put_told(out, &c.old_cells[p->a]);
			}
			if (c.new_cells && p->b >= 0 && told) {
				put_told(out, &c.new_cells[p->b]);
			}
			absent += !told && p->b >= 0 && c.new_cells[p->b].state == VV_CELL_ABSENT;
		}
		vv_buf_puts(out, "\n");
	}
	vv_assert_ok(rc, &err);
	const vv_rowdiff_stats *s = vv_rowdiff_stats_get(d);
	vv_buf_printf(out, "%llu %llu %llu %llu %llu", (unsigned long long)s->added,
		      (unsigned long long)s->removed, (unsigned long long)s->changed,
		      (unsigned long long)s->cells_changed, (unsigned long long)s->rekeyed);
	assert_false(out->failed);
	vv_rowdiff_close(d);
	return absent;
}

/* The needed columns alone result in the same report; returns the number of omitted cells. */
static size_t needed_tell_the_same(const grid *a, const grid *b, const layout *l,
				   const vv_rowdiff_options *how)
{
	static const layout plain = {.header = "k,a,b,c", .order = {0, 1, 2, 3}, .count = 4};
	vv_tables t;
	vv_table x, y;
	vv_columns columns;
	vv_error err;
	vv_buf all = VV_BUF_INIT, needed = VV_BUF_INIT;
	vv_rowdiff_options o = *how;
	vv_columns_options co = {.rename = l->rename[0] ? l->rename : NULL};
	vv_tables_init(&t);
	open_layout(&t, &x, a, &plain);
	open_layout(&t, &y, b, l);
	vv_assert_ok(vv_columns_match(&columns, &x, &y, &co, &err), &err);
	assert_int_equal(tell_all(&all, &x, &y, &columns, o), 0);
	o.only_needed = true;
	size_t absent = tell_all(&needed, &x, &y, &columns, o);
	assert_string_equal(vv_buf_cstr(&all), vv_buf_cstr(&needed));
	vv_buf_clear(&all);
	vv_buf_clear(&needed);
	vv_columns_clear(&columns);
	vv_table_close(&x);
	vv_table_close(&y);
	vv_tables_clear(&t);
	return absent;
}

static void the_needed_columns_tell_the_same_as_all(void **state)
{
	static const layout layouts[] = {
		{.header = "k,a,b,c", .order = {0, 1, 2, 3}, .count = 4},
		{.header = "c,b,k,a", .order = {3, 2, 0, 1}, .count = 4},
		{.header = "k,z,b,c", .order = {0, 1, 2, 3}, .count = 4, .rename = {"a", "z"}},
		{.header = "c,j,a,b", .order = {3, 0, 1, 2}, .count = 4, .rename = {"k", "j"}},
		{.header = "k,a,c", .order = {0, 1, 3}, .count = 3},
		{.header = "n,k,a,b,c", .order = {COLUMNS, 0, 1, 2, 3}, .count = 5},
	};
	static const char *const not_b[] = {"b", NULL};
	static const vv_rowdiff_options hows[] = {{.key = by_k, .rekeyed = true, .moves = true},
						  {.key = by_nothing},
						  {.key = by_k, .ignore = not_b}};
	grid *a = malloc(sizeof(*a)), *b = malloc(sizeof(*b));
	size_t absent[3] = {0};
	vv_prng r;
	(void)state;
	assert_true(a && b);
	vv_prng_init(&r, 18);
	for (unsigned mask = 0; mask < 1u << COLUMNS; mask++) {
		random_grid(a, 900, &r);
		memcpy(b, a, sizeof(*a));
		for (size_t i = 0; i < b->rows; i++) {
			for (size_t c = 0; c < COLUMNS; c++) {
				if ((mask >> c & 1u) && vv_prng_below(&r, c == 0 ? 30 : 2) == 0) {
					snprintf(b->cells[i][c], 12, "%u", (unsigned)(i * 7 + c));
				}
			}
		}
		/* in some cases rows are also moved, added and removed: fewer groups are aligned */
		if (mask % 3 == 2) {
			disturb(b, &r);
		}
		for (size_t l = 0; l < sizeof(layouts) / sizeof(layouts[0]); l++) {
			if (!vv_test_sampled(mask + l, 3)) {
				continue;
			}
			for (size_t h = 0; h < 3; h++) {
				absent[h] += needed_tell_the_same(a, b, &layouts[l], &hows[h]);
			}
		}
	}
	/* without a key nearly all rows are read as a whole to find pairs */
	assert_true(absent[0] > 3000 && absent[1] > 0 && absent[2] > 3000);
	free(a);
	free(b);
}

/* Rows whose partners are at the same place of one or the other group, in turn. */
static void rows_that_went_to_other_groups_have_their_needed_columns(void **state)
{
	static const layout same = {.header = "k,a,b,c", .order = {0, 1, 2, 3}, .count = 4};
	grid *a = malloc(sizeof(*a)), *b = malloc(sizeof(*b));
	vv_prng r;
	(void)state;
	assert_true(a && b);
	vv_prng_init(&r, 19);
	random_grid(a, 5400, &r);
	memcpy(b, a, sizeof(*a));
	for (size_t i = 0; i < b->rows; i++) {
		snprintf(b->cells[i][2], 12, "%u", (unsigned)i);
	}
	size_t absent = needed_tell_the_same(a, b, &same, &(vv_rowdiff_options){.key = by_k});
	assert_true(absent > 5000);
	for (size_t i = 0; i < b->rows / 2; i += 1 + (size_t)vv_prng_below(&r, 3)) {
		swap_rows(b, i, i + b->rows / 2);
	}
	needed_tell_the_same(a, b, &same, &(vv_rowdiff_options){.key = by_k, .moves = true});
	free(a);
	free(b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_needed_columns_tell_the_same_as_all),
	cmocka_unit_test(rows_that_went_to_other_groups_have_their_needed_columns),
};

VV_TEST_SUITE(needed_columns)
