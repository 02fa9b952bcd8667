/*
 * varve.json: what it may say, what is refused and how, and how blocks lie over each other.
 */
#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "check/rules/rules.h"
#include "tests/unit/support.h"

static vv_rules_file *must_read(const char *json)
{
	vv_rules_file *f;
	vv_error err;

	vv_assert_ok(vv_rules_file_read(&f, json, strlen(json), "varve.json", &err), &err);
	return f;
}

static void assert_refused(const char *json, const char *message, const char *hint)
{
	vv_rules_file *f;
	vv_error err;

	vv_assert_status(vv_rules_file_read(&f, json, strlen(json), "varve.json", &err), VV_EINPUT,
			 &err);
	assert_null(f);
	assert_string_equal(err.message, message);
	assert_string_equal(vv_hint_name(err.hint_id) ? vv_hint_name(err.hint_id) : err.hint, hint);
}

/* The settings of one path; the file is not freed before. */
static const vv_rule_setting *setting(vv_rule_set *set, const vv_rules_file *f, const char *path,
				      const char *code)
{
	vv_error err;

	vv_assert_ok(vv_rule_set_for(set, f, path, &err), &err);
	return vv_rule_set_get(set, code);
}

static vv_severity severity(const char *json, const char *path, const char *code)
{
	vv_rules_file *f = must_read(json);
	vv_rule_set set;
	vv_severity s;

	setting(&set, f, path, code);
	s = vv_rule_set_severity(&set, code);
	vv_rule_set_clear(&set);
	vv_rules_file_free(f);
	return s;
}

static void without_a_file_every_rule_is_as_by_default(void **state)
{
	vv_rule_set set;
	vv_error err;
	size_t at = 0;

	(void)state;
	vv_assert_ok(vv_rule_set_for(&set, NULL, "a.csv", &err), &err);
	for (const vv_rule *r = vv_rules; r->code; r++, at++) {
		assert_ptr_equal(set.items[at].rule, r);
		assert_int_equal(set.items[at].severity, r->by_default);
		assert_int_equal(set.items[at].mostly, VV_BILLION);
		assert_false(set.items[at].asked);
	}
	assert_int_equal(set.count, at);
	vv_rule_set_clear(&set);
	assert_int_equal(vv_rules_on_commit(NULL), VV_ON_COMMIT_OFF);
	assert_int_equal(vv_rules_fail_on(NULL), VV_SEVERITY_ERROR);
	assert_false(vv_rules_left_out(NULL, "a.csv"));
}

static void a_later_block_that_names_the_rule_goes_over_an_earlier(void **state)
{
	static const char json[] =
		"{\"rules\": {\"type-error\": \"warning\", \"blank-row\": \"off\"}, \"datasets\": ["
		"{\"path\": \"data/*.csv\", \"rules\": {\"type-error\": \"error\"}},"
		"{\"path\": [\"data/b.csv\", \"x.csv\"], \"rules\": {\"type-error\": \"off\"}}]}";

	(void)state;
	assert_int_equal(severity(json, "a.csv", "type-error"), VV_SEVERITY_WARNING);
	assert_int_equal(severity(json, "data/a.csv", "type-error"), VV_SEVERITY_ERROR);
	assert_int_equal(severity(json, "data/b.csv", "type-error"), VV_SEVERITY_OFF);
	assert_int_equal(severity(json, "deep/x.csv", "type-error"), VV_SEVERITY_OFF);
	assert_int_equal(severity(json, "data/b.csv", "blank-row"), VV_SEVERITY_OFF);
	assert_int_equal(severity(json, "data/b.csv", "extra-cell"), VV_SEVERITY_ERROR);
}

static void a_rule_that_is_off_by_default_goes_on_when_it_is_named(void **state)
{
	(void)state;
	assert_int_equal(severity("{}", "a.csv", "rows-removed"), VV_SEVERITY_OFF);
	assert_int_equal(
		severity("{\"rules\": {\"rows-removed\": {\"max\": 5}}}", "a.csv", "rows-removed"),
		VV_SEVERITY_ERROR);
	assert_int_equal(
		severity("{\"rules\": {\"rows-removed\": {\"max\": 5, \"severity\": \"warning\"}}}",
			 "a.csv", "rows-removed"),
		VV_SEVERITY_WARNING);
}

static void bounds_are_counts_or_exact_shares(void **state)
{
	static const char json[] =
		"{\"rules\": {\"rows-removed\": {\"max\": \"2.5%\"}, \"rows-added\": {\"min\": 3, \"max\": 100},"
		"\"drift-psi\": {\"max\": 0.123456789}, \"null-share\": {\"max\": \"1%\"},"
		"\"constraint-error\": {\"mostly\": 0.999}, \"freshness\": {\"columns\": \"day\", \"maxAge\": \"36h\"}}}";
	vv_rules_file *f = must_read(json);
	vv_rule_set set;
	const vv_rule_setting *s = setting(&set, f, "a.csv", "rows-removed");

	(void)state;
	assert_true(s->max.given && s->max.share);
	assert_int_equal(s->max.value, 25000000);
	assert_false(s->min.given);
	s = vv_rule_set_get(&set, "rows-added");
	assert_true(s->min.given && !s->min.share && s->max.given && !s->max.share);
	assert_int_equal(s->min.value, 3);
	assert_int_equal(s->max.value, 100);
	assert_int_equal(vv_rule_set_get(&set, "drift-psi")->max.value, 123456789);
	assert_int_equal(vv_rule_set_get(&set, "null-share")->max.value, 10000000);
	assert_int_equal(vv_rule_set_get(&set, "constraint-error")->mostly, 999000000);
	s = vv_rule_set_get(&set, "freshness");
	assert_int_equal(s->max_age, 129600);
	assert_string_equal(s->columns[0], "day");
	assert_string_equal(s->where, "/rules/freshness");
	assert_true(vv_rule_setting_has(s, "day", 3) && !vv_rule_setting_has(s, "days", 4));
	vv_rule_set_clear(&set);
	vv_rules_file_free(f);
}

static void a_rule_may_have_several_settings(void **state)
{
	static const char json[] =
		"{\"rules\": {\"row-constraint\": [\"a > 0\", {\"condition\": \"b > a\", \"title\": \"order\", "
		"\"severity\": \"warning\", \"mostly\": \"99%\"}]}}";
	vv_rules_file *f = must_read(json);
	vv_rule_set set;
	const vv_rule_setting *s = setting(&set, f, "a.csv", "row-constraint");

	(void)state;
	assert_string_equal(s[0].condition, "a > 0");
	assert_int_equal(s[0].severity, VV_SEVERITY_ERROR);
	assert_string_equal(s[1].condition, "b > a");
	assert_string_equal(s[1].title, "order");
	assert_int_equal(s[1].severity, VV_SEVERITY_WARNING);
	assert_int_equal(s[1].mostly, 990000000);
	assert_string_equal(s[1].where, "/rules/row-constraint/1");
	assert_ptr_equal(s[1].rule, s[0].rule);
	assert_ptr_not_equal(s[2].rule, s[0].rule);
	vv_rule_set_clear(&set);
	vv_rules_file_free(f);
}

static void what_the_whole_file_says_is_read(void **state)
{
	vv_rules_file *f = must_read(
		"{\"$schema\": \"x\", \"version\": 1, \"onCommit\": \"refuse\", \"failOn\": \"warning\", \"limit\": 7,"
		"\"datasets\": [{\"path\": \"old/**\", \"check\": false}, {\"path\": \"old/new.csv\", \"check\": true}]}");
	uint64_t limit = 0;

	(void)state;
	assert_int_equal(vv_rules_on_commit(f), VV_ON_COMMIT_REFUSE);
	assert_int_equal(vv_rules_fail_on(f), VV_SEVERITY_WARNING);
	assert_true(vv_rules_limit(f, &limit));
	assert_int_equal(limit, 7);
	assert_true(vv_rules_left_out(f, "old/a/b.csv"));
	assert_false(vv_rules_left_out(f, "old/new.csv"));
	assert_false(vv_rules_left_out(f, "new.csv"));
	vv_rules_file_free(f);
}

static void a_word_that_is_not_known_is_named_with_the_nearest(void **state)
{
	(void)state;
	assert_refused("{\"rulez\": {}}", "varve.json: 'rulez' is not known here",
		       "did you mean 'rules'?");
	assert_refused("{\"rules\": {\"type-eror\": \"error\"}}",
		       "varve.json: /rules: no such rule 'type-eror'",
		       "did you mean 'type-error'?");
	assert_refused("{\"rules\": {\"type-error\": \"warn\"}}",
		       "varve.json: /rules/type-error: 'warn' is not known here",
		       "did you mean 'warning'?");
	assert_refused("{\"rules\": {\"type-error\": \"x\"}}",
		       "varve.json: /rules/type-error: 'x' is not known here",
		       "known here: off, warning, error");
	assert_refused("{\"rules\": {\"row-count\": {\"minn\": 1}}}",
		       "varve.json: /rules/row-count: 'minn' is not known here",
		       "did you mean 'min'?");
	assert_refused("{\"onCommit\": \"off\\u0000\"}",
		       "varve.json: /onCommit: has a NUL character in it", "");
	assert_refused("{\"onCommit\": \"refused\"}",
		       "varve.json: /onCommit: 'refused' is not known here",
		       "did you mean 'refuse'?");
	assert_refused("{\"datasets\": [{\"path\": \"a\", \"rule\": {}}]}",
		       "varve.json: /datasets/0: 'rule' is not known here",
		       "did you mean 'rules'?");
	assert_refused("{\"rules\": {\"zzzzzzzz\": \"off\"}}",
		       "varve.json: /rules: no such rule 'zzzzzzzz'", "list-rules");
}

static void what_makes_no_sense_is_refused(void **state)
{
	(void)state;
	assert_refused("[]", "varve.json: must be an object, is an array", "");
	assert_refused("{\"version\": 2}",
		       "varve.json: /version: this varve supports only version 1 of varve.json",
		       "");
	assert_refused("{\"failOn\": \"off\"}",
		       "varve.json: /failOn: must be \"warning\" or \"error\"", "");
	assert_refused("{\"rules\": {\"type-error\": {\"max\": 5}}}",
		       "varve.json: /rules/type-error: the rule type-error has no 'max'", "");
	assert_refused("{\"rules\": {\"row-count\": \"error\"}}",
		       "varve.json: /rules/row-count: the rule row-count needs 'min' or 'max'", "");
	assert_refused(
		"{\"rules\": {\"row-constraint\": {}}}",
		"varve.json: /rules/row-constraint: the rule row-constraint needs a 'condition'",
		"");
	assert_refused("{\"rules\": {\"freshness\": {\"maxAge\": \"1d\"}}}",
		       "varve.json: /rules/freshness: the rule freshness needs 'columns'", "");
	assert_refused(
		"{\"rules\": {\"freshness\": {\"columns\": \"d\", \"maxAge\": \"1y\"}}}",
		"varve.json: /rules/freshness/maxAge: must be an age such as \"36h\" or \"7d\" (s, m, h, d, w)",
		"");
	assert_refused(
		"{\"rules\": {\"rows-removed\": {\"max\": 1.5}}}",
		"varve.json: /rules/rows-removed/max: must be a whole number, or a share such as \"5%\"",
		"");
	assert_refused(
		"{\"rules\": {\"drift-psi\": {\"max\": \"x\"}}}",
		"varve.json: /rules/drift-psi/max: must be a number such as 0.05, or a share such as \"5%\"",
		"");
	assert_refused(
		"{\"rules\": {\"type-error\": {\"mostly\": 1.01}}}",
		"varve.json: /rules/type-error/mostly: must be a share from 0 to 1 such as 0.99, or \"99%\"",
		"");
	assert_refused("{\"rules\": {\"type-error\": {\"columns\": []}}}",
		       "varve.json: /rules/type-error/columns: has no column", "");
	assert_refused("{\"rules\": {\"type-error\": []}}",
		       "varve.json: /rules/type-error: is empty",
		       "use \"off\" to switch the rule off");
	assert_refused("{\"datasets\": [{\"rules\": {}}]}",
		       "varve.json: /datasets/0: needs a 'path'", "");
	assert_refused(
		"{\"rules\": {\"row-constraint\": \"price >\"}}",
		"varve.json: /rules/row-constraint: character 8 of the condition: a value is missing at the end",
		"");
}

static void rules_are_chosen_and_left_out_by_name(void **state)
{
	static const char *const only[] = {"type-error", "duplicate-row", "row-count"},
				 *const skip[] = {"type-error"}, *const wrong[] = {"type-eror"};
	vv_rule_set set;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_rule_set_for(&set, NULL, "a.csv", &err), &err);
	vv_assert_ok(vv_rule_set_only(&set, only, 3, &err), &err);
	assert_int_equal(vv_rule_set_severity(&set, "type-error"), VV_SEVERITY_ERROR);
	assert_int_equal(vv_rule_set_severity(&set, "duplicate-row"), VV_SEVERITY_ERROR);
	assert_int_equal(vv_rule_set_severity(&set, "extra-cell"), VV_SEVERITY_OFF);
	vv_assert_ok(vv_rule_set_skip(&set, skip, 1, &err), &err);
	assert_int_equal(vv_rule_set_severity(&set, "type-error"), VV_SEVERITY_OFF);
	assert_null(vv_rule_set_get(&set, "type-error"));
	vv_assert_status(vv_rule_set_skip(&set, wrong, 1, &err), VV_EUSAGE, &err);
	assert_string_equal(err.message, "no such rule 'type-eror'");
	assert_string_equal(err.hint, "did you mean 'type-error'?");
	vv_rule_set_clear(&set);
}

/* Is a path one of those that varve.json names by the pattern? */
static bool matches(const char *pattern, const char *path)
{
	char json[128];
	vv_rules_file *f;
	vv_error err;
	bool is;

	snprintf(json, sizeof(json), "{\"datasets\": [{\"path\": \"%s\", \"check\": false}]}",
		 pattern);
	vv_assert_ok(vv_rules_file_read(&f, json, strlen(json), "varve.json", &err), &err);
	is = vv_rules_left_out(f, path);
	vv_rules_file_free(f);
	return is;
}

static void patterns_match_as_in_gitattributes(void **state)
{
	(void)state;
	assert_true(matches("*.csv", "a.csv"));
	assert_true(matches("*.csv", "deep/down/a.csv"));
	assert_true(matches("/a.csv", "a.csv"));
	assert_false(matches("/a.csv", "deep/a.csv"));
	assert_true(matches("data/*.csv", "data/a.csv"));
	assert_false(matches("data/*.csv", "data/deep/a.csv"));
	assert_true(matches("data/**", "data/deep/a.csv"));
	assert_true(matches("data/**/a.csv", "data/a.csv"));
	assert_false(matches("data/**/a.csv", "data/ba.csv"));
}

static vv_status read_and_set(void *payload, vv_error *err)
{
	static const char json[] =
		"{\"rules\": {\"row-constraint\": [\"a > 0\", \"b > a\"], \"row-count\": {\"min\": 1}},"
		"\"datasets\": [{\"path\": [\"a\", \"b\"], \"rules\": {\"freshness\": {\"columns\": \"d\", \"maxAge\": \"1d\"}}}]}";
	vv_rules_file *f;
	vv_rule_set set;
	vv_status rc = vv_rules_file_read(&f, json, strlen(json), "varve.json", err);

	(void)payload;
	if (rc == VV_OK) {
		rc = vv_rule_set_for(&set, f, "a", err);
		vv_rule_set_clear(&set);
		vv_rules_file_free(f);
	}
	return rc;
}

static void running_out_of_memory_is_told(void **state)
{
	(void)state;
	vv_fault_each(VV_FAULT_ALLOC, 0, read_and_set, NULL, NULL);
}

/* What is not freed, the sanitizers report. */
static void rules_added_again_replace_the_first(void **state)
{
	static const char one[] = "[*.csv]\na > 0\nb > 0\n", two[] = "[*.csv]\nc > 0\n";
	vv_rules_file *f = NULL;
	size_t at = 0;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_rules_file_add(&f, one, strlen(one), "varve.checks", &err), &err);
	vv_assert_ok(vv_rules_file_add(&f, two, strlen(two), "varve.checks", &err), &err);
	assert_string_equal(vv_rules_check(f, "a.csv", &at)->condition, "c > 0");
	assert_null(vv_rules_check(f, "a.csv", &at));
	vv_assert_status(vv_rules_file_add(&f, "\xff", 1, "varve.checks", &err), VV_EINPUT, &err);
	at = 0;
	assert_null(vv_rules_check(f, "a.csv", &at));
	vv_rules_file_free(f);
}

static void rules_are_sorted_by_code(void **state)
{
	(void)state;
	for (const vv_rule *r = vv_rules + 1; r->code; r++) {
		assert_true(strcmp(r[-1].code, r->code) < 0);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(without_a_file_every_rule_is_as_by_default),
	cmocka_unit_test(a_later_block_that_names_the_rule_goes_over_an_earlier),
	cmocka_unit_test(a_rule_that_is_off_by_default_goes_on_when_it_is_named),
	cmocka_unit_test(bounds_are_counts_or_exact_shares),
	cmocka_unit_test(a_rule_may_have_several_settings),
	cmocka_unit_test(what_the_whole_file_says_is_read),
	cmocka_unit_test(a_word_that_is_not_known_is_named_with_the_nearest),
	cmocka_unit_test(what_makes_no_sense_is_refused),
	cmocka_unit_test(rules_are_chosen_and_left_out_by_name),
	cmocka_unit_test(patterns_match_as_in_gitattributes),
	cmocka_unit_test(running_out_of_memory_is_told),
	cmocka_unit_test(rules_added_again_replace_the_first),
	cmocka_unit_test(rules_are_sorted_by_code),
};

VV_TEST_SUITE(rules)
