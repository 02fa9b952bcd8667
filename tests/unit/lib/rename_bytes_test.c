/* Tests of lib/work/add/column_rename.h: a column's name where it stands in a file. */
#include "tests/unit/support.h"

#include <string.h>

#include "lib/work/add/column_rename.h"

typedef struct header_case {
	const char *prologue;
	char delimiter, escape;
	size_t place;
	const char *name, *wanted;
} header_case;

static void a_header_cell_is_replaced_and_nothing_else(void **state)
{
	static const header_case cases[] = {
		{"id,name\n", ',', 0, 0, "x", "x,name\n"},
		{"id,name\n", ',', 0, 1, "x", "id,x\n"},
		{"id,name\r\n", ',', 0, 1, "x", "id,x\r\n"},
		{"id,name", ',', 0, 1, "x", "id,x"},
		{"\n\nid,name\n\n", ',', 0, 0, "x", "\n\nx,name\n\n"},
		{"\"i,d\",\"na\"\"me\"\n", ',', 0, 0, "x", "\"x\",\"na\"\"me\"\n"},
		{"\"i,d\",\"na\"\"me\"\n", ',', 0, 1, "y\"z", "\"i,d\",\"y\"\"z\"\n"},
		{"\"a\nb\";c\n", ';', 0, 1, "d", "\"a\nb\";d\n"},
		{"id,name\n", ',', 0, 1, "a,b", "id,\"a,b\"\n"},
		{"\"a\\\"b\",c\n", ',', '\\', 1, "d", "\"a\\\"b\",d\n"},
		{"a\\,b,c\n", ',', '\\', 1, "d", "a\\,b,d\n"},
		{"id,,name\n", ',', 0, 1, "x", "id,x,name\n"},
		{"id\n", ',', 0, 0, "x", "x\n"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const header_case *c = &cases[i];
		vv_buf out = VV_BUF_INIT;
		vv_dialect d;
		vv_error err;

		vv_dialect_init(&d);
		d.delimiter = (uint8_t)c->delimiter;
		d.escape = (uint8_t)c->escape;
		vv_assert_ok(vv_bytes_set(&d.prologue, c->prologue, strlen(c->prologue), &err),
			     &err);
		vv_assert_ok(vv_rename_header(&out, &d, c->place, c->name, strlen(c->name), &err),
			     &err);
		assert_string_equal(vv_buf_cstr(&out), c->wanted);
		vv_buf_clear(&out);
		vv_dialect_clear(&d);
	}
}

static void a_header_without_that_column_is_refused(void **state)
{
	vv_buf out = VV_BUF_INIT;
	vv_dialect d;
	vv_error err;

	(void)state;
	vv_dialect_init(&d);
	vv_assert_ok(vv_bytes_set(&d.prologue, "a,b\n", 4, &err), &err);
	vv_assert_status(vv_rename_header(&out, &d, 2, "x", 1, &err), VV_EINPUT, &err);
	vv_buf_clear(&out);
	vv_dialect_clear(&d);
}

/* Renames a to z, given `step` bytes at a time. */
static void expect_members(vv_form form, bool ascii, const char *to, const char *text,
			   const char *wanted)
{
	static const size_t steps[] = {1, 2, 3, 7, 1000};
	size_t i, at, n;

	for (i = 0; i < 5; i++) {
		vv_rename_members m;
		vv_buf out = VV_BUF_INIT;
		vv_dialect d;
		vv_error err;

		vv_dialect_init(&d);
		d.form = form;
		d.ascii = ascii;
		vv_assert_ok(vv_rename_members_init(&m, &d, "a", 1, to, strlen(to), &err), &err);
		for (at = 0; at < strlen(text); at += n) {
			n = strlen(text) - at < steps[i] ? strlen(text) - at : steps[i];
			vv_assert_ok(vv_rename_members_put(&m, &out, text + at, n, &err), &err);
		}
		assert_string_equal(vv_buf_cstr(&out), wanted);
		vv_rename_members_clear(&m);
		vv_buf_clear(&out);
		vv_dialect_clear(&d);
	}
}

static void only_the_rows_own_members_are_renamed(void **state)
{
	(void)state;
	expect_members(VV_FORM_NDJSON, false, "z",
		       "{\"a\":1, \"b\":\"a\"}\n{ \"c\":{\"a\":2},\"a\":[\"a\"]}\n",
		       "{\"z\":1, \"b\":\"a\"}\n{ \"c\":{\"a\":2},\"z\":[\"a\"]}\n");
	expect_members(VV_FORM_JSON, false, "z",
		       "[{\"a\":[{\"a\":1}]},\n{\"ab\":\"a\",\"a\":\"{\\\"a\\\":1}\"}]",
		       "[{\"z\":[{\"a\":1}]},\n{\"ab\":\"a\",\"z\":\"{\\\"a\\\":1}\"}]");
}

static void another_spelling_of_the_name_is_known(void **state)
{
	(void)state;
	expect_members(VV_FORM_NDJSON, false, "z", "{\"\\u0061\":1,\"\\u0062\":2}",
		       "{\"z\":1,\"\\u0062\":2}");
}

static void the_new_name_is_spelled_as_the_file_spells(void **state)
{
	(void)state;
	expect_members(VV_FORM_NDJSON, true, "\xc3\xa9\xf0\x9f\x98\x80\"", "{\"a\":1}",
		       "{\"\\u00e9\\ud83d\\ude00\\\"\":1}");
	expect_members(VV_FORM_NDJSON, false, "\xc3\xa9", "{\"a\":1}", "{\"\xc3\xa9\":1}");
}

static void a_schema_says_the_new_name_everywhere(void **state)
{
	static const char schema[] =
		"{\"fields\":[{\"name\":\"b\",\"title\":\"a\"},{\"type\":\"string\",\"name\":\"a\"}],"
		"\"primaryKey\":[\"a\",\"b\"],\"foreignKeys\":[{\"fields\":\"a\",\"reference\":{\"fields\":\"a\"}}]}";
	static const char wanted[] =
		"{\"fields\":[{\"name\":\"b\",\"title\":\"a\"},{\"type\":\"string\",\"name\":\"z\"}],"
		"\"primaryKey\":[\"z\",\"b\"],\"foreignKeys\":[{\"fields\":\"z\",\"reference\":{\"fields\":\"a\"}}]}";
	vv_buf out = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_rename_in_schema(&out, schema, strlen(schema), 1, "a", "z", &err), &err);
	assert_string_equal(vv_buf_cstr(&out), wanted);
	vv_buf_clear(&out);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_header_cell_is_replaced_and_nothing_else),
	cmocka_unit_test(a_header_without_that_column_is_refused),
	cmocka_unit_test(only_the_rows_own_members_are_renamed),
	cmocka_unit_test(another_spelling_of_the_name_is_known),
	cmocka_unit_test(the_new_name_is_spelled_as_the_file_spells),
	cmocka_unit_test(a_schema_says_the_new_name_everywhere),
};

VV_TEST_SUITE(rename_bytes)
