#include "tests/unit/repo/git_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "repo/git/index/attribute_lines.h"
#include "repo/git/index/attribute_merge.h"
#include "repo/git/index/attributes.h"

static bool tracked(vv_repository *r, const char *path)
{
	bool yes;
	vv_error err;

	vv_assert_ok(vv_attr_tracked(r, path, &yes, &err), &err);
	return yes;
}

static bool track(vv_repository *r, const char *pattern, bool literal)
{
	bool changed;
	vv_error err;

	vv_assert_ok(vv_attr_track(r, &pattern, 1, literal, &changed, &err), &err);
	return changed;
}

static void tracking_a_path_writes_one_line(void **state)
{
	vv_repository *r;

	(void)state;
	git_begin();
	r = open_here();
	assert_false(tracked(r, "prices.csv"));
	assert_true(track(r, "prices.csv", true));
	assert_string_equal(
		vv_test_read(".gitattributes", NULL),
		".gitattributes merge=varve-lines\n/prices.csv filter=varve diff=varve merge=varve -text\n");
	assert_true(tracked(r, "prices.csv"));
	assert_false(tracked(r, "sub/prices.csv"));
	assert_false(track(r, "prices.csv", true));
	assert_true(track(r, "data/**/*.csv", false));
	assert_true(tracked(r, "data/a/b/x.csv"));
	assert_true(tracked(r, "data/x.csv"));
	assert_false(tracked(r, "data.csv"));
	vv_repository_close(r);
}

/* Lines that one side added and the other did not remove, in their places. */
static void lines_merge_with_a_base(void **state)
{
	static const struct {
		const char *base, *ours, *theirs, *merged;
	} cases[] = {
		{"a\n", "a\nb\n", "a\nc\n", "a\nb\nc\n"},
		{"a\nx\n", "a\n", "a\nx\nc\n", "a\nc\n"},
		{"a\nx\n", "a\nx\nb\n", "a\nc\n", "a\nb\nc\n"},
		{"", "a\nb\n", "a\nc\n", "a\nb\nc\n"},
		{"", "b\na\n", "a\nb\n", "b\na\n"},
		{"a\n\n# n\n\nx\n", "a\n\n# n\n\nb\n", "a\n\n# n\n\nc\n", "a\n\n# n\n\nb\nc\n"},
		{"a\r\n", "a\r\nb\r\n", "a\r\nc\r\n", "a\r\nb\r\nc\r\n"},
		{"a", "a\nb", "a\nc", "a\nb\nc"},
		{"", "*.csv filter=varve -text\n", "/t.csv filter=varve -text\n",
		 "*.csv filter=varve -text\n/t.csv filter=varve -text\n"},
		{"", "*.csv filter=varve -text\n", "*.bin binary\n",
		 "*.csv filter=varve -text\n*.bin binary\n"},
		{"/t.csv text\n*.csv -text\n", "*.csv -text\n/t.csv text\n",
		 "/t.csv text\n*.csv -text\n*.md text\n", "*.csv -text\n/t.csv text\n*.md text\n"},
		{"a\n", "", "", ""},
	};

	(void)state;
	git_begin();
	vv_repository *r = open_here();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vv_buf base = VV_BUF_INIT, ours = VV_BUF_INIT, theirs = VV_BUF_INIT,
		       merged = VV_BUF_INIT;
		vv_error err;

		vv_buf_puts(&base, cases[i].base);
		vv_buf_puts(&ours, cases[i].ours);
		vv_buf_puts(&theirs, cases[i].theirs);
		bool conflict = true;

		vv_assert_ok(vv_attr_merge(&merged, &conflict, &base, &ours, &theirs, &err), &err);
		assert_false(conflict);
		assert_string_equal(vv_buf_cstr(&merged), cases[i].merged);
		vv_buf_clear_all(&base, &ours, &theirs, &merged);
	}
	vv_repository_close(r);
}

/* Whichever side is ours. */
static void lines_that_contradict_each_other_are_a_conflict(void **state)
{
	static const struct {
		const char *base, *ours, *theirs;
	} cases[] = {
		{"x filter\n", "x text\n", ""},
		{"*.md text\n", "*.md text eol=crlf\n", "*.md text eol=lf\n"},
		{"", "r*/*.csv filter=varve\n/raw/a.csv !filter\n", "*.csv filter=varve\n"},
		{"/t.csv !filter\n", "", "/t.csv !filter\n*.csv filter=varve\n"},
		{"/t.csv filter=varve\n", "/t.csv filter=varve ident\n",
		 "/t.csv filter=varve -text\n"},
		{"*.a text\nt.* -text\nt.a text\n", "t.* -text\n*.a text\nt.a text\n",
		 "*.a text\nt.a text\nt.* -text\n"},
		{"[attr]tbl filter=varve\n", "[attr]tbl -filter\n",
		 "[attr]tbl filter=varve\n*.csv tbl\n"},
	};

	(void)state;
	git_begin();
	vv_repository *r = open_here();
	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		vv_buf base = VV_BUF_INIT, sides[2] = {VV_BUF_INIT, VV_BUF_INIT},
		       merged = VV_BUF_INIT;
		bool conflict = false;
		vv_error err;

		vv_buf_puts(&base, cases[i / 2].base);
		vv_buf_puts(&sides[i % 2], cases[i / 2].ours);
		vv_buf_puts(&sides[1 - i % 2], cases[i / 2].theirs);
		vv_assert_ok(vv_attr_merge(&merged, &conflict, &base, &sides[0], &sides[1], &err),
			     &err);
		if (!conflict) {
			print_error("merged: %s", vv_buf_cstr(&merged));
		}
		assert_true(conflict);
		assert_non_null(strstr(vv_buf_cstr(&merged), "<<<<<<< ours\n"));
		vv_buf_clear_all(&base, &sides[0], &sides[1], &merged);
	}
	vv_repository_close(r);
}

/* Names with everything that means something in a pattern: git and libgit2 must both
 * find just this one. */
static void odd_names_match_only_themselves(void **state)
{
	static const char *const names[] = {
		"my table.csv",   "a*b.csv",
		"a?b.csv",        "[x].csv",
		"#first.csv",     "!not.csv",
		"\"quoted\".csv", "d/#x.csv",
		"d/!x.csv",       "sp ace/two  blanks.csv",
		"d/[a-z]*.csv",   "caf\xc3\xa9.csv",
		"-dash.csv",      "a#b.csv",
		"x'y.csv",        "trailing .csv",
		"[attr]x",        "a]b.csv",
		"{a,b}.csv",      "$HOME.csv",
		"a,b=c.csv",
	};
	static const char *const decoys[] = {"my_table.csv", "axb.csv", "x.csv",   "first.csv",
					     "not.csv",      "d/x.csv", "d/q.csv", "HOME.csv"};
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		vv_repository *r;

		git_begin();
		r = open_here();
		(void)track(r, names[i], true);
		assert_false(track(r, names[i], true));
		vv_buf asked = VV_BUF_INIT, wanted = VV_BUF_INIT;

		for (k = 0; k < sizeof names / sizeof names[0]; k++) {
			if (tracked(r, names[k]) != (k == i)) {
				print_error("libgit2: %s by the line of %s\n", names[k], names[i]);
			}
			assert_int_equal(tracked(r, names[k]), k == i);
			vv_buf_put(&asked, names[k], strlen(names[k]) + 1);
			vv_buf_puts(&wanted, k == i ? "varve\n" : "unspecified\n");
		}
		for (k = 0; k < sizeof decoys / sizeof decoys[0]; k++) {
			assert_false(tracked(r, decoys[k]));
			vv_buf_put(&asked, decoys[k], strlen(decoys[k]) + 1);
			vv_buf_puts(&wanted, "unspecified\n");
		}
		vv_test_write("../names", asked.data, asked.len);
		/* Of each it prints the path, the attribute and the value. */
		sh("git check-attr -z --stdin filter < ../names | tr '\\0' '\\n' | awk 'NR %% 3 == 0' > ../told");
		assert_string_equal(vv_test_read("../told", NULL), vv_buf_cstr(&wanted));
		vv_buf_clear(&asked);
		vv_buf_clear(&wanted);
		vv_repository_close(r);
	}
}

static void names_that_no_line_can_hold_are_refused(void **state)
{
	static const char *const names[] = {"a\nb.csv", "a\\b.csv", "tab\t.csv", "", "bell\a.csv"};
	vv_repository *r;
	vv_error err;
	bool changed;
	size_t i;

	(void)state;
	git_begin();
	r = open_here();
	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		vv_assert_status(vv_attr_track(r, &names[i], 1, true, &changed, &err), VV_EUSAGE,
				 &err);
	}
	vv_assert_status(vv_attr_track(r, (const char *[]){"!x"}, 1, false, &changed, &err),
			 VV_EUSAGE, &err);
	vv_repository_close(r);
	assert_false(vv_exists(".gitattributes"));
}

static void the_files_line_ends_are_kept(void **state)
{
	vv_repository *r;

	(void)state;
	git_begin();
	vv_test_write_text(".gitattributes", "# mine\r\n*.png binary\r\n*.md text");
	r = open_here();
	(void)track(r, "t.csv", true);
	assert_string_equal(
		vv_test_read(".gitattributes", NULL),
		"# mine\r\n*.png binary\r\n*.md text\r\n.gitattributes merge=varve-lines\r\n"
		"/t.csv filter=varve diff=varve merge=varve -text\r\n");
	vv_repository_close(r);
}

static void untracking_leaves_other_attributes(void **state)
{
	vv_repository *r;
	vv_error err;

	(void)state;
	git_begin();
	vv_test_write_text(
		".gitattributes",
		"# head\n/a.csv filter=varve diff=varve merge=varve -text\n"
		"/b.csv  filter=varve diff=varve  merge=varve -text linguist-generated\n*.x text\n");
	r = open_here();
	vv_assert_ok(vv_attr_untrack(r, "a.csv", true, &err), &err);
	vv_assert_ok(vv_attr_untrack(r, "b.csv", true, &err), &err);
	assert_string_equal(vv_test_read(".gitattributes", NULL),
			    "# head\n/b.csv linguist-generated\n*.x text\n");
	assert_false(tracked(r, "a.csv"));
	vv_assert_status(vv_attr_untrack(r, "a.csv", true, &err), VV_ENOTFOUND, &err);
	vv_repository_close(r);
}

static void names_change_in_one_step_and_other_words_stay(void **state)
{
	static const vv_attr_rename all[] = {{"a.csv", "sub/a b.csv", VV_ATTR_FILTER_LINE},
					     {"b.csv", "c.csv", VV_ATTR_FILTER_LINE},
					     {"t.csv", "u.csv", VV_ATTR_TEXT_LINE},
					     {"odd\\.csv", "d.csv", VV_ATTR_NO_LINE}};
	static const vv_attr_rename back = {"none.csv", "c.csv", VV_ATTR_FILTER_LINE};
	static const vv_attr_rename odd = {"c.csv", "d\\.csv", VV_ATTR_FILTER_LINE};
	static const vv_attr_rename text = {"none.csv", "c.csv", VV_ATTR_TEXT_LINE};
	static const char after[] =
		".gitattributes merge=ours\r\n/b.csv linguist-generated\r\n/d.csv filter=varve\r\n"
		"sub/a[[:space:]]b.csv filter=varve diff=varve merge=varve -text\r\n"
		"/c.csv filter=varve diff=varve merge=varve -text\r\n/u.csv diff=varve merge=varve\r\n";
	vv_repository *r;
	bool changed;
	vv_error err;

	(void)state;
	git_begin();
	vv_test_write_text(".gitattributes",
			   ".gitattributes merge=ours\r\n"
			   "/a.csv filter=varve diff=varve merge=varve -text\r\n"
			   "/b.csv filter=varve diff=varve merge=varve -text linguist-generated\r\n"
			   "/t.csv diff=varve merge=varve\r\n/d.csv filter=varve\r\n");
	r = open_here();
	vv_assert_ok(vv_attr_rename_all(r, all, 4, &changed, &err), &err);
	assert_true(changed);
	assert_string_equal(vv_test_read(".gitattributes", NULL), after);
	assert_true(tracked(r, "sub/a b.csv"));
	assert_false(tracked(r, "b.csv"));

	vv_assert_ok(vv_attr_rename_all(r, &back, 1, &changed, &err), &err);
	assert_false(changed); /* the line is there */
	vv_assert_status(vv_attr_rename_all(r, &odd, 1, &changed, &err), VV_EUSAGE, &err);
	vv_assert_status(vv_attr_rename_all(r, &text, 1, &changed, &err), VV_EREFUSED, &err);
	assert_false(changed);
	vv_assert_ok(vv_attr_rename_all(r, NULL, 0, &changed, &err), &err);
	assert_false(changed);
	assert_string_equal(vv_test_read(".gitattributes", NULL), after); /* all or nothing */
	vv_repository_close(r);
}

/* A line for the file itself that says nothing of merging leaves room for ours. */
static void how_the_file_itself_is_merged_is_said_once(void **state)
{
	static const char *const said[] = {"merge", "-merge", "!merge", "merge=ours"};
	vv_repository *r;
	char text[100];

	(void)state;
	git_begin();
	r = open_here();
	for (size_t i = 0; i < 4; i++) {
		(void)snprintf(text, sizeof text, "/.gitattributes eol=lf %s\n", said[i]);
		vv_test_write_text(".gitattributes", text);
		track(r, "a.csv", true);
		vv_assert_contains(vv_test_read(".gitattributes", NULL), text);
		assert_null(strstr(vv_test_read(".gitattributes", NULL), "merge=varve-lines"));
	}
	vv_test_write_text(".gitattributes", ".gitattributes text\n");
	track(r, "a.csv", true);
	assert_string_equal(vv_test_read(".gitattributes", NULL),
			    ".gitattributes text\n.gitattributes merge=varve-lines\n"
			    "/a.csv filter=varve diff=varve merge=varve -text\n");
	vv_repository_close(r);
}

static void a_deeper_file_may_win(void **state)
{
	vv_repository *r;
	vv_error err;
	char *value;

	(void)state;
	git_begin();
	sh("mkdir d && echo '*.csv -filter' > d/.gitattributes && echo '*.csv filter=other' > .git/info/attributes");
	r = open_here();
	(void)track(r, "*.csv", false);
	assert_false(tracked(r, "d/x.csv"));
	vv_assert_ok(vv_attr_value(r, "d/x.csv", "filter", &value, &err), &err);
	assert_string_equal(value, "other");
	vv_free(value);
	sh("rm .git/info/attributes");
	vv_attr_flush(r);
	vv_assert_ok(vv_attr_value(r, "d/x.csv", "filter", &value, &err), &err);
	assert_string_equal(value, "unset");
	vv_free(value);
	vv_assert_status(vv_attr_value(r, "d/x.csv", "ident", &value, &err), VV_ENOTFOUND, &err);
	vv_repository_close(r);
}

static void held_files_are_looked_at_once_and_again_after_a_flush(void **state)
{
	vv_repository *r;

	(void)state;
	git_begin();
	sh("mkdir d && echo '*.csv filter=varve' > .gitattributes");
	r = open_here();
	{
		vv_auto(vv_attr_held) held VV_UNUSED = vv_attr_hold(r);

		assert_true(tracked(r, "d/x.csv"));
		sh("echo '*.csv -filter' > d/.gitattributes");
		assert_true(tracked(r, "d/y.csv"));
		vv_attr_flush(r);
		assert_false(tracked(r, "d/y.csv"));
		sh("echo '*.csv filter=varve # 2' > d/.gitattributes");
	}
	assert_true(tracked(r, "d/x.csv"));
	vv_repository_close(r);
}

static vv_status put_line(void *payload, const char *file, unsigned line, const char *pattern,
			  const char *attributes, vv_error *err)
{
	(void)err;
	vv_buf_printf(payload, "%s:%u:%s:%s\n", file, line, pattern, attributes);
	return VV_OK;
}

static void a_nul_ends_the_text_of_a_line(void **state)
{
	static const char text[] = "\0*.csv filter=varve\n*.tsv filter=varve\0 -filter\n";
	vv_buf b = VV_BUF_INIT;
	vv_repository *r;
	vv_error err;

	(void)state;
	git_begin();
	r = open_here();
	vv_assert_ok(vv_write_file(".gitattributes", text, sizeof text - 1, false, &err), &err);
	vv_assert_ok(vv_attr_lines(r, NULL, VV_ATTR_FILTER_LINES, put_line, &b, &err), &err);
	assert_string_equal(vv_buf_cstr(&b), ".gitattributes:2:*.tsv:filter=varve\n");
	vv_buf_clear(&b);
	vv_repository_close(r);
}

static void lines_are_listed_with_their_place(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_repository *r;
	vv_error err;

	(void)state;
	git_begin();
	sh("mkdir d; printf '\\n# no\\n*.csv filter=varve -text\\n*.txt text\\n\"a b\" -filter\\n[attr]m filter=varve\\n' > .gitattributes\n"
	   "printf 'x.csv !filter\\n' > d/.gitattributes; git add .");
	r = open_here();
	vv_assert_ok(vv_attr_lines(r, NULL, VV_ATTR_FILTER_LINES, put_line, &b, &err), &err);
	assert_string_equal(
		vv_buf_cstr(&b),
		".gitattributes:3:*.csv:filter=varve -text\n.gitattributes:5:\"a b\":-filter\n"
		"d/.gitattributes:1:x.csv:!filter\n");
	vv_buf_clear(&b);
	vv_repository_close(r);
}

static void lines_for_text_have_no_filter_and_a_kind_of_their_own(void **state)
{
	static const char *const all[] = {"*.csv"}, *const one[] = {"a.csv"};
	vv_buf b = VV_BUF_INIT;
	vv_repository *r;
	vv_error err;
	bool changed, yes;

	(void)state;
	git_begin();
	r = open_here();
	vv_assert_ok(vv_attr_track_text(r, all, 1, false, &changed, &err), &err);
	assert_true(changed);
	vv_assert_ok(vv_attr_track_text(r, all, 1, false, &changed, &err), &err);
	assert_false(changed);
	assert_string_equal(vv_test_read(".gitattributes", NULL),
			    ".gitattributes merge=varve-lines\n*.csv diff=varve merge=varve\n");
	vv_assert_ok(vv_attr_compared(r, "d/a.csv", &yes, &err), &err);
	assert_true(yes);
	assert_false(tracked(r, "d/a.csv"));
	assert_true(track(r, "a.csv", true));
	vv_assert_ok(vv_attr_compared(r, "a.csv", &yes, &err), &err);
	assert_false(yes);
	vv_assert_status(vv_attr_track_text(r, one, 1, true, &changed, &err), VV_EREFUSED, &err);
	vv_assert_ok(vv_attr_lines(r, NULL, VV_ATTR_COMPARED_LINES, put_line, &b, &err), &err);
	assert_string_equal(vv_buf_cstr(&b), ".gitattributes:2:*.csv:diff=varve merge=varve\n");
	vv_assert_ok(vv_attr_untrack(r, "*.csv", false, &err), &err);
	vv_assert_ok(vv_attr_compared(r, "b.csv", &yes, &err), &err);
	assert_false(yes);
	vv_buf_clear(&b);
	vv_repository_close(r);
}

static void a_bare_repository_answers_from_head(void **state)
{
	vv_repository *r;

	(void)state;
	git_begin();
	sh("mkdir d; echo '*.csv filter=varve' > .gitattributes; echo 'y.csv -filter' > d/.gitattributes; "
	   "git add .; git commit -qm x; git clone -q --bare . ../b.git; git init -q --bare ../c.git");
	assert_int_equal(chdir("../b.git"), 0);
	r = open_here();
	assert_true(tracked(r, "x.csv"));
	assert_false(tracked(r, "x.txt"));
	assert_false(tracked(r, "d/y.csv"));
	assert_true(tracked(r, "d/e/z.csv"));
	sh("git update-ref HEAD $(git commit-tree -m none $(git mktree < /dev/null))");
	assert_false(tracked(r, "x.csv"));
	vv_repository_close(r);
	assert_int_equal(chdir("../c.git"), 0);
	r = open_here();
	assert_false(tracked(r, "x.csv"));
	vv_repository_close(r);
}

static void a_lost_tree_of_head_is_not_taken_for_no_attributes(void **state)
{
	static const char *const trees[] = {"HEAD:d", "HEAD:"};
	vv_error err;
	bool is;

	(void)state;
	git_begin();
	sh("mkdir d; echo x > d/x; echo 'y.csv filter=varve' > d/.gitattributes; git add .; git commit -qm x; "
	   "git clone -q --bare . ../b.git");
	assert_int_equal(chdir("../b.git"), 0);
	sh("mv objects/pack .; for p in pack/*.pack; do [ ! -e $p ] || git unpack-objects -q < $p; done");
	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		sh("rm -rf keep; cp -r objects keep; t=$(git rev-parse %s); rm -f objects/${t%%${t#??}}/${t#??}",
		   trees[i]);
		vv_repository *r = open_here();
		assert_true(vv_attr_tracked(r, "d/y.csv", &is, &err) < 0);
		vv_repository_close(r);
		sh("rm -rf objects; mv keep objects");
	}
}

static void an_attributes_file_that_is_a_link_is_left_alone(void **state)
{
	vv_repository *r;
	vv_error err;
	bool changed;

	(void)state;
	git_begin();
	sh("echo keep > ../other; ln -s ../other .gitattributes");
	r = open_here();
	vv_assert_status(vv_attr_track(r, (const char *[]){"t.csv"}, 1, true, &changed, &err),
			 VV_EREFUSED, &err);
	vv_repository_close(r);
	assert_string_equal(out("cat ../other"), "keep");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(tracking_a_path_writes_one_line),
	cmocka_unit_test(lines_merge_with_a_base),
	cmocka_unit_test(lines_that_contradict_each_other_are_a_conflict),
	cmocka_unit_test(lines_that_contradict_each_other_are_a_conflict),
	cmocka_unit_test(odd_names_match_only_themselves),
	cmocka_unit_test(names_that_no_line_can_hold_are_refused),
	cmocka_unit_test(the_files_line_ends_are_kept),
	cmocka_unit_test(untracking_leaves_other_attributes),
	cmocka_unit_test(names_change_in_one_step_and_other_words_stay),
	cmocka_unit_test(how_the_file_itself_is_merged_is_said_once),
	cmocka_unit_test(a_deeper_file_may_win),
	cmocka_unit_test(held_files_are_looked_at_once_and_again_after_a_flush),
	cmocka_unit_test(lines_are_listed_with_their_place),
	cmocka_unit_test(a_nul_ends_the_text_of_a_line),
	cmocka_unit_test(lines_for_text_have_no_filter_and_a_kind_of_their_own),
	cmocka_unit_test(a_bare_repository_answers_from_head),
	cmocka_unit_test(a_lost_tree_of_head_is_not_taken_for_no_attributes),
	cmocka_unit_test(an_attributes_file_that_is_a_link_is_left_alone),
};

VV_TEST_SUITE(attributes)
