/*
 * Cells and types, by the table in types.tsv.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataset/schema/schema.h"
#include "tests/unit/support.h"

#ifndef TYPES_FILE /* the build gives its whole path */
#define TYPES_FILE "tests/unit/dataset/types.tsv"
#endif

/* One line of the table, cut at its tabs. */
enum { TYPE, FORMAT, OPTIONS, HOW, TEXT, VALID, PARTS };

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c - 'a' + 10;
}

/* Takes the escapes out; the length. */
static size_t unescape(char *s)
{
	char *to = s;

	for (char *p = s; *p; p++) {
		if (*p != '\\') {
			*to++ = *p;
		} else if (*++p == 'x') {
			*to++ = (char)(hex(p[1]) * 16 + hex(p[2]));
			p += 2;
		} else {
			*to++ = (char)(*p == 't' ? '\t' : *p == 'n' ? '\n' : *p);
		}
	}
	return (size_t)(to - s);
}

static void cut(char *parts[PARTS], char *line)
{
	for (int i = 0; i < PARTS; i++) {
		char *tab = strchr(line, '\t');

		assert_true((tab != NULL) == (i < PARTS - 1));
		parts[i] = line;
		if (tab) {
			*tab = '\0';
			line = tab + 1;
		}
	}
}

static void read_field(vv_schema *s, char *parts[PARTS])
{
	vv_buf json = VV_BUF_INIT;
	vv_error err;

	vv_buf_printf(&json, "{\"fields\":[{\"name\":\"x\",\"type\":\"%s\"", parts[TYPE]);
	if (parts[FORMAT][0] != '\0') {
		vv_buf_printf(&json, ",\"format\":\"%s\"", parts[FORMAT]);
	}
	vv_buf_printf(&json, "%s%s}]}", parts[OPTIONS][0] != '\0' ? "," : "", parts[OPTIONS]);
	vv_assert_ok(vv_schema_read(s, json.data, json.len, "types.tsv", &err), &err);
	vv_buf_clear(&json);
}

static bool accepts(const vv_field *f, const char *how, char *text)
{
	vv_cell cell = {.text = text};
	bool ok;

	cell.len = (uint32_t)unescape(text);
	cell.state = strcmp(how, "literal") == 0 ? VV_CELL_LITERAL : VV_CELL_TEXT;
	/* a copy of just that length, so that reading too far is seen */
	char *exact = malloc(cell.len > 0 ? cell.len : 1);
	assert_non_null(exact);
	memcpy(exact, text, cell.len);
	cell.text = exact;
	ok = strcmp(how, "text") == 0 ? vv_field_accepts(f, &cell)
				      : vv_field_accepts_json(f, &cell);
	free(exact);
	return ok;
}

static void every_line_of_the_table_holds(void **state)
{
	char *text = strdup(vv_test_read(TYPES_FILE, NULL)), *line, *save = NULL;
	unsigned count = 0, wrong = 0;

	(void)state;
	assert_non_null(text);
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *parts[PARTS], *shown;
		vv_schema s;
		bool ok;

		if (line[0] == '#') {
			continue;
		}
		cut(parts, line);
		shown = strdup(parts[TEXT]);
		read_field(&s, parts);
		ok = accepts(&s.fields[0], parts[HOW], parts[TEXT]);
		if (ok != (strcmp(parts[VALID], "yes") == 0)) {
			print_error("%s %s %s %s '%s' is %s\n", parts[TYPE], parts[FORMAT],
				    parts[OPTIONS], parts[HOW], shown, ok ? "accepted" : "refused");
			wrong++;
		}
		vv_schema_clear(&s);
		free(shown);
		count++;
	}
	free(text);
	assert_true(count > 600);
	assert_int_equal(wrong, 0);
}

static void read_one(vv_schema *s, const char *field)
{
	vv_buf json = VV_BUF_INIT;
	vv_error err;

	vv_buf_printf(&json, "{\"fields\":[%s]}", field);
	vv_assert_ok(vv_schema_read(s, json.data, json.len, "schema", &err), &err);
	vv_buf_clear(&json);
}

static void absent_and_null_cells_are_missing_whatever_missingvalues_says(void **state)
{
	vv_cell absent = {.state = VV_CELL_ABSENT}, null = {.state = VV_CELL_NULL},
		empty = {.state = VV_CELL_TEXT};
	vv_schema s;

	(void)state;
	read_one(&s, "{\"name\":\"x\",\"type\":\"integer\",\"missingValues\":[]}");
	assert_true(vv_field_missing(&s.fields[0], &absent));
	assert_true(vv_field_missing(&s.fields[0], &null));
	assert_false(vv_field_missing(&s.fields[0], &empty));
	assert_true(vv_field_accepts(&s.fields[0], &absent) &&
		    vv_field_accepts_json(&s.fields[0], &null));
	vv_schema_clear(&s);
}

static void a_cell_with_nul_in_it_is_not_taken_for_the_value_before_it(void **state)
{
	vv_cell cell = {.text = "NA\0x", .len = 4, .state = VV_CELL_TEXT};
	vv_schema s;

	(void)state;
	read_one(
		&s,
		"{\"name\":\"x\",\"type\":\"boolean\",\"missingValues\":[\"NA\"],\"trueValues\":[\"NA\"]}");
	assert_false(vv_field_missing(&s.fields[0], &cell));
	assert_false(vv_field_accepts(&s.fields[0], &cell));
	cell.len = 2;
	assert_true(vv_field_missing(&s.fields[0], &cell));
	vv_schema_clear(&s);
}

static void an_ambiguous_pattern_ends_within_its_budget(void **state)
{
	static const char text[] = "1111111111111111111111111111111111111111x";
	vv_cell cell = {.text = text, .len = sizeof(text) - 1, .state = VV_CELL_TEXT};
	vv_schema s;

	(void)state;
	read_one(
		&s,
		"{\"name\":\"x\",\"type\":\"datetime\",\"format\":\"%j%d%m%H%M%S%f%I%U%W%w%u%y%Y!\"}");
	for (int i = 0; i < 100; i++) {
		assert_false(vv_field_accepts(&s.fields[0], &cell));
	}
	vv_schema_clear(&s);
}

static void types_have_the_names_of_the_standard(void **state)
{
	vv_type t;

	(void)state;
	for (int i = VV_TYPE_ANY; i <= VV_TYPE_GEOJSON; i++) {
		assert_true(vv_type_parse(&t, vv_type_name((vv_type)i)));
		assert_int_equal(t, i);
	}
	assert_false(vv_type_parse(&t, "int"));
	assert_false(vv_type_parse(&t, ""));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(every_line_of_the_table_holds),
	cmocka_unit_test(absent_and_null_cells_are_missing_whatever_missingvalues_says),
	cmocka_unit_test(a_cell_with_nul_in_it_is_not_taken_for_the_value_before_it),
	cmocka_unit_test(an_ambiguous_pattern_ends_within_its_budget),
	cmocka_unit_test(types_have_the_names_of_the_standard),
};

VV_TEST_SUITE(type)
