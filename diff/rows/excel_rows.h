/*
 * excel_rows: matches the rows of two versions of a table, of which the newer one may be written by
 * Excel, and finds the changes that Excel made to each column.
 *
 *	vv_excel_rows_open(&r, base, t, groups, err);
 *	... r->columns[i], r->pairs ...
 *	vv_excel_rows_close(r);
 *
 * Only rows of changed groups are read: row groups that only one version has. Rows are paired by
 * the key of the base, even if Excel changed values of the key. Without a key, rows are paired in
 * order. If two rows differ, the next pair of rows that match in all cells shows whether rows were
 * added or removed before that pair.
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
	/* keyed: rows are paired by a key; all: all changed groups were read */
	bool keyed, all;
	/* numbers of cells with changed dates, for each order of day and month. sure: the day is
	 * above 12, so that the other order is impossible; ordered: the date is in this order,
	 * according to vv_excel_spelling */
	uint64_t sure[VV_EXCEL_MONTH + 1], ordered[VV_EXCEL_MONTH + 1];
	bool ansi; /* cells show that the file is encoded in windows-1252 */
	/* each row was compared with all candidates for its partner; false: some comparisons may
	 * have been skipped after many rows without a partner */
	bool all_searched;
	vv_changed_groups changed;
	/* The caller may use these members, too. */
	vv_row_by_number old_rows, rows;
	vv_excel excel;
} vv_excel_rows;

/* Matches the rows. groups: maximum number of changed groups to read in each version; rows are then
 * paired only if Excel may have changed values. groups 0: reads all changed groups and pairs their
 * rows. */
vv_status vv_excel_rows_open(vv_excel_rows **out, vv_table *base, vv_table *t, size_t groups,
			     vv_error *err);
void vv_excel_rows_close(vv_excel_rows *r); /* accepts NULL */
VV_AUTO_FREE(vv_excel_rows, vv_excel_rows_close)

/* Returns true if Excel changed more than half of the column's cells that a change of this kind
 * would affect; for VV_EXCEL_GROUPS, if Excel changed all of these cells, and at least two. */
bool vv_excel_column_is(const vv_excel_column *c, vv_excel_kind k);

/* Appends the changes that Excel made to the column's values, without changes of style: "leading
 * zeros are lost in 3 cells (01234 -> 1234)". all: as in vv_excel_rows. Returns false if there are
 * no such changes. */
bool vv_excel_column_put(vv_buf *out, const vv_excel_column *c, bool all);

#endif
