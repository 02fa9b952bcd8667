/*
 * Reading, making and refitting Table Schemas; names for columns.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "dataset/schema/schema.h"
#include "tests/unit/support.h"

static vv_status read_text(vv_schema *s, const char *json, vv_error *err)
{
	return vv_schema_read(s, json, strlen(json), "datapackage.json", err);
}

static void must_read(vv_schema *s, const char *json)
{
	vv_error err;

	vv_assert_ok(read_text(s, json, &err), &err);
}

/* Reading must fail with a message that begins with this (after the file's name). */
static void assert_refused(const char *json, const char *message)
{
	vv_schema s;
	vv_error err;

	vv_assert_status(read_text(&s, json, &err), VV_EINPUT, &err);
	vv_assert_contains(err.message, "datapackage.json: ");
	assert_int_equal(s.count, 0);
	if (strncmp(err.message + strlen("datapackage.json: "), message, strlen(message)) != 0) {
		fail_msg("'%s' does not begin with '%s'", err.message, message);
	}
}

/* The same for a schema of one field with these members. */
static void assert_field_refused(const char *members, const char *message)
{
	vv_buf json = VV_BUF_INIT;

	vv_buf_printf(&json, "{\"fields\":[{\"name\":\"a\",%s}]}", members);
	assert_refused(json.data, message);
	vv_buf_clear(&json);
}

static void must_read_field(vv_schema *s, const char *members)
{
	vv_buf json = VV_BUF_INIT;

	vv_buf_printf(&json, "{\"fields\":[{\"name\":\"a\",%s}]}", members);
	must_read(s, json.data);
	vv_buf_clear(&json);
}

static void a_word_that_is_not_known_gets_a_hint_with_those_that_are(void **state)
{
	vv_schema s;
	vv_error err;

	(void)state;
	vv_assert_status(read_text(&s, "{\"fields\":[],\"fieldsMatch\":\"most\"}", &err), VV_EINPUT,
			 &err);
	assert_string_equal(err.hint, "known values are exact equal subset superset partial");
}

static void a_field_without_a_type_is_a_string_in_version_1_and_any_in_2(void **state)
{
	static const struct {
		const char *profile;
		vv_type type;
	} cases[] = {
		{"https://datapackage.org/profiles/1.0/tableschema.json", VV_TYPE_STRING},
		{"https://specs.frictionlessdata.io/schemas/table-schema.json", VV_TYPE_STRING},
		{"https://datapackage.org/profiles/2.0/tableschema.json", VV_TYPE_ANY},
		{"https://datapackage.org/profiles/2.1/tableschema.json", VV_TYPE_ANY},
		{"https://example.org/own.json", VV_TYPE_ANY}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vv_buf json = VV_BUF_INIT;
		vv_schema s;

		vv_buf_printf(&json, "{\"$schema\":\"%s\",\"fields\":[{\"name\":\"a\"}]}",
			      cases[i].profile);
		must_read(&s, json.data);
		assert_int_equal(s.fields[0].type, cases[i].type);
		vv_schema_clear(&s);
		vv_buf_clear(&json);
	}
}

static void what_is_absent_gets_the_defaults_of_the_standard(void **state)
{
	vv_schema s;

	(void)state;
	must_read(
		&s,
		"{\"fields\":[{\"name\":\"a\"},{\"name\":\"b\",\"type\":\"boolean\"},{\"name\":\"c\",\"type\":\"list\"}]}");
	assert_int_equal(s.count, 3);
	assert_int_equal(s.fields[0].type, VV_TYPE_STRING);
	assert_string_equal(s.fields[0].format, "default");
	assert_string_equal(s.fields[0].missing[0], "");
	assert_null(s.fields[0].missing[1]);
	assert_string_equal(s.fields[0].decimal, ".");
	assert_string_equal(s.fields[0].group, "");
	assert_true(s.fields[0].bare_number);
	assert_string_equal(s.fields[1].true_values[3], "1");
	assert_string_equal(s.fields[1].false_values[0], "false");
	assert_null(s.fields[1].false_values[4]);
	assert_string_equal(s.fields[2].delimiter, ",");
	assert_int_equal(s.fields[2].item_type, VV_TYPE_STRING);
	assert_int_equal(s.match, VV_MATCH_EXACT);
	assert_int_equal(s.primary_key_count, 0);
	assert_null(s.primary_key[0]);
	vv_schema_clear(&s);
	vv_schema_clear(&s);
}

static void all_members_of_v2_are_read(void **state)
{
	vv_schema s;

	(void)state;
	must_read(
		&s,
		"{\"$schema\":\"https://datapackage.org/profiles/2.0/tableschema.json\",\"fieldsMatch\":\"subset\","
		"\"fields\":[{\"name\":\"id\",\"type\":\"integer\",\"groupChar\":\"'\",\"categories\":[1,{\"value\":2,\"label\":\"two\"}],"
		"\"categoriesOrdered\":true,\"missingValues\":[\"-\"]},"
		"{\"name\":\"price\",\"type\":\"number\",\"decimalChar\":\",\",\"groupChar\":\"\xe2\x80\xaf\",\"bareNumber\":false,"
		"\"constraints\":{\"required\":true,\"unique\":false,\"minimum\":0,\"exclusiveMaximum\":\"1,5\",\"enum\":[1,\"1,5\"]}},"
		"{\"name\":\"day\",\"type\":\"date\",\"format\":\"fmt:%d/%m/%Y\",\"constraints\":{\"minimum\":\"2020-01-01\"}},"
		"{\"name\":\"tags\",\"type\":\"list\",\"delimiter\":\";\",\"itemType\":\"integer\"},"
		"{\"name\":\"doc\",\"type\":\"object\",\"constraints\":{\"jsonSchema\":{},\"minLength\":1,\"maxLength\":9}}],"
		"\"missingValues\":[{\"value\":\"\",\"label\":\"none\"},{\"value\":\"NA\"}],\"primaryKey\":[\"id\",\"day\"],"
		"\"uniqueKeys\":[[\"id\"],[\"price\",\"day\"]],"
		"\"foreignKeys\":[{\"fields\":[\"id\"],\"reference\":{\"resource\":\"other\",\"fields\":[\"x\"]}}],\"ours\":{\"kept\":[1]}}");
	assert_int_equal(s.count, 5);
	assert_int_equal(s.match, VV_MATCH_SUBSET);
	assert_string_equal(s.fields[0].group, "'");
	assert_string_equal(s.fields[0].missing[0], "-");
	assert_string_equal(s.fields[1].decimal, ",");
	assert_string_equal(s.fields[1].group, "\xe2\x80\xaf");
	assert_false(s.fields[1].bare_number);
	assert_string_equal(s.fields[1].missing[1], "NA");
	assert_string_equal(s.fields[2].format, "%d/%m/%Y");
	assert_int_equal(s.fields[3].item_type, VV_TYPE_INTEGER);
	assert_int_equal(s.primary_key_count, 2);
	assert_string_equal(s.primary_key[1], "day");
	assert_int_equal(vv_schema_find(&s, "tags", 4), 3);
	assert_int_equal(vv_schema_find(&s, "tag", 3), -1);
	assert_non_null(vv_json_get(s.json, "ours"));
	vv_schema_clear(&s);
}

static void forms_of_v1_are_taken(void **state)
{
	vv_schema s;

	(void)state;
	must_read(
		&s,
		"{\"fields\":[{\"name\":\"a\",\"type\":\"string\"},{\"name\":\"a\",\"type\":\"integer\"},{\"name\":\"b\"}],\"primaryKey\":\"a\","
		"\"foreignKeys\":[{\"fields\":\"b\",\"reference\":{\"resource\":\"\",\"fields\":\"a\"}}]}");
	assert_int_equal(s.primary_key_count, 1);
	assert_string_equal(s.primary_key[0], "a");
	assert_int_equal(vv_schema_find(&s, "a", 1), 0);
	vv_schema_clear(&s);
	must_read(&s, "{\"fields\":[],\"fieldsMatch\":[\"partial\"]}");
	assert_int_equal(s.match, VV_MATCH_PARTIAL);
	vv_schema_clear(&s);
}

static void wrong_shapes_are_named_with_their_place(void **state)
{
	(void)state;
	assert_refused("[]", "a Table Schema must be an object, is an array");
	assert_refused("{}", "a Table Schema needs 'fields'");
	assert_refused("{\"fields\":{}}", "/fields: must be an array, is an object");
	assert_refused("{\"fields\":[{\"name\":\"a\"},5]}",
		       "/fields/1: must be an object, is a number");
	assert_refused("{\"fields\":[{\"type\":\"string\"}]}", "/fields/0: has no 'name'");
	assert_refused("{\"fields\":[{\"name\":5}]}",
		       "/fields/0/name: must be a string, is a number");
	assert_refused("{\"fields\":[{\"name\":\"a\\u0000\"}]}",
		       "/fields/0/name: has a NUL character in it");
	assert_refused("{\"fields\":[],\"missingValues\":\"\"}",
		       "/missingValues: must be an array, is a string");
	assert_refused("{\"fields\":[],\"missingValues\":[\"\",5]}",
		       "/missingValues/1: strings and objects cannot be mixed");
	assert_refused("{\"fields\":[],\"missingValues\":[{\"label\":\"x\"}]}",
		       "/missingValues/0: has no 'value'");
	assert_refused("{\"fields\":[],\"missingValues\":[{\"value\":1}]}",
		       "/missingValues/0/value: must be a string, is a number");
	assert_refused("{\"fields\":[],\"fieldsMatch\":\"most\"}",
		       "/fieldsMatch: 'most' is not a known value");
	assert_refused("{\"fields\":[],\"fieldsMatch\":5}",
		       "/fieldsMatch: must be a string, is a number");
	assert_field_refused("\"type\":5", "/fields/0/type: must be a string, is a number");
	assert_field_refused("\"type\":\"number\",\"bareNumber\":1",
			     "/fields/0/bareNumber: must be true or false, is a number");
	assert_field_refused("\"type\":\"boolean\",\"trueValues\":\"yes\"",
			     "/fields/0/trueValues: must be an array");
	assert_field_refused("\"type\":\"boolean\",\"falseValues\":[0]",
			     "/fields/0/falseValues/0: must be a string, is a number");
	assert_field_refused("\"constraints\":[]",
			     "/fields/0/constraints: must be an object, is an array");
	assert_field_refused("\"constraints\":{\"required\":\"yes\"}",
			     "/fields/0/constraints/required: must be true or false");
	assert_field_refused("\"constraints\":{\"minLength\":-1}",
			     "/fields/0/constraints/minLength: must be a whole number");
	assert_field_refused("\"constraints\":{\"pattern\":5}",
			     "/fields/0/constraints/pattern: must be a string");
	assert_field_refused("\"constraints\":{\"enum\":[]}",
			     "/fields/0/constraints/enum: must be an array with values");
	assert_field_refused("\"constraints\":{\"jsonSchema\":true}",
			     "/fields/0/constraints/jsonSchema: must be an object, is true");
}

static void keys_must_name_fields(void **state)
{
	(void)state;
	assert_refused("{\"fields\":[{\"name\":\"a\"}],\"primaryKey\":\"b\"}",
		       "/primaryKey: no such field 'b'");
	assert_refused("{\"fields\":[{\"name\":\"a\"}],\"primaryKey\":[\"a\",\"b\"]}",
		       "/primaryKey/1: no such field 'b'");
	assert_refused("{\"fields\":[{\"name\":\"a\"}],\"primaryKey\":[\"a\",\"a\"]}",
		       "/primaryKey/1: 'a' occurs twice");
	assert_refused("{\"fields\":[{\"name\":\"a\"}],\"primaryKey\":{}}",
		       "/primaryKey: must be an array of strings, is an object");
	assert_refused("{\"fields\":[{\"name\":\"a\"}],\"uniqueKeys\":[\"a\"]}",
		       "/uniqueKeys/0: must be an array with names");
	assert_refused("{\"fields\":[{\"name\":\"a\"}],\"uniqueKeys\":[[\"a\"],[\"b\"]]}",
		       "/uniqueKeys/1/0: no such field 'b'");
	assert_refused("{\"fields\":[{\"name\":\"a\"}],\"foreignKeys\":{}}",
		       "/foreignKeys: must be an array, is an object");
	assert_refused("{\"fields\":[{\"name\":\"a\"}],\"foreignKeys\":[{\"fields\":\"a\"}]}",
		       "/foreignKeys/0: must be an object with");
	assert_refused(
		"{\"fields\":[{\"name\":\"a\"}],\"foreignKeys\":[{\"fields\":\"a\",\"reference\":{\"fields\":\"b\"}}]}",
		"/foreignKeys/0/reference/fields: no such field 'b'");
	assert_refused(
		"{\"fields\":[{\"name\":\"a\"}],\"foreignKeys\":[{\"fields\":\"a\",\"reference\":{\"resource\":\"r\",\"fields\":"
		"[\"x\",\"y\"]}}]}",
		"/foreignKeys/0: must name as many fields here (1) as in 'reference' (2)");
	assert_refused(
		"{\"fields\":[{\"name\":\"a\"}],\"foreignKeys\":[{\"fields\":[],\"reference\":{\"fields\":[]}}]}",
		"/foreignKeys/0/fields: names no fields");
	assert_refused(
		"{\"fields\":[{\"name\":\"a\"}],\"foreignKeys\":[{\"fields\":\"a\",\"reference\":5}]}",
		"/foreignKeys/0/reference: must be an object with 'fields'");
}

static void an_unknown_type_is_refused_with_what_may_be_meant(void **state)
{
	vv_schema s;
	vv_error err;

	(void)state;
	vv_assert_status(read_text(&s, "{\"fields\":[{\"name\":\"a\",\"type\":\"float\"}]}", &err),
			 VV_EINPUT, &err);
	vv_assert_contains(err.message, "/fields/0/type: 'float' is not a type of Table Schema");
	vv_assert_contains(err.hint, "'number'");
	vv_assert_status(read_text(&s, "{\"fields\":[{\"name\":\"a\",\"type\":\"intger\"}]}", &err),
			 VV_EINPUT, &err);
	vv_assert_contains(err.hint, "'integer'");
	vv_assert_status(read_text(&s, "{\"fields\":[{\"name\":\"a\",\"type\":\"colour\"}]}", &err),
			 VV_EINPUT, &err);
	vv_assert_contains(err.hint, "yearmonth");
}

static void a_format_that_cannot_be_honoured_is_refused(void **state)
{
	vv_schema s;

	(void)state;
	assert_field_refused("\"type\":\"string\",\"format\":\"phone\"",
			     "/fields/0/format: 'phone' is not a format of the type string");
	assert_field_refused("\"type\":\"integer\",\"format\":\"email\"",
			     "/fields/0/format: 'email' is not a format of the type integer");
	assert_field_refused("\"type\":\"geopoint\",\"format\":\"topojson\"",
			     "/fields/0/format: 'topojson'");
	assert_field_refused("\"type\":\"date\",\"format\":\"dd/mm/yyyy\"",
			     "/fields/0/format: 'dd/mm/yyyy' is not a strptime pattern");
	assert_field_refused("\"type\":\"date\",\"format\":\"%d %c\"",
			     "/fields/0/format: %c is not a supported directive");
	assert_field_refused("\"type\":\"date\",\"format\":\"%d/%d\"",
			     "/fields/0/format: %d occurs twice");
	assert_field_refused("\"type\":\"date\",\"format\":\"%d %\"",
			     "/fields/0/format: the pattern ends in a single %");
	must_read_field(&s, "\"type\":\"any\",\"format\":\"whatever\"");
	vv_schema_clear(&s);
}

static void number_marks_must_not_be_parts_of_numbers(void **state)
{
	(void)state;
	assert_field_refused("\"type\":\"number\",\"decimalChar\":\"\"",
			     "/fields/0/decimalChar: is empty");
	assert_field_refused("\"type\":\"number\",\"decimalChar\":\"5\"",
			     "/fields/0/decimalChar: '5' cannot be used");
	assert_field_refused("\"type\":\"number\",\"groupChar\":\"-\"",
			     "/fields/0/groupChar: '-' cannot be used");
	assert_field_refused("\"type\":\"number\",\"groupChar\":\".\"",
			     "/fields/0/groupChar: is the same as the decimalChar");
	assert_field_refused("\"type\":\"list\",\"delimiter\":\"\"",
			     "/fields/0/delimiter: is empty");
	assert_field_refused("\"type\":\"list\",\"itemType\":\"list\"",
			     "/fields/0/itemType: 'list' is not a known value");
}

static void constraints_and_categories_must_be_values_of_the_type(void **state)
{
	vv_schema s;

	(void)state;
	assert_field_refused(
		"\"type\":\"integer\",\"constraints\":{\"minimum\":\"x\"}",
		"/fields/0/constraints/minimum: is not a value of the field's type, integer");
	assert_field_refused("\"type\":\"integer\",\"constraints\":{\"maximum\":1.5}",
			     "/fields/0/constraints/maximum: is not a value");
	assert_field_refused(
		"\"type\":\"date\",\"constraints\":{\"exclusiveMinimum\":\"2023-02-29\"}",
		"/fields/0/constraints/exclusiveMinimum");
	assert_field_refused("\"type\":\"boolean\",\"constraints\":{\"enum\":[true,\"maybe\"]}",
			     "/fields/0/constraints/enum/1: is not a value");
	assert_field_refused("\"type\":\"integer\",\"categories\":[1,\"x\"]",
			     "/fields/0/categories/1: is not a value");
	assert_field_refused("\"type\":\"integer\",\"categories\":[{\"label\":\"x\"}]",
			     "/fields/0/categories/0: has no 'value'");
	assert_field_refused(
		"\"type\":\"date\",\"categories\":[]",
		"/fields/0/categories: only string and integer have categories, not date");
	assert_field_refused("\"type\":\"integer\",\"categories\":{}",
			     "/fields/0/categories: must be an array");
	assert_field_refused("\"type\":\"integer\",\"categoriesOrdered\":1",
			     "/fields/0/categoriesOrdered: must be true or false");
	must_read_field(
		&s,
		"\"type\":\"integer\",\"constraints\":{\"minimum\":\"100\",\"maximum\":200,\"enum\":[1,\"2\"]}");
	vv_schema_clear(&s);
	must_read_field(&s, "\"type\":\"array\",\"constraints\":{\"enum\":[[1],\"[2]\"]}");
	vv_schema_clear(&s);
}

static void more_fields_than_columns_can_be_are_refused(void **state)
{
	vv_buf json = VV_BUF_INIT;
	vv_schema s;
	vv_error err;

	(void)state;
	vv_buf_puts(&json, "{\"fields\":[{\"name\":\"x\"}");
	for (unsigned i = 1; i < VV_COLUMNS_MAX; i++) {
		vv_buf_puts(&json, ",{\"name\":\"x\"}");
	}
	vv_buf_puts(&json, "]}");
	vv_assert_ok(vv_schema_read(&s, json.data, json.len, "s", &err), &err);
	assert_int_equal(s.count, VV_COLUMNS_MAX);
	vv_schema_clear(&s);
	json.len -= 2;
	vv_buf_puts(&json, ",{\"name\":\"x\"}]}");
	vv_assert_status(vv_schema_read(&s, json.data, json.len, "s", &err), VV_EINPUT, &err);
	vv_assert_contains(err.message, "/fields: has more than 16384 fields");
	vv_buf_clear(&json);
}

/* --- making and refitting --------------------------------------------- */

static void a_made_schema_reads_back(void **state)
{
	const vv_new_field fields[] = {
		{"id", 2, VV_TYPE_INTEGER, NULL, NULL, NULL, 0, false, false, false},
		{"a\"b", 3, VV_TYPE_DATE, "%d/%m/%Y", NULL, NULL, 0, false, false, false},
		{"c", 1, VV_TYPE_STRING, "default", NULL, NULL, 0, false, false, false}};
	vv_buf out = VV_BUF_INIT;
	vv_schema s;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_schema_make(&out, fields, 3, &err), &err);
	assert_string_equal(
		out.data,
		"{\"fields\":[{\"name\":\"id\",\"type\":\"integer\"},"
		"{\"name\":\"a\\\"b\",\"type\":\"date\",\"format\":\"%d/%m/%Y\"},{\"name\":\"c\",\"type\":\"string\"}]}");
	must_read(&s, out.data);
	assert_int_equal(s.fields[1].type, VV_TYPE_DATE);
	vv_schema_clear(&s);
	vv_buf_reset(&out);
	vv_assert_ok(vv_schema_make(&out, NULL, 0, &err), &err);
	must_read(&s, out.data);
	assert_int_equal(s.count, 0);
	vv_schema_clear(&s);
	vv_buf_clear(&out);
}

static void assert_refit(const char *old, const char *const *names, const char *expected)
{
	vv_new_field fields[8];
	vv_buf out = VV_BUF_INIT;
	vv_schema s, again;
	size_t n = 0;
	vv_error err;

	for (; names[n]; n++) {
		fields[n] = (vv_new_field){
			names[n], strlen(names[n]), VV_TYPE_DATE, NULL, NULL, NULL, 0, false, false,
			false};
	}
	must_read(&s, old);
	vv_assert_ok(vv_schema_refit(&out, &s, fields, n, &err), &err);
	assert_string_equal(out.data, expected);
	must_read(&again, out.data);
	vv_schema_clear(&again);
	vv_schema_clear(&s);
	vv_buf_clear(&out);
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void refitting_keeps_what_is_known_and_drops_what_is_gone(void **state)
{
	(void)state;
	assert_refit(
		"{\"title\":\"t\",\"fields\":[{\"name\":\"a\",\"x\":1},{\"name\":\"b\",\"type\":\"integer\"}],\"missingValues\":[\"-\"]}",
		NAMES("b", "new", "a"),
		"{\"title\":\"t\",\"fields\":[{\"name\":\"b\",\"type\":\"integer\"},{\"name\":\"new\",\"type\":\"date\"},"
		"{\"name\":\"a\",\"x\":1}],\"missingValues\":[\"-\"]}");
	assert_refit("{\"primaryKey\":\"a\",\"fields\":[{\"name\":\"a\"},{\"name\":\"b\"}]}",
		     NAMES("b"), "{\"fields\":[{\"name\":\"b\"}]}");
	assert_refit(
		"{\"fields\":[{\"name\":\"a\"},{\"name\":\"b\"}],\"primaryKey\":[\"b\"],\"uniqueKeys\":[[\"a\"],[\"b\"],[\"a\",\"b\"]]}",
		NAMES("b"),
		"{\"fields\":[{\"name\":\"b\"}],\"primaryKey\":[\"b\"],\"uniqueKeys\":[[\"b\"]]}");
	assert_refit(
		"{\"fields\":[{\"name\":\"a\"},{\"name\":\"b\"}],\"uniqueKeys\":[[\"a\"]],\"foreignKeys\":["
		"{\"fields\":\"b\",\"reference\":{\"fields\":\"a\"}},{\"fields\":[\"b\"],\"reference\":{\"resource\":\"r\",\"fields\":[\"a\"]}}]}",
		NAMES("b"),
		"{\"fields\":[{\"name\":\"b\"}],\"foreignKeys\":["
		"{\"fields\":[\"b\"],\"reference\":{\"resource\":\"r\",\"fields\":[\"a\"]}}]}");
}

static void columns_of_one_name_keep_their_descriptors_in_order(void **state)
{
	(void)state;
	assert_refit(
		"{\"fields\":[{\"name\":\"a\",\"n\":1},{\"name\":\"b\"},{\"name\":\"a\",\"n\":2}]}",
		NAMES("a", "a", "a"),
		"{\"fields\":[{\"name\":\"a\",\"n\":1},{\"name\":\"a\",\"n\":2},{\"name\":\"a\",\"type\":\"date\"}]}");
}

/* --- names ------------------------------------------------------------- */

static void assert_labels(const char *const *cells, const char *const *expected)
{
	const char *names[16];
	size_t lens[16] = {0}, out_lens[16], n = 0;
	vv_arena arena = VV_ARENA_INIT;
	vv_error err;

	for (; cells[n]; n++) {
		lens[n] = strlen(cells[n]);
	}
	vv_assert_ok(vv_schema_labels(names, out_lens, &arena, cells, lens, n, &err), &err);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(names[i], expected[i]);
		assert_int_equal(out_lens[i], strlen(expected[i]));
	}
	vv_arena_clear(&arena);
}

static void blank_and_repeated_names_become_unique(void **state)
{
	(void)state;
	assert_labels(NAMES("a", "b"), NAMES("a", "b"));
	assert_labels(NAMES("a", "", " \t", "a", "a"), NAMES("a", "field2", "field3", "a2", "a3"));
	assert_labels(NAMES("a", "a", "a2", "a"), NAMES("a", "a3", "a2", "a4"));
	assert_labels(NAMES("", "field1", ""), NAMES("field1", "field12", "field3"));
	assert_labels(NAMES("A", "a", " a"), NAMES("A", "a", " a"));
}

static void names_that_differ_in_bytes_that_are_not_utf8_stay_different(void **state)
{
	(void)state;
	assert_labels(NAMES("a\xff", "a\xfe", "a\xef\xbf\xbd"),
		      NAMES("a\\xFF", "a\\xFE", "a\xef\xbf\xbd"));
	assert_labels(NAMES("gr\xc3\xb6\xdf", "\xc3\xe4"), NAMES("gr\xc3\xb6\\xDF", "\\xC3\\xE4"));
	assert_labels(NAMES("a\xff", "a\\xFF"), NAMES("a\\xFF", "a\\xFF2"));
}

static void a_nul_in_a_name_is_spelled(void **state)
{
	const char *cells[] = {"a\0b\0", "\0"}, *names[2];
	size_t lens[] = {4, 1}, out_lens[2];
	vv_arena arena = VV_ARENA_INIT;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_schema_labels(names, out_lens, &arena, cells, lens, 2, &err), &err);
	assert_string_equal(names[0], "a\\x00b\\x00");
	assert_string_equal(names[1], "\\x00");
	vv_arena_clear(&arena);
}

static void names_are_unique_whatever_the_header_says(void **state)
{
	static const char *const words[] = {"",       "a",       "a2", "a22", "field1",
					    "field2", "field12", " ",  "\xff"};
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 5);
	for (int round = 0; round < 2000; round++) {
		const char *cells[12], *names[12];
		size_t lens[12], out_lens[12], n = vv_prng_below(&r, 12);
		vv_arena arena = VV_ARENA_INIT;
		vv_error err;

		for (size_t i = 0; i < n; i++) {
			cells[i] = words[vv_prng_below(&r, sizeof(words) / sizeof(words[0]))];
			lens[i] = strlen(cells[i]);
		}
		vv_assert_ok(vv_schema_labels(names, out_lens, &arena, cells, lens, n, &err), &err);
		for (size_t i = 0; i < n; i++) {
			for (size_t k = 0; k < i; k++) {
				assert_string_not_equal(names[i], names[k]);
			}
		}
		vv_arena_clear(&arena);
	}
}

/* --- memory ------------------------------------------------------------ */

static vv_status attempt(void *payload, vv_error *err)
{
	static const char json[] =
		"{\"fields\":[{\"name\":\"a\",\"type\":\"boolean\"},{\"name\":\"b\",\"type\":\"date\",\"format\":\"any\"},"
		"{\"name\":\"c\",\"type\":\"integer\",\"constraints\":{\"enum\":[1,2]}}],\"primaryKey\":[\"c\"]}";
	const vv_new_field fields[] = {
		{"c", 1, VV_TYPE_ANY, NULL, NULL, NULL, 0, false, false, false},
		{"d", 1, VV_TYPE_ANY, NULL, NULL, NULL, 0, false, false, false}};
	const char *cells[] = {"a", "", "a"}, *names[3];
	size_t lens[] = {1, 0, 1}, out_lens[3];
	vv_arena arena = VV_ARENA_INIT;
	vv_buf out = VV_BUF_INIT;
	vv_schema s = {0};
	vv_status rc;

	(void)payload;
	if ((rc = vv_schema_read(&s, json, sizeof(json) - 1, "s", err)) == VV_OK &&
	    (rc = vv_schema_refit(&out, &s, fields, 2, err)) == VV_OK) {
		rc = vv_schema_labels(names, out_lens, &arena, cells, lens, 3, err);
	}
	vv_schema_clear(&s);
	vv_buf_clear(&out);
	vv_arena_clear(&arena);
	return rc;
}

static void running_out_of_memory_is_reported_wherever_it_happens(void **state)
{
	(void)state;
	vv_fault_each(VV_FAULT_ALLOC, ENOMEM, attempt, NULL, NULL);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_word_that_is_not_known_gets_a_hint_with_those_that_are),
	cmocka_unit_test(a_field_without_a_type_is_a_string_in_version_1_and_any_in_2),
	cmocka_unit_test(what_is_absent_gets_the_defaults_of_the_standard),
	cmocka_unit_test(all_members_of_v2_are_read),
	cmocka_unit_test(forms_of_v1_are_taken),
	cmocka_unit_test(wrong_shapes_are_named_with_their_place),
	cmocka_unit_test(keys_must_name_fields),
	cmocka_unit_test(an_unknown_type_is_refused_with_what_may_be_meant),
	cmocka_unit_test(a_format_that_cannot_be_honoured_is_refused),
	cmocka_unit_test(number_marks_must_not_be_parts_of_numbers),
	cmocka_unit_test(constraints_and_categories_must_be_values_of_the_type),
	cmocka_unit_test(more_fields_than_columns_can_be_are_refused),
	cmocka_unit_test(a_made_schema_reads_back),
	cmocka_unit_test(refitting_keeps_what_is_known_and_drops_what_is_gone),
	cmocka_unit_test(columns_of_one_name_keep_their_descriptors_in_order),
	cmocka_unit_test(blank_and_repeated_names_become_unique),
	cmocka_unit_test(names_that_differ_in_bytes_that_are_not_utf8_stay_different),
	cmocka_unit_test(a_nul_in_a_name_is_spelled),
	cmocka_unit_test(names_are_unique_whatever_the_header_says),
	cmocka_unit_test(running_out_of_memory_is_reported_wherever_it_happens),
};

VV_TEST_SUITE(schema)
