/*
 * make: commits the index, or some paths.
 *
 * Paths are staged first, and then checked. Then git makes the commit: it runs hooks, lets the user
 * edit the message, and signs as configured. For transactions of the library, whose commits are
 * small and many, libgit2 makes the commit.
 *
 *	vv_commit_job j = {.repo = repo, .writer = writer, .git = words};
 *
 *	rc = vv_commit_stage(&j, err);      sets j.added, if j.paths or j.all is set
 *	rc = vv_commit_make(&j, err);       sets j.made, j.nothing, j.id, j.changes, j.status
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

#define VV_COMMIT_WORDS 24u /* maximum number of options for git commit */

/* One value = one commit to make: its options and its result. */
typedef struct vv_commit_job {
	vv_repository *repo;       /* borrowed */
	vv_dataset_writer *writer; /* borrowed */
	/* commit only these paths, with the work tree's content; NULL: commit the index */
	vv_pathspec *paths;
	bool all; /* stage changed and removed files first */
	/* amend: replace the commit of HEAD; allow_empty: commit even if nothing has changed */
	bool amend, allow_empty;
	/* do not run the check that varve.json requires (lib/check/commit_check.h) */
	bool no_check;
	bool dry_run;       /* only compute the changes that would be committed */
	bool facts, groups; /* for `changes` and `status`: as in vv_changes_options */
	/* Options for git commit, at most VV_COMMIT_WORDS, ended by NULL. git inherits stdin,
	 * stdout and stderr. If git is NULL, libgit2 makes the commit, with the members from
	 * no_hooks to both_times */
	const char *const *git;
	const char *git_env; /* one more environment variable for git, "NAME=value"; may be NULL */
	/* folder to which paths in git's options are relative; NULL: the top of the work tree */
	const char *dir;
	bool no_hooks;         /* if git is NULL: do not run hooks */
	const char *message;   /* message of a commit that libgit2 makes */
	const char *author;    /* "Name <mail>"; NULL: the configured author */
	int64_t author_time;   /* in seconds since 1970; used if author_time_set is true */
	int author_offset_min; /* time zone of author_time, in minutes east of UTC */
	/* author_time_set: author_time and author_offset_min are set; both_times: the committer's
	 * time is the author's time, too */
	bool author_time_set, both_times;
	/* the commit that HEAD must have; a null id: HEAD must be unborn; NULL: the commit of HEAD
	 * when the call begins */
	const vv_oid *expect;
	/* the record with which the staged changes can be undone (lib/worktree/way_back.h);
	 * it is closed when the commit exists. May be NULL */
	vv_way_back **back;
	/* Out: */
	vv_add_report added; /* the result of vv_commit_stage */
	bool made;           /* the branch has moved, even if an error occurred afterwards */
	bool nothing;        /* there was nothing to commit */
	vv_oid id;           /* the new commit, if made is set */
	/* the committed changes; in a dry run, the changes that would be committed */
	vv_changes changes;
	/* if nothing was committed (`nothing` or dry_run is set): all changes in index and
	 * work tree, with facts */
	vv_changes status;
	vv_commit commit; /* the new commit, if git made it */
	/* the commit that git made differs from `changes`, because a hook changed the index */
	bool other;
	vv_oid *parents; /* parents of the new commit */
	size_t parent_count;
	/* Private: */
	vv_index *index;  /* read after the pre-commit hook */
	vv_oid base;      /* the commit of HEAD; null: unborn */
	char **described; /* tables whose description a staged datapackage.json changed */
	size_t described_count;
	vv_index_copy index_before; /* restored if no commit is made */
} vv_commit_job;

/* Stages the work tree's content of j->paths, or, if j->all is set, of every tracked file, and sets
 * j->added. Does nothing if neither of them is set, or in a dry run. VV_ECONFLICT: the index has
 * conflicts, which staging would silently mark as resolved. */
vv_status vv_commit_stage(vv_commit_job *j, vv_error *err);

/* Commits the index, or j->paths, and sets the members of j from `made` on. Notes and progress are
 * sent to the repository's listener (vv_repository_notes). Also returns VV_OK if there is nothing
 * to commit. On failure, unless j->made is set, the index is as before vv_commit_stage.
 * VV_ECONFLICT: there are conflicts, the message is empty, a hook or check failed, or HEAD has
 * moved. VV_EREFUSED: a table is staged as text or with an edited pointer, or git refused for
 * another reason. If git makes the commit, changes that a pre-commit hook stages are committed
 * without being checked. */
vv_status vv_commit_make(vv_commit_job *j, vv_error *err);

void vv_commit_job_clear(vv_commit_job *j);
VV_AUTO_CLEAR(vv_commit_job, vv_commit_job_clear)

#endif
