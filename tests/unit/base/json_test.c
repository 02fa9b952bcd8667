#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#include "base/json/json.h"

/* Reads text, which must be JSON, and compares what is written of it. */
static void assert_rewritten(const char *text, const char *wanted)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_buf b = VV_BUF_INIT;
	vv_json *root;
	vv_error err;

	vv_assert_ok(vv_json_read(&root, &arena, text, strlen(text), "x.json", &err), &err);
	vv_json_put_node(&b, root);
	assert_string_equal(vv_buf_cstr(&b), wanted);
	vv_buf_clear(&b);
	vv_arena_clear(&arena);
}

static void assert_refused(const char *text, const char *place, const char *reason)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_json *root;
	vv_error err;

	vv_assert_status(vv_json_read(&root, &arena, text, strlen(text), "x.json", &err), VV_EINPUT,
			 &err);
	assert_null(root);
	vv_assert_contains(err.message, place);
	vv_assert_contains(err.message, reason);
	vv_arena_clear(&arena);
}

static void documents_of_every_type_are_read(void **state)
{
	(void)state;
	assert_rewritten("null", "null");
	assert_rewritten(" true ", "true");
	assert_rewritten("\tfalse\r\n", "false");
	assert_rewritten("12", "12");
	assert_rewritten("\"\"", "\"\"");
	assert_rewritten("[ ]", "[]");
	assert_rewritten("{ }", "{}");
	assert_rewritten("[1, [2, {\"a\": [] , \"b\":{}}], 3]", "[1,[2,{\"a\":[],\"b\":{}}],3]");
}

static void numbers_keep_their_spelling(void **state)
{
	(void)state;
	assert_rewritten("[-0, 1.10, 1E+5, 0.1e-400, 123456789012345678901234567890]",
			 "[-0,1.10,1E+5,0.1e-400,123456789012345678901234567890]");
}

static void escapes_are_decoded_and_written_canonically(void **state)
{
	(void)state;
	assert_rewritten("\"\\u0041\\/\\u00e9\\ud83d\\ude00\"", "\"A/\xc3\xa9\xf0\x9f\x98\x80\"");
	assert_rewritten("\"\\b\\f\\n\\r\\t\\u001F\\u0000\\\"\\\\\\u007f\"",
			 "\"\\b\\f\\n\\r\\t\\u001f\\u0000\\\"\\\\\x7f\"");
	assert_rewritten("{\"\\u0061\": 1}", "{\"a\":1}");
}

static void faults_are_named_with_line_and_column(void **state)
{
	(void)state;
	assert_refused("", "line 1, column 1", "ends too early");
	assert_refused("{\"a\": 1,\n \"b\": nul }", "line 2, column 7", "true, false and null");
	assert_refused("[1,,2]", "column 4", "a value was expected");
	assert_refused("[1 2]", "column 4", "expected ',' or ']'");
	assert_refused("{\"a\" 1}", "column 6", "expected ':'");
	assert_refused("{\"a\":1 \"b\":2}", "column 8", "expected ',' or '}'");
	assert_refused("{\"a\":1,}", "column 8", "name in double quotes");
	assert_refused("{a:1}", "column 2", "cannot begin with");
	assert_refused("[1]\n[2]", "line 2, column 1", "expected the end of the text");
	assert_refused("[1]]", "column 4", "expected the end of the text");
	assert_refused("// x\n1", "line 1", "no comments");
	assert_refused("[\"a\nb\"]", "column 4", "control character");
	assert_refused("[\"\\q\"]", "column 4", "escape");
	assert_refused("[\"\\u12g4\"]", "column 7", "hexadecimal");
	assert_refused("[01]", "column 3", "expected ','");
	assert_refused("[1.]", "column 4", "decimal point");
	assert_refused("[1", "column 3", "ends too early");
	assert_refused("\"abc", "column 5", "ends too early");
	assert_refused("\xef\xbb\xbf[1,]", "x.json, line 1, column 4", "");
}

static void columns_count_characters(void **state)
{
	(void)state;
	assert_refused("{\"\xc3\xa9\xc3\xa9\": x}", "column 8", "");
}

static void what_yajl_lets_pass_is_refused(void **state)
{
	(void)state;
	assert_refused("[\"\\ud800\"]", "column 2", "surrogate");
	assert_refused("[\"\\udc00\"]", "column 2", "surrogate");
	assert_refused("[\"\\ud800\\u0041\"]", "column 2", "surrogate");
	assert_refused("[\"\\ude00\\ud83d\"]", "column 2", "surrogate");
	assert_refused("{\"\\ud800\": 1}", "column 2", "surrogate");
	assert_refused("[\"\xc0\x80\"]", "column 3", "UTF-8");
	assert_refused("[\"\xed\xa0\x80\"]", "column 3", "UTF-8");
	assert_refused("[\"\xf5\x80\x80\x80\"]", "column 3", "UTF-8");
	assert_refused("{\"a\":1,\"b\":2,\"a\":3}", "column 14", "duplicate name 'a'");
	assert_refused("{\"a\":1,\"\\u0061\":3}", "column 8", "duplicate name 'a'");
	assert_refused("{\"x\":[{\"a\":1,\"a\":3}]}", "column 14", "duplicate name");
	/* An escaped backslash before a u is not an escape of a surrogate. */
	assert_rewritten("\"\\\\ud800\"", "\"\\\\ud800\"");
}

static void duplicates_among_many_members_are_found(void **state)
{
	char text[20000];
	size_t fill = 0;
	int i;

	(void)state;
	/* The same names may stand in another object. */
	fill += (size_t)snprintf(text, sizeof text, "[{");
	for (i = 0; i < 300; i++) {
		fill += (size_t)snprintf(text + fill, sizeof text - fill, "\"n%d\":1,", i);
	}
	fill += (size_t)snprintf(text + fill, sizeof text - fill, "\"z\":1},{");
	for (i = 0; i < 300; i++) {
		fill += (size_t)snprintf(text + fill, sizeof text - fill, "\"n%d\":1,", i);
	}
	(void)snprintf(text + fill, sizeof text - fill, "\"z\":1}]");
	assert_rewritten(text, text);
	for (i = 0; i < 300; i += 37) {
		char name[40];

		(void)snprintf(text + fill, sizeof text - fill, "\"n%d\":1}]", i);
		(void)snprintf(name, sizeof name, "duplicate name 'n%d'", i);
		assert_refused(text, "line 1", name);
	}
}

static void depth_is_limited(void **state)
{
	char text[300];
	int depth = VV_JSON_DEPTH;

	(void)state;
	memset(text, '[', (size_t)depth);
	memset(text + depth, ']', (size_t)depth);
	text[2 * depth] = '\0';
	assert_rewritten(text, text);
	depth++;
	memset(text, '[', (size_t)depth);
	memset(text + depth, ']', (size_t)depth);
	text[2 * depth] = '\0';
	assert_refused(text, "column 65", "levels deep");
}

static void every_node_knows_its_place(void **state)
{
	static const char text[] =
		"\xef\xbb\xbf { \"a\" : [ 1 , \"x\\ny\" ] ,\n\"b\\u0062\":-2.5 }";
	vv_arena arena = VV_ARENA_INIT;
	const vv_json *a, *b;
	vv_json *root;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_json_read(&root, &arena, text, sizeof text - 1, "x", &err), &err);
	assert_int_equal(text[root->start], '{');
	assert_int_equal(root->end, sizeof text - 1);
	assert_int_equal(root->count, 2);
	a = vv_json_get(root, "a");
	b = vv_json_get(root, "bb");
	assert_memory_equal(text + a->name_start, "\"a\" :", 5);
	assert_memory_equal(text + a->start, "[ 1 , \"x\\ny\" ]", a->end - a->start);
	assert_int_equal(a->count, 2);
	assert_memory_equal(text + a->first->start, "1", a->first->end - a->first->start);
	assert_memory_equal(text + a->first->next->start, "\"x\\ny\"", 6);
	assert_int_equal(a->first->next->end - a->first->next->start, 6);
	assert_string_equal(a->first->next->text, "x\ny");
	assert_memory_equal(text + b->name_start, "\"b\\u0062\"", 9);
	assert_memory_equal(text + b->start, "-2.5", b->end - b->start);
	assert_ptr_equal(b->parent, root);
	vv_arena_clear(&arena);
}

static void members_are_got_by_name_and_type(void **state)
{
	static const char text[] =
		"{\"s\":\"x\",\"n\":42,\"neg\":-1,\"f\":1.0,\"t\":true,\"z\":null}";
	vv_arena arena = VV_ARENA_INIT;
	vv_json *root;
	uint64_t v = 7;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_json_read(&root, &arena, text, sizeof text - 1, "x", &err), &err);
	assert_string_equal(vv_json_get_string(root, "s"), "x");
	assert_null(vv_json_get_string(root, "n"));
	assert_null(vv_json_get_string(root, "none"));
	assert_null(vv_json_get(NULL, "x"));
	assert_null(vv_json_get(vv_json_get(root, "n"), "x"));
	assert_true(vv_json_get_u64(&v, root, "n"));
	assert_int_equal(v, 42);
	assert_false(vv_json_get_u64(&v, root, "neg"));
	assert_false(vv_json_get_u64(&v, root, "f"));
	assert_false(vv_json_get_u64(&v, root, "s"));
	assert_true(vv_json_get_bool(root, "t", false));
	assert_true(vv_json_get_bool(root, "z", true));
	assert_false(vv_json_get_bool(root, "none", false));
	vv_arena_clear(&arena);
}

static void invalid_utf8_is_written_as_replacement(void **state)
{
	vv_buf b = VV_BUF_INIT;

	(void)state;
	vv_json_put_string(&b, "a\xff\"b", 4);
	assert_string_equal(b.data, "\"a\xef\xbf\xbd\\\"b\"");
	vv_buf_clear(&b);
}

static void a_string_of_any_length_is_escaped_wherever_it_must_be(void **state)
{
	static const char *const special[][2] = {{"\"", "\\\""},
						 {"\\", "\\\\"},
						 {"\n", "\\n"},
						 {"\x1f", "\\u001f"},
						 {"\xff", "\xef\xbf\xbd"}};

	(void)state;
	for (size_t len = 1; len < 20; len++) {
		for (size_t at = 0; at < len; at++) {
			for (size_t k = 0; k < sizeof(special) / sizeof(special[0]); k++) {
				char plain[20], wanted[40];
				vv_buf b = VV_BUF_INIT, object = VV_BUF_INIT;
				vv_json_out w;

				memset(plain, 'x', len);
				plain[at] = special[k][0][0];
				plain[len] = '\0';
				snprintf(wanted, sizeof(wanted), "\"%.*s%s%s\"", (int)at, plain,
					 special[k][1], plain + at + 1);
				vv_json_put_string(&b, plain, len);
				assert_string_equal(vv_buf_cstr(&b), wanted);
				w = vv_json_begin_object(&object, 0);
				vv_json_name(&w, plain);
				vv_json_u64(&w, 7);
				vv_json_plain_name(&w, "second", 6);
				vv_json_u64(&w, 8);
				vv_json_close_object(&w);
				vv_buf_reset(&b);
				vv_buf_printf(&b, "{%s:7,\"second\":8}", wanted);
				assert_string_equal(vv_buf_cstr(&object), vv_buf_cstr(&b));
				vv_buf_clear(&object);
				vv_buf_clear(&b);
			}
		}
	}
}

static void write_sample(vv_json_out *w)
{
	vv_json_open_object(w);
	vv_json_name(w, "a");
	vv_json_u64(w, 1);
	vv_json_name(w, "b");
	vv_json_open_array(w);
	vv_json_raw(w, "-2", 2);
	vv_json_string(w, "x");
	vv_json_string(w, NULL);
	vv_json_open_object(w);
	vv_json_close_object(w);
	vv_json_bool(w, true);
	vv_json_close_array(w);
	vv_json_name(w, "c");
	vv_json_open_array(w);
	vv_json_close_array(w);
	vv_json_name(w, "d");
	vv_json_raw(w, "[1, 2]", 6);
	vv_json_close_object(w);
}

static void the_writer_puts_commas_and_lines(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_json_out w = {.buf = &b};

	(void)state;
	write_sample(&w);
	assert_string_equal(b.data,
			    "{\"a\":1,\"b\":[-2,\"x\",null,{},true],\"c\":[],\"d\":[1, 2]}");
	vv_buf_reset(&b);
	w = (vv_json_out){.buf = &b, .indent = 2};
	write_sample(&w);
	assert_string_equal(b.data,
			    "{\n  \"a\": 1,\n  \"b\": [\n    -2,\n    \"x\",\n    null,\n    {},\n"
			    "    true\n  ],\n  \"c\": [],\n  \"d\": [1, 2]\n}");
	vv_buf_clear(&b);
}

static vv_status read_it(void *payload, vv_error *err)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_json *root;
	const char *text = payload;
	vv_status rc = vv_json_read(&root, &arena, text, strlen(text), "x", err);

	vv_arena_clear(&arena);
	return rc;
}

static void reading_without_memory_fails_cleanly(void **state)
{
	char text[4000];
	size_t fill = 1;
	int i;

	(void)state;
	text[0] = '{';
	for (i = 0; i < 100; i++) {
		fill += (size_t)snprintf(text + fill, sizeof text - fill,
					 "\"name%d\":[\"esc\\naped\",%d],", i, i);
	}
	(void)snprintf(text + fill, sizeof text - fill, "\"last\":\"\\ud83d\\ude00\"}");
	vv_fault_each(VV_FAULT_ALLOC, 0, read_it, NULL, text);
}

/* yajl's buffers double; what is set aside for them must be enough for a single
 * string of any length. */
static void long_escaped_strings_fit_the_memory_set_aside(void **state)
{
	static char text[300000];
	size_t len;

	(void)state;
	for (len = 1; len < sizeof text - 4; len = len * 3 / 2 + 1) {
		vv_arena arena = VV_ARENA_INIT;
		vv_json *root;
		vv_error err;

		memset(text, 'x', len);
		text[0] = '"';
		memcpy(text + 1, "\\n", 2);
		text[len + 3] = '"';
		memset(text + 3, 'x', len);
		vv_assert_ok(vv_json_read(&root, &arena, text, len + 4, "x", &err), &err);
		assert_int_equal(root->text_len, len + 1);
		vv_assert_status(vv_json_read(&root, &arena, text, len + 3, "x", &err), VV_EINPUT,
				 &err);
		vv_arena_clear(&arena);
	}
}

static void a_plain_name_ends_with_a_nul(void **state)
{
	vv_buf b = VV_BUF_INIT;

	(void)state;
	assert_true(vv_buf_reserve(&b, 100));
	memset(b.data, 'x', b.cap);
	vv_json_out w = vv_json_begin_object(&b, 0);
	vv_json_plain_name(&w, "a", 1);
	assert_string_equal(vv_buf_cstr(&b), "{\"a\":");
	vv_buf_clear(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(documents_of_every_type_are_read),
	cmocka_unit_test(numbers_keep_their_spelling),
	cmocka_unit_test(escapes_are_decoded_and_written_canonically),
	cmocka_unit_test(faults_are_named_with_line_and_column),
	cmocka_unit_test(columns_count_characters),
	cmocka_unit_test(what_yajl_lets_pass_is_refused),
	cmocka_unit_test(duplicates_among_many_members_are_found),
	cmocka_unit_test(depth_is_limited),
	cmocka_unit_test(every_node_knows_its_place),
	cmocka_unit_test(members_are_got_by_name_and_type),
	cmocka_unit_test(invalid_utf8_is_written_as_replacement),
	cmocka_unit_test(a_string_of_any_length_is_escaped_wherever_it_must_be),
	cmocka_unit_test(the_writer_puts_commas_and_lines),
	cmocka_unit_test(reading_without_memory_fails_cleanly),
	cmocka_unit_test(long_escaped_strings_fit_the_memory_set_aside),
	cmocka_unit_test(a_plain_name_ends_with_a_nul),
};

VV_TEST_SUITE(json)
