/*
 * run_git: runs the program git. git connects to hosts with the user's settings: credentials,
 * proxies, ssh, URL rewriting.
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
/* The memory limit of each process, in bytes, if vv_git_call.files is set; an object of 128 MB
 * needs 3 times its size. */
#define VV_GIT_FILES_MEMORY ((uint64_t)512 << 20)
/* The memory limit of each process of git that requests refs from a host, and of one that fetches: answers
 * that unpack to gigabytes end git, not this machine. */
#define VV_GIT_REFS_MEMORY ((uint64_t)512 << 20)
#define VV_GIT_FETCH_MEMORY ((uint64_t)4 << 30)

/* The arguments and options of one run of git. Zeroed members are the defaults. */
typedef struct vv_git_call {
	const char *const
		*args;       /* arguments after "git", ended by NULL; fewer than VV_GIT_ARGS_MAX */
	vv_repository *repo; /* repository to run in; NULL: outside of any repository */
	/* A bare repository without settings that varve made; git runs in it instead of in repo.
	 * git gets the settings of repo that concern hosts. The remote "host" has the URLs
	 * below. */
	const char *scratch;
	/* With scratch: the URLs of the remote "host". Without scratch: url is the complete form of
	 * a URL that args contain without its secret (vv_text_put_bare_url). Secrets in the URLs
	 * never appear on a command line: git gets them from varve's credential helper. Both may be
	 * NULL. */
	const char *url, *push_url;
	/* url is where git connects: the settings url.*.insteadOf and url.*.pushInsteadOf have been
	 * applied to it, and are not applied again */
	bool exact;
	/* With scratch: the remote "host" gets the settings of the remote with this name. Without
	 * scratch: args contain this name instead of url. May be NULL. */
	const char *remote;
	/* run git in the work tree of repo, as a user would; git gets SIGTERM if varve ends before
	 * it */
	bool in_worktree;
	/* git waits until what it writes is on the disk (core.fsync=all, git 2.36 or later); for
	 * every git that changes the user's repository */
	bool durable;
	const char *dir; /* folder to which relative paths refer; NULL: the current folder */
	/* the environment if repo is NULL; else the environment of repo is used */
	const vv_env *env;
	const char *const *more; /* additional variables "NAME=value", ended by NULL; may be NULL */
	/* git gives up after this number of seconds without data from a web or git:// host; 0:
	 * git's default */
	unsigned idle_sec;
	/* time limit in seconds for a git:// host to send its refs, and for ssh to connect, if
	 * idle_sec is set; 0: idle_sec, but at most 10 */
	unsigned first_sec;
	/* url is a folder of files on a web server: limit git's memory to VV_GIT_FILES_MEMORY,
	 * since git reads complete lists of the server into memory */
	bool files;
	const void *input; /* bytes for git's stdin */
	size_t len;
	bool terminal;  /* git inherits stdin, stdout and stderr */
	vv_buf *output; /* stdout is appended; NULL: stdout is dropped */
	/* for vv_git_run: is called when git has started; may be NULL */
	void (*started)(void *payload, pid_t pid);
	void *started_payload;
	/* git writes to varve's stderr; error messages do not have git's lines */
	bool show;
	/* *dumb is set to true if the host is a plain web server, which serves files without git's
	 * protocol ("dumb HTTP"), else to false. Only for calls that request refs and do not set
	 * `show`. May be NULL. */
	bool *dumb;
} vv_git_call;

/* A value for `more` with which git takes paths literally, not as patterns. It also unsets the
 * other modes of patterns (GIT_GLOB_PATHSPECS ...), since git refuses two modes. */
extern const char *const vv_git_literal[];

/* Appends a variable "NAME=value" for `more` to out, with which git also reads the objects in the
 * folder `objects`. The folders that env already names stay. */
void vv_git_put_alternates(vv_buf *out, const vv_env *env, const char *objects);

/* Sets *out to env without the variables that select a repository or its objects, to open another
 * repository. git sets them for hooks and drivers. The caller frees *out with vv_env_free. */
vv_status vv_git_env_elsewhere(vv_env **out, const vv_env *env, vv_error *err);

/* Runs git to its end, and sets *exit_code (128 + the number of the signal, if a signal ended git).
 * Appends git's stderr to `said`, unless r->show or r->terminal is set. VV_EPROGRAM: git is not
 * installed. VV_EIO: the host was silent for too long. */
vv_status vv_git_run(const vv_git_call *r, vv_buf *said, int *exit_code, vv_error *err);

/* Starts git with pipes to its stdin and stdout, and drops its stderr. The caller ends git with
 * vv_child_stop. */
vv_status vv_git_talk(vv_child *out, const vv_git_call *r, vv_error *err);
#define VV_GIT_ASK_MAX 4096u /* bytes; see vv_git_ask */

/* Writes a question to git's stdin, and appends git's answer to `answer`: all output up to the
 * ends-th occurrence of the character `end`. A question with several parts must have less than
 * VV_GIT_ASK_MAX bytes, so that it fits into any pipe's buffer. git must be able to answer without
 * more input. VV_EIO: git ended before it answered. */
vv_status vv_git_ask(vv_child *git, const vv_buf *question, char end, size_t ends, vv_buf *answer,
		     vv_error *err);

/* Like vv_git_run, but fails if the exit code is not 0. The message has the lines of git and of the
 * host: "<what>: git says: <line>; <line>". The code is chosen by the words of these lines.
 * VV_EREFUSED: the host refused; err->login is set if the login failed. VV_ENOTFOUND: no such host
 * or repository. VV_EIO: any other failure of git. */
vv_status vv_git_must(const vv_git_call *r, const char *what, vv_error *err);

/* Sets err from `said`, git's stderr, as vv_git_must does, and returns its code. Omits the lines of
 * vv_git_remote_lines, which the caller reports, unless there are no other lines. */
vv_status vv_git_explain(const char *what, const vv_buf *said, int exit_code, vv_error *err);

/* If the disk of dir, of the Git folder or of the work tree is full, adds "No space left on device"
 * and its hint to err, which has a failure of git: git often does not report a full disk. r and dir
 * may be NULL, err may not. Returns err->code. */
vv_status vv_git_name_disk(const vv_repository *r, const char *dir, vv_error *err);

/* Appends the lines "remote: ..." of `said` to out, without this prefix and without secrets of
 * URLs. The host sent these lines for the user. */
void vv_git_remote_lines(const vv_buf *said, vv_buf *out);

#endif
