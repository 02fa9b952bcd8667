/*
 * column_pairs: a table's columns as a writer walks over them, whether it has two sides or one.
 *
 * With both sides these are the pairs of diff/rows/columns.h; a table that was added or
 * removed as a whole has one pair for each of its columns. Shared by write_*.c.
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

/* How many columns only the new or only the old version has; 0 if the table has one side. */
void vv_column_pairs_lone(const vv_diff_table *t, size_t *added, size_t *dropped);

/* The column as the new version has it, or, when that lacks, the old one. */
const vv_field *vv_column_pairs_field(const vv_diff_table *t, size_t pair);

/* Does it identify the row for people: a key column, or without a key the label column? */
bool vv_column_pairs_names_row(const vv_diff_table *t, size_t pair);

/* The pair's cell on either side; NULL when that side has no such row or column. */
const vv_cell *vv_column_pairs_old(const vv_diff_table *t, size_t pair, const vv_row_change *c);
const vv_cell *vv_column_pairs_new(const vv_diff_table *t, size_t pair, const vv_row_change *c);

/* Does the row have that cell changed (or written otherwise)? False except for changed rows. */
bool vv_column_pairs_differ(const vv_row_change *c, size_t pair);

/* Where there are sheets: the address of the new side's cell, as B17. Appends. */
void vv_column_pairs_address(vv_buf *out, const vv_diff_table *t, size_t column, uint64_t row);

#endif
