/*
 * What is true of all values: the first schema, and that the data meets it.
 */
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#include "check/past/profile.h"
#include "check/rules/check.h"
#include "dataset/table/table.h"
#include "tests/unit/diff/tables.h"

typedef struct made {
	vv_tables tables;
	vv_table t;
	vv_profile *profile;
	vv_buf schema;
} made;

static void make(made *m, const char *text, size_t len, const vv_tables_options *o)
{
	vv_error err;

	memset(m, 0, sizeof(*m));
	vv_tables_init(&m->tables);
	vv_tables_open(&m->tables, &m->t, text, len, o);
	vv_assert_ok(vv_profile_make(&m->profile, &m->t, vv_test_dir(), NULL, &err), &err);
	vv_assert_ok(vv_profile_schema(&m->schema, m->profile, &err), &err);
}

static void done(made *m)
{
	vv_profile_free(m->profile);
	vv_table_close(&m->t);
	vv_tables_clear(&m->tables);
	vv_buf_clear(&m->schema);
}

/* rows: of columns x (its values, repeated `times`) and id. */
static void schema_is(const char *values, int times, const char *wanted)
{
	vv_buf b = VV_BUF_INIT;
	made m;
	const char *end;
	char *field;

	vv_buf_puts(&b, "x,id\n");
	for (int i = 0, n = 0; i < times; i++) {
		for (const char *p = values; *p;
		     p += strcspn(p, "|") + (p[strcspn(p, "|")] == '|')) {
			vv_buf_printf(&b, "%.*s,%d\n", (int)strcspn(p, "|"), p, n++);
		}
	}
	make(&m, vv_buf_cstr(&b), b.len, NULL);
	field = strstr(vv_buf_cstr(&m.schema), "{\"name\":\"x\"");
	assert_non_null(field);
	end = strstr(field, ",{\"name\":\"id\"");
	assert_non_null(end);
	field[end - field] = '\0';
	assert_string_equal(field, wanted);
	done(&m);
	vv_buf_clear(&b);
}

static void few_words_are_an_enumeration(void **state)
{
	(void)state;
	schema_is(
		"red|green|blue", 5,
		"{\"name\":\"x\",\"type\":\"string\",\"constraints\":{\"required\":true,\"enum\":[\"blue\",\"green\",\"red\"]}}");
	/* too seldom to be sure; names are not codes either */
	schema_is("red|green|blue", 4,
		  "{\"name\":\"x\",\"type\":\"string\",\"constraints\":{\"required\":true}}");
}

static void codes_have_a_pattern(void **state)
{
	(void)state;
	schema_is(
		"A|BRK.B|CCC", 2,
		"{\"name\":\"x\",\"type\":\"string\",\"constraints\":{\"required\":true,\"pattern\":\"[A-Z.]{1,5}\"}}");
	schema_is(
		"007|012|999", 2,
		"{\"name\":\"x\",\"type\":\"string\",\"constraints\":{\"required\":true,\"pattern\":\"[0-9]{3}\"}}");
	schema_is(
		"a1-b|c2-d", 2,
		"{\"name\":\"x\",\"type\":\"string\",\"constraints\":{\"required\":true,\"pattern\":\"[a-z0-9-]{4}\"}}");
	schema_is("abc|de", 2,
		  "{\"name\":\"x\",\"type\":\"string\",\"constraints\":{\"required\":true}}");
	schema_is("A B|C D", 2,
		  "{\"name\":\"x\",\"type\":\"string\",\"constraints\":{\"required\":true}}");
}

static void amounts_have_bounds_only_where_they_are_likely(void **state)
{
	(void)state;
	schema_is(
		"1|5|0", 2,
		"{\"name\":\"x\",\"type\":\"integer\",\"constraints\":{\"required\":true,\"minimum\":0}}");
	schema_is("1|-5|0", 2,
		  "{\"name\":\"x\",\"type\":\"integer\",\"constraints\":{\"required\":true}}");
	schema_is(
		"0.5|1|0", 2,
		"{\"name\":\"x\",\"type\":\"number\",\"constraints\":{\"required\":true,\"minimum\":0,\"maximum\":1}}");
	schema_is(
		"0.5|1.5|0", 2,
		"{\"name\":\"x\",\"type\":\"number\",\"constraints\":{\"required\":true,\"minimum\":0}}");
}

static void what_is_missing_somewhere_is_not_required(void **state)
{
	(void)state;
	schema_is("1||3", 2,
		  "{\"name\":\"x\",\"type\":\"integer\",\"constraints\":{\"minimum\":0}}");
}

static void a_word_among_numbers_is_a_missing_value(void **state)
{
	(void)state;
	schema_is("1|2|N/A|3", 2,
		  "{\"name\":\"x\",\"type\":\"integer\",\"missingValues\":[\"\",\"N/A\"],"
		  "\"constraints\":{\"minimum\":0}}");
	/* more words than a few: a column of texts */
	schema_is("1|2|aa|b|c|d|5|6|7|8|9", 1,
		  "{\"name\":\"x\",\"type\":\"string\",\"constraints\":{\"required\":true}}");
	/* mostly words: only what other programs write for a missing value is one then */
	schema_is("1|N/A|N/A", 5,
		  "{\"name\":\"x\",\"type\":\"integer\",\"missingValues\":[\"\",\"N/A\"],"
		  "\"constraints\":{\"minimum\":0}}");
	schema_is(
		"1|none|none", 5,
		"{\"name\":\"x\",\"type\":\"string\",\"constraints\":{\"required\":true,\"enum\":[\"1\",\"none\"]}}");
}

/* The schema of a table whose columns x and y were declared as strings, x perhaps as the key. */
static void declared_is(const char *rows, const char *key, const char *wanted)
{
	const char *const keys[] = {key, NULL};
	vv_tables_options o = {
		.schema =
			"{\"fields\":[{\"name\":\"x\",\"type\":\"string\"},{\"name\":\"y\",\"type\":\"string\"}]}",
		.key = key ? keys : NULL};
	vv_buf b = VV_BUF_INIT;
	made m;

	vv_buf_printf(&b, "x,y\n%s", rows);
	make(&m, vv_buf_cstr(&b), b.len, &o);
	vv_assert_contains(vv_buf_cstr(&m.schema), wanted);
	done(&m);
	vv_buf_clear(&b);
}

static void words_for_missing_values_count_alike_in_columns_of_strings(void **state)
{
	(void)state;
	declared_is(
		"1,a\nN/A,b\nNA,c\n-,d\nNULL,e\nnull,f\n", NULL,
		"{\"name\":\"x\",\"type\":\"integer\",\"missingValues\":[\"\",\"NA\",\"N/A\",\"NULL\","
		"\"null\",\"-\"]}");
	declared_is("2026-01-02 03:04:05,a\n-,b\n", NULL,
		    "{\"name\":\"x\",\"type\":\"datetime\",\"format\":\"%Y-%m-%d %H:%M:%S\","
		    "\"missingValues\":[\"\",\"-\"]}");
	declared_is("1,a\nNA,b\n", "x", "{\"name\":\"x\",\"type\":\"string\"");
	declared_is("1,a\nNA,b\n", "x", "\"primaryKey\":[\"x\"]");
}

static void a_key_that_holds_is_declared(void **state)
{
	static const char *const key[] = {"id", NULL};
	vv_tables_options o = {.key = key};
	made m;
	(void)state;
	make(&m, "id,x\n1,a\n2,b\n", 13, &o);
	vv_assert_contains(vv_buf_cstr(&m.schema), "\"primaryKey\":[\"id\"]");
	done(&m);
}

/* A key that a later version broke, and types that it contradicts, as stored tables may have them. */
static void what_no_longer_holds_is_not_said(void **state)
{
	static const char *const key[] = {"id", NULL};
	vv_tables tables;
	vv_table first, later;
	vv_profile *p;
	vv_buf schema = VV_BUF_INIT;
	vv_tables_options o = {.key = key};
	vv_error err;
	(void)state;
	vv_tables_init(&tables);
	vv_tables_open(&tables, &first, "id,x\n1,5\n2,6\n", 13, &o);
	o = (vv_tables_options){.schema = first.root.schema.data};
	vv_tables_open(&tables, &later, "id,x\n1,5\n1,7.5\n", 15, &o);
	vv_assert_ok(vv_profile_make(&p, &later, vv_test_dir(), NULL, &err), &err);
	vv_assert_ok(vv_profile_schema(&schema, p, &err), &err);
	assert_null(strstr(vv_buf_cstr(&schema), "primaryKey"));
	vv_assert_contains(vv_buf_cstr(&schema), "{\"name\":\"x\",\"type\":\"number\"");
	vv_profile_free(p);
	vv_buf_clear(&schema);
	vv_table_close(&first);
	vv_table_close(&later);
	vv_tables_clear(&tables);
}

/* Around the values by a share of them, rounded, and not beyond 0. */
static void ranges_are_wider_than_the_values(void **state)
{
	static const struct {
		const char *least, *most, *range;
		unsigned slack;
	} cases[] = {{"0", "100", "\"minimum\":0,\"maximum\":130", 25},
		     {"-90", "90", "\"minimum\":-140,\"maximum\":140", 25},
		     {"1957", "2026", "\"minimum\":1880,\"maximum\":2100", 100},
		     {"-7.5", "-0.5", "\"minimum\":-17,\"maximum\":0", 100},
		     {"0.25", "0.75", "\"minimum\":0,\"maximum\":3", 100},
		     {"1e5", "7", "{\"required\":true}", 100}};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vv_buf b = VV_BUF_INIT;
		vv_error err;
		made m;

		vv_buf_printf(&b, "x\n%s\n%s\n", cases[i].least, cases[i].most);
		make(&m, vv_buf_cstr(&b), b.len, NULL);
		vv_buf_reset(&m.schema);
		vv_profile_loosen(m.profile, cases[i].slack);
		vv_assert_ok(vv_profile_schema(&m.schema, m.profile, &err), &err);
		vv_assert_contains(vv_buf_cstr(&m.schema), cases[i].range);
		done(&m);
		vv_buf_clear(&b);
	}
}

static vv_status no_finding(void *payload, const vv_finding *f, vv_error *err)
{
	(void)payload;
	(void)err;
	fail_msg("%s in %s, row %d: %s", f->rule, f->column ? f->column : "-", (int)f->row,
		 f->message);
	return VV_OK;
}

/* Random tables of odd values: each is valid against its own description. */
static void the_data_meets_what_is_said_of_it(void **state)
{
	static const char *const values[] = {"1",          "0",
					     "-5",         "1.5",
					     "0.25",       "1e5",
					     "007",        "N/A",
					     "-",          "",
					     "true",       "red",
					     "A.B",        "x y",
					     "INF",        "NaN",
					     "\xff",       "\"a\nb\"",
					     "2024-01-01", "12:30:00",
					     "\xc3\xa4",   "9999999999999999999999",
					     "n/a"};
	vv_prng r;
	(void)state;
	vv_prng_init(&r, 53);
	for (int round = 0; round < 150; round++) {
		size_t pick[3][4], count = sizeof(values) / sizeof(values[0]);
		vv_buf b = VV_BUF_INIT;
		vv_check_result result;
		vv_error err;
		made m;

		for (int k = 0; k < 12; k++) {
			pick[k / 4][k % 4] = vv_prng_below(&r, count);
		}
		vv_buf_puts(&b, "a,b,c,id\n");
		for (int i = 0; i < 60; i++) {
			for (int k = 0; k < 3; k++) {
				vv_buf_printf(&b, "%s,", values[pick[k][vv_prng_below(&r, 4)]]);
			}
			vv_buf_printf(&b, "%d\n", i);
		}
		make(&m, vv_buf_cstr(&b), b.len, NULL);
		if (round % 2 > 0) { /* also with ranges around the values, and unique columns */
			vv_buf_reset(&m.schema);
			vv_profile_loosen(m.profile, (unsigned)vv_prng_below(&r, 400));
			vv_assert_ok(vv_profile_find_unique(m.profile, vv_test_dir(), &err), &err);
			vv_assert_ok(vv_profile_schema(&m.schema, m.profile, &err), &err);
		}
		vv_check_options o = {.path = "t.csv",
				      .schema = vv_buf_cstr(&m.schema),
				      .schema_len = m.schema.len,
				      .schema_name = "inferred",
				      .finding = no_finding,
				      .temp_dir = vv_test_dir()};
		if (!strstr(vv_buf_cstr(&b),
			    "\xff")) { /* text that is not UTF-8 is a finding of its own */
			vv_assert_ok(vv_check_table(&result, &m.t, &o, &err), &err);
			assert_int_equal(result.errors, 0);
			vv_check_result_clear(&result);
		}
		done(&m);
		vv_buf_clear(&b);
	}
}

static vv_status attempt(void *payload, vv_error *err)
{
	made *m = payload;
	vv_profile *p = NULL;
	vv_buf schema = VV_BUF_INIT;
	vv_status rc = vv_profile_make(&p, &m->t, vv_test_dir(), NULL, err);

	if (rc == VV_OK) {
		rc = vv_profile_schema(&schema, p, err);
	}
	vv_profile_free(p);
	vv_buf_clear(&schema);
	return rc;
}

static void running_out_of_memory_is_reported(void **state)
{
	static const char *const key[] = {"id", NULL};
	static const char text[] = "id,kind,n\n1,a,5\n2,b,N/A\n3,a,7\n";
	vv_tables_options o = {.key = key};
	made m;
	(void)state;
	make(&m, text, sizeof(text) - 1, &o);
	vv_fault_each(VV_FAULT_ALLOC, 0, attempt, NULL, &m);
	done(&m);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(few_words_are_an_enumeration),
	cmocka_unit_test(codes_have_a_pattern),
	cmocka_unit_test(amounts_have_bounds_only_where_they_are_likely),
	cmocka_unit_test(what_is_missing_somewhere_is_not_required),
	cmocka_unit_test(ranges_are_wider_than_the_values),
	cmocka_unit_test(a_word_among_numbers_is_a_missing_value),
	cmocka_unit_test(words_for_missing_values_count_alike_in_columns_of_strings),
	cmocka_unit_test(a_key_that_holds_is_declared),
	cmocka_unit_test(what_no_longer_holds_is_not_said),
	cmocka_unit_test(the_data_meets_what_is_said_of_it),
	cmocka_unit_test(running_out_of_memory_is_reported),
};

VV_TEST_SUITE(profile)
