/*
 * temp_name: what is taken away, and what is not.
 */
#include "base/holder.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "tests/unit/support.h"

/* Paths of what a process made that has ended since: a file and a folder with a file. */
static void make_and_end(void)
{
	const char *dir = vv_test_dir(); /* the parent's */
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		char name[VV_TEMP_RANDOM + 1];
		char *temp;
		int fd = vv_temp_open(&temp, dir, ".t-", NULL);

		vv_temp_name(name);
		_exit(fd >= 0 && mkdir(vv_test_path(".t-%s", name), 0777) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static size_t names_with(const char *prefix)
{
	size_t count, found = 0;
	vv_error err;
	char **names;

	vv_assert_ok(vv_list_dir(&names, &count, vv_test_dir(), &err), &err);
	for (size_t i = 0; i < count; i++) {
		found += strncmp(names[i], prefix, strlen(prefix)) == 0;
	}
	vv_names_free(names, count);
	return found;
}

static void what_a_dead_process_left_goes(void **state)
{
	(void)state;
	make_and_end();
	assert_int_equal(names_with(".t-"), 2);
	vv_temp_sweep(vv_test_dir(), ".u-");
	assert_int_equal(names_with(".t-"), 2);
	vv_temp_sweep(vv_test_dir(), ".t-");
	assert_int_equal(names_with(".t-"), 0);
}

static void what_a_living_process_made_stays(void **state)
{
	vv_error err;
	char *temp;
	int fd;

	(void)state;
	fd = vv_temp_open(&temp, vv_test_dir(), ".t-", &err);
	assert_true(fd >= 0);
	vv_temp_sweep(vv_test_dir(), ".t-");
	assert_true(vv_exists(temp));
	assert_int_equal(close(fd), 0);
	assert_int_equal(unlink(temp), 0);
	vv_free(temp);
}

static void names_of_others_stay_until_they_are_a_day_old(void **state)
{
	/* 'a' is number 0: neither this place nor a process */
	const char *path = vv_test_path(".t-aaaaaaaaaaaa"), *other = vv_test_path(".t-notes.csv");
	struct timespec old[2] = {{time(NULL) - 90000, 0}, {time(NULL) - 90000, 0}};

	(void)state;
	vv_test_write_text(path, "");
	vv_test_write_text(other, "");
	assert_int_equal(utimensat(AT_FDCWD, other, old, 0), 0);
	vv_temp_sweep(vv_test_dir(), ".t-");
	assert_true(vv_exists(path));
	assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
	vv_temp_sweep(vv_test_dir(), ".t-");
	assert_false(vv_exists(path));
	assert_true(vv_exists(other));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_a_dead_process_left_goes),
	cmocka_unit_test(what_a_living_process_made_stays),
	cmocka_unit_test(names_of_others_stay_until_they_are_a_day_old),
};

VV_TEST_SUITE(temp_name)
