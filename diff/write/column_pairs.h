/*
 * column_pairs: the pairs of columns that a writer lists. In this header, `pair` is the index of a
 * pair, and the sides of a table are its old and its new version.
 *
 * If the table has both sides, these are the pairs of diff/rows/columns.h. If the table was added
 * or removed, each of its columns is a pair.
 */
#ifndef VV_DIFF_WRITE_COLUMN_PAIRS_H
#define VV_DIFF_WRITE_COLUMN_PAIRS_H

#include <stdbool.h>
#include <stddef.h>

#include "dataset/format/cell.h"
#include "dataset/schema/schema.h"
#include "diff/rows/columns.h"
#include "diff/write/writer.h"

typedef struct vv_row_change vv_row_change;

/* Returns the number of pairs. */
size_t vv_column_pairs_count(const vv_diff_table *t);
/* Returns a pair. Its index on a side that the table lacks is -1. */
vv_column_pair vv_column_pairs_get(const vv_diff_table *t, size_t pair);

/* Sets *added to the number of columns that only the new version has, and *dropped to the number of
 * columns that only the old version has. Sets both to 0 if the table has one side. */
void vv_column_pairs_lone(const vv_diff_table *t, size_t *added, size_t *dropped);

/* Returns the pair's field in the new version, or, if the new version lacks the column, in the old
 * version. Borrowed from the table. */
const vv_field *vv_column_pairs_field(const vv_diff_table *t, size_t pair);

/* Returns true if the pair's column identifies rows for readers: if it is a column of the key, or
 * the label of a table without a key (vv_diff_table.label). */
bool vv_column_pairs_names_row(const vv_diff_table *t, size_t pair);

/* Returns the pair's cell in the old version of the row c, borrowed from c. NULL: the old version
 * lacks the column, or c->old_cells is NULL. */
const vv_cell *vv_column_pairs_old(const vv_diff_table *t, size_t pair, const vv_row_change *c);
/* Returns the pair's cell in the new version of the row c, borrowed from c. NULL: the new version
 * lacks the column, or c->new_cells is NULL. */
const vv_cell *vv_column_pairs_new(const vv_diff_table *t, size_t pair, const vv_row_change *c);

/* Returns true if the pair's cell changed, or is spelled differently, in this row. Returns false if
 * the row is not a VV_ROW_CHANGED. */
bool vv_column_pairs_differ(const vv_row_change *c, size_t pair);

/* Appends the address of a cell of the new version in its sheet, such as B17. column, row: the
 * cell's column and row in the table, from 0. Call it only if t->sheet_row[1] is not 0. */
void vv_column_pairs_address(vv_buf *out, const vv_diff_table *t, size_t column, uint64_t row);

#endif
