/*
 * Differences of two tables against those that a comparison key by key finds.
 */
#include "tests/unit/public/fixture.h"

#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "varve/arrow.h"

static unsigned id_at(const known *k, size_t row)
{
	return (unsigned)strtoul(known_at(k, row, 0)->text, NULL, 10);
}

static bool same_text(const varve_cell *c, const known_cell *k)
{
	return c->state == k->state &&
	       (k->state == VARVE_CELL_NULL ||
		(c->len == k->len && memcmp(c->text, k->text, k->len) == 0));
}

static bool has_cells(const varve_cell *cells, const known *k, size_t row)
{
	for (size_t c = 0; c < KNOWN_COLUMNS; c++) {
		if (!same_text(&cells[c], known_at(k, row, c))) return false;
	}
	return true;
}

/* Cells with another text: a value or its spelling. */
static unsigned texts_changed(const known *a, size_t x, const known *b, size_t y)
{
	unsigned n = 0;

	for (size_t c = 0; c < KNOWN_COLUMNS; c++) {
		const known_cell *p = known_at(a, x, c), *q = known_at(b, y, c);

		n += p->state != q->state || strcmp(p->text, q->text) != 0;
	}
	return n;
}

typedef struct totals {
	uint64_t added, removed, changed;
} totals;

/* Both are sorted by their keys. */
static totals naive(const known *a, const known *b)
{
	totals t = {0, 0, 0};
	size_t x = 0, y = 0;

	while (x < a->rows || y < b->rows) {
		unsigned p = x < a->rows ? id_at(a, x) : UINT32_MAX;
		unsigned q = y < b->rows ? id_at(b, y) : UINT32_MAX;

		if (p == q) {
			t.changed += texts_changed(a, x++, b, y++) > 0;
		} else if (p < q) {
			t.removed++;
			x++;
		} else {
			t.added++;
			y++;
		}
	}
	return t;
}

static void is_right(const varve_row_change *c, const known *a, const known *b)
{
	if (c->kind == VARVE_ROW_ADDED) {
		assert_true(c->old_row == VARVE_UNKNOWN && !c->before);
		assert_true(has_cells(c->after, b, c->new_row));
		return;
	}
	if (c->kind == VARVE_ROW_REMOVED) {
		assert_true(c->new_row == VARVE_UNKNOWN && !c->after);
		assert_true(has_cells(c->before, a, c->old_row));
		return;
	}
	assert_int_equal(c->kind, VARVE_ROW_CHANGED);
	assert_true(has_cells(c->before, a, c->old_row) && has_cells(c->after, b, c->new_row));
	assert_int_equal(c->changed + c->respelled, texts_changed(a, c->old_row, b, c->new_row));
	for (size_t i = 0; i < KNOWN_COLUMNS; i++) {
		bool differs = strcmp(known_at(a, c->old_row, i)->text,
				      known_at(b, c->new_row, i)->text) != 0;

		assert_int_equal(c->cells[i] != VARVE_CHANGE_NONE,
				 differs || known_at(a, c->old_row, i)->state !=
						    known_at(b, c->new_row, i)->state);
	}
}

static void rows_that_differ_are_those_that_differ(void **state)
{
	static const int formats[] = {VARVE_FORMAT_CSV, VARVE_FORMAT_NDJSON};
	static const char *const paths[] = {"t.csv", "t.ndjson"};
	varve_repo *repo = begin_repo();
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 3);
	known_describe(paths, 2);
	for (unsigned turn = 0; turn < 4; turn++) {
		const char *path = paths[turn % 2];
		known a = known_random(&r, turn < 2 ? 5000 : 300, formats[turn % 2]);
		known b = known_edited(&r, &a, turn < 2 ? 100 : 3);
		totals expected = naive(&a, &b), seen = {0, 0, 0};
		const varve_diff_counts *counts;
		const varve_row_change *c;
		varve_table *before, *after;
		varve_diff *diff;
		varve_error e;
		char word[16];

		(void)snprintf(word, sizeof(word), ":%s", path);
		known_write(&a, path);
		varve("add %s", path);
		before = table_of(repo, word);
		known_write(&b, path);
		varve("add %s", path);
		after = table_of(repo, word);
		works(varve_diff_open(&diff, before, after, NULL, &e), &e);
		for (size_t i = 0; i < KNOWN_COLUMNS; i++) {
			assert_int_equal(varve_diff_column(diff, i)->before, i);
			assert_int_equal(varve_diff_column(diff, i)->after, i);
			assert_int_equal(varve_diff_column(diff, i)->in_key, i == 0);
		}
		assert_null(varve_diff_column(diff, KNOWN_COLUMNS));
		while (varve_diff_next(diff, &c, &e) > 0) {
			is_right(c, &a, &b);
			seen.added += c->kind == VARVE_ROW_ADDED;
			seen.removed += c->kind == VARVE_ROW_REMOVED;
			seen.changed += c->kind == VARVE_ROW_CHANGED;
		}
		assert_memory_equal(&seen, &expected, sizeof(seen));
		works(varve_diff_count(&counts, diff, &e), &e);
		assert_true(counts->keyed);
		assert_int_equal(counts->old_rows, a.rows);
		assert_int_equal(counts->new_rows, b.rows);
		assert_int_equal(counts->added, expected.added);
		assert_int_equal(counts->removed, expected.removed);
		assert_int_equal(counts->changed, expected.changed);
		varve_diff_free(diff);
		works(varve_diff_open(&diff, after, after, NULL, &e), &e);
		assert_int_equal(varve_diff_next(diff, &c, &e), 0);
		assert_null(c);
		varve_diff_free(diff);
		varve_table_free(before);
		varve_table_free(after);
		known_free(&a);
		known_free(&b);
	}
	varve_repo_free(repo);
}

static void a_tolerance_is_a_number_or_a_percentage(void **state)
{
	static const struct {
		const char *text;
		uint64_t changed;
	} cases[] = {{NULL, 1}, {"1", 1}, {"2", 0}, {"50%", 0}, {"0", 1}};
	static const char *const wrong[] = {"abc", "", "-1", "1 %", "nan"};
	varve_diff_options o = VARVE_INIT(varve_diff_options);
	varve_diff_arrow_options arrow = VARVE_INIT(varve_diff_arrow_options);
	struct ArrowArrayStream stream;
	const varve_diff_counts *counts;
	varve_table *before, *after;
	varve_repo *repo = begin_repo();
	varve_diff *diff;
	varve_error e;

	(void)state;
	vv_test_write_text("a.csv", "id,n\n1,10\n2,20\n");
	vv_test_write_text("b.csv", "id,n\n1,10\n2,22\n");
	before = table_of(repo, "a.csv");
	after = table_of(repo, "b.csv");
	arrow.diff = &o;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		o.tolerance = cases[i].text;
		works(varve_diff_open(&diff, before, after, &o, &e), &e);
		works(varve_diff_count(&counts, diff, &e), &e);
		assert_int_equal(counts->changed, cases[i].changed);
		varve_diff_free(diff);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		o.tolerance = wrong[i];
		fails_as(varve_diff_open(&diff, before, after, &o, &e), VARVE_EUSAGE, &e);
		assert_null(diff);
		fails_as(varve_diff_arrow(&stream, NULL, before, after, &arrow, &e), VARVE_EUSAGE,
			 &e);
	}
	varve_table_free(before);
	varve_table_free(after);
	varve_repo_free(repo);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(rows_that_differ_are_those_that_differ),
	cmocka_unit_test(a_tolerance_is_a_number_or_a_percentage),
};
VV_TEST_SUITE(diff)
