/*
 * A row group is found canonical exactly when encoding its cells gives it: held against the encoder with
 * groups as it makes them, with the same cells written in every other way, and with changed bytes.
 */
#include "dataset/format/group_proof.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataset/format/group_internal.h"
#include "dataset/format/planes.h"
#include "tests/unit/dataset/group_support.h"

typedef struct counts {
	size_t canonical, other, damaged;
} counts;

static vv_group_encoder *encoder;

static int setup(void **state)
{
	(void)state;
	encoder = vv_group_encoder_new();
	assert_non_null(encoder);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	vv_group_encoder_free(encoder);
	return 0;
}

/* Both answers about a block; they must be the same. */
static bool is_canonical(const vv_buf *block, counts *n)
{
	vv_arena arena = VV_ARENA_INIT;
	/* a copy without anything after it */
	uint8_t *bytes = malloc(block->len);
	bool is = false;
	vv_group g;
	vv_error err;

	assert_non_null(bytes);
	memcpy(bytes, block->data, block->len);
	if (vv_group_open(&g, bytes, block->len, &err) < 0) {
		n->damaged++;
		free(bytes);
		return false;
	}
	vv_status rc = vv_group_is_canonical(NULL, encoder, &g, &arena, &is, &err);
	vv_status encoded = group_check(bytes, block->len, &err);

	assert_true(rc == VV_OK || rc == VV_ECORRUPT);
	assert_true(encoded == VV_OK || encoded == VV_ECORRUPT);
	assert_int_equal(is, encoded == VV_OK);
	n->canonical += is;
	n->other += !is;
	vv_group_close(&g);
	vv_arena_clear(&arena);
	free(bytes);
	return is;
}

static void try_column(const vv_buf *block, size_t c, vv_buf *column, counts *n)
{
	if (column->len > 0) {
		vv_buf made = with_column(block, c, column);
		(void)is_canonical(&made, n);
		vv_buf_clear(&made);
	}
	vv_buf_clear(column);
}

/* ---- the same cells otherwise ---- */

static void put_texts(vv_buf *b, const vv_cell *cells, size_t rows)
{
	for (size_t r = 0; r < rows; r++) {
		vv_buf_put(b, cells[r].text, cells[r].len);
	}
}

static void put_as_text(vv_buf *b, const vv_cell *cells, size_t rows, int form)
{
	vv_buf_putc(b, GROUP_TEXT);
	vv_buf_putc(b, form);
	if (form == GROUP_LEN_EQUAL) {
		vv_buf_put_varint(b, cells[0].len);
	}
	for (size_t r = 0; r < rows && form != GROUP_LEN_EQUAL; r++) {
		if (form == GROUP_LEN_BYTES) {
			vv_buf_putc(b, (int)(cells[r].len & 255));
		} else {
			vv_buf_put_varint(b, cells[r].len);
		}
	}
	put_texts(b, cells, rows);
}

typedef enum dict_order { IN_ORDER, REVERSED, ONE_MORE, ONE_TWICE, DICT_ORDERS } dict_order;

/* Nothing where there are too many values. */
static void put_as_dict(vv_buf *b, const vv_cell *cells, size_t rows, dict_order order)
{
	const vv_cell *value[GROUP_DICT_MAX + 2];
	uint8_t *index = malloc(rows);
	size_t count = 0;

	assert_non_null(index);
	for (size_t r = 0; r < rows && count < GROUP_DICT_MAX - 1; r++) {
		size_t k = 0;
		while (k < count && !vv_cell_equal(value[k], &cells[r])) {
			k++;
		}
		if (k == count) {
			value[count++] = &cells[r];
		}
		index[r] = (uint8_t)k;
	}
	if (order == ONE_MORE) { /* which no row has, or which is there already */
		static const vv_cell none = {.text = "no such value", .len = 13};
		value[count++] = &none;
	} else if (order == ONE_TWICE) {
		value[count] = value[0];
		count++;
		index[rows - 1] = index[rows - 1] == 0 ? (uint8_t)(count - 1) : index[rows - 1];
	}
	if (count < GROUP_DICT_MAX - 1) {
		vv_buf_putc(b, GROUP_DICT);
		vv_buf_put_varint(b, count);
		for (size_t i = 0; i < count; i++) {
			vv_buf_put_varint(b, value[order == REVERSED ? count - 1 - i : i]->len);
		}
		for (size_t i = 0; i < count; i++) {
			const vv_cell *v = value[order == REVERSED ? count - 1 - i : i];
			vv_buf_put(b, v->text, v->len);
		}
		for (size_t r = 0; r < rows; r++) {
			vv_buf_putc(b, order == REVERSED ? (int)count - 1 - index[r] : index[r]);
		}
	}
	free(index);
}

static void put_as_const(vv_buf *b, const vv_cell *cells)
{
	vv_buf_putc(b, GROUP_CONST);
	vv_buf_put_varint(b, cells[0].len);
	vv_buf_put(b, cells[0].text, cells[0].len);
}

/* Numbers, as they are to be written. */
typedef struct wished {
	int encoding;
	unsigned form, scale, wider; /* wider: more bytes than needed */
	bool deltas, marks;          /* marks: of empty values, also where there are none */
	int base;                    /* 0: 0, 1: the least, 2: the first, 3: one below the least */
} wished;

static void put_numbers(vv_buf *b, const int64_t *v, size_t count, const uint8_t *empty,
			size_t rows, const wished *w)
{
	uint64_t *unit = malloc((count + 1) * sizeof *unit), all = 0;
	int64_t least = count > 0 ? v[0] : 0;
	bool some = count < rows || w->marks;

	assert_non_null(unit);
	for (size_t i = 0; i < count; i++) {
		least = v[i] < least ? v[i] : least;
	}
	uint64_t base = w->base == 0   ? 0
			: w->base == 1 ? (uint64_t)least
			: w->base == 2 ? (uint64_t)(count > 0 ? v[0] : 0)
				       : (uint64_t)least - 1;
	for (size_t i = 0; i < count; i++) {
		const uint64_t before = i > 0 ? (uint64_t)v[i - 1] : base;
		unit[i] = w->deltas ? group_zigzag((int64_t)((uint64_t)v[i] - before))
				    : (uint64_t)v[i] - base;
		all |= unit[i];
	}
	const unsigned width = (group_bit_len(all) + 7) / 8 + w->wider;
	if (width <= 8) {
		vv_buf_putc(b, w->encoding);
		vv_buf_putc(b, (int)((some ? GROUP_EMPTIES : 0u) | (w->deltas ? GROUP_DELTAS : 0u) |
				     w->form << GROUP_FORM_SHIFT));
		if (w->encoding == GROUP_DECIMAL || w->encoding == GROUP_DATETIME) {
			vv_buf_putc(b, (int)w->scale);
		}
		vv_buf_putc(b, (int)width);
		vv_buf_put_varint(b, group_zigzag((int64_t)base));
		for (size_t r = 0; some && r < rows; r++) {
			vv_buf_putc(b, empty[r]);
		}
		assert_true(vv_buf_reserve(b, count * width + 1));
		vv_planes_split((uint8_t *)b->data + b->len, unit, count, width);
		b->len += count * width;
	}
	free(unit);
}

static void try_numbers(const vv_buf *block, size_t c, const int64_t *v, size_t count,
			const uint8_t *empty, size_t rows, wished w, counts *n)
{
	for (unsigned i = 0; i < 4 * 2 * 2 * 2; i++) {
		vv_buf column = VV_BUF_INIT;

		w.base = (int)(i & 3);
		w.deltas = i >> 2 & 1;
		w.wider = i >> 3 & 1;
		w.marks = i >> 4 & 1;
		put_numbers(&column, v, count, empty, rows, &w);
		try_column(block, c, &column, n);
	}
}

static bool read_integer(int64_t *out, const vv_cell *cell)
{
	char text[32], again[32];

	if (cell->len == 0 || cell->len >= sizeof text) return false;
	memcpy(text, cell->text, cell->len);
	text[cell->len] = '\0';
	*out = strtoll(text, NULL, 10);
	snprintf(again, sizeof again, "%" PRId64, *out);
	return strcmp(text, again) == 0;
}

/* The texts as integers, where they are; and as decimals of a scale. */
static void try_integers(const vv_buf *block, size_t c, const vv_cell *cells, size_t rows,
			 counts *n)
{
	int64_t *v = malloc((rows + 1) * sizeof *v);
	uint8_t *empty = calloc(rows, 1);
	size_t count = 0;
	bool all = true;

	assert_true(v && empty);
	for (size_t r = 0; r < rows && all; r++) {
		empty[r] = cells[r].len == 0;
		if (!empty[r]) {
			all = read_integer(&v[count], &cells[r]);
			count++;
		}
	}
	if (all) {
		try_numbers(block, c, v, count, empty, rows, (wished){.encoding = GROUP_INTEGER},
			    n);
		try_numbers(block, c, v, count, empty, rows,
			    (wished){.encoding = GROUP_DECIMAL, .form = GROUP_TRIMMED, .scale = 1},
			    n);
	}
	free(v);
	free(empty);
}

/* A column of numbers in other forms, and at other scales. */
static void try_forms(const vv_buf *block, size_t c, counts *n)
{
	vv_arena arena = VV_ARENA_INIT;
	group_numbers in;
	vv_error err;
	vv_group g;

	vv_assert_ok(vv_group_open(&g, block->data, block->len, &err), &err);
	const uint8_t *p = g.column[c];
	const int encoding = *p;
	if (encoding >= GROUP_INTEGER && encoding <= GROUP_DATETIME &&
	    group_numbers_open(&in, p + 1, p + g.column_len[c], g.rows, encoding)) {
		int64_t *v = (int64_t *)(void *)group_numbers_join(&in, &arena);
		uint8_t *empty = calloc(g.rows, 1);

		assert_true(v && empty);
		if (in.empty) {
			memcpy(empty, in.empty, g.rows);
		}
		for (unsigned form = 0; form < 4; form++) {
			wished w = {.encoding = encoding, .form = form, .scale = in.scale};

			try_numbers(block, c, v, in.count, empty, g.rows, w, n);
			w.scale++;
			try_numbers(block, c, v, in.count, empty, g.rows, w, n);
		}
		for (size_t i = 0; i < in.count; i++) {
			v[i] = (int64_t)((uint64_t)v[i] * 10);
		}
		for (unsigned form = 0; form < 3 && encoding == GROUP_DECIMAL; form++) {
			try_numbers(block, c, v, in.count, empty, g.rows,
				    (wished){.encoding = encoding,
					     .form = form,
					     .scale = in.scale + 1u},
				    n);
		}
		free(empty);
	}
	vv_group_close(&g);
	vv_arena_clear(&arena);
}

static void try_others(const vv_buf *block, const columns *t, size_t c, counts *n)
{
	vv_cell *cells = malloc(t->rows * sizeof *cells);

	assert_non_null(cells);
	for (size_t r = 0; r < t->rows; r++) {
		cells[r] = t->cells[r * t->count + c];
		cells[r].state = VV_CELL_TEXT;
	}
	for (int form = 0; form <= GROUP_LEN_VARINTS; form++) {
		vv_buf column = VV_BUF_INIT;
		put_as_text(&column, cells, t->rows, form);
		try_column(block, c, &column, n);
	}
	for (int order = 0; order < DICT_ORDERS; order++) {
		vv_buf column = VV_BUF_INIT;
		put_as_dict(&column, cells, t->rows, (dict_order)order);
		try_column(block, c, &column, n);
	}
	vv_buf column = VV_BUF_INIT;
	put_as_const(&column, cells);
	try_column(block, c, &column, n);
	try_integers(block, c, cells, t->rows, n);
	try_forms(block, c, n);
	free(cells);
}

/* ---- the tests ---- */

/* Columns whose rows have few values of a kind: where a dictionary is at stake. */
static void repeat_values(columns *t, vv_prng *r)
{
	for (size_t c = 0; c < t->count; c++) {
		size_t few = 1 + (size_t)vv_prng_below(r, vv_prng_below(r, 2) ? 8 : 260);
		unsigned runs = (unsigned)vv_prng_below(r, 2);

		few = few < t->rows ? few : t->rows;
		for (size_t row = few; row < t->rows; row++) {
			size_t from = runs && vv_prng_below(r, 4) ? row - 1
								  : (size_t)vv_prng_below(r, few);
			t->cells[row * t->count + c] = t->cells[from * t->count + c];
		}
	}
}

static void make_table(columns *t, vv_prng *r)
{
	columns_make(t, 1 + (size_t)vv_prng_below(r, vv_prng_below(r, 3) ? 40 : 600), 3, r);
	if (vv_prng_below(r, 2)) {
		repeat_values(t, r);
	}
}

static void what_the_encoder_makes_is_canonical(void **state)
{
	counts n = {0, 0, 0};
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 1);
	for (int trial = 0; trial < 3000; trial++) {
		columns t;
		make_table(&t, &r);
		vv_buf block = encode(&t);
		assert_true(is_canonical(&block, &n));
		vv_buf_clear(&block);
		columns_clear(&t);
	}
}

static void the_same_cells_in_another_encoding_are_not(void **state)
{
	counts n = {0, 0, 0};
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 2);
	for (int trial = 0; trial < 400; trial++) {
		columns t;
		make_table(&t, &r);
		vv_buf block = encode(&t);
		vv_error err;
		vv_group g;
		vv_assert_ok(vv_group_open(&g, block.data, block.len, &err), &err);
		const size_t stored = g.columns;
		vv_group_close(&g);
		for (size_t c = 0; c < stored && vv_test_sampled((size_t)trial, 8); c++) {
			try_others(&block, &t, c, &n);
		}
		vv_buf_clear(&block);
		columns_clear(&t);
	}
	/* Among all ways to write a column is the right one. */
	assert_true(n.canonical > 400 / 9);
	assert_true(n.other > 20 * n.canonical);
}

/* So many digits, some of them zeros at the end, with either sign. */
static int64_t some_number(unsigned digits, vv_prng *r)
{
	uint64_t v = 1 + vv_prng_below(r, 9);

	for (unsigned i = 1; i < digits; i++) {
		v = v * 10 + (vv_prng_below(r, 3) ? vv_prng_below(r, 10) : 0);
	}
	for (unsigned i = (unsigned)vv_prng_below(r, digits + 1); i > 0; i--) {
		v = v / 10 * 10;
		v = vv_prng_below(r, 2) ? v : v / 10;
	}
	v = v > INT64_MAX ? v / 10 : v;
	return vv_prng_below(r, 2) ? (int64_t)v : -(int64_t)v;
}

/* Not all that is written as a number is read as one. */
static void numbers_of_every_length_and_scale_are_judged_as_by_encoding(void **state)
{
	static const char *const texts[] = {"a", "b"};
	uint8_t empty[40] = {0};
	counts n = {0, 0, 0};
	columns t;
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 4);
	for (unsigned digits = 1; digits <= 19; digits++) {
		for (unsigned scale = 0; scale <= 18; scale++) {
			int64_t v[40];
			size_t rows = 2 + (size_t)vv_prng_below(&r, 39);

			for (size_t i = 0; i < rows; i++) {
				v[i] = some_number(vv_prng_below(&r, 4) ? digits : 1, &r);
			}
			one_column(&t, texts, 1);
			t.rows = rows;
			free(t.cells);
			t.cells = calloc(rows, sizeof *t.cells);
			vv_buf block = encode(&t);
			for (unsigned form = 0; form < GROUP_DECIMAL_FORMS; form++) {
				try_numbers(&block, 0, v, rows, empty, rows,
					    (wished){.encoding = scale > 0 ? GROUP_DECIMAL
									   : GROUP_INTEGER,
						     .form = form,
						     .scale = scale},
					    &n);
			}
			vv_buf_clear(&block);
			columns_clear(&t);
		}
	}
	assert_true(n.canonical > 300 && n.other > n.canonical);
}

static void a_changed_byte_is_judged_as_by_encoding(void **state)
{
	counts n = {0, 0, 0};
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 3);
	for (int trial = 0; trial < 600; trial++) {
		columns t;
		make_table(&t, &r);
		vv_buf block = encode(&t);
		for (int i = 0; i < 30; i++) {
			/* mostly where the heads are */
			size_t at = (size_t)vv_prng_below(
				&r, vv_prng_below(&r, 2) && block.len > 60 ? 60 : block.len);
			char was = block.data[at];
			block.data[at] = (char)(was ^ (1 << vv_prng_below(&r, 8)));
			(void)is_canonical(&block, &n);
			block.data[at] = was;
		}
		vv_buf_clear(&block);
		columns_clear(&t);
	}
	/* Texts may be others and canonical still. */
	assert_true(n.canonical > 1000 && n.other > 1000 && n.damaged > 100);
}

static vv_status judge(void *payload, vv_error *err)
{
	const vv_buf *block = payload;
	vv_group_encoder *e = vv_group_encoder_new();
	vv_arena arena = VV_ARENA_INIT;
	vv_group g = {0};
	bool is = false;
	vv_status rc = e ? vv_group_open(&g, block->data, block->len, err) : vv_fail_nomem(err);

	if (rc >= 0) {
		rc = vv_group_is_canonical(NULL, e, &g, &arena, &is, err);
		assert_int_equal(is, rc == VV_OK);
	}
	vv_group_close(&g);
	vv_group_encoder_free(e);
	vv_arena_clear(&arena);
	return rc;
}

static void every_failed_allocation_is_reported(void **state)
{
	columns t;
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 6);
	columns_make(&t, 300, COLUMN_KINDS, &r);
	for (size_t c = 0; c < COLUMN_KINDS; c++) {
		column_fill(&t, c, (int)c, c % 3 ? 0 : 20, false, c % 4 == 1 ? 4 : 0, &r);
	}
	vv_buf block = encode(&t);
	vv_fault_each(VV_FAULT_ALLOC, 12, judge, NULL, &block);
	vv_buf_clear(&block);
	columns_clear(&t);
}

/* No number of a block is outside its bounds, even where numbers wrap around. */
static void numbers_are_within_their_bounds(void **state)
{
	uint8_t planes[8 * 20];
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 7);
	for (unsigned k = 0; k < 20000; k++) {
		const group_numbers n = {.flags = k % 2 ? GROUP_DELTAS : 0,
					 .width = k % 9,
					 .base = (uint64_t)INT64_MAX + k % 3 -
						 vv_prng_below(&r, 1u << k % 32),
					 .count = vv_prng_below(&r, 21),
					 .planes = planes};
		vv_arena arena = VV_ARENA_INIT;
		int64_t least, most;

		for (size_t i = 0; i < sizeof(planes); i++) {
			planes[i] = vv_prng_below(&r, 3) ? (uint8_t)vv_prng_below(&r, 256) : 0xff;
		}
		const uint64_t *v = group_numbers_bounded(&n, &least, &most, &arena);
		assert_non_null(v);
		for (size_t i = 0; i < n.count; i++) {
			assert_true((int64_t)v[i] >= least && (int64_t)v[i] <= most);
		}
		vv_arena_clear(&arena);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(what_the_encoder_makes_is_canonical, setup, teardown),
	cmocka_unit_test_setup_teardown(the_same_cells_in_another_encoding_are_not, setup,
					teardown),
	cmocka_unit_test_setup_teardown(numbers_of_every_length_and_scale_are_judged_as_by_encoding,
					setup, teardown),
	cmocka_unit_test_setup_teardown(a_changed_byte_is_judged_as_by_encoding, setup, teardown),
	cmocka_unit_test(every_failed_allocation_is_reported),
	cmocka_unit_test(numbers_are_within_their_bounds),
};

VV_TEST_SUITE(group_canonical)
