/*
 * column_pairs: the pairs of columns that a writer walks over, for a table with one or two sides.
 *
 * If the table has both sides, these are the pairs of diff/rows/columns.h; a table that was added
 * or removed has one pair for each column. Shared by write_*.c.
 */
#ifndef VV_DIFF_WRITE_COLUMN_PAIRS_H
#define VV_DIFF_WRITE_COLUMN_PAIRS_H

#include <stdbool.h>
#include <stddef.h>

#include "dataset/format/cell.h"
#include "dataset/schema/schema.h"
#include "diff/write/writer.h"

size_t vv_column_pairs_count(const vv_diff_table *t);
vv_column_pair vv_column_pairs_get(const vv_diff_table *t, size_t pair);

/* Sets *added and *dropped to the numbers of columns that only the new or only the old version has;
 * 0 if the table has one side. */
void vv_column_pairs_lone(const vv_diff_table *t, size_t *added, size_t *dropped);

/* Returns the field of the column in the new version, or, if that lacks the column, in the old
 * version. */
const vv_field *vv_column_pairs_field(const vv_diff_table *t, size_t pair);

/* Does the column identify rows for readers? True for key columns, or, without a key, for the label
 * column. */
bool vv_column_pairs_names_row(const vv_diff_table *t, size_t pair);

/* Return the pair's cell on the old or new side; NULL: the side has no such row or column. */
const vv_cell *vv_column_pairs_old(const vv_diff_table *t, size_t pair, const vv_row_change *c);
const vv_cell *vv_column_pairs_new(const vv_diff_table *t, size_t pair, const vv_row_change *c);

/* Did the pair's cell change in this row, or was it spelled differently? True only for changed
 * rows. */
bool vv_column_pairs_differ(const vv_row_change *c, size_t pair);

/* If the table is a sheet, appends the address of the new side's cell, such as B17. */
void vv_column_pairs_address(vv_buf *out, const vv_diff_table *t, size_t column, uint64_t row);

#endif
