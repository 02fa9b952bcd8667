/*
 * run_git: runs the program git for tasks that only git can do: connections to hosts with the user's
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
	const char *const
		*args;       /* arguments after "git", ended by NULL; fewer than VV_GIT_ARGS_MAX */
	vv_repository *repo; /* repository to run in; NULL: outside of any repository */
	/* A bare repository of ours without settings, to run in instead. Settings of repo on how to reach
	 * hosts apply there too, and a remote "host" has the URLs. */
	const char *scratch;
	/* The URLs of "host"; else the URL in args, in the form of vv_text_put_bare_url. Its secrets never appear on a
	 * command line: git gets them from a credential helper of ours. Both may be NULL. */
	const char *url, *push_url;
	/* the name whose settings "host" gets, or that args have for url; may be NULL */
	const char *remote;
	bool in_worktree; /* run in the work tree of repo, as a user would; git gets SIGTERM when varve ends */
	const char *dir;   /* folder that relative paths start from; NULL: the current folder */
	const vv_env *env; /* environment if repo is NULL; otherwise that of repo is used */
	const char *const *more; /* additional "NAME=value", ended by NULL; may be NULL */
	/* give up a web or git:// host that sends nothing for this time; 0: git's default */
	unsigned idle_sec;
	/* limit for the refs of a git:// host, and for connecting with ssh; 0: 10 */
	unsigned first_sec;
	/* url is a folder of a web server, whose lists git reads whole: limits memory to VV_GIT_FILES_MEMORY */
	bool files;
	const void *input;
	size_t len;
	bool terminal;  /* git inherits stdin, stdout and stderr */
	vv_buf *output; /* stdout is appended to it; NULL: stdout is dropped */
	bool show;      /* copy git's stderr to varve's; it is then not available for messages */
	/* Gets whether a plain web server answered, which serves files ("dumb HTTP") without git's protocol. For calls that
	 * request refs, without show. May be NULL. */
	bool *dumb;
} vv_git_call;

/* For `more`: paths are not patterns. git refuses this beside a kind of pattern that the environment may ask for. */
extern const char *const vv_git_literal[];

/* For `more`: appends the variable by which git also reads the objects of this folder. */
void vv_git_put_alternates(vv_buf *out, const vv_env *env, const char *objects);

/* Appends git's stderr to said (not with show). */
vv_status vv_git_run(const vv_git_call *r, vv_buf *said, int *exit_code, vv_error *err);

/* Starts git with pipes to its stdin and stdout, and drops its stderr. End git with vv_child_stop. */
vv_status vv_git_talk(vv_child *out, const vv_git_call *r, vv_error *err);
/* Sends a question and appends the answer, which ends with the ends-th `end`. A question with several parts must be
 * shorter than any pipe's buffer (VV_GIT_ASK_MAX), and git must not wait for more input before it answers. */
#define VV_GIT_ASK_MAX 4096u
vv_status vv_git_ask(vv_child *git, const vv_buf *question, char end, size_t ends, vv_buf *answer,
		     vv_error *err);

/* Like vv_git_run, but fails if the exit code is not 0, with the message of git and the host: "<what>: git says: <line>;
 * <line>". VV_EREFUSED: the host refused. VV_ENOTFOUND: no such repository. Otherwise VV_EIO. */
vv_status vv_git_must(const vv_git_call *r, const char *what, vv_error *err);

/* Sets err from git's stderr, without the lines of vv_git_remote_lines, which the caller
 * reports. */
vv_status vv_git_explain(const char *what, const vv_buf *said, int exit_code, vv_error *err);

/* Adds "No space left on device" and its hint to err, a failure of git, if the disk of the Git folder or work tree is full: git
 * often does not report that. */
vv_status vv_git_name_disk(const vv_repository *r, vv_error *err);

/* Appends the lines "remote: ...", which a host sent for people, to out, without the word "remote: ". */
void vv_git_remote_lines(const vv_buf *said, vv_buf *out);

#endif
