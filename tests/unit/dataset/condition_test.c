/*
 * Conditions: the table conditions.tsv, what is refused, and limits.
 */
#ifndef CONDITIONS_FILE /* the build gives its whole path */
#define CONDITIONS_FILE "tests/unit/dataset/conditions.tsv"
#endif

#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "dataset/rows/condition_calls.h"
#include "dataset/rows/condition_run.h"
#include "tests/unit/support.h"

static const char fields[] =
	"{\"fields\": [{\"name\": \"i\", \"type\": \"integer\"}, {\"name\": \"n\", \"type\": \"number\"},"
	"{\"name\": \"m\", \"type\": \"number\", \"decimalChar\": \",\", \"groupChar\": \".\"},"
	"{\"name\": \"s\", \"type\": \"string\"}, {\"name\": \"t\", \"type\": \"string\"},"
	"{\"name\": \"b\", \"type\": \"boolean\"}, {\"name\": \"d\", \"type\": \"date\"},"
	"{\"name\": \"e\", \"type\": \"date\"}, {\"name\": \"x\", \"type\": \"date\", \"format\": \"%d/%m/%Y\"},"
	"{\"name\": \"z\", \"type\": \"datetime\"}, {\"name\": \"c\", \"type\": \"time\"},"
	"{\"name\": \"q\", \"type\": \"yearmonth\"}, {\"name\": \"y\", \"type\": \"year\"},"
	"{\"name\": \"o\", \"type\": \"object\"}, {\"name\": \"two words\", \"type\": \"integer\"},"
	"{\"name\": \"a\", \"type\": \"any\"}]}";

#define FIELDS 16u

static void read_fields(vv_schema *s)
{
	vv_error err;

	vv_assert_ok(vv_schema_read(s, fields, strlen(fields), "test", &err), &err);
	assert_int_equal(s->count, FIELDS);
}

/* "i=5  s=x": into cells; text is changed. */
static void fill_row(const vv_schema *s, vv_cell *cells, char *text)
{
	memset(cells, 0, FIELDS * sizeof(*cells));
	while (text && *text) {
		char *end = strstr(text, "  "), *equals;
		long place;

		if (end) {
			*end = '\0';
			end += 2;
		}
		equals = strchr(text, '=');
		assert_non_null(equals);
		place = vv_schema_find(s, text, (size_t)(equals - text));
		assert_true(place >= 0);
		cells[place].text = equals + 1;
		cells[place].len = (uint32_t)strlen(equals + 1);
		text = end;
	}
}

static const char *answer(const vv_schema *s, const char *condition, const vv_cell *cells,
			  vv_error *err)
{
	static const char *const words[] = {
		[VV_FALSE] = "false", [VV_TRUE] = "true", [VV_UNKNOWN] = "unknown"};
	vv_condition *c;
	vv_condition_scratch *scratch;
	vv_truth truth;

	if (vv_condition_new(&c, condition, strlen(condition), s, false, err) < 0) {
		assert_int_equal(err->code, VV_EINPUT);
		return "ERROR";
	}
	scratch = vv_condition_scratch_new();
	assert_non_null(scratch);
	truth = vv_condition_eval(c, scratch, cells);
	assert_false(vv_condition_failed(scratch));
	vv_condition_scratch_free(scratch);
	vv_condition_free(c);
	return words[truth];
}

static void every_line_of_the_table_has_its_answer(void **state)
{
	vv_schema schema;
	char line[1024];
	unsigned cases = 0, wrong = 0;
	FILE *f = fopen(CONDITIONS_FILE, "r");

	(void)state;
	assert_non_null(f);
	read_fields(&schema);
	while (fgets(line, sizeof(line), f)) {
		vv_cell cells[FIELDS];
		char *row = strchr(line, '\t'), *wanted;
		const char *got;
		vv_error err;

		if (line[0] == '#' || line[0] == '\n') {
			continue;
		}
		assert_non_null(row);
		*row++ = '\0';
		wanted = strchr(row, '\t');
		assert_non_null(wanted);
		*wanted++ = '\0';
		wanted[strcspn(wanted, "\n")] = '\0';
		fill_row(&schema, cells, row);
		got = answer(&schema, line, cells, &err);
		if (strncmp(wanted, "ERROR ", 6) == 0 && strcmp(got, "ERROR") == 0) {
			wanted += 6;
			got = err.message;
		}
		if (strcmp(got, wanted) != 0) {
			print_error("%s: '%s' instead of '%s'\n", line, got, wanted);
			wrong++;
		}
		cases++;
	}
	fclose(f);
	vv_schema_clear(&schema);
	assert_int_equal(wrong, 0);
	assert_true(cases > 150);
}

static void every_function_has_an_example_that_holds(void **state)
{
	vv_schema schema;
	const vv_call *call;
	size_t i = 0;

	(void)state;
	read_fields(&schema);
	for (; (call = vv_call_at(i)); i++) {
		vv_cell cells[FIELDS] = {0};
		vv_error err = {0};
		const char *got = answer(&schema, call->example, cells, &err);

		if (strcmp(got, "true") != 0) {
			print_error("%s: %s: %s %s\n", call->name, call->example, got, err.message);
		}
		assert_string_equal(got, "true");
		assert_non_null(strstr(call->example, call->name));
	}
	assert_true(i > 40);
	vv_schema_clear(&schema);
}

static void the_columns_that_are_read_are_told(void **state)
{
	vv_schema schema;
	vv_condition *c;
	vv_error err;
	size_t count;
	const size_t *columns;
	const char text[] = "n > i and i is not null and n < 5";

	(void)state;
	read_fields(&schema);
	vv_assert_ok(vv_condition_new(&c, text, strlen(text), &schema, false, &err), &err);
	columns = vv_condition_columns(c, &count);
	assert_int_equal(count, 2);
	assert_int_equal(columns[0], 0);
	assert_int_equal(columns[1], 1);
	assert_string_equal(vv_condition_text(c), text);
	vv_condition_free(c);
	vv_schema_clear(&schema);
}

static void json_values_are_what_json_says(void **state)
{
	vv_schema schema;
	vv_condition *c;
	vv_condition_scratch *s = vv_condition_scratch_new();
	vv_cell cells[FIELDS];
	vv_error err;
	const char text[] = "i = 5 and b";

	(void)state;
	read_fields(&schema);
	memset(cells, 0, sizeof(cells));
	vv_assert_ok(vv_condition_new(&c, text, strlen(text), &schema, true, &err), &err);
	cells[0] = (vv_cell){.text = "5", .len = 1, .state = VV_CELL_LITERAL};
	cells[5] = (vv_cell){.text = "true", .len = 4, .state = VV_CELL_LITERAL};
	assert_int_equal(vv_condition_eval(c, s, cells), VV_TRUE);
	cells[0].state = VV_CELL_TEXT; /* "5" is not a number in JSON */
	assert_int_equal(vv_condition_eval(c, s, cells), VV_UNKNOWN);
	cells[0].state = VV_CELL_NULL;
	assert_int_equal(vv_condition_eval(c, s, cells), VV_UNKNOWN);
	cells[5] = (vv_cell){.text = "false", .len = 5, .state = VV_CELL_LITERAL};
	assert_int_equal(vv_condition_eval(c, s, cells), VV_FALSE);
	vv_condition_free(c);
	vv_condition_scratch_free(s);
	vv_schema_clear(&schema);
}

static void a_near_column_is_proposed(void **state)
{
	vv_schema schema;
	vv_condition *c;
	vv_error err;

	(void)state;
	read_fields(&schema);
	vv_assert_status(vv_condition_new(&c, "\"two word\" > 1", 14, &schema, false, &err),
			 VV_EINPUT, &err);
	assert_string_equal(err.hint, "did you mean 'two words'?");
	vv_schema_clear(&schema);
}

static void nesting_is_limited(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_error err;

	(void)state;
	for (unsigned i = 0; i < 5000; i++) {
		vv_buf_putc(&b, '(');
	}
	vv_assert_status(vv_condition_check(b.data, b.len, &err), VV_EINPUT, &err);
	vv_assert_contains(err.message, "nested too deeply");
	vv_buf_reset(&b);
	for (unsigned i = 0; i < 5000; i++) {
		vv_buf_puts(&b, "- ");
	}
	vv_assert_status(vv_condition_check(b.data, b.len, &err), VV_EINPUT, &err);
	vv_buf_reset(&b);
	for (unsigned i = 0; i < 20000; i++) {
		vv_buf_putc(&b, ' ');
	}
	vv_assert_status(vv_condition_check(b.data, b.len, &err), VV_EINPUT, &err);
	vv_assert_contains(err.message, "longer than");
	vv_assert_status(vv_condition_check("a = \xff", 5, &err), VV_EINPUT, &err);
	vv_buf_clear(&b);
}

static void a_long_condition_is_no_problem(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_buf_puts(&b, "x in (0");
	for (unsigned i = 1; i < 2000; i++) {
		vv_buf_printf(&b, ",%u", i);
	}
	vv_buf_puts(&b, ")");
	for (unsigned i = 0; i < 300; i++) {
		vv_buf_puts(&b, " or a = 1 and b");
	}
	vv_assert_ok(vv_condition_check(b.data, b.len, &err), &err);
	vv_buf_clear(&b);
}

typedef struct attempt {
	const vv_schema *schema;
} attempt;

static vv_status compile(void *payload, vv_error *err)
{
	static const char text[] =
		"n in (1, 123456789012345678901234567890) and s = 'x' or \"two words\" > 5";
	const attempt *a = payload;
	vv_condition *c;
	vv_status rc = vv_condition_new(&c, text, strlen(text), a->schema, false, err);

	vv_condition_free(rc == VV_OK ? c : NULL);
	return rc;
}

static void running_out_of_memory_is_told(void **state)
{
	vv_schema schema;
	attempt a = {&schema};

	(void)state;
	read_fields(&schema);
	vv_fault_each(VV_FAULT_ALLOC, 0, compile, NULL, &a);
	vv_schema_clear(&schema);
}

/* What one row says of its pattern, the next one does not. */
static void a_row_is_undecided_by_its_own_text_alone(void **state)
{
	static const char condition[] = "s matches '(a|aa)+[b-d]'";
	vv_cell cells[FIELDS] = {{0}};
	vv_schema schema;
	vv_condition *c;
	vv_condition_scratch *scratch = vv_condition_scratch_new();
	vv_error err;
	char many[64];

	(void)state;
	read_fields(&schema);
	assert_non_null(scratch);
	vv_assert_ok(vv_condition_new(&c, condition, strlen(condition), &schema, false, &err),
		     &err);
	memset(many, 'a', sizeof(many));
	vv_cell *s = &cells[vv_schema_find(&schema, "s", 1)];
	*s = (vv_cell){.text = many, .len = sizeof(many)};
	assert_int_equal(vv_condition_eval(c, scratch, cells), VV_UNKNOWN);
	assert_true(vv_condition_undecided(scratch));
	*s = (vv_cell){.text = "aab", .len = 3};
	assert_int_equal(vv_condition_eval(c, scratch, cells), VV_TRUE);
	assert_false(vv_condition_undecided(scratch));
	vv_condition_scratch_free(scratch);
	vv_condition_free(c);
	vv_schema_clear(&schema);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(every_line_of_the_table_has_its_answer),
	cmocka_unit_test(every_function_has_an_example_that_holds),
	cmocka_unit_test(the_columns_that_are_read_are_told),
	cmocka_unit_test(json_values_are_what_json_says),
	cmocka_unit_test(a_near_column_is_proposed),
	cmocka_unit_test(nesting_is_limited),
	cmocka_unit_test(a_long_condition_is_no_problem),
	cmocka_unit_test(running_out_of_memory_is_told),
	cmocka_unit_test(a_row_is_undecided_by_its_own_text_alone),
};

VV_TEST_SUITE(condition)
