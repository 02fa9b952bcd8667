/* Tests of repo/git/write_turn.h: one writer at a time, and what it runs. */
#include "tests/unit/repo/git_fixture.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "repo/git/verb/hook.h"
#include "repo/git/write_turn.h"

/* Could another process, with this environment, write now? */
static bool is_free(void)
{
	vv_error err;
	vv_repository *r = open_here();
	vv_status rc = vv_write_turn_try(r, &err);

	vv_repository_close(r);
	assert_true(rc == VV_OK || rc == VV_ELOCKED);
	return rc == VV_OK;
}

static void one_at_a_time(void **state)
{
	vv_repository *r;
	vv_error err;

	(void)state;
	git_begin();
	r = open_here();
	vv_assert_ok(vv_write_turn_take(r, &err), &err);
	vv_assert_ok(vv_write_turn_take(r, &err), &err); /* it has it */
	assert_false(is_free());
	vv_write_turn_release(r);
	assert_true(is_free());
	vv_assert_ok(vv_write_turn_take(r, &err), &err);
	vv_repository_close(r);
	assert_true(is_free());
}

static void who_has_it_is_named(void **state)
{
	vv_repository *r, *second;
	char pid[32];
	vv_error err;
	int line[2], end[2], status;
	char c;

	(void)state;
	git_begin();
	r = open_here();
	second = open_here();
	vv_assert_ok(vv_write_turn_take(r, &err), &err);
	assert_int_equal(vv_write_turn_try(second, &err), VV_ELOCKED);
	assert_non_null(strstr(err.message, "this process"));
	vv_write_turn_release(r);
	assert_int_equal(pipe(line), 0);
	assert_int_equal(pipe(end), 0);
	pid_t other = fork();
	if (other == 0) {
		(void)alarm(60);
		if (vv_write_turn_take(open_here(), &err) == VV_OK && write(line[1], "x", 1) == 1) {
			(void)!read(end[0], &c, 1);
		}
		_exit(0);
	}
	assert_int_equal(read(line[0], &c, 1), 1);
	assert_int_equal(vv_write_turn_try(second, &err), VV_ELOCKED);
	(void)snprintf(pid, sizeof(pid), "process %ld on", (long)other);
	assert_non_null(strstr(err.message, pid));
	/* It ends with its process. */
	assert_int_equal(write(end[1], "x", 1), 1);
	assert_int_equal(waitpid(other, &status, 0), other);
	vv_assert_ok(vv_write_turn_try(second, &err), &err);
	vv_repository_close(second);
	vv_repository_close(r);
}

/* A process that was forked meanwhile, and lives on, does not keep it. */
static void a_fork_does_not_keep_it(void **state)
{
	vv_repository *r;
	int end[2], status;
	vv_error err;
	char c;

	(void)state;
	git_begin();
	r = open_here();
	vv_assert_ok(vv_write_turn_take(r, &err), &err);
	assert_int_equal(pipe(end), 0);
	pid_t other = fork();
	if (other == 0) {
		(void)alarm(60);
		(void)!read(end[0], &c, 1);
		_exit(0);
	}
	vv_write_turn_release(r);
	assert_true(is_free());
	assert_int_equal(write(end[1], "x", 1), 1);
	assert_int_equal(waitpid(other, &status, 0), other);
	vv_repository_close(r);
}

static void hooks_have_the_turn_of_who_runs_them(void **state)
{
	vv_repository *r;
	vv_error err;
	bool ran;

	(void)state;
	git_begin();
	sh("mkdir -p .git/hooks; printf '#!/bin/sh\nprintf %%%%s \"$VARVE_TURN\" > ../turn\n' > "
	   ".git/hooks/pre-commit; chmod +x .git/hooks/pre-commit");
	r = open_here();
	vv_assert_ok(vv_hook_run(r, "pre-commit", NULL, &ran, &err), &err);
	assert_string_equal(out("cat ../turn"), "");
	vv_assert_ok(vv_write_turn_take(r, &err), &err);
	vv_assert_ok(vv_hook_run(r, "pre-commit", NULL, &ran, &err), &err);
	const char *lent = out("cat ../turn");
	assert_int_equal(strlen(lent), 16);
	assert_false(is_free());
	assert_int_equal(setenv("VARVE_TURN", lent, 1), 0);
	assert_true(is_free());
	/* What was lent ends with the turn. */
	vv_write_turn_release(r);
	vv_assert_ok(vv_write_turn_take(r, &err), &err);
	assert_false(is_free());
	assert_int_equal(unsetenv("VARVE_TURN"), 0);
	vv_repository_close(r);
}

static void work_trees_have_their_own(void **state)
{
	vv_repository *r;
	vv_error err;

	(void)state;
	git_begin();
	sh("git commit -q --allow-empty -m one && git worktree add -q ../other");
	r = open_here();
	vv_assert_ok(vv_write_turn_take(r, &err), &err);
	assert_false(is_free());
	assert_int_equal(chdir("../other"), 0);
	assert_true(is_free());
	vv_repository_close(r);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(one_at_a_time),
	cmocka_unit_test(who_has_it_is_named),
	cmocka_unit_test(a_fork_does_not_keep_it),
	cmocka_unit_test(hooks_have_the_turn_of_who_runs_them),
	cmocka_unit_test(work_trees_have_their_own),
};

VV_TEST_SUITE(write_turn)
