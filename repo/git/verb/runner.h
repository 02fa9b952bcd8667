/*
 * runner: the program git, run for a verb of ours that changes HEAD, index, refs or the work tree.
 *
 * git runs in the work tree, as the user would start it there, with the turn (write_turn.h) passed on, so that varve in a
 * hook does not wait for us. If another program has index.lock, waits for it. With `what` a note is written first (later.h);
 * the caller drops it when the rest is done, too. git ends with us, by a signal on which it removes its locks; the locks of
 * a killed git are removed here.
 *
 * git buffers a filter's whole output in memory, so tables over VV_RUNNER_SMUDGE_MAX are left as pointers: our filter finds
 * the Git folder in VARVE_BY_GIT, during the turn. It applies to hooks of this folder, too, not to other repositories. Time
 * and memory of git itself have no limit of ours, since hooks and editors run below it.
 *
 *	vv_auto(vv_runner) git = {.repo = repo, .args = args, .what = "the switch to 'spring'", .from = head, .to = target};
 *
 *	rc = vv_runner_run(&git, err); VV_OK also if git's exit code is not 0: git.code
 *	if (rc == VV_OK && git.code != 0) rc = vv_runner_fail(&git, "not switched", err);
 *	vv_runner_tell(&git); the stderr of git and its hooks, to the notes
 *	... rc = vv_later_drop(repo, err);
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

#define VV_RUNNER_SMUDGE_MAX ((uint64_t)32 << 20)

typedef struct vv_runner {
	vv_repository *repo;
	const char *const *args; /* after "git"; NULL-ended, fewer than VV_GIT_ARGS_MAX */
	const char *const *more; /* "NAME=value" besides; NULL-ended; or NULL */
	const char *dir;         /* where relative paths count from; NULL: the work tree's top */
	const void *input;
	size_t len;
	bool terminal; /* no input: git, its hooks and editors have our stdin, stdout and stderr, and nothing is collected */
	/* For the note, see vv_later. what NULL: no note, for changes that git makes in one step. */
	const char *what;
	vv_oid from, to;
	const char *ref;
	vv_oid ref_old;
	const char *command;
	bool discards;
	bool locks;
	bool undoes; /* it needs no objects but those that exist: none that wait are written */
	/* Afterwards: */
	vv_buf output, said; /* its stdout, its stderr */
	int code;            /* -1: it was killed or not started */
	bool begun;
	vv_later note;
} vv_runner;

/* The first part of the run, which may come alone before it: waits for index.lock, and writes the note. */
vv_status vv_runner_begin(vv_runner *r, vv_error *err);
/* The paths that differ from HEAD, in index or work tree, to note.changed. git refreshes the index as it looks. */
vv_status vv_runner_list_changed(vv_runner *r, vv_error *err);
/* VV_ELOCKED: another program kept index.lock for too long. VV_EPROGRAM: git is not installed. */
vv_status vv_runner_run(vv_runner *r, vv_error *err);

/* rc is the status of later work: if git did its work, adds that to the failure's message. */
vv_status vv_runner_later(const vv_runner *r, vv_status rc, vv_error *err);

/* Syncs the folders, HEAD and the branch that git changed: git itself does not sync folders or HEAD. */
vv_status vv_runner_settle(const vv_runner *r, vv_error *err);

/* A whole verb that only git performs: runs it, drops its note, and reports git's output. VV_EREFUSED as
 * vv_runner_fail. */
vv_status vv_runner_run_whole(vv_runner *r, const char *refused, vv_error *err);

/* Words a failure as git does, escaped: files that it lists go to the notes, its last line is the message (refused, where
 * there is none), its advice the hint. VV_EREFUSED. */
vv_status vv_runner_fail(const vv_runner *r, const char *refused, vv_error *err);
/* As vv_git_name_disk. */
vv_status vv_runner_name_disk(const vv_runner *r, vv_error *err);
/* Its lines, escaped, to the notes. */
void vv_runner_tell(const vv_runner *r);
void vv_runner_clear(vv_runner *r);
VV_AUTO_CLEAR(vv_runner, vv_runner_clear)

/* For the filter: does a varve run the git that runs it? That one words its failures as it does git's. */
bool vv_runner_is_above(const vv_env *env);
/* For the filter: does its git's environment have this? Then no peer is asked for missing blocks; the varve that runs git
 * reports them. */
#define VV_RUNNER_HERE_ONLY "VARVE_HERE_ONLY=1"
bool vv_runner_is_here_only(const vv_env *env);
/* For the filter: the size in bytes above which tables stay pointers, if a varve of this Git folder started git and
 * waits for it; else UINT64_MAX. */
uint64_t vv_runner_smudge_max(const vv_repository *r);

#endif
