/*
 * make: a commit of the index, or of some paths.
 *
 * What is staged comes first, then the checks; then git makes the commit, with its hooks, message, identity and signature; or, for
 * the library's transactions, which are small and many, libgit2 and we do.
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
	/* what HEAD must be, null: unborn; NULL: what it is when the commit is begun */
	const vv_oid *expect;
	vv_way_back **back; /* NULL, or: of what was staged, closed once the commit is there */
	/* Out: */
	vv_add_report added; /* what vv_commit_stage did */
	bool made;           /* the branch has moved, even where an error came after it */
	bool nothing;        /* there was nothing to commit */
	vv_oid id;
	vv_changes changes; /* what was committed, or would be */
	/* when nothing was committed (nothing, dry_run): the whole, with facts */
	vv_changes status;
	vv_commit commit; /* made by git */
	bool other;       /* a hook changed what was staged: changes are not what was committed */
	vv_oid *parents;
	size_t parent_count;
	/* Its own: */
	vv_index *index;  /* read only after the pre-commit hook */
	vv_oid base;      /* HEAD; null: unborn */
	char **described; /* tables that a staged datapackage.json changed */
	size_t described_count;
	vv_index_copy index_before; /* put back when there is no commit */
} vv_commit_job;

/* Stages what the work tree has of paths, or with all of every tracked file. Nothing where neither
 * is requested, and in a dry run. VV_ECONFLICT: there are conflicts, which that would settle unseen. */
vv_status vv_commit_stage(vv_commit_job *j, vv_error *err);

/* Makes the commit; notes and progress go to who listens to the repository. VV_OK also when there is
 * nothing to commit. On failure, unless j->made, the index is as it was before vv_commit_stage.
 * VV_ECONFLICT: conflicts, an empty message, a hook or check that refuses, or HEAD moved. VV_EREFUSED: git says no for
 * another reason. What a pre-commit hook stages is committed as it is, and not checked. */
vv_status vv_commit_make(vv_commit_job *j, vv_error *err);

void vv_commit_job_clear(vv_commit_job *j);
VV_AUTO_CLEAR(vv_commit_job, vv_commit_job_clear)

#endif
