/*
 * A cell in pieces stands in its row as the whole cell does, wherever the pieces end.
 */
#include "dataset/format/cell_pieces.h"
#include "dataset/format/row_write.h"
#include "tests/unit/support.h"

/* Put into words in pieces of random lengths up to `most`. */
static void in_pieces(vv_buf *out, const vv_dialect *d, vv_quoting habit, vv_cell_how how,
		      const vv_buf *text, vv_prng *prng, size_t most, vv_cell_pieces *p)
{
	const char *bytes;
	size_t len;
	vv_error err;

	vv_cell_pieces_begin(p, d, habit, how);
	for (size_t at = 0; at < text->len;) {
		size_t n = vv_prng_below(prng, most) + 1;

		n = n < text->len - at ? n : text->len - at;
		vv_assert_ok(vv_cell_pieces_next(p, text->data + at, n, at + n == text->len, &bytes,
						 &len, &err),
			     &err);
		vv_buf_put(out, bytes, len);
		at += n;
	}
	assert_int_equal(vv_cell_pieces_how(p), how);
}

static vv_cell_how how_by_looking(const vv_dialect *d, vv_quoting habit, const vv_buf *text,
				  vv_prng *prng)
{
	vv_cell_pieces p = {0};
	vv_cell_how how;

	vv_cell_pieces_begin(&p, d, habit, VV_CELL_AS_IT_IS);
	for (size_t at = 0; at < text->len;) {
		size_t n = vv_prng_below(prng, 5) + 1;

		n = n < text->len - at ? n : text->len - at;
		vv_cell_pieces_look(&p, text->data + at, n);
		at += n;
	}
	how = vv_cell_pieces_how(&p);
	vv_cell_pieces_clear(&p);
	return how;
}

static void assert_same(const vv_dialect *d, vv_quoting habit, const vv_buf *text, vv_prng *prng)
{
	const vv_cell cell = {
		.state = VV_CELL_TEXT, .text = text->data, .len = (uint32_t)text->len};
	vv_buf whole = VV_BUF_INIT, got = VV_BUF_INIT;
	vv_cell_pieces p = {0};
	vv_cell_how how = VV_CELL_JSON_STRING;

	if (d->form == VV_FORM_CSV) {
		vv_cell_write_csv(&whole, &cell, d, habit, false);
		how = how_by_looking(d, habit, text, prng);
	} else {
		vv_cell_write_string(&whole, text->data, text->len, d);
	}
	for (size_t most = 1; most <= 64; most *= 4) {
		vv_buf_reset(&got);
		in_pieces(&got, d, habit, how, text, prng, most, &p);
		assert_int_equal(got.len, whole.len);
		assert_memory_equal(got.data, whole.data, whole.len);
	}
	vv_cell_pieces_clear(&p);
	vv_buf_clear(&whole);
	vv_buf_clear(&got);
}

/* A text of random parts: what must be escaped, characters of two to four bytes, halves of them. */
static void put_text(vv_buf *b, vv_prng *prng)
{
	static const char *const parts[] = {"a",
					    "\"",
					    "\"\"",
					    ",",
					    "\n",
					    "\r\n",
					    "\\",
					    "\xc3\xa9",
					    "\xe2\x82\xac",
					    "\xf0\x9f\x98\x80",
					    "\x01",
					    "\xe2\x82",
					    "\x80",
					    "1",
					    "plain text"};
	size_t n = vv_prng_below(prng, 30) + 1, kinds = vv_prng_below(prng, 15) + 1;

	vv_buf_reset(b);
	for (size_t i = 0; i < n; i++) {
		vv_buf_puts(b, parts[vv_prng_below(prng, kinds)]);
	}
}

/* Mostly a number; runs of digits of any length. */
static void put_number(vv_buf *b, vv_prng *prng)
{
	static const char *const parts[] = {"-", "0", "7", "123456789", ".", "e", "E+", "00", "x"};

	vv_buf_reset(b);
	if (vv_prng_below(prng, 2) == 0) {
		vv_buf_putc(b, '-');
	}
	for (size_t i = vv_prng_below(prng, 8) + 1; i-- > 0;) {
		vv_buf_puts(b, parts[vv_prng_below(prng, 16) % 9]);
	}
}

static void csv_is_as_the_row_writer_gives_it(void **state)
{
	static const char marks[][3] = {
		{',', '"', 0}, {'\t', '"', 0}, {';', '\'', '\\'}, {',', 0, 0}};
	vv_buf text = VV_BUF_INIT;
	vv_prng prng;

	(void)state;
	vv_prng_init(&prng, 11);
	for (unsigned i = 0; i < 4000; i++) {
		vv_dialect d;

		vv_dialect_init(&d);
		d.form = VV_FORM_CSV;
		d.delimiter = (uint8_t)marks[i % 4][0];
		d.quote = (uint8_t)marks[i % 4][1];
		d.escape = (uint8_t)marks[i % 4][2];
		for (int habit = VV_QUOTE_MINIMAL; habit <= VV_QUOTE_NONNUMERIC; habit++) {
			put_text(&text, &prng);
			assert_same(&d, (vv_quoting)habit, &text, &prng);
			put_number(&text, &prng);
			assert_same(&d, (vv_quoting)habit, &text, &prng);
		}
		vv_dialect_clear(&d);
	}
	vv_buf_clear(&text);
}

static void a_string_of_json_is_as_the_row_writer_gives_it(void **state)
{
	vv_buf text = VV_BUF_INIT;
	vv_prng prng;

	(void)state;
	vv_prng_init(&prng, 12);
	for (unsigned i = 0; i < 8000; i++) {
		vv_dialect d;

		vv_dialect_init(&d);
		d.form = i % 2 == 0 ? VV_FORM_NDJSON : VV_FORM_JSON;
		d.ascii = i % 4 < 2;
		put_text(&text, &prng);
		assert_same(&d, VV_QUOTE_MINIMAL, &text, &prng);
		vv_dialect_clear(&d);
	}
	vv_buf_clear(&text);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(csv_is_as_the_row_writer_gives_it),
	cmocka_unit_test(a_string_of_json_is_as_the_row_writer_gives_it),
};

VV_TEST_SUITE(cell_pieces)
