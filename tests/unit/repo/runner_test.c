/* Tests of repo/git/verb/runner.h and later.h: git run for a verb, and the note of it. */
#include "tests/unit/repo/git_fixture.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "repo/git/verb/runner.h"
#include "repo/git/write_turn.h"

/* sh run by git, as an alias. */
static vv_runner shell(vv_repository *repo, const char *args[4], const char *command)
{
	args[0] = "-c";
	args[1] = command;
	args[2] = "x";
	args[3] = NULL;
	return (vv_runner){.repo = repo, .args = args, .what = "the test"};
}

static void git_runs_in_the_work_tree_with_a_note_and_the_turn(void **state VV_UNUSED)
{
	const char *args[4];
	vv_error err;

	git_begin();
	sh("echo one > a.txt && git add a.txt && git commit -qm one && echo two > a.txt");
	vv_repository *r = open_here();
	vv_assert_ok(vv_write_turn_take(r, &err), &err);
	vv_auto(vv_runner) git = shell(
		r, args,
		"alias.x=!tr '\\0' '\\n' < .git/varve/later > ../seen; echo $VARVE_BY_GIT; echo $VARVE_TURN > ../turn; pwd -P >&2");
	vv_assert_ok(vv_runner_run(&git, &err), &err);
	assert_int_equal(git.code, 0);
	vv_assert_contains(vv_buf_cstr(&git.said), out("pwd -P"));
	vv_assert_contains(vv_buf_cstr(&git.output), out("git rev-parse --absolute-git-dir"));
	assert_string_equal(out("sed -n '1p;3p;10,$p' ../seen"), "varve-later 1\nthe test\na.txt");
	assert_string_equal(out("cat ../turn"), out("sed -n 2p .git/varve/turn"));

	vv_auto(vv_later) note = {0};
	vv_assert_ok(vv_later_read(&note, r, &err), &err);
	assert_true(note.alive);
	assert_true(vv_later_was_changed(&note, "a.txt"));
	assert_false(vv_later_was_changed(&note, "a"));
	vv_assert_ok(vv_later_drop(r, &err), &err);
	assert_int_equal(vv_later_read(&(vv_later){0}, r, &err), VV_ENOTFOUND);
	vv_repository_close(r);
}

static void a_note_that_cannot_be_read_is_not_written_over(void **state VV_UNUSED)
{
	vv_later note = {.what = "the test"};
	vv_error err;

	git_begin();
	vv_repository *r = open_here();
	sh("mkdir -p .git/varve; printf 'varve-later 2\\0x\\0' > .git/varve/later");
	vv_assert_status(vv_later_must_be_free(r, &err), VV_ENOSUPPORT, &err);
	vv_assert_status(vv_later_write(r, &note, &err), VV_ENOSUPPORT, &err);
	assert_string_equal(out("tr '\\0' ' ' < .git/varve/later"), "varve-later 2 x ");
	sh("echo damaged > .git/varve/later");
	vv_assert_status(vv_later_write(r, &note, &err), VV_ECORRUPT, &err);
	sh("rm .git/varve/later");
	vv_assert_ok(vv_later_write(r, &note, &err), &err);
	vv_later_clear(&note);
	vv_repository_close(r);
}

static void a_lock_of_another_program_is_waited_for(void **state VV_UNUSED)
{
	static const char *const args[] = {"update-index", "--refresh", NULL};
	vv_error err;

	git_begin();
	vv_repository *r = open_here();
	sh(": > .git/index.lock; (sleep 0.3; rm .git/index.lock) &");
	vv_auto(vv_runner) git = {.repo = r, .args = args};
	vv_assert_ok(vv_runner_run(&git, &err), &err);
	assert_int_equal(git.code, 0);
	vv_repository_close(r);
}

static void the_locks_of_a_killed_git_are_removed(void **state VV_UNUSED)
{
	const char *args[4];
	vv_error err;

	git_begin();
	vv_repository *r = open_here();
	sh("echo > .git/config.lock; touch -d '1 hour ago' .git/config.lock");
	vv_auto(vv_runner) git = shell(
		r, args,
		"alias.x=!: > .git/index.lock; : > .git/HEAD.lock; kill -9 $PPID; kill -9 $$");
	vv_assert_ok(vv_runner_run(&git, &err), &err);
	assert_int_equal(git.code, 137);
	sh("sleep 0.1");
	assert_string_equal(out("ls .git | grep lock"), "config.lock");
	vv_repository_close(r);
}

/* And the lock beside the usual index, which this git did not take, stays. */
static void the_lock_of_an_index_elsewhere_is_removed_there(void **state VV_UNUSED)
{
	const char *args[4];
	vv_error err;

	git_begin();
	sh("mkdir ../away");
	assert_int_equal(setenv("GIT_INDEX_FILE", out("echo $PWD/../away/index"), 1), 0);
	vv_repository *r = open_here();
	vv_auto(vv_runner) git = shell(r, args,
				       "alias.x=!: > ../away/index.lock; : > .git/index.lock; "
				       "kill -9 $PPID; kill -9 $$");
	vv_assert_ok(vv_runner_run(&git, &err), &err);
	assert_int_equal(git.code, 137);
	assert_string_equal(out("ls ../away .git | grep lock"), "index.lock");
	sh("rm .git/index.lock");
	vv_repository_close(r);
	assert_int_equal(unsetenv("GIT_INDEX_FILE"), 0);
}

static void git_gets_any_number_of_variables(void **state VV_UNUSED)
{
	static const char *const more[] = {
		"V=1",  "V1=",  "V2=",  "V3=",  "V4=",  "V5=",  "V6=",  "V7=",     "V8=", "V9=",
		"V10=", "V11=", "V12=", "V13=", "V14=", "V15=", "V16=", "LAST=20", NULL};
	const char *args[4];
	vv_error err;

	git_begin();
	vv_repository *r = open_here();
	vv_auto(vv_runner) git = shell(r, args, "alias.x=!echo $V $LAST");
	git.more = more;
	vv_assert_ok(vv_runner_run(&git, &err), &err);
	assert_string_equal(vv_buf_cstr(&git.output), "1 20\n");
	vv_repository_close(r);
}

/* A varve that is killed while its git works: git removes its lock, and the next one finds the note. */
static void the_note_of_a_killed_varve_is_found(void **state VV_UNUSED)
{
	const char *args[4];
	vv_auto(vv_later) note = {0};
	vv_error err;
	int status;

	git_begin();
	pid_t other = fork();
	if (other == 0) {
		vv_repository *r = open_here();
		vv_runner git = shell(r, args, "alias.x=!kill -9 $(ps -o ppid= $PPID); sleep 1");

		(void)vv_runner_run(&git, &err);
		_exit(0);
	}
	assert_int_equal(waitpid(other, &status, 0), other);
	assert_true(WIFSIGNALED(status));
	vv_repository *r = open_here();
	vv_assert_ok(vv_later_read(&note, r, &err), &err);
	assert_false(note.alive);
	assert_string_equal(note.what, "the test");
	vv_repository_close(r);
}

static void what_git_refuses_is_worded_by_git(void **state VV_UNUSED)
{
	static const char *const args[] = {"switch", "other", NULL};
	vv_error err;

	git_begin();
	sh("echo one > a.txt && git add a.txt && git commit -qm one && git branch other");
	sh("git switch -q other && echo two > a.txt && git commit -qam two && git switch -q -");
	sh("echo mine > a.txt");
	vv_repository *r = open_here();
	vv_auto(vv_runner) git = {.repo = r, .args = args};
	vv_assert_ok(vv_runner_run(&git, &err), &err);
	assert_int_equal(git.code, 1);
	vv_assert_status(vv_runner_fail(&git, "not switched", &err), VV_EREFUSED, &err);
	assert_string_equal(err.message, "not switched");
	vv_buf_reset(&git.said);
	vv_buf_puts(&git.said, "fatal: no \x1b[31m\nhint: try\nhint: more\n");
	(void)vv_runner_fail(&git, "not switched", &err);
	assert_string_equal(err.message, "no \\x1B[31m");
	vv_repository_close(r);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(git_runs_in_the_work_tree_with_a_note_and_the_turn),
	cmocka_unit_test(a_note_that_cannot_be_read_is_not_written_over),
	cmocka_unit_test(a_lock_of_another_program_is_waited_for),
	cmocka_unit_test(the_locks_of_a_killed_git_are_removed),
	cmocka_unit_test(the_lock_of_an_index_elsewhere_is_removed_there),
	cmocka_unit_test(git_gets_any_number_of_variables),
	cmocka_unit_test(the_note_of_a_killed_varve_is_found),
	cmocka_unit_test(what_git_refuses_is_worded_by_git),
};

VV_TEST_SUITE(runner)
