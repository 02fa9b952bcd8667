/* Rows of files that are not valid tables: their cells and faults. */
#include "tests/unit/support.h"

#include <string.h>

#include "dataset/read/ragged.h"

/* The beginning of all files; it is not printed. */
#define HEADER "a,b,c\n1,2,3\n"

/* A source that returns at most `step` bytes at a time. */
typedef struct text_source {
	const char *text;
	size_t len, at, step;
} text_source;

static ssize_t read_text(void *payload, void *buf, size_t len, vv_error *err VV_UNUSED)
{
	text_source *s = payload;
	size_t n = s->len - s->at < len ? s->len - s->at : len;

	n = n < s->step ? n : s->step;
	memcpy(buf, s->text + s->at, n);
	s->at += n;
	return (ssize_t)n;
}

/* Prints a row as [cell|cell], with Q after a cell in quotes, S for text after a quote and U for a
 * quote that is not closed; a comment as #. */
static void print_row(vv_buf *out, const vv_ragged *r, const vv_ragged_row *row)
{
	if (row->comment) {
		vv_buf_puts(out, "#");
		return;
	}
	vv_buf_puts(out, "[");
	for (size_t i = 0; i < r->count && i <= r->sniffed.columns; i++) {
		size_t len;
		const char *text = vv_ragged_cell(r, i, &len);

		vv_buf_puts(out, i > 0 ? "|" : "");
		vv_buf_put(out, text, len);
		vv_buf_puts(out, vv_ragged_is_quoted(r, i) ? "Q" : "");
	}
	vv_buf_puts(out, row->stray == SIZE_MAX ? "" : " S");
	vv_buf_puts(out, row->unclosed == SIZE_MAX ? "]" : " U]");
}

static void expect_in_steps(const char *rows, uint8_t escape, const char *wanted, size_t step)
{
	vv_sniff_hints hints = VV_SNIFF_HINTS_INIT;
	vv_auto(vv_buf) text = VV_BUF_INIT, out = VV_BUF_INIT;
	text_source from = {.step = step};
	vv_source source = {.read = read_text, .payload = &from, .name = "a.csv"};
	vv_auto(vv_ragged) r = {0};
	vv_ragged_row row;
	vv_error err;
	int more;

	vv_buf_puts(&text, HEADER);
	vv_buf_puts(&text, rows);
	from.text = vv_buf_cstr(&text);
	from.len = text.len;
	hints.delimiter = ',';
	hints.quote = '"';
	hints.escape = escape;
	hints.comment = '#';
	hints.header = true;
	vv_assert_ok(vv_ragged_open(&r, &source, &hints, &err), &err);
	while ((more = vv_ragged_next(&r, &row, &err)) > 0) {
		print_row(&out, &r, &row);
		vv_ragged_pass(&r, &row);
	}
	vv_assert_ok(more, &err);
	assert_string_equal(vv_buf_cstr(&out) + strlen("[1|2|3]"), wanted);
}

static void expect(const char *rows, uint8_t escape, const char *wanted)
{
	expect_in_steps(rows, escape, wanted, 1);
	expect_in_steps(rows, escape, wanted, 1000);
}

static void text_after_a_closing_quote_is_reported_and_read_as_it_stands(void **state VV_UNUSED)
{
	expect("\"x\"y,2,\"z\"\n4,5,6\n", 0, "[\"x\"y|2|\"z\"Q S][4|5|6]");
	expect("\"x\"\"y\"z\"w,2,3", 0, "[\"x\"\"y\"z\"w|2|3 S]");
}

static void a_quote_that_is_not_closed_ends_with_its_line(void **state VV_UNUSED)
{
	expect("\"x,2,3\n4,5,6\n", 0, "[\"x|2|3 U][4|5|6]");
	expect("1,\"x\n4,\"y\"z,6\n", 0, "[1|\"x U][4|\"y\"z|6 S]");
	expect("1,2,\"", 0, "[1|2|\" U]");
	expect("1,\"a\r\nb\"\r\n", 0, "[1|\"a\r\nb\"Q]");
}

static void a_doubled_quote_is_no_fault_where_the_file_has_an_escape_character(
	void **state VV_UNUSED)
{
	expect("\"x\"\"y\",\"a\\\"b\",3\n", '\\', "[\"x\"\"y\"Q|\"a\\\"b\"Q|3]");
	expect("\"x\"\"y\"z,2,3\n", '\\', "[\"x\"\"y\"z|2|3 S]");
}

static void surplus_cells_are_counted_and_the_first_is_found(void **state VV_UNUSED)
{
	expect("1,2,3,4,5\n1,2\n", 0, "[1|2|3|4][1|2]");
}

static void blank_lines_and_comments_are_rows_of_their_own(void **state VV_UNUSED)
{
	expect("\n\r\n# note\n1,2,3\n\n\n", 0, "[][]#[1|2|3][][]");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(text_after_a_closing_quote_is_reported_and_read_as_it_stands),
	cmocka_unit_test(a_quote_that_is_not_closed_ends_with_its_line),
	cmocka_unit_test(a_doubled_quote_is_no_fault_where_the_file_has_an_escape_character),
	cmocka_unit_test(surplus_cells_are_counted_and_the_first_is_found),
	cmocka_unit_test(blank_lines_and_comments_are_rows_of_their_own),
};
VV_TEST_SUITE(ragged)
