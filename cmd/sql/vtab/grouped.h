/*
 * grouped: stores rows in memory, grouped by the values of some columns. For GROUP BY, rows are
 * returned sorted by these values; for a join, rows are found by these values.
 *
 * Without this module, SQLite would sort whole rows for GROUP BY, and would search the table again
 * for each value of a join. This module groups row numbers with a hash table, and stores the other
 * columns that the query reads as arrays. For a few hundred values among millions of rows, GROUP BY
 * then takes a third of SQLite's time. A join finds rows without opening a cursor.
 *
 * For GROUP BY, the planner must call vv_sql_grouped_may first. For a join, columns that are too
 * large are not stored, and the caller reads them from the version, row by row.
 */
#ifndef VV_CMD_SQL_VTAB_GROUPED_H
#define VV_CMD_SQL_VTAB_GROUPED_H

#include "cmd/sql/vtab/scan.h"

struct vv_sql_value;

#define VV_GROUPING_COLUMNS 8 /* maximum number of columns by which rows are grouped */

/* How rows are grouped. */
typedef struct vv_sql_grouping {
	/* the columns by which rows are grouped, as indexes in the declared table */
	size_t by[VV_GROUPING_COLUMNS];
	/* for GROUP BY: sort by this column in descending order */
	bool descending[VV_GROUPING_COLUMNS];
	size_t count; /* the number of columns in `by` */
	/* bit i: the query reads column i of the declared table; only the first 63 columns can be
	 * stored */
	uint64_t used;
	/* for a join: the column is compared with IS, so NULL matches NULL. Without IS, a row with
	 * NULL in the column matches nothing, and is not stored */
	bool is[VV_GROUPING_COLUMNS];
	/* true: a join. Rows are grouped by the hash of their values, so groups are not sorted, and
	 * a group can have rows with different values. false: GROUP BY */
	bool join;
} vv_sql_grouping;

/* Returns true if the rows can be stored in memory for GROUP BY: no column in `by` has datetimes, no
 * other used column has texts, no used column is after the first 63, and all rows need at most
 * 128 MiB. */
bool vv_sql_grouped_may(const vv_sql_opened *of, const vv_sql_grouping *how);

/* The rows of one table, stored in memory. */
typedef struct vv_sql_grouped vv_sql_grouped;

/* A position in a range of the rows. Several readers, each with its own position, may read the same
 * vv_sql_grouped. */
typedef struct vv_sql_grouped_at {
	uint32_t row, /* the next row */
		end;  /* the end of the range: one after its last row */
	/* for GROUP BY: the group of the current row; for a join: the group that is likely to be
	 * searched for next */
	uint32_t group;
} vv_sql_grouped_at;

/* Reads all rows of a scan into *out, which the caller closes. The scan can be closed after the
 * call. VARVE_EREFUSED: a join has too many rows, or they need too much memory; VARVE_ENOSUPPORT: a
 * GROUP BY has 2^32 - 1 rows or more. */
int vv_sql_grouped_open(vv_sql_grouped **out, vv_sql_scan *scan, const vv_sql_opened *of,
			const vv_sql_grouping *how, varve_error *err);
/* Sets *at to the range of all rows, before the first row. */
void vv_sql_grouped_all(vv_sql_grouped_at *at, const vv_sql_grouped *g);

/* Searches for the rows of a join with these values, one value for each column in `by`. On success,
 * returns true, and sets *at to a range that contains all rows with these values. The range may also
 * contain other rows, and may be empty. Returns false if the search is not possible: the caller must
 * then compare every row. Before the call, *at must be the position of the previous search, or
 * zeroed. */
bool vv_sql_grouped_find(vv_sql_grouped_at *at, const vv_sql_grouped *g,
			 struct sqlite3_value **values);
/* Moves to the next row of the range, which becomes the current row. Returns false at the end of
 * the range. */
bool vv_sql_grouped_next(vv_sql_grouped_at *at, const vv_sql_grouped *g);
/* Returns the number of the current row in the version. */
uint64_t vv_sql_grouped_row(const vv_sql_grouped_at *at, const vv_sql_grouped *g);

/* Sets *out to the value of a column of the declared table in the current row. out->text is valid
 * until vv_sql_grouped_close. Returns false if the column is not stored in memory. */
bool vv_sql_grouped_read(struct vv_sql_value *out, const vv_sql_grouped_at *at,
			 const vv_sql_grouped *g, size_t column);
void vv_sql_grouped_close(vv_sql_grouped *g); /* accepts NULL */

#endif
