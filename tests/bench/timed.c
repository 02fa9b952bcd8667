/*
 * timed: runs a command and writes what it cost.
 *
 * timed RESULT COMMAND [ARGUMENT...]
 *
 * RESULT becomes one line: wall time, user time and system time in microseconds, peak
 * resident memory in KiB (the largest of the command and the children it waited for), and
 * the exit status. A small launcher of its own, because the interpreter of a script
 * would count its own memory (the kernel carries the peak over an exec) and its own
 * start of some milliseconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long microseconds(struct timeval t)
{
	return (long long)t.tv_sec * 1000000 + (long long)t.tv_usec;
}

static long long now(void)
{
	struct timespec t = {0};
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: timed RESULT COMMAND [ARGUMENT...]\n");
		return 2;
	}
	FILE *result = fopen(argv[1], "w");
	if (!result) {
		perror(argv[1]);
		return 2;
	}
	long long start = now();
	pid_t child = fork();
	if (child < 0) {
		perror("fork");
		return 2;
	}
	if (child == 0) {
		/* For the command alone, not for this launcher. */
		const char *preload = getenv("TIMED_PRELOAD");
		if (preload && setenv("LD_PRELOAD", preload, 1) < 0) {
			_exit(127);
		}
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	int status = 0;
	if (waitpid(child, &status, 0) < 0) {
		perror("waitpid");
		return 2;
	}
	long long wall = now() - start;
	struct rusage use = {0};
	getrusage(RUSAGE_CHILDREN, &use);
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	fprintf(result, "%lld %lld %lld %ld %d\n", wall, microseconds(use.ru_utime),
		microseconds(use.ru_stime), use.ru_maxrss, code);
	return fclose(result) == 0 ? 0 : 2;
}
