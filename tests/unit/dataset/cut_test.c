/*
 * Where groups end: only the rows since the last cut decide, only the cut cells do,
 * and the sizes stay within their limits.
 */
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "dataset/format/cut.h"

#define COLUMNS 3u

/* rows of three cells: an id made of the row's seed, a name, a note */
typedef struct rows {
	vv_cell *cells;
	char (*text)[COLUMNS][24];
	uint64_t *bytes;
	size_t count;
} rows;

static void rows_set(rows *t, size_t row, unsigned long long id, unsigned note)
{
	snprintf(t->text[row][0], sizeof t->text[row][0], "%llu", id);
	snprintf(t->text[row][1], sizeof t->text[row][1], "name %llu", id * 7 % 101);
	snprintf(t->text[row][2], sizeof t->text[row][2], "%u", note);
	t->bytes[row] = 0;
	for (size_t c = 0; c < COLUMNS; c++) {
		vv_cell *cell = &t->cells[row * COLUMNS + c];

		memset(cell, 0, sizeof *cell);
		cell->text = t->text[row][c];
		cell->len = (uint32_t)strlen(cell->text);
		t->bytes[row] += cell->len + 1;
	}
}

static void rows_make(rows *t, size_t count, unsigned long long first)
{
	t->count = count;
	t->cells = calloc(count * COLUMNS, sizeof *t->cells);
	t->text = calloc(count, sizeof *t->text);
	t->bytes = calloc(count, sizeof *t->bytes);
	for (size_t i = 0; i < count; i++) {
		rows_set(t, i, first + i, 0);
	}
}

static void rows_clear(rows *t)
{
	free(t->cells);
	free(t->text);
	free(t->bytes);
}

/* The numbers of the rows after which a group ends. */
static size_t cut_all(const rows *t, const vv_cut_params *p, size_t *ends)
{
	size_t n = 0;
	vv_cut c;

	vv_cut_init(&c, p);
	for (size_t i = 0; i < t->count; i++) {
		if (vv_cut_row(&c, t->cells + i * COLUMNS, COLUMNS, t->bytes[i])) {
			ends[n++] = i;
		}
	}
	return n;
}

/* The rule once more, in other words. */
static size_t model(const rows *t, uint32_t target, const size_t *columns, size_t column_count,
		    size_t *ends)
{
	uint64_t since = 0, bytes = 0;
	size_t n = 0;

	for (size_t i = 0; i < t->count; i++) {
		uint64_t h = 0, step;
		bool cut;

		since++;
		bytes += t->bytes[i];
		for (size_t k = 0; k < (column_count ? column_count : COLUMNS); k++) {
			const vv_cell *cell =
				&t->cells[i * COLUMNS + (column_count ? columns[k] : k)];

			h = vv_xxh3(cell->text, cell->len, h * 31 + cell->state);
		}
		step = since < target                 ? 2 * (uint64_t)target
		       : since < 2 * (uint64_t)target ? target / 2
						      : target / 8;
		cut = since >= (target / 2 ? target / 2 : 1) && h % (step ? step : 1) == 0;
		if (cut || since >= 4 * (uint64_t)target || bytes >= 256 * 1024) {
			ends[n++] = i;
			since = bytes = 0;
		}
	}
	return n;
}

static void cuts_are_those_of_the_written_rule(void **state)
{
	static const uint32_t targets[] = {1, 2, 4, 8, 16, 64, 256, 1024, 1u << 20};
	static const size_t columns[] = {2, 0};
	size_t *ends = calloc(40000, sizeof *ends), *wanted = calloc(40000, sizeof *wanted);
	rows t;

	(void)state;
	rows_make(&t, 40000, 100);
	for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
		for (size_t k = 0; k < 3; k++) {
			size_t which[2] = {columns[0], columns[1]};
			vv_cut_params p = {targets[i], which, k};
			size_t n = cut_all(&t, &p, ends);

			assert_int_equal(n, model(&t, targets[i], columns, k, wanted));
			assert_memory_equal(ends, wanted, n * sizeof *ends);
		}
	}
	rows_clear(&t);
	free(ends);
	free(wanted);
}

static void groups_keep_to_their_limits_and_to_the_target_in_the_mean(void **state)
{
	size_t *ends = calloc(200000, sizeof *ends), column = 0, n;
	vv_cut_params p = {256, &column, 1};
	rows t;

	(void)state;
	rows_make(&t, 200000, 1);
	n = cut_all(&t, &p, ends);
	for (size_t i = 0; i < n; i++) {
		size_t len = ends[i] - (i ? ends[i - 1] : (size_t)-1);

		assert_true(len >= 64 && len <= 1024);
	}
	assert_true(n > 200000 / 340 && n < 200000 / 270);
	rows_clear(&t);
	free(ends);
}

static void other_columns_move_no_cut(void **state)
{
	size_t *ends = calloc(5000, sizeof *ends), *after = calloc(5000, sizeof *after), column = 0,
	       n;
	vv_cut_params p = {64, &column, 1};
	rows t;

	(void)state;
	rows_make(&t, 5000, 1);
	n = cut_all(&t, &p, ends);
	for (size_t i = 0; i < 5000; i += 3) {
		rows_set(&t, i, 1 + i, (unsigned)i);
	}
	assert_int_equal(cut_all(&t, &p, after), n);
	assert_memory_equal(ends, after, n * sizeof *ends);
	rows_clear(&t);
	free(ends);
	free(after);
}

static void cuts_fall_into_step_again_behind_an_insertion(void **state)
{
	size_t *ends = calloc(5000, sizeof *ends), *after = calloc(5000, sizeof *after), column = 0,
	       n, m, same = 0;
	vv_cut_params p = {64, &column, 1};
	rows t, u;

	(void)state;
	rows_make(&t, 5000, 1000);
	rows_make(&u, 5003, 997); /* three rows more in front */
	n = cut_all(&t, &p, ends);
	m = cut_all(&u, &p, after);
	for (size_t i = 0, k = 0; i < n && k < m;) {
		if (ends[i] + 3 == after[k]) {
			same++;
			i++;
			k++;
		} else if (ends[i] + 3 < after[k]) {
			i++;
		} else {
			k++;
		}
	}
	assert_true(n - same <= 6);
	rows_clear(&t);
	rows_clear(&u);
	free(ends);
	free(after);
}

static void much_text_forces_a_cut(void **state)
{
	size_t column = 0;
	vv_cut_params p = {1u << 20, &column, 1};
	vv_cell cell = {"id", 2, VV_CELL_TEXT, 0, 0};
	vv_cut c;

	(void)state;
	vv_cut_init(&c, &p);
	assert_false(vv_cut_row(&c, &cell, 1, VV_CELLS_MAX / 2));
	assert_false(vv_cut_row(&c, &cell, 1, VV_CELLS_MAX / 2 - 1));
	assert_true(vv_cut_row(&c, &cell, 1, 1));
	assert_int_equal(c.rows, 0);
	assert_int_equal(c.bytes, 0);
	assert_true(vv_cut_row(&c, &cell, 1, UINT64_C(5) * VV_CELLS_MAX));
}

static void absent_cells_at_the_end_of_a_row_do_not_count(void **state)
{
	vv_cut_params whole = {4, NULL, 0};
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 5);
	for (int i = 0; i < 500; i++) {
		vv_cell row[6];
		char text[3][8];
		vv_cut a, b;

		memset(row, 0, sizeof row);
		for (size_t c = 0; c < 6; c++) {
			row[c].state = VV_CELL_ABSENT;
		}
		for (size_t c = 0; c < 3; c++) {
			snprintf(text[c], sizeof text[c], "%u", (unsigned)vv_prng_below(&r, 1000));
			row[c] = (vv_cell){text[c], (uint32_t)strlen(text[c]), VV_CELL_TEXT, 0, 0};
		}
		vv_cut_init(&a, &whole);
		vv_cut_init(&b, &whole);
		assert_int_equal(vv_cut_row(&a, row, 3, 10), vv_cut_row(&b, row, 6, 10));
	}
}

static void a_cut_column_that_a_row_has_not_counts_as_absent(void **state)
{
	size_t column = 5;
	vv_cut_params p = {1, &column, 1};
	vv_cell cell = {"id", 2, VV_CELL_TEXT, 0, 0};
	vv_cut c;

	(void)state;
	vv_cut_init(&c, &p);
	assert_true(vv_cut_row(&c, &cell, 1, 3)); /* a target of one row cuts after each */
}

static void the_target_follows_from_the_mean_row(void **state)
{
	static const uint64_t cases[][3] = {/* bytes, rows, target */
					    {0, 0, 512},
					    {78000, 1, 1},
					    {40000, 1, 1},
					    {39000, 1, 2},
					    {80 * 1000, 1000, 512},
					    {76 * 1000, 1000, 1024},
					    {1000, 1000, 65536},
					    {UINT64_C(1) << 40, 1, 1},
					    {2, UINT64_C(1) << 40, 1u << 20},
					    {2500, 1000, 16384}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(vv_cut_rows_for(cases[i][0], cases[i][1]), cases[i][2]);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(cuts_are_those_of_the_written_rule),
	cmocka_unit_test(groups_keep_to_their_limits_and_to_the_target_in_the_mean),
	cmocka_unit_test(other_columns_move_no_cut),
	cmocka_unit_test(cuts_fall_into_step_again_behind_an_insertion),
	cmocka_unit_test(much_text_forces_a_cut),
	cmocka_unit_test(absent_cells_at_the_end_of_a_row_do_not_count),
	cmocka_unit_test(a_cut_column_that_a_row_has_not_counts_as_absent),
	cmocka_unit_test(the_target_follows_from_the_mean_row),
};

VV_TEST_SUITE(cut)
