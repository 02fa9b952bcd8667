#include "tests/unit/support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/locks/file_lock.h"
#include "base/sys.h"

static void assert_text(const char *path, const char *text)
{
	assert_string_equal(vv_test_read(path, NULL), text);
}

static void a_written_file_reads_back(void **state)
{
	const char *path = vv_test_path("a");
	vv_buf b = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_write_file(path, "x\0y", 3, true, &err), &err);
	vv_buf_puts(&b, "before ");
	vv_assert_ok(vv_read_file(&b, path, 100, &err), &err);
	assert_int_equal(b.len, 10);
	assert_memory_equal(b.data, "before x\0y\0", 11);
	vv_buf_clear(&b);
}

static void short_and_interrupted_transfers_go_on(void **state)
{
	static char bytes[3000];
	const char *path = vv_test_path("a");
	vv_buf b = VV_BUF_INIT;
	char part[100];
	vv_prng prng;
	vv_error err;
	int fd;

	(void)state;
	vv_prng_init(&prng, 5);
	vv_prng_bytes(&prng, bytes, sizeof bytes);
	vv_fault_trickle(true);
	vv_assert_ok(vv_write_file(path, bytes, sizeof bytes, false, &err), &err);
	vv_assert_ok(vv_read_file(&b, path, sizeof bytes, &err), &err);
	assert_int_equal(b.len, sizeof bytes);
	assert_memory_equal(b.data, bytes, sizeof bytes);
	fd = vv_open(path, O_RDONLY, 0, &err);
	vv_assert_ok(fd, &err);
	assert_int_equal(vv_pread_full(fd, part, sizeof part, 1234, path, &err), sizeof part);
	assert_memory_equal(part, bytes + 1234, sizeof part);
	assert_int_equal(vv_pread_full(fd, part, sizeof part, 2950, path, &err), 50);
	assert_int_equal(vv_pread_full(fd, part, sizeof part, 3000, path, &err), 0);
	assert_int_equal(vv_read_full(fd, part, 10, path, &err), 10);
	assert_memory_equal(part, bytes, 10);
	vv_fault_trickle(false);
	vv_assert_ok(vv_close(fd, path, &err), &err);
	vv_buf_clear(&b);
}

static void an_offset_beyond_the_largest_file_is_an_error(void **state)
{
	const char *path = vv_test_path("a");
	vv_error err;
	char c;
	int fd;

	(void)state;
	vv_test_write_text(path, "x");
	fd = vv_open(path, O_RDONLY, 0, &err);
	vv_assert_ok(fd, &err);
	vv_assert_status(vv_pread_full(fd, &c, 1, UINT64_MAX, path, &err), VV_EIO, &err);
	(void)vv_close(fd, path, NULL);
}

static void a_file_above_the_limit_is_refused(void **state)
{
	const char *path = vv_test_path("a");
	vv_buf b = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_test_write_text(path, "12345");
	vv_buf_puts(&b, "kept");
	vv_assert_status(vv_read_file(&b, path, 4, &err), VV_EREFUSED, &err);
	assert_string_equal(vv_buf_cstr(&b), "kept");
	vv_assert_ok(vv_read_file(&b, path, 5, &err), &err);
	assert_string_equal(vv_buf_cstr(&b), "kept12345");
	vv_buf_clear(&b);
}

static void a_file_without_a_size_is_read_to_its_end(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_read_file(&b, "/proc/self/cmdline", 100000, &err), &err);
	assert_true(b.len > 0);
	vv_buf_reset(&b);
	vv_assert_status(vv_read_file(&b, "/proc/self/cmdline", 1, &err), VV_EREFUSED, &err);
	vv_buf_clear(&b);
}

static void missing_files_and_folders_are_told_apart_from_trouble(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_stat st;
	vv_error err;

	(void)state;
	vv_assert_status(vv_read_file(&b, vv_test_path("none"), 10, &err), VV_ENOTFOUND, &err);
	vv_assert_contains(err.message, "none'");
	vv_assert_status(vv_lstat(&st, vv_test_path("none"), &err), VV_ENOTFOUND, &err);
	vv_assert_status(vv_read_file(&b, vv_test_dir(), 10, &err), VV_EIO, &err);
	vv_assert_status(vv_unlink(vv_test_path("none"), false, &err), VV_ENOTFOUND, &err);
	vv_assert_ok(vv_unlink(vv_test_path("none"), true, &err), &err);
	vv_buf_clear(&b);
}

/* A replacement fails at some call: the old bytes or the new ones are there,
 * and nothing else. */
static vv_status replace(void *payload, vv_error *err)
{
	return vv_write_file(payload, "new bytes", 9, true, err);
}

static void old_or_new_is_there(void *payload, vv_status rc)
{
	const char *text = vv_test_read(payload, NULL);

	if (rc == VV_OK) {
		assert_string_equal(text, "new bytes");
	} else if (strcmp(text, "new bytes") != 0) {
		assert_string_equal(text, "old");
	}
	assert_int_equal(vv_test_count_entries(vv_test_dir()), 1);
}

static void a_failed_replacement_leaves_the_old_file_and_no_other(void **state)
{
	static const struct {
		vv_fault kind;
		int number;
	} faults[] = {
		{VV_FAULT_ALLOC, 0},   {VV_FAULT_OPEN, EMFILE}, {VV_FAULT_WRITE, ENOSPC},
		{VV_FAULT_FSYNC, EIO}, {VV_FAULT_CLOSE, EIO},   {VV_FAULT_RENAME, EACCES},
	};
	const char *path = vv_test_path("a");
	size_t i;

	(void)state;
	for (i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		vv_test_write_text(path, "old");
		if (faults[i].kind == VV_FAULT_CLOSE) {
			/* The folder's descriptor is only read: its close tells nothing. */
			vv_fault_set(VV_FAULT_CLOSE, 1, EIO);
			vv_assert_status(replace((void *)(uintptr_t)path, NULL), VV_EIO, NULL);
			assert_true(vv_fault_clear());
			old_or_new_is_there((void *)(uintptr_t)path, VV_EIO);
			continue;
		}
		vv_fault_each(faults[i].kind, faults[i].number, replace, old_or_new_is_there,
			      (void *)(uintptr_t)path);
	}
}

static void a_replaced_file_keeps_its_permissions(void **state)
{
	const char *path = vv_test_path("a");
	vv_stat st;
	vv_error err;

	(void)state;
	vv_test_write_text(path, "old");
	assert_int_equal(chmod(path, 0640), 0);
	vv_test_write_text(path, "new");
	vv_assert_ok(vv_lstat(&st, path, &err), &err);
	assert_int_equal(st.mode & 0777, 0640);
}

static void a_durable_write_syncs_the_file_and_its_folder(void **state)
{
	uint64_t before = vv_sys_fsyncs();
	vv_error err;

	(void)state;
	vv_assert_ok(vv_write_file(vv_test_path("a"), "x", 1, false, &err), &err);
	assert_int_equal(vv_sys_fsyncs() - before, 0);
	vv_assert_ok(vv_write_file(vv_test_path("a"), "x", 1, true, &err), &err);
	assert_int_equal(vv_sys_fsyncs() - before, 2);
}

static void temporary_files_are_new_and_writable(void **state)
{
	char *first = NULL, *second = NULL;
	vv_error err;
	vv_stat st;
	int a, b;
	mode_t mask = umask(027);

	(void)state;
	a = vv_temp_open(&first, vv_test_dir(), "t-", &err);
	vv_assert_ok(a, &err);
	b = vv_temp_open(&second, vv_test_dir(), "t-", &err);
	vv_assert_ok(b, &err);
	(void)umask(mask);
	assert_string_not_equal(first, second);
	vv_assert_contains(first, "/t-");
	vv_assert_ok(vv_fstat(&st, a, first, &err), &err);
	assert_int_equal(st.mode & 0777, 0640);
	vv_assert_ok(vv_write_full(a, "x", 1, first, &err), &err);
	(void)vv_close(a, first, NULL);
	(void)vv_close(b, second, NULL);
	vv_free(first);
	vv_free(second);
	vv_assert_status(vv_temp_open(&first, vv_test_path("none"), "t-", &err), VV_ENOTFOUND,
			 &err);
	assert_null(first);
}

static void a_new_file_takes_no_place_of_a_pipe(void **state)
{
	const char *path = vv_test_path("pipe");
	vv_auto(vv_new_file) f = {0};
	vv_error err;
	vv_stat st;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	vv_assert_status(vv_new_file_beside(&f, path, ".new-", &err), VV_EINPUT, &err);
	vv_assert_contains(err.message, "pipe");
	vv_assert_ok(vv_lstat(&st, path, &err), &err);
	assert_true(S_ISFIFO(st.mode));
	assert_int_equal(unlink(path), 0);
	vv_assert_ok(vv_new_file_beside(&f, path, ".new-", &err), &err);
	vv_assert_ok(vv_new_file_put(&f, "text", 4, &err), &err);
	vv_assert_ok(vv_new_file_end(&f, true, &err), &err);
	vv_assert_ok(vv_new_file_place(&f, path, &err), &err);
	assert_text(path, "text");
}

static void folders_are_made_with_those_above(void **state)
{
	const char *path = vv_test_path("a/b//c/d");
	vv_error err;

	(void)state;
	vv_assert_ok(vv_mkdirs(path, &err), &err);
	vv_assert_ok(vv_mkdirs(path, &err), &err);
	vv_assert_ok(vv_mkdirs_above(vv_test_path("x/y/file"), &err), &err);
	assert_true(vv_exists(vv_test_path("x/y")));
	assert_false(vv_exists(vv_test_path("x/y/file")));
	vv_test_write_text(vv_test_path("file"), "");
	vv_assert_status(vv_mkdirs(vv_test_path("file/sub"), &err), VV_EEXISTS, &err);
	vv_assert_status(vv_mkdirs(vv_test_path("file"), &err), VV_EEXISTS, &err);
	assert_int_equal(symlink("a", vv_test_path("link")), 0);
	vv_assert_ok(vv_mkdirs(vv_test_path("link/b2"), &err), &err);
	assert_true(vv_exists(vv_test_path("a/b2")));
}

static void a_tree_is_removed_without_following_links(void **state)
{
	vv_error err;
	int i;

	(void)state;
	vv_test_write_text(vv_test_path("outside/precious"), "x");
	for (i = 0; i < 50; i++) {
		vv_test_write_text(vv_test_path("tree/%d/deep/er/file%d", i, i), "x");
	}
	assert_int_equal(symlink("../outside", vv_test_path("tree/link")), 0);
	assert_int_equal(symlink("nowhere", vv_test_path("tree/dangling")), 0);
	vv_assert_ok(vv_remove_tree(vv_test_path("tree"), &err), &err);
	assert_false(vv_exists(vv_test_path("tree")));
	assert_text(vv_test_path("outside/precious"), "x");
	vv_assert_ok(vv_remove_tree(vv_test_path("tree"), &err), &err);
	assert_int_equal(symlink("outside", vv_test_path("link")), 0);
	vv_assert_ok(vv_remove_tree(vv_test_path("link"), &err), &err);
	assert_text(vv_test_path("outside/precious"), "x");
	vv_assert_ok(vv_remove_tree(vv_test_path("outside/precious"), &err), &err);
	assert_false(vv_exists(vv_test_path("outside/precious")));
}

/* What another process leaves of a folder whose lock it removed: a new lock there would stay. */
static void a_folder_that_is_being_removed_gets_no_lock(void **state)
{
	const char *dir = vv_test_path("own");
	vv_error err;

	(void)state;
	vv_test_write_text(vv_test_path("own/packs/a"), "x");
	vv_assert_status(vv_lock_leftover(dir, "lock", &err), VV_ENOTFOUND, &err);
	assert_false(vv_exists(vv_test_path("own/lock")));
	vv_assert_ok(vv_remove_tree(vv_test_path("own/packs"), &err), &err);
	vv_assert_status(vv_lock_leftover(dir, "lock", &err), VV_ENOTFOUND, &err);
	assert_false(vv_exists(dir));
	vv_assert_status(vv_lock_leftover(dir, "lock", &err), VV_ENOTFOUND, &err);

	vv_test_write_text(vv_test_path("own/packs/a"), "x");
	assert_int_equal(utimes(dir, (struct timeval[]){{1, 0}, {1, 0}}), 0);
	int fd = vv_lock_leftover(dir, "lock", &err);
	vv_assert_ok(fd, &err);
	vv_assert_status(vv_lock_leftover(dir, "lock", &err), VV_ELOCKED, &err);
	vv_assert_ok(vv_remove_leftover(dir, "lock", &err), &err);
	(void)vv_close(fd, NULL, NULL);
	assert_false(vv_exists(dir));
}

static void the_lock_of_a_folder_is_removed_last(void **state)
{
	vv_error err;

	(void)state;
	for (int i = 0; i < 2; i++) { /* before and after the lock in the order of names */
		vv_test_write_text(vv_test_path("own/lock"), "");
		vv_test_write_text(vv_test_path("own/%s/a", i ? "zz" : "aa"), "x");
		vv_fault_set(VV_FAULT_UNLINK, 2, EACCES);
		vv_assert_status(vv_remove_leftover(vv_test_path("own"), "lock", &err), VV_EIO,
				 &err);
		assert_true(vv_fault_clear());
		assert_true(vv_exists(vv_test_path("own/lock")));
		assert_false(vv_exists(vv_test_path("own/%s", i ? "zz" : "aa")));
	}
	vv_assert_ok(vv_remove_leftover(vv_test_path("own"), "lock", &err), &err);
	assert_false(vv_exists(vv_test_path("own")));
	vv_assert_ok(vv_remove_leftover(vv_test_path("own"), "lock", &err), &err);
}

static vv_status remove_it(void *payload, vv_error *err)
{
	(void)payload;
	vv_test_write_text(vv_test_path("tree/a/b"), "x");
	vv_test_write_text(vv_test_path("tree/c"), "x");
	return vv_remove_tree(vv_test_path("tree"), err);
}

static void a_failing_removal_is_reported(void **state)
{
	vv_error err;

	(void)state;
	vv_fault_each(VV_FAULT_UNLINK, EACCES, remove_it, NULL, NULL);
	vv_test_write_text(vv_test_path("tree/a"), "x");
	vv_fault_set(VV_FAULT_RMDIR, 1, EBUSY);
	vv_assert_status(vv_remove_tree(vv_test_path("tree"), &err), VV_EIO, &err);
	assert_true(vv_fault_clear());
	vv_fault_set(VV_FAULT_ALLOC, 3, 0);
	vv_assert_status(vv_remove_tree(vv_test_path("tree"), &err), VV_ENOMEM, &err);
	assert_true(vv_fault_clear());
}

static void names_are_listed_in_byte_order(void **state)
{
	static const char *const wanted[] = {".hidden", "B", "a", "a1", "\xc3\xa9"};
	char **names;
	size_t count, i;
	vv_error err;

	(void)state;
	for (i = 0; i < 5; i++) {
		vv_test_write_text(vv_test_path("d/%s", wanted[4 - i]), "");
	}
	vv_assert_ok(vv_list_dir(&names, &count, vv_test_path("d"), &err), &err);
	assert_int_equal(count, 5);
	for (i = 0; i < 5; i++) {
		assert_string_equal(names[i], wanted[i]);
	}
	vv_names_free(names, count);
	vv_assert_status(vv_list_dir(&names, &count, vv_test_path("none"), &err), VV_ENOTFOUND,
			 &err);
	assert_null(names);
	assert_int_equal(count, 0);
}

static void entries_of_a_folder_come_with_their_paths(void **state)
{
	static const char *const wanted[] = {"B", "a", "longer"};
	const char *dir = vv_test_path("d/");
	vv_auto(vv_folder) f = {0};
	vv_auto(vv_folder) none = {0};
	vv_error err;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		vv_test_write_text(vv_test_path("d/%s", wanted[i]), "");
	}
	vv_assert_ok(vv_folder_read(&f, dir, false, &err), &err);
	for (size_t i = 0; i < 3; i++) {
		assert_true(vv_folder_next(&f));
		assert_string_equal(f.name, wanted[i]);
		assert_string_equal(f.path, vv_test_path("d/%s", wanted[i]));
		assert_true(f.kind == VV_ENTRY_FILE || f.kind == VV_ENTRY_UNKNOWN);
	}
	assert_false(vv_folder_next(&f));
	vv_assert_status(vv_folder_read(&none, vv_test_path("none"), false, &err), VV_ENOTFOUND,
			 &err);
	vv_assert_ok(vv_folder_read(&none, vv_test_path("none"), true, &err), &err);
	assert_int_equal(err.code, VV_OK);
	assert_false(vv_folder_next(&none));
}

static void a_path_without_memory_fails_as_such(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_folder f = {0};
	vv_stat st;
	vv_error err;

	(void)state;
	vv_assert_status(vv_open(NULL, O_RDONLY, 0, &err), VV_ENOMEM, &err);
	vv_assert_status(vv_read_file(&b, NULL, 100, &err), VV_ENOMEM, &err);
	vv_assert_status(vv_read_regular(&b, NULL, 100, &err), VV_ENOMEM, &err);
	vv_assert_status(vv_write_file(NULL, "", 0, true, &err), VV_ENOMEM, &err);
	vv_assert_status(vv_fsync_dir(NULL, &err), VV_ENOMEM, &err);
	vv_assert_status(vv_rename(NULL, "b", &err), VV_ENOMEM, &err);
	vv_assert_status(vv_rename("a", NULL, &err), VV_ENOMEM, &err);
	vv_assert_status(vv_unlink(NULL, true, &err), VV_ENOMEM, &err);
	vv_assert_status(vv_mkdirs(NULL, &err), VV_ENOMEM, &err);
	vv_assert_status(vv_mkdirs_above(NULL, &err), VV_ENOMEM, &err);
	vv_assert_status(vv_remove_tree(NULL, &err), VV_ENOMEM, &err);
	vv_assert_status(vv_lstat(&st, NULL, &err), VV_ENOMEM, &err);
	vv_assert_status(vv_folder_read(&f, NULL, true, &err), VV_ENOMEM, &err);
	vv_assert_status(vv_lock(NULL, true, 0, &err), VV_ENOMEM, &err);
	assert_false(vv_exists(NULL));
}

static vv_status list_it(void *payload, vv_error *err)
{
	vv_auto(vv_folder) f = {0};
	vv_status rc = vv_folder_read(&f, payload, false, err);
	size_t count = 0;

	while (rc == VV_OK && vv_folder_next(&f)) {
		count++;
	}
	assert_int_equal(count, rc == VV_OK ? 40 : 0);
	return rc;
}

static void listing_without_memory_leaks_nothing(void **state)
{
	const char *path = vv_test_path("d");
	int i;

	(void)state;
	for (i = 0; i < 40; i++) {
		vv_test_write_text(vv_test_path("d/%d", i), "");
	}
	vv_fault_each(VV_FAULT_ALLOC, 0, list_it, NULL, (void *)(uintptr_t)path);
}

static void a_changed_file_has_another_stat(void **state)
{
	const char *path = vv_test_path("a");
	vv_stat before, after;
	vv_error err;

	(void)state;
	vv_test_write_text(path, "123");
	vv_assert_ok(vv_lstat(&before, path, &err), &err);
	vv_assert_ok(vv_lstat(&after, path, &err), &err);
	assert_true(vv_stat_equal(&before, &after));
	assert_int_equal(before.size, 3);
	after.mode ^= 0111;
	after.uid++;
	assert_true(vv_stat_equal(&before, &after));
	vv_test_write_text(path, "456");
	vv_assert_ok(vv_lstat(&after, path, &err), &err);
	assert_false(vv_stat_equal(&before, &after));
}

static void a_held_lock_keeps_others_out(void **state)
{
	const char *path = vv_test_path("lock");
	uint64_t start;
	vv_error err;
	int a, b;

	(void)state;
	a = vv_lock(path, true, 0, &err);
	vv_assert_ok(a, &err);
	start = vv_monotonic_ms();
	vv_assert_status(vv_lock(path, true, 60, &err), VV_ELOCKED, &err);
	assert_true(vv_monotonic_ms() - start >= 60);
	vv_assert_status(vv_lock(path, false, 0, &err), VV_ELOCKED, &err);
	(void)vv_close(a, NULL, NULL);
	a = vv_lock(path, false, 0, &err);
	vv_assert_ok(a, &err);
	b = vv_lock(path, false, 0, &err);
	vv_assert_ok(b, &err);
	vv_assert_status(vv_lock(path, true, 0, &err), VV_ELOCKED, &err);
	(void)vv_close(a, NULL, NULL);
	(void)vv_close(b, NULL, NULL);
}

static void the_lock_of_a_dead_process_is_free(void **state)
{
	const char *path = vv_test_path("lock");
	vv_error err;
	pid_t child;
	int fd, status;

	(void)state;
	child = fork();
	if (child == 0) {
		_exit(vv_lock(path, true, 0, NULL) >= 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	fd = vv_lock(path, true, 0, &err);
	vv_assert_ok(fd, &err);
	(void)vv_close(fd, NULL, NULL);
}

static void a_lock_that_is_let_go_in_time_is_taken(void **state)
{
	const char *path = vv_test_path("lock");
	int ready[2];
	vv_error err;
	pid_t child;
	char c;
	int fd;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		fd = vv_lock(path, true, 0, NULL);
		if (write(ready[1], "x", 1) == 1) {
			(void)nanosleep(&(struct timespec){0, 50 * 1000 * 1000}, NULL);
		}
		_exit(fd >= 0 ? 0 : 1);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	fd = vv_lock(path, true, 10000, &err);
	vv_assert_ok(fd, &err);
	(void)vv_close(fd, NULL, NULL);
	(void)close(ready[0]);
	(void)close(ready[1]);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void a_failing_close_after_writing_is_reported(void **state)
{
	const char *path = vv_test_path("a");
	vv_error err;
	int fd = vv_open(path, O_WRONLY | O_CREAT, 0666, &err);

	(void)state;
	vv_assert_ok(fd, &err);
	vv_fault_set(VV_FAULT_CLOSE, 1, EDQUOT);
	vv_assert_status(vv_close(fd, path, &err), VV_EIO, &err);
	assert_true(vv_fault_clear());
	vv_assert_contains(err.hint, "space");
	vv_assert_ok(vv_close(-1, path, &err), &err);
}

static bool begins(const char *text, const char *begin)
{
	return strncmp(text, begin, strlen(begin)) == 0;
}

static void messages_of_open_and_rename_fit_folders(void **state)
{
	char *folder = vv_strdup(vv_test_path("folder")), *full = vv_strdup(vv_test_path("full"));
	vv_error err;

	(void)state;
	assert_int_equal(mkdir(folder, 0777), 0);
	assert_int_equal(mkdir(full, 0777), 0);
	vv_assert_ok(vv_write_file(vv_test_path("full/file"), "x", 1, false, &err), &err);
	assert_int_equal(vv_open(folder, O_RDWR | O_CREAT, 0666, &err), VV_EIO);
	assert_true(begins(err.message, "cannot open '"));
	assert_int_equal(vv_open(vv_test_path("none/file"), O_RDWR | O_CREAT, 0666, &err),
			 VV_ENOTFOUND);
	assert_true(begins(err.message, "cannot create '"));
	assert_true(vv_rename(folder, full, &err) < 0);
	assert_true(begins(err.message, "cannot rename to '"));
	vv_free_all(folder, full);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_written_file_reads_back),
	cmocka_unit_test(short_and_interrupted_transfers_go_on),
	cmocka_unit_test(an_offset_beyond_the_largest_file_is_an_error),
	cmocka_unit_test(a_file_above_the_limit_is_refused),
	cmocka_unit_test(a_file_without_a_size_is_read_to_its_end),
	cmocka_unit_test(missing_files_and_folders_are_told_apart_from_trouble),
	cmocka_unit_test(a_failed_replacement_leaves_the_old_file_and_no_other),
	cmocka_unit_test(a_replaced_file_keeps_its_permissions),
	cmocka_unit_test(a_durable_write_syncs_the_file_and_its_folder),
	cmocka_unit_test(temporary_files_are_new_and_writable),
	cmocka_unit_test(a_new_file_takes_no_place_of_a_pipe),
	cmocka_unit_test(folders_are_made_with_those_above),
	cmocka_unit_test(a_tree_is_removed_without_following_links),
	cmocka_unit_test(a_folder_that_is_being_removed_gets_no_lock),
	cmocka_unit_test(the_lock_of_a_folder_is_removed_last),
	cmocka_unit_test(a_failing_removal_is_reported),
	cmocka_unit_test(names_are_listed_in_byte_order),
	cmocka_unit_test(entries_of_a_folder_come_with_their_paths),
	cmocka_unit_test(a_path_without_memory_fails_as_such),
	cmocka_unit_test(listing_without_memory_leaks_nothing),
	cmocka_unit_test(a_changed_file_has_another_stat),
	cmocka_unit_test(a_held_lock_keeps_others_out),
	cmocka_unit_test(the_lock_of_a_dead_process_is_free),
	cmocka_unit_test(a_lock_that_is_let_go_in_time_is_taken),
	cmocka_unit_test(a_failing_close_after_writing_is_reported),
	cmocka_unit_test(messages_of_open_and_rename_fit_folders),
};

VV_TEST_SUITE(file)
