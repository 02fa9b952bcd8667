/*
 * group_lines: writes the rows of a group as CSV text, directly from the group's columns.
 *
 * vv_group_lines writes the same text as vv_group_decode and vv_row_write, at a third of their
 * cost, since it determines once per column whether all, none or some of its cells need quotes.
 */
#ifndef VV_DATASET_FORMAT_GROUP_LINES_H
#define VV_DATASET_FORMAT_GROUP_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "dataset/format/group.h"

typedef struct vv_dialect vv_dialect;

/* How many readable bytes, with any content, must follow the bytes of the group. */
#define VV_GROUP_SLACK 16u

/* Appends all rows of g to out, each with its row end; the last row gets one only if end_last is
 * true. Returns 1 on success, or a negative status. Returns 0, with out unchanged, if the caller
 * must write the group row by row, for one of these reasons: the dialect is not CSV, has comments,
 * skips spaces or has no row end; the table has a single column; columns are not stored; or cells
 * are not texts. columns: the number of the table's columns. VV_GROUP_SLACK readable bytes must
 * follow the group's bytes. cells is scratch memory for rows x columns cells. VV_ECORRUPT: the
 * group is damaged, or the text would be longer than `most` bytes. */
int vv_group_lines(vv_buf *out, const vv_group *g, const vv_dialect *d, size_t columns,
		   uint64_t most, bool end_last, vv_cell *cells, vv_arena *arena, vv_error *err);

#endif
