/* Tests of lib/commit/message.h: cleaning messages up. */
#include "tests/unit/support.h"

#include "lib/commit/message.h"

static void expect_clean(const char *text, const char *comment, const char *wanted)
{
	vv_buf b = VV_BUF_INIT;

	vv_buf_puts(&b, text);
	vv_message_clean(&b, comment);
	assert_string_equal(vv_buf_cstr(&b), wanted);
	vv_buf_clear(&b);
}

static void blank_lines_collapse_and_trailing_space_goes(void **state)
{
	(void)state;
	expect_clean("", NULL, "");
	expect_clean("\n \n\t\n", NULL, "");
	expect_clean("one", NULL, "one\n");
	expect_clean("\n\none  \t\n\n\n\ntwo\r\n\n\n", NULL, "one\n\ntwo\n");
}

static void comments_go_only_where_the_editor_was(void **state)
{
	(void)state;
	expect_clean("one\n# two\nthree\n", "#", "one\nthree\n");
	expect_clean("one\n# two\n", NULL, "one\n# two\n");
	expect_clean("# only\n#\n", "#", "");
	expect_clean("one\n\n# two\n\nthree\n", "#", "one\n\nthree\n");
	expect_clean("#5 is fixed\n; a comment\n", ";", "#5 is fixed\n");
}

static void all_behind_the_scissors_goes(void **state)
{
	(void)state;
	expect_clean("one\n# ------------------------ >8 ------------------------\ndiff\n", "#",
		     "one\n");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(blank_lines_collapse_and_trailing_space_goes),
	cmocka_unit_test(comments_go_only_where_the_editor_was),
	cmocka_unit_test(all_behind_the_scissors_goes),
};

VV_TEST_SUITE(commit_message)
