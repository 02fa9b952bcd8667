/*
 * older.c: functions that glibc has by these names only since 2.28, made of what it had before.
 *
 * A wheel brings this as libolder.so, for its files that tests/package/older.py changed. Where glibc has the
 * name itself, either will do. Kernel and glibc have the same struct stat on x86-64 and arm64.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <resolv.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#undef dn_expand
#undef res_nmkquery
#undef res_nsearch
#undef res_nsend
#undef res_query

/* Always false: so all locks are taken. */
char __libc_single_threaded;

int fstatat(int folder, const char *path, struct stat *out, int flags)
{
	return (int)syscall(SYS_newfstatat, folder, path, out, flags);
}

int stat(const char *path, struct stat *out)
{
	return fstatat(AT_FDCWD, path, out, 0);
}

int lstat(const char *path, struct stat *out)
{
	return fstatat(AT_FDCWD, path, out, AT_SYMLINK_NOFOLLOW);
}

int fstat(int fd, struct stat *out)
{
	return (int)syscall(SYS_fstat, fd, out);
}

int stat64(const char *, struct stat64 *) __attribute__((alias("stat")));
int lstat64(const char *, struct stat64 *) __attribute__((alias("lstat")));
int fstat64(int, struct stat64 *) __attribute__((alias("fstat")));
int fstatat64(int, const char *, struct stat64 *, int) __attribute__((alias("fstatat")));

/* Before 2.34 their names had two underscores in front; later versions keep those names for old programs. */
#define OLD(version, type, name, parameters, arguments)                                            \
	extern type old_##name parameters;                                                         \
	__asm__(".symver old_" #name ",__" #name "@" version);                                     \
	type name parameters                                                                       \
	{                                                                                          \
		return old_##name arguments;                                                       \
	}
#ifdef __x86_64__
#define FIRST "GLIBC_2.2.5"
#else
#define FIRST "GLIBC_2.17"
#endif
OLD(FIRST, int, dn_expand,
    (const unsigned char *a, const unsigned char *b, const unsigned char *c, char *d, int e),
    (a, b, c, d, e))
OLD(FIRST, int, res_query, (const char *a, int b, int c, unsigned char *d, int e), (a, b, c, d, e))
OLD(FIRST, int, res_nsearch, (res_state a, const char *b, int c, int d, unsigned char *e, int f),
    (a, b, c, d, e, f))
OLD(FIRST, int, res_nsend, (res_state a, const unsigned char *b, int c, unsigned char *d, int e),
    (a, b, c, d, e))
OLD(FIRST, int, res_nmkquery,
    (res_state a, int b, const char *c, int d, int e, const unsigned char *f, int g,
     const unsigned char *h, unsigned char *i, int j),
    (a, b, c, d, e, f, g, h, i, j))
