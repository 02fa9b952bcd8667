/*
 * compare: compares two versions of a table: first their columns, then their rows, page by page.
 */
#ifndef VV_CMD_WEB_MODEL_COMPARE_H
#define VV_CMD_WEB_MODEL_COMPARE_H

#include "cmd/web/model/changes.h"
#include "cmd/web/model/rows.h"
#include "diff/rows/row_change.h"

/* A column of one or both versions. */
typedef struct vv_web_column_pair {
	/* name: in the new version; NULL: the column was dropped. old_name: in the old version;
	 * NULL: the column was added */
	const char *name, *old_name;
	const char *type, *old_type;
	bool key, number;
	bool renamed, moved, retyped;
	/* number of changed cells in the whole comparison; valid once the comparison is complete */
	uint64_t changed;
	/* for a column with changes in a complete comparison: groups of equal changes, and the
	 * column's figures, such as "rows 5,000: missing 0, ..."; else NULL */
	struct vv_web_group *groups;
	size_t group_count;
	const char *figures;
} vv_web_column_pair;

/* Cells of a column that have the same change, such as "CONC -> CON". */
typedef struct vv_web_group {
	const char *name;
	uint64_t cells;
	bool named; /* the name may be used as `change` of a vv_web_compare_query */
} vv_web_group;

typedef struct vv_web_cell_pair {
	vv_cell_change change; /* if VV_CELL_SAME, old_cell is not set */
	vv_web_cell old_cell, new_cell;
} vv_web_cell_pair;

typedef struct vv_web_row_change {
	vv_row_kind kind;
	bool moved, rekeyed;
	uint64_t old_row, new_row; /* counted from 0; UINT64_MAX: no such row */
	/* number of unchanged rows of the new version between the previous change and this
	 * change */
	uint64_t folded;
	const char *key;         /* "A,B"; NULL: the tables have no key */
	vv_web_cell_pair *cells; /* one for each column pair */
} vv_web_row_change;

/* Selects changes. All members zero: the first changes of all kinds. */
typedef struct vv_web_compare_query {
	uint64_t from; /* number of the first change to return, among the selected changes */
	size_t limit;  /* maximum number of changes; 0: VV_WEB_PAGE_ROWS */
	/* kinds of changes to omit */
	bool no_added, no_removed, no_changed;
	/* only changed rows in which this column changed, and added and removed rows; may be
	 * NULL */
	const char *column;
	/* only changes in the group of that column with this name; NULL: all groups */
	const char *change;
	/* columns ("A,B") that identify rows instead of the tables' own key; may be NULL */
	const char *key;
	/* only rows with this text in any cell, old or new; NULL or "": all rows */
	const char *search;
	uint32_t cell_max; /* maximum bytes of a cell; 0: VV_WEB_CELL_MAX */
} vv_web_compare_query;

typedef struct vv_web_comparison {
	vv_web_table *a, *b;         /* NULL: that version lacks the table */
	const char *path, *old_path; /* old_path: the path before a rename, or NULL */
	vv_web_change_kind kind;
	/* rows can be compared; false: only the files are known to differ, or one of them is not a
	 * table */
	bool table;
	bool same; /* nothing differs */
	/* counts of the complete comparison, regardless of the query; see counted */
	vv_change_counts counts;
	/* all rows were compared in time; false: counts are of the rows compared so far */
	bool counted;
	const char *words;   /* "+1 -0 ~3 rows, 1 column added" */
	const char **schema; /* a sentence for each change of columns, key or form */
	size_t schema_count;
	/* sentences of vv_story: first the striking changes, then the changed columns; valid if
	 * counted */
	const char **story;
	/* striking: number of sentences at the beginning that are not about a single column */
	size_t story_count, striking;
	vv_web_column_pair *columns; /* in the order of the new version */
	size_t column_count;
	vv_web_row_change *rows;
	size_t count;
	uint64_t matched; /* number of selected changes found so far */
	bool complete;    /* no further changes are selected */
	uint64_t next;    /* if not complete: `from` of the next page */
} vv_web_comparison;

/* Compares the contents of a path in two versions, following renames. VV_ENOTFOUND: neither version
 * has the path. */
vv_status vv_web_compare_read(vv_web_visit *v, const vv_web_commit *a, const vv_web_commit *b,
			      const char *path, const vv_web_compare_query *q,
			      vv_web_comparison *out, vv_error *err);

#endif
