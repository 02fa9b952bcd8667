/*
 * main: the program: options before the command's name, and which command it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/frame/run.h"
#include "cmd/varve/commands.h"
#include "cmd/vault/work/vault_source.h"
#include "dataset/format/group_edit.h"
#include "diff/rows/row_hashes.h"
#include "lib/work/peers/needed.h"
#include "lib/work/peers/reach.h"
#include "repo/blocks/edit_codec.h"
#include "repo/git/merge/renames.h"
#include "repo/git/repository.h"

static const vv_edit_codec group_edits = {vv_group_edit_make, vv_group_edit_apply};

static void on_failed_write(int signal_number)
{
	(void)signal_number;
}

/* A reader that goes away is seen as EPIPE, a file that may not grow (ulimit -f) as
 * EFBIG, so that a command can end its work. A handler, not SIG_IGN: the programs that
 * varve runs must not inherit it. */
static void catch_signals(void)
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_failed_write;
	sigemptyset(&sa.sa_mask);
	sa.sa_flags = SA_RESTART;
	sigaction(SIGPIPE, &sa, NULL);
	sigaction(SIGXFSZ, &sa, NULL);
}

/* A closed stdin, stdout or stderr would let the first opened file take its number,
 * and messages would be written into it. */
static bool fill_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd) {
			return false;
		}
	}
	return true;
}

/* As in Git: GIT_DIR for us and for what we run. */
static int set_git_dir(const char *dir)
{
	char *real = realpath(dir, NULL);
	vv_error err;

	if (!real) {
		vv_fail_errno(&err, "no repository at", dir);
		return -1 - vv_report(&err);
	}
	(void)setenv("GIT_DIR", real, 1);
	free(real);
	return 0;
}

/* Options before the command. Returns how many arguments they took, or -1 - exit code. */
static int global_options(int argc, char **argv)
{
	const char *git_dir = NULL;
	int i = 1, failed;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "-C") == 0) {
			if (i + 1 >= argc) {
				return -1 - vv_usage_error("-C needs a value: DIR");
			}
			i++;
			if (argv[i][0] && chdir(argv[i]) != 0) {
				vv_error err;
				vv_fail_errno(&err, "cannot change to", argv[i]);
				return -1 - vv_report(&err);
			}
			if (argv[i][0]) {
				vv_repository_name_here();
			}
		} else if (strcmp(argv[i], "--git-dir") == 0) {
			if (i + 1 >= argc) {
				return -1 - vv_usage_error("--git-dir needs a value: DIR");
			}
			git_dir = argv[++i];
		} else if (strncmp(argv[i], "--git-dir=", 10) == 0) {
			git_dir = argv[i] + 10;
		} else if (strcmp(argv[i], "--offline") == 0) {
			setenv(VV_OFFLINE_VAR, "1", 1);
		} else if (strcmp(argv[i], "--no-pager") == 0) {
			setenv("GIT_PAGER", "cat", 1);
		} else if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0) {
			vv_commands_overview(true);
			return -1 - VV_EXIT_OK;
		} else if (strcmp(argv[i], "--version") == 0) {
			return -1 - vv_command_run(&vv_cmd_version, 0, argv + argc);
		} else {
			return -1 -
			       vv_usage_error("varve has no option '%s'", vv_text_shows(argv[i]));
		}
	}
	if (git_dir && (failed = set_git_dir(git_dir)) < 0) {
		return failed;
	}
	return i;
}

static int run(int argc, char **argv)
{
	const vv_command *c;
	int at = global_options(argc, argv);

	if (at < 0) {
		return -1 - at;
	}
	if (at >= argc) {
		vv_commands_overview(false);
		return VV_EXIT_TROUBLE;
	}
	c = vv_command_find(argv[at]);
	if (!c) {
		return vv_commands_unknown(argv[at], argc - at - 1, argv + at + 1);
	}
	return vv_command_run(c, argc - at - 1, argv + at + 1);
}

int main(int argc, char **argv)
{
	if (!fill_standard_files()) {
		return VV_EXIT_TROUBLE;
	}
	catch_signals();
	vv_renames_by_rows(vv_row_hashes);
	vv_edit_codec_register(&group_edits);
	vv_reach_add_kind(VV_VAULT_SOURCE, "the vault", vv_vault_sources_open);
	return vv_out_end(run(argc, argv));
}
