/*
 * row_history: the commits that changed one row of a table, newest first.
 *
 * The row is found by its key, also if the table had another key earlier. Renamed columns and
 * files are followed, and so is a row of which only the key changed. If a merge has the row of one
 * parent, only this parent is followed, as git log does for files; a merge counts as a change only
 * if a cell differs from all its parents. So the result contains every commit that blame (blame.h)
 * names for the row or one of its cells.
 *
 * A correct caller: vv_row_history_open; vv_row_history_next until 0; vv_row_history_close.
 */
#ifndef VV_LIB_VIEW_ROW_HISTORY_H
#define VV_LIB_VIEW_ROW_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/text.h"
#include "dataset/format/cell.h"
#include "diff/rows/rowdiff.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/history/history.h"
#include "repo/git/repository.h"

typedef struct vv_row_history_options {
	/* the key's values, separated by commas; NULL: the row with this number, from 0 */
	const char *row;
	uint64_t number;
	const vv_strings *key; /* lists of column names; empty: the table's own key */
	const char *path;
	const vv_range *ranges; /* count 0: HEAD */
	size_t range_count;
	bool first_parent;
	const vv_progress *progress; /* or NULL; borrowed */
} vv_row_history_options;

/* A cell of the row. old_cell is absent if the row or the column was added, new_cell if it was
 * removed. */
typedef struct vv_row_cell {
	const char *name, *old_name; /* old_name: if the column was renamed; else NULL */
	vv_cell old_cell, new_cell;  /* both absent if only the column's name changed */
	vv_cell_change change;
	bool came, went; /* came: the commit added the column; went: the commit dropped it */
} vv_row_cell;

/* A commit that changed the row. Its members are borrowed until the next call. */
typedef struct vv_row_event {
	vv_oid commit;
	vv_row_kind kind;            /* added, removed or changed */
	const char *path, *old_path; /* old_path: if the file was renamed; else NULL */
	/* of a changed row: cells that changed, or whose column was added, dropped or renamed;
	 * else all cells */
	const vv_row_cell *cells;
	size_t count;
	const char *key,
		/* of a changed row: its new and old key, if the commit changed the key; else
		 * NULL */
		*old_key;
} vv_row_event;

typedef struct vv_row_history vv_row_history;

/* Opens the history of a row. VV_ENOTFOUND: no such path or column; VV_EUSAGE: not a table, or a
 * table without a key. */
vv_status vv_row_history_open(vv_row_history **out, vv_repository *r, vv_dataset_reader *s,
			      const vv_row_history_options *opts, vv_error *err);
int vv_row_history_next(vv_row_history *h, vv_row_event *out, vv_error *err); /* 1, 0, <0 */
/* After an event: is the rest of the history that of the same path and key, from one commit on?
 * If so, *commit is that commit. */
bool vv_row_history_from(vv_row_history *h, vv_oid *commit);
void vv_row_history_close(vv_row_history *h); /* accepts NULL */
VV_AUTO_FREE(vv_row_history, vv_row_history_close)

#endif
