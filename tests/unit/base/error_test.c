#include "tests/unit/support.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/hint_text.h"
#include "base/text.h"

static void a_failure_sets_code_and_message_and_clears_the_hint(void **state)
{
	vv_error err;

	(void)state;
	memset(&err, 'x', sizeof err);
	assert_int_equal(vv_fail(&err, VV_EUSAGE, "no column '%s'", "id"), VV_EUSAGE);
	assert_int_equal(err.code, VV_EUSAGE);
	assert_string_equal(err.message, "no column 'id'");
	assert_string_equal(err.hint, "");
}

static void a_newline_of_the_format_begins_the_hint(void **state)
{
	vv_error err;

	(void)state;
	assert_int_equal(vv_fail(&err, VV_EUSAGE, "no column '%s'\n'%s' is near", "id", "ids"),
			 VV_EUSAGE);
	assert_string_equal(err.message, "no column 'id'");
	assert_string_equal(err.hint, "'ids' is near");
	assert_int_equal(err.hint_id, VV_HINT_WORDS);
	assert_int_equal(vv_hint(&err, "later"), VV_EUSAGE);
	assert_string_equal(err.hint, "'ids' is near");
	vv_fail(&err, VV_EUSAGE, "there is no '%s'\n'%s' is near", "i\nd", "i\nds");
	assert_string_equal(err.message, "there is no 'i\nd'");
	assert_string_equal(err.hint, "'i\nds' is near");
	(void)vv_fail(&err, VV_EUSAGE, "no column '%s'", "a\nb");
	assert_string_equal(err.message, "no column 'a\nb'");
	assert_int_equal(err.hint_id, VV_HINT_NONE);
	assert_int_equal(vv_fail(NULL, VV_EINPUT, "x\ny"), VV_EINPUT);
}

static void the_first_hint_stays(void **state)
{
	vv_error err;

	(void)state;
	(void)vv_fail(&err, VV_EIO, "x");
	assert_int_equal(vv_hint(&err, "try %d", 1), VV_EIO);
	assert_int_equal(vv_hint(&err, "try %d", 2), VV_EIO);
	assert_string_equal(err.hint, "try 1");
}

static void a_hint_may_be_a_code_with_arguments(void **state)
{
	const char *args[VV_HINT_ARGS];
	vv_error err, other;

	(void)state;
	(void)vv_fail(&err, VV_EIO, "x");
	assert_int_equal(vv_hint_code(&err, VV_HINT_PUSH_UPSTREAM, "origin", "a b"), VV_EIO);
	assert_int_equal(vv_hint_code(&err, VV_HINT_FSCK), VV_EIO);
	assert_int_equal(vv_hint(&err, "words"), VV_EIO);
	assert_string_equal(vv_hint_name(err.hint_id), "push-upstream");
	vv_hint_args(&err, args);
	assert_string_equal(args[0], "origin");
	assert_string_equal(args[1], "a b");
	assert_string_equal(args[2], "");
	(void)vv_fail(&other, VV_EINPUT, "y");
	assert_int_equal(vv_hint_copy(&other, &err), VV_EINPUT);
	vv_hint_args(&other, args);
	assert_string_equal(args[1], "a b");
	(void)vv_fail(&err, VV_EIO, "z");
	assert_int_equal(err.hint_id, VV_HINT_NONE);
	assert_null(vv_hint_name(err.hint_id));
	assert_int_equal(vv_hint_code(NULL, VV_HINT_FSCK), VV_EUSAGE);
}

static void long_arguments_of_a_hint_are_cut_and_none_is_lost(void **state)
{
	const char *args[VV_HINT_ARGS];
	char path[4096];
	vv_error err;

	(void)state;
	memset(path, 'p', sizeof path);
	path[sizeof path - 1] = '\0';
	(void)vv_fail(&err, VV_EIO, "x");
	(void)vv_hint_code(&err, VV_HINT_PUSH_TO, path, path, "last");
	vv_hint_args(&err, args);
	assert_true(strlen(args[0]) > 50 && strlen(args[1]) > 50);
	assert_string_equal(args[2], "last");
	assert_true(args[2] + strlen(args[2]) < err.hint + sizeof err.hint);
}

static void put_words(char *out, size_t size, const char *name, const char *const args[])
{
	(void)snprintf(out, size, "%s of %s", name, args[0]);
}

static void a_program_words_the_hints_that_are_codes(void **state)
{
	vv_error err;

	(void)state;
	(void)vv_fail(&err, VV_EIO, "x");
	(void)vv_hint_code(&err, VV_HINT_FIX, "a.csv");
	vv_hint_word(&err, put_words);
	assert_string_equal(err.hint, "fix of a.csv");
	vv_hint_word(&err, NULL);
	assert_string_equal(err.hint, "fix of a.csv");
	vv_hint_clear(&err);
	(void)vv_hint_code(&err, VV_HINT_FIX, "a.csv");
	vv_hint_word(&err, NULL);
	assert_string_equal(err.hint, "");
	assert_int_equal(err.hint_id, VV_HINT_NONE);
}

static void a_report_has_the_words_of_a_hint_only_where_there_are_words(void **state)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	(void)state;
	assert_false(vv_hint_put(&b, "; ", NULL, VV_HINT_FIX, "a.csv"));
	assert_string_equal(vv_buf_cstr(&b), "");
	assert_true(vv_hint_put(&b, "; ", put_words, VV_HINT_FIX, "a.csv"));
	assert_string_equal(vv_buf_cstr(&b), "; fix of a.csv");
}

static void a_prefix_goes_before_the_message(void **state)
{
	vv_error err;

	(void)state;
	(void)vv_fail(&err, VV_EINPUT, "line 3: bad");
	assert_int_equal(vv_prefix(&err, "a%s", ".csv"), VV_EINPUT);
	assert_string_equal(err.message, "a.csv: line 3: bad");
}

static void the_message_may_be_its_own_argument(void **state)
{
	vv_error err;

	(void)state;
	(void)vv_fail(&err, VV_EIO, "inner");
	(void)vv_fail(&err, VV_EIO, "outer (%s)", err.message);
	assert_string_equal(err.message, "outer (inner)");
	(void)vv_prefix(&err, "again %s", err.message);
	assert_string_equal(err.message, "again outer (inner): outer (inner)");
}

static void a_long_path_does_not_hide_the_reason(void **state)
{
	static const char reason[] = ": No space left on device";
	char path[4096];
	vv_error err;

	(void)state;
	memset(path, 'p', sizeof path - 1);
	path[sizeof path - 1] = '\0';
	(void)vv_fail(&err, VV_EIO, "cannot write '%s'%s", path, reason);
	assert_memory_equal(err.message, "cannot write 'pppp", 18);
	assert_non_null(strstr(err.message, "p...p"));
	assert_string_equal(err.message + strlen(err.message) - strlen(reason), reason);
	assert_int_equal(strlen(err.message), sizeof err.message - 1);
	(void)vv_prefix(&err, "%.300s", path);
	assert_string_equal(err.message + strlen(err.message) - strlen(reason), reason);
}

static void long_text_is_cut_between_words(void **state)
{
	char text[1000];
	const char *gap;
	vv_error err;

	(void)state;
	for (size_t i = 0; i + 1 < sizeof text; i++) {
		text[i] = i % 8 == 7 ? ' ' : (char)('a' + i % 8);
	}
	text[sizeof text - 1] = '\0';
	(void)vv_fail(&err, VV_EIO, "%s", text);
	assert_non_null(gap = strstr(err.message, "..."));
	assert_memory_equal(gap - 8, "abcdefg ... abcdefg ", 20);
	assert_true(strlen(err.message) > sizeof err.message - 60);
}

static void long_text_is_cut_between_characters(void **state)
{
	char text[1000];
	vv_error err;
	size_t shift;

	(void)state;
	for (shift = 0; shift < 4; shift++) {
		size_t i;

		memset(text, 'a', sizeof text);
		for (i = shift; i + 4 < sizeof text; i += 4) {
			memcpy(text + i, "\xf0\x9f\x98\x80", 4);
		}
		text[i] = '\0';
		(void)vv_fail(&err, VV_EIO, "%s", text);
		assert_true(strlen(err.message) > sizeof err.message - 5);
		assert_true(vv_utf8_valid(err.message, strlen(err.message)));
		(void)vv_prefix(&err, "%s", text);
		assert_true(vv_utf8_valid(err.message, strlen(err.message)));
		(void)vv_hint(&err, "%s", text);
		assert_true(vv_utf8_valid(err.hint, strlen(err.hint)));
	}
}

static void errno_becomes_the_code_that_callers_decide_on(void **state)
{
	static const struct {
		int number;
		vv_status code;
	} cases[] = {
		{ENOENT, VV_ENOTFOUND}, {ENOTDIR, VV_ENOTFOUND}, {EEXIST, VV_EEXISTS},
		{ENOMEM, VV_ENOMEM},    {EACCES, VV_EIO},        {EIO, VV_EIO},
	};
	vv_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		errno = cases[i].number;
		assert_int_equal(vv_fail_errno(&err, "cannot open", "a.csv"), cases[i].code);
		assert_int_equal(err.code, cases[i].code);
		vv_assert_contains(err.message, "cannot open 'a.csv': ");
		vv_assert_contains(err.message, strerror(cases[i].number));
	}
}

static void a_full_disk_gets_a_hint(void **state)
{
	vv_error err;

	(void)state;
	errno = ENOSPC;
	(void)vv_fail_errno(&err, "cannot write", NULL);
	vv_assert_contains(err.message, "cannot write: ");
	vv_assert_contains(err.hint, "space");
}

static void a_path_cannot_drive_the_terminal(void **state)
{
	vv_error err;

	(void)state;
	errno = ENOENT;
	(void)vv_fail_errno(&err, "cannot open", "a\x1b[2Jb");
	vv_assert_contains(err.message, "'a\\x1B[2Jb'");
}

static void every_function_accepts_no_error(void **state)
{
	(void)state;
	errno = EEXIST;
	assert_int_equal(vv_fail(NULL, VV_EIO, "x"), VV_EIO);
	assert_int_equal(vv_fail_errno(NULL, "x", "y"), VV_EEXISTS);
	assert_int_equal(vv_fail_nomem(NULL), VV_ENOMEM);
	assert_true(vv_hint(NULL, "x") < 0);
	assert_true(vv_prefix(NULL, "x") < 0);
	vv_error_clear(NULL);
}

static void an_error_is_excused_copied_or_stays(void **state)
{
	vv_error err, copy;

	(void)state;
	(void)vv_fail(&err, VV_EREFUSED, "no");
	assert_int_equal(vv_error_excuse(VV_EREFUSED, false, &err), VV_EREFUSED);
	assert_int_equal(vv_error_copy(&copy, &err), VV_EREFUSED);
	assert_string_equal(copy.message, "no");
	assert_int_equal(vv_error_copy(NULL, &err), VV_EREFUSED);
	assert_int_equal(vv_error_excuse(VV_EREFUSED, true, &err), VV_OK);
	assert_int_equal(err.code, VV_OK);
	assert_string_equal(err.message, "");
	assert_int_equal(vv_error_excuse(VV_OK, true, &copy), VV_OK);
	assert_string_equal(copy.message, "no");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_failure_sets_code_and_message_and_clears_the_hint),
	cmocka_unit_test(a_newline_of_the_format_begins_the_hint),
	cmocka_unit_test(the_first_hint_stays),
	cmocka_unit_test(a_hint_may_be_a_code_with_arguments),
	cmocka_unit_test(long_arguments_of_a_hint_are_cut_and_none_is_lost),
	cmocka_unit_test(a_program_words_the_hints_that_are_codes),
	cmocka_unit_test(a_report_has_the_words_of_a_hint_only_where_there_are_words),
	cmocka_unit_test(a_prefix_goes_before_the_message),
	cmocka_unit_test(the_message_may_be_its_own_argument),
	cmocka_unit_test(a_long_path_does_not_hide_the_reason),
	cmocka_unit_test(long_text_is_cut_between_words),
	cmocka_unit_test(long_text_is_cut_between_characters),
	cmocka_unit_test(errno_becomes_the_code_that_callers_decide_on),
	cmocka_unit_test(a_full_disk_gets_a_hint),
	cmocka_unit_test(a_path_cannot_drive_the_terminal),
	cmocka_unit_test(every_function_accepts_no_error),
	cmocka_unit_test(an_error_is_excused_copied_or_stays),
};

VV_TEST_SUITE(error)
