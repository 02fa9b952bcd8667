/*
 * The type that all values of a column have.
 */
#include <stdio.h>
#include <string.h>

#include "dataset/schema/infer.h"
#include "dataset/schema/schema.h"
#include "tests/unit/support.h"

/* Cells from texts; NULL ends. A text that begins with '=' is a literal. */
static size_t make_cells(vv_cell *cells, const char *const *texts)
{
	size_t n = 0;

	for (; texts[n]; n++) {
		bool literal = texts[n][0] == '=';

		cells[n] = (vv_cell){.text = texts[n] + (literal ? 1 : 0),
				     .state = literal ? VV_CELL_LITERAL : VV_CELL_TEXT};
		cells[n].len = (uint32_t)strlen(cells[n].text);
	}
	return n;
}

static vv_infer infer(bool json, const char *const *texts)
{
	vv_cell cells[64];
	size_t n = make_cells(cells, texts);
	vv_infer i;

	vv_infer_init(&i);
	i.json = json;
	vv_infer_cells(&i, cells, n);
	return i;
}

#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define TYPE_OF(...) type_of(false, TEXTS(__VA_ARGS__))
#define JSON_TYPE_OF(...) type_of(true, TEXTS(__VA_ARGS__))

static const char *type_of(bool json, const char *const *texts)
{
	vv_infer i = infer(json, texts);

	return vv_type_name(vv_infer_type(&i, NULL));
}

static void whole_numbers_are_integers(void **state)
{
	(void)state;
	assert_string_equal(TYPE_OF("0", "-5", "12", "-0"), "integer");
	assert_string_equal(TYPE_OF("9223372036854775807", "-9223372036854775808"), "integer");
	assert_string_equal(TYPE_OF("5", "", "7"), "integer");
}

static void names_that_look_like_numbers_stay_strings(void **state)
{
	(void)state;
	assert_string_equal(TYPE_OF("007"), "string");
	assert_string_equal(TYPE_OF("1", "2", "03"), "string");
	assert_string_equal(TYPE_OF("+5"), "string");
	assert_string_equal(TYPE_OF("9223372036854775808"), "string");
	assert_string_equal(TYPE_OF("1e5"), "string");
	assert_string_equal(TYPE_OF("1,5"), "string");
	assert_string_equal(TYPE_OF("1 000"), "string");
	assert_string_equal(TYPE_OF("00.5"), "string");
	assert_string_equal(TYPE_OF("5."), "string");
	assert_string_equal(TYPE_OF("."), "any");
	assert_string_equal(TYPE_OF("NaN"), "any");
	assert_string_equal(TYPE_OF("-"), "any");
	assert_string_equal(TYPE_OF("5 "), "string");
	assert_string_equal(TYPE_OF("1.2.3"), "string");
}

static void numbers_with_fractions_or_signed_exponents_are_numbers(void **state)
{
	(void)state;
	assert_string_equal(TYPE_OF("1.5", "2"), "number");
	assert_string_equal(TYPE_OF("-0.0", "1e-5", "1.5e10", "2E+3"), "number");
	assert_string_equal(TYPE_OF("1.5", "1.5e99999"), "string");
	assert_string_equal(TYPE_OF("1.5", "x"), "string");
}

static void booleans_are_words_and_not_digits(void **state)
{
	(void)state;
	assert_string_equal(TYPE_OF("true", "False", "TRUE", "FALSE", "True", "false"), "boolean");
	assert_string_equal(TYPE_OF("0", "1"), "integer");
	assert_string_equal(TYPE_OF("true", "0"), "string");
	assert_string_equal(TYPE_OF("tRUE"), "string");
	assert_string_equal(TYPE_OF("True", "Truly"), "string");
}

static void dates_must_be_days_of_the_calendar(void **state)
{
	(void)state;
	assert_string_equal(TYPE_OF("2024-02-29", "0001-01-01"), "date");
	assert_string_equal(TYPE_OF("2023-02-29"), "string");
	assert_string_equal(TYPE_OF("02/03/2024"), "string");
	assert_string_equal(TYPE_OF("2024-1-5"), "string");
	assert_string_equal(TYPE_OF("20240105"), "integer");
	assert_string_equal(TYPE_OF("2024-01-26T15:00:00", "2024-01-26T15:00:00.5Z",
				    "2024-01-26T15:00:00+02:00"),
			    "datetime");
	assert_string_equal(TYPE_OF("2024-01-26T24:00:00"), "string");
	assert_string_equal(TYPE_OF("2024-01-26", "2024-01-26T15:00:00"), "string");
	assert_string_equal(TYPE_OF("15:00:00", "23:59:59"), "time");
	assert_string_equal(TYPE_OF("15:00"), "string");
	assert_string_equal(TYPE_OF("15:00:61"), "string");
}

static void datetimes_with_a_blank_have_a_format_and_are_alike(void **state)
{
	(void)state;
	assert_string_equal(TYPE_OF("2024-01-26 15:00:00", "2024-02-29 00:00:59"), "datetime");
	assert_string_equal(TYPE_OF("2024-01-26 15:00:00.5", "2024-01-26 15:00:00.123456"),
			    "datetime");
	assert_string_equal(TYPE_OF("2024-01-26 15:00:00.5", "2024-01-26 15:00:00"), "string");
	assert_string_equal(TYPE_OF("2024-01-26 15:00:00", "2024-01-26T15:00:00"), "string");
	assert_string_equal(TYPE_OF("2024-01-26 15:00:00.1234567"), "string");
	assert_string_equal(TYPE_OF("2024-01-26 15:00:00."), "string");
	assert_string_equal(TYPE_OF("2024-02-30 15:00:00"), "string");
	assert_string_equal(TYPE_OF("2024-01-26 24:00:00"), "string");
}

static const char *format_of(const char *const *texts)
{
	vv_infer i = infer(false, texts);
	const char *format = vv_infer_format(&i);

	return format ? format : "none";
}

static void datetimes_without_seconds_have_a_format_and_are_alike(void **state)
{
	(void)state;
	assert_string_equal(TYPE_OF("2020-01-01 10:00", "2020-02-29 23:59"), "datetime");
	assert_string_equal(format_of(TEXTS("2020-01-01 10:00")), "%Y-%m-%d %H:%M");
	assert_string_equal(format_of(TEXTS("2020-01-01 10:00+01:00")), "%Y-%m-%d %H:%M%z");
	assert_string_equal(format_of(TEXTS("2020-01-01T10:00", "NA")), "%Y-%m-%dT%H:%M");
	assert_string_equal(format_of(TEXTS("2020-01-01T10:00-11:30")), "%Y-%m-%dT%H:%M%z");
	assert_string_equal(format_of(TEXTS("2020-01-01 10:00:00.5+01:00")),
			    "%Y-%m-%d %H:%M:%S.%f%z");
	assert_string_equal(format_of(TEXTS("2020-01-01T10:00:00")), "none");
	assert_string_equal(TYPE_OF("2020-01-01T10:00", "2020-01-01 10:00"), "string");
	assert_string_equal(TYPE_OF("2020-01-01T10:00", "2020-01-01T10:00:00"), "string");
	assert_string_equal(TYPE_OF("2020-01-01 10:00", "2020-01-01 10:00+01:00"), "string");
	assert_string_equal(TYPE_OF("2020-01-01 24:00"), "string");
	assert_string_equal(TYPE_OF("2020-02-30 10:00"), "string");
	assert_string_equal(TYPE_OF("2020-01-01 10:60"), "string");
	assert_string_equal(TYPE_OF("2020-01-01 10:0"), "string");
	assert_string_equal(TYPE_OF("2020-01-01 10:00.5"), "string");
	/* no directive reads a zone of hours alone */
	assert_string_equal(TYPE_OF("2020-01-01 10:00:00+01"), "string");
}

static void words_for_missing_values_rule_out_no_type(void **state)
{
	(void)state;
	assert_string_equal(TYPE_OF("5", "NA", "7", "N/A", "NULL", "null", "NaN", "-"), "integer");
	assert_string_equal(TYPE_OF("NA", "1.5"), "number");
	assert_string_equal(TYPE_OF("NA", "2024-01-26 15:00:00"), "datetime");
	assert_string_equal(TYPE_OF("NA", "DE"), "string");
	assert_string_equal(TYPE_OF("NA", "NULL"), "any");
	assert_string_equal(TYPE_OF("5", "na"), "string");
	assert_string_equal(TYPE_OF("5", "nan", "n/a", "#N/A", ".", "\\N", "None"), "integer");
	assert_string_equal(TYPE_OF("n/a", "y"), "string");
	assert_string_equal(TYPE_OF(".5", "-.25", "1"), "number");
	assert_string_equal(TYPE_OF(".5", "a"), "string");
	assert_string_equal(TYPE_OF("1.5", "inf", "-inf", "INF"), "number");
	assert_string_equal(TYPE_OF("1", "info"), "string");
	assert_string_equal(TYPE_OF("2024-01-26 15:00:00+01:00", "2024-06-26 15:00:00+02:00"),
			    "datetime");
	assert_string_equal(TYPE_OF("2024-01-26 15:00:00+01:00", "2024-01-26 15:00:00"), "string");
	assert_string_equal(TYPE_OF("5", "--"), "string");
	assert_string_equal(JSON_TYPE_OF("=5", "NA"), "any");
}

static void json_values_have_the_types_they_are_written_in(void **state)
{
	(void)state;
	assert_string_equal(JSON_TYPE_OF("=5", "=-7"), "integer");
	assert_string_equal(JSON_TYPE_OF("=123456789012345678901234567890"), "integer");
	assert_string_equal(JSON_TYPE_OF("=5", "=1.5", "=1e5"), "number");
	assert_string_equal(JSON_TYPE_OF("=true", "=false"), "boolean");
	assert_string_equal(JSON_TYPE_OF("=[1]", "=[]"), "array");
	assert_string_equal(JSON_TYPE_OF("={}"), "object");
	assert_string_equal(JSON_TYPE_OF("5", "7"), "string");
	assert_string_equal(JSON_TYPE_OF("true"), "string");
	assert_string_equal(JSON_TYPE_OF("2024-01-26"), "date");
	assert_string_equal(JSON_TYPE_OF("x", "=\"\\ud800\""), "string");
}

static void json_values_of_several_types_have_none(void **state)
{
	(void)state;
	assert_string_equal(JSON_TYPE_OF("=5", "x"), "any");
	assert_string_equal(JSON_TYPE_OF("x", "y", "=5"), "any");
	assert_string_equal(JSON_TYPE_OF("=true", "=5"), "any");
	assert_string_equal(JSON_TYPE_OF("=[]", "={}"), "any");
}

static void a_column_without_values_has_no_type(void **state)
{
	vv_cell holes[3] = {
		{.state = VV_CELL_ABSENT}, {.state = VV_CELL_NULL}, {.state = VV_CELL_TEXT}};
	vv_infer i;

	(void)state;
	vv_infer_init(&i);
	vv_infer_cells(&i, holes, 3);
	assert_int_equal(vv_infer_type(&i, NULL), VV_TYPE_ANY);
	assert_int_equal(vv_infer_type_named(&i, "year", 4, NULL), VV_TYPE_ANY);
	assert_false(i.any_value);
}

static vv_type named(const char *name, const char *const *texts)
{
	vv_infer i = infer(false, texts);

	return vv_infer_type_named(&i, name, strlen(name), NULL);
}

static void years_need_a_name_that_says_so(void **state)
{
	(void)state;
	assert_int_equal(named("year", TEXTS("1999", "2024")), VV_TYPE_YEAR);
	assert_int_equal(named("Birth Year", TEXTS("1999")), VV_TYPE_YEAR);
	assert_int_equal(named("birthYear", TEXTS("1999")), VV_TYPE_YEAR);
	assert_int_equal(named("ann\303\251e", TEXTS("1999")), VV_TYPE_YEAR);
	assert_int_equal(named("jahr_2", TEXTS("1999")), VV_TYPE_YEAR);
	assert_int_equal(named("years", TEXTS("1999")), VV_TYPE_INTEGER);
	assert_int_equal(named("yearly", TEXTS("1999")), VV_TYPE_INTEGER);
	assert_int_equal(named("price", TEXTS("1999")), VV_TYPE_INTEGER);
	assert_int_equal(named("year", TEXTS("1999", "12")), VV_TYPE_INTEGER);
	assert_int_equal(named("year", TEXTS("0999")), VV_TYPE_STRING);
	assert_int_equal(named("a_name_longer_than_sixteen_letters_year", TEXTS("1999")),
			 VV_TYPE_YEAR);
}

static bool offers(const char *const *texts)
{
	vv_infer i = infer(false, texts);
	bool offer = false;

	return vv_infer_type(&i, &offer) == VV_TYPE_STRING && offer;
}

static void decimal_commas_are_offered_only_when_sure(void **state)
{
	(void)state;
	assert_true(offers(TEXTS("1.234,56", "-7", "0,5")));
	assert_true(offers(TEXTS("1,5")));
	assert_true(offers(TEXTS("1,234", "1,5")));
	assert_false(offers(TEXTS("1,234", "5,678"))); /* English thousands? */
	assert_false(offers(TEXTS("1.234,56", "x")));
	assert_false(offers(TEXTS("1,234.5", "1,5")));
	assert_false(offers(TEXTS("1.5", "1,5")));
	assert_false(offers(TEXTS("5", "7")));
	assert_false(offers(TEXTS("1,", "1,5")));
	assert_false(offers(TEXTS("00,5")));
	assert_false(offers(TEXTS("2", "2,2", "0", "2,4", "3"))); /* lists of whole numbers? */
	assert_true(offers(TEXTS("2", "2,5", "0", "3,75")));
	assert_true(offers(TEXTS("2", "3,05", "0", "4", "3")));
	assert_true(offers(TEXTS("2", "-1,5", "0", "4", "3")));
	assert_true(offers(TEXTS("2", "1.000,5", "0", "4", "3")));
}

/* "certain , NBSP" as decimalChar and groupChar; '-' for none. */
static const char *marks_of(const char *const *texts)
{
	static const char *const words[] = {"none", "certain", "likely", "unclear"};
	static char text[64];
	vv_infer i = infer(false, texts);
	vv_number_marks m;
	vv_marks_known known = vv_infer_marks(&m, &i, false);

	(void)snprintf(text, sizeof(text), "%s %s %s", words[known], m.decimal ? m.decimal : "-",
		       m.group ? m.group : "-");
	return text;
}

static void marks_between_groups_are_found_where_all_values_have_the_same(void **state)
{
	(void)state;
	assert_string_equal(marks_of(TEXTS("1\302\240234,50", "12")), "certain , \302\240");
	assert_string_equal(marks_of(TEXTS("1\342\200\257234", "12")), "certain - \342\200\257");
	assert_string_equal(marks_of(TEXTS("1'234.50", "12.5", "-7")), "certain . '");
	assert_string_equal(marks_of(TEXTS("1\342\200\231234", "0,5")), "certain , \342\200\231");
	assert_string_equal(marks_of(TEXTS("1\302\240234,567")), "certain , \302\240");
	assert_string_equal(marks_of(TEXTS("1,234.5", "1,000")), "certain . ,");
	assert_string_equal(marks_of(TEXTS("1,234,567")), "likely . ,");
	assert_string_equal(marks_of(TEXTS("552 081 317")), "likely .  ");
	assert_string_equal(marks_of(TEXTS("552 081 317,5")), "certain ,  ");
	assert_string_equal(marks_of(TEXTS("1,234", "5")), "unclear , -");
	assert_string_equal(marks_of(TEXTS("1.234", "5")), "unclear , .");
	assert_string_equal(marks_of(TEXTS("1,567", "469,134", "37,25")), "unclear , -");
	assert_string_equal(marks_of(TEXTS("1 234,5", "1\302\240234,5")), "none - -");
	assert_string_equal(marks_of(TEXTS("1'234.5", "1'234,5")), "none - -");
	assert_string_equal(marks_of(TEXTS("12 345 6")), "none - -");
	assert_string_equal(marks_of(TEXTS("0'234")), "none - -");
	assert_string_equal(marks_of(TEXTS("1\302\24023")), "none - -");
	assert_string_equal(marks_of(TEXTS("1'2345")), "none - -");
	assert_string_equal(marks_of(TEXTS("1234'567")), "none - -");
	assert_string_equal(marks_of(TEXTS("12.5", "7")), "none - -");
}

static void parts_seen_by_several_threads_add_up(void **state)
{
	static const char *const values[] = {"5",          "7",    "1.5",   "x",       "1,5",
					     "2024-01-26", "2024", "1'234", "1,234.5", "true"};
	const size_t kinds = sizeof(values) / sizeof(values[0]);
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 1);
	for (int round = 0; round < 2000; round++) {
		const char *texts[9] = {NULL};
		size_t n = vv_prng_below(&r, 8), at = n > 0 ? vv_prng_below(&r, n) : 0;
		vv_infer whole, first, second;
		vv_number_marks m, parts;
		vv_cell cells[9];
		bool a, b;

		for (size_t i = 0; i < n; i++) {
			texts[i] = values[vv_prng_below(&r, kinds)];
		}
		make_cells(cells, texts);
		vv_infer_init(&whole);
		vv_infer_init(&first);
		vv_infer_init(&second);
		vv_infer_cells(&whole, cells, n);
		vv_infer_cells(&first, cells, at);
		vv_infer_cells(&second, cells + at, n - at);
		vv_infer_merge(&first, &second);
		assert_int_equal(vv_infer_type(&whole, &a), vv_infer_type(&first, &b));
		assert_int_equal(a, b);
		assert_int_equal(vv_infer_marks(&m, &whole, false),
				 vv_infer_marks(&parts, &first, false));
		assert_ptr_equal(m.decimal, parts.decimal);
		assert_ptr_equal(m.group, parts.group);
		assert_int_equal(vv_infer_type_named(&whole, "year", 4, NULL),
				 vv_infer_type_named(&first, "year", 4, NULL));
	}
}

/* A text that may well be a value of some type. */
static void make_value(vv_prng *r, char *out, size_t size)
{
	static const char *const likely[] = {"5",
					     "-7",
					     "007",
					     "1.5",
					     "-0",
					     "1e5",
					     "1e-5",
					     "2024-02-29",
					     "2023-02-29",
					     "2024-01-26T15:00:00Z",
					     "15:00:00",
					     "true",
					     "FALSE",
					     "1,5",
					     "x",
					     "2020-01-01 10:00",
					     "2020-01-01T10:00",
					     "2020-01-01T10:00+01:00",
					     "2024",
					     "[]",
					     "{}"};
	static const char bytes[] = "0123456789-+.,eE:TZ tr";
	size_t len = 1 + vv_prng_below(r, 12);

	if (vv_prng_below(r, 3) > 0) {
		snprintf(out, size, "%s",
			 likely[vv_prng_below(r, sizeof(likely) / sizeof(likely[0]))]);
		if (vv_prng_below(r, 8) == 0) {
			out[vv_prng_below(r, strlen(out))] =
				bytes[vv_prng_below(r, sizeof(bytes) - 1)];
		}
		return;
	}
	for (size_t i = 0; i < len; i++) {
		out[i] = bytes[vv_prng_below(r, sizeof(bytes) - 1)];
	}
	out[len] = '\0';
}

static bool is_json(const char *text)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_json *json;
	vv_error err;
	bool ok = vv_json_read(&json, &arena, text, strlen(text), "value", &err) == VV_OK &&
		  json->end - json->start == strlen(text);

	vv_arena_clear(&arena);
	return ok;
}

static void whatever_is_inferred_accepts_all_values_it_was_inferred_from(void **state)
{
	unsigned typed = 0;
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 2);
	for (int round = 0; round < 20000; round++) {
		vv_new_field field = {"year", 4, VV_TYPE_ANY, NULL,  NULL,
				      NULL,   0, false,       false, false};
		char values[4][40];
		vv_cell cells[4];
		size_t n = 1 + vv_prng_below(&r, 3);
		bool json = vv_prng_below(&r, 2) == 0;
		vv_buf text = VV_BUF_INIT;
		vv_schema s;
		vv_infer i;
		vv_error err;

		vv_infer_init(&i);
		i.json = json;
		for (size_t k = 0; k < n; k++) {
			make_value(&r, values[k], sizeof(values[k]));
			cells[k] = (vv_cell){.text = values[k],
					     .len = (uint32_t)strlen(values[k]),
					     .state = VV_CELL_TEXT};
			if (json && is_json(values[k]) && vv_prng_below(&r, 2) == 0) {
				cells[k].state = VV_CELL_LITERAL;
			}
		}
		vv_infer_cells(&i, cells, n);
		field.type = vv_infer_type_named(&i, field.name, field.name_len, NULL);
		field.format = field.type == VV_TYPE_DATETIME ? vv_infer_format(&i) : NULL;
		field.missing = field.type != VV_TYPE_STRING && field.type != VV_TYPE_ANY
					? i.missing
					: 0;
		typed += field.type != VV_TYPE_STRING && field.type != VV_TYPE_ANY ? 1 : 0;
		vv_assert_ok(vv_schema_make(&text, &field, 1, &err), &err);
		vv_assert_ok(vv_schema_read(&s, text.data, text.len, "schema", &err), &err);
		for (size_t k = 0; k < n; k++) {
			if (!(json ? vv_field_accepts_json : vv_field_accepts)(&s.fields[0],
									       &cells[k])) {
				fail_msg("%s does not accept %s%s", vv_type_name(field.type),
					 values[k], cells[k].state ? " (literal)" : "");
			}
		}
		vv_schema_clear(&s);
		vv_buf_clear(&text);
	}
	assert_true(typed > 2000);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(whole_numbers_are_integers),
	cmocka_unit_test(names_that_look_like_numbers_stay_strings),
	cmocka_unit_test(numbers_with_fractions_or_signed_exponents_are_numbers),
	cmocka_unit_test(booleans_are_words_and_not_digits),
	cmocka_unit_test(dates_must_be_days_of_the_calendar),
	cmocka_unit_test(datetimes_with_a_blank_have_a_format_and_are_alike),
	cmocka_unit_test(datetimes_without_seconds_have_a_format_and_are_alike),
	cmocka_unit_test(words_for_missing_values_rule_out_no_type),
	cmocka_unit_test(json_values_have_the_types_they_are_written_in),
	cmocka_unit_test(json_values_of_several_types_have_none),
	cmocka_unit_test(a_column_without_values_has_no_type),
	cmocka_unit_test(years_need_a_name_that_says_so),
	cmocka_unit_test(decimal_commas_are_offered_only_when_sure),
	cmocka_unit_test(marks_between_groups_are_found_where_all_values_have_the_same),
	cmocka_unit_test(parts_seen_by_several_threads_add_up),
	cmocka_unit_test(whatever_is_inferred_accepts_all_values_it_was_inferred_from),
};

VV_TEST_SUITE(infer)
