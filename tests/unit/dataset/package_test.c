/*
 * datapackage.json: finding what describes a path.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/sys.h"
#include "dataset/schema/package.h"
#include "tests/unit/support.h"

/* Files of a repository: path, text, path, text, ..., NULL. */
static vv_status read_from(void *payload, const char *path, vv_buf *out, vv_error *err)
{
	for (const char *const *f = payload; *f; f += 2) {
		if (strcmp(f[0], path) == 0) {
			vv_buf_puts(out, f[1]);
			return vv_buf_ok(out, err);
		}
	}
	return vv_fail(err, VV_ENOTFOUND, "no such file '%s'", path);
}

#define FILES(...) ((void *)(uintptr_t)(const char *const[]){__VA_ARGS__, NULL})

static vv_status find(vv_package_resource *r, void *files, const char *path, vv_error *err)
{
	return vv_package_find(r, path, read_from, files, err);
}

static void must_find(vv_package_resource *r, void *files, const char *path)
{
	vv_error err;

	vv_assert_ok(find(r, files, path, &err), &err);
}

static void assert_found_in(void *files, const char *path, const char *package)
{
	vv_package_resource r;

	must_find(&r, files, path);
	assert_string_equal(r.package_path, package);
	vv_package_resource_clear(&r);
	vv_package_resource_clear(&r);
}

static void assert_not_found(void *files, const char *path)
{
	vv_package_resource r;
	vv_error err;

	vv_assert_status(find(&r, files, path, &err), VV_ENOTFOUND, &err);
	assert_null(r.package_path);
}

static void assert_refused(void *files, const char *message)
{
	vv_package_resource r;
	vv_error err;

	vv_assert_status(find(&r, files, "x.csv", &err), VV_EINPUT, &err);
	vv_assert_contains(err.message, message);
	assert_null(r.package_path);
	assert_null(r.schema.data);
}

/* A package with one resource, x.csv, and these further members of it. */
static const char *package(const char *members)
{
	static char text[2048];

	snprintf(text, sizeof(text), "{\"resources\":[{\"name\":\"x\",\"path\":\"x.csv\"%s%s}]}",
		 members[0] != '\0' ? "," : "", members);
	return text;
}

static void assert_member_refused(const char *members, const char *message)
{
	assert_refused(FILES("datapackage.json", package(members)), message);
}

static vv_package_resource resource(const char *members)
{
	vv_package_resource r;

	must_find(&r, FILES("datapackage.json", package(members)), "x.csv");
	return r;
}

static vv_sniff_hints hints(const char *members)
{
	vv_package_resource r = resource(members);
	vv_sniff_hints h = r.hints;

	vv_package_resource_clear(&r);
	return h;
}

/* --- finding ------------------------------------------------------------ */

static void the_nearest_package_that_describes_the_path_counts(void **state)
{
	static const char top[] =
		"{\"resources\":[{\"path\":\"a/b/x.csv\"},{\"path\":\"a/b/y.csv\"}]}";
	static const char near[] = "{\"resources\":[{\"path\":\"b/x.csv\"}]}";

	(void)state;
	assert_found_in(FILES("datapackage.json", top, "a/datapackage.json", near), "a/b/x.csv",
			"a/datapackage.json");
	assert_found_in(FILES("datapackage.json", top, "a/datapackage.json", near), "a/b/y.csv",
			"datapackage.json");
	assert_not_found(FILES("datapackage.json", top, "a/datapackage.json", near), "a/b/z.csv");
	assert_not_found(FILES("other/datapackage.json", top), "a/b/x.csv");
	assert_not_found(FILES("datapackage.json", "{}"), "x.csv");
	assert_not_found(FILES("datapackage.json", "{\"resources\":[{\"data\":[]}]}"), "x.csv");
}

static void paths_may_be_written_in_several_ways(void **state)
{
	(void)state;
	assert_found_in(FILES("datapackage.json", "{\"resources\":[{\"path\":\"./a//x.csv\"}]}"),
			"a/x.csv", "datapackage.json");
	assert_found_in(FILES("datapackage.json", "{\"resources\":[{\"path\":[\"a/x.csv\"]}]}"),
			"a/x.csv", "datapackage.json");
	assert_found_in(FILES("datapackage.json", "{\"resources\":[{\"url\":\"a/x.csv\"}]}"),
			"a/x.csv", "datapackage.json");
	assert_not_found(FILES("datapackage.json",
			       "{\"resources\":[{\"path\":\"https://example.org/x.csv\"}]}"),
			 "x.csv");
}

static void paths_that_lead_elsewhere_make_the_package_invalid(void **state)
{
	(void)state;
	assert_refused(
		FILES("datapackage.json", "{\"resources\":[{\"path\":\"../x.csv\"}]}"),
		"datapackage.json: /resources/0/path: the path '../x.csv' must stay below the package's folder");
	assert_refused(FILES("datapackage.json",
			     "{\"resources\":[{\"path\":\"x.csv\"},{\"path\":[\"a/../x.csv\"]}]}"),
		       "/resources/1/path/0: the path");
	assert_refused(FILES("datapackage.json", "{\"resources\":[{\"path\":\"/etc/passwd\"}]}"),
		       "/resources/0/path: the path '/etc/passwd' is absolute");
	assert_refused(FILES("datapackage.json", "{\"resources\":[{\"path\":\".\"}]}"),
		       "/resources/0/path: names no file");
	assert_refused(FILES("datapackage.json", "{\"resources\":[{\"path\":5}]}"),
		       "/resources/0/path: must be a string, is a number");
	assert_refused(FILES("datapackage.json", "{\"resources\":[{\"path\":\"x\\u0000\"}]}"),
		       "must be a string, is one with a NUL character");
}

static void a_package_of_another_shape_is_named(void **state)
{
	(void)state;
	assert_refused(FILES("datapackage.json", "{\"resources\":"), "datapackage.json, line 1");
	assert_refused(FILES("datapackage.json", "[]"),
		       "a data package must be an object, is an array");
	assert_refused(FILES("datapackage.json", "{\"resources\":{}}"),
		       "/resources: must be an array, is an object");
	assert_refused(FILES("datapackage.json", "{\"resources\":[5]}"),
		       "/resources/0: must be an object, is a number");
	assert_refused(FILES("datapackage.json",
			     "{\"resources\":[{\"path\":\"x.csv\"},{\"path\":\"./x.csv\"}]}"),
		       "/resources/1: 'x.csv' is described by two resources");
	assert_refused(
		FILES("datapackage.json", "{\"resources\":[{\"path\":[\"x.csv\",\"y.csv\"]}]}"),
		"/resources/0/path: a resource of 2 files is not supported");
}

static void the_schema_comes_compact_and_checked(void **state)
{
	vv_package_resource r = resource(
		"\"schema\": { \"fields\" : [ {\"name\":\"a\", \"type\":\"integer\"} ], \"primaryKey\":\"a\" }");

	(void)state;
	assert_string_equal(
		r.schema.data,
		"{\"fields\":[{\"name\":\"a\",\"type\":\"integer\"}],\"primaryKey\":\"a\"}");
	assert_true(r.has_key);
	vv_package_resource_clear(&r);
	r = resource("");
	assert_int_equal(r.schema.len, 0);
	assert_false(r.has_key);
	vv_package_resource_clear(&r);
	assert_member_refused(
		"\"schema\":{\"fields\":[{\"name\":\"a\",\"type\":\"int\"}]}",
		"datapackage.json: /resources/0/schema/fields/0/type: 'int' is not a type of Table Schema");
	assert_member_refused("\"schema\":5",
			      "/resources/0/schema: a Table Schema must be an object, is a number");
}

/* So that what is stored with a table means the same without its package. */
static void a_package_of_version_2_says_so_for_its_schemas(void **state)
{
	static const char *const head =
		"{\"$schema\":\"https://datapackage.org/profiles/2.0/tableschema.json\",";
	static const struct {
		const char *package, *schema;
	} cases[] = {
		{"{\"$schema\":\"https://datapackage.org/profiles/2.0/datapackage.json\",\"resources\":"
		 "[{\"path\":\"x.csv\",\"schema\":{\"fields\":[{\"name\":\"a\"}]}}]}",
		 "\"fields\":[{\"name\":\"a\"}]}"},
		{"{\"resources\":[{\"$schema\":\"https://datapackage.org/profiles/2.0/dataresource.json\","
		 "\"path\":\"x.csv\",\"schema\":\"s.json\"}]}",
		 "\"fields\":[{\"name\":\"b\"}]}"},
		{"{\"resources\":[{\"path\":\"x.csv\",\"schema\":{\"fields\":[{\"name\":\"a\"}]}}]}",
		 NULL},
		{"{\"$schema\":\"https://datapackage.org/profiles/2.0/datapackage.json\",\"resources\":"
		 "[{\"path\":\"x.csv\",\"schema\":{\"fields\":[{\"name\":\"a\",\"type\":\"any\"}]}}]}",
		 NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		void *files = FILES("datapackage.json", cases[i].package, "s.json",
				    "{\"fields\":[{\"name\":\"b\"}]}");
		vv_package_resource r;

		must_find(&r, files, "x.csv");
		assert_int_equal(strncmp(r.schema.data, head, strlen(head)) == 0,
				 cases[i].schema != NULL);
		if (cases[i].schema) {
			assert_string_equal(r.schema.data + strlen(head), cases[i].schema);
		}
		vv_package_resource_clear(&r);
	}
}

static void schema_and_dialect_may_lie_in_files_of_their_own(void **state)
{
	static const char p[] =
		"{\"resources\":[{\"path\":\"x.csv\",\"schema\":\"s/x.json\",\"dialect\":\"d.json\"}]}";
	vv_package_resource r;

	(void)state;
	must_find(&r,
		  FILES("a/datapackage.json", p, "a/s/x.json", "{\"fields\":[{\"name\":\"a\"}]}",
			"a/d.json", "{\"delimiter\":\";\"}"),
		  "a/x.csv");
	assert_string_equal(r.schema.data, "{\"fields\":[{\"name\":\"a\"}]}");
	assert_int_equal(r.hints.delimiter, ';');
	vv_package_resource_clear(&r);
	assert_refused(FILES("datapackage.json", p, "d.json", "{}"),
		       "/resources/0/schema: no such file 's/x.json'");
	assert_refused(FILES("datapackage.json", p, "d.json", "{}", "s/x.json", "{\"fields\":5}"),
		       "s/x.json: /fields: must be an array");
	assert_refused(FILES("datapackage.json", p, "d.json", "{\"header\":5}"),
		       "d.json: /header: must be true or false");
	assert_member_refused("\"schema\":\"https://example.org/s.json\"",
			      "/resources/0/schema: 'https://example.org/s.json' is a URL");
	assert_member_refused(
		"\"schema\":\"../s.json\"",
		"/resources/0/schema: the path '../s.json' must stay below the package's folder");
}

/* --- hints --------------------------------------------------------------- */

static void what_the_package_does_not_say_is_left_to_find_out(void **state)
{
	vv_sniff_hints h = hints("");

	(void)state;
	assert_false(h.has_form);
	assert_int_equal(h.delimiter, -1);
	assert_int_equal(h.quote, -1);
	assert_int_equal(h.escape, -1);
	assert_int_equal(h.header, 1);
	assert_null(h.parent);
	assert_null(h.path);
}

static void format_and_mediatype_tell_the_form(void **state)
{
	vv_sniff_hints h = hints("\"format\":\"TSV\"");

	(void)state;
	assert_true(h.has_form && h.form == VV_FORM_CSV && h.delimiter == '\t');
	h = hints("\"format\":\"jsonl\"");
	assert_true(h.has_form && h.form == VV_FORM_NDJSON);
	h = hints("\"mediatype\":\"application/json; charset=utf-8\"");
	assert_true(h.has_form && h.form == VV_FORM_JSON);
	h = hints("\"format\":\"txt\",\"mediatype\":\"text/csv\"");
	assert_true(h.has_form && h.form == VV_FORM_CSV && h.delimiter == -1);
	h = hints("\"format\":\"dat\"");
	assert_false(h.has_form);
}

static void a_dialect_becomes_hints(void **state)
{
	vv_sniff_hints h = hints(
		"\"dialect\":{\"delimiter\":\"\\t\",\"quoteChar\":\"'\",\"header\":false,\"lineTerminator\":\"\\n\"}");

	(void)state;
	assert_true(h.delimiter == '\t' && h.quote == '\'' && h.escape == -1 && h.header == 0);
	h = hints(
		"\"dialect\":{\"csvddfVersion\":1.2,\"delimiter\":\";\",\"lineTerminator\":\"\\r\\n\",\"quoteChar\":\"\\\"\",\"doubleQuote\":true,"
		"\"escapeChar\":null,\"nullSequence\":null,\"skipInitialSpace\":false,\"header\":true,\"commentChar\":null,"
		"\"caseSensitiveHeader\":false}");
	assert_true(h.delimiter == ';' && h.quote == '"' && h.escape == 0 && h.header == 1);
	h = hints(
		"\"dialect\":{\"escapeChar\":\"\\\\\",\"doubleQuote\":false,\"quoteChar\":\"\\\"\"}");
	assert_true(h.escape == '\\' && h.quote == '"');
	h = hints("\"dialect\":{\"quoteChar\":null,\"doubleQuote\":false}");
	assert_int_equal(h.quote, 0);
	h = hints(
		"\"dialect\":{\"headerRows\":[1],\"headerJoin\":\"-\",\"commentRows\":[],\"sheetName\":\"x\",\"table\":\"t\",\"property\":\"p\"}");
	assert_int_equal(h.header, 1);
	assert_true(h.skip == 0 && h.header_rows == 1 && h.comment == -1 && h.spaces == -1);
	h = hints(
		"\"dialect\":{\"headerRows\":[2,3],\"commentChar\":\"#\",\"skipInitialSpace\":true}");
	assert_true(h.skip == 1 && h.header_rows == 2 && h.comment == '#' && h.spaces == 1);
	h = hints("\"dialect\":{\"headerRows\":[4],\"commentRows\":[1,3]}");
	assert_true(h.skip == 3 && h.header_rows == 1);
	h = hints("\"format\":\"tsv\",\"dialect\":{\"delimiter\":\"|\"}");
	assert_int_equal(h.delimiter, '|');
	h = hints(
		"\"format\":\"json\",\"dialect\":{\"delimiter\":\"||\",\"commentChar\":\"#\",\"itemType\":\"object\"}");
	assert_true(h.form == VV_FORM_JSON && h.delimiter == -1);
}

static void what_cannot_be_honoured_is_refused_by_name(void **state)
{
	(void)state;
	assert_member_refused("\"dialect\":[]",
			      "/resources/0/dialect: must be an object, is an array");
	assert_member_refused("\"dialect\":{\"delimiter\":\"||\"}",
			      "/resources/0/dialect/delimiter: '||' is not supported");
	assert_member_refused("\"dialect\":{\"delimiter\":\"\xc2\xa7\"}", "/delimiter: ");
	assert_member_refused("\"dialect\":{\"delimiter\":\"\"}", "/delimiter: is empty");
	assert_member_refused("\"dialect\":{\"delimiter\":\"\\n\"}", "/delimiter: ");
	assert_member_refused("\"dialect\":{\"delimiter\":5}",
			      "/delimiter: must be a string, is a number");
	assert_member_refused("\"dialect\":{\"delimiter\":\"'\",\"quoteChar\":\"'\"}",
			      "/delimiter: must differ from the quote and escape characters");
	assert_member_refused("\"format\":\"tsv\",\"dialect\":{\"quoteChar\":\"\\t\"}",
			      "/resources/0/dialect: the delimiter must differ from the quote");
	assert_member_refused("\"dialect\":{\"doubleQuote\":false}",
			      "/doubleQuote: the value of 'doubleQuote' is not supported");
	assert_member_refused("\"dialect\":{\"doubleQuote\":true,\"escapeChar\":\"\\\\\"}",
			      "/escapeChar: the value of 'escapeChar' is not supported");
	assert_member_refused("\"dialect\":{\"commentChar\":\"##\"}", "/commentChar: ");
	assert_member_refused("\"dialect\":{\"commentChar\":\";\",\"delimiter\":\";\"}",
			      "/commentChar: ");
	assert_member_refused("\"dialect\":{\"commentRows\":[2]}",
			      "/commentRows: the value of 'commentRows' is not supported");
	assert_member_refused("\"dialect\":{\"headerRows\":[2],\"commentRows\":[1,3]}",
			      "/commentRows: the value of 'commentRows' is not supported");
	assert_member_refused("\"dialect\":{\"headerRows\":[2],\"commentRows\":1}",
			      "/commentRows: must be an array, is a number");
	assert_member_refused("\"dialect\":{\"nullSequence\":\"NA\"}",
			      "/nullSequence: the value of 'nullSequence' is not supported");
	assert_member_refused("\"dialect\":{\"skipInitialSpace\":\"no\"}",
			      "/skipInitialSpace: must be true or false");
	assert_member_refused("\"dialect\":{\"headerRows\":[1,3]}",
			      "/headerRows: the value of 'headerRows' is not supported");
	assert_member_refused("\"dialect\":{\"headerRows\":[0]}",
			      "/headerRows: the value of 'headerRows' is not supported");
	assert_member_refused("\"dialect\":{\"headerRows\":2}", "/headerRows: must be an array");
	assert_member_refused("\"dialect\":{\"lineTerminator\":\";\"}",
			      "/lineTerminator: ';' is not supported");
	assert_member_refused("\"format\":\"json\",\"dialect\":{\"property\":1}",
			      "/property: must be a string");
	assert_member_refused("\"format\":\"json\",\"dialect\":{\"itemType\":\"array\"}",
			      "/itemType: the value of 'itemType' is not supported");
	assert_member_refused("\"format\":\"ndjson\",\"dialect\":{\"itemKeys\":[\"a\"]}",
			      "/itemKeys: the value of 'itemKeys' is not supported");
	assert_member_refused(
		"\"compression\":\"gz\"",
		"/resources/0/compression: the value of 'compression' is not supported");
	assert_member_refused(
		"\"extrapaths\":[\"y.csv\"]",
		"/resources/0/extrapaths: the value of 'extrapaths' is not supported");
	assert_member_refused("\"encoding\":\"utf-7\"",
			      "/resources/0/encoding: the encoding 'utf-7' is not supported");
	assert_member_refused("\"encoding\":5", "/resources/0/encoding: must be a string");
}

static void encodings_that_are_utf8_are_taken(void **state)
{
	(void)state;
	assert_int_equal(hints("\"encoding\":\"utf-8\"").header, 1);
	assert_int_equal(hints("\"encoding\":\"UTF-8\"").header, 1);
	assert_int_equal(hints("\"encoding\":\"utf-8-sig\"").header, 1);
	assert_int_equal(hints("\"encoding\":\"us-ascii\"").header, 1);
	assert_int_equal(hints("\"compression\":\"no\",\"extrapaths\":[]").header, 1);
}

static void the_extension_tells_which_dialect_members_matter(void **state)
{
	vv_package_resource r;
	vv_error err;

	(void)state;
	vv_assert_status(
		find(&r,
		     FILES("datapackage.json",
			   "{\"resources\":[{\"path\":\"x.json\",\"dialect\":{\"itemType\":\"array\"}}]}"),
		     "x.json", &err),
		VV_EINPUT, &err);
	vv_assert_contains(err.message, "/resources/0/dialect/itemType");
}

static void a_package_tells_the_paths_it_describes(void **state)
{
	static const char text[] =
		"{\"resources\":[{\"path\":\"b.csv\"},{\"data\":1},{\"path\":[\"./c/d.csv\",\"e.csv\"]},"
		"{\"path\":\"http://example.org/x\"}]}";
	static const char bad[] = "{\"resources\":[{\"path\":\"a\"},{\"path\":\"..\"}]}";
	char **paths;
	size_t count;
	vv_error err;

	(void)state;
	vv_assert_ok(
		vv_package_paths(&paths, &count, "a/datapackage.json", text, strlen(text), &err),
		&err);
	assert_int_equal(count, 3);
	assert_string_equal(paths[0], "a/b.csv");
	assert_string_equal(paths[1], "a/c/d.csv");
	assert_string_equal(paths[2], "a/e.csv");
	vv_names_free(paths, count);
	vv_assert_status(
		vv_package_paths(&paths, &count, "datapackage.json", bad, strlen(bad), &err),
		VV_EINPUT, &err);
	vv_assert_contains(err.message,
			   "/resources/1/path: the path '..' must stay below the package's folder");
	assert_true(paths == NULL && count == 0);
	vv_assert_ok(vv_package_paths(&paths, &count, "datapackage.json", "{}", 2, &err), &err);
	assert_int_equal(count, 0);
	vv_names_free(paths, count);
}

/* --- faults --- */

static vv_status attempt_find(void *payload, vv_error *err)
{
	vv_package_resource r;
	char **paths;
	size_t count;
	vv_status rc = find(&r, payload, "a/x.csv", err);

	if (rc == VV_OK) {
		assert_string_equal(r.schema.data, "{\"fields\":[{\"name\":\"a\"}]}");
		rc = vv_package_paths(&paths, &count, "a/datapackage.json",
				      "{\"resources\":[{\"path\":\"b.csv\"}]}", 32, err);
		if (rc == VV_OK) {
			vv_names_free(paths, count);
		}
	}
	vv_package_resource_clear(&r);
	return rc;
}

static void running_out_of_memory_is_reported_wherever_it_happens(void **state)
{
	void *files = FILES(
		"datapackage.json", "{}", "a/datapackage.json",
		"{\"resources\":[{\"path\":\"x.csv\",\"schema\":\"s.json\",\"dialect\":{\"header\":true}}]}",
		"a/s.json", "{\"fields\":[{\"name\":\"a\"}]}");

	(void)state;
	vv_fault_each(VV_FAULT_ALLOC, ENOMEM, attempt_find, NULL, files);
}

static vv_status fail_to_read(void *payload, const char *path, vv_buf *out, vv_error *err)
{
	(void)payload;
	(void)out;
	return vv_fail(err, VV_EIO, "cannot read '%s'", path);
}

static void a_file_that_cannot_be_read_is_not_taken_for_a_missing_one(void **state)
{
	vv_package_resource r;
	vv_error err;

	(void)state;
	vv_assert_status(vv_package_find(&r, "x.csv", fail_to_read, NULL, &err), VV_EIO, &err);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_nearest_package_that_describes_the_path_counts),
	cmocka_unit_test(paths_may_be_written_in_several_ways),
	cmocka_unit_test(paths_that_lead_elsewhere_make_the_package_invalid),
	cmocka_unit_test(a_package_of_another_shape_is_named),
	cmocka_unit_test(the_schema_comes_compact_and_checked),
	cmocka_unit_test(a_package_of_version_2_says_so_for_its_schemas),
	cmocka_unit_test(schema_and_dialect_may_lie_in_files_of_their_own),
	cmocka_unit_test(what_the_package_does_not_say_is_left_to_find_out),
	cmocka_unit_test(format_and_mediatype_tell_the_form),
	cmocka_unit_test(a_dialect_becomes_hints),
	cmocka_unit_test(what_cannot_be_honoured_is_refused_by_name),
	cmocka_unit_test(encodings_that_are_utf8_are_taken),
	cmocka_unit_test(the_extension_tells_which_dialect_members_matter),
	cmocka_unit_test(a_package_tells_the_paths_it_describes),
	cmocka_unit_test(running_out_of_memory_is_reported_wherever_it_happens),
	cmocka_unit_test(a_file_that_cannot_be_read_is_not_taken_for_a_missing_one),
};

VV_TEST_SUITE(package)
