/*
 * What systems differ in, in this system's way and (unit.posix) in that of any other.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"
#include "base/sys.h"
#include "tests/unit/support.h"

#define LONG_MS 5000

static void a_process_is_found_with_its_parent_and_as_ended(void **state)
{
	vv_os_process p, parent;
	siginfo_t info;

	(void)state;
	if (!vv_os_process_find(&p, getpid())) {
		vv_skip("this system does not say");
	}
	assert_int_equal(p.parent, getppid());
	assert_int_equal(p.group, getpgrp());
	assert_false(p.ended);
	assert_true(vv_os_process_find(&parent, getppid()));
	assert_true(parent.started <= p.started);
	const pid_t child = fork();
	if (child == 0) {
		_exit(0);
	}
	assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
	assert_true(vv_os_process_find(&p, child));
	assert_true(p.ended);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_false(vv_os_process_find(&p, child));
}

static pid_t leader;
static volatile sig_atomic_t handled, elsewhere;

static void note_signal(int number)
{
	handled = number;
	elsewhere = elsewhere || getpid() != leader;
}

/* Without _DEFAULT_SOURCE, glibc's signal() resets the handler after one signal, and the next one kills the process. */
static void set_handler(int number, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};

	(void)sigemptyset(&action.sa_mask);
	assert_int_equal(sigaction(number, &action, NULL), 0);
}

extern char **environ;

static vv_os_command of_shell(const char *const *argv)
{
	return (vv_os_command){.file = "/bin/sh",
			       .argv = argv,
			       .env = (const char *const *)(uintptr_t)environ,
			       .ends = {0, 1, 2}};
}

static int code_of(const vv_os_command *c)
{
	const pid_t pid = vv_os_start(c);
	int code = -1;

	assert_true(pid > 0);
	assert_true(vv_os_wait(pid, &code));
	return code;
}

/* A process of the group sends a signal to all of it without end, so that some come while a program starts. */
static void a_handler_does_not_run_in_a_process_that_starts(void **state)
{
	static const char *const argv[] = {"sh", "-c", "exit 7", NULL};
	vv_os_command c = of_shell(argv);
	int ends[2], code = 0;
	char byte;

	(void)state;
	c.alone = true; /* the program itself has left the group */
	assert_true(vv_os_pipe(ends));
	const pid_t group = fork();
	if (group == 0) {
		(void)setpgid(0, 0);
		leader = getpid();
		set_handler(SIGUSR1, note_signal);
		const pid_t sender = fork();
		while (sender == 0 && getppid() == leader && kill(0, SIGUSR1) == 0) {
		}
		if (sender == 0) {
			_exit(0);
		}
		while (!handled) { /* the sender has begun */
			(void)poll(NULL, 0, 1);
		}
		for (int i = 0; i < 100; i++) {
			const pid_t pid = vv_os_start(&c);

			if (pid < 0 || !vv_os_wait(pid, &code)) {
				_exit(1);
			}
		}
		(void)kill(sender, SIGKILL);
		byte = (char)('0' + (handled == SIGUSR1) + 2 * (elsewhere == 0));
		_exit(write(ends[1], &byte, 1) == 1 ? 0 : 1);
	}
	assert_true(vv_os_wait(group, &code));
	assert_int_equal(code, 0);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	assert_int_equal(byte, '3'); /* it ran here, and nowhere else */
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void a_program_starts_with_no_signal_blocked_and_none_handled(void **state)
{
	static const char *const argv[] = {"sh", "-c", "kill -USR1 $$; exit 0", NULL};
	const vv_os_command c = of_shell(argv);
	sigset_t all, old;

	(void)state;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &old);
	set_handler(SIGUSR1, note_signal);
	const int code = code_of(&c);
	(void)signal(SIGUSR1, SIG_DFL);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	assert_int_equal(code, 128 + SIGUSR1);
}

static void a_program_that_cannot_start_says_so(void **state)
{
	static const char *const argv[] = {"sh", "-c", "exit 0", NULL};
	vv_os_command c = of_shell(argv);

	(void)state;
	c.dir = "/no/such/folder";
	assert_int_equal(code_of(&c), VV_OS_NOT_STARTED);
	c.dir = "/";
	assert_int_equal(code_of(&c), 0);
	c.file = "/no/such/program";
	assert_int_equal(code_of(&c), VV_OS_NOT_STARTED);
	int code;
	assert_false(vv_os_wait(getpid(), &code));
	assert_true(vv_os_has_ended(getpid()));
}

/* Each of these stands where another belongs. */
static void ends_may_change_their_places(void **state)
{
	static const char *const argv[] = {"sh", "-c", "echo out; echo errors >&2", NULL};
	vv_os_command c = of_shell(argv);
	int first[2], second[2];
	char text[64];

	(void)state;
	assert_true(vv_os_pipe(first));
	assert_true(vv_os_pipe(second));
	const pid_t child = fork();
	if (child == 0) { /* stdout is the second pipe, stderr the first one */
		(void)dup2(second[1], 1);
		(void)dup2(first[1], 2);
		c.ends[0] = -1;
		c.ends[1] = 2;
		c.ends[2] = 1;
		_exit(code_of(&c));
	}
	int code;
	assert_true(vv_os_wait(child, &code));
	assert_int_equal(code, 0);
	assert_int_equal(read(first[0], text, sizeof(text)), 4);
	assert_memory_equal(text, "out\n", 4);
	assert_int_equal(read(second[0], text, sizeof(text)), 7);
	assert_memory_equal(text, "errors\n", 7);
	for (int i = 0; i < 2; i++) {
		(void)close(first[i]);
		(void)close(second[i]);
	}
}

static void what_is_detached_keeps_no_file_of_ours_open(void **state)
{
	static const char *const argv[] = {"sh", "-c", "read word; echo gone; sleep 10", NULL};
	vv_os_command c = of_shell(argv);
	int ours[2], its[2];
	char text[8];

	(void)state;
	assert_true(vv_os_pipe(ours));
	assert_true(vv_os_pipe(its));
	assert_int_equal(fcntl(ours[1], F_SETFD, 0), 0); /* as one from our parent */
	c.ends[0] = -1;
	c.ends[1] = its[1];
	c.detached = true;
	const pid_t child = vv_os_start(&c);
	assert_true(child > 0);
	(void)close(ours[1]);
	assert_int_equal(read(its[0], text, sizeof(text)), 5);
	assert_int_equal(getsid(child), child);
	assert_int_equal(read(ours[0], text, sizeof(text)), 0); /* nobody has the other end */
	(void)kill(child, SIGKILL);
	int code;
	assert_true(vv_os_wait(child, &code));
	(void)close(ours[0]);
	(void)close(its[0]);
	(void)close(its[1]);
}

static void the_arguments_of_a_process_are_words(void **state)
{
	char text[4096] = "x";
	const size_t len = vv_os_process_arguments(text, sizeof(text), getpid());

	(void)state;
	assert_int_equal(text[len], '\0');
	if (len == 0) {
		vv_skip("this system does not say");
	}
	assert_non_null(strstr(text, "unit_"));
	assert_int_equal(text[len - 1], '\0');
	assert_int_equal(vv_os_process_arguments(text, 4, getpid()), 3);
}

static void the_program_that_runs_is_a_file(void **state)
{
	char path[4096];

	(void)state;
	vv_os_program_started("/bin/sh"); /* of which POSIX takes the word */
	assert_true(vv_os_program(path, sizeof(path)));
	assert_int_equal(access(path, X_OK), 0);
	vv_os_program_started("sh");
	assert_true(vv_os_program(path, sizeof(path)));
	assert_int_equal(access(path, X_OK), 0);
	assert_false(vv_os_program(path, 4));
}

static void ends_of_pipes_and_sockets_are_closed_in_programs(void **state)
{
	int ends[2], s = vv_os_socket(AF_INET, SOCK_STREAM, 0);

	(void)state;
	assert_true(vv_os_pipe(ends));
	assert_true(fcntl(ends[0], F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(ends[1], F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(s, F_GETFD) & FD_CLOEXEC);
	(void)close(ends[0]);
	(void)close(ends[1]);
	(void)close(s);
}

static volatile sig_atomic_t signals;

static void count_signal(int number)
{
	signals += number == SIGPIPE;
}

static void a_pipe_without_a_reader_gives_an_error_and_no_signal(void **state)
{
	sigset_t of_pipes, pending;
	int ends[2];

	(void)state;
	set_handler(SIGPIPE, count_signal);
	assert_true(vv_os_pipe(ends));
	(void)close(ends[0]);
	assert_int_equal(vv_os_write(write, ends[1], "x", 1), -1);
	assert_int_equal(errno, EPIPE);
	assert_int_equal(signals, 0);

	/* One that was pending before is left pending. */
	(void)sigemptyset(&of_pipes);
	(void)sigaddset(&of_pipes, SIGPIPE);
	(void)pthread_sigmask(SIG_BLOCK, &of_pipes, NULL);
	(void)raise(SIGPIPE);
	assert_int_equal(vv_os_write(write, ends[1], "x", 1), -1);
	assert_int_equal(sigpending(&pending), 0);
	assert_true(sigismember(&pending, SIGPIPE));
	(void)pthread_sigmask(SIG_UNBLOCK, &of_pipes, NULL);
	assert_int_equal(signals, 1);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)close(ends[1]);
}

/* A process with a program that is bound to it and writes a byte; the program's stdout is ends[1]. */
static pid_t start_with_program(int ends[2], bool at_once)
{
	const char *const argv[] = {"sh", "-c", at_once ? "printf x" : "printf x; exec sleep 10",
				    NULL};
	vv_os_command c = of_shell(argv);
	const pid_t parent = fork();

	c.ends[1] = ends[1];
	c.bond = VV_OS_BOUND;
	if (parent == 0) {
		const pid_t child = vv_os_start(&c);
		int code;

		(void)close(ends[1]);
		_exit(child > 0 && vv_os_wait(child, &code) && code == 0 ? 0 : 1);
	}
	(void)close(ends[1]);
	return parent;
}

static void a_child_that_is_held_ends_with_its_parent(void **state)
{
	int ends[2];
	char byte;

	(void)state;
	assert_true(vv_os_pipe(ends));
	const pid_t parent = start_with_program(ends, false);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	(void)kill(parent, SIGKILL);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	struct pollfd fd = {ends[0], POLLIN, 0};
	assert_int_equal(poll(&fd, 1, LONG_MS), 1);
	assert_int_equal(read(ends[0], &byte, 1), 0); /* nobody has the other end */
	(void)close(ends[0]);
}

static void a_tree_of_processes_ends_as_a_whole(void **state)
{
	int ends[2];
	char byte;
	vv_os_process self;

	(void)state;
	if (!vv_os_process_find(&self, getpid())) {
		skip();
	}
	assert_true(vv_os_pipe(ends));
	const pid_t child = fork();
	if (child == 0) {
		if (fork() == 0) {
			(void)signal(SIGTERM, SIG_IGN);
			if (write(ends[1], "x", 1) != 1) {
				_exit(1);
			}
		}
		(void)poll(NULL, 0, 2 * LONG_MS);
		_exit(0);
	}
	(void)close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	vv_os_end_tree(child);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(read(ends[0], &byte, 1),
			 0); /* the child's child, too, which ignores SIGTERM */
	(void)close(ends[0]);
}

static void what_a_held_child_leaves_open_is_closed_when_it_ends(void **state)
{
	int ends[2];
	char byte;

	(void)state;
	assert_true(vv_os_pipe(ends));
	const pid_t parent = start_with_program(ends, true);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	(void)close(ends[0]);
}

static void a_program_gets_no_more_memory_than_its_limit(void **state)
{
	static const char *const argv[] = {
		"sh", "-c", "test $(ulimit -d) = 65536 && test $(ulimit -c) = 0", NULL};
	vv_os_command c = of_shell(argv);

	(void)state;
	c.addresses = (uint64_t)1 << 40;
	c.data = 64 << 20;
	const int code = code_of(&c);
#ifdef __linux__
	assert_int_equal(code, 0);
#else
	assert_true(code != VV_OS_NOT_STARTED);
#endif
}

static void a_wait_ends_when_its_time_is_over(void **state)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t never;
	const uint64_t begun = vv_monotonic_ms();

	(void)state;
	assert_true(vv_os_condition_init(&never));
	(void)pthread_mutex_lock(&lock);
	while (vv_os_condition_wait(&never, &lock, begun + 30)) {
	}
	(void)pthread_mutex_unlock(&lock);
	assert_true(vv_monotonic_ms() >= begun + 29);
	assert_true(vv_monotonic_ms() < begun + LONG_MS);
	(void)pthread_cond_destroy(&never);
}

static void a_library_is_found_by_its_name_and_a_function_by_its_own(void **state)
{
	const char *(*version)(void);

	(void)state;
	assert_null(vv_os_library("no-such-library", "1"));
	assert_false(vv_os_library_find(NULL, &version, "zlibVersion"));
	assert_null(version);
	void *z = vv_os_library("z", "1");
	assert_non_null(z);
	assert_true(vv_os_library_find(z, &version, "zlibVersion"));
	assert_int_equal(version()[0], '1');
	assert_false(vv_os_library_find(z, &version, "no_such_function"));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_process_is_found_with_its_parent_and_as_ended),
	cmocka_unit_test(a_handler_does_not_run_in_a_process_that_starts),
	cmocka_unit_test(a_program_starts_with_no_signal_blocked_and_none_handled),
	cmocka_unit_test(a_program_that_cannot_start_says_so),
	cmocka_unit_test(ends_may_change_their_places),
	cmocka_unit_test(what_is_detached_keeps_no_file_of_ours_open),
	cmocka_unit_test(the_arguments_of_a_process_are_words),
	cmocka_unit_test(the_program_that_runs_is_a_file),
	cmocka_unit_test(ends_of_pipes_and_sockets_are_closed_in_programs),
	cmocka_unit_test(a_pipe_without_a_reader_gives_an_error_and_no_signal),
	cmocka_unit_test(a_child_that_is_held_ends_with_its_parent),
	cmocka_unit_test(what_a_held_child_leaves_open_is_closed_when_it_ends),
	cmocka_unit_test(a_tree_of_processes_ends_as_a_whole),
	cmocka_unit_test(a_program_gets_no_more_memory_than_its_limit),
	cmocka_unit_test(a_wait_ends_when_its_time_is_over),
	cmocka_unit_test(a_library_is_found_by_its_name_and_a_function_by_its_own),
};

VV_TEST_SUITE(os)
