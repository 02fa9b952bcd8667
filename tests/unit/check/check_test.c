#define _GNU_SOURCE /* RTLD_NEXT */
/*
 * What a check of one version promises: each rule with what meets it and what does not,
 * and the exact finding.
 */
#include <dlfcn.h>

#include "tests/unit/check/check_support.h"

#include "dataset/schema/pattern.h"

/* A PCRE2 that was built without its compiler, as that of some systems: these stand before the library's. */
static bool without_jit;
int pcre2_config_8(uint32_t what, void *where);
void *pcre2_jit_stack_create_8(size_t start, size_t most, void *general);

int pcre2_config_8(uint32_t what, void *where)
{
	int (*real)(uint32_t, void *) = NULL;

	*(void **)&real = dlsym(RTLD_NEXT, "pcre2_config_8");
	const int code = real(what, where);
	if (without_jit && where) {
		*(uint32_t *)where = 0;
	}
	return code;
}

void *pcre2_jit_stack_create_8(size_t start, size_t most, void *general)
{
	void *(*real)(size_t, size_t, void *) = NULL;

	*(void **)&real = dlsym(RTLD_NEXT, "pcre2_jit_stack_create_8");
	return without_jit ? NULL : real(start, most, general);
}

static void expect_named(const char *name, const char *text, const char *schema, const char *found)
{
	vv_buf out = VV_BUF_INIT;
	tabled t;

	table_of(&t, text, strlen(text), name, NULL, NULL);
	check_into(&out, NULL, &t.table, schema, NULL);
	assert_string_equal(vv_buf_cstr(&out), found);
	vv_buf_clear(&out);
	table_gone(&t);
}

static void expect(const char *text, const char *schema, const char *found)
{
	expect_named("t.csv", text, schema, found);
}

static void a_table_as_its_schema_says_has_no_findings(void **state)
{
	(void)state;
	expect("id,price,day\n1,2.50,2024-01-01\n2,,2024-01-02\n",
	       "{\"fields\":[{\"name\":\"id\",\"type\":\"integer\",\"constraints\":{\"required\":true,\"unique\":true}},"
	       "{\"name\":\"price\",\"type\":\"number\",\"constraints\":{\"minimum\":0}},"
	       "{\"name\":\"day\",\"type\":\"date\"}],\"primaryKey\":\"id\"}",
	       "");
}

static void a_cell_of_another_type_is_named_with_its_line(void **state)
{
	(void)state;
	expect("id,note\n1,\"two\nlines\"\nx,c\n3,d\n",
	       "{\"fields\":[{\"name\":\"id\",\"type\":\"integer\"},{\"name\":\"note\"}]}",
	       "type-error 4 2 id x | is not an integer | an integer\n");
}

static void constraints_are_told_one_by_one(void **state)
{
	(void)state;
	expect("a\n5\n15\n\"\"\nx\n",
	       "{\"fields\":[{\"name\":\"a\",\"type\":\"integer\",\"constraints\":{\"minimum\":6,\"enum\":[6,7],"
	       "\"required\":true}}],\"missingValues\":[\"x\"]}",
	       "constraint-error 2 1 a 5 | is below the 'minimum' | at least 6\n"
	       "constraint-error 2 1 a 5 | is not in the 'enum' | one of 6, 7\n"
	       "constraint-error 3 2 a 15 | is not in the 'enum' | one of 6, 7\n"
	       "constraint-error 5 4 a x | is missing, and the field is required | a value\n"
	       "blank-row 4 3 - - | all cells of the row are empty | a value\n");
}

static void each_of_many_columns_counts_every_kind_of_fault(void **state)
{
	enum { COLUMNS = 64 };
	vv_buf text = VV_BUF_INIT, schema = VV_BUF_INIT, found = VV_BUF_INIT;

	(void)state;
	vv_buf_puts(&schema, "{\"fields\":[");
	for (int i = 0; i < COLUMNS; i++) {
		vv_buf_printf(&text, "%sc%d", i > 0 ? "," : "", i);
		vv_buf_printf(&schema,
			      "%s{\"name\":\"c%d\",\"type\":\"string\",\"format\":\"email\","
			      "\"constraints\":{\"pattern\":\"[a-z@.]+\"}}",
			      i > 0 ? "," : "", i);
	}
	vv_buf_puts(&schema, "]}");
	for (int i = 0; i < COLUMNS; i++) {
		vv_buf_puts(&text, i > 0 ? ",x" : "\nx");
	}
	for (int i = 0; i < COLUMNS; i++) {
		vv_buf_puts(&text, i > 0 ? ",1@b.de" : "\n1@b.de");
	}
	vv_buf_puts(&text, "\na@b.de\n"); /* a row that is too short */
	for (int i = 0; i < COLUMNS; i++) {
		vv_buf_printf(&found, "type-error 2 1 c%d x | is not an e-mail address | ", i);
		vv_buf_puts(&found, "a string of format email\n");
		vv_buf_printf(&found, "constraint-error 3 2 c%d 1@b.de | ", i);
		vv_buf_puts(&found, "does not match the 'pattern' | the pattern [a-z@.]+\n");
		if (i > 0) {
			vv_buf_printf(&found, "missing-cell 4 3 c%d - | ", i);
			vv_buf_puts(&found, "the row ends before this column | a cell\n");
		}
	}
	expect(vv_buf_cstr(&text), vv_buf_cstr(&schema), vv_buf_cstr(&found));
	vv_buf_clear_all(&text, &schema, &found);
}

static void decimals_are_compared_exactly(void **state)
{
	(void)state;
	expect("a\n0.1\n0.10000000000000000001\n0.30000000000000004\n1e-1\n-7\n99999999999999999999.5\n",
	       "{\"fields\":[{\"name\":\"a\",\"type\":\"number\",\"constraints\":{\"exclusiveMaximum\":\"0.1\"}}]}",
	       "constraint-error 2 1 a 0.1 | is not below the 'exclusiveMaximum' | less than 0.1\n"
	       "constraint-error 3 2 a 0.10000000000000000001 | is not below the 'exclusiveMaximum' | less than 0.1\n"
	       "constraint-error 4 3 a 0.30000000000000004 | is not below the 'exclusiveMaximum' | less than 0.1\n"
	       "constraint-error 5 4 a 1e-1 | is not below the 'exclusiveMaximum' | less than 0.1\n"
	       "constraint-error 7 6 a 99999999999999999999.5 | is not below the 'exclusiveMaximum' | less than 0.1\n");
}

static void dates_are_compared_by_what_they_mean(void **state)
{
	(void)state;
	expect("a\n02.01.2024\n31.12.2023\n1.1.2024\n",
	       "{\"fields\":[{\"name\":\"a\",\"type\":\"date\",\"format\":\"%d.%m.%Y\",\"constraints\":"
	       "{\"minimum\":\"2024-01-01\"}}]}",
	       "constraint-error 3 2 a 31.12.2023 | is below the 'minimum' | at least 2024-01-01\n");
}

static void a_pattern_must_match_the_whole_text(void **state)
{
	(void)state;
	expect("a\nAB12\nxAB12\nAB12\xc3\xa9\n\"AB1\n2\"\n",
	       "{\"fields\":[{\"name\":\"a\",\"type\":\"string\",\"constraints\":{\"pattern\":\"[A-Z]{2}[0-9]{2}\"}}]}",
	       "constraint-error 3 2 a xAB12 | does not match the 'pattern' | the pattern [A-Z]{2}[0-9]{2}\n"
	       "constraint-error 4 3 a AB12\xc3\xa9 | does not match the 'pattern' | the pattern [A-Z]{2}[0-9]{2}\n"
	       "constraint-error 5 4 a AB1\n2 | does not match the 'pattern' | the pattern [A-Z]{2}[0-9]{2}\n");
}

static void a_pattern_may_give_a_character_as_a_surrogate_pair(void **state)
{
	(void)state;
	expect("a\n\xf0\x9f\x98\x80\n\xf0\x9f\x98\x81\n",
	       "{\"fields\":[{\"name\":\"a\",\"type\":\"string\",\"constraints\":{\"pattern\":\"\\\\uD83D\\\\uDE00\"}}]}",
	       "constraint-error 3 2 a \xf0\x9f\x98\x81 | does not match the 'pattern' | the pattern \\uD83D\\uDE00\n");
}

/* What XML Schema, Python, JavaScript or later versions of PCRE2 read differently. */
static void a_pattern_that_could_be_misread_is_refused(void **state)
{
	static const struct {
		const char *pattern, *why;
	} cases[] = {
		{"[a-z-[aeiou]]",
		 "has subtraction of classes, which is not supported, at byte 5: "},
		{"[a-z&&[^e]]",
		 "has '[' within a class, at byte 6: write \\[ for the character '['; "},
		{"[[:alpha:]]", "has '[' within a class, at byte 1: "},
		{"\\p{IsGreek}", "has a block of Unicode, which is not supported, at byte 0: "},
		{"a{,3}", "has braces that are not a quantifier, at byte 1: "},
		{"a{1, 3}", "has braces that are not a quantifier, at byte 1: "},
		{"x\\va", "has an escape that XML Schema does not define, at byte 1: "},
		{"a\\Kb", "has an escape that XML Schema does not define, at byte 1: "},
		{"\\Qa.b\\E", "has an escape that XML Schema does not define, at byte 0: "},
		{"ab\\u00", "has an incomplete code of a character, at byte 2: "},
		{"\\uD83D", "has a code that is not a character, at byte 0: "},
		{"\\x4", "has an incomplete code of a character, at byte 0: "},
		{"(*UTF)a", "has '(*', which is not supported, at byte 0: "},
		{"a(?#[)b", "has a group that is not supported, at byte 1: "},
		{"(?x) a", "has a group that is not supported, at byte 0: "},
		{"(?R)", "has a group that is not supported, at byte 0: "},
		{"a\\", "has a backslash with nothing after it, at byte 1: "},
		{"\\d\\w[b-a]",
		 "is not a regular expression: range out of order in character class, at byte "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vv_pattern *p;
		vv_error err;

		assert_int_equal(
			vv_pattern_new(&p, cases[i].pattern, strlen(cases[i].pattern), &err),
			VV_EINPUT);
		assert_null(p);
		if (strncmp(err.message, cases[i].why, strlen(cases[i].why)) != 0) {
			fail_msg("%s: %s", cases[i].pattern, err.message);
		}
	}
}

static void a_pattern_over_its_budget_is_a_finding(void **state)
{
	(void)state;
	expect("a\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\nab\n",
	       "{\"fields\":[{\"name\":\"a\",\"type\":\"string\",\"constraints\":{\"pattern\":\"(a|aa)+[b-d]\"}}]}",
	       "pattern-budget 2 1 a aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa! | could not be checked: the pattern "
	       "takes too many steps | the pattern (a|aa)+[b-d]\n");
}

static void patterns_match_where_pcre2_has_no_compiler(void **state)
{
	vv_pattern_scratch *scratch;
	vv_pattern *p;
	vv_error err;

	(void)state;
	without_jit = true;
	scratch = vv_pattern_scratch_new();
	assert_non_null(scratch);
	vv_assert_ok(vv_pattern_new(&p, "[a-c]+", 6, &err), &err);
	assert_int_equal(vv_pattern_match(p, scratch, "abc", 3, NULL), 1);
	without_jit = false;
	assert_int_equal(vv_pattern_match(p, scratch, "abd", 3, NULL), 0);
	vv_pattern_scratch_free(scratch);
	vv_pattern_free(p);
}

static void costly_texts_have_one_budget_together(void **state)
{
	static const char costly[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", cheap[] = "aaaab";
	vv_pattern_scratch *scratch = vv_pattern_scratch_new();
	vv_pattern_budget budget = {VV_PATTERN_BUDGET - 10 * (uint64_t)VV_PATTERN_STEPS};
	vv_pattern *p;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_pattern_new(&p, "(a|aa)+[b-d]", 12, &err), &err);
	for (int i = 0; i < 20000 && !vv_pattern_spent(&budget); i++) {
		assert_int_equal(vv_pattern_match(p, scratch, cheap, 5, &budget), 1);
		assert_int_equal(vv_pattern_match(p, scratch, costly, sizeof(costly) - 1, &budget),
				 VV_EREFUSED);
	}
	assert_true(vv_pattern_spent(&budget));
	/* what needs no more than its length allows is decided all the same */
	assert_int_equal(vv_pattern_match(p, scratch, cheap, 5, &budget), 1);
	assert_int_equal(vv_pattern_match(p, scratch, "b", 1, &budget), 0);
	assert_int_equal(vv_pattern_match(p, scratch, costly, sizeof(costly) - 1, &budget),
			 VV_EREFUSED);
	vv_pattern_scratch_free(scratch);
	vv_pattern_free(p);
}

static void lengths_count_characters(void **state)
{
	(void)state;
	expect("a,l\n\xc3\xa9t\xc3\xa9,1;2\nab,1\nabcd,1;2;3\n",
	       "{\"fields\":[{\"name\":\"a\",\"type\":\"string\",\"constraints\":{\"minLength\":3,\"maxLength\":3}},{\"name\":\"l\","
	       "\"type\":\"list\",\"delimiter\":\";\",\"constraints\":{\"minLength\":2,\"maxLength\":2}}]}",
	       "constraint-error 3 2 a ab | is shorter than 'minLength' allows | a length of at least 3\n"
	       "constraint-error 4 3 a abcd | is longer than 'maxLength' allows | a length of at most 3\n"
	       "constraint-error 3 2 l 1 | is shorter than 'minLength' allows | a length of at least 2\n"
	       "constraint-error 4 3 l 1;2;3 | is longer than 'maxLength' allows | a length of at most 2\n");
}

static void categories_and_enum_are_compared_by_value(void **state)
{
	(void)state;
	expect("a,b\n1,x\n+1,y\n2,z\n",
	       "{\"fields\":[{\"name\":\"a\",\"type\":\"integer\",\"constraints\":{\"enum\":[\"01\"]}},{\"name\":\"b\",\"type\":\"string\","
	       "\"categories\":[{\"value\":\"x\",\"label\":\"X\"},{\"value\":\"y\"}]}]}",
	       "constraint-error 4 3 a 2 | is not in the 'enum' | one of \"01\"\n"
	       "constraint-error 4 3 b z | is not one of the 'categories' | one of \"x\", \"y\"\n");
}

static void missing_cells_are_told_by_column(void **state)
{
	(void)state;
	expect("a,b,c\n1,2,3\n4,5\n6\n", NULL,
	       "missing-cell 4 3 b - | the row ends before this column | a cell\n"
	       "missing-cell 3 2 c - | the row ends before this column | a cell\n"
	       "missing-cell 4 3 c - | the row ends before this column | a cell\n");
}

static void blank_lines_and_blank_rows_are_told(void **state)
{
	(void)state;
	expect("a,b\n1,2\n\n\n3,4\n,\n5,6\n\n\n",
	       "{\"fields\":[{\"name\":\"a\",\"constraints\":{\"required\":true}},"
	       "{\"name\":\"b\"}],\"primaryKey\":\"a\"}",
	       "blank-row 3 0 - - | the line is blank | a row\n"
	       "blank-row 4 0 - - | the line is blank | a row\n"
	       "blank-row 8 0 - - | the line is blank | a row\n"
	       "blank-row 9 0 - - | the line is blank | a row\n"
	       "blank-row 6 3 - - | all cells of the row are empty | a value\n");
}

static void text_that_is_no_utf8_is_told(void **state)
{
	(void)state;
	expect("a,b\nok,1\n\xff\xfe,2\n", NULL,
	       "encoding-error 3 2 a \xff\xfe | is not valid UTF-8 | UTF-8\n");
}

static void a_primary_key_is_unique_and_whole(void **state)
{
	(void)state;
	expect("id,d,x\n1,a,1\n2,a,1\n01,a,2\n,b,3\n1,b,4\n",
	       "{\"fields\":[{\"name\":\"id\",\"type\":\"integer\"},{\"name\":\"d\"},{\"name\":\"x\"}],"
	       "\"primaryKey\":[\"id\",\"d\"]}",
	       "primary-key 4 3 - id=01, d=a | repeats row 1 (line 2) | a value that no other row has\n"
	       "primary-key 5 4 - id=, d=b | a part of the primary key is missing | a value in each column of the "
	       "key\n");
}

static void a_key_of_one_column_has_no_parts(void **state)
{
	(void)state;
	expect("id,b\n1,x\n,y\n",
	       "{\"fields\":[{\"name\":\"id\"},{\"name\":\"b\"}],\"primaryKey\":\"id\"}",
	       "primary-key 3 2 id  | the primary key is missing | a value\n");
}

static void unique_values_may_be_missing(void **state)
{
	(void)state;
	expect("a,b\n1.0,x\n,x\n1,y\n,x\n2,z\n",
	       "{\"fields\":[{\"name\":\"a\",\"type\":\"number\",\"constraints\":{\"unique\":true}},{\"name\":\"b\"}],"
	       "\"uniqueKeys\":[[\"a\",\"b\"],[\"b\"]]}",
	       "unique-error 3 2 b x | repeats row 1 (line 2) | a value that no other row has\n"
	       "unique-error 5 4 b x | repeats row 1 (line 2) | a value that no other row has\n"
	       "unique-error 4 3 a 1 | repeats row 1 (line 2) | a value that no other row has\n");
}

static void a_foreign_key_to_the_table_itself_is_followed(void **state)
{
	(void)state;
	expect("id,boss\n1,\n2,1\n3,7\n4,01\n",
	       "{\"fields\":[{\"name\":\"id\",\"type\":\"integer\"},{\"name\":\"boss\",\"type\":\"integer\"}],"
	       "\"foreignKeys\":[{\"fields\":\"boss\",\"reference\":{\"resource\":\"\",\"fields\":\"id\"}}]}",
	       "foreign-key 4 3 boss 7 | refers to a value that does not exist | a row with this id in this table\n");
	/* A field of the schema without a column. */
	expect("boss\n1\n",
	       "{\"fields\":[{\"name\":\"boss\"},{\"name\":\"id\"}],"
	       "\"foreignKeys\":[{\"fields\":\"boss\",\"reference\":{\"resource\":\"\",\"fields\":\"id\"}}]}",
	       "missing-label 1 0 id - | the file has no column for field 2 of the schema, 'id' | -\n"
	       "foreign-key 0 0 - - | the foreign key (boss) names a column 'id' that this table does not have | -\n");
	/* The schema's first field is not the first column. */
	expect("boss,id\n,1\n1,2\n7,3\n",
	       "{\"fields\":[{\"name\":\"id\",\"type\":\"integer\"},{\"name\":\"boss\",\"type\":\"integer\"}],"
	       "\"foreignKeys\":[{\"fields\":\"boss\",\"reference\":{\"resource\":\"\",\"fields\":\"id\"}}]}",
	       "incorrect-label 1 0 boss - | 'boss' is column 1, and field 2 of the schema | -\n"
	       "incorrect-label 1 0 id - | 'id' is column 2, and field 1 of the schema | -\n"
	       "foreign-key 4 3 boss 7 | refers to a value that does not exist | a row with this id in this table\n");
}

static vv_status open_resource(void *payload, const char *resource, vv_table **out,
			       const vv_schema **own, vv_error *err)
{
	(void)own;
	if (strcmp(resource, "cities") != 0) {
		return vv_fail(err, VV_ENOTFOUND, "there is no resource");
	}
	*out = payload;
	return VV_OK;
}

static void a_foreign_key_to_another_table_is_followed(void **state)
{
	static const char cities[] = "code,land\nBE,DE\nPA,FR\n",
			  people[] = "n,city,land\n1,BE,DE\n2,PA,DE\n3,,DE\n4,XX,\n";
	static const char schema[] =
		"{\"fields\":[{\"name\":\"n\"},{\"name\":\"city\"},{\"name\":\"land\"}],\"foreignKeys\":["
		"{\"fields\":[\"city\",\"land\"],\"reference\":{\"resource\":\"cities\",\"fields\":[\"code\",\"land\"]}},"
		"{\"fields\":\"city\",\"reference\":{\"resource\":\"cities\",\"fields\":\"code\"}},"
		"{\"fields\":\"city\",\"reference\":{\"resource\":\"rivers\",\"fields\":\"code\"}},"
		"{\"fields\":\"city\",\"reference\":{\"resource\":\"cities\",\"fields\":\"zip\"}}]}";
	vv_buf out = VV_BUF_INIT;
	tabled a, b;
	vv_check_options o = {.resource = open_resource};

	(void)state;
	table_of(&a, cities, strlen(cities), "cities.csv", NULL, NULL);
	table_of(&b, people, strlen(people), "people.csv", NULL, NULL);
	o.resource_payload = &a.table;
	check_into(&out, NULL, &b.table, schema, &o);
	assert_string_equal(
		vv_buf_cstr(&out),
		"foreign-key 3 2 - city=PA, land=DE | refers to a value that does not exist | a row with this code, land in "
		"cities\n"
		"foreign-key 5 4 city XX | refers to a value that does not exist | a row with this code in cities\n"
		"foreign-key 0 0 - - | the foreign key (city) names the resource 'rivers', which does not exist | -\n"
		"foreign-key 0 0 - - | the foreign key (city) names a column 'zip' that 'cities' does not have | -\n");
	vv_buf_clear(&out);
	table_gone(&a);
	table_gone(&b);
}

static void labels_are_held_against_the_fields(void **state)
{
	(void)state;
	/* exact */
	expect("a,b\n1,2\n", "{\"fields\":[{\"name\":\"a\"},{\"name\":\"c\",\"type\":\"date\"}]}",
	       "incorrect-label 1 0 c - | column 2 is called 'b', not 'c' | c\n"
	       "type-error 2 1 c 2 | is not a date | a date as 2024-01-31\n");
	expect("b,a\nx,2\n",
	       "{\"fields\":[{\"name\":\"a\",\"type\":\"integer\"},{\"name\":\"b\"}]}",
	       "incorrect-label 1 0 b - | 'b' is column 1, and field 2 of the schema | -\n"
	       "incorrect-label 1 0 a - | 'a' is column 2, and field 1 of the schema | -\n");
	expect("a,b\n1,2\n", "{\"fields\":[{\"name\":\"a\"}]}",
	       "extra-label 1 0 b - | the schema has no field for column 2, 'b' | -\n");
	expect("a\n1\n", "{\"fields\":[{\"name\":\"a\"},{\"name\":\"b\"}]}",
	       "missing-label 1 0 b - | the file has no column for field 2 of the schema, 'b' | -\n");
	/* the other four */
	expect("b,a\n1,2\n",
	       "{\"fieldsMatch\":\"equal\",\"fields\":[{\"name\":\"a\"},{\"name\":\"b\"}]}", "");
	expect("b,a\n1,2\n", "{\"fieldsMatch\":\"subset\",\"fields\":[{\"name\":\"a\"}]}", "");
	expect("b\n1\n", "{\"fieldsMatch\":\"subset\",\"fields\":[{\"name\":\"a\"}]}",
	       "missing-label 1 0 a - | the file has no column for field 1 of the schema, 'a' | -\n");
	expect("b\n1\n",
	       "{\"fieldsMatch\":\"superset\",\"fields\":[{\"name\":\"a\"},{\"name\":\"b\"}]}", "");
	expect("c,b\n1,2\n",
	       "{\"fieldsMatch\":\"superset\",\"fields\":[{\"name\":\"a\"},{\"name\":\"b\"}]}",
	       "extra-label 1 0 c - | the schema has no field for column 1, 'c' | -\n");
	expect("c,b\n1,2\n",
	       "{\"fieldsMatch\":\"partial\",\"fields\":[{\"name\":\"a\"},{\"name\":\"b\"}]}", "");
	expect("c,d\n1,2\n",
	       "{\"fieldsMatch\":\"partial\",\"fields\":[{\"name\":\"a\"},{\"name\":\"b\"}]}",
	       "missing-label 1 0 - - | the file has none of the schema's fields | -\n");
}

static void a_header_with_blank_and_repeated_names_is_told(void **state)
{
	(void)state;
	expect("a,,a\n1,2,3\n", NULL,
	       "blank-label 1 0 field2 - | column 2 has no name | a name\n"
	       "duplicate-label 1 0 a2 - | column 3 has the name of column 1 | another name\n");
	expect(" , \n1,2\n", NULL,
	       "blank-header 1 0 - - | all cells of the header are blank | names of columns\n");
}

static void an_invalid_schema_is_told_with_a_pointer(void **state)
{
	(void)state;
	expect("a\n1\n", "{\"fields\":[{\"name\":\"a\",\"type\":\"integr\"}]}",
	       "schema-error 0 0 - - | schema.json: /fields/0/type: 'integr' is not a type of Table Schema | a Table Schema\n");
	expect("a\n1\n",
	       "{\"fields\":[{\"name\":\"a\",\"type\":\"string\",\"constraints\":{\"maxLenght\":3}}]}",
	       "schema-error 0 0 - - | schema.json: /fields/0/constraints/maxLenght: no such constraint "
	       "'maxLenght' | -\n");
	expect("a\n1\n",
	       "{\"fields\":[{\"name\":\"a\",\"type\":\"integer\",\"constraints\":{\"pattern\":\"1\"}}]}",
	       "schema-error 0 0 - - | schema.json: /fields/0/constraints/pattern: a field of type integer has no "
	       "constraint 'pattern' | -\n");
	expect("a\n1\n",
	       "{\"fields\":[{\"name\":\"a\",\"type\":\"string\",\"constraints\":{\"pattern\":\"(1\"}}]}",
	       "schema-error 0 0 - - | schema.json: /fields/0/constraints/pattern: is not a regular expression: missing "
	       "closing parenthesis, at byte 2 | -\n");
	expect("a\nx\n",
	       "{\"fields\":[{\"name\":\"a\",\"type\":\"string\",\"categories\":[\"x\"],\"constraints\":{\"enum\":[\"x\",\"y\"]}}]}",
	       "schema-error 0 0 - - | schema.json: /fields/0/constraints/enum: has a value that is not one of the "
	       "categories | -\n");
	expect("a\n{}\n",
	       "{\"fields\":[{\"name\":\"a\",\"type\":\"object\",\"constraints\":{\"jsonSchema\":{}}}]}",
	       "schema-error 0 0 - - | schema.json: /fields/0/constraints/jsonSchema: varve cannot check the "
	       "constraint jsonSchema | -\n");
}

static void json_tables_are_checked_by_their_types(void **state)
{
	static const char schema[] =
		"{\"fields\":[{\"name\":\"a\",\"type\":\"integer\",\"constraints\":{\"minimum\":2,"
		"\"required\":true}},{\"name\":\"b\"}],\"primaryKey\":\"a\"}";
	(void)state;
	expect_named(
		"t.ndjson",
		"{\"a\":1,\"b\":\"x\"}\n{\"a\":\"5\"}\n\n{\"b\":\"\"}\n{\"a\":2.0}\n{\"a\":2,\"b\":null}\n",
		schema,
		"blank-row 3 0 - - | the line is blank | a row\n"
		"constraint-error 1 1 a 1 | is below the 'minimum' | at least 2\n"
		"type-error 2 2 a 5 | is not an integer | an integer\n"
		"blank-row 4 3 - - | all cells of the row are empty | a value\n"
		"primary-key 6 5 a 2 | repeats row 4 (line 5) | a value that no other row has\n");
	expect_named(
		"t.json",
		"[\n  {\n    \"a\": 1\n  },\n  {\n    \"a\": 3\n  },\n  {\n    \"a\": true\n  }\n]\n",
		schema,
		"constraint-error 2 1 a 1 | is below the 'minimum' | at least 2\n"
		"type-error 8 3 a true | is not an integer | an integer\n");
}

static void more_than_the_limit_is_only_counted(void **state)
{
	static const char text[] = "a,b\nx,1\ny,1\nz,1\nv,1\n";
	vv_buf out = VV_BUF_INIT;
	vv_check_options o = {.limit = 1};
	vv_check_result r;
	tabled t;

	(void)state;
	table_of(&t, text, strlen(text), "t.csv", NULL, NULL);
	check_into(
		&out, &r, &t.table,
		"{\"fields\":[{\"name\":\"a\",\"type\":\"integer\"},{\"name\":\"b\",\"constraints\":{\"unique\":true}}]}",
		&o);
	assert_string_equal(
		vv_buf_cstr(&out),
		"type-error 2 1 a x | is not an integer | an integer\n"
		"type-error a and 3 more\n"
		"unique-error 3 2 b 1 | repeats row 1 (line 2) | a value that no other row has\n"
		"unique-error b and 2 more\n");
	assert_int_equal(r.errors, 7);
	assert_int_equal(r.warnings, 0);
	assert_int_equal(r.rows, 4);
	vv_check_result_clear(&r);
	vv_buf_clear(&out);
	table_gone(&t);
}

/* A rule set by varve.json's text. */
static void rules_of(vv_rule_set *set, vv_rules_file **file, const char *json)
{
	vv_error err;

	vv_assert_ok(vv_rules_file_read(file, json, strlen(json), "varve.json", &err), &err);
	vv_assert_ok(vv_rule_set_for(set, *file, "t.csv", &err), &err);
}

static void expect_rules(const char *text, const char *schema, const char *rules, const char *found)
{
	vv_buf out = VV_BUF_INIT;
	vv_rules_file *file;
	vv_rule_set set;
	vv_check_options o = {.rules = &set};
	tabled t;

	rules_of(&set, &file, rules);
	table_of(&t, text, strlen(text), "t.csv", NULL, NULL);
	check_into(&out, NULL, &t.table, schema, &o);
	assert_string_equal(vv_buf_cstr(&out), found);
	vv_buf_clear(&out);
	table_gone(&t);
	vv_rule_set_clear(&set);
	vv_rules_file_free(file);
}

static void a_share_of_wrong_values_can_be_let_through(void **state)
{
	static const char schema[] =
		"{\"fields\":[{\"name\":\"a\",\"type\":\"integer\"},{\"name\":\"b\"}]}";
	static const char text[] = "a,b\n1,\n2,\nx,\n4,\n,\n,z\n";

	(void)state;
	/* three of the four values that are there */
	expect_rules(text, schema,
		     "{\"rules\":{\"type-error\":{\"mostly\":0.75},\"blank-row\":\"off\"}}", "");
	expect_rules(text, schema,
		     "{\"rules\":{\"type-error\":{\"mostly\":0.76},\"blank-row\":\"off\"}}",
		     "type-error 4 3 a x | is not an integer | an integer\n");
}

static void rows_are_held_against_conditions(void **state)
{
	(void)state;
	expect_rules(
		"a,b\n1,2\n3,2\n,1\nx,0\n",
		"{\"fields\":[{\"name\":\"a\",\"type\":\"integer\"},{\"name\":\"b\",\"type\":"
		"\"integer\"}]}",
		"{\"rules\":{\"type-error\":\"off\",\"row-constraint\":[{\"condition\":\"a <= b\"}]}}",
		"row-constraint 3 2 - a=3, b=2 | does not meet the condition | a <= b\n");
}

static void equal_rows_are_told_where_they_are_asked_for(void **state)
{
	static const char text[] = "a,b\n1,x\n01,x\n1,\n,x\n1,\n2,y\n";
	static const char schema[] =
		"{\"fields\":[{\"name\":\"a\",\"type\":\"integer\"},{\"name\":\"b\"}]}";

	(void)state;
	expect(text, schema, "");
	expect_rules(text, schema, "{\"rules\":{\"duplicate-row\":\"warning\"}}",
		     "duplicate-row 3 2 - - | repeats row 1 (line 2) | a row that occurs once\n"
		     "duplicate-row 6 5 - - | repeats row 3 (line 4) | a row that occurs once\n");
}

static void rows_with_another_line_end_are_told_once(void **state)
{
	(void)state;
	expect("a,b\n1,2\n3,4\r\n5,6\r\n7,8\n9,0\n", NULL,
	       "dialect-error 3 0 - - | this row and 1 later one end differently from the others | LF\n");
	expect("a,b\r\n1,2\r\n", NULL, "");
}

static void some_blank_lines_can_be_let_through(void **state)
{
	static const char text[] = "a,b\n1,2\n\n3,4\n5,6\n";

	(void)state;
	expect_rules(text, NULL, "{\"rules\":{\"blank-row\":{\"mostly\":0.75}}}", "");
	expect_rules(text, NULL, "{\"rules\":{\"blank-row\":{\"mostly\":0.76}}}",
		     "blank-row 3 0 - - | the line is blank | a row\n");
}

static void a_table_without_rows_is_checked_too(void **state)
{
	(void)state;
	expect("a,b\n",
	       "{\"fields\":[{\"name\":\"a\",\"constraints\":{\"required\":true,\"unique\":true}},{\"name\":"
	       "\"c\"}],\"primaryKey\":\"a\",\"foreignKeys\":[{\"fields\":\"a\",\"reference\":{\"fields\":\"c\"}}]}",
	       "incorrect-label 1 0 c - | column 2 is called 'b', not 'c' | c\n");
	expect("a\n", "{\"fields\":[]}",
	       "extra-label 1 0 a - | the schema has no field for column 1, 'a' | -\n");
}

static void the_number_of_rows_has_bounds(void **state)
{
	(void)state;
	expect_rules("a\n1\n2\n", NULL, "{\"rules\":{\"row-count\":{\"min\":3}}}",
		     "row-count 0 0 - - | the table has 2 rows | at least 3 rows\n");
	expect_rules("a\n1\n2\n", NULL, "{\"rules\":{\"row-count\":{\"max\":1}}}",
		     "row-count 0 0 - - | the table has 2 rows | at most 1 row\n");
	expect_rules("a\n1\n2\n", NULL, "{\"rules\":{\"row-count\":{\"min\":2,\"max\":2}}}", "");
}

static void long_cells_are_checked_like_others(void **state)
{
	vv_buf text = VV_BUF_INIT;
	vv_buf out = VV_BUF_INIT;
	tabled t;

	(void)state;
	vv_buf_puts(&text, "a,b\n1,x\n2,");
	for (size_t i = 0; i < 400000; i++) {
		vv_buf_putc(&text, i == 1000 ? '!' : 'a');
	}
	vv_buf_puts(&text, "\nz,y\n");
	table_of(&t, text.data, text.len, "t.csv", NULL, NULL);
	check_into(
		&out, NULL, &t.table,
		"{\"fields\":[{\"name\":\"a\",\"type\":\"integer\"},{\"name\":\"b\",\"type\":\"string\",\"constraints\":{\"maxLength\":"
		"400000,\"minLength\":2}}]}",
		NULL);
	assert_string_equal(
		vv_buf_cstr(&out),
		"constraint-error 2 1 b x | is shorter than 'minLength' allows | a length of at least 2\n"
		"type-error 4 3 a z | is not an integer | an integer\n"
		"constraint-error 4 3 b y | is shorter than 'minLength' allows | a length of at least 2\n");
	vv_buf_clear(&out);
	vv_buf_clear(&text);
	table_gone(&t);
}

static void expect_file(const char *text, size_t len, const char *found)
{
	vv_sniff_hints hints = VV_SNIFF_HINTS_INIT;
	vv_buf out = VV_BUF_INIT;
	vv_check_options o = {
		.path = "t.csv", .finding = write_finding, .more = write_more, .payload = &out};
	vv_mem_source storage;
	vv_source source;
	vv_check_result r;
	vv_error err;

	hints.header = 1;
	hints.quote = '"';
	vv_source_mem(&source, &storage, text, len,
		      text[0] == '{'   ? "t.ndjson"
		      : text[0] == '[' ? "t.json"
				       : "t.csv");
	vv_assert_ok(vv_check_file(&r, &source, &hints, &o, &err), &err);
	assert_string_equal(vv_buf_cstr(&out), found);
	vv_check_result_clear(&r);
	vv_buf_clear(&out);
}

#define EXPECT_FILE(text, found) expect_file(text, sizeof(text) - 1, found)

static void every_fault_of_a_refused_file_is_told(void **state)
{
	(void)state;
	EXPECT_FILE(
		"a,b\n1,2\n3,4,5\n6\n\n7,\"x\"y\n8,\xff\n9,\"open\n10,11\n",
		"extra-cell 3 2 - - | the row has 3 cells | 2\n"
		"missing-cell 4 3 b - | the row ends before this column | a cell\n"
		"blank-row 5 0 - - | the line is blank | a row\n"
		"stray-quote 6 4 - \"x\"y | text follows a closing quote | a delimiter or a line end there\n"
		"encoding-error 7 5 b \xff | is not valid UTF-8 | UTF-8\n"
		"unclosed-quote 8 6 - \"open | the quote that opens here is not closed | a closing quote before the "
		"next delimiter\n");
}

static void a_quote_that_swallows_rows_is_told_where_it_opens(void **state)
{
	(void)state;
	EXPECT_FILE(
		"a,b\n\"1,2\n3,4\n5,6\"x\n7,8,9\n",
		"unclosed-quote 2 1 - \"1,2 | the quote that opens here is not closed | a closing quote before the "
		"next delimiter\n"
		"extra-cell 5 4 - - | the row has 3 cells | 2\n");
	/* quotes that are right are let be */
	EXPECT_FILE("a,b\n\"1\n\"\"x\"\"\",2\n3,4\n", "");
}

static void each_bad_object_of_ndjson_is_told(void **state)
{
	(void)state;
	EXPECT_FILE(
		"{\"a\":1}\n{\"a\":}\n{\"a\":2}\n{\"a\":3} x\n",
		"source-error 2 0 - {\"a\":} | a value was expected here | one JSON object per line\n"
		"source-error 4 0 - {\"a\":3} x | expected the end of the line after the object | one JSON object per line\n");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_table_as_its_schema_says_has_no_findings),
	cmocka_unit_test(a_cell_of_another_type_is_named_with_its_line),
	cmocka_unit_test(constraints_are_told_one_by_one),
	cmocka_unit_test(each_of_many_columns_counts_every_kind_of_fault),
	cmocka_unit_test(decimals_are_compared_exactly),
	cmocka_unit_test(dates_are_compared_by_what_they_mean),
	cmocka_unit_test(a_pattern_must_match_the_whole_text),
	cmocka_unit_test(a_pattern_may_give_a_character_as_a_surrogate_pair),
	cmocka_unit_test(a_pattern_that_could_be_misread_is_refused),
	cmocka_unit_test(a_pattern_over_its_budget_is_a_finding),
	cmocka_unit_test(patterns_match_where_pcre2_has_no_compiler),
	cmocka_unit_test(costly_texts_have_one_budget_together),
	cmocka_unit_test(lengths_count_characters),
	cmocka_unit_test(categories_and_enum_are_compared_by_value),
	cmocka_unit_test(missing_cells_are_told_by_column),
	cmocka_unit_test(blank_lines_and_blank_rows_are_told),
	cmocka_unit_test(text_that_is_no_utf8_is_told),
	cmocka_unit_test(a_primary_key_is_unique_and_whole),
	cmocka_unit_test(a_key_of_one_column_has_no_parts),
	cmocka_unit_test(unique_values_may_be_missing),
	cmocka_unit_test(a_foreign_key_to_the_table_itself_is_followed),
	cmocka_unit_test(a_foreign_key_to_another_table_is_followed),
	cmocka_unit_test(labels_are_held_against_the_fields),
	cmocka_unit_test(a_header_with_blank_and_repeated_names_is_told),
	cmocka_unit_test(an_invalid_schema_is_told_with_a_pointer),
	cmocka_unit_test(json_tables_are_checked_by_their_types),
	cmocka_unit_test(more_than_the_limit_is_only_counted),
	cmocka_unit_test(a_share_of_wrong_values_can_be_let_through),
	cmocka_unit_test(rows_are_held_against_conditions),
	cmocka_unit_test(equal_rows_are_told_where_they_are_asked_for),
	cmocka_unit_test(rows_with_another_line_end_are_told_once),
	cmocka_unit_test(some_blank_lines_can_be_let_through),
	cmocka_unit_test(a_table_without_rows_is_checked_too),
	cmocka_unit_test(the_number_of_rows_has_bounds),
	cmocka_unit_test(long_cells_are_checked_like_others),
	cmocka_unit_test(every_fault_of_a_refused_file_is_told),
	cmocka_unit_test(a_quote_that_swallows_rows_is_told_where_it_opens),
	cmocka_unit_test(each_bad_object_of_ndjson_is_told),
};

VV_TEST_SUITE(check)
