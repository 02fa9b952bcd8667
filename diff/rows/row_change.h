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

typedef struct vv_columns vv_columns;

/* How a row differs between the versions. */
typedef enum vv_row_kind {
	VV_ROW_ADDED,
	VV_ROW_REMOVED,
	VV_ROW_CHANGED,
	/* only with vv_rowdiff_options.moves or everything: the row moved, but did not change; a
	 * changed row that also moved is VV_ROW_CHANGED with `moved` set */
	VV_ROW_MOVED
} vv_row_kind;

/* How a cell differs between the versions. */
typedef enum vv_cell_change {
	VV_CELL_SAME = 0,   /* equal */
	VV_CELL_FORMAT = 1, /* the same value, spelled differently */
	VV_CELL_CHANGED = 2 /* a different value */
} vv_cell_change;

/* A row that differs, borrowed until the next call. Cells are indexed by the columns of their
 * version. */
typedef struct vv_row_change {
	vv_row_kind kind;
	bool moved; /* the row moved relative to other rows */
	/* VV_ROW_CHANGED: the key changed, and `cells` also marks the columns of the key */
	bool rekeyed;
	/* numbers of the row, from 0; UINT64_MAX: the version lacks the row */
	uint64_t old_row, /* in the old version */
		new_row;  /* in the new version */
	uint64_t place;   /* how many rows of the new version are above this row */
	/* the row's cells in the old and the new version; NULL: the version lacks the row, or the
	 * row only moved and vv_rowdiff_options.blind_moves is set */
	const vv_cell *old_cells;
	const vv_cell *new_cells;
	/* VV_ROW_CHANGED: a vv_cell_change for each of columns->pairs; VV_CELL_SAME for pairs that
	 * only one side has */
	const uint8_t *cells;
	size_t changed,    /* number of VV_CELL_CHANGED in `cells` */
		formatted; /* number of VV_CELL_FORMAT in `cells` */
} vv_row_change;

/* The options of a comparison; pointers are borrowed. */
typedef struct vv_rowdiff_options {
	/* names of the key's columns, followed by NULL; a renamed column may have its new or its
	 * old name. NULL: the key of the tables, if both have the same key; {NULL}: no key */
	const char *const *key;
	const vv_columns *columns; /* the pairs of columns */
	bool ignore_format;        /* rows that differ only in spelling are not reported */
	/* numbers that vv_value_within accepts count as equal; NULL: numbers are compared
	 * exactly */
	const char *tolerance;
	/* names of the columns to compare, followed by NULL; NULL: all columns. In `only` and
	 * `ignore`, a renamed column may have either name, and other names have no effect */
	const char *const *only;
	/* names of columns not to compare, followed by NULL; may be NULL */
	const char *const *ignore;
	bool rekeyed; /* with a key: rows in which only the key changed are reported as changed */
	bool moves;   /* moved rows are reported */
	/* for patches: all moves and differences in spelling are reported, so that spelling and
	 * order can be restored exactly */
	bool everything;
	/* rows that only moved are reported without cells (old_cells and new_cells are NULL),
	 * because reading all rows of a table that was sorted again is slow */
	bool blind_moves;
	/* in a changed or moved row, cells that are VV_CELL_SAME may be absent, except those of the
	 * key, because equal columns are not decoded */
	bool only_needed;
	uint64_t memory; /* maximum bytes of digests in memory before the disk is used; 0: 32 MiB */
	const char *temp_dir;        /* folder for temporary files; NULL: TMPDIR, else /tmp */
	vv_pool *pool;               /* may be NULL */
	const vv_progress *progress; /* may be NULL */
} vv_rowdiff_options;

#define VV_REPEATS_SHOWN 10 /* maximum number of repeated keys in vv_rowdiff_stats */
/* The statistics of a comparison. */
typedef struct vv_rowdiff_stats {
	uint64_t old_rows,       /* number of rows of the old version */
		new_rows;        /* number of rows of the new version */
	uint64_t added, removed, /* numbers of rows */
		changed,         /* number of rows with other values */
		moved;           /* number of moved rows, of which some may also be in `changed` */
	uint64_t rekeyed;        /* number of rows whose key changed, which are also in `changed` */
	uint64_t formatted_rows; /* number of rows that differ only in the spelling of values */
	/* numbers of cells in changed rows: */
	uint64_t cells_changed,  /* of VV_CELL_CHANGED cells */
		cells_formatted; /* of VV_CELL_FORMAT cells */
	/* for each of columns->pairs: the number of changed cells; borrowed until the comparison is
	 * closed */
	uint64_t *column_changes;
	uint64_t groups_read; /* number of row groups of both sides that were read */
	/* number of keys that occur more than once on one side, among the rows that were read */
	uint64_t repeated_keys;
	/* the first distinct repeated keys, as text; unused places are NULL. If all places are used,
	 * no NULL follows */
	char *repeated[VV_REPEATS_SHOWN];
	/* rows were matched by a key */
	bool keyed;
	/* rows that both versions have are in different order; unless moves are reported, rows
	 * whose key changed do not count */
	bool reordered;
} vv_rowdiff_stats;

#endif
