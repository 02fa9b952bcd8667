/*
 * os: differences between systems. Each function is written for Linux, macOS and any POSIX system; no other file tests for
 * the system (tests/check/layering.py). VV_OS_POSIX selects the last everywhere (./dev build portable).
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
#define st_mtim st_mtimespec
#define st_ctim st_ctimespec
#endif

typedef struct vv_os_process {
	pid_t parent, group;
	/* start time; distinguishes the process from a later one with the same pid */
	uint64_t started;
	bool ended; /* the process is a zombie: its parent has not called wait() yet */
} vv_os_process;

/* Finds a process. Returns false if the process does not exist or the system does not report it. */
bool vv_os_process_find(vv_os_process *out, pid_t pid);

/* Writes the arguments of a process to out, each ended by a NUL, and a NUL after them. Returns the number of bytes without the
 * last NUL, at most size - 1; 0: not known. */
size_t vv_os_process_arguments(char *out, size_t size, pid_t pid);

/* Returns the nanoseconds of CPU time that the processes of a group and their ended children used; 0: not known. */
int64_t vv_os_group_cpu(pid_t group);

/* Gets the path of the running program. Returns false if it is not known. POSIX has no call for this: there, the path is
 * found from argv[0], in PATH if argv[0] is only a name. */
bool vv_os_program(char *out, size_t size);
/* Records argv[0] for vv_os_program. Call before the program changes its current folder. */
void vv_os_program_started(const char *argv0);

/* Writes an id of the current boot of the machine, in hex; "": not known. */
void vv_os_boot(char out[33]);
/* Returns the time of the current boot, in seconds since 1970; -1: not known. */
int64_t vv_os_boot_second(void);

/* Returns the number of the PID namespace; 0: not known, or the system has no namespaces. */
uint64_t vv_os_pid_space(void);

/* Writes an identifier of this installation of the system, which must not be published. host: the machine's name. */
void vv_os_machine(char *out, size_t size, const char *host);

/* Returns the number of processors this process may run on, at least 1. */
unsigned vv_cpu_count(void);

/* Gets random bytes from the operating system. Aborts the process if the system does not provide any. */
void vv_random(void *out, size_t len);

/* Returns when a file or folder is on the disk, as fsync(2) promises; of a file only the data required to read it
 * back. */
int vv_os_durable(int fd);

/* Create pipes and sockets that children of vv_os_fork never inherit across exec. Writing to a closed one fails with EPIPE
 * instead of a signal: to a socket always, to a pipe with vv_os_write. */
bool vv_os_pipe(int ends[2]);
int vv_os_socket(int family, int type, int protocol);
typedef ssize_t vv_os_write_fn(int fd, const void *bytes, size_t len); /* write(2), or a test's */
ssize_t vv_os_write(vv_os_write_fn *write, int fd, const void *bytes, size_t len);
pid_t vv_os_fork(bool held); /* held: vv_os_limit_child may be called with this process as parent */

/* Sets a pipe's capacity in bytes, if the system allows it. */
void vv_os_pipe_size(int fd, int bytes);

/* Limits a child process; call in the child between fork and exec. parent: the pid of the parent, at whose end (on Linux: at
 * the end of the thread that started the child) the child is killed with `signal` (0: SIGKILL); 0: the child is not killed.
 * addresses, data: most bytes of address space and of allocated memory; 0: no limit. Returns false if this is not supported,
 * or if the parent has ended. */
bool vv_os_limit_child(pid_t parent, int signal, uint64_t addresses, uint64_t data);

/* Initialise a pthread_cond_t, and wait for it until vv_monotonic_ms() reaches end_ms (0: without limit). The caller must have
 * locked the mutex. The wait returns false after a timeout. */
bool vv_os_condition_init(void *condition);
bool vv_os_condition_wait(void *condition, void *mutex, uint64_t end_ms);

/* Loads a shared library by name ("bz2") and version ("1.0"). The library stays loaded. Returns NULL if it is not found. */
void *vv_os_library(const char *name, const char *version);
/* Sets *function to the library's function called name, or to NULL if it is not found. */
bool vv_os_library_find(void *library, void *function, const char *name);

/* A package that brings its C library (tests/package/make) brings the encodings of iconv, too: makes iconv find them. Changes
 * the environment, so call it before threads start, and after the environment was copied for started programs. */
void vv_use_own_encodings(void);

/* The command that installs a library: the package has one name in Debian and another in Homebrew. */
#ifdef __APPLE__
#define VV_OS_INSTALL(debian, homebrew) "brew install " homebrew
#else
#define VV_OS_INSTALL(debian, homebrew) "apt install " debian
#endif

/* The folder with the kernel's tables of networks. */
#define VV_OS_NETWORK_TABLES "/proc/net"

#endif
