#include "tests/unit/support.h"

#include <string.h>

#include "base/os.h"
#include "base/path.h"
#include "base/sys.h"

static void assert_owned(char *take_text, const char *wanted)
{
	assert_non_null(take_text);
	assert_string_equal(take_text, wanted);
	vv_free(take_text);
}

/* Windows: "/a" is of no drive there. */
static bool has_drives(void)
{
	return vv_os_root_len("C:/") > 0;
}

static void joined_parts_have_one_slash_between_them(void **state)
{
	(void)state;
	assert_owned(vv_path_join("a", "b", "c", (char *)NULL), "a/b/c");
	assert_owned(vv_path_join("a/", "/b", (char *)NULL), "a/b");
	assert_owned(vv_path_join("/", "a", (char *)NULL), "/a");
	assert_owned(vv_path_join("", "a", (char *)NULL), "a");
	assert_owned(vv_path_join("a", "", "b", (char *)NULL), "a/b");
	assert_owned(vv_path_join("a", (char *)NULL), "a");
}

static void joining_without_memory_gives_null(void **state)
{
	(void)state;
	vv_fault_set(VV_FAULT_ALLOC, 1, 0);
	assert_null(vv_path_join("a", "b", (char *)NULL));
	assert_true(vv_fault_clear());
}

static void paths_come_apart(void **state)
{
	(void)state;
	if (has_drives()) {
		vv_skip("paths begin with a drive");
	}
	assert_string_equal(vv_path_base("a/b.csv"), "b.csv");
	assert_string_equal(vv_path_base("b.csv"), "b.csv");
	assert_string_equal(vv_path_base("a/"), "");
	assert_owned(vv_path_dir("a/b.csv"), "a");
	assert_owned(vv_path_dir("a//b.csv"), "a");
	assert_owned(vv_path_dir("b.csv"), ".");
	assert_owned(vv_path_dir("/b.csv"), "/");
	assert_owned(vv_path_dir("//b.csv"), "/");
	assert_string_equal(vv_path_ext("a/b.tar.gz"), "gz");
	assert_string_equal(vv_path_ext("a.d/b"), "");
	assert_string_equal(vv_path_ext(".profile"), "");
	assert_string_equal(vv_path_ext("b."), "");
}

static void only_a_path_from_a_root_is_absolute(void **state)
{
	(void)state;
	if (has_drives()) {
		vv_skip("paths begin with a drive");
	}
	assert_true(vv_path_is_absolute("/a"));
	assert_true(vv_path_is_absolute("/"));
	assert_false(vv_path_is_absolute("a/b"));
	assert_false(vv_path_is_absolute("./a"));
	assert_false(vv_path_is_absolute(""));
	assert_false(vv_path_is_absolute(NULL));
}

static void folders_of_a_list_that_are_not_absolute_are_skipped(void **state)
{
	const char *list = ":/usr/bin::.:bin:/opt/a b", *folder;
	size_t len;

	(void)state;
	if (has_drives()) {
		vv_skip("paths begin with a drive");
	}
	folder = vv_path_next_folder(&list, &len);
	assert_int_equal(len, 8);
	assert_memory_equal(folder, "/usr/bin", 8);
	folder = vv_path_next_folder(&list, &len);
	assert_int_equal(len, 8);
	assert_memory_equal(folder, "/opt/a b", 8);
	assert_null(vv_path_next_folder(&list, &len));
}

static void absolute_paths_are_clean(void **state)
{
	(void)state;
	if (has_drives()) {
		vv_skip("paths begin with a drive");
	}
	assert_owned(vv_path_absolute("/a/b", "c"), "/a/b/c");
	assert_owned(vv_path_absolute("/a/b", "../c/./d//e/"), "/a/c/d/e");
	assert_owned(vv_path_absolute("/a/b", "/x/../y"), "/y");
	assert_owned(vv_path_absolute("/a", "../../.."), "/");
	assert_owned(vv_path_absolute("/a/b", ""), "/a/b");
	assert_owned(vv_path_absolute("/", "a"), "/a");
	assert_owned(vv_path_absolute("/a", "...x"), "/a/...x");
}

static void only_paths_below_the_root_are_relative_to_it(void **state)
{
	(void)state;
	if (has_drives()) {
		vv_skip("paths begin with a drive");
	}
	assert_string_equal(vv_path_below("/a/b", "/a/b/c/d"), "c/d");
	assert_string_equal(vv_path_below("/a/b", "/a/b"), "");
	assert_null(vv_path_below("/a/b", "/a/bc"));
	assert_null(vv_path_below("/a/b", "/a"));
	assert_string_equal(vv_path_below("/", "/a"), "a");
	assert_string_equal(vv_path_below("/", "/"), "");
}

static void a_drive_and_a_share_are_roots(void **state)
{
	const char *list = ";C:\\Windows;bin;D:/a b", *folder;
	size_t len;

	(void)state;
	if (!has_drives()) {
		vv_skip("paths have no drive");
	}
	assert_true(vv_path_is_absolute("C:/a"));
	assert_true(vv_path_is_absolute("c:\\a"));
	assert_true(vv_path_is_absolute("//host/share/a"));
	assert_false(vv_path_is_absolute("a:b/c"));
	assert_false(vv_path_is_absolute("a/b"));
	assert_owned(vv_path_dir("C:/b.csv"), "C:/");
	assert_owned(vv_path_dir("C:/a/b.csv"), "C:/a");
	assert_owned(vv_path_absolute("C:/a/b", "../c/./d//e/"), "C:/a/c/d/e");
	assert_owned(vv_path_absolute("C:/a", "../../.."), "C:/");
	assert_owned(vv_path_absolute("C:/a", "D:\\b\\c"), "D:/b/c");
	assert_owned(vv_path_absolute("C:/a", "\\\\host\\share\\b"), "//host/share/b");
	assert_owned(vv_path_absolute("C:/a", "D:/x/../y"), "D:/y");
	assert_owned(vv_path_absolute("//host/share/a", "../../b"), "//host/share/b");
	assert_string_equal(vv_path_below("C:/", "C:/a"), "a");
	assert_string_equal(vv_path_below("C:/a/b", "C:/a/b/c"), "c");
	assert_null(vv_path_below("C:/a/b", "C:/a/bc"));
	folder = vv_path_next_folder(&list, &len);
	assert_int_equal(len, 10);
	assert_memory_equal(folder, "C:\\Windows", 10);
	folder = vv_path_next_folder(&list, &len);
	assert_int_equal(len, 6);
	assert_null(vv_path_next_folder(&list, &len));
}

static void ordinary_names_are_taken(void **state)
{
	static const char *const good[] = {
		"a",
		"data/prices.csv",
		"a-b",
		"a/-b",
		".gitattributes",
		".github/x",
		"a.git",
		"git",
		"git~2",
		"\xc3\xa9t\xc3\xa9.csv",
		"with space.csv",
		"a..b",
		"...a",
		". a",
		"console",
		"com",
		"com0",
		"com10",
		"nul1",
		"a/prn2/b",
		".varveconfig",
		"\xff\xfe",
	};
	vv_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof good / sizeof good[0]; i++) {
		vv_assert_ok(vv_path_check(good[i], &err), &err);
	}
}

static void dangerous_names_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"/a",
		"a//b",
		"a/",
		".",
		"..",
		"a/./b",
		"a/../b",
		"../a",
		".git",
		".GIT",
		"a/.Git/b",
		".git.",
		".git ",
		".git. . ",
		"git~1",
		"GIT~1/x",
		".g\xe2\x80\x8cit",
		"\xef\xbb\xbf.git",
		".git\xe2\x80\x8d",
		".gi\xe2\x80\xaet.",
		"a\\b",
		"a:b",
		".git:x",
		"a\\.git\\x",
		"a\nb",
		"a\x7f",
		"-rf",
		"--output=x",
		"con",
		"CON",
		"a/nul.csv",
		"Aux.tar.gz",
		"com1",
		"LPT9.txt",
		"com\xc2\xb9",
		"prn .csv",
		"conin$",
		"...",
		"prices.csv.",
		"prices.csv ",
		"a./b",
		"a /b",
		"a/b. ",
		"a.csv\r",
	};
	vv_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (vv_path_check(bad[i], &err) != VV_EREFUSED) {
			fail_msg("'%s' is taken", bad[i]);
		}
		vv_assert_contains(err.message, "cannot be used: ");
	}
}

static void a_plain_file_may_have_any_name_that_stays_in_the_work_tree(void **state)
{
	static const char *const good[] = {"a\tb", "a\nb",  "a\\b", "a:b",  "-rf",
					   "con",  "a./b ", "...",  "a\x7f"};
	static const char *const bad[] = {"",
					  "/a",
					  "a//b",
					  "a/",
					  ".",
					  "..",
					  "a/..",
					  ".git",
					  ".GIT ",
					  "git~1/x",
					  ".git:x",
					  "a/.git",
					  ".g\xe2\x80\x8cit"};
	vv_error err;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		vv_assert_ok(vv_path_check_plain(good[i], &err), &err);
		assert_int_equal(vv_path_check(good[i], &err), VV_EREFUSED);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		vv_assert_status(vv_path_check_plain(bad[i], &err), VV_EREFUSED, &err);
	}
}

static void overlong_names_are_refused(void **state)
{
	char path[5000];
	vv_error err;
	size_t i;

	(void)state;
	memset(path, 'a', sizeof path);
	path[255] = '\0';
	vv_assert_ok(vv_path_check(path, &err), &err);
	path[255] = 'a';
	path[256] = '\0';
	vv_assert_status(vv_path_check(path, &err), VV_EREFUSED, &err);
	path[256] = 'a';
	for (i = 100; i < sizeof path; i += 100) {
		path[i] = '/';
	}
	path[4096] = '\0';
	vv_assert_ok(vv_path_check(path, &err), &err);
	path[4096] = 'a';
	path[4097] = '\0';
	vv_assert_status(vv_path_check(path, &err), VV_EREFUSED, &err);
}

typedef struct match_case {
	const char *pattern, *path;
	bool matches;
} match_case;

static void patterns_match_as_in_gitignore(void **state)
{
	static const match_case cases[] = {
		{"a.csv", "a.csv", true},
		{"a.csv", "b.csv", false},
		{"a.csv", "a.csvx", false},
		{"", "", true},
		{"*", "", true},
		{"*.csv", "a.csv", true},
		{"*.csv", "d/a.csv", false},
		{"*.csv", "a.tsv", false},
		{"data/*.csv", "data/a.csv", true},
		{"data/*.csv", "data/x/a.csv", false},
		{"*a*b*c", "xaxbxbxc", true},
		{"*a*b*c", "xaxbxbx", false},
		{"?", "a", true},
		{"?", "/", false},
		{"a?c", "a/c", false},
		{"**/a.csv", "a.csv", true},
		{"**/a.csv", "x/y/a.csv", true},
		{"**/a.csv", "xa.csv", false},
		{"data/**/*.csv", "data/a.csv", true},
		{"data/**/*.csv", "data/x/y/a.csv", true},
		{"data/**/*.csv", "datax/a.csv", false},
		{"data/**", "data/x/y", true},
		{"data/**", "data", false},
		{"a/**/b/**/c", "a/x/b/y/z/c", true},
		{"a/**/b/**/c", "a/b/c", true},
		{"a/**/b/**/c", "a/x/c", false},
		{"**/b/*/c", "b/x/b/y/c", true},
		{"a**b", "a/x/b", false},
		{"a**b", "axxb", true},
		{"a/x**", "a/xy", true},
		{"a/x**", "a/xy/z", false},
		{"**\\/b", "a/b", true},
		{"**\\/b", "b", false},
		{"[abc]x", "bx", true},
		{"[abc]x", "dx", false},
		{"[a-c]x", "bx", true},
		{"[!a-c]x", "bx", false},
		{"[^a-c]x", "dx", true},
		{"[!a]", "/", false},
		{"[]]", "]", true},
		{"[a-]", "-", true},
		{"[\\]]", "]", true},
		{"[a", "a", false},
		{"\\*", "*", true},
		{"\\*", "a", false},
		{"a\\", "a\\", false},
		{"a\\", "a", false},
		{"[[:space:]]x", " x", true},
		{"[[:space:]]x", "\vx", false},
		{"[^[:digit:]_]", "5", false},
		{"[^[:digit:]_]", "x", true},
		{"[[:xdigit:]-x]", "-", true},
		{"[[:nonsense:]x]", "x", false},
		{"[[:]", ":", true},
		{"[[::]", ":", false},
		{"[[:alpha:", "a", false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (vv_path_match(cases[i].pattern, cases[i].path) != cases[i].matches) {
			fail_msg("'%s' against '%s'", cases[i].pattern, cases[i].path);
		}
	}
}

static void a_hostile_pattern_ends_soon(void **state)
{
	char pattern[400], path[400];
	uint64_t start = vv_monotonic_ms();
	size_t i;

	(void)state;
	for (i = 0; i + 2 < sizeof pattern; i += 2) {
		memcpy(pattern + i, "*a", 2);
	}
	pattern[i] = '\0';
	memset(path, 'a', sizeof path);
	path[sizeof path - 1] = '\0';
	path[sizeof path - 2] = 'b';
	assert_false(vv_path_match(pattern, path));
	for (i = 0; i + 4 < sizeof pattern; i += 4) {
		memcpy(pattern + i, "**/*", 4);
	}
	pattern[i] = '\0';
	for (i = 1; i + 1 < sizeof path; i += 2) {
		path[i] = '/';
	}
	(void)vv_path_match(pattern, path);
	assert_true(vv_monotonic_ms() - start < 5000);
}

static void disguises_of_the_git_folder_are_seen_through(void **state)
{
	static const char *const yes[] = {
		".git",   ".GIT",    ".git. ", "git~1", ".g\xe2\x80\x8cit",
		".git:x", "a\\.git", ".git\\b"};
	static const char *const no[] = {"",      ".gi",    ".gitt",  "git",
					 "git~2", "a:.git", ".git-x", "a\\b"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof yes / sizeof yes[0]; i++) {
		assert_true(vv_path_is_dot_git(yes[i], strlen(yes[i])));
	}
	for (i = 0; i < sizeof no / sizeof no[0]; i++) {
		assert_false(vv_path_is_dot_git(no[i], strlen(no[i])));
	}
	assert_true(vv_path_is_dot_git(".gitignore", 4)); /* len counts, not the NUL */
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_plain_file_may_have_any_name_that_stays_in_the_work_tree),
	cmocka_unit_test(disguises_of_the_git_folder_are_seen_through),
	cmocka_unit_test(joined_parts_have_one_slash_between_them),
	cmocka_unit_test(joining_without_memory_gives_null),
	cmocka_unit_test(paths_come_apart),
	cmocka_unit_test(only_a_path_from_a_root_is_absolute),
	cmocka_unit_test(folders_of_a_list_that_are_not_absolute_are_skipped),
	cmocka_unit_test(absolute_paths_are_clean),
	cmocka_unit_test(only_paths_below_the_root_are_relative_to_it),
	cmocka_unit_test(a_drive_and_a_share_are_roots),
	cmocka_unit_test(ordinary_names_are_taken),
	cmocka_unit_test(dangerous_names_are_refused),
	cmocka_unit_test(overlong_names_are_refused),
	cmocka_unit_test(patterns_match_as_in_gitignore),
	cmocka_unit_test(a_hostile_pattern_ends_soon),
};

VV_TEST_SUITE(path)
