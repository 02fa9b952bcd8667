/*
 * Some cells of a line written anew: all other bytes stay.
 */
#include "tests/unit/support.h"

#include <string.h>

#include "lib/rewrite/splice.h"

#define COLUMNS 3u
static const char *const names[COLUMNS] = {"a", "b", "c"};

/* The line with the text in one column. NULL: it cannot be spliced. */
static void line_becomes(const char *want, const vv_dialect *d, const char *line, size_t column,
			 const char *text, uint8_t state)
{
	vv_cell cells[COLUMNS] = {{0}};
	bool changed[COLUMNS] = {false};
	vv_buf out = VV_BUF_INIT;
	bool done;

	cells[column] = (vv_cell){.text = text, .len = (uint32_t)strlen(text), .state = state};
	changed[column] = true;
	done = line_splice(&out, d, line, strlen(line), cells, changed, names, COLUMNS);
	assert_int_equal(done, want != NULL);
	assert_string_equal(vv_buf_cstr(&out), want ? want : "");
	vv_buf_clear(&out);
}

static void csv_lines_keep_their_quotes(void **state)
{
	vv_dialect d;

	(void)state;
	vv_dialect_init(&d);
	line_becomes("\"1\",\"x, y\",\"3\"", &d, "\"1\",\"x, \"\"\",\"3\"", 1, "x, y", 0);
	line_becomes("\n1,n,\"3\"", &d, "\n1,2,\"3\"", 1, "n", 0);
	line_becomes("1,\"n\",3", &d, "1,\"2\"\"\n,\",3", 1, "n", 0);
	line_becomes("1,2,n", &d, "1,2,3", 2, "n", 0);
	line_becomes("1,\"n,\",3", &d, "1,2,3", 1, "n,", 0);
	line_becomes(NULL, &d, "1,2", 2, "n", 0);
	vv_dialect_clear(&d);
}

static void json_lines_keep_blanks_and_order(void **state)
{
	vv_dialect d;
	const char *line = "{ \"b\" : [1, {\"a\": 2}] ,\"a\":\"x}\\\"\", \"c\":null }";

	(void)state;
	vv_dialect_init(&d);
	d.form = VV_FORM_NDJSON;
	line_becomes("{ \"b\" : [1, {\"a\": 2}] ,\"a\":\"new\", \"c\":null }", &d, line, 0, "new",
		     0);
	line_becomes("{ \"b\" : 7 ,\"a\":\"x}\\\"\", \"c\":null }", &d, line, 1, "7",
		     VV_CELL_LITERAL);
	line_becomes("{ \"b\" : [1, {\"a\": 2}] ,\"a\":\"x}\\\"\", \"c\":true }", &d, line, 2,
		     "true", VV_CELL_LITERAL);
	line_becomes(NULL, &d, "{\"a\":1}", 1, "2", VV_CELL_LITERAL);
	line_becomes(NULL, &d, "{\"a\":1,\"a\":2}", 0, "2", VV_CELL_LITERAL);
	vv_dialect_clear(&d);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(csv_lines_keep_their_quotes),
	cmocka_unit_test(json_lines_keep_blanks_and_order),
};
VV_TEST_SUITE(splice)
