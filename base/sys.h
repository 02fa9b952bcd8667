/*
 * sys: calls the operating system for memory and files through one table of functions; clocks; the path
 * of the program varve.
 *
 * The table is vv_sys_ops. A test can replace its functions to make any call fail (the n-th
 * allocation, write, fsync, rename ...). Programs never change the table; tests change it before
 * they start threads. Each member behaves as the POSIX function of the same name, also in setting
 * errno. read(), pread() and write() can transfer fewer bytes than requested.
 */
#ifndef VV_BASE_SYS_H
#define VV_BASE_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#include "base/auto.h"
#include "base/os.h"

/* The table. */
typedef struct vv_sys {
	void *(*malloc)(size_t size);
	void *(*calloc)(size_t count, size_t size);
	void *(*realloc)(void *p, size_t size);
	int (*open)(const char *path, int flags, mode_t mode);
	int (*close)(int fd);
	ssize_t (*read)(int fd, void *buf, size_t len);
	ssize_t (*pread)(int fd, void *buf, size_t len, off_t offset);
	ssize_t (*write)(int fd, const void *buf, size_t len);
	int (*fsync)(int fd); /* implemented by vv_os_durable */
	int (*ftruncate)(int fd, off_t len);
	int (*rename)(const char *from, const char *to);
	int (*unlink)(const char *path);
	int (*symlink)(const char *target, const char *path);
	int (*mkdir)(const char *path, mode_t mode);
	int (*rmdir)(const char *path);
} vv_sys;

extern vv_sys vv_sys_ops;

/* Returns the number of successful calls of the table's own fsync since the program started. */
uint64_t vv_sys_fsyncs(void);

/* Allocate through the table. A size of 0 counts as 1. Return NULL if memory runs out. */
void *vv_malloc(size_t size);
void *vv_calloc(size_t count, size_t size);                 /* zeroed; NULL on overflow */
void *vv_realloc(void *p, size_t size);                     /* p stays valid on failure */
void *vv_realloc_array(void *p, size_t count, size_t size); /* also NULL on overflow */
char *vv_strdup(const char *s);
char *vv_strndup(const char *s, size_t len); /* len bytes and a NUL */
void vv_free(void *p);                       /* accepts NULL */
VV_AUTO_FREE(char, vv_free)
/* Frees several pointers, in this order: vv_free_all(r->name, r->url, r); */
#define vv_free_all(...)                                                                           \
	vv_free_list((void *const[]){__VA_ARGS__},                                                 \
		     sizeof((void *const[]){__VA_ARGS__}) / sizeof(void *))
/* Does the work of vv_free_all. */
void vv_free_list(void *const *list, size_t count);

/* Declares a pointer that vv_free frees at the end of its block:
 *
 *	vv_auto_free size_t *places = NULL;
 *
 * For char *, vv_auto(char) does the same. */
#define vv_auto_free __attribute__((cleanup(vv_free_at)))
static inline void vv_free_at(void *pointer)
{
	void *p;

	memcpy(&p, pointer, sizeof(p)); /* whatever the pointer's type */
	vv_free(p);
}

/* Sets *out to the sum of two sizes, for sizes from untrusted input. On overflow, returns false and
 * leaves *out unchanged. */
bool vv_add_size(size_t *out, size_t a, size_t b);
/* Sets *out to the product of two sizes, as vv_add_size does for the sum. */
bool vv_mul_size(size_t *out, size_t a, size_t b);

void vv_now(int64_t *sec, uint32_t *nsec); /* the time since 1970, in seconds and nanoseconds */
int64_t vv_now_sec(void);                  /* seconds since 1970; 0 if the clock is before 1970 */
uint64_t vv_monotonic_ms(void);            /* milliseconds of a clock that never goes backwards */
void vv_sleep_ms(uint64_t ms);             /* a signal may end it early */
/* Returns the milliseconds of processor time that this thread has used since its start. */
uint64_t vv_thread_cpu_ms(void);

/* Returns the path of the program varve, or "varve", which execvp looks up in PATH. In a program called
 * "varve-...", such as varve-web, this is the varve in the same folder or in ../../bin from there, or
 * else "varve". In all other programs, it is the running program, so call this only in programs of
 * varve; if its path is not known or cannot be executed any longer, it is "varve". If the running
 * program was started by a dynamic loader of its own package, the path is that in VARVE_PROGRAM. The
 * caller frees the text with vv_free. Returns NULL if memory runs out. */
char *vv_varve_path(void);

#endif
