/*
 * row_change: the options of a comparison of rows, and its results: changed rows, and statistics.
 */
#ifndef VV_DIFF_ROWS_ROW_CHANGE_H
#define VV_DIFF_ROWS_ROW_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/thread.h"
#include "dataset/format/cell.h"
#include "diff/rows/columns.h"

typedef enum vv_row_kind {
	VV_ROW_ADDED,
	VV_ROW_REMOVED,
	VV_ROW_CHANGED,
	VV_ROW_MOVED /* only with opts.moves; a changed row that also moved has `moved` set */
} vv_row_kind;

typedef enum vv_cell_change {
	VV_CELL_SAME = 0,
	VV_CELL_FORMAT = 1, /* the same value, spelled differently */
	VV_CELL_CHANGED = 2
} vv_cell_change;

/* A changed row. Borrowed until the next call. Cells are indexed by the columns of their version. */
typedef struct vv_row_change {
	vv_row_kind kind;
	bool moved;
	/* for VV_ROW_CHANGED: the key changed; `cells` marks the key's columns, too */
	bool rekeyed;
	uint64_t old_row, new_row; /* from 0; UINT64_MAX: the version lacks the row */
	uint64_t place;            /* number of rows of the new version above this row */
	const vv_cell *old_cells;  /* NULL for an added row */
	const vv_cell *new_cells;  /* NULL for a removed row */
	const uint8_t *cells;      /* changed: vv_cell_change for each of columns->pairs (SAME for
	                                 * pairs that only one side has) */
	size_t changed, formatted; /* numbers of VV_CELL_CHANGED and of VV_CELL_FORMAT cells */
} vv_row_change;

typedef struct vv_rowdiff_options {
	/* names in the new version (or, if renamed, in the old); NULL: the tables' own key, if both
	 * have the same; {NULL}: no key */
	const char *const *key;
	const vv_columns *columns; /* how columns correspond */
	bool ignore_format;        /* rows that differ only in spelling are not reported */
	const char *tolerance;     /* NULL: exact */
	/* NULL-ended names: other columns are not compared; NULL: all */
	const char *const *only;
	const char *const *ignore; /* NULL-ended names */
	bool rekeyed; /* with a key: rows whose key alone changed are reported as changed */
	bool moves;
	/* for patches: reports moves and differences in spelling, so that formatting and order are
	 * exact */
	bool everything;
	bool blind_moves; /* rows that moved and are otherwise equal are reported without their cells
	                                 * (NULL): reading a re-sorted table's rows in another order is slow */
	bool only_needed; /* of a changed or moved row all cells may be absent but those of the key and those
	                                 * that are not VV_CELL_SAME: equal columns are not decoded */
	uint64_t memory; /* bytes of digests before disk; 0: 32 MiB */
	const char *temp_dir;
	vv_pool *pool;
	const vv_progress *progress;
} vv_rowdiff_options;

#define VV_REPEATS_SHOWN 10
typedef struct vv_rowdiff_stats {
	uint64_t old_rows, new_rows;
	uint64_t added, removed, changed, moved;
	uint64_t rekeyed;        /* changed rows whose key changed */
	uint64_t formatted_rows; /* rows that differ only in the spelling of values */
	uint64_t cells_changed, cells_formatted;
	/* number of changed cells for each of columns->pairs; borrowed until close */
	uint64_t *column_changes;
	uint64_t groups_read; /* row groups of both sides that were read */
	/* keys that occur more than once on one side, among the rows read */
	uint64_t repeated_keys;
	char *repeated[VV_REPEATS_SHOWN]; /* the first repeated keys, as text */
	/* rows were matched by a key */
	bool keyed;
	bool reordered; /* rows that both have (unless moves are reported: under one key) are in
	                                 * another order */
} vv_rowdiff_stats;

#endif
