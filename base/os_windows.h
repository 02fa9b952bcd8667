/*
 * os_windows: what Windows lacks of POSIX 2008, as far as varve uses it; base/os.h includes it there.
 *
 * The functions behave as those of POSIX, also in setting errno. Paths are UTF-8 with '/' or '\\'; one
 * longer than Windows' 260 characters is passed on as "\\?\...". Files are opened so that others may
 * read, write, rename and remove them meanwhile, and are binary. Permissions are not kept, but for one: a file
 * whose mode gives others none (0600) is its owner's alone.
 */
#ifndef VV_BASE_OS_WINDOWS_H
#define VV_BASE_OS_WINDOWS_H

#include <direct.h>
#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define VV_OS_WINDOWS 1

/* Functions of that system's headers; POSIX leaves these names to programs. */
#define tell vv_windows_tell
#define dup vv_windows_dup
#define eof vv_windows_eof

/* --- files ------------------------------------------------------------------------ */

/* Windows does not have these flags: vv_windows_open looks at them. */
#define O_CLOEXEC O_NOINHERIT
#define O_NOFOLLOW 0x1000000
#define O_DIRECTORY 0x2000000
#define O_NONBLOCK 0x4000000
#define O_NOCTTY 0

#undef ftruncate
#undef lseek
#undef stat
#undef fstat
#undef lstat
#undef st_mtime
#undef st_ctime
#undef st_atime
struct vv_windows_stat {
	uint64_t st_dev, st_ino;
	uint32_t st_mode, st_nlink, st_uid, st_gid;
	int64_t st_size;
	struct timespec st_mtim, st_ctim;
};
#define stat vv_windows_stat
#define lstat vv_windows_lstat
#define fstat vv_windows_fstat
#define st_mtime st_mtim.tv_sec
#define st_ctime st_ctim.tv_sec
int vv_windows_stat(const char *path, struct vv_windows_stat *out);
int vv_windows_lstat(const char *path, struct vv_windows_stat *out);
int vv_windows_fstat(int fd, struct vv_windows_stat *out);
/* path is absolute, or relative to the folder dir. */
int fstatat(int dir, const char *path, struct vv_windows_stat *out, int flags);
#define AT_FDCWD (-100)
#define AT_SYMLINK_NOFOLLOW 0x100

#define S_IFLNK 0120000
#define S_IFSOCK 0140000
#define S_ISGID 02000
#define S_ISLNK(mode) (((mode)&S_IFMT) == S_IFLNK)
#define S_ISSOCK(mode) (((mode)&S_IFMT) == S_IFSOCK)

#define open vv_windows_open
#define close vv_windows_close
#define read vv_windows_read
#define write vv_windows_write
#define lseek vv_windows_lseek
#define ftruncate vv_windows_ftruncate
#define rename vv_windows_rename
#define unlink vv_windows_unlink
#define mkdir vv_windows_mkdir
#define rmdir vv_windows_rmdir
#define access vv_windows_access
#define getcwd vv_windows_getcwd
#define chdir vv_windows_chdir
int vv_windows_open(const char *path, int flags, ...);
int vv_windows_close(int fd);
ssize_t vv_windows_read(int fd, void *out, size_t len);
ssize_t vv_windows_write(int fd, const void *bytes, size_t len);
off_t vv_windows_lseek(int fd, off_t offset, int whence);
int vv_windows_ftruncate(int fd, off_t len);
int vv_windows_rename(const char *from, const char *to);
int vv_windows_unlink(const char *path);
int vv_windows_mkdir(const char *path, mode_t mode);
int vv_windows_rmdir(const char *path);
int vv_windows_access(const char *path, int mode);
#define R_OK 4
#define W_OK 2
#define X_OK 1
#define isatty vv_windows_isatty
int vv_windows_isatty(int fd);                   /* a console; not NUL */
char *vv_windows_getcwd(char *out, size_t size); /* out: NULL for a new text */
int vv_windows_chdir(const char *path);
char *realpath(const char *path, char *out); /* out: of PATH_MAX bytes, or NULL for a new text */
int link(const char *from, const char *to);
/* times: when it was read and written; NULL: now. */
int futimens(int fd, const struct timespec times[2]);
int utimensat(int dir, const char *path, const struct timespec times[2],
	      int flags); /* dir: AT_FDCWD */
#define UTIME_NOW 0x3fffffff
#define UTIME_OMIT 0x3ffffffe
ssize_t pread(int fd, void *out, size_t len, off_t offset);
int fchmod(int fd, mode_t mode);                            /* keeps 0600 alone */
int symlink(const char *target, const char *path);          /* EPERM: varve makes none there */
ssize_t readlink(const char *path, char *out, size_t size); /* EINVAL */
int fcntl(int fd, int command, ...); /* F_DUPFD_CLOEXEC, F_GETFD; F_SETFL: O_NONBLOCK for pipes */
#define F_GETFD 1
#define F_GETFL 3
#define F_SETFL 4
#define F_DUPFD_CLOEXEC 1030

#undef PATH_MAX
#define PATH_MAX 4096

/* --- processes and the rest ------------------------------------------------------------ */

int kill(pid_t pid, int signal); /* 0: does it run? Else it is ended. */
#define SIGKILL 9
#define SIGPIPE 13
#define SIGXCPU 24
#define SIGXFSZ 25
pid_t getppid(void);
typedef unsigned uid_t;
uid_t geteuid(void); /* a constant */

/* Windows has no signals between processes that a thread could block. */
typedef int vv_windows_sigset;
#define sigset_t vv_windows_sigset
#define SIG_BLOCK 0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2
#define sigprocmask(how, set, old) vv_windows_sigmask(old)
#undef pthread_sigmask
#define pthread_sigmask(how, set, old) vv_windows_sigmask(old)
static inline int sigfillset(sigset_t *set)
{
	*set = 0;
	return 0;
}
static inline int vv_windows_sigmask(sigset_t *old)
{
	if (old) {
		*old = 0;
	}
	return 0;
}

static inline int sigemptyset(sigset_t *set)
{
	*set = 0;
	return 0;
}

static inline int sigaddset(sigset_t *set, int signal)
{
	(void)set;
	(void)signal;
	return 0;
}

/* Handlers are called for SIGINT (Ctrl-C) and SIGALRM (setitimer) only, in another thread. */
struct sigaction {
	void (*sa_handler)(int signal);
	sigset_t sa_mask;
	int sa_flags;
};
#define SA_RESTART 1
#define SIGHUP 1
#define SIGALRM 14
int sigaction(int signal, const struct sigaction *now, struct sigaction *before);
/* Waits for Ctrl-C. */
int sigwait(const sigset_t *set, int *signal);

#define execv vv_windows_execv
#define execve vv_windows_execve
/* Those of msvcrt do not quote words, and end this process at once, so that its shell continues. These wait, and end as the
 * program does, which alone gets Ctrl-C. */
int vv_windows_execv(const char *path, char *const argv[]);
int vv_windows_execve(const char *path, char *const argv[], char *const env[]);

#define getenv vv_windows_getenv
/* As UTF-8; the result is valid until the variable is changed. */
char *vv_windows_getenv(const char *name);
int setenv(const char *name, const char *value, int replaces);
int unsetenv(const char *name);
#undef environ
#define environ vv_windows_environ()
char **vv_windows_environ(void);
char *mkdtemp(char *pattern);

char *strndup(const char *text, size_t max);
time_t timegm(struct tm *when);
/* Those of mingw-w64 fail before 1970. */
#define localtime_r vv_windows_localtime
#define gmtime_r vv_windows_gmtime
struct tm *localtime_r(const time_t *when, struct tm *out);
int posix_memalign(void **out, size_t align, size_t size); /* at 16 bytes, whatever align is */
int strerror_r(int number, char *out, size_t size);
struct tm *gmtime_r(const time_t *when, struct tm *out);
#define EDQUOT 122

/* curl.h includes the header that defines these. */
#undef near
#undef far

#ifndef SSIZE_MAX
#define SSIZE_MAX INT64_MAX
#endif

#endif
