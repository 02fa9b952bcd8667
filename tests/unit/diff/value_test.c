/*
 * When two cells are one value.
 */
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "diff/rows/value.h"

/* A field of a schema made on the spot. */
typedef struct made {
	vv_schema schema;
} made;

static const vv_field *field(made *m, const char *descriptor)
{
	vv_buf b = VV_BUF_INIT;
	vv_error err;
	vv_buf_printf(&b, "{\"fields\":[{\"name\":\"x\",%s}],\"missingValues\":[\"\",\"NA\"]}",
		      descriptor);
	vv_assert_ok(vv_schema_read(&m->schema, b.data, b.len, "schema", &err), &err);
	vv_buf_clear(&b);
	return &m->schema.fields[0];
}

static vv_cell text(const char *s)
{
	return (vv_cell){.text = s, .len = (uint32_t)strlen(s), .state = VV_CELL_TEXT};
}

static vv_cell literal(const char *s)
{
	return (vv_cell){.text = s, .len = (uint32_t)strlen(s), .state = VV_CELL_LITERAL};
}

static vv_same compare_cells(const vv_field *fa, const vv_cell *a, const vv_field *fb,
			     const vv_cell *b)
{
	vv_buf scratch = VV_BUF_INIT;
	vv_same same = vv_value_compare(&scratch, fa, a, fb, b);
	assert_false(scratch.failed);
	vv_buf_clear(&scratch);
	return same;
}

static vv_same compare(const char *descriptor, vv_cell a, vv_cell b)
{
	made m;
	const vv_field *f = field(&m, descriptor);
	vv_same same = compare_cells(f, &a, f, &b);
	assert_int_equal(compare_cells(f, &b, f, &a), same);
	vv_buf x = VV_BUF_INIT, y = VV_BUF_INIT;
	vv_value_put_canonical(&x, f, &a);
	vv_value_put_canonical(&y, f, &b);
	bool equal = x.len == y.len && memcmp(x.data, y.data, x.len) == 0;
	assert_int_equal(equal, same != VV_OTHER); /* hashing agrees with comparing */
	vv_buf_clear(&x);
	vv_buf_clear(&y);
	vv_schema_clear(&m.schema);
	return same;
}

#define NUMBER "\"type\":\"number\""
#define STRING "\"type\":\"string\""

static void numbers_are_equal_by_value(void **state)
{
	static const char *const equal[][2] = {
		{"1.0", "1.00"},
		{"1", "1.0"},
		{"0", "-0"},
		{"0.5", ".5"},
		{"100", "1e2"},
		{"1E+2", "100.000"},
		{"-1.50", "-1.5"},
		{"0.001", "1e-3"},
		{"12345678901234567890123", "1.2345678901234567890123e22"},
		{"NaN", "nan"},
		{"INF", "inf"},
		{"007", "7"},
		{"1200", "12e2"},
		{"1230.0", "1230"},
		{"+3", "3"},
	};
	static const char *const other[][2] = {
		{"1", "2"},
		{"1", "-1"},
		{"0.1", "0.10000000000000000001"},
		{"1e2", "1e3"},
		{"INF", "-INF"},
		{"1", "x"},
		{"1", ""},
		{"9007199254740993", "9007199254740992"},
		{"1e1000000001", "1e1000000002"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(equal) / sizeof(equal[0]); i++) {
		assert_int_equal(compare(NUMBER, text(equal[i][0]), text(equal[i][1])),
				 VV_SAME_VALUE);
	}
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		assert_int_equal(compare(NUMBER, text(other[i][0]), text(other[i][1])), VV_OTHER);
	}
	assert_int_equal(compare(NUMBER, text("1.0"), text("1.0")), VV_SAME);
}

/* Most numbers are found to differ without being read; the helper compare() checks that against their canonical forms. */
static void numbers_of_any_spelling_are_compared_as_they_are_read(void **state)
{
	static const char *const descriptors[] = {
		NUMBER, "\"type\":\"integer\"", NUMBER ",\"decimalChar\":\",\",\"groupChar\":\".\"",
		STRING};
	static const char letters[] = "0012.59-,e";
	vv_prng prng;
	unsigned same = 0;

	(void)state;
	vv_prng_init(&prng, 11);
	for (unsigned n = 0; n < 20000; n++) {
		char a[8], b[8];
		for (char *s = a;; s = b) {
			size_t len = 1 + (size_t)vv_prng_below(&prng, 5);
			for (size_t i = 0; i < len; i++) {
				s[i] = letters[vv_prng_below(&prng, sizeof(letters) - 1)];
			}
			s[len] = '\0';
			if (s == b) {
				break;
			}
		}
		same += compare(descriptors[n % 4], text(a), text(b)) == VV_SAME_VALUE;
	}
	assert_true(same > 20);
}

/* Missing values are equal, even if they resemble numbers. */
static void numbers_that_are_missing_values_are_one(void **state)
{
	static const char schema[] = "{\"fields\":[{\"name\":\"x\",\"type\":\"number\"}],"
				     "\"missingValues\":[\"99\",\"98\",\"\"]}";
	const vv_cell a = text("99"), b = text("98"), c = text("97");
	vv_schema s;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_schema_read(&s, schema, sizeof(schema) - 1, "schema", &err), &err);
	assert_int_equal(compare_cells(&s.fields[0], &a, &s.fields[0], &b), VV_SAME_VALUE);
	assert_int_equal(compare_cells(&s.fields[0], &a, &s.fields[0], &c), VV_OTHER);
	assert_int_equal(compare_cells(&s.fields[0], &c, &s.fields[0], &b), VV_OTHER);
	vv_schema_clear(&s);
}

static void strings_are_equal_only_byte_for_byte(void **state)
{
	(void)state;
	assert_int_equal(compare(STRING, text("1.0"), text("1.00")), VV_OTHER);
	assert_int_equal(compare(STRING, text("a"), text("a")), VV_SAME);
	assert_int_equal(compare(STRING, text("a"), text("a ")), VV_OTHER);
}

static void a_fields_own_spelling_of_numbers_counts(void **state)
{
	(void)state;
	assert_int_equal(compare(NUMBER ",\"decimalChar\":\",\",\"groupChar\":\".\"",
				 text("1.234,50"), text("1234,5")),
			 VV_SAME_VALUE);
	assert_int_equal(compare(NUMBER ",\"decimalChar\":\",\"", text("1,5"), literal("1.5")),
			 VV_SAME_VALUE);
	assert_int_equal(compare(NUMBER ",\"bareNumber\":false", text("$12.0"), text("12 EUR")),
			 VV_SAME_VALUE);
	assert_int_equal(compare(NUMBER ",\"bareNumber\":false", text("$12.0"), text("$13")),
			 VV_OTHER);
}

static void the_forms_of_csv_and_json_meet_in_the_value(void **state)
{
	(void)state;
	assert_int_equal(compare("\"type\":\"integer\"", text("5"), literal("5")), VV_SAME_VALUE);
	assert_int_equal(compare("\"type\":\"boolean\"", text("TRUE"), literal("true")),
			 VV_SAME_VALUE);
	assert_int_equal(compare("\"type\":\"boolean\"", text("false"), literal("true")), VV_OTHER);
	assert_int_equal(compare("\"type\":\"object\"", text("{\"a\": 1}"), literal("{\"a\":1}")),
			 VV_SAME_VALUE);
	assert_int_equal(
		compare("\"type\":\"array\"", literal("[1, \"a b\"]"), literal("[1,\"a b\"]")),
		VV_SAME_VALUE);
	assert_int_equal(compare("\"type\":\"array\"", literal("[\"a b\"]"), literal("[\"ab\"]")),
			 VV_OTHER);
}

/* Two columns, each with its own descriptor. */
static vv_same compare_two(const char *descriptor_a, const char *a, const char *descriptor_b,
			   const char *b)
{
	made x, y;
	const vv_field *fa = field(&x, descriptor_a), *fb = field(&y, descriptor_b);
	vv_cell ca = text(a), cb = text(b);
	vv_same same = compare_cells(fa, &ca, fb, &cb);
	assert_int_equal(compare_cells(fb, &cb, fa, &ca), same);
	vv_schema_clear(&x.schema);
	vv_schema_clear(&y.schema);
	return same;
}

#define DATE "\"type\":\"date\""
#define TIME "\"type\":\"time\""
#define DATETIME "\"type\":\"datetime\""
#define FORMAT(f) ",\"format\":\"" f "\""

static void dates_in_two_declared_formats_are_equal_by_value(void **state)
{
	static const char *const equal[][4] = {
		{DATE FORMAT("%d/%m/%Y"), "31/01/2024", DATE, "2024-01-31"},
		{DATE FORMAT("%d/%m/%Y"), "1/2/2024", DATE FORMAT("%d/%m/%Y"), "01/02/2024"},
		{DATE FORMAT("%d/%m/%Y"), "5/12/2024", DATE FORMAT("%B %d, %Y"),
		 "December 05, 2024"},
		{DATE FORMAT("%Y-%j"), "2024-060", DATE, "2024-02-29"},
		{DATE FORMAT("%y%m%d"), "690101", DATE, "1969-01-01"},
		{TIME FORMAT("%I:%M %p"), "01:05 PM", TIME, "13:05:00"},
		{TIME FORMAT("%H:%M:%S.%f"), "01:05:00.500", TIME FORMAT("%H%M%S.%f"), "010500.5"},
		{DATETIME FORMAT("%d.%m.%Y %H:%M"), "31.12.2023 23:59", DATETIME,
		 "2023-12-31T23:59:00"},
		{DATETIME FORMAT("%Y-%m-%d %H:%M:%S%z"), "2024-01-01 00:30:00+0100", DATETIME,
		 "2023-12-31T23:30:00Z"},
		{DATETIME, "2024-03-01T01:00:00+02:00", DATETIME, "2024-02-29T23:00:00Z"},
		{DATETIME, "2024-02-28T23:30:00-01:00", DATETIME, "2024-02-29T00:30:00.000Z"},
		{DATETIME, "2023-12-31T24:00:00", DATETIME, "2024-01-01T00:00:00"},
		{DATETIME, "2024-01-01T00:00:00.50", DATETIME, "2024-01-01T00:00:00.5"},
		{DATETIME FORMAT("%Y-%m-%d %H:%M:%S.%f"), "2024-01-01 00:00:00.250", DATETIME,
		 "2024-01-01T00:00:00.25"},
	};
	static const char *const other[][4] = {
		{DATE FORMAT("%d/%m/%Y"), "01/02/2024", DATE, "2024-01-02"},
		{DATE FORMAT("%d/%m/%Y"), "2024-01-31", DATE FORMAT("%d/%m/%Y"), "31/01/2024"},
		{DATE FORMAT("%d/%m/%Y"), "31/02/2024", DATE, "2024-02-31"},
		{DATE FORMAT("any"), "1/2/2024", DATE, "2024-01-02"},
		{DATE FORMAT("any"), "1/2/2024", DATE FORMAT("any"), "01/02/2024"},
		{DATE FORMAT("%Y %U %w"), "2024 01 1", DATE FORMAT("%Y %U %w"), "2024 02 1"},
		{DATE FORMAT("%a %Y-%m-%d"), "Mon 2024-01-31", DATE FORMAT("%a %Y-%m-%d"),
		 "Wed 2024-01-31"},
		{TIME FORMAT("%I:%M %p"), "01:05 AM", TIME, "13:05:00"},
		{TIME FORMAT("%H:%M:%S.%f"), "01:05:00.5", TIME, "01:05:00"},
		{DATETIME, "2024-01-01T00:00:00Z", DATETIME, "2024-01-01T00:00:00"},
		{DATETIME, "2024-01-01T00:00:00+01:00", DATETIME, "2024-01-01T00:00:00Z"},
		{DATETIME FORMAT("%Y-%m-%d %H:%M %Z"), "2024-01-01 00:00 CET",
		 DATETIME FORMAT("%Y-%m-%d %H:%M %Z"), "2024-01-01 00:00 UTC"},
		{DATETIME, "9999-12-31T23:30:00-01:00", DATETIME, "9999-12-31T23:30:00"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(equal) / sizeof(equal[0]); i++) {
		if (compare_two(equal[i][0], equal[i][1], equal[i][2], equal[i][3]) !=
		    VV_SAME_VALUE) {
			fail_msg("%s is not %s", equal[i][1], equal[i][3]);
		}
	}
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		if (compare_two(other[i][0], other[i][1], other[i][2], other[i][3]) != VV_OTHER) {
			fail_msg("%s is taken for %s", other[i][1], other[i][3]);
		}
	}
	assert_int_equal(compare_two(DATE FORMAT("%d/%m/%Y"), "x", DATE, "x"), VV_SAME);
}

static void numbers_in_two_declared_spellings_are_equal_by_value(void **state)
{
	(void)state;
	assert_int_equal(compare_two(NUMBER ",\"decimalChar\":\",\",\"groupChar\":\".\"",
				     "1.234,50", NUMBER, "1234.5"),
			 VV_SAME_VALUE);
	assert_int_equal(compare_two(NUMBER ",\"bareNumber\":false", "$12", NUMBER, "12.0"),
			 VV_SAME_VALUE);
	assert_int_equal(compare_two(NUMBER ",\"decimalChar\":\",\"", "1,5", NUMBER, "1.6"),
			 VV_OTHER);
	assert_int_equal(
		compare_two(
			"\"type\":\"boolean\",\"trueValues\":[\"ja\"],\"falseValues\":[\"nein\"]",
			"ja", "\"type\":\"boolean\"", "true"),
		VV_SAME_VALUE);
}

static void null_empty_and_absent_are_told_apart(void **state)
{
	const vv_cell null = {.state = VV_CELL_NULL}, absent = {.state = VV_CELL_ABSENT};
	(void)state;
	assert_int_equal(compare(STRING, text(""), null), VV_OTHER);
	assert_int_equal(compare(STRING, text(""), absent), VV_OTHER);
	assert_int_equal(compare(STRING, null, absent), VV_OTHER);
	assert_int_equal(compare(STRING, text("NA"), null), VV_SAME_VALUE);
	assert_int_equal(compare(NUMBER, text(""), null), VV_SAME_VALUE);
	assert_int_equal(compare(NUMBER, text("NA"), text("")), VV_SAME_VALUE);
	assert_int_equal(compare(NUMBER, text(""), absent), VV_OTHER);
	assert_int_equal(compare(NUMBER, text("0"), null), VV_OTHER);
}

static void the_new_type_tells_where_types_differ(void **state)
{
	made m, n;
	const vv_field *s = field(&m, STRING), *d = field(&n, NUMBER);
	vv_cell a = text("10"), b = text("10.0");
	(void)state;
	assert_int_equal(compare_cells(s, &a, d, &b), VV_SAME_VALUE);
	assert_int_equal(compare_cells(d, &a, s, &b), VV_OTHER);
	vv_schema_clear(&m.schema);
	vv_schema_clear(&n.schema);
}

static bool within(const char *a, const char *b, const char *tolerance)
{
	made m;
	const vv_field *f = field(&m, NUMBER);
	vv_cell x = text(a), y = text(b);
	vv_buf scratch = VV_BUF_INIT;
	bool yes = vv_value_within(&scratch, f, &x, f, &y, tolerance);
	assert_int_equal(vv_value_within(&scratch, f, &y, f, &x, tolerance), yes);
	vv_buf_clear(&scratch);
	vv_schema_clear(&m.schema);
	return yes;
}

static void tolerance_is_exact_decimal_arithmetic(void **state)
{
	(void)state;
	assert_true(within("0.3", "0.1", "0.2"));
	assert_true(within("1.01", "1.00", "0.01"));
	assert_false(within("1.0100001", "1.00", "0.01"));
	assert_true(within("-1", "1", "2"));
	assert_false(within("-1", "1", "1.99"));
	assert_true(within("100", "99", "1%"));
	assert_false(within("100", "98.9", "1%"));
	assert_true(within("0", "0.0", "0"));
	assert_false(within("a", "1", "100"));
	assert_false(within("", "1", "100"));
	assert_true(within("1e10", "10000000001", "1"));
	assert_false(within("1e9000", "1", "1"));
	assert_true(within("-200", "-202", "1%"));
	assert_true(within("1000000000000000000000000.5", "1000000000000000000000000", "0.5"));
	assert_true(vv_tolerance_check("0.01") && vv_tolerance_check("1%") &&
		    vv_tolerance_check("0"));
	assert_false(vv_tolerance_check("") || vv_tolerance_check("-1") ||
		     vv_tolerance_check("x") || vv_tolerance_check("%") ||
		     vv_tolerance_check("nan"));
}

static void order_is_by_number_then_bytes(void **state)
{
	static const char *const sorted[] = {"-10", "-2.5", "0",  "0.5", "1",
					     "1.0", "9",    "10", "1e3"};
	made m;
	const vv_field *f = field(&m, NUMBER);
	(void)state;
	for (size_t i = 0; i < sizeof(sorted) / sizeof(sorted[0]); i++) {
		for (size_t k = 0; k < sizeof(sorted) / sizeof(sorted[0]); k++) {
			vv_cell a = text(sorted[i]), b = text(sorted[k]);
			int c = vv_value_order(f, &a, &b);
			assert_true(i == k ? c == 0 : (c < 0) == (i < k));
		}
	}
	vv_schema_clear(&m.schema);
}

static void canonical_forms_do_not_run_into_each_other(void **state)
{
	made m;
	const vv_field *f = field(&m, STRING);
	char *longer = malloc(301);
	vv_buf x = VV_BUF_INIT, y = VV_BUF_INIT;
	(void)state;
	assert_non_null(longer);
	memset(longer, 'a', 300);
	longer[300] = '\0';
	vv_cell a = text("ab"), b = text("c"), c = text("a"), d = text("bc"), e = text(longer);
	vv_value_put_canonical(&x, f, &a);
	vv_value_put_canonical(&x, f, &b);
	vv_value_put_canonical(&y, f, &c);
	vv_value_put_canonical(&y, f, &d);
	assert_true(x.len != y.len || memcmp(x.data, y.data, x.len) != 0);
	vv_buf_reset(&x);
	vv_value_put_canonical(&x, f, &e);
	assert_int_equal(x.len, 2 + 1 + 300); /* two bytes of length */
	assert_memory_equal(x.data + 3, longer, 300);
	vv_buf_clear(&x);
	vv_buf_clear(&y);
	free(longer);
	vv_schema_clear(&m.schema);
}

static void a_canonical_form_ends_with_a_nul(void **state)
{
	static const char *const types[] = {"\"type\":\"string\"", "\"type\":\"integer\"",
					    "\"type\":\"date\""};
	vv_buf b = VV_BUF_INIT;
	made m;

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		vv_cell c = text("17");

		vv_buf_reset(&b);
		assert_true(vv_buf_reserve(&b, 100));
		memset(b.data, 'x', b.cap);
		vv_value_put_canonical(&b, field(&m, types[i]), &c);
		assert_int_equal(b.data[b.len], '\0');
		vv_schema_clear(&m.schema);
	}
	vv_buf_clear(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(numbers_are_equal_by_value),
	cmocka_unit_test(numbers_of_any_spelling_are_compared_as_they_are_read),
	cmocka_unit_test(numbers_that_are_missing_values_are_one),
	cmocka_unit_test(strings_are_equal_only_byte_for_byte),
	cmocka_unit_test(a_fields_own_spelling_of_numbers_counts),
	cmocka_unit_test(the_forms_of_csv_and_json_meet_in_the_value),
	cmocka_unit_test(null_empty_and_absent_are_told_apart),
	cmocka_unit_test(dates_in_two_declared_formats_are_equal_by_value),
	cmocka_unit_test(numbers_in_two_declared_spellings_are_equal_by_value),
	cmocka_unit_test(the_new_type_tells_where_types_differ),
	cmocka_unit_test(tolerance_is_exact_decimal_arithmetic),
	cmocka_unit_test(order_is_by_number_then_bytes),
	cmocka_unit_test(canonical_forms_do_not_run_into_each_other),
	cmocka_unit_test(a_canonical_form_ends_with_a_nul),
};

VV_TEST_SUITE(value)
