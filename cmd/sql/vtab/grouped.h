/*
 * grouped: rows in the order of one column, for GROUP BY.
 *
 * SQLite sorts whole rows for it. Here numbers of rows are sorted, by counting how often each value occurs, and the other
 * columns are numbers in arrays: for a few hundred values among millions of rows that takes a third of the time. All rows are
 * in memory, so that a plan asks vv_sql_grouped_size first.
 */
#ifndef VV_CMD_SQL_VTAB_GROUPED_H
#define VV_CMD_SQL_VTAB_GROUPED_H

#include "cmd/sql/vtab/scan.h"

struct vv_sql_value;

typedef struct vv_sql_grouping {
	size_t column; /* of the declared table */
	bool descending;
	uint64_t used; /* columns of the declared table, of which the first 63 can be read: */
} vv_sql_grouping;

/* May these columns be kept? Those beside the grouped one must be numbers, and all rows take at most some 100 MB. */
bool vv_sql_grouped_may(const vv_sql_opened *of, const vv_sql_grouping *how);

typedef struct vv_sql_grouped vv_sql_grouped;

/* Reads all rows of a scan, which is not needed afterwards. */
int vv_sql_grouped_open(vv_sql_grouped **out, vv_sql_scan *scan, const vv_sql_opened *of,
			const vv_sql_grouping *how, varve_error *err);
bool vv_sql_grouped_next(vv_sql_grouped *g);
uint64_t vv_sql_grouped_row(const vv_sql_grouped *g); /* its number in the version */

/* A used column; text is valid until the close. */
void vv_sql_grouped_read(struct vv_sql_value *out, const vv_sql_grouped *g, size_t column);
void vv_sql_grouped_close(vv_sql_grouped *g); /* accepts NULL */

#endif
