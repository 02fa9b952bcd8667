/*
 * run_git: the program git, run for what only it can do: talk with hosts as the user has set it up
 * (credentials, proxies, ssh, URLs that stand for others).
 */
#ifndef VV_REPO_GIT_RUN_GIT_H
#define VV_REPO_GIT_RUN_GIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/program.h"
#include "repo/git/repository.h"

#define VV_GIT_ARGS_MAX 64u
#define VV_GIT_FILES_MEMORY                                                                        \
	((uint64_t)512 << 20) /* each process; an object of 128 MB takes 3 times as much */

typedef struct vv_git_call {
	const char *const *args; /* after "git"; NULL-ended, fewer than VV_GIT_ARGS_MAX */
	vv_repository *repo;     /* to run in (may be NULL: in none) */
	/* A folder of ours to run in instead: a bare repository that has no settings. Those of repo
	 * that say how hosts are reached hold there too, and a remote "host" stands for the URLs. */
	const char *scratch;
	/* Of "host"; else the URL that args name, as vv_text_put_bare_url has it. What is secret in it no process has on its
	 * command line: git gets it as from a helper for credentials. Both may be NULL. */
	const char *url, *push_url;
	const char *
		remote; /* the name whose settings "host" gets, or that args have for url; may be NULL */
	bool in_worktree;  /* of repo: run there, as a user would; it gets SIGTERM when we end */
	const char *dir;   /* where relative paths count from; NULL: the current folder */
	const vv_env *env; /* without repo, whose own it is else */
	const char *const *more; /* "NAME=value" besides; NULL-ended; or NULL */
	/* a web or git:// host that sends nothing for so long is given up; 0: as git does */
	unsigned idle_sec;
	unsigned
		first_sec; /* the same for a git:// host's refs, and until ssh is connected; 0: 10 */
	bool files; /* url is a web server's files, of which git reads lists whole: it gets so much memory */
	const void *input;
	size_t len;
	bool terminal;  /* its stdin, stdout and stderr are ours */
	vv_buf *output; /* appended; NULL: dropped */
	bool show;      /* what it says goes to our stderr, too late for messages then */
	/* NULL, or (not with show) set: did a web server answer that gives files alone, as any does ("dumb
	 * HTTP"), and does not speak git's protocol? Of a call that asks for refs. */
	bool *dumb;
} vv_git_call;

/* What git said on stderr is appended to said (not with show). */
vv_status vv_git_run(const vv_git_call *r, vv_buf *said, int *exit_code, vv_error *err);

/* Starts it and talks with it over its stdin and stdout; what it says on stderr is dropped. vv_child_stop ends it. */
vv_status vv_git_talk(vv_child *out, const vv_git_call *r, vv_error *err);
/* Asks it, and appends its answer, which has so many ends. What is asked at once is answered without more of it, and is
 * fewer bytes than any pipe takes (VV_GIT_ASK_MAX), but for one question. */
#define VV_GIT_ASK_MAX 4096u
vv_status vv_git_ask(vv_child *git, const vv_buf *question, char end, size_t ends, vv_buf *answer,
		     vv_error *err);

/* The same as vv_git_run, and another exit code than 0 is a failure with git's own words, and the host's: "<what>: git
 * says: <line>; <line>". VV_EREFUSED where the host refused, VV_ENOTFOUND where there is nothing; else VV_EIO. */
vv_status vv_git_must(const vv_git_call *r, const char *what, vv_error *err);

/* Sets err from what git said, without the lines of vv_git_remote_lines, which the caller tells. */
vv_status vv_git_explain(const char *what, const vv_buf *said, int exit_code, vv_error *err);

/* To err, a failure of git's, "No space left on device" and our hint for that are added where the disk of the Git folder or work
 * tree is full: git often does not say so. */
vv_status vv_git_name_disk(const vv_repository *r, vv_error *err);

/* Lines that a host had for people ("remote: ..."), without that word, are appended to out. */
void vv_git_remote_lines(const vv_buf *said, vv_buf *out);

#endif
