/*
 * An object read piece by piece is the object that the scanner gives of the whole, wherever it is cut: what is
 * around its strings, with these in their places, scans to the same cells; and what one refuses, so
 * does the other.
 */
#include "tests/unit/support.h"

#include <string.h>

#include "dataset/format/row_write.h"
#include "dataset/read/json_pieces.h"
#include "dataset/read/scan.h"

#define COLUMNS 3u
static const char *const names[COLUMNS] = {"a", "b", "c"};
static const size_t name_lens[COLUMNS] = {1, 1, 1};

/* An object as the pieces give it. */
typedef struct reading {
	vv_buf around, text[COLUMNS];
	size_t at[COLUMNS];
	bool lone[COLUMNS], odd[COLUMNS], begun[COLUMNS];
	vv_pieces_event last;
} reading;

static size_t column_of(const vv_json_pieces *p)
{
	return p->name_fits && p->name.len == 1 ? (size_t)(p->name.data[0] - 'a') : COLUMNS;
}

static void take(reading *r, vv_json_pieces *p, vv_pieces_event event, size_t *open)
{
	switch (event) {
	case VV_PIECES_REST:
		vv_buf_put(&r->around, p->text, p->text_len);
		break;
	case VV_PIECES_STRING:
		*open = column_of(p);
		if (*open >= COLUMNS || r->begun[*open]) {
			vv_json_pieces_keep(p);
			break;
		}
		r->begun[*open] = true;
		r->at[*open] = r->around.len - 1;
		break;
	case VV_PIECES_TEXT:
		assert_true(p->text_len > 0);
		vv_buf_put(&r->text[*open], p->text, p->text_len);
		break;
	case VV_PIECES_END:
		r->lone[*open] = p->lone;
		r->odd[*open] = p->odd;
		break;
	default:
		break;
	}
}

static void read_pieces(reading *r, const vv_dialect *d, const char *text, size_t len, size_t piece)
{
	vv_json_pieces p = {0};
	size_t at = 0, want = piece, open = 0, used;
	vv_error err;

	vv_json_pieces_begin(&p, d);
	for (r->last = VV_PIECES_MORE; r->last == VV_PIECES_MORE;) {
		size_t n = len - at < want ? len - at : want, from = 0;
		char *copy = test_malloc(n > 0 ? n : 1); /* so that ASan sees a read beyond it */

		memcpy(copy, text + at, n);
		do {
			r->last = vv_json_pieces_next(&p, copy + from, n - from, at + n == len,
						      &used);
			from += used;
			assert_true(from <= n);
			take(r, &p, r->last, &open);
		} while (r->last != VV_PIECES_MORE && r->last != VV_PIECES_OVER &&
			 r->last != VV_PIECES_FAULT);
		if (r->last == VV_PIECES_FAULT) {
			assert_true(p.fault_len > 0 && from + p.fault_len <= n);
			vv_buf_put(&r->around, copy + from, p.fault_len);
		}
		assert_true(r->last != VV_PIECES_MORE || from > 0 || n < 16);
		want = from > 0 ? piece : want + 1;
		at += from;
		test_free(copy);
	}
	if (r->last == VV_PIECES_OVER) { /* what follows is the scanner's */
		vv_buf_put(&r->around, text + at, len - at);
	}
	vv_assert_ok(vv_json_pieces_ok(&p, &err), &err);
	vv_json_pieces_clear(&p);
}

static int scan_one(vv_scan **s, const vv_dialect *d, const char *text, size_t len, vv_cell *cells,
		    vv_row *row, vv_error *err)
{
	vv_assert_ok(vv_scan_new(s, d, COLUMNS, names, name_lens, err), err);
	vv_scan_window(*s, text, len, true, 0);
	return vv_scan_row(*s, cells, COLUMNS, row, err);
}

/* Are the strings spelled as they would be written? */
static void compare_spelling(const reading *r, const vv_dialect *d, const vv_cell *cells)
{
	vv_row_writer *w;
	vv_buf line = VV_BUF_INIT;
	vv_error err;
	bool odd = false;

	vv_assert_ok(vv_row_writer_new(&w, d, COLUMNS, names, name_lens, &err), &err);
	for (size_t i = 0; i < COLUMNS; i++) {
		odd = odd || (r->begun[i] && r->odd[i] && !r->lone[i]);
	}
	vv_row_write(w, &line, cells, COLUMNS);
	vv_buf_putc(&line, '\n');
	if (!odd) { /* then a second reading is the same text */
		reading again = {0};

		read_pieces(&again, d, line.data, line.len, line.len);
		for (size_t i = 0; i < COLUMNS; i++) {
			assert_false(again.odd[i] && !again.lone[i]);
			assert_int_equal(again.text[i].len, r->text[i].len);
			vv_buf_clear(&again.text[i]);
		}
		vv_buf_clear(&again.around);
	}
	vv_buf_clear(&line);
	vv_row_writer_free(w);
}

/* 1: a row; <0: it is refused. */
static int compare(const vv_dialect *d, const char *text, size_t len, size_t piece)
{
	vv_cell cells[COLUMNS], back[COLUMNS];
	vv_scan *whole, *parts;
	vv_row row, other;
	vv_error err, why;
	reading r = {0};
	int rc = scan_one(&whole, d, text, len, cells, &row, &err), got;

	read_pieces(&r, d, text, len, piece);
	got = scan_one(&parts, d, vv_buf_cstr(&r.around), r.around.len, back, &other, &why);
	assert_int_equal(got == 1, rc == 1);
	if (rc == 1) {
		assert_int_equal(r.last, VV_PIECES_OVER);
		for (size_t i = 0; i < COLUMNS; i++) {
			if (r.begun[i] && r.lone[i]) {
				assert_int_equal(cells[i].state, VV_CELL_LITERAL);
				continue;
			}
			if (r.begun[i]) {
				assert_ptr_equal(back[i].text, r.around.data + r.at[i] + 1);
				back[i].text = vv_buf_cstr(&r.text[i]);
				back[i].len = (uint32_t)r.text[i].len;
			}
			assert_true(vv_cell_equal(&cells[i], &back[i]));
		}
		compare_spelling(&r, d, cells);
	}
	vv_scan_free(whole);
	vv_scan_free(parts);
	vv_buf_clear(&r.around);
	for (size_t i = 0; i < COLUMNS; i++) {
		vv_buf_clear(&r.text[i]);
	}
	return rc;
}

static void json_dialect(vv_dialect *d, bool ascii)
{
	static char open[] = "{", colon[] = ":", comma[] = ",", close[] = "}";

	vv_dialect_init(d);
	d->form = VV_FORM_NDJSON;
	d->ascii = ascii;
	d->open = (vv_bytes){open, 1};
	d->colon = (vv_bytes){colon, 1};
	d->comma = (vv_bytes){comma, 1};
	d->close = (vv_bytes){close, 1};
}

/* Pieces of what may be in an object, most of which make one. */
static const char *const parts[] = {"\"a\":",
				    "\"b\":",
				    "\"\\u0063\":",
				    ",",
				    "\"\"",
				    "\"x",
				    "\"",
				    "yz",
				    "\\n",
				    "\\/",
				    "\\u0041",
				    "\\u00e9",
				    "\xc3\xa9",
				    "\\ud83d",
				    "\\ude00",
				    "\\\"",
				    "\xf0\x9f\x98\x80",
				    "[1,\"]\"]",
				    "{\"a\":1}",
				    "null",
				    "-1",
				    "\\\\",
				    " ",
				    "\\u20ac",
				    "\x7f",
				    "\\ud83d\\ude00"};
static const char *const wrong[] = {"\\q", "\\u12", "\xff", "\xc3", "\x01", "]",
				    "}",   "\n",    "\\",   "[",    "\x0b"};

static void any_object_is_read_as_the_scanner_reads_it(void **state)
{
	vv_prng prng;
	unsigned rows = 0, refused = 0;

	(void)state;
	vv_prng_init(&prng, 31);
	for (unsigned i = 0; i < 12000; i++) {
		vv_buf b = VV_BUF_INIT;
		vv_dialect d;
		size_t members = 1 + vv_prng_below(&prng, 3);

		json_dialect(&d, i % 2);
		vv_buf_puts(&b, "{");
		for (size_t m = 0; m < members; m++) {
			vv_buf_puts(&b, m > 0 ? "," : "");
			vv_buf_puts(&b, parts[m]);
			if (i % 3 > 0) {
				vv_buf_putc(&b, '"');
			}
			for (size_t k = vv_prng_below(&prng, 6); k > 0; k--) {
				vv_buf_puts(&b, parts[i % 3 > 0 ? 7 + vv_prng_below(&prng, 10)
								: vv_prng_below(&prng, 26)]);
			}
			if (vv_prng_below(&prng, 12) == 0) {
				vv_buf_puts(&b, wrong[vv_prng_below(&prng, 11)]);
			}
			if (i % 3 > 0) {
				vv_buf_putc(&b, '"');
			}
		}
		vv_buf_puts(&b, i % 5 == 0 ? "} \r\n" : i % 5 == 1 ? "}" : "}\n");
		for (size_t piece = 1; piece <= b.len + 1; piece += 1 + piece / 4) {
			int rc = compare(&d, b.data, b.len, piece);

			rows += rc > 0;
			refused += rc < 0;
		}
		vv_buf_clear(&b);
	}
	assert_true(rows > 30000 && refused > 20000);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(any_object_is_read_as_the_scanner_reads_it),
};

VV_TEST_SUITE(json_pieces)
