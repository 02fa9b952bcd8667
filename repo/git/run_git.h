/*
 * run_git: the program git, run for tasks that only it can do: connections to hosts with the user's
 * settings (credentials, proxies, ssh, URL rewriting).
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
	/* A bare repository of ours without settings, to run in instead. Settings of repo on how to reach
	 * hosts apply there too, and a remote "host" has the URLs. */
	const char *scratch;
	/* The URLs of "host"; else the URL in args, in the form of vv_text_put_bare_url. Its secrets never appear on a
	 * command line: git gets them from a credential helper of ours. Both may be NULL. */
	const char *url, *push_url;
	/* the name whose settings "host" gets, or that args have for url; may be NULL */
	const char *remote;
	bool in_worktree;  /* of repo: run there, as a user would; it gets SIGTERM when we end */
	const char *dir;   /* where relative paths count from; NULL: the current folder */
	const vv_env *env; /* without repo, whose own it is else */
	const char *const *more; /* "NAME=value" besides; NULL-ended; or NULL */
	/* a web or git:// host that sends nothing for so long is given up; 0: as git does */
	unsigned idle_sec;
	/* the same for a git:// host's refs, and until ssh is connected; 0: 10 */
	unsigned first_sec;
	bool files; /* url is a web server's files, of which git reads lists whole: it gets so much memory */
	const void *input;
	size_t len;
	bool terminal;  /* its stdin, stdout and stderr are ours */
	vv_buf *output; /* appended; NULL: dropped */
	bool show;      /* its stderr is copied to ours and is not available for messages */
	/* NULL, or (not with show) set: did a plain web server answer, which serves files ("dumb HTTP")
	 * without git's protocol? For calls that request refs. */
	bool *dumb;
} vv_git_call;

/* For `more`: paths are not patterns. git refuses this beside a kind of pattern that the environment may ask for. */
extern const char *const vv_git_literal[];

/* Appends git's stderr to said (not with show). */
vv_status vv_git_run(const vv_git_call *r, vv_buf *said, int *exit_code, vv_error *err);

/* Starts it with pipes to its stdin and stdout; drops its stderr. vv_child_stop ends it. */
vv_status vv_git_talk(vv_child *out, const vv_git_call *r, vv_error *err);
/* Sends a question and appends the answer, which ends with the ends-th `end`. A question with several parts must be
 * shorter than any pipe's buffer (VV_GIT_ASK_MAX), and git must not wait for more input before it answers. */
#define VV_GIT_ASK_MAX 4096u
vv_status vv_git_ask(vv_child *git, const vv_buf *question, char end, size_t ends, vv_buf *answer,
		     vv_error *err);

/* The same as vv_git_run, and an exit code other than 0 is a failure with git's and the host's own words: "<what>: git
 * says: <line>; <line>". VV_EREFUSED: the host refused; VV_ENOTFOUND: no such repository; else VV_EIO. */
vv_status vv_git_must(const vv_git_call *r, const char *what, vv_error *err);

/* Sets err from git's stderr, without the lines of vv_git_remote_lines, which the caller
 * reports. */
vv_status vv_git_explain(const char *what, const vv_buf *said, int exit_code, vv_error *err);

/* Adds "No space left on device" and its hint to err, a failure of git, if the disk of the Git folder or work tree is full: git
 * often does not report that. */
vv_status vv_git_name_disk(const vv_repository *r, vv_error *err);

/* Lines that a host had for people ("remote: ..."), without that word, are appended to out. */
void vv_git_remote_lines(const vv_buf *said, vv_buf *out);

#endif
