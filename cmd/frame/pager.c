/*
 * pager: which program pages, and how it is run (as Git: GIT_PAGER, core.pager, PAGER,
 * less; by the shell, since users put arguments there).
 */
#include "cmd/frame/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A shell ends with 127 where there is no such program: it has said so, and all goes to the terminal. */
static const char unless_missing[] = "sh -c \"$VARVE_PAGER\"; [ $? -ne 127 ] || exec cat";

static pid_t pager = -1;
static int before = -1; /* stdout, while the pager has its place */

static const char *choose(const char *core_pager)
{
	const char *program = getenv("GIT_PAGER");

	if (!program) {
		program = core_pager;
	}
	if (!program) {
		program = getenv("PAGER");
	}
	if (!program) {
		program = "less";
	}
	return *program == '\0' || strcmp(program, "cat") == 0 ? NULL : program;
}

void vv_pager_begin(const char *core_pager_or_null)
{
	const char *program = choose(core_pager_or_null);
	int ends[2];

	if (!program || pager >= 0 || pipe(ends) != 0) return;
	pager = fork();
	if (pager == 0) {
		dup2(ends[0], STDIN_FILENO);
		close(ends[0]);
		close(ends[1]);
		setenv("LESS", "FRX", 0);
		setenv("LV", "-c", 0);
		setenv("VARVE_PAGER", program, 1);
		execl("/bin/sh", "sh", "-c", unless_missing, (char *)NULL);
		_exit(127);
	}
	close(ends[0]);
	if (pager > 0) {
		before = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
		dup2(ends[1], STDOUT_FILENO);
	}
	close(ends[1]);
	if (pager > 0) {
		setenv("GIT_PAGER_IN_USE", "true", 1);
	}
}

static void wait_for_user(void)
{
	/* EINTR: an interrupt meant for the pager; go on waiting for it. */
	while (waitpid(pager, NULL, 0) < 0 && errno == EINTR) {
		continue;
	}
	pager = -1;
}

void vv_pager_end(void)
{
	if (pager < 0) return;
	fclose(stdout);
	wait_for_user();
}

void vv_pager_leave(void)
{
	if (pager < 0) return;
	dup2(before, STDOUT_FILENO);
	close(before);
	wait_for_user();
	unsetenv("GIT_PAGER_IN_USE");
}
