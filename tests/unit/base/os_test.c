/*
 * What systems differ in, in this system's way and (unit.posix) in that of any other.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
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
	const pid_t child = vv_os_fork(false);
	if (child == 0) {
		_exit(0);
	}
	assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
	assert_true(vv_os_process_find(&p, child));
	assert_true(p.ended);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_false(vv_os_process_find(&p, child));
}

static volatile sig_atomic_t handled;

static void note_signal(int number)
{
	handled = number;
}

static void raise_it(const void *blocked)
{
	(void)raise(SIGUSR1);
	(void)sigprocmask(SIG_UNBLOCK, blocked, NULL);
	_exit(7);
}

static void a_handler_does_not_run_in_a_process_that_starts(void **state)
{
	sigset_t all;
	int status;

	(void)state;
	(void)sigfillset(&all);
	(void)signal(SIGUSR1, note_signal);
	const pid_t child = vv_os_start(raise_it, &all, VV_OS_FREE);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
	assert_int_equal(handled, 0);
	(void)raise(SIGUSR1); /* here all is as it was */
	assert_int_equal(handled, SIGUSR1);
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
	(void)signal(SIGPIPE, count_signal);
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

/* A process whose child, held to it, would sleep on; ends: the child keeps the second one open. */
static pid_t start_with_child(int ends[2], bool held, bool at_once)
{
	const pid_t parent = vv_os_fork(false);

	if (parent == 0) {
		const pid_t self = getpid(), child = vv_os_fork(held);

		if (child == 0) {
			if (!vv_os_limit_child(held ? self : 0, 0, 0, 0)) {
				_exit(1);
			}
			if (write(ends[1], "x", 1) != 1) {
				_exit(1);
			}
			(void)poll(NULL, 0, at_once ? 0 : 2 * LONG_MS);
			_exit(0);
		}
		(void)close(ends[1]);
		(void)waitpid(child, NULL, 0);
		_exit(0);
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
	const pid_t parent = start_with_child(ends, true, false);
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
	const pid_t child = vv_os_fork(false);
	if (child == 0) {
		if (vv_os_fork(false) == 0) {
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
	const pid_t parent = start_with_child(ends, true, true);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	(void)close(ends[0]);
}

static void a_child_gets_no_more_memory_than_its_limit(void **state)
{
	int status;
	const pid_t child = vv_os_fork(false);

	(void)state;
	if (child == 0) { /* a sanitizer has terabytes of addresses already */
		_exit(vv_os_limit_child(0, 0, 0, 64 << 20) && !malloc((size_t)1 << 30) ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)
	assert_int_equal(status, 0);
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
	cmocka_unit_test(the_arguments_of_a_process_are_words),
	cmocka_unit_test(the_program_that_runs_is_a_file),
	cmocka_unit_test(ends_of_pipes_and_sockets_are_closed_in_programs),
	cmocka_unit_test(a_pipe_without_a_reader_gives_an_error_and_no_signal),
	cmocka_unit_test(a_child_that_is_held_ends_with_its_parent),
	cmocka_unit_test(what_a_held_child_leaves_open_is_closed_when_it_ends),
	cmocka_unit_test(a_tree_of_processes_ends_as_a_whole),
	cmocka_unit_test(a_child_gets_no_more_memory_than_its_limit),
	cmocka_unit_test(a_wait_ends_when_its_time_is_over),
	cmocka_unit_test(a_library_is_found_by_its_name_and_a_function_by_its_own),
};

VV_TEST_SUITE(os)
