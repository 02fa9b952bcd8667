/*
 * A row read piece by piece is the row that the scanner gives of the whole, wherever it is cut; what
 * is refused is refused for the same reason at the same place.
 */
#include "tests/unit/support.h"

#include <string.h>

#include "dataset/format/row_write.h"
#include "dataset/read/csv_pieces.h"
#include "dataset/read/scan.h"

#define COLUMNS 8u

/* A row as the pieces give it. */
typedef struct reading {
	vv_buf text[COLUMNS];
	bool quoted[COLUMNS], has_quote[COLUMNS], odd[COLUMNS];
	size_t count;
	uint64_t len, fault;
	vv_error err;
	int status; /* 1: a row; 0: more is wanted; <0 */
} reading;

static void reset(reading *r)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		vv_buf_reset(&r->text[i]);
	}
	r->count = 0;
	r->status = 0;
	r->err = (vv_error){0};
}

static void read_pieces(reading *r, const vv_dialect *d, const char *text, size_t len, size_t piece,
			bool ends)
{
	vv_csv_pieces p;
	size_t at = 0;

	reset(r);
	vv_csv_pieces_begin(&p, d);
	for (bool last = false; r->status == 0 && !last;) {
		size_t n = len - at < piece ? len - at : piece, used, from = 0;
		char *copy = test_malloc(n + 1); /* so that ASan sees a read beyond it */
		int event;

		memcpy(copy, text + at, n);
		copy = test_realloc(copy, n > 0 ? n : 1);
		last = at + n == len;
		while ((event = vv_csv_pieces_next(&p, copy + from, n - from, last && ends, &used,
						   &r->err)) > 0) {
			from += used;
			assert_true(from <= n);
			if (event == VV_CSV_ROW) {
				r->status = 1;
				break;
			}
			assert_true(r->count < COLUMNS);
			if (event == VV_CSV_TEXT) {
				assert_true(p.text_len > 0);
				vv_buf_put(&r->text[r->count], p.text, p.text_len);
				continue;
			}
			r->quoted[r->count] = p.quoted;
			r->has_quote[r->count] = p.has_quote;
			r->odd[r->count++] = p.odd_escape;
		}
		at += r->status == 1 ? from : n;
		r->status = event < 0 ? event : r->status;
		test_free(copy);
	}
	r->len = p.at;
	r->fault = p.fault;
}

/* Held against the scanner, and against the writer, for what is odd. */
static void compare(reading *r, const vv_dialect *d, const char *text, size_t len, size_t piece)
{
	vv_cell cells[COLUMNS];
	vv_scan *s;
	vv_row row;
	vv_error err;
	int status;

	vv_assert_ok(vv_scan_new(&s, d, COLUMNS, NULL, NULL, &err), &err);
	vv_scan_window(s, text, len, true, 0);
	status = vv_scan_row(s, cells, COLUMNS, &row, &err);
	read_pieces(r, d, text, len, piece, true);
	assert_int_equal(r->status, status);
	if (status < 0) {
		assert_string_equal(r->err.message, err.message);
		assert_string_equal(r->err.hint, err.hint);
		assert_int_equal(r->fault, vv_scan_fault(s));
	} else {
		bool regular = true;

		assert_int_equal(r->len, row.text_end);
		assert_int_equal(r->count, row.cells);
		for (size_t i = 0; i < r->count; i++) {
			vv_cell c = {.state = VV_CELL_TEXT,
				     .text = vv_buf_cstr(&r->text[i]),
				     .len = (uint32_t)r->text[i].len};

			assert_true(vv_cell_equal(&c, &cells[i]));
			assert_int_equal(r->quoted[i], (cells[i].flags & VV_CELL_QUOTED) != 0);
			assert_int_equal(r->has_quote[i],
					 (cells[i].flags & VV_CELL_HAS_QUOTE) != 0);
			regular = regular && !r->odd[i] &&
				  r->quoted[i] == (d->quote != 0 && vv_cell_needs_quotes(&c, d));
		}
		if (row.cells > 1) {
			vv_row_writer *w;

			vv_assert_ok(vv_row_writer_new(&w, d, COLUMNS, NULL, NULL, &err), &err);
			assert_int_equal(regular,
					 vv_row_matches(w, cells, COLUMNS, text, row.text_end));
			vv_row_writer_free(w);
		}
	}
	vv_scan_free(s);
}

static void dialect(vv_dialect *d, unsigned which)
{
	vv_dialect_init(d);
	d->form = VV_FORM_CSV;
	d->delimiter = which & 1 ? '\t' : ',';
	d->quote = which == 4 ? 0 : '"';
	d->escape = which & 2 ? '\\' : 0;
}

static void any_row_is_read_as_the_scanner_reads_it(void **state)
{
	static const char alphabet[] = "ab,\t\"\"\"\\\\\n\r\xc3\xa9";
	reading r = {0};
	vv_prng prng;
	unsigned rows = 0, refused = 0;

	(void)state;
	vv_prng_init(&prng, 5);
	for (unsigned i = 0; i < 30000; i++) {
		char text[16];
		size_t len = 1 + vv_prng_below(&prng, sizeof(text));
		vv_dialect d;

		for (size_t k = 0; k < len; k++) {
			text[k] = alphabet[vv_prng_below(&prng, sizeof(alphabet) - 1)];
		}
		dialect(&d, i % 5);
		if (text[0] != '\n' && text[0] != '\r') {
			size_t delimiters = 0;

			for (size_t k = 0; k < len; k++) {
				delimiters += (uint8_t)text[k] == d.delimiter;
			}
			for (size_t piece = 1; delimiters < COLUMNS && piece <= len + 1; piece++) {
				compare(&r, &d, text, len, piece);
				rows += r.status > 0;
				refused += r.status < 0;
			}
		}
		vv_dialect_clear(&d);
	}
	assert_true(rows > 10000 && refused > 10000);
	for (size_t i = 0; i < COLUMNS; i++) {
		vv_buf_clear(&r.text[i]);
	}
}

static void an_unfinished_row_asks_for_more(void **state)
{
	static const char *const texts[] = {"",      "a",       "a,",         "\"",    "\"a",
					    "\"a\"", "\"a\"\"", "a,\"b\"\"c", "a,b\"c"};
	reading r = {0};
	vv_dialect d;

	(void)state;
	dialect(&d, 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		for (size_t piece = 1; piece < 6; piece++) {
			read_pieces(&r, &d, texts[i], strlen(texts[i]), piece, false);
			assert_int_equal(r.status, 0);
		}
	}
	for (size_t i = 0; i < COLUMNS; i++) {
		vv_buf_clear(&r.text[i]);
	}
	vv_dialect_clear(&d);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(any_row_is_read_as_the_scanner_reads_it),
	cmocka_unit_test(an_unfinished_row_asks_for_more),
};

VV_TEST_SUITE(csv_pieces)
