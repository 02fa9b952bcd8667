/*
 * excel_rows: two versions of a table, the newer one perhaps written by Excel: which row is which, and what Excel did to each column.
 *
 *	vv_excel_rows_open(&r, base, t, groups, err);
 *	... r->columns[i], r->pairs ...
 *	vv_excel_rows_close(r);
 *
 * Only rows of differing groups are examined. Rows are paired by the base's key, even if Excel
 * changed key values; without a key, rows are paired in order: the next two rows that match in all
 * cells show which rows were added or removed between.
 */
#ifndef VV_DIFF_ROWS_EXCEL_ROWS_H
#define VV_DIFF_ROWS_EXCEL_ROWS_H

#include "base/error.h"
#include "dataset/table/table.h"
#include "diff/rows/changed_groups.h"
#include "diff/rows/excel.h"
#include "diff/rows/row_by_number.h"

#define VV_EXCEL_NO_ROW UINT64_MAX

/* A row of the newer version, and of the base; one may be VV_EXCEL_NO_ROW. */
typedef struct vv_excel_pair {
	uint64_t old, row;
} vv_excel_pair;

typedef struct vv_excel_rows {
	vv_table *base, *table;   /* borrowed */
	vv_excel_column *columns; /* columns of the newer version */
	vv_excel_pair *pairs;     /* in the order of the newer version; removed rows are last */
	size_t count, paired;
	bool keyed, all; /* keyed: paired by a key; all: all differing groups were examined */
	uint64_t sure[VV_EXCEL_MONTH + 1],
		ordered[VV_EXCEL_MONTH + 1]; /* cells that show an order */
	bool ansi;         /* cells show that the file is encoded in windows-1252 */
	bool all_searched; /* partners of all rows, not of some where many have none */
	vv_changed_groups changed;
	/* the caller may use these, too: */
	vv_row_by_number old_rows, rows;
	vv_excel excel;
} vv_excel_rows;

/* groups: limit of differing groups to examine, of each version; rows are then not paired unless values were changed by
 * Excel; 0: all, with pairing. */
vv_status vv_excel_rows_open(vv_excel_rows **out, vv_table *base, vv_table *t, size_t groups,
			     vv_error *err);
void vv_excel_rows_close(vv_excel_rows *r); /* accepts NULL */
VV_AUTO_FREE(vv_excel_rows, vv_excel_rows_close)

/* Did Excel change most cells of the column that a change of this kind would affect? */
bool vv_excel_column_is(const vv_excel_column *c, vv_excel_kind k);

/* Appends Excel's changes of the column's values, without changes of style: "leading zeros are lost
 * in 3 cells (01234 -> 1234)". False: no changes. all: as in vv_excel_rows. */
bool vv_excel_column_put(vv_buf *out, const vv_excel_column *c, bool all);

#endif
