/*
 * group_edit_internal: declarations for making and applying row edits, which have this format:
 *
 *   varint     number of places that change
 *   for each:  varint number of unchanged rows since the previous place, varint number of removed
 *              rows, varint number of added rows
 *   varint     number of columns with a mode
 *   for each:  varint number of columns between the previous column with a mode and this one (for
 *              the first: the column's number), 1 byte mode
 *   for each column of the table:
 *   with EDIT_LITERAL   varint length, and the column as in the block
 *   without
 *     with EDIT_PATCHES   varint number of changed cells; for each, varint number of rows since the
 *                         previous changed cell (for the first: its row in the result)
 *     with EDIT_HEAD      numbers only: 1 byte flags, 1 byte width, varint zigzag(base), as in the
 *                         column
 *     a value for each added row and each changed cell, in the order of rows:
 *       const     nothing
 *       dict      1 byte: number of the text in base; or 255, varint length, bytes
 *       text      varint length, bytes
 *       numbers   if some cells are empty: 1 byte, which is 1 for an empty cell and 0 for others;
 *                 unless the cell is empty, with deltas: varint zigzag(value - previous), where
 *                 previous is the value of the previous row, or base in the first row and after
 *                 an empty cell; without deltas: the number as in the planes, lowest byte first
 */
#ifndef VV_DATASET_FORMAT_GROUP_EDIT_INTERNAL_H
#define VV_DATASET_FORMAT_GROUP_EDIT_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/format/group.h"

/* The bits of a column's mode. */
enum { EDIT_LITERAL = 1, EDIT_PATCHES = 2, EDIT_HEAD = 4 };

#define EDIT_NEW_TEXT 255u /* instead of a number in the dictionary */

/* A place that changes. */
typedef struct edit_run {
	size_t keep,  /* number of unchanged rows of base before the place */
		drop, /* number of removed rows of base */
		add;  /* number of added rows */
} edit_run;

/* The rows that edits keep, remove and add. */
typedef struct edit_plan {
	edit_run *runs;   /* the places that change, in order */
	size_t count;     /* number of elements of runs */
	size_t base_rows, /* number of rows of base */
		rows;     /* number of rows of the result */
	size_t in;        /* number of added rows at all places together */
} edit_plan;

/* A column that is being edited. A column whose cells have different states needs EDIT_LITERAL. */
typedef struct edit_column {
	const edit_plan *plan; /* borrowed */
	const vv_group *base;  /* the group that is edited; borrowed */
	size_t column;         /* index of the column in base */
	unsigned mode;         /* EDIT_... bits */
	const uint8_t *p,      /* the next byte of the edits to read */
		*end;          /* the end of the edits */
	vv_arena *arena;       /* for temporary data */
} edit_column;

/* Applies the edits of one column, and appends the encoded column of the result to out.
 * VV_ECORRUPT: the edits are invalid for this column. */
vv_status edit_column_apply(edit_column *e, vv_buf *out, vv_error *err);

#endif
