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
	/* name: the name in the new version; NULL: the column was dropped. old_name: the name in
	 * the old version; NULL: the column was added */
	const char *name, *old_name;
	const char *type, *old_type;  /* the types in both versions */
	bool key, number;             /* as in vv_web_column */
	bool renamed, moved, retyped; /* as in vv_column_pair */
	/* number of changed cells; if not vv_web_comparison.counted, in the rows compared so far */
	uint64_t changed;
	/* for a column with changes, if vv_web_comparison.counted: groups of equal changes, and the
	 * column's figures, such as "rows 5,000: missing 0, ..."; else NULL */
	struct vv_web_group *groups;
	size_t group_count;
	const char *figures;
} vv_web_column_pair;

/* A group of equal changes of a column (diff/write/story.h). */
typedef struct vv_web_group {
	const char *name; /* such as "CONC -> CON" */
	uint64_t cells;   /* number of cells with this change */
	bool named;       /* the name may be used as `change` of a vv_web_compare_query */
} vv_web_group;

/* A cell in both versions. */
typedef struct vv_web_cell_pair {
	/* VV_CELL_SAME for all cells of added and removed rows, too */
	vv_cell_change change;
	/* old_cell: set if the cell changed, or the row was removed. new_cell: set unless the row
	 * was removed */
	vv_web_cell old_cell, new_cell;
} vv_web_cell_pair;

/* A row that differs. */
typedef struct vv_web_row_change {
	vv_row_kind kind;
	bool moved, rekeyed; /* as in vv_row_change */
	/* the row's numbers, from 0; UINT64_MAX: the version lacks the row */
	uint64_t old_row, new_row;
	/* number of unchanged rows of the new version between the previous change, selected or not,
	 * and this change */
	uint64_t folded;
	/* the row's values in the columns that identify rows in this comparison, as "A,B"; NULL: no
	 * such columns */
	const char *key;
	bool found_by_key;       /* these columns are the key of the row's own version, too */
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
	/* with `column`: only changed rows whose change of the column belongs to the group with
	 * this name; NULL: all groups */
	const char *change;
	/* columns ("A,B") that identify rows instead of the tables' own key; may be NULL */
	const char *key;
	/* only rows with this text in any cell, old or new, ignoring case; NULL or "": all rows */
	const char *search;
	uint32_t cell_max; /* maximum bytes of a cell; 0: VV_WEB_CELL_MAX */
} vv_web_compare_query;

/* The result of a comparison. */
typedef struct vv_web_comparison {
	/* the old and the new file; NULL: that version lacks the file. Borrowed until the visit
	 * ends */
	vv_web_table *a, *b;
	const char *path, *old_path; /* old_path: the path before a rename, or NULL */
	vv_web_change_kind kind;
	bool table;   /* a and b, if not NULL, are tables; false: only the files are compared */
	bool widened; /* vv_web_tables_widen made them tables: their own pages show files */
	bool same;    /* nothing differs */
	/* numbers of all changes, regardless of the query */
	vv_change_counts counts;
	/* all rows were compared; false: counts.many is set, because the tables are too large; or
	 * the time limit was reached, and counts describes the rows compared so far */
	bool counted;
	const char *words;   /* counts in words, such as "+1 -0 ~3 rows, 1 column added" */
	const char **schema; /* a sentence for each change of columns, key or form */
	size_t schema_count;
	/* sentences from diff/write/story.h: first the striking changes, then the changed columns;
	 * valid if counted */
	const char **story;
	/* striking: number of sentences at the beginning that are not about a single column */
	size_t story_count, striking;
	vv_web_column_pair *columns; /* in the order of the new version */
	size_t column_count;
	vv_web_row_change *rows; /* the selected changes of this page */
	size_t count;
	uint64_t matched; /* number of selected changes found so far */
	bool complete;    /* no further changes are selected */
	uint64_t next;    /* if not complete: `from` of the next page */
} vv_web_comparison;

/* Compares the contents of a path in the versions a and b, following renames, and sets *out. path:
 * the path in b; or in a, if b lacks it. VV_ENOTFOUND: neither version has the path, or neither of
 * two different tables has q->column.
 * VV_EMISSING: data of a version is missing. VV_ELOCKED: too many large comparisons are running. */
vv_status vv_web_compare_read(vv_web_visit *v, const vv_web_commit *a, const vv_web_commit *b,
			      const char *path, const vv_web_compare_query *q,
			      vv_web_comparison *out, vv_error *err);

#endif
