#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#include "base/json/json.h"

/* Writes "name=type<raw>(text) " for each member. */
static vv_status describe(void *payload, const vv_json_member *m, vv_error *err)
{
	static const char *const types[] = {"null", "false", "true", "num", "str", "arr", "obj"};
	vv_buf *b = payload;

	(void)err;
	vv_buf_put(b, m->name, m->name_len);
	vv_buf_printf(b, "=%s<%.*s>", types[m->type], (int)m->raw_len, m->raw);
	if (m->text) {
		vv_buf_printf(b, "(%.*s)", (int)m->text_len, m->text);
	}
	vv_buf_putc(b, ' ');
	return VV_OK;
}

static void assert_row(vv_json_rows *r, const char *text, size_t used_wanted, const char *wanted)
{
	vv_buf b = VV_BUF_INIT;
	size_t used;
	vv_error err;

	vv_assert_ok(vv_json_rows_object(r, &used, text, strlen(text), false, describe, &b, &err),
		     &err);
	assert_string_equal(vv_buf_cstr(&b), wanted);
	assert_int_equal(used, used_wanted);
	vv_buf_clear(&b);
}

static void assert_bad_row(vv_json_rows *r, const char *text, size_t offset, const char *reason)
{
	vv_buf b = VV_BUF_INIT;
	size_t used;
	vv_error err;

	vv_assert_status(
		vv_json_rows_object(r, &used, text, strlen(text), false, describe, &b, &err),
		VV_EINPUT, &err);
	vv_assert_contains(err.message, reason);
	assert_int_equal(used, offset);
	vv_buf_clear(&b);
}

static void members_come_with_text_and_raw_bytes(void **state)
{
	vv_json_rows *r = vv_json_rows_new();

	(void)state;
	assert_row(r, "{\"a\":1,\"b\":\"x\"}\n{}", 15, "a=num<1> b=str<\"x\">(x) ");
	assert_row(r, "{ \"a\" : -1.50 , \"b\":null,\"c\" :true , \"d\":false }", 48,
		   "a=num<-1.50> b=null<null> c=true<true> d=false<false> ");
	assert_row(r, "{\"a\":\"x\\ty\\u00e9\\ud83d\\ude00\",\"\\u0062\":\"\"}", 42,
		   "a=str<\"x\\ty\\u00e9\\ud83d\\ude00\">"
		   "(x\ty\xc3\xa9\xf0\x9f\x98\x80) b=str<\"\">() ");
	assert_row(r, "{}", 2, "");
	assert_row(r, "{ \n}", 4, "");
	vv_json_rows_free(r);
}

static void nested_values_come_as_they_are_written(void **state)
{
	vv_json_rows *r = vv_json_rows_new();

	(void)state;
	assert_row(r, "{\"a\": [1, {\"x\":\"}]\\\"\"}] ,\"b\":{ \"c\" : [ ] } , \"d\":[]}", 52,
		   "a=arr<[1, {\"x\":\"}]\\\"\"}]> b=obj<{ \"c\" : [ ] }> d=arr<[]> ");
	vv_json_rows_free(r);
}

static void a_string_without_exact_decoding_comes_raw_only(void **state)
{
	vv_json_rows *r = vv_json_rows_new();

	(void)state;
	assert_row(r, "{\"a\":\"\\ud800\",\"b\":\"x\"}", 22, "a=str<\"\\ud800\"> b=str<\"x\">(x) ");
	assert_bad_row(r, "{\"\\ud800\":1}", 1, "surrogate");
	vv_json_rows_free(r);
}

static void faults_come_with_their_offset(void **state)
{
	vv_json_rows *r = vv_json_rows_new();

	(void)state;
	assert_bad_row(r, "", 0, "'{'");
	assert_bad_row(r, "[1]", 0, "'{'");
	assert_bad_row(r, " {}", 0, "'{'");
	assert_bad_row(r, "{\"a\":1", 6, "before the object is complete");
	assert_bad_row(r, "{\"a\":\"x", 7, "before the object is complete");
	assert_bad_row(r, "{\"a\":\"x\\", 8, "before the object is complete");
	assert_bad_row(r, "{\"a\":}", 5, "a value was expected");
	assert_bad_row(r, "{\"a\" 1}", 5, "expected ':'");
	assert_bad_row(r, "{\"a\":1,}", 7, "name in double quotes");
	assert_bad_row(r, "{\"a\":1]", 6, "expected ','");
	assert_bad_row(r, "{\"a\":[1}]}", 7, "expected ','");
	assert_bad_row(r, "{\"a\":\"x\ny\"}", 7, "control character");
	assert_bad_row(r, "{\"a\":\"\xed\xa0\x80\"}", 6, "UTF-8");
	assert_bad_row(r, "{\"a\":[\"\xff\"]}", 7, "UTF-8");
	assert_bad_row(r, "{\xff}", 1, "UTF-8");
	/* And the parser is as good as new. */
	assert_row(r, "{\"a\":1}", 7, "a=num<1> ");
	vv_json_rows_free(r);
}

static void duplicate_members_are_refused_in_any_order(void **state)
{
	vv_json_rows *r = vv_json_rows_new();

	(void)state;
	assert_row(r, "{\"a\":1,\"b\":2,\"c\":3}", 19, "a=num<1> b=num<2> c=num<3> ");
	assert_bad_row(r, "{\"a\":1,\"a\":2}", 7, "duplicate name 'a'");
	assert_bad_row(r, "{\"a\":1,\"b\":2,\"c\":3,\"b\":4}", 19, "duplicate name 'b'");
	assert_bad_row(r, "{\"b\":1,\"\\u0062\":2}", 7, "duplicate name 'b'");
	assert_row(r, "{\"c\":1,\"a\":2}", 13, "c=num<1> a=num<2> ");
	assert_row(r, "{\"c\":1,\"a\":2,\"b\":3,\"\":4}", 24,
		   "c=num<1> a=num<2> b=num<3> =num<4> ");
	assert_bad_row(r, "{\"c\":1,\"a\":2,\"b\":3,\"c\":4}", 19, "duplicate name 'c'");
	assert_bad_row(r, "{\"\":1,\"\":2}", 6, "duplicate name ''");
	vv_json_rows_free(r);
}

/* Rows of random subsets in random order: exactly those with a repeated name
 * are refused, whatever came before. */
static void duplicates_are_found_whatever_the_rows_before_had(void **state)
{
	vv_json_rows *r = vv_json_rows_new();
	vv_buf seen = VV_BUF_INIT;
	vv_prng prng;
	int round;

	(void)state;
	vv_prng_init(&prng, 11);
	for (round = 0; round < 3000; round++) {
		vv_buf text = VV_BUF_INIT;
		uint64_t count = vv_prng_below(&prng, 12), i;
		uint64_t next = 0;
		bool used_name[40] = {false}, repeated = false;
		bool in_order = vv_prng_below(&prng, 2) == 0;
		size_t used;
		vv_error err;
		vv_status rc;

		vv_buf_putc(&text, '{');
		for (i = 0; i < count; i++) {
			uint64_t name = in_order ? next + vv_prng_below(&prng, 20) / 19
						 : vv_prng_below(&prng, 40);

			next = name + 1;
			repeated = repeated || used_name[name];
			used_name[name] = true;
			vv_buf_printf(&text, "%s\"n%d\":%d", i > 0 ? "," : "", (int)name, (int)i);
		}
		vv_buf_putc(&text, '}');
		vv_buf_reset(&seen);
		rc = vv_json_rows_object(r, &used, text.data, text.len, false, describe, &seen,
					 &err);
		if (rc != (repeated ? VV_EINPUT : VV_OK)) {
			fail_msg("status %d for %s", rc, text.data);
		}
		vv_buf_clear(&text);
	}
	vv_buf_clear(&seen);
	vv_json_rows_free(r);
}

static void an_unfinished_object_asks_for_more(void **state)
{
	static const char text[] = "{\"a\":\"x\\\"}\",\"b\":[{\"c\":\"]\"}]}";
	vv_json_rows *r = vv_json_rows_new();
	vv_buf b = VV_BUF_INIT;
	size_t used, len;
	vv_error err;

	(void)state;
	for (len = 1; len < sizeof text - 1; len++) {
		vv_assert_status(vv_json_rows_object(r, &used, text, len, true, describe, &b, &err),
				 VV_ENOTFOUND, &err);
		assert_int_equal(b.len, 0);
	}
	vv_assert_ok(vv_json_rows_object(r, &used, text, len, true, describe, &b, &err), &err);
	assert_int_equal(used, len);
	vv_buf_clear(&b);
	vv_json_rows_free(r);
}

static void what_cannot_become_valid_does_not_ask_for_more(void **state)
{
	static const char *const texts[] = {"{\"a\":[}", "{\"a\":\"x\n", "{\"a\":1]"};
	vv_json_rows *r = vv_json_rows_new();
	vv_buf b = VV_BUF_INIT;
	size_t used, i;
	vv_error err;

	(void)state;
	for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		vv_assert_status(vv_json_rows_object(r, &used, texts[i], strlen(texts[i]), true,
						     describe, &b, &err),
				 VV_EINPUT, &err);
	}
	vv_buf_clear(&b);
	vv_json_rows_free(r);
}

static void depth_is_limited(void **state)
{
	vv_json_rows *r = vv_json_rows_new();
	vv_buf text = VV_BUF_INIT, b = VV_BUF_INIT;
	unsigned depth, i;
	size_t used;
	vv_error err;

	(void)state;
	for (depth = 511; depth <= 512; depth++) {
		vv_buf_reset(&text);
		vv_buf_puts(&text, "{\"a\":");
		for (i = 0; i < depth; i++) {
			vv_buf_putc(&text, '[');
		}
		for (i = 0; i < depth; i++) {
			vv_buf_putc(&text, ']');
		}
		vv_buf_putc(&text, '}');
		vv_assert_status(vv_json_rows_object(r, &used, text.data, text.len, false, describe,
						     &b, &err),
				 depth == 511 ? VV_OK : VV_EINPUT, &err);
	}
	vv_assert_contains(err.message, "levels deep");
	vv_buf_clear(&text);
	vv_buf_clear(&b);
	vv_json_rows_free(r);
}

static vv_status refuse(void *payload, const vv_json_member *m, vv_error *err)
{
	(void)payload;
	return m->name[0] == 'b' ? vv_fail(err, VV_ECONFLICT, "not b") : VV_OK;
}

static void the_callers_refusal_is_passed_on(void **state)
{
	static const char text[] = "{\"a\":1,\"b\":2}";
	vv_json_rows *r = vv_json_rows_new();
	size_t used;
	vv_error err;

	(void)state;
	vv_assert_status(
		vv_json_rows_object(r, &used, text, sizeof text - 1, false, refuse, NULL, &err),
		VV_ECONFLICT, &err);
	assert_string_equal(err.message, "not b");
	assert_int_equal(used, 11);
	assert_row(r, text, 13, "a=num<1> b=num<2> ");
	vv_json_rows_free(r);
}

static void objects_grow_and_shrink(void **state)
{
	vv_json_rows *r = vv_json_rows_new();
	vv_buf text = VV_BUF_INIT, b = VV_BUF_INIT;
	vv_prng prng;
	int round;

	(void)state;
	vv_prng_init(&prng, 12);
	for (round = 0; round < 60; round++) {
		size_t members = (size_t)vv_prng_below(&prng, round % 10 == 9 ? 3000 : 30), i;
		size_t used;
		vv_error err;

		vv_buf_reset(&text);
		vv_buf_reset(&b);
		vv_buf_putc(&text, '{');
		for (i = 0; i < members; i++) {
			vv_buf_printf(&text, "%s\"m%zu\":\"esc\\naped %0*d\"", i > 0 ? "," : "", i,
				      (int)vv_prng_below(&prng, 200), 1);
		}
		vv_buf_putc(&text, '}');
		vv_assert_ok(vv_json_rows_object(r, &used, text.data, text.len, false, describe, &b,
						 &err),
			     &err);
		assert_int_equal(used, text.len);
	}
	vv_buf_clear(&text);
	vv_buf_clear(&b);
	vv_json_rows_free(r);
}

static vv_status count_members(void *payload, const vv_json_member *m, vv_error *err)
{
	(void)m;
	(void)err;
	(*(unsigned *)payload)++;
	return VV_OK;
}

static vv_status parse_all(void *payload, vv_error *err)
{
	static const char text[] = "{\"a\":1,\"\\u0062\":\"x\\n\"}{\"c\":1,\"a\":2}";
	vv_json_rows *r = vv_json_rows_new();
	unsigned count = 0;
	size_t at = 0, used = 0;
	vv_status rc = VV_OK;

	(void)payload;
	if (!r) return vv_fail_nomem(err);
	while (rc == VV_OK && at < sizeof text - 1) {
		rc = vv_json_rows_object(r, &used, text + at, sizeof text - 1 - at, false,
					 count_members, &count, err);
		at += used;
	}
	assert_true(rc < 0 || count == 4);
	vv_json_rows_free(r);
	return rc;
}

static void parsing_without_memory_fails_cleanly(void **state)
{
	(void)state;
	vv_fault_each(VV_FAULT_ALLOC, 0, parse_all, NULL, NULL);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(members_come_with_text_and_raw_bytes),
	cmocka_unit_test(nested_values_come_as_they_are_written),
	cmocka_unit_test(a_string_without_exact_decoding_comes_raw_only),
	cmocka_unit_test(faults_come_with_their_offset),
	cmocka_unit_test(duplicate_members_are_refused_in_any_order),
	cmocka_unit_test(duplicates_are_found_whatever_the_rows_before_had),
	cmocka_unit_test(an_unfinished_object_asks_for_more),
	cmocka_unit_test(what_cannot_become_valid_does_not_ask_for_more),
	cmocka_unit_test(depth_is_limited),
	cmocka_unit_test(the_callers_refusal_is_passed_on),
	cmocka_unit_test(objects_grow_and_shrink),
	cmocka_unit_test(parsing_without_memory_fails_cleanly),
};

VV_TEST_SUITE(json_rows)
