/*
 * row_change: the options and the results of a comparison of rows: changed rows, and statistics.
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
	VV_ROW_MOVED /* only if opts.moves is set; a changed row that also moved has `moved` set */
} vv_row_kind;

typedef enum vv_cell_change {
	VV_CELL_SAME = 0,
	VV_CELL_FORMAT = 1, /* the same value, spelled differently */
	VV_CELL_CHANGED = 2
} vv_cell_change;

/* A changed row, borrowed until the next call. Cells are indexed by the columns of their
 * version. */
typedef struct vv_row_change {
	vv_row_kind kind;
	bool moved;
	/* VV_ROW_CHANGED: the key changed, and `cells` also marks the columns of the key */
	bool rekeyed;
	uint64_t old_row, new_row; /* counted from 0; UINT64_MAX: the version lacks the row */
	uint64_t place;            /* number of rows of the new version above this row */
	const vv_cell *old_cells;  /* NULL for an added row */
	const vv_cell *new_cells;  /* NULL for a removed row */
	/* VV_ROW_CHANGED: a vv_cell_change for each of columns->pairs; VV_CELL_SAME for pairs that
	 * only one side has */
	const uint8_t *cells;
	size_t changed, formatted; /* numbers of VV_CELL_CHANGED and of VV_CELL_FORMAT cells */
} vv_row_change;

typedef struct vv_rowdiff_options {
	/* names of the key's columns in the new version, or, if renamed, in the old version, ended
	 * by NULL; NULL: the tables' own key, if both have the same key; {NULL}: no key */
	const char *const *key;
	const vv_columns *columns; /* the pairs of columns */
	bool ignore_format;        /* rows that differ only in spelling are not reported */
	const char *tolerance;     /* see vv_value_within; NULL: numbers are compared exactly */
	/* names of the columns to compare, ended by NULL; NULL: all columns */
	const char *const *only;
	const char *const *ignore; /* names of columns not to compare, ended by NULL */
	bool rekeyed; /* with a key: rows in which only the key changed are reported as changed */
	bool moves;   /* moved rows are reported */
	/* for patches: moves and differences in spelling are reported, so that format and order can
	 * be restored exactly */
	bool everything;
	/* rows that only moved are reported without cells (old_cells and new_cells are NULL):
	 * reading the rows of a table that was sorted again is slow */
	bool blind_moves;
	/* in a changed or moved row, all cells may be absent except those of the key and those that
	 * are not VV_CELL_SAME: equal columns are not decoded */
	bool only_needed;
	uint64_t memory; /* maximum bytes of digests in memory before the disk is used; 0: 32 MiB */
	const char *temp_dir;
	vv_pool *pool;
	const vv_progress *progress;
} vv_rowdiff_options;

#define VV_REPEATS_SHOWN 10
typedef struct vv_rowdiff_stats {
	uint64_t old_rows, new_rows;
	uint64_t added, removed, changed, moved;
	uint64_t rekeyed;        /* number of changed rows whose key changed */
	uint64_t formatted_rows; /* number of rows that differ only in the spelling of values */
	uint64_t cells_changed, cells_formatted;
	/* number of changed cells for each of columns->pairs; borrowed until the comparison is
	 * closed */
	uint64_t *column_changes;
	uint64_t groups_read; /* number of row groups of both sides that were read */
	/* number of keys that occur more than once on one side, among the rows that were read */
	uint64_t repeated_keys;
	char *repeated[VV_REPEATS_SHOWN]; /* the first repeated keys, as text */
	/* rows were matched by a key */
	bool keyed;
	/* rows that both sides have are in another order; if moves are reported, only rows that
	 * have the same key on both sides count */
	bool reordered;
} vv_rowdiff_stats;

#endif
