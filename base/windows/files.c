/*
 * files: files and folders as POSIX has them.
 */
#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <windows.h>

#include <sddl.h>

#include "base/auto.h"
#include "base/os.h"
#include "base/windows/paths.h"

/* Those of the system's library, which base/os_windows.h has other functions for. */
#undef close
#undef write
#undef read

#define SHARED (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)
#define TRANSFER_MAX ((size_t)1 << 30)
#define TRIES 10u      /* while a scanner has a file open */
#define LEAVE_MS 2000u /* while a folder is the current one of a program that is about to end */
#define LOCK_AT_HIGH 0x7fffffffu
#define PAUSE_MAX_MS 5u /* between two looks at a pipe */

static HANDLE handle_of(int fd)
{
	const HANDLE h = (HANDLE)_get_osfhandle(fd);

	if (h == INVALID_HANDLE_VALUE) {
		errno = EBADF;
	}
	return h;
}

/* --- the status --- */

/* 100 ns since 1601 */
static struct timespec time_of(uint64_t ticks)
{
	const uint64_t since_1970 = ticks - VV_UNIX_TICKS;

	return (struct timespec){.tv_sec = (time_t)(since_1970 / 10000000),
				 .tv_nsec = (long)(since_1970 % 10000000 * 100)};
}

static uint64_t join_dwords(DWORD high, DWORD low)
{
	return (uint64_t)high << 32 | low;
}

static uint32_t mode_of(DWORD attributes)
{
	if (attributes & FILE_ATTRIBUTE_DIRECTORY) return S_IFDIR | 0755;
	if (attributes & FILE_ATTRIBUTE_READONLY) return S_IFREG | 0444;
	return S_IFREG | 0644;
}

/* Symbolic links and junctions; other reparse points (OneDrive's, deduplicated files) are files. */
static bool is_link(HANDLE h)
{
	FILE_ATTRIBUTE_TAG_INFO tag;

	return GetFileInformationByHandleEx(h, FileAttributeTagInfo, &tag, sizeof(tag)) &&
	       (tag.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) &&
	       (tag.ReparseTag == IO_REPARSE_TAG_SYMLINK ||
		tag.ReparseTag == IO_REPARSE_TAG_MOUNT_POINT);
}

static int read_status(HANDLE h, struct stat *out)
{
	const DWORD type = GetFileType(h);
	BY_HANDLE_FILE_INFORMATION info;
	FILE_BASIC_INFO basic;

	*out = (struct stat){.st_nlink = 1};
	if (type == FILE_TYPE_PIPE || type == FILE_TYPE_CHAR) {
		out->st_mode = type == FILE_TYPE_PIPE ? S_IFIFO | 0600 : S_IFCHR | 0600;
		return 0;
	}
	if (!GetFileInformationByHandle(h, &info)) return vv_windows_failed();
	out->st_dev = info.dwVolumeSerialNumber;
	out->st_ino = join_dwords(info.nFileIndexHigh, info.nFileIndexLow);
	out->st_nlink = info.nNumberOfLinks;
	out->st_mode = is_link(h) ? S_IFLNK | 0777 : mode_of(info.dwFileAttributes);
	out->st_size = S_ISREG(out->st_mode)
			       ? (int64_t)join_dwords(info.nFileSizeHigh, info.nFileSizeLow)
			       : 0;
	out->st_mtim = time_of(join_dwords(info.ftLastWriteTime.dwHighDateTime,
					   info.ftLastWriteTime.dwLowDateTime));
	out->st_ctim = out->st_mtim;
	if (GetFileInformationByHandleEx(h, FileBasicInfo, &basic, sizeof(basic)) &&
	    basic.ChangeTime.QuadPart > 0) {
		out->st_ctim = time_of((uint64_t)basic.ChangeTime.QuadPart);
	}
	return 0;
}

static bool may_run(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && (_stricmp(dot, ".exe") == 0 || _stricmp(dot, ".cmd") == 0 ||
		       _stricmp(dot, ".bat") == 0);
}

static int status_at(const char *path, struct stat *out, bool follows)
{
	wchar_t w[VV_WIDE_MAX];
	const size_t len = strlen(path);

	if (!vv_wide_path(w, path)) return -1;
	const HANDLE h = CreateFileW(
		w, FILE_READ_ATTRIBUTES, SHARED, NULL, OPEN_EXISTING,
		FILE_FLAG_BACKUP_SEMANTICS | (follows ? 0 : FILE_FLAG_OPEN_REPARSE_POINT), NULL);
	if (h == INVALID_HANDLE_VALUE) return vv_windows_failed();
	const int rc = read_status(h, out);
	(void)CloseHandle(h);
	if (rc == 0 && path[len - 1] == '/' && !S_ISDIR(out->st_mode)) {
		errno = ENOTDIR;
		return -1;
	}
	if (rc == 0 && S_ISREG(out->st_mode) && may_run(path)) {
		out->st_mode |= 0111;
	}
	return rc;
}

int vv_windows_stat(const char *path, struct vv_windows_stat *out)
{
	return status_at(path, out, true);
}

int vv_windows_lstat(const char *path, struct vv_windows_stat *out)
{
	return status_at(path, out, false);
}

int vv_windows_fstat(int fd, struct vv_windows_stat *out)
{
	const HANDLE h = handle_of(fd);

	return h == INVALID_HANDLE_VALUE ? -1 : read_status(h, out);
}

int fstatat(int dir, const char *path, struct vv_windows_stat *out, int flags)
{
	const bool follows = (flags & AT_SYMLINK_NOFOLLOW) == 0;
	wchar_t w[VV_WIDE_MAX];
	char folder[PATH_MAX], joined[2 * PATH_MAX];

	if (dir == AT_FDCWD || vv_os_root_len(path) > 0) return status_at(path, out, follows);
	const HANDLE h = handle_of(dir);
	if (h == INVALID_HANDLE_VALUE) return -1;
	const DWORD len = GetFinalPathNameByHandleW(h, w, VV_WIDE_MAX, 0);
	if (len == 0 || len >= VV_WIDE_MAX) return vv_windows_failed();
	if (!vv_narrow_path(folder, sizeof(folder), w)) return -1;
	(void)snprintf(joined, sizeof(joined), "%s/%s", folder, path);
	return status_at(joined, out, follows);
}

/* Git for Windows runs files that begin with #!, such as hooks, in its own shell. */
static bool is_script(const char *path)
{
	const int fd = vv_windows_open(path, O_RDONLY | O_CLOEXEC);
	char lead[2];

	if (fd < 0) return false;
	const bool is = vv_windows_read(fd, lead, sizeof(lead)) == 2 && memcmp(lead, "#!", 2) == 0;
	(void)_close(fd);
	return is;
}

int vv_windows_access(const char *path, int mode)
{
	struct stat st;

	if (status_at(path, &st, true) < 0) return -1;
	const bool fine = (!(mode & W_OK) || (st.st_mode & 0200)) &&
			  (!(mode & X_OK) || (st.st_mode & 0111) || is_script(path));
	if (!fine) {
		errno = EACCES;
	}
	return fine ? 0 : -1;
}

/* --- opening --- */

static DWORD access_of(int flags)
{
	const int way = flags & (O_RDONLY | O_WRONLY | O_RDWR);

	if (way == O_RDONLY) return GENERIC_READ;
	if (flags & O_APPEND) {
		return FILE_APPEND_DATA | SYNCHRONIZE | (way == O_RDWR ? GENERIC_READ : 0);
	}
	return way == O_WRONLY ? GENERIC_WRITE : GENERIC_READ | GENERIC_WRITE;
}

/* A file is emptied after it is open: CREATE_ALWAYS would replace its attributes. */
static DWORD disposition_of(int flags)
{
	if (!(flags & O_CREAT)) return OPEN_EXISTING;
	return flags & O_EXCL ? CREATE_NEW : OPEN_ALWAYS;
}

/* May a file of this kind be opened so? Sets errno. */
static bool is_wanted(const struct stat *st, int flags)
{
	if (S_ISLNK(st->st_mode) && (flags & O_NOFOLLOW)) {
		errno = ELOOP;
		return false;
	}
	if ((flags & O_DIRECTORY) && !S_ISDIR(st->st_mode)) {
		errno = ENOTDIR;
		return false;
	}
	if (S_ISDIR(st->st_mode) && (flags & (O_WRONLY | O_RDWR))) {
		errno = EISDIR;
		return false;
	}
	return true;
}

/* Lets only the owner, the system and administrators use a file, whatever its folder grants. File systems other
 * than NTFS keep no such rights. */
static int make_private(HANDLE h)
{
	const HANDLE again = ReOpenFile(h, WRITE_DAC, SHARED, FILE_FLAG_BACKUP_SEMANTICS);
	PSECURITY_DESCRIPTOR rights = NULL;

	const bool done = again != INVALID_HANDLE_VALUE &&
			  ConvertStringSecurityDescriptorToSecurityDescriptorW(
				  L"D:P(A;;FA;;;OW)(A;;FA;;;SY)(A;;FA;;;BA)", SDDL_REVISION_1,
				  &rights, NULL) &&
			  SetKernelObjectSecurity(again,
						  DACL_SECURITY_INFORMATION |
							  PROTECTED_DACL_SECURITY_INFORMATION,
						  rights);
	const DWORD error = GetLastError();
	if (again != INVALID_HANDLE_VALUE) {
		(void)CloseHandle(again);
	}
	(void)LocalFree(rights);
	SetLastError(error);
	if (done || error == ERROR_NOT_SUPPORTED || error == ERROR_INVALID_FUNCTION) return 0;
	return vv_windows_failed();
}

static bool is_private(mode_t mode)
{
	return (mode & 077) == 0;
}

/* The part of open() that needs the open file. */
static int begin_file(HANDLE h, int fd, const struct stat *st, int flags, mode_t mode)
{
	if ((flags & O_TRUNC) && S_ISREG(st->st_mode)) return vv_windows_ftruncate(fd, 0);
	return (flags & O_CREAT) && (flags & O_EXCL) && is_private(mode) ? make_private(h) : 0;
}

int vv_windows_open(const char *path, int flags, ...)
{
	wchar_t w[VV_WIDE_MAX];
	mode_t mode = 0666;
	va_list rest;
	struct stat st;
	SECURITY_ATTRIBUTES inherits = {.nLength = sizeof(inherits),
					.bInheritHandle = !(flags & O_CLOEXEC)};
	const DWORD how = FILE_ATTRIBUTE_NORMAL | FILE_FLAG_BACKUP_SEMANTICS |
			  (flags & O_NOFOLLOW ? FILE_FLAG_OPEN_REPARSE_POINT : 0);

	if (flags & O_CREAT) {
		va_start(rest, flags);
		mode = (mode_t)va_arg(rest, int);
		va_end(rest);
	}
	if (!vv_wide_path(w, path)) return -1;
	const HANDLE h = CreateFileW(w, access_of(flags) | FILE_READ_ATTRIBUTES, SHARED, &inherits,
				     disposition_of(flags), how, NULL);
	if (h == INVALID_HANDLE_VALUE) {
		(void)vv_windows_failed();
		if (errno == EACCES && status_at(path, &st, true) == 0 && S_ISDIR(st.st_mode)) {
			errno = EISDIR;
		}
		return -1;
	}
	if (read_status(h, &st) < 0 || !is_wanted(&st, flags)) {
		const int number = errno;

		(void)CloseHandle(h);
		errno = number;
		return -1;
	}
	const int fd = _open_osfhandle((intptr_t)h, (flags & (O_APPEND | O_NOINHERIT)) | _O_BINARY);
	if (fd < 0) {
		(void)CloseHandle(h);
		return -1;
	}
	if (begin_file(h, fd, &st, flags, mode) < 0) {
		const int number = errno;

		(void)_close(fd);
		errno = number;
		return -1;
	}
	return fd;
}

int vv_windows_close(int fd)
{
	return _close(fd);
}

/* --- content --- */

static DWORD step_of(size_t len)
{
	return (DWORD)(len < TRANSFER_MAX ? len : TRANSFER_MAX);
}

/* ReadFile changes the offset of a file even if it gets an offset of its own, and pread() restores it; meanwhile other
 * threads wait. */
typedef struct locked_file {
	HANDLE h;              /* INVALID_HANDLE_VALUE: errno is set */
	pthread_mutex_t *lock; /* NULL: a pipe or a console, which has no offset */
} locked_file;

static locked_file lock_file(int fd)
{
	static pthread_mutex_t locks[] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
					  PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
	locked_file f = {.h = handle_of(fd)};

	if (f.h == INVALID_HANDLE_VALUE || GetFileType(f.h) != FILE_TYPE_DISK) return f;
	f.lock = &locks[(unsigned)fd % 4];
	(void)pthread_mutex_lock(f.lock);
	return f;
}

static void unlock_file(locked_file *f)
{
	if (f->lock) {
		(void)pthread_mutex_unlock(f->lock);
	}
}

VV_AUTO_CLEAR(locked_file, unlock_file)

static ssize_t read_next(HANDLE h, void *out, size_t len)
{
	DWORD got = 0;

	if (ReadFile(h, out, step_of(len), &got, NULL)) return (ssize_t)got;
	if (GetLastError() == ERROR_NO_DATA) { /* a pipe that does not block */
		errno = EAGAIN;
		return -1;
	}
	if (GetLastError() == ERROR_BROKEN_PIPE || GetLastError() == ERROR_HANDLE_EOF) return 0;
	if (GetLastError() == ERROR_INVALID_FUNCTION) {
		errno = EISDIR;
		return -1;
	}
	return vv_windows_failed();
}

ssize_t vv_windows_read(int fd, void *out, size_t len)
{
	vv_auto(locked_file) f = lock_file(fd);

	return f.h == INVALID_HANDLE_VALUE ? -1 : read_next(f.h, out, len);
}

off_t vv_windows_lseek(int fd, off_t offset, int whence)
{
	vv_auto(locked_file) f = lock_file(fd);

	return f.h == INVALID_HANDLE_VALUE ? -1 : _lseeki64(fd, offset, whence);
}

/* To a pipe that does not block, WriteFile writes all bytes or none: none, without an error, if they are more than its free
 * space. */
static ssize_t write_next(HANDLE h, const void *bytes, size_t len)
{
	DWORD put = 0;

	for (size_t step = len;; step /= 2) {
		if (!WriteFile(h, bytes, step_of(step), &put, NULL)) return vv_windows_failed();
		if (put > 0 || len == 0) return (ssize_t)put;
		if (step <= 1) {
			break;
		}
	}
	Sleep(1);
	errno = EAGAIN;
	return -1;
}

ssize_t vv_windows_write(int fd, const void *bytes, size_t len)
{
	vv_auto(locked_file) f = lock_file(fd);

	return f.h == INVALID_HANDLE_VALUE ? -1 : write_next(f.h, bytes, len);
}

/* The events of one descriptor that poll() waits for. */
static short events_of(const struct pollfd *p)
{
	DWORD bytes = 0;
	const HANDLE h = handle_of((int)p->fd);

	if (h == INVALID_HANDLE_VALUE) return POLLNVAL;
	if (GetFileType(h) != FILE_TYPE_PIPE) return (short)(p->events & (POLLIN | POLLOUT));
	if (p->events & POLLOUT) return POLLOUT;
	if (!PeekNamedPipe(h, NULL, 0, NULL, &bytes, NULL)) return POLLHUP;
	return bytes > 0 ? POLLIN : 0;
}

int vv_windows_poll(struct pollfd *fds, nfds_t count, int ms)
{
	const uint64_t end = GetTickCount64() + (uint64_t)(ms > 0 ? ms : 0);

	for (DWORD pause = 0;; pause += pause < PAUSE_MAX_MS) {
		int ready = 0;

		for (nfds_t i = 0; i < count; i++) {
			fds[i].revents = (int)fds[i].fd < 0 ? 0 : events_of(&fds[i]);
			ready += fds[i].revents != 0;
		}
		if (ready > 0 || (ms >= 0 && GetTickCount64() >= end)) return ready;
		Sleep(pause);
	}
}

void *mmap(void *at, size_t len, int protection, int how, int fd, off_t offset)
{
	char *copy = malloc(len > 0 ? len : 1);

	(void)at;
	(void)protection;
	(void)how;
	for (size_t done = 0; copy && done < len;) {
		const ssize_t n = pread(fd, copy + done, len - done, offset + (off_t)done);

		if (n <= 0) {
			free(copy);
			errno = n == 0 ? EINVAL : errno;
			return MAP_FAILED;
		}
		done += (size_t)n;
	}
	return copy ? copy : MAP_FAILED;
}

int munmap(void *at, size_t len)
{
	(void)len;
	free(at);
	return 0;
}

static ssize_t read_range(HANDLE h, void *out, size_t len, off_t offset)
{
	OVERLAPPED at = {.Offset = (DWORD)offset, .OffsetHigh = (DWORD)((uint64_t)offset >> 32)};
	LARGE_INTEGER place, start = {.QuadPart = 0};
	DWORD got = 0;
	ssize_t rc = 0;

	if (!SetFilePointerEx(h, start, &place, FILE_CURRENT)) return vv_windows_failed();
	if (ReadFile(h, out, step_of(len), &got, &at)) {
		rc = (ssize_t)got;
	} else if (GetLastError() != ERROR_HANDLE_EOF) {
		rc = vv_windows_failed();
	}
	return SetFilePointerEx(h, place, NULL, FILE_BEGIN) ? rc : vv_windows_failed();
}

ssize_t pread(int fd, void *out, size_t len, off_t offset)
{
	vv_auto(locked_file) f = lock_file(fd);

	return f.h == INVALID_HANDLE_VALUE ? -1 : read_range(f.h, out, len, offset);
}

int vv_windows_ftruncate(int fd, off_t len)
{
	const HANDLE h = handle_of(fd);
	FILE_END_OF_FILE_INFO end = {.EndOfFile.QuadPart = len};

	if (h == INVALID_HANDLE_VALUE) return -1;
	return SetFileInformationByHandle(h, FileEndOfFileInfo, &end, sizeof(end))
		       ? 0
		       : vv_windows_failed();
}

/* --- names --- */

/* Is this an error of another program that has the file open for a moment? */
static bool may_pass(unsigned tries)
{
	const DWORD error = GetLastError();

	if (tries >= TRIES || (error != ERROR_SHARING_VIOLATION && error != ERROR_ACCESS_DENIED)) {
		return false;
	}
	Sleep(tries);
	SetLastError(error);
	return true;
}

char *realpath(const char *path, char *out)
{
	wchar_t w[VV_WIDE_MAX];
	char whole[PATH_MAX];

	if (!vv_wide_path(w, path)) return NULL;
	const HANDLE h = CreateFileW(w, FILE_READ_ATTRIBUTES, SHARED, NULL, OPEN_EXISTING,
				     FILE_FLAG_BACKUP_SEMANTICS, NULL);
	const DWORD len = h == INVALID_HANDLE_VALUE
				  ? 0
				  : GetFinalPathNameByHandleW(h, w, VV_WIDE_MAX, 0);
	if (len == 0) {
		(void)vv_windows_failed();
	}
	if (h != INVALID_HANDLE_VALUE) {
		(void)CloseHandle(h);
	}
	if (len == 0) return NULL;
	if (len >= VV_WIDE_MAX) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	if (!vv_narrow_path(whole, sizeof(whole), w)) return NULL;
	return out ? strcpy(out, whole) : strdup(whole);
}

int link(const char *from, const char *to)
{
	wchar_t x[VV_WIDE_MAX], y[VV_WIDE_MAX];

	if (!vv_wide_path(x, from) || !vv_wide_path(y, to)) return -1;
	return CreateHardLinkW(y, x, NULL) ? 0 : vv_windows_failed();
}

char *vv_windows_getcwd(char *out, size_t size)
{
	wchar_t w[VV_WIDE_MAX];
	const DWORD len = GetCurrentDirectoryW(VV_WIDE_MAX, w);

	if (len == 0 || len >= VV_WIDE_MAX) {
		(void)vv_windows_failed();
		return NULL;
	}
	if (out) return vv_narrow_path(out, size, w);
	char whole[PATH_MAX];
	return vv_narrow_path(whole, sizeof(whole), w) ? strdup(whole) : NULL;
}

int vv_windows_chdir(const char *path)
{
	wchar_t w[VV_WIDE_MAX];

	if (!vv_wide_path(w, path)) return -1;
	return SetCurrentDirectoryW(w) ? 0 : vv_windows_failed();
}

int statvfs(const char *path, struct statvfs *out)
{
	wchar_t w[VV_WIDE_MAX];
	ULARGE_INTEGER left, all;

	if (!vv_wide_path(w, path)) return -1;
	if (!GetDiskFreeSpaceExW(w, &left, &all, NULL)) return vv_windows_failed();
	*out = (struct statvfs){.f_frsize = 1, .f_blocks = all.QuadPart, .f_bavail = left.QuadPart};
	return 0;
}

/* --- times --- */

/* UTIME_OMIT: false, it stays. */
static bool put_time(FILETIME *out, const struct timespec *t)
{
	uint64_t ticks;

	if (t && t->tv_nsec == UTIME_OMIT) return false;
	if (!t || t->tv_nsec == UTIME_NOW) {
		GetSystemTimeAsFileTime(out);
		return true;
	}
	ticks = (uint64_t)t->tv_sec * 10000000u + (uint64_t)t->tv_nsec / 100u + VV_UNIX_TICKS;
	*out = (FILETIME){.dwLowDateTime = (DWORD)ticks, .dwHighDateTime = (DWORD)(ticks >> 32)};
	return true;
}

static int set_times(HANDLE h, const struct timespec *times)
{
	FILETIME read_at, written_at;
	const FILETIME *first = NULL, *second = NULL;

	if (put_time(&read_at, times)) {
		first = &read_at;
	}
	if (put_time(&written_at, times ? times + 1 : NULL)) {
		second = &written_at;
	}
	return SetFileTime(h, NULL, first, second) ? 0 : vv_windows_failed();
}

/* The descriptor may be one for reading alone, which may set no time. */
int futimens(int fd, const struct timespec times[2])
{
	const HANDLE h = handle_of(fd);

	if (h == INVALID_HANDLE_VALUE) return -1;
	const HANDLE again = ReOpenFile(h, FILE_WRITE_ATTRIBUTES, SHARED,
					FILE_FLAG_BACKUP_SEMANTICS);
	if (again == INVALID_HANDLE_VALUE) return set_times(h, times);
	const int rc = set_times(again, times);
	(void)CloseHandle(again);
	return rc;
}

int utimensat(int dir, const char *path, const struct timespec times[2], int flags)
{
	wchar_t w[VV_WIDE_MAX];

	(void)dir;
	(void)flags;
	if (!vv_wide_path(w, path)) return -1;
	const HANDLE h = CreateFileW(w, FILE_WRITE_ATTRIBUTES, SHARED, NULL, OPEN_EXISTING,
				     FILE_FLAG_BACKUP_SEMANTICS, NULL);
	if (h == INVALID_HANDLE_VALUE) return vv_windows_failed();
	const int rc = set_times(h, times);
	(void)CloseHandle(h);
	return rc;
}

static bool make_writable(const wchar_t *w)
{
	const DWORD error = GetLastError(), attributes = GetFileAttributesW(w);
	const bool is = attributes != INVALID_FILE_ATTRIBUTES &&
			(attributes & FILE_ATTRIBUTE_READONLY) &&
			SetFileAttributesW(w, attributes & ~(DWORD)FILE_ATTRIBUTE_READONLY);

	SetLastError(error);
	return is;
}

/* The last error stays. */
static bool is_folder(const wchar_t *w)
{
	const DWORD error = GetLastError(), attributes = GetFileAttributesW(w);

	SetLastError(error);
	return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY);
}

/* With the semantics of POSIX, so that a file that others have open is replaced; file systems other than NTFS lack
 * them. */
static bool rename_once(const wchar_t *from, const wchar_t *to)
{
	const size_t bytes = wcslen(to) * sizeof(wchar_t);
	union {
		FILE_RENAME_INFO info;
		char room[sizeof(FILE_RENAME_INFO) + VV_WIDE_MAX * sizeof(wchar_t)];
	} u;
	const HANDLE h = CreateFileW(from, DELETE | SYNCHRONIZE, SHARED, NULL, OPEN_EXISTING,
				     FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT,
				     NULL);
	if (h == INVALID_HANDLE_VALUE) return false;
	memset(&u.info, 0, sizeof(u.info));
	u.info.Flags = 3; /* FILE_RENAME_FLAG_REPLACE_IF_EXISTS, FILE_RENAME_FLAG_POSIX_SEMANTICS */
	u.info.FileNameLength = (DWORD)bytes;
	memcpy(u.info.FileName, to, bytes + sizeof(wchar_t));
	const bool done = SetFileInformationByHandle(h, (FILE_INFO_BY_HANDLE_CLASS)22, &u.info,
						     (DWORD)(sizeof(u.info) + bytes));
	const DWORD error = GetLastError();
	(void)CloseHandle(h);
	SetLastError(error);
	return done || ((error == ERROR_INVALID_PARAMETER || error == ERROR_NOT_SUPPORTED ||
			 error == ERROR_INVALID_FUNCTION || error == ERROR_CALL_NOT_IMPLEMENTED) &&
			MoveFileExW(from, to, MOVEFILE_REPLACE_EXISTING));
}

int vv_windows_rename(const char *from, const char *to)
{
	wchar_t x[VV_WIDE_MAX], y[VV_WIDE_MAX], absolute[VV_WIDE_MAX];

	if (!vv_wide_path(x, from) || !vv_wide_path(y, to)) return -1;
	const DWORD len = GetFullPathNameW(y, VV_WIDE_MAX, absolute, NULL);
	if (len == 0 || len >= VV_WIDE_MAX) return vv_windows_failed();
	for (unsigned tries = 0; !rename_once(x, absolute); tries++) {
		if (is_folder(absolute) && !is_folder(x)) {
			errno = EISDIR;
			return -1;
		}
		if (!make_writable(absolute) && !may_pass(tries)) return vv_windows_failed();
	}
	return 0;
}

int vv_windows_unlink(const char *path)
{
	wchar_t w[VV_WIDE_MAX];

	if (!vv_wide_path(w, path)) return -1;
	for (unsigned tries = 0; !DeleteFileW(w); tries++) {
		if (GetLastError() == ERROR_ACCESS_DENIED && is_folder(w)) {
			errno = EISDIR;
			return -1;
		}
		if (!make_writable(w) && !may_pass(tries)) return vv_windows_failed();
	}
	return 0;
}

int vv_windows_mkdir(const char *path, mode_t mode)
{
	wchar_t w[VV_WIDE_MAX];

	(void)mode;
	if (!vv_wide_path(w, path)) return -1;
	return CreateDirectoryW(w, NULL) ? 0 : vv_windows_failed();
}

char *mkdtemp(char *pattern)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
	char *end = pattern + strlen(pattern) - 6;
	unsigned char chance[6];

	for (unsigned tries = 0; tries < TRIES; tries++) {
		vv_random(chance, sizeof(chance));
		for (size_t i = 0; i < sizeof(chance); i++) {
			end[i] = letters[chance[i] & 31];
		}
		if (vv_windows_mkdir(pattern, 0700) == 0) return pattern;
		if (errno != EEXIST) return NULL;
	}
	return NULL;
}

/* The folder may still be the current one of a program that git started and that is about to end. */
int vv_windows_rmdir(const char *path)
{
	const uint64_t end = GetTickCount64() + LEAVE_MS;
	wchar_t w[VV_WIDE_MAX];

	if (!vv_wide_path(w, path)) return -1;
	for (unsigned tries = 0; !RemoveDirectoryW(w); tries++) {
		const bool is_used = GetLastError() == ERROR_SHARING_VIOLATION;

		if (is_used && GetTickCount64() < end) {
			Sleep(tries < TRIES ? tries : TRIES);
		} else if (!may_pass(tries)) {
			return vv_windows_failed();
		}
	}
	return 0;
}

/* That of the C library finds no path with an umlaut. Keeps nothing. */
int chmod(const char *path, int mode)
{
	(void)mode;
	return vv_windows_access(path, F_OK);
}

int fchmod(int fd, mode_t mode)
{
	const HANDLE h = handle_of(fd);

	if (h == INVALID_HANDLE_VALUE) return -1;
	return is_private(mode) ? make_private(h) : 0;
}

int symlink(const char *target, const char *path)
{
	(void)target;
	(void)path;
	errno = EPERM;
	return -1;
}

ssize_t readlink(const char *path, char *out, size_t size)
{
	(void)path;
	(void)out;
	(void)size;
	errno = EINVAL;
	return -1;
}

/* Sets whether a pipe blocks; other descriptors always do. */
static int set_flags(HANDLE h, int flags)
{
	DWORD mode = flags & O_NONBLOCK ? PIPE_NOWAIT : PIPE_WAIT;

	if (GetFileType(h) != FILE_TYPE_PIPE) return 0;
	return SetNamedPipeHandleState(h, &mode, NULL, NULL) ? 0 : vv_windows_failed();
}

int fcntl(int fd, int command, ...)
{
	HANDLE copy;
	const HANDLE h = handle_of(fd), self = GetCurrentProcess();
	DWORD flags = 0;

	if (h == INVALID_HANDLE_VALUE) return -1;
	if (command == F_GETFD) {
		return GetHandleInformation(h, &flags) && !(flags & HANDLE_FLAG_INHERIT);
	}
	if (command == F_GETFL) return 0;
	if (command == F_SETFL) {
		va_list rest;

		va_start(rest, command);
		const int value = va_arg(rest, int);
		va_end(rest);
		return set_flags(h, value);
	}
	if (command != F_DUPFD_CLOEXEC) {
		errno = EINVAL;
		return -1;
	}
	if (!DuplicateHandle(self, h, self, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS)) {
		return vv_windows_failed();
	}
	const int fd_of_copy = _open_osfhandle((intptr_t)copy, _O_BINARY | _O_NOINHERIT);
	if (fd_of_copy < 0) {
		(void)CloseHandle(copy);
	}
	return fd_of_copy;
}

int flock(int fd, int how)
{
	const HANDLE h = handle_of(fd);
	OVERLAPPED at = {.OffsetHigh = LOCK_AT_HIGH};
	DWORD flags = how & LOCK_EX ? LOCKFILE_EXCLUSIVE_LOCK : 0;

	if (h == INVALID_HANDLE_VALUE) return -1;
	/* As flock does, a second lock of the same handle replaces the first. */
	(void)UnlockFileEx(h, 0, 1, 0, &at);
	if (how & LOCK_UN) return 0;
	if (how & LOCK_NB) {
		flags |= LOCKFILE_FAIL_IMMEDIATELY;
	}
	if (LockFileEx(h, flags, 0, 1, 0, &at)) return 0;
	if (GetLastError() == ERROR_LOCK_VIOLATION || GetLastError() == ERROR_IO_PENDING) {
		errno = EWOULDBLOCK;
		return -1;
	}
	return vv_windows_failed();
}

/* --- folders --- */

struct vv_windows_dir {
	HANDLE found;
	WIN32_FIND_DATAW data;
	bool first; /* data has an entry that was not returned */
	struct dirent entry;
};

DIR *opendir(const char *path)
{
	wchar_t w[VV_WIDE_MAX];
	char pattern[PATH_MAX];
	struct stat st;
	DIR *dir;

	if (status_at(path, &st, true) < 0) return NULL;
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return NULL;
	}
	if (snprintf(pattern, sizeof(pattern), "%s/*", path) >= (int)sizeof(pattern)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	if (!vv_wide_path(w, pattern) || !(dir = calloc(1, sizeof(*dir)))) return NULL;
	dir->found = FindFirstFileExW(w, FindExInfoBasic, &dir->data, FindExSearchNameMatch, NULL,
				      FIND_FIRST_EX_LARGE_FETCH);
	dir->first = dir->found != INVALID_HANDLE_VALUE;
	if (!dir->first &&
	    GetLastError() != ERROR_FILE_NOT_FOUND) { /* the root of an empty drive */
		(void)vv_windows_failed();
		free(dir);
		return NULL;
	}
	return dir;
}

static unsigned char kind_of(const WIN32_FIND_DATAW *data)
{
	if ((data->dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) &&
	    (data->dwReserved0 == IO_REPARSE_TAG_SYMLINK ||
	     data->dwReserved0 == IO_REPARSE_TAG_MOUNT_POINT)) {
		return DT_LNK;
	}
	return data->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY ? DT_DIR : DT_REG;
}

struct dirent *readdir(DIR *dir)
{
	if (!dir->first &&
	    (dir->found == INVALID_HANDLE_VALUE || !FindNextFileW(dir->found, &dir->data))) {
		if (dir->found != INVALID_HANDLE_VALUE && GetLastError() != ERROR_NO_MORE_FILES) {
			(void)vv_windows_failed();
		}
		return NULL;
	}
	dir->first = false;
	dir->entry.d_type = kind_of(&dir->data);
	if (WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, dir->data.cFileName, -1,
				dir->entry.d_name, sizeof(dir->entry.d_name), NULL, NULL) <= 0) {
		errno = EILSEQ; /* half a surrogate pair, which no UTF-8 has */
		return NULL;
	}
	return &dir->entry;
}

int closedir(DIR *dir)
{
	if (dir->found != INVALID_HANDLE_VALUE) {
		(void)FindClose(dir->found);
	}
	free(dir);
	return 0;
}
