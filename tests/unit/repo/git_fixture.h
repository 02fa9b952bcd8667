/*
 * git_fixture: a scratch home with a Git repository "r" in it, and the git program as
 * the independent witness.
 */
#ifndef VV_TESTS_UNIT_REPO_GIT_FIXTURE_H
#define VV_TESTS_UNIT_REPO_GIT_FIXTURE_H

#include "tests/unit/support.h"

#include "repo/git/history/history.h"
#include "repo/git/repository.h"

/* A fresh home folder: identity configured, clock fixed for author and committer, no
 * settings of the machine, current folder there. No repository yet. */
void git_home(void);

/* The same, and "git init r"; the current folder becomes r. */
void git_begin(void);

/* Runs a shell command in the current folder; the test fails when it does. */
void sh(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Its exit code instead. */
int sh_code(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* What it prints, without the last newline; lives until the program ends. */
const char *out(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Both as they should be: git fsck --strict finds nothing; git status is clean. */
void assert_git_sound(void);
void assert_git_clean(void);

/* The repository of the current folder. */
vv_repository *open_here(void);

/* A commit of all files in the index made by git; its id. */
vv_oid git_commit(const char *message);
vv_oid rev(vv_repository *r, const char *name);
vv_oid oid_of(const char *hex);
const char *hex_of(const vv_oid *oid);

#endif
