/*
 * excel_rows: matches the rows of two versions of a table, of which the newer one may be written by
 * Excel, and finds the changes that Excel made to each column.
 *
 *	vv_excel_rows_open(&r, base, t, groups, err);
 *	... r->columns[i], r->pairs ...
 *	vv_excel_rows_close(r);
 *
 * Only rows of different groups are read. Rows are paired by the key of the base, even if Excel
 * changed values of the key. Without a key, rows are paired in order: where the rows differ, the
 * next two rows that are equal in all cells show which rows were added or removed before them.
 */
#ifndef VV_DIFF_ROWS_EXCEL_ROWS_H
#define VV_DIFF_ROWS_EXCEL_ROWS_H

#include "base/error.h"
#include "dataset/table/table.h"
#include "diff/rows/changed_groups.h"
#include "diff/rows/excel.h"
#include "diff/rows/row_by_number.h"

#define VV_EXCEL_NO_ROW UINT64_MAX

/* A row of the newer version and its row in the base. One of them may be VV_EXCEL_NO_ROW. */
typedef struct vv_excel_pair {
	uint64_t old, row;
} vv_excel_pair;

typedef struct vv_excel_rows {
	vv_table *base, *table;   /* borrowed */
	vv_excel_column *columns; /* columns of the newer version */
	vv_excel_pair *pairs; /* in the order of the newer version, followed by the removed rows */
	size_t count, paired; /* paired: number of pairs with two rows */
	/* keyed: rows are paired by a key; all: all different groups were read */
	bool keyed, all;
	/* one for each order of day and month: sure: number of cells that prove this order;
	 * ordered: number of cells that show it */
	uint64_t sure[VV_EXCEL_MONTH + 1], ordered[VV_EXCEL_MONTH + 1];
	bool ansi; /* cells show that the file is encoded in windows-1252 */
	/* partners of all rows were searched; false: the search may have stopped because many
	 * rows have no partner */
	bool all_searched;
	vv_changed_groups changed;
	/* The caller may use these members, too. */
	vv_row_by_number old_rows, rows;
	vv_excel excel;
} vv_excel_rows;

/* Matches the rows. groups: maximum number of different groups to read in each version; rows are
 * then paired only if Excel changed values. groups 0: reads all groups and pairs the rows. */
vv_status vv_excel_rows_open(vv_excel_rows **out, vv_table *base, vv_table *t, size_t groups,
			     vv_error *err);
void vv_excel_rows_close(vv_excel_rows *r); /* accepts NULL */
VV_AUTO_FREE(vv_excel_rows, vv_excel_rows_close)

/* Returns true if Excel changed most cells of the column that a change of this kind would
 * affect. */
bool vv_excel_column_is(const vv_excel_column *c, vv_excel_kind k);

/* Appends the changes that Excel made to the column's values, without changes of style: "leading
 * zeros are lost in 3 cells (01234 -> 1234)". all: as in vv_excel_rows. Returns false if there are
 * no such changes. */
bool vv_excel_column_put(vv_buf *out, const vv_excel_column *c, bool all);

#endif
