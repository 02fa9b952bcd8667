#include "tests/unit/repo/git_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "repo/git/verb/hook.h"

static void write_hook(const char *path, const char *text)
{
	vv_test_write_text(path, text);
	assert_int_equal(chmod(path, 0755), 0);
}

static vv_status run_hook(const char *name, const char *const *args, bool *ran, vv_error *err)
{
	vv_repository *r = open_here();
	vv_status rc = vv_hook_run(r, name, args, ran, err);

	vv_repository_close(r);
	return rc;
}

static void a_hook_runs_as_git_runs_it(void **state)
{
	static const char *const args[] = {"message", "it's", NULL};
	vv_error err;
	bool ran;

	(void)state;
	git_begin();
	sh("mkdir -p sub/folder");
	write_hook(
		".git/hooks/prepare-commit-msg",
		"#!/bin/sh\n{ pwd -P; echo \"$GIT_DIR\"; echo \"$GIT_INDEX_FILE\"; echo \"$#:$1:$2\"; cat; } > seen\n");
	assert_int_equal(chdir("sub/folder"), 0);
	vv_assert_ok(run_hook("prepare-commit-msg", args, &ran, &err), &err);
	assert_true(ran);
	assert_int_equal(chdir("../.."), 0);
	assert_string_equal(
		out("cat seen"),
		out("t=$(pwd -P); printf '%%s\\n%%s\\n%%s\\n2:message:it'\"'\"'s\\n' $t $t/.git $t/.git/index"));
}

static void a_hook_that_refuses_is_named(void **state)
{
	vv_error err;
	bool ran;

	(void)state;
	git_begin();
	write_hook(".git/hooks/pre-commit", "#!/bin/sh\nexit 3\n");
	vv_assert_status(run_hook("pre-commit", NULL, &ran, &err), VV_ECONFLICT, &err);
	assert_true(ran);
	vv_assert_contains(err.message, "the hook 'pre-commit' failed (exit code 3)");
	write_hook(".git/hooks/pre-commit", "#!/bin/sh\nkill -9 $$\n");
	vv_assert_status(run_hook("pre-commit", NULL, &ran, &err), VV_ECONFLICT, &err);
}

static void a_hook_that_is_missing_or_no_program_is_passed_over(void **state)
{
	vv_error err;
	bool ran;

	(void)state;
	git_begin();
	vv_assert_ok(run_hook("pre-commit", NULL, &ran, &err), &err);
	assert_false(ran);
	vv_test_write_text(".git/hooks/pre-commit", "#!/bin/sh\nexit 1\n");
	vv_assert_ok(run_hook("pre-commit", NULL, &ran, &err), &err);
	assert_false(ran);
}

static void hooks_may_lie_elsewhere(void **state)
{
	vv_error err;
	bool ran;

	(void)state;
	git_begin();
	sh("mkdir my sub; git config core.hooksPath my");
	write_hook("my/post-commit", "echo without an interpreter line > ../from-hook\n");
	assert_int_equal(chdir("sub"), 0); /* a relative path counts from the top */
	vv_assert_ok(run_hook("post-commit", NULL, &ran, &err), &err);
	assert_true(ran);
	assert_string_equal(out("cat ../../from-hook"), "without an interpreter line");
	sh("mkdir ~/hooks; git config core.hooksPath '~/hooks'");
	vv_assert_ok(run_hook("post-commit", NULL, &ran, &err), &err);
	assert_false(ran);
}

static void hooks_of_a_linked_worktree_are_the_common_ones(void **state)
{
	vv_error err;
	bool ran;

	(void)state;
	git_begin();
	(void)git_commit("x");
	sh("git worktree add -q ../side");
	write_hook(".git/hooks/pre-commit", "#!/bin/sh\ngit rev-parse --show-toplevel > ../seen\n");
	assert_int_equal(chdir("../side"), 0);
	vv_assert_ok(run_hook("pre-commit", NULL, &ran, &err), &err);
	assert_true(ran);
	assert_string_equal(out("cat ../seen"), out("pwd -P"));
}

/* --- programs -------------------------------------------------------------------- */

static void a_program_is_fed_and_heard(void **state)
{
	static const char *const argv[] = {"tr", "a-z", "A-Z", NULL};
	vv_buf b = VV_BUF_INIT;
	size_t len = 3 << 20, i;
	char *text = vv_malloc(len);
	vv_error err;
	int code;

	(void)state;
	git_home();
	assert_non_null(text);
	memset(text, 'x', len);
	vv_assert_ok(vv_program_run(vv_test_env(), argv, text, len, &b, &code, &err), &err);
	assert_int_equal(code, 0);
	assert_int_equal(b.len, len);
	for (i = 0; i < len; i += 4095) {
		assert_int_equal(b.data[i], 'X');
	}
	vv_buf_clear(&b);
	vv_free(text);
}

static void a_program_that_does_not_listen_is_no_trouble(void **state)
{
	static const char *const argv[] = {"/bin/sh", "-c", "exec <&-; echo done; exit 7", NULL};
	vv_buf b = VV_BUF_INIT;
	size_t len = 3 << 20;
	char *text = vv_calloc(len, 1);
	vv_error err;
	int code;

	(void)state;
	git_home();
	vv_assert_ok(vv_program_run(vv_test_env(), argv, text, len, &b, &code, &err), &err);
	assert_int_equal(code, 7);
	assert_string_equal(vv_buf_cstr(&b), "done\n");
	vv_buf_clear(&b);
	vv_free(text);
}

static void a_death_by_signal_is_told(void **state)
{
	static const char *const argv[] = {"/bin/sh", "-c", "kill -15 $$", NULL};
	vv_error err;
	int code;

	(void)state;
	git_home();
	vv_assert_ok(vv_program_run(vv_test_env(), argv, NULL, 0, NULL, &code, &err), &err);
	assert_int_equal(code, 128 + 15);
}

static void nothing_is_run_from_the_current_folder(void **state)
{
	static const char *const paths[] = {":", ".", "", "./bin:", "bin", "::."};
	static const char *const argv[] = {"helper", NULL}, *const relative[] = {"./helper", NULL};
	vv_error err;
	size_t i;
	int code;

	(void)state;
	git_home();
	sh("mkdir bin; printf '#!/bin/sh\\ntouch ran\\n' > helper; chmod +x helper; cp helper bin");
	for (i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		assert_int_equal(setenv("PATH", paths[i], 1), 0);
		vv_assert_status(vv_program_run(vv_test_env(), argv, NULL, 0, NULL, &code, &err),
				 VV_EPROGRAM, &err);
		vv_assert_contains(err.message, "'helper'");
	}
	vv_assert_status(vv_program_run(vv_test_env(), relative, NULL, 0, NULL, &code, &err),
			 VV_EUSAGE, &err);
	assert_int_equal(setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1), 0);
	assert_false(vv_exists("ran"));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_hook_runs_as_git_runs_it),
	cmocka_unit_test(a_hook_that_refuses_is_named),
	cmocka_unit_test(a_hook_that_is_missing_or_no_program_is_passed_over),
	cmocka_unit_test(hooks_may_lie_elsewhere),
	cmocka_unit_test(hooks_of_a_linked_worktree_are_the_common_ones),
	cmocka_unit_test(a_program_is_fed_and_heard),
	cmocka_unit_test(a_program_that_does_not_listen_is_no_trouble),
	cmocka_unit_test(a_death_by_signal_is_told),
	cmocka_unit_test(nothing_is_run_from_the_current_folder),
};

VV_TEST_SUITE(hooks)
