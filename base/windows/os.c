/*
 * os: what systems differ in, in the way of Windows 10 and later.
 */
#include "base/os.h"
#include "base/ascii.h"
#include "base/program_start.h"
#include "base/system/user.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <windows.h>

#include <ntsecapi.h>
#include <shellapi.h>
#include <tlhelp32.h>

#include "base/windows/paths.h"

#undef close

#define SECOND_TICKS UINT64_C(10000000)
#define CHILDREN_MAX 256u
#define COMMAND_MAX 32767u
#define PIPE_BYTES 65536u
#define ENDED_BY_SIGNAL 0xc0de0000u /* exit code of a process that kill() ended, and the signal */

/* --- processes --------------------------------------------------------------------- */

static uint64_t ticks_of(FILETIME t)
{
	return (uint64_t)t.dwHighDateTime << 32 | t.dwLowDateTime;
}

static HANDLE process_of(pid_t pid, DWORD rights)
{
	return OpenProcess(rights | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, (DWORD)pid);
}

static pid_t parent_of(pid_t pid)
{
	const HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
	PROCESSENTRY32W p = {.dwSize = sizeof(p)};
	pid_t parent = 0;

	for (BOOL more = Process32FirstW(all, &p); more && parent == 0;
	     more = Process32NextW(all, &p)) {
		parent = p.th32ProcessID == (DWORD)pid ? (pid_t)p.th32ParentProcessID : 0;
	}
	(void)CloseHandle(all);
	return parent;
}

bool vv_os_process_find(vv_os_process *out, pid_t pid)
{
	FILETIME begun, ended, kernel, user;
	const HANDLE h = process_of(pid, SYNCHRONIZE);

	if (!h) return false;
	const bool known = GetProcessTimes(h, &begun, &ended, &kernel, &user);
	*out = (vv_os_process){.parent = parent_of(pid),
			       .started = known ? ticks_of(begun) : 0,
			       .ended = WaitForSingleObject(h, 0) == WAIT_OBJECT_0};
	(void)CloseHandle(h);
	return known;
}

size_t vv_os_process_arguments(char *out, size_t size, pid_t pid)
{
	(void)pid;
	(void)size;
	out[0] = '\0';
	return 0;
}

int64_t vv_os_group_cpu(pid_t group)
{
	(void)group;
	return 0;
}

/* They live until the program ends. */
char **vv_os_arguments(int *argc, char **argv)
{
	int count = 0;
	wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), &count);
	char **out = wide ? calloc((size_t)count + 1, sizeof(*out)) : NULL;
	const HANDLE console = GetStdHandle(STD_OUTPUT_HANDLE);
	DWORD mode;

	for (int fd = 0; fd <= 2; fd++) {
		(void)_setmode(fd, _O_BINARY);
	}
	(void)setvbuf(stderr, NULL, _IONBF, 0); /* as POSIX has it; Wine keeps it back */
	if (GetConsoleMode(console, &mode)) {
		(void)SetConsoleMode(console, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
		(void)SetConsoleOutputCP(CP_UTF8);
	}
	if (!out) return argv;
	for (int i = 0; i < count; i++) {
		if (!(out[i] = vv_narrow_text(wide[i]))) {
			abort();
		}
	}
	(void)LocalFree(wide);
	*argc = count; /* the C library replaces patterns by names of files */
	return out;
}

int vv_windows_isatty(int fd)
{
	DWORD mode;

	return GetConsoleMode((HANDLE)_get_osfhandle(fd), &mode);
}

void vv_os_program_started(const char *argv0)
{
	(void)argv0;
}

bool vv_os_program(char *out, size_t size)
{
	wchar_t w[VV_WIDE_MAX];
	const DWORD len = GetModuleFileNameW(NULL, w, VV_WIDE_MAX);

	out[0] = '\0';
	return len > 0 && len < VV_WIDE_MAX && vv_narrow_path(out, size, w);
}

bool vv_os_browse(const char *url)
{
	wchar_t w[COMMAND_MAX];

	return MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, url, -1, w, COMMAND_MAX) > 0 &&
	       (intptr_t)ShellExecuteW(NULL, L"open", w, NULL, NULL, SW_SHOWNORMAL) > 32;
}

/* --- the machine --------------------------------------------------------------------- */

static uint64_t now_ticks(void)
{
	FILETIME now;

	GetSystemTimeAsFileTime(&now);
	return ticks_of(now);
}

/* The second of the boot; the clock may have been set since, so that two calls differ a little. */
int64_t vv_os_boot_second(void)
{
	return (int64_t)((now_ticks() - VV_UNIX_TICKS) / SECOND_TICKS) -
	       (int64_t)(GetTickCount64() / 1000);
}

/* A value of the registry, as text; "": there is none. */
static void read_registry(char *out, DWORD size, const char *key, const char *name)
{
	if (RegGetValueA(HKEY_LOCAL_MACHINE, key, name, RRF_RT_REG_SZ | RRF_SUBKEY_WOW6464KEY, NULL,
			 out, &size) != ERROR_SUCCESS) {
		out[0] = '\0';
	}
}

/* The number of the boot, and when Windows was installed; Wine has none. */
void vv_os_boot(char out[33])
{
	static const char key[] = "SYSTEM\\CurrentControlSet\\Control\\Session Manager\\"
				  "Memory Management\\PrefetchParameters";
	DWORD id = 0, size = sizeof(id);

	out[0] = '\0';
	if (RegGetValueA(HKEY_LOCAL_MACHINE, key, "BootId", RRF_RT_REG_DWORD, NULL, &id, &size) ==
	    ERROR_SUCCESS) {
		(void)snprintf(out, 33, "%032lx", (unsigned long)id);
	}
}

uint64_t vv_os_pid_space(void)
{
	return 0;
}

void vv_os_machine(char *out, size_t size, const char *host)
{
	char id[64];

	read_registry(id, sizeof(id), "SOFTWARE\\Microsoft\\Cryptography", "MachineGuid");
	(void)snprintf(out, size, "%s\n%s", host, id);
}

int uname(struct utsname *out)
{
	wchar_t name[sizeof(out->nodename)];
	DWORD size = sizeof(out->nodename);

	*out = (struct utsname){.sysname = "Windows", .machine = "x86_64"};
	read_registry(out->release, sizeof(out->release),
		      "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", "CurrentBuildNumber");
	if (!GetComputerNameExW(ComputerNameDnsHostname, name, &size)) return vv_windows_failed();
	return vv_narrow_path(out->nodename, sizeof(out->nodename), name) ? 0 : -1;
}

int ioctl(int fd, int what, struct winsize *out)
{
	CONSOLE_SCREEN_BUFFER_INFO info;

	(void)what;
	if (!GetConsoleScreenBufferInfo((HANDLE)_get_osfhandle(fd), &info)) {
		return vv_windows_failed();
	}
	out->ws_row = (unsigned short)(info.srWindow.Bottom - info.srWindow.Top + 1);
	out->ws_col = (unsigned short)(info.srWindow.Right - info.srWindow.Left + 1);
	return 0;
}

unsigned vv_cpu_count(void)
{
	const DWORD count = GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);

	return count > 0 ? count : 1;
}

void vv_random(void *out, size_t len)
{
	for (size_t n; len > 0; out = (char *)out + n, len -= n) {
		n = len < 1 << 20 ? len : 1 << 20;
		if (!RtlGenRandom(out, (ULONG)n)) {
			abort();
		}
	}
}

bool vv_os_is_local(const char *path)
{
	wchar_t w[VV_WIDE_MAX], root[VV_WIDE_MAX];

	return vv_wide_path(w, path) && GetVolumePathNameW(w, root, VV_WIDE_MAX) &&
	       GetDriveTypeW(root) == DRIVE_FIXED;
}

/* Folders of NTFS have a journal: their entries need no call, and a handle for reading takes none. */
int vv_os_durable(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0) return -1;
	if (S_ISDIR(st.st_mode)) return 0;
	if (FlushFileBuffers((HANDLE)_get_osfhandle(fd))) return 0;
	/* a file that was opened for reading: what this process wrote was flushed by its writer */
	return GetLastError() == ERROR_ACCESS_DENIED ? 0 : vv_windows_failed();
}

/* --- pipes --------------------------------------------------------------------------- */

bool vv_os_pipe(int ends[2])
{
	HANDLE from, to;

	ends[0] = ends[1] = -1;
	if (!CreatePipe(&from, &to, NULL, PIPE_BYTES)) return vv_windows_failed() == 0;
	ends[0] = _open_osfhandle((intptr_t)from, _O_BINARY | _O_NOINHERIT | _O_RDONLY);
	ends[1] = _open_osfhandle((intptr_t)to, _O_BINARY | _O_NOINHERIT);
	if (ends[0] >= 0 && ends[1] >= 0) return true;
	(void)(ends[0] < 0 ? CloseHandle(from) : _close(ends[0]));
	(void)(ends[1] < 0 ? CloseHandle(to) : _close(ends[1]));
	return false;
}

void vv_os_pipe_size(int fd, int bytes)
{
	(void)fd;
	(void)bytes;
}

ssize_t vv_os_write(vv_os_write_fn *put, int fd, const void *bytes, size_t len)
{
	return put(fd, bytes, len);
}

/* --- starting a program -------------------------------------------------------------------- */

static struct {
	DWORD pid;
	HANDLE process, job;
} children[CHILDREN_MAX]; /* those that were not waited for */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* As programs of Microsoft's C library take a command line apart. False: it is too long. */
static bool put_word(wchar_t *out, size_t *len, const char *word)
{
	wchar_t w[COMMAND_MAX];
	const int n = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, word, -1, w, COMMAND_MAX);
	size_t k = *len, slashes = 0;

	if (n <= 0 || k + 2 * (size_t)n + 4 >= COMMAND_MAX) return false;
	if (k > 0) {
		out[k++] = L' ';
	}
	out[k++] = L'"';
	for (const wchar_t *p = w; *p; p++) {
		if (*p == L'"') { /* those before it count double, and one is for itself */
			for (size_t i = 0; i <= slashes; i++) {
				out[k++] = L'\\';
			}
		}
		slashes = *p == L'\\' ? slashes + 1 : 0;
		out[k++] = *p;
	}
	for (size_t i = 0; i < slashes; i++) {
		out[k++] = L'\\';
	}
	out[k++] = L'"';
	out[k] = L'\0';
	*len = k;
	return true;
}

static wchar_t *command_line(const char *const *argv)
{
	wchar_t *out = calloc(COMMAND_MAX + 1, sizeof(*out));
	size_t len = 0;

	for (size_t i = 0; out && argv[i]; i++) {
		if (!put_word(out, &len, argv[i])) {
			free(out);
			errno = E2BIG;
			return NULL;
		}
	}
	return out;
}

/* Windows wants the variables sorted by name, without regard to case. */
static int compare_names(const void *a, const void *b)
{
	return _stricmp(*(const char *const *)a, *(const char *const *)b);
}

static wchar_t *environment_block(const char *const *env)
{
	size_t count = 0, room = 2, at = 0;

	for (; env[count]; count++) {
		room += strlen(env[count]) + 1;
	}
	const char **sorted = calloc(count + 1, sizeof(*sorted));
	wchar_t *out = calloc(room, sizeof(*out));
	if (sorted && out) {
		memcpy(sorted, env, count * sizeof(*sorted));
		qsort(sorted, count, sizeof(*sorted), compare_names);
	}
	for (size_t i = 0; sorted && out && i < count; i++) {
		const int n = MultiByteToWideChar(CP_UTF8, 0, sorted[i], -1, out + at,
						  (int)(room - at));
		at += n > 0 ? (size_t)n : 0;
	}
	if (!sorted) {
		free(out);
		out = NULL;
	}
	free(sorted);
	return out;
}

/* A handle that a program inherits, of a descriptor or of the null device. */
static HANDLE inherited_handle(int fd)
{
	const HANDLE self = GetCurrentProcess();
	HANDLE h = fd >= 0 ? (HANDLE)_get_osfhandle(fd) : INVALID_HANDLE_VALUE, copy;
	SECURITY_ATTRIBUTES inherits = {.nLength = sizeof(inherits), .bInheritHandle = TRUE};

	if (h == INVALID_HANDLE_VALUE || (intptr_t)h == -2) { /* none, or one that was never open */
		return CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE,
				   FILE_SHARE_READ | FILE_SHARE_WRITE, &inherits, OPEN_EXISTING, 0,
				   NULL);
	}
	return DuplicateHandle(self, h, self, &copy, 0, TRUE, DUPLICATE_SAME_ACCESS)
		       ? copy
		       : INVALID_HANDLE_VALUE;
}

/* A job object with the command's limits; it ends its processes when the last handle of it is closed. *fine: it was made,
 * or none is needed. */
static HANDLE make_job(const vv_os_command *c, bool *fine)
{
	JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
	JOBOBJECT_BASIC_LIMIT_INFORMATION *basic = &limits.BasicLimitInformation;
	uint64_t bytes = c->data;

	if (c->addresses > 0 && (bytes == 0 || c->addresses < bytes)) {
		bytes = c->addresses;
	}
	*fine = true;
	if (c->bond == VV_OS_FREE && bytes == 0 && c->cpu_seconds == 0) return NULL;
	if (c->bond != VV_OS_FREE) {
		basic->LimitFlags |= JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
	}
	if (bytes > 0) {
		basic->LimitFlags |= JOB_OBJECT_LIMIT_PROCESS_MEMORY;
		limits.ProcessMemoryLimit = (SIZE_T)bytes;
	}
	if (c->cpu_seconds > 0) {
		basic->LimitFlags |= JOB_OBJECT_LIMIT_PROCESS_TIME;
		basic->PerProcessUserTimeLimit.QuadPart = (LONGLONG)(c->cpu_seconds * SECOND_TICKS);
	}
	const HANDLE job = CreateJobObjectW(NULL, NULL);
	*fine = job && SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits,
					       sizeof(limits));
	return job;
}

static bool note_child(DWORD pid, HANDLE process, HANDLE job)
{
	bool noted = false;

	(void)pthread_mutex_lock(&lock);
	for (size_t i = 0; i < CHILDREN_MAX && !noted; i++) {
		if (!children[i].process) {
			children[i].pid = pid;
			children[i].process = process;
			children[i].job = job;
			noted = true;
		}
	}
	(void)pthread_mutex_unlock(&lock);
	return noted;
}

static DWORD flags_of(const vv_os_command *c)
{
	DWORD flags = CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT | CREATE_SUSPENDED;

	if (c->detached) {
		flags |= CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP | BELOW_NORMAL_PRIORITY_CLASS;
	} else if (c->alone) {
		flags |= CREATE_NEW_PROCESS_GROUP;
	}
	return flags;
}

/* Makes the process, which waits. */
static bool create_process(PROCESS_INFORMATION *p, const vv_os_command *c, HANDLE ends[3],
			   wchar_t *line, wchar_t *env)
{
	wchar_t file[VV_WIDE_MAX], dir[VV_WIDE_MAX];
	SIZE_T size = 0;
	STARTUPINFOEXW how = {.StartupInfo = {.cb = sizeof(how),
					      .dwFlags = STARTF_USESTDHANDLES,
					      .hStdInput = ends[0],
					      .hStdOutput = ends[1],
					      .hStdError = ends[2]}};

	if (!vv_wide_path(file, c->file) || (c->dir && !vv_wide_path(dir, c->dir))) return false;
	(void)InitializeProcThreadAttributeList(NULL, 1, 0, &size);
	how.lpAttributeList = malloc(size);
	bool fine = how.lpAttributeList &&
		    InitializeProcThreadAttributeList(how.lpAttributeList, 1, 0, &size);
	if (!fine) {
		free(how.lpAttributeList);
		errno = ENOMEM;
		return false;
	}
	fine = UpdateProcThreadAttribute(how.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST,
					 ends, 3 * sizeof(ends[0]), NULL, NULL) &&
	       CreateProcessW(file, line, NULL, NULL, TRUE, flags_of(c), env, c->dir ? dir : NULL,
			      &how.StartupInfo, p);
	if (!fine) {
		(void)vv_windows_failed();
	}
	DeleteProcThreadAttributeList(how.lpAttributeList);
	free(how.lpAttributeList);
	return fine;
}

/* Puts the process into its job, and lets it run. */
static bool let_run(PROCESS_INFORMATION *p, const vv_os_command *c)
{
	bool fine;
	const HANDLE job = make_job(c, &fine);

	if (fine && (!job || AssignProcessToJobObject(job, p->hProcess)) &&
	    note_child(p->dwProcessId, p->hProcess, job)) {
		(void)ResumeThread(p->hThread);
		(void)CloseHandle(p->hThread);
		return true;
	}
	(void)TerminateProcess(p->hProcess, VV_OS_NOT_STARTED);
	(void)CloseHandle(p->hThread);
	(void)CloseHandle(p->hProcess);
	if (job) {
		(void)CloseHandle(job);
	}
	errno = EAGAIN;
	return false;
}

pid_t vv_os_start(const vv_os_command *command)
{
	HANDLE ends[3];
	PROCESS_INFORMATION p;
	wchar_t *line = command_line(command->argv), *env = environment_block(command->env);
	bool fine = line && env;

	for (int i = 0; i < 3; i++) {
		ends[i] = inherited_handle(command->ends[i]);
		fine = fine && ends[i] != INVALID_HANDLE_VALUE;
	}
	fine = fine && create_process(&p, command, ends, line, env) && let_run(&p, command);
	const int number = errno;
	for (int i = 0; i < 3; i++) {
		if (ends[i] != INVALID_HANDLE_VALUE) {
			(void)CloseHandle(ends[i]);
		}
	}
	free(line);
	free(env);
	errno = number;
	return fine ? (pid_t)p.dwProcessId : -1;
}

/* Our handle of a child, which keeps its number from being used again; NULL: it is none. */
static HANDLE child_of(pid_t pid, bool takes, HANDLE *job)
{
	HANDLE process = NULL;

	(void)pthread_mutex_lock(&lock);
	for (size_t i = 0; i < CHILDREN_MAX && !process; i++) {
		if (children[i].process && children[i].pid == (DWORD)pid) {
			process = children[i].process;
			*job = children[i].job;
			if (takes) {
				children[i].process = NULL;
			}
		}
	}
	(void)pthread_mutex_unlock(&lock);
	return process;
}

bool vv_os_has_ended(pid_t pid)
{
	HANDLE job;
	const HANDLE process = child_of(pid, false, &job);

	return !process || WaitForSingleObject(process, 0) == WAIT_OBJECT_0;
}

bool vv_os_wait(pid_t pid, int *code)
{
	HANDLE job = NULL;
	const HANDLE process = child_of(pid, false, &job);
	DWORD exit_code = 0;

	if (!process) {
		errno = ECHILD;
		return false;
	}
	(void)WaitForSingleObject(process, INFINITE);
	(void)child_of(pid, true, &job);
	(void)GetExitCodeProcess(process, &exit_code);
	(void)CloseHandle(process);
	if (job) { /* what the program left in the background lives on */
		JOBOBJECT_EXTENDED_LIMIT_INFORMATION none = {0};

		(void)SetInformationJobObject(job, JobObjectExtendedLimitInformation, &none,
					      sizeof(none));
		(void)CloseHandle(job);
	}
	*code = (exit_code & 0xffff0000u) == ENDED_BY_SIGNAL ? 128 + (int)(exit_code & 0x7f)
							     : (int)(exit_code & 0xff);
	if (exit_code > 0xff && *code == 0) {
		*code = 0xff; /* a failure stays one */
	}
	return true;
}

int kill(pid_t pid, int signal)
{
	const HANDLE h = process_of(pid, SYNCHRONIZE | (signal ? PROCESS_TERMINATE : 0));

	if (!h) {
		errno = GetLastError() == ERROR_ACCESS_DENIED ? EPERM : ESRCH;
		return -1;
	}
	const bool over = WaitForSingleObject(h, 0) == WAIT_OBJECT_0;
	const bool done = !over &&
			  (!signal || TerminateProcess(h, ENDED_BY_SIGNAL | (unsigned)signal));
	(void)CloseHandle(h);
	if (!done) {
		errno = ESRCH;
	}
	return done ? 0 : -1;
}

int vv_windows_execve(const char *path, char *const argv[], char *const env[])
{
	const vv_os_command command = {.file = path,
				       .argv = (const char *const *)argv,
				       .env = (const char *const *)env,
				       .ends = {0, 1, 2},
				       .bond = VV_OS_BOUND};
	const pid_t pid = vv_os_start(&command);
	int code = VV_OS_NOT_STARTED;

	(void)SetConsoleCtrlHandler(NULL, TRUE);
	if (pid < 0 || !vv_os_wait(pid, &code)) return -1;
	exit(code);
}

int vv_windows_execv(const char *path, char *const argv[])
{
	return vv_windows_execve(path, argv, environ);
}

void vv_os_end_tree(pid_t pid)
{
	HANDLE job = NULL;

	if (child_of(pid, false, &job) && job) {
		(void)TerminateJobObject(job, ENDED_BY_SIGNAL | SIGTERM);
	}
	(void)kill(pid, SIGTERM);
}

pid_t getppid(void)
{
	return parent_of(getpid());
}

uid_t geteuid(void)
{
	return 1000;
}

/* --- paths ------------------------------------------------------------------------------- */

static bool is_slash(char c)
{
	return c == '/' || c == '\\';
}

size_t vv_os_root_len(const char *path)
{
	size_t len = 2;

	if (vv_is_alpha(path[0]) && path[1] == ':' && is_slash(path[2])) return 3;
	if (!is_slash(path[0]) || !is_slash(path[1]) || !path[2] || is_slash(path[2])) return 0;
	for (int part = 0; part < 2; part++) { /* host, share */
		len += strcspn(path + len, "/\\");
		len += path[len] != '\0';
	}
	return len;
}

/* "aux.csv" may be a device in each folder. */
static bool is_device(const wchar_t *path)
{
	static const wchar_t lead[] = L"\\\\.\\";
	wchar_t whole[VV_WIDE_MAX];
	const DWORD len = GetFullPathNameW(path, VV_WIDE_MAX, whole, NULL);

	return len > 0 && len < VV_WIDE_MAX && wcsncmp(whole, lead, wcslen(lead)) == 0;
}

bool vv_os_spelling(char *out, size_t size, const char *path)
{
	wchar_t w[VV_WIDE_MAX];
	WIN32_FIND_DATAW found;

	if (strpbrk(path, "*?") || !vv_wide_path(w, path) || is_device(w)) return false;
	const HANDLE h = FindFirstFileW(w, &found);
	if (h == INVALID_HANDLE_VALUE) return false;
	(void)FindClose(h);
	return vv_narrow_path(out, size, found.cFileName) != NULL;
}

bool vv_os_git_has_inodes(void)
{
	return false;
}

bool vv_os_made(const char *path, int64_t *seconds, uint32_t *ns)
{
	wchar_t w[VV_WIDE_MAX];
	WIN32_FILE_ATTRIBUTE_DATA data;

	if (!vv_wide_path(w, path) || !GetFileAttributesExW(w, GetFileExInfoStandard, &data)) {
		return false;
	}
	const uint64_t ticks = ticks_of(data.ftCreationTime) - VV_UNIX_TICKS;
	*seconds = (int64_t)(ticks / SECOND_TICKS);
	*ns = (uint32_t)(ticks % SECOND_TICKS * 100);
	return true;
}

/* --- conditions ---------------------------------------------------------------------------- */

bool vv_os_condition_init(void *condition)
{
	return pthread_cond_init(condition, NULL) == 0;
}

/* Its clock is that of the time: one that is set meanwhile ends a wait early or late. */
bool vv_os_condition_wait(void *condition, void *mutex, uint64_t end_ms)
{
	struct timespec steady = {0, 0}, when = {0, 0};

	if (end_ms == 0) return pthread_cond_wait(condition, mutex) == 0;
	(void)clock_gettime(CLOCK_MONOTONIC, &steady);
	(void)clock_gettime(CLOCK_REALTIME, &when);
	const uint64_t now = (uint64_t)steady.tv_sec * 1000u + (uint64_t)steady.tv_nsec / 1000000u;
	const uint64_t left = end_ms > now ? end_ms - now : 0;
	when.tv_sec += (time_t)(left / 1000);
	when.tv_nsec += (long)(left % 1000) * 1000000;
	if (when.tv_nsec >= 1000000000) {
		when.tv_nsec -= 1000000000;
		when.tv_sec++;
	}
	return pthread_cond_timedwait(condition, mutex, &when) != ETIMEDOUT;
}

/* --- libraries, and what Windows' C library lacks ---------------------------------------------- */

/* The folder of the program, or of varve.dll if another program loaded it, with '\\' after it; empty: it is not known. */
static void own_folder(wchar_t out[VV_WIDE_MAX])
{
	const DWORD flags = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
			    GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
	HMODULE module = NULL;
	DWORD len = 0;

	if (GetModuleHandleExW(flags, (LPCWSTR)(uintptr_t)own_folder, &module)) {
		len = GetModuleFileNameW(module, out, VV_WIDE_MAX);
	}
	if (len == VV_WIDE_MAX) { /* there is more of it */
		len = 0;
	}
	while (len > 0 && out[len - 1] != L'\\') {
		len--;
	}
	out[len] = L'\0';
}

static HMODULE load_from(const wchar_t *folder, DWORD search, const char *name, const char *version)
{
	/* As MSYS2, curl.se and vcpkg name them. */
	static const wchar_t *const forms[] = {L"%lslib%hs-%hs.dll", L"%lslib%hs-x64.dll",
					       L"%lslib%hs.dll", L"%ls%hs.dll"};
	wchar_t file[VV_WIDE_MAX + 128];
	HMODULE found = NULL;

	for (size_t i = 0; i < 4 && !found; i++) {
		if (swprintf(file, VV_WIDE_MAX + 128, forms[i], folder, name, version) > 0) {
			found = LoadLibraryExW(file, NULL, search);
		}
	}
	return found;
}

/* From its own folder or the system's, never from the current one. */
void *vv_os_library(const char *name, const char *version)
{
	wchar_t folder[VV_WIDE_MAX];
	HMODULE found;

	own_folder(folder);
	found = load_from(folder, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32,
			  name, version);
	return found ? found : load_from(L"", LOAD_LIBRARY_SEARCH_SYSTEM32, name, version);
}

bool vv_os_library_find(void *library, void *function, const char *name)
{
	const FARPROC symbol = library ? GetProcAddress(library, name) : NULL;

	memcpy(function, &symbol, sizeof(symbol));
	return symbol != NULL;
}

void vv_use_own_encodings(void)
{
}

int strerror_r(int number, char *out, size_t size)
{
	vv_windows_error_text(out, size, number);
	return 0;
}

/* Those of msvcrt fail before 1970. These count days as https://howardhinnant.github.io/date_algorithms.html does, from 1 March 0000 on. */
#define DAY_SECONDS 86400
#define ERA_DAYS 146097 /* of 400 years */
#define DAYS_TO_1970 719468

static int64_t divide_floored(int64_t number, int64_t by)
{
	return number / by - (number % by < 0);
}

struct tm *gmtime_r(const time_t *when, struct tm *out)
{
	const int64_t days = divide_floored(*when, DAY_SECONDS), day = days + DAYS_TO_1970;
	const int64_t era = divide_floored(day, ERA_DAYS), of_era = day - era * ERA_DAYS;
	const int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) /
				    365;
	const int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	const int64_t month = (5 * of_year + 2) / 153, seconds = *when - days * DAY_SECONDS;
	const bool turned = month >= 10; /* January and February */
	const int64_t year = year_of_era + era * 400 + turned;

	if (year - 1900 > INT_MAX || year - 1900 < INT_MIN) {
		errno = EOVERFLOW;
		return NULL;
	}
	const bool leaps = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	*out = (struct tm){.tm_year = (int)(year - 1900),
			   .tm_mon = (int)(turned ? month - 10 : month + 2),
			   .tm_mday = (int)(of_year - (153 * month + 2) / 5 + 1),
			   .tm_hour = (int)(seconds / 3600),
			   .tm_min = (int)(seconds / 60 % 60),
			   .tm_sec = (int)(seconds % 60),
			   .tm_wday = (int)(days + 4 - 7 * divide_floored(days + 4, 7))};
	out->tm_yday = (int)(turned ? of_year - 306 : of_year + 59 + leaps);
	return out;
}

time_t timegm(struct tm *when)
{
	const int64_t months = when->tm_mon - 2 + (when->tm_year + INT64_C(1900)) * 12;
	const int64_t year = divide_floored(months, 12), month = months - year * 12;
	const int64_t days = year * 365 + divide_floored(year, 4) - divide_floored(year, 100) +
			     divide_floored(year, 400) + (153 * month + 2) / 5 + when->tm_mday - 1 -
			     DAYS_TO_1970;
	const time_t found = days * DAY_SECONDS + when->tm_hour * INT64_C(3600) +
			     when->tm_min * INT64_C(60) + when->tm_sec;

	return gmtime_r(&found, when) ? found : -1;
}

struct tm *localtime_r(const time_t *when, struct tm *out)
{
	if (*when >= 0) return localtime_s(out, when) == 0 ? out : NULL;
	_tzset();
	const time_t moved = *when - _timezone; /* of today, without summer time */
	return gmtime_r(&moved, out);
}

char *strndup(const char *text, size_t max)
{
	const size_t len = strnlen(text, max);
	char *out = malloc(len + 1);

	if (out) {
		memcpy(out, text, len);
		out[len] = '\0';
	}
	return out;
}

int posix_memalign(void **out, size_t align, size_t size)
{
	(void)align;
	*out = malloc(size);
	return *out ? 0 : ENOMEM;
}
