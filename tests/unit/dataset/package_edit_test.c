/*
 * datapackage.json: edits that keep the file's formatting.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "dataset/schema/package.h"
#include "tests/unit/support.h"

static vv_status apply(vv_buf *out, const char *text, vv_package_edit edit, vv_error *err)
{
	if (!edit.path) {
		edit.path = "x.csv";
	}
	if (!edit.package_path) {
		edit.package_path = "datapackage.json";
	}
	return vv_package_apply(out, text, strlen(text), &edit, err);
}

static void assert_edit(const char *text, vv_package_edit edit, const char *expected)
{
	vv_buf out = VV_BUF_INIT;
	vv_error err;

	vv_assert_ok(apply(&out, text, edit, &err), &err);
	assert_string_equal(vv_buf_cstr(&out), expected);
	vv_buf_clear(&out);
}

static void assert_edit_fails(const char *text, vv_package_edit edit, vv_status rc,
			      const char *message)
{
	vv_buf out = VV_BUF_INIT;
	vv_error err;

	vv_assert_status(apply(&out, text, edit, &err), rc, &err);
	vv_assert_contains(err.message, message);
	assert_int_equal(out.len, 0);
	vv_buf_clear(&out);
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define EDIT(...) ((vv_package_edit){__VA_ARGS__})
#define SCHEMA                                                                                     \
	"{\"fields\":[{\"name\":\"id\",\"type\":\"integer\"},{\"name\":\"day\",\"type\":\"string\"}]}"

static void a_new_file_is_written_with_two_spaces(void **state)
{
	(void)state;
	assert_edit("",
		    EDIT(.path = "a/Prices 2024.csv", .package_path = "a/datapackage.json",
			 .schema = SCHEMA, .key = NAMES("id")),
		    "{\n"
		    "  \"$schema\": \"https://datapackage.org/profiles/2.0/datapackage.json\",\n"
		    "  \"resources\": [\n"
		    "    {\n"
		    "      \"name\": \"prices-2024\",\n"
		    "      \"type\": \"table\",\n"
		    "      \"path\": \"Prices 2024.csv\",\n"
		    "      \"schema\": {\n"
		    "        \"fields\": [\n"
		    "          {\n"
		    "            \"name\": \"id\",\n"
		    "            \"type\": \"integer\"\n"
		    "          },\n"
		    "          {\n"
		    "            \"name\": \"day\",\n"
		    "            \"type\": \"string\"\n"
		    "          }\n"
		    "        ],\n"
		    "        \"primaryKey\": [\"id\"]\n"
		    "      }\n"
		    "    }\n"
		    "  ]\n"
		    "}\n");
}

static void an_edit_changes_only_what_it_is_about(void **state)
{
	(void)state;
	assert_edit(
		"{ \"resources\" :\t[\n {\"path\" : \"x.csv\", \"schema\": {\"fields\":\n[ {\"name\":\"a\" , \"type\" : \"string\" } ] }} ]\n\n}",
		EDIT(.set_column = "a", .set_type = "integer"),
		"{ \"resources\" :\t[\n {\"path\" : \"x.csv\", \"schema\": {\"fields\":\n[ {\"name\":\"a\" , \"type\" : \"integer\" } ] }} ]\n\n}");
	assert_edit(
		"\xef\xbb\xbf{\"resources\":[{\"path\":\"x.csv\",\"schema\":{\"fields\":[{\"name\":\"a\"}]}}]}",
		EDIT(.set_column = "a", .set_type = "integer"),
		"\xef\xbb\xbf{\"resources\":[{\"path\":\"x.csv\",\"schema\":{\"fields\":[{\"name\":\"a\",\"type\":\"integer\"}]}}]}");
}

static void inserted_members_follow_the_files_indentation(void **state)
{
	(void)state;
	assert_edit(
		"{\r\n\t\"resources\": [\r\n\t\t{\r\n\t\t\t\"path\": \"x.csv\"\r\n\t\t}\r\n\t]\r\n}\r\n",
		EDIT(.schema = "{\"fields\":[{\"name\":\"a\"}]}", .missing = NAMES("NA")),
		"{\r\n\t\"resources\": [\r\n\t\t{\r\n\t\t\t\"path\": \"x.csv\",\r\n\t\t\t\"schema\": {\r\n\t\t\t\t\"fields\": [\r\n"
		"\t\t\t\t\t{\r\n\t\t\t\t\t\t\"name\": \"a\"\r\n\t\t\t\t\t}\r\n\t\t\t\t],\r\n\t\t\t\t\"missingValues\": [\"\", \"NA\"]\r\n"
		"\t\t\t}\r\n\t\t}\r\n\t]\r\n}\r\n");
	assert_edit(
		"{\n    \"resources\": []\n}", EDIT(.schema = NULL),
		"{\n    \"resources\": [\n        {\n            \"name\": \"x\",\n            \"profile\": \"tabular-data-resource\",\n"
		"            \"path\": \"x.csv\"\n        }\n    ]\n}");
	assert_edit(
		"{}", EDIT(.schema = NULL),
		"{\n  \"resources\": [\n    {\n      \"name\": \"x\",\n      \"profile\": \"tabular-data-resource\",\n      \"path\": \"x.csv\"\n    }\n  ]\n}");
}

static void a_file_on_one_line_stays_on_one_line(void **state)
{
	(void)state;
	assert_edit(
		"{\"resources\":[{\"path\":\"x.csv\"}]}",
		EDIT(.schema = "{\"fields\":[{\"name\":\"a\"},{\"name\":\"b\"}]}",
		     .key = NAMES("a", "b")),
		"{\"resources\":[{\"path\":\"x.csv\",\"schema\":{\"fields\":[{\"name\":\"a\"},{\"name\":\"b\"}],\"primaryKey\":[\"a\",\"b\"]}}]}");
	assert_edit(
		"{\"resources\": [{\"path\": \"x.csv\"}]}",
		EDIT(.schema = "{\"fields\":[{\"name\":\"a\"},{\"name\":\"b\"}]}",
		     .key = NAMES("a", "b")),
		"{\"resources\": [{\"path\": \"x.csv\", \"schema\": {\"fields\": [{\"name\": \"a\"}, {\"name\": \"b\"}], \"primaryKey\": [\"a\", \"b\"]}}]}");
}

static void a_field_on_one_line_stays_on_one_line(void **state)
{
	(void)state;
	assert_edit(
		"{\n  \"resources\": [\n    {\"path\": \"x.csv\", \"schema\": {\n      \"fields\": [\n        {\"name\": \"a\", \"title\": \"A\"}\n      ]\n    }}\n  ]\n}\n",
		EDIT(.set_column = "a", .set_type = "date", .set_format = "%d/%m/%Y"),
		"{\n  \"resources\": [\n    {\"path\": \"x.csv\", \"schema\": {\n      \"fields\": [\n        {\"name\": \"a\", \"title\": \"A\", "
		"\"type\": \"date\", \"format\": \"%d/%m/%Y\"}\n      ]\n    }}\n  ]\n}\n");
}

#define WITH(schema) "{\"resources\":[{\"name\":\"x\",\"path\":\"x.csv\",\"schema\":{" schema "}}]}"

static void a_format_of_the_old_type_goes_with_it(void **state)
{
	(void)state;
	assert_edit(WITH("\"fields\":[{\"name\":\"a\",\"format\":\"email\",\"type\":\"string\"}]"),
		    EDIT(.set_column = "a", .set_type = "integer"),
		    WITH("\"fields\":[{\"name\":\"a\",\"type\":\"integer\"}]"));
	assert_edit(WITH("\"fields\":[{\"format\":\"%Y\",\"type\":\"date\",\"name\":\"a\"}]"),
		    EDIT(.set_column = "a", .set_type = "string"),
		    WITH("\"fields\":[{\"type\":\"string\",\"name\":\"a\"}]"));
	assert_edit(WITH("\"fields\":[{\"name\":\"a\",\"type\":\"date\",\"format\":\"%Y\"}]"),
		    EDIT(.set_column = "a", .set_type = "datetime"),
		    WITH("\"fields\":[{\"name\":\"a\",\"type\":\"datetime\",\"format\":\"%Y\"}]"));
	assert_edit(
		WITH("\"fields\":[{\"name\":\"a\"}]"),
		EDIT(.set_column = "a", .set_type = "number", .set_decimal_char = ",",
		     .set_group_char = "."),
		WITH("\"fields\":[{\"name\":\"a\",\"type\":\"number\",\"decimalChar\":\",\",\"groupChar\":\".\"}]"));
}

static void a_key_is_set_changed_and_removed(void **state)
{
	(void)state;
	assert_edit(WITH("\"primaryKey\":\"a\",\"fields\":[{\"name\":\"a\"},{\"name\":\"b\"}]"),
		    EDIT(.key = NAMES("b")),
		    WITH("\"primaryKey\":[\"b\"],\"fields\":[{\"name\":\"a\"},{\"name\":\"b\"}]"));
	assert_edit(WITH("\"primaryKey\":\"a\",\"fields\":[{\"name\":\"a\"}]"),
		    EDIT(.key = (const char *const[]){NULL}),
		    WITH("\"fields\":[{\"name\":\"a\"}]"));
	assert_edit(WITH("\"fields\":[{\"name\":\"a\"}],\"primaryKey\":[\"a\"]"),
		    EDIT(.key = (const char *const[]){NULL}),
		    WITH("\"fields\":[{\"name\":\"a\"}]"));
	assert_edit(WITH("\"fields\":[{\"name\":\"a\"}]"), EDIT(.key = (const char *const[]){NULL}),
		    WITH("\"fields\":[{\"name\":\"a\"}]"));
	assert_edit_fails(WITH("\"fields\":[{\"name\":\"a\"}]"), EDIT(.key = NAMES("b")), VV_EINPUT,
			  "the change is invalid: datapackage.json: "
			  "/resources/0/schema/primaryKey/0: no such field 'b'");
}

static void missing_values_are_added_to_those_there(void **state)
{
	(void)state;
	assert_edit(WITH("\"fields\":[],\"missingValues\":[]"),
		    EDIT(.missing = NAMES("NA", "NA", "-")),
		    WITH("\"fields\":[],\"missingValues\":[\"NA\",\"-\"]"));
	assert_edit(WITH("\"fields\":[],\"missingValues\":[\"\", \"NA\"]"),
		    EDIT(.missing = NAMES("NA", "-")),
		    WITH("\"fields\":[],\"missingValues\":[\"\", \"NA\", \"-\"]"));
	assert_edit(
		WITH("\"fields\":[],\"missingValues\":[{\"value\":\"\",\"label\":\"x\"}]"),
		EDIT(.missing = NAMES("", "-")),
		WITH("\"fields\":[],\"missingValues\":[{\"value\":\"\",\"label\":\"x\"},{\"value\":\"-\"}]"));
	assert_edit(WITH("\"fields\":[]"), EDIT(.missing = NAMES("a\"b")),
		    WITH("\"fields\":[],\"missingValues\":[\"\",\"a\\\"b\"]"));
}

static void a_renamed_column_is_renamed_wherever_it_is_named(void **state)
{
	(void)state;
	assert_edit(
		"{\"resources\":[{\"name\":\"o\",\"path\":\"o.csv\",\"schema\":{\"fields\":[{\"name\":\"a\"}],\"foreignKeys\":["
		"{\"fields\":\"a\",\"reference\":{\"resource\":\"x\",\"fields\":\"a\"}},{\"fields\":\"a\",\"reference\":{\"resource\":\"y\",\"fields\":\"a\"}}]}},"
		"{\"name\":\"x\",\"path\":\"x.csv\",\"schema\":{\"fields\":[{\"name\":\"a\",\"title\":\"a\"},{\"name\":\"b\"}],\"primaryKey\":[\"b\",\"a\"],"
		"\"uniqueKeys\":[[\"a\"]],\"foreignKeys\":[{\"fields\":[\"a\"],\"reference\":{\"resource\":\"o\",\"fields\":[\"a\"]}},"
		"{\"fields\":[\"a\"],\"reference\":{\"fields\":[\"b\"]}},{\"fields\":[\"b\"],\"reference\":{\"resource\":\"\",\"fields\":[\"a\"]}}]}}]}",
		EDIT(.rename_from = "a", .rename_to = "c"),
		"{\"resources\":[{\"name\":\"o\",\"path\":\"o.csv\",\"schema\":{\"fields\":[{\"name\":\"a\"}],\"foreignKeys\":["
		"{\"fields\":\"a\",\"reference\":{\"resource\":\"x\",\"fields\":\"c\"}},{\"fields\":\"a\",\"reference\":{\"resource\":\"y\",\"fields\":\"a\"}}]}},"
		"{\"name\":\"x\",\"path\":\"x.csv\",\"schema\":{\"fields\":[{\"name\":\"c\",\"title\":\"a\"},{\"name\":\"b\"}],\"primaryKey\":[\"b\",\"c\"],"
		"\"uniqueKeys\":[[\"c\"]],\"foreignKeys\":[{\"fields\":[\"c\"],\"reference\":{\"resource\":\"o\",\"fields\":[\"a\"]}},"
		"{\"fields\":[\"c\"],\"reference\":{\"fields\":[\"b\"]}},{\"fields\":[\"b\"],\"reference\":{\"resource\":\"\",\"fields\":[\"c\"]}}]}}]}");
	assert_edit_fails(WITH("\"fields\":[{\"name\":\"a\"},{\"name\":\"b\"}]"),
			  EDIT(.rename_from = "a", .rename_to = "b"), VV_EEXISTS,
			  "'x.csv' has a column 'b' already");
	assert_edit(WITH("\"fields\":[{\"name\":\"a\"}]"),
		    EDIT(.rename_from = "a", .rename_to = "a"),
		    WITH("\"fields\":[{\"name\":\"a\"}]"));
}

static void all_changes_are_made_at_once(void **state)
{
	(void)state;
	assert_edit(
		"{\"resources\":[{\"path\":\"x.csv\"}]}",
		EDIT(.schema = SCHEMA, .set_column = "day", .set_type = "date", .key = NAMES("day"),
		     .missing = NAMES("-"), .rename_from = "day", .rename_to = "date"),
		"{\"resources\":[{\"path\":\"x.csv\",\"schema\":{\"fields\":[{\"name\":\"id\",\"type\":\"integer\"},{\"name\":\"date\",\"type\":\"date\"}],"
		"\"missingValues\":[\"\",\"-\"],\"primaryKey\":[\"date\"]}}]}");
}

static void an_edit_that_cannot_be_made_says_why(void **state)
{
	(void)state;
	assert_edit_fails(WITH("\"fields\":[{\"name\":\"a\"}]"),
			  EDIT(.set_column = "b", .set_type = "date"), VV_ENOTFOUND,
			  "'x.csv' has no column 'b'");
	assert_edit_fails(WITH("\"fields\":[{\"name\":\"a\"}]"),
			  EDIT(.rename_from = "b", .rename_to = "c"), VV_ENOTFOUND,
			  "no column 'b'");
	assert_edit_fails(WITH("\"fields\":[{\"name\":\"a\"}]"),
			  EDIT(.set_column = "a", .set_type = "int"), VV_EUSAGE,
			  "'int' is not a type of Table Schema");
	assert_edit_fails("{\"resources\":[{\"path\":\"x.csv\"}]}", EDIT(.key = NAMES("a")),
			  VV_EUSAGE, "'x.csv' has no schema");
	assert_edit_fails(
		"{\"resources\":[{\"path\":\"x.csv\",\"schema\":\"s.json\"}]}",
		EDIT(.key = NAMES("a")), VV_EREFUSED,
		"the schema of 'x.csv' is in another file, 's.json', which varve does not edit");
	assert_edit_fails(
		WITH("\"fields\":[{\"name\":\"a\",\"constraints\":{\"minimum\":\"x\"}}]"),
		EDIT(.set_column = "a", .set_type = "integer"), VV_EINPUT,
		"the change is invalid: datapackage.json: /resources/0/schema/fields/0/constraints/minimum");
	assert_edit_fails(WITH("\"fields\":5"), EDIT(.key = NAMES("a")), VV_EINPUT,
			  "/resources/0/schema/fields: must be an array");
	assert_edit_fails("[]", EDIT(.key = NAMES("a")), VV_EINPUT, "must be a JSON object");
	assert_edit_fails("{", EDIT(.key = NAMES("a")), VV_EINPUT, "datapackage.json, line 1");
	assert_edit_fails("{}", EDIT(.path = "x.csv", .package_path = "a/datapackage.json"),
			  VV_EUSAGE, "'x.csv' is not below the folder");
}

static void new_resources_get_names_of_their_own(void **state)
{
	(void)state;
	assert_edit(
		"{\"$schema\":\"https://datapackage.org/profiles/2.0/datapackage.json\",\"resources\":[{\"name\":\"x\",\"path\":\"a/x.csv\"},{\"name\":\"x-2\",\"path\":\"b/x.csv\"}]}",
		EDIT(.path = "X.csv"),
		"{\"$schema\":\"https://datapackage.org/profiles/2.0/datapackage.json\",\"resources\":[{\"name\":\"x\",\"path\":\"a/x.csv\"},{\"name\":\"x-2\",\"path\":\"b/x.csv\"},"
		"{\"name\":\"x-3\",\"type\":\"table\",\"path\":\"X.csv\"}]}");
}

/* --- any edit of any file --------------------------------------------------- */

/* White space as a careless author puts it. */
static void put_space(vv_buf *b, vv_prng *r)
{
	static const char *const spaces[] = {"", " ", "\n", "\n  ", "\r\n\t", "  "};

	vv_buf_puts(b, spaces[vv_prng_below(r, 6)]);
}

static void put_tokens(vv_buf *b, vv_prng *r, const char *json)
{
	for (; *json; json++) {
		if (strchr("{}[],:", *json)) {
			put_space(b, r);
			vv_buf_putc(b, *json);
			put_space(b, r);
		} else {
			vv_buf_putc(b, *json);
		}
	}
}

/* The same bytes but for JSON's white space? Strings here have none of it. */
static void squeeze(vv_buf *out, const char *text)
{
	for (; *text; text++) {
		if (!strchr(" \t\r\n", *text)) {
			vv_buf_putc(out, *text);
		}
	}
}

static void edits_fit_into_files_of_every_habit(void **state)
{
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 6);
	for (int round = 0; round < 3000; round++) {
		vv_package_edit edit = {.set_column = "a",
					.set_type = "date",
					.key = NAMES("b"),
					.missing = NAMES("-")};
		vv_buf text = VV_BUF_INIT, out = VV_BUF_INIT, plain = VV_BUF_INIT;
		vv_error err;

		put_tokens(&text, &r,
			   WITH("\"fields\":[{\"name\":\"a\"},{\"name\":\"b\"}],\"k\":{}"));
		vv_assert_ok(apply(&out, text.data, edit, &err), &err);
		squeeze(&plain, out.data);
		assert_string_equal(
			plain.data,
			WITH("\"fields\":[{\"name\":\"a\",\"type\":\"date\"},{\"name\":\"b\"}],\"k\":{},"
			     "\"missingValues\":[\"\",\"-\"],\"primaryKey\":[\"b\"]"));
		/* up to the first change nothing is touched */
		assert_memory_equal(text.data, out.data,
				    (size_t)(strstr(text.data, "\"a\"") - text.data));
		vv_buf_clear(&text);
		vv_buf_clear(&out);
		vv_buf_clear(&plain);
	}
}

/* --- memory --- */

static vv_status attempt_edit(void *payload, vv_error *err)
{
	vv_package_edit edit = {.schema = SCHEMA,
				.set_column = "day",
				.set_type = "date",
				.key = NAMES("day"),
				.missing = NAMES("-"),
				.rename_from = "day",
				.rename_to = "date"};
	vv_buf out = VV_BUF_INIT;
	vv_status rc = apply(&out, "", edit, err);

	(void)payload;
	vv_buf_clear(&out);
	return rc;
}

static void running_out_of_memory_is_reported_wherever_it_happens(void **state)
{
	(void)state;
	vv_fault_each(VV_FAULT_ALLOC, ENOMEM, attempt_edit, NULL, NULL);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_new_file_is_written_with_two_spaces),
	cmocka_unit_test(an_edit_changes_only_what_it_is_about),
	cmocka_unit_test(inserted_members_follow_the_files_indentation),
	cmocka_unit_test(a_file_on_one_line_stays_on_one_line),
	cmocka_unit_test(a_field_on_one_line_stays_on_one_line),
	cmocka_unit_test(a_format_of_the_old_type_goes_with_it),
	cmocka_unit_test(a_key_is_set_changed_and_removed),
	cmocka_unit_test(missing_values_are_added_to_those_there),
	cmocka_unit_test(a_renamed_column_is_renamed_wherever_it_is_named),
	cmocka_unit_test(all_changes_are_made_at_once),
	cmocka_unit_test(an_edit_that_cannot_be_made_says_why),
	cmocka_unit_test(new_resources_get_names_of_their_own),
	cmocka_unit_test(edits_fit_into_files_of_every_habit),
	cmocka_unit_test(running_out_of_memory_is_reported_wherever_it_happens),
};

VV_TEST_SUITE(package_edit)
