/*
 * history: the life of a row, and of a column. For a dataset: changes.h, vv_web_log_read with a
 * path.
 */
#ifndef VV_CMD_WEB_MODEL_HISTORY_H
#define VV_CMD_WEB_MODEL_HISTORY_H

#include "cmd/web/model/changes.h"
#include "cmd/web/model/commits.h"
#include "diff/rows/row_change.h"

typedef struct vv_web_life_cell {
	const char *name, *old_name; /* old_name: if the column was renamed; else NULL */
	vv_cell_change change;
	bool came, went;                /* the column was added; dropped */
	vv_web_cell old_cell, new_cell; /* absent if the row or the column was not there */
} vv_web_life_cell;

/* A commit that changed the row. */
typedef struct vv_web_life_event {
	vv_web_commit commit;
	vv_row_kind kind; /* added, removed, changed */
	const char *path, *old_path;
	/* those that changed, or their columns; of an added or removed row, all */
	vv_web_life_cell *cells;
	size_t count;
	size_t changed;            /* of them: values, not columns alone */
	const char *key, *old_key; /* if the key is another than before; else NULL */
} vv_web_life_event;

typedef struct vv_web_life {
	vv_web_life_event *events; /* newest first */
	size_t count;
	bool complete;
	/* else: the commit to continue from; "": from the same one, without the events so far */
	char next[VV_OID_TEXT + 1];
	size_t skip;  /* those events */
	bool missing; /* it ends where the data of older versions is not here */
} vv_web_life;

typedef struct vv_web_life_query {
	const vv_web_commit *from;
	const char *after; /* a version to go on from instead; NULL */
	const char *path;
	const char *key; /* "A,B"; NULL: the row with this number, in a table without a key */
	uint64_t row;
	size_t skip;  /* of the newest events */
	size_t limit; /* 0: 50 */
} vv_web_life_query;
/* VV_EUSAGE: the table has no key. */
vv_status vv_web_row_life(vv_web_visit *v, const vv_web_life_query *q, vv_web_life *out,
			  vv_error *err);

typedef enum vv_web_figure {
	VV_WEB_ROWS,
	VV_WEB_SHARE_MISSING,
	VV_WEB_DISTINCT,
	VV_WEB_MEAN,
	VV_WEB_LEAST,
	VV_WEB_GREATEST,
	VV_WEB_FIGURES
} vv_web_figure;

/* A column in one version. */
typedef struct vv_web_column_then {
	vv_web_commit commit;
	const char *path; /* of the table in it */
	bool there;       /* the version has the column */
	bool missing;     /* its data is not here: whether it has the column is not known */
	/* as JSON writes numbers, exact; NULL: the version has none */
	const char *figures[VV_WEB_FIGURES];
} vv_web_column_then;

typedef struct vv_web_column_life {
	vv_web_column_then *points; /* newest first */
	size_t count, of;           /* of: all versions that were listed */
	bool complete; /* else the time was over; the counts are kept, and the next visit continues */
	bool missing; /* some points are */
} vv_web_column_life;

/* For the newest `limit` versions. where: only rows that meet it; NULL: all. VV_EUSAGE: not a condition. */
vv_status vv_web_column_life_read(vv_web_visit *v, const vv_web_commit *c, const char *path,
				  const char *column, const char *where, size_t limit,
				  vv_web_column_life *out, vv_error *err);

#endif
