/*
 * row_history: lists the commits that changed one row of a table, newest first.
 *
 * The row is found by its key, also in versions in which the table had another key. Renamed columns
 * and files are followed, and so is a row of which only the key changed. If the row in a merge is
 * equal to the row in one of the merge's parents, only this parent is followed, as in git log of a
 * file. A merge is listed only if a cell differs from those of all its parents. The result
 * therefore contains every commit that blame (blame.h) finds for the row or one of its cells.
 *
 * A correct caller: vv_row_history_open; vv_row_history_next until it returns 0;
 * vv_row_history_close.
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
#include "diff/rows/row_change.h"
#include "lib/names/gaps.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/history/history.h"
#include "repo/git/repository.h"

/* The options of a history. All pointers are borrowed. */
typedef struct vv_row_history_options {
	/* the key's values, separated by commas; NULL: the row with number `number`, from 0 */
	const char *row;
	size_t values;   /* number of these values; 0: not checked */
	uint64_t number; /* used if row is NULL */
	/* names of the columns that identify the row; empty: the key of the table; not NULL */
	const vv_strings *key;
	const char *path;       /* path of the table */
	const vv_range *ranges; /* the commits to walk; range_count 0: the history of HEAD */
	size_t range_count;
	bool first_parent;           /* follow only the first parents of merges */
	const vv_progress *progress; /* borrowed; may be NULL */
} vv_row_history_options;

/* A cell of the row before and after a commit. old_cell is absent if the row or the
 * column was added; new_cell is absent if the row or the column was removed. */
typedef struct vv_row_cell {
	const char *name, *old_name; /* old_name: the name before a rename, or NULL */
	vv_cell old_cell, new_cell;  /* both are absent if only the name of the column changed */
	vv_cell_change change;       /* the kind of the change */
	/* came: the commit added the column; went: the commit removed the column */
	bool came, went;
} vv_row_cell;

/* A commit that changed the row. The members are borrowed until the next
 * vv_row_history_next. */
typedef struct vv_row_event {
	vv_oid commit;
	vv_row_kind kind;            /* added, removed or changed */
	const char *path, *old_path; /* old_path: the path before a rename, or NULL */
	/* for a changed row, the cells that changed, and those whose column was added,
	 * removed or renamed; else all cells */
	const vv_row_cell *cells;
	size_t count;
	/* the version before the commit is not here: the cells are those of the row in the commit,
	 * which may have been set earlier; `kind` is VV_ROW_ADDED */
	bool edge;
	/* for a changed row, the new and the old key if the commit changed the key; else NULL */
	const char *key, *old_key;
} vv_row_event;

/* A history. */
typedef struct vv_row_history vv_row_history;

/* Opens the history of a row as *out. s: the reader of r. VV_ENOTFOUND: the path or a column does
 * not exist; VV_EUSAGE: the path is not a table; opts->row is set, but the table has no key and
 * opts->key is empty; or the key does not have opts->values columns. */
vv_status vv_row_history_open(vv_row_history **out, vv_repository *r, vv_dataset_reader *s,
			      const vv_row_history_options *opts, vv_error *err);
/* Sets *out to the next commit that changed the row. Returns 1, 0 at the end, or a negative
 * vv_status. */
int vv_row_history_next(vv_row_history *h, vv_row_event *out, vv_error *err);
/* Returns the versions that the history left out because their rows are not here, for vv_gaps_end;
 * borrowed. */
const vv_gaps *vv_row_history_gaps(const vv_row_history *h);
/* Returns true if the remaining events are those that a new history of the same path and row would
 * return from one commit; then sets *commit to that commit. Used to continue later. */
bool vv_row_history_from(vv_row_history *h, vv_oid *commit);
void vv_row_history_close(vv_row_history *h); /* accepts NULL */
VV_AUTO_FREE(vv_row_history, vv_row_history_close)

#endif
