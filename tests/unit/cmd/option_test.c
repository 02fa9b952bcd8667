/* Tests of cmd/frame/option.h: how arguments are spelled. */
#include "tests/unit/support.h"

#include <string.h>

#include "base/text.h"
#include "cmd/frame/option.h"

typedef struct settings {
	bool all, quiet, header, verbose;
	const char *author, *format, *mode;
	uint64_t limit, size;
	vv_strings messages;
} settings;

static const vv_option table[] = {
	{"all", 'a', VV_OPT_FLAG, offsetof(settings, all), NULL, NULL, "all", NULL},
	{"quiet", 'q', VV_OPT_FLAG, offsetof(settings, quiet), NULL, NULL, "quiet", NULL},
	{"no-header", 0, VV_OPT_NO_FLAG, offsetof(settings, header), NULL, NULL, "no header", NULL},
	{"author", 0, VV_OPT_STRING, offsetof(settings, author), "NAME", NULL, "author", NULL},
	{"format", 0, VV_OPT_STRING, offsetof(settings, format), "FORMAT", "csv|tsv|json", "format",
	 NULL},
	{"json", 0, VV_OPT_STRING, offsetof(settings, format), NULL, NULL, "as JSON", "json"},
	{"untracked", 'u', VV_OPT_STRING, offsetof(settings, mode), "MODE", "no|all", "mode",
	 "all"},
	{"limit", 'n', VV_OPT_NUMBER, offsetof(settings, limit), "N", NULL, "limit", NULL},
	{"size", 0, VV_OPT_NUMBER, offsetof(settings, size), "BYTES", NULL, "size", NULL},
	{"message", 'm', VV_OPT_LIST, offsetof(settings, messages), "TEXT", NULL, "message", NULL},
	{"verbose", 'v', VV_OPT_FLAG, offsetof(settings, verbose), NULL, NULL, "verbose", NULL},
};

static const vv_command command = {
	.name = "try",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(settings),
};

static const vv_command ruled = {
	.name = "try",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(settings),
	.takes = "one PATH",
	.least = 0,
	.most = 1,
	.rules =
		(const vv_option_rule[]){
			{"--all -v", .excludes = "-q --json PATH"},
			{"--author --message", .requires = "--size --no-header"},
			{"--untracked", .excludes = "--limit", .requires = "--format"},
			{NULL, NULL, NULL},
		},
};

typedef struct parsed {
	settings s;
	vv_arguments args;
	vv_error err;
	vv_status rc;
} parsed;

/* Parses a line of words parted by single spaces. */
static void parse(parsed *p, const char *line)
{
	static char text[512], *words[64];
	int count = 0;

	strncpy(text, line, sizeof(text) - 1);
	for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) {
		words[count++] = word;
	}
	memset(p, 0, sizeof(*p));
	p->rc = vv_options_parse(&command, &p->s, count, words, &p->args, &p->err);
}

static void clear(parsed *p)
{
	vv_options_clear(&command, &p->s);
	vv_arguments_clear(&p->args);
}

static void values_stand_behind_equals_signs_and_spaces(void **state)
{
	parsed p;

	(void)state;
	parse(&p, "--author=ada --limit 7 --size=2k");
	vv_assert_ok(p.rc, &p.err);
	assert_string_equal(p.s.author, "ada");
	assert_int_equal(p.s.limit, 7);
	assert_int_equal(p.s.size, 2048);
	clear(&p);
}

static void short_flags_bundle_and_their_last_takes_a_value(void **state)
{
	parsed p;

	(void)state;
	parse(&p, "-avvm first -msecond -n5");
	vv_assert_ok(p.rc, &p.err);
	assert_true(p.s.all);
	assert_true(p.s.verbose);
	assert_int_equal(p.s.messages.count, 2);
	assert_string_equal(p.s.messages.items[0], "first");
	assert_string_equal(p.s.messages.items[1], "second");
	assert_int_equal(p.s.limit, 5);
	clear(&p);
}

static void a_dash_and_digits_are_the_limit(void **state)
{
	parsed p;

	(void)state;
	parse(&p, "-12 file");
	vv_assert_ok(p.rc, &p.err);
	assert_int_equal(p.s.limit, 12);
	assert_int_equal(p.args.argc, 1);
	clear(&p);
}

static void options_behind_arguments_still_count_until_two_dashes(void **state)
{
	parsed p;

	(void)state;
	parse(&p, "HEAD -q - -- -a --all");
	vv_assert_ok(p.rc, &p.err);
	assert_true(p.s.quiet);
	assert_false(p.s.all);
	assert_int_equal(p.args.argc, 4);
	assert_string_equal(p.args.argv[0], "HEAD");
	assert_string_equal(p.args.argv[1], "-");
	assert_string_equal(p.args.argv[3], "--all");
	assert_null(p.args.argv[4]);
	assert_int_equal(p.args.dashdash, 2);
	clear(&p);
}

static void a_flag_can_be_taken_back(void **state)
{
	parsed p;

	(void)state;
	parse(&p, "-a --no-all -v --no-verbose");
	vv_assert_ok(p.rc, &p.err);
	assert_false(p.s.all);
	assert_false(p.s.verbose);
	clear(&p);
}

static void a_negative_flag_starts_true(void **state)
{
	parsed p;

	(void)state;
	parse(&p, "");
	assert_true(p.s.header);
	clear(&p);
	parse(&p, "--no-header");
	assert_false(p.s.header);
	clear(&p);
	parse(&p, "--no-header --header");
	vv_assert_ok(p.rc, &p.err);
	assert_true(p.s.header);
	clear(&p);
}

static void an_optional_value_is_only_taken_from_the_same_word(void **state)
{
	parsed p;

	(void)state;
	parse(&p, "-u no");
	vv_assert_ok(p.rc, &p.err);
	assert_string_equal(p.s.mode, "all");
	assert_int_equal(p.args.argc, 1);
	clear(&p);
	parse(&p, "-uno --json");
	vv_assert_ok(p.rc, &p.err);
	assert_string_equal(p.s.mode, "no");
	assert_string_equal(p.s.format, "json");
	clear(&p);
}

static void help_is_found_before_other_mistakes_behind_it(void **state)
{
	parsed p;

	(void)state;
	parse(&p, "-q -h --nonsense");
	vv_assert_ok(p.rc, &p.err);
	assert_true(p.args.help);
	clear(&p);
}

static void expect_refusal(const char *line, const char *message, const char *hint)
{
	parsed p;

	parse(&p, line);
	vv_assert_status(p.rc, VV_EUSAGE, &p.err);
	vv_assert_contains(p.err.message, message);
	vv_assert_contains(p.err.hint, hint);
	clear(&p);
}

static void mistakes_are_named_with_what_was_expected(void **state)
{
	(void)state;
	expect_refusal("--limt 5", "try has no option '--limt'",
		       "did you mean 'varve try --limit 5'?");
	expect_refusal("-a file --limt=5", "try has no option '--limt'",
		       "did you mean 'varve try -a file --limit=5'?");
	expect_refusal("--zzzzzzz", "try has no option '--zzzzzzz'", "");
	expect_refusal("-ax", "try has no option '-x'", "");
	expect_refusal("-\xc3\xa9", "try has no option '-\xc3\xa9'", "");
	expect_refusal("--quiet=yes", "--quiet takes no value", "");
	expect_refusal("--author", "--author requires a value: NAME", "");
	expect_refusal("--format=xls", "--format takes csv, tsv or json, not 'xls'", "");
	expect_refusal("--format jsn file", "--format takes csv, tsv or json, not 'jsn'",
		       "did you mean 'varve try --format json file'?");
	expect_refusal("-a --format=jsn", "--format takes csv, tsv or json, not 'jsn'",
		       "did you mean 'varve try -a --format json'?");
	expect_refusal("--limit=ten", "--limit requires a whole number, not 'ten'", "");
	expect_refusal("--limit=1k", "--limit requires a whole number", "");
	expect_refusal("--size=99999999999999999999", "--size requires a whole number below 2^64",
		       "");
	expect_refusal(
		"--size=5MB",
		"--size requires a whole number of bytes, or one with k, m or g after it ('5m'), not '5MB'",
		"");
	expect_refusal("--size=99999999999999999g", "--size requires a whole number below 2^64",
		       "");
}

static void expect_rules(const char *line, const char *message)
{
	parsed p;

	parse(&p, line);
	assert_int_equal(p.rc, VV_OK);
	p.rc = vv_options_check(&ruled, &p.s, p.args.argc, p.args.argv, &p.err);
	assert_int_equal(p.rc, message ? VV_EUSAGE : VV_OK);
	if (message) {
		assert_string_equal(p.err.message, message);
	}
	clear(&p);
}

static void rules_refuse_options_that_exclude_or_lack_others(void **state)
{
	(void)state;
	expect_rules("--all --limit 3", NULL);
	expect_rules("-a -q", "--all and -q cannot be used together");
	expect_rules("-v --format json", "-v and --json cannot be used together");
	expect_rules("-v --format csv", NULL);
	expect_rules("--all data.csv", "--all and PATH cannot be used together");
	expect_rules("--author x", "--author requires --size or --no-header");
	expect_rules("-m x --size 0", "--message requires --size or --no-header");
	expect_rules("-m x --size 1", NULL);
	expect_rules("-m x --no-header", NULL);
	expect_rules("a b", "try accepts one PATH, not 2 arguments");
}

static void a_rule_can_both_exclude_and_require(void **state)
{
	(void)state;
	expect_rules("-u --format csv", NULL);
	expect_rules("-u", "--untracked requires --format");
	expect_rules("-u --format csv --limit 3",
		     "--untracked and --limit cannot be used together");
	expect_rules("-u --limit 3", "--untracked and --limit cannot be used together");
}

static void the_nearest_word_wins_and_far_ones_do_not(void **state)
{
	(void)state;
	vv_nearest n = vv_nearest_to("comit");
	vv_nearest_try(&n, "config");
	vv_nearest_try(&n, "commit");
	assert_string_equal(n.best, "commit");
	n = vv_nearest_to("frobnicate");
	vv_nearest_try(&n, "commit");
	assert_null(n.best);
}

static vv_status parse_list(void *payload, vv_error *err)
{
	char *words[] = {"-m", "one", "two"};
	settings s = {0};
	vv_arguments args = {0};
	vv_status rc = vv_options_parse(&command, &s, 3, words, &args, err);

	(void)payload;
	vv_options_clear(&command, &s);
	vv_arguments_clear(&args);
	return rc;
}

static void a_failed_allocation_is_told(void **state)
{
	(void)state;
	vv_fault_each(VV_FAULT_ALLOC, 0, parse_list, NULL, NULL);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(values_stand_behind_equals_signs_and_spaces),
	cmocka_unit_test(short_flags_bundle_and_their_last_takes_a_value),
	cmocka_unit_test(a_dash_and_digits_are_the_limit),
	cmocka_unit_test(options_behind_arguments_still_count_until_two_dashes),
	cmocka_unit_test(a_flag_can_be_taken_back),
	cmocka_unit_test(a_negative_flag_starts_true),
	cmocka_unit_test(an_optional_value_is_only_taken_from_the_same_word),
	cmocka_unit_test(help_is_found_before_other_mistakes_behind_it),
	cmocka_unit_test(mistakes_are_named_with_what_was_expected),
	cmocka_unit_test(rules_refuse_options_that_exclude_or_lack_others),
	cmocka_unit_test(a_rule_can_both_exclude_and_require),
	cmocka_unit_test(the_nearest_word_wins_and_far_ones_do_not),
	cmocka_unit_test(a_failed_allocation_is_told),
};

VV_TEST_SUITE(option)
