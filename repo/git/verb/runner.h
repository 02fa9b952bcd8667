/*
 * runner: runs git for a command of varve that changes HEAD, index, refs or the work tree.
 *
 * git runs in the work tree, as if the user had started it. It shares the turn (write_turn.h), so
 * that a varve in a hook does not wait for this process. If another program holds index.lock, the
 * runner waits first. If `what` is set, the runner writes a note (later.h) before it starts git;
 * the caller drops the note when its own work is done. If this process is killed, git gets SIGTERM,
 * removes its locks and ends. If git is killed, the runner removes git's locks.
 *
 * git buffers the whole output of a filter in memory, so varve's filter leaves tables over
 * VV_RUNNER_SMUDGE_MAX as pointers, which the runner's caller writes later. The filter recognises a
 * git that was started by the runner by the variable VARVE_BY_GIT, which has the Git folder; so the
 * limit also applies in hooks of this repository, but not in other repositories. Time and memory of
 * git are not limited, since it runs hooks and editors.
 *
 * 	vv_auto(vv_runner) git = {.repo = repo, .args = args, .what = "the switch to 'spring'", .from = head, .to = target};
 *
 * 	rc = vv_runner_run(&git, err); VV_OK even if git's exit code git.code is not 0
 * 	if (rc == VV_OK && git.code != 0) rc = vv_runner_fail(&git, "not switched", err);
 * 	vv_runner_tell(&git); reports the stderr of git and its hooks as notes
 * 	... rc = vv_later_drop(repo, err);
 */
#ifndef VV_REPO_GIT_VERB_RUNNER_H
#define VV_REPO_GIT_VERB_RUNNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"
#include "repo/git/verb/later.h"

#define VV_RUNNER_SMUDGE_MAX ((uint64_t)32 << 20) /* bytes */

/* A run of git: its arguments, and then its results. */
typedef struct vv_runner {
	vv_repository *repo;
	/* arguments after "git", ended by NULL; fewer than VV_GIT_ARGS_MAX */
	const char *const *args;
	/* more environment variables "NAME=value", ended by NULL; may be NULL */
	const char *const *more;
	const char *dir;   /* the folder in which git runs; NULL: the top of the work tree */
	const void *input; /* git's stdin */
	size_t len;
	/* git, its hooks and editors use this process's stdin, stdout and stderr; input is not used, and output and
	 * said stay empty */
	bool terminal;
	/* The members of the note, as in vv_later. If `what` is NULL, no note is written: for
	 * changes that git makes in one step. */
	const char *what;
	vv_oid from, to;
	const char *ref;
	vv_oid ref_old;
	const char *command;
	bool discards;
	bool locks;
	/* do not write staged objects before git runs, because git does not need them */
	bool undoes;
	/* Set by vv_runner_run: */
	vv_buf output, said; /* git's stdout and stderr */
	int code;            /* git's exit code; -1: git was killed, or was not started */
	bool begun;          /* vv_runner_begin has succeeded */
	vv_later note;       /* the written note */
} vv_runner;

/* Waits for index.lock, and writes the note. vv_runner_run calls this, unless the caller has called
 * it before. */
vv_status vv_runner_begin(vv_runner *r, vv_error *err);
/* Appends the paths that differ between HEAD, index and work tree to note.changed. git refreshes the index. */
vv_status vv_runner_list_changed(vv_runner *r, vv_error *err);
/* Runs git. VV_ELOCKED: another program held index.lock for too long. VV_EPROGRAM: git is not installed. */
vv_status vv_runner_run(vv_runner *r, vv_error *err);

/* rc: the status of work that was done after git ended. If rc is an error, and git was successful,
 * adds the prefix "git succeeded, but a later step failed" to err. Returns rc. */
vv_status vv_runner_later(const vv_runner *r, vv_status rc, vv_error *err);

/* Syncs the folders, HEAD and the branch that git has changed, since git does not sync folders or HEAD. */
vv_status vv_runner_settle(const vv_runner *r, vv_error *err);

/* Runs git for a command that consists only of git: calls vv_runner_run, drops the note, and
 * reports git's output. VV_EREFUSED: git failed, with the error of vv_runner_fail. */
vv_status vv_runner_run_whole(vv_runner *r, const char *refused, vv_error *err);

/* Sets err from git's stderr, escaped. Reports the files listed by git as notes. The message is the
 * last line, or `refused` if git wrote no line; the hint is git's advice. Returns VV_EREFUSED. */
vv_status vv_runner_fail(const vv_runner *r, const char *refused, vv_error *err);
/* Calls vv_git_name_disk with r's repository: if the disk is full, adds this to err. Returns
 * err->code. */
vv_status vv_runner_name_disk(const vv_runner *r, vv_error *err);
/* Reports the lines of git's stderr, escaped, as notes. */
void vv_runner_tell(const vv_runner *r);
void vv_runner_clear(vv_runner *r);
VV_AUTO_CLEAR(vv_runner, vv_runner_clear)

/* Returns true, in the filter, if a runner started the git that runs the filter. The runner then
 * reports the filter's failures together with git's. */
bool vv_runner_is_above(const vv_env *env);
#define VV_RUNNER_HERE_ONLY "VARVE_HERE_ONLY=1"

/* Returns true, in the filter, if VARVE_HERE_ONLY is set in the environment: the filter must not
 * fetch missing blocks; the varve that runs git reports them. */
bool vv_runner_is_here_only(const vv_env *env);
/* Returns, in the filter, the size in bytes above which tables stay pointers: VV_RUNNER_SMUDGE_MAX
 * if a runner of this repository started git and waits for it, else UINT64_MAX. */
uint64_t vv_runner_smudge_max(const vv_repository *r);

#endif
