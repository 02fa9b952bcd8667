/*
 * Reads the input as the journal of a command that was killed: lines of JSON, whose checksums are made
 * right. Whatever it is, reading ends, and no path in it leads out of the work tree.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"
#include "lib/worktree/journal_internal.h"
#include "repo/git/repository.h"
#include "repo/git/repository_init.h"
#include "tests/fuzz/fuzz.h"

static char dir[64];
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
	char *folder;
	bool created;
	vv_error err;

	(void)snprintf(dir, sizeof(dir), "%.40s/varve-journal-XXXXXX",
		       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	require(mkdtemp(dir) && setenv("HOME", dir, 1) == 0 && unsetenv("GIT_DIR") == 0);
	opts.env = vv_fuzz_env();
	require(vv_repository_init(&repo, dir, &opts, &created, &err) == VV_OK);
	folder = vv_journal_place(repo, NULL);
	require(folder && vv_mkdirs(folder, &err) == VV_OK && atexit(finish) == 0);
	vv_free(folder);
}

/* Each line of the input behind the checksum that continues the chain. */
static void put_lines(vv_buf *out, const char *text, size_t len)
{
	uint64_t chain = 0;

	while (len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;

		chain = vv_xxh3(text, n, chain);
		vv_buf_printf(out, "%016llx ", (unsigned long long)chain);
		vv_buf_put(out, text, n);
		vv_buf_puts(out, end ? "\n" : "");
		text += end ? n + 1 : n;
		len -= end ? n + 1 : n;
	}
}

static void check_path(const char *path)
{
	require(path[0] != '/' && strcmp(path, "..") != 0 && strncmp(path, "../", 3) != 0 &&
		strstr(path, "/../") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vv_buf log = VV_BUF_INIT;
	vv_journal_log l;
	vv_error err = {0};
	char *path;
	vv_status rc;

	if (size == 0 || size > 65536) return 0;
	if (!repo) {
		prepare();
	}
	if (data[0] % 8 == 0) {
		vv_buf_put(&log, data + 1, size - 1); /* as it is */
	} else {
		put_lines(&log, (const char *)data + 1, size - 1);
	}
	path = vv_journal_place(repo, VV_JOURNAL_LOG);
	require(path && vv_write_file(path, vv_buf_cstr(&log), log.len, false, &err) == VV_OK);
	rc = vv_journal_read(&l, repo, &err);
	require(rc == VV_OK || err.message[0] != '\0' || rc == VV_ENOTFOUND);
	for (size_t i = 0; rc == VV_OK && i < l.entry_count; i++) {
		check_path(l.entries[i].change.path);
	}
	vv_journal_log_clear(&l);
	vv_free(path);
	vv_buf_clear(&log);
	return 0;
}
