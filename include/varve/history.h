/*
 * varve/history.h: resolves revisions, reads and moves refs, lists commits, and finds the commits
 * that changed rows and cells.
 */
#ifndef VARVE_HISTORY_H
#define VARVE_HISTORY_H

#include "varve/base.h"
#include "varve/repo.h"

VARVE_BEGIN

/* Resolves a revision, as in gitrevisions(7), to the id of a commit: HEAD~2, v1, or an abbreviated id. A day or time is
 * a revision, too: @{2026-11-17}, @{yesterday}, main@{2026-11-17 14:00}, or 2026-11-17 if no ref has this name. It means
 * the newest commit with a committer date before the end of this day or time, in the local time zone. Only the commit of
 * the ref (of HEAD, if no ref is given) and its line of first parents are searched. VARVE_ENOTFOUND: no such revision,
 * or a day before all commits or in the future; VARVE_EUSAGE: an ambiguous revision, an object that is not a commit, or
 * a day that does not exist; VARVE_ECORRUPT: an object that it needs is damaged, or a ref names an object that does not
 * exist. */
VARVE_API int varve_rev_parse(char id[VARVE_ID_SIZE], varve_repo *repo, const char *revision,
			      varve_error *err);

/* A ref. */
typedef struct varve_ref {
	const char *name; /* "refs/heads/main" */
	const char *id;   /* the id of the object that the ref points to */
	/* the id of the commit that the ref, or the annotated tag, points to; "": the object is not a commit */
	const char *commit;
	/* the name of the ref that a symbolic ref points to; NULL: the ref is not symbolic */
	const char *target;
} varve_ref;

/* A cursor over refs, sorted by name. */
typedef struct varve_refs varve_refs;
/* Opens a cursor over the refs whose names begin with prefix ("": all refs). All refs are read in
 * this call. */
VARVE_API int varve_refs_open(varve_refs **out, varve_repo *repo, const char *prefix,
			      varve_error *err);
/* Sets *ref to the next ref. */
VARVE_API int varve_refs_next(varve_refs *refs, const varve_ref **ref, varve_error *err);
VARVE_API void varve_refs_free(varve_refs *refs);

/* Moves the ref called name to the object id, or creates the ref, durably. old: the id that the ref
 * must have before; "": the ref must not exist; NULL: any id. The comparison and the move are one
 * atomic step. If Git would write a line to the reflog, this call does, with message, which may be
 * NULL. VARVE_ECONFLICT: the ref does not have the id `old`; VARVE_ELOCKED: another process changes
 * the ref; VARVE_EEXISTS: the name conflicts with the name of another ref ("a" and "a/b");
 * VARVE_EMISSING: this repository has no object `id`; VARVE_EUSAGE: the name is HEAD or not valid,
 * id or `old` is not an id, or a branch would point to an object that is not a commit;
 * VARVE_EREFUSED: the repository was opened with VARVE_OPEN_URL. */
VARVE_API int varve_ref_set(varve_repo *repo, const char *name, const char *id, const char *old,
			    const char *message, varve_error *err);

/* Deletes the ref called name, and its reflog. old: the id that the ref must have; NULL: any id. VARVE_ENOTFOUND: no
 * such ref; VARVE_ECONFLICT: the ref does not have the id `old`; VARVE_ELOCKED: another process changes the ref;
 * VARVE_EREFUSED: the repository was opened with VARVE_OPEN_URL. */
VARVE_API int varve_ref_delete(varve_repo *repo, const char *name, const char *old,
			       varve_error *err);

/* A commit. Names and addresses are mapped by .mailmap as in 'git log', unless log.mailmap is false. */
typedef struct varve_commit {
	const char *id;
	const char *tree;           /* the id of the commit's tree */
	const char *const *parents; /* the ids of the parents */
	size_t parent_count;
	const char *author; /* the author's name */
	const char *author_mail;
	const char *committer; /* the committer's name */
	const char *committer_mail;
	int64_t author_time;   /* seconds since 1970-01-01 00:00 UTC */
	int64_t commit_time;   /* seconds since 1970-01-01 00:00 UTC */
	int32_t author_offset; /* the author's time zone, in minutes east of UTC */
	int32_t commit_offset; /* the committer's time zone, in minutes east of UTC */
	const char *message;   /* the whole message, as Git stores it */
	/* with VARVE_LOG_FOLLOW: the path in this commit; NULL: the commit removed it */
	const char *path;
	/* with varve_log_options.figure: the value of the aggregate in this commit, as text; NULL: the aggregate has no
	 * value, the path is not a table with the column, or blocks are missing */
	const char *figure;
	/* 1: figure is a number, written as in JSON; it is exact, except that an infinite fraction is cut to nine
	 * decimal places. 0: figure is NULL or another text, such as a date or "unknown" */
	uint32_t figure_is_number;
	uint32_t reserved;
} varve_commit;

/* Flags for varve_log_options.flags. */
enum varve_log_flag {
	VARVE_LOG_FIRST_PARENT = 1 << 0, /* of a merge commit, follow only the first parent */
	VARVE_LOG_REVERSE = 1 << 1,      /* oldest commit first */
	/* list every commit after all of its children; reads the whole range first */
	VARVE_LOG_TOPO = 1 << 2,
	VARVE_LOG_ALL = 1 << 3, /* begin at all refs */
	/* follow the path, which must be the only one in paths, through renames; cannot be combined with
	 * VARVE_LOG_REVERSE, _TOPO, _ALL, skip or limit */
	VARVE_LOG_FOLLOW = 1 << 4
};

/* Options of varve_log_open. */
typedef struct varve_log_options {
	size_t size;
	uint32_t flags; /* enum varve_log_flag */
	uint32_t reserved;
	const char *range; /* "v1..main", or one revision; NULL: HEAD */
	/* files or folders, ended by NULL: only commits that changed one of them are listed; NULL: all commits */
	const char *const *paths;
	uint64_t skip;  /* the number of commits to leave out at the beginning */
	uint64_t limit; /* at most this number of commits; 0: no limit */
	/* with VARVE_LOG_FOLLOW: an aggregate of the table, such as "sum(price)"; or NULL. If figure is not an
	 * aggregate, or the newest version of the table does not have its column, the first varve_log_next returns
	 * VARVE_EUSAGE */
	const char *figure;
	/* with figure: a condition that selects the rows of the aggregate; NULL: all rows */
	const char *where;
} varve_log_options;

/* A cursor over commits, newest first unless VARVE_LOG_REVERSE is set. */
typedef struct varve_log varve_log;
/* Opens a cursor over commits. With options->paths, the history is simplified as git log does.
 * VARVE_ENOTFOUND: no such revision; VARVE_EUSAGE: options that cannot be combined, or a figure
 * without VARVE_LOG_FOLLOW. */
VARVE_API int varve_log_open(varve_log **out, varve_repo *repo, const varve_log_options *options,
			     varve_error *err);
/* Sets *commit to the next commit. */
VARVE_API int varve_log_next(varve_log *log, const varve_commit **commit, varve_error *err);
VARVE_API void varve_log_free(varve_log *log);

/* A cell of a row, before and after a commit. If only the name of its column changed, both cells are
 * VARVE_CELL_ABSENT. */
typedef struct varve_row_cell {
	const char *name;     /* the name of the column */
	const char *old_name; /* the column's name before the commit; NULL: not renamed */
	varve_cell before;    /* VARVE_CELL_ABSENT if the row or column was added */
	varve_cell after;     /* VARVE_CELL_ABSENT if the row or column was removed */
} varve_row_cell;

/* A commit, and its change of a row. */
typedef struct varve_row_event {
	const char *commit; /* the id of the commit */
	int32_t kind;       /* VARVE_ROW_ADDED, VARVE_ROW_REMOVED or VARVE_ROW_CHANGED (diff.h) */
	const char *path;   /* the path of the table in this commit */
	/* of a changed row, the changed cells, and those whose column was added, removed or renamed; of an added or
	 * removed row, all cells */
	const varve_row_cell *cells;
	size_t cell_count;
} varve_row_event;

/* Options of varve_row_history_open. */
typedef struct varve_row_history_options {
	size_t size;
	const char *range;      /* "v1..main", or one revision; NULL: HEAD */
	const char *const *key; /* names of columns, ended by NULL; NULL: the table's key */
	uint32_t flags;         /* 0 or VARVE_LOG_FIRST_PARENT */
	uint32_t reserved;
	const varve_watch *watch;
} varve_row_history_options;

/* A cursor over the commits that changed a row, newest first. */
typedef struct varve_row_history varve_row_history;
/* Opens a cursor over the commits that changed a row of the table at path. values: the row's key as
 * count values, one for each column of the key, as the file spells them. The history follows
 * renamed files and columns, changed keys, and merges. If no version has a row with this key, the
 * history has no events. VARVE_ENOTFOUND: no such revision, path or column; VARVE_EUSAGE,
 * VARVE_EINPUT: the path is not a table; VARVE_EUSAGE: the table has no key, or the key does not
 * have count columns. */
VARVE_API int varve_row_history_open(varve_row_history **out, varve_repo *repo, const char *path,
				     const varve_text *values, size_t count,
				     const varve_row_history_options *options, varve_error *err);
/* Sets *event to the next event: a commit, and its change of the row. */
VARVE_API int varve_row_history_next(varve_row_history *history, const varve_row_event **event,
				     varve_error *err);
VARVE_API void varve_row_history_free(varve_row_history *history);

/* Flags for varve_blame_options.flags. */
enum varve_blame_flag {
	VARVE_BLAME_CELLS = 1 << 0 /* find a commit for each cell, instead of for each row */
};

/* Options of varve_blame_open. */
typedef struct varve_blame_options {
	size_t size;
	uint32_t flags;         /* enum varve_blame_flag */
	uint32_t reserved;      /* 0 */
	const char *revision;   /* NULL: HEAD */
	const char *const *key; /* names of columns, ended by NULL; NULL: the table's key */
	const varve_watch *watch;
} varve_blame_options;

/* The commits that last set each row or cell of a table. */
typedef struct varve_blame varve_blame;
/* Finds, for each row or cell of the table at path, the commit that last set it. Follows renames
 * and merges, and reads the history until a commit is found for every row or cell. Memory: 4 bytes
 * for each row or cell. VARVE_ENOTFOUND: no such revision, path or column; VARVE_EUSAGE,
 * VARVE_EINPUT: the path is not a table; VARVE_EMISSING: the repository does not have all blocks of
 * an older version; VARVE_EREFUSED: the table has too many cells for VARVE_BLAME_CELLS. */
VARVE_API int varve_blame_open(varve_blame **out, varve_repo *repo, const char *path,
			       const varve_blame_options *options, varve_error *err);

/* Returns the id of the commit that last set a row, or, with VARVE_BLAME_CELLS, the cell of the row in a column. Without
 * VARVE_BLAME_CELLS, all columns have the same result; pass 0. row and column are counted from 0. Returns NULL if the
 * table has no such row or column. The id is borrowed until the blame is freed. Threads may share a blame. */
VARVE_API const char *varve_blame_commit(const varve_blame *blame, uint64_t row, size_t column);
VARVE_API void varve_blame_free(varve_blame *blame);

VARVE_END
#endif
