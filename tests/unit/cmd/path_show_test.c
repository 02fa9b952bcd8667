/* Tests of cmd/varve/print/path.h: paths in Git's spelling. */
#include "tests/unit/support.h"

#include "cmd/varve/print/path.h"

static void expect_relative(const char *prefix, const char *path, const char *wanted)
{
	vv_buf b = VV_BUF_INIT;

	vv_path_put_relative(&b, prefix, path);
	assert_string_equal(vv_buf_cstr(&b), wanted);
	vv_buf_clear(&b);
}

static void a_path_is_shown_from_the_current_folder(void **state)
{
	(void)state;
	expect_relative("", "a.csv", "a.csv");
	expect_relative("", "data/a.csv", "data/a.csv");
	expect_relative("data", "data/a.csv", "a.csv");
	expect_relative("data", "data/x/a.csv", "x/a.csv");
	expect_relative("data", "a.csv", "../a.csv");
	expect_relative("data", "database/a.csv", "../database/a.csv");
	expect_relative("database", "data/a.csv", "../data/a.csv");
	expect_relative("data/x", "data/y/a.csv", "../y/a.csv");
	expect_relative("data/x", "b/a.csv", "../../b/a.csv");
	expect_relative("data", "data/", "./");
}

static void expect_quoted(const char *path, bool all, bool spaces, const char *wanted)
{
	vv_buf b = VV_BUF_INIT;

	vv_path_put_quoted(&b, path, all, spaces);
	assert_string_equal(vv_buf_cstr(&b), wanted);
	vv_buf_clear(&b);
}

static void only_odd_paths_are_quoted(void **state)
{
	(void)state;
	expect_quoted("plain.csv", true, true, "plain.csv");
	expect_quoted("two words", true, true, "\"two words\"");
	expect_quoted("two words", true, false, "two words");
	expect_quoted("a\"b\\c", false, false, "\"a\\\"b\\\\c\"");
	expect_quoted("a\tb\x1b", false, false, "\"a\\tb\\033\"");
	expect_quoted("caf\xc3\xa9", true, false, "\"caf\\303\\251\"");
	expect_quoted("caf\xc3\xa9", false, false, "caf\xc3\xa9");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_path_is_shown_from_the_current_folder),
	cmocka_unit_test(only_odd_paths_are_quoted),
};

VV_TEST_SUITE(path_show)
