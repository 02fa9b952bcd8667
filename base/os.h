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
	uint64_t started; /* another process that gets the same number later has another one here */
	bool ended;       /* a zombie: its parent did not wait for it yet */
} vv_os_process;

/* False: no such process, or the system does not report it. */
bool vv_os_process_find(vv_os_process *out, pid_t pid);

/* Its arguments, each ended by a NUL, into out: how many bytes, which is at most size - 1; a NUL follows. 0: not known. */
size_t vv_os_process_arguments(char *out, size_t size, pid_t pid);

/* Nanoseconds of CPU time that the processes of a group and their ended children used; 0: not known. */
int64_t vv_os_group_cpu(pid_t group);

/* Path of the program that runs. False: unknown. POSIX has no call for it: there it is the file that argv[0] names, in PATH
 * if it is a name alone, which the program reports before it changes its folder. */
bool vv_os_program(char *out, size_t size);
void vv_os_program_started(const char *argv0);

/* This start of the machine: an id in hex ("": not known), and its second since 1970 (-1: not known). */
void vv_os_boot(char out[33]);
int64_t vv_os_boot_second(void);

/* Number of the PID namespace; 0: not known, or there are none. */
uint64_t vv_os_pid_space(void);

/* An identifier of this installation of the system, not to be published. host: the machine's name. */
void vv_os_machine(char *out, size_t size, const char *host);

/* Number of processors this process may run on, at least 1. */
unsigned vv_cpu_count(void);

/* Random bytes from the operating system; aborts if it has none. */
void vv_random(void *out, size_t len);

/* Returns when a file or folder is on the disk, as fsync(2) promises; of a file only the data required to read it
 * back. */
int vv_os_durable(int fd);

/* Pipes and sockets are close-on-exec from their beginning for children of vv_os_fork, and writing to them fails
 * with EPIPE instead of a signal: to a socket always, to a pipe with vv_os_write. */
bool vv_os_pipe(int ends[2]);
int vv_os_socket(int family, int type, int protocol);
typedef ssize_t vv_os_write_fn(int fd, const void *bytes, size_t len); /* write(2), or a test's */
ssize_t vv_os_write(vv_os_write_fn *write, int fd, const void *bytes, size_t len);
pid_t vv_os_fork(bool held); /* held: vv_os_limit_child may be called with this process as parent */

/* Sets a pipe's capacity in bytes, if the system allows it. */
void vv_os_pipe_size(int fd, int bytes);

/* In a child, between fork and exec. parent: it is killed (by this signal; 0: SIGKILL) when this process, which is its parent,
 * ends (on Linux: the thread that started it); 0: not. Bytes of addresses, and of what it allocates; 0: no limit. False: not
 * supported, or the parent has ended. */
bool vv_os_limit_child(pid_t parent, int signal, uint64_t addresses, uint64_t data);

/* A pthread_cond_t whose waits end by vv_monotonic_ms (0: never); the caller has locked the mutex. False:
 * timeout. */
bool vv_os_condition_init(void *condition);
bool vv_os_condition_wait(void *condition, void *mutex, uint64_t end_ms);

/* A shared library by its name ("bz2") and version ("1.0"), which stays loaded, or NULL; a function of one into
 * *function, or NULL. */
void *vv_os_library(const char *name, const char *version);
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
