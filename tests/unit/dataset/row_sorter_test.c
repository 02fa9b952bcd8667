/*
 * Lines put in order, however many runs they take on disk; full disks, unreadable files and killed processes.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sys.h"
#include "dataset/read/row_sorter.h"
#include "tests/unit/support.h"

#define SMALL ((size_t)4 << 10)

/* The n-th line: a key of 8 digits, of which there are a few twice, and a text of any length. */
static void make_line(char out[400], uint32_t n)
{
	unsigned key = (unsigned)(n * 2654435761u % 3000017u), len = n * 31 % 300;

	(void)snprintf(out, 400, "%08u,", key);
	memset(out + 9, 'a' + (int)(n % 26), len);
	out[9 + len] = '\0';
}

static vv_status fill(row_sorter *s, uint32_t count, vv_error *err)
{
	char line[400];

	for (uint32_t n = 0; n < count; n++) {
		make_line(line, n);
		row_sorter_add(s, line, 8, line, strlen(line));
	}
	return row_sorter_ok(s, err);
}

/* All lines came, each as it was, in the order of keys and places. */
static vv_status drain(row_sorter *s, uint32_t count, vv_error *err)
{
	char before[9] = "", want[400];
	uint64_t place = 0;
	uint32_t came = 0;
	sorted_line line;
	uint8_t *seen = calloc(count, 1);
	vv_status rc;

	assert_non_null(seen);
	while (row_sorter_next(s, &line)) {
		int c = memcmp(before, line.bytes, 8);

		assert_true(came == 0 || c < 0 || (c == 0 && place < line.place));
		assert_true(line.place < count && !seen[line.place]);
		make_line(want, (uint32_t)line.place);
		assert_int_equal(line.len, strlen(want));
		assert_memory_equal(line.bytes, want, line.len);
		memcpy(before, line.bytes, 8);
		place = line.place;
		seen[place] = 1;
		came++;
	}
	free(seen);
	if ((rc = row_sorter_ok(s, err)) == VV_OK) {
		assert_int_equal(came, count);
	}
	return rc;
}

static vv_status sort(const char *dir, uint32_t count, size_t memory, vv_error *err)
{
	row_sorter *s = NULL;
	vv_status rc = row_sorter_new(&s, dir, memory, err);

	if (rc == VV_OK && (rc = fill(s, count, err)) == VV_OK) {
		rc = drain(s, count, err);
	}
	row_sorter_free(s);
	return rc;
}

static void lines_come_in_order_from_memory_and_from_any_number_of_runs(void **state)
{
	/* runs of 4 KiB: none, one, some, and more than are merged at once, several times */
	static const uint32_t counts[] = {0, 1, 5, 30, 3000, 20000};
	vv_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		vv_assert_ok(sort(vv_test_dir(), counts[i], SMALL, &err), &err);
		vv_assert_ok(sort(vv_test_dir(), counts[i], 0, &err), &err);
	}
}

static void a_line_that_is_longer_than_the_memory_comes_all_the_same(void **state)
{
	size_t len = 20 * SMALL;
	char *text = malloc(len);
	row_sorter *s = NULL;
	sorted_line line;
	vv_error err;

	(void)state;
	assert_non_null(text);
	vv_assert_ok(row_sorter_new(&s, vv_test_dir(), SMALL, &err), &err);
	for (int i = 4; i >= 0; i--) {
		char key = (char)('a' + i);

		memset(text, key, len);
		row_sorter_add(s, &key, 1, text, len - (size_t)i);
	}
	vv_assert_ok(row_sorter_ok(s, &err), &err);
	for (size_t i = 0; i < 5; i++) {
		assert_true(row_sorter_next(s, &line));
		assert_int_equal(line.len, len - i);
		assert_int_equal(line.bytes[line.len - 1], 'a' + (int)i);
		assert_int_equal(line.place, 4 - i);
	}
	assert_false(row_sorter_next(s, &line));
	row_sorter_free(s);
	free(text);
}

static size_t count_entries(const char *dir)
{
	DIR *d = opendir(dir);
	size_t n = 0;

	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));) {
		n += e->d_name[0] != '.';
	}
	closedir(d);
	return n;
}

static void nothing_is_left(void *payload, vv_status rc)
{
	(void)rc;
	assert_int_equal(count_entries(payload), 0);
}

static vv_status sort_spilled(void *payload, vv_error *err)
{
	return sort(payload, 2000, 16 * SMALL, err);
}

/* Enough for runs to be merged before the end. */
static vv_status sort_merged(void *payload, vv_error *err)
{
	return sort(payload, 14000, SMALL, err);
}

static char *folder(const char *name)
{
	static char path[400];

	(void)snprintf(path, sizeof(path), "%s/%s", vv_test_dir(), name);
	assert_int_equal(mkdir(path, 0777), 0);
	return path;
}

static void a_full_disk_is_said_and_leaves_nothing(void **state)
{
	vv_error err = {0};

	(void)state;
	vv_fault_each(VV_FAULT_WRITE, ENOSPC, sort_spilled, nothing_is_left, folder("full"));
	vv_fault_each(VV_FAULT_WRITE, ENOSPC, sort_merged, nothing_is_left, folder("fuller"));
	vv_fault_set_lasting(VV_FAULT_WRITE, 1, ENOSPC);
	assert_int_equal(sort(vv_test_dir(), 2000, SMALL, &err), VV_EIO);
	assert_true(vv_fault_clear());
	assert_non_null(strstr(err.message, "No space left"));
	assert_true(err.hint[0]);
}

static void an_unreadable_file_is_said(void **state)
{
	(void)state;
	vv_fault_each(VV_FAULT_READ, EIO, sort_spilled, nothing_is_left, folder("unread"));
}

static void running_out_of_memory_is_said(void **state)
{
	(void)state;
	vv_fault_each(VV_FAULT_ALLOC, 0, sort_spilled, nothing_is_left, folder("memory"));
}

static void what_a_killed_process_left_goes_with_the_next_one(void **state)
{
	char *dir = folder("killed");
	bool left = false;
	vv_error err;
	int status = 0;

	(void)state;
	for (unsigned n = 1; n < 100; n++) {
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0) {
			vv_fault_kill(n);
			_exit(sort(dir, 2000, SMALL, NULL) == VV_OK ? 0 : 1);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		left = left || count_entries(dir) > 0;
		if (WEXITSTATUS(status) != VV_FAULT_KILLED) {
			break;
		}
		vv_assert_ok(sort(dir, 2000, SMALL, &err), &err);
		assert_int_equal(count_entries(dir), 0);
	}
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_true(left); /* else this tests nothing */
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(lines_come_in_order_from_memory_and_from_any_number_of_runs),
	cmocka_unit_test(a_line_that_is_longer_than_the_memory_comes_all_the_same),
	cmocka_unit_test(a_full_disk_is_said_and_leaves_nothing),
	cmocka_unit_test(an_unreadable_file_is_said),
	cmocka_unit_test(running_out_of_memory_is_said),
	cmocka_unit_test(what_a_killed_process_left_goes_with_the_next_one),
};

VV_TEST_SUITE(row_sorter)
