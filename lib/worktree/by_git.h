/*
 * by_git: runs git for a command that writes files of the work tree, and writes the tables for
 * which git writes only pointers.
 *
 * git receives tables of up to VV_RUNNER_SMUDGE_MAX bytes from varve's filter. For a larger table,
 * git writes the pointer. Before git runs, varve makes a temporary file with the table, using parts
 * of the existing file. After git has run, varve replaces the pointer with this file. If git has
 * not written the pointer, because git skipped the path or the user edited the file, the file is
 * not changed. If the existing file is the last copy of a version, that version is stored first
 * (last_copy.h). If git fails or is killed, the changes that git has made are undone
 * (interrupted.h).
 *
 *	vv_auto(vv_by_git) b = {.git = {.repo = repo, .args = args, .from = head, .to = target,
 *				.what = "the switch to 'spring'"}, .reader = reader};
 *
 *	rc = vv_by_git_expect_all(&b, err);
 *	if (rc == VV_OK) rc = vv_by_git_run(&b, "not switched", err);
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

/* One value = one run of git: its options and its result. */
typedef struct vv_by_git {
	vv_runner git;             /* options for vv_runner_run */
	vv_dataset_reader *reader; /* borrowed */
	/* fail if blocks are unavailable, before anything is changed; false: leave the pointer in
	 * the work tree */
	bool must;
	/* fail likewise for versions whose rows cannot be fetched either. VV_GAP_EXPIRED: for expired ones;
	 * VV_GAP_LOST: also for lost ones */
	vv_gap refuses;
	bool quiet; /* discard git's output on success */
	/* the message about files that git would overwrite, such as "the merge would
	 * overwrite these files"; their names are sent before, as notes. NULL: git's own
	 * message */
	const char *would;
	/* do not fetch blocks; git then needs VV_RUNNER_HERE_ONLY in its environment */
	bool here_only;
	/* do not remove the note (the record of the command for its recovery,
	 * interrupted.h), because the caller has further steps */
	bool keep;
	/* an exit of git with 1 is not a failure: an operation is in progress, or there are
	 * conflicts */
	bool stops;
	size_t tables; /* result: number of expected tables */
	bool lacking;  /* result: blocks of an expected table were not available */
	const char *
		gap; /* result: path of the version for which `must` or `refuses` failed; borrowed */
	size_t placed; /* result: number of tables that replaced their pointers */
	bool stopped;  /* result, if `stops` is set: git exited with 1 */
	/* Private: */
	size_t missing;        /* number of missing tables to report */
	vv_buf names;          /* names of the first missing tables */
	size_t named;          /* their number */
	struct coming *coming; /* the expected tables and files */
	size_t count, cap;
	vv_index *index;
	struct vv_needed *needed; /* fetches missing versions (lib/sync/needed.h) */
} vv_by_git;

/* Adds `path` to the expected paths: git will change the path from the index's version to the
 * version with the blob *id and `mode`, or, if mode is 0, remove it. Prepares the file of a large
 * table. VV_EREFUSED: the file is the last copy of a version that cannot be stored. VV_EMISSING,
 * only if b->must or b->refuses is set: blocks are unavailable. */
vv_status vv_by_git_expect(vv_by_git *b, const char *path, uint32_t mode, const vv_oid *id,
			   vv_error *err);
/* Calls vv_by_git_expect for all paths that differ between git.from and git.to. Fails as
 * vv_by_git_expect does. */
vv_status vv_by_git_expect_all(vv_by_git *b, vv_error *err);

/* Runs 'git update-index --refresh', in a step of its own ahead of b's git: for git read-tree, files
 * whose metadata the index does not have are changed, as after a copy of the folder. Fails as
 * vv_by_git_run does. */
vv_status vv_by_git_refresh_index(const vv_by_git *b, const char *refused, vv_error *err);

/* Runs git, and then writes the expected tables. VV_EREFUSED: git refused, and nothing has changed;
 * err has git's message. refused: the words for a refusal in messages, such as "not switched". */
vv_status vv_by_git_run(vv_by_git *b, const char *refused, vv_error *err);

/* Writes expected tables whose pointer is in the work tree, without running git. */
vv_status vv_by_git_place(vv_by_git *b, vv_error *err);
/* Writes each table of the index whose pointer is in the work tree. */
vv_status vv_by_git_place_all(vv_by_git *b, vv_error *err);

/* Undoes everything that git has changed, and removes the note. Call this if a step after git has
 * failed with rc. If undoing fails, reports that error to the repository's listener
 * (vv_repository_notes), and does not remove the note. Returns rc. */
vv_status vv_by_git_undo(vv_by_git *b, vv_status rc);

/* Undoes or completes the work of a killed varve command, sends a notice, and sets *out to the
 * result. If no command was interrupted, sets *out to VV_RECOVERED_NOTHING, and does nothing else.
 * The caller must hold the lock for writers (the turn, repo/git/write_turn.h). command: the command
 * that is running, such as "merge --abort", or VV_BY_GIT_QUIT; NULL: any other command. Otherwise
 * sets `was` to the interrupted command, or to "" if the note does not name one. VV_EREFUSED: the
 * interrupted command cannot be undone, so only the same command can complete it, or VV_BY_GIT_QUIT
 * can abandon it. */
vv_status vv_by_git_recover(vv_repository *r, const char *command, vv_recovered *out, char was[32],
			    vv_error *err);
#define VV_BY_GIT_QUIT "restore --quit" /* the command that abandons an interrupted command */
/* Sends a notice if an interrupted command is unfinished. Changes nothing. */
void vv_by_git_tell(vv_repository *r);

void vv_by_git_clear(vv_by_git *b);
VV_AUTO_CLEAR(vv_by_git, vv_by_git_clear)

#endif
