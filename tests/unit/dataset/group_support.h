/*
 * group_support: encodes tables, compares the decoded cells, and replaces columns of blocks.
 */
#ifndef VV_TESTS_UNIT_DATASET_GROUP_SUPPORT_H
#define VV_TESTS_UNIT_DATASET_GROUP_SUPPORT_H

#include "dataset/format/group.h"
#include "dataset/format/group_internal.h"
#include "tests/unit/dataset/columns.h"
#include "tests/unit/dataset/group_check.h"

/* Returns the row group of the table t, which the caller clears. */
static inline vv_buf encode(const columns *t)
{
	vv_group_encoder *e = vv_group_encoder_new();
	vv_buf out = VV_BUF_INIT;
	vv_error err;

	assert_non_null(e);
	vv_assert_ok(
		vv_group_encode(e, &out, t->cells, t->rows, t->count, t->count, NULL, NULL, &err),
		&err);
	vv_group_encoder_free(e);
	return out;
}

/* Asserts that the cells at `found`, `stride` cells apart, equal a column of `rows` rows in
 * `cells`, which has count cells a row. */
static inline void expect_cells(const vv_cell *found, size_t stride, const vv_cell *cells,
				size_t count, size_t rows)
{
	for (size_t r = 0; r < rows; r++) {
		const vv_cell *a = &found[r * stride], *b = &cells[r * count];

		assert_true(vv_cell_equal(a, b));
		assert_int_equal(a->flags, 0);
	}
}

/* Asserts that the block decodes to t: all at once, column by column, and cell by cell. */
static inline void expect_table(const vv_buf *block, const columns *t)
{
	vv_arena arena = VV_ARENA_INIT;
	size_t wide = t->count + 2;
	vv_cell *cells = calloc(t->rows * wide, sizeof *cells), *one = calloc(t->rows, sizeof *one);
	/* a copy of its own size, so that ASan sees a read beyond it */
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
		for (size_t r = 0; r < t->rows; r += 1 + t->rows / 50) {
			vv_assert_ok(vv_group_cell(&g, c, r, one, &arena, &err), &err);
			expect_cells(one, 1, t->cells + r * t->count + c, t->count, 1);
		}
	}
	for (size_t r = 0; r < t->rows; r++) {
		assert_int_equal(cells[r * wide + t->count].state, VV_CELL_ABSENT);
	}
	vv_group_close(&g);
	vv_assert_ok(group_check(bytes, block->len, &err), &err);
	vv_arena_clear(&arena);
	free(bytes);
	free(cells);
	free(one);
}

/* Returns a copy of the block whose column c has the bytes `column`. The caller clears it. */
static inline vv_buf with_column(const vv_buf *block, size_t c, const vv_buf *column)
{
	vv_buf out = VV_BUF_INIT;
	vv_error err;
	vv_group g;

	vv_assert_ok(vv_group_open(&g, block->data, block->len, &err), &err);
	vv_buf_put(&out, VV_GROUP_MAGIC, VV_GROUP_MAGIC_LEN);
	vv_buf_put_varint(&out, g.rows);
	vv_buf_put_varint(&out, g.columns);
	for (size_t i = 0; i < g.columns; i++) {
		vv_buf_put_varint(&out, i == c ? column->len : g.column_len[i]);
	}
	for (size_t i = 0; i < g.columns; i++) {
		if (i == c) {
			vv_buf_put(&out, column->data, column->len);
		} else {
			vv_buf_put(&out, g.column[i], g.column_len[i]);
		}
	}
	vv_group_close(&g);
	return out;
}

/* Makes a table of one column from texts, which are borrowed. A text "\x01" or "\x02" is a cell
 * with this state, and "\x03..." a cell with state 3 and the text after the first byte. */
static inline void one_column(columns *t, const char *const *texts, size_t rows)
{
	memset(t, 0, sizeof *t);
	t->rows = rows;
	t->count = 1;
	t->cells = calloc(rows, sizeof *t->cells);
	for (size_t i = 0; i < rows; i++) {
		unsigned state = (unsigned char)texts[i][0] < 4 ? (unsigned char)texts[i][0] : 0;

		t->cells[i].state = (uint8_t)state;
		t->cells[i].text = texts[i] + (state == 3);
		t->cells[i].len = (uint32_t)(state == 1 || state == 2 ? 0
								      : strlen(t->cells[i].text));
	}
}

#endif
