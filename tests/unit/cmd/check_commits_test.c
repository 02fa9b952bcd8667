/*
 * The new commits of a push, judged before a ref moves.
 */
#include "tests/unit/support.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/frame/run.h"
#include "cmd/varve/commands.h"
#include "lib/check/run.h"
#include "repo/git/history/history.h"

/* A fresh repository as the current folder; what commands print goes nowhere. */
static void begin(void)
{
	int fd = open("/dev/null", O_WRONLY);

	assert_true(fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0);
	(void)close(fd);
	assert_int_equal(chdir(vv_test_dir()), 0);
	assert_int_equal(setenv("HOME", vv_test_dir(), 1), 0);
	assert_int_equal(setenv("GIT_CONFIG_NOSYSTEM", "1", 1), 0);
	assert_int_equal(setenv("GIT_AUTHOR_NAME", "A", 1) |
				 setenv("GIT_AUTHOR_EMAIL", "a@example.com", 1) |
				 setenv("GIT_COMMITTER_NAME", "C", 1) |
				 setenv("GIT_COMMITTER_EMAIL", "c@example.com", 1),
			 0);
}

static void varve(const char *a, const char *b, const char *c, const char *d)
{
	const char *words[] = {b, c, d};
	char *argv[4] = {NULL};
	int argc = 0;

	for (size_t i = 0; i < 3 && words[i]; i++) {
		argv[argc++] = (char *)words[i];
	}
	assert_int_equal(vv_command_run(vv_tool_find(&vv_varve, a), argc, argv), 0);
}

static void commit(const char *rows, const char *message)
{
	vv_test_write_text("t.csv", rows);
	varve("add", "t.csv", NULL, NULL);
	varve("commit", "-qm", message, NULL);
}

static vv_oid oid(vv_repository *r, const char *rev)
{
	vv_oid out;
	vv_error err;

	vv_assert_ok(vv_rev_commit(r, rev, &out, &err), &err);
	return out;
}

static bool judge(const char *old, const char *now, vv_buf *text)
{
	vv_repository *r;
	vv_check_request q = {.has_exclude = old != NULL, .report = {.limit = 10}};
	vv_error err;
	bool valid = false;

	vv_buf_reset(text);
	vv_assert_ok(vv_repository_open(&r, NULL, vv_test_env(), &err), &err);
	if (old) {
		q.exclude = oid(r, old);
	}
	q.include = oid(r, now);
	vv_assert_ok(vv_check_commits(r, &q, &valid, text, &err), &err);
	vv_repository_close(r);
	return valid;
}

#define GOOD "id,price\n1,5\n2,6\n3,7\n"
#define BETTER "id,price\n1,5\n2,6\n3,7\n4,8\n"
#define BAD "id,price\n1,5\n2,much\n3,7\n"

static void every_new_commit_must_be_valid(void **state)
{
	vv_buf text = VV_BUF_INIT;
	(void)state;
	begin();
	varve("init", NULL, NULL, NULL);
	vv_test_write_text("varve.json", "{\"rules\":{\"type-contradiction\":\"error\"}}");
	varve("add", "varve.json", NULL, NULL);
	commit(GOOD, "one");
	commit(BETTER, "two");
	assert_true(judge("HEAD~1", "HEAD", &text));
	assert_int_equal(text.len, 0); /* nothing to say */
	assert_true(judge(NULL, "HEAD", &text));
	commit(BAD, "three");
	commit(GOOD, "mended");
	/* that the last one is right again does not help */
	assert_false(judge("HEAD~2", "HEAD", &text));
	vv_assert_contains(vv_buf_cstr(&text), "type-contradiction");
	vv_assert_contains(vv_buf_cstr(&text), "'much'");
	/* what was there before is not asked about */
	assert_true(judge("HEAD~1", "HEAD", &text));
	vv_buf_clear(&text);
}

static void rules_of_the_pushed_version_hold(void **state)
{
	vv_buf text = VV_BUF_INIT;
	(void)state;
	begin();
	varve("init", NULL, NULL, NULL);
	commit(BETTER, "one");
	vv_test_write_text("varve.json", "{\"rules\":{\"rows-removed\":{\"max\":0}}}");
	varve("add", "varve.json", NULL, NULL);
	varve("commit", "-qm", "rules", NULL);
	commit(GOOD, "three");
	assert_false(judge("HEAD~1", "HEAD", &text));
	vv_assert_contains(vv_buf_cstr(&text), "1 of the base's 4 rows is gone");
	vv_buf_clear(&text);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(every_new_commit_must_be_valid),
	cmocka_unit_test(rules_of_the_pushed_version_hold),
};

VV_TEST_SUITE(check_commits)
