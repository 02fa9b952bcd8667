#include "tests/unit/dataset/rows_support.h"

#include <stdio.h>
#include <string.h>

static vv_dialect form(vv_form f)
{
	vv_dialect d;

	vv_dialect_init(&d);
	d.form = f;
	return d;
}

#define EXPECT(d, text, wanted) rows_expect((d), 0, (text), sizeof(text) - 1, (wanted))
#define REFUSED(d, text, message, at)                                                              \
	rows_refused((d), 0, (text), sizeof(text) - 1, (message), (at))

static void expect_details(const vv_dialect *d, const char *text, const char *wanted)
{
	vv_buf out = VV_BUF_INIT;
	vv_error err;
	uint64_t fault;

	vv_assert_ok(rows_scan(&out, d, 0, text, strlen(text), 0, true, &fault, &err), &err);
	assert_string_equal(vv_buf_cstr(&out), wanted);
	vv_buf_clear(&out);
}

/* --- values ------------------------------------------------------------- */

static void members_become_cells_of_their_columns(void **state)
{
	vv_dialect d = form(VV_FORM_NDJSON);

	(void)state;
	EXPECT(&d, "{\"a\":\"x\",\"b\":1}\n{\"b\":2,\"a\":\"y\"}\n{\"c\":3}\n",
	       "[x|l:1][y|l:2][-|-|l:3]");
	EXPECT(&d, "{\"a\":1}\n{}\n{\"a\":2}", "[l:1][][l:2]");
	EXPECT(&d, "", "");
}

static void strings_are_decoded_and_everything_else_stays_as_it_is(void **state)
{
	vv_dialect d = form(VV_FORM_NDJSON);

	(void)state;
	EXPECT(&d,
	       "{\"a\":\"q\\\"\\u00e9\\n\",\"b\":null,\"c\":[1, {\"x\": 2}],\"d\":1.50,\"e\":true,\"f\":\"\"}\n",
	       "[q\"\xc3\xa9\n|n:|l:[1, {\"x\": 2}]|l:1.50|l:true|]");
	/* Half a surrogate pair has no text that would give it back. */
	EXPECT(&d, "{\"a\":\"\\ud800\"}\n", "[l:\"\\ud800\"]");
	EXPECT(&d, "{\"a\":\"\\ud83d\\ude00\",\"\\u0061b\":1}\n{\"ab\":2}\n",
	       "[\xf0\x9f\x98\x80|l:1][-|l:2]");
}

static void more_columns_than_there_is_room_for_are_asked_for(void **state)
{
	vv_dialect d = form(VV_FORM_NDJSON);
	const char *names[] = {"a", "b"};
	size_t lens[] = {1, 1}, len;
	const char text[] = "{\"b\":1,\"x\":2,\"y\":3}\n";
	vv_cell cells[4];
	vv_scan *s;
	vv_row row;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_scan_new(&s, &d, 2, names, lens, &err), &err);
	vv_scan_window(s, text, strlen(text), true, 0);
	assert_int_equal(vv_scan_row(s, cells, 2, &row, &err), 2);
	assert_int_equal(vv_scan_offset(s), 0);
	assert_int_equal(vv_scan_columns(s), 4);
	assert_int_equal(vv_scan_row(s, cells, 4, &row, &err), 1);
	assert_int_equal(cells[0].state, VV_CELL_ABSENT);
	assert_memory_equal(cells[3].text, "3", 1);
	assert_int_equal(row.cells, 4);
	assert_int_equal(row.cell_bytes, 7);
	assert_string_equal(vv_scan_column_name(s, 2, &len), "x");
	assert_int_equal(len, 1);
	assert_null(vv_scan_column_name(s, 4, &len));
	vv_scan_free(s);
}

static void very_many_columns_are_refused(void **state)
{
	vv_dialect d = form(VV_FORM_NDJSON);
	vv_buf text = VV_BUF_INIT;
	vv_cell *cells = test_calloc(VV_COLUMNS_MAX, sizeof *cells);
	vv_scan *s;
	vv_row row;
	vv_error err;
	unsigned i;

	(void)state;
	for (i = 0; i <= VV_COLUMNS_MAX; i++) {
		vv_buf_printf(&text, "{\"c%u\":1}\n", i);
	}
	vv_assert_ok(vv_scan_new(&s, &d, 0, NULL, NULL, &err), &err);
	vv_scan_window(s, text.data, text.len, true, 0);
	for (i = 0; i < VV_COLUMNS_MAX; i++) {
		assert_int_equal(vv_scan_row(s, cells, i + 1, &row, &err), 1);
	}
	vv_assert_status(vv_scan_row(s, cells, VV_COLUMNS_MAX, &row, &err), VV_EINPUT, &err);
	vv_assert_contains(err.message, "16384");
	vv_scan_free(s);
	vv_buf_clear(&text);
	test_free(cells);
}

/* --- NDJSON ------------------------------------------------------------- */

static void lines_end_with_lf_cr_or_crlf(void **state)
{
	vv_dialect d = form(VV_FORM_NDJSON);

	(void)state;
	expect_details(&d, "{\"a\":1}\n{\"a\":2}\r\n{\"a\":3}\r{\"a\":4}",
		       "[l:1/0] 0-8 text 0-7 bytes 2 newline 0\n"
		       "[l:2/0] 8-17 text 8-15 bytes 2 newline 1\n"
		       "[l:3/0] 17-25 text 17-24 bytes 2 newline 2\n"
		       "[l:4/0] 25-32 text 25-32 bytes 2 newline 3\n");
}

static void blank_lines_and_spaces_belong_to_a_row(void **state)
{
	vv_dialect d = form(VV_FORM_NDJSON);

	(void)state;
	expect_details(&d, "\n \n {\"a\":1} \n\n{\"a\":2}\n \r\n  ",
		       "[l:1/0] 0-13 text 4-12 bytes 2 newline 0 blank\n"
		       "[l:2/0] 13-27 text 14-21 bytes 2 newline 0 blank\n");
}

static void anything_but_one_object_a_line_is_refused(void **state)
{
	vv_dialect d = form(VV_FORM_NDJSON);

	(void)state;
	REFUSED(&d, "{\"a\":1}\n[1]\n", "expected an object", 8);
	REFUSED(&d, "{\"a\":1}\n{\"a\":1}{\"a\":2}\n", "text after the object", 15);
	REFUSED(&d, "{\"a\":1}\n{\"a\":\n1}\n", "", 13);
	REFUSED(&d, "{\"a\":1,\"a\":2}\n", "duplicate name 'a'", 7);
	REFUSED(&d, "{\"a\":1", "", 6);
}

static void only_objects_of_several_lines_get_the_hint_to_write_one(void **state)
{
	static const struct {
		const char *text;
		bool hinted;
	} lines[] = {{"[1]\n", true},
		     {"{\"a\":\n1}\n", true},
		     {"{\n\"a\":1}\n", true},
		     {"{\"a\":1}{\"a\":2}\n", true},
		     {"{\"a\":1,\"a\":2}\n", false},
		     {"{\"a\":x}\n", false},
		     {"{\"a\":\"\\q\"}\n", false}};
	vv_dialect d = form(VV_FORM_NDJSON);

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		vv_buf out = VV_BUF_INIT;
		vv_error err = {0};
		uint64_t fault;

		vv_assert_status(rows_scan(&out, &d, 0, lines[i].text, strlen(lines[i].text), 0,
					   false, &fault, &err),
				 VV_EINPUT, &err);
		assert_int_equal(err.hint[0] != '\0', lines[i].hinted);
		vv_buf_clear(&out);
	}
}

/* --- arrays ------------------------------------------------------------- */

static void a_rows_end_is_the_separator_behind_it(void **state)
{
	vv_dialect d = form(VV_FORM_JSON);

	(void)state;
	/* The prologue "[" is the caller's. */
	expect_details(&d, "{\"a\":1},\n  {\"a\":2} , {\n\"a\" : 3\n}\n]\n",
		       "[l:1/0] 0-11 text 0-7 bytes 2 newline 3\n"
		       "[l:2/0] 11-21 text 11-18 bytes 2 newline 3\n"
		       "[l:3/0] 21-32 text 21-32 bytes 2 newline 3\n");
	EXPECT(&d, "{\"a\":1},{\"a\":[{},\"]\"]},{}]", "[l:1][l:[{},\"]\"]][]");
}

static void the_body_ends_behind_the_last_row(void **state)
{
	vv_dialect d = form(VV_FORM_JSON);
	const char text[] = "{\"a\":1},{\"a\":2}\n]\n";
	vv_scan *s;
	vv_cell cells[1];
	vv_row row;
	vv_error err;
	size_t end = 99;

	(void)state;
	vv_assert_ok(vv_scan_new(&s, &d, 0, NULL, NULL, &err), &err);
	vv_scan_window(s, text, strlen(text), true, 0);
	assert_int_equal(vv_scan_row(s, cells, 1, &row, &err), 1);
	assert_false(vv_scan_body_end(s, &end));
	assert_int_equal(end, 99);
	assert_int_equal(vv_scan_row(s, cells, 1, &row, &err), 1);
	assert_true(vv_scan_body_end(s, &end));
	assert_int_equal(end, 15);
	assert_int_equal(vv_scan_row(s, cells, 1, &row, &err), 0);
	/* The epilogue alone, as a new window has it. */
	vv_scan_window(s, text + 15, 3, true, 15);
	assert_int_equal(vv_scan_row(s, cells, 1, &row, &err), 0);
	assert_true(vv_scan_body_end(s, &end));
	assert_int_equal(end, 0);
	vv_scan_free(s);
}

static void an_empty_array_has_no_rows(void **state)
{
	vv_dialect d = form(VV_FORM_JSON);

	(void)state;
	EXPECT(&d, "]", "");
	EXPECT(&d, " \n]\n\n", "");
}

static void arrays_that_are_none_are_refused(void **state)
{
	vv_dialect d = form(VV_FORM_JSON);

	(void)state;
	REFUSED(&d, "{\"a\":1},{\"a\":2}\n", "never closed", 16);
	REFUSED(&d, "{\"a\":1},", "never closed", 7);
	REFUSED(&d, "", "never closed", 0);
	REFUSED(&d, "{\"a\":1},]", "expected an object after the comma, found ']'", 8);
	REFUSED(&d, "{\"a\":1},,{\"a\":2}]", "expected an object after the comma", 8);
	REFUSED(&d, "{\"a\":1} {\"a\":2}]", "expected ',' or ']'", 8);
	REFUSED(&d, "{\"a\":1},1]", "expected an object", 8);
	REFUSED(&d, "1]", "expected an object", 0);
	REFUSED(&d, "{\"a\":1}] x", "text after the array", 9);
	REFUSED(&d, "{\"a\":1}\n]]", "text after the array", 9);
	REFUSED(&d, "{\"a\" 1}]", "", 5);
}

static void a_huge_epilogue_is_refused(void **state)
{
	vv_dialect d = form(VV_FORM_JSON);
	size_t len = VV_HEADER_MAX + 100;
	char *text = test_malloc(len);
	vv_scan *s;
	vv_cell cells[1];
	vv_row row;
	vv_error err;

	(void)state;
	memset(text, ' ', len);
	memcpy(text, "{}]", 3);
	vv_assert_ok(vv_scan_new(&s, &d, 0, NULL, NULL, &err), &err);
	vv_scan_window(s, text, len, false, 0);
	assert_int_equal(vv_scan_row(s, cells, 1, &row, &err), 1);
	vv_assert_status(vv_scan_row(s, cells, 1, &row, &err), VV_EINPUT, &err);
	vv_scan_free(s);
	test_free(text);
}

/* --- windows ------------------------------------------------------------ */

static void put_random_value(vv_prng *r, vv_buf *b)
{
	static const char *const values[] = {"1",
					     "-0.5e3",
					     "true",
					     "null",
					     "\"\"",
					     "\"x\\\"y\\\\\"",
					     "\"\\u00e9\xc3\xa9\"",
					     "[1,[2]]",
					     "{\"k\":\"}\"}",
					     "\"]\"",
					     "\"\\ud800\"",
					     "\"abc\""};

	vv_buf_puts(b, values[vv_prng_below(r, sizeof values / sizeof values[0])]);
}

static void put_space(vv_prng *r, vv_buf *b, const char *kinds)
{
	while (vv_prng_below(r, 3) == 0) {
		vv_buf_putc(b, kinds[vv_prng_below(r, strlen(kinds))]);
	}
}

static void random_rows(vv_prng *r, vv_buf *b, vv_form f, unsigned rows)
{
	const char *kinds = f == VV_FORM_JSON ? " \t\n\r" : " \t";
	unsigned i, m, members;

	for (i = 0; i < rows; i++) {
		const char *sep = "";

		vv_buf_putc(b, '{');
		members = (unsigned)vv_prng_below(r, 5);
		for (m = 0; m < members; m++, sep = ",") {
			vv_buf_puts(b, sep);
			put_space(r, b, kinds);
			vv_buf_printf(b, "\"m%u\"", m * 3 + (unsigned)vv_prng_below(r, 3));
			put_space(r, b, kinds);
			vv_buf_putc(b, ':');
			put_space(r, b, kinds);
			put_random_value(r, b);
		}
		put_space(r, b, kinds);
		vv_buf_putc(b, '}');
		put_space(r, b, kinds);
		if (f == VV_FORM_JSON) {
			vv_buf_puts(b, i + 1 < rows ? "," : "]");
		} else {
			vv_buf_puts(b, vv_prng_below(r, 4) > 0   ? "\n"
				       : vv_prng_below(r, 2) > 0 ? "\r\n"
								 : "\n\n");
		}
		put_space(r, b, kinds);
	}
}

static void windows_of_every_size_give_the_same_rows(void **state)
{
	vv_prng r;
	unsigned n;

	(void)state;
	vv_prng_init(&r, 7);
	for (n = 0; n < 80; n++) {
		vv_dialect d = form(n % 2 == 0 ? VV_FORM_JSON : VV_FORM_NDJSON);
		vv_buf text = VV_BUF_INIT, whole = VV_BUF_INIT;
		vv_error err;
		uint64_t fault;
		size_t window;
		int rows;

		random_rows(&r, &text, d.form, 8);
		rows = rows_scan(&whole, &d, 0, text.data, text.len, 0, true, &fault, &err);
		vv_assert_ok(rows, &err);
		assert_int_equal(rows, 8);
		for (window = 1; window <= text.len; window++) {
			vv_buf parts = VV_BUF_INIT;

			if (!vv_test_sampled(window + n, 4)) {
				continue;
			}
			assert_int_equal(rows_scan(&parts, &d, 0, text.data, text.len, window, true,
						   &fault, &err),
					 rows);
			assert_string_equal(parts.data, whole.data);
			vv_buf_clear(&parts);
		}
		vv_buf_clear(&text);
		vv_buf_clear(&whole);
	}
}

static void a_single_raw_row_is_scanned_with_what_follows_it(void **state)
{
	vv_dialect d = form(VV_FORM_JSON);
	vv_scan *s;
	vv_cell cells[1];
	vv_row row;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_scan_new(&s, &d, 0, NULL, NULL, &err), &err);
	vv_scan_window(s, "{\"a\":1},\n  {", 12, false, 0);
	assert_int_equal(vv_scan_row(s, cells, 1, &row, &err), 1);
	assert_int_equal(row.end, 11);
	vv_scan_window(s, "{\"a\":1}]", 8, false, 0);
	assert_int_equal(vv_scan_row(s, cells, 1, &row, &err), 1);
	assert_int_equal(row.end, 7);
	vv_scan_free(s);
}

static vv_status scan_some(void *payload, vv_error *err)
{
	const char text[] = "{\"a\":\"x\\ny\",\"b\":2},{\"c\":\"\\t\"}]";
	vv_dialect d = form(VV_FORM_JSON);
	vv_cell cells[3];
	vv_row row;
	vv_scan *s;
	vv_status rc = vv_scan_new(&s, &d, 0, NULL, NULL, err);
	int n = 1, rows = 0;

	(void)payload;
	if (rc < 0) return rc;
	vv_scan_window(s, text, strlen(text), true, 0);
	while ((n = vv_scan_row(s, cells, 3, &row, err)) == 1) {
		rows++;
	}
	assert_true(n < 0 || rows == 2);
	vv_scan_free(s);
	return (vv_status)n;
}

static void running_out_of_memory_is_reported(void **state)
{
	(void)state;
	vv_fault_each(VV_FAULT_ALLOC, 0, scan_some, NULL, NULL);
}

static vv_status scan_lines(void *payload, vv_error *err)
{
	const char text[] = "{\"a\":\"x\\ny\",\"b\":2}\n{\"c\":\"\\t\"}\n";
	vv_dialect d = form(VV_FORM_NDJSON);
	vv_cell cells[3];
	vv_row row;
	vv_scan *s;
	vv_status rc = vv_scan_new(&s, &d, 0, NULL, NULL, err);
	int n = 1;

	(void)payload;
	if (rc < 0) return rc;
	vv_scan_window(s, text, strlen(text), true, 0);
	while ((n = vv_scan_row(s, cells, 3, &row, err)) == 1) {
	}
	assert_true(n != VV_ENOMEM || err->hint_id == VV_HINT_NONE);
	vv_scan_free(s);
	return (vv_status)n;
}

static void running_out_of_memory_in_a_line_says_nothing_of_lines(void **state)
{
	(void)state;
	vv_fault_each(VV_FAULT_ALLOC, 0, scan_lines, NULL, NULL);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(members_become_cells_of_their_columns),
	cmocka_unit_test(strings_are_decoded_and_everything_else_stays_as_it_is),
	cmocka_unit_test(more_columns_than_there_is_room_for_are_asked_for),
	cmocka_unit_test(very_many_columns_are_refused),
	cmocka_unit_test(lines_end_with_lf_cr_or_crlf),
	cmocka_unit_test(blank_lines_and_spaces_belong_to_a_row),
	cmocka_unit_test(anything_but_one_object_a_line_is_refused),
	cmocka_unit_test(only_objects_of_several_lines_get_the_hint_to_write_one),
	cmocka_unit_test(a_rows_end_is_the_separator_behind_it),
	cmocka_unit_test(the_body_ends_behind_the_last_row),
	cmocka_unit_test(an_empty_array_has_no_rows),
	cmocka_unit_test(arrays_that_are_none_are_refused),
	cmocka_unit_test(a_huge_epilogue_is_refused),
	cmocka_unit_test(windows_of_every_size_give_the_same_rows),
	cmocka_unit_test(a_single_raw_row_is_scanned_with_what_follows_it),
	cmocka_unit_test(running_out_of_memory_is_reported),
	cmocka_unit_test(running_out_of_memory_in_a_line_says_nothing_of_lines),
};

VV_TEST_SUITE(scan_json)
