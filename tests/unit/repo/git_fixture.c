/*
 * git_fixture: scratch repositories, and asking git about them.
 */
#include "tests/unit/repo/git_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"

/* libgit2 1.5 leaks what libpcre2 needs for a match, each time that it opens a
 * repository of format 1. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libpcre2";
}

static void scrub(void)
{
	static const char *const names[] = {
		"GIT_DIR",
		"GIT_WORK_TREE",
		"GIT_INDEX_FILE",
		"GIT_OBJECT_DIRECTORY",
		"GIT_CONFIG_COUNT",
		"GIT_CONFIG_PARAMETERS",
		"GIT_CONFIG_GLOBAL",
		"GIT_CONFIG_SYSTEM",
		"GIT_EDITOR",
		"VISUAL",
		"EDITOR",
		"EMAIL",
		"XDG_CONFIG_HOME",
		"GIT_TEMPLATE_DIR",
		"GIT_CEILING_DIRECTORIES",
		"GIT_AUTHOR_NAME",
		"GIT_AUTHOR_EMAIL",
		"GIT_COMMITTER_NAME",
		"GIT_COMMITTER_EMAIL",
		"GIT_ALTERNATE_OBJECT_DIRECTORIES",
		"GNUPGHOME",
		"SSH_AUTH_SOCK",
	};
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		(void)unsetenv(names[i]);
	}
}

void git_home(void)
{
	static unsigned number;
	const char *home = vv_test_path("home%u", number++);
	vv_error err;

	scrub();
	vv_repository_name_here(); /* tests step into bare repositories */
	vv_assert_ok(vv_mkdirs(home, &err), &err);
	assert_int_equal(chdir(home), 0);
	assert_int_equal(setenv("HOME", home, 1), 0);
	assert_int_equal(setenv("GIT_CONFIG_NOSYSTEM", "1", 1), 0);
	assert_int_equal(setenv("GIT_AUTHOR_DATE", "1700000000 +0100", 1), 0);
	assert_int_equal(setenv("GIT_COMMITTER_DATE", "1700000000 +0100", 1), 0);
	assert_int_equal(setenv("LC_ALL", "C", 1), 0);
	assert_int_equal(setenv("TZ", "UTC", 1), 0);
	vv_test_write_text(vv_test_path("home%u/.gitconfig", number - 1),
			   "[user]\n\tname = A U Thor\n\temail = author@example.org\n"
			   "[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n");
}

void git_begin(void)
{
	git_home();
	sh("git init -q r");
	assert_int_equal(chdir("r"), 0);
}

static char *format(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

static char *format(const char *fmt, va_list ap)
{
	vv_buf b = VV_BUF_INIT;
	char *text;

	vv_buf_vprintf(&b, fmt, ap);
	text = vv_buf_detach(&b);
	assert_non_null(text);
	return text;
}

static int run(const char *command)
{
	int status = system(command);

	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

void sh(const char *fmt, ...)
{
	char *command;
	va_list ap;
	int code;

	va_start(ap, fmt);
	command = format(fmt, ap);
	va_end(ap);
	code = run(command);
	if (code != 0) {
		print_error("exit %d of: %s\n", code, command);
	}
	vv_free(command);
	assert_int_equal(code, 0);
}

int sh_code(const char *fmt, ...)
{
	char *command;
	va_list ap;
	int code;

	va_start(ap, fmt);
	command = format(fmt, ap);
	va_end(ap);
	code = run(command);
	vv_free(command);
	return code;
}

const char *out(const char *fmt, ...)
{
	static unsigned number;
	const char *path = vv_test_path("out%u", number++);
	char *command, *text;
	va_list ap;
	size_t len;

	va_start(ap, fmt);
	command = format(fmt, ap);
	va_end(ap);
	sh("{ %s; } > '%s'", command, path);
	vv_free(command);
	text = (char *)(uintptr_t)vv_test_read(path, &len);
	(void)unlink(path);
	if (len > 0 && text[len - 1] == '\n') {
		text[len - 1] = '\0';
	}
	return text;
}

void assert_git_sound(void)
{
	assert_string_equal(
		out("git fsck --strict --no-dangling --full 2>&1 | grep -v ^notice: ; true"), "");
}

void assert_git_clean(void)
{
	assert_string_equal(out("git status --porcelain"), "");
}

vv_repository *open_here(void)
{
	vv_repository *r = NULL;
	vv_error err;

	vv_assert_ok(vv_repository_open(&r, NULL, vv_test_env(), &err), &err);
	return r;
}

vv_oid oid_of(const char *hex)
{
	vv_oid oid;

	assert_true(vv_oid_parse(&oid, hex, strlen(hex)));
	return oid;
}

const char *hex_of(const vv_oid *oid)
{
	char text[VV_OID_TEXT + 1];

	vv_oid_text(text, oid);
	return out("echo %s", text);
}

vv_oid git_commit(const char *message)
{
	sh("git commit -q --allow-empty -m '%s'", message);
	return oid_of(out("git rev-parse HEAD"));
}

vv_oid rev(vv_repository *r, const char *name)
{
	vv_oid oid;
	vv_error err;

	vv_assert_ok(vv_rev_commit(r, name, &oid, &err), &err);
	return oid;
}
