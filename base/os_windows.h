/*
 * os_windows: what Windows lacks of POSIX 2008, as far as varve uses it; base/os.h includes it there.
 *
 * The functions behave as those of POSIX, also in setting errno. Paths are UTF-8 with '/' or '\\'; one
 * longer than Windows' 260 characters is passed on as "\\?\...". Files are opened so that others may
 * read, write, rename and remove them meanwhile, and are binary. Permissions are not kept: a file may be
 * written unless it is read-only.
 */
#ifndef VV_BASE_OS_WINDOWS_H
#define VV_BASE_OS_WINDOWS_H

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define VV_OS_WINDOWS 1

/* --- files ------------------------------------------------------------------------ */

/* Windows does not have these flags: vv_windows_open looks at them. */
#define O_CLOEXEC O_NOINHERIT
#define O_NOFOLLOW 0x1000000
#define O_DIRECTORY 0x2000000
#define O_NONBLOCK 0x4000000
#define O_NOCTTY 0

#undef ftruncate
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
#define S_ISLNK(mode) (((mode)&S_IFMT) == S_IFLNK)
#define S_ISSOCK(mode) (((mode)&S_IFMT) == S_IFSOCK)

#define open vv_windows_open
#define close vv_windows_close
#define read vv_windows_read
#define write vv_windows_write
#define ftruncate vv_windows_ftruncate
#define rename vv_windows_rename
#define unlink vv_windows_unlink
#define mkdir vv_windows_mkdir
#define rmdir vv_windows_rmdir
#define access vv_windows_access
int vv_windows_open(const char *path, int flags, ...);
int vv_windows_close(int fd);
ssize_t vv_windows_read(int fd, void *out, size_t len);
ssize_t vv_windows_write(int fd, const void *bytes, size_t len);
int vv_windows_ftruncate(int fd, off_t len);
int vv_windows_rename(const char *from, const char *to);
int vv_windows_unlink(const char *path);
int vv_windows_mkdir(const char *path, mode_t mode);
int vv_windows_rmdir(const char *path);
int vv_windows_access(const char *path, int mode);
#define R_OK 4
#define W_OK 2
#define X_OK 1
ssize_t pread(int fd, void *out, size_t len, off_t offset);
int fchmod(int fd, mode_t mode);                            /* keeps nothing */
int symlink(const char *target, const char *path);          /* EPERM: varve makes none there */
ssize_t readlink(const char *path, char *out, size_t size); /* EINVAL */
int fcntl(int fd, int command, ...);                        /* F_DUPFD_CLOEXEC, F_GETFD */
#define F_GETFD 1
#define F_DUPFD_CLOEXEC 1030

#undef PATH_MAX
#define PATH_MAX 4096

/* --- processes and the rest ------------------------------------------------------------ */

int kill(pid_t pid, int signal); /* 0: does it run? Else it is ended. */
#define SIGKILL 9
#define SIGPIPE 13
unsigned geteuid(void); /* a constant */

/* Windows has no signals between processes that a thread could block. */
typedef int vv_windows_sigset;
#define sigset_t vv_windows_sigset
#define SIG_BLOCK 0
#define SIG_SETMASK 2
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

#define getenv vv_windows_getenv
/* As UTF-8; the result is valid until the variable is changed. */
char *vv_windows_getenv(const char *name);
int setenv(const char *name, const char *value, int replaces);
int unsetenv(const char *name);
#undef environ
#define environ vv_windows_environ()
char **vv_windows_environ(void);
char *mkdtemp(char *pattern);

int strerror_r(int number, char *out, size_t size);
struct tm *gmtime_r(const time_t *when, struct tm *out);
#define EDQUOT 122

#ifndef SSIZE_MAX
#define SSIZE_MAX INT64_MAX
#endif

#endif
