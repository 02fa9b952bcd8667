/*
 * group_lines: the rows of a group as CSV text, straight from its columns.
 *
 * The same result as vv_group_decode and vv_row_write, at a third of their cost: the form of a
 * column (in quotes, without, or by cell) is determined once per column.
 */
#ifndef VV_DATASET_FORMAT_GROUP_LINES_H
#define VV_DATASET_FORMAT_GROUP_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "dataset/format/dialect.h"
#include "dataset/format/group.h"

/* Bytes after the block that may be read (whatever they are). */
#define VV_GROUP_SLACK 16u

/* Appends all rows, each with its row end, the last one only with end_last. 1; 0 when this group
 * must be written row by row (not CSV, short rows, a single column): out is unchanged then.
 * columns: those of the table. The group's bytes have VV_GROUP_SLACK behind them; cells has room
 * for rows x columns and is scratch. VV_ECORRUPT as vv_group_column, and when the text would be
 * longer than `most` bytes. */
int vv_group_lines(vv_buf *out, const vv_group *g, const vv_dialect *d, size_t columns,
		   uint64_t most, bool end_last, vv_cell *cells, vv_arena *arena, vv_error *err);

#endif
