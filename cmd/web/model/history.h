/*
 * history: reads the history of a row or a column. vv_web_log_read (changes.h) reads the history of
 * a dataset.
 */
#ifndef VV_CMD_WEB_MODEL_HISTORY_H
#define VV_CMD_WEB_MODEL_HISTORY_H

#include "cmd/web/model/changes.h"
#include "cmd/web/model/commits.h"
#include "diff/rows/row_change.h"

/* A cell of the row in a commit that changed the row. */
typedef struct vv_web_life_cell {
	const char *name, *old_name; /* old_name: the name before a rename, or NULL */
	vv_cell_change change;
	/* came: the commit added the column; went: the commit dropped the column */
	bool came, went;
	/* the kind is VV_WEB_ABSENT if that version lacks the row, the column or this cell of the row.
	 * If the commit only renamed the column, change is VV_CELL_SAME, and both are VV_WEB_ABSENT */
	vv_web_cell old_cell, new_cell;
} vv_web_life_cell;

/* A commit that changed the row. */
typedef struct vv_web_life_event {
	vv_web_commit commit;
	vv_row_kind kind;            /* added, removed, changed */
	const char *path, *old_path; /* old_path: the path before a rename, or NULL */
	/* cells whose value or column changed; all cells of an added or removed row */
	vv_web_life_cell *cells;
	size_t count;
	size_t changed; /* number of cells whose value changed */
	/* the new and the old key if the commit changed the key; else NULL */
	const char *key, *old_key;
} vv_web_life_event;

/* The history of a row. */
typedef struct vv_web_life {
	vv_web_life_event *events; /* newest first */
	size_t count;
	bool complete; /* the history has no further events */
	/* to continue, if not complete, without a gap: set `skip` of the query to this skip, and
	 * `after` to next; if next is "", keep `after` */
	char next[VV_OID_TEXT + 1];
	size_t skip;
	vv_gap gap; /* the history ends because the rows of older versions are not here */
} vv_web_life;

/* Selects a row and a part of its history. */
typedef struct vv_web_life_query {
	const vv_web_commit *from; /* the newest version */
	/* revision of the version at which reading continues, instead of `from`; may be NULL */
	const char *after;
	const char *path; /* the table */
	/* the key "A,B"; NULL: `row` is the row's number, from 0 */
	const char *key;
	uint64_t row;
	size_t skip;  /* number of newest events to skip */
	size_t limit; /* maximum number of events; 0: 50 */
} vv_web_life_query;
/* Sets *out to the history of a row. VV_EUSAGE: a key is given, but the table has no key. */
vv_status vv_web_row_life(vv_web_visit *v, const vv_web_life_query *q, vv_web_life *out,
			  vv_error *err);

/* A statistic of a column's values. */
typedef enum vv_web_figure {
	VV_WEB_ROWS,          /* number of rows */
	VV_WEB_SHARE_MISSING, /* share of missing values */
	VV_WEB_DISTINCT,      /* number of distinct values */
	VV_WEB_MEAN,
	VV_WEB_LEAST,
	VV_WEB_GREATEST,
	VV_WEB_FIGURES /* the number of figures */
} vv_web_figure;

/* The figures of a column in one version. */
typedef struct vv_web_column_then {
	vv_web_commit commit;
	const char *path; /* the table's path in this version */
	bool there;       /* the version has the column */
	vv_gap gap;       /* its rows are not here, so it is not known whether it has the column */
	/* for each vv_web_figure: the number in JSON's syntax, exact, but an infinite fraction is cut
	 * after nine decimal places; NULL: the figure is not known */
	const char *figures[VV_WEB_FIGURES];
} vv_web_column_then;

/* The figures of a column over time. */
typedef struct vv_web_column_life {
	vv_web_column_then *points; /* newest first */
	size_t count, of; /* count: number of points; of: number of versions that were found */
	/* false: the time limit was reached, so that the next visit continues with stored figures; or
	 * the table has at least 4,000 versions, of which only the newest are used */
	bool complete;
	vv_gap gap; /* the rows of some points are not here */
} vv_web_column_life;

/* Sets *out to the figures of a column in the newest `limit` versions of the table at path, up to
 * the version c. where: a condition that the counted rows must meet; NULL: all rows are counted.
 * VV_EUSAGE: where is not a valid condition. */
vv_status vv_web_column_life_read(vv_web_visit *v, const vv_web_commit *c, const char *path,
				  const char *column, const char *where, size_t limit,
				  vv_web_column_life *out, vv_error *err);

#endif
