/*
 * runner: runs git for a command of varve that changes HEAD, index, refs or the work tree.
 *
 * git runs in the work tree, as if the user had started it. git shares this process's turn
 * (write_turn.h), so that a varve in a hook does not wait for this process. The runner first waits
 * while another program holds index.lock. If `what` is set, the runner then writes a note (later.h)
 * and starts git; the caller drops the note when its own work is done. If this process is killed,
 * git gets SIGTERM, removes its locks and ends. If git is killed, the runner removes git's locks.
 *
 * git buffers the whole output of a filter in memory. Therefore varve's filter does not write a
 * table over VV_RUNNER_SMUDGE_MAX: the file has the pointer, and the runner's caller writes the
 * table later. The filter knows from the variable VARVE_BY_GIT, which has the path of the Git
 * folder, that a runner started git. The limit thus applies in hooks of this repository, too, but
 * not in other repositories. Time and memory of git are not limited, since git runs hooks and
 * editors.
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
	/* git, its hooks and editors use this process's stdin, stdout and stderr; input is ignored,
	 * and output and said are empty */
	bool terminal;
	/* The members of the note, as in vv_later. If `what` is NULL, no note is written; that is
	 * for changes that git makes in one step. */
	const char *what;
	vv_oid from, to;
	const char *ref;
	vv_oid ref_old;
	const char *command;
	bool discards;
	bool locks;
	/* git does not need staged objects: do not write them before it runs */
	bool undoes;
	/* Set by vv_runner_run: */
	vv_buf output, said; /* git's stdout and stderr */
	/* git's exit code; 128 + the signal's number if git was killed; -1: git was not started */
	int code;
	bool begun;    /* vv_runner_begin has succeeded */
	vv_later note; /* the written note */
} vv_runner;

/* Waits until no other program has locked the index, with the usual time-out. VV_ELOCKED: one still
 * has it. */
vv_status vv_runner_wait_for_index(vv_repository *repo, vv_error *err);
/* Writes staged objects, waits for index.lock, and writes the note. vv_runner_run calls this first;
 * a caller that needs the note earlier calls it before. VV_ELOCKED: as in vv_runner_run and
 * vv_later_write. */
vv_status vv_runner_begin(vv_runner *r, vv_error *err);
/* Appends the paths of tracked files that differ between HEAD, index and work tree to note.changed.
 * git refreshes the index. */
vv_status vv_runner_list_changed(vv_runner *r, vv_error *err);
/* Runs git, and sets the results in r. The status is VV_OK whatever git's exit code is. VV_ELOCKED:
 * another program held index.lock for too long. VV_EPROGRAM: git is not installed. */
vv_status vv_runner_run(vv_runner *r, vv_error *err);

/* Returns rc, the status of work that was done after git ended. If rc is an error although git's
 * exit code is 0, adds the prefix "git succeeded, but a later step failed" to err. */
vv_status vv_runner_later(const vv_runner *r, vv_status rc, vv_error *err);

/* Syncs what git changed and does not sync itself: the folders of Git's objects, and after that HEAD,
 * and the folder of its branch. The contents were synced by git (vv_git_call.durable). */
vv_status vv_runner_settle(const vv_runner *r, vv_error *err);

/* Runs git for a command that consists only of git: calls vv_runner_run, drops the note, and
 * reports git's stderr as notes. If git failed, sets err and returns the code as vv_runner_fail
 * does. */
vv_status vv_runner_run_whole(vv_runner *r, const char *refused, vv_error *err);

/* Sets err from git's stderr, escaped, for a git that failed. The message has git's lines with
 * "error:" and "fatal:"; if there are none, it begins with `refused`. The hint is the first line of
 * git's advice. Reports git's other lines, with at most 20 of the files that git lists, as notes.
 * Returns VV_EREFUSED, or the code of vv_runner_name_disk if the disk is full. */
vv_status vv_runner_fail(const vv_runner *r, const char *refused, vv_error *err);
/* Calls vv_git_name_disk with r's repository, which adds to err that the disk is full, if it is.
 * Returns err->code. */
vv_status vv_runner_name_disk(const vv_runner *r, vv_error *err);
/* Reports the lines of git's stderr, escaped, as notes. */
void vv_runner_tell(const vv_runner *r);
void vv_runner_clear(vv_runner *r);
VV_AUTO_CLEAR(vv_runner, vv_runner_clear)

/* For the filter: returns true if a runner started the git that runs the filter. The runner then
 * reports the filter's failures together with git's. */
bool vv_runner_is_above(const vv_env *env);
/* A variable for `more`; see vv_runner_is_here_only. */
#define VV_RUNNER_HERE_ONLY "VARVE_HERE_ONLY=1"

/* For the filter: returns true if VARVE_HERE_ONLY is set in env. The filter must then not fetch
 * missing blocks; the varve that runs git reports them. */
bool vv_runner_is_here_only(const vv_env *env);
/* For the filter: returns the size in bytes above which the filter leaves a pointer instead of a
 * table. It is VV_RUNNER_SMUDGE_MAX if a runner of this repository started git and waits for it,
 * else UINT64_MAX. */
uint64_t vv_runner_smudge_max(const vv_repository *r);

#endif
