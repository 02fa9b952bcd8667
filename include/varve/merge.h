/*
 * varve/merge.h: merging a revision into the current branch, tables by row and cell, and the conflicts that are left.
 *
 *	varve_merge(&result, repo, "origin/main", NULL, &err);
 *	if (result.outcome == VARVE_MERGE_CONFLICTS) {
 *		varve_conflicts_open(&list, repo, NULL, NULL, &err); list the conflicts
 *		...
 *		varve_resolve(repo, "prices.csv", VARVE_THEIRS, NULL, &err);
 *		varve_merge_conclude(id, repo, NULL, &err);             or varve_merge_abort
 *	}
 *
 * All of this needs a work tree. If the process is killed, the next call that changes the repository finishes or undoes
 * the interrupted one.
 */
#ifndef VARVE_MERGE_H
#define VARVE_MERGE_H

#include "varve/base.h"
#include "varve/repo.h"

VARVE_BEGIN

enum varve_merge_flag {
	VARVE_MERGE_NO_FF = 1 << 0, /* make a commit even where moving the branch would be enough */
	VARVE_MERGE_FF_ONLY = 1 << 1,   /* refuse if moving the branch is not enough */
	VARVE_MERGE_NO_COMMIT = 1 << 2, /* stop before the commit */
	VARVE_MERGE_UNRELATED = 1 << 3, /* merge even without a common commit */
	VARVE_MERGE_NO_HOOKS = 1 << 4   /* skip the pre-merge-commit and commit-msg hooks */
};

typedef struct varve_merge_options {
	size_t size;
	uint32_t flags;      /* enum varve_merge_flag */
	uint32_t reserved;   /* 0 */
	const char *message; /* of the commit; NULL: git's default */
	const varve_watch *watch;
} varve_merge_options;

enum varve_merge_outcome {
	VARVE_MERGE_UP_TO_DATE,   /* nothing was done */
	VARVE_MERGE_FAST_FORWARD, /* the branch was moved */
	VARVE_MERGE_COMMITTED,
	VARVE_MERGE_STAGED,   /* merged, and not committed, with VARVE_MERGE_NO_COMMIT */
	VARVE_MERGE_CONFLICTS /* some paths are not merged, and nothing is committed */
};

typedef struct varve_merge_result {
	size_t size;     /* set by the caller, as in options */
	int32_t outcome; /* enum varve_merge_outcome */
	/* 1: some tables were left as pointers, since no remote has their blocks */
	uint32_t lacking;
	uint64_t conflicts; /* paths */
	/* the branch's commit; "" unless it was moved or a commit was made */
	char commit[VARVE_ID_SIZE];
} varve_merge_result;

/* Merges a revision (NULL: the upstream of the branch) into HEAD, the index and the work tree, and commits. Without
 * conflicts all is done or nothing. *result (or NULL) is set also when hooks refuse the commit, with VARVE_ECONFLICT: all
 * is merged and staged then. VARVE_ENOTFOUND: no such revision; VARVE_EREFUSED: another operation is in progress, uncommitted
 * changes would be overwritten, a fast-forward is not possible, or no common commit exists; VARVE_EUSAGE: a bare
 * repository, or the branch has no upstream; VARVE_ELOCKED; VARVE_EMISSING: a block is missing here. */
VARVE_API int varve_merge(varve_merge_result *result, varve_repo *repo, const char *revision,
			  const varve_merge_options *options, varve_error *err);

/* Commits the merge, cherry-pick or revert in progress, with its original message. id is set to the commit's id.
 * Uses only the options watch, message and VARVE_MERGE_NO_HOOKS. VARVE_EUSAGE: none is in progress;
 * VARVE_ECONFLICT: conflicts are not resolved, or a hook or the repository's check fails. */
VARVE_API int varve_merge_conclude(char id[VARVE_ID_SIZE], varve_repo *repo,
				   const varve_merge_options *options, varve_error *err);

/* Undoes the merge, cherry-pick or revert in progress: restores files and index of HEAD. VARVE_EUSAGE: none
 * is in progress; VARVE_EREFUSED: a file that it merged was edited since, and nothing is done. */
VARVE_API int varve_merge_abort(varve_repo *repo, const varve_watch *watch, varve_error *err);

enum varve_side { VARVE_BASE, VARVE_OURS, VARVE_THEIRS };

typedef struct varve_conflict {
	const char *path;
	/* "cell", "row-added", "row-removed", "column", "key", "table"; "file": no table */
	const char *kind;
	/* the row's key, a JSON array of strings; NULL: not of a row, or it has no key */
	const char *key;
	const char *row;    /* the row's name for varve_resolve; NULL: not of a row */
	const char *column; /* or NULL */
	const char *detail; /* for columns and files: the conflicting property; or NULL */
	uint64_t number;    /* of the row, in the file in the work tree; VARVE_UNKNOWN: none */
	bool there[3];      /* by enum varve_side: whether it has this cell */
	varve_cell cells[3];
	const char *names[3]; /* of the sides, such as "main" and "origin/main" */
	uint64_t more;        /* conflicts of this table that are not listed: above 100,000 */
} varve_conflict;

/* A cursor over the conflicts in the index, by path and row, of the files and folders in paths (ended by NULL; NULL:
 * all), whichever program left them. VARVE_EUSAGE: a bare repository. */
typedef struct varve_conflicts varve_conflicts;
VARVE_API int varve_conflicts_open(varve_conflicts **out, varve_repo *repo,
				   const char *const *paths, const varve_watch *watch,
				   varve_error *err);
VARVE_API int varve_conflicts_next(varve_conflicts *list, const varve_conflict **conflict,
				   varve_error *err);
VARVE_API void varve_conflicts_free(varve_conflicts *list);

typedef struct varve_resolve_options {
	size_t size;
	const char *row;    /* only this row, as varve_conflict.row or .key have it; NULL: all */
	const char *column; /* only its cells and its definition; NULL: all */
	/* the new value of the cell in column, instead of a side's; or NULL */
	const varve_text *value;
	const varve_watch *watch;
} varve_resolve_options;

/* Decides conflicts of path (NULL: of all) for a side (enum varve_side). Writes the file; a path without conflicts left
 * is staged. VARVE_ENOTFOUND: no such conflict; VARVE_EUSAGE: a row or column without a path, a value without a column,
 * or one that fits several rows; VARVE_EREFUSED: the file was edited so that the merged rows cannot be found in it;
 * VARVE_ENOSUPPORT: the table has more conflicts than are listed. */
VARVE_API int varve_resolve(varve_repo *repo, const char *path, int side,
			    const varve_resolve_options *options, varve_error *err);

VARVE_END
#endif
