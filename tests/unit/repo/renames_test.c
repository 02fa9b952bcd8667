/*
 * Which new file is which that is gone. (Tables are in tests/cli/diff/renames.bats.)
 */
#include "tests/unit/repo/git_fixture.h"

#include <errno.h>
#include <string.h>

#include "base/sys.h"
#include "repo/git/merge/renames.h"

/* A text of so many numbered lines, of which those from `from` on are `word`. */
static void text(const char *file, int lines, int from, const char *word)
{
	sh("awk 'BEGIN { for (i = 1; i <= %d; i++) print i < %d ? \"line \" i \" of this text\" : \"%s \" i }' > %s",
	   lines, from, word, file);
}

static char *renamed(vv_repository *r, const char *path)
{
	vv_oid commit = rev(r, "HEAD"), parent = rev(r, "HEAD~1");
	char *old = NULL;
	vv_error err;

	vv_assert_ok(vv_renamed_from(r, &parent, &commit, path, &old, &err), &err);
	return old;
}

static void equal_content_is_a_rename_and_the_same_name_comes_first(void **state)
{
	vv_repository *r;
	char *old;

	(void)state;
	git_begin();
	sh("mkdir a b c; echo same > a/x; echo same > a/y; git add .; git commit -qm one");
	sh("git mv a/y b/y; git mv a/x c/x; git commit -qm two");
	r = open_here();
	old = renamed(r, "c/x");
	assert_string_equal(old, "a/x");
	vv_free(old);
	old = renamed(r, "b/y");
	assert_string_equal(old, "a/y");
	vv_free(old);
	vv_repository_close(r);
}

static void text_is_renamed_where_half_of_it_is_alike(void **state)
{
	vv_repository *r;
	char *old;

	(void)state;
	git_begin();
	text("near", 100, 81, "other");
	text("far", 100, 21, "other");
	sh("git add .; git commit -qm one; git rm -q near far");
	text("new", 100, 101, "other");
	sh("git add .; git commit -qm two");
	r = open_here();
	old = renamed(r, "new");
	assert_string_equal(old, "near");
	vv_free(old);
	sh("git rm -q new");
	text("third", 100, 1, "whole new");
	sh("git add .; git commit -qm three");
	assert_null(renamed(r, "third"));
	vv_repository_close(r);
}

static void a_path_that_was_there_is_none(void **state)
{
	vv_repository *r;

	(void)state;
	git_begin();
	sh("echo one > a; echo two > b; git add .; git commit -qm one; git rm -q a; echo one > b; git commit -qam two");
	r = open_here();
	assert_null(renamed(r, "b"));
	assert_null(renamed(r, "nothing"));
	vv_repository_close(r);
}

static void each_file_serves_once_and_modes_count(void **state)
{
	vv_rename_file gone[2], come[3];
	size_t from[3];
	vv_repository *r;
	vv_oid id, other;
	vv_error err;

	(void)state;
	git_begin();
	r = open_here();
	vv_assert_ok(vv_blob_write(r, "a", 1, &id, &err), &err);
	vv_assert_ok(vv_blob_write(r, "b", 1, &other, &err), &err);
	gone[0] = (vv_rename_file){"link", 0120000, id};
	gone[1] = (vv_rename_file){"file", 0100644, id};
	come[0] = (vv_rename_file){"one", 0100644, id};
	come[1] = (vv_rename_file){"two", 0100644, id};
	come[2] = (vv_rename_file){"three", 0100644, other};
	vv_assert_ok(vv_renames_find(r, gone, 2, come, 3, from, &err), &err);
	assert_true(from[0] == 1);
	assert_true(from[1] == VV_RENAMED_FROM_NONE);
	assert_true(from[2] == VV_RENAMED_FROM_NONE);
	vv_repository_close(r);
}

static void a_blob_that_is_not_here_is_like_nothing(void **state)
{
	vv_rename_file gone = {"a", 0100644, {{1, 2, 3}}}, come = {"b", 0100644, {{4, 5, 6}}};
	size_t from = 0;
	vv_repository *r;
	vv_error err;

	(void)state;
	git_begin();
	r = open_here();
	vv_assert_ok(vv_renames_find(r, &gone, 1, &come, 1, &from, &err), &err);
	assert_true(from == VV_RENAMED_FROM_NONE);
	vv_repository_close(r);
}

typedef struct attempt {
	vv_repository *r;
	vv_oid parent, commit;
} attempt;

static vv_status find_again(void *payload, vv_error *err)
{
	attempt *a = payload;
	char *old = NULL;
	vv_status rc = vv_renamed_from(a->r, &a->parent, &a->commit, "new", &old, err);

	if (rc == VV_OK) {
		assert_string_equal(old, "near");
	} else {
		assert_null(old);
	}
	vv_free(old);
	return rc;
}

static void every_failure_is_reported(void **state)
{
	attempt a;

	(void)state;
	git_begin();
	text("near", 100, 81, "other");
	sh("git add .; git commit -qm one; git rm -q near");
	text("new", 100, 101, "other");
	sh("git add .; git commit -qm two");
	a.r = open_here();
	a.parent = rev(a.r, "HEAD~1");
	a.commit = rev(a.r, "HEAD");
	vv_fault_each(VV_FAULT_ALLOC, ENOMEM, find_again, NULL, &a);
	vv_repository_close(a.r);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(equal_content_is_a_rename_and_the_same_name_comes_first),
	cmocka_unit_test(text_is_renamed_where_half_of_it_is_alike),
	cmocka_unit_test(a_path_that_was_there_is_none),
	cmocka_unit_test(each_file_serves_once_and_modes_count),
	cmocka_unit_test(a_blob_that_is_not_here_is_like_nothing),
	cmocka_unit_test(every_failure_is_reported),
};

VV_TEST_SUITE(renames)
