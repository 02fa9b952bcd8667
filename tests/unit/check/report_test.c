/*
 * Gathering findings and writing them: what counts, what is kept, and memory that ends.
 * (What the forms hold is read by other programs: tests/cli/check/reports.bats.)
 */
#include <string.h>

#include "base/sys.h"
#include "check/report/report.h"
#include "tests/unit/support.h"

static vv_check_report *report_of(uint64_t limit, vv_severity fail_on, bool new_only)
{
	vv_report_options o = {.limit = limit, .fail_on = fail_on, .new_only = new_only};
	vv_check_report *r;
	vv_error err;

	vv_assert_ok(vv_report_new(&r, &o, &err), &err);
	vv_assert_ok(vv_report_begin(r, "a.csv", NULL, &err), &err);
	return r;
}

static vv_finding finding(const char *rule, vv_severity severity, const char *key)
{
	vv_finding f = {.rule = rule,
			.severity = severity,
			.path = "a.csv",
			.line = 3,
			.row = 2,
			.key = key,
			.key_len = key ? strlen(key) : 0,
			.column = "price",
			.value = "\x1b[31m<x>\n::error::",
			.value_len = 17,
			.message = "is not a number",
			.expected = "a number"};

	return f;
}

static void add(vv_check_report *r, vv_finding f)
{
	vv_error err;

	vv_assert_ok(vv_report_add(r, &f, &err), &err);
}

static void end(vv_check_report *r)
{
	vv_report_facts facts = {.rows = 10, .columns = 2};
	vv_error err;

	vv_assert_ok(vv_report_end(r, &facts, &err), &err);
}

/* The whole text of a form; lives until the program ends. */
static const char *written(vv_check_report *r, vv_report_form form)
{
	static vv_buf out;
	vv_error err;

	vv_buf_clear(&out);
	vv_assert_ok(vv_report_write(r, form, &out, &err), &err);
	return vv_buf_cstr(&out);
}

static void errors_make_data_invalid_and_warnings_when_they_are_to(void **state)
{
	vv_check_report *r = report_of(5, VV_SEVERITY_ERROR, false);

	(void)state;
	add(r, finding("type-error", VV_SEVERITY_WARNING, "id=1"));
	end(r);
	assert_true(vv_report_valid(r));
	vv_report_free(r);
	r = report_of(5, VV_SEVERITY_WARNING, false);
	add(r, finding("type-error", VV_SEVERITY_WARNING, "id=1"));
	end(r);
	assert_false(vv_report_valid(r));
	vv_report_free(r);
	r = report_of(5, VV_SEVERITY_ERROR, false);
	add(r, finding("type-error", VV_SEVERITY_ERROR, "id=1"));
	end(r);
	assert_false(vv_report_valid(r));
	vv_report_free(r);
}

static void known_and_accepted_findings_do_not_count(void **state)
{
	vv_check_report *r = report_of(5, VV_SEVERITY_ERROR, true);
	vv_finding f = finding("type-error", VV_SEVERITY_ERROR, "id=1");
	vv_report_totals t;

	(void)state;
	f.known = true;
	add(r, f);
	f.known = false;
	f.accepted = "meant";
	add(r, f);
	end(r);
	vv_report_totals_get(r, &t);
	assert_int_equal(t.errors, 0);
	assert_int_equal(t.known, 1);
	assert_int_equal(t.accepted, 1);
	assert_true(vv_report_valid(r));
	vv_assert_contains(written(r, VV_REPORT_TEXT),
			   "valid: no new problems in 1 table; 1 known one unchanged; 1 accepted");
	vv_assert_contains(written(r, VV_REPORT_TEXT), "accepted: meant");
	vv_report_free(r);
}

static void what_is_over_the_limit_is_counted(void **state)
{
	vv_check_report *r = report_of(2, VV_SEVERITY_ERROR, false);
	vv_finding f = finding("type-error", VV_SEVERITY_ERROR, "id=1");
	vv_report_totals t;
	vv_error err;

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		add(r, f);
	}
	vv_assert_ok(vv_report_more(r, &f, 1000, &err), &err);
	end(r);
	vv_report_totals_get(r, &t);
	assert_int_equal(t.errors, 1005);
	vv_assert_contains(written(r, VV_REPORT_TEXT), "1,005 times");
	vv_assert_contains(written(r, VV_REPORT_TEXT), "and 1,003 more");
	vv_assert_contains(written(r, VV_REPORT_JSON), "\"errors\": 1005");
	vv_report_free(r);
}

/* Long values fill the report: then a rule that comes late is kept a thousand times, and a column once. */
static void what_a_full_report_still_keeps(void **state)
{
	vv_check_report *r = report_of(0, VV_SEVERITY_ERROR, false);
	vv_finding f = finding("type-error", VV_SEVERITY_ERROR, NULL);
	vv_report_totals t;
	const char *json;
	char value[200];

	(void)state;
	memset(value, 'x', sizeof(value));
	f.value = value;
	f.value_len = sizeof(value);
	for (unsigned i = 0; i < 100000; i++) {
		add(r, f);
	}
	f.column = "late";
	add(r, f);
	add(r, f);
	f.rule = "required";
	for (unsigned i = 0; i < 5000; i++) {
		add(r, f);
	}
	end(r);
	vv_report_totals_get(r, &t);
	assert_int_equal(t.errors, 105002);
	json = written(r, VV_REPORT_JSON);
	vv_assert_contains(json, "\"listed\": 1,\n     \"unlisted\": 1");
	vv_assert_contains(json, "\"listed\": 1000,\n     \"unlisted\": 4000");
	assert_null(strstr(json, "\"listed\": 100000"));
	vv_report_free(r);
}

static void conditions_are_told_apart(void **state)
{
	vv_check_report *r = report_of(5, VV_SEVERITY_ERROR, false);
	vv_finding f = finding("row-constraint", VV_SEVERITY_ERROR, "id=1");

	(void)state;
	f.column = NULL;
	f.expected = "price > 0";
	add(r, f);
	f.expected = "price < 9";
	add(r, f);
	end(r);
	vv_assert_contains(written(r, VV_REPORT_TEXT), "expected: price > 0");
	vv_assert_contains(written(r, VV_REPORT_TEXT), "expected: price < 9");
	vv_report_free(r);
}

static void errors_stand_before_warnings(void **state)
{
	vv_check_report *r = report_of(5, VV_SEVERITY_ERROR, false);
	const char *text;

	(void)state;
	add(r, finding("blank-row", VV_SEVERITY_WARNING, NULL));
	add(r, finding("type-error", VV_SEVERITY_ERROR, NULL));
	add(r, finding("extra-cell", VV_SEVERITY_WARNING, NULL));
	end(r);
	text = written(r, VV_REPORT_TEXT);
	assert_true(strstr(text, "type-error") < strstr(text, "blank-row"));
	assert_true(strstr(text, "blank-row") < strstr(text, "extra-cell"));
	vv_report_free(r);
}

static void long_values_are_cut_between_characters(void **state)
{
	vv_check_report *r = report_of(5, VV_SEVERITY_ERROR, false);
	vv_finding f = finding("type-error", VV_SEVERITY_ERROR, NULL);
	vv_buf long_value = VV_BUF_INIT;

	(void)state;
	vv_buf_putc(&long_value, 'x');
	for (unsigned i = 0; i < 200; i++) {
		vv_buf_puts(&long_value, "\xC3\xA4");
	}
	f.value = long_value.data;
	f.value_len = long_value.len;
	add(r, f);
	end(r);
	vv_assert_contains(written(r, VV_REPORT_JSON), "\xC3\xA4\xE2\x80\xA6\"");
	assert_null(strstr(written(r, VV_REPORT_JSON), "\\ufffd"));
	vv_report_free(r);
	vv_buf_clear(&long_value);
}

static void what_accepts_several_values_is_proposed_once(void **state)
{
	static const char *const intended[] = {"accept N/A", "accept N/A", NULL, "accept -",
					       "accept N/A"};
	static const char once[] = "    if it is intended: accept N/A\n";
	vv_check_report *r = report_of(5, VV_SEVERITY_ERROR, false);
	const char *text, *first;

	(void)state;
	for (size_t i = 0; i < sizeof(intended) / sizeof(intended[0]); i++) {
		vv_finding f = finding("type-error", VV_SEVERITY_ERROR, "id=1");

		f.intended = intended[i];
		add(r, f);
	}
	end(r);
	text = written(r, VV_REPORT_TEXT);
	first = strstr(text, once);
	assert_non_null(first);
	assert_null(strstr(first + 1, once));
	vv_assert_contains(text, "    if it is intended: accept -\n");
	vv_report_free(r);
}

static void nothing_found_is_written_in_every_form(void **state)
{
	vv_check_report *r = report_of(5, VV_SEVERITY_ERROR, false);

	(void)state;
	end(r);
	assert_string_equal(written(r, VV_REPORT_GITLAB), "[]\n");
	assert_string_equal(written(r, VV_REPORT_GITHUB),
			    "varve check: valid: nothing wrong in 1 table\n");
	vv_assert_contains(written(r, VV_REPORT_JUNIT), "tests=\"0\" failures=\"0\"");
	vv_report_free(r);
}

typedef struct twice {
	const vv_check_report *r;
	vv_buf outer, inner;
} twice;

static vv_status gather(void *payload, const char *bytes, size_t len, vv_error *err)
{
	vv_buf_put(payload, bytes, len);
	return vv_buf_ok(payload, err);
}

/* Writes the same report once more in the midst of writing it. */
static vv_status write_twice(void *payload, const char *bytes, size_t len, vv_error *err)
{
	twice *t = payload;

	if (t->inner.len == 0) {
		vv_assert_ok(vv_report_stream(t->r, VV_REPORT_JSON, gather, &t->inner, err), err);
	}
	return gather(&t->outer, bytes, len, err);
}

/* As by threads that share a report. */
static void a_report_can_be_written_twice_at_once(void **state)
{
	vv_check_report *r = report_of(UINT64_MAX, VV_SEVERITY_ERROR, false);
	twice t = {.r = r, .outer = VV_BUF_INIT, .inner = VV_BUF_INIT};
	vv_error err;

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		add(r, finding("type-error", VV_SEVERITY_ERROR, "id=1"));
	}
	end(r);
	vv_assert_ok(vv_report_stream(r, VV_REPORT_JSON, write_twice, &t, &err), &err);
	assert_true(t.outer.len > 600000);
	assert_string_equal(vv_buf_cstr(&t.outer), vv_buf_cstr(&t.inner));
	assert_string_equal(vv_buf_cstr(&t.outer), written(r, VV_REPORT_JSON));
	vv_buf_clear_all(&t.outer, &t.inner);
	vv_report_free(r);
}

static vv_status write_all(void *payload, vv_error *err)
{
	vv_report_options o = {.limit = 3, .fail_on = VV_SEVERITY_ERROR};
	vv_report_facts facts = {.rows = 10, .columns = 2, .base = "HEAD", .base_commit = "HEAD"};
	vv_check_report *r = NULL;
	vv_buf out = VV_BUF_INIT;
	vv_rule_set rules;
	vv_status rc;

	(void)payload;
	rc = vv_rule_set_for(&rules, NULL, "a.csv", err);
	if (rc == VV_OK && (rc = vv_report_new(&r, &o, err)) == VV_OK &&
	    (rc = vv_report_begin(r, "a.csv", "0123456789012345678901234567890123456789", err)) ==
		    VV_OK) {
		rc = vv_report_rules(r, &rules, err);
	}
	for (unsigned i = 0; rc == VV_OK && i < 5; i++) {
		vv_finding f = finding(i % 2 ? "type-error" : "row-count",
				       i % 2 ? VV_SEVERITY_WARNING : VV_SEVERITY_ERROR,
				       i > 2 ? "id=1" : NULL);

		f.accepted = i == 4 ? "meant" : NULL;
		rc = vv_report_add(r, &f, err);
	}
	if (rc == VV_OK) {
		rc = vv_report_end(r, &facts, err);
	}
	for (unsigned form = VV_REPORT_TEXT; rc == VV_OK && form <= VV_REPORT_HTML; form++) {
		vv_buf_clear(&out);
		rc = vv_report_write(r, (vv_report_form)form, &out, err);
	}
	vv_buf_clear(&out);
	vv_report_free(r);
	vv_rule_set_clear(&rules);
	return rc;
}

static void running_out_of_memory_is_told_and_leaks_nothing(void **state)
{
	(void)state;
	vv_fault_each(VV_FAULT_ALLOC, 0, write_all, NULL, NULL);
}

static void a_base_need_not_be_a_commit(void **state)
{
	vv_check_report *r = report_of(5, VV_SEVERITY_ERROR, false);
	const vv_report_facts facts = {.rows = 10, .columns = 2, .base = "old.csv"};
	vv_error err;

	(void)state;
	vv_assert_ok(vv_report_end(r, &facts, &err), &err);
	vv_assert_contains(written(r, VV_REPORT_TEXT), "old.csv");
	assert_null(strstr(written(r, VV_REPORT_JSON), "baseCommit\": \""));
	vv_report_free(r);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(errors_make_data_invalid_and_warnings_when_they_are_to),
	cmocka_unit_test(known_and_accepted_findings_do_not_count),
	cmocka_unit_test(what_is_over_the_limit_is_counted),
	cmocka_unit_test(what_a_full_report_still_keeps),
	cmocka_unit_test(conditions_are_told_apart),
	cmocka_unit_test(errors_stand_before_warnings),
	cmocka_unit_test(long_values_are_cut_between_characters),
	cmocka_unit_test(what_accepts_several_values_is_proposed_once),
	cmocka_unit_test(nothing_found_is_written_in_every_form),
	cmocka_unit_test(a_report_can_be_written_twice_at_once),
	cmocka_unit_test(running_out_of_memory_is_told_and_leaks_nothing),
	cmocka_unit_test(a_base_need_not_be_a_commit),
};

VV_TEST_SUITE(report)
