/*
 * Applies the input as row edits to a group: no input causes a crash. First byte: which group; then
 * the second half of the input is the group itself, unchanged. If edits can be made between
 * the input's group and a known group, they reproduce it exactly.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataset/format/group.h"
#include "dataset/format/group_edit.h"
#include "repo/blocks/store.h"
#include "tests/fuzz/fuzz.h"

#define ROWS 40u
#define COLUMNS 6u

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

/* A group with each kind of column. */
static void known_group(vv_buf *out, size_t skip)
{
	static char texts[ROWS][COLUMNS][24];
	static vv_cell cells[ROWS * COLUMNS];
	vv_group_encoder *e = vv_group_encoder_new();
	size_t n = 0;

	require(e != NULL);
	for (size_t r = 0; r < ROWS; r++) {
		const char *kinds[COLUMNS];

		if (r == skip) {
			continue;
		}
		(void)snprintf(texts[r][0], 24, "%zu", 100 + 7 * r);
		(void)snprintf(texts[r][1], 24, "%zu.%02zu", r * 37 % 100, r * 11 % 100);
		(void)snprintf(texts[r][2], 24, "%s", r % 3 ? "ASPH" : "TURF");
		(void)snprintf(texts[r][3], 24, "name %zu", r * r);
		(void)snprintf(texts[r][4], 24, "%s", r % 4 ? "2024-01-02" : "");
		(void)snprintf(texts[r][5], 24, "one");
		for (size_t c = 0; c < COLUMNS; c++, n++) {
			kinds[c] = texts[r][c];
			cells[n] = (vv_cell){.text = kinds[c], .len = (uint32_t)strlen(kinds[c])};
		}
	}
	require(vv_group_encode(e, out, cells, n / COLUMNS, COLUMNS, COLUMNS, NULL, NULL, NULL) ==
		VV_OK);
	vv_group_encoder_free(e);
}

static void try_apply(const void *base, size_t base_len, const uint8_t *edits, size_t len)
{
	static uint8_t made[1 << 16];
	vv_error err;

	for (size_t size = 0; size <= sizeof made; size = size ? size * 16 : 700) {
		vv_status rc = vv_group_edit_apply(made, size, base, base_len, edits, len, &err);

		require(rc == VV_OK || rc == VV_ECORRUPT);
	}
}

static void try_make(const vv_buf *base, const uint8_t *data, size_t size)
{
	vv_buf edits = VV_BUF_INIT;
	uint8_t *made = malloc(size + 1);

	require(made != NULL);
	require(vv_group_edit_make(&edits, data, size, base->data, base->len, NULL) == VV_OK);
	if (edits.len > 0) {
		require(vv_group_edit_apply(made, size, base->data, base->len, edits.data,
					    edits.len, NULL) == VV_OK);
		require(memcmp(made, data, size) == 0);
	}
	vv_buf_clear(&edits);
	free(made);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vv_buf base = VV_BUF_INIT, other = VV_BUF_INIT;

	if (size == 0) return 0;
	known_group(&base, ROWS);
	known_group(&other, data[0] % ROWS);
	try_make(&base, (const uint8_t *)other.data, other.len);
	try_apply(base.data, base.len, data + 1, size - 1);
	try_apply(data + 1 + size / 2, size - 1 - size / 2, data + 1, size / 2);
	try_make(&base, data + 1, size - 1);
	vv_buf_clear(&base);
	vv_buf_clear(&other);
	return 0;
}
