/*
 * Row groups that are stored in parts: each column read alone is the column, and comparing two of them finds what
 * comparing the whole groups finds.
 */
#include <stdlib.h>
#include <string.h>

#include "dataset/format/group_compare.h"
#include "dataset/format/list.h"
#include "repo/blocks/coder.h"
#include "repo/blocks/parts.h"
#include "tests/unit/dataset/group_support.h"

#define COLUMNS 12u

static const vv_block_codec codec = {NULL, NULL, vv_group_divide};

/* A store with these groups; theirs are the names. */
static vv_store *store_of(const char *dir, const vv_buf *groups, vv_cid *cids, size_t count)
{
	vv_store *s = NULL;
	vv_writer *w = NULL;
	vv_error err;

	vv_block_codec_register(&codec);
	vv_assert_ok(vv_store_open(&s, dir, true, &err), &err);
	vv_assert_ok(vv_writer_open(&w, s, 60000, &err), &err);
	for (size_t i = 0; i < count; i++) {
		vv_assert_ok(vv_cid_of(&cids[i], VV_CODEC_RAW, groups[i].data, groups[i].len, &err),
			     &err);
		vv_assert_ok(vv_writer_put(w, &cids[i], groups[i].data, groups[i].len, NULL, &err),
			     &err);
	}
	vv_assert_ok(vv_writer_commit(w, &err), &err);
	vv_writer_close(w);
	return s;
}

/* One column of a group that was just opened, in each way that there is. */
static void expect_column(const vv_sink *source, const vv_cid *cid, const columns *t, size_t c,
			  int way)
{
	vv_cell *cells = calloc(t->rows, sizeof(*cells));
	vv_arena arena = VV_ARENA_INIT;
	vv_parted p = {0};
	vv_group_run run;
	vv_group g;
	vv_error err;

	assert_non_null(cells);
	vv_assert_ok(vv_sink_get_parted(source, cid, &p, &err), &err);
	vv_assert_ok(vv_group_open_parted(&g, &p, &err), &err);
	const size_t left = p.left;
	if (way == 0) {
		vv_assert_ok(vv_group_column(&g, c, cells, 1, &arena, &err), &err);
		expect_cells(cells, 1, t->cells + c, t->count, t->rows);
	} else if (way == 1) {
		(void)vv_group_has_cell(&g, c);
		for (size_t r = 0; r < t->rows; r += 1 + t->rows / 9) {
			vv_assert_ok(vv_group_cell(&g, c, r, cells, &arena, &err), &err);
			expect_cells(cells, 1, t->cells + r * t->count + c, t->count, 1);
		}
	} else {
		vv_assert_ok(vv_group_run_of(&run, &g, c, false, &arena, &err), &err);
		for (size_t r = 0; r < t->rows; r++) {
			const vv_cell *cell = run.form == VV_RUN_SHARED
						      ? &run.cells[run.index ? run.index[r] : 0]
						      : &run.cells[r * run.stride];
			assert_true(vv_cell_equal(cell, &t->cells[r * t->count + c]));
		}
	}
	assert_true(p.left == left || p.left + 1 == left); /* one part at most, not all */
	vv_group_close(&g);
	vv_parted_clear(&p);
	vv_arena_clear(&arena);
	free(cells);
}

static void each_column_is_read_alone(void **state)
{
	vv_prng r;
	size_t parted = 0;

	(void)state;
	for (unsigned i = 0; i < 60; i++) {
		columns t;
		vv_cid cid;
		vv_sink source;
		vv_parted p = {0};
		vv_error err;

		if (!vv_test_sampled(i, 6)) {
			continue;
		}
		vv_prng_init(&r, 900 + i);
		columns_make(&t, 1 + (size_t)vv_prng_below(&r, 3000), COLUMNS, &r);
		vv_buf block = encode(&t);
		vv_store *s = store_of(vv_test_path("each%u", i), &block, &cid, 1);
		vv_sink_dry(&source, s);
		vv_assert_ok(vv_sink_get_parted(&source, &cid, &p, &err), &err);
		parted += p.left > 1;
		for (size_t c = 0; c < COLUMNS; c++) {
			expect_column(&source, &cid, &t, c, (int)(c + i) % 3);
		}
		vv_parted_clear(&p);
		vv_store_close(s);
		vv_buf_clear(&block);
		columns_clear(&t);
	}
	assert_true(parted > 3);
}

static void columns_compare_as_those_of_whole_groups(void **state)
{
	vv_prng r;

	(void)state;
	for (unsigned i = 0; i < 40; i++) {
		columns t;
		vv_cid cids[2];
		vv_sink source;
		vv_parted p = {0}, q = {0};
		vv_arena arena = VV_ARENA_INIT;
		vv_group a, b;
		vv_error err;

		if (!vv_test_sampled(i, 5)) {
			continue;
		}
		vv_prng_init(&r, 1300 + i);
		columns_make(&t, 500 + (size_t)vv_prng_below(&r, 1500), COLUMNS, &r);
		vv_buf blocks[2] = {encode(&t), VV_BUF_INIT};
		vv_cell was[COLUMNS], *cell;
		const size_t row = (size_t)vv_prng_below(&r, t.rows),
			     column = (size_t)vv_prng_below(&r, COLUMNS);
		memcpy(was, &t.cells[row * COLUMNS], sizeof(was));
		cell = &t.cells[row * COLUMNS + column];
		*cell = (vv_cell){.text = "other text", .len = 10};
		blocks[1] = encode(&t);
		vv_store *s = store_of(vv_test_path("compare%u", i), blocks, cids, 2);
		vv_sink_dry(&source, s);
		vv_assert_ok(vv_sink_get_parted(&source, &cids[0], &p, &err), &err);
		vv_assert_ok(vv_sink_get_parted(&source, &cids[1], &q, &err), &err);
		vv_assert_ok(vv_group_open_parted(&a, &p, &err), &err);
		vv_assert_ok(vv_group_open_parted(&b, &q, &err), &err);
		uint8_t *marks = calloc(t.rows, 1);
		assert_non_null(marks);
		for (size_t c = 0; c < COLUMNS; c++) {
			memset(marks, 0, t.rows);
			vv_assert_ok(vv_group_compare_column(marks, &a, c, &b, c, &arena, &err),
				     &err);
			for (size_t k = 0; k < t.rows; k++) {
				assert_int_equal(marks[k] != 0,
						 k == row && c == column &&
							 !vv_cell_equal(&was[c], cell));
			}
		}
		free(marks);
		vv_group_close(&a);
		vv_group_close(&b);
		vv_parted_clear(&p);
		vv_parted_clear(&q);
		vv_arena_clear(&arena);
		vv_store_close(s);
		vv_buf_clear(&blocks[0]);
		vv_buf_clear(&blocks[1]);
		columns_clear(&t);
	}
}

/* Parts cover columns whole, and leave the directory and short columns to the head. */
static void parts_are_columns(void **state)
{
	vv_prng r;
	columns t;
	vv_parts parts = {0};
	vv_group g;
	vv_error err;

	(void)state;
	vv_prng_init(&r, 77);
	columns_make(&t, 2000, COLUMNS, &r);
	vv_buf block = encode(&t);
	vv_assert_ok(vv_group_divide(&parts, block.data, block.len, &err), &err);
	assert_true(parts.count > 1);
	vv_assert_ok(vv_group_open(&g, block.data, block.len, &err), &err);
	size_t c = 0;
	for (size_t i = 0; i < parts.count; i++) {
		size_t len = 0;

		while (g.column[c] != g.bytes + parts.items[i].at) {
			assert_true(g.column_len[c++] < 64);
		}
		for (; len < parts.items[i].len; c++) {
			assert_true(len < 512);
			len += g.column_len[c];
		}
		assert_int_equal(len, parts.items[i].len);
	}
	vv_group_close(&g);
	vv_assert_ok(vv_group_divide(&parts, "vvc\x01 no group", 13, &err), &err);
	assert_int_equal(parts.count, 0);
	vv_parts_clear(&parts);
	vv_buf_clear(&block);
	columns_clear(&t);
}

static vv_status divide_without_seams(vv_parts *out, const void *bytes, size_t len, vv_error *err)
{
	vv_status rc = vv_group_divide(out, bytes, len, err);

	out->seam_count = 0;
	return rc;
}

static size_t stored_by(const vv_block_codec *by, const vv_buf *block)
{
	vv_coder_pool *pool = vv_coder_pool_new();
	vv_packed packed;
	vv_error err;

	assert_non_null(pool);
	vv_coder *c = vv_coder_take(pool, &err);
	assert_non_null(c);
	vv_block_codec_register(by);
	vv_coder_allow_parts(c, true);
	vv_assert_ok(vv_coder_whole(c, block->data, block->len, &packed, &err), &err);
	vv_coder_give(pool, c);
	vv_coder_pool_free(pool);
	return packed.len;
}

/* A seam is where bytes of another kind begin within a part: each kind is compressed by itself, and takes less. */
static void planes_marks_and_places_are_compressed_apart(void **state)
{
	static const vv_block_codec without = {NULL, NULL, divide_without_seams};
	size_t apart = 0, together = 0;
	vv_prng r;

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		columns t;
		vv_parts parts = {0};
		vv_error err;

		vv_prng_init(&r, 40 + i);
		columns_make(&t, 1200, COLUMNS, &r);
		vv_buf block = encode(&t);
		vv_assert_ok(vv_group_divide(&parts, block.data, block.len, &err), &err);
		assert_true(parts.seam_count > 0);
		for (size_t k = 0, p = 0; k < parts.seam_count; k++) {
			while (parts.seams[k] >= parts.items[p].at + parts.items[p].len) {
				assert_true(++p < parts.count);
			}
			assert_true(parts.seams[k] > parts.items[p].at);
			assert_true(k == 0 || parts.seams[k] > parts.seams[k - 1]);
		}
		apart += stored_by(&codec, &block);
		together += stored_by(&without, &block);
		vv_parts_clear(&parts);
		vv_buf_clear(&block);
		columns_clear(&t);
	}
	assert_true(apart < together);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_column_is_read_alone),
	cmocka_unit_test(columns_compare_as_those_of_whole_groups),
	cmocka_unit_test(parts_are_columns),
	cmocka_unit_test(planes_marks_and_places_are_compressed_apart),
};

VV_TEST_SUITE(group_parts)
