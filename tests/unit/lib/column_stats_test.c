/* Tests of lib/view/column_stats.h: what stands in a column. */
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#include "lib/view/column_stats.h"

/* The one field of a schema, of this type and format. */
static void make_field(vv_schema *s, const char *type, const char *format)
{
	char json[128];
	vv_error err;

	snprintf(json, sizeof(json),
		 "{\"fields\":[{\"name\":\"a\",\"type\":\"%s\",\"format\":\"%s\"}]}", type, format);
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

static void expect_range(const char *type, const char *format, const char *const *values,
			 const char *min, const char *max)
{
	vv_column_stats s;
	vv_schema schema;

	make_field(&schema, type, format);
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
	expect_range("integer", "default", integers, "-10", "10");
	expect_range("integer", "default", large, "99999999999999999999", "123456789012345678902");
	expect_range("number", "default", numbers, "-0.5", "1e3");
	expect_range("number", "default", near, "0.10000000000000000001", "0.10000000000000000003");
	expect_range("string", "default", words, "10", "a");
}

static void times_compare_as_instants(void **state)
{
	static const char *const dates[] = {"01/12/2024", "02/01/2023", "31/05/2024", NULL};
	static const char *const times[] = {"11.30 PM", "01.15 PM", "10.00 AM", NULL};
	static const char *const zones[] = {"2024-01-01T00:30:00+02:00", "2023-12-31T23:00:00Z",
					    "2024-01-01T00:00:00.5Z", NULL};
	static const char *const months[] = {"-0010-01", "2024-05", "-0009-12", NULL};
	static const char *const years[] = {"2024", "-0010", "-0009", NULL};
	static const char *const durations[] = {"P10D", "PT30H", "P9D", NULL};

	(void)state;
	expect_range("date", "%d/%m/%Y", dates, "02/01/2023", "01/12/2024");
	expect_range("time", "%I.%M %p", times, "10.00 AM", "11.30 PM");
	expect_range("datetime", "default", zones, "2024-01-01T00:30:00+02:00",
		     "2024-01-01T00:00:00.5Z");
	expect_range("yearmonth", "default", months, "-0010-01", "2024-05");
	expect_range("year", "default", years, "-0010", "2024");
	expect_range("duration", "default", durations, "PT30H", "P10D");
}

static void missing_values_and_misfits_are_counted_apart(void **state)
{
	vv_column_stats s;
	vv_schema schema;
	bool exact;

	(void)state;
	make_field(&schema, "integer", "default");
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
	make_field(&schema, "string", "default");
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
	cmocka_unit_test(times_compare_as_instants),
	cmocka_unit_test(missing_values_and_misfits_are_counted_apart),
	cmocka_unit_test(distinct_values_are_exact_to_the_limit_and_then_near),
};

VV_TEST_SUITE(column_stats)
