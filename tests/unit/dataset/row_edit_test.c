/*
 * What editing rows promises: only the rows named change, the file still reads, and it
 * holds what was asked for, in every form.
 */
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "dataset/rows/row_edit.h"
#include "dataset/table/import.h"
#include "dataset/table/mem_sink.h"
#include "dataset/table/table.h"

static vv_cell text(const char *s)
{
	return (vv_cell){s, (uint32_t)strlen(s), VV_CELL_TEXT, 0, 0};
}

static vv_status collect(void *payload, const void *bytes, size_t len, vv_error *err)
{
	vv_buf_put(payload, bytes, len);
	return vv_buf_ok(payload, err);
}

/* Imports before, edits it, or gives a column another name, and expects after. */
static void expect_file(const char *before, const vv_row_edit *edits, size_t count, size_t column,
			const char *name, const char *after)
{
	static const char *const no_key[] = {NULL};
	vv_import_options o = {.hints = VV_SNIFF_HINTS_INIT, .key = no_key};
	vv_mem_sink *mem;
	vv_import_result r;
	vv_mem_source storage;
	vv_source source;
	vv_buf out = VV_BUF_INIT;
	vv_table t;
	vv_sink sink;
	vv_error err;

	memset(&r, 0, sizeof(r));
	o.temp_dir = vv_test_dir();
	o.hints.path = before[0] == '[' ? "t.json" : before[0] == '{' ? "t.ndjson" : "t.csv";
	o.hints.has_form = true;
	o.hints.form = before[0] == '['   ? VV_FORM_JSON
		       : before[0] == '{' ? VV_FORM_NDJSON
					  : VV_FORM_CSV;
	vv_assert_ok(vv_mem_sink_new(&mem, NULL, NULL, &err), &err);
	vv_mem_sink_use(&sink, mem);
	vv_source_mem(&source, &storage, before, strlen(before), "t");
	vv_assert_ok(vv_import(&r, &source, &sink, &o, &err), &err);
	vv_assert_ok(vv_table_open(&t, &sink, &r.cid, &err), &err);
	if (name) {
		vv_assert_ok(vv_column_rename(&t, column, name, collect, &out, &err), &err);
	} else {
		vv_assert_ok(vv_rows_edit(&t, NULL, edits, count, collect, &out, &err), &err);
	}
	assert_string_equal(vv_buf_cstr(&out), after);
	vv_buf_clear(&out);
	vv_table_close(&t);
	vv_import_result_clear(&r);
	vv_mem_sink_free(mem);
}

static void expect_edit(const char *before, const vv_row_edit *edits, size_t count,
			const char *after)
{
	expect_file(before, edits, count, 0, NULL, after);
}

static void expect_name(const char *before, size_t column, const char *name, const char *after)
{
	expect_file(before, NULL, 0, column, name, after);
}

static void a_column_gets_another_name_and_all_else_stays(void **state)
{
	(void)state;
	expect_name("id,name\n1,a\n", 0, "x", "x,name\n1,a\n");
	expect_name("id,name\r\n1,\"a\"\r\n", 1, "x", "id,x\r\n1,\"a\"\r\n");
	expect_name("id,name\n1,a", 1, "a,b", "id,\"a,b\"\n1,a");
	expect_name("\n\nid,name\n\n1,a\n", 0, "x", "\n\nx,name\n\n1,a\n");
	expect_name("\"i,d\",\"na\"\"me\"\n1,a\n", 0, "x", "\"x\",\"na\"\"me\"\n1,a\n");
	expect_name("\"i,d\",\"na\"\"me\"\n1,a\n", 1, "y\"z", "\"i,d\",\"y\"\"z\"\n1,a\n");
	expect_name("{\"a\":1, \"b\":\"a\"}\n{ \"b\":{\"a\":2},\"a\":[\"a\"]}\n", 0, "z",
		    "{\"z\":1, \"b\":\"a\"}\n{ \"b\":{\"a\":2},\"z\":[\"a\"]}\n");
	expect_name("[{\"a\":[{\"a\":1}]},\n{\"ab\":\"a\",\"a\":\"{\\\"a\\\":1}\"}]", 0, "z",
		    "[{\"z\":[{\"a\":1}]},\n{\"ab\":\"a\",\"z\":\"{\\\"a\\\":1}\"}]");
	expect_name("{\"\\u0061\":1,\"\\u0062\":2}\n", 0, "z", "{\"z\":1,\"\\u0062\":2}\n");
	expect_name("{\"a\":\"\\u00e4\"}\n", 0, "\xc3\xa9\xf0\x9f\x98\x80\"",
		    "{\"\\u00e9\\ud83d\\ude00\\\"\":\"\\u00e4\"}\n");
	expect_name("{\"a\":\"\xc3\xa4\"}\n", 0, "\xc3\xa9", "{\"\xc3\xa9\":\"\xc3\xa4\"}\n");
}

static const char csv[] = "id,name\n1,a\n2, b \n3,c\n";

static void no_edit_gives_the_file(void **state)
{
	(void)state;
	expect_edit(csv, NULL, 0, csv);
	expect_edit("a;b\r\n1;2\r\n\r\n3;\"x\ny\"", NULL, 0, "a;b\r\n1;2\r\n\r\n3;\"x\ny\"");
	expect_edit("[{\"a\": 1},\n {\"a\": 2}]\n", NULL, 0, "[{\"a\": 1},\n {\"a\": 2}]\n");
}

static void a_cell_is_set(void **state)
{
	vv_row_edit e = {.row = 1, .action = VV_ROW_SET, .column = 1, .cell = text("x, y")};
	vv_row_edit two[] = {e, {.row = 1, .action = VV_ROW_SET, .column = 0, .cell = text("9")}};

	(void)state;
	expect_edit(csv, &e, 1, "id,name\n1,a\n2,\"x, y\"\n3,c\n");
	expect_edit(csv, two, 2, "id,name\n1,a\n9,\"x, y\"\n3,c\n");
	e.row = 2;
	expect_edit("id,name\r\n1,a\r\n2,b\r\n3,c", &e, 1, "id,name\r\n1,a\r\n2,b\r\n3,\"x, y\"");
}

static void rows_are_removed(void **state)
{
	vv_row_edit e[] = {{.row = 0, .action = VV_ROW_REMOVE},
			   {.row = 2, .action = VV_ROW_REMOVE}};

	(void)state;
	expect_edit(csv, e, 2, "id,name\n2, b \n");
	expect_edit(csv, e + 1, 1, "id,name\n1,a\n2, b \n");
	expect_edit("[{\"a\":1},{\"a\":2},{\"a\":3}]\n", e, 2, "[{\"a\":2}]\n");
	expect_edit("[{\"a\":1},{\"a\":2},{\"a\":3}]\n", e + 1, 1, "[{\"a\":1},{\"a\":2}]\n");
	expect_edit("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", e, 2, "{\"a\":2}\n");
}

static void all_rows_can_go(void **state)
{
	vv_row_edit e[] = {{.row = 0, .action = VV_ROW_REMOVE},
			   {.row = 1, .action = VV_ROW_REMOVE}};

	(void)state;
	expect_edit("a,b\n1,2\n3,4\n", e, 2, "a,b\n");
	expect_edit("[{\"a\":1},{\"a\":2}]\n", e, 2, "[]\n");
}

static void rows_are_put_in(void **state)
{
	const vv_cell cells[] = {text("7"), text("new")};
	vv_row_edit first = {.row = 0, .action = VV_ROW_INSERT, .cells = cells};
	vv_row_edit last = {.row = 3, .action = VV_ROW_INSERT, .cells = cells};
	vv_row_edit both[] = {first, {.row = 0, .action = VV_ROW_REMOVE}, last};

	(void)state;
	expect_edit(csv, &first, 1, "id,name\n7,new\n1,a\n2, b \n3,c\n");
	expect_edit(csv, &last, 1, "id,name\n1,a\n2, b \n3,c\n7,new\n");
	expect_edit(csv, both, 3, "id,name\n7,new\n2, b \n3,c\n7,new\n");
}

static void a_row_behind_one_without_its_line_end_is_set_off(void **state)
{
	const vv_cell cells[] = {text("7"), text("new")};
	vv_row_edit last = {.row = 2, .action = VV_ROW_INSERT, .cells = cells};

	(void)state;
	expect_edit("a,b\n1,2\n3,4", &last, 1, "a,b\n1,2\n3,4\n7,new");
}

static void a_row_is_put_into_json(void **state)
{
	const vv_cell cells[] = {text("x")};
	vv_row_edit last = {.row = 2, .action = VV_ROW_INSERT, .cells = cells};
	vv_row_edit first = {.row = 0, .action = VV_ROW_INSERT, .cells = cells};

	(void)state;
	expect_edit("[{\"a\":\"1\"},{\"a\":\"2\"}]\n", &last, 1,
		    "[{\"a\":\"1\"},{\"a\":\"2\"},{\"a\":\"x\"}]\n");
	expect_edit("[{\"a\":\"1\"},{\"a\":\"2\"}]\n", &first, 1,
		    "[{\"a\":\"x\"},{\"a\":\"1\"},{\"a\":\"2\"}]\n");
	expect_edit("{\"a\":\"1\"}\n{\"a\":\"2\"}\n", &last, 1,
		    "{\"a\":\"1\"}\n{\"a\":\"2\"}\n{\"a\":\"x\"}\n");
}

static void lines_that_are_not_touched_keep_their_form(void **state)
{
	vv_row_edit e = {.row = 1, .action = VV_ROW_REMOVE};

	(void)state;
	expect_edit("a,b\n\"1\",2\r\n3,4\n\n5, 6\n", &e, 1, "a,b\n\"1\",2\r\n\n5, 6\n");
}

static void edits_are_put_in_order(void **state)
{
	vv_row_edit e[] = {{.row = 5, .action = VV_ROW_SET, .column = 1},
			   {.row = 2, .action = VV_ROW_REMOVE},
			   {.row = 5, .action = VV_ROW_INSERT, .column = 2},
			   {.row = 5, .action = VV_ROW_SET, .column = 3}};

	(void)state;
	vv_row_edits_sort(e, 4);
	assert_int_equal(e[0].row, 2);
	assert_int_equal(e[1].column, 2);
	assert_int_equal(e[2].column, 1);
	assert_int_equal(e[3].column, 3);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(no_edit_gives_the_file),
	cmocka_unit_test(a_column_gets_another_name_and_all_else_stays),
	cmocka_unit_test(a_cell_is_set),
	cmocka_unit_test(rows_are_removed),
	cmocka_unit_test(all_rows_can_go),
	cmocka_unit_test(rows_are_put_in),
	cmocka_unit_test(a_row_behind_one_without_its_line_end_is_set_off),
	cmocka_unit_test(a_row_is_put_into_json),
	cmocka_unit_test(lines_that_are_not_touched_keep_their_form),
	cmocka_unit_test(edits_are_put_in_order),
};

VV_TEST_SUITE(row_edit)
