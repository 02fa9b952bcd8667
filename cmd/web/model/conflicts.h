/*
 * conflicts: conflicts of the merge under way in the work tree, for its owner.
 *
 * Only what the merge wrote down is shown: nothing is merged anew for a visit.
 */
#ifndef VV_CMD_WEB_MODEL_CONFLICTS_H
#define VV_CMD_WEB_MODEL_CONFLICTS_H

#include "cmd/web/model/visit.h"
#include "diff/merge/options.h"

enum { VV_WEB_BASE = 0, VV_WEB_OURS = 1, VV_WEB_THEIRS = 2, VV_WEB_SIDES = 3 };

typedef struct vv_web_conflict {
	const char *kind;     /* "cell", "row-added" ...: docs/use/merge.md */
	bool of_row;          /* a cell or a row; else a column, the key or the whole table */
	bool same_row;        /* as the conflict before it in this answer */
	const char *key;      /* JSON array; NULL */
	const char *row_name; /* the key as people write it; NULL */
	uint64_t row;         /* 0-based, in our version; UINT64_MAX: it is gone there */
	const char *column;   /* NULL: of none */
	const char *detail;   /* NULL */
	const char *place;    /* the key as the page of a row takes it; NULL */
	const char *select;   /* what `resolve --row` takes; NULL: it cannot name the row */
	bool has[VV_WEB_SIDES];
	vv_web_cell cells[VV_WEB_SIDES];
	/* of a row without a key that one side removed: what each version has of it */
	struct vv_web_conflict_value *values;
	size_t value_count;
	uint64_t rows
		[VV_WEB_SIDES]; /* 0-based, in that version; UINT64_MAX: not told, or not there */
} vv_web_conflict;

/* One column of such a row. */
typedef struct vv_web_conflict_value {
	const char *column;
	bool has[VV_WEB_SIDES];
	vv_web_cell cells[VV_WEB_SIDES];
} vv_web_conflict_value;

typedef struct vv_web_conflict_path {
	const char *path;
	bool table;
	bool unknown; /* a table of which nothing is written down: `varve conflicts` finds out */
	const char *words;                 /* "3 cells of 2 rows", "removed here, changed there" */
	const char *names[VV_WEB_SIDES];   /* of branches or commits */
	bool there[VV_WEB_SIDES];          /* has that side the file? */
	const char *commits[VV_WEB_SIDES]; /* full ids; NULL: not written down (base's never is) */
	uint64_t total;    /* conflicts of the table, those left out too; a file: 1 */
	uint64_t left_out; /* not written down one by one */
	vv_web_conflict *items;
	size_t count;
	uint64_t from, next;
	bool complete; /* nothing follows the items */
} vv_web_conflict_path;

typedef struct vv_web_conflicts {
	const char *state; /* "merge", "rebase", "cherry-pick", "revert" ...; "" */
	vv_web_conflict_path *paths;
	size_t count;
	size_t tables, files;
	uint64_t total;    /* conflicts of all */
	bool unknown;      /* of a table total knows nothing */
	bool complete;     /* all paths are here */
	const char *words; /* "3 conflicts in 1 table"; "" where there are none */
} vv_web_conflicts;

/* path: this one alone (VV_ENOTFOUND where it is not in conflict); NULL: all. Of each table the conflicts
 * from `from` on, at most limit of them; 0: none, only how many. VV_ENOTFOUND for everyone but the owner of a
 * work tree. */
vv_status vv_web_conflicts_read(vv_web_visit *v, const char *path, uint64_t from, size_t limit,
				vv_web_conflicts *out, vv_error *err);

#endif
