/*
 * run_git: runs the program git, for example to connect to hosts with the user's settings
 * (credentials, proxies, ssh, URL rewriting).
 */
#ifndef VV_REPO_GIT_RUN_GIT_H
#define VV_REPO_GIT_RUN_GIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/program.h"
#include "repo/git/repository.h"

#define VV_GIT_ARGS_MAX 64u /* the number of arguments must be less */
/* The memory limit of each process, in bytes, with vv_git_call.files; an object of 128 MB needs 3
 * times its size. */
#define VV_GIT_FILES_MEMORY ((uint64_t)512 << 20)

/* The arguments and options of one run of git. Zeroed members are the defaults. */
typedef struct vv_git_call {
	const char *const
		*args;       /* arguments after "git", ended by NULL; fewer than VV_GIT_ARGS_MAX */
	vv_repository *repo; /* repository to run in; NULL: outside of any repository */
	/* A bare repository that varve made, without settings, to run in instead of repo. The
	 * settings of repo for reaching hosts are passed on, and the remote "host" has the URLs
	 * below. */
	const char *scratch;
	/* With scratch: the URLs of the remote "host". Without scratch: url is the URL that args
	 * contain in the form of vv_text_put_bare_url; push_url is not used. Secrets in the URLs
	 * never appear on a command line: git gets them from varve's credential helper. Both may be
	 * NULL. */
	const char *url, *push_url;
	/* with scratch: name of the remote whose settings the remote "host" gets; without scratch:
	 * name of the remote that args contain in place of url; may be NULL */
	const char *remote;
	/* run git in the work tree of repo, as a user would; if varve ends first, git gets
	 * SIGTERM */
	bool in_worktree;
	const char *dir; /* folder to which relative paths refer; NULL: the current folder */
	/* the environment if repo is NULL; else the environment of repo is used */
	const vv_env *env;
	const char *const *more; /* additional variables "NAME=value", ended by NULL; may be NULL */
	/* seconds without data from a web or git:// host before git gives up; 0: git's default */
	unsigned idle_sec;
	/* time limit in seconds until a git:// host has sent its refs, or until ssh is connected;
	 * 0: idle_sec, but at most 10 */
	unsigned first_sec;
	/* url is a folder of files on a web server; limits memory to VV_GIT_FILES_MEMORY, since git
	 * reads complete lists of the server into memory */
	bool files;
	const void *input; /* bytes for git's stdin */
	size_t len;
	bool terminal;  /* git inherits stdin, stdout and stderr */
	vv_buf *output; /* stdout is appended; NULL: stdout is dropped */
	/* copy git's stderr to varve's stderr; messages then do not have the text */
	bool show;
	/* *dumb is set to true if the host is a plain web server, which serves files without git's
	 * protocol ("dumb HTTP"). Only for calls that request refs, with `show` unset. May be
	 * NULL. */
	bool *dumb;
} vv_git_call;

/* A value for `more` with which git takes paths literally, not as patterns. git refuses this value
 * if the environment sets another mode for patterns (GIT_GLOB_PATHSPECS ...). */
extern const char *const vv_git_literal[];

/* Appends a variable "NAME=value" for `more`, with which git also reads the objects in the folder
 * `objects`. */
void vv_git_put_alternates(vv_buf *out, const vv_env *env, const char *objects);

/* Runs git to its end, and sets *exit_code. Appends git's stderr to `said`, unless r->show is
 * set. */
vv_status vv_git_run(const vv_git_call *r, vv_buf *said, int *exit_code, vv_error *err);

/* Starts git with pipes to its stdin and stdout, and drops its stderr. End git with vv_child_stop. */
vv_status vv_git_talk(vv_child *out, const vv_git_call *r, vv_error *err);
#define VV_GIT_ASK_MAX 4096u /* bytes; see vv_git_ask */

/* Writes a question to git's stdin, and appends git's answer to `answer`: all output up to the
 * ends-th occurrence of the character `end`. A question with several parts must have less than
 * VV_GIT_ASK_MAX bytes, to fit into any pipe's buffer, and git must not wait for more input before
 * it answers. */
vv_status vv_git_ask(vv_child *git, const vv_buf *question, char end, size_t ends, vv_buf *answer,
		     vv_error *err);

/* Like vv_git_run, but fails if the exit code is not 0. The message has the lines of git and the
 * host: "<what>: git says: <line>; <line>". VV_EREFUSED: the host refused. VV_ENOTFOUND: no such
 * repository. VV_EIO: any other failure. */
vv_status vv_git_must(const vv_git_call *r, const char *what, vv_error *err);

/* Sets err from `said`, git's stderr, as vv_git_must does, and returns its code. Leaves out the
 * lines of vv_git_remote_lines, which the caller reports. */
vv_status vv_git_explain(const char *what, const vv_buf *said, int exit_code, vv_error *err);

/* Adds "No space left on device" and its hint to err, a failure of git, if the disk of dir, of the
 * Git folder or of the work tree is full; git often does not report a full disk. r and dir may be
 * NULL. Returns err->code. */
vv_status vv_git_name_disk(const vv_repository *r, const char *dir, vv_error *err);

/* Appends the lines "remote: ..." of `said`, which the host sent for people, to out, without this
 * prefix. */
void vv_git_remote_lines(const vv_buf *said, vv_buf *out);

#endif
