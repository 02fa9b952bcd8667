/*
 * sys: the table's real functions, clocks, the program that runs.
 */

#include "base/sys.h"

#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static atomic_uint_fast64_t fsync_count;

static int sys_open(const char *path, int flags, mode_t mode)
{
	return open(path, flags, mode);
}

static int sys_fsync(int fd)
{
	const int rc = vv_os_durable(fd);

	if (rc == 0) {
		atomic_fetch_add_explicit(&fsync_count, 1, memory_order_relaxed);
	}
	return rc;
}

vv_sys vv_sys_ops = {
	.malloc = malloc,
	.calloc = calloc,
	.realloc = realloc,
	.open = sys_open,
	.close = close,
	.read = read,
	.pread = pread,
	.write = write,
	.fsync = sys_fsync,
	.ftruncate = ftruncate,
	.rename = rename,
	.unlink = unlink,
	.symlink = symlink,
	.mkdir = mkdir,
	.rmdir = rmdir,
};

uint64_t vv_sys_fsyncs(void)
{
	return atomic_load_explicit(&fsync_count, memory_order_relaxed);
}

void *vv_malloc(size_t size)
{
	return vv_sys_ops.malloc(size > 0 ? size : 1);
}

void *vv_calloc(size_t count, size_t size)
{
	size_t total;

	if (!vv_mul_size(&total, count, size)) return NULL;
	/* Fresh memory of the system is zero, and its pages are allocated on first use. */
	return vv_sys_ops.calloc(total > 0 ? total : 1, 1);
}

void *vv_realloc(void *p, size_t size)
{
	return vv_sys_ops.realloc(p, size > 0 ? size : 1);
}

void *vv_realloc_array(void *p, size_t count, size_t size)
{
	size_t total;

	if (!vv_mul_size(&total, count, size)) return NULL;
	return vv_realloc(p, total);
}

char *vv_strdup(const char *s)
{
	return vv_strndup(s, strlen(s));
}

char *vv_strndup(const char *s, size_t len)
{
	size_t size;

	if (!vv_add_size(&size, len, 1)) return NULL;
	char *copy = vv_malloc(size);
	if (copy) {
		if (len > 0) {
			memcpy(copy, s, len);
		}
		copy[len] = '\0';
	}
	return copy;
}

void vv_free(void *p)
{
	free(p);
}

void vv_free_list(void *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(list[i]);
	}
}

bool vv_add_size(size_t *out, size_t a, size_t b)
{
	size_t sum;

	if (__builtin_add_overflow(a, b, &sum)) return false;
	*out = sum;
	return true;
}

bool vv_mul_size(size_t *out, size_t a, size_t b)
{
	size_t product;

	if (__builtin_mul_overflow(a, b, &product)) return false;
	*out = product;
	return true;
}

void vv_now(int64_t *sec, uint32_t *nsec)
{
	struct timespec ts = {0, 0};

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	*sec = (int64_t)ts.tv_sec;
	*nsec = (uint32_t)ts.tv_nsec;
}

int64_t vv_now_sec(void)
{
	const time_t now = time(NULL);
	return now > 0 ? (int64_t)now : 0;
}

static uint64_t clock_ms(clockid_t clock)
{
	struct timespec ts = {0, 0};

	(void)clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000u + (uint64_t)ts.tv_nsec / 1000000u;
}

uint64_t vv_monotonic_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

void vv_sleep_ms(uint64_t ms)
{
	(void)nanosleep(&(struct timespec){.tv_sec = (time_t)(ms / 1000),
					   .tv_nsec = (long)(ms % 1000 * 1000000)},
			NULL);
}

uint64_t vv_thread_cpu_ms(void)
{
	return clock_ms(CLOCK_THREAD_CPUTIME_ID);
}

/* Started by a dynamic loader of its own (tests/package/make: ld-linux-x86-64.so.2, ld64.so.1), the running program is the
 * loader; the script that started it passes the real path. */
static const char *started_by(const char *exe)
{
	const char *name = strrchr(exe, '/'), *script = getenv("VARVE_PROGRAM");

	return name && strncmp(name, "/ld", 3) == 0 && script && script[0] == '/' &&
			       access(script, X_OK) == 0
		       ? script
		       : NULL;
}

/* The program varve for varve-web and its like, whose folder is given: beside them, or where they are in libexec/varve
 * in bin, or that of PATH. */
static char *varve_for_others(const char *folder, size_t len)
{
	static const char *const places[] = {"varve", "../../bin/varve"};
	char path[PATH_MAX + sizeof("../../bin/varve")];

	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "%.*s/%s", (int)len, folder, places[i]);
		if (access(path, X_OK) == 0) return vv_strdup(path);
	}
	return vv_strdup("varve");
}

char *vv_varve_path(void)
{
	char path[PATH_MAX];
	const char *script, *slash;

	if (vv_os_program(path, sizeof(path))) {
		if ((script = started_by(path)) != NULL) return vv_strdup(script);
		slash = strrchr(path, '/');
		if (slash && strncmp(slash, "/varve-", 7) == 0) {
			return varve_for_others(path, (size_t)(slash - path));
		}
		/* A program that was replaced while it runs is shown with " (deleted)" after it. */
		if (access(path, X_OK) == 0) return vv_strdup(path);
	}
	return vv_strdup("varve");
}
