/*
 * make: commits the index, or some paths.
 *
 * Paths are staged first, then checked; then git makes the commit, with its hooks, message,
 * identity and signature. Commits of the library's transactions, which are small and many, are
 * made by libgit2.
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
#include "lib/status/changes.h"
#include "lib/tables/dataset_writer.h"
#include "lib/worktree/add_report.h"
#include "lib/worktree/way_back.h"
#include "repo/git/history/commit.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

#define VV_COMMIT_WORDS 24u

typedef struct vv_commit_job {
	vv_repository *repo; /* repo and writer are borrowed */
	vv_dataset_writer *writer;
	/* commit only these paths, with the work tree's content; NULL: commit the index */
	vv_pathspec *paths;
	bool all; /* stage changed and removed files first */
	bool amend, allow_empty;
	bool no_check;      /* do not run the checks of varve.json */
	bool dry_run;       /* only find out what would be committed */
	bool facts, groups; /* facts of the changes to find out, as in vv_changes_options */
	/* Options of git commit, at most VV_COMMIT_WORDS, NULL-ended. git inherits stdin, stdout
	 * and stderr. NULL: libgit2 makes the commit, with the members below */
	const char *const *git;
	/* additional environment of git: "NAME=value", NULL-ended; or NULL */
	const char *const *git_env;
	/* folder that paths in git's options are relative to; NULL: the work tree's top */
	const char *dir;
	bool no_hooks;
	const char *message;
	/* as in vv_commit_options */
	const char *author;
	int64_t author_time;
	int author_offset_min;
	bool author_time_set, both_times;
	/* the commit that HEAD must have; a null id: HEAD must be unborn; NULL: HEAD at the
	 * beginning */
	const vv_oid *expect;
	/* the way back of the staged changes, which is closed once the commit exists; or NULL */
	vv_way_back **back;
	/* Out: */
	vv_add_report added; /* the result of vv_commit_stage */
	bool made;           /* the branch has moved, even if an error followed */
	bool nothing;        /* there was nothing to commit */
	vv_oid id;
	vv_changes changes; /* the committed changes, or those that would be */
	/* if nothing was committed (nothing, dry_run): the full status, with facts */
	vv_changes status;
	vv_commit commit; /* the commit that git made */
	bool other;       /* a hook changed the index: the commit differs from changes */
	vv_oid *parents;
	size_t parent_count;
	/* Its own: */
	vv_index *index;  /* read only after the pre-commit hook */
	vv_oid base;      /* HEAD; null: unborn */
	char **described; /* tables whose description a staged datapackage.json changed */
	size_t described_count;
	vv_index_copy index_before; /* restored if no commit is made */
} vv_commit_job;

/* Stages the work tree's content of paths, or, with `all`, of every tracked file. Does nothing
 * without paths and `all`, or in a dry run. VV_ECONFLICT: paths have conflicts, which staging
 * would resolve silently. */
vv_status vv_commit_stage(vv_commit_job *j, vv_error *err);

/* Makes the commit; notes and progress are sent to the repository's listener. VV_OK also if nothing is to be
 * committed. On failure, unless j->made, the index is as before vv_commit_stage. VV_ECONFLICT: conflicts, an empty
 * message, a failing hook or check, or HEAD moved. VV_EREFUSED: git refuses for another reason. Changes that a
 * pre-commit hook stages are committed unchecked. */
vv_status vv_commit_make(vv_commit_job *j, vv_error *err);

void vv_commit_job_clear(vv_commit_job *j);
VV_AUTO_CLEAR(vv_commit_job, vv_commit_job_clear)

#endif
