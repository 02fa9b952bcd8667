/*
 * What a comparison of rows promises, against a slow and obvious reference: nothing is
 * missed, nothing is made up, and neither memory nor chance changes the answer.
 */
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "dataset/table/table.h"
#include "diff/rows/columns.h"
#include "diff/rows/rowdiff.h"
#include "diff/rows/value.h"
#include "tests/unit/diff/tables.h"

#define COLUMNS 4u

/* A table as texts, row by row. */
typedef struct grid {
	char cells[6000][COLUMNS][12];
	size_t rows;
} grid;

typedef struct answer {
	vv_row_kind kind;
	bool moved, rekeyed;
	uint64_t old_row, new_row, place;
	uint8_t cells[COLUMNS];
} answer;

typedef struct answers {
	answer *list;
	size_t count;
	vv_rowdiff_stats stats;
	char repeated[256];
} answers;

/* How many different values a column has: the first one is the key. */
typedef struct shape {
	size_t rows;
	uint64_t keys, values;
	bool unique;
} shape;

static void random_row(grid *g, size_t row, const shape *s, vv_prng *r)
{
	snprintf(g->cells[row][0], 12, "k%llu",
		 (unsigned long long)(s->unique ? row * 3 : vv_prng_below(r, s->keys)));
	for (size_t c = 1; c < COLUMNS; c++) {
		snprintf(g->cells[row][c], 12, "%llu.%llu",
			 (unsigned long long)vv_prng_below(r, s->values),
			 (unsigned long long)vv_prng_below(r, 2) * 10);
	}
}

static void random_grid(grid *g, const shape *s, vv_prng *r)
{
	g->rows = s->rows;
	for (size_t i = 0; i < s->rows; i++) {
		random_row(g, i, s, r);
	}
}

static void remove_row(grid *g, size_t at)
{
	memmove(g->cells[at], g->cells[at + 1], (g->rows - at - 1) * sizeof(g->cells[0]));
	g->rows--;
}

static void insert_row(grid *g, size_t at, const shape *s, vv_prng *r)
{
	memmove(g->cells[at + 1], g->cells[at], (g->rows - at) * sizeof(g->cells[0]));
	g->rows++;
	random_row(g, at, s, r);
	if (s->unique) {
		snprintf(g->cells[at][0], 12, "n%llu",
			 (unsigned long long)(vv_prng_u64(r) % 1000000000));
	}
}

static void mutate(grid *g, const shape *s, size_t edits, vv_prng *r)
{
	for (size_t i = 0; i < edits; i++) {
		size_t at = g->rows > 0 ? (size_t)vv_prng_below(r, g->rows) : 0;
		uint64_t what = vv_prng_below(r, 10);
		if (what < 5 && g->rows > 0) {
			size_t c = 1 + (size_t)vv_prng_below(r, COLUMNS - 1);
			snprintf(g->cells[at][c], 12, "%llu",
				 (unsigned long long)vv_prng_below(r, s->values));
		} else if (what < 7 && g->rows > 0) {
			remove_row(g, at);
		} else if (what < 9 && g->rows < 5990) {
			insert_row(g, at, s, r);
		} else if (g->rows > 0 && vv_prng_below(r, 2) == 0) { /* its key changes */
			snprintf(g->cells[at][0], 12, "n%llu",
				 (unsigned long long)(vv_prng_u64(r) % 1000000000));
		} else if (g->rows > 1) { /* a row moves */
			char row[COLUMNS][12];
			size_t to = (size_t)vv_prng_below(r, g->rows);
			memcpy(row, g->cells[at], sizeof(row));
			memcpy(g->cells[at], g->cells[to], sizeof(row));
			memcpy(g->cells[to], row, sizeof(row));
		}
	}
}

static void shuffle(grid *g, vv_prng *r)
{
	for (size_t i = g->rows; i > 1; i--) {
		size_t k = (size_t)vv_prng_below(r, i);
		char row[COLUMNS][12];
		memcpy(row, g->cells[k], sizeof(row));
		memcpy(g->cells[k], g->cells[i - 1], sizeof(row));
		memcpy(g->cells[i - 1], row, sizeof(row));
	}
}

#define SCHEMA                                                                                     \
	"{\"fields\":[{\"name\":\"k\",\"type\":\"string\"},{\"name\":\"a\",\"type\":\"number\"},"  \
	"{\"name\":\"b\",\"type\":\"number\"},{\"name\":\"c\",\"type\":\"number\"}]}"

static void open_grid(vv_tables *t, vv_table *out, const grid *g, bool ndjson)
{
	vv_buf b = VV_BUF_INIT;
	vv_tables_options o = {.ndjson = ndjson, .schema = SCHEMA};
	vv_buf_puts(&b, ndjson ? "" : "k,a,b,c\n");
	for (size_t i = 0; i < g->rows; i++) {
		vv_buf_printf(&b,
			      ndjson ? "{\"k\":\"%s\",\"a\":%s,\"b\":%s,\"c\":%s}\n"
				     : "%s,%s,%s,%s\n",
			      g->cells[i][0], g->cells[i][1], g->cells[i][2], g->cells[i][3]);
	}
	assert_false(b.failed);
	vv_tables_open(t, out, vv_buf_cstr(&b), b.len, &o);
	vv_buf_clear(&b);
}

static void compare(answers *out, vv_table *a, vv_table *b, const vv_rowdiff_options *base)
{
	vv_rowdiff_options o = *base;
	vv_columns columns;
	vv_rowdiff *d;
	vv_row_change c;
	vv_error err;
	size_t cap = 0;
	vv_status rc = VV_OK;
	memset(out, 0, sizeof(*out));
	vv_assert_ok(vv_columns_match(&columns, a, b, &(vv_columns_options){0}, &err), &err);
	o.columns = &columns;
	o.temp_dir = vv_test_dir();
	vv_assert_ok(vv_rowdiff_open(&d, a, b, &o, &err), &err);
	while (vv_rowdiff_next(d, &c, &rc, &err)) {
		if (out->count == cap) {
			cap = cap ? cap * 2 : 64;
			out->list = realloc(out->list, cap * sizeof(answer));
			assert_non_null(out->list);
		}
		answer *x = &out->list[out->count++];
		memset(x, 0, sizeof(*x));
		x->kind = c.kind;
		x->moved = c.moved;
		x->rekeyed = c.rekeyed;
		x->old_row = c.old_row;
		x->new_row = c.new_row;
		x->place = c.place;
		for (size_t i = 0; c.cells && i < columns.count; i++) {
			x->cells[i] = c.cells[i];
		}
	}
	vv_assert_ok(rc, &err);
	out->stats = *vv_rowdiff_stats_get(d);
	for (size_t i = 0; i < VV_REPEATS_SHOWN && out->stats.repeated[i]; i++) {
		strncat(out->repeated, out->stats.repeated[i], 20);
		strncat(out->repeated, ",", 2);
	}
	vv_rowdiff_close(d);
	vv_columns_clear(&columns);
}

static void drop(answers *x)
{
	free(x->list);
}

static bool same_row(const char (*a)[12], const char (*b)[12])
{
	for (size_t c = 0; c < COLUMNS; c++) {
		if (strcmp(a[c], b[c]) != 0) return false;
	}
	return true;
}

/* Numbers as this test writes them: "3", "3.0", "3.10"; equal by value? */
static bool same_value(const char *a, const char *b)
{
	return strtod(a, NULL) >= strtod(b, NULL) && strtod(a, NULL) <= strtod(b, NULL);
}

typedef struct counts {
	size_t added, removed, changed;
} counts;

/* Pairs off equal rows first, then (keyed) rows of one key; what is left is added or
 * removed. Quadratic on purpose. */
static counts expected(const grid *a, const grid *b, bool keyed)
{
	counts n = {0};
	bool *used_a = calloc(a->rows + 1, 1), *used_b = calloc(b->rows + 1, 1);
	assert_true(used_a && used_b);
	for (int pass = 0; pass < (keyed ? 2 : 1); pass++) {
		for (size_t i = 0; i < a->rows; i++) {
			for (size_t k = 0; k < b->rows && !used_a[i]; k++) {
				bool fits = pass == 0 ? same_row((const char(*)[12])a->cells[i],
								 (const char(*)[12])b->cells[k])
						      : strcmp(a->cells[i][0], b->cells[k][0]) == 0;
				if (!used_b[k] && fits) {
					used_a[i] = used_b[k] = true;
					n.changed += pass == 1;
				}
			}
		}
	}
	for (size_t i = 0; i < a->rows; i++) {
		n.removed += !used_a[i];
	}
	for (size_t k = 0; k < b->rows; k++) {
		n.added += !used_b[k];
	}
	free(used_a);
	free(used_b);
	return n;
}

/* Each reported difference is correct, no row is reported twice, and the rest is equal. */
static void answers_are_true(const grid *a, const grid *b, const answers *x, bool keyed)
{
	bool *gone = calloc(a->rows + 1, 1), *come = calloc(b->rows + 1, 1);
	uint64_t last_place = 0;
	assert_true(gone && come);
	for (size_t i = 0; i < x->count; i++) {
		const answer *y = &x->list[i];
		assert_true(y->place >= last_place);
		last_place = y->place;
		if (y->kind != VV_ROW_ADDED) {
			assert_true(y->old_row < a->rows && !gone[y->old_row]);
			gone[y->old_row] = true;
		}
		if (y->kind != VV_ROW_REMOVED) {
			assert_true(y->new_row < b->rows && !come[y->new_row]);
			come[y->new_row] = true;
		}
		if (y->kind == VV_ROW_CHANGED) {
			size_t differing = 0;
			for (size_t c = 0; c < COLUMNS; c++) {
				const char *p = a->cells[y->old_row][c],
					   *q = b->cells[y->new_row][c];
				uint8_t wanted = strcmp(p, q) == 0           ? VV_CELL_SAME
						 : c > 0 && same_value(p, q) ? VV_CELL_FORMAT
									     : VV_CELL_CHANGED;
				assert_int_equal(y->cells[c], wanted);
				differing += wanted != VV_CELL_SAME;
			}
			assert_true(differing > 0);
			assert_true(!keyed || (y->cells[0] == VV_CELL_CHANGED) == y->rekeyed);
			for (size_t c = 1; c < COLUMNS && y->rekeyed; c++) {
				assert_int_not_equal(y->cells[c], VV_CELL_CHANGED);
			}
		}
	}
	/* the unreported rows are the same on both sides, with their counts */
	for (size_t i = 0; i < a->rows; i++) {
		bool found = gone[i];
		for (size_t k = 0; k < b->rows && !found; k++) {
			if (!come[k] && same_row((const char(*)[12])a->cells[i],
						 (const char(*)[12])b->cells[k])) {
				come[k] = found = true;
			}
		}
		assert_true(found);
	}
	for (size_t k = 0; k < b->rows; k++) {
		assert_true(come[k]);
	}
	free(gone);
	free(come);
}

static void same_answers(const answers *x, const answers *y)
{
	assert_int_equal(x->count, y->count);
	assert_int_equal(x->stats.added, y->stats.added);
	assert_int_equal(x->stats.removed, y->stats.removed);
	assert_int_equal(x->stats.changed, y->stats.changed);
	assert_int_equal(x->stats.cells_changed, y->stats.cells_changed);
	assert_int_equal(x->stats.reordered, y->stats.reordered);
	assert_int_equal(x->stats.repeated_keys, y->stats.repeated_keys);
	assert_string_equal(x->repeated, y->repeated);
	if (x->count > 0) {
		assert_memory_equal(x->list, y->list, x->count * sizeof(answer));
	}
}

static const char *const by_k[] = {"k", NULL};
static const char *const by_nothing[] = {NULL};

static void check_pair(const grid *a, const grid *b, bool keyed)
{
	vv_tables t;
	vv_table x, y;
	answers first, again, spilled;
	vv_rowdiff_options o = {.key = keyed ? by_k : by_nothing};
	vv_tables_init(&t);
	open_grid(&t, &x, a, false);
	open_grid(&t, &y, b, false);
	compare(&first, &x, &y, &o);
	answers_are_true(a, b, &first, keyed);
	counts n = expected(a, b, keyed);
	if (keyed) {
		assert_int_equal(first.stats.added, n.added);
		assert_int_equal(first.stats.removed, n.removed);
		assert_int_equal(first.stats.changed + first.stats.formatted_rows, n.changed);
	} else { /* neighbours were paired: a pair is one of each */
		size_t pairs = first.stats.changed + first.stats.formatted_rows;
		assert_int_equal(first.stats.added + pairs, n.added);
		assert_int_equal(first.stats.removed + pairs, n.removed);
	}
	compare(&again, &x, &y, &o);
	same_answers(&first, &again);
	o.memory = 1;
	compare(&spilled, &x, &y, &o);
	same_answers(&first, &spilled);
	drop(&first);
	drop(&again);
	drop(&spilled);
	if (keyed) {
		o.rekeyed = true;
		compare(&spilled, &x, &y, &o);
		o.memory = 0;
		compare(&first, &x, &y, &o);
		same_answers(&first, &spilled);
		answers_are_true(a, b, &first, true);
		assert_int_equal(first.stats.added + first.stats.rekeyed, n.added);
		assert_int_equal(first.stats.removed + first.stats.rekeyed, n.removed);
		assert_int_equal(first.stats.changed + first.stats.formatted_rows -
					 first.stats.rekeyed,
				 n.changed);
		drop(&first);
		drop(&spilled);
	}
	vv_table_close(&x);
	vv_table_close(&y);
	vv_tables_clear(&t);
}

static void random_pairs(const shape *s, size_t edits, bool shuffled, bool keyed, size_t times,
			 uint64_t seed)
{
	grid *a = malloc(sizeof(*a)), *b = malloc(sizeof(*b));
	vv_prng r;
	assert_true(a && b);
	vv_prng_init(&r, seed);
	for (size_t i = 0; i < times; i++) {
		random_grid(a, s, &r);
		memcpy(b, a, sizeof(*a));
		mutate(b, s, (size_t)vv_prng_below(&r, edits + 1), &r);
		if (shuffled) {
			shuffle(b, &r);
		}
		check_pair(a, b, keyed);
		check_pair(b, a, keyed);
	}
	free(a);
	free(b);
}

static void keyed_answers_agree_with_the_reference(void **state)
{
	(void)state;
	random_pairs(&(shape){.rows = 30, .values = 5, .unique = true}, 20, false, true, 60, 1);
	random_pairs(&(shape){.rows = 30, .values = 5, .unique = true}, 20, true, true, 30, 2);
	random_pairs(&(shape){.rows = 2000, .values = 1000, .unique = true}, 30, false, true, 3, 3);
}

static void repeated_keys_agree_with_the_reference(void **state)
{
	(void)state;
	random_pairs(&(shape){.rows = 25, .keys = 6, .values = 2}, 15, false, true, 80, 4);
	random_pairs(&(shape){.rows = 40, .keys = 3, .values = 2}, 10, true, true, 40, 5);
	random_pairs(&(shape){.rows = 3000, .keys = 900, .values = 9}, 60, false, true, 2, 6);
}

/* One column is another one in many rows, as after a computation. */
static void recompute(const shape *s, uint64_t percent, size_t times, uint64_t seed)
{
	grid *a = malloc(sizeof(*a)), *b = malloc(sizeof(*b));
	vv_prng r;
	assert_true(a && b);
	vv_prng_init(&r, seed);
	for (size_t i = 0; i < times; i++) {
		random_grid(a, s, &r);
		memcpy(b, a, sizeof(*a));
		for (size_t row = 0; row < b->rows; row++) {
			if (vv_prng_below(&r, 100) < percent) {
				snprintf(b->cells[row][2], 12, "%llu",
					 (unsigned long long)vv_prng_below(&r, s->values));
			}
		}
		mutate(b, s, (size_t)vv_prng_below(&r, 3), &r);
		check_pair(a, b, true);
	}
	free(a);
	free(b);
}

static void rows_that_changed_in_place_agree_with_the_reference(void **state)
{
	(void)state;
	recompute(&(shape){.rows = 2500, .values = 1000, .unique = true}, 100, 3, 14);
	recompute(&(shape){.rows = 2500, .values = 50, .unique = true}, 30, 3, 15);
	recompute(&(shape){.rows = 2500, .keys = 2000, .values = 50}, 60, 3, 16);
	recompute(&(shape){.rows = 40, .keys = 200, .values = 9}, 80, 40, 17);
}

static void keyless_answers_agree_with_the_reference(void **state)
{
	(void)state;
	random_pairs(&(shape){.rows = 25, .keys = 4, .values = 2}, 15, false, false, 80, 7);
	random_pairs(&(shape){.rows = 25, .keys = 1000, .values = 50}, 12, false, false, 60, 8);
	random_pairs(&(shape){.rows = 60, .keys = 4, .values = 3}, 10, true, false, 30, 9);
	random_pairs(&(shape){.rows = 2500, .keys = 100000, .values = 900}, 60, false, false, 3,
		     10);
}

static void tables_of_one_or_no_row_are_compared(void **state)
{
	(void)state;
	random_pairs(&(shape){.rows = 0, .keys = 3, .values = 3}, 3, false, true, 20, 11);
	random_pairs(&(shape){.rows = 1, .keys = 3, .values = 3}, 3, false, false, 20, 12);
}

static void a_resorted_table_from_disk_is_as_from_memory(void **state)
{
	(void)state;
	random_pairs(&(shape){.rows = 5000, .values = 90, .unique = true}, 40, true, true, 1, 13);
}

static void csv_and_ndjson_differ_only_where_values_do(void **state)
{
	grid *a = malloc(sizeof(*a)), *b = malloc(sizeof(*b));
	const shape s = {.rows = 400, .values = 40, .unique = true};
	vv_prng r;
	(void)state;
	assert_true(a && b);
	vv_prng_init(&r, 14);
	for (int i = 0; i < 4; i++) {
		vv_tables t;
		vv_table x, y, z;
		answers plain, cross;
		vv_rowdiff_options o = {.key = by_k, .ignore_format = true};
		random_grid(a, &s, &r);
		memcpy(b, a, sizeof(*a));
		mutate(b, &s, 30, &r);
		vv_tables_init(&t);
		open_grid(&t, &x, a, false);
		open_grid(&t, &y, b, false);
		open_grid(&t, &z, b, true);
		compare(&plain, &x, &y, &o);
		compare(&cross, &x, &z, &o);
		same_answers(&plain, &cross);
		drop(&cross);
		o.ignore_format = false; /* what JSON writes otherwise is no news either */
		compare(&cross, &x, &z, &o);
		same_answers(&plain, &cross);
		drop(&plain);
		drop(&cross);
		vv_table_close(&x);
		vv_table_close(&y);
		vv_table_close(&z);
		vv_tables_clear(&t);
	}
	free(a);
	free(b);
}

/* Two small CSVs by key k. */
static void of_texts(answers *out, const char *a, const char *b, const vv_rowdiff_options *o)
{
	vv_tables t;
	vv_table x, y;
	vv_tables_init(&t);
	vv_tables_open(&t, &x, a, strlen(a), NULL);
	vv_tables_open(&t, &y, b, strlen(b), NULL);
	compare(out, &x, &y, o);
	vv_table_close(&x);
	vv_table_close(&y);
	vv_tables_clear(&t);
}

static void options_leave_out_what_they_name(void **state)
{
	static const char *const a_only[] = {"a", NULL}, *const no_b[] = {"b", NULL};
	const char *old = "k,a,b\n1,1.0,x\n2,5,y\n3,7,z\n",
		   *new = "k,a,b\n1,1.00,x\n2,5.01,y\n3,7,w\n";
	answers x;
	(void)state;
	of_texts(&x, old, new, &(vv_rowdiff_options){.key = by_k});
	assert_int_equal(x.stats.changed, 2);
	assert_int_equal(x.stats.formatted_rows, 1);
	assert_int_equal(x.count, 3);
	drop(&x);
	of_texts(&x, old, new, &(vv_rowdiff_options){.key = by_k, .ignore_format = true});
	assert_int_equal(x.count, 2);
	drop(&x);
	of_texts(&x, old, new, &(vv_rowdiff_options){.key = by_k, .tolerance = "0.01"});
	assert_int_equal(x.stats.changed, 1);
	drop(&x);
	of_texts(&x, old, new, &(vv_rowdiff_options){.key = by_k, .only = a_only});
	assert_int_equal(x.stats.changed, 1);
	assert_int_equal(x.stats.cells_changed, 1);
	drop(&x);
	of_texts(&x, old, new,
		 &(vv_rowdiff_options){.key = by_k, .ignore = no_b, .ignore_format = true});
	assert_int_equal(x.count, 1);
	assert_int_equal(x.list[0].new_row, 1);
	drop(&x);
}

static void a_removed_row_stands_behind_the_row_above_it(void **state)
{
	answers x;
	(void)state;
	of_texts(&x, "k,a\n1,x\n2,y\n3,z\n4,w\n", "k,a\n1,x\n5,q\n3,z\n4,v\n",
		 &(vv_rowdiff_options){.key = by_k});
	assert_int_equal(x.count, 3);
	assert_int_equal(x.list[0].kind, VV_ROW_REMOVED);
	assert_int_equal(x.list[0].place, 1);
	assert_int_equal(x.list[1].kind, VV_ROW_ADDED);
	assert_int_equal(x.list[1].new_row, 1);
	assert_int_equal(x.list[2].kind, VV_ROW_CHANGED);
	drop(&x);
}

static void a_row_that_moved_is_no_change_unless_asked(void **state)
{
	const char *old = "k,a\n1,x\n2,y\n3,z\n4,w\n5,v\n", *new = "k,a\n2,y\n3,z\n4,w\n5,v\n1,x\n";
	answers x;
	(void)state;
	of_texts(&x, old, new, &(vv_rowdiff_options){.key = by_k});
	assert_int_equal(x.count, 0);
	assert_true(x.stats.reordered);
	drop(&x);
	of_texts(&x, old, new, &(vv_rowdiff_options){.key = by_k, .moves = true});
	assert_int_equal(x.count, 1); /* the fewest rows that explain it */
	assert_int_equal(x.list[0].kind, VV_ROW_MOVED);
	assert_int_equal(x.list[0].old_row, 0);
	assert_int_equal(x.list[0].new_row, 4);
	assert_int_equal(x.stats.moved, 1);
	drop(&x);
}

static void a_row_whose_key_alone_changed_is_one_changed_row(void **state)
{
	const char *old = "k,a,b\nAA,x,1\nBK,bank,2\nCC,z,3\n",
		   *new = "k,a,b\nAA,x,1\nBNY,bank,2.0\nCC,z,3\n";
	static const char *const a_only[] = {"a", NULL};
	answers x;
	(void)state;
	of_texts(&x, old, new, &(vv_rowdiff_options){.key = by_k});
	assert_int_equal(x.count, 2); /* only on request */
	drop(&x);
	of_texts(&x, old, new, &(vv_rowdiff_options){.key = by_k, .rekeyed = true});
	assert_int_equal(x.count, 1);
	assert_int_equal(x.list[0].kind, VV_ROW_CHANGED);
	assert_true(x.list[0].rekeyed && !x.list[0].moved);
	assert_int_equal(x.list[0].old_row, 1);
	assert_int_equal(x.list[0].new_row, 1);
	assert_int_equal(x.list[0].cells[0], VV_CELL_CHANGED);
	assert_int_equal(x.list[0].cells[2], VV_CELL_FORMAT);
	assert_int_equal(x.stats.changed, 1);
	assert_int_equal(x.stats.rekeyed, 1);
	assert_int_equal(x.stats.cells_changed, 1);
	assert_int_equal(x.stats.added + x.stats.removed, 0);
	drop(&x);
	/* the key is reported even if only other columns are compared, and whatever the tolerance */
	of_texts(&x, "k,a\n1,x\n2,y\n", "k,a\n1,x\n2.001,y\n",
		 &(vv_rowdiff_options){
			 .key = by_k, .rekeyed = true, .only = a_only, .tolerance = "1"});
	assert_int_equal(x.count, 1);
	assert_int_equal(x.list[0].cells[0], VV_CELL_CHANGED);
	drop(&x);
}

/* All rows of another key but one, whose other cells changed as well. */
static void changed_keys_are_found_wherever_the_rows_went(void **state)
{
	grid *a = malloc(sizeof(*a)), *b = malloc(sizeof(*b));
	const shape s = {.rows = 3000, .values = 1000000, .unique = true};
	vv_tables t;
	vv_table x, y;
	answers z;
	vv_prng r;
	(void)state;
	assert_true(a && b);
	vv_prng_init(&r, 17);
	random_grid(a, &s, &r);
	memcpy(b, a, sizeof(*a));
	for (size_t i = 0; i < b->rows; i++) {
		snprintf(b->cells[i][0], 12, "n%u", (unsigned)(i % 100000));
	}
	snprintf(b->cells[7][1], 12, "gone");
	shuffle(b, &r);
	vv_tables_init(&t);
	open_grid(&t, &x, a, false);
	open_grid(&t, &y, b, false);
	for (int round = 0; round < 2; round++) {
		compare(&z, &x, &y,
			&(vv_rowdiff_options){
				.key = by_k, .rekeyed = true, .memory = round == 0 ? 0 : 1});
		assert_int_equal(z.stats.rekeyed, 2999);
		assert_int_equal(z.stats.added, 1);
		assert_int_equal(z.stats.removed, 1);
		answers_are_true(a, b, &z, true);
		drop(&z);
	}
	vv_table_close(&x);
	vv_table_close(&y);
	vv_tables_clear(&t);
	free(a);
	free(b);
}

static void a_changed_key_moves_no_other_row(void **state)
{
	const char *old = "k,a\nA,one\nB,two\nC,three\nD,four\n",
		   *new = "k,a\nB,two\nC,three\nD,four\nE,one\n";
	answers x;
	(void)state;
	of_texts(&x, old, new, &(vv_rowdiff_options){.key = by_k, .rekeyed = true});
	assert_int_equal(x.count, 1);
	assert_true(x.list[0].rekeyed && !x.stats.reordered);
	assert_int_equal(x.list[0].place, 3);
	drop(&x);
	of_texts(&x, old, new, &(vv_rowdiff_options){.key = by_k, .rekeyed = true, .moves = true});
	assert_int_equal(x.count, 1);
	assert_true(x.list[0].rekeyed && x.list[0].moved);
	drop(&x);
}

/* The number of reported rows if a row's key seems to have changed: 1 or 2. */
static size_t told(const char *old, const char *new)
{
	answers x;
	of_texts(&x, old, new, &(vv_rowdiff_options){.key = by_k, .rekeyed = true});
	size_t n = x.count;
	assert_int_equal(x.stats.rekeyed, n == 1);
	drop(&x);
	return n;
}

static void in_doubt_a_changed_key_stays_a_removed_and_an_added_row(void **state)
{
	(void)state;
	/* another value differs */
	assert_int_equal(told("k,a,b\n1,x,y\n2,z,w\n", "k,a,b\n1,x,y\n3,z,v\n"), 2);
	/* two rows could have become it */
	assert_int_equal(told("k,a\n1,x\n2,y\n3,y\n", "k,a\n1,x\n2,y\n4,y\n"), 2);
	/* nothing but the key is known of it */
	assert_int_equal(told("k,a\n1,x\n2,\n", "k,a\n1,x\n3,\n"), 2);
	assert_int_equal(told("k\n1\n2\n", "k\n1\n3\n"), 2);
	/* most rows share their values with others */
	assert_int_equal(told("k,a\n1,x\n2,x\n3,y\n4,y\n5,z\n", "k,a\n1,x\n2,x\n3,y\n4,y\n6,z\n"),
			 2);
	/* no column is common but the key */
	assert_int_equal(told("k,a,b\n1,x,y\n2,z,w\n", "k,c\n1,7\n3,8\n"), 2);
	/* and without all that it is one */
	assert_int_equal(told("k,a,b\n1,x,y\n2,z,w\n", "k,a,b\n1,x,y\n3,z,w\n"), 1);
}

static void repeated_keys_are_named(void **state)
{
	answers x;
	(void)state;
	of_texts(&x, "k,a\n7,x\n7,y\n8,z\n", "k,a\n7,q\n7,r\n8,z\n",
		 &(vv_rowdiff_options){.key = by_k});
	assert_int_equal(x.stats.repeated_keys, 1);
	assert_string_equal(x.repeated, "7,");
	assert_int_equal(x.stats.changed, 2);
	assert_int_equal(x.list[0].old_row, 0);
	assert_int_equal(x.list[0].new_row, 0);
	drop(&x);
}

static void keys_of_other_types_still_meet(void **state)
{
	answers x;
	(void)state;
	of_texts(&x, "k,a\n1,x\n2,y\n", "k,a\n1,x\n2,z\nA3,w\n",
		 &(vv_rowdiff_options){.key = by_k});
	assert_int_equal(x.stats.changed, 1);
	assert_int_equal(x.stats.added, 1);
	assert_int_equal(x.stats.removed, 0);
	drop(&x);
}

static void a_missing_key_column_is_told_with_its_side(void **state)
{
	vv_tables t;
	vv_table x, y;
	vv_columns columns;
	vv_rowdiff *d;
	vv_error err;
	const char *old = "k,a\n1,x\n", *new = "j,a\n1,x\n";
	(void)state;
	vv_tables_init(&t);
	vv_tables_open(&t, &x, old, strlen(old), NULL);
	vv_tables_open(&t, &y, new, strlen(new), NULL);
	vv_assert_ok(
		vv_columns_match(&columns, &x, &y, &(vv_columns_options){.no_renames = true}, &err),
		&err);
	vv_rowdiff_options o = {.key = by_k, .columns = &columns, .temp_dir = vv_test_dir()};
	vv_assert_status(vv_rowdiff_open(&d, &x, &y, &o, &err), VV_ENOTFOUND, &err);
	vv_assert_contains(err.message, "key column 'k' is not in the new version");
	vv_columns_clear(&columns);
	vv_table_close(&x);
	vv_table_close(&y);
	vv_tables_clear(&t);
}

/* For the fault test: two opened tables. */
typedef struct pair {
	vv_table x, y;
} pair;

static vv_status compare_once(void *payload, vv_error *err)
{
	pair *p = payload;
	vv_columns columns;
	vv_rowdiff *d = NULL;
	vv_row_change c;
	vv_status rc = vv_columns_match(&columns, &p->x, &p->y, &(vv_columns_options){0}, err);
	vv_rowdiff_options o = {.key = by_k,
				.columns = &columns,
				.rekeyed = true,
				.temp_dir = vv_test_dir(),
				.memory = 1};
	if (rc < 0) return rc;
	rc = vv_rowdiff_open(&d, &p->x, &p->y, &o, err);
	while (vv_rowdiff_next(d, &c, &rc, err)) {
		assert_true(c.changed < COLUMNS);
	}
	vv_rowdiff_close(d);
	vv_columns_clear(&columns);
	return rc;
}

static void memory_and_storage_that_end_are_reported(void **state)
{
	const shape s = {.rows = 1500, .values = 90, .unique = true};
	grid *a = malloc(sizeof(*a)), *b = malloc(sizeof(*b));
	vv_tables t;
	pair p;
	vv_prng r;
	(void)state;
	assert_true(a && b);
	vv_prng_init(&r, 15);
	random_grid(a, &s, &r);
	memcpy(b, a, sizeof(*a));
	mutate(b, &s, 30, &r);
	snprintf(b->cells[9][0], 12, "other");
	shuffle(b, &r);
	vv_tables_init(&t);
	open_grid(&t, &p.x, a, false);
	open_grid(&t, &p.y, b, false);
	vv_fault_each(VV_FAULT_ALLOC, 12, compare_once, NULL, &p);
	vv_fault_each(VV_FAULT_WRITE, 28, compare_once, NULL, &p);
	vv_table_close(&p.x);
	vv_table_close(&p.y);
	vv_tables_clear(&t);
	free(a);
	free(b);
}

/* Without the rows reported as moved, the others are in one order; and no smaller set of rows suffices. */
static void the_fewest_rows_are_told_as_moved(void **state)
{
	grid *a = malloc(sizeof(*a)), *b = malloc(sizeof(*b));
	const shape s = {.rows = 60, .values = 50, .unique = true};
	vv_prng r;
	(void)state;
	assert_true(a && b);
	vv_prng_init(&r, 16);
	for (int round = 0; round < 40; round++) {
		vv_tables t;
		vv_table x, y;
		answers z;
		size_t moved[60] = {0}, place[60], longest[60], best = 0, staying = 0;
		random_grid(a, &s, &r);
		memcpy(b, a, sizeof(*a));
		for (uint64_t i = vv_prng_below(&r, 12); i > 0; i--) {
			char row[COLUMNS][12];
			size_t from = (size_t)vv_prng_below(&r, b->rows),
			       to = (size_t)vv_prng_below(&r, b->rows);
			memcpy(row, b->cells[from], sizeof(row));
			remove_row(b, from);
			memmove(b->cells[to + 1], b->cells[to], (b->rows - to) * sizeof(row));
			memcpy(b->cells[to], row, sizeof(row));
			b->rows++;
		}
		vv_tables_init(&t);
		open_grid(&t, &x, a, false);
		open_grid(&t, &y, b, false);
		compare(&z, &x, &y, &(vv_rowdiff_options){.key = by_k, .moves = true});
		for (size_t i = 0; i < z.count; i++) {
			assert_int_equal(z.list[i].kind, VV_ROW_MOVED);
			moved[z.list[i].old_row] = 1;
		}
		for (size_t i = 0; i < a->rows; i++) {
			for (place[i] = 0; strcmp(a->cells[i][0], b->cells[place[i]][0]) != 0;
			     place[i]++) {
			}
			longest[i] = 1;
			for (size_t k = 0; k < i; k++) {
				longest[i] = place[k] < place[i] && longest[k] + 1 > longest[i]
						     ? longest[k] + 1
						     : longest[i];
				assert_true(moved[i] || moved[k] || place[k] < place[i]);
			}
			best = longest[i] > best ? longest[i] : best;
			staying += !moved[i];
		}
		assert_int_equal(staying, best);
		drop(&z);
		vv_table_close(&x);
		vv_table_close(&y);
		vv_tables_clear(&t);
	}
	free(a);
	free(b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_fewest_rows_are_told_as_moved),
	cmocka_unit_test(keyed_answers_agree_with_the_reference),
	cmocka_unit_test(repeated_keys_agree_with_the_reference),
	cmocka_unit_test(rows_that_changed_in_place_agree_with_the_reference),
	cmocka_unit_test(keyless_answers_agree_with_the_reference),
	cmocka_unit_test(tables_of_one_or_no_row_are_compared),
	cmocka_unit_test(a_resorted_table_from_disk_is_as_from_memory),
	cmocka_unit_test(csv_and_ndjson_differ_only_where_values_do),
	cmocka_unit_test(options_leave_out_what_they_name),
	cmocka_unit_test(a_removed_row_stands_behind_the_row_above_it),
	cmocka_unit_test(a_row_that_moved_is_no_change_unless_asked),
	cmocka_unit_test(a_row_whose_key_alone_changed_is_one_changed_row),
	cmocka_unit_test(changed_keys_are_found_wherever_the_rows_went),
	cmocka_unit_test(a_changed_key_moves_no_other_row),
	cmocka_unit_test(in_doubt_a_changed_key_stays_a_removed_and_an_added_row),
	cmocka_unit_test(repeated_keys_are_named),
	cmocka_unit_test(keys_of_other_types_still_meet),
	cmocka_unit_test(a_missing_key_column_is_told_with_its_side),
	cmocka_unit_test(memory_and_storage_that_end_are_reported),
};

VV_TEST_SUITE(rowdiff)
