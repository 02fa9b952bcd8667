#include "tests/unit/dataset/rows_support.h"

#include <csv.h>
#include <stdio.h>
#include <string.h>

#include "dataset/format/row_write.h"
#include "dataset/format/simd.h"

static vv_dialect comma(void)
{
	vv_dialect d;

	vv_dialect_init(&d);
	return d;
}

#define EXPECT(d, columns, text, wanted)                                                           \
	rows_expect((d), (columns), (text), sizeof(text) - 1, (wanted))
#define REFUSED(d, columns, text, message, at)                                                     \
	rows_refused((d), (columns), (text), sizeof(text) - 1, (message), (at))

static void scan_details(vv_buf *out, const vv_dialect *d, size_t columns, const char *text,
			 size_t len)
{
	vv_error err;
	uint64_t fault;

	vv_assert_ok(rows_scan(out, d, columns, text, len, 0, true, &fault, &err), &err);
}

static void expect_details(const vv_dialect *d, size_t columns, const char *text,
			   const char *wanted)
{
	vv_buf out = VV_BUF_INIT;

	scan_details(&out, d, columns, text, strlen(text));
	assert_string_equal(vv_buf_cstr(&out), wanted);
	vv_buf_clear(&out);
}

/* --- the grammar -------------------------------------------------------- */

static void cells_are_cut_at_delimiters_and_rows_at_line_ends(void **state)
{
	vv_dialect d = comma();

	(void)state;
	EXPECT(&d, 3, "a,b,c\n1,2,3\n", "[a|b|c][1|2|3]");
	EXPECT(&d, 3, "a,b,c\n1,2,3", "[a|b|c][1|2|3]");
	EXPECT(&d, 3, "a,b,\n,,\n", "[a|b|][||]");
	EXPECT(&d, 3, " a , b\t", "[ a | b\t]");
	EXPECT(&d, 3, "", "");
	d.delimiter = '\t';
	EXPECT(&d, 3, "a\tb,\t\"c\td\"\n", "[a|b,|c\td]");
	d.delimiter = ' ';
	EXPECT(&d, 3, "a  b\n", "[a||b]");
}

static void lf_cr_and_crlf_all_end_rows(void **state)
{
	vv_dialect d = comma();

	(void)state;
	EXPECT(&d, 2, "a,b\rc,d\r\ne,f\ng,h\r", "[a|b][c|d][e|f][g|h]");
	expect_details(&d, 2, "a,b\rc,d\r\ne,f\ng,h",
		       "[a/0|b/0] 0-4 text 0-3 bytes 4 newline 2 plain\n"
		       "[c/0|d/0] 4-9 text 4-7 bytes 4 newline 1 plain\n"
		       "[e/0|f/0] 9-13 text 9-12 bytes 4 newline 0 plain\n"
		       "[g/0|h/0] 13-16 text 13-16 bytes 4 newline 3 plain\n");
}

static void a_crlf_across_blocks_of_64_bytes_is_one_line_end(void **state)
{
	vv_dialect d = comma();
	char text[200];
	size_t pad;

	(void)state;
	for (pad = 55; pad < 75; pad++) {
		char wanted[200];

		memset(text, 'x', pad);
		strcpy(text + pad, "\r\ny,z\r\n");
		snprintf(wanted, sizeof wanted, "[%.*s][y|z]", (int)pad, text);
		rows_expect(&d, 2, text, strlen(text), wanted);
	}
}

static void blank_lines_belong_to_the_row_behind_them(void **state)
{
	vv_dialect d = comma();

	(void)state;
	EXPECT(&d, 2, "\n\na\n\r\n\nb,c\n", "[a][b|c]");
	expect_details(&d, 2, "\n\na,b\n\r\n\nc,d\n",
		       "[a/0|b/0] 0-6 text 2-5 bytes 4 newline 0 blank\n"
		       "[c/0|d/0] 6-13 text 9-12 bytes 4 newline 0 blank\n");
}

static void blank_lines_at_the_end_belong_to_the_last_row(void **state)
{
	vv_dialect d = comma();

	(void)state;
	expect_details(&d, 2, "a,b\n\n\r\n", "[a/0|b/0] 0-7 text 0-3 bytes 4 newline 0\n");
	expect_details(&d, 2, "a,b\r\n\n", "[a/0|b/0] 0-6 text 0-3 bytes 4 newline 1\n");
	expect_details(&d, 2, "a,b\r\r\n", "[a/0|b/0] 0-6 text 0-3 bytes 4 newline 2\n");
}

static void input_of_blank_lines_has_no_row_and_is_not_consumed(void **state)
{
	vv_dialect d = comma();
	vv_scan *s;
	vv_cell cells[2];
	vv_row row;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_scan_new(&s, &d, 2, NULL, NULL, &err), &err);
	vv_scan_window(s, "\n\r\n", 3, true, 0);
	assert_int_equal(vv_scan_row(s, cells, 2, &row, &err), 0);
	assert_int_equal(vv_scan_offset(s), 0);
	vv_scan_free(s);
}

static void quoted_cells_hold_delimiters_line_ends_and_doubled_quotes(void **state)
{
	vv_dialect d = comma();

	(void)state;
	EXPECT(&d, 3, "\"a,b\",\"c\nd\",\"e\r\nf\"\n", "[a,b|c\nd|e\r\nf]");
	EXPECT(&d, 3, "\"a\"\"b\",\"\"\"\",\"\"\n", "[a\"b|\"|]");
	EXPECT(&d, 3, "\"\"\"a\"\"\",\"x\"\r\n\"\"", "[\"a\"|x][]");
	expect_details(&d, 3, "\"a\"\"b\",\"\",x\n",
		       "[a\"b/1|/1|x/0] 0-12 text 0-11 bytes 7 newline 0\n");
}

static void quotes_inside_an_unquoted_cell_are_data(void **state)
{
	vv_dialect d = comma();

	(void)state;
	EXPECT(&d, 3, "5\" pipe,a\"b\"c, \"x\"\n", "[5\" pipe|a\"b\"c| \"x\"]");
	expect_details(&d, 2, "a\",b\n", "[a\"/2|b/0] 0-5 text 0-4 bytes 5 newline 0\n");
}

static void an_escape_character_takes_the_next_byte_as_it_is(void **state)
{
	vv_dialect d = comma();

	(void)state;
	d.escape = '\\';
	EXPECT(&d, 3, "\"a\\\"b\",\"c\\\\\",\"\\n\"\n", "[a\"b|c\\|n]");
	EXPECT(&d, 3, "\"a\"\"b\",c\\d,\\\n", "[a\"b|c\\d|\\]");
	REFUSED(&d, 3, "x,\"a\\\"", "never closed", 2);
	REFUSED(&d, 3, "x,\"a\\", "never closed", 2);
	d.escape = '"'; /* says no more than doubling */
	EXPECT(&d, 3, "\"a\"\"b\"\n", "[a\"b]");
}

static void without_a_quote_character_quotes_are_data(void **state)
{
	vv_dialect d = comma();

	(void)state;
	d.quote = 0;
	EXPECT(&d, 3, "\"a,b\",\"\n\"\n", "[\"a|b\"|\"][\"]");
	expect_details(&d, 2, "\"a\",b\n", "[\"a\"/0|b/0] 0-6 text 0-5 bytes 6 newline 0 plain\n");
}

static void nul_and_invalid_utf8_are_ordinary_bytes(void **state)
{
	vv_dialect d = comma();
	vv_buf out = VV_BUF_INIT;

	(void)state;
	scan_details(&out, &d, 2, "a\0b,\xff\xfe\n\0\n", 9);
	assert_int_equal(out.len, strlen("[a.b/0|../0] 0-7 text 0-6 bytes 7 newline 0 plain\n") +
					  strlen("[./0] 7-9 text 7-8 bytes 3 newline 0 plain\n"));
	assert_memory_equal(out.data, "[a\0b/0|\xff\xfe/0]", 12);
	vv_buf_clear(&out);
}

static void short_rows_leave_cells_absent(void **state)
{
	vv_dialect d = comma();

	(void)state;
	expect_details(&d, 4, "a\n\"\"\nb,c\n",
		       "[a/0] 0-2 text 0-1 bytes 5 newline 0 plain\n"
		       "[/1] 2-5 text 2-4 bytes 4 newline 0\n"
		       "[b/0|c/0] 5-9 text 5-8 bytes 6 newline 0 plain\n");
}

/* --- refusals ----------------------------------------------------------- */

static void an_unterminated_quote_is_refused_where_it_opened(void **state)
{
	vv_dialect d = comma();

	(void)state;
	REFUSED(&d, 2, "a,b\nc,\"d\ne,f\n", "the quote that opens here is never closed", 6);
	REFUSED(&d, 2, "a,\"\"\"", "never closed", 2);
	REFUSED(&d, 2, "\"", "never closed", 0);
}

static void text_behind_a_closing_quote_is_refused_where_it_stands(void **state)
{
	vv_dialect d = comma();

	(void)state;
	REFUSED(&d, 2, "a,b\n\"c\"d,e\n", "text after a closing quote", 7);
	REFUSED(&d, 2, "\"c\" ,e\n", "found ' '", 3);
	d.escape = '\\';
	REFUSED(&d, 2, "\"c\"\\,e\n", "text after a closing quote", 3);
}

static void too_many_cells_are_refused_with_both_numbers(void **state)
{
	vv_dialect d = comma();

	(void)state;
	REFUSED(&d, 8, "1,2,3,4,5,6,7,8\n1,2,3,4,5,6,7,8,9\n1\n",
		"found 9 cells, expected at most 8", 32);
	REFUSED(&d, 2, "a,b,\n", "found 3 cells, expected at most 2", 4);
	REFUSED(&d, 1, "a,\"b,\"\"\nc\",\"d\"\n", "found 3 cells, expected at most 1", 2);
	REFUSED(&d, 0, "a\n", "found 1 cells, expected at most 0", 0);
}

static void a_refused_row_is_refused_again(void **state)
{
	vv_dialect d = comma();
	vv_scan *s;
	vv_cell cells[2];
	vv_row row;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_scan_new(&s, &d, 2, NULL, NULL, &err), &err);
	vv_scan_window(s, "a\nb,c,d\n", 8, true, 0);
	assert_int_equal(vv_scan_row(s, cells, 2, &row, &err), 1);
	vv_assert_status(vv_scan_row(s, cells, 2, &row, &err), VV_EINPUT, &err);
	vv_assert_status(vv_scan_row(s, cells, 2, &row, &err), VV_EINPUT, &err);
	assert_int_equal(vv_scan_offset(s), 2);
	vv_scan_free(s);
}

static void characters_that_contradict_each_other_are_refused(void **state)
{
	const char bad[][3] = {{',', ',', 0},   {'\n', '"', 0},   {',', '\r', 0},
			       {',', '"', ','}, {',', '"', '\n'}, {0, '"', 0}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		vv_dialect d = comma();
		vv_scan *s;
		vv_error err;

		d.delimiter = (uint8_t)bad[i][0];
		d.quote = (uint8_t)bad[i][1];
		d.escape = (uint8_t)bad[i][2];
		vv_assert_status(vv_scan_new(&s, &d, 2, NULL, NULL, &err), VV_EINPUT, &err);
		assert_null(s);
	}
}

/* --- windows ------------------------------------------------------------ */

static void a_row_is_given_once_the_byte_behind_it_is_seen(void **state)
{
	vv_dialect d = comma();
	const char text[] = "a,b\r\n\r\nc\n";
	vv_scan *s;
	vv_cell cells[2];
	vv_row row;
	vv_error err;
	size_t len;

	(void)state;
	vv_assert_ok(vv_scan_new(&s, &d, 2, NULL, NULL, &err), &err);
	for (len = 0; len < 8; len++) {
		vv_scan_window(s, text, len, false, 0);
		assert_int_equal(vv_scan_row(s, cells, 2, &row, &err), 0);
		assert_int_equal(vv_scan_offset(s), 0);
	}
	vv_scan_window(s, text, 8, false, 0);
	assert_int_equal(vv_scan_row(s, cells, 2, &row, &err), 1);
	assert_int_equal(row.end, 5);
	assert_int_equal(vv_scan_row(s, cells, 2, &row, &err), 0);
	assert_int_equal(vv_scan_offset(s), 5);
	vv_scan_free(s);
}

static void five_thousand_columns_are_scanned(void **state)
{
	vv_dialect d = comma();
	vv_buf text = VV_BUF_INIT, one = VV_BUF_INIT, many = VV_BUF_INIT;
	vv_error err;
	uint64_t fault;
	unsigned r, i;

	(void)state;
	for (r = 0; r < 3; r++) {
		for (i = 0; i < 5000; i++) {
			vv_buf_printf(&text, i % 7 == 0 ? "%s\"%u\"\"\"" : "%s%u", i > 0 ? "," : "",
				      i * r);
		}
		vv_buf_putc(&text, '\n');
	}
	assert_int_equal(rows_scan(&one, &d, 5000, text.data, text.len, 0, true, &fault, &err), 3);
	assert_int_equal(rows_scan(&many, &d, 5000, text.data, text.len, 100, true, &fault, &err),
			 3);
	assert_string_equal(one.data, many.data);
	vv_assert_contains(one.data, "|4998\"/1|4999/0]");
	vv_buf_clear(&text);
	vv_buf_clear(&one);
	vv_buf_clear(&many);
}

/* --- random files ------------------------------------------------------- */

/* A text in which everything that matters is frequent. */
static size_t random_text(vv_prng *r, char *out, size_t limit, const vv_dialect *d)
{
	size_t len = (size_t)vv_prng_below(r, limit), i;
	unsigned calm = (unsigned)vv_prng_below(r, 30) + 2;

	for (i = 0; i < len; i++) {
		const char marks[] = {(char)d->delimiter, (char)d->quote,     '\n', '\r',
				      (char)d->escape,    (char)d->delimiter, '\n', '\0'};

		out[i] = vv_prng_below(r, calm) < 2 ? marks[vv_prng_below(r, sizeof marks)]
						    : (char)('a' + vv_prng_below(r, 26));
	}
	return len;
}

/* A well-formed file: every cell in quotes or free of what would need them. */
static void random_file(vv_prng *r, vv_buf *out, const vv_dialect *d, unsigned rows)
{
	const char *ends[] = {"\n", "\r\n", "\r", "\n\n", "\r\n\r\n"};
	char cell[200];
	unsigned i, c, cells;
	size_t k, len;

	for (i = 0; i < rows; i++) {
		cells = (unsigned)vv_prng_below(r, 6) + 1;
		for (c = 0; c < cells; c++) {
			vv_cell v = {.state = VV_CELL_TEXT};
			bool quote = vv_prng_below(r, 3) == 0;

			len = random_text(r, cell, vv_prng_below(r, 20) == 0 ? sizeof cell : 12, d);
			v.text = cell;
			if (!quote) {
				for (k = 0; k < len; k++) {
					cell[k] = memchr(",;\t|\"'\\\n\r", cell[k], 9) ||
								  cell[k] == (char)d->delimiter
							  ? 'x'
							  : cell[k];
				}
			}
			v.len = (uint32_t)len;
			vv_buf_puts(out, "");
			if (c > 0) {
				vv_buf_putc(out, d->delimiter);
			}
			vv_cell_write_csv(out, &v, d, quote ? VV_QUOTE_ALWAYS : VV_QUOTE_MINIMAL,
					  vv_cell_place_of(c, cells));
		}
		if (i + 1 < rows || vv_prng_below(r, 2) == 0) {
			vv_buf_puts(out, ends[vv_prng_below(r, vv_prng_below(r, 3) == 0 ? 5 : 1)]);
		}
	}
}

static vv_dialect random_dialect(vv_prng *r)
{
	const uint8_t delimiters[] = {',', ';', '\t', '|', ' '};
	vv_dialect d = comma();

	d.delimiter = delimiters[vv_prng_below(r, 5)];
	d.quote = vv_prng_below(r, 4) > 0 ? '"' : '\'';
	d.escape = vv_prng_below(r, 4) == 0 ? '\\' : 0;
	return d;
}

/* The grammar, byte by byte and without any cleverness. Rows as rows_scan writes them
 * without details; false where a file must be refused, with the place. */
static bool plain_reading(vv_buf *out, const vv_dialect *d, size_t columns, const char *p,
			  size_t len, size_t *fault)
{
	enum { START, PLAIN, QUOTED, CLOSED } at = START;
	size_t i, cells = 0, opened = 0, extra = 0;
	bool in_row = false;

	for (i = 0; i <= len; i++) {
		int c = i < len ? (unsigned char)p[i] : -1;
		bool end = c == -1 || c == '\n' || c == '\r';

		if (at == QUOTED && c == -1) {
			*fault = opened;
			return false;
		}
		if (at == QUOTED) {
			if (d->escape && c == d->escape && c != d->quote) {
				if (i + 1 == len) {
					*fault = opened;
					return false;
				}
				vv_buf_putc(out, p[++i]);
			} else if (c == d->quote && i + 1 < len &&
				   (unsigned char)p[i + 1] == d->quote) {
				vv_buf_putc(out, p[++i]);
			} else if (c == d->quote) {
				at = CLOSED;
			} else {
				vv_buf_putc(out, c);
			}
			continue;
		}
		if (end && !in_row) {
			continue;
		}
		if (!in_row) {
			vv_buf_putc(out, '[');
			in_row = true;
			cells = 1;
			extra = columns == 0 ? i + 1 : 0;
		}
		if (end || c == d->delimiter) {
			vv_buf_putc(out, end ? ']' : '|');
			if (end && extra > 0) {
				*fault = extra - 1;
				return false;
			}
			if (!end && cells++ == columns) {
				extra = i + 2;
			}
			in_row = !end;
			at = START;
		} else if (at == CLOSED) {
			*fault = i;
			return false;
		} else if (at == START && d->quote && c == d->quote) {
			at = QUOTED;
			opened = i;
		} else {
			at = PLAIN;
			vv_buf_putc(out, c);
		}
	}
	return true;
}

static void any_bytes_scan_as_the_grammar_says(void **state)
{
	vv_prng r;
	unsigned n, taken = 0;

	(void)state;
	vv_prng_init(&r, 1);
	for (n = 0; n < 20000; n++) {
		vv_dialect d = random_dialect(&r);
		vv_buf wanted = VV_BUF_INIT, got = VV_BUF_INIT;
		size_t columns = (size_t)vv_prng_below(&r, 40) + 1, place = 0;
		vv_error err = {0};
		uint64_t fault = 0;
		char text[300];
		size_t len;
		bool fine;
		int rc;

		if (vv_prng_below(&r, 8) == 0) {
			d.quote = 0;
		}
		len = random_text(&r, text, sizeof text, &d);
		fine = plain_reading(&wanted, &d, columns, text, len, &place);
		rc = rows_scan(&got, &d, columns, text, len, (size_t)vv_prng_below(&r, 150), false,
			       &fault, &err);
		assert_int_equal(rc >= 0, fine);
		if (fine) {
			taken++;
			assert_int_equal(got.len, wanted.len);
			assert_memory_equal(vv_buf_cstr(&got), vv_buf_cstr(&wanted), got.len);
		} else {
			vv_assert_status(rc, VV_EINPUT, &err);
			assert_int_equal(fault, place);
		}
		vv_buf_clear(&wanted);
		vv_buf_clear(&got);
	}
	assert_true(taken > 2000 && taken < 18000);
}

/* Each place has the bytes from which the grammar makes its cell; together with the spaces and delimiters between
 * them, the places are the row. */
static void expect_places(const vv_dialect *d, const char *text, const vv_row *row,
			  const vv_cell *cells, const vv_scan_place *places)
{
	size_t at = row->text_start;

	for (size_t i = 0; i < row->cells; i++) {
		const vv_scan_place *p = &places[i];
		vv_auto(vv_buf) read = VV_BUF_INIT;
		size_t fault;

		assert_int_equal(p->start, at);
		for (; at < p->from; at++) {
			assert_int_equal(text[at], ' ');
		}
		assert_true(d->spaces != VV_SPACES_KEPT || p->from == p->start);
		assert_true(plain_reading(&read, d, 1, text + p->from, p->to - p->from, &fault));
		assert_int_equal(p->from < p->to ? read.len - 2 : 0, cells[i].len);
		if (cells[i].len > 0) {
			assert_memory_equal(read.data + 1, cells[i].text, cells[i].len);
		}
		assert_true(p->to == row->text_end || text[p->to] == (char)d->delimiter);
		at = p->to + 1;
	}
	assert_int_equal(at, row->text_end + 1);
}

static void the_places_of_cells_are_the_bytes_that_they_are_read_from(void **state)
{
	enum { COLUMNS = 6 };
	vv_prng r;
	unsigned seen = 0;

	(void)state;
	vv_prng_init(&r, 7);
	for (unsigned n = 0; n < 400; n++) {
		vv_auto(vv_scan) *read = NULL, *placed = NULL;
		vv_auto(vv_buf) text = VV_BUF_INIT;
		vv_dialect d = random_dialect(&r);
		vv_scan_place places[COLUMNS];
		vv_cell cells[COLUMNS], scratch[COLUMNS];
		vv_row row, again;
		vv_error err;
		int more;

		d.spaces = d.delimiter != ' ' && n % 3 == 0 ? VV_SPACES_USUAL : VV_SPACES_KEPT;
		random_file(&r, &text, &d, 8);
		vv_assert_ok(vv_scan_new(&read, &d, COLUMNS, NULL, NULL, &err), &err);
		vv_assert_ok(vv_scan_new(&placed, &d, COLUMNS, NULL, NULL, &err), &err);
		vv_scan_window(read, vv_buf_cstr(&text), text.len, true, 0);
		vv_scan_window(placed, vv_buf_cstr(&text), text.len, true, 0);
		while ((more = vv_scan_row(read, cells, COLUMNS, &row, &err)) > 0) {
			assert_int_equal(vv_scan_places(placed, places, scratch, &again, &err), 1);
			assert_true(again.start == row.start && again.end == row.end);
			assert_true(again.cells == row.cells && again.plain == row.plain);
			expect_places(&d, vv_buf_cstr(&text), &row, cells, places);
			seen++;
		}
		vv_assert_ok(more, &err);
		assert_int_equal(vv_scan_places(placed, places, scratch, &again, &err), 0);
	}
	assert_true(seen > 1000);
}

static void windows_of_every_size_give_the_same_rows(void **state)
{
	vv_prng r;
	unsigned n;

	(void)state;
	vv_prng_init(&r, 2);
	for (n = 0; n < 60; n++) {
		vv_dialect d = random_dialect(&r);
		vv_buf text = VV_BUF_INIT, whole = VV_BUF_INIT;
		vv_error err;
		uint64_t fault;
		size_t window;
		int rows;

		random_file(&r, &text, &d, 12);
		rows = rows_scan(&whole, &d, 6, vv_buf_cstr(&text), text.len, 0, true, &fault,
				 &err);
		vv_assert_ok(rows, &err);
		for (window = 1; window <= text.len; window++) {
			vv_buf parts = VV_BUF_INIT;

			if (!vv_test_sampled(window + n, 4)) {
				continue;
			}
			assert_int_equal(rows_scan(&parts, &d, 6, vv_buf_cstr(&text), text.len,
						   window, true, &fault, &err),
					 rows);
			assert_int_equal(parts.len, whole.len);
			assert_memory_equal(vv_buf_cstr(&parts), vv_buf_cstr(&whole), whole.len);
			vv_buf_clear(&parts);
		}
		vv_buf_clear(&text);
		vv_buf_clear(&whole);
	}
}

/* Rows tile the input, a row that says so is what the writer makes of its cells, and where cells
 * stood in quotes tells the same of all rows. */
static void rows_tile_the_bytes_and_are_known_as_written_without_writing(void **state)
{
	vv_prng r;
	unsigned n, k, plain = 0, broken = 0, told[2] = {0, 0};

	(void)state;
	vv_prng_init(&r, 3);
	for (n = 0; n < 4000; n++) {
		vv_dialect d = random_dialect(&r);
		size_t columns = (size_t)vv_prng_below(&r, 3) == 0 ? 1 : 6, at = 0;
		vv_cell cells[6];
		vv_row_writer *w;
		uint8_t habits[6];
		char text[400];
		vv_error err;
		vv_row row;
		vv_scan *s;
		size_t len = random_text(&r, text, sizeof text, &d);

		if (vv_prng_below(&r, 8) == 0) {
			d.quote = d.escape = 0;
		}
		for (k = 0; k < 6; k++) {
			habits[k] = (uint8_t)vv_prng_below(&r, 4);
		}
		d.quoting = habits;
		d.quoting_count = (size_t)vv_prng_below(&r, 7);
		vv_assert_ok(vv_scan_new(&s, &d, columns, NULL, NULL, &err), &err);
		vv_assert_ok(vv_row_writer_new(&w, &d, columns, NULL, NULL, &err), &err);
		vv_scan_window(s, text, len, true, 0);
		while (vv_scan_row(s, cells, columns, &row, &err) == 1) {
			bool breaks = false;

			assert_int_equal(row.start, at);
			at = row.end;
			for (k = 0; k < row.cells; k++) {
				breaks |= memchr(cells[k].text, '\n', cells[k].len) != NULL;
			}
			assert_int_equal(row.breaks, breaks);
			broken += breaks;
			bool as_written = vv_row_matches(w, cells, columns, text + row.text_start,
							 row.text_end - row.text_start);

			if (row.plain) {
				plain++;
				assert_true(as_written || d.quoting_count > 0);
				assert_int_equal(row.text_start, row.start);
			}
			if (vv_row_quotes_tell(w)) {
				told[as_written]++;
				assert_int_equal(vv_row_quoted_as_written(w, cells, row.cells),
						 as_written);
			}
		}
		vv_scan_free(s);
		vv_row_writer_free(w);
	}
	assert_true(plain > 4000 && told[0] > 1000 && told[1] > 1000 && broken > 100);
}

/* --- libcsv ------------------------------------------------------------- */

typedef struct csv_rows {
	vv_buf out;
	bool in_row;
} csv_rows;

static void on_cell(void *text, size_t len, void *payload)
{
	csv_rows *rows = payload;

	vv_buf_putc(&rows->out, rows->in_row ? '|' : '[');
	vv_buf_put(&rows->out, text, len);
	rows->in_row = true;
}

static void on_row(int end, void *payload)
{
	csv_rows *rows = payload;

	(void)end;
	vv_buf_putc(&rows->out, ']');
	rows->in_row = false;
}

static int no_space(unsigned char c)
{
	(void)c;
	return 0;
}

/* Does libcsv, in its strict mode, take the file? */
static bool libcsv_reading(csv_rows *rows, const vv_dialect *d, const char *text, size_t len)
{
	struct csv_parser p;
	bool fine;

	assert_int_equal(csv_init(&p, CSV_STRICT | CSV_STRICT_FINI), 0);
	csv_set_space_func(&p, no_space);
	csv_set_delim(&p, d->delimiter);
	csv_set_quote(&p, d->quote);
	fine = csv_parse(&p, text, len, on_cell, on_row, rows) == len &&
	       csv_fini(&p, on_cell, on_row, rows) == 0;
	csv_free(&p);
	return fine;
}

/* libcsv's strict mode also refuses a quote inside an unquoted cell; else both take
 * and refuse the same files and read the same. */
static void libcsv_in_strict_mode_reads_the_same(void **state)
{
	vv_prng r;
	unsigned n, both = 0;

	(void)state;
	vv_prng_init(&r, 4);
	for (n = 0; n < 20000; n++) {
		vv_dialect d = random_dialect(&r);
		csv_rows theirs = {VV_BUF_INIT, false};
		vv_buf text = VV_BUF_INIT, ours = VV_BUF_INIT;
		vv_error err;
		uint64_t fault;
		bool fine;
		int rc;

		d.escape = 0;
		if (n % 2 == 0) {
			random_file(&r, &text, &d, (unsigned)vv_prng_below(&r, 20));
		} else {
			assert_true(vv_buf_reserve(&text, 200));
			text.len = random_text(&r, text.data, 200, &d);
		}
		rc = rows_scan(&ours, &d, 200, vv_buf_cstr(&text), text.len, 0, false, &fault,
			       &err);
		fine = libcsv_reading(&theirs, &d, vv_buf_cstr(&text), text.len);
		if (fine) {
			vv_assert_ok(rc, &err);
			assert_int_equal(ours.len, theirs.out.len);
			assert_memory_equal(vv_buf_cstr(&ours), vv_buf_cstr(&theirs.out), ours.len);
			both++;
		} else {
			assert_true(n % 2 == 1);
		}
		vv_buf_clear(&text);
		vv_buf_clear(&ours);
		vv_buf_clear(&theirs.out);
	}
	assert_true(both > 10000);
}

/* --- the rest ----------------------------------------------------------- */

static void the_fast_search_for_marks_equals_the_portable_one(void **state)
{
	vv_prng r;
	unsigned n, i;

	(void)state;
	vv_prng_init(&r, 5);
	for (n = 0; n < 50000; n++) {
		vv_mark_set set;
		vv_marks64 fast, slow;
		char bytes[64];

		vv_prng_bytes(&r, bytes, sizeof bytes);
		set.delimiter = (uint8_t)vv_prng_below(&r, 256);
		set.quote = (uint8_t)vv_prng_below(&r, 256);
		set.escape = vv_prng_below(&r, 2) == 0 ? set.quote
						       : (uint8_t)vv_prng_below(&r, 256);
		set.quotes_on = vv_prng_below(&r, 4) == 0 ? 0 : ~UINT64_C(0);
		for (i = 0; i < 64; i++) {
			const uint8_t marks[] = {set.delimiter,
						 set.quote,
						 set.escape,
						 '\n',
						 '\r',
						 (uint8_t)(set.delimiter + 1),
						 (uint8_t)(set.quote ^ 0x80)};

			if (vv_prng_below(&r, 3) == 0) {
				bytes[i] = (char)marks[vv_prng_below(&r, sizeof marks)];
			}
		}
		fast = vv_marks(bytes, &set);
		slow = vv_marks_portable(bytes, &set);
		assert_true(fast.all == slow.all && fast.quotes == slow.quotes);
		for (i = 0; i < 64; i++) {
			uint8_t c = (uint8_t)bytes[i];
			bool quote = set.quotes_on && (c == set.quote || c == set.escape);

			assert_int_equal(slow.quotes >> i & 1, quote);
			assert_int_equal(slow.all >> i & 1,
					 quote || c == set.delimiter || c == '\n' || c == '\r');
		}
	}
}

static void the_fast_copy_equals_the_portable_one(void **state)
{
	vv_prng r;
	unsigned n;

	(void)state;
	vv_prng_init(&r, 6);
	for (n = 0; n < 50000; n++) {
		const vv_mark_set set = {',', '"', vv_prng_below(&r, 2) == 0 ? '"' : '\\',
					 vv_prng_below(&r, 4) == 0 ? 0 : ~UINT64_C(0)};
		const char marks[] = ",\"\\\n\r";
		size_t len = (size_t)vv_prng_below(&r, 70), i;
		char *from = test_malloc(len + 1), *fast = test_malloc(len + 1),
		     *slow = test_malloc(len + 1);

		for (i = 0; i < len; i++) {
			from[i] = (char)('a' + vv_prng_below(&r, 26));
		}
		if (len > 0 && n % 2 == 0) {
			from[vv_prng_below(&r, len)] = marks[vv_prng_below(&r, 5)];
		}
		/* Exactly len bytes each, so that ASan sees one too many. */
		from = test_realloc(from, len > 0 ? len : 1);
		fast = test_realloc(fast, len > 0 ? len : 1);
		assert_int_equal(vv_copy_marked(fast, from, len, &set),
				 vv_copy_marked_portable(slow, from, len, &set));
		assert_memory_equal(fast, from, len);
		assert_memory_equal(slow, from, len);
		test_free(from);
		test_free(fast);
		test_free(slow);
	}
}

static vv_status scan_decoded(void *payload, vv_error *err)
{
	vv_dialect d = comma();
	vv_cell cells[3];
	vv_row row;
	vv_scan *s;
	vv_status rc = vv_scan_new(&s, &d, 3, NULL, NULL, err);
	int n;

	(void)payload;
	if (rc < 0) {
		assert_null(s);
		return rc;
	}
	vv_scan_window(s, "\"a\"\"b\",c\n", 9, true, 0);
	n = vv_scan_row(s, cells, 3, &row, err);
	if (n == 1) {
		assert_int_equal(cells[0].len, 3);
		assert_memory_equal(cells[0].text, "a\"b", 3);
	}
	vv_scan_free(s);
	return n < 0 ? (vv_status)n : VV_OK;
}

static void running_out_of_memory_is_reported(void **state)
{
	(void)state;
	vv_fault_each(VV_FAULT_ALLOC, 0, scan_decoded, NULL, NULL);
}

static void decoded_cells_live_on_in_the_detached_arena(void **state)
{
	vv_dialect d = comma();
	vv_arena arena;
	vv_cell cells[2];
	vv_row row;
	vv_scan *s;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_scan_new(&s, &d, 2, NULL, NULL, &err), &err);
	vv_scan_window(s, "\"a\"\"b\"\n\"c\"\"\"\n", 13, true, 0);
	assert_int_equal(vv_scan_row(s, cells, 1 + 1, &row, &err), 1);
	vv_scan_detach_arena(s, &arena);
	vv_scan_free(s);
	assert_memory_equal(cells[0].text, "a\"b", 3);
	vv_arena_clear(&arena);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(cells_are_cut_at_delimiters_and_rows_at_line_ends),
	cmocka_unit_test(lf_cr_and_crlf_all_end_rows),
	cmocka_unit_test(a_crlf_across_blocks_of_64_bytes_is_one_line_end),
	cmocka_unit_test(blank_lines_belong_to_the_row_behind_them),
	cmocka_unit_test(blank_lines_at_the_end_belong_to_the_last_row),
	cmocka_unit_test(input_of_blank_lines_has_no_row_and_is_not_consumed),
	cmocka_unit_test(quoted_cells_hold_delimiters_line_ends_and_doubled_quotes),
	cmocka_unit_test(quotes_inside_an_unquoted_cell_are_data),
	cmocka_unit_test(an_escape_character_takes_the_next_byte_as_it_is),
	cmocka_unit_test(without_a_quote_character_quotes_are_data),
	cmocka_unit_test(nul_and_invalid_utf8_are_ordinary_bytes),
	cmocka_unit_test(short_rows_leave_cells_absent),
	cmocka_unit_test(an_unterminated_quote_is_refused_where_it_opened),
	cmocka_unit_test(text_behind_a_closing_quote_is_refused_where_it_stands),
	cmocka_unit_test(too_many_cells_are_refused_with_both_numbers),
	cmocka_unit_test(a_refused_row_is_refused_again),
	cmocka_unit_test(characters_that_contradict_each_other_are_refused),
	cmocka_unit_test(a_row_is_given_once_the_byte_behind_it_is_seen),
	cmocka_unit_test(five_thousand_columns_are_scanned),
	cmocka_unit_test(any_bytes_scan_as_the_grammar_says),
	cmocka_unit_test(the_places_of_cells_are_the_bytes_that_they_are_read_from),
	cmocka_unit_test(windows_of_every_size_give_the_same_rows),
	cmocka_unit_test(rows_tile_the_bytes_and_are_known_as_written_without_writing),
	cmocka_unit_test(libcsv_in_strict_mode_reads_the_same),
	cmocka_unit_test(the_fast_search_for_marks_equals_the_portable_one),
	cmocka_unit_test(the_fast_copy_equals_the_portable_one),
	cmocka_unit_test(running_out_of_memory_is_reported),
	cmocka_unit_test(decoded_cells_live_on_in_the_detached_arena),
};

VV_TEST_SUITE(scan_csv)
