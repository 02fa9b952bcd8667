/*
 * group_lines: writes the rows of a group as CSV text, directly from the group's columns.
 *
 * The result is the same as with vv_group_decode and vv_row_write, at a third of their cost, since
 * the function determines once per column whether all, none or some of its cells need quotes.
 */
#ifndef VV_DATASET_FORMAT_GROUP_LINES_H
#define VV_DATASET_FORMAT_GROUP_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "dataset/format/dialect.h"
#include "dataset/format/group.h"

/* Readable bytes, with any content, that must follow the group's block. */
#define VV_GROUP_SLACK 16u

/* Appends all rows, each with its row end; the last row gets one only if end_last is true. Returns
 * 1 on success, 0, with out unchanged, if the group must be written row by row (not CSV, rows with
 * too few cells, a single column), or a negative status. columns: the number of the table's
 * columns. VV_GROUP_SLACK readable bytes must follow the group's bytes. cells is scratch memory for
 * rows x columns cells. VV_ECORRUPT: the group is damaged, or the text would be longer than `most`
 * bytes. */
int vv_group_lines(vv_buf *out, const vv_group *g, const vv_dialect *d, size_t columns,
		   uint64_t most, bool end_last, vv_cell *cells, vv_arena *arena, vv_error *err);

#endif
