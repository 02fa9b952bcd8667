/*
 * by_git: runs git for a command that writes files of the work tree, and writes the tables that
 * git does not write.
 *
 * git gets tables up to VV_RUNNER_SMUDGE_MAX from varve's filter. For a larger table git writes
 * the pointer, and varve the table: it is made before git runs, with the help of the existing
 * file, and replaces the pointer if git wrote that. Otherwise git skipped the path, or the user
 * edited it, and the file stays. If the file is the last copy of a version, that version is stored
 * first (last_copy.h). If git fails or is killed, its work is undone (interrupted.h).
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
#include "lib/tables/dataset_reader.h"
#include "lib/worktree/way_back.h"
#include "repo/git/tree.h"
#include "repo/git/verb/runner.h"

typedef struct vv_by_git {
	vv_runner git;             /* as for vv_runner_run */
	vv_dataset_reader *reader; /* borrowed */
	/* unavailable blocks are a failure, before anything is changed; else the pointer stays */
	bool must;
	bool quiet; /* discard git's output on success */
	/* the message for files that are in the way: "the merge would overwrite them; ..."; all
	 * of them are named. NULL: git's own message */
	const char *would;
	/* do not fetch blocks; git then needs VV_RUNNER_HERE_ONLY in its environment */
	bool here_only;
	bool keep;     /* keep the note for the caller's next steps */
	bool stops;    /* git may exit with 1, with an operation in progress or conflicts */
	size_t tables; /* number of expected tables */
	bool lacking;  /* afterwards: blocks of an expected table were not available */
	size_t placed; /* number of tables that replaced their pointers */
	bool stopped;  /* afterwards: with stops, git exited with 1 */
	/* Its own: */
	size_t missing;        /* number of missing tables to report */
	vv_buf names;          /* names of the first missing tables */
	struct coming *coming; /* the expected tables and files */
	size_t count, cap;
	vv_index *index;
	struct vv_needed *needed;
} vv_by_git;

/* Declares that git will change the path from the index's version to this one (mode 0: will
 * remove it). VV_EREFUSED: the file is the last copy of a version; VV_EMISSING: with must. */
vv_status vv_by_git_expect(vv_by_git *b, const char *path, uint32_t mode, const vv_oid *id,
			   vv_error *err);
/* Declares all paths that differ between git.from and git.to, as vv_by_git_expect. VV_EREFUSED:
 * a file is the last copy of a version; VV_EMISSING: with must. */
vv_status vv_by_git_expect_all(vv_by_git *b, vv_error *err);

/* Runs git, then writes the expected tables. VV_EREFUSED: git refused, and nothing has changed;
 * err has git's message. */
vv_status vv_by_git_run(vv_by_git *b, const char *refused, vv_error *err);

/* Writes expected tables whose pointer is in the work tree, without running git. */
vv_status vv_by_git_place(vv_by_git *b, vv_error *err);
/* Writes each table of the index whose pointer is in the work tree. */
vv_status vv_by_git_place_all(vv_by_git *b, vv_error *err);

/* If a step after git failed: undoes everything and removes the note. Returns rc; if undoing fails, its error is
 * noted, and the note stays. */
vv_status vv_by_git_undo(vv_by_git *b, vv_status rc);

/* Undoes or completes the work of a killed varve, and prints a note; does nothing if no command
 * was interrupted. The caller must have the turn. command: the running command, with its option;
 * NULL: any other command. VV_EREFUSED: a different command was interrupted, which can only be
 * completed. was: the interrupted command, or "". */
vv_status vv_by_git_recover(vv_repository *r, const char *command, vv_recovered *out, char was[32],
			    vv_error *err);
#define VV_BY_GIT_QUIT "restore --quit" /* abandons the interrupted command */
/* Only prints a note if an interrupted command is unfinished. */
void vv_by_git_tell(vv_repository *r);

void vv_by_git_clear(vv_by_git *b);
VV_AUTO_CLEAR(vv_by_git, vv_by_git_clear)

#endif
