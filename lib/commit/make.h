/*
 * make: commits the index, or some paths.
 *
 * Paths are staged first, then checked; then git makes the commit, with its hooks, message, identity and signature. For the
 * library's transactions, which are small and many, libgit2 makes it.
 *
 *	vv_commit_job j = {.repo = repo, .writer = writer, .git = words};
 *
 *	rc = vv_commit_stage(&j, err);      with paths, or all: j.added
 *	rc = vv_commit_make(&j, err);       j.made, j.nothing, j.id, j.changes, j.status
 *	vv_commit_job_clear(&j);
 */
#ifndef VV_LIB_COMMIT_MAKE_H
#define VV_LIB_COMMIT_MAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/table/dataset_writer.h"
#include "lib/status/changes.h"
#include "lib/worktree/add_report.h"
#include "lib/worktree/way_back.h"
#include "repo/git/history/commit.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

#define VV_COMMIT_WORDS 24u

typedef struct vv_commit_job {
	vv_repository *repo; /* borrowed, both */
	vv_dataset_writer *writer;
	vv_pathspec *paths; /* only these, as the work tree has them; NULL: the index */
	bool all;           /* changed and removed files are staged first */
	bool amend, allow_empty;
	bool no_check;      /* of varve.json */
	bool dry_run;       /* only find out what would be committed */
	bool facts, groups; /* of the changes, as vv_changes_options have them */
	/* Options of git commit, at most VV_COMMIT_WORDS, NULL-ended. git has our stdin, stdout and stderr. NULL: libgit2 makes the commit, of the following. */
	const char *const *git;
	const char *const *git_env; /* "NAME=value" besides, for git; NULL-ended; or NULL */
	const char *dir;            /* where paths in these count from; NULL: the work tree's top */
	bool no_hooks;
	const char *message;
	/* As vv_commit_options have them. */
	const char *author;
	int64_t author_time;
	int author_offset_min;
	bool author_time_set, both_times;
	/* the required HEAD, null: unborn; NULL: HEAD at the beginning */
	const vv_oid *expect;
	vv_way_back **back; /* NULL, or the way back of the staged changes, closed when the commit
			     * exists */
	/* Out: */
	vv_add_report added; /* what vv_commit_stage did */
	bool made;           /* the branch has moved, even if an error came after it */
	bool nothing;        /* there was nothing to commit */
	vv_oid id;
	vv_changes changes; /* the committed changes, or those that would be */
	/* when nothing was committed (nothing, dry_run): the whole, with facts */
	vv_changes status;
	vv_commit commit; /* made by git */
	bool other;       /* a hook changed the index: the commit differs from changes */
	vv_oid *parents;
	size_t parent_count;
	/* Its own: */
	vv_index *index;  /* read only after the pre-commit hook */
	vv_oid base;      /* HEAD; null: unborn */
	char **described; /* tables that a staged datapackage.json changed */
	size_t described_count;
	vv_index_copy index_before; /* restored if no commit is made */
} vv_commit_job;

/* Stages the work tree's content of paths, or with `all` of every tracked file. Does nothing without
 * either, or in a dry run. VV_ECONFLICT: paths have conflicts, which staging would resolve unseen. */
vv_status vv_commit_stage(vv_commit_job *j, vv_error *err);

/* Makes the commit; notes and progress are sent to the repository's listener. VV_OK also if nothing is to be
 * committed. On failure, unless j->made, the index is as before vv_commit_stage. VV_ECONFLICT: conflicts, an empty
 * message, a failing hook or check, or HEAD moved. VV_EREFUSED: git refuses for another reason. Changes that a
 * pre-commit hook stages are committed unchecked. */
vv_status vv_commit_make(vv_commit_job *j, vv_error *err);

void vv_commit_job_clear(vv_commit_job *j);
VV_AUTO_CLEAR(vv_commit_job, vv_commit_job_clear)

#endif
