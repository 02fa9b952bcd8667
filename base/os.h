/*
 * os: hides the differences between operating systems. Each function has an implementation for
 * Linux, for macOS, for any other POSIX system (all base/os.c), and for Windows (base/windows). No
 * other file tests for the system (tests/check/layering.py). If VV_OS_POSIX is defined, the POSIX
 * implementation is used on every system (./dev build portable).
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
#ifdef _WIN32 /* what Windows lacks of POSIX 2008 */
#include "base/os_windows.h"
#endif
#ifdef __APPLE__ /* the names of POSIX 2008 */
#include <xlocale.h>

#define st_mtim st_mtimespec
#define st_ctim st_ctimespec
#endif

/* Data about a running process. */
typedef struct vv_os_process {
	pid_t parent, group; /* the pid of the parent, and the process group */
	/* start time in a unit of the system (Linux: clock ticks after boot; macOS: microseconds
	 * since 1970); distinguishes the process from a later process with the same pid */
	uint64_t started;
	bool ended; /* the process has ended, and waits for its parent to call wait() */
} vv_os_process;

/* Gets data about the process pid. Returns false if the process does not exist, or if the system
 * does not report it. */
bool vv_os_process_find(vv_os_process *out, pid_t pid);

/* Writes the arguments of the process pid to out: each argument with a NUL, and one more NUL after
 * the last. Returns the number of bytes without the final NUL, at most size - 1; 0: the arguments
 * are not known. */
size_t vv_os_process_arguments(char *out, size_t size, pid_t pid);

/* Returns the CPU time of the processes of a group and of their ended children, in nanoseconds; 0: not
 * known. */
int64_t vv_os_group_cpu(pid_t group);

/* Writes the path of the running program to out, with a NUL. Returns false if the path is not known or
 * does not fit. POSIX has no call for this purpose: the POSIX implementation uses argv[0], and
 * searches PATH if argv[0] has no '/'. */
bool vv_os_program(char *out, size_t size);
/* Records argv[0] for vv_os_program. Call before the program changes its current folder. */
void vv_os_program_started(const char *argv0);

/* Writes an id of the machine's current boot to out, in hex; "": not known. */
void vv_os_boot(char out[33]);
/* Returns the time of the current boot, in seconds since 1970; -1: not known. */
int64_t vv_os_boot_second(void);

/* Returns the number of the PID namespace of this process; 0: not known, or the system has no
 * namespaces. */
uint64_t vv_os_pid_space(void);

/* Writes an identifier of this installation of the system to out: host (the machine's name), a
 * newline, and the system's machine id. If the id is not known, nothing follows the newline. On macOS,
 * host is left out if the id is known, because a Mac's name changes with its network. The identifier
 * must not be published. */
void vv_os_machine(char *out, size_t size, const char *host);

/* Returns the number of processors that this process may run on, at least 1. */
unsigned vv_cpu_count(void);

/* Writes len random bytes from the operating system to out. Aborts the process if the system does
 * not provide any. */
void vv_random(void *out, size_t len);

/* Waits until the open file or folder fd is on the disk. Of a file, this is its content and the
 * metadata needed to read it, as with fdatasync(2); of a folder, its entries. Returns 0, or -1 with
 * errno set. */
int vv_os_durable(int fd);

/* Creates a pipe whose ends are closed on exec in programs of vv_os_start. Returns false, with errno
 * set, on failure. */
bool vv_os_pipe(int ends[2]);
/* Creates a socket as socket(2) does. The socket is closed on exec in programs of vv_os_start. */
int vv_os_socket(int family, int type, int protocol);
/* A function such as write(2); tests pass a replacement. */
typedef ssize_t vv_os_write_fn(int fd, const void *bytes, size_t len);
/* Calls write(fd, bytes, len) and returns its result. If the other end of a pipe is closed, the result
 * is -1 with EPIPE, and the process receives no SIGPIPE. */
ssize_t vv_os_write(vv_os_write_fn *write, int fd, const void *bytes, size_t len);
/* Does the end of this process end a program that it started, and the processes that the program
 * starts? */
typedef enum vv_os_bond {
	VV_OS_FREE,  /* nothing */
	VV_OS_BOUND, /* the program is killed (on Linux: when the thread that started it ends) */
	VV_OS_TREE   /* all of them are ended, as vv_os_end_tree does */
} vv_os_bond;
/* A program to start. */
typedef struct vv_os_command {
	const char *file;                     /* absolute path */
	const char *const *argv, *const *env; /* both end with NULL */
	/* arguments for the shell, which end with NULL: if file has no format that the system can
	 * execute, the shell runs it. NULL: then the start fails */
	const char *const *script;
	const char *dir; /* folder to run in; NULL: the current folder */
	/* The descriptors of this process that become the program's stdin, stdout and stderr; -1: the
	 * null device. {0, 1, 2} passes on those of this process. */
	int ends[3];
	vv_os_bond bond;
	int by_signal; /* VV_OS_BOUND: the signal to kill with; 0: SIGKILL */
	/* The maximum bytes of address space and of allocated memory; 0: no limit. A limit that the
	 * system does not support has no effect. (macOS does not enforce these limits: there, a second
	 * process kills a program whose memory exceeds the smaller of them.) With a limit of addresses,
	 * the program writes no core file. */
	uint64_t addresses, data;
	unsigned cpu_seconds; /* processor time after which the program is ended; 0: no limit */
	bool alone;           /* in a new process group */
	/* Without a terminal, in a session of its own, with low priority, and without other descriptors
	 * than ends. */
	bool detached;
} vv_os_command;
/* Starts a program. Returns its pid, or -1 with errno set. The program has no signal handler and no
 * blocked signal; a signal that this process ignores, except SIGPIPE, stays ignored. It ends with the
 * exit code VV_OS_NOT_STARTED if the system cannot execute the file, or cannot apply what the command
 * says. On Linux, the new process shares the memory of this process until then, and the calling thread
 * waits. (Copying the memory took a tenth of the time of add and commit; only with VV_OS_TREE it is
 * copied.) */
pid_t vv_os_start(const vv_os_command *command);
#define VV_OS_NOT_STARTED 127
/* Returns true if the process pid, a child of this one, has ended; vv_os_wait still has to be called.
 * Also returns true if pid is not a child of this process. */
bool vv_os_has_ended(pid_t pid);
/* Waits until the process pid, a child of this one, ends. Sets *code to its exit code, or to 128 + the
 * signal's number if a signal ended it. Returns false, with errno set, if pid is not a child of this process. */
bool vv_os_wait(pid_t pid, int *code);

/* Ends the process pid and the processes that it and its children started: each gets SIGTERM, and two
 * seconds later SIGKILL. Returns when all have ended or were killed; the caller waits for pid. A
 * process whose parent has already ended is not found. On systems that cannot list processes, ends
 * pid alone. */
void vv_os_end_tree(pid_t pid);

/* Sets the capacity of the pipe fd to `bytes`, if the system allows it. */
void vv_os_pipe_size(int fd, int bytes);

/* Initialises a pthread_cond_t for vv_os_condition_wait. Returns false on failure. */
bool vv_os_condition_init(void *condition);
/* Waits for a condition, a pthread_cond_t, until vv_monotonic_ms() reaches end_ms (0: without limit).
 * The caller must have locked mutex, a pthread_mutex_t. Returns false after a timeout. */
bool vv_os_condition_wait(void *condition, void *mutex, uint64_t end_ms);

/* Loads the shared library with this name ("bz2") and version ("1.0"). Returns a handle for
 * vv_os_library_find; NULL if the library is not found. The library stays loaded. */
void *vv_os_library(const char *name, const char *version);
/* Finds the library's function called name. `function` is the address of a pointer to a function. Sets
 * this pointer to the function. If library is NULL or has no such function, sets the pointer to NULL
 * and returns false. */
bool vv_os_library_find(void *library, void *function, const char *name);

/* Makes iconv use the encodings of varve's package, if the package contains its own C library
 * (tests/package/make). Changes the environment of the process: call this before threads start, and
 * after the copy of the environment for other programs was made (base/env.h). */
void vv_use_own_encodings(void);

/* Returns true if the file system of path is certainly used by this machine alone, not a network's or
 * a virtual machine's shared folder. */
bool vv_os_is_local(const char *path);

/* Returns the length of the root at the beginning of path, with its '/': 1 if path is absolute, or on
 * Windows that of "C:/" or "//host/share/"; 0: path is relative. */
size_t vv_os_root_len(const char *path);
/* Stands between the folders of PATH. */
#ifdef _WIN32
#define VV_OS_PATH_SEPARATOR ";"
#else
#define VV_OS_PATH_SEPARATOR ":"
#endif

/* Characters that no name of a file has, besides '/' and control characters. */
#ifdef _WIN32
#define VV_OS_NOT_IN_NAMES "\"*:<>?\\|"
#else
#define VV_OS_NOT_IN_NAMES ""
#endif

/* The folder of proc(5) with the running processes; "": the system has none. */
#ifdef VV_OS_LINUX
#define VV_OS_PROCESSES "/proc"
#else
#define VV_OS_PROCESSES ""
#endif

/* How a library is installed, given the package's names in Debian and in Homebrew. */
#ifdef __APPLE__
#define VV_OS_INSTALL(debian, homebrew) "brew install " homebrew
#elif defined(_WIN32)
#define VV_OS_INSTALL(debian, homebrew) "put the DLL of " homebrew " for x86-64 beside varve.exe"
#else
#define VV_OS_INSTALL(debian, homebrew) "apt install " debian
#endif

/* The folder with the kernel's tables of networks. */
#define VV_OS_NETWORK_TABLES "/proc/net"

#endif
