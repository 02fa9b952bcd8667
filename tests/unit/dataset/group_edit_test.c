/*
 * Row edits give back exactly the group that they were made for, whatever its columns are; and what is
 * no such edits, or is applied to another base, ends well.
 */
#include "dataset/format/group_edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "repo/blocks/store.h"
#include "tests/unit/dataset/group_support.h"

#define COLUMNS 4u

/* Two draws of columns of the same kinds. */
static void draw(columns *a, columns *b, size_t rows, vv_prng *r)
{
	columns_make(a, rows, COLUMNS, r);
	columns_make(b, rows, COLUMNS, r);
	for (size_t c = 0; c < COLUMNS; c++) {
		int kind = (int)vv_prng_below(r, COLUMN_KINDS);
		unsigned empties = vv_prng_below(r, 2) ? 0 : 30;
		bool equal = vv_prng_below(r, 9) == 0;
		int states = vv_prng_below(r, 3) ? 0 : (int)vv_prng_below(r, 6);

		column_fill(a, c, kind, empties, equal, states, r);
		column_fill(b, c, kind, empties, equal, states, r);
	}
}

/* The rows of a with so many in a thousand taken out, put in from b, or changed in a cell. Its cells are
 * those of a and b. */
static columns edited(const columns *a, const columns *b, unsigned in_thousand, vv_prng *r)
{
	columns c = {.count = a->count};

	c.cells = malloc((2 * a->rows + 1) * a->count * sizeof *c.cells);
	assert_non_null(c.cells);
	for (size_t i = 0; i < a->rows; i++) {
		const vv_cell *other = &b->cells[i * b->count];
		vv_cell *row = &c.cells[c.rows * c.count];

		if (vv_prng_below(r, 1000) < in_thousand) {
			memcpy(row, other, c.count * sizeof *row);
			row += c.count;
			c.rows++;
		}
		if (c.rows > 0 && vv_prng_below(r, 1000) < in_thousand) {
			continue;
		}
		memcpy(row, &a->cells[i * a->count], c.count * sizeof *row);
		if (vv_prng_below(r, 1000) < in_thousand) {
			size_t k = (size_t)vv_prng_below(r, c.count);
			row[k] = other[k];
		}
		c.rows++;
	}
	return c;
}

/* Made and applied, in memory of exactly the lengths; how long the edits are. */
static size_t there_and_back(const vv_buf *raw, const vv_buf *base)
{
	vv_buf edits = VV_BUF_INIT;
	vv_error err;
	size_t len;

	vv_assert_ok(vv_group_edit_make(&edits, raw->data, raw->len, base->data, base->len, &err),
		     &err);
	len = edits.len;
	if (len > 0) {
		uint8_t *made = malloc(raw->len), *list = malloc(len), *from = malloc(base->len);

		assert_true(made && list && from);
		memcpy(list, edits.data, len);
		memcpy(from, base->data, base->len);
		vv_assert_ok(vv_group_edit_apply(made, raw->len, from, base->len, list, len, &err),
			     &err);
		assert_memory_equal(made, raw->data, raw->len);
		vv_assert_status(
			vv_group_edit_apply(made, raw->len - 1, from, base->len, list, len, &err),
			VV_ECORRUPT, &err);
		free(made);
		free(list);
		free(from);
	}
	vv_buf_clear(&edits);
	return len;
}

static void edits_give_back_the_group(void **state)
{
	static const unsigned changes[] = {0, 2, 20, 100, 500};
	unsigned few = 0, told = 0;
	vv_prng r;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		if (!vv_test_sampled((size_t)i, 3)) {
			continue;
		}
		vv_prng_init(&r, 12 + (uint64_t)i);
		size_t rows = 1 + (size_t)vv_prng_below(&r, i % 10 == 0 ? 900 : 60);
		unsigned in_thousand = changes[vv_prng_below(&r, 5)];
		columns a, b, c;
		vv_buf base, raw;
		size_t len;

		draw(&a, &b, rows, &r);
		c = edited(&a, &b, in_thousand, &r);
		base = encode(&a);
		raw = encode(&c);
		len = there_and_back(&raw, &base);
		few += in_thousand <= 20 && rows > 100;
		told += in_thousand <= 20 && rows > 100 && len > 0;
		(void)there_and_back(&base, &raw);
		vv_buf_clear(&base);
		vv_buf_clear(&raw);
		free(c.cells);
		columns_clear(&a);
		columns_clear(&b);
	}
	/* groups whose states of cells change so that the last column goes away are few */
	assert_true(few > 20 && told >= few * 9 / 10);
}

/* A table as people have them, without the rows that skip says, and with a row put in at `in`. */
static vv_buf airports(size_t rows, size_t skip, size_t in)
{
	columns t = {.count = 8};
	vv_buf out;

	t.cells = calloc((rows + 1) * t.count, sizeof *t.cells);
	assert_non_null(t.cells);
	for (size_t i = 0; i <= rows; i++) {
		const unsigned n = (unsigned)(i * 2654435761u % 100000);
		vv_cell *row = &t.cells[t.rows * t.count];
		char *texts[8];

		if (i == skip || (i == in && in == rows)) {
			continue;
		}
		if (i == rows) {
			break;
		}
		texts[0] = vv_arena_printf(&t.arena, "%zu", 1000 + 3 * i);
		texts[1] = vv_arena_printf(&t.arena, "K%04u", n % 10000);
		texts[2] = vv_arena_printf(&t.arena, "%s", n % 7 == 0 ? "TURF" : "ASPH");
		texts[3] = vv_arena_printf(&t.arena, "%u.%05u", n % 90, n);
		texts[4] = vv_arena_printf(&t.arena, "%s", n % 3 == 0 ? "" : "1980-01-01");
		texts[5] = vv_arena_printf(&t.arena, "%u", n % 12000);
		texts[6] = vv_arena_printf(&t.arena, "Airport %u of the town", n);
		texts[7] = vv_arena_printf(&t.arena, "%s", i == in ? "new" : "open");
		for (size_t c = 0; c < t.count; c++) {
			row[c].text = texts[c];
			row[c].len = (uint32_t)strlen(texts[c]);
		}
		t.rows++;
	}
	out = encode(&t);
	free(t.cells);
	vv_arena_clear(&t.arena);
	return out;
}

static void a_row_in_or_out_takes_little_more_than_itself(void **state)
{
	enum { ROWS = 400, NOWHERE = 5000 };
	vv_buf base = airports(ROWS, NOWHERE, NOWHERE);

	(void)state;
	for (size_t at = 0; at < ROWS; at += 57) {
		vv_buf less = airports(ROWS, at, NOWHERE), other = airports(ROWS, NOWHERE, at);

		assert_in_range(there_and_back(&less, &base), 4, 16); /* a row out */
		assert_in_range(there_and_back(&base, &less), 30, 90);
		/* one cell, whose text makes a dictionary of a column that had one value: a byte a row */
		assert_in_range(there_and_back(&other, &base), 10, ROWS + 40);
		vv_buf_clear(&less);
		vv_buf_clear(&other);
	}
	vv_buf_clear(&base);
}

/* What is common to all numbers of a column is in its head: with another, the edits bring one. */
static void numbers_whose_head_changes_are_told_by_edits(void **state)
{
	enum { ROWS = 300 };
	static const char *const others[] = {"4999", "", "70000"};
	static char texts[ROWS][8];
	const char *rows[ROWS];

	(void)state;
	for (unsigned i = 0; i < ROWS; i++) {
		(void)snprintf(texts[i], sizeof(texts[i]), "%u", 5000 + i * i * 7919 % 997);
	}
	for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); k++) {
		columns a, b;
		vv_buf base, raw;

		for (unsigned i = 0; i < ROWS; i++) {
			rows[i] = texts[i];
		}
		one_column(&a, rows, ROWS);
		rows[170] = others[k];
		one_column(&b, rows, ROWS);
		base = encode(&a);
		raw = encode(&b);
		assert_in_range(there_and_back(&raw, &base), 1, 30);
		assert_in_range(there_and_back(&base, &raw), 1, 30);
		vv_buf_clear(&base);
		vv_buf_clear(&raw);
		free(a.cells);
		free(b.cells);
	}
}

static void groups_without_rows_in_common_are_not_told_by_edits(void **state)
{
	columns a, b;
	vv_buf x, y, junk = VV_BUF_INIT, edits = VV_BUF_INIT;
	vv_error err;
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 5);
	columns_make(&a, 300, 2, &r);
	columns_make(&b, 300, 2, &r);
	for (size_t c = 0; c < 2; c++) {
		column_fill(&a, c, 20, 0, false, 0, &r);
		column_fill(&b, c, 20, 0, false, 0, &r);
	}
	x = encode(&a);
	y = encode(&b);
	assert_int_equal(there_and_back(&x, &y), 0);
	vv_buf_puts(&junk, "vvg\x01 and no group");
	vv_assert_ok(vv_group_edit_make(&edits, x.data, x.len, junk.data, junk.len, &err), &err);
	assert_int_equal(edits.len, 0);
	vv_assert_ok(vv_group_edit_make(&edits, junk.data, junk.len, x.data, x.len, &err), &err);
	assert_int_equal(edits.len, 0);
	vv_buf_clear(&x);
	vv_buf_clear(&y);
	vv_buf_clear(&junk);
	vv_buf_clear(&edits);
	columns_clear(&a);
	columns_clear(&b);
}

/* Damaged edits give damage or some block of that length, and touch nothing else. */
static void damaged_edits_and_bases_end_well(void **state)
{
	vv_prng r;

	(void)state;
	for (int i = 0; i < 1500; i++) {
		if (!vv_test_sampled((size_t)i, 4)) {
			continue;
		}
		vv_prng_init(&r, 77 + (uint64_t)i);
		size_t rows = 1 + (size_t)vv_prng_below(&r, 120);
		vv_buf edits = VV_BUF_INIT, base, raw;
		columns a, b, c;
		vv_error err;

		draw(&a, &b, rows, &r);
		c = edited(&a, &b, 60, &r);
		base = encode(&a);
		raw = encode(&c);
		vv_assert_ok(
			vv_group_edit_make(&edits, raw.data, raw.len, base.data, base.len, &err),
			&err);
		for (int k = 0; edits.len > 0 && k < 30; k++) {
			size_t len = k % 3 ? edits.len : (size_t)vv_prng_below(&r, edits.len);
			uint8_t *list = malloc(len + !len), *from = malloc(base.len),
				*made = malloc(raw.len);
			vv_status rc;

			assert_true(list && from && made);
			memcpy(list, edits.data, len);
			memcpy(from, base.data, base.len);
			if (len > 0) {
				list[vv_prng_below(&r, len)] = (uint8_t)vv_prng_u64(&r);
			}
			if (k % 5 == 0) {
				from[vv_prng_below(&r, base.len)] ^= (uint8_t)vv_prng_u64(&r);
			}
			rc = vv_group_edit_apply(made, raw.len, from, base.len, list, len, &err);
			assert_true(rc == VV_OK || rc == VV_ECORRUPT);
			if (k % 5 == 0) { /* nor may the maker trust what it is given */
				vv_buf again = VV_BUF_INIT;

				vv_assert_ok(vv_group_edit_make(&again, raw.data, raw.len, from,
								base.len, &err),
					     &err);
				vv_buf_clear(&again);
			}
			free(list);
			free(from);
			free(made);
		}
		vv_buf_clear(&edits);
		vv_buf_clear(&base);
		vv_buf_clear(&raw);
		free(c.cells);
		columns_clear(&a);
		columns_clear(&b);
	}
}

/* Few bytes that ask for much. Base: two rows, one column of texts that are all as long. */
static void edits_that_ask_for_much_are_refused(void **state)
{
	static const struct {
		const char *edits;
		size_t len;
	} hostile[] = {
		{"\x01\x00\x00\xff\xff\xff\xff\x0f\x00", 9},      /* rows in: 2^32 - 1 */
		{"\x01\x00\x00\x80\x80\x80\x01\x00", 8},          /* 2^21 */
		{"\x01\x00\x00\xff\xff\x3f\x00\xff\xff\x3f", 10}, /* 2^20 - 1, and no texts */
		{"\x01\x03\x00\x00\x00", 5},                      /* keeps more than there is */
		{"\x01\x00\x03\x00\x00", 5},                      /* so many out */
		{"\x01\x00\x02\x00\x00", 5},                      /* all out */
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10}, /* 2^64 - 1 places */
		{"\x00\x01\x00\x01\xff\xff\xff\xff\x0f", 9},      /* a column of 2^32 - 1 bytes */
		{"\x00\x01\x00\x02\xff\xff\xff\xff\x0f", 9},      /* cells that change */
		{"\x00\x01\x01\x01", 4},                          /* a column that is not there */
		{"\x00\x01\x00\x04\x00\x08\x00", 7},              /* a head of numbers for texts */
		{"\x00\x01\x00\x08", 4},                          /* a mode that does not exist */
		{"\x01\x00\x00\x00\x00", 5}, /* a place where nothing happens */
		{"\x00\x00\x00", 3},         /* more than there is to say */
		{"", 0},
	};
	static const char *const texts[] = {"ab", "cd"};
	uint8_t made[64];
	vv_error err;
	columns t;
	vv_buf base;

	(void)state;
	one_column(&t, texts, 2);
	base = encode(&t);
	vv_assert_ok(vv_group_edit_apply(made, base.len, base.data, base.len, "\0\0", 2, &err),
		     &err);
	assert_memory_equal(made, base.data, base.len);
	for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
		vv_assert_status(vv_group_edit_apply(made, base.len, base.data, base.len,
						     hostile[i].edits, hostile[i].len, &err),
				 VV_ECORRUPT, &err);
	}
	vv_buf_clear(&base);
	free(t.cells);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(edits_give_back_the_group),
	cmocka_unit_test(a_row_in_or_out_takes_little_more_than_itself),
	cmocka_unit_test(numbers_whose_head_changes_are_told_by_edits),
	cmocka_unit_test(groups_without_rows_in_common_are_not_told_by_edits),
	cmocka_unit_test(damaged_edits_and_bases_end_well),
	cmocka_unit_test(edits_that_ask_for_much_are_refused),
};

VV_TEST_SUITE(group_edit)
