/*
 * Whose lock it is, and whether that process still runs: "dead" is said only where it is certain.
 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/holder.h"
#include "tests/unit/support.h"

static vv_holder self(void)
{
	vv_holder h = vv_holder_self();
	return h;
}

static int64_t now(void)
{
	return (int64_t)time(NULL);
}

static void the_text_names_the_process_and_is_read_back(void **state)
{
	vv_holder h = self(), back;
	char text[VV_HOLDER_TEXT], again[VV_HOLDER_TEXT];

	(void)state;
	assert_int_equal(h.pid, getpid());
	vv_holder_text(text, &h);
	assert_true(vv_holder_parse(&back, text));
	vv_holder_text(again, &back);
	assert_string_equal(text, again);
	if (h.started > 0) {
		assert_true(h.pid_space > 0);
		assert_int_equal(strlen(h.boot), 32);
	}
	assert_int_equal(strlen(h.machine), 16);
	memset(h.host, 'x', sizeof h.host - 1);
	h.pid = INT32_MAX;
	h.started = h.pid_space = UINT64_MAX;
	vv_holder_text(text, &h);
	assert_true(vv_holder_parse(&back, text));
	assert_string_equal(back.host, h.host);
}

static void a_text_of_somebody_else_is_not_read(void **state)
{
	static const char *const texts[] = {
		"",
		"/tmp/somewhere",
		"varve-lock 2 pid=1 started=2 space=3 boot= machine=00 host=x",
		"varve-lock 1 ",
		"varve-lock 1 pid=0 started=2 space=3 boot= machine=00 host=x",
		"varve-lock 1 pid=-1 started=2 space=3 boot= machine=00 host=x",
		"varve-lock 1 pid=2147483648 started=2 space=3 boot= machine=00 host=x",
		"varve-lock 1 pid=1 started=x space=3 boot= machine=00 host=x",
		"varve-lock 1 pid=1 started=2 space=3 boot= machine= host=x",
		"varve-lock 1 pid=1 started=2 space=3 boot= machine=00",
		"varve-lock 1 pid=1 started=2 space=3 boot= machine=00000000000000000 host=x",
		"varve-lock 1 pid=1 started=2 space=3 boot= machine=00 host=x more",
	};
	vv_holder h;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		assert_false(vv_holder_parse(&h, texts[i]));
	}
	assert_true(vv_holder_parse(
		&h, "varve-lock 1 pid=1 started=2 space=3 boot= machine=00 host=x"));
}

static void a_process_that_runs_is_alive(void **state)
{
	vv_holder h = self(), me = h;

	(void)state;
	assert_int_equal(vv_holder_state_of(&h, &me, now()), VV_HOLDER_ALIVE);
	h.pid = 1; /* somebody else's; when it started is not known */
	h.started = 0;
	assert_int_equal(vv_holder_state_of(&h, &me, now()), VV_HOLDER_ALIVE);
}

static void a_number_that_is_used_again_is_another_process(void **state)
{
	vv_holder h = self(), me = h;

	(void)state;
	if (h.started == 0) {
		vv_skip("this system does not say");
	}
	h.started--;
	assert_int_equal(vv_holder_state_of(&h, &me, now()), VV_HOLDER_DEAD);
}

static void a_process_that_ended_is_dead_before_and_after_its_parent_asks(void **state)
{
	vv_holder h, me = self();
	int pipes[2], status;
	siginfo_t info;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	child = fork();
	if (child == 0) {
		h = vv_holder_self();
		_exit(write(pipes[1], &h, sizeof h) == sizeof h ? 0 : 1);
	}
	assert_int_equal(read(pipes[0], &h, sizeof h), sizeof h);
	assert_int_equal(h.pid, child);
	assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(vv_holder_state_of(&h, &me, now()),
			 h.started > 0 ? VV_HOLDER_DEAD : VV_HOLDER_ALIVE);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(vv_holder_state_of(&h, &me, now()), VV_HOLDER_DEAD);
	(void)close(pipes[0]);
	(void)close(pipes[1]);
}

static void another_machine_or_namespace_is_never_judged(void **state)
{
	vv_holder h = self(), me = h;

	(void)state;
	h.started--; /* would be dead here */
	h.machine[0] = h.machine[0] == 'a' ? 'b' : 'a';
	assert_int_equal(vv_holder_state_of(&h, &me, 1), VV_HOLDER_ELSEWHERE);
	h = me;
	h.started--;
	h.pid_space++;
	assert_int_equal(vv_holder_state_of(&h, &me, 1), VV_HOLDER_ELSEWHERE);
	h = me;
	h.boot[0] = me.boot[0] ? '\0' : 'a'; /* one of the two has no number of its start */
	h.boot[1] = '\0';
	assert_int_equal(vv_holder_state_of(&h, &me, 1), VV_HOLDER_ELSEWHERE);
}

static void an_earlier_start_of_the_machine_is_dead(void **state)
{
	vv_holder h = self(), me = h;

	(void)state;
	if (!h.boot[0]) {
		vv_skip("this system does not say");
	}
	h.boot[0] = h.boot[0] == 'a' ? 'b' : 'a';
	h.pid_space++; /* numbers of namespaces begin anew, too */
	assert_int_equal(vv_holder_state_of(&h, &me, 1000), VV_HOLDER_DEAD);
	/* Made since this machine was started: by another one of the same name. */
	assert_int_equal(vv_holder_state_of(&h, &me, now()), VV_HOLDER_ELSEWHERE);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_text_names_the_process_and_is_read_back),
	cmocka_unit_test(a_text_of_somebody_else_is_not_read),
	cmocka_unit_test(a_process_that_runs_is_alive),
	cmocka_unit_test(a_number_that_is_used_again_is_another_process),
	cmocka_unit_test(a_process_that_ended_is_dead_before_and_after_its_parent_asks),
	cmocka_unit_test(another_machine_or_namespace_is_never_judged),
	cmocka_unit_test(an_earlier_start_of_the_machine_is_dead),
};

VV_TEST_SUITE(holder)
