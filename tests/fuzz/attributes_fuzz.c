/*
 * Reads the input as a work tree's .gitattributes, lists its lines, and changes it. Whatever it is, reading ends; a path
 * that was tracked is tracked once and by its own line; a rename moves no other line; removed lines are missing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/sys.h"
#include "repo/git/index/attribute_lines.h"
#include "repo/git/index/attributes.h"
#include "repo/git/repository_init.h"
#include "tests/fuzz/fuzz.h"

static char dir[64], file[128];
static vv_repository *repo;

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void finish(void)
{
	vv_repository_close(repo);
	(void)vv_remove_tree(dir, NULL);
}

static void prepare(void)
{
	vv_init_options opts = {.program = "varve", .initial_branch = "main"};
	bool created;
	vv_error err;

	(void)snprintf(dir, sizeof(dir), "%.40s/varve-lines-XXXXXX",
		       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	require(mkdtemp(dir) && setenv("HOME", dir, 1) == 0 && unsetenv("GIT_DIR") == 0);
	opts.env = vv_fuzz_env();
	require(vv_repository_init(&repo, dir, &opts, &created, &err) == VV_OK);
	(void)snprintf(file, sizeof(file), "%s/.gitattributes", dir);
	require(atexit(finish) == 0);
}

static vv_status see(void *payload, const char *name, unsigned line, const char *pattern,
		     const char *attributes, vv_error *err)
{
	size_t *lines = payload;

	(void)err;
	require(strcmp(name, ".gitattributes") == 0 && line > 0 && *pattern &&
		!strchr(attributes, '\n'));
	(*lines)++;
	return VV_OK;
}

static vv_buf read_it(void)
{
	vv_buf b = VV_BUF_INIT;
	vv_error err;

	require(vv_read_file(&b, file, 1 << 20, &err) == VV_OK);
	return b;
}

static bool same(const vv_buf *a, const vv_buf *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* Tracked, tracked again, renamed there and back, and untracked. */
static void change(void)
{
	static const char *const names[] = {"fuzz a.csv"};
	static const vv_attr_rename there = {"fuzz a.csv", "fuzz/b.csv", VV_ATTR_FILTER_LINE};
	static const vv_attr_rename back = {"fuzz/b.csv", "fuzz a.csv", VV_ATTR_FILTER_LINE};
	bool changed;
	vv_error err = {0};
	vv_buf once, twice;

	if (vv_attr_track(repo, names, 1, true, &changed, &err) < 0) {
		require(err.message[0] != '\0');
		return;
	}
	once = read_it();
	require(vv_attr_track(repo, names, 1, true, &changed, &err) == VV_OK && !changed);
	require(vv_attr_rename_all(repo, &there, 1, &changed, &err) == VV_OK && changed);
	require(vv_attr_rename_all(repo, &back, 1, &changed, &err) == VV_OK && changed);
	require(vv_attr_untrack(repo, "fuzz a.csv", true, &err) == VV_OK);
	require(vv_attr_untrack(repo, "fuzz a.csv", true, &err) == VV_ENOTFOUND);
	require(vv_attr_untrack(repo, "fuzz/b.csv", true, &err) == VV_ENOTFOUND);
	twice = read_it();
	require(!same(&once, &twice) && twice.len < once.len);
	vv_buf_clear(&once);
	vv_buf_clear(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t lines = 0;
	bool holds;
	vv_error err = {0};

	if (size > 16384) return 0;
	if (!repo) {
		prepare();
	}
	require(vv_write_file(file, data, size, false, &err) == VV_OK);
	vv_attr_flush(repo);
	require(vv_attr_lines(repo, NULL, VV_ATTR_FILTER_LINES, see, &lines, &err) == VV_OK);
	require(vv_attr_lines(repo, NULL, VV_ATTR_COMPARED_LINES, see, &lines, &err) == VV_OK);
	require(vv_attr_lines(repo, NULL, VV_ATTR_TEXT_LINES, see, &lines, &err) == VV_OK);
	(void)vv_attr_tracked(repo, "dir/fuzz.csv", &holds, &err);
	(void)vv_attr_compared(repo, "dir/fuzz.csv", &holds, &err);
	change();
	vv_attr_flush(repo);
	return 0;
}
