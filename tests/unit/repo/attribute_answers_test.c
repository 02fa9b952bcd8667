#include "tests/unit/repo/git_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/sys.h"
#include "repo/git/index/attributes.h"
#include "repo/git/index/index.h"

/* git check-attr is the witness: random attribute files in all places, asked for random paths. */

static const char *const places[] = {".gitattributes",       "d/.gitattributes",
				     "d/e/.gitattributes",   "d e/.gitattributes",
				     ".git/info/attributes", "../home-attributes"};
static const char *const paths[] = {"a",       "a.csv",   "b.csv", ".hid",      "x*y",
				    "d/a",     "d/a.csv", "d/e/a", "d/e/a.csv", "d/e/f/b",
				    "d e/a b", "d/x]y",   "ab/ab", "aab/cd",    "d/\xc3\xa9",
				    "a\tb",    "a\\b",    "A.csv", "D/a",       "d/B"};
static const char *const said_of[] = {"filter", "diff", "merge", "text",        "binary",
				      "m1",     "m2",   "eol",   "varve-reader"};

#define PATHS (sizeof paths / sizeof paths[0])
#define NAMES 8 /* attributes that the index knows */
#define PICK(seed, of) (of)[vv_prng_u64(seed) % (sizeof(of) / sizeof(of)[0])]

static void put_pattern(vv_buf *b, vv_prng *seed)
{
	static const char *const whole[] = {
		"*",
		"*.csv",
		"a",
		"/a",
		"d/a",
		"/d/a.csv",
		"d/",
		"**",
		"d/**",
		"**/a",
		"**/e/*",
		"d/**/a",
		"a**",
		"d/a**",
		"*/a",
		"!a",
		"\"a\"",
		"\"d e/a b\"",
		"\"\\141.csv\"",
		"\"a\\tb\"",
		"\"bad",
		"[[:alpha:]]",
		"[[:upper:]]",
		"[[:upper:]]*.csv",
		"a\\\\b",
		"[attr]x",
		"/",
		"//a",
		".hid",
		"*hid",
		"x\\*y",
		"x[*]y",
		"d[[:space:]]e/*",
		"./a",
	};
	static const char *const parts[] = {
		"a",    "b",        "d",      "e",     "/",
		"*",    "**",       "?",      "[a-c]", "[!d]",
		"[]x]", "\\",       "\\a",    ".csv",  "[[:digit:][:lower:]]",
		"[",    "[[:no:]]", "[a\\]]", "[^/]",  " ",
		"x",    "]",        "-",      "A",     "[B-D]",
		"[A]",  "[!A]",     "[Z-b]",  "\\A",   "[^[:upper:]c]"};
	unsigned n = (unsigned)(vv_prng_u64(seed) % 6);

	if (vv_prng_u64(seed) % 2 == 0) {
		vv_buf_puts(b, PICK(seed, whole));
		return;
	}
	for (unsigned i = 0; i <= n; i++) {
		vv_buf_puts(b, PICK(seed, parts));
	}
}

static void put_words(vv_buf *b, vv_prng *seed)
{
	static const char *const odd[] = {
		"-filter=x", "=x",  "filter=", "--text",   "te\xc3\xa9t", "filter=a=b",
		"!text=1",   "-",   "binary",  "-binary",  "!binary",     "m1",
		"m2",        "-m1", "m1=x",    "\"text\"", "text,",       "#no"};
	static const char *const signs[] = {"", "-", "!", ""};
	unsigned n = (unsigned)(vv_prng_u64(seed) % 4);

	for (unsigned i = 0; i < n; i++) {
		vv_buf_puts(b, vv_prng_u64(seed) % 5 == 0 ? "\t" : " ");
		if (vv_prng_u64(seed) % 3 == 0) {
			vv_buf_puts(b, PICK(seed, odd));
			continue;
		}
		vv_buf_printf(b, "%s%s", PICK(seed, signs), PICK(seed, said_of));
		if (vv_prng_u64(seed) % 3 == 0) {
			vv_buf_printf(b, "=v%u", (unsigned)(vv_prng_u64(seed) % 3));
		}
	}
}

static void put_line(vv_buf *b, vv_prng *seed)
{
	static const char *const ends[] = {"\n", "\n", "\n", "\r\n", " \n", "\n\n", "\r\r\n"};

	switch (vv_prng_u64(seed) % 12) {
	case 0:
		vv_buf_printf(b, "[attr]m%u", (unsigned)(1 + vv_prng_u64(seed) % 2));
		put_words(b, seed);
		break;
	case 1:
		vv_buf_puts(b, vv_prng_u64(seed) % 2 ? "# a diff" : "[attr] text");
		break;
	case 2:
		vv_buf_puts(b, " ");
		/* fall through */
	default:
		put_pattern(b, seed);
		put_words(b, seed);
	}
	if (vv_prng_u64(seed) % 40 == 0) {
		vv_buf_put(b, "\0eol", 4);
	}
	if (vv_prng_u64(seed) % 40 == 0) {
		vv_buf_printf(b, "%*s", 2010 + (int)(vv_prng_u64(seed) % 60), "text");
	}
	vv_buf_puts(b, PICK(seed, ends));
}

static void write_places(vv_prng *seed)
{
	vv_error err;

	sh("rm -rf ../home-attributes .git/info/attributes .gitattributes d 'd e'; mkdir -p d/e 'd e'; "
	   "git read-tree --empty");
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		unsigned lines = (unsigned)(vv_prng_u64(seed) % 8);
		vv_buf b = VV_BUF_INIT;

		if (vv_prng_u64(seed) % 3 == 0) {
			continue;
		}
		if (vv_prng_u64(seed) % 10 == 0) {
			vv_buf_puts(&b, "\xef\xbb\xbf");
		}
		while (lines-- > 0) {
			put_line(&b, seed);
		}
		vv_assert_ok(vv_write_file(places[i], vv_buf_cstr(&b), b.len, false, &err), &err);
		vv_buf_clear(&b);
		if (i < 4 && vv_prng_u64(seed) % 3 == 0) { /* in the index; there only, or other */
			sh("git update-index --add '%s'", places[i]);
			sh(vv_prng_u64(seed) % 2 ? "rm '%s'" : "echo '* eol=crlf' >> '%s'",
			   places[i]);
		}
	}
}

/* What git says of all paths, as "path NUL name NUL value NUL" again and again. */
static const char *ask_git(bool of_tree)
{
	vv_buf b = VV_BUF_INIT;
	vv_error err;

	for (size_t i = 0; i < PATHS; i++) {
		vv_buf_put(&b, paths[i], strlen(paths[i]) + 1);
	}
	vv_assert_ok(vv_write_file("../paths", b.data, b.len, false, &err), &err);
	vv_buf_clear(&b);
	sh("%s check-attr %s -z --stdin filter diff merge text crlf eol ident varve-reader < ../paths > ../said 2> ../told",
	   of_tree ? "GIT_INDEX_FILE=$PWD/../of-tree git" : "git", of_tree ? "--cached" : "");
	return vv_test_read("../said", NULL);
}

static const char *next_text(const char **at)
{
	const char *text = *at;

	*at += strlen(text) + 1;
	return text;
}

static void compare_with_git(vv_repository *r, unsigned round, bool of_tree)
{
	const char *said = ask_git(of_tree);
	vv_error err;

	for (size_t i = 0; i < PATHS * NAMES; i++) {
		const char *path = next_text(&said), *name = next_text(&said);
		const char *wanted = next_text(&said);
		vv_auto(char) *value = NULL;
		vv_status rc = vv_attr_value(r, path, name, &value, &err);

		if (rc == VV_ENOTFOUND) {
			value = vv_strdup("unspecified");
		} else {
			vv_assert_ok(rc, &err);
		}
		if (strcmp(value, wanted) != 0) {
			fail_msg("round %u%s: %s of '%s' is '%s', git says '%s'", round,
				 of_tree ? " of a tree" : "", name, path, value, wanted);
		}
	}
}

/* The index's files, as a tree that is open in memory alone. */
static void compare_tree(vv_repository *r, unsigned round)
{
	vv_index *x;
	vv_error err;
	vv_oid commit;

	sh("git commit -q --allow-empty -m x; GIT_INDEX_FILE=$PWD/../of-tree git read-tree HEAD");
	assert_true(vv_oid_parse(&commit, out("git rev-parse HEAD"), VV_OID_TEXT));
	vv_assert_ok(vv_index_open_tree(&x, r, &commit, &err), &err);
	compare_with_git(r, round, true);
	vv_index_close(x);
}

static void compare_random_files(bool ignore_case)
{
	const char *rounds = getenv("VARVE_TEST_ROUNDS");
	unsigned count = rounds ? (unsigned)atoi(rounds) : 20;
	vv_repository *r;

	git_begin();
	sh("git config core.attributesFile \"$(pwd)/../home-attributes\"");
	sh(ignore_case ? "git config core.ignorecase true" : "git config core.ignorecase false");
	r = open_here();
	for (unsigned n = 0; n < count; n++) {
		vv_prng seed;

		vv_prng_init(&seed, 1000 + n);
		write_places(&seed);
		vv_attr_flush(r); /* the user's file is not looked at again */
		compare_with_git(r, n, false);
		compare_tree(r, n);
	}
	vv_repository_close(r);
}

static void attributes_of_random_files_are_gits(void **state)
{
	(void)state;
	compare_random_files(false);
}

static void attributes_are_gits_where_case_is_ignored(void **state)
{
	(void)state;
	compare_random_files(true);
}

static void a_line_for_each_of_many_tables_is_found_again(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_repository *r;
	vv_error err;
	bool yes;
	char path[40];

	(void)state;
	git_begin();
	for (unsigned i = 0; i < 5000; i++) {
		vv_buf_printf(&b, "/t%u.csv filter=varve\n", i);
	}
	vv_buf_puts(&b, "/t7.csv -filter\nt8.csv -filter\n*9.csv !filter\n");
	vv_assert_ok(vv_write_file(".gitattributes", b.data, b.len, false, &err), &err);
	vv_buf_clear(&b);
	r = open_here();
	for (unsigned i = 0; i < 5010; i++) {
		(void)snprintf(path, sizeof path, "t%u.csv", i);
		vv_assert_ok(vv_attr_tracked(r, path, &yes, &err), &err);
		assert_int_equal(yes, i < 5000 && i != 7 && i != 8 && i % 10 != 9);
	}
	vv_repository_close(r);
}

/* Git takes the index's file where the work tree has none, and only then. */
static void a_line_taken_out_of_the_work_tree_counts_no_more(void **state)
{
	vv_repository *r;
	vv_error err;
	bool yes;

	(void)state;
	git_begin();
	sh("echo '*.csv filter=varve' > .gitattributes; git add .; echo > .gitattributes");
	r = open_here();
	vv_assert_ok(vv_attr_tracked(r, "a.csv", &yes, &err), &err);
	assert_false(yes);
	sh("rm .gitattributes");
	vv_assert_ok(vv_attr_tracked(r, "a.csv", &yes, &err), &err);
	assert_true(yes);
	sh("git rm -q --cached .gitattributes");
	vv_assert_ok(vv_attr_tracked(r, "a.csv", &yes, &err), &err);
	assert_false(yes);
	sh("mkfifo .gitattributes");
	vv_assert_status(vv_attr_tracked(r, "a.csv", &yes, &err), VV_EREFUSED, &err);
	vv_repository_close(r);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(attributes_of_random_files_are_gits),
	cmocka_unit_test(attributes_are_gits_where_case_is_ignored),
	cmocka_unit_test(a_line_for_each_of_many_tables_is_found_again),
	cmocka_unit_test(a_line_taken_out_of_the_work_tree_counts_no_more),
};

VV_TEST_SUITE(attribute_answers)
