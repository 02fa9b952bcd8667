/*
 * Row groups: what goes in comes out; columns alone and all together; the choice of
 * encodings, pinned; damaged blocks and blocks that the encoder would not have
 * written are refused.
 */
#include "tests/unit/dataset/columns.h"

#include "dataset/group.h"
#include "dataset/infer.h"
#include "dataset/planes.h"
#include "repo/store.h"

static vv_buf encode(const columns *t)
{
	vv_group_encoder *e = vv_group_encoder_new();
	vv_buf out = VV_BUF_INIT;
	vv_error err;

	assert_non_null(e);
	vv_assert_ok(vv_group_encode(e, &out, t->cells, t->rows, t->count, t->count, NULL, NULL, &err), &err);
	vv_group_encoder_free(e);
	return out;
}

static void expect_cells(const vv_cell *found, size_t stride, const vv_cell *cells, size_t count, size_t rows)
{
	for (size_t r = 0; r < rows; r++) {
		const vv_cell *a = &found[r * stride], *b = &cells[r * count];

		assert_true(vv_cell_equal(a, b));
		assert_int_equal(a->flags, 0);
	}
}

/* Decodes the block, all at once and column by column, and compares. */
static void expect_table(const vv_buf *block, const columns *t)
{
	vv_arena arena = VV_ARENA_INIT;
	size_t wide = t->count + 2;
	vv_cell *cells = calloc(t->rows * wide, sizeof *cells), *one = calloc(t->rows, sizeof *one);
	/* a copy without anything behind it */
	uint8_t *bytes = malloc(block->len);
	vv_error err;
	vv_group g;

	assert_non_null(bytes);
	memcpy(bytes, block->data, block->len);
	vv_assert_ok(vv_group_open(&g, bytes, block->len, &err), &err);
	assert_int_equal(g.rows, t->rows);
	assert_true(g.columns <= t->count);
	vv_assert_ok(vv_group_decode(&g, cells, wide, &arena, &err), &err);
	for (size_t c = 0; c < t->count; c++) {
		expect_cells(cells + c, wide, t->cells + c, t->count, t->rows);
		vv_assert_ok(vv_group_column(&g, c, one, 1, &arena, &err), &err);
		expect_cells(one, 1, t->cells + c, t->count, t->rows);
	}
	for (size_t r = 0; r < t->rows; r++)
		assert_int_equal(cells[r * wide + t->count].state, VV_CELL_ABSENT);
	vv_group_close(&g);
	vv_assert_ok(vv_group_check(bytes, block->len, &err), &err);
	vv_arena_clear(&arena);
	free(bytes);
	free(cells);
	free(one);
}

static void random_tables_come_back_exactly(void **state)
{
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 11);
	for (int i = 0; i < 4000; i++) {
		size_t rows = 1 + (size_t)vv_prng_below(&r, i % 10 == 0 ? 700 : i % 3 == 0 ? 120 : 20);
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
		for (size_t row = 0; row < t.rows; row++)
			memcpy(wide + row * 9, t.cells + row * 4, 4 * sizeof *wide);
		block = encode(&t);
		vv_assert_ok(vv_group_encode(e, &apart, wide, t.rows, 4, 9, NULL, NULL, &err), &err);
		assert_int_equal(apart.len, block.len);
		assert_memory_equal(apart.data, block.data, block.len);
		free(wide);
		vv_buf_clear(&block);
		columns_clear(&t);
	}
	vv_buf_clear(&apart);
	vv_group_encoder_free(e);
}

/* A table of one column from texts; "\x01", "\x02" and "\x03..." are the states. */
static void one_column(columns *t, const char *const *texts, size_t rows)
{
	memset(t, 0, sizeof *t);
	t->rows = rows;
	t->count = 1;
	t->cells = calloc(rows, sizeof *t->cells);
	for (size_t i = 0; i < rows; i++) {
		unsigned state = (unsigned char)texts[i][0] < 4 ? (unsigned char)texts[i][0] : 0;

		t->cells[i].state = (uint8_t)state;
		t->cells[i].text = texts[i] + (state == 3);
		t->cells[i].len = (uint32_t)(state == 1 || state == 2 ? 0 : strlen(t->cells[i].text));
	}
}

typedef struct pin {
	const char *texts[24];
	size_t rows, len;
	const char *bytes; /* of the column */
} pin;

#define BYTES(s) sizeof(s) - 1, s

/* These bytes are the format: they may not change within a generation. */
static const pin pins[] = {
	{{"a", "a", "a"}, 3, BYTES("\x00\x01""a")},
	{{"", "", ""}, 3, BYTES("\x00\x00")},
	{{"\x02", "\x02"}, 2, BYTES("\x10\x02\x00")},
	{{"\x03true", "\x03true"}, 2, BYTES("\x10\x03\x04true")},
	{{"\x02", "x", "\x01", "x", "x"}, 5, BYTES("\x20\x12\x00\x01x")},
	{{"yes", "no", "no", "yes", "no", "yes", "yes", "yes", "yes"}, 9,
	 BYTES("\x01\x02\x03\x02yesno\x00\x01\x01\x00\x01\x00\x00\x00\x00")},
	{{"ash", "oak", "elm"}, 3, BYTES("\x02\x00\x03""ashoakelm")},
	{{"ash", "o", "willow"}, 3, BYTES("\x02\x01\x03\x01\x06""ashowillow")},
	{{"1", "2", "3", "5", "-5"}, 5, BYTES("\x03\x00\x01\x09\x06\x07\x08\x0a\x00")},
	{{"17", "19", "18"}, 3, BYTES("\x03\x00\x01\x00\x11\x13\x12")},
	{{"1000", "1002", "1004", "1006", "1008", "1010", "1012", "1014", "1016", "1018"}, 10,
	 BYTES("\x03\x02\x01\xd0\x0f\x00\x04\x04\x04\x04\x04\x04\x04\x04\x04")},
	{{"70000", "", "70256", "71026"}, 4,
	 BYTES("\x03\x01\x02\xe0\xc5\x08\x00\x01\x00\x00\x00\x00\x02\x00\x01\x04")},
	{{"1.50", "2.25", "-0.25"}, 3, BYTES("\x04\x00\x02\x01\x31\xaf\xfa\x00")},
	{{"1.5", "2.25", "3"}, 3, BYTES("\x04\x04\x02\x01\xac\x02\x00\x4b\x96")},
	{{"1.0", "2.25", "3.5"}, 3, BYTES("\x04\x08\x02\x01\xc8\x01\x00\x7d\xfa")},
	{{"1970-01-01", "1970-01-31", "2000-02-29"}, 3, BYTES("\x05\x00\x02\x00\x00\x1e\x08\x00\x00\x2b")},
	{{"1970-01-01T00:00:00Z", "1970-01-01T00:00:09Z"}, 2, BYTES("\x06\x08\x00\x01\x00\x00\x09")},
	{{"1970-01-01 00:00:00.5", "1970-01-01 00:00:01.0"}, 2, BYTES("\x06\x04\x01\x01\x00\x05\x0a")},
};

static void encodings_are_pinned_byte_for_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof pins / sizeof pins[0]; i++) {
		columns t;
		vv_buf block;

		one_column(&t, pins[i].texts, pins[i].rows);
		block = encode(&t);
		assert_memory_equal(block.data, "vvg\x01", 4);
		assert_int_equal(block.data[4], pins[i].rows);
		assert_int_equal(block.data[5], 1);
		assert_int_equal(block.data[6], pins[i].len);
		assert_int_equal(block.len, 7 + pins[i].len);
		assert_memory_equal(block.data + 7, pins[i].bytes, pins[i].len);
		expect_table(&block, &t);
		vv_buf_clear(&block);
		free(t.cells);
	}
}

/* Columns that mean something and yet are not what the encoder writes, and some that
 * mean nothing. */
static const pin refused[] = {
	/* a constant as dictionary, text, integer; a longer varint; a text state said */
	{{"a", "a", "a"}, 3, BYTES("\x01\x01\x01""a\x00\x00\x00")},
	{{"a", "a", "a"}, 3, BYTES("\x02\x00\x01""aaa")},
	{{"7", "7", "7"}, 3, BYTES("\x03\x00\x00\x0e")},
	{{"a", "a", "a"}, 3, BYTES("\x00\x81\x00""a")},
	{{"a", "a", "a"}, 3, BYTES("\x10\x00\x01""a")},
	{{"a", "a", "a"}, 3, BYTES("\x20\x00\x01""a")},
	{{"\x02", "\x02"}, 2, BYTES("\x20\x0a\x00")},
	{{"\x02", "\x02"}, 2, BYTES("\x10\x02\x02\x00\x00")},
	/* bits behind the last state; a mark of an empty value that is no mark */
	{{"\x02", "x", "\x01", "x", "x"}, 5, BYTES("\x20\x12\x04\x01x")},
	{{"70000", "", "70256", "71026"}, 4,
	 BYTES("\x03\x01\x02\xe0\xc5\x08\x00\x02\x00\x00\x00\x00\x02\x00\x01\x04")},
	{{"70000", "", "70256", "71026"}, 4,
	 BYTES("\x03\x01\x02\xe0\xc5\x08\x02\xff\x00\x00\x00\x00\x02\x00\x01\x04")},
	/* a dictionary in another order, with a value that nobody has, with a repeated one */
	{{"yes", "no", "no", "yes", "no", "yes", "yes", "yes", "yes"}, 9,
	 BYTES("\x01\x02\x02\x03noyes\x01\x00\x00\x01\x00\x01\x01\x01\x01")},
	{{"yes", "no", "no", "yes", "no", "yes", "yes", "yes", "yes"}, 9,
	 BYTES("\x01\x03\x03\x02\x01yesnox\x00\x01\x01\x00\x01\x00\x00\x00\x00")},
	{{"yes", "no", "no", "yes", "no", "yes", "yes", "yes", "yes"}, 9,
	 BYTES("\x01\x03\x03\x02\x03yesnoyes\x00\x01\x01\x00\x01\x00\x02\x00\x00")},
	{{"yes", "no", "no", "yes", "no", "yes", "yes", "yes", "yes"}, 9,
	 BYTES("\x01\x02\x03\x02yesno\x00\x01\x01\x00\x01\x00\x02\x00\x00")},
	/* text that is smaller as a dictionary, equal lengths told one by one, varints unasked */
	{{"yes", "no", "no", "yes", "no", "yes", "yes", "yes", "yes"}, 9,
	 BYTES("\x02\x01\x03\x02\x02\x03\x02\x03\x03\x03\x03yesnonoyesnoyesyesyesyes")},
	{{"ash", "oak", "elm"}, 3, BYTES("\x02\x01\x03\x03\x03""ashoakelm")},
	{{"ash", "oak", "elm"}, 3, BYTES("\x02\x02\x03\x03\x03""ashoakelm")},
	{{"ash", "o", "willow"}, 3, BYTES("\x02\x02\x03\x01\x06""ashowillow")},
	{{"ash", "o", "willow"}, 3, BYTES("\x02\x01\x03\x01\x07""ashowillow")},
	/* numbers: wider than needed, another base, deltas unasked, text that is a number */
	{{"1", "2", "3", "5", "-5"}, 5, BYTES("\x03\x00\x02\x09\x06\x07\x08\x0a\x00\x00\x00\x00\x00\x00")},
	{{"1", "2", "3", "5", "-5"}, 5, BYTES("\x03\x00\x01\x0b\x07\x08\x09\x0b\x01")},
	{{"17", "19", "18"}, 3, BYTES("\x03\x00\x01\x22\x00\x02\x01")},
	{{"1", "2", "3", "5", "-5"}, 5, BYTES("\x03\x02\x01\x02\x00\x02\x02\x04\x13")},
	{{"10", "20", "30", "50"}, 4, BYTES("\x02\x00\x02""10203050")},
	{{"1", "2", "3", "5", "-5"}, 5, BYTES("\x03\x04\x01\x09\x06\x07\x08\x0a\x00")},
	{{"1000", "1002", "1004", "1006", "1008", "1010", "1012", "1014", "1016", "1018"}, 10,
	 BYTES("\x03\x00\x01\xd0\x0f\x00\x02\x04\x06\x08\x0a\x0c\x0e\x10\x12")},
	{{"1000", "1002", "1004", "1006", "1008", "1010", "1012", "1014", "1016", "1018"}, 10,
	 BYTES("\x03\x02\x01\xd0\x0f\x01\x04\x04\x04\x04\x04\x04\x04\x04\x04")},
	/* the marks of empty values where there are none */
	{{"1", "2", "3", "5", "-5"}, 5, BYTES("\x03\x01\x01\x09\x00\x00\x00\x00\x00\x06\x07\x08\x0a\x00")},
	/* decimals: a larger scale, another form; scale 0 and 19 */
	{{"1.5", "2.25", "3"}, 3, BYTES("\x04\x04\x03\x02\xb8\x17\x00\xee\xdc\x00\x02\x05")},
	{{"1.5", "2.5", "3.5"}, 3, BYTES("\x04\x04\x01\x01\x1e\x00\x0a\x14")},
	{{"1.25", "2.25", "3.5"}, 3, BYTES("\x04\x08\x02\x01\xfa\x01\x00\x64\xe1")},
	{{"1", "2", "3"}, 3, BYTES("\x04\x00\x00\x01\x02\x00\x01\x02")},
	{{"1", "2", "3"}, 3, BYTES("\x04\x00\x13\x01\x02\x00\x01\x02")},
	{{"1.5", "2.25", "3"}, 3, BYTES("\x04\x0c\x02\x01\xac\x02\x00\x4b\x96")},
	/* dates outside of the years; more digits of a second than there may be */
	{{"x", "y"}, 2, BYTES("\x05\x00\x01\x93\xe5\x57\x00\x01")},
	{{"x", "y"}, 2, BYTES("\x05\x00\x04\x00\x00\xff\x00\xff\x00\xff\x00\x7f")},
	{{"x", "y"}, 2, BYTES("\x06\x08\x07\x01\x00\x00\x09")},
	{{"x", "y"}, 2, BYTES("\x06\x10\x00\x01\x00\x00\x09")},
	/* encodings and states that there are not, and ends too soon or too late */
	{{"x", "y"}, 2, BYTES("\x07\x00\x00")},
	{{"x", "y"}, 2, BYTES("\x30\x00\x00")},
	{{"x", "y"}, 2, BYTES("\x42\x00\x01xy")},
	{{"x", "y"}, 2, BYTES("\x10\x04\x00")},
	{{"x", "y"}, 2, BYTES("\x02\x00\x01xyz")},
	{{"x", "y"}, 2, BYTES("\x02\x00\x01x")},
	{{"x", "y"}, 2, BYTES("\x02\x03\x01xy")},
	{{"x", "y"}, 2, BYTES("\x02")},
	{{"x", "y"}, 2, BYTES("\x01\x02\x01\x01xy\x00\x02")},
	{{"x", "y"}, 2, BYTES("\x01\x00\x00")},
	{{"x", "y"}, 2, BYTES("\x03\x00\x09\x00")},
};

static vv_status check_column(const pin *p, const char *tail, size_t tail_len, vv_error *err)
{
	vv_buf block = VV_BUF_INIT;
	vv_status rc;

	vv_buf_put(&block, "vvg\x01", 4);
	vv_buf_put_varint(&block, p->rows);
	vv_buf_put_varint(&block, 1);
	vv_buf_put_varint(&block, p->len);
	vv_buf_put(&block, p->bytes, p->len);
	vv_buf_put(&block, tail, tail_len);
	rc = vv_group_check(block.data, block.len, err);
	vv_buf_clear(&block);
	return rc;
}

static void what_the_encoder_would_not_write_is_refused(void **state)
{
	vv_error err;

	(void)state;
	for (size_t i = 0; i < sizeof pins / sizeof pins[0]; i++) {
		vv_assert_ok(check_column(&pins[i], "", 0, &err), &err);
		vv_assert_status(check_column(&pins[i], "x", 1, &err), VV_ECORRUPT, &err);
	}
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		vv_status rc = check_column(&refused[i], "", 0, &err);

		if (rc != VV_ECORRUPT)
			print_error("variant %zu\n", i);
		vv_assert_status(rc, VV_ECORRUPT, &err);
	}
}

static void heads_that_lie_are_refused(void **state)
{
	static const struct {
		size_t len;
		const char *bytes;
	} heads[] = {
		{BYTES("")},
		{BYTES("vvg")},
		{BYTES("vvg\x02\x01\x00")},
		{BYTES("vvc\x01\x01\x00")},
		{BYTES("vvg\x01")},
		{BYTES("vvg\x01\x00\x00")},             /* no rows */
		{BYTES("vvg\x01\x81\x00\x00")},         /* a longer varint */
		{BYTES("vvg\x01\x01\x01\x00")},         /* an empty column */
		{BYTES("vvg\x01\x01\x01\x03\x10\x01")}, /* a column past the end */
		{BYTES("vvg\x01\x01\x01\x03\x10\x01\x00")}, /* a last column that is all absent */
		{BYTES("vvg\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00")},
		{BYTES("vvg\x01\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")},
		{BYTES("vvg\x01\x80\x80\x40\x02\x02\x02\x00\x00\x00\x00")}, /* 2^20 rows of two columns */
		{BYTES("vvg\x01\x81\x80\x40\x00")},                         /* more rows than 2^20 */
		{BYTES("vvg\x01\x02\x02\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00\x00")},
	};
	vv_error err;

	(void)state;
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		char *copy = malloc(heads[i].len + 1);

		memcpy(copy, heads[i].bytes, heads[i].len);
		vv_assert_status(vv_group_check(copy, heads[i].len, &err), VV_ECORRUPT, &err);
		free(copy);
	}
	/* rows without a single cell that is not absent are a table too */
	vv_assert_ok(vv_group_check("vvg\x01\x05\x00", 6, &err), &err);
}

/* Reads what a block says, whatever it is; the check must agree with itself. */
static void survive(const uint8_t *bytes, size_t len)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_group g;
	vv_error err;
	vv_status checked = vv_group_check(bytes, len, &err);

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
			for (uint32_t k = 0; k < cells[i].len && k < 64; k++)
				sum += (unsigned char)cells[i].text[k];
			if (cells[i].len > 0)
				sum += (unsigned char)cells[i].text[cells[i].len - 1];
		}
		assert_true(sum < UINT64_MAX);
		if (checked == VV_OK)
			assert_int_equal(rc, VV_OK);
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

		columns_make(&t, 1 + (size_t)vv_prng_below(&r, 40), 1 + (size_t)vv_prng_below(&r, 4), &r);
		block = encode(&t);
		bytes = malloc(block.len);
		for (size_t at = 0; at < block.len; at++) {
			for (int way = 0; way < 3; way++) {
				memcpy(bytes, block.data, block.len);
				bytes[at] ^= (uint8_t)(way == 0 ? 1 : way == 1 ? 0x80 : 1 + vv_prng_below(&r, 255));
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

		columns_make(&t, 1 + (size_t)vv_prng_below(&r, 30), 1 + (size_t)vv_prng_below(&r, 4), &r);
		block = encode(&t);
		for (size_t len = 0; len < block.len; len++) {
			uint8_t *bytes = malloc(len + 1);
			vv_error err;

			memcpy(bytes, block.data, len);
			vv_assert_status(vv_group_check(bytes, len, &err), VV_ECORRUPT, &err);
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
	for (size_t i = 0; i < 12; i++)
		cells[i] = (vv_cell){i % 4 == 1 ? "x" : NULL, i % 4 == 1, i % 4 == 1 ? VV_CELL_TEXT : VV_CELL_ABSENT, 0, 0};
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
	vv_assert_status(vv_group_encode(e, &out, cells, rows, 2, 2, NULL, NULL, &err), VV_EREFUSED, &err);
	vv_assert_status(vv_group_encode(e, &out, cells, 0, 2, 2, NULL, NULL, &err), VV_EREFUSED, &err);
	vv_assert_ok(vv_group_encode(e, &out, cells, rows - 1, 2, 2, NULL, NULL, &err), &err);
	vv_assert_ok(vv_group_check(out.data, out.len, &err), &err);
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
	vv_assert_ok(vv_group_encode(e, &out, cells, rows, columns_count, columns_count, NULL, NULL, &err), &err);
	assert_true(out.len <= VV_BLOCK_MAX);
	vv_assert_ok(vv_group_check(out.data, out.len, &err), &err);
	free(cells);
	free(text);
	vv_buf_clear(&out);
	vv_group_encoder_free(e);
}

static void numbers_that_are_longer_as_numbers_stay_text(void **state)
{
	/* one long number among short ones: eight bytes each would be more than the text */
	static const char *const texts[] = {"1", "2", "3", "9223372036854775807", "5", "6", "7", "8", "9", "0"};
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

static void on_values(void *payload, size_t column, const vv_cell *values, size_t count)
{
	told *t = payload;

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
			for (size_t row = 0; row < t.rows; row++)
				vv_infer_cells(&all[c], &t.cells[row * 5 + c], 1);
		}
		vv_assert_ok(vv_group_encode(e, &out, t.cells, t.rows, 5, 5, on_values, &to, &err), &err);
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

/* ---- faults, and the two forms of planes ---- */

static vv_status encode_and_check(void *payload, vv_error *err)
{
	const columns *t = payload;
	vv_group_encoder *e = vv_group_encoder_new();
	vv_buf out = VV_BUF_INIT;
	vv_status rc = e ? vv_group_encode(e, &out, t->cells, t->rows, t->count, t->count, NULL, NULL, err)
			 : vv_fail_nomem(err);

	if (rc >= 0)
		rc = vv_group_check(out.data, out.len, err);
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
	for (size_t c = 0; c < COLUMN_KINDS; c++)
		column_fill(&t, c, (int)c, c % 3 ? 0 : 20, false, c % 4 == 1 ? 4 : 0, &r);
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
			uint64_t kept = width == 8 ? values[k] : values[k] & (((uint64_t)1 << (8 * width)) - 1);

			assert_true(back[k] == kept && again[k] == kept);
		}
	}
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_tables_come_back_exactly),
		cmocka_unit_test(every_kind_of_column_comes_back_at_every_length),
		cmocka_unit_test(rows_may_stand_apart_and_the_encoder_be_used_again),
		cmocka_unit_test(encodings_are_pinned_byte_for_byte),
		cmocka_unit_test(what_the_encoder_would_not_write_is_refused),
		cmocka_unit_test(heads_that_lie_are_refused),
		cmocka_unit_test(any_flipped_byte_is_survived),
		cmocka_unit_test(any_shortened_block_is_refused),
		cmocka_unit_test(columns_that_are_all_absent_at_the_end_are_left_out),
		cmocka_unit_test(too_many_cells_are_refused),
		cmocka_unit_test(the_largest_group_fits_a_block),
		cmocka_unit_test(numbers_that_are_longer_as_numbers_stay_text),
		cmocka_unit_test(the_values_told_give_the_types_of_all_values),
		cmocka_unit_test(every_failed_allocation_is_reported),
		cmocka_unit_test(both_forms_of_planes_give_the_same_bytes),
	};

	return vv_test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
