/*
 * The input is Git's side of the protocol of the long-running filter, in a new small
 * repository. Whatever the input, nothing may be written outside .git.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "cmd/frame/run.h"
#include "cmd/varve/commands.h"
#include "repo/git/repository.h"
#include "repo/git/repository_init.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input_file.h"

static char dir[] = "/tmp/varve-filter-XXXXXX";

static int no_fsync(int fd)
{
	(void)fd;
	return 0;
}

static void remove_dir(void)
{
	(void)vv_remove_tree(dir, NULL);
}

static void make_repository(void)
{
	static const char attributes[] = "*.csv filter=varve diff=varve merge=varve -text\n";
	vv_init_options opts = {.program = "varve", .initial_branch = "main"};
	vv_repository *r = NULL;
	vv_buf file = VV_BUF_INIT;
	bool created;
	vv_error err;

	if (!mkdtemp(dir) || atexit(remove_dir) != 0 || setenv("HOME", dir, 1) != 0 ||
	    unsetenv("GIT_DIR") != 0 || unsetenv("GIT_INDEX_FILE") != 0 ||
	    unsetenv("GIT_WORK_TREE") != 0) {
		abort();
	}
	vv_sys_ops.fsync = no_fsync; /* thousands of small packs */
	vv_buf_printf(&file, "%s/.gitattributes", dir);
	opts.env = vv_fuzz_env();
	if (vv_repository_init(&r, dir, &opts, &created, &err) < 0 ||
	    vv_write_file(vv_buf_cstr(&file), attributes, sizeof(attributes) - 1, false, &err) <
		    0) {
		(void)fprintf(stderr, "%s\n", err.message);
		abort();
	}
	vv_buf_clear(&file);
	vv_repository_close(r);
}

/* Puts from in the place of a standard file; returns what was there. */
static int replace(int standard, int from)
{
	int kept = dup(standard);

	if (kept < 0 || from < 0 || dup2(from, standard) < 0) {
		abort();
	}
	(void)close(from);
	return kept;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	char *none[] = {NULL};
	char **names = NULL;
	size_t count = 0;
	int in, out, errors, here = open(".", O_RDONLY | O_DIRECTORY); /* the fuzzer's own */
	vv_error err;

	if (!ready) {
		make_repository();
		ready = true;
	}
	if (here < 0 || chdir(dir) < 0) {
		abort();
	}
	in = replace(STDIN_FILENO, open(vv_fuzz_file(data, size), O_RDONLY));
	out = replace(STDOUT_FILENO, open("/dev/null", O_WRONLY));
	errors = replace(STDERR_FILENO, open("/dev/null", O_WRONLY));
	(void)vv_command_run(&vv_cmd_filter_process, 0, none);
	(void)fflush(stdout);
	(void)close(replace(STDIN_FILENO, in));
	(void)close(replace(STDOUT_FILENO, out));
	(void)close(replace(STDERR_FILENO, errors));
	if (fchdir(here) < 0) {
		abort();
	}
	(void)close(here);
	/* .git and .gitattributes */
	if (vv_list_dir(&names, &count, dir, &err) < 0 || count != 2) {
		abort();
	}
	vv_names_free(names, count);
	return 0;
}
