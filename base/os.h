/*
 * os: hides the differences between operating systems. Each function has an implementation for
 * Linux, for macOS, and for any other POSIX system. No other file tests for the system
 * (tests/check/layering.py). If VV_OS_POSIX is defined, the POSIX implementation is used on every
 * system (./dev build portable).
 */
#ifndef VV_BASE_OS_H
#define VV_BASE_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#if defined(VV_OS_POSIX)
#elif defined(__linux__)
#define VV_OS_LINUX 1
#elif defined(__APPLE__)
#define VV_OS_MACOS 1
#endif
#ifdef __APPLE__ /* the names of POSIX 2008 */
#include <xlocale.h>

#define st_mtim st_mtimespec
#define st_ctim st_ctimespec
#endif

typedef struct vv_os_process {
	pid_t parent, group;
	/* start time; distinguishes the process from a later one with the same pid */
	uint64_t started;
	bool ended; /* the process is a zombie: its parent has not called wait() yet */
} vv_os_process;

/* Gets data about a process. Returns false if the process does not exist, or if the system does not
 * report it. */
bool vv_os_process_find(vv_os_process *out, pid_t pid);

/* Writes the arguments of a process to out: each argument with a NUL, and one more NUL after the
 * last. Returns the number of bytes without the final NUL, at most size - 1. 0: not known. */
size_t vv_os_process_arguments(char *out, size_t size, pid_t pid);

/* Returns the nanoseconds of CPU time that the processes of a group and their ended children used; 0: not known. */
int64_t vv_os_group_cpu(pid_t group);

/* Gets the path of the running program. Returns false if the path is not known. POSIX has no call
 * for this purpose: the POSIX implementation uses argv[0], and searches PATH if argv[0] has no
 * '/'. */
bool vv_os_program(char *out, size_t size);
/* Records argv[0] for vv_os_program. Call before the program changes its current folder. */
void vv_os_program_started(const char *argv0);

/* Writes an id of the machine's current boot, in hex. "": not known. */
void vv_os_boot(char out[33]);
/* Returns the time of the current boot, in seconds since 1970; -1: not known. */
int64_t vv_os_boot_second(void);

/* Returns the number of the PID namespace; 0: not known, or the system has no namespaces. */
uint64_t vv_os_pid_space(void);

/* Writes an identifier of this installation of the system, which must not be published. host: the machine's name. */
void vv_os_machine(char *out, size_t size, const char *host);

/* Returns the number of processors that this process may run on, at least 1. */
unsigned vv_cpu_count(void);

/* Gets random bytes from the operating system. Aborts the process if the system does not provide any. */
void vv_random(void *out, size_t len);

/* Waits until a file or folder is on the disk, like fsync(2); for a file, only its content and the
 * metadata needed to read it, like fdatasync(2). Returns 0, or -1 with errno set. */
int vv_os_durable(int fd);

/* Create a pipe or socket that is closed on exec in children of vv_os_fork. If the other end is
 * closed, writing fails with EPIPE instead of sending a signal: always for a socket, and for a pipe
 * if vv_os_write is used. */
bool vv_os_pipe(int ends[2]);
int vv_os_socket(int family, int type, int protocol);
/* write(2), or a replacement in tests */
typedef ssize_t vv_os_write_fn(int fd, const void *bytes, size_t len);
ssize_t vv_os_write(vv_os_write_fn *write, int fd, const void *bytes, size_t len);
pid_t vv_os_fork(bool held); /* held: vv_os_limit_child may be called with this process as parent */
/* Starts a process that becomes another program: like vv_os_fork, but the process calls
 * child(payload), which must end with execve or _exit. Until then all signals are blocked, without
 * handlers. child must not change memory: on Linux it is that of this process, which waits, as
 * copying it took a tenth of add and commit. */
typedef void vv_os_child_fn(const void *payload);
pid_t vv_os_start(vv_os_child_fn *child, const void *payload, bool held);

/* Sets a pipe's capacity in bytes, if the system allows it. */
void vv_os_pipe_size(int fd, int bytes);

/* Limits a child process. Call in the child between fork and exec. parent: the pid of the parent;
 * the child is killed with `signal` (0: SIGKILL) when the parent ends, or, on Linux, when the
 * thread that started the child ends. If parent is 0, the child is not killed. addresses and data
 * limit the bytes of address space and of allocated memory; 0: no limit. Returns false if the
 * system does not support a limit, or if the parent has already ended. */
bool vv_os_limit_child(pid_t parent, int signal, uint64_t addresses, uint64_t data);

/* Initialises a pthread_cond_t for vv_os_condition_wait. Returns false on failure. */
bool vv_os_condition_init(void *condition);
/* Waits for a condition until vv_monotonic_ms() reaches end_ms (0: without limit). The caller must
 * have locked the mutex. Returns false after a timeout. */
bool vv_os_condition_wait(void *condition, void *mutex, uint64_t end_ms);

/* Loads a shared library by name ("bz2") and version ("1.0"). The library stays loaded. Returns
 * NULL if the library is not found. */
void *vv_os_library(const char *name, const char *version);
/* Sets *function, a pointer to a function, to the library's function called name. If the library
 * has no such function, sets *function to NULL and returns false. */
bool vv_os_library_find(void *library, void *function, const char *name);

/* Makes iconv use the encodings of varve's package, if the package contains its own C library
 * (tests/package/make). Changes the environment: call this before threads start, and after the
 * environment for other programs was copied. */
void vv_use_own_encodings(void);

/* The command that installs a library, given the package's names in Debian and in Homebrew. */
#ifdef __APPLE__
#define VV_OS_INSTALL(debian, homebrew) "brew install " homebrew
#else
#define VV_OS_INSTALL(debian, homebrew) "apt install " debian
#endif

/* The folder with the kernel's tables of networks. */
#define VV_OS_NETWORK_TABLES "/proc/net"

#endif
