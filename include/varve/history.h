/*
 * varve/history.h: revisions, refs, commits, the history of a row, and blame.
 */
#ifndef VARVE_HISTORY_H
#define VARVE_HISTORY_H

#include "varve/base.h"
#include "varve/repo.h"

VARVE_BEGIN

/* Resolves a revision (gitrevisions(7): HEAD~2, v1, an abbreviated id) to the id of a commit. A day (2026-11-17, where no
 * ref is called so, @{2026-11-17}, main@{2026-11-17 14:00}, @{yesterday}) is the last commit on the line of first parents,
 * HEAD's or that ref's, whose committer date is before its end, in the local zone.
 * VARVE_ENOTFOUND: also of a day before all commits or after today; VARVE_EUSAGE: ambiguous, or no such day. */
VARVE_API int varve_rev_parse(char id[VARVE_ID_SIZE], varve_repo *repo, const char *revision,
			      varve_error *err);

typedef struct varve_ref {
	const char *name;   /* "refs/heads/main" */
	const char *id;     /* of the object */
	const char *commit; /* tags peeled; "" when it is not a commit */
	const char *target; /* the other ref's name, of a symbolic ref; else NULL */
} varve_ref;

/* A cursor over the refs whose names begin with prefix ("" for all), sorted: a consistent snapshot. */
typedef struct varve_refs varve_refs;
VARVE_API int varve_refs_open(varve_refs **out, varve_repo *repo, const char *prefix,
			      varve_error *err);
VARVE_API int varve_refs_next(varve_refs *refs, const varve_ref **ref, varve_error *err);
VARVE_API void varve_refs_free(varve_refs *refs);

/* Moves or makes a ref durably, by compare and swap. old: the id that it must have; "": it must not exist; NULL:
 * any. message (or NULL) is written to the reflog. VARVE_ECONFLICT: it moved; VARVE_ELOCKED; VARVE_EEXISTS: its
 * name conflicts with that of another ref. */
VARVE_API int varve_ref_set(varve_repo *repo, const char *name, const char *id, const char *old,
			    const char *message, varve_error *err);

/* Deletes a ref if its id is old (NULL: any). VARVE_ENOTFOUND, VARVE_ECONFLICT, VARVE_ELOCKED. */
VARVE_API int varve_ref_delete(varve_repo *repo, const char *name, const char *old,
			       varve_error *err);

typedef struct varve_commit {
	const char *id;
	const char *tree;
	const char *const *parents; /* parent_count ids */
	size_t parent_count;
	const char *author; /* name */
	const char *author_mail;
	const char *committer;
	const char *committer_mail;
	int64_t author_time; /* seconds since 1970-01-01 */
	int64_t commit_time;
	int32_t author_offset; /* of the time zone, in minutes */
	int32_t commit_offset;
	const char *message; /* whole, as stored */
	/* with VARVE_LOG_FOLLOW: the path in this commit; NULL: the commit removed it */
	const char *path;
	/* with varve_log_options.figure: its value there, as text; NULL: no value, no such column, or no table */
	const char *figure;
	/* 1: figure is a number, written as in JSON and exact (a fraction without end has nine decimal places); 0: it is a text, a
	 * date, or "unknown" */
	uint32_t figure_is_number;
	uint32_t reserved;
} varve_commit;

enum varve_log_flag {
	VARVE_LOG_FIRST_PARENT = 1 << 0,
	VARVE_LOG_REVERSE = 1 << 1,
	VARVE_LOG_TOPO =
		1 << 2, /* never a parent before any of its children; reads the whole range first */
	VARVE_LOG_ALL = 1 << 3, /* from all refs */
	/* of the only path, through renames; excludes the three above, skip and limit */
	VARVE_LOG_FOLLOW = 1 << 4
};

typedef struct varve_log_options {
	size_t size;
	uint32_t flags; /* enum varve_log_flag */
	uint32_t reserved;
	const char *range; /* "v1..main", one revision, or NULL: HEAD */
	/* only commits that changed one of these files or folders; NULL: all */
	const char *const *paths;
	uint64_t skip;
	uint64_t limit; /* 0: none */
	/* with VARVE_LOG_FOLLOW: an aggregate of the table, such as "sum(price)", of all rows, or of those that meet the
	 * condition where; or NULL. VARVE_EUSAGE, at the first commit: not an aggregate, or no such column */
	const char *figure;
	const char *where;
} varve_log_options;

/* A cursor over commits, newest first, simplified to paths as git log does. VARVE_ENOTFOUND: no such revision. */
typedef struct varve_log varve_log;
VARVE_API int varve_log_open(varve_log **out, varve_repo *repo, const varve_log_options *options,
			     varve_error *err);
VARVE_API int varve_log_next(varve_log *log, const varve_commit **commit, varve_error *err);
VARVE_API void varve_log_free(varve_log *log);

typedef struct varve_row_cell {
	const char *name;     /* of the column */
	const char *old_name; /* where the column was renamed; else NULL */
	varve_cell before;    /* absent where the row or column was added */
	varve_cell after;     /* absent where the row or column was removed */
} varve_row_cell;

typedef struct varve_row_event {
	const char *commit;
	int32_t kind;     /* enum varve_row_kind (diff.h): added, removed or changed */
	const char *path; /* in that commit */
	/* cell_count: those that changed, or all of an added or removed row */
	const varve_row_cell *cells;
	size_t cell_count;
} varve_row_event;

typedef struct varve_row_history_options {
	size_t size;
	const char *range;      /* NULL: HEAD */
	const char *const *key; /* names of columns, ended by NULL; NULL: the table's key */
	uint32_t flags;         /* VARVE_LOG_FIRST_PARENT */
	uint32_t reserved;
	const varve_watch *watch;
} varve_row_history_options;

/* A cursor over the commits that changed a row, newest first. values: the row's key as it is spelled, in the
 * order of the key's columns. Renamed files, columns and keys are followed, through merges too.
 * VARVE_ENOTFOUND: no such path or column; VARVE_EUSAGE: the table has no key. A key without a row in any
 * version has no events. */
typedef struct varve_row_history varve_row_history;
VARVE_API int varve_row_history_open(varve_row_history **out, varve_repo *repo, const char *path,
				     const varve_text *values, size_t count,
				     const varve_row_history_options *options, varve_error *err);
VARVE_API int varve_row_history_next(varve_row_history *history, const varve_row_event **event,
				     varve_error *err);
VARVE_API void varve_row_history_free(varve_row_history *history);

enum varve_blame_flag {
	VARVE_BLAME_CELLS = 1 << 0 /* a commit for each cell, not for each row */
};

typedef struct varve_blame_options {
	size_t size;
	uint32_t flags;         /* enum varve_blame_flag */
	uint32_t reserved;      /* 0 */
	const char *revision;   /* NULL: HEAD */
	const char *const *key; /* names of columns, ended by NULL; NULL: the table's key */
	const varve_watch *watch;
} varve_blame_options;

/* Finds out which commit last set each row of a table, or each cell, through renames and merges. Walks the history until
 * all is explained. Memory: 4 bytes a row or cell. VARVE_ENOTFOUND: no such revision, path or column; VARVE_EUSAGE: it
 * is kept as a file; VARVE_EMISSING: an older version is missing here. */
typedef struct varve_blame varve_blame;
VARVE_API int varve_blame_open(varve_blame **out, varve_repo *repo, const char *path,
			       const varve_blame_options *options, varve_error *err);

/* The id of the commit that set a row, or with VARVE_BLAME_CELLS the cell in a column (ignored else). NULL: the version
 * has no such row or column. Borrowed until the blame is freed. Threads may share a blame. */
VARVE_API const char *varve_blame_commit(const varve_blame *blame, uint64_t row, size_t column);
VARVE_API void varve_blame_free(varve_blame *blame);

VARVE_END
#endif
