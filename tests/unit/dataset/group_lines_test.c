#include "dataset/format/group_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataset/format/row_write.h"
#include "dataset/format/spelling.h"
#include "tests/unit/dataset/group_support.h"

#define COLUMNS 11

static uint32_t seed;
static size_t decoded; /* columns that the last lines_of read cell by cell */

static uint32_t draw(uint32_t below)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 8) % below;
}

/* A value of the kind of a column: together they reach every encoding of a group. */
static size_t value(char *to, size_t room, size_t column)
{
	static const char *const words[] = {"red", "", "gr\"een", "blue, dark", "a\nb"};
	static const char *const texts[] = {"plain", "it's", "x;y", "", "back\\slash", "tab\there"};
	unsigned n = draw(100000), small = draw(200);

	switch (column) {
	case 0:
		return (size_t)snprintf(to, room, "%s", words[2]);
	case 1:
		return (size_t)snprintf(to, room, "%s", words[draw(5)]);
	case 2:
		return (size_t)snprintf(to, room, "%d", (int)small - 100);
	case 3:
		return (size_t)snprintf(to, room, "%u%05u", small, n);
	case 4:
		return (size_t)snprintf(to, room, "-%u.%03u", small + 1, n % 1000);
	case 5:
		return n % 5 == 0 ? 0 : (size_t)snprintf(to, room, "%u.%u", n, 1 + small % 9);
	case 6:
		return (size_t)snprintf(to, room, "20%02u-0%u-1%u", n % 100, 1 + small % 9, n % 9);
	case 7:
		return (size_t)snprintf(to, room, "2024-02-29T1%u:0%u:00Z", n % 9, small % 9);
	case 8:
		return (size_t)snprintf(to, room, "%x-a text without marks %u", n, small);
	case 9:
		return (size_t)snprintf(to, room, "%u%s%u", n, texts[draw(6)], small);
	default:
		return n % 3 == 0 ? 0 : (size_t)snprintf(to, room, "%u", n % 7);
	}
}

static void fill(columns *t, char *texts, size_t rows)
{
	memset(t, 0, sizeof *t);
	t->rows = rows;
	t->count = COLUMNS;
	t->cells = calloc(rows * COLUMNS, sizeof *t->cells);
	assert_non_null(t->cells);
	for (size_t i = 0; i < rows * COLUMNS; i++) {
		char *text = texts + i * 64;
		t->cells[i].len = (uint32_t)value(text, 64, i % COLUMNS);
		t->cells[i].text = text;
	}
}

/* What the cells give row by row. */
static void write_rows(vv_buf *out, const vv_dialect *d, const columns *t, bool end_last)
{
	vv_row_writer *w;
	vv_error err;
	size_t len;
	const char *end = vv_dialect_row_end(d, &len);

	vv_assert_ok(vv_row_writer_new(&w, d, t->count, NULL, NULL, &err), &err);
	for (size_t r = 0; r < t->rows; r++) {
		vv_row_write(w, out, t->cells + r * t->count, t->count);
		vv_buf_put(out, end, r + 1 < t->rows || end_last ? len : 0);
	}
	vv_row_writer_free(w);
}

/* 1, and out the lines; or what vv_group_lines says. most: SIZE_MAX for the right length. */
static int lines_of(vv_buf *out, const vv_dialect *d, const columns *t, size_t wide, size_t most,
		    bool end_last, vv_error *err)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_buf block = encode(t);
	vv_cell *cells = calloc(t->rows * wide, sizeof *cells);
	uint8_t *bytes = malloc(block.len + VV_GROUP_SLACK);
	vv_group g;

	assert_true(cells && bytes);
	memcpy(bytes, block.data, block.len);
	vv_assert_ok(vv_group_open(&g, bytes, block.len, err), err);
	int rc = vv_group_lines(out, &g, d, wide, most, end_last, cells, &arena, err);
	decoded = 0;
	for (size_t c = 0; c < wide; c++) {
		decoded += cells[c * t->rows].text != NULL;
	}
	vv_group_close(&g);
	free(bytes);
	free(cells);
	vv_buf_clear(&block);
	vv_arena_clear(&arena);
	return rc;
}

static vv_dialect some_dialect(uint8_t quoting[COLUMNS])
{
	static const vv_newline ends[] = {VV_LF, VV_CRLF, VV_CR};
	vv_dialect d;

	vv_dialect_init(&d);
	d.delimiter = (uint8_t) ",;\t.-5 "[draw(7)];
	d.quote = (uint8_t) "\"'\0"[draw(3)];
	d.escape = draw(3) == 0 ? '\\' : 0;
	d.newline = ends[draw(3)];
	for (size_t c = 0; c < COLUMNS; c++) {
		quoting[c] = (uint8_t)(VV_QUOTE_MINIMAL + draw(4));
	}
	d.quoting = quoting;
	d.quoting_count = draw(2) ? COLUMNS : draw(COLUMNS);
	return d;
}

static void columns_give_what_rows_give(void **state)
{
	static const size_t rows[] = {1, 2, 63, 64, 300};
	static char texts[300 * COLUMNS * 64];

	(void)state;
	seed = 7;
	for (int trial = 0; trial < 300; trial++) {
		uint8_t quoting[COLUMNS];
		vv_dialect d = some_dialect(quoting);
		vv_buf wanted = VV_BUF_INIT, found = VV_BUF_INIT;
		bool end_last = draw(2);
		columns t;
		vv_error err;

		fill(&t, texts, rows[draw(5)]);
		write_rows(&wanted, &d, &t, end_last);
		vv_buf_puts(&found, "before");
		assert_int_equal(lines_of(&found, &d, &t, COLUMNS, wanted.len, end_last, &err), 1);
		assert_int_equal(found.len, wanted.len + 6);
		assert_memory_equal(found.data + 6, wanted.data, wanted.len);
		vv_buf_clear(&wanted);
		vv_buf_clear(&found);
		free(t.cells);
	}
}

static void only_columns_with_long_texts_are_read_cell_by_cell(void **state)
{
	static char texts[300 * COLUMNS * 64];
	vv_dialect d;
	vv_buf out = VV_BUF_INIT;
	columns t;
	vv_error err;

	(void)state;
	vv_dialect_init(&d);
	seed = 10;
	fill(&t, texts, 300);
	assert_int_equal(lines_of(&out, &d, &t, COLUMNS, SIZE_MAX, true, &err), 1);
	assert_int_equal(decoded, 3); /* 7, 8 and 9 */
	vv_buf_clear(&out);
	free(t.cells);
}

static void no_more_text_is_made_than_the_layout_says(void **state)
{
	static char texts[100 * COLUMNS * 64];
	vv_dialect d;
	vv_buf wanted = VV_BUF_INIT, found = VV_BUF_INIT;
	columns t;
	vv_error err;

	(void)state;
	vv_dialect_init(&d);
	seed = 8;
	fill(&t, texts, 100);
	write_rows(&wanted, &d, &t, true);
	assert_int_equal(lines_of(&found, &d, &t, COLUMNS, wanted.len / 2, true, &err),
			 VV_ECORRUPT);
	assert_int_equal(found.len, 0);
	vv_buf_clear(&wanted);
	vv_buf_clear(&found);
	free(t.cells);
}

static void what_is_not_whole_rows_of_csv_is_left_to_rows(void **state)
{
	static char texts[100 * COLUMNS * 64];
	vv_dialect d;
	vv_buf out = VV_BUF_INIT;
	columns t;
	vv_error err;

	(void)state;
	vv_dialect_init(&d);
	seed = 9;
	fill(&t, texts, 100);
	assert_int_equal(lines_of(&out, &d, &t, COLUMNS + 1, SIZE_MAX, true, &err), 0);
	d.form = VV_FORM_NDJSON;
	assert_int_equal(lines_of(&out, &d, &t, COLUMNS, SIZE_MAX, true, &err), 0);
	d.form = VV_FORM_CSV;
	t.cells[COLUMNS + 3] = (vv_cell){.state = VV_CELL_ABSENT};
	assert_int_equal(lines_of(&out, &d, &t, COLUMNS, SIZE_MAX, true, &err), 0);
	assert_int_equal(out.len, 0);
	vv_buf_clear(&out);
	free(t.cells);
}

/* What spell_write_decimal has to write, digit by digit. */
static void decimal_of(char to[64], int64_t v, unsigned scale, unsigned keep)
{
	char digits[32];
	size_t len, before;
	const uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	len = (size_t)snprintf(digits, sizeof(digits), "%0*llu", (int)scale + 1,
			       (unsigned long long)u);
	before = len - scale;
	while (len > before + keep && digits[len - 1] == '0') {
		len--;
	}
	snprintf(to, 64, "%s%.*s%s%.*s", v < 0 ? "-" : "", (int)before, digits,
		 len > before ? "." : "", (int)(len - before), digits + before);
}

static void decimals_are_their_digits(void **state)
{
	uint64_t x = 88172645463325252u;
	char want[64], got[VV_SPELL_MAX];

	(void)state;
	for (unsigned n = 0; n < 400000; n++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		const unsigned scale = 1 + n % 18, kind = n / 18 % 3;
		const unsigned keep = kind == 0 ? scale : kind - 1;
		const uint64_t zeros = spell_power[n / 54 % 19];
		const uint64_t u = (x >> (1 + n % 63)) / zeros * zeros;
		const int64_t v = n & 1 ? (int64_t)(0 - u) : (int64_t)u;

		decimal_of(want, v, scale, keep);
		const size_t len = spell_write_decimal(got, v, scale, keep);
		assert_int_equal(len, strlen(want));
		assert_memory_equal(got, want, len);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(decimals_are_their_digits),
	cmocka_unit_test(columns_give_what_rows_give),
	cmocka_unit_test(only_columns_with_long_texts_are_read_cell_by_cell),
	cmocka_unit_test(no_more_text_is_made_than_the_layout_says),
	cmocka_unit_test(what_is_not_whole_rows_of_csv_is_left_to_rows),
};

VV_TEST_SUITE(group_lines)
