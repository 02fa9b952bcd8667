/*
 * table_diff: what callers of the comparison may hand over.
 */
#include "tests/unit/repo/git_fixture.h"

#include <string.h>

#include "base/sys.h"
#include "lib/status/change_count.h"
#include "lib/view/table_diff.h"

static vv_error err;

static bool differ(const vv_strings *key, const vv_strings *only, const vv_strings *ignore)
{
	static const vv_strings none = {NULL, 0};
	vv_subject a = {.text = NULL}, b = {.text = NULL};
	const vv_diff_item item = {
		.path = "b.csv", .a = &a, .b = &b, .old_name = "a", .new_name = "b", .files = true};
	const vv_diff_how how = {.key = key,
				 .only = only,
				 .ignore = ignore,
				 .where = &none,
				 .only_whether = true,
				 .temp_dir = vv_test_dir()};
	vv_diff_answer answer;

	vv_assert_ok(vv_subject_find(&a, NULL, NULL, &(vv_version_name){.file = "a.csv"}, &err),
		     &err);
	vv_assert_ok(vv_subject_find(&b, NULL, NULL, &(vv_version_name){.file = "b.csv"}, &err),
		     &err);
	vv_assert_ok(vv_diff_item_compare(&answer, &item, &how, &err), &err);
	vv_buf_clear(&answer.line);
	vv_subject_clear(&b);
	vv_subject_clear(&a);
	return answer.differs;
}

/* Names beyond it would hide the difference, and have no column. */
static void a_list_of_names_ends_at_its_count(void **state)
{
	const char *names[] = {"id", "v", "w", NULL};
	const vv_strings none = {NULL, 0}, empty = {names, 0}, id = {names, 1}, v = {names + 1, 1};

	(void)state;
	git_home();
	sh("printf 'id,v,w\\n1,1,1\\n' > a.csv; printf 'id,v,w\\n1,1,2\\n' > b.csv");
	assert_true(differ(&none, &none, &none));
	assert_true(differ(&empty, &empty, &empty));
	assert_true(differ(&id, &none, &v));
	assert_false(differ(&id, &v, &none));
	assert_false(differ(&id, &none, &(vv_strings){names + 2, 1}));
}

static void counted_texts_that_are_kept_keep_their_file(void **state)
{
	vv_text_pair kept = {.file = NULL};
	vv_dataset_reader *reader = NULL;
	vv_change_counts counts;
	vv_repository *r;
	vv_oid head;

	(void)state;
	git_begin();
	sh("printf 'id,v\\n1,1\\n' > a.csv; git add .; git commit -qm one; printf 'id,v\\n1,2\\n' > a.csv");
	r = open_here();
	head = rev(r, "HEAD");
	const vv_oid blob = oid_of(out("git rev-parse HEAD:a.csv"));
	vv_assert_ok(vv_dataset_reader_open(&reader, r, NULL, &err), &err);
	vv_assert_ok(vv_change_count_texts(&counts, &kept, r, reader, "a.csv",
					   (vv_text_version){.blob = &blob, .commit = &head},
					   (vv_text_version){.blob = NULL}, VV_COUNT_TEXT_MAX,
					   &err),
		     &err);
	assert_true(counts.counted);
	const char *path = out("echo $PWD/a.csv");
	const size_t len = strlen(path);
	char *more = vv_malloc(len + 1); /* takes the place of a freed path */

	assert_non_null(more);
	memset(more, 'x', len + 1);
	assert_string_equal(kept.now.text, path);
	vv_free(more);
	vv_change_counts_clear(&counts);
	vv_text_pair_clear(&kept);
	assert_null(kept.file);
	vv_dataset_reader_close(reader);
	vv_repository_close(r);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_list_of_names_ends_at_its_count),
	cmocka_unit_test(counted_texts_that_are_kept_keep_their_file),
};

VV_TEST_SUITE(table_diff)
