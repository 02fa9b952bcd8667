/*
 * group_edit_internal: declarations that making and applying row edits share.
 *
 *   varint     how many places change
 *   each:      varint rows kept since the last place, varint rows out, varint rows in
 *   varint     how many columns have a mode
 *   each:      varint columns since the last such one (for the first: its number), 1 mode
 *              the columns, one after the other:
 *   EDIT_LITERAL   varint length, and the column as it is in the block
 *   else
 *     EDIT_PATCHES   varint how many cells change; for each the rows since the last one (the first:
 *                    its number in the result)
 *     EDIT_HEAD      of numbers: 1 flags, 1 width, varint zigzag(base), as in the column
 *     a value for each row that came in and each cell that changes, by row:
 *       const     nothing
 *       dict      1 number of the text in base; or 255, varint length, bytes
 *       text      varint length, bytes
 *       numbers   if some are empty: 1, which is 1 for an empty one; else, or after a 0:
 *                 deltas: varint zigzag(value - the row's before; base's in the first row, or after
 *                 an empty one); else the number as in the planes, lowest byte first
 */
#ifndef VV_DATASET_FORMAT_GROUP_EDIT_INTERNAL_H
#define VV_DATASET_FORMAT_GROUP_EDIT_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/format/group.h"

enum { EDIT_LITERAL = 1, EDIT_PATCHES = 2, EDIT_HEAD = 4 };

#define EDIT_NEW_TEXT 255u /* instead of a number in the dictionary */

/* One place: the number of unchanged rows of base before it, of removed rows of base, and of added
 * rows. */
typedef struct edit_run {
	size_t keep, drop, add;
} edit_run;

typedef struct edit_plan {
	edit_run *runs;
	size_t count;
	size_t base_rows, rows; /* of base; of the result */
	size_t in;              /* rows that came */
} edit_plan;

/* A column that is being edited. If states differ by row, it needs EDIT_LITERAL. */
typedef struct edit_column {
	const edit_plan *plan;
	const vv_group *base;
	size_t column;
	unsigned mode;
	const uint8_t *p, *end; /* of the edits: p moves on */
	vv_arena *arena;        /* scratch */
} edit_column;

/* Appends the column of the result to out. VV_ECORRUPT. */
vv_status edit_column_apply(edit_column *e, vv_buf *out, vv_error *err);

#endif
