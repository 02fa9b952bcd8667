/*
 * compare: two versions of a table: their columns, then their rows, page by page.
 */
#ifndef VV_CMD_WEB_MODEL_COMPARE_H
#define VV_CMD_WEB_MODEL_COMPARE_H

#include "cmd/web/model/changes.h"
#include "cmd/web/model/rows.h"
#include "diff/rows/row_change.h"

/* One column of both versions. */
typedef struct vv_web_column_pair {
	const char *name,
		*old_name; /* of the new version (NULL: dropped), of the old one (NULL: added) */
	const char *type, *old_type;
	bool key, number;
	bool renamed, moved, retyped;
	uint64_t changed; /* cells: of the whole comparison, once it is counted */
	/* then, for a column with changes, their common properties, and "rows 5,000: missing 0, ..." ; else NULL */
	struct vv_web_group *groups;
	size_t group_count;
	const char *figures;
} vv_web_column_pair;

/* "CONC -> CON": cells of a column that changed alike. */
typedef struct vv_web_group {
	const char *name;
	uint64_t cells;
	bool named; /* may be selected: vv_web_compare_query's change */
} vv_web_group;

typedef struct vv_web_cell_pair {
	vv_cell_change change; /* VV_CELL_SAME: old_cell is not filled */
	vv_web_cell old_cell, new_cell;
} vv_web_cell_pair;

typedef struct vv_web_row_change {
	vv_row_kind kind;
	bool moved, rekeyed;
	uint64_t old_row, new_row; /* 0-based; UINT64_MAX: no such row */
	uint64_t folded; /* unchanged rows of the new version between the change before and this */
	const char *key; /* "A,B"; NULL: no key */
	vv_web_cell_pair *cells; /* one for each column pair */
} vv_web_row_change;

/* Zeroed: the first changes of all kinds. */
typedef struct vv_web_compare_query {
	uint64_t from; /* number of the change to begin at, among those that match */
	size_t limit;  /* 0: VV_WEB_PAGE_ROWS */
	bool no_added, no_removed, no_changed; /* kinds to leave out */
	/* only rows in which this column changed (added and removed ones too); or NULL */
	const char *column;
	const char *change; /* and belongs to the group of that name; NULL: any */
	/* columns ("A,B") that identify rows in place of the tables' own key; or NULL */
	const char *key;
	const char *search; /* only rows with it in any cell, old or new; NULL or "" */
	uint32_t cell_max;  /* 0: VV_WEB_CELL_MAX */
} vv_web_compare_query;

typedef struct vv_web_comparison {
	vv_web_table *a, *b;         /* NULL: not there in that version */
	const char *path, *old_path; /* old_path: where it was renamed; else NULL */
	vv_web_change_kind kind;
	bool table; /* rows can be compared; else the files just differ, or one is something else */
	bool same;  /* nothing differs */
	vv_change_counts counts; /* of everything, whatever the query leaves out; see counted */
	bool counted;        /* all rows were compared in time; else counts are of those so far */
	const char *words;   /* "+1 -0 ~3 rows, 1 column added" */
	const char **schema; /* a sentence for each change of columns, key, form */
	size_t schema_count;
	/* from vv_story: striking changes, then each changed column; if counted */
	const char **story;
	size_t story_count,
		striking; /* striking: of them, the first ones, which name no column's changes */
	vv_web_column_pair *columns; /* in the new version's order */
	size_t column_count;
	vv_web_row_change *rows;
	size_t count;
	uint64_t matched; /* changes that match, as far as counted */
	bool complete;    /* no others exist */
	uint64_t next;    /* else `from` of the next page */
} vv_web_comparison;

/* One path of two versions; renames are found. VV_ENOTFOUND: neither has it. */
vv_status vv_web_compare_read(vv_web_visit *v, const vv_web_commit *a, const vv_web_commit *b,
			      const char *path, const vv_web_compare_query *q,
			      vv_web_comparison *out, vv_error *err);

#endif
