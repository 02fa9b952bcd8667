/* Tests of lib/view/column_stats.h: what stands in a column. */
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#include "lib/view/column_stats.h"

/* The one field of a schema, of this type. */
static void make_field(vv_schema *s, const char *type)
{
	char json[128];
	vv_error err;

	snprintf(json, sizeof(json), "{\"fields\":[{\"name\":\"a\",\"type\":\"%s\"}]}", type);
	*s = (vv_schema){0};
	vv_assert_ok(vv_schema_read(s, json, strlen(json), "schema", &err), &err);
}

static void add(vv_column_stats *s, const char *text)
{
	vv_cell c = {text, text ? (uint32_t)strlen(text) : 0, text ? VV_CELL_TEXT : VV_CELL_ABSENT,
		     0, 0};
	vv_error err;

	vv_assert_ok(vv_column_stats_add(s, &c, &err), &err);
}

static void expect_range(const char *type, const char *const *values, const char *min,
			 const char *max)
{
	vv_column_stats s;
	vv_schema schema;

	make_field(&schema, type);
	vv_column_stats_init(&s, &schema.fields[0], 1000);
	for (; *values; values++) {
		add(&s, *values);
	}
	assert_string_equal(vv_buf_cstr(&s.min), min);
	assert_string_equal(vv_buf_cstr(&s.max), max);
	vv_column_stats_clear(&s);
	vv_schema_clear(&schema);
}

static void values_compare_as_their_type_does(void **state)
{
	static const char *const integers[] = {"10", "9", "-2", "-10", NULL};
	static const char *const large[] = {"123456789012345678901", "123456789012345678902",
					    "99999999999999999999", NULL};
	static const char *const numbers[] = {"1.5", "1e3", "-0.5", "200", NULL};
	static const char *const near[] = {"0.10000000000000000002", "0.10000000000000000001",
					   "0.10000000000000000003", NULL};
	static const char *const words[] = {"10", "9", "a", NULL};

	(void)state;
	expect_range("integer", integers, "-10", "10");
	expect_range("integer", large, "99999999999999999999", "123456789012345678902");
	expect_range("number", numbers, "-0.5", "1e3");
	expect_range("number", near, "0.10000000000000000001", "0.10000000000000000003");
	expect_range("string", words, "10", "a");
}

static void missing_values_and_misfits_are_counted_apart(void **state)
{
	vv_column_stats s;
	vv_schema schema;
	bool exact;

	(void)state;
	make_field(&schema, "integer");
	vv_column_stats_init(&s, &schema.fields[0], 1000);
	add(&s, "1");
	add(&s, "");
	add(&s, NULL);
	add(&s, "x");
	add(&s, "x");
	add(&s, "1");
	assert_int_equal(s.values, 4);
	assert_int_equal(s.missing, 2);
	assert_int_equal(s.misfits, 2);
	assert_int_equal(vv_column_stats_distinct(&s, &exact), 2);
	assert_true(exact);
	assert_string_equal(vv_buf_cstr(&s.max), "1");
	assert_int_equal(s.example_count, 1);
	vv_column_stats_clear(&s);
	vv_schema_clear(&schema);
}

static void distinct_values_are_exact_to_the_limit_and_then_near(void **state)
{
	vv_column_stats s;
	vv_schema schema;
	uint64_t distinct;
	bool exact;
	char text[24];
	unsigned i;

	(void)state;
	make_field(&schema, "string");
	vv_column_stats_init(&s, &schema.fields[0], 4096);
	for (i = 0; i < 4096; i++) {
		snprintf(text, sizeof(text), "%u", i);
		add(&s, text);
		add(&s, text);
	}
	assert_int_equal(vv_column_stats_distinct(&s, &exact), 4096);
	assert_true(exact);
	for (; i < 300000; i++) {
		snprintf(text, sizeof(text), "%u", i);
		add(&s, text);
	}
	distinct = vv_column_stats_distinct(&s, &exact);
	assert_false(exact);
	assert_in_range(distinct, 270000, 330000);
	assert_true(s.cap <= 16384);
	vv_column_stats_clear(&s);
	vv_schema_clear(&schema);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(values_compare_as_their_type_does),
	cmocka_unit_test(missing_values_and_misfits_are_counted_apart),
	cmocka_unit_test(distinct_values_are_exact_to_the_limit_and_then_near),
};

VV_TEST_SUITE(column_stats)
