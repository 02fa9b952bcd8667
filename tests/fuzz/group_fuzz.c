/*
 * Reads the input as a row group: whatever it is, decoding and checking end well, and
 * what passes the check is what its cells are encoded to; looking without encoding finds
 * the same. Then cells are made of the input, encoded and decoded.
 */
#include <stdlib.h>
#include <string.h>

#include "dataset/format/group.h"
#include "dataset/format/group_proof.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/dataset/group_check.h"

#define CELLS_MAX 65536u
#define COLUMNS 3u

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

/* Reads every byte of a cell. */
static size_t touch(const vv_cell *cells, size_t count)
{
	size_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < cells[i].len; k += 13) {
			sum += (unsigned char)cells[i].text[k];
		}
		if (cells[i].len > 0) {
			sum += (unsigned char)cells[i].text[cells[i].len - 1];
		}
	}
	return sum;
}

static bool is_canonical(const vv_group *g)
{
	vv_group_encoder *e = vv_group_encoder_new();
	vv_arena arena = VV_ARENA_INIT;
	bool is = false;

	require(e != NULL);
	require(vv_group_is_canonical(NULL, e, g, &arena, &is, NULL) == VV_OK || !is);
	vv_group_encoder_free(e);
	vv_arena_clear(&arena);
	return is;
}

static void read_block(const uint8_t *data, size_t size)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_status checked = group_check(data, size, NULL), rc;
	vv_group g;

	if (vv_group_open(&g, data, size, NULL) < 0) {
		require(checked < 0);
		return;
	}
	if (g.rows * (g.columns + 1) <= CELLS_MAX) {
		vv_cell *cells = malloc(g.rows * (g.columns + 1) * sizeof(*cells));

		require(cells != NULL);
		rc = vv_group_decode(&g, cells, g.columns + 1, &arena, NULL);
		require(rc == VV_OK || checked < 0);
		if (rc == VV_OK) {
			(void)touch(cells, g.rows * (g.columns + 1));
		}
		free(cells);
		require(is_canonical(&g) == (checked == VV_OK));
	}
	vv_group_close(&g);
	vv_arena_clear(&arena);
}

/* Cells from bytes: a state and a length, then the text. */
static size_t make_cells(vv_cell *cells, size_t max, const uint8_t *data, size_t size)
{
	size_t n = 0, at = 0;

	while (n < max && at < size) {
		uint8_t head = data[at++];
		size_t len = head & 31;
		vv_cell *cell = &cells[n++];

		memset(cell, 0, sizeof(*cell));
		cell->state = head >> 6;
		if (cell->state == VV_CELL_ABSENT || cell->state == VV_CELL_NULL) {
			cell->state = head & 32 ? cell->state : VV_CELL_TEXT;
		}
		if (cell->state == VV_CELL_ABSENT || cell->state == VV_CELL_NULL) {
			continue;
		}
		len = len < size - at ? len : size - at;
		cell->text = (const char *)data + at;
		cell->len = (uint32_t)len;
		at += len;
	}
	return n / COLUMNS;
}

static void write_block(const uint8_t *data, size_t size)
{
	static vv_cell cells[900 * COLUMNS], back[900 * COLUMNS];
	size_t rows = make_cells(cells, 900 * COLUMNS, data, size);
	vv_group_encoder *e = vv_group_encoder_new();
	vv_arena arena = VV_ARENA_INIT;
	vv_buf out = VV_BUF_INIT;
	vv_group g;

	require(e != NULL);
	if (rows > 0) {
		require(vv_group_encode(e, &out, cells, rows, COLUMNS, COLUMNS, NULL, NULL, NULL) ==
			VV_OK);
		require(vv_group_open(&g, out.data, out.len, NULL) == VV_OK);
		require(g.rows == rows);
		require(vv_group_decode(&g, back, COLUMNS, &arena, NULL) == VV_OK);
		for (size_t i = 0; i < rows * COLUMNS; i++) {
			require(vv_cell_equal(&cells[i], &back[i]));
		}
		require(is_canonical(&g));
		vv_group_close(&g);
		require(group_check(out.data, out.len, NULL) == VV_OK);
	}
	vv_group_encoder_free(e);
	vv_buf_clear(&out);
	vv_arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_block(data, size);
	write_block(data, size);
	return 0;
}
