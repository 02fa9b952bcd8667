/*
 * excel_in_place: whether nothing was spoiled, where the rows are where they were.
 */
#ifndef VV_DIFF_ROWS_EXCEL_IN_PLACE_H
#define VV_DIFF_ROWS_EXCEL_IN_PLACE_H

#include "dataset/table/table.h"
#include "diff/rows/changed_groups.h"
#include "diff/rows/excel.h"

typedef struct excel_in_place {
	vv_table *base, *table;
	const vv_excel_column *columns; /* of the table */
	const vv_changed_groups *changed;
	size_t groups;     /* so many of them are looked at */
	const size_t *key; /* its columns in the table */
	size_t key_count;
	vv_excel *excel;
} excel_in_place;

/* *out: the groups that differ have the same rows in place, and no cell that differs is one that Excel spoiled. False also
 * means that it is not known. Only what differs is decoded. */
vv_status excel_is_clean_in_place(bool *out, const excel_in_place *o, vv_error *err);

#endif
