/*
 * Comparing columns of groups as they are finds what comparing their cells finds.
 */
#include "dataset/format/group_compare.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/dataset/group_support.h"

#define COLUMNS 3u

/* Both tables' group, compared; and what their cells say. */
static void expect_marks(const columns *x, const columns *y)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_buf a = encode(x), b = encode(y);
	uint8_t *marks = malloc(x->rows);
	vv_group g, h;
	vv_error err;

	assert_non_null(marks);
	vv_assert_ok(vv_group_open(&g, a.data, a.len, &err), &err);
	vv_assert_ok(vv_group_open(&h, b.data, b.len, &err), &err);
	for (size_t c = 0; c < x->count; c++) {
		memset(marks, 0, x->rows);
		vv_assert_ok(vv_group_compare_column(marks, &g, c, &h, c, &arena, &err), &err);
		for (size_t r = 0; r < x->rows; r++) {
			const vv_cell *p = &x->cells[r * x->count + c],
				      *q = &y->cells[r * y->count + c];
			assert_int_equal(marks[r] == 0, vv_cell_equal(p, q));
		}
	}
	vv_group_close(&g);
	vv_group_close(&h);
	vv_arena_clear(&arena);
	vv_buf_clear(&a);
	vv_buf_clear(&b);
	free(marks);
}

/* The same cells, but for some that come from another draw of their column. */
static void change_some(columns *to, const columns *other, unsigned percent, vv_prng *r)
{
	for (size_t i = 0; i < to->rows * to->count; i++) {
		if (vv_prng_below(r, 100) < percent) {
			to->cells[i] = other->cells[i];
		}
	}
}

static void marks_are_where_cells_differ(void **state)
{
	static const unsigned percents[] = {0, 1, 20, 100};
	vv_prng r;

	(void)state;
	for (int i = 0; i < 6000; i++) {
		if (!vv_test_sampled((size_t)i, 3)) {
			continue;
		}
		vv_prng_init(&r, 31 + (uint64_t)i);
		size_t rows = 1 + (size_t)vv_prng_below(&r, i % 10 == 0 ? 600 : 40);
		int kind = (int)vv_prng_below(&r, COLUMN_KINDS),
		    states = vv_prng_below(&r, 3) ? 0 : (int)vv_prng_below(&r, 6);
		unsigned empties = vv_prng_below(&r, 2) ? 0 : 30;
		columns a, b, c;

		columns_make(&a, rows, COLUMNS, &r);
		columns_make(&b, rows, COLUMNS, &r);
		column_fill(&a, 0, kind, empties, false, states, &r);
		column_fill(&b, 0, kind, empties, false, states, &r);
		column_fill(&a, 1, kind, 0, vv_prng_below(&r, 9) == 0, 0, &r);
		column_fill(&b, 1, kind, 0, vv_prng_below(&r, 9) == 0, 0, &r);
		c = (columns){.rows = rows, .count = COLUMNS};
		c.cells = malloc(rows * COLUMNS * sizeof *c.cells);
		assert_non_null(c.cells);
		memcpy(c.cells, a.cells, rows * COLUMNS * sizeof *c.cells);
		change_some(&c, &b, percents[vv_prng_below(&r, 4)], &r);
		expect_marks(&a, &c);
		expect_marks(&c, &a);
		columns_clear(&c);
		columns_clear(&a);
		columns_clear(&b);
	}
}

/* Damage is told, or something is marked or not; nothing beyond the blocks is read (asan). */
static void damaged_columns_are_survived(void **state)
{
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 32);
	for (int i = 0; i < 3000; i++) {
		vv_arena arena = VV_ARENA_INIT;
		uint8_t marks[64] = {0};
		vv_error err;
		vv_group g, h;
		columns t;

		columns_make(&t, 1 + (size_t)vv_prng_below(&r, 64), COLUMNS, &r);
		vv_buf block = encode(&t);
		uint8_t *good = malloc(block.len), *bad = malloc(block.len);
		assert_true(good && bad);
		memcpy(good, block.data, block.len);
		memcpy(bad, block.data, block.len);
		for (int k = 0; k < 2; k++) {
			bad[vv_prng_below(&r, block.len)] ^= (uint8_t)(1u << vv_prng_below(&r, 8));
		}
		vv_assert_ok(vv_group_open(&g, good, block.len, &err), &err);
		if (vv_group_open(&h, bad, block.len, &err) == VV_OK) {
			for (size_t c = 0; h.rows == g.rows && c < COLUMNS; c++) {
				vv_status rc = vv_group_compare_column(marks, &g, c, &h, c, &arena,
								       &err);
				assert_true(rc == VV_OK || rc == VV_ECORRUPT);
			}
			vv_group_close(&h);
		}
		vv_group_close(&g);
		vv_arena_clear(&arena);
		vv_buf_clear(&block);
		columns_clear(&t);
		free(good);
		free(bad);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(marks_are_where_cells_differ),
	cmocka_unit_test(damaged_columns_are_survived),
};

VV_TEST_SUITE(group_compare)
