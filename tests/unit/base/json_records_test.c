#include "tests/unit/support.h"

#include <string.h>

#include "base/json/json_records.h"

static void assert_found(const char *text, const char *path, const char *wanted)
{
	vv_auto(vv_json_records) r = {0};
	vv_buf back = VV_BUF_INIT;
	vv_error err;

	vv_assert_ok(vv_json_records_find(&r, text, strlen(text), path, &err), &err);
	assert_true(r.found);
	assert_string_equal(vv_buf_cstr(&r.path), wanted);
	assert_int_equal(r.second.len, 0);
	assert_int_equal(text[r.bracket], '[');
	assert_true(vv_json_records_path(&back, text, r.bracket));
	assert_string_equal(vv_buf_cstr(&back), wanted);
	assert_true(vv_json_records_is(text, r.bracket, wanted));
	assert_false(vv_json_records_is(text, r.bracket, "/else"));
	vv_buf_clear(&back);
}

static void assert_none(const char *text, const char *path)
{
	vv_auto(vv_json_records) r = {0};
	vv_error err;

	vv_assert_ok(vv_json_records_find(&r, text, strlen(text), path, &err), &err);
	assert_false(r.found);
}

static void the_one_array_of_objects_is_found_wherever_it_is(void **state)
{
	(void)state;
	assert_found("{\"n\":1,\"data\":[{\"a\":1}],\"z\":[1,2]}", NULL, "/data");
	assert_found("{\"a\":{\"b\":[[1],2],\"c\":{\"d\":[ {\"x\":[{\"y\":1}]},{}]}}}", NULL,
		     "/a/c/d");
	assert_found("{\"a/b\":{\"~\":[{}]}}", NULL, "/a~1b/~0");
	assert_found("{\"\\u00e9\\\"\":[{}]}", NULL, "/\xc3\xa9\"");
	/* the text ends inside the rows */
	assert_found("{\"n\":1,\"data\":[{\"a\":1},{\"a", NULL, "/data");
	assert_none("{\"a\":1,\"b\":[1,2],\"c\":[],\"d\":[[{}]]}", NULL);
	assert_none("{\"a\":[1,{\"b\":2}]}", NULL);
	assert_none("{\"a\":1,\"b", NULL);
}

static void a_path_finds_any_array(void **state)
{
	(void)state;
	assert_found("{\"a\":[{}],\"b\":[{}]}", "/b", "/b");
	assert_found("{\"a\":[{}],\"b\":{\"c\":[]}}", "b.c", "/b/c");
	assert_found("[{\"page\":1},[{\"x\":1}]]", "/1", "/1");
	assert_found("{\"a.b\":[1]}", "/a.b", "/a.b");
	assert_found(" [1]", "", "");
	assert_none("{\"a\":{\"b\":[1]}}", "/b");
	assert_none("{\"a\":{\"b\":1}}", "/a/b");
}

static void a_second_array_is_named(void **state)
{
	static const char text[] = "{\"a\":[{}],\"b\":{\"c\":[{}]}}";
	vv_auto(vv_json_records) r = {0};
	vv_error err;

	(void)state;
	vv_assert_ok(vv_json_records_find(&r, text, strlen(text), NULL, &err), &err);
	assert_string_equal(vv_buf_cstr(&r.path), "/a");
	assert_string_equal(vv_buf_cstr(&r.second), "/b/c");
}

static void what_is_not_json_is_refused_with_its_place(void **state)
{
	vv_auto(vv_json_records) r = {0};
	vv_buf deep = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_assert_status(vv_json_records_find(&r, "{\"a\":1,x", 8, NULL, &err), VV_EINPUT, &err);
	assert_int_equal(r.fault, 7);
	for (int i = 0; i < 100; i++) {
		vv_buf_puts(&deep, "{\"a\":");
	}
	vv_assert_status(vv_json_records_find(&r, deep.data, deep.len, NULL, &err), VV_EINPUT,
			 &err);
	vv_buf_clear(&deep);
}

static vv_json_around around(const char *before, const char *after)
{
	return (vv_json_around){before, after, strlen(before), strlen(after)};
}

static void assert_change(const char *from, const char *to, const char *wanted)
{
	const vv_json_around a = around("{\"x\":[", from), b = around("{\"x\":[", to);
	vv_buf out = VV_BUF_INIT;
	vv_error err;

	vv_assert_ok(vv_json_around_change(&out, &a, &b, &err), &err);
	assert_string_equal(vv_buf_cstr(&out), wanted);
	vv_buf_clear(&out);
}

static void members_that_differ_are_named(void **state)
{
	(void)state;
	assert_change("],\"n\":1}", "] , \"n\" : 1 }\n", "");
	assert_change("],\"n\":1,\"m\":2}", "],\"n\":3,\"k\":2}", "n, m, k");
	assert_change("],\"n\":1,\"m\":2}", "],\"m\":2,\"n\":1}", "their order");
	assert_change("]}", "],\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1}",
		      "a, b, c, d, e and 2 more");
}

static void the_document_around_the_rows_is_checked(void **state)
{
	vv_json_around a = around("{\"x\":[\n", "],\"y\":[{}]}");
	vv_buf second = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_json_around_check(&a, "t.json", &second, &err), &err);
	assert_string_equal(vv_buf_cstr(&second), "/y");
	vv_buf_clear(&second);
	a = around("{\"x\":[\n", "],\"y\":1");
	vv_assert_status(vv_json_around_check(&a, "t.json", NULL, &err), VV_EINPUT, &err);
	a = around("{\"x\":[\n", "]}}");
	vv_assert_status(vv_json_around_check(&a, "t.json", NULL, &err), VV_EINPUT, &err);
	a = around("{\"x\":[\n", "],\"x\":1}");
	vv_assert_status(vv_json_around_check(&a, "t.json", NULL, &err), VV_EINPUT, &err);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_one_array_of_objects_is_found_wherever_it_is),
	cmocka_unit_test(a_path_finds_any_array),
	cmocka_unit_test(a_second_array_is_named),
	cmocka_unit_test(what_is_not_json_is_refused_with_its_place),
	cmocka_unit_test(members_that_differ_are_named),
	cmocka_unit_test(the_document_around_the_rows_is_checked),
};

VV_TEST_SUITE(json_records)
