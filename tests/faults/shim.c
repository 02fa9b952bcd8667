/*
 * shim: calls of the C library that read or change files, counted, failing or logged.
 *
 * A library for LD_PRELOAD into varve and everything that varve starts. VARVE_FAULTS names a file
 * of a `struct control`, which all processes map: what is asked for, and what was met. Only calls on
 * files below control->root count; the driver (faults.py) writes the file anew for each case and
 * knows its layout. Without VARVE_FAULTS nothing happens.
 *
 * Writes of stdio to a FILE are not seen (their opening is); the driver compares what the log gives
 * with the files at the end, and says so if something is missing.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* faults.py has the same numbers. */
enum call {
	CALL_READ,
	CALL_WRITE,
	CALL_OPEN,       /* to read */
	CALL_OPEN_WRITE, /* what is there */
	CALL_CREATE,
	CALL_TRUNCATE,
	CALL_RENAME,
	CALL_LINK,
	CALL_UNLINK,
	CALL_MKDIR,
	CALL_RMDIR,
	CALL_SYNC,
	CALL_CLOSE, /* of what was written to */
	CALL_META,
	CALL_MEMORY,
	CALL_MAP,
	CALL_LOCK,
	CALL_LIST,
	CALL_LINE_READ, /* pipes and sockets */
	CALL_LINE_WRITE,
	CALL_MEMORY_OTHER /* allocations of libraries that varve uses */
};

enum effect {
	EFFECT_NONE,
	EFFECT_KILL_GROUP,
	EFFECT_KILL_ONE,
	EFFECT_INTERRUPT, /* SIGINT to all, and the call goes on */
	EFFECT_ERROR,
	EFFECT_SHORT,
	EFFECT_EOF,
	EFFECT_CUT, /* the descriptor leads nowhere from now on */
	EFFECT_STOP /* SIGSTOP to all; the call goes on when they do */
};

enum record {
	RECORD_CREATE = 1,
	RECORD_WRITE,
	RECORD_TRUNCATE,
	RECORD_RENAME,
	RECORD_LINK,
	RECORD_UNLINK,
	RECORD_MKDIR,
	RECORD_RMDIR,
	RECORD_SYNC,
	RECORD_SYMLINK
};

enum { CALLS = 32, MOST_FDS = 4096, MEMORY_EARLY = 65536, MOST_MAPS = 64, MOST_PARTS = 64 };

struct control {
	uint32_t calls;  /* bits of enum call that the fault may meet */
	uint32_t effect; /* enum effect */
	int32_t error;
	uint32_t on; /* also all calls after the first that is met */
	uint64_t at; /* 1 is the first */
	uint32_t logging;
	uint32_t ours; /* only programs named varve */
	int64_t clock_shift;
	int64_t clock_step; /* added at each look at the clock */
	_Atomic uint64_t seen;
	_Atomic uint64_t met;
	_Atomic uint64_t looks;
	_Atomic uint64_t counts[CALLS];
	_Atomic uint32_t lock;
	_Atomic uint32_t told;
	char what[256];
	char root[1024];
	char log[1024];
};

static struct control *control;
static size_t root_len;
static bool is_ours;
/* 0 unknown, 1 ours, 2 not ours, 3 a line; 0x10 was written to. */
static uint8_t fd_state[MOST_FDS];
static struct {
	char *at;
	size_t len;
	off_t offset;
	int fd;
} maps[MOST_MAPS];

/* Where varve's own code lies. */
struct part {
	uintptr_t from, to;
};
static struct part code[MOST_PARTS];
static uintptr_t program_base; /* what is added to addresses in the program's file */
static int code_count;

#define REAL(name) real_##name
/* The function that comes after ours, in a pointer real_NAME. */
#define NEXT(name) next((void **)&REAL(name), #name)
#define DECLARE(result, name, args)                                                                \
	static result(*REAL(name)) args;                                                           \
	result name args;                                                                          \
	result name args

static void next(void **real, const char *name)
{
	if (!*real) {
		*real = dlsym(RTLD_NEXT, name);
	}
}

/* ---- what is asked for ---- */

static int add_code(struct dl_phdr_info *info, size_t size, void *unused)
{
	const char *base = strrchr(info->dlpi_name, '/');
	(void)size;
	(void)unused;
	if (info->dlpi_name[0] && strncmp(base ? base + 1 : info->dlpi_name, "libvv_", 6) != 0) {
		return 0;
	}
	if (!info->dlpi_name[0]) {
		program_base = (uintptr_t)info->dlpi_addr;
	}
	for (int i = 0; i < info->dlpi_phnum && code_count < MOST_PARTS; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		if (p->p_type == PT_LOAD && p->p_flags & PF_X) {
			code[code_count].from = (uintptr_t)(info->dlpi_addr + p->p_vaddr);
			code[code_count].to = code[code_count].from + p->p_memsz;
			code_count++;
		}
	}
	return 0;
}

/* The code of libgit2 in a program that has it within: from its first public function to its last. */
static struct part libgit2;

static void find_libgit2(const char *exe, uintptr_t base)
{
	struct stat st;
	long fd = syscall(SYS_openat, AT_FDCWD, exe, O_RDONLY | O_CLOEXEC);
	char *file;

	if (fd < 0 || syscall(SYS_fstat, fd, &st) != 0) return;
	file = (char *)syscall(SYS_mmap, NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	syscall(SYS_close, fd);
	if (file == MAP_FAILED) return;
	const ElfW(Ehdr) *head = (const ElfW(Ehdr) *)(void *)file;
	const ElfW(Shdr) *parts = (const ElfW(Shdr) *)(void *)(file + head->e_shoff);

	for (int i = 0; i < head->e_shnum; i++) {
		if (parts[i].sh_type != SHT_SYMTAB) {
			continue;
		}
		const ElfW(Sym) *s = (const ElfW(Sym) *)(void *)(file + parts[i].sh_offset);
		const ElfW(Sym) *end = s + parts[i].sh_size / sizeof *s;
		const char *names = file + parts[parts[i].sh_link].sh_offset;

		for (; s < end; s++) {
			uintptr_t at = base + s->st_value;

			if (s->st_info != ELF64_ST_INFO(STB_GLOBAL, STT_FUNC) || s->st_value == 0 ||
			    ELF64_ST_VISIBILITY(s->st_other) != STV_DEFAULT ||
			    strncmp(names + s->st_name, "git_", 4) != 0) {
				continue;
			}
			libgit2.from = !libgit2.from || at < libgit2.from ? at : libgit2.from;
			libgit2.to = at + s->st_size > libgit2.to ? at + s->st_size : libgit2.to;
		}
	}
	syscall(SYS_munmap, file, st.st_size);
}

static bool is_our_code(const void *at)
{
	uintptr_t address = (uintptr_t)at;
	if (address >= libgit2.from && address < libgit2.to) return false;
	for (int i = 0; i < code_count; i++) {
		if (address >= code[i].from && address < code[i].to) return true;
	}
	return false;
}

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("VARVE_FAULTS");
	char exe[PATH_MAX];
	const char *base;
	struct control *c;
	ssize_t n;
	long fd;

	if (!path || control) return;
	fd = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
	if (fd < 0) return;
	c = (struct control *)syscall(SYS_mmap, NULL, sizeof *c, PROT_READ | PROT_WRITE, MAP_SHARED,
				      fd, 0);
	syscall(SYS_close, fd);
	if (c == MAP_FAILED) return;
	n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	exe[n > 0 ? n : 0] = '\0';
	base = strrchr(exe, '/');
	base = base ? base + 1 : exe;
	is_ours = strcmp(base, "varve") == 0 || strncmp(base, "varve-", 6) == 0;
	root_len = strlen(c->root);
	if (is_ours) {
		dl_iterate_phdr(add_code, NULL);
		find_libgit2(exe, program_base);
	}
	control = c;
}

/* What the fault does to this call: 0 nothing, else an errno value, or -EFFECT_SHORT, -EFFECT_EOF. */
static int meet(enum call call, const char *name, const char *path)
{
	struct control *c = control;
	uint64_t n;

	atomic_fetch_add(&c->counts[call], 1);
	if (c->effect == EFFECT_NONE || !(c->calls >> call & 1) || (c->ours && !is_ours)) return 0;
	n = atomic_fetch_add(&c->seen, 1) + 1;
	if (n < c->at || (n > c->at && !c->on)) return 0;
	atomic_fetch_add(&c->met, 1);
	if (atomic_exchange(&c->told, 1) == 0) {
		size_t len = strlen(name);
		memcpy(c->what, name, len);
		if (path) {
			size_t left = sizeof c->what - len - 2, path_len = strlen(path);
			c->what[len++] = ' ';
			if (path_len > root_len && memcmp(path, c->root, root_len) == 0) {
				path += root_len;
				path_len -= root_len;
			}
			memcpy(c->what + len, path, path_len < left ? path_len : left);
		}
	}
	switch (c->effect) {
	case EFFECT_KILL_GROUP:
		kill(0, SIGKILL);
		pause();
		break;
	case EFFECT_KILL_ONE:
		kill(getpid(), SIGKILL);
		pause();
		break;
	case EFFECT_INTERRUPT:
		kill(0, SIGINT);
		return 0;
	case EFFECT_STOP:
		kill(0, SIGSTOP);
		return 0;
	case EFFECT_ERROR:
		return c->error;
	default:
		return -(int)c->effect;
	}
	return 0;
}

/* ---- which files ---- */

/* The path without . and .. and double slashes, in place. */
static void normalize(char *path)
{
	char *out = path, *in = path;
	while (*in) {
		char *end;
		while (*in == '/') {
			in++;
		}
		end = in;
		while (*end && *end != '/') {
			end++;
		}
		if (end == in) {
			break;
		}
		if (end - in == 2 && in[0] == '.' && in[1] == '.') {
			while (out > path && *--out != '/') {
			}
		} else if (!(end - in == 1 && *in == '.')) {
			*out++ = '/';
			memmove(out, in, (size_t)(end - in));
			out += end - in;
		}
		in = end;
	}
	*out = '\0';
}

static bool below_root(const char *path)
{
	return strncmp(path, control->root, root_len) == 0 &&
	       (path[root_len] == '/' || path[root_len] == '\0');
}

/* The absolute path, if it is below the root; false otherwise. */
static bool absolute(char out[2 * PATH_MAX], int dir, const char *path)
{
	size_t len = 0, path_len;
	int kept = errno;

	if (!control || !path) return false;
	path_len = strlen(path);
	if (path_len >= PATH_MAX) return false;
	if (path[0] != '/') {
		if (dir == AT_FDCWD) {
			long n = syscall(SYS_getcwd, out, PATH_MAX);
			len = n > 0 ? (size_t)n - 1 : 0;
		} else {
			char name[64];
			ssize_t n;
			snprintf(name, sizeof name, "/proc/self/fd/%d", dir);
			n = readlink(name, out, PATH_MAX - 1);
			len = n > 0 ? (size_t)n : 0;
		}
		errno = kept;
		if (len == 0) return false;
		out[len++] = '/';
	}
	memcpy(out + len, path, path_len + 1);
	normalize(out);
	return below_root(out);
}

static void set_fd(int fd, int state)
{
	if (fd >= 0 && fd < MOST_FDS) {
		fd_state[fd] = (uint8_t)state;
	}
}

/* 1 a file below the root, 2 none of ours, 3 a line. */
static int kind_of(int fd)
{
	char name[64], path[PATH_MAX];
	struct stat st;
	ssize_t n;
	int kept = errno, state = 2;

	if (!control || fd < 0 || fd >= MOST_FDS) return 2;
	if (fd_state[fd] & 0xf) return fd_state[fd] & 0xf;
	if (syscall(SYS_fstat, fd, &st) < 0) {
		errno = kept;
		return 2;
	}
	if (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)) {
		state = 3;
	} else if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)) {
		snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
		n = readlink(name, path, sizeof path - 1);
		if (n > 0) {
			path[n] = '\0';
			state = below_root(path) ? 1 : 2;
		}
	}
	errno = kept;
	fd_state[fd] = (uint8_t)state;
	return state;
}

/* ---- the log ---- */

static bool log_begin(void)
{
	if (!control || !control->logging) return false;
	while (atomic_exchange(&control->lock, 1)) {
		sched_yield();
	}
	return true;
}

static void log_end(void)
{
	atomic_store(&control->lock, 0);
}

static void log_put(enum record type, uint64_t ino, uint64_t offset, const char *path,
		    const void *data, size_t len)
{
	uint64_t head[5] = {type, ino, offset, path ? strlen(path) : 0, len};
	struct iovec parts[3] = {{head, sizeof head}, {(void *)path, head[3]}, {(void *)data, len}};
	int kept = errno;
	long fd = syscall(SYS_openat, AT_FDCWD, control->log,
			  O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0) {
		syscall(SYS_writev, fd, parts, 3);
		syscall(SYS_close, fd);
	}
	errno = kept;
}

static uint64_t inode(int fd)
{
	struct stat st;
	int kept = errno;
	uint64_t ino = syscall(SYS_fstat, fd, &st) == 0 ? (uint64_t)st.st_ino : 0;
	errno = kept;
	return ino;
}

static bool exists(const char *path)
{
	struct stat st;
	int kept = errno;
	bool is = syscall(SYS_newfstatat, AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
	errno = kept;
	return is;
}

/* ---- open ---- */

static enum call open_call(int flags)
{
	return flags & O_CREAT                   ? CALL_CREATE
	       : (flags & O_ACCMODE) != O_RDONLY ? CALL_OPEN_WRITE
						 : CALL_OPEN;
}

static int (*real_openat)(int, const char *, int, ...);

static int do_open(int dir, const char *path, int flags, mode_t mode)
{
	char whole[2 * PATH_MAX];
	bool ours = absolute(whole, dir, path), logged = false, was = false;
	int fd, error;

	NEXT(openat);
	if (ours && (error = meet(open_call(flags), "open", whole)) > 0) {
		errno = error;
		return -1;
	}
	if (ours && flags & (O_CREAT | O_TRUNC)) {
		logged = log_begin();
		was = logged && exists(whole);
	}
	fd = real_openat(dir, path, flags, mode);
	if (logged) {
		if (fd >= 0 && !was) {
			log_put(RECORD_CREATE, inode(fd), 0, whole, NULL, 0);
		} else if (fd >= 0 && flags & O_TRUNC) {
			log_put(RECORD_TRUNCATE, inode(fd), 0, NULL, NULL, 0);
		}
		log_end();
	}
	set_fd(fd, ours ? 1 : 0);
	return fd;
}

#define MODE_OF(flags)                                                                             \
	mode_t mode = 0;                                                                           \
	if ((flags) & (O_CREAT | O_TMPFILE)) {                                                     \
		va_list args;                                                                      \
		va_start(args, flags);                                                             \
		mode = va_arg(args, mode_t);                                                       \
		va_end(args);                                                                      \
	}

int open(const char *path, int flags, ...)
{
	MODE_OF(flags)
	return do_open(AT_FDCWD, path, flags, mode);
}
int open64(const char *path, int flags, ...)
{
	MODE_OF(flags)
	return do_open(AT_FDCWD, path, flags | O_LARGEFILE, mode);
}
int openat(int dir, const char *path, int flags, ...)
{
	MODE_OF(flags)
	return do_open(dir, path, flags, mode);
}
int openat64(int dir, const char *path, int flags, ...)
{
	MODE_OF(flags)
	return do_open(dir, path, flags | O_LARGEFILE, mode);
}
int creat(const char *path, mode_t mode)
{
	return do_open(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}
int creat64(const char *path, mode_t mode)
{
	return creat(path, mode);
}
int __open_2(const char *path, int flags);
int __open_2(const char *path, int flags)
{
	return do_open(AT_FDCWD, path, flags, 0);
}
int __open64_2(const char *path, int flags);
int __open64_2(const char *path, int flags)
{
	return do_open(AT_FDCWD, path, flags | O_LARGEFILE, 0);
}
int __openat_2(int dir, const char *path, int flags);
int __openat_2(int dir, const char *path, int flags)
{
	return do_open(dir, path, flags, 0);
}
int __openat64_2(int dir, const char *path, int flags);
int __openat64_2(int dir, const char *path, int flags)
{
	return do_open(dir, path, flags | O_LARGEFILE, 0);
}

static int made_temp(int fd, const char *path)
{
	char whole[2 * PATH_MAX];
	if (fd >= 0 && absolute(whole, AT_FDCWD, path)) {
		set_fd(fd, 1);
		if (log_begin()) {
			log_put(RECORD_CREATE, inode(fd), 0, whole, NULL, 0);
			log_end();
		}
	} else {
		set_fd(fd, 0);
	}
	return fd;
}

static int temp_error(const char *path)
{
	char whole[2 * PATH_MAX];
	int error = absolute(whole, AT_FDCWD, path) ? meet(CALL_CREATE, "mkstemp", whole) : 0;
	errno = error > 0 ? error : errno;
	return error > 0;
}

DECLARE(int, mkstemp, (char *path))
{
	NEXT(mkstemp);
	return temp_error(path) ? -1 : made_temp(REAL(mkstemp)(path), path);
}
DECLARE(int, mkstemp64, (char *path))
{
	NEXT(mkstemp64);
	return temp_error(path) ? -1 : made_temp(REAL(mkstemp64)(path), path);
}

static FILE *file_opened(FILE *f, const char *path, const char *mode)
{
	char whole[2 * PATH_MAX];
	if (f && control && mode[0] != 'r' && absolute(whole, AT_FDCWD, path)) {
		set_fd(fileno(f), 1);
	} else if (f) {
		set_fd(fileno(f), 0);
	}
	return f;
}

static bool file_fails(const char *path, const char *mode)
{
	char whole[2 * PATH_MAX];
	int error = absolute(whole, AT_FDCWD, path)
			    ? meet(mode[0] == 'r' ? CALL_OPEN : CALL_CREATE, "fopen", whole)
			    : 0;
	errno = error > 0 ? error : errno;
	return error > 0;
}

DECLARE(FILE *, fopen, (const char *path, const char *mode))
{
	NEXT(fopen);
	return file_fails(path, mode) ? NULL : file_opened(REAL(fopen)(path, mode), path, mode);
}
DECLARE(FILE *, fopen64, (const char *path, const char *mode))
{
	NEXT(fopen64);
	return file_fails(path, mode) ? NULL : file_opened(REAL(fopen64)(path, mode), path, mode);
}
DECLARE(DIR *, opendir, (const char *path))
{
	char whole[2 * PATH_MAX];
	int error = absolute(whole, AT_FDCWD, path) ? meet(CALL_LIST, "opendir", whole) : 0;
	NEXT(opendir);
	if (error > 0) {
		errno = error;
		return NULL;
	}
	return REAL(opendir)(path);
}

/* ---- read, write ---- */

/* What becomes of a read or write of len bytes: -1 errno is set, 0 end of the file, else how many. */
static ssize_t admit(int fd, size_t *len, enum call call, enum call line, const char *name)
{
	int kind = kind_of(fd), error = 0;
	if (kind == 1 || kind == 3) {
		char path[PATH_MAX] = "";
		if (control->effect != EFFECT_NONE && !control->told && kind == 1) {
			char at[64];
			int kept = errno;
			snprintf(at, sizeof at, "/proc/self/fd/%d", fd);
			ssize_t n = readlink(at, path, sizeof path - 1);
			path[n > 0 ? n : 0] = '\0';
			errno = kept;
		}
		error = meet(kind == 3 ? line : call, name, path);
		if (kind == 1 && call == CALL_WRITE) {
			fd_state[fd] |= 0x10;
		}
	}
	if (error > 0) {
		errno = error;
		return -1;
	}
	if (error == -EFFECT_EOF) return 0;
	if (error == -EFFECT_CUT) {
		long null = syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC);
		syscall(SYS_dup3, null, fd, O_CLOEXEC);
		syscall(SYS_close, null);
		errno = EPIPE;
		return -1;
	}
	if (error == -EFFECT_SHORT && *len > 1) {
		*len /= 2;
	}
	return 1;
}

static ssize_t did_write(int fd, ssize_t n, off_t offset, const void *data)
{
	if (n > 0) {
		if (offset < 0) {
			int kept = errno;
			offset = lseek(fd, 0, SEEK_CUR) - n;
			errno = kept;
		}
		log_put(RECORD_WRITE, inode(fd), (uint64_t)offset, NULL, data, (size_t)n);
	}
	return n;
}

DECLARE(ssize_t, read, (int fd, void *data, size_t len))
{
	ssize_t go;
	NEXT(read);
	go = admit(fd, &len, CALL_READ, CALL_LINE_READ, "read");
	return go <= 0 ? go : REAL(read)(fd, data, len);
}
ssize_t __read_chk(int fd, void *data, size_t len, size_t room);
ssize_t __read_chk(int fd, void *data, size_t len, size_t room)
{
	(void)room;
	return read(fd, data, len);
}
DECLARE(ssize_t, recv, (int fd, void *data, size_t len, int flags))
{
	ssize_t go;
	NEXT(recv);
	go = admit(fd, &len, CALL_READ, CALL_LINE_READ, "recv");
	return go <= 0 ? go : REAL(recv)(fd, data, len, flags);
}
DECLARE(ssize_t, pread64, (int fd, void *data, size_t len, off64_t offset))
{
	ssize_t go;
	NEXT(pread64);
	go = admit(fd, &len, CALL_READ, CALL_LINE_READ, "pread");
	return go <= 0 ? go : REAL(pread64)(fd, data, len, offset);
}
ssize_t pread(int fd, void *data, size_t len, off_t offset)
{
	return pread64(fd, data, len, offset);
}
DECLARE(ssize_t, write, (int fd, const void *data, size_t len))
{
	ssize_t go, n;
	NEXT(write);
	go = admit(fd, &len, CALL_WRITE, CALL_LINE_WRITE, "write");
	if (go <= 0) return go;
	if (kind_of(fd) != 1 || !log_begin()) return REAL(write)(fd, data, len);
	n = did_write(fd, REAL(write)(fd, data, len), -1, data);
	log_end();
	return n;
}
DECLARE(ssize_t, send, (int fd, const void *data, size_t len, int flags))
{
	ssize_t go;
	NEXT(send);
	go = admit(fd, &len, CALL_WRITE, CALL_LINE_WRITE, "send");
	return go <= 0 ? go : REAL(send)(fd, data, len, flags);
}
DECLARE(ssize_t, pwrite64, (int fd, const void *data, size_t len, off64_t offset))
{
	ssize_t go, n;
	NEXT(pwrite64);
	go = admit(fd, &len, CALL_WRITE, CALL_LINE_WRITE, "pwrite");
	if (go <= 0) return go;
	if (kind_of(fd) != 1 || !log_begin()) return REAL(pwrite64)(fd, data, len, offset);
	n = did_write(fd, REAL(pwrite64)(fd, data, len, offset), offset, data);
	log_end();
	return n;
}
ssize_t pwrite(int fd, const void *data, size_t len, off_t offset)
{
	return pwrite64(fd, data, len, offset);
}
/* One part after the other: then it is logged as the writes that it is. */
ssize_t writev(int fd, const struct iovec *parts, int count)
{
	ssize_t sum = 0;
	for (int i = 0; i < count; i++) {
		ssize_t n = parts[i].iov_len ? write(fd, parts[i].iov_base, parts[i].iov_len) : 0;
		if (n < 0) return sum ? sum : n;
		sum += n;
		if ((size_t)n < parts[i].iov_len) {
			break;
		}
	}
	return sum;
}

static int did_truncate(int fd, int result, off_t len)
{
	if (result == 0) {
		log_put(RECORD_TRUNCATE, inode(fd), (uint64_t)len, NULL, NULL, 0);
	}
	return result;
}

DECLARE(int, ftruncate64, (int fd, off64_t len))
{
	int error, result;
	NEXT(ftruncate64);
	if (kind_of(fd) != 1) return REAL(ftruncate64)(fd, len);
	if ((error = meet(CALL_TRUNCATE, "ftruncate", NULL)) > 0) {
		errno = error;
		return -1;
	}
	fd_state[fd] |= 0x10;
	if (!log_begin()) return REAL(ftruncate64)(fd, len);
	result = did_truncate(fd, REAL(ftruncate64)(fd, len), len);
	log_end();
	return result;
}
int ftruncate(int fd, off_t len)
{
	return ftruncate64(fd, len);
}
static int may_allocate(int fd)
{
	return kind_of(fd) == 1 ? meet(CALL_TRUNCATE, "fallocate", NULL) : 0;
}
DECLARE(int, fallocate64, (int fd, int mode, off64_t offset, off64_t len))
{
	int error = may_allocate(fd), result;
	bool logged;
	NEXT(fallocate64);
	if (error > 0) {
		errno = error;
		return -1;
	}
	logged = kind_of(fd) == 1 && log_begin();
	result = REAL(fallocate64)(fd, mode, offset, len);
	if (logged) {
		did_truncate(fd, mode & FALLOC_FL_KEEP_SIZE ? -1 : result, offset + len);
		log_end();
	}
	return result;
}
int fallocate(int fd, int mode, off_t offset, off_t len)
{
	return fallocate64(fd, mode, offset, len);
}
DECLARE(int, posix_fallocate64, (int fd, off64_t offset, off64_t len))
{
	int error = may_allocate(fd);
	NEXT(posix_fallocate64);
	return error > 0 ? error : REAL(posix_fallocate64)(fd, offset, len);
}
int posix_fallocate(int fd, off_t offset, off_t len)
{
	return posix_fallocate64(fd, offset, len);
}

static int do_sync(int fd, int (*real)(int))
{
	int error, result;
	if (kind_of(fd) != 1) return real(fd);
	if ((error = meet(CALL_SYNC, "fsync", NULL)) > 0) {
		errno = error;
		return -1;
	}
	if (!log_begin()) return real(fd);
	result = real(fd);
	if (result == 0) {
		log_put(RECORD_SYNC, inode(fd), 0, NULL, NULL, 0);
	}
	log_end();
	return result;
}
DECLARE(int, fsync, (int fd))
{
	NEXT(fsync);
	return do_sync(fd, REAL(fsync));
}
DECLARE(int, fdatasync, (int fd))
{
	NEXT(fdatasync);
	return do_sync(fd, REAL(fdatasync));
}

DECLARE(int, close, (int fd))
{
	bool written = fd >= 0 && fd < MOST_FDS && fd_state[fd] & 0x10;
	int error, result;
	NEXT(close);
	set_fd(fd, 0);
	if (!control || !written || (error = meet(CALL_CLOSE, "close", NULL)) <= 0) {
		return REAL(close)(fd);
	}
	result = REAL(close)(fd);
	(void)result;
	errno = error;
	return -1;
}
DECLARE(int, dup2, (int from, int to))
{
	NEXT(dup2);
	set_fd(to, 0);
	return REAL(dup2)(from, to);
}
DECLARE(int, dup3, (int from, int to, int flags))
{
	NEXT(dup3);
	set_fd(to, 0);
	return REAL(dup3)(from, to, flags);
}
DECLARE(int, dup, (int from))
{
	int fd;
	NEXT(dup);
	fd = REAL(dup)(from);
	set_fd(fd, 0);
	return fd;
}
DECLARE(int, pipe, (int fds[2]))
{
	int result;
	NEXT(pipe);
	result = REAL(pipe)(fds);
	if (result == 0) {
		set_fd(fds[0], 0);
		set_fd(fds[1], 0);
	}
	return result;
}
DECLARE(int, pipe2, (int fds[2], int flags))
{
	int result;
	NEXT(pipe2);
	result = REAL(pipe2)(fds, flags);
	if (result == 0) {
		set_fd(fds[0], 0);
		set_fd(fds[1], 0);
	}
	return result;
}
DECLARE(int, socket, (int domain, int type, int protocol))
{
	int fd;
	NEXT(socket);
	fd = REAL(socket)(domain, type, protocol);
	set_fd(fd, 0);
	return fd;
}
DECLARE(int, flock, (int fd, int operation))
{
	int error = kind_of(fd) == 1 && operation != LOCK_UN ? meet(CALL_LOCK, "flock", NULL) : 0;
	NEXT(flock);
	if (error > 0) {
		errno = error;
		return -1;
	}
	return REAL(flock)(fd, operation);
}

/* ---- memory that is a file ---- */

DECLARE(void *, mmap64, (void *at, size_t len, int protection, int flags, int fd, off64_t offset))
{
	bool ours = fd >= 0 && kind_of(fd) == 1;
	void *result;
	int error;
	NEXT(mmap64);
	if (ours && (error = meet(CALL_MAP, "mmap", NULL)) > 0) {
		errno = error;
		return MAP_FAILED;
	}
	result = REAL(mmap64)(at, len, protection, flags, fd, offset);
	if (ours && result != MAP_FAILED && protection & PROT_WRITE && flags & MAP_SHARED &&
	    control->logging) {
		for (int i = 0; i < MOST_MAPS; i++) {
			if (!maps[i].at) {
				maps[i].at = result;
				maps[i].len = len;
				maps[i].offset = offset;
				maps[i].fd = fd;
				break;
			}
		}
	}
	return result;
}
void *mmap(void *at, size_t len, int protection, int flags, int fd, off_t offset)
{
	return mmap64(at, len, protection, flags, fd, offset);
}
DECLARE(int, munmap, (void *at, size_t len))
{
	NEXT(munmap);
	for (int i = 0; control && at && i < MOST_MAPS; i++) {
		if (maps[i].at == at && log_begin()) {
			struct stat st;
			if (syscall(SYS_fstat, maps[i].fd, &st) == 0 &&
			    st.st_size > maps[i].offset) {
				size_t there = (size_t)(st.st_size - maps[i].offset);
				log_put(RECORD_WRITE, (uint64_t)st.st_ino, (uint64_t)maps[i].offset,
					NULL, at, there < maps[i].len ? there : maps[i].len);
			}
			log_end();
			maps[i].at = NULL;
		}
	}
	return REAL(munmap)(at, len);
}

/* ---- names ---- */

/* -1: errno is set. */
static int two_names(int from_dir, const char *from, int to_dir, const char *to, enum call call,
		     const char *name, char whole_from[2 * PATH_MAX], char whole_to[2 * PATH_MAX])
{
	bool a = absolute(whole_from, from_dir, from), b = absolute(whole_to, to_dir, to);
	int error;
	if (!a && !b) return 0;
	if ((error = meet(call, name, b ? whole_to : whole_from)) > 0) {
		errno = error;
		return -1;
	}
	return a || b;
}

DECLARE(int, renameat, (int from_dir, const char *from, int to_dir, const char *to))
{
	char a[2 * PATH_MAX], b[2 * PATH_MAX];
	int ours = two_names(from_dir, from, to_dir, to, CALL_RENAME, "rename", a, b), result;
	NEXT(renameat);
	if (ours <= 0 || !log_begin()) {
		return ours < 0 ? -1 : REAL(renameat)(from_dir, from, to_dir, to);
	}
	result = REAL(renameat)(from_dir, from, to_dir, to);
	if (result == 0) {
		log_put(RECORD_RENAME, 0, 0, a, b, strlen(b));
	}
	log_end();
	return result;
}
int rename(const char *from, const char *to)
{
	return renameat(AT_FDCWD, from, AT_FDCWD, to);
}
int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
	if (flags == 0) return renameat(from_dir, from, to_dir, to);
	char a[2 * PATH_MAX], b[2 * PATH_MAX];
	int ours = two_names(from_dir, from, to_dir, to, CALL_RENAME, "renameat2", a, b);
	bool logged = ours > 0 && log_begin();
	long result = ours < 0 ? -1 : syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
	if (logged) {
		if (result == 0) {
			log_put(RECORD_RENAME, 0, flags, a, b, strlen(b));
		}
		log_end();
	}
	return (int)result;
}
DECLARE(int, linkat, (int from_dir, const char *from, int to_dir, const char *to, int flags))
{
	char a[2 * PATH_MAX], b[2 * PATH_MAX];
	int ours = two_names(from_dir, from, to_dir, to, CALL_LINK, "link", a, b), result;
	NEXT(linkat);
	if (ours <= 0 || !log_begin()) {
		return ours < 0 ? -1 : REAL(linkat)(from_dir, from, to_dir, to, flags);
	}
	result = REAL(linkat)(from_dir, from, to_dir, to, flags);
	if (result == 0) {
		log_put(RECORD_LINK, 0, 0, a, b, strlen(b));
	}
	log_end();
	return result;
}
int link(const char *from, const char *to)
{
	return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}
DECLARE(int, symlinkat, (const char *text, int dir, const char *path))
{
	char whole[2 * PATH_MAX];
	bool ours = absolute(whole, dir, path);
	int error, result;
	NEXT(symlinkat);
	if (ours && (error = meet(CALL_LINK, "symlink", whole)) > 0) {
		errno = error;
		return -1;
	}
	if (!ours || !log_begin()) return REAL(symlinkat)(text, dir, path);
	result = REAL(symlinkat)(text, dir, path);
	if (result == 0) {
		log_put(RECORD_SYMLINK, 0, 0, whole, text, strlen(text));
	}
	log_end();
	return result;
}
int symlink(const char *text, const char *path)
{
	return symlinkat(text, AT_FDCWD, path);
}

static int (*real_unlinkat)(int, const char *, int);

static int remove_name(int dir, const char *path, int flags, enum call call, const char *name)
{
	char whole[2 * PATH_MAX];
	bool ours = absolute(whole, dir, path);
	int error, result;
	NEXT(unlinkat);
	if (ours && (error = meet(call, name, whole)) > 0) {
		errno = error;
		return -1;
	}
	if (!ours || !log_begin()) return real_unlinkat(dir, path, flags);
	result = real_unlinkat(dir, path, flags);
	if (result == 0) {
		log_put(call == CALL_RMDIR ? RECORD_RMDIR : RECORD_UNLINK, 0, 0, whole, NULL, 0);
	}
	log_end();
	return result;
}
int unlink(const char *path)
{
	return remove_name(AT_FDCWD, path, 0, CALL_UNLINK, "unlink");
}
int rmdir(const char *path)
{
	return remove_name(AT_FDCWD, path, AT_REMOVEDIR, CALL_RMDIR, "rmdir");
}
int unlinkat(int dir, const char *path, int flags)
{
	bool folder = flags & AT_REMOVEDIR;
	return remove_name(dir, path, flags, folder ? CALL_RMDIR : CALL_UNLINK,
			   folder ? "rmdir" : "unlink");
}
int remove(const char *path)
{
	int result = unlink(path);
	return result < 0 && errno == EISDIR ? rmdir(path) : result;
}

DECLARE(int, mkdirat, (int dir, const char *path, mode_t mode))
{
	char whole[2 * PATH_MAX];
	bool ours = absolute(whole, dir, path);
	int error, result;
	NEXT(mkdirat);
	if (ours && (error = meet(CALL_MKDIR, "mkdir", whole)) > 0) {
		errno = error;
		return -1;
	}
	if (!ours || !log_begin()) return REAL(mkdirat)(dir, path, mode);
	result = REAL(mkdirat)(dir, path, mode);
	if (result == 0) {
		struct stat st;
		int kept = errno;
		long n = syscall(SYS_newfstatat, AT_FDCWD, whole, &st, AT_SYMLINK_NOFOLLOW);
		errno = kept;
		log_put(RECORD_MKDIR, n == 0 ? (uint64_t)st.st_ino : 0, 0, whole, NULL, 0);
	}
	log_end();
	return result;
}
int mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}

static bool meta_fails(int dir, const char *path, const char *name)
{
	char whole[2 * PATH_MAX];
	int error = absolute(whole, dir, path) ? meet(CALL_META, name, whole) : 0;
	errno = error > 0 ? error : errno;
	return error > 0;
}
DECLARE(int, chmod, (const char *path, mode_t mode))
{
	NEXT(chmod);
	return meta_fails(AT_FDCWD, path, "chmod") ? -1 : REAL(chmod)(path, mode);
}
DECLARE(int, fchmod, (int fd, mode_t mode))
{
	int error = kind_of(fd) == 1 ? meet(CALL_META, "fchmod", NULL) : 0;
	NEXT(fchmod);
	errno = error > 0 ? error : errno;
	return error > 0 ? -1 : REAL(fchmod)(fd, mode);
}
DECLARE(int, futimens, (int fd, const struct timespec times[2]))
{
	int error = kind_of(fd) == 1 ? meet(CALL_META, "futimens", NULL) : 0;
	NEXT(futimens);
	errno = error > 0 ? error : errno;
	return error > 0 ? -1 : REAL(futimens)(fd, times);
}

/* ---- memory ---- */

static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static void (*real_free)(void *);
static char early[MEMORY_EARLY] __attribute__((aligned(16)));
static size_t early_used;
static bool resolving;

/* For what dlsym itself asks for. */
static void *early_memory(size_t size)
{
	void *p = early + early_used;
	size = (size + 15) & ~(size_t)15;
	if (size > sizeof early - early_used) return NULL;
	early_used += size;
	return p;
}

static bool is_early(const void *p)
{
	return (const char *)p >= early && (const char *)p < early + sizeof early;
}

static bool resolve_memory(void)
{
	if (real_free) return true;
	if (resolving) return false;
	resolving = true;
	NEXT(malloc);
	NEXT(calloc);
	NEXT(realloc);
	NEXT(free);
	resolving = false;
	return true;
}

static bool memory_fails(const void *caller)
{
	if (control && is_ours &&
	    meet(is_our_code(caller) ? CALL_MEMORY : CALL_MEMORY_OTHER, "malloc", NULL) > 0) {
		errno = ENOMEM;
		return true;
	}
	return false;
}

void *malloc(size_t size)
{
	if (!resolve_memory()) return early_memory(size);
	return memory_fails(__builtin_return_address(0)) ? NULL : real_malloc(size);
}
void *calloc(size_t count, size_t size)
{
	if (!resolve_memory()) return early_memory(count * size);
	return memory_fails(__builtin_return_address(0)) ? NULL : real_calloc(count, size);
}
void *realloc(void *p, size_t size)
{
	if (!resolve_memory()) return NULL;
	if (is_early(p)) {
		size_t left = (size_t)(early + sizeof early - (char *)p);
		void *q = real_malloc(size);
		return q ? memcpy(q, p, size < left ? size : left) : NULL;
	}
	return memory_fails(__builtin_return_address(0)) ? NULL : real_realloc(p, size);
}
void free(void *p)
{
	if (p && !is_early(p) && resolve_memory()) {
		real_free(p);
	}
}

/* ---- the clock ---- */

static int64_t shift(void)
{
	if (!control || (control->clock_shift == 0 && control->clock_step == 0)) return 0;
	return control->clock_shift +
	       control->clock_step * (int64_t)atomic_fetch_add(&control->looks, 1);
}
int clock_gettime(clockid_t clock, struct timespec *out)
{
	long result = syscall(SYS_clock_gettime, clock, out);
	if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
		out->tv_sec += shift();
	}
	return (int)result;
}
time_t time(time_t *out)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	if (out) {
		*out = now.tv_sec;
	}
	return now.tv_sec;
}
int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
	struct timespec now;
	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	out->tv_sec = now.tv_sec;
	out->tv_usec = now.tv_nsec / 1000;
	return 0;
}
