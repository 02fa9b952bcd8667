/*
 * What strangers write in URLs and headers, and what is made of it.
 */
#include <string.h>

#include "tests/unit/support.h"
#include "transport/server/requested_form.h"
#include "transport/server/words.h"

static void paths_are_decoded_strictly(void **state)
{
	static const struct {
		const char *text, *wanted; /* NULL: refused */
	} cases[] = {
		{"", ""},
		{"a/b.csv", "a/b.csv"},
		{"a%20b%2Fc", "a b/c"},
		{"%c3%A9", "\xc3\xa9"},
		{"%", NULL},
		{"%4", NULL},
		{"%4g", NULL},
		{"%00", NULL},
		{"a%0ab", NULL},
		{"%1b[0m", NULL},
		{"%7f", NULL},
		{"a\nb", NULL},
		{"%%41", NULL},
		{"%2541", "%41"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vv_buf out = VV_BUF_INIT;
		bool fine = vv_http_decode(&out, cases[i].text, strlen(cases[i].text));

		assert_int_equal(fine, cases[i].wanted != NULL);
		if (fine) {
			assert_string_equal(vv_buf_cstr(&out), cases[i].wanted);
		}
		vv_buf_clear(&out);
	}
}

static void what_was_encoded_is_decoded_again(void **state)
{
	vv_buf a = VV_BUF_INIT, b = VV_BUF_INIT;
	char all[224];

	(void)state;
	for (unsigned i = 0; i < sizeof(all); i++) {
		all[i] = (char)(i + 0x20 == 0x7f ? 'x' : i + 0x20);
	}
	vv_http_encode(&a, all, sizeof(all));
	assert_int_equal(strspn(a.data, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"0123456789-._~%"),
			 a.len);
	assert_true(vv_http_decode(&b, a.data, a.len));
	assert_int_equal(b.len, sizeof(all));
	assert_memory_equal(b.data, all, sizeof(all));
	vv_buf_clear(&a);
	vv_buf_clear(&b);
}

static void ranges_are_what_rfc_9110_says(void **state)
{
	static const struct {
		const char *value;
		uint64_t size;
		vv_http_range_kind kind;
		uint64_t from, len;
	} cases[] = {
		{NULL, 10, VV_HTTP_WHOLE, 0, 10},
		{"bytes=0-0", 10, VV_HTTP_PART, 0, 1},
		{"bytes=0-9", 10, VV_HTTP_PART, 0, 10},
		{"bytes=0-99", 10, VV_HTTP_PART, 0, 10},
		{"bytes=3-", 10, VV_HTTP_PART, 3, 7},
		{"bytes=-3", 10, VV_HTTP_PART, 7, 3},
		{"bytes=-30", 10, VV_HTTP_PART, 0, 10},
		{"Bytes= 2-4 ", 10, VV_HTTP_PART, 2, 3},
		{"bytes=10-", 10, VV_HTTP_UNSATISFIABLE, 0, 10},
		{"bytes=0-", 0, VV_HTTP_UNSATISFIABLE, 0, 0},
		{"bytes=-0", 10, VV_HTTP_UNSATISFIABLE, 0, 10},
		{"bytes=-5", 0, VV_HTTP_UNSATISFIABLE, 0, 0},
		{"bytes=18446744073709551615-", 10, VV_HTTP_UNSATISFIABLE, 0, 10},
		{"bytes=99999999999999999999999-", 10, VV_HTTP_UNSATISFIABLE, 0, 10},
		{"bytes=1-99999999999999999999999", 10, VV_HTTP_PART, 1, 9},
		{"bytes=1-18446744073709551615", 10, VV_HTTP_PART, 1, 9},
		{"bytes=-99999999999999999999999", 10, VV_HTTP_PART, 0, 10},
		{"bytes=5-4", 10, VV_HTTP_WHOLE, 0, 10},
		{"bytes=-", 10, VV_HTTP_WHOLE, 0, 10},
		{"bytes=", 10, VV_HTTP_WHOLE, 0, 10},
		{"bytes=a-b", 10, VV_HTTP_WHOLE, 0, 10},
		{"bytes=1-2,4-5", 10, VV_HTTP_WHOLE, 0, 10},
		{"bytes=--5", 10, VV_HTTP_WHOLE, 0, 10},
		{"rows=1-2", 10, VV_HTTP_WHOLE, 0, 10},
		{"", 10, VV_HTTP_WHOLE, 0, 10},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vv_http_range r;

		vv_http_range_read(&r, cases[i].value, cases[i].size);
		assert_int_equal(r.kind, cases[i].kind);
		if (r.kind != VV_HTTP_UNSATISFIABLE) {
			assert_int_equal(r.from, cases[i].from);
			assert_int_equal(r.len, cases[i].len);
		}
	}
}

static void tags_are_found_in_lists(void **state)
{
	(void)state;
	assert_true(vv_http_tag_named("\"a\"", "\"a\""));
	assert_true(vv_http_tag_named("W/\"a\"", "\"a\""));
	assert_true(vv_http_tag_named("\"a\"", "W/\"a\""));
	assert_true(vv_http_tag_named("\"b\", \"a,b\" , W/\"a\"", "\"a\""));
	assert_true(vv_http_tag_named(" *", "\"a\""));
	assert_false(vv_http_tag_named(NULL, "\"a\""));
	assert_false(vv_http_tag_named("", "\"a\""));
	assert_false(vv_http_tag_named("a", "\"a\""));
	assert_false(vv_http_tag_named("\"a", "\"a\""));
	assert_false(vv_http_tag_named("\"ab\"", "\"a\""));
	assert_false(vv_http_tag_named("\"b\" \"a\"", "\"a\""));
	assert_true(vv_http_tag_matched(NULL, "\"a\""));
	assert_true(vv_http_tag_matched("*", "\"a\""));
	assert_true(vv_http_tag_matched("\"b\", \"a\"", "\"a\""));
	assert_false(vv_http_tag_matched("W/\"a\"", "\"a\""));
	assert_false(vv_http_tag_matched("\"b\"", "\"a\""));
	assert_true(vv_http_tag_same(NULL, "\"a\""));
	assert_true(vv_http_tag_same("\"a\"", "\"a\""));
	assert_false(vv_http_tag_same("W/\"a\"", "\"a\""));
	assert_false(vv_http_tag_same("Wed, 21 Oct 2015 07:28:00 GMT", "\"a\""));
}

static void the_best_coding_that_is_wanted_is_taken(void **state)
{
	static const char *const names[] = {"zstd", "gzip", NULL};

	(void)state;
	assert_int_equal(vv_http_coding_of(NULL, names), -1);
	assert_int_equal(vv_http_coding_of("", names), -1);
	assert_int_equal(vv_http_coding_of("gzip, deflate", names), 1);
	assert_int_equal(vv_http_coding_of("gzip, deflate, br, zstd", names), 0);
	assert_int_equal(vv_http_coding_of("ZSTD;q=0, gzip;q=0.5", names), 1);
	assert_int_equal(vv_http_coding_of("gzip;q=0.0", names), -1);
	assert_int_equal(vv_http_coding_of("gzip ; q=0 , identity", names), -1);
	assert_int_equal(vv_http_coding_of("gzipped, xgzip, *", names), -1);
	assert_int_equal(vv_http_coding_of(",,;;==,gzip", names), 1);
}

static void credentials_are_taken_apart(void **state)
{
	static const struct {
		const char *header, *name, *secret; /* name NULL: none */
	} cases[] = {
		{"Basic YWRhOmNvcnJlY3QgaG9yc2U=", "ada", "correct horse"},
		{"basic YWRhOg==", "ada", ""},
		{"Basic YWRhOmE6Yg==", "ada", "a:b"},
		{"Bearer ada.s.t", "ada", "s.t"},
		{"Bearer ada", NULL, NULL},
		{"Bearer .x", NULL, NULL},
		{"Basic OmE=", NULL, NULL},
		{"Basic YWRh", NULL, NULL},
		{"Basic YWRhO*==", NULL, NULL},
		{"Basic YQA6Yg==", NULL, NULL}, /* a NUL in it */
		{"Basic ", NULL, NULL},
		{"Digest x", NULL, NULL},
		{"", NULL, NULL},
		{NULL, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vv_buf name = VV_BUF_INIT, secret = VV_BUF_INIT;

		assert_int_equal(vv_http_credentials(cases[i].header, &name, &secret),
				 cases[i].name != NULL);
		if (cases[i].name) {
			assert_string_equal(vv_buf_cstr(&name), cases[i].name);
			assert_string_equal(vv_buf_cstr(&secret), cases[i].secret);
		}
		vv_buf_clear(&name);
		vv_buf_clear(&secret);
	}
}

#define RAW_TYPE "application/vnd.ipld.raw"
#define CAR_TYPE "application/vnd.ipld.car"

static void the_form_asked_for_is_found(void **state)
{
	static const struct {
		vv_form_params p;
		unsigned status;
		vv_requested_form wanted;
	} cases[] = {
		{{.format = "raw"}, 200, {VV_FORM_RAW, false, VV_CAR_ALL, {0}, false}},
		{{.format = "car"}, 200, {VV_FORM_CAR, false, VV_CAR_ALL, {0}, false}},
		{{.format = "raw", .accept = CAR_TYPE},
		 200,
		 {VV_FORM_RAW, false, VV_CAR_ALL, {0}, false}},
		{{.accept = RAW_TYPE}, 200, {VV_FORM_RAW, true, VV_CAR_ALL, {0}, false}},
		{{.accept = "text/html, " CAR_TYPE "; q=0.5 , */*"},
		 200,
		 {VV_FORM_CAR, true, VV_CAR_ALL, {0}, false}},
		{{.accept = RAW_TYPE ";q=0.3, " CAR_TYPE ";q=0.30001"},
		 200,
		 {VV_FORM_RAW, true, VV_CAR_ALL, {0}, false}},
		{{.accept = RAW_TYPE ";q=0.3, " CAR_TYPE ";q=0.31"},
		 200,
		 {VV_FORM_CAR, true, VV_CAR_ALL, {0}, false}},
		{{.accept = RAW_TYPE ";q=0, " CAR_TYPE},
		 200,
		 {VV_FORM_CAR, true, VV_CAR_ALL, {0}, false}},
		{{.accept = CAR_TYPE ";version=1;order=dfs;dups=n"},
		 200,
		 {VV_FORM_CAR, true, VV_CAR_ALL, {0}, false}},
		{{.accept = CAR_TYPE ";version=\"1\""},
		 200,
		 {VV_FORM_CAR, true, VV_CAR_ALL, {0}, false}},
		{{.accept = CAR_TYPE ";version=2"}, 406, {0}},
		{{.accept = CAR_TYPE ";version=11111111111111"}, 406, {0}},
		{{.accept = CAR_TYPE ";version=2", .version = "1"},
		 200,
		 {VV_FORM_CAR, true, VV_CAR_ALL, {0}, false}},
		{{.accept = "text/html"}, 200, {VV_FORM_FILE, false, VV_CAR_ALL, {0}, false}},
		{{.accept = "*/*"}, 200, {VV_FORM_FILE, false, VV_CAR_ALL, {0}, false}},
		{{.accept = ""}, 200, {VV_FORM_FILE, false, VV_CAR_ALL, {0}, false}},
		{{.accept = ",,;;=,"}, 200, {VV_FORM_FILE, false, VV_CAR_ALL, {0}, false}},
		{{0}, 200, {VV_FORM_FILE, false, VV_CAR_ALL, {0}, false}},
		{{.format = "ipns-record"}, 400, {0}},
		{{.format = "car", .scope = "block"},
		 200,
		 {VV_FORM_CAR, false, VV_CAR_BLOCK, {0}, false}},
		{{.format = "car", .scope = "entity"},
		 200,
		 {VV_FORM_CAR, false, VV_CAR_ENTITY, {0}, false}},
		{{.format = "car", .scope = "all"},
		 200,
		 {VV_FORM_CAR, false, VV_CAR_ALL, {0}, false}},
		{{.format = "car", .scope = "all", .bytes = "0:*"},
		 200,
		 {VV_FORM_CAR, false, VV_CAR_ALL, {0}, false}},
		{{.format = "car", .bytes = "5:-1"},
		 200,
		 {VV_FORM_CAR, false, VV_CAR_ENTITY, {0}, false}},
		{{.format = "car", .bytes = ":5"}, 400, {0}},
		{{.format = "car", .bytes = "5:"}, 400, {0}},
		{{.format = "car", .bytes = "-:5"}, 400, {0}},
		{{.format = "car", .bytes = "-5:-"}, 400, {0}},
		{{.format = "car", .bytes = "5:x"}, 400, {0}},
		{{.format = "car", .bytes = "*:5"}, 400, {0}},
		{{.format = "car", .scope = "every"}, 400, {0}},
		{{.format = "car", .order = "unk", .dups = "y"},
		 200,
		 {VV_FORM_CAR, false, VV_CAR_ALL, {0}, true}},
		{{.format = "car", .order = "bfs"}, 400, {0}},
		{{.format = "car", .dups = "maybe"}, 400, {0}},
		{{.format = "car", .version = "2"}, 406, {0}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vv_requested_form got;
		vv_error err;

		assert_int_equal(vv_requested_form_read(&got, &cases[i].p, &err), cases[i].status);
		if (cases[i].status == 200) {
			assert_int_equal(got.format, cases[i].wanted.format);
			assert_int_equal(got.by_accept, cases[i].wanted.by_accept);
			assert_int_equal(got.scope, cases[i].wanted.scope);
			assert_int_equal(got.dups, cases[i].wanted.dups);
		} else {
			assert_true(err.message[0] != '\0');
		}
	}
}

static void places_of_entity_bytes_are_read(void **state)
{
	static const struct {
		const char *text;
		vv_car_part part;
	} cases[] = {
		{"0:*", {.given = true, .to_end = true}},
		{"512:1023", {.given = true, .from = 512, .to = 1023}},
		{"512:-256", {.given = true, .from = 512, .to_back = true, .to = 256}},
		{"-5:*", {.given = true, .from_back = true, .from = 5, .to_end = true}},
		{"-9999:-3",
		 {.given = true, .from_back = true, .from = 9999, .to_back = true, .to = 3}},
		{"0:99999999999999999999999", {.given = true, .to = UINT64_MAX}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vv_form_params p = {.format = "car", .bytes = cases[i].text};
		const vv_car_part *want = &cases[i].part;
		vv_requested_form got;
		vv_error err;

		assert_int_equal(vv_requested_form_read(&got, &p, &err), 200);
		assert_int_equal(got.part.given, want->given);
		assert_int_equal(got.part.from, want->from);
		assert_int_equal(got.part.to, want->to);
		assert_int_equal(got.part.from_back, want->from_back);
		assert_int_equal(got.part.to_back, want->to_back);
		assert_int_equal(got.part.to_end, want->to_end);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(paths_are_decoded_strictly),
	cmocka_unit_test(what_was_encoded_is_decoded_again),
	cmocka_unit_test(ranges_are_what_rfc_9110_says),
	cmocka_unit_test(tags_are_found_in_lists),
	cmocka_unit_test(the_best_coding_that_is_wanted_is_taken),
	cmocka_unit_test(credentials_are_taken_apart),
	cmocka_unit_test(places_of_entity_bytes_are_read),
	cmocka_unit_test(the_form_asked_for_is_found),
};

VV_TEST_SUITE(http_words)
