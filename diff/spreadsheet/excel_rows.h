/*
 * excel_rows: matches the rows of two versions of a table, and finds the changes that Excel made to
 * each column if it wrote the file of the newer version. In this header, the base is the older
 * version.
 *
 * 	vv_excel_rows_open(&r, base, t, groups, err);
 * 	... r->columns[i], r->pairs ...
 * 	vv_excel_rows_close(r);
 *
 * Only rows of changed groups are read: row groups that only one version has. Rows are paired by
 * the key of the base, even if Excel changed values of the key, unless the key has more than 8
 * columns. Without a key, rows are paired in order. If two rows differ, the next pair of rows that
 * match in all cells shows whether rows were added or removed before that pair.
 */
#ifndef VV_DIFF_SPREADSHEET_EXCEL_ROWS_H
#define VV_DIFF_SPREADSHEET_EXCEL_ROWS_H

#include "base/error.h"
#include "diff/rows/changed_groups.h"
#include "diff/rows/row_by_number.h"
#include "diff/spreadsheet/excel.h"

#define VV_EXCEL_NO_ROW UINT64_MAX /* the version lacks the row */

/* A row of the base and the row of the newer version that matches it. */
typedef struct vv_excel_pair {
	uint64_t old, /* number in the base; VV_EXCEL_NO_ROW: the row was added */
		row;  /* number in the newer version; VV_EXCEL_NO_ROW: the row was removed */
} vv_excel_pair;

/* The result of matching. */
typedef struct vv_excel_rows {
	vv_table *base,           /* the base; borrowed */
		*table;           /* the newer version; borrowed */
	vv_excel_column *columns; /* one for each column of the newer version */
	vv_excel_pair *pairs; /* in the order of the newer version, followed by the removed rows */
	size_t count,         /* number of pairs; 0: rows were not paired (vv_excel_rows_open) */
		paired;       /* number of pairs with a row in both versions */
	bool keyed,           /* rows are paired by a key */
		all;          /* the rows of all changed groups were paired */
	/* Numbers of dates that Excel changed, for each vv_excel_order. `ordered` counts the dates
	 * that Excel may have written in this order. `sure` counts those among them whose day is
	 * above 12, so that the other order is impossible. */
	uint64_t sure[VV_EXCEL_MONTH + 1], ordered[VV_EXCEL_MONTH + 1];
	char mark; /* the decimal mark that displays of numbers have; 0: none shows it */
	/* the encoding in which the file was saved, if cells show that it is not UTF-8 */
	vv_saved_encoding *encoding;
	/* every row was searched for; false: after many searches in vain, some rows may have been
	 * skipped */
	bool all_searched;
	vv_changed_groups changed; /* the groups that only one version has */
	/* The caller may use these members, too. */
	vv_row_by_number old_rows, /* reads rows of the base */
		rows;              /* reads rows of the newer version */
	vv_excel excel;            /* for comparing cells */
	vv_buf room;               /* of vv_excel_rows_utf8 */
} vv_excel_rows;

/* Matches the rows of base with those of t, which must both outlive *out. groups: maximum number of
 * changed groups to read in each version; rows are then paired only if Excel may have changed
 * values. groups 0: read all changed groups, and pair their rows in any case. */
vv_status vv_excel_rows_open(vv_excel_rows **out, vv_table *base, vv_table *t, size_t groups,
			     vv_error *err);
void vv_excel_rows_close(vv_excel_rows *r); /* accepts NULL */
VV_AUTO_FREE(vv_excel_rows, vv_excel_rows_close)

/* Returns the cell of the newer version in UTF-8: itself, or *room, whose text is valid until the next
 * call. */
const vv_cell *vv_excel_rows_utf8(vv_excel_rows *r, vv_cell *room, const vv_cell *is);

/* Returns true if Excel made changes of kind k to the column. That is: it changed more than half of
 * the cells that such a change can affect; for VV_EXCEL_GROUPS, all of them, and at least two. */
bool vv_excel_column_is(const vv_excel_column *c, vv_excel_kind k);

/* Appends a description of the changes that Excel made to the column, except VV_EXCEL_STYLE, such
 * as "leading zeros are lost in 3 cells (01234 -> 1234)". all: the member of vv_excel_rows. Returns
 * false if the column has no such changes. */
bool vv_excel_column_put(vv_buf *out, const vv_excel_column *c, bool all);

/* Appends a line "column NAME: ..." for each column of t that Excel changed, as the first changed
 * groups show; nothing if one of the tables is not CSV. */
vv_status vv_excel_damage_put(vv_buf *out, vv_table *base, vv_table *t, vv_error *err);

#endif
