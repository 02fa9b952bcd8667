/*
 * Filters: every test against what it means for each row.
 */
#include "tests/unit/public/fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"

static bool number_of(double *out, const char *text)
{
	char *stop;

	*out = strtod(text, &stop);
	return text[0] && !*stop && text[0] != 'n';
}

static int sign(double x)
{
	return (x > 0) - (x < 0);
}

/* Is it a value of the column's type? */
static bool is_value(const char *text, size_t column)
{
	double x;

	if (column == 0 || column == 2) return number_of(&x, text);
	return column == 3   ? strlen(text) == 10
	       : column == 4 ? strcmp(text, "true") == 0 || strcmp(text, "false") == 0
			     : true;
}

static int compare(const char *a, const char *b, size_t column)
{
	double x, y;

	if (column == 0 || column == 2) {
		(void)number_of(&x, a);
		(void)number_of(&y, b);
		return sign(x - y);
	}
	return strcmp(a, b); /* dates of one length; false before true; strings by their bytes */
}

/* What the header says of a test. */
static bool passes(const known_cell *c, size_t column, int op, const char *value)
{
	bool missing = c->state == VARVE_CELL_NULL || c->len == 0;
	bool fits = is_value(c->text, column) &&
		    !(c->state == VARVE_CELL_TEXT && column == 2 && c->text[0] == 'n');
	int order;

	if (op == VARVE_TEST_NO_VALUE) return missing || !fits;
	if (op == VARVE_TEST_NULL || op == VARVE_TEST_NOT_NULL) {
		return missing == (op == VARVE_TEST_NULL);
	}
	if (op == VARVE_TEST_IS || op == VARVE_TEST_BEGINS) {
		const char *text = c->state == VARVE_CELL_NULL ? "" : c->text;

		return op == VARVE_TEST_IS ? strcmp(text, value) == 0
					   : strncmp(text, value, strlen(value)) == 0;
	}
	if (missing || !fits) return false;
	order = compare(c->text, value, column);
	switch (op) {
	case VARVE_TEST_EQUAL:
		return order == 0;
	case VARVE_TEST_NOT_EQUAL:
		return order != 0;
	case VARVE_TEST_BELOW:
		return order < 0;
	case VARVE_TEST_UP_TO:
		return order <= 0;
	case VARVE_TEST_ABOVE:
		return order > 0;
	default:
		return order >= 0;
	}
}

typedef struct condition {
	size_t column;
	int op;
	char value[32];
} condition;

/* A value that some row has, more often than not. */
static condition random_condition(vv_prng *r, const known *k, int last)
{
	condition c = {.column = vv_prng_below(r, KNOWN_COLUMNS),
		       .op = (int)vv_prng_below(r, (uint64_t)last + 1)};
	const known_cell *from;

	do {
		from = known_at(k, vv_prng_below(r, k->rows), c.column);
	} while (from->len == 0 || from->state == VARVE_CELL_NULL ||
		 !is_value(from->text, c.column));
	(void)snprintf(c.value, sizeof(c.value), "%s", from->text);
	if (c.op == VARVE_TEST_BEGINS) {
		c.value[vv_prng_below(r, strlen(c.value) + 1)] = '\0';
	}
	return c;
}

/* In text, true and false have no order. */
static bool is_order_of_flags(const condition *c)
{
	return strcmp(known_names[c->column], "flag") == 0 && c->op >= VARVE_TEST_BELOW &&
	       c->op <= VARVE_TEST_FROM;
}

static void put_quoted(vv_buf *b, const char *text, char quote)
{
	vv_buf_putc(b, quote);
	for (; *text; text++) {
		vv_buf_put(b, text, 1);
		if (*text == quote) {
			vv_buf_put(b, text, 1);
		}
	}
	vv_buf_putc(b, quote);
}

static const char *const signs[] = {"=", "^=", "=", "!=", "<", "<=", ">", ">="};

/* The same conditions as text; a parameter now and then. */
static varve_filter *parsed(vv_prng *r, const condition *c, size_t count)
{
	static const char *const names[] = {"p0", "p1", "p2"};
	vv_buf b = VV_BUF_INIT;
	varve_param params[3];
	size_t used = 0;
	varve_filter *f;
	varve_error e;

	for (size_t i = 0; i < count; i++) {
		vv_buf_puts(&b, i ? " AND " : " ");
		bool of_text = c[i].op == VARVE_TEST_IS || c[i].op == VARVE_TEST_BEGINS;

		vv_buf_puts(&b, of_text ? "text(" : "");
		if (vv_prng_below(r, 2)) {
			put_quoted(&b, known_names[c[i].column], '"');
		} else {
			vv_buf_puts(&b, known_names[c[i].column]);
		}
		vv_buf_puts(&b, of_text ? ")" : "");
		if (c[i].op >= VARVE_TEST_NULL) {
			vv_buf_puts(&b, c[i].op == VARVE_TEST_NULL ? " is null" : " Is Not\tNULL ");
			continue;
		}
		vv_buf_printf(&b, "%s%s", vv_prng_below(r, 2) ? " " : "", signs[c[i].op]);
		if (vv_prng_below(r, 2)) {
			vv_buf_printf(&b, ":%s", names[used]);
			params[used] = (varve_param){names[used], {c[i].value, strlen(c[i].value)}};
			used++;
		} else {
			put_quoted(&b, c[i].value, '\'');
		}
	}
	works(varve_filter_parse(&f, vv_buf_cstr(&b), params, used, &e), &e);
	vv_buf_clear(&b);
	return f;
}

static varve_filter *built(const condition *c, size_t count)
{
	varve_test tests[3];
	char names[3][16], values[3][32];
	varve_filter *f;
	varve_error e;

	for (size_t i = 0; i < count; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "%s", known_names[c[i].column]);
		(void)snprintf(values[i], sizeof(values[i]), "%s", c[i].value);
		tests[i] = (varve_test){names[i], c[i].op, 0, {values[i], strlen(values[i])}};
	}
	works(varve_filter_new(&f, tests, count, &e), &e);
	memset(tests, 0x55, sizeof(tests)); /* all of it was copied */
	memset(names, 0x55, sizeof(names));
	memset(values, 0x55, sizeof(values));
	return f;
}

static void gives_what_passes(const varve_table *t, const known *k, const varve_filter *f,
			      const condition *c, size_t count)
{
	const char *const names[] = {"id", NULL};
	varve_rows_options o = VARVE_INIT(varve_rows_options);
	const varve_cell *cells;
	varve_rows *rows;
	varve_error e;

	o.columns = names;
	o.where = f;
	works(varve_rows_open(&rows, t, &o, &e), &e);
	for (size_t row = 0; row < k->rows; row++) {
		bool wanted = true;

		for (size_t i = 0; i < count; i++) {
			wanted = wanted && passes(known_at(k, row, c[i].column), c[i].column,
						  c[i].op, c[i].value);
		}
		if (wanted &&
		    (varve_rows_next(rows, &cells, &e) != 1 || varve_rows_number(rows) != row ||
		     cells[0].len != known_at(k, row, 0)->len)) {
			for (size_t i = 0; i < count; i++) {
				print_error("%s %d '%s', the cell is '%s'\n",
					    known_names[c[i].column], c[i].op, c[i].value,
					    known_at(k, row, c[i].column)->text);
			}
			fail_msg("row %zu passes, and row %zu comes", row,
				 (size_t)varve_rows_number(rows));
		}
	}
	if (varve_rows_next(rows, &cells, &e) != 0) {
		size_t row = (size_t)varve_rows_number(rows);

		for (size_t i = 0; i < count; i++) {
			print_error("%s %d '%s', the cell is '%s'\n", known_names[c[i].column],
				    c[i].op, c[i].value, known_at(k, row, c[i].column)->text);
		}
		fail_msg("row %zu comes, and does not pass", row);
	}
	varve_rows_free(rows);
}

static void random_filters_give_the_rows_that_pass(void **state)
{
	static const int formats[] = {VARVE_FORMAT_CSV, VARVE_FORMAT_NDJSON, VARVE_FORMAT_JSON};
	static const char *const paths[] = {"t.csv", "t.ndjson", "t.json"};
	varve_repo *repo = begin_repo();
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 99);
	known_describe(paths, 3);
	for (size_t i = 0; i < 3; i++) {
		known k = known_random(&r, i ? 1500 : 6000, formats[i]);
		varve_table *stored, *plain;
		char word[16];

		known_write(&k, paths[i]);
		plain = table_of(repo, paths[i]);
		varve("add --as table %s", paths[i]);
		(void)snprintf(word, sizeof(word), ":%s", paths[i]);
		stored = table_of(repo, word);
		for (unsigned turn = 0; turn < 120; turn++) {
			condition c[3];
			size_t count = vv_prng_below(&r, 4);
			bool as_text = turn % 2; /* NO_VALUE has no text */
			varve_filter *f;

			for (size_t n = 0; n < count; n++) {
				do {
					c[n] = random_condition(&r, &k,
								as_text ? VARVE_TEST_NOT_NULL
									: VARVE_TEST_NO_VALUE);
				} while (as_text && is_order_of_flags(&c[n]));
			}
			f = as_text && count > 0 ? parsed(&r, c, count) : built(c, count);
			gives_what_passes(stored, &k, f, c, count);
			gives_what_passes(plain, &k, f, c, count);
			varve_filter_free(f);
		}
		varve_table_free(stored);
		varve_table_free(plain);
		known_free(&k);
	}
	varve_repo_free(repo);
}

static void between_is_both_ends(void **state)
{
	const char *const paths[] = {"t.csv"};
	varve_repo *repo = begin_repo();
	varve_filter *f = filter_of(
		"price between -1 and 1e1 and day between 2024-06-01 and '2025-06-30'");
	const condition c[] = {{2, VARVE_TEST_FROM, "-1"},
			       {2, VARVE_TEST_UP_TO, "10"},
			       {3, VARVE_TEST_FROM, "2024-06-01"},
			       {3, VARVE_TEST_UP_TO, "2025-06-30"}};
	varve_table *t;
	known k;
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 5);
	known_describe(paths, 1);
	k = known_random(&r, 2000, VARVE_FORMAT_CSV);
	known_write(&k, "t.csv");
	t = table_of(repo, "t.csv");
	gives_what_passes(t, &k, f, c, 4);
	varve_filter_free(f);
	varve_table_free(t);
	known_free(&k);
	varve_repo_free(repo);
}

static void a_text_that_is_no_filter_is_refused(void **state)
{
	static const char *const texts[] = {"",
					    " ",
					    "price >",
					    "price > 1 and",
					    "> 1",
					    "price > 1 x",
					    "price is",
					    "price is not",
					    "price is nul",
					    "a = 'x",
					    "\"a = 1",
					    "'a' = 1",
					    "a between 1",
					    "a ! 1",
					    "a = :none",
					    "a between 1 or 2",
					    "a = 1 and and b = 2",
					    "a = 1,",
					    "^= 1",
					    "a = = 1",
					    "a =",
					    "and"};
	varve_filter *f;
	varve_error e;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int rc;

		f = (varve_filter *)&e;
		rc = varve_filter_parse(&f, texts[i], NULL, 0, &e);
		if (rc != VARVE_EUSAGE) {
			fail_msg("'%s' gives %d", texts[i], rc);
		}
		assert_null(f);
		assert_true(e.message[0]);
		assert_int_equal(varve_filter_parse(&f, texts[i], NULL, 0, NULL), VARVE_EUSAGE);
	}
}

static void a_filter_that_does_not_fit_the_table_is_refused(void **state)
{
	static const struct {
		const char *text;
		int code;
	} cases[] = {{"nothing = 1", VARVE_ENOTFOUND},
		     {"price > x", VARVE_EUSAGE},
		     {"day < 1", VARVE_EUSAGE},
		     {"flag = perhaps", VARVE_EUSAGE},
		     {"id != 'a'", VARVE_EUSAGE},
		     {"price == x", VARVE_EUSAGE},
		     {"price", VARVE_EUSAGE},
		     {"note = ''", VARVE_EUSAGE},
		     {"price > 1 and day", VARVE_EUSAGE},
		     {"text(price) = x", 0},
		     {"nothing = 1 or price > 2", VARVE_ENOTFOUND},
		     {"day ^= 20", 0}};
	const char *const paths[] = {"t.csv"};
	varve_repo *repo = begin_repo();
	varve_rows_options o = VARVE_INIT(varve_rows_options);
	varve_diff_options d = VARVE_INIT(varve_diff_options);
	varve_table *t;
	varve_error e;
	known k;
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 5);
	known_describe(paths, 1);
	k = known_random(&r, 20, VARVE_FORMAT_CSV);
	known_write(&k, "t.csv");
	t = table_of(repo, "t.csv");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		varve_filter *f = filter_of(cases[i].text);
		varve_rows *rows;
		varve_diff *diff;

		d.where = o.where = f;
		fails_as(varve_rows_open(&rows, t, &o, &e), cases[i].code, &e);
		fails_as(varve_diff_open(&diff, t, t, &d, &e), cases[i].code, &e);
		varve_rows_free(rows);
		varve_diff_free(diff);
		varve_filter_free(f);
	}
	varve_table_free(t);
	known_free(&k);
	varve_repo_free(repo);
}

static void a_test_that_is_none_is_refused_and_unread_values_stay_unread(void **state)
{
	varve_test tests[] = {{"id", VARVE_TEST_NULL, 0, {(const char *)(uintptr_t)1, 5}},
			      {"id", VARVE_TEST_NOT_NULL, 0, {NULL, SIZE_MAX}}};
	varve_filter *f;
	varve_error e;

	(void)state;
	works(varve_filter_new(&f, tests, 2, &e), &e);
	varve_filter_free(f);
	works(varve_filter_new(&f, NULL, 0, &e), &e);
	varve_filter_free(f);
	tests[0].op = VARVE_TEST_NO_VALUE + 1;
	fails_as(varve_filter_new(&f, tests, 2, &e), VARVE_ENOSUPPORT, &e);
	assert_null(f);
	tests[0].op = -1;
	fails_as(varve_filter_new(&f, tests, 2, NULL), VARVE_ENOSUPPORT, NULL);
	tests[0] = (varve_test){"id", VARVE_TEST_FROM, VARVE_CELL_NULL, {"5", 1}};
	fails_as(varve_filter_new(&f, tests, 2, &e), VARVE_ENOSUPPORT, &e);
	varve_filter_free(NULL);
}

/* Columns may have names that look like operators; names are bytes in the quotes. */
static void names_and_values_may_have_any_sign(void **state)
{
	varve_repo *repo = begin_repo();
	varve_rows_options o = VARVE_INIT(varve_rows_options);
	varve_filter *f = filter_of("\"a \"\"b\"\" >= and\"='it''s' and \"is null\" = x");
	varve_table *t;
	varve_rows *rows;
	const varve_cell *cells;
	varve_error e;

	(void)state;
	vv_test_write_text("t.csv", "\"a \"\"b\"\" >= and\",is null\nit's,x\nits,x\nit's,y\n");
	t = table_of(repo, "t.csv");
	o.where = f;
	works(varve_rows_open(&rows, t, &o, &e), &e);
	assert_int_equal(varve_rows_next(rows, &cells, &e), 1);
	assert_int_equal(varve_rows_number(rows), 0);
	assert_int_equal(varve_rows_next(rows, &cells, &e), 0);
	varve_rows_free(rows);
	varve_table_free(t);
	varve_filter_free(f);
	varve_repo_free(repo);
}

static varve_function *function_of(const char *name)
{
	varve_function *f = NULL;
	varve_error e;

	for (size_t i = 0; !f || strcmp(varve_function_info(f)->name, name) != 0; i++) {
		varve_function_free(f);
		works(varve_function_open(&f, i, &e), &e);
	}
	return f;
}

static void a_function_gives_values_of_all_kinds(void **state)
{
	static const struct {
		const char *name, *args[3];
		int kind;
		int64_t i;
		const char *text;
	} cases[] = {
		{"days", {"2024-02-28", "2024-03-01T23:00:00-02:00"}, VARVE_VALUE_INT64, 3, "3"},
		{"last_day", {"2024-02-10"}, VARVE_VALUE_DATE, 19782, NULL},
		{"add_days",
		 {"1970-01-01T00:00:01.5Z", "1"},
		 VARVE_VALUE_DATETIME,
		 86401500000,
		 NULL},
		{"add_days", {"1970-01-02", "-1"}, VARVE_VALUE_DATE, 0, NULL},
		{"contains", {"varve", "rv"}, VARVE_VALUE_BOOL, 1, NULL},
		{"number", {"-9223372036854775807"}, VARVE_VALUE_INT64, -INT64_MAX, NULL},
		{"number", {"9223372036854775808"}, VARVE_VALUE_DECIMAL, 0, "9223372036854775808"},
		{"number", {"12.50"}, VARVE_VALUE_DECIMAL, 0, "12.5"},
		{"number", {"twelve"}, VARVE_VALUE_NULL, 0, NULL},
		{"hour", {"25:00:00"}, VARVE_VALUE_NULL, 0, NULL},
		{"upper",
		 {"\xc3\xa4"
		  "b"},
		 VARVE_VALUE_TEXT,
		 0,
		 "\xc3\xa4"
		 "B"},
		{"least", {"b", "a"}, VARVE_VALUE_TEXT, 0, "a"},
		{"year", {""}, VARVE_VALUE_NULL, 0, NULL},
	};
	varve_value args[4] = {{.kind = VARVE_VALUE_NULL}}, out;
	varve_error e;
	varve_function *f;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n = 0;

		for (; n < 3 && cases[i].args[n]; n++) {
			args[n] = (varve_value){
				.kind = VARVE_VALUE_TEXT,
				.text = {cases[i].args[n], strlen(cases[i].args[n])}};
		}
		f = function_of(cases[i].name);
		works(varve_function_call(&out, f, args, n, &e), &e);
		assert_int_equal(out.kind, cases[i].kind);
		assert_int_equal(cases[i].kind == VARVE_VALUE_NULL ? 0 : out.i, cases[i].i);
		if (cases[i].text) {
			assert_int_equal(out.text.len, strlen(cases[i].text));
			assert_memory_equal(out.text.data, cases[i].text, out.text.len);
		}
		varve_function_free(f);
	}
	f = function_of("greatest");
	args[0] = (varve_value){.kind = VARVE_VALUE_INT64, .i = -7};
	args[1] = (varve_value){.kind = VARVE_VALUE_DECIMAL, .text = {"-6.5", 4}};
	works(varve_function_call(&out, f, args, 2, &e), &e);
	assert_int_equal(out.kind, VARVE_VALUE_DECIMAL);
	assert_memory_equal(out.text.data, "-6.5", 4);
	assert_int_equal(varve_function_call(&out, f, args, 1, &e), VARVE_EUSAGE);
	args[2] = (varve_value){.kind = VARVE_VALUE_TEXT, .text = {"x", 1}};
	assert_int_equal(varve_function_call(&out, f, args, 3, &e), VARVE_EUSAGE);
	args[2].kind = VARVE_VALUE_BOOL;
	assert_int_equal(varve_function_call(&out, f, args, 3, &e), VARVE_EUSAGE);
	args[2].kind = VARVE_VALUE_NULL;
	works(varve_function_call(&out, f, args, 3, &e), &e);
	assert_int_equal(out.kind, VARVE_VALUE_NULL);
	varve_function_free(f);
	assert_int_equal(varve_function_open(&f, 1000, &e), VARVE_ENOTFOUND);
	assert_null(f);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(random_filters_give_the_rows_that_pass),
	cmocka_unit_test(between_is_both_ends),
	cmocka_unit_test(a_text_that_is_no_filter_is_refused),
	cmocka_unit_test(a_filter_that_does_not_fit_the_table_is_refused),
	cmocka_unit_test(a_test_that_is_none_is_refused_and_unread_values_stay_unread),
	cmocka_unit_test(names_and_values_may_have_any_sign),
	cmocka_unit_test(a_function_gives_values_of_all_kinds),
};
VV_TEST_SUITE(filter)
