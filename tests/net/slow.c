/*
 * slow: a library for LD_PRELOAD that makes `varve serve` slow at chosen places, and no other
 * process.
 *
 * SLOW_OPEN_MS  how much longer a process takes, once, to open a file ...
 * SLOW_OPEN     ... whose path matches this pattern
 * SLOW_SYNC_MS  how much longer each fsync takes
 * SLOW_LOCK_MS  how much longer it takes to get a lock that nobody else may have
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static bool is_server(void)
{
	static int known = -1;
	char line[256] = "";
	long fd = known < 0 ? syscall(SYS_openat, AT_FDCWD, "/proc/self/cmdline", O_RDONLY) : -1;
	long got = fd >= 0 ? syscall(SYS_read, fd, line, sizeof(line) - 1) : 0;

	if (fd >= 0) {
		known = 0;
		(void)syscall(SYS_close, fd);
	}
	for (long at = 0; at < got; at += (long)strlen(line + at) + 1) {
		known |= strcmp(line + at, "serve") == 0;
	}
	return known > 0;
}

static void wait_for(const char *setting)
{
	const char *text = is_server() ? getenv(setting) : NULL;
	long ms = text ? strtol(text, NULL, 10) : 0;
	struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	if (ms > 0) {
		nanosleep(&t, NULL);
	}
}

static void wait_to_open(const char *path)
{
	static bool waited;
	const char *pattern = getenv("SLOW_OPEN");

	if (!waited && pattern && fnmatch(pattern, path, 0) == 0) {
		waited = true;
		wait_for("SLOW_OPEN_MS");
	}
}

int open(const char *path, int flags, ...)
{
	va_list args;
	va_start(args, flags);
	int mode = flags & O_CREAT ? va_arg(args, int) : 0;
	va_end(args);
	wait_to_open(path);
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	va_list args;
	va_start(args, flags);
	int mode = flags & O_CREAT ? va_arg(args, int) : 0;
	va_end(args);
	wait_to_open(path);
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int fsync(int fd)
{
	wait_for("SLOW_SYNC_MS");
	return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	wait_for("SLOW_SYNC_MS");
	return (int)syscall(SYS_fdatasync, fd);
}

int flock(int fd, int how)
{
	if (how & LOCK_EX) {
		wait_for("SLOW_LOCK_MS");
	}
	return (int)syscall(SYS_flock, fd, how);
}
