/*
 * An environment is what its list was when it was made.
 */
#include <string.h>

#include "base/env.h"
#include "tests/unit/support.h"

static void a_snapshot_does_not_change_with_what_it_was_made_of(void **state)
{
	char one[] = "A=1";
	const char *list[] = {one, "B=", "C=x=y", "AB=2", "A=later", NULL};
	vv_env *e, *copy;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_env_new(&e, list, &err), &err);
	one[2] = '7';
	list[1] = "B=7";
	assert_string_equal(vv_env_get(e, "A"), "1");
	assert_string_equal(vv_env_get(e, "B"), "");
	assert_string_equal(vv_env_get(e, "C"), "x=y");
	assert_string_equal(vv_env_get(e, "AB"), "2");
	assert_null(vv_env_get(e, "D"));
	assert_null(vv_env_get(e, ""));
	vv_assert_ok(vv_env_new(&copy, vv_env_list(e), &err), &err);
	vv_env_free(e);
	assert_string_equal(vv_env_list(copy)[2], "C=x=y");
	assert_null(vv_env_list(copy)[5]);
	vv_env_free(copy);
}

static void in_none_nothing_is_set(void **state)
{
	vv_env *e;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_env_new(&e, NULL, &err), &err);
	assert_null(vv_env_get(e, "PATH"));
	assert_null(vv_env_list(e)[0]);
	assert_null(vv_env_get(NULL, "PATH"));
	assert_null(vv_env_list(NULL)[0]);
	assert_string_equal(vv_env_temp_dir(e), "/tmp");
	vv_env_free(e);
	vv_env_free(NULL);
}

static void temporary_files_go_where_TMPDIR_says(void **state)
{
	const char *list[] = {"TMPDIR=/var/tmp", NULL}, *empty[] = {"TMPDIR=", NULL};
	vv_env *e;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_env_new(&e, list, &err), &err);
	assert_string_equal(vv_env_temp_dir(e), "/var/tmp");
	vv_env_free(e);
	vv_assert_ok(vv_env_new(&e, empty, &err), &err);
	assert_string_equal(vv_env_temp_dir(e), "/tmp");
	vv_env_free(e);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_snapshot_does_not_change_with_what_it_was_made_of),
	cmocka_unit_test(in_none_nothing_is_set),
	cmocka_unit_test(temporary_files_go_where_TMPDIR_says),
};
VV_TEST_SUITE(env)
