/*
 * Row groups: what goes in comes out, columns alone and all together; damaged blocks
 * are survived; the values told give the types. The bytes: group_format_test.c.
 */
#include "tests/unit/dataset/group_support.h"

#include "dataset/format/group.h"
#include "dataset/format/planes.h"
#include "dataset/schema/infer.h"
#include "dataset/schema/schema.h"
#include "dataset/schema/type.h"
#include "repo/blocks/store.h"

static void random_tables_come_back_exactly(void **state)
{
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 11);
	for (int i = 0; i < 4000; i++) {
		size_t rows = 1 + (size_t)vv_prng_below(&r, i % 10 == 0  ? 700
							    : i % 3 == 0 ? 120
									 : 20);
		columns t;
		vv_buf block;

		columns_make(&t, rows, 1 + (size_t)vv_prng_below(&r, 6), &r);
		block = encode(&t);
		expect_table(&block, &t);
		vv_buf_clear(&block);
		columns_clear(&t);
	}
}

static void every_kind_of_column_comes_back_at_every_length(void **state)
{
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 12);
	for (int kind = 0; kind < COLUMN_KINDS; kind++) {
		for (size_t rows = 1; rows <= 300; rows += rows < 40 ? 1 : 37) {
			columns t;
			vv_buf block;

			columns_make(&t, rows, 3, &r);
			column_fill(&t, 0, kind, 0, false, 0, &r);
			column_fill(&t, 1, kind, 30, false, 4, &r);
			column_fill(&t, 2, kind, 30, false, 3, &r);
			block = encode(&t);
			expect_table(&block, &t);
			vv_buf_clear(&block);
			columns_clear(&t);
		}
	}
}

static void rows_may_stand_apart_and_the_encoder_be_used_again(void **state)
{
	vv_group_encoder *e = vv_group_encoder_new();
	vv_buf apart = VV_BUF_INIT;
	vv_error err;
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 13);
	for (int i = 0; i < 50; i++) {
		columns t;
		vv_buf block;
		vv_cell *wide;

		columns_make(&t, 1 + (size_t)vv_prng_below(&r, 200), 4, &r);
		wide = calloc(t.rows * 9, sizeof *wide);
		for (size_t row = 0; row < t.rows; row++) {
			memcpy(wide + row * 9, t.cells + row * 4, 4 * sizeof *wide);
		}
		block = encode(&t);
		vv_assert_ok(vv_group_encode(e, &apart, wide, t.rows, 4, 9, NULL, NULL, &err),
			     &err);
		assert_int_equal(apart.len, block.len);
		assert_memory_equal(apart.data, block.data, block.len);
		free(wide);
		vv_buf_clear(&block);
		columns_clear(&t);
	}
	vv_buf_clear(&apart);
	vv_group_encoder_free(e);
}

/* Reads what a block says, whatever it is; the check must agree with itself. */
static void survive(const uint8_t *bytes, size_t len)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_group g;
	vv_error err;
	vv_status checked = group_check(bytes, len, &err);

	if (vv_group_open(&g, bytes, len, &err) < 0) {
		assert_int_equal(checked, VV_ECORRUPT);
		return;
	}
	if (g.rows * (g.columns + 1) <= 100000) {
		vv_cell *cells = calloc(g.rows * g.columns + 1, sizeof *cells);
		vv_status rc = vv_group_decode(&g, cells, g.columns, &arena, &err);
		uint64_t sum = 0;

		assert_true(rc == VV_OK || rc == VV_ECORRUPT);
		for (size_t i = 0; rc == VV_OK && i < g.rows * g.columns; i++) {
			for (uint32_t k = 0; k < cells[i].len && k < 64; k++) {
				sum += (unsigned char)cells[i].text[k];
			}
			if (cells[i].len > 0) {
				sum += (unsigned char)cells[i].text[cells[i].len - 1];
			}
		}
		assert_true(sum < UINT64_MAX);
		if (checked == VV_OK) {
			assert_int_equal(rc, VV_OK);
		}
		free(cells);
	}
	vv_group_close(&g);
	vv_arena_clear(&arena);
}

static void any_flipped_byte_is_survived(void **state)
{
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 14);
	for (int i = 0; i < 60; i++) {
		columns t;
		vv_buf block;
		uint8_t *bytes;

		columns_make(&t, 1 + (size_t)vv_prng_below(&r, 40),
			     1 + (size_t)vv_prng_below(&r, 4), &r);
		block = encode(&t);
		bytes = malloc(block.len);
		for (size_t at = 0; at < block.len; at++) {
			if (!vv_test_sampled(at, 3)) {
				continue;
			}
			for (int way = 0; way < 3; way++) {
				memcpy(bytes, block.data, block.len);
				bytes[at] ^= (uint8_t)(way == 0   ? 1
						       : way == 1 ? 0x80
								  : 1 + vv_prng_below(&r, 255));
				survive(bytes, block.len);
			}
		}
		free(bytes);
		vv_buf_clear(&block);
		columns_clear(&t);
	}
}

static void any_shortened_block_is_refused(void **state)
{
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 15);
	for (int i = 0; i < 40; i++) {
		columns t;
		vv_buf block;

		columns_make(&t, 1 + (size_t)vv_prng_below(&r, 30),
			     1 + (size_t)vv_prng_below(&r, 4), &r);
		block = encode(&t);
		for (size_t len = 0; len < block.len; len++) {
			uint8_t *bytes = malloc(len + 1);
			vv_error err;

			memcpy(bytes, block.data, len);
			vv_assert_status(group_check(bytes, len, &err), VV_ECORRUPT, &err);
			free(bytes);
		}
		vv_buf_clear(&block);
		columns_clear(&t);
	}
}

static void columns_that_are_all_absent_at_the_end_are_left_out(void **state)
{
	vv_cell cells[12];
	columns t = {VV_ARENA_INIT, cells, 3, 4};
	vv_buf block;
	vv_error err;
	vv_group g;

	(void)state;
	memset(cells, 0, sizeof cells);
	for (size_t i = 0; i < 12; i++) {
		cells[i] = (vv_cell){i % 4 == 1 ? "x" : NULL, i % 4 == 1,
				     i % 4 == 1 ? VV_CELL_TEXT : VV_CELL_ABSENT, 0, 0};
	}
	block = encode(&t);
	vv_assert_ok(vv_group_open(&g, block.data, block.len, &err), &err);
	assert_int_equal(g.columns, 2);
	vv_group_close(&g);
	expect_table(&block, &t);
	vv_buf_clear(&block);
}

static void too_many_cells_are_refused(void **state)
{
	vv_group_encoder *e = vv_group_encoder_new();
	size_t rows = (1u << 20) / 2 + 1;
	vv_cell *cells = calloc(rows * 2, sizeof *cells);
	vv_buf out = VV_BUF_INIT;
	vv_error err;

	(void)state;
	assert_non_null(cells);
	for (size_t i = 0; i < rows * 2; i++) {
		cells[i].text = "x";
		cells[i].len = 1;
	}
	vv_assert_status(vv_group_encode(e, &out, cells, rows, 2, 2, NULL, NULL, &err), VV_EREFUSED,
			 &err);
	vv_assert_status(vv_group_encode(e, &out, cells, 0, 2, 2, NULL, NULL, &err), VV_EREFUSED,
			 &err);
	vv_assert_ok(vv_group_encode(e, &out, cells, rows - 1, 2, 2, NULL, NULL, &err), &err);
	vv_assert_ok(group_check(out.data, out.len, &err), &err);
	free(cells);
	vv_buf_clear(&out);
	vv_group_encoder_free(e);
}

/* The most that the cut lets through: 256 KB of cells and a row of 256 KB. */
static void the_largest_group_fits_a_block(void **state)
{
	size_t columns_count = VV_COLUMNS_MAX, rows = 17;
	vv_cell *cells = calloc(columns_count * rows, sizeof *cells);
	char *text = malloc(16 * VV_COLUMNS_MAX * 2);
	vv_group_encoder *e = vv_group_encoder_new();
	vv_buf out = VV_BUF_INIT;
	vv_error err;
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 16);
	for (size_t i = 0; i < columns_count * rows; i++) {
		bool last = i >= columns_count * (rows - 1);
		size_t len = last ? 15 : vv_prng_below(&r, 60) == 0;

		cells[i].state = (uint8_t)(vv_prng_below(&r, 50) ? VV_CELL_TEXT : VV_CELL_LITERAL);
		cells[i].text = text + vv_prng_below(&r, 16 * VV_COLUMNS_MAX);
		cells[i].len = (uint32_t)len;
	}
	vv_prng_bytes(&r, text, 16 * VV_COLUMNS_MAX * 2);
	vv_assert_ok(vv_group_encode(e, &out, cells, rows, columns_count, columns_count, NULL, NULL,
				     &err),
		     &err);
	assert_true(out.len <= VV_BLOCK_MAX);
	vv_assert_ok(group_check(out.data, out.len, &err), &err);
	free(cells);
	free(text);
	vv_buf_clear(&out);
	vv_group_encoder_free(e);
}

static void numbers_that_are_longer_as_numbers_stay_text(void **state)
{
	/* one long number among short ones: eight bytes each would be more than the text */
	static const char *const texts[] = {"1", "2", "3", "9223372036854775807", "5", "6", "7",
					    "8", "9", "0"};
	columns t;
	vv_buf block;

	(void)state;
	one_column(&t, texts, 10);
	block = encode(&t);
	assert_int_equal(block.data[7], 2);
	expect_table(&block, &t);
	vv_buf_clear(&block);
	free(t.cells);
}

/* ---- what types are inferred from ---- */

typedef struct told {
	vv_infer *infer;
	size_t values;
} told;

static void on_values(void *payload, size_t column, const vv_cell *values, size_t count, bool all)
{
	told *t = payload;

	(void)all;
	vv_infer_cells(&t->infer[column], values, count);
	t->values += count;
}

static void the_values_told_give_the_types_of_all_values(void **state)
{
	vv_group_encoder *e = vv_group_encoder_new();
	vv_buf out = VV_BUF_INIT;
	vv_error err;
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 17);
	for (int i = 0; i < 1500; i++) {
		vv_infer all[5], some[5];
		told to = {some, 0};
		columns t;

		columns_make(&t, 1 + (size_t)vv_prng_below(&r, 60), 5, &r);
		for (size_t c = 0; c < 5; c++) {
			vv_infer_init(&all[c]);
			vv_infer_init(&some[c]);
			for (size_t row = 0; row < t.rows; row++) {
				vv_infer_cells(&all[c], &t.cells[row * 5 + c], 1);
			}
		}
		vv_assert_ok(vv_group_encode(e, &out, t.cells, t.rows, 5, 5, on_values, &to, &err),
			     &err);
		for (size_t c = 0; c < 5; c++) {
			bool a, b;

			assert_int_equal(vv_infer_type(&some[c], &a), vv_infer_type(&all[c], &b));
			assert_int_equal(a, b);
			assert_int_equal(some[c].any_value, all[c].any_value);
			/* and together with other groups, too */
			assert_int_equal(some[c].possible, all[c].possible);
			assert_int_equal(some[c].maybe_comma, all[c].maybe_comma);
		}
		columns_clear(&t);
	}
	vv_buf_clear(&out);
	vv_group_encoder_free(e);
}

/* ---- what is held against types ---- */

#define FIELDS 40u

/* Which of the columns' values the fields take, by what is told. */
typedef struct held {
	const vv_field *fields;
	size_t count;
	bool all[5], fits[5][FIELDS];
} held;

static void on_held(void *payload, size_t column, const vv_cell *values, size_t count, bool all)
{
	held *h = payload;

	h->all[column] = all;
	for (size_t f = 0; f < h->count; f++) {
		bool fits = all || vv_field_known_by_few(&h->fields[f]);

		for (size_t i = 0; fits && i < count; i++) {
			fits = vv_field_accepts(&h->fields[f], &values[i]);
		}
		h->fits[column][f] = fits;
	}
}

/* What the values told say of all is so, but for empty ones, of which only "all" speaks. */
static void expect_held(const held *h, const columns *t, size_t c, size_t f, unsigned *known)
{
	bool fits = true;

	for (size_t row = 0; row < t->rows; row++) {
		const vv_cell *cell = &t->cells[row * t->count + c];

		if (h->all[c] || cell->len > 0) {
			fits = fits && vv_field_accepts(&h->fields[f], cell);
		}
	}
	if (h->fits[c][f]) {
		assert_true(fits);
		*known += !h->all[c];
	} else if (h->all[c]) {
		assert_false(fits);
	}
}

static void the_values_told_say_whether_all_fit_a_type(void **state)
{
	static const char json[] =
		"{\"fields\": [{\"name\": \"a\", \"type\": \"integer\"}, {\"name\": \"b\", \"type\": \"number\"}, {\"name\": \"c\", \"type\": \"year\"}, "
		"{\"name\": \"d\", \"type\": \"date\"}, {\"name\": \"e\", \"type\": \"datetime\"}, {\"name\": \"f\", \"type\": \"date\", \"format\": \"%Y%m%d\"}, "
		"{\"name\": \"g\", \"type\": \"integer\", \"bareNumber\": false}, {\"name\": \"h\", \"type\": \"number\", \"groupChar\": \".\", \"decimalChar\": \",\"}, "
		"{\"name\": \"i\", \"type\": \"boolean\", \"trueValues\": [\"1\"], \"falseValues\": [\"3\"]}, {\"name\": \"j\", \"type\": \"time\"}, "
		"{\"name\": \"k\", \"type\": \"string\", \"format\": \"binary\"}, {\"name\": \"l\", \"type\": \"yearmonth\"}, "
		"{\"name\": \"m\", \"type\": \"list\", \"itemType\": \"integer\"}, {\"name\": \"n\", \"type\": \"datetime\", \"format\": \"any\"}, "
		"{\"name\": \"o\", \"type\": \"date\", \"format\": \"any\"}, {\"name\": \"p\", \"type\": \"number\", \"groupChar\": \",\"}, "
		"{\"name\": \"q\", \"type\": \"integer\", \"groupChar\": \".\"}, {\"name\": \"r\", \"type\": \"number\", \"bareNumber\": false}]}";
	vv_group_encoder *e = vv_group_encoder_new();
	vv_buf out = VV_BUF_INIT;
	unsigned known = 0;
	vv_schema s;
	vv_error err;
	vv_prng r;

	(void)state;
	vv_assert_ok(vv_schema_read(&s, json, sizeof(json) - 1, "types", &err), &err);
	assert_true(s.count <= FIELDS);
	vv_prng_init(&r, 23);
	for (int i = 0; i < 3000; i++) {
		held h = {.fields = s.fields, .count = s.count};
		bool has_text[5] = {false};
		columns t;

		columns_make(&t, 1 + (size_t)vv_prng_below(&r, 60), 5, &r);
		vv_assert_ok(vv_group_encode(e, &out, t.cells, t.rows, 5, 5, on_held, &h, &err),
			     &err);
		for (size_t c = 0; c < 5; c++) {
			for (size_t row = 0; row < t.rows; row++) {
				const unsigned state_of = t.cells[row * 5 + c].state;

				has_text[c] |= state_of == VV_CELL_TEXT ||
					       state_of == VV_CELL_LITERAL;
			}
			for (size_t f = 0; has_text[c] && f < s.count; f++) {
				expect_held(&h, &t, c, f, &known);
			}
		}
		columns_clear(&t);
	}
	assert_true(known > 1000);
	vv_schema_clear(&s);
	vv_buf_clear(&out);
	vv_group_encoder_free(e);
}

/* ---- faults, and the two forms of planes ---- */

static vv_status encode_and_check(void *payload, vv_error *err)
{
	const columns *t = payload;
	vv_group_encoder *e = vv_group_encoder_new();
	vv_buf out = VV_BUF_INIT;
	vv_status rc = e ? vv_group_encode(e, &out, t->cells, t->rows, t->count, t->count, NULL,
					   NULL, err)
			 : vv_fail_nomem(err);

	if (rc >= 0) {
		rc = group_check(out.data, out.len, err);
	}
	vv_group_encoder_free(e);
	vv_buf_clear(&out);
	return rc;
}

static void every_failed_allocation_is_reported(void **state)
{
	columns t;
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 18);
	columns_make(&t, 300, COLUMN_KINDS, &r);
	for (size_t c = 0; c < COLUMN_KINDS; c++) {
		column_fill(&t, c, (int)c, c % 3 ? 0 : 20, false, c % 4 == 1 ? 4 : 0, &r);
	}
	vv_fault_each(VV_FAULT_ALLOC, 12, encode_and_check, NULL, &t);
	columns_clear(&t);
}

static void both_forms_of_planes_give_the_same_bytes(void **state)
{
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 19);
	for (int i = 0; i < 5000; i++) {
		size_t count = (size_t)vv_prng_below(&r, 70);
		unsigned width = (unsigned)vv_prng_below(&r, 9);
		uint64_t values[70], back[70], again[70];
		uint8_t fast[70 * 8], plain[70 * 8];

		vv_prng_bytes(&r, values, sizeof values);
		memset(fast, 0x55, sizeof fast);
		memset(plain, 0x55, sizeof plain);
		vv_planes_split(fast, values, count, width);
		vv_planes_split_portable(plain, values, count, width);
		assert_memory_equal(fast, plain, sizeof fast);
		vv_planes_join(back, fast, count, count, width);
		vv_planes_join_portable(again, fast, count, count, width);
		for (size_t k = 0; k < count; k++) {
			uint64_t kept = width == 8 ? values[k]
						   : values[k] & (((uint64_t)1 << (8 * width)) - 1);

			assert_true(back[k] == kept && again[k] == kept);
		}
	}
}

/* Column 0 has two texts, column 1 numbers of which that of one row is the least or the greatest. */
static void expect_runs(size_t rows, size_t odd_row, bool least)
{
	static const char *const texts[] = {"yellow", "magenta"};
	char numbers[40][16];
	vv_cell cells[2 * 40] = {0};
	vv_group_encoder *e = vv_group_encoder_new();
	vv_arena arena = VV_ARENA_INIT;
	vv_buf block = VV_BUF_INIT;
	vv_group_run run;
	vv_error err;
	vv_group g;

	for (size_t i = 0; i < rows; i++) {
		const unsigned n = i != odd_row ? 5000 + 7 * (unsigned)i : least ? 4000 : 9000;

		cells[2 * i] = (vv_cell){.text = texts[i % 2],
					 .len = (uint32_t)strlen(texts[i % 2])};
		(void)snprintf(numbers[i], sizeof numbers[i], "%u", n);
		cells[2 * i + 1] = (vv_cell){.text = numbers[i], .len = 4};
	}
	vv_assert_ok(vv_group_encode(e, &block, cells, rows, 2, 2, NULL, NULL, &err), &err);
	vv_assert_ok(vv_group_open(&g, block.data, block.len, &err), &err);
	vv_assert_ok(vv_group_run_of(&run, &g, 1, true, &arena, &err), &err);
	assert_non_null(run.numbers);
	assert_int_equal(run.least, least ? 4000 : odd_row == 0 ? 5007 : 5000);
	assert_int_equal(run.most, !least                ? 9000
				   : odd_row == rows - 1 ? 5000 + 7 * (rows - 2)
							 : 5000 + 7 * (rows - 1));
	vv_assert_ok(vv_group_run_of(&run, &g, 0, true, &arena, &err), &err);
	assert_non_null(run.index);
	((uint8_t *)(uintptr_t)run.index)[odd_row] = 2; /* there are 0 and 1 */
	assert_int_equal(vv_group_run_of(&run, &g, 0, true, &arena, &err), VV_ECORRUPT);
	vv_group_close(&g);
	vv_buf_clear(&block);
	vv_arena_clear(&arena);
	vv_group_encoder_free(e);
}

static void a_run_knows_its_bounds_and_its_damage_in_whichever_row_they_are(void **state)
{
	(void)state;
	for (size_t rows = 16; rows <= 40; rows++) {
		for (size_t row = 0; row < rows; row++) {
			expect_runs(rows, row, true);
			expect_runs(rows, row, false);
		}
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_run_knows_its_bounds_and_its_damage_in_whichever_row_they_are),
	cmocka_unit_test(random_tables_come_back_exactly),
	cmocka_unit_test(every_kind_of_column_comes_back_at_every_length),
	cmocka_unit_test(rows_may_stand_apart_and_the_encoder_be_used_again),
	cmocka_unit_test(any_flipped_byte_is_survived),
	cmocka_unit_test(any_shortened_block_is_refused),
	cmocka_unit_test(columns_that_are_all_absent_at_the_end_are_left_out),
	cmocka_unit_test(too_many_cells_are_refused),
	cmocka_unit_test(the_largest_group_fits_a_block),
	cmocka_unit_test(numbers_that_are_longer_as_numbers_stay_text),
	cmocka_unit_test(the_values_told_give_the_types_of_all_values),
	cmocka_unit_test(the_values_told_say_whether_all_fit_a_type),
	cmocka_unit_test(every_failed_allocation_is_reported),
	cmocka_unit_test(both_forms_of_planes_give_the_same_bytes),
};

VV_TEST_SUITE(group)
