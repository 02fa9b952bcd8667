/*
 * slow_fsync: every fsync takes longer, and is counted, as on a disk that has to reach its
 * platter or its flash. A library for LD_PRELOAD:
 *
 * SLOW_FSYNC_US  how much longer each call takes, in microseconds
 * SLOW_FSYNC_LOG a file that grows by one byte for each call
 *
 * Programs that make system calls without the C library (those written in Go) are not
 * reached by it.
 */
#define _DEFAULT_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void wait_and_count(void)
{
	const char *delay = getenv("SLOW_FSYNC_US");
	long us = delay ? strtol(delay, NULL, 10) : 0;
	if (us > 0) {
		struct timespec t = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
		nanosleep(&t, NULL);
	}
	const char *log = getenv("SLOW_FSYNC_LOG");
	int fd = log ? open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644) : -1;
	if (fd >= 0) {
		(void)!write(fd, ".", 1);
		close(fd);
	}
}

int fsync(int fd)
{
	long result = syscall(SYS_fsync, fd);
	wait_and_count();
	return (int)result;
}

int fdatasync(int fd)
{
	long result = syscall(SYS_fdatasync, fd);
	wait_and_count();
	return (int)result;
}
