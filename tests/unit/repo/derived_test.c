/*
 * derived: a cache's file comes back as it was written, or there is none.
 */
#include "repo/blocks/derived.h"

#include <string.h>

#include "base/file.h"
#include "tests/unit/support.h"

#define MARK "VVTEST\x01\n"
#define SECRET 77u
#define MAX 64u

static void write_words(const char *file, const char *words)
{
	vv_buf b = VV_BUF_INIT;
	vv_error err;

	vv_derived_begin(&b, MARK);
	vv_buf_puts(&b, words);
	vv_assert_ok(vv_derived_write(&b, file, SECRET, &err), &err);
	vv_buf_clear(&b);
}

static void assert_reads(const char *file, const char *mark, uint64_t secret, size_t max,
			 const char *words)
{
	vv_buf b = VV_BUF_INIT;
	vv_error err;

	vv_assert_ok(vv_derived_read(&b, file, mark, secret, max, &err), &err);
	assert_string_equal(vv_buf_cstr(&b), words);
	assert_int_equal(b.len, strlen(words));
	vv_buf_clear(&b);
}

static void the_content_comes_back_to_who_knows_mark_and_secret(void **state)
{
	const char *file = vv_test_path("derived/deep/a");

	(void)state;
	write_words(file, "some words");
	assert_reads(file, MARK, SECRET, MAX, "some words");
	assert_reads(file, MARK, SECRET + 1, MAX, "");
	assert_reads(file, "VVTEST\x02\n", SECRET, MAX, "");
	assert_reads(file, MARK, SECRET, VV_DERIVED_FRAME + 9, ""); /* longer than it may be */
	assert_reads(vv_test_path("derived/none"), MARK, SECRET, MAX, "");
	write_words(file, "");
	assert_reads(file, MARK, SECRET, MAX, "");
}

static void a_file_with_any_byte_changed_lost_or_added_is_none(void **state)
{
	const char *file = vv_test_path("derived/b"), *bad = vv_test_path("derived/bad");
	char copy[MAX];
	const char *bytes;
	size_t len;

	(void)state;
	write_words(file, "0123456789");
	bytes = vv_test_read(file, &len);
	assert_int_equal(len, VV_DERIVED_FRAME + 10);
	for (size_t i = 0; i < len; i++) {
		memcpy(copy, bytes, len);
		copy[i] = (char)(copy[i] ^ 0x10);
		vv_test_write(bad, copy, len);
		assert_reads(bad, MARK, SECRET, MAX, "");
		vv_test_write(bad, bytes, i);
		assert_reads(bad, MARK, SECRET, MAX, "");
	}
	memcpy(copy, bytes, len);
	copy[len] = 'x';
	vv_test_write(bad, copy, len + 1);
	assert_reads(bad, MARK, SECRET, MAX, "");
}

static void a_shorter_content_written_over_a_longer_one_is_whole(void **state)
{
	const char *file = vv_test_path("derived/over");
	vv_buf b = VV_BUF_INIT;
	vv_error err;

	(void)state;
	write_words(file, "a long content");
	vv_derived_begin(&b, MARK);
	vv_buf_puts(&b, "short");
	vv_assert_ok(vv_derived_write_over(&b, file, SECRET, &err), &err);
	assert_reads(file, MARK, SECRET, MAX, "short");
	vv_buf_clear(&b);
}

static void a_git_folder_that_was_removed_is_not_brought_back(void **state)
{
	const char *file = vv_test_path("derived/gone/.git/varve/stat");
	vv_buf b = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_derived_begin(&b, MARK);
	assert_int_equal(vv_derived_write(&b, file, SECRET, &err), VV_ENOTFOUND);
	vv_buf_clear(&b);
	assert_false(vv_exists(vv_test_path("derived/gone")));
	vv_assert_ok(vv_mkdirs(vv_test_path("derived/gone/.git"), &err), &err);
	write_words(file, "some words");
	assert_reads(file, MARK, SECRET, MAX, "some words");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_git_folder_that_was_removed_is_not_brought_back),
	cmocka_unit_test(the_content_comes_back_to_who_knows_mark_and_secret),
	cmocka_unit_test(a_file_with_any_byte_changed_lost_or_added_is_none),
	cmocka_unit_test(a_shorter_content_written_over_a_longer_one_is_whole),
};

VV_TEST_SUITE(derived)
