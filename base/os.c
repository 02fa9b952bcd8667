/*
 * os: Linux uses proc(5) and prctl(2), macOS sysctl(3) and libproc; POSIX needs substitutes: a pipe and a fork under
 * one lock, a child that watches its parent.
 */
#define _GNU_SOURCE
#ifndef _DARWIN_C_SOURCE
#define _DARWIN_C_SOURCE
#endif
#include "base/os.h"
#include "base/program_start.h"
#include "base/system/socket.h"
#include "base/system/user.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef VV_OS_LINUX
#include <sched.h>
#include <sys/prctl.h>
#include <sys/vfs.h>
#endif
#ifdef VV_OS_MACOS
#include <libproc.h>
#include <mach-o/dyld.h>
#include <mach/mach_time.h>
#include <sys/mount.h>
#include <sys/param.h>
#include <sys/sysctl.h>
#endif

#define SECOND ((int64_t)1000000000)
#define WATCH_MS 200    /* between looks whether a watched child has ended */
#define FILES_MAX 65536 /* of a process */
#define TREE_MAX 256    /* processes of a tree */
#define TREE_MS 2000    /* for them to end after SIGTERM */
#define TREE_STEP_MS 20
#define GROUP_MAX 256u /* processes */
#define DETACHED_NICE 10

/* --- processes ------------------------------------------------------------------ */

#ifdef VV_OS_LINUX
/* The beginning of a small file of the system's, with a NUL after it; its length, 0 when there is none. */
static size_t read_small(char *out, size_t size, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const ssize_t n = fd >= 0 ? read(fd, out, size - 1) : 0;

	if (fd >= 0) {
		(void)close(fd);
	}
	out[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

static size_t read_process(char *out, size_t size, const char *pid, const char *name)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
	return read_small(out, size, path);
}

/* proc(5): "pid (name) state parent group ..."; the name may contain spaces and brackets. */
static bool find_process(vv_os_process *out, int64_t *cpu, const char *pid)
{
	char text[1024], *p, *word, *rest = NULL, state = '\0';
	uint64_t fields[23] = {0};
	unsigned n = 3;

	if (read_process(text, sizeof(text), pid, "stat") == 0 || !(p = strrchr(text, ')'))) {
		return false;
	}
	for (word = strtok_r(p + 1, " \n", &rest); word && n <= 22;
	     word = strtok_r(NULL, " \n", &rest)) {
		state = n == 3 ? word[0] : state;
		fields[n++] = strtoull(word, NULL, 10);
	}
	*out = (vv_os_process){.parent = (pid_t)fields[4],
			       .group = (pid_t)fields[5],
			       .started = fields[22],
			       .ended = (state == 'Z' || state == 'X') && fields[20] <= 1};
	*cpu = (int64_t)(fields[14] + fields[15] + fields[16] + fields[17]) *
	       (SECOND / sysconf(_SC_CLK_TCK));
	return n > 22;
}
#endif

bool vv_os_process_find(vv_os_process *out, pid_t pid)
{
#if defined(VV_OS_LINUX)
	char number[24];
	int64_t cpu;

	(void)snprintf(number, sizeof(number), "%ld", (long)pid);
	return find_process(out, &cpu, number);
#elif defined(VV_OS_MACOS)
	int name[] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, pid};
	struct kinfo_proc p;
	size_t size = sizeof(p);

	if (sysctl(name, 4, &p, &size, NULL, 0) < 0 || size < sizeof(p)) return false;
	*out = (vv_os_process){.parent = p.kp_eproc.e_ppid,
			       .group = p.kp_eproc.e_pgid,
			       .started = (uint64_t)p.kp_proc.p_starttime.tv_sec * 1000000u +
					  (uint64_t)p.kp_proc.p_starttime.tv_usec,
			       .ended = p.kp_proc.p_stat == SZOMB};
	return true;
#else
	(void)out;
	(void)pid;
	return false;
#endif
}

size_t vv_os_process_arguments(char *out, size_t size, pid_t pid)
{
#if defined(VV_OS_LINUX)
	char number[24];

	(void)snprintf(number, sizeof(number), "%ld", (long)pid);
	return read_process(out, size, number, "cmdline");
#elif defined(VV_OS_MACOS)
	/* Their count, the program's path, NULs, and they. */
	int name[] = {CTL_KERN, KERN_PROCARGS2, pid}, count;
	size_t len = size - 1, used = 0;

	if (sysctl(name, 3, out, &len, NULL, 0) < 0 || len < sizeof(count)) return 0;
	memcpy(&count, out, sizeof(count));
	const char *p = out + sizeof(count), *end = out + len;
	p = memchr(p, '\0', len - sizeof(count));
	while (p && p < end && !*p) {
		p++;
	}
	while (p && p < end && count-- > 0) {
		const size_t word = strnlen(p, (size_t)(end - p));

		memmove(out + used, p, word);
		used += word;
		out[used++] = '\0';
		p += word + 1;
	}
	return used;
#else
	(void)pid;
	(void)size;
	out[0] = '\0';
	return 0;
#endif
}

int64_t vv_os_group_cpu(pid_t group)
{
	int64_t sum = 0;
#if defined(VV_OS_LINUX)
	DIR *processes = opendir("/proc");
	const struct dirent *e;
	vv_os_process p;
	int64_t cpu;

	while (processes && (e = readdir(processes)) != NULL) {
		if (e->d_name[0] >= '1' && e->d_name[0] <= '9' &&
		    find_process(&p, &cpu, e->d_name) && p.group == group) {
			sum += cpu;
		}
	}
	if (processes) {
		(void)closedir(processes);
	}
#elif defined(VV_OS_MACOS)
	pid_t pids[GROUP_MAX];
	const int bytes = proc_listpids(PROC_PGRP_ONLY, (uint32_t)group, pids, sizeof(pids));
	mach_timebase_info_data_t tick = {1, 1};

	(void)mach_timebase_info(&tick);
	for (int i = 0; i < bytes / (int)sizeof(pids[0]); i++) {
		struct rusage_info_v2 u;

		if (proc_pid_rusage(pids[i], RUSAGE_INFO_V2, (rusage_info_t *)&u) == 0) {
			sum += (int64_t)((u.ri_user_time + u.ri_system_time + u.ri_child_user_time +
					  u.ri_child_system_time) *
					 tick.numer / tick.denom);
		}
	}
#else
	(void)group;
#endif
	return sum;
}

#if !defined(VV_OS_LINUX) && !defined(VV_OS_MACOS)
static char started_as[PATH_MAX]; /* "": not known */
#endif

char **vv_os_arguments(int *argc, char **argv)
{
	(void)argc;
	return argv;
}

void vv_os_program_started(const char *argv0)
{
#if defined(VV_OS_LINUX) || defined(VV_OS_MACOS)
	(void)argv0;
#else
	const bool named = argv0 && !strchr(argv0, '/');
	bool found = argv0 && !named && realpath(argv0, started_as);
	char path[PATH_MAX];
	struct stat st;

	for (const char *at = named ? getenv("PATH") : NULL; !found && at && *at;
	     at += *at == ':') {
		const size_t len = strcspn(at, ":");
		(void)snprintf(path, sizeof(path), "%.*s/%s", (int)len, at, argv0);
		found = *at == '/' && access(path, X_OK) == 0 && stat(path, &st) == 0 &&
			S_ISREG(st.st_mode) && realpath(path, started_as);
		at += len;
	}
	if (!found) {
		started_as[0] = '\0';
	}
#endif
}

bool vv_os_program(char *out, size_t size)
{
#if defined(VV_OS_LINUX)
	const ssize_t n = readlink("/proc/self/exe", out, size - 1);

	out[n > 0 ? n : 0] = '\0';
	return n > 0 && n < (ssize_t)size - 1;
#elif defined(VV_OS_MACOS)
	char path[PATH_MAX], real[PATH_MAX];
	uint32_t room = sizeof(path);

	if (_NSGetExecutablePath(path, &room) != 0 || !realpath(path, real) ||
	    strlen(real) >= size) {
		return false;
	}
	memcpy(out, real, strlen(real) + 1);
	return true;
#else
	const size_t len = strlen(started_as);

	out[0] = '\0';
	if (len == 0 || len >= size) return false;
	memcpy(out, started_as, len + 1);
	return true;
#endif
}

/* --- the machine ------------------------------------------------------------------ */

#ifdef VV_OS_MACOS
static void read_sysctl(char *out, size_t size, const char *name)
{
	size_t len = size - 1;

	out[sysctlbyname(name, out, &len, NULL, 0) == 0 ? len : 0] = '\0';
}
#endif

void vv_os_boot(char out[33])
{
	char text[64] = "";
	size_t n = 0;

#if defined(VV_OS_LINUX)
	(void)read_small(text, sizeof(text), "/proc/sys/kernel/random/boot_id");
#elif defined(VV_OS_MACOS)
	read_sysctl(text, sizeof(text), "kern.bootsessionuuid");
#endif
	for (const char *p = text; *p && n < 32; p++) {
		const char c = (char)(*p >= 'A' && *p <= 'F' ? *p + ('a' - 'A') : *p);

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) {
			out[n++] = c;
		}
	}
	out[n == 32 ? n : 0] = '\0';
}

bool vv_os_is_local(const char *path)
{
#if defined(VV_OS_LINUX)
	/* statfs(2): NFS, SMB, CIFS, SMB2, 9P, FUSE, Ceph, Lustre, GPFS, AFS, OCFS2, GFS2,
	 * VirtualBox */
	static const uint32_t shared[] = {
		0x6969,     0x517b,     0xff534d42, 0xfe534d42, 0x01021997, 0x65735546, 0x00c36400,
		0x0bd00bd0, 0x47504653, 0x5346414f, 0x7461636f, 0x01161970, 0x786f4256};
	struct statfs fs;

	if (statfs(path, &fs) < 0) return false;
	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++) {
		if ((uint32_t)fs.f_type == shared[i]) return false;
	}
	return true;
#elif defined(VV_OS_MACOS)
	struct statfs fs;

	return statfs(path, &fs) == 0 && (fs.f_flags & MNT_LOCAL) != 0;
#else
	(void)path;
	return false;
#endif
}

int64_t vv_os_boot_second(void)
{
#if defined(VV_OS_LINUX)
	struct timespec now, up;

	if (clock_gettime(CLOCK_REALTIME, &now) == 0 && clock_gettime(CLOCK_BOOTTIME, &up) == 0) {
		return (int64_t)now.tv_sec - (int64_t)up.tv_sec;
	}
#elif defined(VV_OS_MACOS)
	struct timeval since;
	size_t size = sizeof(since);

	if (sysctlbyname("kern.boottime", &since, &size, NULL, 0) == 0) return since.tv_sec;
#endif
	return -1;
}

uint64_t vv_os_pid_space(void)
{
#ifdef VV_OS_LINUX
	char text[64];
	const ssize_t n = readlink("/proc/self/ns/pid", text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0'; /* "pid:[4026531836]" */
	const char *open = strchr(text, '[');
	return open ? strtoull(open + 1, NULL, 10) : 0;
#else
	return 0;
#endif
}

void vv_os_machine(char *out, size_t size, const char *host)
{
	char id[64] = "";

#if defined(VV_OS_LINUX)
	(void)read_small(id, sizeof(id), "/etc/machine-id");
#elif defined(VV_OS_MACOS)
	read_sysctl(id, sizeof(id), "kern.uuid"); /* a Mac's name changes with its network */
	host = id[0] ? "" : host;
#endif
	(void)snprintf(out, size, "%s\n%s", host, id);
}

unsigned vv_cpu_count(void)
{
#ifdef VV_OS_LINUX
	/* Containers and taskset narrow the mask; the kernel wants one that is long enough. */
	cpu_set_t mask[8];
	const int count = sched_getaffinity(0, sizeof(mask), mask) == 0
				  ? CPU_COUNT_S(sizeof(mask), mask)
				  : 0;

	if (count > 0) return (unsigned)count;
#endif
	const long online = sysconf(_SC_NPROCESSORS_ONLN);
	if (online < 1) return 1;
	return (unsigned)(online < INT_MAX ? online : INT_MAX);
}

void vv_random(void *out, size_t len)
{
	for (size_t n; len > 0; out = (char *)out + n, len -= n) {
		n = len < 256 ? len : 256; /* the maximum of getentropy */
		if (getentropy(out, n) < 0) {
			abort();
		}
	}
}

int vv_os_durable(int fd)
{
#if defined(VV_OS_LINUX)
	struct stat st;

	if (fstat(fd, &st) < 0) return -1;
	return S_ISDIR(st.st_mode) ? fsync(fd) : fdatasync(fd);
#else
#ifdef VV_OS_MACOS /* fsync leaves data in the drive's cache; some file systems support nothing
		    * better */
	if (fcntl(fd, F_FULLFSYNC) == 0) return 0;
#endif
	return fsync(fd);
#endif
}

/* --- pipes, sockets and children --------------------------------------------------- */

/* Makes a fork exclude the two steps in which a descriptor is made and marked. */
#ifndef VV_OS_LINUX
static pthread_mutex_t forking = PTHREAD_MUTEX_INITIALIZER;
static int lives[2] = {-1, -1}; /* a pipe that ends with this process; a child has the first end */

static bool mark_ends(const int *ends, int count)
{
	bool fine = true;

	for (int i = 0; i < count; i++) {
		fine = fine && fcntl(ends[i], F_SETFD, FD_CLOEXEC) == 0;
	}
	return fine;
}

static bool make_pipe(int ends[2])
{
	return pipe(ends) == 0 && mark_ends(ends, 2);
}
#endif

bool vv_os_pipe(int ends[2])
{
#ifdef VV_OS_LINUX
	return pipe2(ends, O_CLOEXEC) == 0;
#else
	(void)pthread_mutex_lock(&forking);
	const bool fine = make_pipe(ends);
	(void)pthread_mutex_unlock(&forking);
	return fine;
#endif
}

int vv_os_socket(int family, int type, int protocol)
{
#ifdef VV_OS_LINUX
	return socket(family, type | SOCK_CLOEXEC, protocol);
#else
	(void)pthread_mutex_lock(&forking);
	const int fd = socket(family, type, protocol);
	(void)mark_ends(&fd, 1);
	(void)pthread_mutex_unlock(&forking);
#ifdef SO_NOSIGPIPE
	(void)setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &(int){1}, sizeof(int));
#endif
	return fd;
#endif
}

int vv_os_socket_close(int fd)
{
	return close(fd);
}

ssize_t vv_os_socket_write(int fd, const void *bytes, size_t len)
{
	return write(fd, bytes, len);
}

/* The caller looks for a program that does it. */
bool vv_os_browse(const char *url)
{
	(void)url;
	return false;
}

ssize_t vv_os_write(vv_os_write_fn *write, int fd, const void *bytes, size_t len)
{
#ifdef VV_OS_MACOS
	(void)fcntl(fd, F_SETNOSIGPIPE, 1);
	return write(fd, bytes, len);
#else
	/* The signal is sent to the writing thread; an earlier pending one stays pending. */
	sigset_t of_pipes, old, before, after;
	int number;

	(void)sigemptyset(&of_pipes);
	(void)sigaddset(&of_pipes, SIGPIPE);
	(void)sigpending(&before);
	(void)pthread_sigmask(SIG_BLOCK, &of_pipes, &old);
	const ssize_t put = write(fd, bytes, len);
	const int code = errno;
	if (put < 0 && code == EPIPE && !sigismember(&before, SIGPIPE) && sigpending(&after) == 0 &&
	    sigismember(&after, SIGPIPE)) {
		(void)sigwait(&of_pipes, &number);
	}
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	errno = code;
	return put;
#endif
}

void vv_os_pipe_size(int fd, int bytes)
{
#ifdef VV_OS_LINUX
	(void)fcntl(fd, F_SETPIPE_SZ, bytes);
#else
	(void)fd;
	(void)bytes;
#endif
}

/* --- trees of processes ------------------------------------------------------------- */

typedef struct tree {
	pid_t pids[TREE_MAX];
	uint64_t started[TREE_MAX];
	size_t count;
} tree;

#if defined(VV_OS_LINUX) || defined(VV_OS_MACOS)
static bool has_process(const tree *t, pid_t pid)
{
	for (size_t i = 0; i < t->count; i++) {
		if (t->pids[i] == pid) return true;
	}
	return false;
}

/* Adds pid where its parent is in the tree. False: it was not added. */
static bool add_child(tree *t, pid_t pid)
{
	vv_os_process p;

	if (t->count == TREE_MAX || pid == getpid() || has_process(t, pid) ||
	    !vv_os_process_find(&p, pid) || p.ended || !has_process(t, p.parent)) {
		return false;
	}
	t->pids[t->count] = pid;
	t->started[t->count++] = p.started;
	return true;
}
#endif

/* Adds the processes whose parents are in the tree. Returns their number. */
static size_t add_children(tree *t)
{
	size_t added = 0;
#if defined(VV_OS_LINUX)
	DIR *processes = opendir("/proc");
	const struct dirent *e;

	while (processes && (e = readdir(processes)) != NULL) {
		const long pid = strtol(e->d_name, NULL, 10);

		added += pid > 0 && add_child(t, (pid_t)pid);
	}
	if (processes) {
		(void)closedir(processes);
	}
#elif defined(VV_OS_MACOS)
	const size_t parents = t->count;
	pid_t pids[TREE_MAX];

	for (size_t i = 0; i < parents; i++) {
		const int bytes = proc_listpids(PROC_PPID_ONLY, (uint32_t)t->pids[i], pids,
						sizeof(pids));

		for (int k = 0; k < bytes / (int)sizeof(pids[0]); k++) {
			added += add_child(t, pids[k]);
		}
	}
#else
	(void)t;
#endif
	return added;
}

static bool is_same_process(pid_t pid, uint64_t started)
{
	vv_os_process p = {.started = 0};

	return vv_os_process_find(&p, pid) && p.started == started && !p.ended;
}

/* Signals those that still run. Returns their number. */
static size_t signal_tree(const tree *t, int signal)
{
	size_t count = 0;

	for (size_t i = 0; i < t->count; i++) {
		if (is_same_process(t->pids[i], t->started[i])) {
			count++;
			(void)kill(t->pids[i], signal);
		}
	}
	return count;
}

void vv_os_end_tree(pid_t pid)
{
	tree t = {.pids = {pid}, .count = 1};
	vv_os_process p = {.started = 0};

	if (!vv_os_process_find(&p, pid)) {
		(void)kill(pid, SIGTERM);
		return;
	}
	t.started[0] = p.started;
	while (add_children(&t) > 0) {
	}
	(void)signal_tree(&t, SIGTERM);
	for (int passed = 0; signal_tree(&t, 0) > 0; passed += TREE_STEP_MS) {
		if (passed >= TREE_MS) {
			(void)signal_tree(&t, SIGKILL);
			return;
		}
		(void)poll(NULL, 0, TREE_STEP_MS);
	}
}

/* The descriptors that it inherited would stay open: those from `first` on but `kept`. */
static void close_from(int first, int kept)
{
	const long files = sysconf(_SC_OPEN_MAX); /* a billion on some machines */

	for (int fd = files > 0 && files < FILES_MAX ? (int)files : FILES_MAX; fd >= first; fd--) {
		if (fd != kept) {
			(void)close(fd);
		}
	}
}

/* Starts a process that waits for the end of parent, and then ends the tree of this process; it ends with this process. */
static bool watch_tree(pid_t parent)
{
	const pid_t child = getpid();
	vv_os_process p = {.started = 0};
	const bool known = vv_os_process_find(&p, parent);
	const pid_t watcher = known ? fork() : child;

	if (watcher == 0) {
		sigset_t all;

		(void)sigfillset(&all);
		(void)sigprocmask(SIG_BLOCK, &all, NULL);
		close_from(0, -1);
		while (getppid() == child && is_same_process(parent, p.started)) {
			(void)poll(NULL, 0, WATCH_MS);
		}
		if (getppid() == child) {
			vv_os_end_tree(child);
		}
		_exit(0);
	}
	return watcher > 0 && getppid() == parent;
}

#ifndef VV_OS_LINUX
static bool is_within(pid_t child, uint64_t most)
{
#ifdef VV_OS_MACOS /* it sets RLIMIT_AS and RLIMIT_DATA, and lets processes go beyond them */
	struct rusage_info_v2 u;

	return most == 0 || proc_pid_rusage(child, RUSAGE_INFO_V2, (rusage_info_t *)&u) != 0 ||
	       u.ri_phys_footprint <= most;
#else
	(void)child;
	(void)most;
	return true;
#endif
}

/* A process that the child has besides: it kills it when the pipe of its parent ends. It keeps nothing else open. */
static _Noreturn void watch_child(pid_t child, int signal, bool bound, uint64_t most)
{
	struct pollfd p = {bound ? lives[0] : -1, POLLIN, 0};

	close_from(0, lives[0]);
	while (getppid() == child && poll(&p, 1, WATCH_MS) == 0 && is_within(child, most)) {
	}
	if (getppid() == child) {
		(void)kill(child, signal);
	}
	_exit(0);
}
#endif

/* Limits this process, a child of parent, and binds it to parent (0: to nothing). False: the parent has ended, or nothing can bind to it. */
static bool limit_process(pid_t parent, int signal, uint64_t addresses, uint64_t data)
{
	signal = signal ? signal : SIGKILL;
	const struct rlimit of_addresses = {addresses, addresses}, of_data = {data, data};

	if (addresses > 0) {
		(void)setrlimit(RLIMIT_AS, &of_addresses);
	}
	if (data > 0) {
		(void)setrlimit(RLIMIT_DATA, &of_data);
	}
#ifdef VV_OS_LINUX
	if (parent > 0 && prctl(PR_SET_PDEATHSIG, signal) < 0) return false;
#else
	const pid_t child = getpid();
	const uint64_t most = data > 0 && (addresses == 0 || data < addresses) ? data : addresses;
	bool watched = parent > 0;
#ifdef VV_OS_MACOS
	watched = watched || most > 0;
#endif
	const pid_t watcher = watched ? fork() : child;
	if (watcher == 0) {
		watch_child(child, signal, parent > 0, most);
	}
	if (watcher < 0) return false;
#endif
	return parent == 0 || getppid() == parent;
}

/* --- starting a program ---------------------------------------------------------------- */

#ifndef VV_OS_LINUX
/* Makes a process as fork(2) does; bound: it watches for the end of this one. */
static pid_t fork_locked(bool bound)
{
	(void)pthread_mutex_lock(&forking);
	if (bound && lives[1] < 0 && lives[0] >= 0) { /* the parent's */
		(void)close(lives[0]);
	}
	const pid_t pid = !bound || lives[1] >= 0 || make_pipe(lives) ? fork() : -1;
	if (pid == 0 && lives[1] >= 0) {
		(void)close(lives[1]);
		lives[1] = -1;
	}
	(void)pthread_mutex_unlock(&forking);
	return pid;
}
#endif

/* Makes fd, -1: the null device, the descriptor `as`, which the program keeps. */
static bool put_end(int fd, int as)
{
	if (fd < 0) {
		fd = open("/dev/null", (as == STDIN_FILENO ? O_RDONLY : O_WRONLY) | O_CLOEXEC);
	}
	if (fd == as) {
		(void)fcntl(as, F_SETFD, 0);
		return true;
	}
	return fd >= 0 && dup2(fd, as) == as;
}

static bool put_ends(const int ends[3])
{
	int held[3];

	/* One that stands where another belongs is moved out of the way. */
	for (int i = 0; i < 3; i++) {
		const bool moves = ends[i] >= 0 && ends[i] < 3 && ends[i] != i;

		held[i] = moves ? fcntl(ends[i], F_DUPFD_CLOEXEC, 3) : ends[i];
		if (moves && held[i] < 0) return false;
	}
	return put_end(held[0], 0) && put_end(held[1], 1) && put_end(held[2], 2);
}

/* Away from the terminal, and from every file that this process has, whose readers would wait for the program. */
static bool detach_process(void)
{
	if (setsid() < 0) return false;
	close_from(STDERR_FILENO + 1, -1);
	const int level = nice(DETACHED_NICE); /* not an error indicator: -1 is valid */
	(void)level;
	return true;
}

/* Between fork and exec: only async-signal-safe calls, and nothing is changed, since on Linux the memory is the parent's. */
static _Noreturn void become_command(const vv_os_command *c, pid_t parent)
{
	char *const *argv = (char *const *)(uintptr_t)c->argv;
	char *const *script = (char *const *)(uintptr_t)c->script;
	char *const *env = (char *const *)(uintptr_t)c->env;
	sigset_t none;

	for (int i = 1; i < NSIG; i++) { /* a handler would run in the parent's memory */
		if (signal(i, SIG_DFL) == SIG_IGN && i != SIGPIPE) {
			(void)signal(i, SIG_IGN);
		}
	}
	if (!put_ends(c->ends) || (c->detached && !detach_process()) ||
	    (c->dir && chdir(c->dir) < 0)) {
		_exit(VV_OS_NOT_STARTED);
	}
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (c->cpu_seconds > 0) {
		(void)setrlimit(RLIMIT_CPU, &(struct rlimit){c->cpu_seconds, c->cpu_seconds});
	}
	if (c->addresses > 0) {
		(void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	}
	if (c->alone) {
		(void)setpgid(0, 0);
	}
	if (!limit_process(c->bond == VV_OS_BOUND ? parent : 0, c->by_signal, c->addresses,
			   c->data) ||
	    (c->bond == VV_OS_TREE && !watch_tree(parent))) {
		_exit(VV_OS_NOT_STARTED);
	}
	(void)execve(c->file, argv, env);
	if (errno == ENOEXEC && c->script) {
		(void)execve("/bin/sh", script, env);
	}
	_exit(VV_OS_NOT_STARTED);
}

pid_t vv_os_start(const vv_os_command *command)
{
	const pid_t parent = getpid();
	sigset_t all, old;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &old);
#ifdef VV_OS_LINUX
	const pid_t pid = command->bond == VV_OS_TREE ? fork()
						      : vfork(); /* that child forks, too */
#else
	const pid_t pid = fork_locked(command->bond != VV_OS_FREE);
#endif
	if (pid == 0) {
		become_command(command, parent);
	}
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	return pid;
}

bool vv_os_has_ended(pid_t pid)
{
	siginfo_t info = {0};

	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0) {
		return errno == ECHILD;
	}
	return info.si_pid == pid;
}

bool vv_os_wait(pid_t pid, int *code)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR) return false;
	}
	*code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	return true;
}

/* --- paths ---------------------------------------------------------------------------- */

bool vv_os_spelling(char *out, size_t size, const char *path)
{
	(void)out;
	(void)size;
	(void)path;
	return false;
}

bool vv_os_git_has_inodes(void)
{
	return true;
}

bool vv_os_made(const char *path, int64_t *seconds, uint32_t *ns)
{
	(void)path;
	(void)seconds;
	(void)ns;
	return false;
}

size_t vv_os_root_len(const char *path)
{
	return path[0] == '/' ? 1 : 0;
}

/* --- conditions ---------------------------------------------------------------------- */

bool vv_os_condition_init(void *condition)
{
#ifdef VV_OS_MACOS
	return pthread_cond_init(condition, NULL) == 0;
#else
	pthread_condattr_t how;

	if (pthread_condattr_init(&how) != 0) return false;
	const bool fine = pthread_condattr_setclock(&how, CLOCK_MONOTONIC) == 0 &&
			  pthread_cond_init(condition, &how) == 0;
	(void)pthread_condattr_destroy(&how);
	return fine;
#endif
}

bool vv_os_condition_wait(void *condition, void *mutex, uint64_t end_ms)
{
	if (end_ms == 0) return pthread_cond_wait(condition, mutex) == 0;
#ifdef VV_OS_MACOS
	struct timespec clock = {0, 0};

	(void)clock_gettime(CLOCK_MONOTONIC, &clock);
	const uint64_t now = (uint64_t)clock.tv_sec * 1000u + (uint64_t)clock.tv_nsec / 1000000u;
	const uint64_t t = end_ms > now ? end_ms - now : 0;
#else
	const uint64_t t = end_ms;
#endif
	const struct timespec when = {(time_t)(t / 1000), (long)(t % 1000) * 1000000};
#ifdef VV_OS_MACOS
	return pthread_cond_timedwait_relative_np(condition, mutex, &when) != ETIMEDOUT;
#else
	return pthread_cond_timedwait(condition, mutex, &when) != ETIMEDOUT;
#endif
}

/* --- libraries ----------------------------------------------------------------------- */

void *vv_os_library(const char *name, const char *version)
{
	char file[128];
#ifdef __APPLE__ /* the system's, or Homebrew's: dlopen would look for a name without its path in the current folder first */
	static const char *const folders[] = {"/usr", "/opt/homebrew", "/usr/local"};
	void *library = NULL;

	for (size_t i = 0; !library && i < sizeof(folders) / sizeof(*folders); i++) {
		(void)snprintf(file, sizeof(file), "%s/lib/lib%s.%s.dylib", folders[i], name,
			       version);
		library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	}
	return library;
#else
	(void)snprintf(file, sizeof(file), "lib%s.so.%s", name, version);
	return dlopen(file, RTLD_NOW | RTLD_LOCAL);
#endif
}

bool vv_os_library_find(void *library, void *function, const char *name)
{
	void *symbol = library ? dlsym(library, name) : NULL;

	memcpy(function, &symbol, sizeof(symbol));
	return symbol != NULL;
}

void vv_use_own_encodings(void)
{
#ifdef VV_OS_LINUX
	static const char own[] = "/lib/varve/libc.so.6";
	char path[PATH_MAX];
	Dl_info library;
	bool known = dladdr((const void *)(uintptr_t)getenv, &library) !=
		     0; /* there may be no /proc */
	size_t len = known && library.dli_fname ? strlen(library.dli_fname) : 0;

	if (len < sizeof(own) || len >= sizeof(path)) return;
	if (strcmp(library.dli_fname + len - strlen(own), own) != 0) return;
	memcpy(path, library.dli_fname, len);
	memcpy(path + len - strlen("libc.so.6"), "gconv", sizeof("gconv"));
	if (access(path, R_OK) == 0) {
		(void)setenv("GCONV_PATH", path, 1);
	}
#endif
}
