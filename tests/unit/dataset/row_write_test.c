#include "dataset/format/row_write.h"
#include "tests/unit/dataset/rows_support.h"

#include <stdio.h>
#include <string.h>

static vv_dialect comma(void)
{
	vv_dialect d;

	vv_dialect_init(&d);
	return d;
}

static vv_cell text_cell(const char *s)
{
	return (vv_cell){.text = s, .len = (uint32_t)strlen(s), .state = VV_CELL_TEXT};
}

static vv_cell literal(const char *s)
{
	vv_cell c = text_cell(s);

	c.state = VV_CELL_LITERAL;
	return c;
}

static const vv_cell absent = {.state = VV_CELL_ABSENT};
static const vv_cell null_cell = {.state = VV_CELL_NULL};

static void expect_row(const vv_dialect *d, const vv_cell *cells, size_t count, const char *wanted)
{
	const char *names[] = {"a", "b", "c", "d"};
	const size_t lens[] = {1, 1, 1, 1};
	vv_row_writer *w;
	vv_buf out = VV_BUF_INIT;
	vv_error err;

	vv_assert_ok(vv_row_writer_new(&w, d, 4, names, lens, &err), &err);
	vv_buf_puts(&out, "before");
	vv_row_write(w, &out, cells, count);
	vv_assert_ok(vv_buf_ok(&out, &err), &err);
	assert_string_equal(out.data + 6, wanted);
	assert_true(vv_row_matches(w, cells, count, wanted, strlen(wanted)));
	assert_false(vv_row_matches(w, cells, count, wanted, strlen(wanted) + 1));
	if (*wanted) {
		assert_false(vv_row_matches(w, cells, count, wanted, strlen(wanted) - 1));
	}
	vv_assert_ok(vv_row_writer_ok(w, &err), &err);
	vv_buf_clear(&out);
	vv_row_writer_free(w);
}

static void expect_cell(const vv_dialect *d, vv_quoting habit, const char *cell, const char *wanted)
{
	vv_cell c = text_cell(cell);
	vv_buf out = VV_BUF_INIT;

	vv_cell_write_csv(&out, &c, d, habit, VV_CELL_LATER);
	assert_string_equal(vv_buf_cstr(&out), wanted);
	vv_buf_clear(&out);
}

/* --- CSV ---------------------------------------------------------------- */

static void cells_are_quoted_where_they_must_be(void **state)
{
	vv_dialect d = comma();

	(void)state;
	expect_cell(&d, VV_QUOTE_MINIMAL, "abc", "abc");
	expect_cell(&d, VV_QUOTE_MINIMAL, "a,b", "\"a,b\"");
	expect_cell(&d, VV_QUOTE_MINIMAL, "a\"b", "\"a\"\"b\"");
	expect_cell(&d, VV_QUOTE_MINIMAL, "a\nb", "\"a\nb\"");
	expect_cell(&d, VV_QUOTE_MINIMAL, "a\rb", "\"a\rb\"");
	expect_cell(&d, VV_QUOTE_MINIMAL, " a;b\t", " a;b\t");
	expect_cell(&d, VV_QUOTE_MINIMAL, "", "");
	d.delimiter = ';';
	expect_cell(&d, VV_QUOTE_MINIMAL, "a,b", "a,b");
	expect_cell(&d, VV_QUOTE_MINIMAL, "a;b", "\"a;b\"");
	d.escape = '\\';
	expect_cell(&d, VV_QUOTE_MINIMAL, "a\"b\\c", "\"a\\\"b\\\\c\"");
	d.quote = 0;
	d.escape = 0;
	expect_cell(&d, VV_QUOTE_ALWAYS, "a;\"b", "a;\"b");
}

static void habits_quote_what_they_say(void **state)
{
	static const char *const numbers[] = {"0", "-1", "1.5", "-0.25e10", "1E+5", "100"};
	static const char *const words[] = {"01",  "1.",  ".5",  "+1", "1e", "-",
					    "1,5", "0x1", "NaN", "1 ", "--1"};
	vv_dialect d = comma();
	char quoted[20];
	size_t i;

	(void)state;
	d.delimiter = ';';
	expect_cell(&d, VV_QUOTE_ALWAYS, "", "\"\"");
	expect_cell(&d, VV_QUOTE_NONEMPTY, "", "");
	expect_cell(&d, VV_QUOTE_NONEMPTY, "1", "\"1\"");
	expect_cell(&d, VV_QUOTE_NONNUMERIC, "", "");
	for (i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		expect_cell(&d, VV_QUOTE_NONNUMERIC, numbers[i], numbers[i]);
	}
	for (i = 0; i < sizeof words / sizeof words[0]; i++) {
		snprintf(quoted, sizeof quoted, "\"%s\"", words[i]);
		expect_cell(&d, VV_QUOTE_NONNUMERIC, words[i], quoted);
		expect_cell(&d, VV_QUOTE_MINIMAL, words[i], words[i]);
	}
}

static void each_column_has_its_own_habit(void **state)
{
	uint8_t habits[] = {VV_QUOTE_ALWAYS, VV_QUOTE_MINIMAL, VV_QUOTE_NONEMPTY};
	vv_cell cells[] = {text_cell("x"), text_cell("y"), text_cell("z"), text_cell("w,")};
	vv_dialect d = comma();

	(void)state;
	d.quoting = habits;
	d.quoting_count = 3;
	expect_row(&d, cells, 4, "\"x\",y,\"z\",\"w,\"");
	cells[2] = text_cell("");
	expect_row(&d, cells, 3, "\"x\",y,");
}

static void trailing_absent_cells_are_left_out(void **state)
{
	vv_dialect d = comma();
	vv_cell cells[] = {text_cell("a"), absent, text_cell(""), absent};

	(void)state;
	expect_row(&d, cells, 4, "a,,");
	expect_row(&d, cells, 2, "a");
	expect_row(&d, &cells[3], 1, "");
	cells[0] = absent;
	cells[1] = text_cell("b");
	expect_row(&d, cells, 2, ",b");
}

static void an_empty_cell_alone_in_its_row_is_quoted(void **state)
{
	vv_dialect d = comma();
	vv_cell cells[] = {text_cell(""), absent, absent};

	(void)state;
	expect_row(&d, cells, 1, "\"\"");
	expect_row(&d, cells, 3, "\"\"");
	cells[1] = text_cell("");
	expect_row(&d, cells, 3, ",");
}

static void null_and_literals_are_written_like_text(void **state)
{
	vv_dialect d = comma();
	vv_cell cells[] = {literal("[1,2]"), null_cell, literal("1.0")};
	uint8_t habits[] = {VV_QUOTE_NONNUMERIC, VV_QUOTE_ALWAYS, VV_QUOTE_NONNUMERIC};

	(void)state;
	expect_row(&d, cells, 3, "\"[1,2]\",,1.0");
	d.quoting = habits;
	d.quoting_count = 3;
	expect_row(&d, cells, 3, "\"[1,2]\",,1.0");
}

static void long_cells_are_searched_to_their_end(void **state)
{
	vv_dialect d = comma();
	char cell[200], wanted[210];
	size_t len, at;

	(void)state;
	for (len = 1; len < 200; len += 7) {
		for (at = 0; at < len; at++) {
			vv_cell c = {.text = cell, .len = (uint32_t)len, .state = VV_CELL_TEXT};

			memset(cell, 'x', len);
			cell[at] = ',';
			snprintf(wanted, sizeof wanted, "\"%.*s\"", (int)len, cell);
			expect_row(&d, &c, 1, wanted);
			cell[at] = ';';
			snprintf(wanted, sizeof wanted, "%.*s", (int)len, cell);
			expect_row(&d, &c, 1, wanted);
		}
	}
}

/* What is written is read back, whatever the cells are. */
static void written_rows_scan_to_the_same_cells(void **state)
{
	vv_prng r;
	unsigned n;

	(void)state;
	vv_prng_init(&r, 11);
	for (n = 0; n < 20000; n++) {
		const uint8_t delimiters[] = {',', '\t', ' ', '|'};
		uint8_t habits[5];
		vv_dialect d = comma();
		vv_cell cells[5], back[5];
		size_t columns = (size_t)vv_prng_below(&r, 5) + 1, c, k;
		char text[5][20];
		vv_row_writer *w;
		vv_scan *s;
		vv_row row;
		vv_buf out = VV_BUF_INIT;
		vv_error err;

		d.delimiter = delimiters[vv_prng_below(&r, 4)];
		d.escape = vv_prng_below(&r, 3) == 0 ? '\\' : 0;
		for (c = 0; c < 5; c++) {
			size_t len = (size_t)vv_prng_below(&r, sizeof text[c]);
			const char kinds[] = {
				(char)d.delimiter, '"', '\\', '\n', '\r', 'a', '1', '\0', '\xff'};

			habits[c] = (uint8_t)vv_prng_below(&r, 4);
			for (k = 0; k < len; k++) {
				text[c][k] = kinds[vv_prng_below(&r, sizeof kinds)];
			}
			cells[c] = (vv_cell){
				.text = text[c], .len = (uint32_t)len, .state = VV_CELL_TEXT};
		}
		d.quoting = habits;
		d.quoting_count = (size_t)vv_prng_below(&r, 6);
		vv_assert_ok(vv_row_writer_new(&w, &d, 5, NULL, NULL, &err), &err);
		vv_assert_ok(vv_scan_new(&s, &d, 5, NULL, NULL, &err), &err);
		vv_row_write(w, &out, cells, columns);
		vv_scan_window(s, out.data, out.len, true, 0);
		assert_int_equal(vv_scan_row(s, back, 5, &row, &err), 1);
		assert_int_equal(row.cells, columns);
		assert_int_equal(row.end, out.len);
		for (c = 0; c < columns; c++) {
			assert_true(vv_cell_equal(&cells[c], &back[c]));
		}
		assert_true(vv_row_matches(w, back, 5, out.data, out.len));
		vv_scan_free(s);
		vv_row_writer_free(w);
		vv_buf_clear(&out);
	}
}

/* --- JSON --------------------------------------------------------------- */

static vv_dialect json(const char *open, const char *colon, const char *next, const char *close)
{
	vv_dialect d = comma();
	vv_error err;

	d.form = VV_FORM_NDJSON;
	vv_assert_ok(vv_bytes_set(&d.open, open, strlen(open), &err), &err);
	vv_assert_ok(vv_bytes_set(&d.colon, colon, strlen(colon), &err), &err);
	vv_assert_ok(vv_bytes_set(&d.comma, next, strlen(next), &err), &err);
	vv_assert_ok(vv_bytes_set(&d.close, close, strlen(close), &err), &err);
	return d;
}

static void objects_are_written_in_the_dialects_spacing(void **state)
{
	vv_dialect tight = json("{", ":", ",", "}"), wide = json("{\n  ", ": ", ",\n  ", "\n}");
	vv_cell cells[] = {text_cell("x"), absent, null_cell, literal("[1, 2]")};

	(void)state;
	expect_row(&tight, cells, 4, "{\"a\":\"x\",\"c\":null,\"d\":[1, 2]}");
	expect_row(&wide, cells, 4, "{\n  \"a\": \"x\",\n  \"c\": null,\n  \"d\": [1, 2]\n}");
	expect_row(&tight, &cells[1], 1, "{}");
	vv_dialect_clear(&tight);
	vv_dialect_clear(&wide);
}

static void strings_are_escaped_as_the_dialect_does(void **state)
{
	vv_dialect d = json("{", ":", ",", "}");
	vv_cell cell = text_cell("\"\\/\b\f\n\r\t\x01\x7f\xc3\xa9\xf0\x9f\x98\x80");

	(void)state;
	expect_row(&d, &cell, 1,
		   "{\"a\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\x7f\xc3\xa9\xf0\x9f\x98\x80\"}");
	d.ascii = true;
	expect_row(&d, &cell, 1,
		   "{\"a\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\x7f\\u00e9\\ud83d\\ude00\"}");
	cell = (vv_cell){.text = "\0\xff", .len = 2, .state = VV_CELL_TEXT};
	expect_row(&d, &cell, 1, "{\"a\":\"\\u0000\\ufffd\"}");
	vv_dialect_clear(&d);
}

static void written_objects_scan_to_the_same_cells(void **state)
{
	static const char *const literals[] = {"1",           "-0",   "true", "[\"\\u0041\"]",
					       "{\"x\": {}}", "1e400"};
	const char *names[] = {"id", "n\"ame", "\xc3\xa9"};
	const size_t lens[] = {2, 5, 2};
	vv_prng r;
	unsigned n;

	(void)state;
	vv_prng_init(&r, 12);
	for (n = 0; n < 3000; n++) {
		vv_dialect d = json("{ ", " : ", " ,", "\t}");
		vv_cell cells[3], back[3];
		char text[3][12];
		vv_row_writer *w;
		vv_scan *s;
		vv_row row;
		vv_buf out = VV_BUF_INIT;
		vv_error err;
		size_t c, k;

		d.ascii = vv_prng_below(&r, 2) == 0;
		for (c = 0; c < 3; c++) {
			size_t len = (size_t)vv_prng_below(&r, sizeof text[c]);

			for (k = 0; k < len; k++) {
				text[c][k] = (char)vv_prng_below(&r, 128);
			}
			cells[c] = (vv_cell){
				.text = text[c], .len = (uint32_t)len, .state = VV_CELL_TEXT};
			switch (vv_prng_below(&r, 5)) {
			case 0:
				cells[c] = literal(literals[vv_prng_below(&r, 6)]);
				break;
			case 1:
				cells[c] = null_cell;
				break;
			case 2:
				cells[c] = absent;
				break;
			default:
				break;
			}
		}
		vv_assert_ok(vv_row_writer_new(&w, &d, 3, names, lens, &err), &err);
		vv_assert_ok(vv_scan_new(&s, &d, 3, names, lens, &err), &err);
		vv_row_write(w, &out, cells, 3);
		vv_scan_window(s, out.data, out.len, true, 0);
		vv_assert_ok(vv_scan_row(s, back, 3, &row, &err), &err);
		for (c = 0; c < 3; c++) {
			assert_true(vv_cell_equal(&cells[c], &back[c]));
		}
		vv_scan_free(s);
		vv_row_writer_free(w);
		vv_buf_clear(&out);
		vv_dialect_clear(&d);
	}
}

/* A cell of 200 KB with quotes at the ends of its pieces. */
static void long_cells_are_compared_in_pieces(void **state)
{
	static const char *const names[] = {"a", "b", "c"};
	static const size_t lens[] = {1, 1, 1};
	static char text[200000];
	static const size_t at[] = {0, 3, 65535, 65536, 65540, 131072, 199000, 200009};
	vv_dialect dialects[] = {comma(), json("{", ":", ",", "}")};

	(void)state;
	memset(text, 'x', sizeof text);
	for (size_t i = 1; i < 4; i++) {
		memset(text + i * 65536 - 2, '"', 4);
	}
	vv_cell cells[] = {text_cell("one"),
			   {.text = text, .len = sizeof text, .state = VV_CELL_TEXT},
			   text_cell("three")};
	for (size_t i = 0; i < 2; i++) {
		vv_auto(vv_buf) whole = VV_BUF_INIT, out = VV_BUF_INIT;
		vv_auto(vv_row_writer) *w = NULL;
		vv_error err;

		vv_assert_ok(vv_row_writer_new(&w, &dialects[i], 3, names, lens, &err), &err);
		vv_row_write(w, &whole, cells, 3);
		for (size_t k = 0; k <= sizeof at / sizeof at[0]; k++) {
			vv_expected e = {.bytes = whole.data, .len = whole.len};

			if (k > 0) {
				whole.data[at[k - 1]] ^= 1;
			}
			vv_row_write_expected(w, &out, &e, cells, 3);
			vv_expected_take(&e, &out);
			assert_int_equal(vv_expected_met(&e), k == 0);
			assert_int_equal(e.taken, k == 0 ? whole.len : at[k - 1]);
			assert_int_equal(vv_row_matches(w, cells, 3, whole.data, whole.len),
					 k == 0);
			if (k > 0) {
				whole.data[at[k - 1]] ^= 1;
			}
		}
		assert_true(i == 1 || out.cap < whole.len);
		vv_dialect_clear(&dialects[i]);
	}
}

/* --- memory ------------------------------------------------------------- */

static vv_status match_rows(void *payload, vv_error *err)
{
	const char *name = "a", *raw = payload;
	const size_t len = 1;
	bool csv = strcmp(raw, "\"x\"") == 0;
	vv_dialect d = comma();
	vv_cell cell = text_cell("x");
	vv_row_writer *w;
	vv_status rc;

	d.form = csv ? VV_FORM_CSV : VV_FORM_NDJSON;
	d.quoting = (uint8_t[]){VV_QUOTE_ALWAYS};
	d.quoting_count = 1;
	rc = vv_row_writer_new(&w, &d, 1, &name, &len, err);
	if (rc < 0) {
		assert_null(w);
		return rc;
	}
	if (!vv_row_matches(w, &cell, 1, raw, strlen(raw))) {
		rc = vv_row_writer_ok(w, err);
	}
	vv_row_writer_free(w);
	return rc;
}

static void a_match_that_lacks_memory_says_so(void **state)
{
	char csv[] = "\"x\"", object[] = "\"a\"\"x\"";

	(void)state;
	vv_fault_each(VV_FAULT_ALLOC, 0, match_rows, NULL, csv);
	vv_fault_each(VV_FAULT_ALLOC, 0, match_rows, NULL, object);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(cells_are_quoted_where_they_must_be),
	cmocka_unit_test(habits_quote_what_they_say),
	cmocka_unit_test(each_column_has_its_own_habit),
	cmocka_unit_test(trailing_absent_cells_are_left_out),
	cmocka_unit_test(an_empty_cell_alone_in_its_row_is_quoted),
	cmocka_unit_test(null_and_literals_are_written_like_text),
	cmocka_unit_test(long_cells_are_searched_to_their_end),
	cmocka_unit_test(written_rows_scan_to_the_same_cells),
	cmocka_unit_test(objects_are_written_in_the_dialects_spacing),
	cmocka_unit_test(strings_are_escaped_as_the_dialect_does),
	cmocka_unit_test(written_objects_scan_to_the_same_cells),
	cmocka_unit_test(long_cells_are_compared_in_pieces),
	cmocka_unit_test(a_match_that_lacks_memory_says_so),
};

VV_TEST_SUITE(row_write)
