/*
 * by_git: git run for a verb that writes files of the work tree, and the tables that it does not write.
 *
 * git has tables up to VV_RUNNER_SMUDGE_MAX from our filter. A larger one gets its pointer from git and is written here: made
 * before git runs, with the help of the file that exists, and put in place of the pointer if that is what git
 * wrote; otherwise the path was skipped, or edited, and stays. The last copy of a version is stored first (last_copy.h). A git that
 * fails, or is killed, is undone (interrupted.h).
 *
 *	vv_auto(vv_by_git) b = {.git = {.repo = repo, .args = args, .what = "the switch to 'spring'", .from = head, .to = target},
 *				.reader = reader};
 *	rc = vv_by_git_expect_all(&b, err);
 *	rc = vv_by_git_run(&b, "not switched", err);
 */
#ifndef VV_LIB_WORKTREE_BY_GIT_H
#define VV_LIB_WORKTREE_BY_GIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/table/dataset_reader.h"
#include "lib/worktree/way_back.h"
#include "repo/git/tree.h"
#include "repo/git/verb/runner.h"

typedef struct vv_by_git {
	vv_runner git;             /* as of vv_runner_run */
	vv_dataset_reader *reader; /* borrowed */
	bool must; /* blocks that cannot be had are a failure, before anything is changed; else the pointer stays */
	bool quiet; /* drops git's output on success */
	/* "the merge would overwrite them; ...": files that are in the way are named here, all; NULL: by git */
	const char *would;
	bool here_only; /* does not fetch blocks; git then needs VV_RUNNER_HERE_ONLY in its environment */
	bool keep;     /* the note stays, for the remaining steps */
	bool stops;    /* git may end with 1, with something under way or in conflict */
	size_t tables; /* how many are to come */
	bool lacking;  /* afterwards: the blocks of a table that belongs there could not be had */
	size_t placed; /* tables that took the place of their pointers */
	bool stopped;  /* afterwards: with stops, it did so */
	/* Its own: */
	size_t missing;        /* tables that are to be reported */
	vv_buf names;          /* of the first of these */
	struct coming *coming; /* the expected tables and files */
	size_t count, cap;
	vv_index *index;
	struct vv_needed *needed;
} vv_by_git;

/* git will change the path from the index's version to this one (mode 0: removes it). VV_EREFUSED: the file is the last copy
 * of a version; VV_EMISSING, with must. */
vv_status vv_by_git_expect(vv_by_git *b, const char *path, uint32_t mode, const vv_oid *id,
			   vv_error *err);
/* All paths that differ between git.from and git.to. VV_EREFUSED: a file is the last copy of a version; VV_EMISSING, with must. */
vv_status vv_by_git_expect_all(vv_by_git *b, vv_error *err);

/* VV_EREFUSED: git refused, in its words, and nothing has changed. */
vv_status vv_by_git_run(vv_by_git *b, const char *refused, vv_error *err);

/* Without a run of git: tables that are expected, and whose pointer the work tree has. */
vv_status vv_by_git_place(vv_by_git *b, vv_error *err);
/* The same of each table of the index. */
vv_status vv_by_git_place_all(vv_by_git *b, vv_error *err);

/* If a step after git failed: undoes everything and removes the note. Returns rc; if undoing fails, its error is
 * noted, and the note stays. */
vv_status vv_by_git_undo(vv_by_git *b, vv_status rc);

/* Undoes or completes the work of a killed varve, with a note; does nothing if none was killed. The caller has the turn.
 * command: the running one, with its option; NULL: another one. VV_EREFUSED: a different command was interrupted, which can
 * only be completed. was: the note's command, or "". */
vv_status vv_by_git_recover(vv_repository *r, const char *command, vv_recovered *out, char was[32],
			    vv_error *err);
#define VV_BY_GIT_QUIT "restore --quit" /* abandons it */
/* Only notes that there is work left. */
void vv_by_git_tell(vv_repository *r);

void vv_by_git_clear(vv_by_git *b);
VV_AUTO_CLEAR(vv_by_git, vv_by_git_clear)

#endif
