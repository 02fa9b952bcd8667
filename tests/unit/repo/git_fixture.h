/*
 * git_fixture: makes a home folder with a Git repository "r" in it, and runs git, with which tests
 * verify what varve did.
 */
#ifndef VV_TESTS_UNIT_REPO_GIT_FIXTURE_H
#define VV_TESTS_UNIT_REPO_GIT_FIXTURE_H

#include "tests/unit/support.h"

#include "repo/git/history/history.h"
#include "repo/git/repository.h"

/* Makes a new home folder, and changes to it. HOME is the folder; name and email are configured;
 * the dates of author and committer are fixed; settings of the machine do not apply. The folder has
 * no repository. */
void git_home(void);

/* Like git_home; then makes the repository r with git init, and changes to it. */
void git_begin(void);

/* Runs a shell command in the current folder. Fails the test if the exit code is not 0. */
void sh(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Like sh, but returns the exit code. Returns 255 if a signal ended the command. */
int sh_code(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Like sh, but returns the command's stdout without the last newline; valid until the test ends. */
const char *out(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Fail the test if git fsck --strict reports anything but notices, or if git status lists any
 * file. */
void assert_git_sound(void);
void assert_git_clean(void);

/* Opens the repository of the current folder; the caller closes it. */
vv_repository *open_here(void);

/* Commits the index with git, also without changes, and returns the id of the commit. message must
 * not contain "'". */
vv_oid git_commit(const char *message);
/* Returns the id of the commit called name. Fails the test if there is none. */
vv_oid rev(vv_repository *r, const char *name);
vv_oid oid_of(const char *hex);
/* Returns the 40 hex digits of an id; valid until the test ends. */
const char *hex_of(const vv_oid *oid);

#endif
