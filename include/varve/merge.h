/*
 * varve/merge.h: merges a revision into the current branch, tables by row and cell, and resolves conflicts.
 *
 *	varve_merge_result result = VARVE_INIT(varve_merge_result);
 *
 *	varve_merge(&result, repo, "origin/main", NULL, &err);
 *	if (result.outcome == VARVE_MERGE_CONFLICTS) {
 *		varve_conflicts_open(&list, repo, NULL, NULL, &err);    varve_conflicts_next for each conflict
 *		...
 *		varve_resolve(repo, "prices.csv", VARVE_THEIRS, NULL, &err);
 *		varve_merge_conclude(id, repo, NULL, &err);             or varve_merge_abort
 *	}
 *
 * Every function needs a work tree. In a repository that was opened with VARVE_OPEN_URL, every function except
 * varve_conflicts_open fails with VARVE_EREFUSED. If the process is killed during a call, the next call that changes
 * the repository finishes or undoes the interrupted call.
 */
#ifndef VARVE_MERGE_H
#define VARVE_MERGE_H

#include "varve/base.h"
#include "varve/repo.h"

VARVE_BEGIN

/* Flags for varve_merge_options.flags. */
enum varve_merge_flag {
	VARVE_MERGE_NO_FF = 1 << 0, /* make a commit even if a fast-forward is possible */
	/* fail with VARVE_EREFUSED if a fast-forward is not possible */
	VARVE_MERGE_FF_ONLY = 1 << 1,
	VARVE_MERGE_NO_COMMIT = 1 << 2, /* stop before the commit */
	VARVE_MERGE_UNRELATED = 1 << 3, /* merge even without a common commit */
	VARVE_MERGE_NO_HOOKS = 1 << 4   /* skip the pre-merge-commit and commit-msg hooks */
};

/* Options of varve_merge and varve_merge_conclude. */
typedef struct varve_merge_options {
	size_t size;
	uint32_t flags;      /* enum varve_merge_flag */
	uint32_t reserved;   /* 0 */
	const char *message; /* the message of the commit; NULL: git's default */
	const varve_watch *watch;
} varve_merge_options;

/* The outcome of a merge. */
enum varve_merge_outcome {
	VARVE_MERGE_UP_TO_DATE,   /* the branch contains the revision already; nothing was done */
	VARVE_MERGE_FAST_FORWARD, /* the branch was moved */
	VARVE_MERGE_COMMITTED,    /* the merge was committed */
	VARVE_MERGE_STAGED, /* the merge is staged, and not committed, because of VARVE_MERGE_NO_COMMIT */
	VARVE_MERGE_CONFLICTS /* some paths have conflicts, and nothing was committed */
};

/* The result of varve_merge. */
typedef struct varve_merge_result {
	size_t size;     /* set by the caller, with VARVE_INIT */
	int32_t outcome; /* enum varve_merge_outcome */
	/* 1: the blocks of some tables could not be fetched, so their files in the work tree are pointers; else 0 */
	uint32_t lacking;
	uint64_t conflicts; /* the number of paths with conflicts */
	/* the new commit of the branch; "": the branch did not move */
	char commit[VARVE_ID_SIZE];
} varve_merge_result;

/* Merges a revision into HEAD, the index and the work tree, and commits the merge. revision NULL:
 * the upstream of the current branch. A merge without conflicts is done completely or not at all. A
 * merge with conflicts is not an error: the call returns 0. result may be NULL. VARVE_ECONFLICT: a
 * hook refused the commit; the merge is complete and staged, and *result is set.
 *
 * VARVE_ENOTFOUND: no such revision; VARVE_EREFUSED: another operation is in progress, uncommitted
 * changes would be overwritten, a fast-forward is not possible, or no common commit exists;
 * VARVE_EUSAGE: a bare repository, the branch has no upstream, or VARVE_MERGE_NO_FF with
 * VARVE_MERGE_FF_ONLY; VARVE_ELOCKED: another writer did not finish in time; VARVE_EMISSING: the
 * repository does not have a block, or the upstream does not exist. */
VARVE_API int varve_merge(varve_merge_result *result, varve_repo *repo, const char *revision,
			  const varve_merge_options *options, varve_error *err);

/* Commits the merge, cherry-pick or revert in progress. id is set to the commit's id, or to "" if the call fails before
 * the branch moves. Only the options watch, message (NULL: the message that the operation prepared) and
 * VARVE_MERGE_NO_HOOKS are used. VARVE_EUSAGE: no such operation is in progress; VARVE_ECONFLICT: some conflicts are not
 * resolved, or a hook or the repository's check failed. */
VARVE_API int varve_merge_conclude(char id[VARVE_ID_SIZE], varve_repo *repo,
				   const varve_merge_options *options, varve_error *err);

/* Undoes the merge, cherry-pick or revert in progress: restores the files and the index from HEAD. VARVE_EUSAGE: no
 * such operation is in progress; VARVE_EREFUSED: a merged file was edited after the merge, so nothing was changed. */
VARVE_API int varve_merge_abort(varve_repo *repo, const varve_watch *watch, varve_error *err);

/* A side of a merge: the common ancestor, the current branch, the merged revision. For varve_resolve also: the rows that
 * both sides added are the same rows, or both stay. */
enum varve_side { VARVE_BASE, VARVE_OURS, VARVE_THEIRS, VARVE_ONCE, VARVE_BOTH };

/* A conflict. */
typedef struct varve_conflict {
	const char *path; /* the path of the table or file */
	/* the kind of the conflict:
	 *   "cell"            both sides changed the cell
	 *   "row-added"       both sides added a row with this key, and the cell differs
	 *   "row-removed"     one side removed the row, and the other changed it
	 *   "row-twice"       both sides added the row, which has no key, and it may be the same
	 *   "row-replaced"    both sides replaced the same row by different rows: a row there
	 *   "key-twice"       both sides used this key for a new row, and most cells differ: two rows
	 *   "column-removed"  one side dropped the column, and the other changed its cells
	 *   "column"          both sides changed the name or definition of the column
	 *   "key"             the sides have different keys, or one lost the key
	 *   "lines-above"     both sides changed lines above the table
	 *   "lines-below"     both sides changed lines below the table
	 *   "members"         both sides changed members of a JSON document outside of the rows
	 *   "table"           any other conflict of a table
	 *   "file"            path is not a table */
	const char *kind;
	/* the key of the row, a JSON array of strings; NULL: the conflict is not about a row, or the row has no key */
	const char *key;
	/* the name of the row for varve_resolve; NULL: the conflict is not about a row */
	const char *row;
	const char *column; /* the name of the column; NULL: the conflict is not about a column */
	/* of a column, the property that conflicts; of a file, what both sides did with it; or NULL */
	const char *detail;
	/* the number of the row, from 0, in the file that the merge wrote; VARVE_UNKNOWN: the conflict is not about a
	 * row, or the file does not have the row */
	uint64_t number;
	/* The next three arrays have an element for base, ours and theirs. there and cells are for conflicts of cells. */
	bool there[3];        /* the side has the cell */
	varve_cell cells[3];  /* the side's cell, if it has one */
	const char *names[3]; /* the side's name, such as "main" or "origin/main" */
	/* the number of conflicts of the table that are not listed: only the first 100,000
	 * conflicts are listed */
	uint64_t more;
} varve_conflict;

/* A cursor over the conflicts in the index, sorted by path and row. */
typedef struct varve_conflicts varve_conflicts;
/* Opens a cursor over the conflicts in the index, also of a merge that another program such as git
 * made. paths: files and folders, ended by NULL; NULL: all. VARVE_EUSAGE: a bare repository. */
VARVE_API int varve_conflicts_open(varve_conflicts **out, varve_repo *repo,
				   const char *const *paths, const varve_watch *watch,
				   varve_error *err);
/* Sets *conflict to the next conflict. */
VARVE_API int varve_conflicts_next(varve_conflicts *list, const varve_conflict **conflict,
				   varve_error *err);
VARVE_API void varve_conflicts_free(varve_conflicts *list);

/* Options of varve_resolve. */
typedef struct varve_resolve_options {
	size_t size;
	/* resolve only the conflicts of this row, named by varve_conflict.row or .key; NULL: all rows */
	const char *row;
	/* resolve only the conflicts of this column's cells and of its definition; NULL: all columns */
	const char *column;
	/* a new value for the cell of row and column, instead of the side's value; or NULL */
	const varve_text *value;
	const varve_watch *watch;
	/* called with a note for each row that is removed, because the other side used its key for a new row, too: a
	 * line without its line end, which names the row and has its values; or NULL */
	void (*note)(void *payload, const char *line);
	void *note_payload;
} varve_resolve_options;

/* Resolves conflicts of path with the values of a side (enum varve_side); VARVE_ONCE and VARVE_BOTH resolve only
 * conflicts of rows that both sides added. path NULL: the conflicts of all paths. Writes
 * the file, and stages the path if no conflicts are left. VARVE_ENOTFOUND: no such conflict; VARVE_EUSAGE: a row or
 * column without a path, or of a path that is in conflict as a whole; a value without a column, with a NUL byte, or for
 * more than one row; VARVE_EREFUSED: the file was edited, so that the merged rows cannot be found in it;
 * VARVE_ENOSUPPORT: the table has conflicts that are not listed (varve_conflict.more), so that only the whole path can
 * be resolved, with VARVE_OURS or VARVE_THEIRS. */
VARVE_API int varve_resolve(varve_repo *repo, const char *path, int side,
			    const varve_resolve_options *options, varve_error *err);

VARVE_END
#endif
