/*
 * table_diff: what callers of the comparison may hand over.
 */
#include "tests/unit/repo/git_fixture.h"

#include <string.h>

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

	vv_assert_ok(vv_subject_find_file(&a, NULL, NULL, "a.csv", &err), &err);
	vv_assert_ok(vv_subject_find_file(&b, NULL, NULL, "b.csv", &err), &err);
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

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_list_of_names_ends_at_its_count),
};

VV_TEST_SUITE(table_diff)
